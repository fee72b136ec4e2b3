"""Is the trail as it was written? Every line, list and checkpoint is worked out anew and held against what is kept.

Rows are read as the database has them, past the ORM: a letter that means the same (a capital in an
id) is a change too.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.db import connection

from alongside.access import checkpoints
from alongside.access.checkpoints import Head, Held, NotACheckpoint
from alongside.access.merkle import Tree, leaf_hash, unpacked
from alongside.access.sealing import COLUMNS, entry_of
from alongside.access.trail import list_of

AT_A_TIME = 2000
IDS = frozenset({"id", "organisation_id", "partnership_id", "actor_id", "row_id", "write_id", "tree_id"})
NUMBERS = frozenset({"seq", "count", "place", "size", "number"})
BYTES = frozenset({"leaf", "peaks", "root", "heads"})
MAY_BE_NULL = frozenset({"partnership_id", "row_id", "write_id"})


class Unreadable(Exception):
    """A column holds something that nobody wrote there; the text names the column."""


@dataclass
class Verdict:
    """What was looked at, and in plain sentences what is wrong; the earliest bad line comes first."""

    lines: int = 0
    lists: int = 0
    checkpoints: int = 0
    files: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.wrong

    def sentences(self) -> list[str]:
        """The verdict, a sentence a line."""
        looked = (
            f"Looked at {self.lines} lines in {self.lists} lists, {self.checkpoints} checkpoints of this house "
            f"and {self.files} files that others hold."
        )
        if self.holds:
            return [looked, "All is as it was written: no line was changed, moved, put in or taken out."]
        return [looked, f"SOMETHING IS WRONG ({len(self.wrong)}):", *self.wrong]


# --- Reading rows as they are ----------------------------------------------------------------------


def _strict(column: str, raw: Any) -> Any:
    """The value of a column. Raise `Unreadable` when it is not written exactly as we write it."""
    if raw is None and column in MAY_BE_NULL:
        return None
    try:
        value = bytes(raw) if column in BYTES else raw if column in NUMBERS else _value(column, raw)
    except (TypeError, ValueError) as error:
        raise Unreadable(column) from error
    wanted = (
        int if column in NUMBERS else bytes if column in BYTES else uuid.UUID if column in IDS
        else datetime.datetime if column == "at" else str
    )  # fmt: skip
    if not isinstance(value, wanted):
        raise Unreadable(column)
    return value


def _value(column: str, raw: Any) -> Any:
    """What PostgreSQL gives as it is. SQLite keeps ids, moments and words as text, which must be ours to the letter."""
    if connection.vendor != "sqlite":
        return raw
    text = raw.decode("ascii" if column in IDS or column == "at" else "utf-8")
    if column in IDS:
        return uuid.UUID(text) if re.fullmatch("[0-9a-f]{32}", text) else None
    if column == "at":
        moment = datetime.datetime.fromisoformat(text)
        return moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None and str(moment) == text else None
    return text


def _read(columns: Sequence[str]) -> str:
    """The columns, for SQLite past whatever its driver would make of a text."""
    if connection.vendor != "sqlite":
        return ", ".join(columns)
    return ", ".join(name if name in NUMBERS | BYTES else f"CAST({name} AS BLOB)" for name in columns)


def _rows() -> Iterator[tuple[Any, ...]]:
    """Every line as the database has it, list by list, in the order of places."""
    text = f'SELECT {_read([*COLUMNS, "leaf"])} FROM "access_trailline"'  # noqa: S608
    order = f" ORDER BY tree_id, place LIMIT {AT_A_TIME}"
    tree, place = COLUMNS.index("tree_id"), COLUMNS.index("place")
    last = "CAST(%s AS TEXT)" if connection.vendor == "sqlite" else "%s"
    with connection.cursor() as cursor:
        cursor.execute(text + order)
        rows = cursor.fetchall()
        while rows:
            yield from rows
            cursor.execute(f"{text} WHERE (tree_id, place) > ({last}, %s){order}", [rows[-1][tree], rows[-1][place]])
            rows = cursor.fetchall()


def _all(table: str, columns: Sequence[str]) -> Iterator[SimpleNamespace]:
    """Every row of a small table. Raise `Unreadable`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_read(columns)} FROM {table}")  # noqa: S608
        rows = cursor.fetchall()
    for row in rows:
        yield SimpleNamespace(**{name: _strict(name, raw) for name, raw in zip(columns, row, strict=True)})


