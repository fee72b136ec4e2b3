"""A copy becomes a space of this house: every row with its id, every word to the letter, under a new key."""

from __future__ import annotations

import datetime
import secrets
import uuid
from typing import Any

from django.db import IntegrityError

from alongside.access import Viewer
from alongside.kit.ids import new_id
from alongside.people.backends import card_index
from alongside.people.models import Account, Card, Partnership, Person, Seat
from alongside.people.rules import Role
from alongside.takeaway.fields import WordsWereChanged, from_moment, read
from alongside.takeaway.gathering import tables_in_a_copy, to_persons
from alongside.takeaway.models import CameFrom
from alongside.takeaway.packing import CannotBeRead

CARD_NUMBERS = 9 * 10**15


def bring(
    copy: dict[str, Any], files: dict[str, bytes], *, by: Viewer, worker_id: uuid.UUID, now: datetime.datetime
) -> str:
    """Make the space, in which `worker_id` sits; return the number of the card that opens it. Raise `CannotBeRead`.

    Call it inside a transaction, when the space's new key is there.
    """
    space = copy["space"]
    partnership = Partnership(
        id=uuid.UUID(space["id"]),
        organisation_id=by.organisation_id,
        began_at=from_moment(space["began_at"]),
        heard_at=from_moment(space["heard_at"]) if space["heard_at"] else None,
    )
    try:
        partnership.save(force_insert=True)
        known_as = _people(copy, partnership, now)
        _seats(copy, partnership, known_as, worker_id=worker_id, now=now)
        _rows(copy, files, partnership, known_as)
        keep_history(partnership.id, copy["houses"], known_as, now=now)
    except WordsWereChanged as error:
        raise CannotBeRead("damaged") from error
    except (IntegrityError, ValueError, OverflowError, KeyError) as error:
        raise CannotBeRead("damaged") from error  # rows that cannot be together, or cannot be at all
    return _card(uuid.UUID(known_as[space["client"]]), copy["made"]["language"], by=by, now=now)


def keep_history(
    partnership_id: uuid.UUID, houses: list[dict[str, Any]], known_as: dict[str, str], *, now: datetime.datetime
) -> None:
    """Keep what the houses before this one had done, word for word."""
    CameFrom.objects.create(partnership_id=partnership_id, houses=houses, known_as=_others(known_as), at=now)


def _others(known_as: dict[str, str]) -> dict[str, str]:
    return {there: here for there, here in known_as.items() if there != here}


def _people(copy: dict[str, Any], partnership: Partnership, now: datetime.datetime) -> dict[str, str]:
    """Everybody that the copy names, sealed with the key of this space, and under which id each is kept here.

    Somebody whose id is taken here, since another copy named them before, gets another one.
    """
    called = {one["id"]: one["called"] for house in copy["houses"] for one in house["people"]}
    called |= {one["id"]: one["called"] for one in copy["people"]}
    taken = {str(each) for each in Person.objects.filter(id__in=called).values_list("id", flat=True)}
    known_as = {there: str(new_id()) if there in taken else there for there in called}
    for there, name in called.items():
        Person.objects.create(
            id=uuid.UUID(known_as[there]),
            organisation_id=partnership.organisation_id,
            key_scope_id=partnership.id,
            called=name,
            made_at=now,
        )
    return known_as


def _seats(
    copy: dict[str, Any],
    partnership: Partnership,
    known_as: dict[str, str],
    *,
    worker_id: uuid.UUID,
    now: datetime.datetime,
) -> None:
    """Who had a seat elsewhere has none here; hers goes on, and her new worker sits down."""
    for house in copy["houses"]:
        over = from_moment(house["until"])
        for seat in house["seats"]:
            is_hers = seat["role"] == Role.CLIENT and seat["person"] == copy["space"]["client"]
            begins = from_moment(seat["begins"])
            ended = min(from_moment(seat["ends"]), over) if seat["ends"] else over
            Seat.objects.create(
                id=uuid.UUID(seat["id"]),
                partnership=partnership,
                person_id=uuid.UUID(known_as[seat["person"]]),
                role=Role(seat["role"]).value,
                begins=begins,
                ends=None if is_hers else max(ended, begins),
            )
    Seat.objects.create(partnership=partnership, person_id=worker_id, role=Role.WORKER, begins=now)


def _rows(copy: dict[str, Any], files: dict[str, bytes], partnership: Partnership, known_as: dict[str, str]) -> None:
    for label, model in tables_in_a_copy().items():
        persons = to_persons(model)
        for row in copy["tables"][label]:
            here = {**row, **{column: known_as[row[column]] for column in persons if row[column]}}
            read(model, here, partnership_id=partnership.id, files=files).save(force_insert=True)


def _card(person_id: uuid.UUID, language: str, *, by: Viewer, now: datetime.datetime) -> str:
    """An account that waits for its first PIN, and its card."""
    number = f"{secrets.randbelow(CARD_NUMBERS) + 10**15}"
    account = Account(
        person_id=person_id, login=card_index(number), language=language, is_staff_account=False, made_at=now
    )
    account.set_unusable_password()
    account.save(force_insert=True)
    Card.objects.create(account=account, printed_by_id=by.person_id, printed_at=now)
    return number
