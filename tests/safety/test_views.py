import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse

from alongside.agreement.rules import USUAL_TIMES
from alongside.conversations.models import Message
from alongside.journeys import actions as journeys
from alongside.journeys import hard
from alongside.kit.ids import new_id
from alongside.safety.models import Call, HelpLine, LookBack, Plan
from tests.agreement.conftest import VOLUNTARY, Together
from tests.pages import only
from tests.safety import steps
from tests.safety.steps import HELPED, NUMBER, SIGNS
from tests.safety.test_actions import MONDAY, SATURDAY_NIGHT

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once


@pytest.fixture
def now():
    return SATURDAY_NIGHT


def url(cast, name="hard", *parts, of="rosa"):
    return reverse(f"safety:{name}", args=[cast.spaces[of], *parts])


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u2068", "").replace("\u2069", "")


def told(shown):
    """What the page says about who reads now."""
    return re.search(r"<strong data-reads[^>]*>([^<]*)<", shown)[1]


# --- for everybody ---------------------------------------------------------------------------------


def test_who_needs_it_finds_the_lines_without_signing_in_and_without_a_script(cast):
    steps.line(cast, "Night <line>")
    shown = page(Client(), "/hard/")
    assert "Nobody here reads this page now." in shown
    assert '<a href="tel:0800111222">0800 111 222</a>' in shown
    assert "Night &lt;line&gt;" in shown
    assert "<title>Notes</title>" in shown
    assert "data-keep-offline" in shown


def test_without_any_lines_it_still_says_whom_to_call():
    shown = page(Client(), "/hard/")
    assert "Call the emergency number of the place where you are." in shown
    assert "No other lines have been entered here yet." in shown
    assert "Somebody answers here" not in shown


def test_lena_names_changes_and_takes_off_lines_with_plain_forms(cast, signed_in):
    lena, here = signed_in("lena"), "/staff/lines/"
    said = {"name": "Night line", "number": "0800 111 222", "hours": "", "languages": "", "cost": "free", "key": "k"}
    answer = lena.post(here, {**said, "name": ""})
    assert answer.status_code == 400
    assert "0800 111 222" in answer.content.decode()
    for _tap in range(2):
        assert lena.post(here, said).status_code == 303
    line = HelpLine.objects.get()
    assert "Night line" in page(lena, here)
    assert lena.post(f"{here}{line.id}/", {**said, "cost": "nothing"}).status_code == 303
    assert "nothing" in page(Client(), "/hard/")
    line = HelpLine.objects.get(ended_at=None)
    assert lena.post(f"{here}{line.id}/off/", {"key": "k"}).status_code == 303
    assert "Night line" not in page(Client(), "/hard/")
    for name in ("dana", "samuel", "rosa"):
        assert signed_in(name).get(here).status_code == 404
        assert signed_in(name).post(here, said).status_code == 404
    assert 'href="/staff/lines/"' in page(lena, "/today/")


# --- her page --------------------------------------------------------------------------------------


def test_at_night_it_says_that_nobody_reads_and_when_the_next_human_is_here(cast, signed_in, frozen):
    """ST1, step 1."""
    rosa = signed_in("rosa")
    shown = page(rosa, url(cast))
    assert told(shown) == (
        "Nobody from Riverside reads this now. The next human is here on Monday, 2 March 2026, at 09:00: Dana."
    )
    assert "Nothing is agreed yet: these are the usual hours." in shown
    frozen.move_to(MONDAY)
    assert told(page(signed_in("rosa"), url(cast))) == "Dana reads here in these hours: now, until 17:00."


def test_it_goes_by_the_hours_that_both_agreed(cast, signed_in):
    together = Together(cast)
    together.start("dana")
    together.change("rosa", "why", **VOLUNTARY)
    together.change("dana", "times", **{**USUAL_TIMES, "days": [5], "opens": "10:00", "closes": "12:00"})
    together.accept("dana")
    together.accept("rosa")
    shown = page(signed_in("rosa"), url(cast))
    assert "The next human is here on Saturday, 28 February 2026, at 10:00: Dana." in told(shown)
    assert "Nothing is agreed yet" not in shown


