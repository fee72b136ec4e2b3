"""Going through encrypted rows for a word. Only what a room's `searching.py` and the search itself use.

There is no index of anybody's words: what the viewer may see is opened, looked at and forgotten. A
machine that goes through a row shows nothing of it, so that leaves no line. Whoever shows a row that
was found notes it (`Viewer.note_reading`); the search does so for every hit on its page.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from alongside.access.kinds import Kind
from alongside.access.viewer import Viewer
from alongside.kit.folding import Wanted
from alongside.vault.fields import EncryptedJSON
from alongside.vault.keys import CannotOpen, load_keys, opener


@dataclass(slots=True)
class Opened:
    """A row that can hold what is wanted: the columns that were asked for, and its texts as they are needed."""

    id: uuid.UUID
    partnership_id: uuid.UUID
    kind: Kind
    at: datetime.datetime
    beside: tuple[Any, ...]
    # of each sealed column, whether it is JSON, and its text
    plain: list[tuple[bool, bytes]]

    def said(self) -> list[Any]:
        """What the sealed columns hold, in order; an empty one is left out."""
        return [json.loads(text) if is_json else text.decode() for is_json, text in self.plain]


@dataclass(slots=True)
class Found:
    """What a room offers to a search: texts, under a label, with the page on which they stand."""

    id: uuid.UUID
    kind: Kind
    partnership_id: uuid.UUID
    at: datetime.datetime
    label: str
    # opened only for the newest, which are shown
    texts: Callable[[], tuple[str, ...]]
    # the name of the page's address, and what follows the partnership in it
    page: str
    args: tuple[Any, ...] = ()
    # what it belongs to, where something else may stand beside it with the same rank
    thread: uuid.UUID | None = None


# What stands beside each row that was found, by its id: (label, words). A room whose texts can be
# seen differently has `voices(viewer, found)` next to `texts`, and no search shows the one without the other.
Voices = dict[uuid.UUID, tuple[tuple[str, str], ...]]


def scan(
    model: Any,
    viewer: Viewer,
    wanted: Wanted,
    *sealed: str,
    at: str,
    beside: tuple[str, ...] = (),
    within: uuid.UUID | None = None,
    narrow: Callable[[Any], Any] = lambda rows: rows,
) -> Iterator[Opened]:
    """The rows that the viewer may see and whose `sealed` columns can hold every wanted word, in one query.

    They come newest first, by their column `at`, and are opened one by one: whoever needs only the
    newest stops there. What comes out is a little too much: it holds the letters, not yet as words of their own.
    """
    columns = [(field.column, isinstance(field, EncryptedJSON)) for field in map(model._meta.get_field, sealed)]
    names = ("id", "partnership_id", *(("kind",) if model.KINDS else ()), *sealed, at, *beside)
    visible = narrow(model.objects.visible_to(viewer, within=within).scanned())
    rows, as_usual = _fetch(visible.order_by(f"-{at}").values_list(*names))
    first, table = 3 if model.KINDS else 2, model._meta.db_table
    last = first + len(sealed)
    openers = _openers({row[1] for row in rows}, table, [column for column, _ in columns])
    may_be_in = wanted.may_be_in
    for row in rows:
        try:
            row_id, ready = _hyphened(row[0]), openers[row[1]]
            plain = [
                (is_json, open_row(bytes(value), row_id))
                for open_row, (_, is_json), value in zip(ready, columns, row[first:last], strict=True)
                if value is not None
            ]
        except (CannotOpen, KeyError):  # one row that is damaged must not keep all others from being found
            continue
        if plain and may_be_in(plain[0][1] if len(plain) == 1 else b"\n".join(text for _, text in plain)):
            found = as_usual(row)
            kind = Kind(found[2]) if model.KINDS else model.KIND
            yield Opened(found[0], found[1], kind, found[last], tuple(found[last + 1 :]), plain)


def _fetch(rows: Any) -> tuple[list[Any], Callable[[Any], Any]]:
    """The rows as the database has them, and what makes of one of them what Django would.

    Nearly all of thousands of rows are looked at once and forgotten; making an id and a day of each
    column of theirs takes longer than opening their texts.
    """
    compiler: Any = rows.query.get_compiler(connection.alias)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return [], tuple
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        fetched = cursor.fetchall()
    converters = compiler.get_converters([column for column, *_ in compiler.select])
    return fetched, lambda row: next(iter(compiler.apply_converters([row], converters)))


def _hyphened(key: Any) -> str:
    """A key as it stands in what was sealed; SQLite has it without its hyphens."""
    if isinstance(key, str):
        return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"
    return str(key)


def _openers(scopes: set[Any], table: str, columns: list[str]) -> dict[Any, list[Callable[[bytes, str], bytes]]]:
    """For each scope whose key is there, what opens each of the columns."""
    keys = {scope: scope if isinstance(scope, uuid.UUID) else uuid.UUID(scope) for scope in scopes}
    load_keys(list(keys.values()))
    found = {}
    for scope, key in keys.items():
        with suppress(CannotOpen):
            found[scope] = [opener(key, table=table, column=column) for column in columns]
    return found
