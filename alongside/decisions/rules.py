"""States, the seal, the arithmetic, balance and readiness of a decision. Pure: no database, no clock of its own.

Sources: three-talk model (Elwyn et al. 2017, BMJ 359:j4891); the qualifying criteria of IPDAS v4
(Joseph-Williams et al. 2014, Med Decis Making 34:699) in our own words. The five-point check is
our own and has not been validated.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import secrets
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

K = TypeVar("K", bound=Hashable)
W = TypeVar("W", bound=Hashable)
V = TypeVar("V")

# --- States --------------------------------------------------------------------------------------


class State(StrEnum):
    """Where a decision stands."""

    THINKING = "thinking"
    LEANING = "leaning"
    DECIDED = "decided"
    LOOKING_BACK = "looking_back"
    REOPENED = "reopened"


class Move(StrEnum):
    """What moves a decision on. Only the person whose decision it is makes a move."""

    LEAN = "lean"
    CHOOSE = "choose"
    LOOK_BACK = "look_back"
    REOPEN = "reopen"


STATES: tuple[State, ...] = tuple(State)
OPEN_STATES = frozenset({State.THINKING, State.LEANING, State.REOPENED})
TRANSITIONS: dict[tuple[State, Move], State] = {
    (State.THINKING, Move.LEAN): State.LEANING,
    (State.THINKING, Move.CHOOSE): State.DECIDED,
    (State.LEANING, Move.LEAN): State.LEANING,
    (State.LEANING, Move.CHOOSE): State.DECIDED,
    (State.DECIDED, Move.LOOK_BACK): State.LOOKING_BACK,
    (State.DECIDED, Move.REOPEN): State.REOPENED,
    (State.LOOKING_BACK, Move.LOOK_BACK): State.LOOKING_BACK,
    (State.LOOKING_BACK, Move.REOPEN): State.REOPENED,
    (State.REOPENED, Move.LEAN): State.LEANING,
    (State.REOPENED, Move.CHOOSE): State.DECIDED,
}


def after(state: State, move: Move) -> State | None:
    """The state that `move` leads to, or `None` when it cannot be made from here."""
    return TRANSITIONS.get((state, move))


# --- What is put on the table --------------------------------------------------------------------


class Sort(StrEnum):
    """What an addition is."""

    WAY = "way"
    GOOD = "good"
    HARD = "hard"
    MATTER = "matter"
    FRAME = "frame"  # what somebody else has decided already, and what is left open


SIDES = frozenset({Sort.GOOD, Sort.HARD})


class WayKind(StrEnum):
    """A way that somebody named, or one of the two that are always there."""

    REAL = "real"
    STAY = "stay"
    OTHER = "other"


ALWAYS_THERE: tuple[WayKind, ...] = (WayKind.STAY, WayKind.OTHER)
ENOUGH_WAYS = 2


def is_only_information(real_ways: int) -> bool:
    """With fewer than two ways there is nothing to choose between: it is information."""
    return real_ways < ENOUGH_WAYS


class MarkKind(StrEnum):
    """What only the person herself puts down in her decision."""

    WORDING = "wording"
    WEIGHING = "weighing"
    LEAN = "lean"
    ASK = "ask"
    CHECK = "check"
    PUSHED = "pushed"  # the fifth point of the check, kept apart: only she reads it
    CHOICE = "choice"
    LOOKING_BACK = "looking_back"
    REOPENING = "reopening"


FOR_HER_EYES = frozenset({MarkKind.PUSHED})


# --- The order in which ways are drawn -----------------------------------------------------------

_ORDER = re.compile(r"[0-9a-f]{16}")


def new_order() -> str:
    """A fresh random order, as sixteen hex digits."""
    return secrets.token_hex(8)


def order_or_new(asked: str | None) -> str:
    """The order that an open page was drawn in, or a fresh one when it names none."""
    return asked if asked and _ORDER.fullmatch(asked) else new_order()


def drawn(ids: Iterable[K], order: str) -> list[K]:
    """The ids shuffled by `order` alone: neither age, author nor liking has a part in it."""
    return sorted(ids, key=lambda one: hashlib.sha256(f"{order}|{one}".encode()).digest())


# --- Only arithmetic -----------------------------------------------------------------------------

HEAVIEST = 5
BEST_FIT = 2


def lean(weights: Mapping[K, int], fit: Mapping[K, int]) -> int:
    """Return Σ weight·fit over what has both (Decision support, methods 2.2)."""
    return sum(weight * fit[matter] for matter, weight in weights.items() if matter in fit)


def widest(weights: Mapping[K, int]) -> int:
    """Return 2·Σ weight: the most points that a way could have."""
    return BEST_FIT * sum(weights.values())


def normalised(weights: Mapping[K, int], fit: Mapping[K, int]) -> float | None:
    """Return lean ÷ (2·Σ weight), between −1 and 1; `None` when all weights are zero."""
    most = widest(weights)
    return lean(weights, fit) / most if most else None


def missed(musts: Iterable[K], fit: Mapping[K, int]) -> list[K]:
    """The must-haves that a way does not fit at all (−2). It is marked for it, never removed."""
    return [matter for matter in musts if fit.get(matter) == -BEST_FIT]


# --- Weighing in two windows ---------------------------------------------------------------------

MUST = "must"
WEIGHT = "weight"
FIT = "fit"


def weight_key(matter: object) -> str:
    return f"{WEIGHT}:{matter}"


def must_key(matter: object) -> str:
    return f"{MUST}:{matter}"


def fit_key(way: object, matter: object) -> str:
    return f"{FIT}:{way}:{matter}"


def merged(
    base: Mapping[str, V], theirs: Mapping[str, V], mine: Mapping[str, V | None]
) -> tuple[dict[str, V], dict[str, V | None]]:
    """Join what was said in this window to what another one said since both were drawn.

    `base` is what this window was drawn with, `theirs` what holds now, `mine` what this window
    sends (`None` takes an answer back). Return the joined answers, and those that both changed,
    each to something else, as they hold now.
    """
    joined = dict(theirs)
    clashes: dict[str, V | None] = {}
    for key, value in mine.items():
        before, now = base.get(key), theirs.get(key)
        if value in (before, now):
            continue
        if now != before:
            clashes[key] = now
        elif value is None:
            del joined[key]
        else:
            joined[key] = value
    return joined, clashes


# --- Balance -------------------------------------------------------------------------------------

BALANCED = 0.5


@dataclass(frozen=True)
class Balance:
    """How evenly the ways are described: `share` is the fewest sides of a way ÷ the most (M9)."""

    share: float | None
    no_good: tuple[int, ...]
    no_hard: tuple[int, ...]

    @property
    def is_even(self) -> bool:
        """Whether M9 is met: at least half as many sides on each way, and both kinds on every one."""
        return self.share is not None and self.share >= BALANCED and not self.no_good and not self.no_hard


def balance(sides: Sequence[tuple[int, int]]) -> Balance:
    """Weigh up (good, hard) counts, one pair a way; the numbers in the answer are positions in `sides`."""
    totals = [good + hard for good, hard in sides]
    most = max(totals, default=0)
    return Balance(
        share=min(totals) / most if most else None,
        no_good=tuple(n for n, (good, _) in enumerate(sides) if not good),
        no_hard=tuple(n for n, (_, hard) in enumerate(sides) if not hard),
    )


# --- The five-point check ------------------------------------------------------------------------


class Answer(StrEnum):
    """An answer to a point of the check."""

    YES = "yes"
    NOT_SURE = "not_sure"
    NO = "no"


class Point(IntEnum):
    """The five points, in the order in which they are asked."""

    KNOW_THE_WAYS = 1
    KNOW_THE_SIDES = 2
    KNOW_WHAT_MATTERS = 3
    HAD_ENOUGH = 4
    NOT_PUSHED = 5


def gaps(answers: Mapping[Point, Answer]) -> list[Point]:
    """The points answered with anything but yes. One that was left out is no gap: nobody has to answer."""
    return [point for point in Point if answers.get(point, Answer.YES) is not Answer.YES]


def is_ready(answers: Mapping[Point, Answer]) -> bool:
    """All five are yes."""
    return all(answers.get(point) is Answer.YES for point in Point)


def is_pushed(answers: Mapping[Point, Answer]) -> bool:
    """She says that somebody is pushing her: no view is opened to her until that changes."""
    return answers.get(Point.NOT_PUSHED) is Answer.NO


# --- The seal ------------------------------------------------------------------------------------


class Trigger(StrEnum):
    """What opened the seal. Nobody on the staff can."""

    CLIENT_LEAN = "client_lean"
    CLIENT_ASK = "client_ask"


# --- What the page puts first --------------------------------------------------------------------


class Step(StrEnum):
    """A part of the page, in the order in which one goes through them."""

    WAYS = "ways"
    MATTERS = "matters"
    FIT = "fit"
    LEAN = "lean"
    CHECK = "check"
    CHOICE = "choice"
    AFTER = "after"


@dataclass(frozen=True)
class Standing:
    """How far a decision has come, as the next step needs to know it."""

    state: State
    real_ways: int
    one_sided: bool
    matters: int
    weighed: int
    ways_to_fit: int
    leaned: bool
    checked: bool


def next_step(at: Standing) -> Step:
    """The part to look at next. An offer, never a gate: every part stays open."""
    if at.state not in OPEN_STATES:
        return Step.AFTER
    # A way described from one side only is worth a look, until she has begun to weigh.
    if is_only_information(at.real_ways) or (at.one_sided and not at.weighed):
        return Step.WAYS
    if not at.matters or at.weighed < at.matters:
        return Step.MATTERS
    if at.ways_to_fit:
        return Step.FIT
    if not at.leaned:
        return Step.LEAN
    return Step.CHOICE if at.checked else Step.CHECK


# --- What would make it clearer ------------------------------------------------------------------


class Missing(StrEnum):
    """What is not said yet. A quiet hint to both, never a score."""

    SITUATION = "situation"
    BY_WHEN = "by_when"
    WAYS = "ways"
    GOOD_SIDES = "good_sides"
    HARD_SIDES = "hard_sides"
    LIVING_WITH_IT = "living_with_it"
    SOURCES = "sources"
    DATES = "dates"


@dataclass(frozen=True)
class WayFacts:
    """What is known of a real way."""

    good: int
    hard: int
    says_how_it_is_to_live_with: bool
    needs_source: bool
    needs_date: bool


def missing(
    *, says_situation: bool, says_when: bool, ways: Sequence[WayFacts]
) -> list[tuple[Missing, tuple[int, ...]]]:
    """What is not said yet, each with the positions in `ways` that it is about."""
    found: list[tuple[Missing, tuple[int, ...]]] = []
    if not says_situation:
        found.append((Missing.SITUATION, ()))
    if not says_when:
        found.append((Missing.BY_WHEN, ()))
    if is_only_information(len(ways)):
        found.append((Missing.WAYS, ()))
    for what, lacks in (
        (Missing.GOOD_SIDES, [not way.good for way in ways]),
        (Missing.HARD_SIDES, [not way.hard for way in ways]),
        (Missing.LIVING_WITH_IT, [not way.says_how_it_is_to_live_with for way in ways]),
        (Missing.SOURCES, [way.needs_source for way in ways]),
        (Missing.DATES, [way.needs_date for way in ways]),
    ):
        if any(lacks):
            found.append((what, tuple(n for n, lack in enumerate(lacks) if lack)))
    return found


# --- Days ----------------------------------------------------------------------------------------

NEAR = datetime.timedelta(days=14)


def day_of(now: datetime.datetime, time_zone: str) -> datetime.date:
    """The day that `now` is on, where the organisation is."""
    return now.astimezone(ZoneInfo(time_zone)).date()


def is_near(day: datetime.date | None, today: datetime.date) -> bool:
    """Whether a day is within two weeks, or has passed."""
    return day is not None and day <= today + NEAR


# --- Measures ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quality:
    """The six marks of a well made decision (M8), its balance (M9), and whose choice it was (M10).

    `None` stands for "not yet": nothing chosen, no review day come, nothing looked back on.
    """

    enough_ways: bool
    both_sides: bool
    ready: bool | None
    recorded_by_her: bool | None
    reviewed_in_time: bool | None
    again: int | None
    balance: float | None


def control(qualities: Iterable[Quality]) -> float | None:
    """M10: decisions taken by the person herself ÷ all that were taken; `None` when none was."""
    taken = [one.recorded_by_her for one in qualities if one.recorded_by_her is not None]
    return sum(taken) / len(taken) if taken else None
