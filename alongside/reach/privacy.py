"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.kit.privacy import Held
from alongside.reach.models import ContactRule, KnownNumber, Outgoing, PastHours, PushDevice, Unplaced
from alongside.reach.queries import push_devices_of

HOLDS = [
    Held(
        model=ContactRule,
        what=_("How, when and under which conditions you may be reached."),
        why=_("So that nobody reaches you in a way that harms you."),
        until=_("As long as your space exists; earlier versions too, so that you can see what held when."),
    ),
    Held(
        model=PastHours,
        what=_("When somebody asked to write to you outside your hours, why, and who agreed."),
        why=_("So that nobody passes what you said alone, and you can read who did and why."),
        until=_("As long as your space exists."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every version of the rule, oldest first, as its reader sees it; when her hours were passed; which phones are
    woken for her, for herself alone. The addresses of these open nothing to anybody, and stay here.
    """
    rules = ContactRule.objects.visible_to(place.by, within=place.id).order_by("said_at", "id")
    passed = PastHours.objects.visible_to(place.by, within=place.id).order_by("asked_at", "id")
    return [{"said_at": rule.said_at, **rule.rule} for rule in rules] + [
        {
            "asked_by": place.names.get(one.asked_by_id, ""),
            "asked_at": one.asked_at,
            "reason": one.reason,
            "agreed_by": place.names.get(one.agreed_by_id, "") if one.agreed_by_id else None,
            "agreed_at": one.agreed_at,
        }
        for one in passed
    ] + [
        {"notices_since": one.since}
        for one in push_devices_of(place.id, place.by.person_id).order_by("since", "id")
    ]  # fmt: skip


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every version, and what was to leave. The key is destroyed by whoever erases the whole space."""
    for model in (Outgoing, Unplaced, KnownNumber, PushDevice):
        model._default_manager.filter(partnership_id=partnership_id).delete()
    ContactRule.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
    PastHours.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
