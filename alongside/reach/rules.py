"""Ways to be reached, and hours that mean what they say."""

from __future__ import annotations

import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How somebody may be reached."""

    HERE = "here"  # only inside this space
    TEXT = "text"
    CALL = "call"
    LETTER = "letter"


def hours_make_sense(start: datetime.time, end: datetime.time) -> bool:
    """The first hour lies before the last on the same day."""
    return start < end
