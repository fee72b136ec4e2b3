"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.kit.privacy import Held
from alongside.takeaway.models import CameFrom, Copy, Erasure, Hold, Part

HOLDS = [
    Held(
        model=Copy,
        what=_("That you asked for a copy, when, and whether you took it."),
        why=_("So that the page can say how far it is."),
        until=_("Until you ask for the next one, or a day later."),
    ),
    Held(
        model=Part,
        what=_("The file of a copy that waits for you, encrypted."),
        why=_("So that you can take it when it is ready."),
        until=_("Until you have taken it, and for one day at most."),
    ),
    Held(
        model=CameFrom,
        what=_("What came along from another house: who had a seat there, and who looked."),
        why=_("So that nothing of your history is lost by moving."),
        until=_("As long as your space exists."),
    ),
    Held(
        model=Erasure,
        what=_("That you asked for everything to be erased, when, and whether you took it back."),
        why=_("So that it is done on the day that you were told."),
        until=_("As long as your space exists."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """What came along, and what she asked, as their reader sees them."""
    came = CameFrom.objects.visible_to(place.by, within=place.id)
    asked = Erasure.objects.visible_to(place.by, within=place.id).order_by("asked_at", "id")
    holds = Hold.objects.filter(partnership_id=place.id).order_by("asked_at", "id") if place.is_client else ()
    return (
        [{"came_along_at": one.at, "houses": one.houses} for one in came]
        + [
            {"asked_for_erasure_at": one.asked_at, "due_at": one.due_at, "taken_back_at": one.taken_back_at}
            for one in asked
        ]
        + [{"legal_hold": one.basis, "scope": one.scope, "asked_at": one.asked_at, "ends": one.ends} for one in holds]
    )


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every row, a copy's parts before the copy. The key is destroyed by whoever erases the whole space."""
    for model in (Part, Copy, CameFrom, Erasure):
        model.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