# --- One list --------------------------------------------------------------------------------------


@dataclass
class _List:
    """A list while it is read again: what it comes to, and the first thing that is wrong with it."""

    id: Any
    wanted: set[int]
    tree: Tree = field(default_factory=Tree)
    roots: dict[int, bytes] = field(default_factory=dict)
    lines: int = 0
    last: int = 0
    organisations: set[uuid.UUID] = field(default_factory=set)
    # the number of the first bad line, and what is wrong with it
    bad: tuple[int, str] | None = None

    def take(self, row: tuple[Any, ...]) -> None:
        """Read one more line."""
        self.lines += 1
        number = row[0] if isinstance(row[0], int) else 0
        try:
            line = SimpleNamespace(**{name: _strict(name, raw) for name, raw in zip(COLUMNS, row[:-1], strict=True)})
        except Unreadable as error:
            self._is_bad(number, f"was changed: what stands in “{error}” was never written so")
            return
        leaf = leaf_hash(entry_of(line))
        if line.place > self.tree.size:
            self._is_bad(number, f"stands at place {line.place}, and there is nothing at place {self.tree.size}")
        elif bytes(row[-1]) != leaf:
            self._is_bad(number, "was changed after it was written")
        elif line.tree_id != list_of(line):
            self._is_bad(number, "stands in a list that it does not belong to")
        elif line.seq <= self.last:
            self._is_bad(number, "stands after a line that was written later")
        self.organisations.add(line.organisation_id)
        self.last = line.seq
        self.tree.append(leaf)
        if self.tree.size in self.wanted:
            self.roots[self.tree.size] = self.tree.root()

    def _is_bad(self, number: int, what: str) -> None:
        if self.bad is None:
            self.bad = (number, what)

    def root_at(self, size: int) -> bytes | None:
        """The root when the list had so many lines, if it ever had."""
        return Tree().root() if size == 0 else self.roots.get(size)


def _heads() -> dict[uuid.UUID, SimpleNamespace]:
    columns = ("id", "organisation_id", "size", "peaks", "root")
    return {tree.id: tree for tree in _all("access_trailtree", columns)}


# --- All of it -------------------------------------------------------------------------------------


def examine(held: Sequence[Held] = ()) -> Verdict:
    """Look at the whole trail of this house, and hold it against the checkpoints that others hold.

    Nothing is locked: lines that are written meanwhile are looked at or not, and never called wrong.
    """
    verdict = Verdict(files=len(held))
    try:
        _examine(verdict, held)
    except Unreadable as error:
        verdict.wrong.append(f"What is kept about the lists or their checkpoints was changed: “{error}” was never so.")
    return verdict


def _examine(verdict: Verdict, held: Sequence[Held]) -> None:
    made, unsigned = _checkpoints()
    verdict.checkpoints = len(made) + len(unsigned)
    before = _heads()
    wanted: dict[uuid.UUID, set[int]] = {tree_id: {head.size} for tree_id, head in before.items()}
    for checkpoint in [*made, *held]:
        for head in checkpoint.heads:
            wanted.setdefault(head.tree_id, set()).add(head.size)

    lists: dict[uuid.UUID, _List] = {}
    bad: list[tuple[int, str]] = []
    for one in _lists(wanted):
        verdict.lines += one.lines
        verdict.lists += 1
        if isinstance(one.id, uuid.UUID):
            lists[one.id] = one
        if one.bad is not None:
            number, what = one.bad
            bad.append((number, f"Line {number}, in the list {one.id}, {what}."))
    after = _heads()

    verdict.wrong += [sentence for _, sentence in sorted(bad)]
    verdict.wrong += _wrong_with_lists(lists, before, after)
    verdict.wrong += unsigned
    for checkpoint in made:
        verdict.wrong += _wrong_since(checkpoint, f"checkpoint {checkpoint.number} of {checkpoint.at}", lists)
    kept = {(one.organisation_id, one.number): one.note for one in made}
    for file in held:
        verdict.wrong += _wrong_since(file, f"the file that somebody holds (number {file.number} of {file.at})", lists)
        if kept.get((file.organisation_id, file.number)) != file.note:
            verdict.wrong.append(
                f"The file number {file.number} of {file.at} is not among the checkpoints of this house."
            )


