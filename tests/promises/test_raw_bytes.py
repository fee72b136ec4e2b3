"""No word that somebody wrote can be read from the disk without the keys: not in the database, its log, or a cache."""

import base64
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, connections

from tests.house import lay

HOUSE = Path(__file__).resolve().parents[2]

# Planted where anybody may read it, so that a search that finds nothing is known to be able to find.
IN_CLEAR = {"a word in clear", "a word in the cache"}


def disguises(word):
    """The word as a file might have it: as text, in UTF-16, escaped, in hexadecimal, in base64 at each offset."""
    plain = word.encode()
    yield plain
    yield word.encode("utf-16-le")
    yield json.dumps(word).strip('"').encode()
    yield plain.hex().encode()
    for shift in range(3):  # base64 goes by threes: what stands before the word shifts it
        shifted = b"x" * shift + plain
        yield base64.b64encode(shifted[: len(shifted) // 3 * 3])[4:]


def found_in(data, words):
    return {what for what, word in words.items() if any(disguise in data for disguise in disguises(word))}


def test_a_search_finds_a_word_however_it_is_written():
    word = {"it": "zq0123456789ab"}
    for before in ("", "a", "ab", "abc", "é"):
        text = f"{before}{word['it']} and more"
        for data in (
            text.encode(), text.encode("utf-16-le"), json.dumps({"x": text}).encode(), text.encode().hex().encode(),
            base64.b64encode(text.encode()),
        ):  # fmt: skip
            assert found_in(data, word) == {"it"}
    assert not found_in(b"another", word)


@pytest.fixture
def folder():
    """A folder in memory where there is one: each of some hundred commits waits until it is on the disk."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="alongside-tests-") as made:
        yield Path(made)


@pytest.mark.once
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the files are SQLite's; the rows are searched below")
def test_no_word_is_in_any_file_of_the_house(folder):
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ALONGSIDE_") and "DATABASE" not in name
    }
    environment |= {"ALONGSIDE_DATA": str(lay(folder / "data")), "PYTHONPATH": str(HOUSE)}
    lived = subprocess.run(
        [sys.executable, "-m", "tests.promises.planted"],
        cwd=HOUSE, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert lived.returncode == 0, lived.stderr[-3000:]
    told = json.loads(lived.stdout)
    words = told["planted"]
    assert words["an address"] in told["reads back"], "control: with the keys it opens"

    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "static" not in path.parts
    }
    assert {"data/alongside.sqlite3", "data/alongside.sqlite3-wal", "data/keys.sqlite3"} <= set(files)
    found = {name: found_in(data, words) for name, data in files.items()}
    assert set().union(*found.values()) == IN_CLEAR, found
    assert not [name for name in files if found_in(name.encode(), words)]
    output = lived.stderr.encode()
    assert not found_in(output, words), "nor in what the server says about itself"


def rows():
    """Everything in every table of both databases, as text."""
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f"SELECT * FROM {connections[alias].ops.quote_name(table)}")
                for row in cursor.fetchall():
                    for value in row:
                        is_bytes = isinstance(value, bytes | memoryview)
                        yield table, bytes(value) if is_bytes else str(value).encode()


def test_no_word_is_in_any_row_of_either_database(cast, signed_in, life):
    signed_in("rosa").get(f"/space/{cast.spaces['rosa']}/reach/")
    cast.organisation.name = life.says("a word in clear")
    cast.organisation.save()
    tables = {}
    for table, value in rows():
        tables.setdefault(table, []).append(value)
    assert {model._meta.db_table for model in apps.get_models()} <= set(tables) | empty(tables)
    found = {table: found_in(b"\n".join(values), life.planted) for table, values in tables.items()}
    assert {table: words for table, words in found.items() if words} == {"people_organisation": {"a word in clear"}}


def empty(tables):
    return {model._meta.db_table for model in apps.get_models() if model._meta.db_table not in tables}
