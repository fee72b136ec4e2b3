"""What can be searched in this room: what is said in voice notes, as far as it was written down."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from alongside.access import Viewer
from alongside.access.scanning import Found, Opened, scan
from alongside.attached.models import Transcript
from alongside.attached.rules import State
from alongside.kit.folding import Wanted


def _of_its_own(rows: Any) -> Any:
    """A correction stands a second time as what was said yes to."""
    return rows.exclude(state=State.CORRECTED.value)


def _texts(row: Opened) -> tuple[str, ...]:
    return tuple(row.said())


def texts(viewer: Viewer, wanted: Wanted, *, within: uuid.UUID | None = None) -> list[Iterator[Found]]:
    """Written forms that can hold what is wanted, in one query."""

    def written(row: Opened) -> Found:
        return Found(
            id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=row.at,
            label=_("A voice note"), texts=partial(_texts, row), page="attached:written", args=row.beside,
        )  # fmt: skip

    rows = scan(
        Transcript, viewer, wanted, "words", at="said_at", beside=("attachment_id",), within=within, narrow=_of_its_own
    )
    return [map(written, rows)]
