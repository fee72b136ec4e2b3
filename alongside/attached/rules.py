"""What may be kept beside words, how large it may be, and how a voice note gets its written form. No Django here."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Sort(StrEnum):
    """What it is."""

    PHOTO = "photo"
    VOICE = "voice"


class Media(StrEnum):
    """What is kept: nothing else ever leaves this room, and a browser is told not to guess."""

    JPEG = "image/jpeg"
    WEBM = "audio/webm"
    MP4 = "audio/mp4"


ENDINGS = {Media.JPEG: "jpg", Media.WEBM: "webm", Media.MP4: "m4a"}

# What one file may be when it arrives, and all files of one form together.
MOST_BYTES_IN = 8 * 1024 * 1024
MOST_BYTES_OF_SOUND_IN = 1024 * 1024
MOST_BYTES_TOGETHER = 20 * 1024 * 1024
MOST_AT_ONCE = 3
# What is kept of one.
MOST_BYTES_KEPT = 600_000
# The longer side of a photo that is kept: a letter can be read on it.
LONGEST_SIDE = 1600
# A photo with more points than this is not even begun. Each takes up to about 200 MB while it is drawn: a JPEG
# can be read at a part of its size, a PNG cannot, and a WebP is unpacked twice.
MOST_POINTS = {"JPEG": 64_000_000, "MPO": 64_000_000, "PNG": 25_000_000, "WEBP": 12_000_000}

MOST_SECONDS = 60
# A recorder that was stopped at sixty seconds has written a little more.
SECONDS_OVER = 2


class Why(StrEnum):
    """Why a file is not kept."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_PHOTO = "not_a_photo"
    TOO_MANY_POINTS = "too_many_points"
    NOT_A_SOUND = "not_a_sound"
    TOO_LONG = "too_long"


class CannotBeKept(Exception):
    """A file is not what it should be; nothing of it was kept."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Upload:
    """A file that was looked at and made anew: ready to be kept."""

    media: Media
    content: bytes
    # of sound
    seconds: int | None = None

    @property
    def sort(self) -> Sort:
        return Sort.PHOTO if self.media is Media.JPEG else Sort.VOICE

    def as_key(self) -> str:
        """What makes a form with this file another one than the same form with another file."""
        return hashlib.sha256(self.content).hexdigest()


def is_too_long(seconds: float) -> bool:
    """Whether a voice note is longer than a minute, with what a recorder needs to stop."""
    return seconds > MOST_SECONDS + SECONDS_OVER


@dataclass(frozen=True)
class Voice:
    """What a row keeps in its own body of the voice note beside it: a page of such rows need not ask for it.

    None of it ever changes.
    """

    id: uuid.UUID
    seconds: int
    # in bytes
    size: int

    def as_body(self) -> dict[str, Any]:
        return {"voice": str(self.id), "voice_seconds": self.seconds, "voice_size": self.size}


def voice_in(body: Mapping[str, Any] | None) -> Voice | None:
    """The voice note that a body names, if it names one."""
    if not body or "voice" not in body:
        return None
    return Voice(uuid.UUID(body["voice"]), body["voice_seconds"], body["voice_size"])


# --- the written form of a voice note ---------------------------------------------------------------


class State(StrEnum):
    """Where one version of the written form stands. Empty on a voice note that nobody has written down."""

    PROPOSED = "proposed"  # somebody else wrote down what they heard
    CORRECTED = "corrected"  # whoever spoke changed it
    YES = "yes"  # whoever spoke says: this is what I said


def can_be_proposed(state: State | None) -> bool:
    """Others write down what they heard until whoever spoke has said what is right."""
    return state in (None, State.PROPOSED)


def range_of(asked: str, length: int) -> tuple[int, int] | None:
    """The first and the last byte that a `Range` header asks for (RFC 9110, section 14.2); `None` for all of it.

    Only one range is given: for several the whole is sent, as the standard allows. Raise `ValueError`
    when it begins behind the end.
    """
    unit, _, spans = asked.partition("=")
    first, dash, last = spans.strip().partition("-")
    if unit.strip() != "bytes" or not dash or not (first or last) or not (first + last).isascii():
        return None
    if not (first + last).isdigit() or len(first + last) > 24:
        return None
    if not first:
        if int(last) == 0:
            raise ValueError
        return max(length - int(last), 0), length - 1
    begins, ends = int(first), min(int(last), length - 1) if last else length - 1
    if last and int(last) < begins:
        return None
    if begins >= length:
        raise ValueError
    return begins, ends
