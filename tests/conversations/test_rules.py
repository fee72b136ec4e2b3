import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.agreement.rules import AnswerUnit, Terms, answer_due, is_within_hours, next_human_moment
from alongside.conversations import rules
from alongside.conversations.rules import Answered, Asked, Reader, Settled, Turn
from alongside.people.rules import Role

pytestmark = pytest.mark.once

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
# Clocks that go forward and back, by an hour and by half of one, in both halves of the world; and those that do not.
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "UTC")
OFFICE = Terms(
    days=frozenset({0, 1, 2, 3, 4}), opens=datetime.time(9), closes=datetime.time(17), within=1,
    unit=AnswerUnit.DAYS, time_zone="Europe/London",
)  # fmt: skip


def at(day, hour, minute=0, month=3):
    """In winter London is at UTC. 2 March 2026 is a Monday."""
    return datetime.datetime(2026, month, day, hour, minute, tzinfo=datetime.UTC)


@st.composite
def terms(draw):
    opens = draw(st.integers(0, 22 * 4))
    closes = draw(st.integers(opens + 1, 95))
    unit = draw(st.sampled_from(AnswerUnit))
    return Terms(
        days=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))),
        opens=datetime.time(opens // 4, opens % 4 * 15),
        closes=datetime.time(closes // 4, closes % 4 * 15),
        within=draw(st.integers(1, 40 if unit is AnswerUnit.HOURS else 10)),
        unit=unit,
        time_zone=draw(st.sampled_from(ZONES)),
    )


moments = st.datetimes(datetime.datetime(2025, 12, 1), datetime.datetime(2027, 1, 31), timezones=st.just(datetime.UTC))


# --- hours -----------------------------------------------------------------------------------------


@given(terms(), moments)
def test_what_is_said_is_delivered_at_once_in_the_hours_and_else_when_they_open(terms, said):
    delivered = rules.deliver_at(terms, said)
    assert delivered >= said
    assert is_within_hours(terms, delivered)
    assert (delivered == said) == is_within_hours(terms, said)
    # No moment of the hours lies between: nobody is kept waiting who could be read.
    assert not list(rules._stretches(terms, said, delivered)) or rules.time_worked(terms, said, delivered) == DAY * 0
    assert rules.deliver_at(terms, delivered) == delivered
    assert rules.deliver_at(terms, said, at_once=True) == said


@given(terms(), moments)
def test_somebody_else_is_asked_before_the_answer_is_due_and_never_out_of_hours(terms, said):
    since = rules.deliver_at(terms, said)
    due = answer_due(terms, since)
    asked = rules.hand_over_at(terms, since, due)
    assert since <= asked < due
    assert is_within_hours(terms, asked)
    whole, gone = rules.time_worked(terms, since, due), rules.time_worked(terms, since, asked)
    assert whole > DAY * 0
    assert gone >= whole / 2
    assert gone <= max(whole / 2, whole * 3 / 4)
    if whole >= 2 * HOUR:
        assert whole - gone >= HOUR, "a working hour is left for whoever is asked"


@given(terms(), moments, moments)
def test_a_promise_too_leaves_time_to_ask_somebody_else(terms, now, due):
    if rules.can_be_promised(terms, due, now=now):
        assert now <= rules.hand_over_at(terms, now, due) < due
        assert is_within_hours(terms, due)


@given(terms(), moments, moments)
def test_time_worked_is_never_negative_and_never_more_than_time(terms, one, other):
    start, end = sorted((one, other))
    end = min(end, start + 40 * DAY)
    assert DAY * 0 <= rules.time_worked(terms, start, end) <= end - start


@pytest.mark.parametrize(
    ("said", "reads"),
    [(at(2, 12), at(2, 12)), (at(2, 22), at(3, 9)), (at(7, 2, 10), at(9, 9)), (at(6, 17, 1), at(9, 9))],
)
def test_a_night_message_is_read_when_the_hours_open(said, reads):
    assert rules.deliver_at(OFFICE, said) == reads


def test_a_night_message_over_the_change_of_clocks_is_read_at_nine_by_the_clock_on_the_wall():
    """On Sunday 29 March the clocks in London go forward: nine is then eight in UTC."""
    assert rules.deliver_at(OFFICE, at(28, 2)) == at(30, 8)
    assert rules.deliver_at(OFFICE, at(28, 2)).astimezone(ZoneInfo("Europe/London")).hour == 9


@pytest.mark.parametrize(
    ("unit", "within", "asked"),
    [
        (AnswerUnit.DAYS, 1, at(2, 16)),  # eight working hours: three quarters are six; seven would leave one
        (AnswerUnit.HOURS, 8, at(2, 16)),
        (AnswerUnit.HOURS, 3, at(2, 12)),  # one working hour is left
        (AnswerUnit.HOURS, 2, at(2, 11)),
        (AnswerUnit.HOURS, 1, at(2, 10, 30)),  # not before half of it is gone
    ],
)
def test_when_somebody_else_is_asked(unit, within, asked):
    terms = Terms(days=OFFICE.days, opens=OFFICE.opens, closes=OFFICE.closes, within=within, unit=unit, time_zone="UTC")
    since = at(2, 10)
    assert rules.hand_over_at(terms, since, answer_due(terms, since)) == asked


def test_what_can_be_promised():
    now = at(2, 10)
    for due, can in (
        (at(2, 17), True), (at(5, 17), True), (at(2, 10), False), (at(1, 12), False), (at(2, 18), False),
        (at(7, 12), False), (at(2, 12, month=5), False),
    ):  # fmt: skip
        assert rules.can_be_promised(OFFICE, due, now=now) is can, due
    assert not rules.can_be_promised(OFFICE, at(9, 9), now=at(6, 18)), "no time to work on it"


# --- whose turn it is ------------------------------------------------------------------------------


@st.composite
def talks(draw):
    """Who spoke when, in the order of arrival, and when each was delivered."""
    said, now = [], at(2, 9)
    for number in range(1, draw(st.integers(1, 12)) + 1):
        now += HOUR * draw(st.integers(0, 30))
        said.append((number, draw(st.booleans()), now, rules.deliver_at(OFFICE, now)))
    return said


@given(talks())
def test_whose_turn_it_is_follows_from_what_was_delivered(said):
    asked = [Asked(UUID(int=number), number, delivered) for number, hers, _, delivered in said if hers]
    answers = [Answered(number, at) for number, hers, at, _ in said if not hers]
    answered = answers[-1] if answers else None
    waiting = rules.first_waiting(asked, answered)
    # Written out a second time: every one of hers that no answer came after and could know.
    open_ones = [
        one for one in asked if not any(each.number > one.number and each.at >= one.delivered for each in answers)
    ]
    assert waiting == min(open_ones, key=lambda one: (one.delivered, one.number), default=None)
    last = said[-1]
    if last[1]:
        assert waiting is not None, "she spoke last, so it is their turn"
    elif all(delivered <= last[2] for *_, delivered in said[:-1]):
        assert waiting is None, "they answered, and knew of everything"


def test_an_answer_at_night_does_not_answer_what_was_not_delivered_yet():
    question = Asked(UUID(int=1), 1, at(9, 9))
    assert rules.first_waiting([question], Answered(2, at(8, 20))) == question
    assert rules.first_waiting([question], Answered(2, at(9, 9))) is None
    assert rules.first_waiting([question], None) == question


def test_it_is_never_her_turn():
    assert set(Turn) == {Turn.NOBODYS, Turn.NOT_YET, Turn.THEIRS}
    assert rules.turn(waits_since=None, now=at(2, 9)) is Turn.NOBODYS
    assert rules.turn(waits_since=at(2, 9), now=at(2, 9)) is Turn.THEIRS
    assert rules.turn(waits_since=at(2, 10), now=at(2, 9)) is Turn.NOT_YET


def test_late_begins_after_the_agreed_moment():
    assert not rules.is_late(due=at(2, 9), now=at(2, 9))
    assert rules.is_late(due=at(2, 9), now=at(2, 9, 1))
    assert not rules.is_late(due=None, now=at(2, 9))


def test_a_promise_ends_kept_renegotiated_or_late_and_in_no_other_way():
    due = at(2, 12)
    ends = {
        (answered, now): rules.promise_ends(due=due, now=now, answered=answered)
        for answered in (True, False)
        for now in (at(2, 11), due, at(2, 13))
    }
    assert ends == {
        (True, at(2, 11)): Settled.KEPT, (True, due): Settled.KEPT, (True, at(2, 13)): Settled.LATE,
        (False, at(2, 11)): Settled.RENEGOTIATED, (False, due): Settled.RENEGOTIATED, (False, at(2, 13)): Settled.LATE,
    }  # fmt: skip


def test_a_receipt_is_about_what_stood_on_the_page_and_nothing_else():
    def covers(message, delivered):
        return rules.covers(number=3, as_of=at(2, 9), message=message, delivered=delivered)

    assert covers(3, at(2, 9))
    assert not covers(4, at(2, 9)), "it came after the page was drawn"
    assert not covers(2, at(2, 10)), "it was not delivered when the page was drawn"


# --- who answers -----------------------------------------------------------------------------------

DANA, AMIR, EVA, SAMUEL = (UUID(int=number) for number in range(1, 5))
SEATS = [(DANA, Role.WORKER), (SAMUEL, Role.SUPERVISOR), (EVA, Role.COVER), (AMIR, Role.COVER)]


@pytest.mark.parametrize(
    ("seats", "away", "named", "reads", "then"),
    [
        (SEATS, set(), set(), Reader(DANA, Role.WORKER), Reader(EVA, Role.COVER)),
        (SEATS, {DANA}, {AMIR}, Reader(AMIR, Role.COVER), Reader(EVA, Role.COVER)),
        (SEATS, {DANA}, set(), Reader(EVA, Role.COVER), Reader(AMIR, Role.COVER)),
        (SEATS, {DANA, EVA}, {AMIR}, Reader(AMIR, Role.COVER), Reader(SAMUEL, Role.SUPERVISOR)),
        (SEATS[:2], set(), set(), Reader(DANA, Role.WORKER), Reader(SAMUEL, Role.SUPERVISOR)),
        (SEATS[:2], {DANA}, {AMIR}, None, Reader(SAMUEL, Role.SUPERVISOR)),
        (SEATS[:1], set(), set(), Reader(DANA, Role.WORKER), None),
        ([], set(), set(), None, None),
    ],
)
def test_who_reads_and_who_is_asked_then(seats, away, named, reads, then):
    order = rules.readers(seats, away=away, named=named)
    assert (rules.reads_now(order), rules.asked_next(order)) == (reads, then)


@given(
    st.lists(st.tuples(st.sampled_from([DANA, AMIR, EVA, SAMUEL]), st.sampled_from(list(Role))), max_size=6),
    st.sets(st.sampled_from([DANA, AMIR, EVA, SAMUEL])),
    st.sets(st.sampled_from([DANA, AMIR, EVA, SAMUEL])),
)
def test_nobody_who_is_away_is_asked_and_nobody_twice(seats, away, named):
    order = rules.readers(seats, away=away, named=named)
    people = [reader.person_id for reader in order]
    assert len(people) == len(set(people))
    assert not set(people) & set(away)
    first, then = rules.reads_now(order), rules.asked_next(order)
    assert first is None or first.role is not Role.SUPERVISOR
    assert first is None or then is None or first.person_id != then.person_id


def test_the_next_human_moment_is_the_one_of_the_agreement():
    assert rules.deliver_at(OFFICE, at(7, 2, 10)) == next_human_moment(OFFICE, at(7, 2, 10))
