"""The sealed view: nobody reads it before she has spoken or asked, by any way that there is."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alongside.access.models import TrailLine
from alongside.access.way_in import Denied, see
from alongside.decisions import actions, privacy
from alongside.decisions.models import View
from alongside.decisions.rules import Answer
from alongside.decisions.urls import urlpatterns
from alongside.journeys import actions as journeys
from alongside.kit.errors import NotFound
from alongside.people.rules import Role

PLANTED = "marigold-trombone"
OPENED = ("write_view", "say_lean", "choose")
READERS = ("rosa", "dana", "amir", "samuel", "robin")


@pytest.fixture
def story(cast, story):
    """With Amir covering, and a view of Dana's under seal that has a word in it like no other."""
    journeys.give_seat(
        by=cast.viewer("dana"),
        about=cast.place("dana"),
        person_id=cast.accounts["amir"].person_id,
        role=Role.COVER,
        now=cast.now,
        ends=cast.now + datetime.timedelta(days=90),
    )
    story.weighed()
    story.view(text=f"I would take A: {PLANTED}")
    return story


def addresses(story):
    given = {
        "partnership_id": story.cast.spaces["rosa"],
        "decision_id": story.id,
        "way_id": story.ways["A"],
        "gap_id": story.ways["A"],
    }
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        yield reverse(f"decisions:{pattern.name}", kwargs={n: given[n] for n in ["partnership_id", *names]})


def everything_answered(story, signed_in):
    """What each of the cast gets from each address of the room, read and posted to with nothing in the form."""
    for name in READERS:
        browser = signed_in(name)
        for address in addresses(story):
            shown = [browser.get(story.url() + f"?show={show}") for show in OPENED] if address == story.url() else []
            for answer in (browser.get(address), browser.post(address, {}), *shown):
                yield name, address, answer.content.decode() + str(answer.headers)


def exported(story, name):
    try:
        return repr(privacy.export(story.cast.place(name)))
    except NotFound:
        return ""


@pytest.mark.once
def test_no_route_gives_away_what_is_sealed(story, signed_in):
    # Posting with nothing typed opens no seal, except by her asking: so she is left out of that one address.
    story.check(not_pushed=Answer.NO)
    for name, address, text in everything_answered(story, signed_in):
        assert PLANTED not in text, (name, address)
    for name in READERS:
        assert PLANTED not in exported(story, name)
    lines = " ".join(str(vars(line)) for line in TrailLine.objects.all())
    assert PLANTED not in lines


@pytest.mark.once
def test_the_same_search_finds_it_once_she_has_leaned(story, signed_in):
    story.lean()
    found = {name for name, _, text in everything_answered(story, signed_in) if PLANTED in text}
    assert found == {"rosa", "dana", "amir", "samuel"}
    assert all(PLANTED in exported(story, name) for name in ("rosa", "dana", "samuel"))


def test_all_that_is_said_of_it_is_that_it_is_there(story, signed_in):
    for name in ("rosa", "dana", "amir", "samuel"):
        page = story.page(name)
        assert page.seal.exists
        assert page.now_round.views == ()
        assert "sealed" in signed_in(name).get(story.url()).content.decode()
        assert "'a_sealed_view_exists': True" in exported(story, name)
    assert not story.page("rosa").seal.is_mine


def test_not_even_its_author_reads_it_through_the_way_in(story):
    view = View.objects.unguarded(because="test").get()
    for name in ("dana", "rosa", "samuel"):
        viewer = story.cast.viewer(name)
        with pytest.raises(NotFound):
            see(viewer, View, view.id)
        assert not View.objects.visible_to(viewer).exists()


@pytest.mark.parametrize(("act", "trigger"), [("lean", "client_lean"), ("ask", "client_ask")])
def test_it_opens_by_her_leaning_or_asking_and_the_trail_says_so(story, act, trigger):
    getattr(story, act)()
    view = story.page("samuel").now_round.views[0]
    assert (view.trigger, view.was_sealed, view.prefers) == (trigger, True, "way A")
    assert view.opened_at == story.cast.now
    line = TrailLine.objects.get(kind="view", doing="lean" if act == "lean" else "ask_for_view")
    assert line.actor_id == story.cast.accounts["rosa"].person_id


def test_no_one_else_can_open_it(story, signed_in):
    for name in ("dana", "amir", "samuel"):
        with pytest.raises(Denied):
            story.ask(name)
        with pytest.raises(Denied):
            story.lean(name)
        assert signed_in(name).post(story.url("ask/"), {"key": "k"}).status_code == 403
        assert signed_in(name).post(story.url("lean/"), {"key": "k", "main": story.ways["A"]}).status_code == 403
    assert View.objects.unguarded(because="test").get().opened_at is None


def test_it_expires_with_a_choice_and_its_words_are_gone(story):
    story.choose()
    assert story.page("dana").now_round.views == ()
    assert not story.page("dana").seal.exists
    view = View.objects.unguarded(because="test").get()
    assert (view.said, view.ended_at) == ({}, story.cast.now)
    story.do(actions.reopen_decision, "rosa", why="again")
    story.lean()
    assert story.page().now_round.views == ()


