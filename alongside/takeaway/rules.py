"""What a copy is made of, how long it waits, and how a space comes to its end."""

from __future__ import annotations

import datetime
from enum import StrEnum

# --- my copy ---------------------------------------------------------------------------------------

# What stands at the head of the file, so that a house knows what it was given.
FORMAT = "alongside-my-copy"
VERSION = 1

# The names inside the file.
PAGE, PAPER, ROWS, MANIFEST = "index.html", "my-copy.pdf", "my-copy.json", "manifest.json"
RECEIPTS = "receipts.json"
ATTACHED = "attached/"

# A copy that nobody took goes away again.
KEPT_FOR = datetime.timedelta(hours=24)
# The work on a copy notes that it goes on after each piece; silent for longer than this, it has stopped.
SILENT_FOR = datetime.timedelta(minutes=2)
# How many rows are read before it is asked again whether this may go on.
ROWS_AT_ONCE = 500
# How long a piece of the finished file is, in bytes.
PART_BYTES = 256 * 1024


def is_over(asked_at: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether a copy has waited long enough."""
    return now - asked_at >= KEPT_FOR


def has_stopped(beat_at: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether the work on a copy has ended without an end: the server was started anew, say."""
    return now - beat_at > SILENT_FOR


# What a file that is brought in may be at most, so that a small one cannot grow until nothing else fits.
MOST_FILES = 10_000
MOST_BYTES = 512 * 1024 * 1024
MOST_TO_ONE = 200  # bytes inside to each byte of the file
# What a page takes; a larger one comes in by a command on the server itself.
MOST_BYTES_BY_PAGE = 8 * 1024 * 1024


# --- erasing ---------------------------------------------------------------------------------------

# From her asking until it is done: so long she can take it back.
WAY_BACK = datetime.timedelta(days=7)
# When it is due, the next round does it; a round is made at least once a day.
DONE_WITHIN = datetime.timedelta(hours=24)


class State(StrEnum):
    """Where a space stands on the way to its end."""

    ACTIVE = "active"
    ASKED = "asked"
    DUE = "due"
    ON_HOLD = "on_hold"
    ERASED = "erased"


class Event(StrEnum):
    """What happens to it."""

    ASK = "ask"  # she asks
    TAKE_BACK = "take_back"  # she keeps it after all
    TIME = "time"  # the days are over, or the time for which an agency keeps things is
    HOLD = "hold"  # two people say that the law forbids it for now
    LIFT = "lift"  # the hold ends
    ERASE = "erase"


STATES = tuple(State)

TRANSITIONS: dict[State, dict[Event, State]] = {
    State.ACTIVE: {Event.ASK: State.ASKED, Event.TIME: State.DUE},
    State.ASKED: {Event.TAKE_BACK: State.ACTIVE, Event.TIME: State.DUE},
    State.DUE: {Event.TAKE_BACK: State.ACTIVE, Event.HOLD: State.ON_HOLD, Event.ERASE: State.ERASED},
    State.ON_HOLD: {Event.TAKE_BACK: State.ACTIVE, Event.LIFT: State.DUE},
    State.ERASED: {},
}


def can_follow(state: State, event: Event) -> bool:
    """Whether this may happen now."""
    return event in TRANSITIONS[state]


def state_of(*, due_at: datetime.datetime | None, is_held: bool, now: datetime.datetime) -> State:
    """Where it stands: `due_at` is when it falls due, by her asking or by the time that is kept, if at all."""
    if due_at is None:
        return State.ACTIVE
    if now < due_at:
        return State.ASKED
    return State.ON_HOLD if is_held else State.DUE


def kept_until(last: datetime.datetime, years: int | None) -> datetime.datetime | None:
    """Until when an agency keeps a space in which nothing was done since `last`; `None` for as long as she wants."""
    if years is None:
        return None
    try:
        return last.replace(year=last.year + years)
    except ValueError:  # the 29th of February
        return last.replace(year=last.year + years, month=3, day=1)


# --- legal hold ------------------------------------------------------------------------------------

# A hold has an end that is fixed when it is set, and somebody looks at it again in between.
LONGEST_HOLD = datetime.timedelta(days=365)
REVIEW_AFTER = datetime.timedelta(days=90)


def holds_back(
    *,
    confirmed_at: datetime.datetime | None,
    ends: datetime.datetime,
    lifted_at: datetime.datetime | None,
    now: datetime.datetime,
) -> bool:
    """A hold counts from when a second person confirmed it, up to its end or until two have lifted it."""
    return confirmed_at is not None and lifted_at is None and now < ends
