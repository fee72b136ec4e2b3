"""The database backend: Django's own, with durable settings and one write lock a process.

Why each line is here stands in `docs/decisions/0002-sqlite-that-keeps-its-word.md`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.sqlite3 import base

_Wrapper: Any = base.DatabaseWrapper  # its transaction hooks are not in the type stubs

OLDEST_SAFE = (3, 51, 3)
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
    "PRAGMA journal_size_limit=67108864",
)
_write_locks: dict[str, threading.Lock] = defaultdict(threading.Lock)


def refuse_unsafe_sqlite(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raise `ImproperlyConfigured` when this SQLite is older than 3.51.3 (WAL corruption bug)."""
    if version < OLDEST_SAFE:
        raise ImproperlyConfigured(
            "This SQLite is {}, and before 3.51.3 it can corrupt a database in WAL mode. "
            "Install the pysqlite3 package, or use PostgreSQL through DATABASE_URL.".format(".".join(map(str, version)))
        )


class DatabaseWrapper(_Wrapper):  # type: ignore[misc]
    """A connection that takes the process's write lock before it opens a transaction."""

    holds_lock = False

    def get_new_connection(self, conn_params: Any) -> Any:
        refuse_unsafe_sqlite()
        connection = super().get_new_connection(conn_params)
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        lock = _write_locks[str(self.settings_dict["NAME"])]
        lock.acquire()
        self.holds_lock = True
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

    def _let_go(self) -> None:
        if self.holds_lock:
            self.holds_lock = False
            _write_locks[str(self.settings_dict["NAME"])].release()
