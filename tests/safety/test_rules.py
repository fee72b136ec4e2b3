import datetime

import pytest

from alongside.safety import rules

HOUR = datetime.timedelta(hours=1)
NIGHT = datetime.datetime(2026, 2, 28, 2, 10, tzinfo=datetime.UTC)
pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0800 111 222", "0800111222"), ("+44 (0)20 7946-0018", "+4402079460018"), ("٠٨٠٠ ١١١", "0800111"),
        ("112", "112"), ("12", ""), ("", ""), ("text HELP to 85258", ""), ("https://example.org/1234", ""),
    ],
)  # fmt: skip
def test_a_thumb_dials_what_is_a_number_and_nothing_else(typed, number):
    assert rules.dialled(typed) == number


def test_a_look_back_is_offered_from_the_next_day_on_and_for_72_hours():
    offered = [
        hours
        for hours in range(0, 90)
        if rules.is_offered(asked_at=NIGHT, now=NIGHT + hours * HOUR, time_zone="Europe/London")
    ]
    assert (offered[0], offered[-1]) == (22, 72), "the night itself is left alone"
    in_apia = [
        hours
        for hours in range(90)
        if rules.is_offered(asked_at=NIGHT, now=NIGHT + hours * HOUR, time_zone="Pacific/Apia")
    ]
    assert in_apia[0] == 9, "days are those of the place where the agency is"
    assert rules.look_back_by(NIGHT) - NIGHT == 72 * HOUR
