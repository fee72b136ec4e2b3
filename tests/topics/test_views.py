import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alongside.kit.ids import new_id
from alongside.topics import actions
from alongside.topics.models import Aftercare, Strength, Topic
from alongside.topics.rules import Sort
from alongside.topics.urls import urlpatterns
from tests.pages import only, page, post
from tests.topics import steps
from tests.topics.steps import HER_WORDS, SEEN, do

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once


def url(cast, name, *parts, of="rosa"):
    return reverse(f"topics:{name}", args=[cast.spaces[of], *parts])


# --- strengths and what gets her through -----------------------------------------------------------


def test_dana_offers_and_rosa_keeps_it_in_her_own_words_with_plain_forms(cast, signed_in):
    rosa, dana, here = signed_in("rosa"), signed_in("dana"), url(cast, "strengths")
    answer = post(dana, url(cast, "offer"), sort="seen", words=SEEN, where="at the office, Monday", key="k")
    assert (answer.status_code, answer["Location"]) == (303, here)
    shown = page(rosa, here)
    assert SEEN in shown
    assert "at the office, Monday" in shown
    offered = only(Strength).id
    assert url(cast, "no_thanks", offered) in shown
    assert url(cast, "no_thanks", offered) not in page(dana, here)
    answer = post(rosa, url(cast, "my_words", offered), words=HER_WORDS, key="k2")
    assert answer.status_code == 303
    for client in (rosa, dana):
        shown = page(client, here)
        assert HER_WORDS in shown
        assert SEEN not in shown
        assert ("In your words" if client is rosa else "In the words of") in shown


def test_no_thanks_and_it_is_gone_for_both(cast, signed_in):
    offered = steps.offer(cast)
    rosa, dana = signed_in("rosa"), signed_in("dana")
    for _tap in range(2):
        assert post(rosa, url(cast, "no_thanks", offered.id), key="k").status_code == 303
    for client in (rosa, dana):
        assert SEEN not in page(client, url(cast, "strengths"))
    assert post(rosa, url(cast, "keep", offered.id), key="again").status_code == 404


def test_a_card_takes_a_note_of_before_and_after_and_forgets_nothing_that_was_typed(cast, signed_in):
    rosa, card = signed_in("rosa"), steps.card(cast)
    address = url(cast, "tried", card.id)
    answer = post(rosa, address, key="k")
    assert answer.status_code == 400
    answer = post(rosa, address, before="11", note="on the stairs", key="k")
    assert answer.status_code == 400
    assert "on the stairs" in answer.content.decode()
    assert post(rosa, address, before="8", after="5", note="on the stairs", key="k").status_code == 303
    shown = page(signed_in("dana"), url(cast, "strengths"))
    assert "before: 8" in shown
    assert "after: 5" in shown
    assert address not in shown


def test_what_cannot_be_kept_is_drawn_again_with_all_that_was_typed(cast, signed_in):
    rosa, offered = signed_in("rosa"), steps.offer(cast)
    for address, form in (
        (url(cast, "offer"), {"words": "I sing."}),
        (url(cast, "my_words", offered.id), {"words": "only \x07 this"}),
        (url(cast, "name"), {"headline": "", "more": "a bit of it"}),
    ):
        answer = post(rosa, address, **form, key="k")
        assert answer.status_code == 400
        assert max(form.values(), key=len) in answer.content.decode()


def test_a_second_button_of_one_old_page_is_a_write_of_its_own(cast, signed_in):
    rosa = signed_in("rosa")
    first, second = steps.offer(cast), steps.offer(cast, "You came back.")
    for address in (url(cast, "keep", first.id), url(cast, "keep", second.id), url(cast, "take_back", first.id)):
        assert post(rosa, address, key="the page’s").status_code == 303
    assert only(Strength).kept_at == cast.now


# --- what is hard to talk about --------------------------------------------------------------------


