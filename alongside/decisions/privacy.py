"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Kind, Place
from alongside.decisions import queries
from alongside.decisions.models import Addition, Decision, Gap, Mark, View
from alongside.kit.privacy import Held

_AS_LONG = _("As long as your space exists.")

HOLDS = [
    Held(
        model=Decision,
        what=_("The questions that you decide, by when, and where they stand."),
        why=_("So that you can think them through and decide yourself."),
        until=_AS_LONG,
    ),
    Held(
        model=Addition,
        what=_("The ways, their good and hard sides, what matters, and what others have fixed, each with who said it."),
        why=_("So that you know the ways and can compare them."),
        until=_("As long as your space exists; what somebody took back too, marked as taken back."),
    ),
    Held(
        model=Mark,
        what=_("How you weighed, where you leaned, your check, your choices, and what you say looking back."),
        why=_("So that the choice is yours and stays as you put it."),
        until=_("As long as your space exists; earlier answers too, so that nothing of yours is overwritten."),
    ),
    Held(
        model=View,
        what=_("What a worker would do themselves, in a decision of yours."),
        why=_("So that you can hear it when you want to, and not before."),
        until=_("As long as your space exists; one that you never opened loses its words when you have chosen."),
    ),
    Held(
        model=Gap,
        what=_("What was still missing for a choice, and who does what about it."),
        why=_("So that you have what you need before you choose."),
        until=_AS_LONG,
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every decision with all that was said in it, oldest first, as its reader sees it. Five queries."""
    additions = _by_decision(Addition.objects.visible_to(place.by, within=place.id).order_by("number"))
    views = _by_decision(View.objects.visible_to(place.by, within=place.id).order_by("opened_at", "id"))
    marks, gaps = _by_decision(queries.marks_in(place)), _by_decision(queries.gaps_in(place))
    names = place.names
    return [
        {
            "id": decision.id,
            "question": decision.question,
            "situation": decision.situation,
            "by_when": decision.by_when,
            "can_wait": decision.can_wait,
            "can_wait_until": decision.can_wait_until,
            "state": decision.state,
            "round": decision.round,
            "opened_at": decision.opened_at,
            "opened_by": names.get(decision.opened_by_id, ""),
            "on_the_table": [
                {
                    "id": one.id,
                    "sort": one.sort,
                    "kind": one.way_kind,
                    "of_way": one.way_id,
                    "by": names.get(one.author_id, ""),
                    "at": one.added_at,
                    "taken_back_at": one.taken_back_at,
                    **one.said,
                }
                for one in additions[decision.id]
            ],
            "said_by_her": [
                {"what": one.mark, "round": one.round, "at": one.said_at, "said": one.said}
                for one in marks[decision.id]
            ],
            "gaps": [
                {
                    "point": one.point,
                    "what": one.what,
                    "who": names.get(one.who_id, ""),
                    "until": one.until,
                    "done_at": one.done_at,
                }
                for one in gaps[decision.id]
            ],
            "a_sealed_view_exists": decision.has_sealed,
            "views": [
                {
                    "by": names.get(one.author_id, ""),
                    "round": one.round,
                    "written_at": one.written_at,
                    "opened_at": one.opened_at,
                    "trigger": one.trigger,
                    **one.said,
                }
                for one in views[decision.id]
            ],
        }
        for decision in queries.with_seal(place).order_by("opened_at", "id")
    ]


def closed(place: Place) -> list[tuple[Kind, uuid.UUID]]:
    """Where a worker's view is there and not open: its kind, and the decision. That it is there both may know."""
    return [(Kind.VIEW, decision.id) for decision in queries.with_seal(place).order_by("id") if decision.has_sealed]


def _by_decision(rows: Iterable[Any]) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.decision_id].append(row)
    return found


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every row, those that point at others first. The key is destroyed by whoever erases the whole space."""
    for model in (View, Gap, Mark):
        model.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
    additions = Addition.objects.unguarded(because="erasure").filter(partnership_id=partnership_id)
    additions.exclude(way=None).delete()
    additions.delete()
    Decision.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