def test_while_dana_is_away_it_names_who_stands_in_or_says_that_nobody_does(cast, signed_in):
    monday, tuesday = MONDAY.date(), MONDAY.date() + datetime.timedelta(days=1)
    leave = journeys.say_away(
        by=cast.viewer("dana"), person_id=cast.accounts["dana"].person_id, cover_id=cast.accounts["amir"].person_id,
        first=monday, last=tuesday, now=cast.now, write_id=new_id(),
    )  # fmt: skip
    rosa = signed_in("rosa")
    assert "at 09:00: Amir." in told(page(rosa, url(cast)))
    reads = hard.who_reads(cast.place("rosa"))
    assert [one.before.replace("\u2069", "")[-5:] for one in reads.windows[:3]] == ["Amir.", "Amir.", "Dana."]
    for seat in cast.place("rosa").seats:
        if seat.away_id == leave.id:
            seat.ends = seat.begins
            seat.save()
    reads = hard.who_reads(cast.place("rosa"))
    assert "Wednesday" in reads.sentence
    assert "We look for somebody who stands in." in page(rosa, url(cast))


def test_the_page_carries_what_will_be_true_on_the_days_to_come(cast):
    """A kept page may be read without a line: each stretch of hours has the sentence before it and the one in it."""
    windows = hard.who_reads(cast.place("rosa")).windows
    assert len(windows) == 10, "two weeks of working days"
    assert [one.begins for one in windows] == sorted(one.begins for one in windows)
    assert all(one.ends - one.begins == 8 * 3600 for one in windows)
    assert windows[0].begins == int(MONDAY.timestamp())


def test_it_is_one_tap_from_every_page_of_hers_and_marked_for_reading_without_a_line(cast, signed_in):
    rosa, here = signed_in("rosa"), url(cast)
    for address in ("/today/", f"/space/{cast.spaces['rosa']}/plan/", f"/space/{cast.spaces['rosa']}/about/", here):
        assert f'<a class="hard" href="{here}">' in page(rosa, address)
    assert "data-keep-offline" in page(rosa, here)
    assert '<a class="hard" href="/hard/">' in page(signed_in("dana"), "/today/")
    assert '<a class="hard" href="/hard/">' in page(Client(), "/")


def test_she_writes_opens_and_closes_her_plan_with_plain_forms(cast, signed_in):
    rosa, dana, here = signed_in("rosa"), signed_in("dana"), url(cast)
    assert "Write my plan" in page(rosa, here)
    answer = rosa.post(url(cast, "plan"), {"key": "k"})
    assert answer.status_code == 400
    answer = rosa.post(url(cast, "plan"), {"signs": SIGNS, "number": "only \x07 this", "key": "k"})
    assert answer.status_code == 400
    assert SIGNS in answer.content.decode()
    answer = rosa.post(url(cast, "plan"), {**steps.PLAN, "key": "k"})
    assert (answer.status_code, answer["Location"]) == (303, here + "#plan")
    shown = page(rosa, here)
    assert SIGNS in shown
    assert f'<a href="tel:02079460111"><bdi dir="ltr">{NUMBER}</bdi></a>' in shown
    assert SIGNS not in page(dana, here)
    assert rosa.post(url(cast, "open"), {"audience": "with_me", "key": "k"}).status_code == 303
    assert SIGNS in page(dana, here)
    assert rosa.post(url(cast, "open"), {"audience": "me", "key": "k2"}).status_code == 303
    assert SIGNS not in page(dana, here)
    assert dana.get(url(cast, "plan")).status_code == 404
    assert dana.post(url(cast, "open"), {"audience": "me", "key": "k"}).status_code == 403
    assert only(Plan).audience == "me"


