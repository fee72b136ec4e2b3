"""Asking why: one tap, an answer in a sentence, and a second person when there is none."""

import datetime
import re

import pytest
from django.test.utils import CaptureQueriesContext

from alongside.access import Kind, rules, trail
from alongside.access import queries as looks
from alongside.access.models import AskedWhy, TrailLine
from alongside.access.private import all_of
from alongside.journeys import actions as journeys
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Seat
from alongside.people.rules import Role
from tests.access.by_hand import committed, lock_taken_off
from tests.access.test_every_read import say

ANSWER = "I looked up how to reach you before I rang."
LATER = datetime.timedelta(days=3)


@pytest.fixture
def looked_at(cast, signed_in):
    """Dana looked how Rosa is to be reached."""
    say(cast, times=1)
    signed_in("dana").get(f"/space/{cast.spaces['rosa']}/reach/")
    return f"/space/{cast.spaces['rosa']}/looked/"


def ask(cast, *, of="rosa", actor="dana", now=None):
    line = TrailLine.objects.filter(partnership_id=cast.spaces[of], actor_id=cast.accounts[actor].person_id).latest(
        "seq"
    )
    place = cast.place(of, of=of, now=now)
    return journeys.ask_why(
        by=place.by, about=place, now=now or cast.now, write_id=new_id(), first=line.seq, last=line.seq
    )


def answer(cast, asked, name, *, now=None, words=ANSWER):
    place = cast.place(name, now=now)
    return journeys.answer_why(
        by=place.by, about=place, now=now or cast.now, write_id=new_id(), ask_id=asked.id, answer=words
    )


def end_samuels_seat(cast):
    Seat.objects.filter(partnership_id=cast.spaces["rosa"], role=Role.SUPERVISOR).update(ends=cast.now)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


# --- the arithmetic --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-03-02T09:00", "2026-03-04T09:00"),  # Monday, Wednesday
        ("2026-03-05T16:30", "2026-03-09T16:30"),  # Thursday, Monday
        ("2026-03-06T10:00", "2026-03-10T10:00"),  # Friday, Tuesday
        ("2026-03-07T10:00", "2026-03-10T10:00"),  # Saturday, Tuesday
        ("2026-03-27T12:00", "2026-03-31T11:00"),  # the clocks go forward on the Sunday between
    ],
)
def test_an_answer_is_due_two_working_days_later(asked, due):
    from zoneinfo import ZoneInfo

    asked, due = (datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.UTC) for moment in (asked, due))
    assert rules.answer_due(asked, ZoneInfo("Europe/London")) == due


# --- on the pages ----------------------------------------------------------------------------------


def test_one_tap_asks_and_the_answer_stands_beside_the_visit(cast, signed_in, looked_at):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    page = rosa.get(looked_at).content.decode()
    first, last = (re.findall(rf'name="{name}" value="(\d+)"', page)[0] for name in ("first", "last"))
    sent = rosa.post(looked_at + "why/", {"key": "k", "first": first, "last": last})
    assert sent.status_code == 303
    assert rosa.post(looked_at + "why/", {"key": "k", "first": first, "last": last}).status_code == 303, "twice is once"
    asked = AskedWhy.objects.unguarded(because="test").get()
    assert asked.asked_of_id == cast.accounts["dana"].person_id
    assert "They have until March 4, 2026" in text_of(rosa.get(looked_at)) or "4 March 2026" in text_of(
        rosa.get(looked_at)
    )

    assert "You are asked why" in text_of(dana.get("/today/"))
    assert "Rosa asks why you looked." in text_of(dana.get(f"/space/{cast.spaces['rosa']}/plan/"))
    page = text_of(dana.get(looked_at + "asked/"))
    assert "Rosa asks you" in page
    assert "“How and when to reach me” was looked at." in page
    empty = dana.post(f"{looked_at}asked/{asked.id}/", {"key": "a", "answer": "  "})
    assert empty.status_code == 400
    assert dana.post(f"{looked_at}asked/{asked.id}/", {"key": "a", "answer": ANSWER}).status_code == 303
    assert ANSWER in text_of(rosa.get(looked_at))
    assert "You are asked why" not in text_of(dana.get("/today/"))
    late = dana.post(f"{looked_at}asked/{asked.id}/", {"key": "b", "answer": "something else"})
    assert (late.status_code, "something else" in text_of(late), ANSWER in text_of(late)) == (409, True, True)


