"""What can be searched in this room: what both accepted, each version, and the draft as it reads now."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from alongside.access import Viewer
from alongside.access.scanning import Found, Opened, scan
from alongside.agreement.models import AgreementDraft, AgreementVersion
from alongside.kit.folding import Wanted

# What holds one of our own few words, a day or an hour.
NOT_WORDS = frozenset({"reason", "days", "opens", "closes", "within", "unit", "channels", "on"})


def _words(part: str, field: str, value: Any) -> Iterator[str]:
    if field in NOT_WORDS or (part.startswith("row-") and field == "who"):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (each for each in value if isinstance(each, str))


def _texts(row: Opened) -> tuple[str, ...]:
    return tuple(
        text
        for body in row.said()
        for part, fields in body.items()
        for field, value in fields.items()
        for text in _words(part, field, value)
        if text
    )


def texts(viewer: Viewer, wanted: Wanted, *, within: uuid.UUID | None = None) -> list[Iterator[Found]]:
    """Versions and the open draft that can hold what is wanted, in two queries."""
    versions = scan(AgreementVersion, viewer, wanted, "body", at="holds_from", beside=("number",), within=within)
    drafts = scan(
        AgreementDraft, viewer, wanted, "body", at="written_at", within=within,
        narrow=lambda rows: _open_drafts(viewer, rows),
    )  # fmt: skip
    return [
        (
            Found(
                id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=row.at,
                label=_("How we work together, version %(number)s") % {"number": row.beside[0]},
                texts=partial(_texts, row), page="agreement:version", args=row.beside,
            )
            for row in versions
        ),
        (
            Found(
                id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=row.at,
                label=_("How we work together, a draft"), texts=partial(_texts, row), page="agreement:page",
            )
            for row in drafts
        ),
    ]  # fmt: skip


def _open_drafts(viewer: Viewer, rows: Any) -> Any:
    """The newest revision of the draft that is not agreed yet, in each space."""
    same = {"partnership_id": OuterRef("partnership_id")}
    drafts, versions = (model.objects.visible_to(viewer).scanned() for model in (AgreementDraft, AgreementVersion))
    newer = drafts.filter(version=OuterRef("version"), revision__gt=OuterRef("revision"), **same)
    return rows.exclude(Exists(newer)).exclude(Exists(versions.filter(number__gte=OuterRef("version"), **same)))