def test_a_subject_is_walked_with_plain_forms(cast, signed_in, frozen):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    answer = post(rosa, url(cast, "name"), headline="blue", more="a bit", details="all of it", key="k")
    assert (answer.status_code, answer["Location"]) == (303, url(cast, "topics"))
    topic = only(Topic).id
    here = url(cast, "topic", topic)
    assert "all of it" not in page(dana, url(cast, "topics"))
    assert "all of it" in page(dana, here)
    person = str(cast.accounts["dana"].person_id)
    for client, name, form in (
        (rosa, "pace", {"stop_sign": "my hand", "companion": person, "helps_after": "tea"}),
        (rosa, "move", {"to": "not_yet"}),
        (dana, "propose", {"words": ""}),
        (rosa, "move", {"to": "ready"}),
        (dana, "talked", {}),
        (rosa, "look_back", {"glad": "4"}),
        (rosa, "more", {"more": "a bit more"}),
    ):
        shown = page(client, here)
        assert url(cast, name, topic) in shown, name
        answer = post(client, url(cast, name, topic), **form, key="k")
        assert (answer.status_code, answer["Location"]) == (303, here), name
    for client in (rosa, dana):
        shown = page(client, here)
        assert "my hand" in shown
        assert "rather yes" in shown
    aftercare = only(Aftercare).id
    kept = url(cast, "contact_kept", topic, aftercare)
    assert kept not in page(dana, here)
    frozen.shift(datetime.timedelta(days=1))
    dana = signed_in("dana")
    assert kept in page(dana, here)
    assert post(dana, kept, key="k").status_code == 303
    assert "In touch on 3 March 2026" in page(signed_in("rosa"), here)


def test_what_helps_her_stands_beside_it_while_they_talk_and_one_tap_pauses(cast, signed_in):
    helps, other = steps.card(cast), steps.card(cast, "I ring Carmen.")
    seen = steps.offer(cast, "Somebody offered this.", sort=Sort.HELPS, when="", where="")
    topic = steps.name_it(cast).id
    here, rosa, dana = url(cast, "topic", topic), signed_in("rosa"), signed_in("dana")
    shown = page(rosa, here)
    assert f'value="{helps.id}"' in shown
    assert f'value="{seen.id}"' not in shown, "what she has not kept is not hers to choose from"
    assert "helps_now" not in page(dana, here)
    pause = f'action="{url(cast, "move", topic)}"'
    for chosen in (seen.id, new_id()):
        answer = post(rosa, url(cast, "pace", topic), stop_sign="my hand", helps_now=str(chosen), key="1")
        assert answer.status_code == 400
    post(rosa, url(cast, "pace", topic), stop_sign="my hand", helps_now=str(helps.id), key="2")
    assert "While we talk" not in page(dana, here), "control: she has not said that she is ready"
    post(rosa, url(cast, "move", topic), to="ready", key="3")
    for client in (rosa, dana):
        beside = page(client, here).partition("While we talk")[2].partition('id="pace"')[0]
        assert "my hand" in beside
        assert "I walk to the river." in beside
        assert "I ring Carmen." not in beside, "she did not choose it"
        assert (pause in beside) == (client is rosa)
    post(rosa, url(cast, "move", topic), to="not_yet", key="4")
    assert "While we talk" not in page(dana, here)
    assert "It waits." in page(dana, here)
    assert "I walk to the river." in page(rosa, here), "it is still at hand after she paused"

    post(rosa, url(cast, "take_back", helps.id), key="5")
    assert "I walk to the river." not in page(dana, here), "what she takes back is gone from there too"
    assert other.id


def test_dana_cannot_say_ready_talked_or_what_is_hers_by_raw_request(cast, signed_in):
    topic, dana = steps.name_it(cast), signed_in("dana")
    for name, form, status in (
        ("move", {"to": "ready"}, 403), ("move", {"to": "not_yet"}, 403), ("move", {"to": "talked"}, 400),
        ("talked", {}, 409), ("pace", {"stop_sign": "x"}, 403), ("look_back", {"glad": "5"}, 403),
        ("take_off", {}, 403), ("more", {"more": "x"}, 403),
    ):  # fmt: skip
        assert post(dana, url(cast, name, topic.id), **form, key="k").status_code == status, name
    assert only(Topic).state == "to_talk"
    assert post(signed_in("rosa"), url(cast, "move", topic.id), to="ready", key="k").status_code == 303  # the control


