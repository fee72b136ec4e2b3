import datetime

import pytest
from django.db import IntegrityError, transaction

from alongside.access.models import TrailLine
from alongside.access.way_in import Denied
from alongside.decisions import actions
from alongside.decisions.models import Addition, Decision, Mark
from alongside.decisions.rules import Answer, Point, Sort, State
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from tests.decisions.story import WEIGHTS, Story


def decision(story):
    return Decision.objects.unguarded(because="test").get(id=story.id)


# --- opening and wording ---


@pytest.mark.parametrize("name", ["rosa", "dana"])
def test_either_opens_a_question_and_two_ways_are_there_from_the_start(cast, name):
    page = Story(cast).opened(name).page()
    assert {way.kind for way in page.ways} == {"stay", "other"}
    assert {way.added.author for way in page.ways} == {""}
    assert page.real_ways == 0
    assert page.worded_by_client is (name == "rosa")


def test_a_question_can_be_opened_before_listening_and_ways_cannot_be_added(cast):
    story = Story(cast, heard=False).opened()
    for name in ("rosa", "dana"):
        with pytest.raises(actions.ListeningFirst) as refused:
            story.way("A", name)
        assert (refused.value.status, refused.value.code) == (409, "listening_first")
    stay = story.page().ways[0].id
    with pytest.raises(actions.ListeningFirst):
        story.do(actions.add_side, "dana", way_id=stay, sort=Sort.GOOD, text="time to think")
    assert story.page().real_ways == 0


def test_only_rosa_says_the_question_anew_and_how_it_was_put_before_stays(cast):
    story = Story(cast).opened("dana", question="Accommodation after the eviction", situation="A letter came.")
    with pytest.raises(Denied):
        story.do(actions.reword_decision, "dana", question="Housing")
    story.do(actions.reword_decision, "rosa", question="Where do we live?", situation="")
    page = story.page()
    assert (page.question, page.worded_by_client) == ("Where do we live?", True)
    assert [one.question for one in page.earlier_wordings] == ["Accommodation after the eviction"]


def test_days_that_have_passed_are_refused_with_a_sentence(cast):
    with pytest.raises(actions.DaysDoNotFit):
        Story(cast).opened(by_when=datetime.date(2026, 3, 1))
    with pytest.raises(actions.DaysDoNotFit):
        Story(cast).opened(can_wait_until=datetime.date(2026, 3, 10))
    story = Story(cast).opened(by_when=datetime.date(2026, 3, 2))
    tomorrow = cast.now + datetime.timedelta(days=1)
    story.do(actions.reword_decision, "rosa", now=tomorrow, question="Same day", by_when=datetime.date(2026, 3, 2))
    with pytest.raises(actions.DaysDoNotFit):
        story.do(actions.reword_decision, "rosa", now=tomorrow, question="x", by_when=datetime.date(2026, 3, 1))


# --- ways, sides, matters ---


def test_either_adds_ways_and_sides_and_each_has_its_author_and_source(fresh):
    fresh.way("A", "dana", source="directory", source_date=datetime.date(2026, 2, 20))
    fresh.way("B", "dana")
    fresh.way("C", "rosa")
    fresh.side("A", Sort.HARD, "rosa", text="far from school")
    ways = {way.title: way for way in fresh.page().ways if way.is_real}
    assert (ways["way A"].added.author, ways["way A"].added.source_date) == ("Dana", datetime.date(2026, 2, 20))
    assert [ways[f"way {letter}"].added.lacks_source for letter in "ABC"] == [False, True, False]
    assert [(one.author, one.said["text"]) for one in ways["way A"].hard] == [("Rosa", "far from school")]


def test_each_takes_back_only_their_own_and_it_is_kept_as_taken_back(story):
    her_side = story.side("A", name="rosa", text="my own words")
    with pytest.raises(Denied):
        story.do(actions.take_back, "dana", addition_id=her_side.id)
    with pytest.raises(Denied):
        story.do(actions.take_back, "rosa", addition_id=story.ways["A"])
    story.do(actions.take_back, "rosa", addition_id=her_side.id)
    page = story.page("dana")
    assert [one.added.short for one in page.taken_back] == ["my own words"]
    assert all("my own words" not in [one.short for one in way.good] for way in page.ways)
    assert Addition.objects.unguarded(because="test").get(id=her_side.id).said["text"] == "my own words"


