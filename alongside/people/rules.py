"""Roles, what counts as a seat that holds, what may be a PIN, and how long somebody stays signed in."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

CARD_DIGITS = 16
CODE_DIGITS = 12
PIN_SHORTEST, PIN_LONGEST = 6, 12


class Role(StrEnum):
    """What somebody is in a partnership. A partnership has exactly one client."""

    CLIENT = "client"
    WORKER = "worker"
    COVER = "cover"
    SUPERVISOR = "supervisor"
    PARTNER = "partner"
    SUPPORTER = "supporter"
    PEER = "peer"
    # let in for an hour because it could not wait: a seat with its end fixed when it begins
    EMERGENCY = "emergency"


# How long a one-time code waits to be used.
CODE_WAITS = datetime.timedelta(days=7)

STAFF_ROLES = frozenset({Role.WORKER, Role.COVER, Role.SUPERVISOR, Role.EMERGENCY})
# They see what she shares with them, one by one, and nothing by their seat.
INVITED_ROLES = frozenset({Role.PARTNER, Role.SUPPORTER, Role.PEER})


class Post(StrEnum):
    """What somebody is employed as. A post opens nobody's record: only a seat does."""

    WORKER = "worker"
    SUPERVISOR = "supervisor"
    DIRECTOR = "director"


def holds(*, begins: datetime.datetime, ends: datetime.datetime | None, now: datetime.datetime) -> bool:
    """A seat holds from its beginning up to, and not including, its end."""
    return begins <= now and (ends is None or now < ends)


def digits_of(text: str) -> str:
    """The digits in a text as 0 to 9, whichever script they were typed in; all else is left out."""
    return "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())


class PinFault(StrEnum):
    """Why something cannot be a PIN."""

    NOT_DIGITS = "not_digits"
    LENGTH = "length"
    ALL_THE_SAME = "all_the_same"
    RUN = "run"
    FROM_THE_CARD = "from_the_card"


def pin_fault(pin: str) -> PinFault | None:
    """Say what is wrong with a PIN, or `None`. A run goes up or down by one, past 9 or 0 as well."""
    if len(pin) != len(digits_of(pin)):
        return PinFault.NOT_DIGITS
    digits = [int(digit) for digit in digits_of(pin)]
    if not PIN_SHORTEST <= len(digits) <= PIN_LONGEST:
        return PinFault.LENGTH
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    if steps == {0}:
        return PinFault.ALL_THE_SAME
    if steps in ({1}, {9}):
        return PinFault.RUN
    return None


def pieces(digits: str) -> list[str]:
    """Every piece of six neighbouring digits. A PIN that shares one with the card is not a secret."""
    return [digits[start : start + PIN_SHORTEST] for start in range(len(digits) - PIN_SHORTEST + 1)]


@dataclass(frozen=True)
class Stay:
    """How long somebody stays signed in: since they last did something, and since they signed in."""

    idle: datetime.timedelta
    absolute: datetime.timedelta

    def until(self, *, began: datetime.datetime, now: datetime.datetime) -> datetime.datetime:
        """When the session ends if nothing more happens."""
        return min(now + self.idle, began + self.absolute)

    def is_due(self, *, seen: datetime.datetime, now: datetime.datetime) -> bool:
        """Whether it is time to note that somebody is still here: at most five times in an idle time."""
        return now - seen >= self.idle / 5


# A phone or computer that others may pick up: the session also ends with the browser.
SHARED = Stay(idle=datetime.timedelta(minutes=10), absolute=datetime.timedelta(hours=12))
# She said that this device is hers alone. Not longer than a night: somebody may take it out of her hand.
HER_OWN = Stay(idle=datetime.timedelta(hours=12), absolute=datetime.timedelta(days=30))
# Staff: OWASP ASVS 5.0, 7.3.
STAFF = Stay(idle=datetime.timedelta(minutes=15), absolute=datetime.timedelta(hours=12))


def to_the_hour(moment: datetime.datetime) -> datetime.datetime:
    """When somebody was seen is kept no finer than this: it is for recognising a device, not for following anybody."""
    return moment.replace(minute=0, second=0, microsecond=0)


class Looks(StrEnum):
    """What a device looks like. Nothing more of its browser's name is kept."""

    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"


def looks_like(user_agent: str) -> Looks:
    """Tell a phone from a tablet from a computer by the name a browser gives itself."""
    name = user_agent.lower()
    if "ipad" in name or "tablet" in name or ("android" in name and "mobile" not in name):
        return Looks.TABLET
    if "mobi" in name or "iphone" in name or "android" in name:
        return Looks.PHONE
    return Looks.COMPUTER
