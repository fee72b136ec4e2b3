"""Who may hear that something changed: asked when a stream opens, and again whenever something is told."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F

from alongside.access import Kind, standing_for_house
from alongside.access.kinds import roles_that_see
from alongside.consent.queries import open_in
from alongside.kit.prepared import Many, Prepared
from alongside.people.models import Seat
from alongside.people.queries import holding
from alongside.people.rules import INVITED_ROLES


@dataclass(frozen=True)
class Standing:
    """What holds at one moment, for the streams that were asked about.

    `seats` gives for (partnership, account) the account's `proof`: another one means that the PIN
    or password was changed, or for somebody `invited` that something is shared with them no more, or
    anew. `changes` counts what changed in each partnership; to who is invited nobody tells that.
    `writers` are those whose seat opens what is written together.
    """

    seats: dict[tuple[uuid.UUID, uuid.UUID], int]
    sessions: frozenset[str]
    changes: dict[uuid.UUID, int]
    invited: frozenset[tuple[uuid.UUID, uuid.UUID]] = frozenset()
    writers: frozenset[tuple[uuid.UUID, uuid.UUID]] = frozenset()


WRITING = roles_that_see(Kind.PAPER)


def proof_of(password: str, shared: frozenset[uuid.UUID] = frozenset()) -> int:
    """A mark of a password's hash and of what is shared. It says nothing outside of this process."""
    return hash((password, shared))


_SEATS = Prepared(
    lambda partnerships, now: Seat.objects.filter(
        holding(now),
        partnership_id__in=partnerships,
        partnership__organisation_id=F("person__organisation_id"),
        person__account__is_active=True,
    ).values_list(
        "partnership_id",
        "partnership__changes",
        "person_id",
        "role",
        "person__account__id",
        "person__account__password",
    ),
    partnerships=Many(models.UUIDField()),
    now=models.DateTimeField(),
)
_SESSIONS = Prepared(
    lambda keys, now: Session.objects.filter(session_key__in=keys, expire_date__gt=now).values_list(
        "session_key", flat=True
    ),
    keys=Many(models.CharField()),
    now=models.DateTimeField(),
)


def _open_in(
    partnerships: Collection[uuid.UUID], *, now: datetime.datetime
) -> dict[tuple[uuid.UUID, uuid.UUID], frozenset[uuid.UUID]]:
    with standing_for_house():
        return open_in(partnerships, now=now)


def shared_proof(
    partnership_id: uuid.UUID, person_id: uuid.UUID, password: str, *, now: datetime.datetime
) -> int | None:
    """The proof of somebody invited; `None` when nothing is open to them."""
    shared = _open_in([partnership_id], now=now).get((partnership_id, person_id))
    return proof_of(password, shared) if shared else None


def standing(partnerships: Collection[uuid.UUID], sessions: Collection[str], *, now: datetime.datetime) -> Standing:
    """Who holds a seat in these partnerships now, and which of these sessions still hold, in two queries.

    Two more where somebody is invited. Whoever is, and to whom nothing is open, holds nothing here.
    """
    seats: dict[tuple[uuid.UUID, uuid.UUID], int] = {}
    changes: dict[uuid.UUID, int] = {}
    invited: dict[tuple[uuid.UUID, uuid.UUID], tuple[uuid.UUID, str]] = {}
    writers: set[tuple[uuid.UUID, uuid.UUID]] = set()
    for partnership_id, count, person_id, role, account_id, password in _SEATS(partnerships=partnerships, now=now):
        changes[partnership_id] = count
        if role in INVITED_ROLES:
            invited[partnership_id, account_id] = (person_id, password)
        else:
            seats[partnership_id, account_id] = proof_of(password)
        if role in WRITING:
            writers.add((partnership_id, account_id))
    invited = {who: whose for who, whose in invited.items() if who not in seats}
    shared = _open_in({partnership_id for partnership_id, _ in invited}, now=now) if invited else {}
    for (partnership_id, account_id), (person_id, password) in invited.items():
        if (partnership_id, person_id) in shared:
            seats[partnership_id, account_id] = proof_of(password, shared[partnership_id, person_id])
    return Standing(
        seats=seats,
        sessions=frozenset(_SESSIONS(keys=sessions, now=now)),
        changes=changes,
        invited=frozenset(invited),
        writers=frozenset(writers),
    )
