"""What may be read when something is shared, paused, taken back or ended, said twice: by the house, and plainly.

`Expected` is the law as a person would say it. It knows no Django, no query and no rule of ours: it
is kept apart on purpose. `machine(cast)` gives a state machine that does to the house what a life
does, and after each step compares everything that each of the people can read with what the law says.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from alongside.access import grounds
from alongside.access.viewer import Viewer, enter
from alongside.consent import queries as consent
from alongside.consent.models import NamedReader, Share
from alongside.consent.rules import Shared
from alongside.decisions.models import Decision
from alongside.kit.errors import NotFound, Refused
from alongside.kit.ids import new_id
from alongside.people.models import Seat
from alongside.people.rules import Role
from alongside.reach.models import ContactRule
from alongside.record.models import Entry
from alongside.sharing import actions
from tests.conftest import Cast
from tests.sharing.steps import invite

# --- the law, in plain Python -------------------------------------------------------------------------

# What opens with each thing: the word under which its rows stand below.
THINGS = {"words": "her words", "picture": "a picture", "decisions": "a question", "reach": "how to reach her"}


@dataclass
class Promise:
    """One share, as she said it: who, what, from when, until when; whether it is paused or taken back."""

    who: str
    thing: str
    begins: int
    ends: int
    paused: bool = False
    back: bool = False

    def holds(self, minute: int) -> bool:
        return self.begins <= minute < self.ends and not self.paused and not self.back


@dataclass
class Expected:
    """Minutes since the story began, who is here, what was promised, who was named for what, what is closed to whom."""

    minute: int = 0
    here: set[str] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)
    promises: list[Promise] = field(default_factory=list)
    named: dict[tuple[str, str], int | None] = field(default_factory=dict)
    closed: set[tuple[str, str]] = field(default_factory=set)
    # each row: what it is, and whether it can be closed and named one by one
    rows: dict[str, str] = field(default_factory=dict)

    def is_named(self, who: str, row: str) -> bool:
        if (who, row) not in self.named:
            return False
        until = self.named[who, row]
        return until is None or self.minute < until

    def opened(self, who: str) -> set[str]:
        """What somebody can read now: what is shared or named; nothing without being here, nothing that is closed."""
        if who not in self.here:
            return set()
        given = {THINGS[one.thing] for one in self.promises if one.who == who and one.holds(self.minute)}
        given = set() if who in self.staff else given
        shared = {row for row, what in self.rows.items() if what in given}
        by_name = {row for row in self.rows if self.is_named(who, row)}
        return {row for row in shared | by_name if (who, row) not in self.closed}

    def can_give(self, who: str, thing: str) -> bool:
        """She can give what is not given already, to somebody who is here, while nothing is paused."""
        open_or_paused = [one for one in self.promises if not one.back and self.minute < one.ends]
        return (
            who in self.here
            and not any(one.paused for one in open_or_paused)
            and not any(one.who == who and one.thing == thing for one in open_or_paused)
        )


# --- the house -----------------------------------------------------------------------------------------

TABLES = (Entry, Decision, ContactRule)
# Robin works here: she can share nothing with colleagues, and Robin has an invited seat by mistake.
GUESTS, COLLEAGUE = ("priya", "carmen"), "robin"


@dataclass
class Counted:
    """What was tried and seen, in all runs."""

    runs: int = 0
    steps: int = 0
    looks: int = 0
    rows_read: int = 0
    after_an_end: int = 0
    ended: Counter[str] = field(default_factory=Counter)


def settle(cast: Cast, monkeypatch: Any) -> dict[str, str]:
    """Two people from outside, a colleague who is here by mistake, and what each row in Rosa's space is, by its id."""
    for name in GUESTS:
        invite(cast, name)
    Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts[COLLEAGUE].person_id, role=Role.PARTNER,
        begins=cast.now,
    )  # fmt: skip
    kinds = {"words": "her words", "picture": "a picture"}
    rows = {}
    for model in TABLES:
        for row in model.objects.unguarded(because="test").filter(partnership_id=cast.spaces["rosa"]):
            what = {Decision: "a question", ContactRule: "how to reach her"}.get(model)
            rows[str(row.id)] = what or kinds.get(row.kind, "something else")
    closed: set[tuple[Any, Any]] = set()

    def closed_to(cls: Any, viewer: Any) -> Q:
        """What is closed changes from step to step, so the condition asks for more than is kept for anybody."""
        assert viewer.seats is not None
        return Q(id__in=[row for who, row in closed if who == viewer.person_id])

    monkeypatch.setattr(grounds, "_texts", {})
    monkeypatch.setattr(Entry, "closed_to", classmethod(closed_to))
    monkeypatch.setattr(
        Entry, "opened_to",
        classmethod(lambda cls, viewer: Q(id__in=consent.rows_named_to(viewer.person_id, now=viewer.now))),
    )  # fmt: skip
    Entry.closed_in_this_test = closed  # type: ignore[attr-defined]
    return rows


