"""What can be shown to somebody who does not trust us: that a list only grew, and that a line is in it."""

from __future__ import annotations

import uuid
from typing import Any

from alongside.access import checkpoints, merkle
from alongside.access.models import Checkpoint, TrailLine, TrailTree
from alongside.access.sealing import entry_of


def head_of(tree_id: uuid.UUID) -> tuple[int, bytes]:
    """The size and root of a list. One query."""
    found = TrailTree.objects.filter(id=tree_id).values_list("size", "root").first()
    return (found[0], bytes(found[1])) if found else (0, merkle.Tree().root())


def leaves_of(tree_id: uuid.UUID, size: int) -> list[bytes]:
    """The first `size` leaves of a list, fewer when it is shorter. One query."""
    leaves = TrailLine.objects.filter(tree_id=tree_id, place__lt=size).order_by("place").values_list("leaf", flat=True)
    return [bytes(leaf) for leaf in leaves]


def of_line(seq: int) -> dict[str, Any] | None:
    """A line with the steps from it to the signed note of the newest checkpoint; `None` when it is not in that."""
    line = TrailLine.objects.filter(seq=seq).first()
    if line is None:
        return None
    row = Checkpoint.objects.filter(organisation_id=line.organisation_id).order_by("-number").first()
    held = checkpoints.opened(row) if row else None
    heads = held.heads if held else ()
    place = next((place for place, head in enumerate(heads) if head.tree_id == line.tree_id), None)
    if held is None or place is None or heads[place].size <= line.place:
        return None
    head = heads[place]
    in_list = merkle.inclusion_proof(leaves_of(line.tree_id, head.size), line.place)
    in_heads = merkle.inclusion_proof([merkle.leaf_hash(each.packed()) for each in heads], place)
    return {
        "entry": entry_of(line).decode(),
        "list": {"place": line.place, "size": head.size, "root": head.root.hex(), "proof": [s.hex() for s in in_list]},
        "checkpoint": {
            "head": head.packed().hex(),
            "place": place,
            "size": len(heads),
            "proof": [step.hex() for step in in_heads],
            "note": held.note,
        },
    }
