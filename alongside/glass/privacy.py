"""What is kept about being let in without a seat, and about who shall not look, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.glass import queries
from alongside.glass.models import Exclusion, Opening
from alongside.kit.privacy import Held

HOLDS = [
    Held(
        model=Opening,
        what=_(
            "Who of the agency was let in without a seat or asked to be, why, when, what kinds of things they opened, "
            "when you were told, and what somebody else found who looked at it afterwards."
        ),
        why=_("So that it helps when it cannot wait, and nobody can do it unseen."),
        until=_("As long as your space exists."),
    ),
    Held(
        model=Exclusion,
        what=_("Who of the agency shall not see your things, since when, and why if you wrote that down."),
        why=_("So that nobody gives them a seat here, and nobody lets them in alone."),
        until=_("As long as your space exists; also what you took back."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every opening that its reader may see, with what was opened; and for her, whom she named."""
    if place.is_invited:
        return []
    openings = [
        {
            "opened_by": one.opened_by,
            "purpose": one.purpose,
            "reason": one.reason,
            "asked_at": one.asked_at,
            "agreed_by": one.agreed_by,
            "opened_at": one.opened_at,
            "ends": one.ends,
            "opened": one.opened,
            "told_supervisor": one.told_supervisor,
            "told_supervisor_at": one.told_supervisor_at,
            "told_her_at": one.told_her_at,
            "told_by": one.told_by,
            "seen_at": one.seen_at,
            "reviewed_by": one.reviewed_by,
            "reviewed_at": one.reviewed_at,
            "review": one.review,
        }
        for one in queries.openings_seen_by(place)
    ]
    named = [
        {"not": one.called, "reason": one.reason, "since": one.since, "lifted_at": one.lifted_at}
        for one in (queries.not_these_people(place).named if place.is_client else [])
    ]
    return [*openings, *named]


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every opening and every name. The seats go with the space."""
    Opening.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
    Exclusion.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
