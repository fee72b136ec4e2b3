"""What an offer, a hard subject and the contact on the day after can be, and who moves them on. No Django here."""

from __future__ import annotations

import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

# --- what gets her through -------------------------------------------------------------------------


class Sort(StrEnum):
    """What an entry of “What gets me through” is."""

    GOOD_AT = "good_at"  # what I am good at
    HELPS = "helps"  # what gets me through: what I do, and when it helps
    MANAGED = "managed"  # something I managed
    SEEN = "seen"  # “I saw you do this”, and where


# Who saw it is somebody else: what she did herself she managed.
HER_SORTS = (Sort.GOOD_AT, Sort.HELPS, Sort.MANAGED)
# 0 is nothing at all, 10 as big as it can be.
BIGNESS = range(11)
# An offer is told for so long among what waits; after that it rests on its page and waits for nobody.
TOLD_FOR = datetime.timedelta(days=7)


def may_take_back(*, hers: bool, own: bool, kept: bool) -> bool:
    """She takes back anything; somebody else only what they offered, as long as she has not kept it."""
    return hers or (own and not kept)


# --- what is hard to talk about --------------------------------------------------------------------


class State(StrEnum):
    """Where a hard subject stands."""

    TO_TALK = "to_talk"
    NOT_YET = "not_yet"
    READY = "ready"
    TALKED = "talked"


class Move(StrEnum):
    """What moves a subject on."""

    NOT_YET = "not_yet"
    READY = "ready"
    TALKED = "talked"


# She moves it wherever she likes, also back. Those who work with her can only say that they talked,
# and only after she was ready for it.
BY_HER: dict[State, dict[Move, State]] = {
    State.TO_TALK: {Move.NOT_YET: State.NOT_YET, Move.READY: State.READY, Move.TALKED: State.TALKED},
    State.NOT_YET: {Move.READY: State.READY, Move.TALKED: State.TALKED},
    State.READY: {Move.NOT_YET: State.NOT_YET, Move.TALKED: State.TALKED},
    State.TALKED: {Move.NOT_YET: State.NOT_YET, Move.READY: State.READY},
}
BY_STAFF: dict[State, dict[Move, State]] = {
    State.TO_TALK: {},
    State.NOT_YET: {},
    State.READY: {Move.TALKED: State.TALKED},
    State.TALKED: {},
}


def follows(state: State, move: Move, *, hers: bool) -> State | None:
    """Where a move leads, or `None` when it cannot follow."""
    return (BY_HER if hers else BY_STAFF)[state].get(move)


def can_be_proposed(state: State) -> bool:
    """Whether it can be asked if this is a good time: while she has not said that she is ready."""
    return state in (State.TO_TALK, State.NOT_YET)


def can_be_taken_off(*, talked_once: bool) -> bool:
    """What was talked about stays, with the promise that was given then."""
    return not talked_once


class What(StrEnum):
    """What one step in a subject is."""

    MORE = "more"  # a bit more than the headline
    DETAILS = "details"  # all of it
    PACE = "pace"
    MOVED = "moved"
    PROPOSED = "proposed"
    LOOKED_BACK = "looked_back"  # whether it was good to talk


LAYERS = (What.MORE, What.DETAILS)


class Audience(StrEnum):
    """Who sees a layer, besides her."""

    ALL = "all"  # everybody who works with her
    WORKER = "worker"  # her worker, and nobody who stands in


class Leads(StrEnum):
    """Who leads the talk."""

    ME = "me"
    YOU = "you"
    BOTH = "both"


# Whether it was good to talk: 1 not at all, 5 very.
GLAD = range(1, 6)

# --- the day after ---------------------------------------------------------------------------------

WITHIN = datetime.timedelta(hours=48)


class Settled(StrEnum):
    """How the contact on the day after ended. Empty while it is open."""

    KEPT = "kept"
    DECLINED = "declined"


def day_after(talked_at: datetime.datetime, *, time_zone: str) -> datetime.date:
    """The next day, where the agency is."""
    return day_of(talked_at, time_zone=time_zone) + datetime.timedelta(days=1)


def day_of(moment: datetime.datetime, *, time_zone: str) -> datetime.date:
    """The day of a moment, where the agency is."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def is_late(*, due: datetime.date, on: datetime.date) -> bool:
    """Whether a contact on this day, or none up to it, is later than what was promised."""
    return on > due


def within_two_days(*, talked_at: datetime.datetime, kept_at: datetime.datetime) -> bool:
    """What measure M18 counts: within 48 hours of talking."""
    return kept_at - talked_at <= WITHIN
