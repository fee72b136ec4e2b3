"""Somebody is away and somebody stands in: a seat in each space of theirs, which ends when they are back."""

from __future__ import annotations

import datetime
import uuid

from django.db.models import Q
from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Viewer
from alongside.glass import queries as glass
from alongside.glass.actions import NotThisPerson
from alongside.journeys import away as leaves
from alongside.journeys import rules
from alongside.journeys.rules import Span
from alongside.kit.errors import NotFound, Refused
from alongside.live.actions import tell
from alongside.people.models import Away, Organisation, Person, Seat
from alongside.people.queries import lasts, posts_of
from alongside.people.rules import Post, Role


class NotTheseDays(Refused):
    """The days are over, or the last comes before the first."""

    status = 400
    code = "not_these_days"
    sentence = _("Please look at the days: the first is today or later, and the last is not before it.")


class AwayAlready(Refused):
    """There is a leave on some of these days."""

    code = "away_already"
    sentence = _("It was said already that this person is away on some of these days. Nothing was changed.")


class CoverIsAway(Refused):
    """Whoever was named to stand in is away as well."""

    code = "cover_is_away"
    sentence = _("This person is away on some of these days as well. Please choose somebody else to stand in.")


class SomebodyStandsIn(Refused):
    """Somebody was named for this space meanwhile."""

    code = "somebody_stands_in"
    sentence = _("Somebody stands in there by now. Nothing was changed.")


def _leaves(person_id: uuid.UUID, now: datetime.datetime) -> list[Span]:
    """When somebody is away, from now on."""
    return [leaves.span_of(away) for away in Away.objects.filter(lasts(now), person_id=person_id)]


def _stand_in(by: Viewer, person_id: uuid.UUID, span: Span, now: datetime.datetime) -> None:
    """Pass for a social worker of this agency who is there. Raise `NotFound` or `CoverIsAway`."""
    known = Person.objects.filter(id=person_id, organisation_id=by.organisation_id).exists()
    if not known or Post.WORKER not in posts_of(person_id, now=now):
        raise NotFound
    if any(span.meets(other) for other in _leaves(person_id, now)):
        raise CoverIsAway


@atomic
def say_away(
    *,
    by: Viewer,
    person_id: uuid.UUID,
    cover_id: uuid.UUID,
    first: datetime.date,
    last: datetime.date | None,
    now: datetime.datetime,
    write_id: uuid.UUID,
) -> Away:
    """A social worker is away from `first` until and with `last`, or until they are back; `cover_id` stands in.

    One says it of oneself; a supervisor or director of anybody, who is ill, say. Whoever stands in gets
    a seat for that time in each space of theirs, but for those whose person does not want it: there a
    supervisor names somebody else. Raise `NotTheseDays`, `AwayAlready`, `CoverIsAway`.
    """
    if not (by.posts & leaves.SEES_TO_IT or (Post.WORKER in by.posts and person_id == by.person_id)):
        raise NotFound
    person = Person.objects.select_for_update().filter(id=person_id, organisation_id=by.organisation_id).first()
    if person is None or Post.WORKER not in posts_of(person_id, now=now) or cover_id == person_id:
        raise NotFound
    known = access.arrived(by, write_id)
    if known is not None:
        return Away.objects.get(id=known)
    zone = Organisation.objects.get(id=by.organisation_id).time_zone
    span = Span(
        max(now, rules.start_of(first, time_zone=zone)),
        rules.end_of(last, time_zone=zone) if last else None,
    )
    if first < rules.day_of(now, time_zone=zone) or (span.ends is not None and span.ends <= span.begins):
        raise NotTheseDays
    if any(span.meets(other) for other in _leaves(person_id, now)):
        raise AwayAlready
    _stand_in(by, cover_id, span, now)

    away = Away.objects.create(
        id=write_id, person=person, cover_id=cover_id, begins=span.begins, ends=span.ends,
        said_by_id=by.person_id, said_at=now,
    )  # fmt: skip
    fill_seats(by=by, away=away, now=now)

    access.record(by, Act.SAY_AWAY, partnership_id=None, kind=None, now=now, row_id=away.id, write_id=write_id)
    return away