def _lists(wanted: dict[uuid.UUID, set[int]]) -> Iterator[_List]:
    one: _List | None = None
    column = COLUMNS.index("tree_id")
    for row in _rows():
        try:
            tree_id = _strict("tree_id", row[column])
        except Unreadable:
            tree_id = row[column]
        if one is None or one.id != tree_id:
            if one is not None:
                yield one
            one = _List(tree_id, wanted.get(tree_id, set()))
        one.take(row)
    if one is not None:
        yield one


def _wrong_with_lists(
    lists: dict[uuid.UUID, _List], before: dict[uuid.UUID, SimpleNamespace], after: dict[uuid.UUID, SimpleNamespace]
) -> Iterator[str]:
    """What does not fit between the lines of each list and what is kept about it."""
    for tree_id in sorted({*lists, *before, *after}):
        one = lists.get(tree_id) or _List(tree_id, set())
        early, late = before.get(tree_id), after.get(tree_id)
        least, most = early.size if early else 0, late.size if late else 0
        if late is None:
            yield f"The list {tree_id} has {one.lines} lines, and this house does not know of it."
        elif one.lines < least:
            yield f"The list {tree_id} has {one.lines} lines, and should have {least}: {least - one.lines} are gone."
        elif one.lines > most:
            yield f"The list {tree_id} has {one.lines} lines, and should have {most}: {one.lines - most} were put in."
        elif early is not None and one.root_at(least) != bytes(early.root):
            yield f"The {least} lines of the list {tree_id} do not come to the root that was kept."
        if late is not None:
            yield from _wrong_with_head(late, one)


def _wrong_with_head(head: SimpleNamespace, one: _List) -> Iterator[str]:
    try:
        fits = unpacked(head.size, bytes(head.peaks)).root() == bytes(head.root)
    except ValueError:
        fits = False
    if not fits:
        yield f"What is kept about the list {head.id} does not fit together."
    if one.organisations - {head.organisation_id}:
        yield f"The list {head.id} holds lines of another organisation than its own."


def _checkpoints() -> tuple[list[Held], list[str]]:
    """The checkpoints of this house that are whole, and a sentence for each thing that is wrong with the others."""
    made, wrong = [], []
    numbers: dict[uuid.UUID, int] = {}
    columns = ("id", "organisation_id", "number", "at", "heads", "note")
    for row in sorted(_all("access_checkpoint", columns), key=lambda row: (row.organisation_id, row.number)):
        expected = numbers[row.organisation_id] = numbers.get(row.organisation_id, 0) + 1
        if row.number != expected:
            wrong.append(f"Checkpoint {expected} of the organisation {row.organisation_id} is gone.")
            numbers[row.organisation_id] = row.number
        try:
            made.append(checkpoints.opened(row))
        except NotACheckpoint as error:
            wrong.append(
                f"Checkpoint {row.number} of the organisation {row.organisation_id} is not to be trusted: {error}."
            )
    return made, wrong


def _wrong_since(checkpoint: Held, called: str, lists: dict[uuid.UUID, _List]) -> Iterator[str]:
    """Which lists do not begin any more as they did then."""
    for head in checkpoint.heads:
        one = lists.get(head.tree_id) or _List(head.tree_id, set())
        if one.lines < head.size:
            yield f"The list {head.tree_id} has {one.lines} lines, and had {head.size} in {called}: it was cut."
        elif not _begins_as(one, head):
            yield f"The list {head.tree_id} does not begin as it did in {called}: it was rewritten."


def _begins_as(one: _List, head: Head) -> bool:
    return one.root_at(head.size) == head.root
