import itertools

import pytest

from alongside.access.kinds import Kind
from alongside.record.models import KIND_OF, Entry
from alongside.record.rules import (
    COLUMNS,
    LEAVES,
    SLOT_OF,
    STATE_AFTER,
    STATES,
    TRANSITIONS,
    Event,
    Slot,
    State,
    What,
    can_follow,
    picture_is_open,
    she_was_heard,
    waiver_can_be_taken_back,
)

pytestmark = pytest.mark.once

# Written out here a second time on purpose, cell by cell: what may follow what.
EXPECTED = {
    (State.NOTHING, Event.SEND): State.SENT,
    (State.NOTHING, Event.SKIP): State.SKIPPED,
    (State.SENT, Event.YES): State.YES,
    (State.SENT, Event.NOT_QUITE): State.NOT_QUITE,
    (State.SENT, Event.SKIP): State.SKIPPED,
    (State.NOT_QUITE, Event.CORRECT): State.CORRECTED,
    (State.NOT_QUITE, Event.SKIP): State.SKIPPED,
    (State.CORRECTED, Event.YES): State.YES,
    (State.CORRECTED, Event.NOT_QUITE): State.NOT_QUITE,
    (State.CORRECTED, Event.SKIP): State.SKIPPED,
    (State.YES, Event.SEND): State.SENT,
    (State.SKIPPED, Event.SEND): State.SENT,
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_state_answers_every_event_as_expected(state, event):
    assert TRANSITIONS[state].get(event) == EXPECTED.get((state, event))
    assert can_follow(state, event) == ((state, event) in EXPECTED)


def test_what_an_event_leaves_behind_means_the_state_it_leads_to():
    assert set(STATES) == set(TRANSITIONS) == set(State)
    for events in TRANSITIONS.values():
        for event, state in events.items():
            assert STATE_AFTER[LEAVES[event]] is state


def test_every_state_leads_on_and_can_be_reached():
    assert all(TRANSITIONS[state] for state in State)
    reached = {state for events in TRANSITIONS.values() for state in events.values()}
    assert reached == set(State) - {State.NOTHING}


def test_she_was_heard_only_after_her_yes_or_her_skip():
    assert {state for state in State if she_was_heard(state)} == {State.YES, State.SKIPPED}


@pytest.mark.parametrize(
    ("said", "waived", "is_open"),
    [(False, False, False), (True, False, True), (False, True, True), (True, True, True)],
)
def test_the_picture_waits_for_her_words_or_her_you_start(said, waived, is_open):
    assert picture_is_open(said=said, waived=waived) is is_open


def test_a_waiver_is_hers_to_take_back_until_something_was_written_on_it():
    assert waiver_can_be_taken_back(waived_as=4, pictured_as=None)
    assert waiver_can_be_taken_back(waived_as=4, pictured_as=3)
    assert not waiver_can_be_taken_back(waived_as=4, pictured_as=5)


def test_every_entry_has_a_slot_and_every_slot_a_kind():
    in_places_of_their_own = {*COLUMNS, What.SCALE, What.DIFFERENTLY}
    assert set(SLOT_OF) == set(What) - in_places_of_their_own
    assert set(KIND_OF) == set(Slot)
    assert set(KIND_OF.values()) == set(Entry.KINDS) == {Kind.WORDS, Kind.LISTENING, Kind.PICTURE}
    assert all(len(value) <= 12 for value in (*What, *Slot, *Kind))
