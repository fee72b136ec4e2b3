"""What can be searched in this room: the words of messages, as they were said first and put right later."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext as _

from alongside.access import Viewer
from alongside.access.scanning import Found, Opened, scan
from alongside.conversations.models import Message, Words
from alongside.kit.folding import Wanted


def _texts(row: Opened) -> tuple[str, ...]:
    return tuple(row.said())


def _found(row: Opened) -> Found:
    return Found(
        id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=row.at,
        label=_("What we write to each other"), texts=partial(_texts, row),
        page="conversations:message", args=row.beside or (row.id,),
    )  # fmt: skip


def texts(viewer: Viewer, wanted: Wanted, *, within: uuid.UUID | None = None) -> list[Iterator[Found]]:
    """Messages that can hold what is wanted, each newest first, in two queries."""
    return [
        map(_found, scan(Message, viewer, wanted, "text", at="said_at", within=within)),
        map(_found, scan(Words, viewer, wanted, "text", at="said_at", beside=("message_id",), within=within)),
    ]
