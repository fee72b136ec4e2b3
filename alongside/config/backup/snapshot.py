"""One moment of a database, taken while others write, and laid down again.

SQLite gives it as a file of its own (`VACUUM INTO`), PostgreSQL as one file a table (`COPY` in one REPEATABLE READ
transaction). Sessions and the cache stay out: whoever was signed in then signs in again.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.migrations.loader import MigrationLoader

from alongside.access import wall
from alongside.config.owner import as_owner
from alongside.config.sqlite.base import PRAGMAS

# Who is signed in, and what is only kept to be quick: not part of a backup.
PASSING = ("django_session", "cache")
# What laying the tables fills by itself.
LAID = ("django_migrations", "django_content_type", "auth_permission", "auth_group_permissions")
TABLES = "tables.json"

Files = list[tuple[str, Path]]


def engine(alias: str) -> str:
    """`sqlite` or `postgresql`."""
    return str(connections[alias].vendor)


def laid(alias: str) -> dict[str, list[str]]:
    """The migrations that were made in a database, by app."""
    made: dict[str, list[str]] = {}
    for app, name in sorted(MigrationLoader(connections[alias]).applied_migrations):
        made.setdefault(app, []).append(name)
    return made


def take(alias: str, folder: Path) -> Files:
    """Write one moment of the database `alias` into `folder`, and return what was written: (name, path)."""
    return _take_sqlite(alias, folder) if engine(alias) == "sqlite" else _take_postgresql(alias, folder)


def _tables(alias: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        names = connections[alias].introspection.table_names(cursor)
    return sorted(name for name in names if name not in PASSING + LAID)


# --- SQLite ------------------------------------------------------------------------------------------


def file_of(alias: str) -> Path:
    """The file of a SQLite database."""
    return Path(str(connections[alias].settings_dict["NAME"]))


def _take_sqlite(alias: str, folder: Path) -> Files:
    """`VACUUM INTO` reads one moment, lets others write meanwhile, and leaves out pages that were freed."""
    to = folder / f"{alias}.sqlite3"
    with contextlib.closing(sqlite3.connect(file_of(alias), timeout=60, isolation_level=None)) as there:
        there.execute("VACUUM INTO ?", [str(to)])
    with contextlib.closing(sqlite3.connect(to, isolation_level=None)) as taken:
        taken.execute("PRAGMA secure_delete=ON")
        names = {name for (name,) in taken.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in PASSING:
            if table in names:
                taken.execute(f'DELETE FROM "{table}"')  # noqa: S608  (a name of ours)
    return [(to.name, to)]


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Have this process work on the SQLite files in `folder` for a while, instead of on those of the settings."""
    kept = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", "keys")}
    try:
        for alias in kept:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = folder / f"{alias}.sqlite3"
        yield
    finally:
        for alias, name in kept.items():
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name


def look_through(path: Path) -> str:
    """What is wrong with a SQLite file, or nothing."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as there:
        for pragma in PRAGMAS:
            there.execute(pragma)
        try:
            found = [str(line) for (line,) in there.execute("PRAGMA integrity_check")]
            dangling = there.execute("PRAGMA foreign_key_check").fetchall()
        except sqlite3.DatabaseError as error:
            return str(error)
    return "" if found == ["ok"] and not dangling else f"{found[0]}, {len(dangling)} keys lead nowhere"


# --- PostgreSQL --------------------------------------------------------------------------------------


def _take_postgresql(alias: str, folder: Path) -> Files:
    """`COPY` of each table, all in one snapshot, as the application's own role standing for the house.

    Not by `pg_dump`: its version must not be older than the server's, and it would need a role that walks through
    the wall.
    """
    ours = connections[alias].copy(alias)
    ours.ensure_connection()
    files, columns = [], {}
    try:
        with ours.connection.transaction(), ours.connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT set_config('alongside.viewer', %s, true)", [wall.HOUSE])
            for table in _tables(alias):
                columns[table] = _columns(cursor, table)
                path = folder / f"{alias}_{table}.copy"
                with path.open("wb") as file, cursor.copy(f"COPY {_named(table, columns[table])} TO STDOUT") as copy:
                    for piece in copy:
                        file.write(piece)
                files.append((path.name, path))
    finally:
        ours.close()
    tables = folder / f"{alias}_{TABLES}"
    tables.write_text(json.dumps(columns))
    return [(tables.name, tables), *files]


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = '' ORDER BY attname",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def _named(table: str, columns: list[str]) -> str:
    quoted = ", ".join(f'"{column}"' for column in columns)
    return f'"{table}" ({quoted})'


def has_tables(alias: str) -> bool:
    """Whether there is anything in a database already."""
    with connections[alias].cursor() as cursor:
        return bool(connections[alias].introspection.table_names(cursor))


def lay_postgresql(alias: str, folder: Path) -> None:
    """Fill the empty tables of the database `alias` with what was taken, in one transaction, as their owner."""
    columns = json.loads((folder / f"{alias}_{TABLES}").read_text())
    with as_owner(alias):
        connections[alias].ensure_connection()
        there = connections[alias].connection
        with there.transaction(), there.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            forced = _forced(cursor, list(columns))
            for table in forced:  # COPY cannot fill a table whose wall holds for its owner too
                cursor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
            for table, named in columns.items():
                with (
                    (folder / f"{alias}_{table}.copy").open("rb") as file,
                    cursor.copy(f"COPY {_named(table, named)} FROM STDIN") as copy,
                ):
                    while piece := file.read(1024 * 1024):
                        copy.write(piece)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # every key is looked at now
            _count_on(cursor, list(columns))  # behind the wall its owner would find no row to go on from
            for table in forced:
                cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')


def _forced(cursor: Any, tables: list[str]) -> list[str]:
    cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relforcerowsecurity", [tables])
    return [name for (name,) in cursor.fetchall()]


def _count_on(cursor: Any, tables: list[str]) -> None:
    """Numbers that the database gives by itself go on behind the last one."""
    cursor.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_name = ANY(%s) "
        "AND table_schema = current_schema() AND (is_identity = 'YES' OR column_default LIKE 'nextval(%%')",
        [tables],
    )
    for table, column in cursor.fetchall():
        cursor.execute(
            f'SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max("{column}"), 0) + 1, false) '  # noqa: S608
            f'FROM "{table}"',
            [table, column],
        )
