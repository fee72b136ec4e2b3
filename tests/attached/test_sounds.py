import random
import time

import pytest

from alongside.attached import mp4, ogg, opus, webm
from alongside.attached.rules import MOST_BYTES_OF_SOUND_IN, CannotBeKept, Media, Why
from alongside.attached.sounds import understood
from tests.attached.files import PLANTED, VOICES, behind, photo, sample, voice
from tests.attached.test_pictures import damaged

pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", VOICES)
def test_a_voice_note_keeps_its_sound_and_none_of_its_names_and_places(name):
    file = sample(name)
    assert PLANTED in file, "control"
    place = b"loci" if "4" in name else b"+51.5"
    assert place in file, "control: the place was in it"
    kept = understood(file + behind() if name.endswith("ogg") else file)
    assert kept.media is (Media.MP4 if "4" in name else Media.WEBM)
    assert kept.seconds == 1
    assert PLANTED not in kept.content
    assert place not in kept.content
    assert b"Lavf" not in kept.content


def test_every_packet_of_the_sound_is_the_same_afterwards():
    _, packets = ogg.opus_in(sample("voice.ogg"))
    assert webm.opus_in(understood(sample("voice.ogg")).content)[1] == packets
    for name in ("voice.webm", "live.webm"):
        assert webm.opus_in(understood(sample(name)).content)[1] == webm.opus_in(sample(name))[1]
    for name in ("voice.m4a", "fragments.mp4"):
        before, after = mp4.aac_in(sample(name)), mp4.aac_in(understood(sample(name)).content)
        assert before == after
        assert len(before.frames) > 40


def test_what_was_made_here_stays_as_it_is_when_it_is_made_again():
    for name in VOICES:
        kept = understood(sample(name)).content
        assert understood(kept).content == kept


def test_a_minute_is_kept_and_more_is_not_whatever_the_file_says_of_itself():
    assert understood(voice(60)).seconds == 60
    assert understood(voice(61.5)).seconds in (61, 62), "a recorder that was stopped at sixty writes a little more"
    long = voice(70)
    with pytest.raises(CannotBeKept, match="too_long"):
        understood(long)
    said = long.index(b"\x44\x89\x88") + 3  # how long it says that it is: one second
    lying = long[:said] + b"\x40\x8f\x40" + bytes(5) + long[said + 8 :]
    assert len(lying) == len(long)
    with pytest.raises(CannotBeKept, match="too_long"):
        understood(lying)


def test_what_is_no_voice_note_is_refused():
    for file in (
        photo(),
        sample("voice.m4a") + behind(),
        b"RIFF\0\0\0\0WAVEfmt ",
        b"ID3\x04",
        behind(),
        b"\x1a\x45\xdf\xa3",
        b"OggS",
        b"\0\0\0\x18ftypM4A ",
    ):
        with pytest.raises(CannotBeKept) as refused:
            understood(file)
        assert refused.value.why is Why.NOT_A_SOUND
    with pytest.raises(CannotBeKept, match="empty"):
        understood(b"")
    with pytest.raises(CannotBeKept, match="too_large"):
        understood(sample() + bytes(MOST_BYTES_OF_SOUND_IN))


def test_a_film_is_no_voice_note():
    as_picture = sample().replace(b"\x83\x81\x02", b"\x83\x81\x01")
    assert as_picture != sample()
    with pytest.raises(CannotBeKept, match="not_a_sound"):
        understood(as_picture)
    with pytest.raises(CannotBeKept, match="not_a_sound"):
        understood(sample("voice.m4a").replace(b"soun", b"vide"))


def test_how_long_a_packet_is_follows_the_standard():
    """RFC 6716, table 2 and section 3.2: the frames of a packet, by its first byte."""
    told = {b"\x00": 10, b"\x08": 20, b"\x18": 60, b"\x60": 10, b"\x68": 20, b"\x80": 2.5, b"\xf8": 20, b"\xf9": 40,
            b"\xfb\x03": 60, b"\xe3\x04": 10}  # fmt: skip
    assert {packet: opus.milliseconds(packet) for packet in told} == told
    for wrong in (b"", b"\x1b\x07", b"\xfb\x00"):
        with pytest.raises(ValueError, match="packet"):
            opus.milliseconds(wrong)


def test_whatever_comes_it_is_understood_or_refused_and_nothing_else_happens():
    some = random.Random(29)
    kept = refused = 0
    slowest = 0.0
    for number in range(1500):
        file = damaged(sample(VOICES[number % len(VOICES)]), some)
        begun = time.thread_time()
        try:
            understood(file)
            kept += 1
        except CannotBeKept:
            refused += 1
        slowest = max(slowest, time.thread_time() - begun)
    print(f"{kept} understood, {refused} refused, the slowest took {1000 * slowest:.1f} ms")
    assert kept > 100
    assert refused > 250


def test_a_file_that_was_made_to_take_long_does_not():
    """Many small parts, many claims of sound that is not there: refused within a moment."""
    many = MOST_BYTES_OF_SOUND_IN
    voids = webm.BEGINS + b"\x80" + b"\xec\x80" * (many // 2 - 8)
    pages = b"OggS" + bytes(22) + b"\xff" + b"\xff" * 255 + bytes(255 * 255)
    boxes = sample("voice.m4a")[:32] + b"\0\0\0\x08free" * (many // 8 - 8)
    claims = mp4._box(b"ftyp", b"M4A ") + mp4._box(
        b"moov",
        mp4._box(
            b"trak",
            mp4._box(
                b"mdia", mp4._table(b"hdlr", bytes(4), b"soun"),
                mp4._box(b"minf", mp4._box(
                    b"stbl",
                    mp4._table(b"stsz", (1).to_bytes(4, "big") + (2**31).to_bytes(4, "big")),
                    mp4._table(b"stco", (19_000).to_bytes(4, "big") + bytes(4 * 19_000)),
                    mp4._table(b"stsc", (6_000).to_bytes(4, "big") + b"\0\0\0\x01" * 18_000),
                )),
            ),
        ),
    )  # fmt: skip
    for file in (voids[:many], (pages * (many // len(pages)))[:many], boxes[:many], claims):
        begun = time.thread_time()
        with pytest.raises(CannotBeKept):
            understood(file)
        assert time.thread_time() - begun < 2
