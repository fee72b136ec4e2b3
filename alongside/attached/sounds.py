"""A voice note, taken apart into the packets of its sound and put together anew.

Nothing is decoded and nothing is run. What comes out has a container made here, with the packets in
it and how long it is: names, places, covers, comments, hours and whatever was hung on behind are not
copied. What stands inside a packet of sound is not looked at.

Understood are what browsers record (Opus in WebM or Ogg, AAC in MP4) and what phones record (AAC in
MP4). Opus is kept as WebM, AAC as MP4.
"""

from __future__ import annotations

import struct

from alongside.attached import mp4, ogg, webm
from alongside.attached.rules import (
    MOST_BYTES_KEPT,
    MOST_BYTES_OF_SOUND_IN,
    CannotBeKept,
    Media,
    Upload,
    Why,
    is_too_long,
)

# A packet is at least this long; with fewer bytes to a packet a file could claim endless sound.
MOST_PACKETS = 60_000


def understood(file: bytes) -> Upload:
    """The voice note as it is kept. Raise `CannotBeKept`."""
    if not file:
        raise CannotBeKept(Why.EMPTY)
    if len(file) > MOST_BYTES_OF_SOUND_IN:
        raise CannotBeKept(Why.TOO_LARGE)
    try:
        media, content, seconds = _anew(file)
    except CannotBeKept:
        raise
    except (ValueError, IndexError, KeyError, OverflowError, struct.error) as error:
        raise CannotBeKept(Why.NOT_A_SOUND) from error
    if is_too_long(seconds):
        raise CannotBeKept(Why.TOO_LONG)
    if len(content) > MOST_BYTES_KEPT:
        raise CannotBeKept(Why.TOO_LARGE)
    return Upload(media, content, seconds=max(1, round(seconds)))


def _anew(file: bytes) -> tuple[Media, bytes, float]:
    if file[:4] == webm.BEGINS:
        head, packets = webm.opus_in(file)
    elif file[:4] == ogg.BEGINS:
        head, packets = ogg.opus_in(file)
    elif file[4:8] == mp4.BEGINS:
        sound = mp4.aac_in(file)
        return Media.MP4, mp4.written(sound), sound.seconds
    else:
        raise CannotBeKept(Why.NOT_A_SOUND)
    if not 0 < len(packets) <= MOST_PACKETS:
        raise CannotBeKept(Why.NOT_A_SOUND)
    content, seconds = webm.written(head, packets)
    return Media.WEBM, content, seconds
