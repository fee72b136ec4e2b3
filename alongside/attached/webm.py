"""Opus out of a WebM file, and into one (RFC 8794, RFC 9559)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from alongside.attached import opus
from alongside.attached.opus import Head

BEGINS = b"\x1a\x45\xdf\xa3"

# Elements, by their ids as they stand in a file.
HEADER, DOC_TYPE = 0x1A45DFA3, 0x4282
SEGMENT, INFO, TRACKS, CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
TRACK, NUMBER, TYPE, CODEC, PRIVATE = 0xAE, 0xD7, 0x83, 0x86, 0x63A2
LANGUAGE = 0x22B59C
AT, SIMPLE, GROUP, BLOCK = 0xE7, 0xA3, 0xA0, 0xA1
SOUND = 2
LACED = 0x06
SECONDS_IN_A_CLUSTER = 5
MOST_ELEMENTS = 60_000


def opus_in(file: bytes) -> tuple[Head, list[bytes]]:
    """The head and the packets of the only track. Raise `ValueError` or `IndexError`.

    A recorder that writes while it records leaves the length of a segment and of a cluster open:
    both are walked through, not over.
    """
    head, packets, at, seen = None, [], 0, 0
    while at < len(file):
        element, at, length = _opened(file, at)
        seen += 1
        if seen > MOST_ELEMENTS:
            raise ValueError("too many parts")
        if element in (SEGMENT, CLUSTER):
            continue
        if length is None or at + length > len(file):
            raise ValueError("cut off")
        inside, at = file[at : at + length], at + length
        if element == HEADER:
            if dict(_elements(inside)).get(DOC_TYPE, b"").rstrip(b"\0") not in (b"webm", b"matroska"):
                raise ValueError("another kind of file")
        elif element == TRACKS:
            head = _track(inside)
        elif element == SIMPLE:
            packets.append(_packet(inside))
        elif element == GROUP:
            packets += [_packet(block) for each, block in _elements(inside) if each == BLOCK]
    if head is None:
        raise ValueError("no track")
    return head, packets


def _vint(file: bytes, at: int, *, marked: bool) -> tuple[int, int, int]:
    """A number of variable length: its value, where it ends, and how many bytes it has."""
    long = 9 - file[at].bit_length()
    if long > 8 or at + long > len(file):
        raise ValueError("no number")
    value = int.from_bytes(file[at : at + long], "big")
    return value if marked else value & ((1 << 7 * long) - 1), at + long, long


def _opened(file: bytes, at: int) -> tuple[int, int, int | None]:
    """An element's id, where its content begins, and how long that is: `None` where it was left open."""
    element, at, _long = _vint(file, at, marked=True)
    length, at, long = _vint(file, at, marked=False)
    return element, at, None if length == (1 << 7 * long) - 1 else length


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        element, at, length = _opened(content, at)
        if length is None or at + length > len(content):
            raise ValueError("cut off")
        yield element, content[at : at + length]
        at += length


def _track(tracks: bytes) -> Head:
    found = [dict(_elements(entry)) for each, entry in _elements(tracks) if each == TRACK]
    if len(found) != 1 or int.from_bytes(found[0][TYPE], "big") != SOUND or found[0][CODEC] != b"A_OPUS":
        raise ValueError("more than a voice")
    return Head.read(found[0][PRIVATE])


def _packet(block: bytes) -> bytes:
    _track, at, _long = _vint(block, 0, marked=False)
    if block[at + 2] & LACED:
        raise ValueError("laced")
    return block[at + 3 :]


# --- into one --------------------------------------------------------------------------------------


def _element(element: int, content: bytes) -> bytes:
    length = len(content)
    wide = next(wide for wide in range(1, 9) if length < (1 << 7 * wide) - 1)
    size = (length | 1 << 7 * wide).to_bytes(wide, "big")
    return element.to_bytes((element.bit_length() + 7) // 8, "big") + size + content


def _number(element: int, value: int) -> bytes:
    return _element(element, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _real(element: int, value: float) -> bytes:
    return _element(element, struct.pack(">d", value))


def written(head: Head, packets: list[bytes]) -> tuple[bytes, float]:
    """A file with these packets one after the other, and how many seconds it is. Raise `ValueError`."""
    clusters, now, begins = [], 0.0, 0
    blocks: list[bytes] = []
    for packet in packets:
        if blocks and now - begins >= 1000 * SECONDS_IN_A_CLUSTER:
            clusters.append(_element(CLUSTER, _number(AT, begins) + b"".join(blocks)))
            blocks = []
        if not blocks:
            begins = round(now)
        blocks.append(_element(SIMPLE, b"\x81" + struct.pack(">h", round(now) - begins) + b"\x80" + packet))
        now += opus.milliseconds(packet)
    clusters.append(_element(CLUSTER, _number(AT, begins) + b"".join(blocks)))
    header = _element(
        HEADER,
        _number(0x4286, 1) + _number(0x42F7, 1) + _number(0x42F2, 4) + _number(0x42F3, 8)
        + _element(DOC_TYPE, b"webm") + _number(0x4287, 4) + _number(0x4285, 2),
    )  # fmt: skip
    info = _element(
        INFO,
        _number(0x2AD7B1, 1_000_000) + _real(0x4489, now)
        + _element(0x4D80, b"alongside") + _element(0x5741, b"alongside"),
    )  # fmt: skip
    voice = _real(0xB5, float(opus.SAMPLES_A_SECOND)) + _number(0x9F, head.channels)
    track = _element(
        TRACK,
        _number(NUMBER, 1) + _number(0x73C5, 1) + _number(TYPE, SOUND) + _element(LANGUAGE, b"und")
        + _element(CODEC, b"A_OPUS") + _element(PRIVATE, head.written())
        + _number(0x56AA, head.skipped * 1_000_000_000 // opus.SAMPLES_A_SECOND)
        + _number(0x56BB, 80_000_000) + _element(0xE1, voice),
    )  # fmt: skip
    return header + _element(SEGMENT, info + _element(TRACKS, track) + b"".join(clusters)), now / 1000
