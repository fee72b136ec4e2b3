"""Reading who is who: seats, posts, names. The rooms ask `access`, which asks here."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from alongside.people.models import Organisation, Partnership, Person, Seat, StaffPost
from alongside.people.rules import Post
from alongside.vault.keys import load_keys


def holding(now: datetime.datetime) -> Q:
    """The condition that a seat or a post holds at `now`."""
    return Q(begins__lte=now) & (Q(ends=None) | Q(ends__gt=now))


def seats_in(partnership_id: uuid.UUID) -> list[Seat]:
    """Every seat there ever was in a partnership, with its person and partnership, in one query."""
    seats = list(
        Seat.objects.filter(partnership_id=partnership_id)
        .select_related("person", "partnership__organisation")
        .order_by("begins", "id")
    )
    load_keys([seat.person.key_scope_id for seat in seats])
    return seats


def seats_of(person_id: uuid.UUID, *, now: datetime.datetime) -> list[Seat]:
    """The seats that a person holds now, oldest first, in one query."""
    return list(
        Seat.objects.filter(holding(now), person_id=person_id).select_related("partnership").order_by("begins", "id")
    )


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


def the_organisation() -> Organisation | None:
    """The organisation of an installation that has only one, or the first; `None` in an empty house."""
    return Organisation.objects.order_by("made_at").first()


def partnership(partnership_id: uuid.UUID) -> Partnership | None:
    return Partnership.objects.filter(id=partnership_id).first()
