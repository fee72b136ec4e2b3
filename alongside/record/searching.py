"""What can be searched in this room: everything that was said, heard and written, also what stands no longer."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from alongside.access import Kind, Viewer
from alongside.access.scanning import Found, Opened, Voices, scan
from alongside.kit.folding import Wanted
from alongside.record.models import Entry
from alongside.record.rules import COLUMNS, What

PAGES = {Kind.WORDS: "record:words", Kind.LISTENING: "record:listening", Kind.PICTURE: "record:picture"}
# In a body, what is one of our own few words.
NOT_WORDS = frozenset({"reason", "sort", "voice"})


def _words(body: dict[str, Any]) -> tuple[str, ...]:
    return tuple(text for name, text in body.items() if name not in NOT_WORDS and isinstance(text, str) and text)


def _texts(row: Opened) -> tuple[str, ...]:
    return tuple(text for body in row.said() for text in _words(body))


def texts(viewer: Viewer, wanted: Wanted, *, within: uuid.UUID | None = None) -> list[Iterator[Found]]:
    """Entries that can hold what is wanted, in one query."""
    picture = _("The picture so far")
    labels = {
        What.NEED: _("What I need"),
        What.HOPE: _("What I hope for"),
        What.HEARD: _("What I heard"),
        What.NOT_QUITE: _("Not quite"),
        What.CORRECTED: _("What I heard, corrected"),
        What.DIFFERENTLY: _("I see it differently"),
    }
    return [
        (
            Found(
                id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=row.at,
                label=labels.get(row.beside[0], picture), texts=partial(_texts, row), page=PAGES[row.kind],
                thread=row.beside[1] if row.beside[0] in (*COLUMNS, What.DIFFERENTLY) else None,
            )
            for row in scan(Entry, viewer, wanted, "body", at="said_at", beside=("what", "thread"), within=within)
        )
    ]  # fmt: skip


def voices(viewer: Viewer, found: Collection[Found]) -> Voices:
    """Beside a line of the picture, how she sees it; and beside that, the line."""
    threads = {one.thread for one in found if one.thread is not None}
    if not threads:
        return {}
    said: dict[Any, list[Entry]] = {}
    stands = (
        Entry.objects.visible_to(viewer)
        .scanned()
        .filter(thread__in=threads, stands_as__isnull=False, body__isnull=False)
    )
    for entry in stands.filter(body__isnull=False).order_by("number"):
        said.setdefault(entry.thread, []).append(entry)
    labels = {What.DIFFERENTLY: _("I see it differently")}
    return {
        one.id: tuple(
            (labels.get(What(entry.what), _("The picture so far")), "\n".join(_words(entry.body or {})))
            for entry in said.get(one.thread, ())
            if entry.id != one.id and len(said[one.thread]) > 1
        )
        for one in found
    }
