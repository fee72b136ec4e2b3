"""What is due is done: by every room that says so, each by itself, in the server's own round."""

import datetime
import logging
import threading
import time

import pytest
from django.core.management import call_command
from django.db import connection

from alongside.access import tending as signing
from alongside.access.models import Checkpoint
from alongside.config import tend
from alongside.journeys import actions as journeys
from alongside.kit.duties import tended
from alongside.people.models import Organisation
from alongside.people.rules import Role
from tests.house import ON_POSTGRESQL

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
PLANTED = "the words of somebody"


@pytest.fixture
def only(monkeypatch):
    """Let the house have these duties and no others."""

    def have(**duties):
        monkeypatch.setattr(tend, "duties", lambda: duties)
        return duties

    return have


def test_every_room_that_says_so_is_tended():
    found = tend.duties()
    assert {"access.sign_the_trail", "takeaway.erase_due"} <= set(found)
    assert all(callable(duty) for duty in found.values())


def test_a_duty_that_fails_is_undone_and_stops_no_other_and_nothing_of_it_is_logged(only, now, caplog):
    asked = []

    def fails(now):
        Organisation.objects.create(name=PLANTED, made_at=now)
        raise ValueError(PLANTED)

    def is_done(at):
        asked.append((at, connection.in_atomic_block))
        return 3

    only(**{"one.fails": fails, "two.is_done": is_done})
    with caplog.at_level(logging.ERROR):
        assert tend.tend(now) == {"one.fails": None, "two.is_done": 3}
    assert asked == [(now, True)]
    assert not Organisation.objects.exists()
    assert PLANTED not in caplog.text
    assert "one.fails (ValueError in fails, line" in caplog.text


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_duty_in_steps_is_called_outside_of_any_transaction(only, now):
    seen = []
    steps = tended(in_steps=True)(lambda now: seen.append(connection.in_atomic_block) or 1)
    only(steps=steps, whole=lambda now: seen.append(connection.in_atomic_block) or 1)
    assert tend.tend(now) == {"steps": 1, "whole": 1}
    assert seen == [False, True]


@pytest.mark.skipif(not ON_POSTGRESQL, reason="on SQLite there is one node")
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_of_two_nodes_one_does_a_duty_and_the_other_passes_it_by(only, now):
    at_it, go_on, did = threading.Event(), threading.Event(), []

    def slow(now):
        at_it.set()
        go_on.wait(10)
        return 1

    def node():
        did.append(tend.do("slow", slow, now))
        connection.close()

    other = threading.Thread(target=node)
    other.start()
    assert at_it.wait(10)
    assert tend.do("slow", lambda now: 1, now) == 0
    assert tend.do("another", lambda now: 1, now) == 1
    go_on.set()
    other.join(10)
    assert did == [1]
    assert tend.do("slow", lambda now: 1, now) == 1, "control: the lock ends with the transaction"


def test_what_rests_and_what_failed_is_left_alone_for_its_time(only, now):
    called = []
    at = [now]

    def fails(now):
        raise ValueError

    fails_once_a_while = tended()(lambda now: called.append("fails") or fails(now))
    only(
        often=lambda now: called.append("often") or 0,
        hourly=tended(rests=HOUR)(lambda now: called.append("hourly") or 0),
        fails=fails_once_a_while,
    )
    round_ = tend.Round(seconds=1, clock=lambda: at[0])
    for later in (0, 5, 61, 3601):
        at[0] = now + datetime.timedelta(seconds=later)
        called.append(later)
        round_.once()
    assert called == [
        0, "often", "hourly", "fails", 5, "often", 61, "often", "fails", 3601, "often", "hourly", "fails",
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_the_round_goes_on_and_stops_soon_though_a_duty_waits_for_somebody(only):
    did, waiting, end = [], threading.Event(), threading.Event()
    only(quick=lambda now: did.append(now) or 0)
    round_ = tend.Round(seconds=0.01)
    round_.start()
    until = time.monotonic() + 5
    while len(did) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    round_.stop()
    assert len(did) >= 3
    many = len(did)
    time.sleep(0.05)
    assert len(did) == many, "nothing is begun after the stop"

    stuck = tended(in_steps=True)(lambda now: waiting.set() or end.wait(10) or 0)
    only(stuck=stuck)
    other = tend.Round(seconds=0.01)
    other.start()
    assert waiting.wait(5)
    begun = time.monotonic()
    other.stop()
    assert time.monotonic() - begun < 5, "the duty itself would wait for ten"
    end.set()
    for thread in threading.enumerate():
        if thread.name == "tend":
            thread.join(10)


def test_the_command_does_it_once_and_ends_with_1_when_something_failed(only, capsys):
    def fails(now):
        raise ValueError

    only(well=lambda now: 2)
    call_command("tend")
    only(well=lambda now: 2, ill=fails)
    with pytest.raises(SystemExit) as ended:
        call_command("tend")
    assert ended.value.code == 1
    assert capsys.readouterr().out == "well: 2\nwell: 2\nill: failed\n"


def test_every_duty_there_is_can_be_done_again_and_again(cast):
    for when in (cast.now, cast.now, cast.now + 400 * DAY):
        did = tend.tend(when)
        assert None not in did.values(), did
    assert not any(tend.tend(cast.now + 400 * DAY).values()), "what was done is not done again"


def test_how_the_trail_stands_is_signed_once_a_day_when_lines_were_written(cast):
    assert signing.sign_the_trail(cast.now) == Checkpoint.objects.count() == 1
    assert signing.sign_the_trail(cast.now + DAY) == 0, "nothing was written since"
    journeys.give_seat(
        by=cast.viewer("dana"), about=cast.place("dana"), person_id=cast.accounts["amir"].person_id, role=Role.COVER,
        ends=cast.now + DAY, now=cast.now,
    )  # fmt: skip
    assert signing.sign_the_trail(cast.now + DAY - HOUR) == 0, "not a day old"
    assert signing.sign_the_trail(cast.now + DAY) == 1
    assert Checkpoint.objects.count() == 2
