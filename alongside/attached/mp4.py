"""AAC out of an MP4 file, whole or in fragments, and into a whole one (ISO/IEC 14496-12, 14496-3)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

BEGINS = b"ftyp"
# Samples a second, by the number in the sound's own description.
RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
SAMPLES_IN_A_FRAME = 1024
MOST_FRAMES = 20_000
LONGEST_FRAME = 16_384


@dataclass(frozen=True)
class Sound:
    """The frames of a voice note, and the few bytes that say how they are to be read."""

    described: bytes
    frames: list[bytes]

    @property
    def rate(self) -> int:
        """Samples a second. Raise `IndexError` for a sound of another kind."""
        return RATES[(self.described[0] & 7) << 1 | self.described[1] >> 7]

    @property
    def channels(self) -> int:
        return self.described[1] >> 3 & 15

    @property
    def seconds(self) -> float:
        return len(self.frames) * SAMPLES_IN_A_FRAME / self.rate


def _boxes(content: bytes, at: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Each box: its name, and where its content begins and ends."""
    while at + 8 <= len(content):
        length, name, head = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        elif length == 0:
            length = len(content) - at
        if length < head or at + length > len(content):
            raise ValueError("cut off")
        yield name, at + head, at + length
        at += length


def _in(content: bytes, *names: bytes) -> bytes:
    """What stands in the box at the end of this way. Raise `ValueError` when it is not there."""
    for name in names:
        found = next((content[begins:ends] for each, begins, ends in _boxes(content) if each == name), None)
        if found is None:
            raise ValueError("a part is missing")
        content = found
    return content


def _numbers(content: bytes, at: int, count: int, wide: int = 4) -> list[int]:
    if count > MOST_FRAMES or at + count * wide > len(content):
        raise ValueError("cut off")
    return [int.from_bytes(content[each : each + wide], "big") for each in range(at, at + count * wide, wide)]


def aac_in(file: bytes) -> Sound:
    """The only track's sound. Raise `ValueError` or `IndexError`."""
    moov = _in(file, b"moov")
    tracks = [moov[begins:ends] for name, begins, ends in _boxes(moov) if name == b"trak"]
    if len(tracks) != 1 or _in(tracks[0], b"mdia", b"hdlr")[8:12] != b"soun":
        raise ValueError("more than a voice")
    table = _in(tracks[0], b"mdia", b"minf", b"stbl")
    spans = [*_whole(table), *_fragments(file, moov)]
    if not 0 < len(spans) <= MOST_FRAMES:
        raise ValueError("no sound")
    frames = []
    for begins, length in spans:
        if not 0 < length <= LONGEST_FRAME or begins + length > len(file) or begins < 0:
            raise ValueError("cut off")
        frames.append(file[begins : begins + length])
    sound = Sound(_description(table), frames)
    if not sound.rate or sound.channels not in (1, 2):
        raise ValueError("a sound of another kind")
    return sound


def _description(table: bytes) -> bytes:
    """The few bytes in which AAC describes itself."""
    entries = _in(table, b"stsd")[8:]
    voice = _in(entries, b"mp4a")
    version = int.from_bytes(voice[8:10], "big")
    rest = voice[28 + {0: 0, 1: 16, 2: 36}[version] :]  # QuickTime's later versions have more here
    names = [name for name, _, _ in _boxes(rest)]
    described = (_in(rest, b"esds") if b"esds" in names else _in(rest, b"wave", b"esds"))[4:]
    at = 0
    for tag, ahead in ((3, 3), (4, 13), (5, 0)):  # each inside the one before
        if described[at] != tag:
            raise ValueError("no description")
        at += 1
        length = 0
        while described[at] & 0x80:
            length, at = length << 7 | described[at] & 0x7F, at + 1
        length, at = length << 7 | described[at], at + 1
        if tag == 3 and described[at + 2]:
            raise ValueError("a description of another kind")
        at += ahead
    config = described[at : at + length]
    if config[0] >> 3 not in (2, 5, 29) or not 2 <= length <= 16 or len(config) != length:
        raise ValueError("no AAC")
    return config


def _whole(table: bytes) -> Iterator[tuple[int, int]]:
    """Where each frame lies, as the tables of a whole file say."""
    sizes = _in(table, b"stsz")
    each, count = struct.unpack(">II", sizes[4:12])
    if not count:
        return
    lengths = [each] * min(count, MOST_FRAMES + 1) if each else _numbers(sizes, 12, count)
    names = [name for name, _, _ in _boxes(table)]
    chunks = _in(table, b"stco" if b"stco" in names else b"co64")
    begins = _numbers(chunks, 8, int.from_bytes(chunks[4:8], "big"), 4 if b"stco" in names else 8)
    runs = _in(table, b"stsc")
    told = _numbers(runs, 8, 3 * int.from_bytes(runs[4:8], "big"))
    firsts, counts = told[0::3], told[1::3]
    left, here = iter(lengths), 0
    for number, at in enumerate(begins, start=1):
        while here + 1 < len(firsts) and firsts[here + 1] <= number:
            here += 1
        for _ in range(min(counts[here], MOST_FRAMES)):
            length = next(left, None)
            if length is None:
                return
            yield at, length
            at += length


