import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from alongside.decisions import rules
from alongside.decisions.rules import Answer, Missing, Move, Point, Standing, State, Step, WayFacts
from tests.decisions.story import FITS, POINTS, SHARES, WEIGHTS

pytestmark = pytest.mark.once

weights = some.dictionaries(some.integers(0, 9), some.integers(0, 5), max_size=10)
fits = some.dictionaries(some.integers(0, 9), some.integers(-2, 2), max_size=10)


@pytest.mark.parametrize("letter", FITS)
def test_the_arithmetic_gives_the_four_known_answers(letter):
    fit = dict(zip(WEIGHTS, FITS[letter], strict=True))
    assert rules.lean(WEIGHTS, fit) == POINTS[letter]
    assert round(rules.normalised(WEIGHTS, fit), 3) == SHARES[letter]


@given(weights, fits)
def test_a_share_lies_between_minus_one_and_one_or_is_not_there(weights, fit):
    share = rules.normalised(weights, fit)
    assert (share is None) == (sum(weights.values()) == 0)
    assert share is None or -1 <= share <= 1


@given(weights, fits)
def test_turning_every_fit_round_turns_the_share_round(weights, fit):
    turned = {matter: -value for matter, value in fit.items()}
    there, back = rules.normalised(weights, fit), rules.normalised(weights, turned)
    assert there is None or math.isclose(there, -back, abs_tol=1e-12)


@given(weights.filter(lambda weights: sum(weights.values())), fits, some.integers(0, 9))
def test_a_better_fit_never_lowers_a_share(weights, fit, matter):
    better = {**fit, matter: 2}
    before = rules.normalised(weights, {**fit, matter: fit.get(matter, 0)})
    assert rules.normalised(weights, better) >= before


@given(weights.filter(lambda weights: sum(weights.values())))
def test_the_ends_of_the_scale_are_reached(weights):
    assert rules.normalised(weights, dict.fromkeys(weights, 2)) == 1
    assert rules.normalised(weights, dict.fromkeys(weights, -2)) == -1


def test_only_the_worst_fit_misses_a_must_have():
    assert rules.missed(["school", "safe"], {"school": -2, "safe": -1}) == ["school"]
    assert rules.missed(["school"], {}) == []


def test_every_state_can_be_reached_and_left_and_only_by_known_moves():
    assert set(rules.TRANSITIONS.values()) | {State.THINKING} == set(State)
    assert {state for state, _ in rules.TRANSITIONS} == set(rules.STATES)
    for state in State:
        assert (rules.after(state, Move.CHOOSE) is not None) == (state in rules.OPEN_STATES)
        assert (rules.after(state, Move.REOPEN) is None) == (state in rules.OPEN_STATES)


def test_an_order_holds_for_as_long_as_it_is_named_and_for_nothing_else():
    order = rules.new_order()
    assert rules.order_or_new(order) == order
    for wrong in (None, "", "x" * 16, order + "0", "../../etc"):
        assert rules.order_or_new(wrong) != wrong
    assert rules.drawn("ABCD", order) == rules.drawn("DCBA", order)


def test_each_order_of_four_comes_about_as_often_as_any_other():
    drawn = Counter("".join(rules.drawn("ABCD", rules.new_order())) for _ in range(4800))
    assert len(drawn) == 24
    # 200 of each expected, standard deviation 14: six of them on either side
    assert all(115 < times < 285 for times in drawn.values())


flat = some.dictionaries(some.sampled_from("abcd"), some.integers(0, 5), max_size=4)
sent = some.dictionaries(some.sampled_from("abcd"), some.one_of(some.none(), some.integers(0, 5)), max_size=4)


@given(flat, sent)
def test_with_one_window_what_is_sent_holds(base, mine):
    joined, clashes = rules.merged(base, base, mine)
    assert not clashes
    assert joined == {key: value for key, value in {**base, **mine}.items() if value is not None}


@given(flat, flat, sent)
def test_with_two_windows_nothing_is_lost(base, theirs, mine):
    joined, clashes = rules.merged(base, theirs, mine)
    for key, value in mine.items():
        changed_here, changed_there = value != base.get(key), theirs.get(key) != base.get(key)
        if changed_here and changed_there and value != theirs.get(key):
            assert clashes[key] == theirs.get(key)
        elif changed_here:
            assert joined.get(key) == value
        else:
            assert joined.get(key) == theirs.get(key)
    assert all(joined.get(key) == value for key, value in theirs.items() if key not in mine)


def test_balance_is_the_fewest_sides_over_the_most():
    assert rules.balance([(1, 1), (2, 2)]).share == 0.5
    assert rules.balance([(1, 1), (2, 2)]).is_even
    assert not rules.balance([(1, 1), (3, 2)]).is_even
    assert rules.balance([(2, 0), (1, 1)]).no_hard == (0,)
    assert rules.balance([(0, 2), (1, 1)]).no_good == (0,)
    assert rules.balance([]).share is None
    assert rules.balance([(0, 0)]).share is None


def test_anything_but_yes_is_a_gap_and_what_is_left_out_is_none():
    answers = {Point.KNOW_THE_WAYS: Answer.YES, Point.HAD_ENOUGH: Answer.NOT_SURE, Point.NOT_PUSHED: Answer.NO}
    assert rules.gaps(answers) == [Point.HAD_ENOUGH, Point.NOT_PUSHED]
    assert not rules.is_ready(answers)
    assert rules.is_pushed(answers)
    assert rules.is_ready(dict.fromkeys(Point, Answer.YES))
    assert not rules.is_ready({})
    assert not rules.is_pushed({})


def test_the_next_step_goes_on_as_things_are_said():
    at = {
        "state": State.THINKING,
        "real_ways": 0,
        "one_sided": False,
        "matters": 0,
        "weighed": 0,
        "ways_to_fit": 0,
        "leaned": False,
        "checked": False,
    }
    walk = [
        ({}, Step.WAYS),
        ({"real_ways": 2, "one_sided": True}, Step.WAYS),
        ({"one_sided": False}, Step.MATTERS),
        ({"matters": 2, "weighed": 1, "one_sided": True}, Step.MATTERS),
        ({"weighed": 2, "ways_to_fit": 1}, Step.FIT),
        ({"ways_to_fit": 0}, Step.LEAN),
        ({"leaned": True}, Step.CHECK),
        ({"checked": True}, Step.CHOICE),
        ({"state": State.DECIDED}, Step.AFTER),
    ]
    for change, step in walk:
        at |= change
        assert rules.next_step(Standing(**at)) is step


def test_what_is_missing_names_the_ways_it_is_missing_on():
    whole = WayFacts(good=1, hard=1, says_how_it_is_to_live_with=True, needs_source=False, needs_date=False)
    bare = WayFacts(good=0, hard=1, says_how_it_is_to_live_with=False, needs_source=True, needs_date=False)
    assert rules.missing(says_situation=True, says_when=True, ways=[whole, whole]) == []
    assert dict(rules.missing(says_situation=False, says_when=False, ways=[whole, bare])) == {
        Missing.SITUATION: (),
        Missing.BY_WHEN: (),
        Missing.GOOD_SIDES: (1,),
        Missing.LIVING_WITH_IT: (1,),
        Missing.SOURCES: (1,),
    }
    assert (Missing.WAYS, ()) in rules.missing(says_situation=True, says_when=True, ways=[whole])
