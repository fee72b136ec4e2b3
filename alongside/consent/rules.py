"""What can be shared as a whole, and when a share opens anything. No Django here."""

from __future__ import annotations

import datetime
from enum import StrEnum


class Shared(StrEnum):
    """What she can show somebody: seven things at most, in words that she would use."""

    WORDS = "words"
    PICTURE = "picture"
    NOTES = "notes"
    DECISIONS = "decisions"
    AGREEMENT = "agreement"
    STRENGTHS = "strengths"
    REACH = "reach"


def opens(
    *,
    begins: datetime.datetime,
    ends: datetime.datetime,
    paused_at: datetime.datetime | None,
    withdrawn_at: datetime.datetime | None,
    now: datetime.datetime,
) -> bool:
    """A share opens what it names from its beginning up to, and not including, its end; never paused or taken back."""
    return paused_at is None and withdrawn_at is None and begins <= now < ends
