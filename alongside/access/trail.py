"""The trail: an append-only line for each read and each write. No line, no read.

Each line is sealed as it is written: it becomes the next leaf of the tree of hashes of its list, in
the same transaction. The three statements for that are the same for every request there is, so they
stand here as they go to the database.
"""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.utils.translation import gettext_lazy as _

from alongside.access.acts import Act
from alongside.access.kinds import SEES, Kind
from alongside.access.merkle import Tree, unpacked
from alongside.access.models import TrailLine, TrailTree
from alongside.access.sealing import seal
from alongside.access.viewer import Viewer
from alongside.kit.errors import Refused
from alongside.kit.prepared import Prepared
from alongside.people.rules import Role


class NoTrail(Refused, DatabaseError):
    """The trail could not be written, so nothing may be shown, and nothing done."""

    status = 503
    code = "no_trail"
    sentence = _(
        "We could not write down that somebody is looking, so we show nothing. "
        "Nothing is lost. Please try again in a moment."
    )


# What a line of reading says; any other line names its act.
READ = "read"
GROUND_ABOUT_YOU = "about_you"
GROUND_SEAT = "seat"
GROUND_SHARE = "share"
GROUND_NAMED = "named"
GROUND_POST = "post"


def _standing(
    viewer: Viewer, partnership_id: uuid.UUID | None, kind: Kind | None, *, reading: bool = False
) -> tuple[str, str]:
    """Return (role, ground) under which the viewer sees or changes this kind here.

    Without a seat here it is a post: a director ends the seats of somebody who leaves.
    """
    roles = viewer.roles_entered(partnership_id) if partnership_id else frozenset()
    if not roles:
        return "", GROUND_POST
    if Role.CLIENT in roles:
        return Role.CLIENT.value, GROUND_ABOUT_YOU
    for role in Role:
        if role in roles and kind in SEES[role]:
            return role.value, GROUND_SEAT
    first = min(roles).value
    if partnership_id is not None and kind is not None and (partnership_id, kind) in viewer.shared:
        return first, GROUND_SHARE
    return first, GROUND_NAMED if kind is not None and reading else GROUND_SEAT


# --- Sealing and writing ---------------------------------------------------------------------------

# Of two who write to one list, the second waits here for the first. The number of a line is drawn
# after that, so that it grows with the line's place.
HEADS = {
    "sqlite": """SELECT id, size, peaks, (SELECT COALESCE(MAX(seq), 0) FROM "access_trailline")
        FROM "access_trailtree" WHERE id IN ({marks})""",
    "postgresql": """WITH locked AS MATERIALIZED (
            SELECT id, size, peaks FROM "access_trailtree" WHERE id = ANY(%s) ORDER BY id FOR UPDATE)
        SELECT id, size, peaks, nextval(pg_get_serial_sequence('access_trailline', 'seq'))
        FROM locked JOIN unnest(%s::uuid[], %s::int[]) AS wanted(id, lines) USING (id)
        CROSS JOIN LATERAL generate_series(1, wanted.lines)""",
}
BEGIN_LIST = """INSERT INTO "access_trailtree" (id, organisation_id, size, peaks, root)
    VALUES (%s, %s, 0, %s, %s) ON CONFLICT (id) DO NOTHING"""
GROW = 'UPDATE "access_trailtree" SET size = %s, peaks = %s, root = %s WHERE id = %s'
LOCK_PARTNERSHIP = 'SELECT 1 FROM "people_partnership" WHERE id = %s FOR NO KEY UPDATE'
_FIELDS: list[Any] = list(TrailLine._meta.concrete_fields)
WRITE = f'INSERT INTO "access_trailline" ({", ".join(field.column for field in _FIELDS)}) VALUES '  # noqa: S608
_ROW = f"({', '.join(['%s'] * len(_FIELDS))})"


def list_of(line: Any) -> Any:
    """The list that a line belongs to: its partnership's, or its organisation's where it has none."""
    return line.partnership_id or line.organisation_id


def write(lines: Sequence[TrailLine]) -> None:
    """Seal these lines and write them. Inside a transaction. Raise `NoTrail` when that cannot be done.

    On SQLite nobody else writes meanwhile. On PostgreSQL the lists are locked, in the order of their
    ids; whoever also needs the partnership's row must have locked it before.
    """
    try:
        _write(lines)
    except IntegrityError:
        raise  # the same write arrived twice: whoever made it looks again
    except DatabaseError as error:
        raise NoTrail from error


