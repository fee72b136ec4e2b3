import io
import random
import zlib

import pytest
from PIL import Image, ImageFile

from alongside.attached import pictures
from alongside.attached.pictures import redrawn
from alongside.attached.rules import LONGEST_SIDE, MOST_BYTES_KEPT, CannotBeKept, Why
from tests.attached.files import PLANTED, behind, letter, photo

pytestmark = pytest.mark.once


def opened(upload):
    return Image.open(io.BytesIO(upload.content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_keeps_what_is_to_be_seen_and_nothing_else(kind):
    file = photo(kind=kind)
    planted = Image.open(io.BytesIO(file))
    assert planted.getexif().get_ifd(0x8825), "control: the place was in it"
    assert b"zqPLANTED.txt" in file, "control: so was the archive behind it"
    kept = opened(redrawn(file))
    assert (kept.format, kept.size) == ("JPEG", (400, 300))
    assert not kept.getexif()
    assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    content = redrawn(file).content
    assert PLANTED not in content
    assert b"Exif" not in content
    assert b"PK\x03\x04" not in content
    assert content.endswith(b"\xff\xd9"), "nothing comes after the end of the photo"


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photo_stands_upright(turned):
    """The corner that is dark says so: turned and mirrored by the camera, put right by us."""
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that undoes each
    page = letter()
    if turned != 1:
        page = page.transpose(Image.Transpose(back[turned]))
    kept = opened(redrawn(photo(page, turned=turned)))
    assert kept.size == (400, 300)
    assert [kept.getpixel(place)[0] < 60 for place in ((10, 10), (390, 10), (10, 290), (390, 290))] == [
        True, False, False, False,
    ]  # fmt: skip


def test_a_large_photo_becomes_as_large_as_a_letter_needs():
    kept = opened(redrawn(photo(letter(3000, 2000))))
    assert max(kept.size) == LONGEST_SIDE
    noise = Image.frombytes("RGB", (1300, 1300), random.Random(1).randbytes(3 * 1300 * 1300))
    into = io.BytesIO()
    noise.save(into, "JPEG", quality=95)
    assert len(into.getvalue()) > 3 * MOST_BYTES_KEPT
    assert len(redrawn(into.getvalue()).content) <= MOST_BYTES_KEPT


def test_what_lets_light_through_lies_on_white():
    into = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(into, "PNG")
    assert opened(redrawn(into.getvalue())).getpixel((5, 5)) == (255, 255, 255)


def flood(kind, side):
    """A file that says it is far larger than what is in it."""
    into = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", (8, 8)).save(into, kind)
    file = bytearray(into.getvalue())
    if kind == "PNG":
        file[16:24] = side.to_bytes(4, "big") * 2
        file[29:33] = zlib.crc32(file[12:29]).to_bytes(4, "big")
    elif kind == "JPEG":
        at = file.index(b"\xff\xc0") + 5
        file[at : at + 4] = side.to_bytes(2, "big") * 2
    else:
        file[26:30] = side.to_bytes(2, "little") * 2
    return bytes(file)


@pytest.mark.parametrize(("kind", "side"), [("PNG", 60_000), ("JPEG", 20_000), ("WEBP", 16_000)])
def test_a_flood_of_points_is_refused_before_it_is_begun(kind, side, monkeypatch):
    begun = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: begun.append(image))
    with pytest.raises(CannotBeKept) as refused:
        redrawn(flood(kind, side))
    assert refused.value.why is Why.TOO_MANY_POINTS
    assert not begun


def test_what_is_no_photo_is_refused():
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    gif = io.BytesIO()
    letter().save(gif, "GIF")
    for file in (
        svg,
        b"<!doctype html><script>1</script>",
        b"%PDF-1.7 /JS",
        gif.getvalue(),
        behind(),
        b"\xff\xd8\xff",
        b"x",
    ):
        with pytest.raises(CannotBeKept) as refused:
            redrawn(file)
        assert refused.value.why is Why.NOT_A_PHOTO
    with pytest.raises(CannotBeKept, match="empty"):
        redrawn(b"")


def damaged(file, some):
    """One of the ways in which a file can be wrong."""
    file = bytearray(file)
    for _ in range(some.randrange(1, 12)):
        file[some.randrange(len(file))] = some.randrange(256)
    return bytes(file[: some.randrange(1, len(file))] if some.random() < 0.4 else file)


def test_whatever_comes_it_is_redrawn_or_refused_and_nothing_else_happens(monkeypatch):
    monkeypatch.setattr(pictures, "QUALITIES", (60,))
    some = random.Random(29)
    files = [photo(letter(64, 48), kind=kind) for kind in ("JPEG", "PNG", "WEBP")]
    kept = refused = 0
    for number in range(600):
        try:
            content = redrawn(damaged(files[number % 3], some)).content
        except CannotBeKept:
            refused += 1
        else:
            kept += 1
            assert PLANTED not in content
    print(f"{kept} redrawn, {refused} refused")
    assert kept > 30
    assert refused > 30