def test_a_part_of_a_visit_is_asked_about_once(cast, signed_in, looked_at):
    ask(cast)
    with pytest.raises(journeys.AskedAlready):
        ask(cast)
    page = signed_in("rosa").get(looked_at).content.decode()
    assert page.count("Ask why") == page.count('name="first"')
    line = TrailLine.objects.filter(actor_id=cast.accounts["dana"].person_id).latest("seq").seq
    refused = signed_in("rosa").post(looked_at + "why/", {"key": "z", "first": line, "last": line})
    assert (refused.status_code, "asked about this visit already" in text_of(refused)) == (409, True)


def test_she_takes_it_back_and_may_ask_again(cast, signed_in, looked_at):
    asked = ask(cast)
    assert signed_in("rosa").post(f"{looked_at}asked/{asked.id}/back/", {"key": "k"}).status_code == 303
    assert "Nothing is asked of you here." in text_of(signed_in("dana").get(looked_at + "asked/"))
    with pytest.raises(journeys.AnsweredAlready):
        answer(cast, asked, "dana")
    answer(cast, ask(cast), "dana")
    again = AskedWhy.objects.unguarded(because="test").get(taken_back_at=None)
    refused = signed_in("rosa").post(f"{looked_at}asked/{again.id}/back/", {"key": "l"})
    assert refused.status_code == 409, "what was answered stays"


@pytest.mark.parametrize("wrong", ["hers", "elsewhere", "turned round", "two people", "nothing"])
def test_what_is_no_visit_of_somebody_elses_here_cannot_be_asked_about(cast, looked_at, wrong):
    place = cast.place("rosa")

    def seq(name, of="rosa"):
        return TrailLine.objects.filter(
            partnership_id=cast.spaces[of], actor_id=cast.accounts[name].person_id
        ).latest("seq").seq  # fmt: skip

    dana = seq("dana")
    first, last = {
        "hers": (seq("rosa"), seq("rosa")), "elsewhere": (seq("dana", "nadia"),) * 2, "turned round": (dana, dana - 1),
        "two people": (seq("rosa"), dana), "nothing": (dana + 1000, dana + 1000),
    }[wrong]  # fmt: skip
    with pytest.raises(NotFound):
        journeys.ask_why(by=place.by, about=place, now=cast.now, write_id=new_id(), first=first, last=last)
    assert ask(cast), "control"


# --- who sees it, and who answers ------------------------------------------------------------------


def seen_by(cast, name, *, now=None):
    try:
        return [one.id for one in looks.asks_in(cast.place(name, now=now))]
    except NotFound:
        return None


def test_it_is_between_her_and_the_one_asked_until_it_goes_on(cast, looked_at):
    Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER, begins=cast.now
    )
    asked = ask(cast)
    later = asked.due_at
    assert seen_by(cast, "rosa") == seen_by(cast, "dana") == [asked.id]
    assert seen_by(cast, "amir") == seen_by(cast, "samuel") == []
    assert seen_by(cast, "samuel", now=later - datetime.timedelta(seconds=1)) == []
    assert seen_by(cast, "samuel", now=later) == [asked.id], "from the very moment at which it is due"
    assert seen_by(cast, "amir", now=later) == []
    for name in ("robin", "lena", "nadia"):
        assert seen_by(cast, name, now=later) is None
    answer(cast, asked, "samuel", now=later, words="Dana is away. It was for the visit on Tuesday.")
    assert seen_by(cast, "samuel", now=later) == seen_by(cast, "dana", now=later) == [asked.id]


def test_the_second_person_cannot_answer_before_it_is_due_and_nobody_else_at_all(cast, looked_at):
    Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER, begins=cast.now
    )
    asked = ask(cast)
    for name in ("samuel", "amir"):
        with pytest.raises(NotFound):
            answer(cast, asked, name)
    with pytest.raises(NotFound):
        answer(cast, asked, "amir", now=cast.now + LATER)
    assert answer(cast, asked, "samuel", now=cast.now + LATER).answered_by_id == cast.accounts["samuel"].person_id


def test_the_one_asked_may_still_answer_when_it_is_late(cast, looked_at):
    asked = ask(cast)
    assert answer(cast, asked, "dana", now=cast.now + LATER).answer == ANSWER


def test_it_goes_on_at_once_where_the_one_asked_has_no_seat_any_more(cast, looked_at):
    asked = ask(cast)
    assert seen_by(cast, "samuel") == []
    Seat.objects.filter(partnership_id=cast.spaces["rosa"], role=Role.WORKER).update(ends=cast.now)
    assert seen_by(cast, "samuel") == [asked.id]
    (shown,) = looks.asks_in(cast.place("rosa"))
    assert (shown.gone_on, shown.second) == (True, ["Samuel"])


