"""Reading the trail: who has looked at what is kept here, and who has done what."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alongside.access import merkle, proofs, rules
from alongside.access.acts import Act
from alongside.access.kinds import HERS_ALONE, NAMES, Kind
from alongside.access.models import AskedWhy, TrailLine, gone_on
from alongside.access.private import PrivateQuerySet
from alongside.access.sentences import DONE
from alongside.access.trail import GROUND_ABOUT_YOU, GROUND_NAMED, GROUND_POST, GROUND_SHARE, READ
from alongside.access.viewer import Place, Viewer
from alongside.access.wall import standing_for_house
from alongside.access.way_in import role_name
from alongside.kit.errors import NotFound
from alongside.kit.waiting import Perhaps, Waiting
from alongside.people.models import Seat
from alongside.people.queries import clients_of, holding
from alongside.people.rules import STAFF_ROLES, Post, Role
from alongside.vault.keys import load_keys

LINES = 50
# What one person does and reads within this time of each other is shown as one visit.
SAME_VISIT = datetime.timedelta(minutes=30)
# Nothing is kept from her for longer, and what was done about it is shown to her no later.
SHIELDED_AT_MOST = datetime.timedelta(days=90)


@dataclass
class Visit:
    """What one person did and read, from `first` to `last`. Both lists say how often, newest first."""

    actor_id: uuid.UUID
    is_you: bool
    called: str
    role: str
    ground: str
    last: datetime.datetime
    first: datetime.datetime
    # the numbers of its newest and its oldest line
    last_line: int
    first_line: int
    done: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    def takes_in(self, line: TrailLine) -> bool:
        """Whether an earlier line belongs to this visit."""
        return line.actor_id == self.actor_id and self.first - line.at <= SAME_VISIT

    def add(self, line: TrailLine) -> None:
        what, how_often = (
            (NAMES[Kind(line.kind)], self.read) if line.doing == READ else (DONE[Act(line.doing)], self.done)
        )
        how_often[str(what)] = how_often.get(str(what), 0) + 1
        self.first, self.first_line = line.at, line.seq


@dataclass
class Day:
    """A day with what happened on it, newest first."""

    date: datetime.date
    visits: list[Visit]


@dataclass(frozen=True)
class Trail:
    """A page of the trail, newest first; `older` is where the next page begins."""

    days: list[Day]
    older: int | None
    own: bool


def looked(place: Place, *, own: bool = False, before: int | None = None) -> Trail:
    """A page of who has looked and who has done what here, for the client and those who work with her.

    What the client has read herself stands on a list of its own, for her alone (`own`): when
    somebody opens their own record is nobody's business. One query, whatever is on the page.
    """
    if not place.sees(Kind.TRAIL) or (own and not place.is_client):
        raise NotFound
    her_reading = Q(actor_id=place.client_id, doing=READ)
    lines = lines_for(place).filter(her_reading if own else ~her_reading)
    if before is not None:
        lines = lines.filter(seq__lt=before)
    page = list(lines.order_by("-seq")[: LINES + 1])
    shown = page[:LINES]
    if not place.is_client:
        # Staff who go through the trail leave a line in it. Her own look at it does not: it would
        # bury what she came to see.
        place.by.note_reading(Kind.TRAIL, place.id, len(shown))
    return Trail(days=_by_day(place, shown), older=shown[-1].seq if len(page) > LINES else None, own=own)


def lines_for(place: Place) -> QuerySet[TrailLine]:
    """The lines about a space that its reader may be told of: on the page, and in a copy."""
    lines = TrailLine.objects.filter(partnership_id=place.id)
    if not place.is_client:
        # That she writes for herself is hers to know.
        return lines.exclude(kind__in=sorted(HERS_ALONE))
    # Where the mark of a withheld part would endanger, so would these. By now such a part is open.
    return lines.exclude(kind=Kind.SHIELDED, at__gt=place.by.now - SHIELDED_AT_MOST)


def _by_day(place: Place, lines: list[TrailLine]) -> list[Day]:
    days: list[Day] = []
    for line in lines:
        date = timezone.localdate(line.at)
        if not days or days[-1].date != date:
            days.append(Day(date, []))
        visits = days[-1].visits
        if not visits or not visits[-1].takes_in(line):
            visits.append(_visit(place, line))
        visits[-1].add(line)
    return days


def _visit(place: Place, line: TrailLine) -> Visit:
    is_you = line.actor_id == place.by.person_id
    return Visit(
        actor_id=line.actor_id,
        is_you=is_you,
        called=place.names.get(line.actor_id, ""),
        role=role_name(Role(line.role)) if line.role and not is_you else "",
        ground="" if is_you and place.is_client else _ground(line, place),
        last=line.at,
        first=line.at,
        last_line=line.seq,
        first_line=line.seq,
    )


def _ground(line: TrailLine, place: Place) -> str:
    """Why they could, in a sentence of its own."""
    if line.ground == GROUND_ABOUT_YOU:
        return _("It is about them.")
    if line.ground == GROUND_POST:
        return _("They could, because of their post in the agency.")
    if line.ground == GROUND_SHARE:
        return _("They could, because you share it with them.") if place.is_client else _("It is shared with them.")
    if line.ground == GROUND_NAMED:
        return _("They could, because they were named for this one thing.")
    if line.role == Role.EMERGENCY:
        return _("They could, because they were let in for an emergency. That ends after an hour.")
    return _("They could, because they have a seat here as %(role)s.") % {"role": role_name(Role(line.role))}


# --- Whether the list is still the one it was ------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How the list of one space stands: its length, its root in hexadecimal, and both as a short code."""

    size: int
    root: str
    code: str


