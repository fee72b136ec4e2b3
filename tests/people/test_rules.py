import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.people.rules import (
    HER_OWN,
    SHARED,
    STAFF,
    Looks,
    PinFault,
    Stay,
    digits_of,
    looks_like,
    pieces,
    pin_fault,
    to_the_hour,
)

pytestmark = pytest.mark.once

NOW = datetime.datetime(2026, 3, 2, 9, 40, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("pin", "fault"),
    [
        ("480615", None),
        ("112358", None),
        ("480615480615", None),
        ("48061", PinFault.LENGTH),
        ("4806154806154", PinFault.LENGTH),
        ("", PinFault.LENGTH),
        ("777777", PinFault.ALL_THE_SAME),
        ("123456", PinFault.RUN),
        ("654321", PinFault.RUN),
        ("789012", PinFault.RUN),
        ("210987", PinFault.RUN),
        ("48o615", PinFault.NOT_DIGITS),
        ("480 615", PinFault.NOT_DIGITS),
    ],
)
def test_what_may_be_a_pin(pin, fault):
    assert pin_fault(pin) == fault


@given(st.text(alphabet="0123456789", max_size=16))
def test_a_pin_that_passes_has_six_to_twelve_digits_that_are_neither_one_nor_a_row(pin):
    if pin_fault(pin) is None:
        assert 6 <= len(pin) <= 12
        assert len(set(pin)) > 1
        assert pin not in "0123456789012345678901"
        assert pin[::-1] not in "0123456789012345678901"


def test_digits_count_in_whichever_script_they_are_typed():
    assert digits_of("٤٨٠٦١٥") == "480615"
    assert digits_of("1234 5678-9012.3456") == "1234567890123456"
    assert digits_of("x²") == ""


def test_the_pieces_of_a_number_are_all_its_six_neighbouring_digits():
    assert pieces("12345678") == ["123456", "234567", "345678"]
    assert pieces("12345") == []


@given(st.integers(0, 40000), st.integers(0, 40000))
def test_nobody_stays_longer_than_the_idle_time_nor_than_the_absolute_one(began_ago, seen_ago):
    for stay in (SHARED, HER_OWN, STAFF):
        began = NOW - began_ago * MINUTE
        until = stay.until(began=began, now=NOW)
        assert until <= NOW + stay.idle
        assert until <= began + stay.absolute


def test_being_here_is_noted_at_most_five_times_in_an_idle_time():
    stay = Stay(idle=10 * MINUTE, absolute=60 * MINUTE)
    assert not stay.is_due(seen=NOW - 1 * MINUTE, now=NOW)
    assert stay.is_due(seen=NOW - 2 * MINUTE, now=NOW)


def test_when_a_device_was_seen_is_kept_to_the_hour():
    assert to_the_hour(NOW) == NOW.replace(minute=0)


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        (
            "Mozilla/5.0 (Linux; Android 8.1.0; SM-J260F) AppleWebKit/537.36 Chrome/70.0 Mobile Safari/537.36",
            Looks.PHONE,
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X) Mobile/15E148", Looks.PHONE),
        ("Mozilla/5.0 (Linux; Android 9; SM-T510) AppleWebKit/537.36 Chrome/80.0 Safari/537.36", Looks.TABLET),
        ("Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) Mobile/15E148", Looks.TABLET),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0 Safari/537.36", Looks.COMPUTER),
        ("", Looks.COMPUTER),
    ],
)
def test_a_phone_a_tablet_and_a_computer_are_told_apart(name, looks):
    assert looks_like(name) is looks