def test_a_supervisor_who_is_asked_is_not_their_own_second_person(cast, looked_at):
    place = cast.place("samuel")
    place.by.note_reading(Kind.DECISION, place.id, 1)
    trail.flush(place.by)
    asked = ask(cast, actor="samuel")
    (shown,) = looks.asks_in(cast.place("rosa", now=cast.now + LATER))
    assert (shown.gone_on, shown.second) == (True, [])
    lena = cast.viewer("lena", now=cast.now + LATER)
    assert [one.id for one in looks.asks_for_the_agency(lena)] == [asked.id]


def test_without_a_supervisor_it_comes_to_whoever_leads_the_agency(cast, signed_in, looked_at, frozen):
    asked = ask(cast)
    director = signed_in("lena")
    assert "Nothing waits here." in text_of(director.get("/staff/asked/"))
    frozen.shift(LATER)
    director = signed_in("lena")
    assert "Nothing waits here." in text_of(director.get("/staff/asked/")), "there is a supervisor"
    end_samuels_seat(cast)
    assert "It came to you." in text_of(director.get("/today/"))
    page = text_of(director.get("/staff/asked/"))
    assert "Rosa asked Dana" in page
    assert "“How and when to reach me” was looked at." in page
    assert "at night" not in page, "and nothing of what is in it"
    read = TrailLine.objects.latest("seq")
    assert (read.actor_id, read.kind, read.role, read.ground) == (
        cast.accounts["lena"].person_id, "trail", "", "post",
    )  # fmt: skip
    assert director.post(f"/staff/asked/{asked.id}/", {"key": "k", "answer": ""}).status_code == 400
    sent = director.post(f"/staff/asked/{asked.id}/", {"key": "k", "answer": "Dana left us. She had rung you."})
    assert sent.status_code == 303
    page = text_of(signed_in("rosa").get(looked_at))
    assert "Dana left us. She had rung you. Somebody who leads the agency" in page
    assert "Somebody who leads the agency answered why somebody had looked." in page
    assert director.post(f"/staff/asked/{asked.id}/", {"key": "l", "answer": "again"}).status_code == 409


def test_a_director_of_another_agency_sees_and_answers_nothing(cast, looked_at):
    from alongside.people.rules import Post

    asked, later = ask(cast), cast.now + LATER
    end_samuels_seat(cast)
    other = journeys.found_organisation(name="Hillside", now=cast.now, time_zone="UTC")
    cast.accounts["hilda"] = journeys.employ(
        organisation=other, called="Hilda", email="hilda@hillside.example", password=None,
        posts=frozenset({Post.DIRECTOR}), now=cast.now,
    )  # fmt: skip
    hilda = cast.viewer("hilda", now=later)
    assert looks.asks_for_the_agency(hilda) == []
    assert all_of([looks.came_on(hilda)]) == [[]]
    with pytest.raises(journeys.AnsweredAlready):
        journeys.answer_passed_on(by=hilda, now=later, write_id=new_id(), ask_id=asked.id, answer="x")
    assert len(looks.asks_for_the_agency(cast.viewer("lena", now=later))) == 1, "control"


@pytest.mark.parametrize("name", ["robin", "dana", "samuel", "rosa"])
def test_the_page_of_whoever_leads_the_agency_is_absent_for_others(cast, signed_in, looked_at, name):
    asked = ask(cast)
    assert signed_in(name).get("/staff/asked/").status_code == 404
    assert signed_in(name).post(f"/staff/asked/{asked.id}/", {"answer": "x"}).status_code == 404


def test_robin_finds_nothing(cast, signed_in, looked_at):
    asked = ask(cast)
    robin = signed_in("robin")
    for url in ("", "proof?from=1", "code/", "why/", "asked/", f"asked/{asked.id}/", f"asked/{asked.id}/back/"):
        assert robin.get(looked_at + url).status_code == robin.post(looked_at + url).status_code == 404, url
    assert "You are asked why" not in text_of(robin.get("/today/"))


