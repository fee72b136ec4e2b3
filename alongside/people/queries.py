"""Reading who is who: seats, posts, names. The rooms ask `access`, which asks here."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from alongside.kit.prepared import Prepared
from alongside.people.models import Account, Away, Device, Keeping, Organisation, Partnership, Person, Seat, StaffPost
from alongside.people.rules import Post
from alongside.vault.keys import load_keys


def holding(now: datetime.datetime) -> Q:
    """The condition that a seat or a post holds at `now`."""
    return Q(begins__lte=now) & (Q(ends=None) | Q(ends__gt=now))


def lasts(now: datetime.datetime) -> Q:
    """The condition that a leave is not over at `now`, and was not called off before it began."""
    return Q(ends=None) | (Q(ends__gt=now) & Q(ends__gt=F("begins")))


def _who_is_away(now: datetime.datetime) -> dict[str, Any]:
    """What each seat of a space says of its person: see `Seat`."""
    return {
        "is_away_or_soon": Exists(Away.objects.filter(lasts(now), person_id=OuterRef("person_id"))),
        "is_away": Exists(Away.objects.filter(holding(now), person_id=OuterRef("person_id"))),
        "stands_in": Exists(Away.objects.filter(holding(now), id=OuterRef("away_id"))),
    }


# Every request reads these.
_SEATS_IN = Prepared(
    lambda partnership_id, now: (
        Seat.objects.filter(partnership_id=partnership_id)
        .annotate(**_who_is_away(now))
        .select_related("person", "partnership__organisation")
        .order_by("begins", "id")
    ),
    partnership_id=models.UUIDField(),
    now=models.DateTimeField(),
)
_SEATS_OF = Prepared(
    lambda person_id, now: seats_with(person_id, now=now),
    person_id=models.UUIDField(),
    now=models.DateTimeField(),
)


def seats_in(partnership_id: uuid.UUID, *, now: datetime.datetime) -> list[Seat]:
    """Every seat there ever was in a partnership, with its person and partnership, in one query.

    Each says whether its person is away at `now` (`is_away`), is or will be (`is_away_or_soon`), and whether it
    was given to stand in for somebody who is away at `now` (`stands_in`).
    """
    seats: list[Seat] = _SEATS_IN(partnership_id=partnership_id, now=now)
    load_keys([seat.person.key_scope_id for seat in seats])
    return seats


def seats_of(person_id: uuid.UUID, *, now: datetime.datetime) -> list[Seat]:
    """The seats that a person holds now, oldest first, in one query."""
    return _SEATS_OF(person_id=person_id, now=now)


def seats_with(person_id: uuid.UUID, *, now: datetime.datetime, **beside: Any) -> QuerySet[Seat]:
    """The same with something more `beside` each seat, for a page that needs it."""
    rows = Seat.objects.filter(holding(now), person_id=person_id).annotate(**beside)
    return rows.select_related("partnership").order_by("begins", "id")


def posts_of(person_id: uuid.UUID, *, now: datetime.datetime) -> frozenset[Post]:
    """What a person is employed as now."""
    posts = StaffPost.objects.filter(holding(now), person_id=person_id).values_list("post", flat=True)
    return frozenset(Post(post) for post in posts)


def colleagues(organisation_id: uuid.UUID, *, now: datetime.datetime) -> list[Person]:
    """Everyone who is employed here now, in two queries."""
    people: QuerySet[Person] = Person.objects.filter(
        organisation_id=organisation_id,
        id__in=StaffPost.objects.filter(holding(now)).values("person_id"),
    ).order_by("id")
    found = list(people)
    load_keys([person.key_scope_id for person in found])
    return found


def clients_of(partnerships: Iterable[uuid.UUID]) -> dict[uuid.UUID, Person]:
    """The client of each of these partnerships, in two queries."""
    seats = Seat.objects.filter(partnership_id__in=list(partnerships), role="client").select_related("person")
    found = {seat.partnership_id: seat.person for seat in seats}
    load_keys([person.key_scope_id for person in found.values()])
    return found


def away_or_soon(organisation_id: uuid.UUID, now: datetime.datetime) -> list[Away]:
    """Everybody who is away now or will be, whoever goes first on top, with their names; two queries."""
    rows = Away.objects.filter(lasts(now), person__organisation_id=organisation_id)
    found = list(rows.select_related("person", "cover").order_by("begins", "id"))
    load_keys([person.key_scope_id for away in found for person in (away.person, away.cover)])
    return found


def the_organisation() -> Organisation | None:
    """The organisation of an installation that has only one, or the first; `None` in an empty house."""
    return Organisation.objects.order_by("made_at").first()


def partnership(partnership_id: uuid.UUID) -> Partnership | None:
    return Partnership.objects.filter(id=partnership_id).first()


@dataclass(frozen=True)
class SignedIn:
    """A browser that is signed in, as its owner sees it."""

    id: uuid.UUID
    looks_like: str
    her_own: bool
    since: datetime.datetime
    seen: datetime.datetime
    is_this_one: bool


@dataclass(frozen=True)
class Keeps:
    """A browser that may keep things for its owner. The id is that of its cookie, and opens nothing."""

    id: uuid.UUID
    looks_like: str
    since: datetime.datetime
    is_this_one: bool


def keeping(keeping_id: uuid.UUID) -> Keeping | None:
    """What a browser was allowed to keep, or `None` when that has ended."""
    return Keeping.objects.filter(id=keeping_id).first()


def keepings_of(account: Account, *, this_one: uuid.UUID | None) -> list[Keeps]:
    """The browsers that may keep things for somebody, this one first."""
    found = [
        Keeps(id=one.id, looks_like=one.looks_like, since=one.since, is_this_one=one.id == this_one)
        for one in Keeping.objects.filter(account=account).order_by("-since", "id")
    ]
    return sorted(found, key=lambda one: not one.is_this_one)


def devices_of(account: Account, *, this_one: str | None, now: datetime.datetime) -> list[SignedIn]:
    """Where an account is signed in now, this browser first, then the newest, in one query."""
    devices = Device.objects.filter(
        account=account, session_key__in=Session.objects.filter(expire_date__gt=now).values("session_key")
    ).order_by("-signed_in_at", "id")
    found = [
        SignedIn(
            id=device.id,
            looks_like=device.looks_like,
            her_own=device.her_own,
            since=device.signed_in_at,
            seen=device.seen_at,
            is_this_one=device.session_key == this_one,
        )
        for device in devices
    ]
    return sorted(found, key=lambda device: not device.is_this_one)
