"""Opus out of an Ogg file (RFC 3533, RFC 7845)."""

from __future__ import annotations

import struct

from alongside.attached.opus import HEAD, Head

BEGINS = b"OggS"
CONTINUED = 1


def opus_in(file: bytes) -> tuple[Head, list[bytes]]:
    """The head and the packets of the first stream. Raise `ValueError`."""
    packets: list[bytes] = []
    begun: list[bytes] = []
    at, serial = 0, None
    while file[at : at + 4] == BEGINS and len(file) >= at + 27:
        _version, flags, _position, of, _number, _check, segments = struct.unpack("<BBqIIIB", file[at + 4 : at + 27])
        lengths = file[at + 27 : at + 27 + segments]
        at += 27 + segments
        if serial is None:
            serial = of
        if of == serial:
            if not flags & CONTINUED:
                begun = []
            here = at
            for length in lengths:
                begun.append(file[here : here + length])
                here += length
                if length < 255:
                    packets.append(b"".join(begun))
                    begun = []
        at += sum(lengths)
    if len(packets) < 3 or packets[0][:8] != HEAD or packets[1][:8] != b"OpusTags" or at > len(file):
        raise ValueError("no Opus")
    return Head.read(packets[0]), [packet for packet in packets[2:] if packet]
