"""Reading who was let in, who shall not be, and what waits for a second look."""

from __future__ import annotations

import datetime
import hmac
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.access import Kind, Place, Viewer
from alongside.access.kinds import NAMES
from alongside.access.models import TrailLine
from alongside.access.trail import READ
from alongside.access.wall import standing_for_house
from alongside.glass import rules
from alongside.glass.models import Exclusion, Opening
from alongside.glass.rules import Purpose
from alongside.kit.errors import NotFound
from alongside.kit.waiting import Perhaps, Waiting
from alongside.people import queries as people
from alongside.people.models import Partnership, Person, Seat, StaffPost
from alongside.people.queries import holding
from alongside.people.rules import Post, Role
from alongside.reach.models import ContactRule
from alongside.reach.queries import rule_in
from alongside.reach.rules import Channel
from alongside.vault.keys import blind_index, load_keys

PURPOSES: dict[Purpose, Promise] = {
    Purpose.TREATMENT: gettext_lazy("Somebody is in danger, or needs help now"),
    Purpose.BREAK_THE_GLASS: gettext_lazy("Something else that cannot wait until somebody with a seat is there"),
}
# Who may be let in, and who looks at it afterwards. Running the agency opens nobody's record.
MAY_ASK = frozenset({Post.WORKER, Post.SUPERVISOR})
LOOKS_AFTER = frozenset({Post.SUPERVISOR, Post.DIRECTOR})
# The queue shows what nobody has looked at, and this much of the rest.
SHOWN = 100


# --- The reference of a space ----------------------------------------------------------------------


def reference_of(partnership_id: uuid.UUID) -> str:
    """The short reference of a space. It opens nothing, and says nothing about anybody."""
    return rules.reference_from(blind_index("space", partnership_id.hex))


def space_of(typed: str, *, organisation_id: uuid.UUID) -> uuid.UUID | None:
    """The space that a reference names, or `None`. It takes the same time whichever it is, and whether there is one.

    The reference is kept nowhere: it is made anew from the id of each space, some thousands in a blink.
    """
    wanted, found = rules.as_typed(typed).encode(), None
    for partnership_id in Partnership.objects.filter(organisation_id=organisation_id).values_list("id", flat=True):
        if hmac.compare_digest(reference_of(partnership_id).encode(), wanted):
            found = partnership_id
    return found


# --- Who shall not look ----------------------------------------------------------------------------


def is_excluded(person_id: uuid.UUID, *, from_any_of: Collection[uuid.UUID], organisation_id: uuid.UUID) -> bool:
    """Whether the person of one of these spaces asked that this colleague does not see their things."""
    return bool(excluded_from(person_id, of=from_any_of, organisation_id=organisation_id))


def excluded_from(
    person_id: uuid.UUID, *, of: Collection[uuid.UUID], organisation_id: uuid.UUID
) -> frozenset[uuid.UUID]:
    """In which of these spaces this colleague may have no seat, because the person asked for that."""
    with standing_for_house(organisation_id):
        named = Exclusion.objects.unguarded(because="whether somebody may have a seat; nothing of it is shown")
        standing = named.filter(partnership_id__in=list(of), person_id=person_id, lifted_at=None)
        return frozenset(standing.values_list("partnership_id", flat=True))


@dataclass(frozen=True)
class NotThisOne:
    """A colleague whom she named."""

    id: uuid.UUID
    called: str
    reason: str
    since: datetime.datetime
    lifted_at: datetime.datetime | None


@dataclass(frozen=True)
class NotThesePeople:
    """Her page: whom she named, whom she could name, and who is her only social worker now."""

    named: list[NotThisOne]
    colleagues: list[tuple[str, str]]
    only_worker: str


