"""Somebody who stands in for Dana, and somebody invited."""

from __future__ import annotations

import datetime

import pytest

from alongside.consent.models import Share
from alongside.consent.rules import Shared
from alongside.people.models import Account, Person, Seat
from alongside.people.rules import Role


@pytest.fixture
def stand_in(cast):
    """Amir stands in for a day."""
    return Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER,
        begins=cast.now, ends=cast.now + datetime.timedelta(days=1),
    )  # fmt: skip


@pytest.fixture
def carmen(cast):
    """Rosa's friend, to whom nothing is shared yet."""
    space = cast.spaces["rosa"]
    person = Person.objects.create(
        organisation=cast.organisation, key_scope_id=space, called="Carmen", made_at=cast.now
    )
    cast.accounts["carmen"] = Account.objects.create(
        person=person, login="c" * 64, is_staff_account=False, joined_at=cast.now, made_at=cast.now
    )
    Seat.objects.create(partnership_id=space, person=person, role=Role.SUPPORTER, begins=cast.now)
    return person


@pytest.fixture
def shared(cast, carmen):
    """Let Carmen see one kind of thing."""

    def share(thing: Shared) -> Share:
        return Share.objects.create(
            partnership_id=cast.spaces["rosa"], person=carmen, shared=thing.value, purpose="to know", given_at=cast.now,
            begins=cast.now, ends=cast.now + datetime.timedelta(days=9),
        )  # fmt: skip

    return share
