"""Whatever happens in whichever order: what ended is read by nobody (I4)."""

import datetime
import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from alongside.reach.actions import say_how_to_reach
from alongside.reach.rules import Channel
from tests.decisions.story import Story
from tests.record import steps as record
from tests.sharing.machine import Counted, machine, settle
from tests.sharing.steps import do

CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.fixture
def house(cast, monkeypatch):
    """Rows of four kinds in Rosa's space, and people from outside."""
    record.say(cast)
    record.picture(cast)
    record.send(cast)
    Story(cast).opened()
    do(
        say_how_to_reach, cast, "rosa", channel=Channel.HERE, number="", from_hour=datetime.time(8),
        to_hour=datetime.time(20), voicemail=False, code_word="", never="",
    )  # fmt: skip
    return cast, settle(cast, monkeypatch)


def live(house, runs, steps, **more):
    counted = Counted()
    run_state_machine_as_test(
        machine(*house, counted),
        settings=settings(
            max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=CALM, **more
        ),
    )
    return counted


def tell(counted):
    print(
        f"\n{counted.runs} runs, {counted.steps} steps, {counted.looks} looks, {counted.rows_read} rows read, "
        f"ends {dict(counted.ended)}: {counted.after_an_end} reads after an end"
    )


def test_nobody_reads_after_an_end(house):
    counted = live(house, 6, 20)
    tell(counted)
    assert counted.rows_read > 0, "control: something was shared, and read"
    assert counted.after_an_end == 0


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("SLOW_TESTS"), reason="takes many minutes: SLOW_TESTS=1")
def test_nobody_reads_after_an_end_in_five_hundred_lives(house):
    counted = live(house, 500, 50)
    tell(counted)
    assert counted.runs >= 500
    assert counted.rows_read > 1000
    assert counted.after_an_end == 0
