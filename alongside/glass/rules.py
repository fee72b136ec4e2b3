"""How long an emergency opens a space, until when it is looked at again, and what a space's reference looks like."""

from __future__ import annotations

import datetime
from enum import StrEnum

# Fixed when it begins; there is no way to make it longer (security.md 5.2).
OPEN_FOR = datetime.timedelta(minutes=60)
# A second person agrees within this time, or the need is not what it was.
ASK_STANDS = datetime.timedelta(minutes=60)
REVIEW_WITHIN = datetime.timedelta(hours=72)

# No letter that is mistaken for another when it is read out over the phone.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
REFERENCE_LETTERS = 8


class Purpose(StrEnum):
    """Why somebody is let in, in the codes of HL7's PurposeOfUse."""

    TREATMENT = "ETREAT"
    BREAK_THE_GLASS = "BTG"


def ends_of(begins: datetime.datetime) -> datetime.datetime:
    """When an opening that begins now ends by itself."""
    return begins + OPEN_FOR


def ask_stands(asked_at: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether a second person can still agree."""
    return now < asked_at + ASK_STANDS


def is_late(opened_at: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether nobody has looked at an opening for longer than was promised."""
    return now >= opened_at + REVIEW_WITHIN


def reference_from(digest: str) -> str:
    """Eight letters out of a keyed fingerprint in hex: 31 to the power of 8 of them, so that none is guessed."""
    number, letters = int(digest, 16), ""
    while len(letters) < REFERENCE_LETTERS:
        number, place = divmod(number, len(LETTERS))
        letters += LETTERS[place]
    return letters


def as_typed(text: str) -> str:
    """A reference as somebody typed it, without case, blanks and lines between the letters."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def as_printed(reference: str) -> str:
    """`ABCDEFGH` as `ABCD-EFGH`."""
    return f"{reference[:4]}-{reference[4:]}"
