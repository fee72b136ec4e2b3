"""What can be said in a note, where it stands, who may write it anew, and what differs. No Django here."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

# A note of staff may wait for her this long, and no longer.
BY_TOMORROW = datetime.timedelta(hours=24)
# A part may be kept from her this long, and no longer; until somebody has agreed to it, this long.
WITHHELD_DAYS = 90
AGREED_WITHIN = datetime.timedelta(hours=24)
WORKING_DAYS_TO_ANSWER = 2
# Whoever was asked to look may still read the note for this long after the answer, or after the day it was due.
LOOK_ENDS_AFTER = datetime.timedelta(days=7)


class Side(StrEnum):
    """On which side somebody stood when they wrote."""

    CLIENT = "client"
    STAFF = "staff"
    GUEST = "guest"


class What(StrEnum):
    """What one voice in a note is."""

    VERSION = "version"
    ADDED = "added"
    DIFFERENT = "different"  # I see it differently
    LATER = "later"  # how I see it now
    SIGNED = "signed"
    READ = "read"
    ASKED = "asked"  # please correct this
    LEFT = "left"  # it stays as it is, and why
    LOOK = "look"  # a third person is asked to look
    LOOKED = "looked"
    MARKER = "marker"  # something isn't shown here
    CHALLENGE = "challenge"
    ANSWERED = "answered"


# What the other side should see, until it has done anything with the note.
NEWS = frozenset({What.VERSION, What.ADDED, What.DIFFERENT, What.LATER, What.LEFT, What.LOOKED, What.MARKER,
                  What.ANSWERED})  # fmt: skip


class WaitsFor(StrEnum):
    """Who should look at a voice next; empty in the table when nobody needs to."""

    CLIENT = "client"
    STAFF = "staff"
    WHOM = "whom"  # the person who was asked
    SECOND = "second"  # the second person, or a supervisor


class State(StrEnum):
    """Where a note stands."""

    DRAFT = "draft_together"
    SHARED = "shared"
    CORRECTED = "corrected"
    TWO_VIEWS = "two_views"
    SIGNED = "signed"


def state_of(*, together: bool, versions: int, views: int, signed_since: frozenset[Side], ever_signed: bool) -> State:
    """Where a note stands.

    `signed_since` are the sides that signed the version that stands, after the newest view beside it.
    A draft written together ends with the first signature, or when somebody sees it differently.
    """
    if {Side.CLIENT, Side.STAFF} <= signed_since:
        return State.SIGNED
    if views:
        return State.TWO_VIEWS
    if together and not ever_signed:
        return State.DRAFT
    return State.CORRECTED if versions > 1 and not together else State.SHARED


def may_rewrite(*, began: Side, together: bool, side: Side) -> bool:
    """A new version comes from the side that wrote the note, or from either when it is written together."""
    return side in (Side.CLIENT, Side.STAFF) and (together or side is began)


def may_ask_correction(*, began: Side, together: bool, side: Side) -> bool:
    """One asks the other side; what a guest observed is theirs, and one's own view can stand beside it."""
    return began is not Side.GUEST and not may_rewrite(began=began, together=together, side=side)


def waits_for(side: Side) -> WaitsFor:
    """Who should read what this side has written."""
    return WaitsFor.STAFF if side is Side.CLIENT else WaitsFor.CLIENT


def working_days_after(moment: datetime.datetime, days: int, zone: datetime.tzinfo) -> datetime.datetime:
    """The same time of day so many working days later. Saturdays and Sundays do not count; what is asked then
    counts as asked on Monday."""
    local = moment.astimezone(zone)
    while local.weekday() >= 5:
        local = local.replace(hour=0, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1)
    while days:
        local += datetime.timedelta(days=1)
        days -= local.weekday() < 5
    return local.astimezone(datetime.UTC)


# --- withheld parts ----------------------------------------------------------------------------------


class Category(StrEnum):
    """The only grounds on which a part may be kept from her."""

    THIRD_PERSON = "third_person"
    SERIOUS_HARM = "serious_harm"
    COURT_ORDER = "court_order"


class Agreeing(StrEnum):
    """What the second person says."""

    YES = "yes"
    MARKED = "marked"  # yes, and the mark is shown to her
    NO = "no"


def may_hide_marker(*, category: Category, reason: str) -> bool:
    """Only where the mark itself would endanger somebody, and with a reason of its own."""
    return category is Category.SERIOUS_HARM and bool(reason.strip())


# --- her own pages -----------------------------------------------------------------------------------


class Audience(StrEnum):
    """Who may read one of her own pages."""

    ME = "me"
    WORKER = "worker"
    NAMED = "named"


# --- what differs ------------------------------------------------------------------------------------


class Change(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, went, or is new."""

    change: Change
    text: str


# With more pairs of words than this, frequent words are not looked at on their own: it stays quick.
PAIRS_TO_COMPARE = 1_000_000


def difference(old: str, new: str) -> list[Piece]:
    """What differs between two texts, word by word. What went and stayed is `old`; what is new and stayed is `new`."""
    before, after = _tokens(old), _tokens(new)
    start, end = _shared_ends(before, after)
    old_middle, new_middle = before[start : len(before) - end], after[start : len(after) - end]
    pieces = [Piece(Change.SAME, "".join(before[:start]))]
    pieces += _compared(old_middle, new_middle)
    pieces.append(Piece(Change.SAME, "".join(before[len(before) - end :])))
    return list(_joined(pieces))


def _tokens(text: str) -> list[str]:
    """Words, each with the blanks that follow it."""
    return re.findall(r"\S+\s*|\s+", text)


def _shared_ends(before: list[str], after: list[str]) -> tuple[int, int]:
    shortest = min(len(before), len(after))
    start = next((at for at in range(shortest) if before[at] != after[at]), shortest)
    left = shortest - start
    end = next((at for at in range(left) if before[-1 - at] != after[-1 - at]), left)
    return start, end


def _compared(before: list[str], after: list[str]) -> Iterator[Piece]:
    quick = len(before) * len(after) > PAIRS_TO_COMPARE
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=quick).get_opcodes():
        if tag == "equal":
            yield Piece(Change.SAME, "".join(before[i1:i2]))
        else:
            yield Piece(Change.GONE, "".join(before[i1:i2]))
            yield Piece(Change.NEW, "".join(after[j1:j2]))


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    held: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if held is not None and held.change is piece.change:
            held = Piece(held.change, held.text + piece.text)
        else:
            if held is not None:
                yield held
            held = piece
    if held is not None:
        yield held
