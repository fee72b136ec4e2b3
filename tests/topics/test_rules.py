import datetime
import itertools

import pytest

from alongside.topics.rules import (
    BY_HER,
    BY_STAFF,
    Move,
    State,
    can_be_proposed,
    can_be_taken_off,
    day_after,
    follows,
    is_late,
    may_take_back,
    within_two_days,
)

pytestmark = pytest.mark.once

# Written out here a second time on purpose: where a move of hers leads, and one of those who work with her.
HERS = {
    (State.TO_TALK, Move.NOT_YET): State.NOT_YET,
    (State.TO_TALK, Move.READY): State.READY,
    (State.TO_TALK, Move.TALKED): State.TALKED,
    (State.NOT_YET, Move.READY): State.READY,
    (State.NOT_YET, Move.TALKED): State.TALKED,
    (State.READY, Move.NOT_YET): State.NOT_YET,
    (State.READY, Move.TALKED): State.TALKED,
    (State.TALKED, Move.NOT_YET): State.NOT_YET,
    (State.TALKED, Move.READY): State.READY,
}
STAFFS = {(State.READY, Move.TALKED): State.TALKED}


@pytest.mark.parametrize(("state", "move"), list(itertools.product(State, Move)))
def test_each_state_answers_each_move_as_expected(state, move):
    assert follows(state, move, hers=True) == HERS.get((state, move))
    assert follows(state, move, hers=False) == STAFFS.get((state, move))


def test_nobody_but_her_says_ready_or_not_yet():
    assert set(BY_HER) == set(BY_STAFF) == set(State)
    assert not [move for moves in BY_STAFF.values() for move in moves if move is not Move.TALKED]


def test_it_can_be_asked_only_while_she_has_not_said_that_she_is_ready():
    assert {state for state in State if can_be_proposed(state)} == {State.TO_TALK, State.NOT_YET}


def test_what_was_talked_about_is_not_taken_off():
    assert can_be_taken_off(talked_once=False)
    assert not can_be_taken_off(talked_once=True)


@pytest.mark.parametrize(
    ("hers", "own", "kept", "may"),
    [
        (True, False, False, True), (True, False, True, True), (True, True, True, True), (True, True, False, True),
        (False, True, False, True), (False, True, True, False),
        (False, False, False, False), (False, False, True, False),
    ],
)  # fmt: skip
def test_who_takes_back_what(hers, own, kept, may):
    assert may_take_back(hers=hers, own=own, kept=kept) is may


def test_the_next_day_is_the_next_day_where_the_agency_is():
    evening = datetime.datetime(2026, 3, 2, 23, 30, tzinfo=datetime.UTC)
    assert day_after(evening, time_zone="UTC") == datetime.date(2026, 3, 3)
    assert day_after(evening, time_zone="Europe/Madrid") == datetime.date(2026, 3, 4)


def test_late_begins_after_the_promised_day_and_the_measure_ends_after_48_hours():
    due = datetime.date(2026, 3, 3)
    assert not is_late(due=due, on=due)
    assert is_late(due=due, on=due + datetime.timedelta(days=1))
    talked = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
    assert within_two_days(talked_at=talked, kept_at=talked + datetime.timedelta(hours=48))
    assert not within_two_days(talked_at=talked, kept_at=talked + datetime.timedelta(hours=48, seconds=1))