def test_one_tap_tells_dana_and_a_look_back_is_offered(cast, signed_in, frozen):
    rosa = signed_in("rosa")
    assert steps.ROUGH in page(rosa, url(cast)), "she sees what goes before it goes"
    answer = rosa.post(url(cast, "call"), {"words": "", "key": "k"})
    assert answer.status_code == 400
    for _tap in range(2):
        assert rosa.post(url(cast, "call"), {"words": steps.ROUGH, "key": "k"}).status_code == 303
    night = only(Call)
    assert only(Message).deliver_at == night.opens_at == MONDAY
    assert "you asked to be called." in page(rosa, url(cast))
    frozen.move_to(MONDAY)
    rosa, dana = signed_in("rosa"), signed_in("dana")
    assert f'href="{url(cast)}"' in page(dana, "/today/")
    assert url(cast, "look_back", night.id) in page(rosa, "/today/")
    assert rosa.post(url(cast, "look_back", night.id), {"audience": "me", "key": "k"}).status_code == 400
    answer = rosa.post(url(cast, "look_back", night.id), {"helped": HELPED, "audience": "me", "key": "k"})
    assert answer.status_code == 303
    assert HELPED in page(rosa, url(cast))
    assert HELPED in page(rosa, url(cast, "look_back", night.id))
    assert HELPED not in page(dana, url(cast))
    assert rosa.post(url(cast, "leave_out", night.id), {"key": "k"}).status_code == 303
    assert dana.post(url(cast, "in_touch", night.id), {"key": "k"}).status_code == 303
    assert "Dana was in touch" in page(rosa, url(cast)).replace("<bdi>", "").replace("</bdi>", "")
    assert len(LookBack.objects.unguarded(because="test")) == 1


def test_robin_finds_nothing_on_any_address(cast, signed_in):
    night, robin = steps.call(cast), signed_in("robin")
    steps.plan(cast)
    for name, parts in (
        ("hard", ()), ("call", ()), ("plan", ()), ("open", ()), ("in_touch", (night.id,)),
        ("look_back", (night.id,)), ("leave_out", (night.id,)),
    ):  # fmt: skip
        for ask in (robin.get, robin.post):
            assert ask(url(cast, name, *parts)).status_code == 404, name
    assert signed_in("rosa").get(url(cast)).status_code == 200, "control"
    other = url(cast, "look_back", night.id, of="nadia")
    assert signed_in("nadia").get(other).status_code == 404, "another’s night is not hers"


def test_samuel_reads_the_hours_and_the_lines_and_nothing_of_hers(cast, signed_in):
    steps.plan(cast)
    steps.opened(cast)
    steps.call(cast)
    shown = page(signed_in("samuel"), url(cast))
    assert "Nobody from Riverside reads this now." in shown
    assert SIGNS not in shown
    assert "asked to" not in shown


def test_the_page_takes_twelve_queries_at_most(cast, signed_in, django_assert_max_num_queries):
    steps.plan(cast)
    for _ in range(3):
        steps.look_back(cast, steps.call(cast))
    for name in ("rosa", "dana"):
        client = signed_in(name)
        client.get(url(cast))
        with django_assert_max_num_queries(12):
            client.get(url(cast))


# --- in a browser ----------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_kept_page_says_what_is_true_by_the_phones_own_clock(cast, open_page, frozen):
    steps.plan(cast)
    rosa = open_page("rosa")
    said = rosa.locator("[data-reads]")
    for when, words in (
        ("2026-02-28T02:10:00Z", "The next human is here on Monday"),
        ("2026-03-02T09:30:00Z", "Dana reads here in these hours: now, until 17:00."),
        ("2026-03-02T19:00:00Z", "The next human is here on Tuesday"),
        ("2026-06-02T19:00:00Z", "Nobody from"),
    ):
        rosa.clock.set_fixed_time(when)
        rosa.goto(url(cast))
        assert words in said.inner_text().replace("\u2068", "").replace("\u2069", ""), when
