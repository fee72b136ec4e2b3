"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.kit.privacy import Held
from alongside.topics.models import Aftercare, Practice, Step, Strength, Topic

HOLDS = [
    Held(
        model=Strength,
        what=_("What you are good at, what gets you through, what you managed, and what others saw you do."),
        why=_("So that it is at hand when a day is rough, in your words."),
        until=_(
            "Until you take it back. What others offered is kept only if you say yes; what you do not want is deleted."
        ),
    ),
    Held(
        model=Practice,
        what=_("How big something felt before and after you did what helps, when you noted it."),
        why=_("So that you can see for yourself what helps."),
        until=_("Until you take back what it belongs to."),
    ),
    Held(
        model=Topic,
        what=_("The plain word for something that is hard to talk about, and where it stands."),
        why=_("So that it is not forgotten, and is talked about only when you are ready."),
        until=_("Until you take it off the list; once you have talked about it, as long as your space exists."),
    ),
    Held(
        model=Step,
        what=_("What lies under that word, how you want to talk about it, and whether it was good to talk."),
        why=_("So that you need to say it only once, and others keep to your pace."),
        until=_("As long as what it belongs to; earlier versions too, so that nothing of yours is overwritten."),
    ),
    Held(
        model=Aftercare,
        what=_("Who promised to be in touch with you on the day after, and whether they were."),
        why=_("So that nobody leaves you alone after a hard talk."),
        until=_("As long as your space exists, so that a promise is never made undone."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """What gets her through, and every subject with its steps, as its reader sees them. Five queries."""
    practice = _by(Practice.objects.visible_to(place.by, within=place.id).order_by("done_at", "id"), "strength_id")
    steps = _by(Step.objects.visible_to(place.by, within=place.id).order_by("number"), "topic_id")
    contacts = _by(Aftercare.objects.visible_to(place.by, within=place.id).order_by("talked_at", "id"), "topic_id")
    names = place.names
    strengths = [
        {
            "id": one.id,
            "what": one.sort,
            "offered_by": names.get(one.offered_by_id, ""),
            "offered_at": one.offered_at,
            "kept_at": one.kept_at,
            **one.said,
            "practice": [{"at": each.done_at, **each.said} for each in practice[one.id]],
        }
        for one in Strength.objects.visible_to(place.by, within=place.id).order_by("offered_at", "id")
    ]
    topics = [
        {
            "id": one.id,
            "what": "topic",
            "headline": one.headline,
            "state": one.state,
            "named_by": names.get(one.named_by_id, ""),
            "named_at": one.named_at,
            "asked_by": names.get(one.proposed_by_id, ""),
            "asked_at": one.proposed_at,
            "talked_at": one.talked_at,
            "steps": [
                {
                    "what": step.what,
                    "audience": step.audience,
                    "by": names.get(step.said_by_id, ""),
                    "at": step.said_at,
                    "said": step.said,
                }
                for step in steps[one.id]
            ],
            "contacts_afterwards": [
                {
                    "promised_by": names.get(each.promised_by_id, ""),
                    "due": each.due,
                    "talked_at": each.talked_at,
                    "settled": each.settled,
                    "settled_by": names.get(each.settled_by_id, ""),
                    "settled_at": each.settled_at,
                }
                for each in contacts[one.id]
            ],
        }
        for one in Topic.objects.visible_to(place.by, within=place.id).order_by("named_at", "id")
    ]
    return [*strengths, *topics]


def _by(rows: Iterable[Any], key: str) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every row, those that point at others first. The key is destroyed by whoever erases the whole space."""
    for model in (Practice, Strength, Aftercare, Step, Topic):
        model.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
