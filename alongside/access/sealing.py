"""What a line of the trail is as bytes, and how it is sealed into the tree of its list."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

from alongside.access.merkle import Tree, leaf_hash

# The columns that the leaf stands for: all but the leaf itself.
COLUMNS = (
    "seq", "at", "organisation_id", "partnership_id", "actor_id", "role", "doing", "kind", "ground", "count",
    "row_id", "write_id", "tree_id", "place",
)  # fmt: skip


def as_text(moment: datetime.datetime) -> str:
    """A moment as it stands in an entry, in UTC and to the microsecond."""
    return moment.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    return as_text(value) if isinstance(value, datetime.datetime) else value


def entry_of(line: Any) -> bytes:
    """All columns of a line as canonical JSON (RFC 8785): texts in ASCII, integers and null, sorted by name."""
    columns = {name: _plain(getattr(line, name)) for name in COLUMNS}
    return json.dumps(columns, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def seal(line: Any, tree: Tree) -> None:
    """Put a line at the end of its list: give it its place and its leaf, and let the tree grow by it."""
    line.place = tree.size
    line.leaf = leaf_hash(entry_of(line))
    tree.append(line.leaf)
