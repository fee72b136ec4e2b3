"""Who may hear that something changed: asked when a stream opens, and again whenever something is told."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F

from alongside.kit.prepared import Many, Prepared
from alongside.people.models import Seat
from alongside.people.queries import holding


@dataclass(frozen=True)
class Standing:
    """What holds at one moment, for the streams that were asked about.

    `seats` gives for (partnership, account) the account's `proof`: another one means that the PIN
    or password was changed. `changes` counts what changed in each partnership.
    """

    seats: dict[tuple[uuid.UUID, uuid.UUID], int]
    sessions: frozenset[str]
    changes: dict[uuid.UUID, int]


def proof_of(password: str) -> int:
    """A mark of a password's hash that says nothing outside of this process, and shows when it changed."""
    return hash(password)


_SEATS = Prepared(
    lambda partnerships, now: Seat.objects.filter(
        holding(now),
        partnership_id__in=partnerships,
        partnership__organisation_id=F("person__organisation_id"),
        person__account__is_active=True,
    ).values_list("partnership_id", "partnership__changes", "person__account__id", "person__account__password"),
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


def standing(partnerships: Collection[uuid.UUID], sessions: Collection[str], *, now: datetime.datetime) -> Standing:
    """Who holds a seat in these partnerships now, and which of these sessions still hold, in two queries."""
    seats: dict[tuple[uuid.UUID, uuid.UUID], int] = {}
    changes: dict[uuid.UUID, int] = {}
    for partnership_id, count, account_id, password in _SEATS(partnerships=partnerships, now=now):
        seats[partnership_id, account_id] = proof_of(password)
        changes[partnership_id] = count
    return Standing(seats=seats, sessions=frozenset(_SESSIONS(keys=sessions, now=now)), changes=changes)
