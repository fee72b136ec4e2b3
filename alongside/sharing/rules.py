"""How long a share may last, when somebody may ask again, and by when a broken promise is answered. No Django here."""

from __future__ import annotations

import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

LONGEST = datetime.timedelta(days=365)
# The same ask, for the same person and the same thing, comes at most once in this time.
ASK_AGAIN_AFTER = datetime.timedelta(days=30)
DAYS_TO_ANSWER = 2
# A double tap sends a form twice, and only the second answer is seen. After this time the same form
# is a page that was loaded again, and must not end a code that has been handed over.
DOUBLE_TAP = datetime.timedelta(seconds=15)


class Event(StrEnum):
    """What a receipt is for."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Answer(StrEnum):
    """What she says to an ask. “Yes” is never said here: it is a share that she gives."""

    YES = "yes"
    NO = "no"
    NOT_NOW = "not_now"


class State(StrEnum):
    """Where a share stands."""

    OPEN = "open"
    PAUSED = "paused"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


def state_of(
    *,
    ends: datetime.datetime,
    paused_at: datetime.datetime | None,
    withdrawn_at: datetime.datetime | None,
    now: datetime.datetime,
) -> State:
    """Where a share stands now. What she took back stays so, whatever the clock says later."""
    if withdrawn_at is not None:
        return State.WITHDRAWN
    if now >= ends:
        return State.ENDED
    return State.OPEN if paused_at is None else State.PAUSED


def end_of(day: datetime.date, *, time_zone: str) -> datetime.datetime:
    """The moment at which `day` is over where the agency is."""
    return datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), tzinfo=ZoneInfo(time_zone))


def last_day(ends: datetime.datetime, *, time_zone: str) -> datetime.date:
    """The last day of something that ends at a moment: `end_of`, turned round."""
    return (ends - datetime.timedelta(microseconds=1)).astimezone(ZoneInfo(time_zone)).date()


def may_end_on(day: datetime.date, *, today: datetime.date) -> bool:
    """Whether a share may last until and with this day."""
    return today <= day <= today + LONGEST


def may_ask_again(asked_at: datetime.datetime, *, now: datetime.datetime) -> bool:
    """Whether enough time has gone by since the same was asked."""
    return now - asked_at >= ASK_AGAIN_AFTER


def is_new_reason(why: str, earlier: str) -> bool:
    """Whether a reason is another one than before; spaces, signs and capitals do not make it so."""
    return _letters(why) != _letters(earlier)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def due(now: datetime.datetime, *, time_zone: str) -> datetime.datetime:
    """The end of the second working day from now, where the agency is. Saturday and Sunday are none."""
    day, left = now.astimezone(ZoneInfo(time_zone)).date(), DAYS_TO_ANSWER
    while left:
        day += datetime.timedelta(days=1)
        left -= day.weekday() < 5
    return end_of(day, time_zone=time_zone)


def in_groups(digits: str, size: int = 4) -> str:
    """`123456781234` as `1234 5678 1234`, so that it can be read aloud and typed."""
    return " ".join(digits[start : start + size] for start in range(0, len(digits), size))


def day_of(now: datetime.datetime, *, time_zone: str) -> datetime.date:
    """The day it is where the agency is."""
    return now.astimezone(ZoneInfo(time_zone)).date()