def not_these_people(place: Place) -> NotThesePeople:
    """Whom she named as not to look, the newest first. Hers alone: for anybody else there is no such page."""
    if not place.is_client:
        raise NotFound
    exclusions = list(Exclusion.objects.visible_to(place.by, within=place.id).order_by("-since", "-id"))
    colleagues = people.colleagues(place.by.organisation_id, now=place.by.now)
    called = names_of({one.person_id for one in exclusions}) | {one.id: one.called for one in colleagues}
    standing = {one.person_id for one in exclusions if one.lifted_at is None}
    here = {seat.person_id for seat in place.seats_now if seat.role == Role.WORKER}
    return NotThesePeople(
        named=[
            NotThisOne(one.id, called[one.person_id], one.reason or "", one.since, one.lifted_at) for one in exclusions
        ],
        colleagues=[pair for pair in _by_name(colleagues) if uuid.UUID(pair[0]) not in standing],
        only_worker=place.names[next(iter(here))] if len(here) == 1 else "",
    )


def who_could_be_named(place: Place) -> list[tuple[str, str]]:
    """Everybody who works in the agency now: (person id, first name)."""
    if not place.is_client:
        raise NotFound
    return _by_name(people.colleagues(place.by.organisation_id, now=place.by.now))


def _by_name(persons: list[Person]) -> list[tuple[str, str]]:
    return sorted(((str(one.id), one.called) for one in persons), key=lambda pair: pair[1].casefold())


