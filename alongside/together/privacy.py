"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.kit.privacy import Held
from alongside.together.models import Paper, Pen, Typed
from alongside.together.queries import wrote_in

HOLDS = [
    Held(
        model=Paper,
        what=_("The notes, plans and letters that you write together, who began and who finished them."),
        why=_("So that you need not pass a text to and fro."),
        until=_("As long as your space exists."),
    ),
    Held(
        model=Typed,
        what=_("What was typed in them, bit by bit, and what was taken out again."),
        why=_("So that two can write at once, or without a line, and nothing that somebody typed is lost."),
        until=_("As long as your space exists. When a paper becomes a note, what was taken out is forgotten for good."),
    ),
    Held(
        model=Pen,
        what=_("Which letters of a paper came from whose page."),
        why=_("So that it stays to be seen who wrote what."),
        until=_("As long as your space exists."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every paper with who wrote which part of it, oldest first. One query, and two for each paper."""
    names = place.names
    return [
        {
            "id": paper.id,
            "what": paper.sort,
            "title": paper.title,
            "state": paper.state,
            "opened_by": names.get(paper.opened_by_id, ""),
            "opened_at": paper.opened_at,
            "finished_by": names.get(paper.finished_by_id, ""),
            "finished_at": paper.finished_at,
            "note": paper.note_id,
            "text": paper.text,
            "parts": [{"by": names.get(person_id, ""), "text": text} for person_id, text in wrote_in(place.by, paper)],
        }
        for paper in Paper.objects.visible_to(place.by, within=place.id).order_by("opened_at", "id")
    ]


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every row, those that point at others first. The key is destroyed by whoever erases the whole space."""
    for model in (Pen, Typed, Paper):
        model.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
