"""A power cut, played: what a disk may hold when the power goes in the middle of the house's own commits.

Every write and sync of a real sequence of commits is recorded, file by file, through a file system layer of SQLite's
own (apsw). A disk keeps what was synced. Of what was written to a file since its last sync it may hold any part, in
any order, and of a single write a piece: each such choice is one state that the house may wake up in.

What this leaves out: a disk that lies about a sync, and a file whose name is lost with its folder.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from alongside.config.sqlite.base import PRAGMAS

SECTOR = 512
CHANGES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Step:
    """One thing that happened: a write, a truncation or a sync of a file, or the word that a commit is done."""

    what: str
    file: str = ""
    offset: int = 0
    data: bytes = b""


class _Layer(apsw.VFS):
    def __init__(self, steps: list[Step]) -> None:
        self.steps = steps
        super().__init__("power", base="")

    def xOpen(self, name: Any, flags: list[int]) -> Any:
        return _File(self.steps, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, steps: list[Step], name: Any, flags: list[int]) -> None:
        self.steps = steps
        self.known = Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name)).name
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self.steps.append(Step("write", self.known, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self.steps.append(Step("truncate", self.known, size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self.steps.append(Step("sync", self.known))


@contextlib.contextmanager
def traced(connection: Any) -> Iterator[list[str]]:
    """Every statement that changes something, as Django sends it, with its values in it."""
    said: list[str] = []

    def hear(statement: str) -> None:
        if statement.startswith(CHANGES) and statement not in said[-1:]:  # a trigger says it once more
            said.append(statement)

    connection.ensure_connection()
    connection.connection.set_trace_callback(hear)
    try:
        yield said
    finally:
        connection.connection.set_trace_callback(None)


def record(file: Path, statements: list[str], *, synchronous: str, pages: int) -> list[Step]:
    """Do the statements on a database as the house would, and return each step; an `ack` after each commit.

    One thing differs: the file is this connection's alone, as the layer shares no memory with others. What is written
    and synced is the same. After `pages` pages the log is written back.
    """
    steps: list[Step] = []
    layer = _Layer(steps)
    there = apsw.Connection(str(file), vfs="power")
    try:
        there.execute("PRAGMA locking_mode=EXCLUSIVE")
        assert there.execute("PRAGMA journal_mode=WAL").fetchall() == [("wal",)]
        for pragma in PRAGMAS:
            there.execute(pragma.replace("synchronous=FULL", f"synchronous={synchronous}"))
        there.execute(f"PRAGMA wal_autocheckpoint={pages}")
        steps.clear()
        for statement in statements:
            there.execute(statement)
            if statement.startswith("COMMIT"):
                steps.append(Step("ack"))
        return list(steps)
    finally:
        there.close()
        layer.unregister()


@dataclass
class Disk:
    """What is on the disk for sure, and what was written since and may be there or not; by file."""

    sure: dict[str, bytearray]
    since: dict[str, list[Step]] = field(default_factory=dict)
    acks: int = 0

    def take(self, step: Step) -> None:
        """Let one step happen."""
        if step.what == "ack":
            self.acks += 1
        elif step.what == "sync":
            for earlier in self.since.pop(step.file, []):
                _do(self.sure.setdefault(step.file, bytearray()), earlier)
        else:
            self.since.setdefault(step.file, []).append(step)

    def after_a_cut(self, chance: random.Random, share: float) -> dict[str, bytes]:
        """One state that it may be found in: each unsynced write is there with the chance `share`, or a piece of it."""
        found = {name: bytearray(content) for name, content in self.sure.items()}
        for name, steps in self.since.items():
            for step in steps:
                if chance.random() >= share:
                    continue
                torn = step
                if step.what == "write" and 0 < share < 1 and chance.random() < 0.3:
                    torn = Step("write", name, step.offset, step.data[: chance.randrange(len(step.data))])
                _do(found.setdefault(name, bytearray()), torn)
        return {name: bytes(content) for name, content in found.items()}


def _do(content: bytearray, step: Step) -> None:
    if step.what == "truncate":
        del content[step.offset :]
        return
    if len(content) < step.offset:
        content.extend(bytes(step.offset - len(content)))
    content[step.offset : step.offset + len(step.data)] = step.data


@dataclass
class Count:
    """What the states showed."""

    states: int = 0
    lost_some: int = 0
    lost_most: int = 0
    damaged: int = 0
    halves: int = 0
    cuts: int = 0
    acknowledged: int = 0

    def __str__(self) -> str:
        return (
            f"{self.states} states after {self.cuts} cuts: in {self.lost_some} acknowledged writes were lost (at most "
            f"{self.lost_most} of {self.acknowledged}), {self.damaged} were damaged, {self.halves} held half a write"
        )


def cut_and_look(
    steps: list[Step], before: bytes, name: str, folder: Path, *, ids: list[str], states: int, seed: int = 1
) -> Count:
    """Cut the power at moments all over `steps`, wake up in some states of each, and count what is gone.

    `ids` are those of the rows and of their lines in the trail, in the order of their commits.
    """
    chance = random.Random(seed)
    disk = Disk({name: bytearray(before)})
    count = Count(acknowledged=len(ids))
    shares = (0.0, 1.0, 0.5, 0.9, 0.1)
    wanted = max(1, round(states / len(shares)))
    moments = set(chance.sample(range(len(steps)), min(wanted, len(steps))))
    for number, step in enumerate(steps):
        disk.take(step)
        if number not in moments:
            continue
        count.cuts += 1
        for share in shares:
            for file in folder.iterdir():
                file.unlink()
            for file_name, content in disk.after_a_cut(chance, share).items():
                (folder / file_name).write_bytes(content)
            _look(folder / name, disk.acks, ids, count)
    return count


def _look(file: Path, acknowledged: int, ids: list[str], count: Count) -> None:
    count.states += 1
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as there:
        try:
            for pragma in PRAGMAS:
                there.execute(pragma)
            sound = there.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rows = {row for (row,) in there.execute("SELECT id FROM topics_strength")}
            lines = {row for (row,) in there.execute("SELECT row_id FROM access_trailline WHERE row_id IS NOT NULL")}
        except sqlite3.DatabaseError:
            count.damaged += 1
            return
    count.damaged += not sound
    count.halves += any((each in rows) != (each in lines) for each in ids)
    lost = acknowledged - sum(each in rows and each in lines for each in ids[:acknowledged])
    count.lost_some += lost > 0
    count.lost_most = max(count.lost_most, lost)