def names_of(persons: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What these people are called, by id, in one query."""
    found = list(Person.objects.filter(id__in=list(persons))) if persons else []
    load_keys([person.key_scope_id for person in found])
    return {person.id: person.called for person in found}


# --- Who was let in --------------------------------------------------------------------------------


@dataclass(frozen=True)
class LetIn:
    """An opening as it is shown: no content of anybody's record but the reason and what was said about it."""

    id: uuid.UUID
    reference: str
    opened_by: str
    is_own: bool
    purpose: str
    reason: str
    asked_at: datetime.datetime
    needs_second: bool
    agreed_by: str
    opened_at: datetime.datetime | None
    ends: datetime.datetime | None
    waits: bool
    # what was opened, as the trail counts it
    opened: list[tuple[str, int]]
    told_supervisor: str
    told_supervisor_at: datetime.datetime | None
    told_her_at: datetime.datetime | None
    told_by: str
    seen_at: datetime.datetime | None
    reviewed_by: str
    reviewed_at: datetime.datetime | None
    review: str
    is_late: bool


def _let_in(openings: list[Opening], viewer: Viewer) -> list[LetIn]:
    """Each of these with names and with what was opened, in three queries however many."""
    persons = {
        person_id
        for one in openings
        for person_id in (
            one.opened_by_id,
            one.agreed_by_id,
            one.told_supervisor_id,
            one.told_by_id,
            one.reviewed_by_id,
        )
        if person_id is not None
    }
    called = names_of(persons)
    seats = Seat.objects.filter(id__in=[one.seat_id for one in openings if one.seat_id])
    until = {seat.id: seat.ends for seat in seats}
    ends = {one.id: until[one.seat_id] for one in openings if one.seat_id is not None}
    opened = _opened(openings, ends)

    def name(person_id: uuid.UUID | None) -> str:
        return called[person_id] if person_id is not None else ""

    return [
        LetIn(
            id=one.id,
            reference=rules.as_printed(reference_of(one.partnership_id)),
            opened_by=name(one.opened_by_id),
            is_own=one.opened_by_id == viewer.person_id,
            purpose=str(PURPOSES[Purpose(one.purpose)]),
            reason=one.reason,
            asked_at=one.asked_at,
            needs_second=one.needs_second,
            agreed_by=name(one.agreed_by_id),
            opened_at=one.opened_at,
            ends=ends.get(one.id),
            waits=one.opened_at is None and rules.ask_stands(one.asked_at, viewer.now),
            opened=opened[one.id],
            told_supervisor=name(one.told_supervisor_id),
            told_supervisor_at=one.told_supervisor_at,
            told_her_at=one.told_her_at,
            told_by=name(one.told_by_id),
            seen_at=one.seen_at,
            reviewed_by=name(one.reviewed_by_id),
            reviewed_at=one.reviewed_at,
            review=one.review or "",
            is_late=one.opened_at is not None and one.reviewed_at is None and rules.is_late(one.opened_at, viewer.now),
        )
        for one in openings
    ]


def _opened(
    openings: list[Opening], ends: dict[uuid.UUID, datetime.datetime | None]
) -> dict[uuid.UUID, list[tuple[str, int]]]:
    """How many things of which kind were read in each opening, from the trail."""
    found: dict[uuid.UUID, dict[str, int]] = {one.id: {} for one in openings}
    hours = [(one, one.opened_at, last) for one in openings if one.opened_at and (last := ends.get(one.id))]
    if hours:
        lines = TrailLine.objects.filter(
            doing=READ,
            role=Role.EMERGENCY,
            partnership_id__in={one.partnership_id for one, _, _ in hours},
            actor_id__in={one.opened_by_id for one, _, _ in hours},
            at__gte=min(first for _, first, _ in hours),
        ).values_list("partnership_id", "actor_id", "at", "kind", "count")
        for partnership_id, actor_id, at, kind, count in lines:
            for one, first, last in hours:
                if (one.partnership_id, one.opened_by_id) == (partnership_id, actor_id) and first <= at <= last:
                    found[one.id][kind] = found[one.id].get(kind, 0) + count
    return {id_: [(str(NAMES[Kind(kind)]), kinds[kind]) for kind in sorted(kinds)] for id_, kinds in found.items()}


@dataclass(frozen=True)
class Emergencies:
    """The openings of one space, and how she may be told outside of it; `None` where she is told only here."""

    openings: list[LetIn]
    rule: ContactRule | None
    only_here: bool


def openings_seen_by(place: Place) -> list[LetIn]:
    """The openings of a space that the viewer may see, the newest first."""
    openings = Opening.objects.visible_to(place.by, within=place.id).order_by("-asked_at", "-id")
    return _let_in(list(openings), place.by)


def openings_in(place: Place) -> Emergencies:
    """Who was let into this space or asked to be, for her and for those who work with her."""
    if not place.sees(Kind.SHARE):
        raise NotFound
    rule = rule_in(place) if not place.is_client else None
    return Emergencies(openings=openings_seen_by(place), rule=rule, only_here=_only_here(rule))


def _only_here(rule: ContactRule | None) -> bool:
    return rule is None or rule.rule["channel"] == Channel.HERE


def waiting_in(place: Place) -> list[Perhaps]:
    """She reads that somebody was let in; until she has, those who work with her tell her by the way she chose.

    Whoever may be reached only here is told only here: no sentence asks staff to try anything else.
    """
    if not place.sees(Kind.SHARE) or place.is_invited:
        return []
    untold = Opening.objects.visible_to(place.by, within=place.id).filter(opened_at__isnull=False, seen_at=None)
    if not place.is_client:
        untold = untold.filter(told_her_at=None)
    return [Perhaps(untold, lambda: _to_tell(place))]


def _to_tell(place: Place) -> list[Waiting]:
    url = reverse("glass:page", args=[place.id])
    if place.is_client:
        return [
            Waiting(
                _("Somebody from the agency was let in for an emergency. Read who, why, and what they opened."), url
            )
        ]
    if _only_here(rule_in(place)):
        return []
    sentence = _("Somebody was let in for an emergency. Tell %(name)s by the way they chose.")
    return [Waiting(sentence % {"name": place.client_name}, url)]


# --- For whoever asks, and for whoever looks after it ------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What somebody who asked to be let in sees of it: that it waits, or until when the space is open to them."""

    partnership_id: uuid.UUID
    asked_at: datetime.datetime
    until: datetime.datetime | None


def asked_by(viewer: Viewer) -> list[Asked]:
    """What the viewer asked for and still waits for, or is let in to now. It names nobody."""
    with standing_for_house(viewer.organisation_id):
        own = Opening.objects.unguarded(because="whoever asked sees that it waits; nothing of anybody's is in it")
        recent = own.filter(opened_by_id=viewer.person_id, asked_at__gt=viewer.now - rules.ASK_STANDS - rules.OPEN_FOR)
        openings = list(recent.order_by("-asked_at", "-id"))
        seats = Seat.objects.filter(holding(viewer.now), id__in=[one.seat_id for one in openings if one.seat_id])
        ends = dict(seats.values_list("id", "ends"))
        return [
            Asked(one.partnership_id, one.asked_at, ends.get(one.seat_id))
            for one in openings
            if one.seat_id in ends or (one.seat_id is None and rules.ask_stands(one.asked_at, viewer.now))
        ]


@dataclass(frozen=True)
class Queue:
    """What waits for a supervisor or a director: a yes, a second look, a social worker for somebody who has none."""

    asks: list[LetIn]
    to_review: list[LetIn]
    reviewed: list[LetIn]
    # (space id, its reference) of each space without a social worker
    alone: list[tuple[uuid.UUID, str]]
    workers: list[tuple[str, str]]


def _of_the_agency(viewer: Viewer) -> Q:
    return Q(partnership__organisation_id=viewer.organisation_id)


def queue(viewer: Viewer) -> Queue:
    """Every opening of the agency: what nobody has looked at first, the oldest first. Names no client.

    Reading it leaves a line in the trail of each space that stands on it, on the ground of a post.
    """
    if not viewer.posts & LOOKS_AFTER:
        raise NotFound
    with standing_for_house(viewer.organisation_id):
        openings = Opening.objects.unguarded(
            because="a supervisor or director looks after what was opened without a seat"
        )
        here = openings.filter(_of_the_agency(viewer))
        asks = here.filter(opened_at=None, asked_at__gt=viewer.now - rules.ASK_STANDS)
        rows = [
            *asks.order_by("asked_at", "id")[:SHOWN],
            *here.filter(opened_at__isnull=False, reviewed_at=None).order_by("opened_at", "id")[:SHOWN],
            *here.filter(reviewed_at__isnull=False).order_by("-reviewed_at", "-id")[:SHOWN],
        ]
        for row in rows:
            viewer.note_reading(Kind.SHARE, row.partnership_id, 1)
        shown = _let_in(rows, viewer)
        alone = [(row.id, rules.as_printed(reference_of(row.id))) for row in _without_a_worker(viewer)[:SHOWN]]
        return Queue(
            asks=[one for one in shown if one.opened_at is None],
            to_review=[one for one in shown if one.opened_at is not None and one.reviewed_at is None],
            reviewed=[one for one in shown if one.reviewed_at is not None],
            alone=alone,
            workers=workers(viewer) if alone else [],
        )


def _without_a_worker(viewer: Viewer) -> QuerySet[Partnership]:
    """The spaces of the agency in which nobody has a social worker's seat now."""
    seats = Seat.objects.filter(holding(viewer.now), role=Role.WORKER)
    spaces = Partnership.objects.filter(organisation_id=viewer.organisation_id).exclude(
        id__in=seats.values("partnership_id")
    )
    return spaces.order_by("id")


def workers(viewer: Viewer) -> list[tuple[str, str]]:
    """Everybody who works here as a social worker now: (person id, first name)."""
    posts = StaffPost.objects.filter(
        holding(viewer.now), post=Post.WORKER, person__organisation_id=viewer.organisation_id
    )
    found = names_of(set(posts.values_list("person_id", flat=True)))
    return sorted(((str(id_), called) for id_, called in found.items()), key=lambda pair: pair[1].casefold())


def what_waits(viewer: Viewer) -> list[Any]:
    """What on the queue waits for somebody: rows for `all_of`, none for whoever has no such post."""
    openings = Opening.objects.unguarded(because="how many openings nobody has looked at; nothing of them is shown")
    waits = Q(opened_at=None, asked_at__gt=viewer.now - rules.ASK_STANDS) | Q(opened_at__isnull=False, reviewed_at=None)
    waiting, left = openings.filter(_of_the_agency(viewer), waits), _without_a_worker(viewer)[:SHOWN]
    looks_after = bool(viewer.posts & LOOKS_AFTER)
    return [
        (waiting if looks_after else waiting.none()).values_list("partnership_id", Cast("id", TextField())),
        (left if looks_after else left.none()).values_list("id", Cast("id", TextField())),
    ]