def fill_seats(*, by: Viewer, away: Away, now: datetime.datetime) -> int:
    """Give whoever stands in a seat wherever none was given for this leave yet, and say how many. Done again, none."""
    spaces = leaves.spaces_of(away, now=now)
    seats = list(Seat.objects.filter(Q(away=away) | Q(person_id=away.cover_id), partnership_id__in=spaces))
    closed = glass.excluded_from(away.cover_id, of=list(spaces), organisation_id=by.organisation_id)
    filled = 0
    for partnership_id, span in sorted(spaces.items()):
        here = [seat for seat in seats if seat.partnership_id == partnership_id]
        theirs = [seat for seat in here if seat.person_id == away.cover_id and seat.role in leaves.FILLED]
        if partnership_id in closed or any(seat.away_id == away.id for seat in here):
            continue
        if any(leaves.span_of(seat).holds_all_of(span) for seat in theirs):
            continue
        _give(by, away, partnership_id, away.cover_id, span, now)
        filled += 1
    return filled


def _give(
    by: Viewer,
    away: Away,
    partnership_id: uuid.UUID,
    person_id: uuid.UUID,
    span: Span,
    now: datetime.datetime,
    write_id: uuid.UUID | None = None,
) -> Seat:
    ends = span.ends
    if (
        ends is None
    ):  # of one kind somebody holds one open seat at most: the one that is there goes on from its beginning
        open_one = Seat.objects.filter(
            partnership_id=partnership_id, person_id=person_id, role=Role.COVER, ends=None
        ).first()
        ends = open_one.begins if open_one else None
    seat = Seat.objects.create(
        partnership_id=partnership_id, person_id=person_id, role=Role.COVER, begins=span.begins, ends=ends, away=away
    )
    access.record(
        by, Act.NAME_COVER, partnership_id=partnership_id, kind=Kind.REACH, now=now, row_id=seat.id, write_id=write_id
    )
    tell(partnership_id)
    return seat


@atomic
def name_cover(
    *,
    by: Viewer,
    away_id: uuid.UUID,
    partnership_id: uuid.UUID,
    cover_id: uuid.UUID,
    now: datetime.datetime,
    write_id: uuid.UUID,
) -> Seat:
    """A supervisor or director names somebody for a space where nobody stands in. It opens nothing to whoever names.

    Raise `SomebodyStandsIn`, `CoverIsAway`, and `NotThisPerson` for one whom she named.
    """
    if not by.posts & leaves.SEES_TO_IT:
        raise NotFound
    away = Away.objects.select_for_update().filter(id=away_id, person__organisation_id=by.organisation_id).first()
    if away is None or cover_id == away.person_id:
        raise NotFound
    known = access.arrived(by, write_id)
    if known is not None:
        return Seat.objects.get(id=known)
    span = leaves.spaces_of(away, now=now).get(partnership_id)
    if span is None:
        raise NotFound
    if (away.id, partnership_id) not in {
        (gap.away.id, gap.partnership_id) for gap in leaves.gaps(by.organisation_id, now=now)
    }:
        raise SomebodyStandsIn
    _stand_in(by, cover_id, span, now)
    if glass.is_excluded(cover_id, from_any_of=[partnership_id], organisation_id=by.organisation_id):
        raise NotThisPerson

    return _give(by, away, partnership_id, cover_id, span, now, write_id)


@atomic
def end_away(*, by: Viewer, away_id: uuid.UUID, now: datetime.datetime, write_id: uuid.UUID) -> Away:
    """Somebody is back, or does not go after all: every seat that was given for it ends now."""
    away = (
        Away.objects.select_for_update().filter(id=away_id, person__organisation_id=by.organisation_id).first()
        if by.is_staff
        else None
    )
    if away is None or not (by.posts & leaves.SEES_TO_IT or away.person_id == by.person_id):
        raise NotFound
    if access.arrived(by, write_id) is not None or (away.ends is not None and away.ends <= now):
        return away

    away.ends = max(now, away.begins)
    away.save(update_fields=["ends"])
    given = Seat.objects.select_for_update().filter(Q(ends=None) | Q(ends__gt=now), away=away)
    for seat in sorted(given, key=lambda seat: seat.partnership_id):
        seat.ends = max(now, seat.begins)
        seat.save(update_fields=["ends"])
        access.record(by, Act.END_SEAT, partnership_id=seat.partnership_id, kind=Kind.REACH, now=now, row_id=seat.id)
        tell(seat.partnership_id)

    access.record(by, Act.END_AWAY, partnership_id=None, kind=None, now=now, row_id=away.id, write_id=write_id)
    return away
