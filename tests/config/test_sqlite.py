"""SQLite as the house uses it: durable, one writer at a time, nobody turned away."""

import sqlite3
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connections
from django.db.backends.sqlite3 import base as stock

from alongside.config.sqlite import base

THREADS = 20
WRITES = 10


@pytest.fixture
def connect(tmp_path):
    """Open connections of their own to one file, with our backend or with Django's."""
    opened = []

    def connect(backend=base.DatabaseWrapper, **options):
        settings = {
            **connections.settings[DEFAULT_DB_ALIAS],
            "NAME": str(tmp_path / "scratch.sqlite3"),
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 5, **options},
        }
        opened.append(backend(settings, "scratch"))
        opened[-1].inc_thread_sharing()
        return opened[-1]

    first = connect()
    with first.cursor() as cursor:
        cursor.execute("CREATE TABLE tally (n INTEGER NOT NULL CHECK (n < 1000))")
        cursor.execute("INSERT INTO tally VALUES (0)")
    yield connect
    for connection in opened:
        connection.close()


def begin(connection):
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(connection, *, keep=True):
    try:
        (connection.commit if keep else connection.rollback)()
    finally:
        connection.set_autocommit(True)


def tally(connection):
    with connection.cursor() as cursor:
        return cursor.execute("SELECT n FROM tally").fetchone()[0]


def write(connection, sql="UPDATE tally SET n = n + 1", *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def read_then_write(connection):
    begin(connection)
    try:
        write(connection, "UPDATE tally SET n = %s", tally(connection) + 1)
    except DatabaseError:
        end(connection, keep=False)
        raise
    end(connection)


def test_every_connection_keeps_the_promises(connect):
    promised = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "trusted_schema": 0,
        "secure_delete": 1,
        "temp_store": 2,  # in memory
        "busy_timeout": 5000,
    }
    for connection in (connect(), connect()):
        with connection.cursor() as cursor:
            held = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in promised}
        assert held == promised


def test_the_house_itself_is_set_up_so(settings):
    for database in settings.DATABASES.values():
        if "sqlite" in database["ENGINE"]:
            assert database["ENGINE"] == "alongside.config.sqlite"
            assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
            assert database["CONN_MAX_AGE"] is None


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2)])
def test_a_sqlite_that_can_corrupt_a_database_is_refused_with_a_sentence(version):
    with pytest.raises(ImproperlyConfigured, match=r"before 3\.51\.3 it can corrupt"):
        base.refuse_unsafe_sqlite(version)


def test_the_sqlite_that_is_used_is_a_sound_one(connect):
    base.refuse_unsafe_sqlite()
    assert sqlite3.sqlite_version_info >= base.OLDEST_SAFE
    with connect().cursor() as cursor:
        assert cursor.execute("SELECT sqlite_version()").fetchone()[0] == sqlite3.sqlite_version


def test_no_connection_opens_with_a_refused_one(connect, monkeypatch):
    monkeypatch.setattr(base, "OLDEST_SAFE", (99, 0, 0))
    with pytest.raises(ImproperlyConfigured):
        connect().ensure_connection()


def test_a_folder_that_cannot_hold_the_write_ahead_log_is_refused(connect, monkeypatch):
    class Elsewhere(sqlite3.Connection):
        def execute(self, sql, *rest):
            return super().execute("SELECT 'delete'" if "journal_mode" in sql else sql, *rest)

    with pytest.raises(ImproperlyConfigured, match="local disk"):
        connect(factory=Elsewhere).ensure_connection()


def test_twenty_threads_that_read_and_then_write_are_never_told_that_it_is_locked(connect):
    refused, together = [], threading.Barrier(THREADS)

    def work(connection):
        together.wait()
        try:
            for turn in range(WRITES):
                if turn % 2:
                    read_then_write(connection)
                else:
                    write(connection)  # a single statement, outside of any transaction
        except DatabaseError as error:
            refused.append(error)

    threads = [threading.Thread(target=work, args=[connect()]) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert refused == []
    assert tally(connect()) == THREADS * WRITES


def test_django_as_it_comes_would_have_refused_the_second_of_two(connect):
    first, second = (connect(stock.DatabaseWrapper, transaction_mode="DEFERRED", timeout=0) for _ in range(2))
    begin(first)
    begin(second)
    tally(first), tally(second)
    write(first)
    end(first)
    with pytest.raises(OperationalError, match="locked"):
        write(second)
    end(second, keep=False)


@pytest.mark.parametrize("wrong", ["a row that breaks a rule", "a commit that fails", "a line that is cut"])
def test_the_turn_is_handed_on_after_an_error(connect, wrong, monkeypatch):
    first, second = connect(), connect()
    monkeypatch.setattr(base, "SECONDS_FOR_A_TURN", 0.5)
    begin(first)
    if wrong == "a row that breaks a rule":
        with pytest.raises(DatabaseError):
            write(first, "UPDATE tally SET n = 5000")
        end(first, keep=False)
    elif wrong == "a commit that fails":
        write(first, "PRAGMA defer_foreign_keys=ON")
        write(first, "CREATE TABLE part (of INTEGER REFERENCES whole(id))")
        write(first, "CREATE TABLE whole (id INTEGER PRIMARY KEY)")
        write(first, "INSERT INTO part VALUES (1)")
        with pytest.raises(DatabaseError):
            first.commit()
        assert first.holds_lock, "the transaction is still open"
        end(first, keep=False)
    else:
        write(first)
        first.close()
    read_then_write(second)
    assert tally(second) == 1
    assert not first.holds_lock
    assert not second.holds_lock


def test_a_single_write_that_fails_hands_its_turn_on_too(connect, monkeypatch):
    first, second = connect(), connect()
    monkeypatch.setattr(base, "SECONDS_FOR_A_TURN", 0.5)
    with pytest.raises(DatabaseError):
        write(first, "UPDATE tally SET n = 5000")
    read_then_write(second)
    assert tally(second) == 1


def test_a_turn_that_never_comes_ends_in_an_error_and_not_in_waiting_for_ever(connect, monkeypatch):
    first, second = connect(), connect()
    monkeypatch.setattr(base, "SECONDS_FOR_A_TURN", 0.05)
    begin(first)
    with pytest.raises(OperationalError):
        begin(second)
    assert tally(second) == 0, "reading needs no turn"
    end(first)
    read_then_write(second)
    assert tally(second) == 1
