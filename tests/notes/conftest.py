"""Priya, to whom Rosa shows something; Amir, who stands in; and a clock that can be asked later."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from alongside.consent.models import Share
from alongside.consent.rules import Shared
from alongside.people.models import Account, Person, Seat
from alongside.people.rules import Role


def seat(cast: Any, name: str, role: Role, **given: Any) -> None:
    """A seat in Rosa's space."""
    person_id = cast.accounts[name].person_id
    Seat.objects.create(partnership_id=cast.spaces["rosa"], person_id=person_id, role=role, begins=cast.now, **given)


def share(cast: Any, name: str, shared: Shared = Shared.NOTES, **given: Any) -> Any:
    """Something that Rosa shares until the end of June."""
    ends = cast.now + datetime.timedelta(days=120)
    return Share.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts[name].person_id, shared=shared,
        purpose="help Mateo", begins=cast.now, ends=ends, given_at=cast.now, **given,
    )  # fmt: skip


@pytest.fixture
def priya(cast: Any) -> Any:
    """The school counsellor has a seat as a partner, which opens nothing by itself."""
    space = cast.spaces["rosa"]
    person = Person.objects.create(organisation=cast.organisation, key_scope_id=space, called="Priya", made_at=cast.now)
    account = Account(person=person, is_staff_account=False, joined_at=cast.now, made_at=cast.now, login="priya")
    account.set_unusable_password()
    account.save()
    cast.accounts["priya"] = account
    seat(cast, "priya", Role.PARTNER)
    return account


@pytest.fixture
def amir(cast: Any) -> None:
    """Amir stands in for Dana."""
    seat(cast, "amir", Role.COVER, ends=cast.now + datetime.timedelta(days=400))
