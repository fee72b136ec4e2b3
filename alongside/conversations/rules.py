"""When a message is delivered, whose turn it is, who else is asked and when, how a promise ends. No Django here."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside.agreement.rules import Terms, is_within_hours, next_human_moment
from alongside.people.rules import Role

MOST_LETTERS = 4000
# So many messages stand on a page.
ON_A_PAGE = 20
# A message to her is told among what waits for so long, if she says nothing to it; then it rests on its page.
TOLD_FOR = datetime.timedelta(days=7)
# No answer is promised for later than this.
PROMISED_WITHIN = datetime.timedelta(days=31)


class Sort(StrEnum):
    """What a line of the conversation is."""

    WORDS = "words"  # somebody wrote it
    AUTOMATED = "automated"  # the programme wrote it, and it says so


class Line(StrEnum):
    """What the programme has to say."""

    HANDED = "handed"  # nobody answered, and somebody else was asked to
    SEEN_TO = "seen_to"  # a supervisor sees to it that somebody answers


class What(StrEnum):
    """What somebody says about messages without writing one."""

    SEEN = "seen"
    UNDERSTOOD = "understood"
    PROMISE = "promise"  # I will answer by


class Settled(StrEnum):
    """How a promise ended. Empty while it is open."""

    KEPT = "kept"
    RENEGOTIATED = "renegotiated"
    LATE = "late"


class Becomes(StrEnum):
    """What a message can become."""

    TOPIC = "topic"
    NOTE = "note"
    DECISION = "decision"


# --- hours -----------------------------------------------------------------------------------------


def deliver_at(terms: Terms, said_at: datetime.datetime, *, at_once: bool = False) -> datetime.datetime:
    """When the other side gets what was said: at once in the hours, else when they open again.

    `at_once` is what staff choose when they answer something urgent that she asked for.
    """
    return said_at if at_once else max(said_at, next_human_moment(terms, said_at))


def _stretches(
    terms: Terms, start: datetime.datetime, end: datetime.datetime
) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """Each stretch of hours between two moments, in order."""
    zone = ZoneInfo(terms.time_zone)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        window = terms.window(day)
        if window is not None and window[0] < end and window[1] > start:
            yield max(window[0], start), min(window[1], end)
        day += datetime.timedelta(days=1)


def time_worked(terms: Terms, start: datetime.datetime, end: datetime.datetime) -> datetime.timedelta:
    """How long somebody works between two moments."""
    return sum((closing - opening for opening, closing in _stretches(terms, start, end)), datetime.timedelta())


ONE_HOUR = datetime.timedelta(hours=1)


def hand_over_at(terms: Terms, since: datetime.datetime, due: datetime.datetime) -> datetime.datetime:
    """When somebody else is asked, if nobody has answered: always before the answer is due.

    When three quarters of the time are gone in which somebody works, or when one working hour is left,
    whichever is earlier; but never before half of it is gone, so that a short time leaves a chance to answer.
    """
    whole = time_worked(terms, since, due)
    left = max(whole / 2, min(whole * 3 / 4, whole - ONE_HOUR))
    for opening, closing in _stretches(terms, since, due):
        if left <= closing - opening:
            return opening + left
        left -= closing - opening
    return since


def can_be_promised(terms: Terms, due: datetime.datetime, *, now: datetime.datetime) -> bool:
    """Whether an answer can be promised for this moment: in the hours, not endlessly far, with time to work on it."""
    return (
        now < due <= now + PROMISED_WITHIN
        and is_within_hours(terms, due)
        and time_worked(terms, now, due) > datetime.timedelta()
    )


# --- whose turn it is ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Something of hers that wants an answer: its place in the order of arrival, and when it was delivered."""

    id: UUID
    number: int
    delivered: datetime.datetime


@dataclass(frozen=True)
class Answered:
    """The newest answer of those who work with her."""

    number: int
    at: datetime.datetime


def is_answered(asked: Asked, answered: Answered | None) -> bool:
    """Whether an answer could know what was asked: it came after it, and after it was delivered."""
    return answered is not None and answered.number > asked.number and answered.at >= asked.delivered


def first_waiting(asked: Iterable[Asked], answered: Answered | None) -> Asked | None:
    """What waits longest for an answer; `None` when it is not their turn."""
    waiting = [one for one in asked if not is_answered(one, answered)]
    return min(waiting, key=lambda one: (one.delivered, one.number), default=None)


class Turn(StrEnum):
    """Whose turn it is."""

    NOBODYS = "nobodys"
    NOT_YET = "not_yet"  # it waits for the hours to open
    THEIRS = "theirs"


def turn(*, waits_since: datetime.datetime | None, now: datetime.datetime) -> Turn:
    """Whose turn it is now. It is never hers: she owes nobody an answer."""
    if waits_since is None:
        return Turn.NOBODYS
    return Turn.THEIRS if waits_since <= now else Turn.NOT_YET


def is_late(*, due: datetime.datetime | None, now: datetime.datetime) -> bool:
    """Whether an answer that is still to come is later than was agreed or promised."""
    return due is not None and now > due


# --- what is said about messages -------------------------------------------------------------------


def covers(*, number: int, as_of: datetime.datetime, message: int, delivered: datetime.datetime) -> bool:
    """Whether whoever saw the page as it stood at `as_of`, up to `number`, saw this message on it."""
    return message <= number and delivered <= as_of


def promise_ends(*, due: datetime.datetime, now: datetime.datetime, answered: bool) -> Settled:
    """How a promise ends: by the answer, or by another promise. Past its time it is late, whatever comes."""
    if now > due:
        return Settled.LATE
    return Settled.KEPT if answered else Settled.RENEGOTIATED


# --- who is asked next -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """Somebody who can answer: a person in a role."""

    person_id: UUID
    role: Role


def readers(
    seats: Iterable[tuple[UUID, Role]], *, away: Collection[UUID] = (), named: Collection[UUID] = ()
) -> list[Reader]:
    """Who answers, in the order in which they are asked: her worker, those who stand in, a supervisor.

    `seats` are the seats that hold, oldest first. Whoever is away is passed over; whoever was named to
    stand in for somebody who is comes before others who stand in.
    """
    held = list(seats)
    order: list[Reader] = []
    for role in (Role.WORKER, Role.COVER, Role.SUPERVISOR):
        there = [person for person, of in held if of is role and person not in away]
        order += [Reader(person, role) for person in sorted(there, key=lambda person: person not in named)]
    found: dict[UUID, Reader] = {}
    for reader in order:
        found.setdefault(reader.person_id, reader)
    return list(found.values())


def reads_now(order: list[Reader]) -> Reader | None:
    """Who reads what she writes. A supervisor does not: that seat opens no messages."""
    return next((reader for reader in order if reader.role is not Role.SUPERVISOR), None)


def asked_next(order: list[Reader]) -> Reader | None:
    """Who is asked when whoever reads has not answered; `None` when there is nobody else."""
    first = reads_now(order)
    return next((reader for reader in order if first is None or reader.person_id != first.person_id), None)


# --- what a message can hold -----------------------------------------------------------------------


def says_something(text: str, added: Iterable[Any]) -> bool:
    """A message holds words, or something that was added, or both."""
    return bool(text.strip()) or any(True for _ in added)