def test_late_stands_on_danas_page_and_never_on_rosas(cast, signed_in, frozen):
    topic = steps.name_it(cast)
    steps.talked(cast, topic, name="rosa")
    frozen.shift(datetime.timedelta(days=5))
    here = url(cast, "topic", topic.id)
    assert "This day has passed" in page(signed_in("dana"), here)
    shown = page(signed_in("rosa"), here)
    assert "This day has passed" not in shown
    assert "Later than promised" not in shown


def test_skipping_is_one_tap_and_asks_nothing_again(cast, signed_in):
    topic = steps.name_it(cast)
    steps.talked(cast, topic, name="rosa")
    rosa = signed_in("rosa")
    address = url(cast, "look_back", topic.id)
    assert address in page(rosa, url(cast, "topic", topic.id))
    assert post(rosa, address, key="k").status_code == 303
    assert address not in page(rosa, url(cast, "topic", topic.id))


# --- who may, and what stands outside of the page --------------------------------------------------


def every_address(cast, topic, strength, aftercare, of="rosa"):
    named = {"strength_id": strength, "topic_id": topic, "aftercare_id": aftercare}
    for pattern in urlpatterns:
        parts = re.findall(r"<uuid:(\w+)>", str(pattern.pattern))
        yield pattern.name, url(cast, pattern.name, *(named[part] for part in parts), of=of)


def test_robin_and_samuel_find_nothing_on_any_route_and_dana_does(cast, signed_in):
    strength, topic = steps.card(cast), steps.name_it(cast)
    steps.talked(cast, topic, name="rosa")
    aftercare = only(Aftercare).id
    clients = {name: signed_in(name) for name in ("robin", "nadia", "samuel", "dana")}
    for name, address in every_address(cast, topic.id, strength.id, aftercare):
        for who in ("robin", "nadia", "samuel"):
            assert clients[who].get(address).status_code == 404, (who, name)
            reads_only = who == "samuel" and name in ("strengths", "topics", "topic")
            assert post(clients[who], address, key="k").status_code == (405 if reads_only else 404), (who, name)
        assert clients["dana"].get(address).status_code == 200, name  # the control
    for name, address in every_address(cast, topic.id, strength.id, aftercare, of="nadia"):
        if name not in ("strengths", "offer", "topics", "name"):
            assert clients["nadia"].get(address).status_code == 404, name
            if name != "topic":
                assert post(clients["nadia"], address, key="k", words="x", to="ready", note="x").status_code == 404, (
                    name
                )


def test_no_title_address_or_live_region_name_carries_content(cast, signed_in):
    topic = steps.name_it(cast, "Elm", more="Elm", details="Elm")
    steps.offer(cast, "Elm")
    do(actions.say_pace, cast, topic_id=topic.id, stop_sign="Elm")
    for client in (signed_in("rosa"), signed_in("dana")):
        for address in (url(cast, "strengths"), url(cast, "topics"), url(cast, "topic", topic.id)):
            body = page(client, address)
            assert "Elm" in body, "control"
            assert "Elm" not in re.search(r"<title>(.*?)</title>", body, re.S)[1]
            assert not [one for one in re.findall(r'(?:href|action|src|id|data-\w+)="([^"]*)"', body) if "Elm" in one]
            assert body.count("data-live") >= 2
        assert "Elm" not in page(client, reverse("journeys:our_plan", args=[cast.spaces["rosa"]]))


def test_a_page_costs_at_most_twelve_queries(cast, signed_in):
    topic = steps.name_it(cast, more="x")
    steps.talked(cast, topic, name="rosa")
    helps = steps.card(cast)
    steps.do(actions.say_pace, cast, topic_id=topic.id, helps_now=[helps.id])
    steps.ready(cast, topic)
    for name in ("rosa", "dana"):
        client = signed_in(name)
        for address in (url(cast, "strengths"), url(cast, "topics"), url(cast, "topic", topic.id)):
            client.get(address)
            with CaptureQueriesContext(connection) as caught:
                assert client.get(address).status_code == 200
            assert len(caught) <= 12


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_other_method_is_answered(cast, signed_in, method):
    strength, topic = steps.card(cast), steps.name_it(cast)
    steps.talked(cast, topic, name="rosa")
    rosa = signed_in("rosa")
    for _name, address in every_address(cast, topic.id, strength.id, only(Aftercare).id):
        assert getattr(rosa, method)(address).status_code == 405