def standing_of(place: Place) -> Standing:
    """How her list stands now, for her alone: it counts her own looks too. One query."""
    if not place.is_client:
        raise NotFound
    size, root = proofs.head_of(place.id)
    return Standing(size, root.hex(), rules.code_of(size, root))


@dataclass(frozen=True)
class Growth:
    """That the list began as it did when it had `before` lines: what a device needs to check it by itself."""

    before: int
    size: int
    root: str
    proof: list[str]


def growth_of(place: Place, *, before: int) -> Growth:
    """The proof that her list only grew since it had `before` lines. Two queries. Raise `NotFound` if it never had.

    The list may have grown by this very page being drawn, so the proof leads to what stands now.
    """
    if not place.is_client:
        raise NotFound
    size, root = proofs.head_of(place.id)
    if before > size:
        return Growth(before, size, root.hex(), [])
    steps = merkle.consistency_proof(proofs.leaves_of(place.id, size), before)
    return Growth(before, size, root.hex(), [step.hex() for step in steps])


class Code(StrEnum):
    """What is to be said about a code that somebody typed in."""

    NONE = "none"
    CONTAINED = "contained"
    NOT_CONTAINED = "not_contained"


def code_in(place: Place, typed: str) -> Code:
    """Whether her list still begins with what a code was of. One query."""
    if not place.is_client:
        raise NotFound
    parts = rules.code_from(typed)
    if parts is None:
        return Code.NONE
    size, code = parts
    leaves = proofs.leaves_of(place.id, size)
    holds = len(leaves) == size and rules.code_fits(code, merkle.root_of(leaves))
    return Code.CONTAINED if holds else Code.NOT_CONTAINED


# --- Asking why ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """A question “Why did you look?”, as its reader may see it."""

    id: uuid.UUID
    partnership_id: uuid.UUID
    client_name: str
    asked_of: uuid.UUID
    # empty for somebody who never had a seat here
    called: str
    is_of_you: bool
    first_line: int
    last_line: int
    asked_at: datetime.datetime
    due_at: datetime.datetime
    gone_on: bool
    # who may answer now beside the one asked; empty when that is whoever leads the agency
    second: list[str]
    answer: str
    answered_by: str
    answered_at: datetime.datetime | None
    # what they did and read in that visit, and when
    did: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    when: datetime.datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.answered_at is None


def actor_of_visit(place: Place, *, first: int, last: int) -> uuid.UUID:
    """Whose visit these two lines begin and end. Raise `NotFound` for what is no visit of somebody else's here."""
    lines = list(lines_for(place).filter(seq__in=[first, last]))
    actors = {line.actor_id for line in lines}
    if first > last or len(actors) != 1 or {line.seq for line in lines} != {first, last}:
        raise NotFound
    actor = actors.pop()
    if actor == place.client_id:
        raise NotFound
    return actor


def asks_in(place: Place, *, with_visits: bool = False) -> list[Ask]:
    """The questions that were not taken back and that the viewer may see, newest first. One query, or two."""
    rows = (
        AskedWhy.objects.visible_to(place.by, within=place.id).filter(taken_back_at=None).order_by("-asked_at", "-id")
    )
    asks = [_ask(row, place) for row in rows]
    return _with_visits(asks) if with_visits else asks


def _ask(row: AskedWhy, place: Place) -> Ask:
    seats = {(seat.person_id, Role(seat.role)) for seat in place.seats_now}
    is_here = any(person_id == row.asked_of_id and role in STAFF_ROLES for person_id, role in seats)
    second = {person_id for person_id, role in seats if role is Role.SUPERVISOR} - {row.asked_of_id}
    return Ask(
        id=row.id,
        partnership_id=row.partnership_id,
        client_name=place.client_name,
        asked_of=row.asked_of_id,
        called=place.names.get(row.asked_of_id, ""),
        is_of_you=row.asked_of_id == place.by.person_id,
        first_line=row.first,
        last_line=row.last,
        asked_at=row.asked_at,
        due_at=row.due_at,
        gone_on=row.answered_at is None and (row.due_at <= place.by.now or not is_here),
        second=sorted(place.names[person_id] for person_id in second),
        answer=row.answer or "",
        answered_by=place.names.get(row.answered_by_id, "") if row.answered_by_id else "",
        answered_at=row.answered_at,
    )


