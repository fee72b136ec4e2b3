"""Reading who is away and who stands in: for whoever works here, and in plain sentences for each space.

Why somebody is away is kept nowhere, and so is told nowhere.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from alongside.access import Place, Viewer, standing_for_house
from alongside.access.private import all_of
from alongside.conversations import queries as conversations
from alongside.glass import queries as glass
from alongside.glass.rules import as_printed
from alongside.journeys.rules import Span, day_of, last_day
from alongside.kit.text import isolated
from alongside.kit.waiting import Waiting
from alongside.people import queries as people
from alongside.people.models import Away, Organisation, Seat, StaffPost
from alongside.people.queries import holding
from alongside.people.rules import Post, Role
from alongside.vault.keys import load_keys

# Who may say of a colleague that they are away, and who finds another stand-in.
SEES_TO_IT = frozenset({Post.SUPERVISOR, Post.DIRECTOR})
# The seats that somebody else fills for a time.
FILLED = (Role.WORKER, Role.COVER)


def span_of(row: Away | Seat) -> Span:
    """From when until when a leave lasts, or a seat holds."""
    return Span(row.begins, row.ends)


def spaces_of(away: Away, *, now: datetime.datetime) -> dict[uuid.UUID, Span]:
    """The spaces in which somebody is missing while they are away, and from when until when, in one query."""
    seats = Seat.objects.filter(person_id=away.person_id, role__in=FILLED).order_by("partnership_id", "begins")
    return _spaces_in(seats, away, now)


def _spaces_in(seats: Iterable[Seat], away: Away, now: datetime.datetime) -> dict[uuid.UUID, Span]:
    """The same, of seats that were read: by space, the oldest seat of each first."""
    rest = Span(max(now, away.begins), away.ends)
    found: dict[uuid.UUID, Span] = {}
    for seat in seats:
        if seat.person_id == away.person_id and span_of(seat).meets(rest):
            missing = span_of(seat).within(rest)
            before = found.get(seat.partnership_id)
            found[seat.partnership_id] = before.joined_with(missing) if before else missing
    return found


@dataclass(frozen=True)
class Gap:
    """A space in which somebody is missing and nobody stands in."""

    away: Away
    partnership_id: uuid.UUID
    begins: datetime.datetime


def gaps(organisation_id: uuid.UUID, *, now: datetime.datetime) -> list[Gap]:
    """The spaces where nobody is there who could answer, now or once a leave begins.

    One query when nobody is away, else two, however many are.
    """
    aways = people.away_or_soon(organisation_id, now)
    theirs = Seat.objects.filter(role__in=FILLED, person_id__in={away.person_id for away in aways})
    seats = Seat.objects.filter(role__in=FILLED, partnership_id__in=theirs.values("partnership_id"))
    there: dict[uuid.UUID, list[Seat]] = {}
    for seat in seats.order_by("partnership_id", "begins") if aways else ():
        there.setdefault(seat.partnership_id, []).append(seat)
    return [
        Gap(away, partnership_id, span.begins)
        for away in aways
        for partnership_id, span in _spaces_in((seat for held in there.values() for seat in held), away, now).items()
        if not _who_is_there(there[partnership_id], aways, span.begins)
    ]


def _who_is_there(seats: Iterable[Seat], aways: Iterable[Away], moment: datetime.datetime) -> list[Seat]:
    """The seats of those who could answer at a moment: who holds one then, and is not away."""
    gone = {away.person_id for away in aways if _holds(away, moment)}
    return [seat for seat in seats if seat.role in FILLED and seat.person_id not in gone and _holds(seat, moment)]


def _holds(row: Away | Seat, moment: datetime.datetime) -> bool:
    return row.begins <= moment and (row.ends is None or moment < row.ends)


# --- in a space ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StandsIn:
    """Somebody who works in a space is away, or will be: who stands in, or nobody yet, and how to say it."""

    away: Away
    is_now: bool
    cover: str
    sentence: str


def standing_in(place: Place) -> list[StandsIn]:
    """Which social worker of this space is away or will be, with a sentence for each; one query where somebody is."""
    workers = {seat.person_id for seat in place.seats_now if seat.role == Role.WORKER}
    missing = {seat.person_id for seat in place.seats if seat.role in FILLED and seat.is_away_or_soon}
    if not workers & missing:
        return []
    aways = list(Away.objects.filter(people.lasts(place.by.now), person_id__in=missing).order_by("begins", "id"))
    return [_stands_in(place, away, aways) for away in aways if away.person_id in workers]


def _stands_in(place: Place, away: Away, aways: list[Away]) -> StandsIn:
    is_now = away.begins <= place.by.now
    there = _who_is_there(place.seats, aways, max(place.by.now, away.begins))
    named = [seat for seat in there if seat.away_id == away.id] or there
    cover = place.names[named[0].person_id] if named else ""
    return StandsIn(away, is_now, cover, _sentence(place, away, cover, is_now=is_now))


def _sentence(place: Place, away: Away, cover: str, *, is_now: bool) -> str:
    """Who is away until when and who stands in, in whole sentences: each language builds them in its own way."""
    zone = place.partnership.organisation.time_zone
    first = date_format(day_of(away.begins, time_zone=zone), "DATE_FORMAT")
    last = date_format(last_day(away.ends, time_zone=zone), "DATE_FORMAT") if away.ends else ""
    if is_now and last:
        text = (
            _("%(name)s is away until and with %(last)s. %(cover)s stands in.")
            if cover
            else _("%(name)s is away until and with %(last)s. We look for somebody who stands in.")
        )
    elif is_now:
        text = (
            _("%(name)s is away. %(cover)s stands in until %(name)s is back.")
            if cover
            else _("%(name)s is away. We look for somebody who stands in.")
        )
    elif last:
        text = (
            _("%(name)s is away from %(first)s until and with %(last)s. %(cover)s stands in then.")
            if cover
            else _("%(name)s is away from %(first)s until and with %(last)s. We look for somebody who stands in.")
        )
    else:
        text = (
            _("%(name)s is away from %(first)s. %(cover)s stands in from then on, until %(name)s is back.")
            if cover
            else _("%(name)s is away from %(first)s. We look for somebody who stands in.")
        )
    return text % {
        "name": isolated(place.names[away.person_id]),
        "cover": isolated(cover),
        "first": first,
        "last": last,
    }


def waiting_in(place: Place) -> list[Waiting]:
    """She is told who stands in, as long as it lasts."""
    if not place.is_client:
        return []
    url = reverse("journeys:about_me", args=[place.id]) + "#seats"
    return [Waiting(one.sentence, url) for one in standing_in(place)]


# --- for whoever works here ------------------------------------------------------------------------


@dataclass(frozen=True)
class Absent:
    """A leave as colleagues see it."""

    id: uuid.UUID
    name: str
    cover: str
    first: datetime.date
    last: datetime.date | None
    is_now: bool
    # whoever looks may say that this person is back
    may_end: bool


@dataclass(frozen=True)
class ToFill:
    """A space that needs another stand-in: its reference, and a name for whoever has a seat there."""

    away_id: uuid.UUID
    partnership_id: uuid.UUID
    missing: str
    reference: str
    name: str


@dataclass(frozen=True)
class InVain:
    """A space in which somebody waits for an answer and nobody could be asked: its reference, and who works there."""

    reference: str
    # for whoever has a seat there
    name: str
    workers: list[str]


@dataclass(frozen=True)
class WhoIsAway:
    """Who is away, what is still to be filled, and whom the forms may name."""

    absent: list[Absent]
    to_fill: list[ToFill]
    in_vain: list[InVain]
    # of whom the viewer may say that they are away
    of_whom: list[tuple[str, str]]
    workers: list[tuple[str, str]]
    sees_to_it: bool


def who_is_away(viewer: Viewer) -> WhoIsAway:
    """Who is away now or soon. Which spaces need somebody is for supervisors and directors."""
    now, zone = viewer.now, Organisation.objects.get(id=viewer.organisation_id).time_zone
    sees_to_it = bool(viewer.posts & SEES_TO_IT)
    workers = _workers(viewer)
    aways = people.away_or_soon(viewer.organisation_id, now)
    to_fill = _to_fill(viewer) if sees_to_it else []
    return WhoIsAway(
        absent=[
            Absent(
                id=away.id,
                name=away.person.called,
                cover=away.cover.called,
                first=day_of(away.begins, time_zone=zone),
                last=last_day(away.ends, time_zone=zone) if away.ends else None,
                is_now=away.begins <= now,
                may_end=sees_to_it or away.person_id == viewer.person_id,
            )
            for away in aways
        ],
        to_fill=to_fill,
        in_vain=_in_vain(viewer, but_not={one.partnership_id for one in to_fill}),
        of_whom=workers if sees_to_it else [pair for pair in workers if pair[0] == str(viewer.person_id)],
        workers=workers,
        sees_to_it=sees_to_it,
    )


def to_fill(viewer: Viewer) -> set[uuid.UUID]:
    """The spaces in which nobody stands in for somebody who is away; to whoever sees to it."""
    if not viewer.posts & SEES_TO_IT:
        return set()
    return {gap.partnership_id for gap in gaps(viewer.organisation_id, now=viewer.now)}


def _to_fill(viewer: Viewer) -> list[ToFill]:
    found = gaps(viewer.organisation_id, now=viewer.now)
    own = {seat.partnership_id for seat in viewer.seats}
    names = people.clients_of(own & {gap.partnership_id for gap in found}) if found else {}
    return [
        ToFill(
            away_id=gap.away.id,
            partnership_id=gap.partnership_id,
            missing=gap.away.person.called,
            reference=as_printed(glass.reference_of(gap.partnership_id)),
            name=names[gap.partnership_id].called if gap.partnership_id in names else "",
        )
        for gap in found
    ]


def _in_vain(viewer: Viewer, *, but_not: set[uuid.UUID]) -> list[InVain]:
    """Where nobody could be asked, for whoever leads the agency; what is to be filled already stands above it."""
    with standing_for_house(viewer.organisation_id):
        [told] = all_of([conversations.nobody_to_ask(viewer)])
    spaces = [space for space, _ in told if space not in but_not]
    if not spaces:
        return []
    seats = list(
        Seat.objects.filter(holding(viewer.now), partnership_id__in=spaces, role=Role.WORKER).select_related("person")
    )
    load_keys([seat.person.key_scope_id for seat in seats])
    names = people.clients_of({seat.partnership_id for seat in viewer.seats} & set(spaces))
    return [
        InVain(
            reference=as_printed(glass.reference_of(space)),
            name=names[space].called if space in names else "",
            workers=[seat.person.called for seat in seats if seat.partnership_id == space],
        )
        for space in spaces
    ]


def _workers(viewer: Viewer) -> list[tuple[str, str]]:
    """Every social worker here: (person id, first name)."""
    posts = StaffPost.objects.filter(
        holding(viewer.now), post=Post.WORKER, person__organisation_id=viewer.organisation_id
    ).select_related("person")
    found = {post.person_id: post.person for post in posts}
    load_keys([person.key_scope_id for person in found.values()])
    return sorted(((str(person.id), person.called) for person in found.values()), key=lambda pair: pair[1].casefold())
