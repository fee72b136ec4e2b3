import datetime

import pytest

from alongside.decisions import actions, privacy, queries, rules
from alongside.decisions.models import Addition, Decision, Gap, Mark, View
from alongside.decisions.rules import Answer, Missing, Point, Sort
from alongside.kit.errors import NotFound
from alongside.kit.text import isolated
from tests.decisions.story import Story

QUESTION = f"“{isolated('Where do we live after 31 March?')}”"


def later(story, **delta):
    return story.cast.now + datetime.timedelta(**delta)


def waiting(story, name, **delta):
    return [one.sentence for one in queries.waiting_in(story.cast.place(name, now=later(story, **delta)))]


def test_what_waits_says_the_day_the_opened_view_and_the_look_back(story):
    assert waiting(story, "rosa") == []
    assert waiting(story, "rosa", days=5) == [f"It is to be decided soon: {QUESTION}"]
    assert "It was to be decided by now" in waiting(story, "rosa", days=20)[0]
    story.view()
    story.ask()
    assert "own view is open" in waiting(story, "rosa")[0]
    assert waiting(story, "rosa", days=8) == [f"It is to be decided soon: {QUESTION}"]
    story.choose(review_on=datetime.date(2026, 4, 17))
    assert waiting(story, "rosa", days=20) == []
    assert "look back" in waiting(story, "rosa", days=46)[0]
    assert "look back" in waiting(story, "dana", days=46)[0]
    story.do(actions.look_back, "rosa", now=later(story, days=46), again=5)
    assert waiting(story, "rosa", days=47) == []


def test_a_worker_is_told_when_she_asks_and_nothing_is_written_yet(story):
    story.ask()
    assert waiting(story, "dana") == [f"You are asked for your own view: {QUESTION}"]
    assert waiting(story, "samuel") == []
    story.view()
    assert "own view is open" in waiting(story, "dana")[0]


def test_a_sealed_view_makes_nothing_wait(story):
    before = {name: waiting(story, name) for name in ("rosa", "dana", "samuel")}
    story.view()
    assert {name: waiting(story, name) for name in before} == before


def test_the_list_has_open_questions_first_and_robin_has_none(cast, story):
    first = story.id
    story.choose()
    story.opened(question="Which school?")
    listed = queries.decisions_in(cast.place("dana"))
    assert [one.question for one in listed] == ["Which school?", "Where do we live after 31 March?"]
    assert [one.id for one in listed] == [story.id, first]
    with pytest.raises(NotFound):
        cast.place("robin")


def test_balance_is_noticed_once_there_is_something_to_balance(fresh):
    fresh.way("A"), fresh.way("B")
    assert not fresh.page().unbalanced
    fresh.side("A", Sort.GOOD)
    assert {way.title for way in fresh.page().unbalanced.no_hard} == {"way A", "way B"}
    assert {way.title for way in fresh.page().unbalanced.no_good} == {"way B"}
    for letter in "AB":
        fresh.side(letter, Sort.GOOD), fresh.side(letter, Sort.HARD)
    assert not fresh.page().unbalanced
    for _ in range(3):
        fresh.side("A", Sort.HARD)
    unbalanced = fresh.page().unbalanced
    assert unbalanced.uneven
    assert not unbalanced.no_hard


def test_what_is_missing_is_a_hint_to_both_and_goes_when_it_is_said(fresh):
    fresh.way("A", "dana"), fresh.way("B", "rosa", living="quiet", source="Jo")
    hints = {hint.what: set(hint.ways) for hint in queries.what_is_missing(fresh.page("dana"))}
    assert hints == {
        Missing.SITUATION: set(),
        Missing.GOOD_SIDES: {"way A", "way B"},
        Missing.HARD_SIDES: {"way A", "way B"},
        Missing.LIVING_WITH_IT: {"way A"},
        Missing.SOURCES: {"way A"},
        Missing.DATES: {"way B"},
    }
    assert {hint.what for hint in queries.what_is_missing(fresh.page("rosa"))} == set(hints)
    fresh.do(actions.reword_decision, "rosa", question="Where?", situation="A letter came.")
    assert Missing.SITUATION not in {hint.what for hint in fresh.page().hints}


def test_a_way_to_stay_undecided_says_until_when(cast):
    story = Story(cast).opened(can_wait_until=datetime.date(2026, 3, 31))
    titles = {way.kind.value: way.title for way in story.page().ways}
    assert titles == {"stay": "Stay undecided until 31 March 2026", "other": "Something else"}


def test_the_measures_say_whether_a_decision_was_made_well(cast, story):
    def quality():
        return queries.qualities_in(cast.place("dana", now=later(story, days=60)))[0]

    before = quality()
    assert (before.enough_ways, before.both_sides, before.balance) == (True, True, 1.0)
    assert (before.ready, before.recorded_by_her, before.reviewed_in_time, before.again) == (None, None, None, None)
    assert rules.control([before]) is None
    story.check()
    story.choose(review_on=datetime.date(2026, 4, 17))
    assert quality().reviewed_in_time is False
    story.do(actions.look_back, "rosa", now=later(story, days=40), again=4)
    after = quality()
    assert (after.ready, after.recorded_by_her, after.reviewed_in_time, after.again) == (True, True, True, 4)
    assert rules.control([after]) == 1


def test_her_copy_holds_everything_said_and_her_own_answers_only_in_hers(cast, story):
    story.weighed()
    story.check(had_enough=Answer.NO, not_pushed=Answer.NO)
    story.do(actions.plan_gap, "rosa", point=Point.NOT_PUSHED, what="talk to my sister alone")
    story.choose()
    (hers,), (seen,) = privacy.export(cast.place("rosa")), privacy.export(cast.place("dana"))
    assert hers["question"] == "Where do we live after 31 March?"
    assert len([one for one in hers["on_the_table"] if one["sort"] == "good"]) == 4
    assert len([one for one in hers["said_by_her"] if one["what"] == "weighing"]) == 5
    assert "pushed" in [one["what"] for one in hers["said_by_her"]]
    assert "talk to my sister alone" in repr(hers)
    assert "pushed" not in [one["what"] for one in seen["said_by_her"]]
    assert "talk to my sister alone" not in repr(seen)


def test_erasing_leaves_no_row_of_the_room(cast, story):
    story.weighed()
    story.view()
    story.check(had_enough=Answer.NO)
    story.do(actions.plan_gap, "dana", point=Point.HAD_ENOUGH, what="call")
    other = Story(cast, of="nadia").opened("nadia")
    privacy.erase(cast.spaces["rosa"])
    tables = (Addition, Mark, View, Gap)
    assert not any(
        table.objects.unguarded(because="test").filter(partnership_id=cast.spaces["rosa"]).exists() for table in tables
    )
    assert list(Decision.objects.unguarded(because="test").values_list("id", flat=True)) == [other.id]
