"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.kit.privacy import Held
from alongside.safety.models import Call, LookBack, Plan

HOLDS = [
    Held(
        model=Plan,
        what=_("What you notice first when it gets hard, what helps, and whom you would call, with their number."),
        why=_("So that it is at hand when you need it. Only you read it, unless you open it."),
        until=_("As long as your space exists; what you wrote before stays too, for you alone."),
    ),
    Held(
        model=Call,
        what=_("When you asked to be called after a rough night, and who was in touch."),
        why=_("So that whoever works with you sees it first when they are back."),
        until=_("As long as your space exists."),
    ),
    Held(
        model=LookBack,
        what=_("What helped you in a rough night, what hurt, and what you would change, when you wrote it."),
        why=_("So that the next one can go better. Only you read it, unless you open it."),
        until=_("As long as your space exists; what you wrote before stays too, for you alone."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every version of her plan, every ask to be called and every look back, as the reader sees them. Three queries."""
    plans = [
        {"id": row.id, "what": "plan", "at": row.written_at, "audience": row.audience, **row.said}
        for row in Plan.objects.visible_to(place.by, within=place.id).order_by("number")
    ]
    calls = [
        {
            "id": row.id,
            "what": "call",
            "at": row.asked_at,
            "settled": row.settled,
            "settled_by": place.names.get(row.settled_by_id, "") if row.settled_by_id else "",
            "settled_at": row.settled_at,
        }
        for row in Call.objects.visible_to(place.by, within=place.id).order_by("asked_at", "id")
    ]
    looks = [
        {"id": row.id, "what": "look_back", "of": row.call_id, "at": row.said_at, "audience": row.audience, **row.said}
        for row in LookBack.objects.visible_to(place.by, within=place.id).order_by("said_at", "id")
    ]
    return [*plans, *calls, *looks]


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every row, those that point at others first. The key is destroyed by whoever erases the whole space."""
    for model in (LookBack, Call, Plan):
        model.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