def _write(lines: Sequence[TrailLine]) -> None:
    for line in lines:
        line.tree_id = list_of(line)
    wanted = Counter(line.tree_id for line in lines)
    with connection.cursor() as cursor:
        trees, numbers = _heads(cursor, wanted)
        if len(trees) < len(wanted):
            new = {line.tree_id: line.organisation_id for line in lines if line.tree_id not in trees}
            cursor.executemany(BEGIN_LIST, [[_id(tree), _id(of), b"", b""] for tree, of in new.items()])
            trees, numbers = _heads(cursor, wanted)
        for line in lines:
            line.seq = next(numbers[line.tree_id])
            seal(line, trees[line.tree_id])
        values = [
            field.get_db_prep_value(getattr(line, field.attname), connection) for line in lines for field in _FIELDS
        ]
        cursor.execute(WRITE + ", ".join([_ROW] * len(lines)), values)
        cursor.executemany(
            GROW, [[tree.size, tree.packed(), tree.root(), _id(tree_id)] for tree_id, tree in trees.items()]
        )


def _id(value: uuid.UUID) -> Any:
    return TrailTree._meta.pk.get_db_prep_value(value, connection)


def _heads(cursor: Any, wanted: Counter[uuid.UUID]) -> tuple[dict[uuid.UUID, Tree], dict[uuid.UUID, Iterator[int]]]:
    """How the lists stand that are written to, and the numbers for their new lines."""
    ids = list(wanted)
    if connection.vendor == "sqlite":
        cursor.execute(HEADS["sqlite"].format(marks=", ".join(["%s"] * len(ids))), [_id(tree_id) for tree_id in ids])
        rows = [(uuid.UUID(tree_id), size, peaks, last) for tree_id, size, peaks, last in cursor.fetchall()]
        following = iter(range(rows[0][3] + 1, rows[0][3] + 1 + wanted.total())) if rows else iter(())
        numbers = dict.fromkeys(ids, following)
    else:
        cursor.execute(HEADS["postgresql"], [ids, ids, list(wanted.values())])
        rows = cursor.fetchall()
        drawn: dict[uuid.UUID, list[int]] = {}
        for tree_id, _, _, number in rows:
            drawn.setdefault(tree_id, []).append(number)
        numbers = {tree_id: iter(sorted(found)) for tree_id, found in drawn.items()}
    return {tree_id: unpacked(size, bytes(peaks)) for tree_id, size, peaks, _ in rows}, numbers


# --- What is written -------------------------------------------------------------------------------


def record(
    by: Viewer,
    act: Act,
    *,
    partnership_id: uuid.UUID | None,
    kind: Kind | None,
    now: datetime.datetime,
    row_id: uuid.UUID | None = None,
    write_id: uuid.UUID | None = None,
) -> None:
    """Write the line of an action, inside the action's own transaction: the third beat.

    What is done to the agency itself, such as taking somebody on, has no partnership and no kind.
    """
    role, ground = _standing(by, partnership_id, kind)
    if partnership_id is not None and connection.features.has_select_for_update:
        # `tell` changes the partnership's row after this; taken before the list's, as in every other
        # action, so that no two wait for one another.
        with connection.cursor() as cursor:
            cursor.execute(LOCK_PARTNERSHIP, [partnership_id])
    line = TrailLine(
        at=now,
        organisation_id=by.organisation_id,
        partnership_id=partnership_id,
        actor_id=by.person_id,
        role=role,
        doing=act.value,
        kind=kind.value if kind else "",
        ground=ground,
        row_id=row_id,
        write_id=write_id,
    )
    write([line])


# Every write reads this.
_ARRIVED = Prepared(
    lambda actor_id, write_id: TrailLine.objects.filter(actor_id=actor_id, write_id=write_id).values_list(
        "row_id", flat=True
    ),
    actor_id=models.UUIDField(),
    write_id=models.UUIDField(),
)


def arrived(by: Viewer, write_id: uuid.UUID | None) -> uuid.UUID | None:
    """Return the id of the row that this very write made when it arrived before, else `None`."""
    if write_id is None:
        return None
    return next(iter(_ARRIVED(actor_id=by.person_id, write_id=write_id)), None)


def flush(viewer: Viewer) -> None:
    """Write all reads noted on the viewer to the trail, at once. Called before the answer leaves."""
    if not viewer.readings:
        return
    lines = []
    for (partnership_id, kind), count in viewer.readings.items():
        spell_id, row_id = viewer.spells.get((partnership_id, kind), (None, None))
        if arrived(viewer, spell_id) is not None:
            continue
        role, ground = _standing(viewer, partnership_id, kind, reading=True)
        lines.append(
            TrailLine(
                at=viewer.now,
                organisation_id=viewer.organisation_id,
                partnership_id=partnership_id,
                actor_id=viewer.person_id,
                role=role,
                doing=READ,
                kind=kind.value,
                ground=ground,
                count=count,
                row_id=row_id,
                write_id=spell_id,
            )
        )
    # A transaction that is open already takes this in and decides about it; else it has one of its own.
    if lines:
        with nullcontext() if connection.in_atomic_block else transaction.atomic():
            write(lines)
    viewer.readings.clear()
