"""Ids that sort by the moment they were made."""

import hashlib
import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def id_from(*parts: str) -> uuid.UUID:
    """Return the same UUID for the same parts, and another for any other.

    A form's own random key and what was typed make the id of a write: the same form sent twice is
    one write, the same form sent again with other words is another.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    value = int.from_bytes(digest[:16], "big")
    value = value & ~(0xF << 76) | 0x8 << 76  # version 8 (RFC 9562, section 5.8)
    value = value & ~(0b11 << 62) | 0b10 << 62
    return uuid.UUID(int=value)
