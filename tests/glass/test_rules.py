"""How long an hour is, and what a reference looks like."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.glass import rules

pytestmark = pytest.mark.once

NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)


def test_an_opening_lasts_sixty_minutes_and_an_ask_no_longer():
    assert rules.ends_of(NOON) == NOON.replace(hour=13)
    assert rules.ask_stands(NOON, NOON.replace(minute=59))
    assert not rules.ask_stands(NOON, NOON.replace(hour=13))


def test_it_is_late_when_three_days_are_over():
    three_days = NOON + datetime.timedelta(hours=72)
    assert rules.is_late(NOON, three_days)
    assert not rules.is_late(NOON, three_days - datetime.timedelta(seconds=1))


@given(st.integers(0, 2**256 - 1))
def test_a_reference_has_eight_letters_that_nobody_mistakes(number):
    reference = rules.reference_from(f"{number:064x}")
    assert len(reference) == 8
    assert not set(reference) & set("0O1IL")
    assert rules.as_typed(rules.as_printed(reference).lower().replace("-", " - ")) == reference
