"""What can stand in the record, whose turn it is, and what waits for her words. No Django here."""

from __future__ import annotations

from enum import StrEnum


class What(StrEnum):
    """What one entry of the record is."""

    # her words
    NEED = "need"
    HOPE = "hope"
    YOU_START = "you_start"  # the worker may begin: she waives going first
    WAIT_FOR_ME = "wait_for_me"  # and takes that back
    # what was heard
    HEARD = "heard"
    NOT_QUITE = "not_quite"
    CORRECTED = "corrected"
    YES = "yes"
    SKIPPED = "skipped"
    # the picture so far
    PICTURE = "picture"
    URGENT = "urgent"  # a picture written before her words, with the reason
    # what either puts into it, in three columns; and where each of them stands
    WORRY = "worry"
    HELPS = "helps"
    WANT = "want"
    SCALE = "scale"
    DIFFERENTLY = "differently"  # hers, beside a line of somebody else’s


COLUMNS = (What.WORRY, What.HELPS, What.WANT)
PICTURES = (What.PICTURE, What.URGENT)


class WorrySort(StrEnum):
    """What has happened, what may come, and what makes it harder are three things, and are kept apart."""

    PAST = "past"
    FUTURE = "future"
    HARDER = "harder"


# 0: it can’t go on like this; 10: this can be closed. Each says their own; they are never put together.
SCALE = range(11)


class Slot(StrEnum):
    """In each of these the newest entry stands; the earlier ones stay to be read."""

    NEED = "need"
    HOPE = "hope"
    START = "start"
    LISTENING = "listening"
    PICTURE = "picture"


SLOT_OF: dict[What, Slot] = {
    What.NEED: Slot.NEED,
    What.HOPE: Slot.HOPE,
    What.YOU_START: Slot.START,
    What.WAIT_FOR_ME: Slot.START,
    What.HEARD: Slot.LISTENING,
    What.NOT_QUITE: Slot.LISTENING,
    What.CORRECTED: Slot.LISTENING,
    What.YES: Slot.LISTENING,
    What.SKIPPED: Slot.LISTENING,
    What.PICTURE: Slot.PICTURE,
    What.URGENT: Slot.PICTURE,
}


# A line of the picture stands in a place of its own, named after the entry that began it.
_HERS, _STAFF = "hers", "staff"


def own_place(number: int, *, hers: bool) -> str:
    """The place of the line that this entry begins."""
    return f"{_HERS if hers else _STAFF}-{number}"


def is_staffs(place: str) -> bool:
    """Whether a line was begun by those who work with her."""
    return place.startswith(_STAFF)


class UrgentReason(StrEnum):
    """The only reasons for which staff may write before her words. The list is short on purpose."""

    DANGER_TO_LIFE = "danger_to_life"
    CHILD_AT_RISK = "child_at_risk"
    COURT_TODAY = "court_today"
    CANNOT_SPEAK = "cannot_speak"


class State(StrEnum):
    """Where listening back stands."""

    NOTHING = "nothing"
    SENT = "sent"
    NOT_QUITE = "not_quite"
    CORRECTED = "corrected"
    YES = "yes"
    SKIPPED = "skipped"


class Event(StrEnum):
    """What somebody does in listening back."""

    SEND = "send"  # staff: this is what I heard
    YES = "yes"  # she: yes, that is what I meant
    NOT_QUITE = "not_quite"  # she: not quite, and her own sentence
    CORRECT = "correct"  # staff: heard again, a new version
    SKIP = "skip"  # she: go on without this


STATES = tuple(State)

# Only one thread is open at a time: the next one is sent after a yes or a skip.
TRANSITIONS: dict[State, dict[Event, State]] = {
    State.NOTHING: {Event.SEND: State.SENT, Event.SKIP: State.SKIPPED},
    State.SENT: {Event.YES: State.YES, Event.NOT_QUITE: State.NOT_QUITE, Event.SKIP: State.SKIPPED},
    State.NOT_QUITE: {Event.CORRECT: State.CORRECTED, Event.SKIP: State.SKIPPED},
    State.CORRECTED: {Event.YES: State.YES, Event.NOT_QUITE: State.NOT_QUITE, Event.SKIP: State.SKIPPED},
    State.YES: {Event.SEND: State.SENT},
    State.SKIPPED: {Event.SEND: State.SENT},
}

# The entry that an event leaves behind, and the state that the newest of these entries means.
LEAVES: dict[Event, What] = {
    Event.SEND: What.HEARD,
    Event.YES: What.YES,
    Event.NOT_QUITE: What.NOT_QUITE,
    Event.CORRECT: What.CORRECTED,
    Event.SKIP: What.SKIPPED,
}
STATE_AFTER: dict[What, State] = {
    What.HEARD: State.SENT,
    What.YES: State.YES,
    What.NOT_QUITE: State.NOT_QUITE,
    What.CORRECTED: State.CORRECTED,
    What.SKIPPED: State.SKIPPED,
}


def can_follow(state: State, event: Event) -> bool:
    """Whether this may happen now."""
    return event in TRANSITIONS[state]


def she_was_heard(state: State) -> bool:
    """She said yes, or went on without it."""
    return state in (State.YES, State.SKIPPED)


def picture_is_open(*, said: bool, waived: bool) -> bool:
    """Staff's own picture waits for her need or her hope, or for her “you start”."""
    return said or waived


def waiver_can_be_taken_back(*, waived_as: int, pictured_as: int | None) -> bool:
    """Until staff wrote something on the strength of it. Both are numbers of entries; later ones are higher."""
    return pictured_as is None or pictured_as < waived_as
