"""Ways to be reached, hours that mean what they say, and whether something may leave now.

`may_go` is the one rule that everything passes that leaves the house. Nothing can be given to it
that would make it say yes where she said no.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import hmac
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from alongside.people.rules import digits_of


class Channel(StrEnum):
    """How somebody may be reached."""

    HERE = "here"  # only inside this space
    TEXT = "text"
    EMAIL = "email"
    PUSH = "push"  # a notice on a phone of hers
    CALL = "call"
    LETTER = "letter"


# What a computer can do without a person.
BY_ITSELF = frozenset({Channel.TEXT, Channel.EMAIL, Channel.PUSH})


class Because(StrEnum):
    """Why something leaves. It is never said in what leaves: whatever the reason, the words are the same."""

    MESSAGE = "message"
    ANSWER = "answer"
    LET_IN = "let_in"
    TODAY = "today"
    TRY = "try"  # she wants to see what comes
    URGENT = "urgent"  # two people agreed that it cannot wait for her hours


# What is told here as well, so that whoever has been here since needs no word of it outside.
TOLD_HERE = frozenset({Because.MESSAGE, Because.ANSWER, Because.TODAY})
# What comes in a conversation waits this long: whoever is here at that moment reads it here.
TALKING = frozenset({Because.MESSAGE, Because.ANSWER})
A_MOMENT = datetime.timedelta(minutes=1)
# What comes in a flurry goes as one.
PAUSE = datetime.timedelta(minutes=15)
# A second person agrees within this time, or the need is not what it was.
ASK_STANDS = datetime.timedelta(minutes=60)
# She may try out how it looks this often in a day.
TRIES_A_DAY = 5


class Sentence(StrEnum):
    """The words that leave. All of them are harmless on a locked screen; the last one is her own."""

    NEWS = "news"
    LIST = "list"
    BOOK = "book"
    THANKS = "thanks"
    OWN = "own"


class State(StrEnum):
    """Where something that is to leave stands."""

    WAITS = "waits"
    GOES = "goes"  # somebody holds it and is at it
    GONE = "gone"
    JOINED = "joined"  # went with another one to the same person
    NEEDLESS = "needless"  # the person was here before it left
    STOPPED = "stopped"


class Why(StrEnum):
    """Why something did not leave."""

    NOT_SAID = "not_said"  # she has not said how she may be reached
    ONLY_HERE = "only_here"
    ANOTHER_WAY = "another_way"  # she chose another channel
    A_PERSON = "a_person"  # her rule is for a person to read and to keep
    NO_ADDRESS = "no_address"
    NOT_SET_UP = "not_set_up"  # this house has no such channel
    NOT_HERE = "not_here"  # the seat has ended, or the account
    NOT_TAKEN = "not_taken"  # the gateway or mail server says that it never will
    GAVE_UP = "gave_up"


# What a person must make good: she wanted to be reached this way, and was not.
NEEDS_A_PERSON = frozenset({Why.NO_ADDRESS, Why.NOT_TAKEN, Why.GAVE_UP})


def hours_make_sense(start: datetime.time, end: datetime.time) -> bool:
    """The first hour lies before the last on the same day."""
    return start < end


def is_push_address(address: str, hosts: Collection[str], *, on_this_machine: Callable[[str], bool]) -> bool:
    """Whether an address that a browser gave is one of a push service that this house may call.

    Of https at its usual port, and of a name that is one of `hosts` or ends in one. A machine that stands in `hosts`
    as such and is this one (for trying it out) may do without.
    """
    if not all("!" <= letter <= "~" for letter in address):
        return False
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or parts.fragment or not parts.path.strip("/"):
        return False
    if parts.scheme == "http":
        return host in hosts and on_this_machine(host)
    is_known = any(host == known or host.endswith(f".{known}") for known in hosts)
    return parts.scheme == "https" and port in (None, 443) and is_known


# --- Whether it may go -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """A contact rule as whoever sends must keep it. `days` are ISO weekdays, 1 to 7; none means every day."""

    channel: Channel
    from_hour: datetime.time
    to_hour: datetime.time
    zone: ZoneInfo
    days: frozenset[int] = frozenset()
    # She wrote in her own words what must never happen, and no computer can read that.
    for_a_person: bool = False

    def open_at(self, at: datetime.datetime) -> bool:
        """Whether the clock on her wall is within her hours."""
        there = at.astimezone(self.zone)
        return (not self.days or there.isoweekday() in self.days) and self.from_hour <= there.time() < self.to_hour


@dataclass(frozen=True)
class Go:
    """It may leave now."""


@dataclass(frozen=True)
class Wait:
    """It may leave at that moment, and not before."""

    until: datetime.datetime


@dataclass(frozen=True)
class No:
    """It must not leave."""

    why: Why


def may_go(rule: Terms | None, channel: Channel, at: datetime.datetime) -> Go | Wait | No:
    """Whether something may leave for her by this channel at this moment."""
    if rule is None:
        return No(Why.NOT_SAID)
    if rule.channel is Channel.HERE:
        return No(Why.ONLY_HERE)
    if channel is not rule.channel:
        return No(Why.ANOTHER_WAY)
    if channel not in BY_ITSELF or rule.for_a_person:
        return No(Why.A_PERSON)
    if rule.open_at(at):
        return Go()
    opens = _opens_after(rule, at)
    return Wait(opens) if opens is not None else No(Why.A_PERSON)


# Over a week, so that a weekly hour which a clock change swallows is found in the week after.
DAYS_AHEAD = 16


def _opens_after(rule: Terms, at: datetime.datetime) -> datetime.datetime | None:
    """The first moment after `at`, at which her hours begin; `None` where they never do."""
    today = at.astimezone(rule.zone).date()
    for day in (today + datetime.timedelta(days=ahead) for ahead in range(DAYS_AHEAD)):
        begins = [moment for moment in _could_begin(rule, day) if moment > at and rule.open_at(moment)]
        if begins:
            return min(begins)
    return None


def _could_begin(rule: Terms, day: datetime.date) -> list[datetime.datetime]:
    """When her hours could begin on a day: as the clock says, twice where it is put back, and when it is changed."""
    said = datetime.datetime.combine(day, rule.from_hour, tzinfo=rule.zone)
    found = [said.replace(fold=fold).astimezone(datetime.UTC) for fold in (0, 1)]
    changed = _clock_changes(rule.zone, day)
    return found if changed is None else [*found, changed]


def _clock_changes(zone: ZoneInfo, day: datetime.date) -> datetime.datetime | None:
    """The minute of a day in which the clocks there are changed."""
    start, end = (
        datetime.datetime.combine(day + datetime.timedelta(days=more), datetime.time(), tzinfo=zone).astimezone(
            datetime.UTC
        )
        for more in (0, 1)
    )

    def at(minutes: int) -> datetime.datetime:
        return start + datetime.timedelta(minutes=minutes)

    def offset(minutes: int) -> datetime.timedelta | None:
        return at(minutes).astimezone(zone).utcoffset()

    before, after = 0, int((end - start).total_seconds()) // 60
    if offset(before) == offset(after):
        return None
    while after - before > 1:
        middle = (before + after) // 2
        if offset(middle) == offset(0):
            before = middle
        else:
            after = middle
    return at(after)


def may_go_at_once(rule: Terms | None, channel: Channel, at: datetime.datetime) -> Go | No:
    """The same for what two people agreed on: it need not wait for her hours. What she closed stays closed."""
    verdict = may_go(rule, channel, at)
    return Go() if isinstance(verdict, Wait) else verdict


def ask_stands(asked_at: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether a second person can still agree."""
    return now < asked_at + ASK_STANDS