def _fragments(file: bytes, moov: bytes) -> Iterator[tuple[int, int]]:
    """Where each frame lies, as the fragments say that a recorder wrote while it recorded."""
    usual = 0
    if any(name == b"mvex" for name, _, _ in _boxes(moov)):
        usual = int.from_bytes(_in(moov, b"mvex", b"trex")[16:20], "big")
    for name, begins, ends in _boxes(file):
        if name != b"moof":
            continue
        fragment, box = file[begins:ends], begins - 8
        track = _in(fragment, b"traf")
        head = _in(track, b"tfhd")
        flags, at, base, length = int.from_bytes(head[1:4], "big"), 8, box, usual
        if flags & 0x1:
            base, at = int.from_bytes(head[at : at + 8], "big"), at + 8
        at += 4 * bool(flags & 0x2) + 4 * bool(flags & 0x8)
        if flags & 0x10:
            length = int.from_bytes(head[at : at + 4], "big")
        here = base
        for each, run, over in _boxes(track):
            if each == b"trun":
                for span in _run(track[run:over], base, here, length):
                    yield span
                    here = sum(span)


def _run(run: bytes, base: int, here: int, usual: int) -> Iterator[tuple[int, int]]:
    flags, count, at = int.from_bytes(run[1:4], "big"), int.from_bytes(run[4:8], "big"), 8
    if flags & 0x1:
        here, at = base + int.from_bytes(run[at : at + 4], "big", signed=True), at + 4
    at += 4 * bool(flags & 0x4)
    wide = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    ahead = 4 * bool(flags & 0x100)
    if count > MOST_FRAMES or at + wide * count > len(run):
        raise ValueError("cut off")
    for number in range(count):
        length = usual
        if flags & 0x200:
            length = int.from_bytes(run[at + number * wide + ahead : at + number * wide + ahead + 4], "big")
        yield here, length
        here += length


# --- into one --------------------------------------------------------------------------------------

_LIES = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)  # nothing is turned or moved


def _box(name: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I", 8 + len(content)) + name + content


def _table(name: bytes, *contents: bytes, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", flags), *contents)


def written(sound: Sound) -> bytes:
    """A file with these frames, no names and no hours in it."""
    lengths = [len(frame) for frame in sound.frames]
    duration = len(lengths) * SAMPLES_IN_A_FRAME
    config = b"\x05" + bytes([len(sound.described)]) + sound.described
    decoder = b"\x04" + bytes([13 + len(config)]) + b"\x40\x15" + bytes(11) + config
    described = b"\x03" + bytes([6 + len(decoder)]) + b"\0\0\0" + decoder + b"\x06\x01\x02"
    voice = _box(
        b"mp4a", bytes(6), struct.pack(">HIIHHIHH", 1, 0, 0, sound.channels, 16, 0, min(sound.rate, 65535), 0),
        _table(b"esds", described),
    )  # fmt: skip

    def moov(begins: int) -> bytes:
        table = _box(
            b"stbl",
            _table(b"stsd", struct.pack(">I", 1), voice),
            _table(b"stts", struct.pack(">III", 1, len(lengths), SAMPLES_IN_A_FRAME)),
            _table(b"stsc", struct.pack(">IIII", 1, 1, len(lengths), 1)),
            _table(b"stsz", struct.pack(f">II{len(lengths)}I", 0, len(lengths), *lengths)),
            _table(b"stco", struct.pack(">II", 1, begins)),
        )
        where = _box(b"dinf", _table(b"dref", struct.pack(">I", 1), _table(b"url ", flags=1)))
        media = _box(
            b"mdia",
            _table(b"mdhd", struct.pack(">IIIIHH", 0, 0, sound.rate, duration, 0x55C4, 0)),
            _table(b"hdlr", bytes(4), b"soun", bytes(13)),
            _box(b"minf", _table(b"smhd", bytes(4)), where, table),
        )
        head = _table(b"tkhd", struct.pack(">IIIII", 0, 0, 1, 0, duration), bytes(8),
                      struct.pack(">HHHH", 0, 0, 0x100, 0), _LIES, bytes(8), flags=7)  # fmt: skip
        return _box(
            b"moov",
            _table(b"mvhd", struct.pack(">IIIIIH", 0, 0, sound.rate, duration, 0x10000, 0x100), bytes(10), _LIES,
                   bytes(24), struct.pack(">I", 2)),
            _box(b"trak", head, media),
        )  # fmt: skip

    kind = _box(b"ftyp", b"M4A ", bytes(4), b"M4A mp42isom")
    begins = len(kind) + len(moov(0)) + 8
    return kind + moov(begins) + _box(b"mdat", *sound.frames)
