import datetime
import re
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alongside.decisions import actions
from alongside.decisions.models import Addition, Decision, Mark
from alongside.decisions.rules import Answer, Point, Sort
from alongside.decisions.urls import urlpatterns
from tests.decisions.story import Story

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once


def text_of(answer):
    return answer.content.decode()


def titles_in(text):
    return re.findall(r'<details class="fold" id="way-[^>]*>\s*<summary><h3><bdi>(way .)</bdi>', text)


# --- the whole walk, with plain forms ---


def test_rosa_and_dana_walk_a_decision_with_plain_forms(cast, signed_in):
    Story(cast)
    rosa, dana = signed_in("rosa"), signed_in("dana")
    listed = f"/space/{cast.spaces['rosa']}/decisions/"
    answer = rosa.post(listed + "open/", {"question": "Where do we live?", "by_when": "2026-03-20", "key": "k"})
    assert answer.status_code == 303
    url = answer.headers["Location"]
    for browser, title in ((dana, "Elm Street"), (rosa, "stay and contest")):
        assert browser.post(url + "ways/", {"title": title, "key": "k"}).status_code == 303
    page = text_of(dana.get(url))
    assert "Elm Street" in page
    assert "no source given" in page
    elm, stay = Addition.objects.unguarded(because="test").filter(way_kind="real").order_by("number")
    side = {"way": str(elm.id), "sort": "good", "text": "near the school", "key": "k"}
    assert dana.post(url + "sides/", side).status_code == 303
    assert rosa.post(url + "matters/", {"label": "the school", "key": "k"}).status_code == 303
    school = Addition.objects.unguarded(because="test").get(sort="matter")
    weighed = {f"weight_{school.id}": "5", f"must_{school.id}": "on", "key": "k"}
    assert rosa.post(url + "weigh/", weighed).status_code == 303
    newest = Mark.objects.unguarded(because="test").get(mark="weighing")
    fit = {f"fit_{school.id}": "-2", "drawn_with": str(newest.id), "key": "k"}
    assert rosa.post(f"{url}fit/{elm.id}/", fit).status_code == 303
    page = text_of(rosa.get(url))
    assert "This is only arithmetic." in page
    assert "You decide." in page
    assert "(-1.000)" in page
    assert "Does not fit what must be" in page
    assert dana.post(url + "view/", {"text": "I would take Elm Street", "key": "k"}).status_code == 303
    assert rosa.post(url + "lean/", {"main": [str(stay.id)], "backup": [str(elm.id)], "key": "k"}).status_code == 303
    assert "I would take Elm Street" in text_of(rosa.get(url))
    assert dana.post(url + "view/", {"backs": "on", "key": "k2"}).status_code == 303
    assert "I will back your choice" in text_of(rosa.get(url))
    check = {f"point_{number}": "yes" for number in range(1, 6)} | {"point_2": "not_sure", "key": "k"}
    assert rosa.post(url + "check/", check).status_code == 303
    plan = {"point": "2", "what": "ask legal aid", "until": "2026-03-09", "key": "k"}
    assert dana.post(url + "gaps/", plan).status_code == 303
    done = re.search(r'action="([^"]*/done/)"', text_of(rosa.get(url)))[1]
    assert "ask legal aid" in text_of(rosa.get(url + "?show=check"))
    assert rosa.post(done, {"key": "k"}).status_code == 303
    choice = {"main": [str(stay.id)], "words": "We stay.", "review_on": "2026-04-17", "key": "k"}
    assert rosa.post(url + "choice/", choice).status_code == 303
    assert "We stay." in text_of(dana.get(url))
    assert rosa.post(url + "look-back/", {"again": "5", "key": "k"}).status_code == 303
    assert rosa.post(url + "reopen/", {"why": "a new offer", "key": "k"}).status_code == 303
    assert "We stay." in text_of(rosa.get(url)), "the earlier choice stays to be read"
    assert "Where do we live?" in text_of(rosa.get(listed))
    printed = text_of(rosa.get(url + "print/"))
    assert "Elm Street" in printed
    assert "I would take Elm Street" not in printed


# --- who gets in ---


def addresses(story):
    given = {
        "partnership_id": story.cast.spaces[story.of],
        "decision_id": story.id,
        "way_id": story.ways["A"],
        "gap_id": story.ways["A"],
    }
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        yield reverse(f"decisions:{pattern.name}", kwargs={n: given[n] for n in ["partnership_id", *names]})


