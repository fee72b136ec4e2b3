"""What has to be known of Opus without decoding it: its head (RFC 7845) and how long a packet is (RFC 6716)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEAD = b"OpusHead"
SAMPLES_A_SECOND = 48_000
# Milliseconds of a frame, by the upper five bits of a packet's first byte.
FRAMES = [10, 20, 40, 60] * 3 + [10, 20] * 2 + [2.5, 5, 10, 20] * 4
LONGEST_PACKET = 120  # milliseconds


@dataclass(frozen=True)
class Head:
    """How many channels, and how many samples the player leaves out at the beginning."""

    channels: int
    skipped: int

    @classmethod
    def read(cls, packet: bytes) -> Head:
        """Raise `ValueError` for anything but one voice, or two."""
        if packet[:8] != HEAD or len(packet) < 19:
            raise ValueError("no head")
        version, channels, skipped, _rate, _gain, family = struct.unpack("<BBHIhB", packet[8:19])
        if version >> 4 or channels not in (1, 2) or family:
            raise ValueError("a head of another kind")
        return cls(channels, skipped)

    def written(self) -> bytes:
        return HEAD + struct.pack("<BBHIhB", 1, self.channels, self.skipped, SAMPLES_A_SECOND, 0, 0)


def milliseconds(packet: bytes) -> float:
    """How long a packet sounds. Raise `ValueError` for what cannot be one."""
    if not packet:
        raise ValueError("an empty packet")
    frames = 1 if not packet[0] & 3 else 2 if packet[0] & 3 < 3 else packet[1] & 0x3F
    long = FRAMES[packet[0] >> 3] * frames
    if not 0 < long <= LONGEST_PACKET:
        raise ValueError("a packet of another length")
    return long