# --- Trying again ----------------------------------------------------------------------------------

# After each try that came to nothing; when they are used up, a person is told. A bit less than a day in all.
BETWEEN_TRIES = tuple(
    datetime.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60)
)  # fmt: skip
# Longer than any try takes: see the time limits in `channels`.
LEASE = datetime.timedelta(minutes=3)


def next_try(tries: int, now: datetime.datetime) -> datetime.datetime | None:
    """When to try again what was tried so often, or `None`: enough."""
    return now + BETWEEN_TRIES[tries - 1] if tries <= len(BETWEEN_TRIES) else None


# --- Numbers and addresses -------------------------------------------------------------------------

_IN_A_NUMBER = re.compile(r"[\d\s()./+\-\u2010-\u2015\u00a0\u200e\u200f]+")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


def phone_of(typed: str, *, country: str = "") -> str | None:
    """A phone number as gateways want it (`+447700900123`), or `None` for what is none.

    `country` is the country's code, for a number that begins with a single 0 as it is dialled there.
    """
    if not _IN_A_NUMBER.fullmatch(typed):
        return None
    digits = digits_of(typed)
    if typed.lstrip("\u200e\u200f ").startswith("+"):
        digits = "+" + digits_of(typed.replace("(0)", ""))  # as some write it: dialled only at home
    elif digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0") and country:
        digits = "+" + country + digits[1:]
    return digits if 7 <= len(digits.lstrip("+")) <= 15 else None


def address_of(typed: str) -> str | None:
    """An e-mail address, or `None` for what is none."""
    typed = typed.strip()
    return typed if len(typed) <= 254 and _ADDRESS.fullmatch(typed) else None


# --- What comes in ---------------------------------------------------------------------------------

# The scheme of Standard Webhooks 1.0: the text that is signed is `id.timestamp.body`.
REPLAY_WINDOW = datetime.timedelta(minutes=5)
SECRET_PREFIX = "whsec_"  # noqa: S105  (the scheme's own, and no secret)


def signature_of(secret: bytes, gateway_id: str, timestamp: str, body: bytes) -> str:
    """How the gateway signs."""
    signed = hmac.new(secret, f"{gateway_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def secret_in(written: str) -> bytes:
    """The secret as bytes, as it stands in a file: base64, with `whsec_` before it or without."""
    try:
        return base64.b64decode(written.strip().removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("The secret for incoming texts is not base64.") from error


def is_signed(
    secrets: Iterable[bytes], *, gateway_id: str, timestamp: str, body: bytes, signatures: str, now: datetime.datetime
) -> bool:
    """Whether one of the secrets made one of these signatures, within the window; as long whichever is wrong."""
    good = False
    for secret in secrets:
        wanted = signature_of(secret, gateway_id, timestamp, body).encode()
        for given in signatures.split(" ")[:4]:
            good |= hmac.compare_digest(wanted, given.encode(errors="replace"))
    in_time = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    in_time = in_time and abs(int(timestamp) - now.timestamp()) <= REPLAY_WINDOW.total_seconds()
    return good and in_time and bool(gateway_id)
