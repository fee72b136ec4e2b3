"""What a plan has in it, who may read it, and when a look back is offered. No Django here."""

from __future__ import annotations

import datetime
import unicodedata
from enum import StrEnum
from zoneinfo import ZoneInfo


class Part(StrEnum):
    """The parts of her own plan, in the order in which they stand. Every one can be left out."""

    SIGNS = "signs"
    ALONE = "alone"
    COMPANY = "company"
    WHO = "who"
    NUMBER = "number"
    SAFER = "safer"
    HARDER = "harder"
    KEEPS = "keeps"


class Audience(StrEnum):
    """Who may read what she wrote, besides her."""

    ME = "me"
    WITH_ME = "with_me"


class Settled(StrEnum):
    """How an ask to be called ended."""

    IN_TOUCH = "in_touch"


class Looked(StrEnum):
    """What a look back has in it."""

    HELPED = "helped"
    HURT = "hurt"
    CHANGE = "change"


# Within this time a rough night is looked back at, if she wants. Later it is still possible.
LOOK_BACK_WITHIN = datetime.timedelta(hours=72)


def look_back_by(asked_at: datetime.datetime) -> datetime.datetime:
    """Until when a look back is offered."""
    return asked_at + LOOK_BACK_WITHIN


def is_offered(*, asked_at: datetime.datetime, now: datetime.datetime, time_zone: str) -> bool:
    """Whether a look back is offered now: from the next day on, so that the night itself is left alone."""
    zone = ZoneInfo(time_zone)
    return asked_at.astimezone(zone).date() < now.astimezone(zone).date() and now <= look_back_by(asked_at)


def day_begins(now: datetime.datetime, *, time_zone: str) -> datetime.datetime:
    """When the day began where the agency is."""
    return datetime.datetime.combine(
        now.astimezone(ZoneInfo(time_zone)).date(), datetime.time(), tzinfo=ZoneInfo(time_zone)
    )


FEWEST_DIGITS = 3


def dialled(text: str) -> str:
    """What to dial for a number as it is written, in whatever digits; empty when it is none."""
    digits = "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())
    if len(digits) < FEWEST_DIGITS or any(letter.isalpha() for letter in text):
        return ""
    return ("+" if text.strip().startswith("+") else "") + digits
