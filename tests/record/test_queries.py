import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside.access.models import TrailLine
from alongside.access.trail import flush
from alongside.kit.errors import NotFound
from alongside.people.models import Seat
from alongside.people.rules import Role
from alongside.record import queries
from alongside.record.models import Entry
from tests.record import steps
from tests.record.many import many


def sentences(cast, name):
    return [waiting.sentence for waiting in queries.waiting_in(cast.place(name))]


def test_what_waits_is_told_to_the_one_whose_turn_it_is(cast):
    assert sentences(cast, "rosa") == ["Say what you need and what you hope for."]
    assert sentences(cast, "dana") == ["The picture so far waits for the words of Rosa."]
    steps.say(cast)
    assert sentences(cast, "rosa") == []
    assert sentences(cast, "dana") == ["Tell Rosa what you heard."]
    steps.send(cast)
    assert sentences(cast, "rosa") == ["Dana wrote down what you said. Is it right?"]
    assert sentences(cast, "dana") == []
    steps.not_quite(cast)
    assert sentences(cast, "rosa") == []
    assert sentences(cast, "dana") == ["Rosa said “not quite”. Read it, and write again what you heard."]
    steps.correct(cast)
    assert sentences(cast, "rosa") == ["Dana wrote down what you said. Is it right?"]
    steps.yes(cast)
    assert sentences(cast, "rosa") == sentences(cast, "dana") == []


def test_rosa_is_told_that_something_was_written_before_her_words(cast):
    steps.urgent(cast)
    assert sentences(cast, "rosa")[0] == "Dana wrote something before your words. See what, and why."


def test_nothing_waits_for_a_supervisor_and_no_page_of_this_room_is_there(cast):
    steps.say(cast)
    steps.send(cast)
    steps.picture(cast)
    place = cast.place("samuel")
    assert queries.waiting_in(place) == []
    for page in (queries.words_in, queries.listening_in, queries.picture_in, queries.record_in):
        with pytest.raises(NotFound):
            page(place)
        page(cast.place("dana"))  # the control
    assert list(Entry.objects.visible_to(place.by, within=place.id)) == []


def test_a_stand_in_sees_the_record_while_the_seat_lasts(cast):
    steps.say(cast)
    ends = cast.now + datetime.timedelta(days=1)
    Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person=cast.accounts["amir"].person, role=Role.COVER,
        begins=cast.now, ends=ends,
    )  # fmt: skip
    assert queries.record_in(cast.place("amir")).lines
    with pytest.raises(NotFound):
        cast.place("amir", now=ends)


def test_the_record_shows_everything_newest_first_page_by_page(cast):
    many(cast, 120)
    place = cast.place("rosa")
    seen, before = [], None
    for _page in range(4):
        page = queries.record_in(place, before=before)
        seen += [line.number for line in page.lines]
        before = page.older
        if before is None:
            break
    assert seen == list(range(120, 0, -1))


def test_a_page_of_the_record_costs_the_same_queries_and_texts_with_much_behind_it(cast, monkeypatch):
    opened = []
    monkeypatch.setattr(
        "alongside.vault.fields.EncryptedJSON.from_plain", lambda self, plain: opened.append(1) or {"words": "x"}
    )
    costs = []
    for number in (70, 630):
        many(cast, number)
        place = cast.place("dana")
        _ = place.names, place.client_name
        opened.clear()
        with CaptureQueriesContext(connection) as caught:
            queries.record_in(place)
        costs.append((len(caught), len(opened)))
    assert costs[0] == costs[1]
    assert costs[0][0] <= 3
    assert costs[0][1] <= queries.ON_A_PAGE + 3


def test_no_page_of_the_record_sorts_or_scans_what_lies_behind_it(cast):
    if connection.vendor != "sqlite":
        pytest.skip("reads SQLite’s plan; PostgreSQL chooses by statistics")
    many(cast, 300)
    place = cast.place("rosa")
    rows = Entry.objects.visible_to(place.by, within=place.id).filter(number__lt=200).order_by("-number")[:51]
    plan = rows.explain()
    assert "TEMP B-TREE" not in plan
    assert "number<" in plan


@pytest.mark.parametrize("page", [queries.words_in, queries.listening_in, queries.picture_in, queries.record_in])
def test_every_page_of_the_room_costs_at_most_two_queries(cast, page):
    many(cast, 70)
    place = cast.place("dana")
    _ = place.names, place.client_name
    with CaptureQueriesContext(connection) as caught:
        page(place)
    assert len(caught) <= 2


def test_the_trail_names_each_kind_that_was_read(cast):
    steps.say(cast)
    steps.send(cast)
    steps.picture(cast)
    place = cast.place("dana")
    queries.record_in(place)
    flush(place.by)
    read = TrailLine.objects.filter(doing="read", actor_id=place.by.person_id).values_list("kind", flat=True)
    assert set(read) >= {"words", "listening", "picture"}


def test_heard_right_counts_every_thread(cast):
    steps.send(cast)
    steps.yes(cast)
    steps.send(cast)
    steps.not_quite(cast)
    assert queries.heard_right(cast.place("dana")) == queries.HeardRight(
        confirmed=1, sent=2, corrections=1, corrections_answered=0
    )
    assert queries.heard_right(cast.place("samuel")) == queries.HeardRight(0, 0, 0, 0)


def test_who_wrote_a_line_is_you_for_oneself_and_a_name_for_the_other(cast):
    steps.say(cast)
    rosa, dana = (queries.record_in(cast.place(name)).lines[0] for name in ("rosa", "dana"))
    assert (rosa.who, rosa.side) == ("You", "me")
    assert (dana.who, dana.side) == ("Rosa", "them")
    assert rosa.label == dana.label == "What I need"
