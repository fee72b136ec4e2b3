"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.kit.privacy import Held
from alongside.reach.models import ContactRule

HOLDS = [
    Held(
        model=ContactRule,
        what=_("How, when and under which conditions you may be reached."),
        why=_("So that nobody reaches you in a way that harms you."),
        until=_("As long as your space exists; earlier versions too, so that you can see what held when."),
    )
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every version of the rule, oldest first, as its reader sees it."""
    rules = ContactRule.objects.visible_to(place.by, within=place.id).order_by("said_at", "id")
    return [{"said_at": rule.said_at, **rule.rule} for rule in rules]


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every version. The key is destroyed by whoever erases the whole space."""
    ContactRule.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
