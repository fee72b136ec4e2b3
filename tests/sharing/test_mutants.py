"""The law in `machine.py` notices when a single condition of the policy is wrong: each is broken, one at a time."""

import inspect
import os
import sys
import textwrap
from functools import cached_property

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from alongside.access import grounds, viewer
from alongside.consent import queries as consent
from alongside.people import queries as people
from alongside.sharing import actions
from tests.sharing.machine import Counted, machine
from tests.sharing.test_no_read_after_an_end import house  # noqa: F401  (a fixture)

# What is broken: (where, function, what stands there, what stands there instead).
MUTANTS = [
    (consent, "opening", "begins__lte=now, ", ""),
    (consent, "opening", "ends__gt=now, ", ""),
    (consent, "opening", "ends__gt=now", "ends__gte=now"),
    (consent, "opening", "paused_at=None, ", ""),
    (consent, "opening", ", withdrawn_at=None", ""),
    (consent, "shares_open_to", ", person_id=person_id", ""),
    (consent, "shares_open_to", "opening(now), ", ""),
    (consent, "partnerships_shared_with", ".filter(shared__in=sorted(shared))", ""),
    (consent, "_naming", "Q(until__gt=now)", "Q(until__gt=now) | Q(until__lte=now)"),
    (consent, "_naming", "Q(until__gt=now)", "Q(until__gte=now)"),
    (consent, "_naming", "Q(until=None) | ", ""),
    (consent, "rows_named_to", ", person_id=person_id", ""),
    (people, "holding", "Q(ends__gt=now)", "Q(ends__gte=now)"),
    (people, "holding", "& (Q(ends=None) | Q(ends__gt=now))", ""),
    (grounds, "_grounds", "if is_shared_with else frozenset()", "if True else frozenset()"),
    (grounds, "_grounds", "if is_shared_with else frozenset()", "if False else frozenset()"),
    (grounds, "_grounds", "named & Q(partnership__in=seats.values(\"partnership_id\"))", "named"),
    (grounds, "_grounds", "if named is not None", "if named is None and False"),
    (grounds, "_grounds", "ground & Q(kind__in=opened) if several else ground", "ground"),
    (grounds, "_shared", " & Q(partnership__in=invited)", ""),
    (grounds, "_shared", "Q(partnership__in=partnerships) & ", ""),
    (grounds, "_shared", "role__in=sorted(INVITED_ROLES)", "role__in=['client']"),
    (grounds, "written_out", "condition &= ~closed", "pass"),
    (grounds, "written_out", "holding(viewer.now), ", ""),
    (grounds, "written_out", "person_id=viewer.person_id", ""),
    (viewer.Viewer, "may_be_shared_with", "not self.is_staff", "True"),
    (actions, "_take_back", "one.withdrawn_at, one.withdrawn_by_id = now, by.person_id", "pass"),
    (actions, "pause_shares", "withdrawn_at=None, paused_at=None, ends__gt=now", "withdrawn_at=now"),
    (actions, "go_on_sharing", ".update(paused_at=None)", ".update(paused_at=None, withdrawn_at=None)"),
    (actions, "end_invitation", "Seat.objects.filter(id=seat.id).update(ends=now)", "pass"),
    (actions, "share", "ends=ends, given_at=now", "ends=ends + datetime.timedelta(minutes=1), given_at=now"),
    (actions, "share", "any(one.paused_at is not None for one in there)", "False"),
    (actions, "_holding_or_paused", ", withdrawn_at=None", ""),
]  # fmt: skip
# What the law does not notice in so many lives, and why that is no hole.
ALIKE = {
    ("_shared", " & Q(partnership__in=invited)"): "a test of its own: a seat elsewhere (tests/access/test_shares.py)",
    ("go_on_sharing", ".update(paused_at=None)"): "a test of its own: taken back while paused (the same file)",
    ("opening", "begins__lte=now, "): "nothing is given from a later day on",
    ("_holding_or_paused", ", withdrawn_at=None"): "it refuses more, and opens nothing",
}


def broken(function, old, new):
    """The function with one piece of its text replaced."""
    kept = isinstance(function, cached_property)
    inner = function.func if kept else inspect.unwrap(function)
    source = textwrap.dedent(inspect.getsource(inner))
    flat = source if old in source else " ".join(source.split())
    assert old in flat, f"{old!r} does not stand in {function}"
    assert flat is source, f"{old!r} stands on two lines in {function}"
    space = dict(inner.__globals__)
    exec(compile("from __future__ import annotations\n" + source.replace(old, new), "<broken>", "exec"), space)
    found = cached_property(space[inner.__name__]) if kept else space[inner.__name__]
    if kept:
        found.__set_name__(None, inner.__name__)
    return found


def put(monkeypatch, where, name, function):
    """In its place, and wherever else it was imported to."""
    right = inspect.getattr_static(where, name)
    for module in [where, *(module for key, module in sys.modules.items() if key.startswith("alongside."))]:
        if inspect.getattr_static(module, name, None) is right:
            monkeypatch.setattr(module, name, function)


def is_noticed(house, runs):  # noqa: F811
    try:
        run_state_machine_as_test(
            machine(*house, Counted()),
            settings=settings(
                max_examples=runs, stateful_step_count=30, deadline=None, derandomize=True, database=None,
                phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
    except Exception:
        return True
    return False


@pytest.mark.slow
@pytest.mark.usefixtures("rules_read_anew")
@pytest.mark.skipif(not os.environ.get("SLOW_TESTS"), reason="takes some minutes: SLOW_TESTS=1")
def test_the_law_notices_when_one_condition_is_wrong(house, monkeypatch, capsys):  # noqa: F811
    assert not is_noticed(house, 10), "control: the right policy keeps the law"
    survived = []
    for where, name, old, new in MUTANTS:
        with monkeypatch.context() as patch:
            function = inspect.getattr_static(where, name)
            put(patch, where, name, broken(function, old, new))
            if not is_noticed(house, 40):
                survived.append((name, old))
                with capsys.disabled():
                    print(f"\nnot noticed: {name}: {old!r} → {new!r}")
    with capsys.disabled():
        killed = len(MUTANTS) - len(survived)
        print(f"\n{killed} of {len(MUTANTS)} broken policies noticed ({killed / len(MUTANTS):.0%}); not: {survived}")
    assert set(survived) <= set(ALIKE)