def machine(cast: Cast, rows: dict[str, str], counted: Counted) -> type[RuleBasedStateMachine]:
    """The state machine over this house; each run begins from here and leaves nothing behind."""
    entries = sorted(
        str(row.id) for row in Entry.objects.unguarded(because="test").filter(partnership_id=cast.spaces["rosa"])
    )
    person = {name: cast.accounts[name].person_id for name in (*GUESTS, COLLEAGUE, "rosa")}
    closed: set[tuple[Any, Any]] = Entry.closed_in_this_test  # type: ignore[attr-defined]
    guests, things = st.sampled_from(GUESTS), st.sampled_from(sorted(THINGS))

    class Life(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.savepoint = transaction.savepoint()
            closed.clear()
            self.law = Expected(here={*GUESTS, COLLEAGUE}, staff={COLLEAGUE}, rows=rows)
            self.shares: list[Any] = []
            self.was_open: dict[str, set[str]] = {}
            counted.runs += 1

        def teardown(self) -> None:
            if hasattr(self, "savepoint"):
                transaction.savepoint_rollback(self.savepoint)
            closed.clear()

        # what the house is asked with

        @property
        def now(self) -> datetime.datetime:
            return cast.now + datetime.timedelta(minutes=self.law.minute)

        def viewer(self, name: str) -> Viewer:
            return Viewer(
                person_id=person[name], organisation_id=cast.organisation.id, now=self.now, is_staff=name == COLLEAGUE
            )

        def she(self, act: Any, **given: Any) -> Any:
            counted.steps += 1
            place = enter(self.viewer("rosa"), cast.spaces["rosa"])
            return act(by=place.by, about=place, now=self.now, write_id=new_id(), **given)

        # what happens

        @rule(who=guests, thing=things, days=st.integers(0, 3))
        def give_something(self, who: str, thing: str, days: int) -> None:
            self.give(who, thing, days)

        def give(self, who: str, thing: str, days: int) -> None:
            until = (self.now + datetime.timedelta(days=days)).date()
            given = {"person_id": person[who], "things": [Shared(thing)], "purpose": "help", "until": until}
            if not self.law.can_give(who, thing):
                try:
                    self.she(actions.share, **given)
                except (Refused, NotFound):
                    return
                raise AssertionError("given, although it could not be")
            (one,) = self.she(actions.share, **given)
            midnight = datetime.datetime.combine(until, datetime.time(), tzinfo=datetime.UTC)
            ends = int((midnight + datetime.timedelta(days=1) - cast.now).total_seconds() // 60)
            self.shares.append(one.id)
            self.law.promises.append(Promise(who, thing, self.law.minute, ends))

        @rule(thing=things)
        def give_to_a_colleague_past_the_door(self, thing: str) -> None:
            counted.steps += 1
            Share.objects.create(
                partnership_id=cast.spaces["rosa"], person_id=person[COLLEAGUE], shared=thing, purpose="by mistake",
                begins=self.now, ends=self.now + datetime.timedelta(days=2), given_at=self.now,
            )  # fmt: skip
            self.law.promises.append(Promise(COLLEAGUE, thing, self.law.minute, self.law.minute + 2 * 24 * 60))
            self.shares.append(None)

        @precondition(lambda self: any(self.shares))
        @rule(which=st.integers(0, 9))
        def take_back(self, which: int) -> None:
            number = [place for place, one in enumerate(self.shares) if one][which % len([x for x in self.shares if x])]
            self.she(actions.withdraw_share, share_id=self.shares[number])
            if self.law.minute < self.law.promises[number].ends:
                self.law.promises[number].back = True
                counted.ended["taken back"] += 1

        @rule(who=guests, thing=things)
        def give_for_long(self, who: str, thing: str) -> None:
            self.give(who, thing, 3)

        @precondition(lambda self: any(one.holds(self.law.minute) for one in self.law.promises))
        @rule()
        def pause(self) -> None:
            self.she(actions.pause_shares)
            for one in self.law.promises:
                one.paused |= not one.back and self.law.minute < one.ends
            counted.ended["paused"] += 1

        @precondition(lambda self: any(one.paused for one in self.law.promises))
        @rule()
        def go_on(self) -> None:
            self.she(actions.go_on_sharing)
            for one in self.law.promises:
                one.paused = False

        @rule(minutes=st.sampled_from([1, 30, 12 * 60, 15 * 60, 24 * 60]))
        def time_goes_by(self, minutes: int) -> None:
            counted.steps += 1
            self.law.minute += minutes
            counted.ended["by the clock"] += 1

        @rule(which=st.sampled_from(["before", "at"]))
        def time_goes_up_to_an_end(self, which: str) -> None:
            counted.steps += 1
            ends = [one.ends for one in self.law.promises if one.ends > self.law.minute + 1]
            if ends:
                self.law.minute = min(ends) - (which == "before")

        @precondition(lambda self: len(self.law.here) > 2 and len(self.law.promises) > 3)
        @rule(who=guests, really=st.booleans())
        def end_it_all_with(self, who: str, really: bool) -> None:
            """One seat in two is ended past the door, as an agency might: then nothing was taken back."""
            if who not in self.law.here:
                return
            if really:
                self.she(actions.end_invitation, person_id=person[who])
                for one in self.law.promises:
                    one.back |= one.who == who and self.law.minute < one.ends
            else:
                counted.steps += 1
                Seat.objects.filter(person_id=person[who]).update(ends=self.now)
            self.law.here.discard(who)
            counted.ended["seat"] += 1

        @rule(who=guests, row=st.sampled_from(entries), minutes=st.sampled_from([None, 1, 60]))
        def name(self, who: str, row: str, minutes: int | None) -> None:
            counted.steps += 1
            if (who, row) in self.law.named:
                return
            until = None if minutes is None else self.now + datetime.timedelta(minutes=minutes)
            NamedReader.objects.create(
                partnership_id=cast.spaces["rosa"], row_id=row, person_id=person[who], since=self.now, until=until
            )
            self.law.named[who, row] = None if minutes is None else self.law.minute + minutes

        @precondition(lambda self: bool(self.law.named))
        @rule(which=st.integers(0, 9))
        def name_no_more(self, which: int) -> None:
            counted.steps += 1
            who, row = sorted(self.law.named)[which % len(self.law.named)]
            if self.law.is_named(who, row):
                NamedReader.objects.filter(row_id=row, person_id=person[who]).update(until=self.now)
                self.law.named[who, row] = self.law.minute
                counted.ended["named no more"] += 1

        @rule(who=guests, row=st.sampled_from(entries))
        def narrow(self, who: str, row: str) -> None:
            counted.steps += 1
            closed.add((person[who], row))
            self.law.closed.add((who, row))
            counted.ended["narrowed"] += 1

        # and what each of them can read then

        @invariant()
        def everybody_reads_what_the_law_says_and_no_more(self) -> None:
            if not hasattr(self, "law"):
                return
            for name in (*GUESTS, COLLEAGUE):
                viewer = self.viewer(name)
                found = {
                    str(row_id)
                    for model in TABLES
                    for row_id in model.objects.visible_to(viewer).values_list("id", flat=True)
                }
                allowed = self.law.opened(name)
                counted.looks += len(TABLES)
                counted.rows_read += len(found)
                counted.after_an_end += len((found - allowed) & self.was_open.get(name, set()))
                self.was_open.setdefault(name, set()).update(allowed)
                assert found == allowed, f"{name} reads {len(found - allowed)} too many, {len(allowed - found)} too few"

    return Life
