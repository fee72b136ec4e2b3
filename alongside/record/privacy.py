"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.kit.privacy import Held
from alongside.record.models import Entry

HOLDS = [
    Held(
        model=Entry,
        what=_(
            "What you need and hope for in your own words, what your worker heard and what you answered, "
            "and the picture your worker has so far: every version, with who wrote it and when."
        ),
        why=_("So that your words come first, and both of you can read what was said."),
        until=_("As long as your space exists; earlier versions too, so that nobody can change what was said."),
    )
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every entry that its reader may see, of both sides, in the order in which they were made."""
    entries = Entry.objects.visible_to(place.by, within=place.id).order_by("number")
    return [
        {
            "number": entry.number,
            "what": entry.what,
            "said_by": place.names[entry.said_by_id],
            "said_at": entry.said_at,
            "thread": entry.thread,
            "fingerprint": entry.fingerprint,
            **(entry.body or {}),
        }
        for entry in entries
    ]


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every entry. The key is destroyed by whoever erases the whole space."""
    Entry.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
