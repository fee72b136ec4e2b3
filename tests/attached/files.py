"""Photos and voice notes to send, with what must not be kept planted in them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from alongside.attached import opus, webm
from alongside.attached.rules import Media, Upload
from alongside.attached.sounds import understood

SAMPLES = Path(__file__).parent / "samples"
VOICES = sorted(path.name for path in SAMPLES.iterdir() if path.suffix != ".md")
# In every place of a file where a word can stand.
PLANTED = b"zqPLANTED"
# 51.5 north, as EXIF keeps it.
LATITUDE = (51.0, 30.0, 0.0)


def letter(width: int = 400, height: int = 300) -> Image.Image:
    """A letter: its upper left corner is dark, so that it shows which way up it is."""
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, width // 4, height // 4), fill="black")
    draw.text((width // 2, height // 2), "by 31 March", fill="black")
    return page


def photo(page: Image.Image | None = None, *, kind: str = "JPEG", turned: int = 1, **options: Any) -> bytes:
    """A photo as a phone writes it: with its place, its maker, a comment, and a file hung on behind."""
    page = page or letter()
    facts = Image.Exif()
    facts[0x0112] = turned
    facts[0x010F] = PLANTED.decode()
    facts.get_ifd(0x8825).update({1: "N", 2: LATITUDE, 3: "W", 4: (0.0, 7.0, 0.0)})
    into = io.BytesIO()
    if kind == "JPEG":
        options.setdefault("comment", PLANTED)
    page.save(into, kind, exif=facts, icc_profile=PLANTED * 20, **options)
    return into.getvalue() + behind()


def behind() -> bytes:
    """An archive that some programs would open instead of the photo."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("zqPLANTED.txt", PLANTED)
    return into.getvalue()


def sample(name: str = "voice.webm") -> bytes:
    """One of the files that another program wrote."""
    return (SAMPLES / name).read_bytes()


def voice(seconds: float = 1) -> bytes:
    """A voice note of this length."""
    head, packets = webm.opus_in(sample())
    wanted = int(seconds * 1000 / opus.milliseconds(packets[0]))
    return webm.written(head, (packets * (wanted // len(packets) + 1))[:wanted])[0]


def said(seconds: float = 1) -> Upload:
    """The same, ready to be kept."""
    return understood(voice(seconds))


def seen() -> Upload:
    """A photo, ready to be kept."""
    from alongside.attached.pictures import redrawn

    upload = redrawn(photo())
    assert upload.media is Media.JPEG
    return upload


def as_file(content: bytes, name: str = "file") -> SimpleUploadedFile:
    """As a browser sends it; what it says that it is counts for nothing."""
    return SimpleUploadedFile(name, content, content_type="text/html")