def test_robin_finds_nothing_on_any_address_of_this_room(story, signed_in):
    robin, rosa = signed_in("robin"), signed_in("rosa")
    for address in addresses(story):
        assert robin.get(address).status_code == 404, address
        assert robin.post(address, {"key": "k"}).status_code == 404, address
        assert rosa.get(address).status_code in (200, 302), address


HERS = {
    "words/": lambda story: {"question": "other"},
    "weigh/": lambda story: {f"weight_{story.matters['school']}": "0", "drawn_with": str(story.newest.id)},
    "fit/{way}/": lambda story: {f"fit_{story.matters['school']}": "0", "drawn_with": str(story.newest.id)},
    "lean/": lambda story: {"main": [str(story.ways["A"])]},
    "ask/": lambda story: {},
    "check/": lambda story: {"point_1": "yes"},
    "choice/": lambda story: {"main": [str(story.ways["A"])], "words": "A"},
    "look-back/": lambda story: {"again": "5"},
    "reopen/": lambda story: {"why": "because"},
}


@pytest.mark.parametrize("tail", HERS)
def test_a_raw_post_by_staff_to_what_is_hers_is_refused(story, signed_in, tail):
    story.weighed()
    if tail in ("look-back/", "reopen/"):
        story.choose()
    address = story.url(tail.format(way=story.ways["A"]))
    before = Mark.objects.unguarded(because="test").count()
    for name in ("dana", "samuel"):
        for typed in ({}, {**HERS[tail](story), "key": "k"}):
            assert signed_in(name).post(address, typed).status_code == 403
    assert Mark.objects.unguarded(because="test").count() == before
    assert signed_in("rosa").post(address, {**HERS[tail](story), "key": "k"}).status_code == 303


def test_samuel_reads_the_page_and_finds_no_form_on_it(story, signed_in):
    page = text_of(signed_in("samuel").get(story.url()))
    assert "way A" in page
    assert f'action="{story.url()}' not in page
    for tail in ("ways/", "sides/", "matters/", "take-back/", "view/", "gaps/", "fixed/"):
        assert signed_in("samuel").post(story.url(tail), {"title": "x", "key": "k"}).status_code == 403


def test_one_way_is_information_and_not_a_choice(fresh, signed_in):
    fresh.way("A")
    matter = fresh.matter("school")
    rosa = signed_in("rosa")
    assert "information, not a choice" in text_of(rosa.get(fresh.url()))
    way = str(fresh.ways["A"])
    for tail, typed in (
        ("weigh/", {f"weight_{matter}": "5"}),
        ("lean/", {"main": [way], "words": "to the sea"}),
        ("choice/", {"main": [way], "words": "to the sea"}),
    ):
        answer = rosa.post(fresh.url(tail), {**typed, "key": "k"})
        assert answer.status_code == 409
        assert "One way is information" in text_of(answer)
        assert "to the sea" in text_of(answer) or tail == "weigh/"


# --- order ---


def test_each_time_the_page_is_drawn_the_ways_stand_anew_and_a_named_order_stays(story, signed_in):
    rosa = signed_in("rosa")
    seen = Counter("".join(titles_in(text_of(rosa.get(story.url())))) for _ in range(12))
    assert len(seen) > 3
    page = text_of(rosa.get(story.url()))
    order = re.search(r'data-order="([0-9a-f]{16})"', page)[1]
    again = text_of(rosa.get(story.url(), headers={"X-Order": order}))
    assert titles_in(again) == titles_in(page)
    assert len(titles_in(page)) == 4


@pytest.mark.once
def test_no_way_stands_first_more_often_because_of_who_named_it_likes_it_or_leads(cast, story):
    story.weighed()
    story.view(letter="A")
    first, bars = Counter(), Counter()
    for _ in range(150):
        page = story.page()
        first[page.ways[0].title] += 1
        bars[page.bars[0].way.title] += 1
    # 25 of each of six ways, standard deviation 4.6; 37.5 of each of four bars, 5.3: five of them below
    assert all(first[way.title] > 2 for way in page.ways)
    assert all(bars[f"way {letter}"] > 11 for letter in "ABCD")


