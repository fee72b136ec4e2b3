"""A photo drawn anew from its pixels.

What comes out has been made here: where and with what it was taken, small pictures inside, colour
profiles, comments, and whatever was hung on behind, are not copied, because nothing is copied but
what is to be seen.
"""

from __future__ import annotations

import io
import threading

from PIL import Image, ImageOps

from alongside.attached.rules import (
    LONGEST_SIDE,
    MOST_BYTES_KEPT,
    MOST_POINTS,
    CannotBeKept,
    Media,
    Upload,
    Why,
)

FORMATS = ("JPEG", "PNG", "WEBP")
# Good enough to read a letter; the lower ones only where the picture is full of detail.
QUALITIES = (82, 72, 60, 45)
SMALLER = (LONGEST_SIDE, 1200, 900)
# One at a time in a process, because of the room that it takes.
_turn = threading.Lock()
# We look at the size ourselves before anything is read; Pillow's own limit speaks by a warning.
Image.MAX_IMAGE_PIXELS = None


def redrawn(file: bytes) -> Upload:
    """The photo as it is kept: upright, at most 1,600 points wide or high, JPEG. Raise `CannotBeKept`."""
    if not file:
        raise CannotBeKept(Why.EMPTY)
    with _turn:
        try:
            pixels = _pixels(file)
        except CannotBeKept:
            raise
        except Exception as error:  # whatever a file that somebody made up does to the library
            raise CannotBeKept(Why.NOT_A_PHOTO) from error
        return _kept(pixels)


def _pixels(file: bytes) -> Image.Image:
    _refuse_a_flood(file)
    with Image.open(io.BytesIO(file), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_POINTS[opened.format or ""]:
            raise CannotBeKept(Why.TOO_MANY_POINTS)
        # a JPEG leaves out what would be thrown away; the others cannot, and do nothing here
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        return _on_paper(ImageOps.exif_transpose(opened))


def _on_paper(seen: Image.Image) -> Image.Image:
    """What is to be seen, on white where it lets light through; and nothing else of the file."""
    if seen.mode in ("RGBA", "LA", "PA") or "transparency" in seen.info:
        through = seen.convert("RGBA")
        paper = Image.new("RGB", through.size, "white")
        paper.paste(through, mask=through.getchannel("A"))
        return paper
    flat = seen.convert("RGB")
    return Image.frombytes("RGB", flat.size, flat.tobytes())


def _kept(pixels: Image.Image) -> Upload:
    for side in SMALLER:
        pixels.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in QUALITIES:
            into = io.BytesIO()
            pixels.save(into, "JPEG", quality=quality, optimize=True)
            if into.tell() <= MOST_BYTES_KEPT:
                return Upload(Media.JPEG, into.getvalue())
    raise CannotBeKept(Why.TOO_LARGE)


def _refuse_a_flood(file: bytes) -> None:
    """A WebP says at its beginning how large it is; its library makes room for all of that before we could look."""
    if file[:4] != b"RIFF" or file[8:12] != b"WEBP":
        return
    if file[12:16] == b"VP8X":
        width, height = (1 + int.from_bytes(file[at : at + 3], "little") for at in (24, 27))
    elif file[12:16] == b"VP8L":
        both = int.from_bytes(file[21:25], "little")
        width, height = 1 + (both & 0x3FFF), 1 + (both >> 14 & 0x3FFF)
    else:
        width, height = (int.from_bytes(file[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    if width * height > MOST_POINTS["WEBP"]:
        raise CannotBeKept(Why.TOO_MANY_POINTS)