def test_the_pages_cost_the_same_however_many_questions_there_are(cast, signed_in, looked_at):
    from django.db import connection

    rosa, dana, url = signed_in("rosa"), signed_in("dana"), f"/space/{cast.spaces['rosa']}/reach/"
    ask(cast)
    for page in (rosa, dana):
        page.get(looked_at)
    with CaptureQueriesContext(connection) as few_hers:
        rosa.get(looked_at)
    with CaptureQueriesContext(connection) as few:
        dana.get(looked_at + "asked/")
    for _ in range(6):
        dana.get(url)
        ask(cast)
    with CaptureQueriesContext(connection) as many_hers:
        rosa.get(looked_at)
    with CaptureQueriesContext(connection) as many:
        dana.get(looked_at + "asked/")
    assert len(few_hers) == len(many_hers) <= 12
    assert len(few) == len(many) <= 12


# --- the code that she writes down -----------------------------------------------------------------


@committed
def test_a_code_says_whether_the_list_still_holds_what_it_held(cast, signed_in, looked_at):
    from alongside.access import merkle, sealing
    from alongside.access.models import TrailTree

    rosa = signed_in("rosa")
    code = re.search(r'<code dir="ltr">([^<]+)</code>', rosa.get(looked_at).content.decode()).group(1)
    assert re.fullmatch(r"\d+(-[0-9A-HJKMNP-TV-Z]{4}){4}", code)
    say(cast, times=3)

    def says(typed):
        return text_of(rosa.post(looked_at + "code/", {"key": "k", "code": typed}))

    assert "is still there, unchanged" in says(code)
    assert "is still there, unchanged" in says(code.lower().replace("-", " ").replace("0", "o").replace("1", "l"))
    number, rest = code.split("-", 1)
    assert "is still there, unchanged" in says("".join("٠١٢٣٤٥٦٧٨٩"[int(digit)] for digit in number) + " " + rest)
    assert "does not fit the list" in says(f"{int(number) + 1}-{rest}")
    assert "does not fit the list" in says(f"99999-{rest}")
    assert "That is no code of this page." in says("hello")
    assert rosa.post(looked_at + "code/", {"code": ""}).status_code == 400
    assert signed_in("dana").post(looked_at + "code/", {"code": code}).status_code == 404, "it counts her own looks"
    with lock_taken_off():
        TrailLine.objects.filter(tree_id=cast.spaces["rosa"], place=1).update(count=9)
        tree = merkle.Tree()
        for line in TrailLine.objects.filter(tree_id=cast.spaces["rosa"]).order_by("place"):
            sealing.seal(line, tree)
            TrailLine.objects.filter(seq=line.seq).update(leaf=line.leaf)
        TrailTree.objects.filter(id=cast.spaces["rosa"]).update(peaks=tree.packed(), root=tree.root())
    assert "does not fit the list" in says(code)


def test_a_device_gets_a_proof_that_leads_from_then_to_now(cast, signed_in, looked_at):
    from alongside.access import merkle

    rosa, space = signed_in("rosa"), cast.spaces["rosa"]
    before = looks.standing_of(cast.place("rosa"))
    say(cast, times=5)
    shown = rosa.get(f"{looked_at}proof?from={before.size}").json()
    assert shown["size"] == TrailLine.objects.filter(tree_id=space).count() > before.size
    assert merkle.is_consistent(
        before.size, bytes.fromhex(before.root), shown["size"], bytes.fromhex(shown["root"]),
        [bytes.fromhex(step) for step in shown["proof"]],
    )  # fmt: skip
    for strange in ("", "x", "-1", "9" * 30):
        assert rosa.get(f"{looked_at}proof?from={strange}").status_code == 404
    assert signed_in("dana").get(f"{looked_at}proof?from=1").status_code == 404


# --- lines that other rooms leave ------------------------------------------------------------------


def test_it_reads_well_for_a_share_a_named_reader_and_an_emergency(cast, signed_in):
    def line(doing, kind, role, ground):
        return TrailLine(
            at=cast.now, organisation_id=cast.organisation.id, partnership_id=cast.spaces["rosa"],
            actor_id=cast.accounts["amir"].person_id, role=role, doing=doing, kind=kind, ground=ground,
        )  # fmt: skip

    wanted = {
        ("partner", "share"): "They could, because you share it with them.",
        ("supporter", "named"): "They could, because they were named for this one thing.",
        ("emergency", "seat"): "They could, because they were let in for an emergency. That ends after an hour.",
        ("", "post"): "They could, because of their post in the agency.",
        ("cover", "seat"): "They could, because they have a seat here as stand-in.",
    }
    for number, (role, ground) in enumerate(wanted):
        entry = line("read", "words", role, ground)
        entry.at += datetime.timedelta(hours=number)
        trail.write([entry])
    page = text_of(signed_in("rosa").get(f"/space/{cast.spaces['rosa']}/looked/"))
    for sentence in wanted.values():
        assert sentence in page