def test_bars_carry_title_words_and_the_same_numbers_and_all_look_alike(story, signed_in):
    story.weighed()
    page = text_of(signed_in("rosa").get(story.url()))
    for share, points in ((0.421, 16), (0.105, 4), (0.263, 10), (-0.263, -10)):
        assert f"{points} of 38 points ({share:.3f})" in page
        assert f"{points} of 38 points</desc>" in page
    drawn = re.findall(r"<svg class=\"bar\".*?</svg>", page)
    assert len(drawn) == 4
    shapes = {re.sub(r'id="[^"]*"|aria-labelledby="[^"]*"|x="[^"]*"|width="[^"]*"|>[^<]+<', "", one) for one in drawn}
    assert len(shapes) == 1, "only where a bar begins and how long it is tells it from another"
    assert "winner" not in page


# --- what a browser can do wrong ---


def test_a_bad_form_is_drawn_again_in_its_open_part_with_all_that_was_typed(story, signed_in):
    answer = signed_in("dana").post(story.url("ways/"), {"title": "", "living": "by the sea", "source_date": "soon"})
    text = text_of(answer)
    assert answer.status_code == 400
    assert "by the sea" in text
    assert 'value="soon"' in text
    assert re.search(r'id="ways" open|id="ways"[^>]* open', text)
    assert 'id="add-way"' in text


def test_far_too_long_and_hidden_characters_get_a_sentence(story, signed_in):
    rosa = signed_in("rosa")
    long = "x" * 100_000
    answer = rosa.post(story.url("sides/"), {"way": str(story.ways["A"]), "sort": "good", "text": long})
    assert answer.status_code == 400
    assert long in text_of(answer)
    answer = rosa.post(story.url("choice/"), {"main": [str(story.ways["A"])], "words": "we \u202e stay"})
    assert answer.status_code == 400
    assert "hidden characters" in text_of(answer)


def test_a_form_that_arrives_twice_is_one_write(story, signed_in):
    rosa = signed_in("rosa")
    for _ in range(2):
        assert rosa.post(story.url("matters/"), {"label": "quiet", "key": "same"}).status_code == 303
    assert Addition.objects.unguarded(because="test").filter(sort="matter").count() == 1


def test_two_gaps_are_done_from_one_page(story, signed_in):
    story.check(know_the_sides=Answer.NO, had_enough=Answer.NO)
    for point in (Point.KNOW_THE_SIDES, Point.HAD_ENOUGH):
        story.do(actions.plan_gap, "dana", point=point, what=f"help with {point}")
    rosa = signed_in("rosa")
    page = text_of(rosa.get(story.url()))
    for address, key in re.findall(r'action="([^"]*/done/)".*?name="key" value="([^"]*)"', page):
        assert rosa.post(address, {"key": key}).status_code == 303
    assert all(plan.is_done for gap in story.page().gaps for plan in gap.plans)


def test_a_stale_window_shows_both_answers_and_the_next_try_holds(story, signed_in):
    story.weighed()
    rosa, school = signed_in("rosa"), story.matters["school"]
    drawn = re.search(r'name="drawn_with" value="([^"]+)" id="weigh-', text_of(rosa.get(story.url() + "?show=weigh")))[
        1
    ]
    name = f"weight_{school}"
    assert rosa.post(story.url("weigh/"), {name: "1", "drawn_with": drawn, "key": "a"}).status_code == 303
    answer = rosa.post(story.url("weigh/"), {name: "3", "drawn_with": drawn, "key": "b"})
    text = text_of(answer)
    assert answer.status_code == 409
    assert "In your other window you said: 1" in text
    assert re.search(rf'name="{name}" value="3"[^>]* checked', text)
    newer = re.search(r'name="drawn_with" value="([^"]+)" id="weigh-', text)[1]
    assert newer != drawn
    assert rosa.post(story.url("weigh/"), {name: "3", "drawn_with": newer, "key": "c"}).status_code == 303
    assert next(matter.weight for matter in story.page().matters if matter.label == "school") == 3


def test_a_way_that_was_taken_back_meanwhile_loses_nothing_typed(story, signed_in):
    matter = story.matter("school")
    rosa = signed_in("rosa")
    story.do(actions.take_back, "dana", addition_id=story.ways["A"])
    typed = {"main": [str(story.ways["A"]), str(story.ways["C"])], "words": "both of them", "key": "k"}
    for tail in ("lean/", "choice/"):
        answer = rosa.post(story.url(tail), typed)
        assert answer.status_code == 400
        assert "taken back meanwhile" in text_of(answer)
        assert "both of them" in text_of(answer)
    answer = rosa.post(story.url(f"fit/{story.ways['A']}/"), {f"fit_{matter}": "1", "key": "k"})
    assert answer.status_code == 409
    assert "taken back meanwhile" in text_of(answer)
    side = {"way": str(story.ways["A"]), "sort": "good", "text": "a lift", "key": "k"}
    answer = rosa.post(story.url("sides/"), side)
    assert answer.status_code == 400
    assert "a lift" in text_of(answer)


