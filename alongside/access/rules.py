"""When an answer to “Why did you look?” is due, and the short code of a list. No Django here."""

from __future__ import annotations

import datetime
import unicodedata
from zoneinfo import ZoneInfo

DAYS_TO_ANSWER = 2
SATURDAY = 5


def answer_due(asked_at: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """Two working days later at the same hour, Monday to Friday being working days where the agency is."""
    local = asked_at.astimezone(zone)
    days = DAYS_TO_ANSWER
    while days:
        local += datetime.timedelta(days=1)
        days -= local.weekday() < SATURDAY
    return local.astimezone(datetime.UTC)


# --- The short code --------------------------------------------------------------------------------

# Digits and letters that cannot be taken for one another (Crockford's base 32).
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKS_LIKE = str.maketrans("OIL", "011")
# 80 bits of the root: nobody finds another list with the same code.
CODE_BYTES = 10
CODE_SIGNS = 16


def _short(root: bytes) -> str:
    number = int.from_bytes(root[:CODE_BYTES], "big")
    return "".join(SIGNS[number >> 5 * place & 31] for place in reversed(range(CODE_SIGNS)))


def code_of(size: int, root: bytes) -> str:
    """A code to write down: how long the list is, and the beginning of its root, in groups of four."""
    signs = _short(root)
    return "-".join([str(size), *(signs[start : start + 4] for start in range(0, CODE_SIGNS, 4))])


def code_from(typed: str) -> tuple[int, str] | None:
    """The size and the signs in a code as somebody typed it, whatever stands between them; `None` if it is none.

    Small letters, digits of any script, and O, I and L for 0 and 1 are understood.
    """
    plain = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in typed.strip().upper()
    ).translate(LOOKS_LIKE)
    signs = "".join(letter for letter in plain if letter.isalnum())
    size, code = signs[:-CODE_SIGNS], signs[-CODE_SIGNS:]
    if not (size.isascii() and size.isdigit() and len(size) <= 15 and set(code) <= set(SIGNS)):
        return None
    return int(size), code


def code_fits(code: str, root: bytes) -> bool:
    """Whether the signs of a code are of this root."""
    return _short(root) == code
