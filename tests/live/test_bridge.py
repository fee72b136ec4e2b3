"""Signals between processes: on PostgreSQL each hears what any of them committed."""

import asyncio

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction

from alongside.kit.ids import new_id
from alongside.live import bridge
from alongside.live.bridge import announce
from tests.house import ON_POSTGRESQL
from tests.live.conftest import do

pytestmark = [
    pytest.mark.skipif(
        not ON_POSTGRESQL, reason="LISTEN and NOTIFY are PostgreSQL's: set ALONGSIDE_TEST_ON=postgresql"
    ),
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


class Ear:
    """Stands in for the hub of one process, and keeps what it hears."""

    def __init__(self):
        self.heard_of, self.looks = [], 0

    def heard(self, partnership_id, paper_id=None, count=0):
        self.heard_of.append((partnership_id, paper_id, count) if paper_id else partnership_id)

    heard_elsewhere = heard

    def look_at_all(self):
        self.looks += 1


async def until(holds, seconds=5):
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)


def with_two_processes(story):
    async def whole():
        ears = [Ear(), Ear()]
        lines = [asyncio.create_task(bridge.listen(ear)) for ear in ears]
        try:
            await until(lambda: all(ear.looks for ear in ears))
            await story(*ears)
        finally:
            for line in lines:
                line.cancel()
            await asyncio.gather(*lines, return_exceptions=True)

    async_to_sync(whole)()


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_every_process_hears_what_was_committed_and_nothing_of_what_was_not():
    kept, undone = new_id(), new_id()

    def act():
        with transaction.atomic():
            announce(kept)
        with transaction.atomic():
            announce(undone)
            transaction.set_rollback(True)

    async def story(one, other):
        await do(act)
        for nonsense in ("not an id", f"{kept} x 1", f"{kept} {kept}", f"{kept} {kept} x"):
            await do(execute, f"NOTIFY {bridge.CHANNEL}, '{nonsense}'")
        await do(announce, kept, undone, 17)
        last = new_id()
        await do(announce, last)
        await until(lambda: last in one.heard_of and last in other.heard_of)
        assert one.heard_of == other.heard_of == [kept, (kept, undone, 17), last]

    with_two_processes(story)


def test_a_broken_line_comes_back_by_itself_and_everything_is_looked_at():
    async def story(one, other):
        # Our own connection is not among them: it never listens.
        await do(execute, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")
        await until(lambda: one.looks == other.looks == 2, seconds=20)
        known = new_id()
        await do(announce, known)
        await until(lambda: known in one.heard_of and known in other.heard_of)

    with_two_processes(story)


def test_a_database_that_is_away_is_tried_again_without_end(monkeypatch):
    nowhere = {"host": "/nonexistent", "dbname": "nothing"}
    monkeypatch.setattr(bridge, "SECONDS_BETWEEN_TRIES", (0.01,))
    tried = []
    monkeypatch.setattr(bridge.log, "warning", lambda *words: tried.append(words))

    async def story():
        line = asyncio.create_task(bridge.listen(Ear(), nowhere))
        await until(lambda: len(tried) >= 3)
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)

    async_to_sync(story)()
    assert "nothing" not in str(tried), "where the database is stays out of the log"
