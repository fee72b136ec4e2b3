"""Reading the contact rule."""

from __future__ import annotations

from alongside.access import Place
from alongside.reach.models import ContactRule


def rule_in(place: Place) -> ContactRule | None:
    """The contact rule that holds now, or `None` when she has not said it yet."""
    return ContactRule.objects.visible_to(place.by, within=place.id).order_by("-said_at", "-id").first()
