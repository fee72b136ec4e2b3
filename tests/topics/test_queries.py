import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside.access.private import all_of
from alongside.access.waiting import what_waits
from alongside.consent.rules import Shared
from alongside.kit.errors import NotFound
from alongside.people.models import Seat
from alongside.people.rules import Role
from alongside.topics import actions, queries
from alongside.topics.models import Aftercare
from tests.topics import steps
from tests.topics.steps import do

DAY = datetime.timedelta(days=1)
TUESDAY = datetime.date(2026, 3, 3)
SOMETHING = "There is something to talk about."


def waits(cast, name, now=None):
    return [one.sentence for one in what_waits(queries.waiting_in(cast.place(name, now=now)))]


def test_what_waits_says_that_there_is_something_and_never_what(cast):
    assert waits(cast, "rosa") == waits(cast, "dana") == []
    topic = steps.name_it(cast, "Elm Street", more="what Elm Street did")
    assert (waits(cast, "rosa"), waits(cast, "dana")) == ([], [SOMETHING])
    steps.not_yet(cast, topic)
    assert waits(cast, "dana") == []
    do(actions.propose_topic, cast, "dana", topic_id=topic.id, words="Elm Street")
    assert waits(cast, "rosa") == [SOMETHING]
    steps.ready(cast, topic)
    assert (waits(cast, "rosa"), waits(cast, "dana")) == ([], [SOMETHING])
    steps.name_it(cast, "Elm Street", name="dana")
    found = what_waits(queries.waiting_in(cast.place("rosa")))
    assert [one.sentence for one in found] == [SOMETHING]
    assert "Elm" not in repr(found)


def test_the_promise_waits_for_dana_from_its_day_until_it_is_kept(cast):
    topic = steps.name_it(cast)
    steps.ready(cast, topic)
    steps.talked(cast, topic)
    assert waits(cast, "dana") == []
    assert waits(cast, "dana", now=cast.now + DAY) == ["You promised to be in touch with Rosa."]
    assert waits(cast, "rosa", now=cast.now + DAY) == []
    Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER, begins=cast.now
    )
    assert waits(cast, "amir", now=cast.now + DAY) == ["Dana promised to be in touch with Rosa."]
    rows = [queries.contacts_due(cast.viewer(name, now=cast.now + DAY), today=TUESDAY) for name in ("dana", "robin")]
    [found, nothing] = all_of(rows)
    assert queries.due_of(found, today=TUESDAY) == [queries.Due(cast.spaces["rosa"], TUESDAY, is_late=False)]
    assert nothing == []
    aftercare = Aftercare.objects.unguarded(because="test").get()
    do(actions.keep_aftercare, cast, "dana", aftercare_id=aftercare.id, now=cast.now + DAY)
    assert waits(cast, "dana", now=cast.now + DAY) == []


def test_an_offer_is_told_for_a_week_and_then_rests(cast):
    steps.offer(cast)
    assert waits(cast, "rosa") == ["Somebody saw something good in you. Keep it or not, as you like."]
    assert waits(cast, "rosa", now=cast.now + 7 * DAY) == []
    assert len(queries.strengths_in(cast.place("rosa", now=cast.now + 7 * DAY)).offered) == 1
    assert waits(cast, "dana") == []


def test_a_supervisor_and_the_invited_find_nothing_here(cast, carmen, shared):
    topic = steps.name_it(cast)
    for thing in Shared:
        shared(thing)
    for name in ("samuel", "carmen"):
        place = cast.place(name)
        assert what_waits(queries.waiting_in(place)) == []
        with pytest.raises(NotFound):
            queries.topics_in(place)
        with pytest.raises(NotFound):
            queries.topic_in(place, topic.id)
    with pytest.raises(NotFound):
        queries.strengths_in(cast.place("samuel"))
    queries.strengths_in(cast.place("carmen"))  # the control: this one is shared with her
    queries.topic_in(cast.place("dana"), topic.id)


def cost(cast, read):
    place = cast.place("dana")
    _ = place.names, place.client_name, place.by.seats
    with CaptureQueriesContext(connection) as caught:
        read(place)
    return len(caught)


def test_every_page_costs_the_same_whatever_there_is(cast):
    topic = steps.name_it(cast, more="a bit")
    do(actions.say_pace, cast, topic_id=topic.id, stop_sign="red")
    reads = {
        queries.strengths_in: 2,
        queries.topics_in: 1,
        lambda place: queries.topic_in(place, topic.id): 3,
        lambda place: what_waits(queries.waiting_in(place)): 1,
    }
    for read, number in reads.items():
        assert cost(cast, read) == number
    for number in range(8):
        card = steps.card(cast, f"card {number}")
        do(actions.note_practice, cast, strength_id=card.id, before=number, after=0)
        steps.name_it(cast, f"subject {number}", more="x", details="y")
        do(actions.tell_more, cast, topic_id=topic.id, more=f"more {number}")
        steps.ready(cast, topic)
        steps.talked(cast, topic)
    for read, number in reads.items():
        assert cost(cast, read) == number
