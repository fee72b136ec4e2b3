"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.kit.privacy import Held
from alongside.notes.models import Note, Voice, Withheld
from alongside.notes.queries import Whole, everything_in

HOLDS = [
    Held(
        model=Note,
        what=_(
            "That there is a note or a page of your own, who began it and when, and who may read a page of your own."
        ),
        why=_("So that what was written about you is before you, and what is yours stays yours."),
        until=_("As long as your space exists."),
    ),
    Held(
        model=Voice,
        what=_(
            "Everything that was said in a note: every version, where somebody sees it differently, what was added, "
            "asked, answered and signed, with who and when."
        ),
        why=_("So that both of you have a voice in it, and nothing is changed in silence."),
        until=_("As long as your space exists; earlier versions too, so that nobody can change what was said."),
    ),
    Held(
        model=Withheld,
        what=_(
            "Parts of a note that are not shown to you for a while: the text, the ground, the reason and two names."
        ),
        why=_("So that somebody else’s private life, or somebody’s safety, is kept, and never by one person alone."),
        until=_("Not shown for ninety days at most; then it opens to you by itself, and stays like any text."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every note that its reader may see, with all its voices, oldest first."""
    return [_told(place, whole) for whole in everything_in(place)]


def _told(place: Place, whole: Whole) -> dict[str, Any]:
    note, names = whole.note, place.names
    return {
        "kind": note.kind,
        "number": note.number,
        "state": whole.state.value,
        "begun_by": names[note.begun_by_id],
        "begun_at": note.begun_at,
        "together": note.together,
        **({"audience": note.audience} if note.kind == "own" else {}),
        "voices": [
            {
                "id": voice.id,
                "what": voice.what,
                "stands": bool(voice.stands),
                "said_by": names[voice.said_by_id],
                "side": voice.side,
                "said_at": voice.said_at,
                "about": voice.about,
                "answered": voice.answered,
                "asked_of": names[voice.whom_id] if voice.whom_id else None,
                "due": voice.due,
                **_named(voice.body or {}, names),
            }
            for voice in whole.voices
        ],
        "not_shown_before": [
            {
                "category": part.category,
                "decided_by": names[part.decided_by_id],
                "second": names[part.second_id],
                "asked_at": part.asked_at,
                "agreed_at": part.agreed_at,
                "until": part.until,
                **part.body,
            }
            for part in whole.withheld
        ],
    }


def _named(body: dict[str, Any], names: dict[uuid.UUID, str]) -> dict[str, Any]:
    """What was said, and names instead of ids."""
    if "decided_by" in body:
        return {**body, "decided_by": names[uuid.UUID(body["decided_by"])]}
    return body


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every note and what was said in it. The key is destroyed by whoever erases the whole space."""
    for model in (Withheld, Voice, Note):
        model.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
