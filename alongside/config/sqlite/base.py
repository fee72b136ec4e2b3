"""The database backend: Django's own, with durable settings and one write lock a process.

Why each line is here stands in `docs/decisions/0002-sqlite-that-keeps-its-word.md`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.backends.sqlite3 import base

_Wrapper: Any = base.DatabaseWrapper  # its transaction hooks are not in the type stubs
_Cursor: Any = base.SQLiteCursorWrapper

OLDEST_SAFE = (3, 51, 3)
PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
    # What SQLite sorts or sets aside stays in memory: a temporary file would be one more place to look.
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
)
# Far longer than any wait for a turn, short enough that two threads that wait for each other come free.
SECONDS_FOR_A_TURN = 20
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")

_write_locks: dict[str, threading.Lock] = defaultdict(threading.Lock)


def refuse_unsafe_sqlite(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raise `ImproperlyConfigured` when this SQLite is older than 3.51.3 (WAL corruption bug)."""
    if version < OLDEST_SAFE:
        raise ImproperlyConfigured(
            "This SQLite is {}, and before 3.51.3 it can corrupt a database in WAL mode. "
            "Install the pysqlite3 package, or use PostgreSQL through DATABASE_URL.".format(".".join(map(str, version)))
        )


class DatabaseWrapper(_Wrapper):  # type: ignore[misc]
    """A connection that waits for its turn before it writes: one writer in the process at a time.

    SQLite lets one connection write and has the others sleep and try again, the unlucky ones for
    seconds. A lock hands the turn on at once.
    """

    holds_lock = False

    def get_new_connection(self, conn_params: Any) -> Any:
        refuse_unsafe_sqlite()
        connection = super().get_new_connection(conn_params)
        journal = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if journal != "wal" and not self.is_in_memory_db():
            connection.close()
            raise ImproperlyConfigured(
                f"SQLite cannot keep its write-ahead log beside {self.settings_dict['NAME']}. "
                "Put the data folder on a local disk, or use PostgreSQL through DATABASE_URL."
            )
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection

    @property
    def _write_lock(self) -> threading.Lock:
        return _write_locks[str(self.settings_dict["NAME"])]

    def _wait_for_turn(self) -> None:
        if not self._write_lock.acquire(timeout=SECONDS_FOR_A_TURN):
            raise OperationalError("Another write of this process did not end.")
        self.holds_lock = True

    def _let_go(self) -> None:
        if self.holds_lock:
            self.holds_lock = False
            self._write_lock.release()

    @contextmanager
    def turn_for(self, statement: str) -> Iterator[None]:
        """Hold the lock around a statement that writes outside of any transaction."""
        if self.holds_lock or not statement.startswith(WRITES):
            yield
            return
        self._wait_for_turn()
        try:
            yield
        finally:
            self._let_go()

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = self.connection.cursor(factory=CursorWrapper)
        cursor.wrapper = self
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        self._wait_for_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._let_go()
            raise

    def _commit(self) -> None:
        super()._commit()
        self._let_go()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._let_go()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._let_go()


class CursorWrapper(_Cursor):  # type: ignore[misc]
    """A cursor whose single writes wait for their turn as transactions do."""

    wrapper: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        with self.wrapper.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with self.wrapper.turn_for(query):
            return super().executemany(query, param_list)
