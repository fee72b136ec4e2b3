"""What can be searched in this room: questions, ways, sides, what matters, what she said, open views, gaps.

A sealed view is closed to everybody, and so it is found by nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
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


def texts(viewer: Viewer, wanted: Wanted, *, within: uuid.UUID | None = None) -> list[Iterator[Found]]:
    """Everything in decisions that can hold what is wanted, in five queries."""

    def found(label: Callable[[Opened], str], *sealed: str, model: Any, **how: Any) -> Iterator[Found]:
        for row in scan(model, viewer, wanted, *sealed, within=within, **how):
            yield Found(
                id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=row.at, label=label(row),
                texts=partial(_texts, row), page="decisions:page", args=row.beside[:1] or (row.id,),
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
    of = "decision_id"
    return [
        found(lambda row: _("What shall we do about…?"), "question", "situation", model=Decision, at="opened_at"),
        found(
            lambda row: additions.get(Sort(row.beside[1]), _("What is fixed")),
            "said", model=Addition, at="added_at", beside=(of, "sort"),
        ),
        found(
            lambda row: marks.get(MarkKind(row.beside[1]), _("What I said")),
            "said", model=Mark, at="said_at", beside=(of, "mark"),
        ),
        found(lambda row: _("A worker’s own view"), "said", model=View, at="written_at", beside=(of,)),
        found(lambda row: _("Something that is missing"), "what", model=Gap, at="planned_at", beside=(of,)),
    ]  # fmt: skip
