"""A server that is killed in the middle of its work has lost nothing of what it acknowledged."""

import contextlib
import os
import random
import sqlite3
import threading
import time
import uuid

import pytest

from tests.nodes.running import (
    Door,
    Node,
    Writer,
    acknowledged,
    at_work,
    clean_environment,
    free_port,
    make_spaces,
    until,
)

pytestmark = pytest.mark.once


def kept(folder):
    """The ids of everything that was written, and of the lines in the trail about it, as they lie on the disk."""
    with contextlib.closing(sqlite3.connect(folder / "alongside.sqlite3")) as there:
        assert there.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = [uuid.UUID(each) for (each,) in there.execute("SELECT id FROM topics_strength")]
        lines = [
            uuid.UUID(e) for (e,) in there.execute("SELECT row_id FROM access_trailline WHERE doing LIKE 'offer%'")
        ]
    return rows, lines


def kill_again_and_again(folder, *, times, writers, between):
    environment = clean_environment(ALONGSIDE_DATA=str(folder))
    spaces = make_spaces(environment, writers)
    node, over, chance = Node(environment, free_port()), threading.Event(), random.Random(4)
    door = Door(node.port)
    people = [Writer(door, space, over) for space in spaces]
    node.start()
    try:
        with at_work(*people, over=over):
            for _ in range(times):
                had = len(acknowledged(people))
                until(lambda had=had: len(acknowledged(people)) > had)
                time.sleep(chance.uniform(*between))
                node.kill()
                node.start()
            had = len(acknowledged(people))
            until(lambda: len(acknowledged(people)) > had)
        node.kill()
    finally:
        node.end()
    rows, lines = kept(folder)
    told = acknowledged(people)
    lost = [each for each in told if each not in rows]
    print(
        f"kill -9 of the server, {times + 1} times, {writers} writers: {len(told)} acknowledged, {len(lost)} lost, "
        f"{sum(person.told.sent_again for person in people)} sent again, {len(rows) - len(set(rows))} doubled, "
        f"{len(set(rows) - set(told))} kept whose answer never came"
    )
    assert lost == []
    assert len(rows) == len(set(rows)) == len(lines)
    assert set(rows) == set(lines), "no write without its line, and no line without its write"
    return told


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("SLOW_TESTS"), reason="takes some minutes: SLOW_TESTS=1")
def test_killed_again_and_again_it_has_lost_nothing_and_doubled_nothing(folder):
    assert len(kill_again_and_again(folder, times=19, writers=6, between=(0.3, 2.0))) >= 200
