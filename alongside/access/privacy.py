"""What is kept about who looked, why, and how it leaves. The trail itself stays: nobody can take a line out of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access.models import AskedWhy
from alongside.access.viewer import Place
from alongside.kit.privacy import Held

HOLDS = [
    Held(
        model=AskedWhy,
        what=_("When you asked somebody why they looked, about which visit, and what was answered."),
        why=_("So that whoever looks can be asked, and you can read the answer again."),
        until=_("As long as your space exists."),
    )
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every question that its reader may see, with its answer, in the order in which they were asked."""
    asks = AskedWhy.objects.visible_to(place.by, within=place.id).order_by("asked_at", "id")
    return [
        {
            "asked_of": place.names.get(ask.asked_of_id, ""),
            "first_line": ask.first,
            "last_line": ask.last,
            "asked_at": ask.asked_at,
            "due_at": ask.due_at,
            "taken_back_at": ask.taken_back_at,
            "answer": ask.answer,
            "answered_by": place.names.get(ask.answered_by_id, "") if ask.answered_by_id else None,
            "answered_at": ask.answered_at,
        }
        for ask in asks
    ]


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every question and answer. The lines of the trail stay, as they hold no word of anybody's."""
    AskedWhy.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
