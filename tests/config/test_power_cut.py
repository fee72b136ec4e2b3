"""The power goes in the middle of a write: whatever was acknowledged is there afterwards, and nothing by halves."""

import contextlib
import os
import sqlite3

import pytest
from django.db import connections

from alongside.config.backup.snapshot import file_of
from alongside.kit.ids import new_id
from alongside.topics import actions as topics
from alongside.topics.rules import Sort
from tests.config import power
from tests.house import ON_POSTGRESQL

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(ON_POSTGRESQL, reason="PostgreSQL sees to its own disk"),
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


@pytest.fixture
def commits(cast, tmp_path):
    """Record what Dana's writes do to the disk, under one setting or the other."""

    def record(writes, *, synchronous, pages):
        before = tmp_path / "before.sqlite3"
        with contextlib.closing(sqlite3.connect(file_of("default"), isolation_level=None)) as there:
            before.unlink(missing_ok=True)
            there.execute("VACUUM INTO ?", [str(before)])
        with contextlib.closing(sqlite3.connect(before, isolation_level=None)) as there:
            there.execute("PRAGMA journal_mode=WAL")
        ids, place = [], cast.place("dana")
        with power.traced(connections["default"]) as statements:
            for number in range(writes):
                ids.append(new_id())
                topics.offer_strength(
                    by=place.by, about=place, now=cast.now, write_id=ids[-1], sort=Sort.SEEN, words=f"Number {number}"
                )
        assert sum(statement.startswith("COMMIT") for statement in statements) == writes
        work = tmp_path / "work.sqlite3"
        work.write_bytes(before.read_bytes())
        steps = power.record(work, statements, synchronous=synchronous, pages=pages)
        return steps, before.read_bytes(), [each.hex for each in ids]

    return record


def look(commits, tmp_path, *, writes, states, synchronous, pages):
    steps, before, ids = commits(writes, synchronous=synchronous, pages=pages)
    assert {step.file for step in steps if step.what == "sync"} == {"work.sqlite3", "work.sqlite3-wal"}, "written back"
    folder = tmp_path / f"after-{synchronous}-{pages}"
    folder.mkdir()
    count = power.cut_and_look(steps, before, "work.sqlite3", folder, ids=ids, states=states)
    print(f"power cut, {synchronous}, written back after {pages} pages: {count}")
    return count


def test_no_acknowledged_write_is_lost_and_under_the_weaker_setting_some_are(commits, tmp_path):
    ours = look(commits, tmp_path, writes=20, states=150, synchronous="FULL", pages=120)
    assert (ours.lost_some, ours.damaged, ours.halves) == (0, 0, 0)
    control = look(commits, tmp_path, writes=20, states=50, synchronous="NORMAL", pages=120)
    assert control.lost_some, "a test that cannot fail shows nothing"
    assert (control.damaged, control.halves) == (0, 0)


@pytest.mark.slow
@pytest.mark.skipif("SLOW_TESTS" not in os.environ, reason="many minutes: set SLOW_TESTS=1")
@pytest.mark.parametrize("pages", [120, 1000])
def test_in_thousands_of_states_no_acknowledged_write_is_lost(commits, tmp_path, pages):
    ours = look(commits, tmp_path, writes=150, states=2000, synchronous="FULL", pages=pages)
    assert ours.states >= 2000
    assert (ours.lost_some, ours.damaged, ours.halves) == (0, 0, 0)
    control = look(commits, tmp_path, writes=150, states=500, synchronous="NORMAL", pages=pages)
    assert control.lost_some
    assert (control.damaged, control.halves) == (0, 0)
