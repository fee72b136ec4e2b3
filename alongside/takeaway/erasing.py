"""The erasing itself: every row about a space goes, whichever room keeps it; then the key.

The rooms delete their own first, in their order (`privacy.erase`). What is left is found by walking
the tables, so that no room that comes later can be forgotten. The database checks at the end that
nothing points at what is gone.
"""

from __future__ import annotations

import datetime
import os
import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from alongside.access import wall
from alongside.access.models import TrailLine
from alongside.people.models import Account, Card, Device, Keeping, OneTimeCode, Partnership, Person, Seat
from alongside.takeaway import queries, rules
from alongside.takeaway.gathering import rooms, tables_of_a_space
from alongside.takeaway.models import Copy, Erasure, Part
from alongside.vault.models import WrappedKey


def due(now: datetime.datetime) -> list[uuid.UUID]:
    """The spaces that are due now: those whose client asked, and those that an agency keeps no longer."""
    with wall.standing_for_house():
        asked = Erasure.objects.unguarded(because="what is due").filter(taken_back_at=None, due_at__lte=now)
        found = list(asked.values_list("partnership_id", flat=True))
        years = queries.years_kept()
        if years is not None:
            for space_id, began_at in Partnership.objects.exclude(id__in=found).values_list("id", "began_at"):
                kept = rules.kept_until(queries.last_done(space_id) or began_at, years)
                if kept is not None and kept <= now:
                    found.append(space_id)
        return found


def note(space_id: uuid.UUID, now: datetime.datetime) -> None:
    """Note that a space is erased, outside of the databases: whoever gives an older backup back reads it there.

    Raise `OSError` when it cannot be noted; then nothing is to be erased, and the next round tries again.
    """
    file = os.open(settings.ERASED_LIST, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, f"{now.astimezone(datetime.UTC).isoformat()} {space_id}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)


def noted_in(path: Path) -> list[tuple[uuid.UUID, datetime.datetime]]:
    """What `note` wrote. Raise `OSError`, or `ValueError` when a line is not one of ours."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            at, space_id = line.split()
            found.append((uuid.UUID(space_id), datetime.datetime.fromisoformat(at).astimezone(datetime.UTC)))
        except ValueError as error:
            raise ValueError(f"line {number}") from error
    return found


def without_a_key() -> list[uuid.UUID]:
    """The spaces whose key is gone: after a backup was given back, those that were erased since it was made."""
    with wall.standing_for_house():
        spaces = list(Partnership.objects.values_list("id", flat=True))
    there = set(WrappedKey.objects.values_list("scope", flat=True))
    return [space_id for space_id in spaces if space_id not in there]


def drop_old_copies(now: datetime.datetime) -> None:
    """Drop each copy that nobody took in time, and what is left of one that was taken."""
    with wall.standing_for_house():
        old = Copy.objects.unguarded(because="retention").filter(asked_at__lte=now - rules.KEPT_FOR)
        ids = list(old.values_list("id", flat=True))
        Part.objects.unguarded(because="retention").filter(copy_id__in=ids).delete()
        old.filter(id__in=ids).delete()


def erase_rows(space: Partnership) -> None:
    """Delete every row about a space but the lines of the trail. Call it inside the transaction that ends with the key.

    Names that are sealed with the space's key go with it. Somebody of them who has a seat in another
    space keeps it there, and is called nothing from then on.
    """
    for privacy in rooms():
        privacy.erase(space.id)
    for model in tables_of_a_space().values():
        if model not in (TrailLine, Seat):
            _delete(model._meta.db_table, "partnership_id", [space.id])
    people = list(Person.objects.filter(key_scope_id=space.id).values_list("id", flat=True))
    accounts = list(Account.objects.filter(person_id__in=people).values_list("id", flat=True))
    sessions = list(Device.objects.filter(account_id__in=accounts).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=sessions).delete()
    for model in (Device, Keeping, Card, OneTimeCode):
        _delete(model._meta.db_table, "account_id", accounts)
    _delete(Account._meta.db_table, "id", accounts)
    _delete(Seat._meta.db_table, "partnership_id", [space.id])
    elsewhere = set(Seat.objects.filter(person_id__in=people).values_list("person_id", flat=True))
    for person in Person.objects.filter(id__in=elsewhere):
        person.key_scope_id, person.called = space.organisation_id, ""
        person.save(update_fields=["key_scope_id", "called"])
    _delete(Person._meta.db_table, "id", [person_id for person_id in people if person_id not in elsewhere])
    _delete(Partnership._meta.db_table, "id", [space.id])


def _delete(table: str, column: str, ids: Iterable[uuid.UUID]) -> None:
    """Delete by hand: the ORM would follow protected keys into tables that are closed to it."""
    key = Partnership._meta.pk
    with connection.cursor() as cursor:
        for each in ids:
            of_it = [key.get_db_prep_value(each, connection)]
            cursor.execute(f'DELETE FROM "{table}" WHERE "{column}" = %s', of_it)  # noqa: S608  (names of ours)