def _with_visits(asks: list[Ask]) -> list[Ask]:
    """The same, each with what was done and read in the visit it is about. One query."""
    if not asks:
        return asks
    wanted = Q(pk__in=[])
    for ask in asks:
        wanted |= Q(
            partnership_id=ask.partnership_id, actor_id=ask.asked_of, seq__gte=ask.first_line, seq__lte=ask.last_line
        )
    lines = list(TrailLine.objects.filter(wanted).exclude(kind=Kind.SHIELDED).order_by("seq"))
    return [replace(ask, **_visit_of(ask, lines)) for ask in asks]


def _visit_of(ask: Ask, lines: list[TrailLine]) -> dict[str, Any]:
    its = [
        line
        for line in lines
        if line.actor_id == ask.asked_of
        and line.partnership_id == ask.partnership_id
        and ask.first_line <= line.seq <= ask.last_line
    ]
    return {
        "did": list(dict.fromkeys(str(DONE[Act(line.doing)]) for line in its if line.doing != READ)),
        "read": list(dict.fromkeys(str(NAMES[Kind(line.kind)]) for line in its if line.doing == READ)),
        "when": its[0].at if its else None,
    }


def waiting_in(place: Place) -> list[Perhaps]:
    """The questions here that wait for whoever looks."""
    if place.is_client:
        return []
    asked = AskedWhy.objects.visible_to(place.by, within=place.id).filter(taken_back_at=None, answered_at=None)
    return [Perhaps(asked, lambda: _asked(place))]


def _asked(place: Place) -> list[Waiting]:
    url = reverse("journeys:asked", args=[place.id])
    name = {"name": place.client_name}
    return [
        Waiting(
            _("%(name)s asks why you looked.") % name
            if ask.is_of_you
            else _("%(name)s asked why somebody looked, and nobody has answered.") % name,
            url,
        )
        for ask in asks_in(place)
        if ask.is_open
    ]


def spaces_that_ask(viewer: Viewer) -> Any:
    """Where a question waits for the viewer's answer, and until when: rows for `all_of`, and nothing of it."""
    asks = AskedWhy.objects.unguarded(because="where a question waits; nothing of it is shown")
    supervised = [seat.partnership_id for seat in viewer.seats if seat.role == Role.SUPERVISOR]
    staffed = [seat.partnership_id for seat in viewer.seats if seat.role in STAFF_ROLES]
    for_you = Q(asked_of=viewer.person_id) | (Q(partnership__in=supervised) & gone_on(viewer.now))
    waiting = asks.filter(for_you, partnership__in=staffed, taken_back_at=None, answered_at=None)
    return waiting.values_list("partnership_id", Cast("due_at", TextField()))


def _gone_to_the_agency(viewer: Viewer) -> PrivateQuerySet[AskedWhy]:
    """What went on in time where nobody with a seat as supervisor could take it up."""
    supervisor = Seat.objects.filter(
        holding(viewer.now), partnership=OuterRef("partnership_id"), role=Role.SUPERVISOR
    ).exclude(person=OuterRef("asked_of_id"))
    asks = AskedWhy.objects.unguarded(because="whoever leads the agency answers what nobody else did")
    return asks.filter(
        gone_on(viewer.now), ~Q(Exists(supervisor)), partnership__organisation=viewer.organisation_id
    ).order_by("due_at", "id")


def answers_for_the_agency(viewer: Viewer) -> bool:
    """Whether what nobody answered comes to the viewer in the end."""
    return Post.DIRECTOR in viewer.posts


def came_on(viewer: Viewer) -> Any:
    """The questions that came to whoever leads the agency, none for everybody else: rows for `all_of`."""
    came = _gone_to_the_agency(viewer) if answers_for_the_agency(viewer) else _gone_to_the_agency(viewer).none()
    return came.order_by().values_list("partnership_id", Cast("due_at", TextField()))


def ask_for_the_agency(viewer: Viewer, ask_id: uuid.UUID) -> AskedWhy | None:
    """One question that came to whoever leads the agency, to be answered now, and locked until it is."""
    return _gone_to_the_agency(viewer).filter(id=ask_id).select_for_update(of=("self",)).first()


def asks_for_the_agency(viewer: Viewer) -> list[Ask]:
    """The questions that came to whoever leads the agency, the oldest first, and nothing else of anybody's.

    Each look at them is written to the trail of the person who asked.
    """
    if not answers_for_the_agency(viewer):
        raise NotFound
    with standing_for_house(viewer.organisation_id):
        found = list(_gone_to_the_agency(viewer).select_related("asked_of"))
        clients = clients_of(row.partnership_id for row in found)
        load_keys([row.asked_of.key_scope_id for row in found])
        for row in found:
            viewer.note_reading(Kind.TRAIL, row.partnership_id, 1)
        return _with_visits([_came_on(row, clients[row.partnership_id].called) for row in found])


def _came_on(row: AskedWhy, client_name: str) -> Ask:
    return Ask(
        id=row.id,
        partnership_id=row.partnership_id,
        client_name=client_name,
        asked_of=row.asked_of_id,
        called=row.asked_of.called,
        is_of_you=False,
        first_line=row.first,
        last_line=row.last,
        asked_at=row.asked_at,
        due_at=row.due_at,
        gone_on=True,
        second=[],
        answer="",
        answered_by="",
        answered_at=None,
    )