def test_what_others_said_of_a_way_stays_readable_when_it_is_taken_back(story):
    story.side("A", Sort.HARD, "rosa", text="too far for Lucía")
    story.do(actions.take_back, "dana", addition_id=story.ways["A"])
    gone = story.page().taken_back[0]
    assert "too far for Lucía" in [one.said["text"] for one in gone.sides]


def test_a_worker_cannot_pull_away_what_she_has_weighed_or_leaned_to(story):
    story.way("E")
    matter = story.matter("quiet", "dana")
    story.lean(main="E", backup="")
    story.do(actions.weigh, "rosa", weights={matter: 3}, musts={})
    for gone in (story.ways["E"], matter):
        with pytest.raises(actions.InHerHands):
            story.do(actions.take_back, "dana", addition_id=gone)
    story.do(actions.take_back, "dana", addition_id=story.ways["B"])
    story.lean(main="C", backup="")
    story.do(actions.take_back, "rosa", addition_id=story.ways["C"])


def test_the_ways_that_are_always_there_are_nobodys_to_take_back(story):
    for way in story.page().ways:
        if not way.is_real:
            with pytest.raises(Denied):
                story.do(actions.take_back, "rosa", addition_id=way.id)


def test_the_database_refuses_a_side_of_nothing_and_a_way_without_an_author(story):
    row = Addition.objects.unguarded(because="test").filter(sort="good").first()
    for changes in ({"way": None}, {"sort": "way"}, {"author": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Addition.objects.unguarded(because="test").filter(id=row.id).update(**changes)


# --- weighing ---


def test_rosa_weighs_and_fits_and_the_arithmetic_is_the_known_one(story):
    story.weighed()
    bars = {bar.way.title: bar for bar in story.page().bars}
    assert {title: round(bar.share, 3) for title, bar in bars.items()} == {
        "way A": 0.421, "way B": 0.105, "way C": 0.263, "way D": -0.263,
    }  # fmt: skip
    assert [matter.label for matter in bars["way B"].missed] == ["school"]
    assert {way.title for way in story.page().ways} >= {"way B"}, "a way that misses a must-have stays"


def test_with_fewer_than_two_ways_nothing_can_be_weighed_leaned_to_or_chosen(fresh):
    fresh.way("A")
    matter = fresh.matter("school")
    refused = [
        lambda: fresh.do(actions.weigh, "rosa", weights={matter: 5}, musts={}),
        lambda: fresh.do(actions.fit_way, "rosa", way_id=fresh.ways["A"], fits={matter: 1}),
        lambda: fresh.lean(main="A", backup=""),
        lambda: fresh.choose(main="A", backup=""),
    ]
    for one in refused:
        with pytest.raises(actions.OnlyInformation) as why:
            one()
        assert (why.value.status, why.value.code) == (409, "only_information")
    fresh.way("B")
    for one in refused:
        one()


def test_a_way_that_is_taken_back_counts_no_more(fresh):
    fresh.way("A"), fresh.way("B")
    fresh.do(actions.take_back, "dana", addition_id=fresh.ways["B"])
    with pytest.raises(actions.OnlyInformation):
        fresh.lean(main="A", backup="")
    fresh.way("C")
    with pytest.raises(actions.TakenBack):
        fresh.lean(main="B", backup="")


def test_two_windows_that_change_different_things_are_joined(story):
    for label in WEIGHTS:
        story.matter(label)
    school, cost = story.matters["school"], story.matters["cost"]
    drawn = story.do(actions.weigh, "rosa", weights={school: 1, cost: 1}, musts={})
    story.do(actions.weigh, "rosa", weights={school: 5, cost: 1}, musts={}, drawn_with=drawn.id)
    story.do(actions.weigh, "rosa", weights={school: 1, cost: 4}, musts={}, drawn_with=drawn.id)
    weights = {matter.label: matter.weight for matter in story.page().matters}
    assert (weights["school"], weights["cost"]) == (5, 4)


def test_two_windows_that_change_the_same_thing_are_both_shown(story):
    school = story.matter("school")
    drawn = story.do(actions.weigh, "rosa", weights={school: 1}, musts={})
    newest = story.do(actions.weigh, "rosa", weights={school: 5}, musts={}, drawn_with=drawn.id)
    with pytest.raises(actions.ChangedInAnotherWindow) as changed:
        story.do(actions.weigh, "rosa", weights={school: 2}, musts={}, drawn_with=drawn.id)
    assert list(changed.value.there.values()) == [5]
    assert story.page().matters[0].weight == 5
    story.do(actions.weigh, "rosa", weights={school: 2}, musts={}, drawn_with=newest.id)
    assert story.page().matters[0].weight == 2


def test_a_form_sent_again_after_a_lost_line_writes_once(story):
    school, write_id = story.matter("school"), new_id()
    for _ in range(2):
        story.do(actions.weigh, "rosa", weights={school: 3}, musts={}, write_id=write_id)
    assert Mark.objects.unguarded(because="test").filter(mark="weighing").count() == 1


def test_zero_weights_have_no_sum(story):
    school = story.matter("school")
    newest = story.do(actions.weigh, "rosa", weights={school: 0}, musts={})
    story.fit("A", [2], drawn_with=newest.id)
    page = story.page()
    assert (page.bars, page.total_weight, page.weighed) == ((), 0, 1)


# --- only she ---


def test_nobody_but_rosa_weighs_leans_asks_checks_chooses_looks_back_or_reopens(story):
    story.weighed()
    school = story.matters["school"]
    before = Mark.objects.unguarded(because="test").count()
    hers = [
        lambda name: story.do(actions.weigh, name, weights={school: 0}, musts={}),
        lambda name: story.do(actions.fit_way, name, way_id=story.ways["A"], fits={school: 2}),
        story.lean,
        story.ask,
        story.check,
        story.choose,
        lambda name: story.do(actions.look_back, name, again=5),
        lambda name: story.do(actions.reopen_decision, name, why="because"),
        lambda name: story.do(actions.reword_decision, name, question="other"),
    ]
    for one in hers:
        for name in ("dana", "samuel"):
            with pytest.raises(Denied):
                one(name)
        with pytest.raises(NotFound):
            one("robin")
    assert Mark.objects.unguarded(because="test").count() == before
    assert decision(story).state == State.THINKING


def test_samuel_reads_and_writes_nothing(story):
    assert story.page("samuel").question
    for one in (
        lambda: story.way("E", "samuel"),
        lambda: story.side("A", name="samuel"),
        lambda: story.matter("order", "samuel"),
        lambda: story.view("samuel"),
        lambda: story.do(actions.plan_gap, "samuel", point=Point.HAD_ENOUGH, what="x"),
    ):
        with pytest.raises(Denied):
            one()


def test_a_decision_of_another_space_is_not_there(cast, story):
    other = Story(cast, of="nadia").opened("nadia")
    story.id = other.id
    for one in (lambda: story.page("dana"), lambda: story.way("E"), lambda: story.choose(), lambda: story.view()):
        with pytest.raises(NotFound):
            one()


# --- the check and its gaps ---


def test_a_gap_gets_an_action_that_is_planned_and_done(cast, story):
    story.check(know_the_sides=Answer.NOT_SURE)
    page = story.page()
    assert [gap.point for gap in page.gaps] == [Point.KNOW_THE_SIDES]
    dana = cast.accounts["dana"].person_id
    until = datetime.date(2026, 3, 9)
    gap = story.do(actions.plan_gap, "dana", point=Point.KNOW_THE_SIDES, what="ask legal aid", who=dana, until=until)
    plan = story.page().gaps[0].plans[0]
    assert (plan.what, plan.who, plan.until, plan.is_done) == ("ask legal aid", "Dana", until, False)
    story.do(actions.close_gap, "rosa", gap_id=gap.id)
    assert story.page().gaps[0].plans[0].is_done
    story.check()
    page = story.page()
    assert page.is_ready
    assert not page.gaps


def test_points_left_out_are_no_gap_and_no_readiness(story):
    story.do(actions.check_readiness, "rosa", answers={})
    page = story.page()
    assert page.check_is_known
    assert not page.gaps
    assert not page.is_ready


def test_what_she_says_about_being_pushed_only_she_reads(story):
    story.check(not_pushed=Answer.NO)
    gap = story.do(actions.plan_gap, "rosa", point=Point.NOT_PUSHED, what="talk to my sister alone")
    hers = story.page("rosa")
    assert hers.is_pushed
    assert hers.check[-1].plans[0].what == "talk to my sister alone"
    for name in ("dana", "samuel"):
        page = story.page(name)
        assert not page.is_pushed
        assert Point.NOT_PUSHED not in [point.point for point in page.check]
    with pytest.raises(NotFound):
        story.do(actions.plan_gap, "dana", point=Point.NOT_PUSHED, what="x")
    with pytest.raises(NotFound):
        story.do(actions.close_gap, "dana", gap_id=gap.id)


def test_she_may_choose_without_five_yes(story):
    story.check(had_enough=Answer.NO, not_pushed=Answer.NO)
    story.choose(good_enough=True)
    assert story.page().now_round.choice.good_enough


# --- the choice, looking back, reopening ---


def test_rosa_records_her_choice_with_reason_revisit_and_review(story):
    story.choose(reason="the school", revisit_if="no court date by 15 March", review_on=datetime.date(2026, 4, 17))
    page = story.page("dana")
    choice = page.now_round.choice
    assert (choice.main, choice.backup) == (("way C",), ("way A",))
    assert (choice.words, choice.reason) == ("We stay and contest it.", "the school")
    assert (choice.revisit_if, choice.review_on) == ("no court date by 15 March", datetime.date(2026, 4, 17))
    assert page.state is State.DECIDED


def test_a_choice_stays_and_nothing_is_put_down_under_it(story):
    story.weighed().choose()
    for one in (
        lambda: story.choose(main="A", backup=""),
        lambda: story.lean(),
        lambda: story.way("E"),
        lambda: story.side("A"),
        lambda: story.matter("quiet"),
        lambda: story.fit("A", [0, 0, 0, 0, 0]),
        lambda: story.check(),
        lambda: story.do(actions.take_back, "dana", addition_id=story.ways["C"]),
        lambda: story.do(actions.reword_decision, "rosa", question="other"),
    ):
        with pytest.raises((actions.NotNow, Denied)):
            one()
    row = Mark.objects.unguarded(because="test").get(mark="choice")
    again = {
        "partnership_id": row.partnership_id,
        "decision_id": row.decision_id,
        "said_by_id": row.said_by_id,
        "said_at": row.said_at,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Mark.objects.create(**again, mark="choice", said={}, round=row.round, number=999)


def test_looking_back_and_opening_again_keep_the_earlier_choice(story):
    with pytest.raises(actions.NotNow):
        story.do(actions.look_back, "rosa", again=4)
    with pytest.raises(actions.NotNow):
        story.do(actions.reopen_decision, "rosa", why="because")
    story.lean()
    story.choose()
    story.do(actions.look_back, "rosa", again=4, why="we kept the school", learned="I can ask")
    assert story.page().state is State.LOOKING_BACK
    assert story.page().now_round.looked_back[0].learned == "I can ask"
    story.do(actions.reopen_decision, "rosa", why="Elm Street has a deadline")
    page = story.page("dana")
    assert page.state is State.REOPENED
    assert page.now_round.reopened_because == "Elm Street has a deadline"
    assert (page.now_round.choice, page.now_round.lean) == (None, None)
    assert page.earlier[0].choice.main == ("way C",)
    story.choose(main="A", backup="")
    assert story.page().now_round.choice.main == ("way A",)
    assert story.page().earlier[0].choice.main == ("way C",)


def test_a_review_day_must_not_have_passed(story):
    with pytest.raises(actions.DaysDoNotFit):
        story.choose(review_on=datetime.date(2026, 3, 1))


def test_every_action_leaves_one_line_for_each_arrival_of_a_write(story):
    write_id = new_id()
    for _ in range(2):
        story.choose(write_id=write_id)
    lines = TrailLine.objects.filter(doing="choose")
    assert [line.write_id for line in lines] == [write_id]


def test_an_open_page_hears_that_something_changed(cast, story):
    before = cast.place("rosa").partnership.changes
    story.side("A")
    assert cast.place("rosa").partnership.changes == before + 1
