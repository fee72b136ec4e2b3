"""What can be searched in this room: questions, ways, sides, what matters, what she said, open views, gaps.

A sealed view is closed to everybody, and so it is found by nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from alongside.access import Viewer
from alongside.access.scanning import Found, Opened, scan
from alongside.decisions.models import Addition, Decision, Gap, Mark, View
from alongside.decisions.rules import MarkKind, Sort
from alongside.kit.folding import Wanted

# What in these holds words of somebody's, and no id, day or number.
WORDS = (
    "title", "living", "cost", "certainty", "text", "label", "authority", "fixed", "still_open", "source",
    "question", "situation", "words", "reason", "revisit_if", "why", "learned",
)  # fmt: skip


def _texts(row: Opened) -> tuple[str, ...]:
    found: list[str] = []
    for said in row.said():
        found += [said] if isinstance(said, str) else [str(said[name]) for name in WORDS if said.get(name)]
    return tuple(filter(None, found))


def texts(viewer: Viewer, wanted: Wanted, *, within: uuid.UUID | None = None) -> Iterator[Found]:
    """Everything in decisions that can hold what is wanted, in five queries."""

    def found(row: Opened, label: str, at: Any, decision_id: uuid.UUID) -> Found:
        return Found(
            id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=at, label=label,
            texts=partial(_texts, row), page="decisions:page", args=(decision_id,),
        )  # fmt: skip

    additions = {
        Sort.WAY: _("A way"),
        Sort.GOOD: _("A good side"),
        Sort.HARD: _("A hard side"),
        Sort.MATTER: _("What matters"),
    }
    marks = {
        MarkKind.WORDING: _("A question, as it was before"),
        MarkKind.LEAN: _("What I lean to"),
        MarkKind.CHOICE: _("What I chose"),
        MarkKind.LOOKING_BACK: _("Looking back"),
    }
    for row in scan(Decision, viewer, wanted, "question", "situation", beside=("opened_at",), within=within):
        yield found(row, _("What shall we do about…?"), row.beside[0], row.id)
    for row in scan(Addition, viewer, wanted, "said", beside=("decision_id", "sort", "added_at"), within=within):
        decision_id, sort, at = row.beside
        yield found(row, additions.get(Sort(sort), _("What is fixed")), at, decision_id)
    for row in scan(Mark, viewer, wanted, "said", beside=("decision_id", "mark", "said_at"), within=within):
        decision_id, mark, at = row.beside
        yield found(row, marks.get(MarkKind(mark), _("What I said")), at, decision_id)
    for row in scan(View, viewer, wanted, "said", beside=("decision_id", "written_at"), within=within):
        yield found(row, _("A worker’s own view"), row.beside[1], row.beside[0])
    for row in scan(Gap, viewer, wanted, "what", beside=("decision_id", "planned_at"), within=within):
        yield found(row, _("Something that is missing"), row.beside[1], row.beside[0])
