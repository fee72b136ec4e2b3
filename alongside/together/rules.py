"""What a paper can be and where it stands; how long, how large and how often. No Django here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from enum import StrEnum

# Letters as a browser counts them (UTF-16 units): what its own `maxlength` holds to.
LONGEST_TEXT = 30_000
# Of one edit, and of a whole paper with all that was ever typed in it and taken out again.
LARGEST_EDIT = 64 * 1024
LARGEST_PAPER = 512 * 1024
# With so many edits they are merged into one: each keystroke reads all of them.
MERGE_AT = 40
# A page sends about eight in a second at most; somebody may have two or three open.
MOST_IN_A_SECOND = 20
# Of somebody who types or reads on without a pause the trail has one line in this time, and not one a keystroke.
SPELL = datetime.timedelta(minutes=10)


class Sort(StrEnum):
    """What is written."""

    NOTE = "note"
    PLAN = "plan"
    LETTER = "letter"


class State(StrEnum):
    """Where a paper stands."""

    WRITING = "writing"
    FINISHED = "finished"
    TAKEN_OVER = "taken_over"  # it lives on as a note


def length_of(text: str) -> int:
    """How long a browser says that a text is."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def spell_of(now: datetime.datetime) -> str:
    """The stretch of time that a moment lies in: the same for all moments of one stretch."""
    return str(int(now.timestamp() // SPELL.total_seconds()))


def may_finish(state: State) -> bool:
    return state is State.WRITING


def may_go_on(state: State) -> bool:
    """A paper that became a note goes on there."""
    return state is State.FINISHED


def too_quick(times: Iterable[datetime.datetime], now: datetime.datetime) -> bool:
    """More edits of one person within a second than all their pages together send."""
    return sum(now - time < datetime.timedelta(seconds=1) for time in times) >= MOST_IN_A_SECOND