def test_its_author_replaces_it_or_takes_it_back_unseen(story):
    story.view(text="another, and kinder", letter=None)
    assert [view.said for view in View.objects.unguarded(because="test").exclude(ended_at=None)] == [{}]
    with pytest.raises(actions.NotNow):
        story.do(actions.take_back_view, "amir")
    story.do(actions.take_back_view, "dana")
    assert not story.page("dana").seal.exists
    story.lean()
    assert story.page().now_round.views == ()


def test_each_of_two_workers_has_a_view_and_both_open_together(story):
    story.view("amir", text="I would wait", letter=None)
    story.ask()
    assert {view.author for view in story.page().now_round.views} == {"Dana", "Amir"}


def test_while_somebody_pushes_her_it_stays_closed_whatever_she_does(story):
    story.check(not_pushed=Answer.NO)
    with pytest.raises(actions.SealStaysClosed):
        story.ask()
    story.lean()
    page = story.page()
    assert (page.seal.exists, page.seal.trigger, page.now_round.views) == (True, None, ())
    assert page.now_round.lean.main == ("way C",)
    story.check(not_pushed=Answer.NOT_SURE)
    assert story.page().now_round.views == (), "changing the answer opens nothing by itself"
    story.ask()
    assert len(story.page().now_round.views) == 1


def test_being_pushed_lasts_into_the_next_round(story):
    story.check(not_pushed=Answer.NO)
    story.choose()
    story.do(actions.reopen_decision, "rosa", why="again")
    story.view(text="once more", letter=None)
    story.lean()
    assert story.page().now_round.views == ()


def test_after_she_has_spoken_a_worker_says_i_see_it_differently_and_backs_her(story):
    with pytest.raises(actions.SealHolds):
        story.view(text="", letter=None, backs=True)
    story.lean()
    story.view(text="", letter=None, backs=True)
    view = story.page().now_round.views[-1]
    assert (view.backs, view.was_sealed) == (True, False)
    story.choose()
    story.view(text="I will be there on the day.", letter=None)
    assert len(story.page().now_round.views) == 3


def test_when_she_never_spoke_nothing_is_said_after_her_choice(story):
    story.choose()
    with pytest.raises(actions.NotNow):
        story.view(text="I told you", letter=None)


def test_a_new_round_is_sealed_anew(story):
    story.lean()
    story.choose()
    story.do(actions.reopen_decision, "rosa", why="again")
    story.view(text="second thoughts", letter=None)
    page = story.page()
    assert (page.now_round.views, page.seal.exists, page.seal.trigger) == ((), True, None)
    assert PLANTED in page.earlier[0].views[0].text


def test_writing_one_takes_the_same_path_whether_or_not_it_prefers_a_way(story):
    def statements(letter):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            story.view(text="the same length", letter=letter)
        return [re.sub(r"X'[0-9a-fA-F]*'|'[^']*'|\\x[0-9a-f]+|\d+", "?", one["sql"]) for one in seen]

    assert statements("A") == statements(None) == statements("D")


def test_the_page_is_the_same_whichever_way_is_preferred(story, signed_in):
    def drawn(letter):
        story.view(text="mine", letter=letter)
        text = ""
        for show in ("", "?show=lean", "?show=say_lean", "?show=choose", "?show=fit_way"):
            text += signed_in("rosa").get(story.url() + show, headers={"X-Order": "0" * 16}).content.decode()
        return re.sub(r'value="[0-9a-zA-Z-]{30,64}"|data-changes="\d+"|nonce="[^"]*"', "", text)

    assert drawn("A") == drawn("D") == drawn(None)


def test_a_failed_form_gives_its_words_back_to_who_sent_it_and_to_nobody_after(story, signed_in):
    browser = signed_in("dana")
    typed = {"text": "peppermint \u202e canyon", "prefers": str(story.ways["D"]), "key": "k"}
    answer = browser.post(story.url("view/"), typed)
    assert answer.status_code == 400
    assert "peppermint" in answer.content.decode()
    assert re.search(rf'<option value="{story.ways["D"]}"[^>]* selected', answer.content.decode())
    for name in ("dana", "rosa"):
        assert "peppermint" not in signed_in(name).get(story.url()).content.decode()
    again = browser.get(story.url() + "?show=write_view").content.decode()
    form = again.split('id="write-view"')[1].split("</form>")[0]
    assert "selected" not in form.replace('value="" selected', "")
    assert 'autocomplete="off"' in form


def test_the_answer_to_writing_it_holds_nothing_of_it(story, signed_in):
    browser = signed_in("dana")
    answer = browser.post(story.url("view/"), {"text": "lanternfish", "prefers": str(story.ways["D"]), "key": "k"})
    assert answer.status_code == 303
    assert "lanternfish" not in str(answer.headers) + answer.content.decode()
    assert str(story.ways["D"]) not in str(answer.headers)
    assert "lanternfish" not in str(dict(browser.session))
