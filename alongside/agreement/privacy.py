"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.agreement.models import Acceptance, AgreementDraft, AgreementVersion
from alongside.kit.privacy import Held

HOLDS = [
    Held(
        model=AgreementVersion,
        what=_("How you and your worker agreed to work together, and who can decide what."),
        why=_("So that both of you can count on it, and see what held when."),
        until=_("As long as your space exists."),
    ),
    Held(
        model=AgreementDraft,
        what=_("The drafts of it: every change, by whom and when."),
        why=_("So that nobody can change a text behind the back of the other."),
        until=_("As long as your space exists."),
    ),
    Held(
        model=Acceptance,
        what=_("Who accepted which draft, and when."),
        why=_("Because it holds only when both have accepted the same text."),
        until=_("As long as your space exists."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every version, then every draft with its acceptances, oldest first, as their reader sees them."""
    accepted: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for acceptance in Acceptance.objects.visible_to(place.by, within=place.id).order_by("accepted_at", "id"):
        accepted.setdefault(acceptance.draft_id, []).append(
            {"side": acceptance.side, "by": place.names[acceptance.accepted_by_id], "at": acceptance.accepted_at}
        )
    versions = AgreementVersion.objects.visible_to(place.by, within=place.id).order_by("number")
    drafts = AgreementDraft.objects.visible_to(place.by, within=place.id).order_by("version", "revision")
    return [
        {
            "version": version.number,
            "holds_from": version.holds_from,
            "review_on": version.review_on,
            "accepted": accepted.get(version.draft_id, []),
            "text": version.body,
        }
        for version in versions
    ] + [
        {
            "draft_of_version": draft.version,
            "revision": draft.revision,
            "written_by": place.names[draft.written_by_id],
            "written_at": draft.written_at,
            "accepted": accepted.get(draft.id, []),
            "text": draft.body,
        }
        for draft in drafts
    ]


def erase(partnership_id: uuid.UUID) -> None:
    """Delete everything, what points at a draft before the draft. The key is destroyed by whoever erases the space."""
    for model in (AgreementVersion, Acceptance, AgreementDraft):
        model.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