def test_a_form_sent_after_the_choice_gives_back_what_was_typed(story, signed_in):
    story.choose()
    answer = signed_in("dana").post(story.url("ways/"), {"title": "a houseboat", "key": "k"})
    assert answer.status_code == 409
    assert "a houseboat" in text_of(answer)
    assert "A choice has been made here." in text_of(answer)


def test_nothing_of_the_question_stands_in_title_or_address(story, signed_in):
    page = text_of(signed_in("rosa").get(story.url()))
    assert "31 March" not in re.search(r"<title>(.*?)</title>", page)[1]
    assert "31" not in story.url().replace(str(story.id), "").replace(str(story.cast.spaces["rosa"]), "")


def test_reading_writes_nothing(story, signed_in):
    before = Decision.objects.unguarded(because="test").values_list("count", "state").get()
    for address in addresses(story):
        signed_in("rosa").get(address)
    assert Decision.objects.unguarded(because="test").values_list("count", "state").get() == before


# --- the safety route ---


def test_a_no_to_being_free_leads_to_when_it_gets_hard_and_only_she_sees_it(story, signed_in):
    story.view()
    story.check(not_pushed=Answer.NO)
    rosa = text_of(signed_in("rosa").get(story.url() + "?show=check"))
    assert "You said that somebody is pushing you." in rosa
    assert f'href="{reverse("safety:hard", args=[story.cast.spaces["rosa"]])}"' in rosa
    refused = signed_in("rosa").post(story.url("ask/"), {"key": "k"})
    assert refused.status_code == 409
    assert "nobody’s own view is opened now" in text_of(refused)
    for name in ("dana", "samuel"):
        page = text_of(signed_in(name).get(story.url() + "?show=check"))
        assert "pushing" not in page
        assert "Nobody is pushing me" not in page


# --- what it costs ---


def cost(browser, url):
    browser.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(url).status_code == 200
    return [one["sql"] for one in seen]


@pytest.mark.parametrize("name", ["rosa", "dana"])
def test_a_page_costs_the_same_with_two_ways_and_with_thirty(fresh, signed_in, name):
    fresh.way("A"), fresh.way("B")
    for label in ("school", "cost"):
        fresh.matter(label)
    newest = fresh.do(actions.weigh, "rosa", weights={fresh.matters["school"]: 5}, musts={})
    fresh.view()
    fresh.lean(main="A", backup="B")
    fresh.check(had_enough=Answer.NO)
    browser = signed_in(name)
    few = cost(browser, fresh.url())
    for number in range(28):
        letter = f"W{number}"
        fresh.way(letter)
        for sort in (Sort.GOOD, Sort.HARD):
            fresh.side(letter, sort)
        newest = fresh.fit(letter, (1, 1), drawn_with=newest.id)
    many = cost(browser, fresh.url())
    assert len(many) == len(few)
    assert len([sql for sql in few if "decisions_" in sql]) == 5
    assert len(few) <= 12, "\n".join(few)


def test_the_list_costs_one_query_however_long(cast, signed_in):
    rosa = signed_in("rosa")
    story = Story(cast).opened()
    url = f"/space/{cast.spaces['rosa']}/decisions/"
    few = cost(rosa, url)
    for number in range(12):
        story.opened(question=f"Question {number}?")
    assert len(cost(rosa, url)) == len(few)
    assert len([sql for sql in few if "decisions_" in sql]) == 1


def test_days_past_are_answered_with_a_sentence(cast, signed_in):
    url = f"/space/{cast.spaces['rosa']}/decisions/open/"
    for day, status in (("2026-03-01", 400), ("9999-01-01", 400), ("31.12.2026", 400), ("2026-03-02", 303)):
        answer = signed_in("rosa").post(url, {"question": f"until {day}?", "by_when": day, "key": "k"})
        assert answer.status_code == status
        assert status == 303 or f"until {day}?" in text_of(answer)
    assert datetime.date(2026, 3, 2) in Decision.objects.unguarded(because="test").values_list("by_when", flat=True)
