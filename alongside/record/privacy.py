"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.kit.privacy import Held
from alongside.record import queries
from alongside.record.models import Entry

HOLDS = [
    Held(
        model=Entry,
        what=_(
            "What you need and hope for in your own words, what your worker heard and what you answered, "
            "and the picture you both have so far: every version, with who wrote it and when."
        ),
        why=_("So that your words come first, and both of you can read what was said."),
        until=_("As long as your space exists; earlier versions too, so that nobody can change what was said."),
    )
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every entry that its reader may see, of both sides, in the order in which they were made.

    Where she sees something differently, her words stand with what she means as well as on their own.
    """
    entries = list(Entry.objects.visible_to(place.by, within=place.id).order_by("number"))
    standing = queries.standing_of(entries)
    return [
        {
            "number": entry.number,
            "what": entry.what,
            "said_by": place.names[entry.said_by_id],
            "said_at": entry.said_at,
            "thread": entry.thread,
            "fingerprint": entry.fingerprint,
            **(entry.body or {}),
            **_beside(entry, standing),
        }
        for entry in entries
    ]


def _beside(entry: Entry, standing: queries.Standing) -> dict[str, Any]:
    answer = queries.answer_to(entry, standing)
    if answer is None or answer.body is None:
        return {}
    return {"seen_differently": {"words": answer.body["words"], "said_at": answer.said_at}}


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every entry. The key is destroyed by whoever erases the whole space."""
    Entry.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
