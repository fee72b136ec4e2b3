"""How all lists of the trail stood at a moment, signed, and the file of it that an auditor holds.

A checkpoint has one head for each list of an organisation: its id, size and root. The root over all
heads, in the order of their ids, is signed as a note in the form that witnesses of public logs read
(C2SP, signed-note and tlog-checkpoint), with a key that is derived from the root key and so lies
outside the database. Whoever can write to the database, but has not that key, cannot make another one;
and whoever has both cannot change the file that somebody else holds.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.transaction import atomic

from alongside.access.merkle import HASH_BYTES, leaf_hash, root_of
from alongside.access.models import Checkpoint, TrailTree
from alongside.access.sealing import as_text
from alongside.kit.ids import id_from
from alongside.vault import keys

FORMAT = "alongside trail checkpoint 1"
ED25519 = b"\x01"  # the kind of key, as the form of the notes numbers it
SIZE_BYTES = 8
HEAD_BYTES = 16 + SIZE_BYTES + HASH_BYTES


class NotACheckpoint(Exception):
    """This file, or this row, is not a checkpoint that this house signed; the text says what is amiss."""


@dataclass(frozen=True)
class Head:
    """How long one list was, and its root."""

    tree_id: uuid.UUID
    size: int
    root: bytes

    def packed(self) -> bytes:
        return self.tree_id.bytes + self.size.to_bytes(SIZE_BYTES, "big") + self.root


@dataclass(frozen=True)
class Held:
    """A checkpoint with its heads, whose signature and root are right."""

    organisation_id: uuid.UUID
    number: int
    at: str
    heads: tuple[Head, ...]
    note: str


def _origin(organisation_id: uuid.UUID) -> str:
    return f"alongside/{organisation_id}"


def _text(organisation_id: uuid.UUID, number: int, at: str, heads: tuple[Head, ...]) -> str:
    root = root_of([leaf_hash(head.packed()) for head in heads])
    lines = sum(head.size for head in heads)
    return (
        f"{_origin(organisation_id)}\n{len(heads)}\n{base64.b64encode(root).decode()}\n"
        f"number {number}\nat {at}\nlines {lines}\n"
    )


def _signed(organisation_id: uuid.UUID, text: str) -> str:
    name = _origin(organisation_id)
    key_id = hashlib.sha256(name.encode() + b"\n" + ED25519 + keys.public_key()).digest()[:4]
    return f"{text}\n— {name} {base64.b64encode(key_id + keys.sign(text.encode())).decode()}\n"


def _heads_in(packed: bytes) -> tuple[Head, ...]:
    return tuple(
        Head(
            uuid.UUID(bytes=packed[start : start + 16]),
            int.from_bytes(packed[start + 16 : start + 16 + SIZE_BYTES], "big"),
            packed[start + 16 + SIZE_BYTES : start + HEAD_BYTES],
        )
        for start in range(0, len(packed), HEAD_BYTES)
    )


def make(organisation_id: uuid.UUID, *, now: datetime.datetime) -> Checkpoint:
    """Keep how every list of the organisation stands now, signed. For whoever runs the server."""
    with atomic():
        last = Checkpoint.objects.filter(organisation_id=organisation_id).order_by("-number").first()
        number = last.number + 1 if last else 1
        trees = TrailTree.objects.filter(organisation_id=organisation_id)
        heads = tuple(
            sorted((Head(tree.id, tree.size, bytes(tree.root)) for tree in trees), key=lambda head: head.tree_id.bytes)
        )
        return Checkpoint.objects.create(
            id=id_of(organisation_id, number),
            organisation_id=organisation_id,
            number=number,
            at=now,
            heads=b"".join(head.packed() for head in heads),
            note=_signed(organisation_id, _text(organisation_id, number, as_text(now), heads)),
        )


def id_of(organisation_id: uuid.UUID, number: int) -> uuid.UUID:
    """The id of a checkpoint, which follows from what it is."""
    return id_from("checkpoint", str(organisation_id), str(number))


# --- Reading one again -----------------------------------------------------------------------------


def _checked(organisation_id: uuid.UUID, number: int, at: str, heads: tuple[Head, ...], note: str) -> Held:
    """The same, if this house signed exactly this. The signature is made anew: with Ed25519 there is only one."""
    if note != _signed(organisation_id, _text(organisation_id, number, at, heads)):
        raise NotACheckpoint("its signature does not fit what it says")
    return Held(organisation_id, number, at, heads, note)


def opened(row: Any) -> Held:
    """A checkpoint as the database has it. Raise `NotACheckpoint`."""
    packed = bytes(row.heads)
    if len(packed) % HEAD_BYTES or row.id != id_of(row.organisation_id, row.number):
        raise NotACheckpoint("it was changed after it was made")
    return _checked(row.organisation_id, row.number, as_text(row.at), _heads_in(packed), row.note)


def as_file(row: Checkpoint) -> str:
    """A checkpoint as a text for whoever is to hold it."""
    held = opened(row)
    told = {
        "format": FORMAT,
        "organisation": str(held.organisation_id),
        "number": held.number,
        "at": held.at,
        "key": base64.b64encode(keys.public_key()).decode(),
        "note": held.note,
        "heads": [[str(head.tree_id), head.size, head.root.hex()] for head in held.heads],
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def from_file(path: Path) -> Held:
    """A checkpoint from the file that somebody held. Raise `NotACheckpoint`."""
    try:
        told: dict[str, Any] = json.loads(path.read_text())
        if told["format"] != FORMAT:
            raise NotACheckpoint("it is of another kind")
        heads = tuple(Head(uuid.UUID(tree), int(size), bytes.fromhex(root)) for tree, size, root in told["heads"])
        organisation_id, number, at, note = (
            uuid.UUID(told["organisation"]), int(told["number"]), str(told["at"]), str(told["note"]),
        )  # fmt: skip
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise NotACheckpoint("it cannot be read") from error
    return _checked(organisation_id, number, at, heads, note)
