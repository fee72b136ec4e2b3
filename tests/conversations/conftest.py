"""Amir stands in, and a clock that can be moved."""

from __future__ import annotations

import datetime

import pytest

from alongside.people.models import Away, Seat
from alongside.people.rules import Role


@pytest.fixture
def amir(cast):
    """Amir has the seat of a stand-in for two weeks."""
    return Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER,
        begins=cast.now, ends=cast.now + datetime.timedelta(days=14),
    )  # fmt: skip


@pytest.fixture
def dana_is_away(cast, amir):
    """Dana is on leave, and Amir was named."""
    away = Away.objects.create(
        person_id=cast.accounts["dana"].person_id, cover_id=cast.accounts["amir"].person_id, begins=cast.now,
        said_by_id=cast.accounts["dana"].person_id, said_at=cast.now,
    )  # fmt: skip
    amir.away = away
    amir.save()
    return away
