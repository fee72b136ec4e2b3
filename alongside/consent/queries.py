"""What is shared now, and who was named. `access` asks here; whoever shows it to people goes through `access`."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection

from django.db.models import Q, QuerySet

from alongside.consent.models import NamedReader, Share
from alongside.consent.rules import Shared


def opening(now: datetime.datetime) -> Q:
    """The condition that a share opens something at `now`. `rules.opens` is the same, for one share in hand."""
    return Q(begins__lte=now, ends__gt=now, paused_at=None, withdrawn_at=None)


def shares_open_to(person_id: uuid.UUID, *, now: datetime.datetime) -> QuerySet[Share]:
    """The shares that open something to a person now."""
    return Share.objects.filter(opening(now), person_id=person_id)


def partnerships_shared_with(
    person_id: uuid.UUID, shared: Collection[Shared], *, now: datetime.datetime
) -> QuerySet[Share, uuid.UUID]:
    """The partnerships of which one of these things is shared with a person now, as a sub-query."""
    return shares_open_to(person_id, now=now).filter(shared__in=sorted(shared)).values_list("partnership_id", flat=True)


def _naming(now: datetime.datetime) -> Q:
    """The condition that somebody is a named reader at `now`."""
    return (Q(until=None) | Q(until__gt=now)) & Q(since__lte=now)


def open_in(
    partnerships: Collection[uuid.UUID], *, now: datetime.datetime
) -> dict[tuple[uuid.UUID, uuid.UUID], frozenset[uuid.UUID]]:
    """What is open to whom by a share or by name: ids of shares and rows, by (partnership, person), in two queries.

    Two moments at which this differs are two moments between which something was opened or ended.
    """
    found: dict[tuple[uuid.UUID, uuid.UUID], set[uuid.UUID]] = {}
    shares = Share.objects.filter(opening(now), partnership_id__in=list(partnerships))
    named = NamedReader.objects.filter(_naming(now), partnership_id__in=list(partnerships))
    for rows, column in ((shares, "id"), (named, "row_id")):
        for partnership_id, person_id, row_id in rows.values_list("partnership_id", "person_id", column):
            found.setdefault((partnership_id, person_id), set()).add(row_id)
    return {who: frozenset(ids) for who, ids in found.items()}


def rows_named_to(person_id: uuid.UUID, *, now: datetime.datetime) -> QuerySet[NamedReader, uuid.UUID]:
    """The single rows for which a person was named as a reader, as a sub-query."""
    readers = NamedReader.objects.filter(_naming(now), person_id=person_id)
    return readers.values_list("row_id", flat=True)


def readers_of(rows: Collection[uuid.UUID], *, now: datetime.datetime) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Who was named for each of these rows and may read it now, by the row's id, in one query."""
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    readers = NamedReader.objects.filter(_naming(now), row_id__in=list(rows))
    for row_id, person_id in readers.order_by("since", "id").values_list("row_id", "person_id"):
        found.setdefault(row_id, []).append(person_id)
    return found
