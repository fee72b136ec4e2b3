"""The pages of the search: posted, so that no word stands in an address, and nothing is kept."""

import re

import pytest
from django.contrib.sessions.models import Session

from alongside.access.models import TrailLine
from tests.record import steps
from tests.record.many import many

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once

SECRET = "lighthouse"


@pytest.fixture
def said(cast):
    steps.say(cast, f"The <b>Lighthouse</b> flat, and the {SECRET}s beside it")
    return cast


def here(cast, of="rosa"):
    return f"/space/{cast.spaces[of]}/search/"


def test_what_is_found_is_shown_in_its_own_spelling_with_a_mark_and_a_way_there(said, signed_in):
    page = signed_in("rosa").post(here(said), {"words": "LIGHT"}).content.decode()
    assert "&lt;b&gt;<mark>Lighthouse</mark>&lt;/b&gt;" in page
    assert "<mark>lighthouses</mark>" in page
    assert f'href="/space/{said.spaces["rosa"]}/words/"' in page
    nothing = signed_in("rosa").post(here(said), {"words": "zebra"}).content.decode()
    assert "Nothing was found" in nothing
    assert "<mark>" not in nothing


def test_looking_at_the_page_searches_nothing_whatever_stands_in_the_address(said, signed_in):
    before = TrailLine.objects.count()
    page = signed_in("dana").get(here(said) + f"?words={SECRET}")
    assert page.status_code == 200
    assert "<mark>" not in page.content.decode()
    assert TrailLine.objects.count() == before
    form = re.search(r'<form method="post"[^>]*role="search".*?</form>', page.content.decode(), re.S).group()
    assert "csrfmiddlewaretoken" in form


def test_no_word_that_is_searched_for_is_kept_anywhere(said, signed_in):
    rosa = signed_in("rosa")
    answer = rosa.post(here(said), {"words": SECRET})
    assert answer.status_code == 200
    assert SECRET not in str(answer.headers)
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert not [session for session in Session.objects.all() if SECRET in str(session.get_decoded())]


def test_robin_finds_no_space_and_in_all_of_robins_own_nothing(said, signed_in):
    robin = signed_in("robin")
    for method in (robin.get, robin.post):
        assert method(here(said), {"words": SECRET}).status_code == 404
    nothing = robin.post("/search/", {"words": SECRET})
    assert nothing.status_code == 200
    assert "Nothing was found" in nothing.content.decode()
    found = signed_in("dana").post("/search/", {"words": SECRET}).content.decode()
    assert "<mark>lighthouses</mark>" in found, "control"
    assert "<bdi>Rosa</bdi>" in found


def test_a_client_searches_in_her_own_space_only(said, signed_in):
    assert signed_in("rosa").get("/search/").status_code == 404
    assert signed_in("nadia").post(here(said), {"words": SECRET}).status_code == 404
    assert SECRET not in signed_in("nadia").post(here(said, of="nadia"), {"words": "light"}).content.decode()


@pytest.mark.parametrize("typed", ["", "   ", "x" * 101])
def test_what_cannot_be_searched_for_is_said_and_stays_typed(said, signed_in, typed):
    answer = signed_in("rosa").post(here(said), {"words": typed})
    assert answer.status_code == 400
    if typed.strip():
        assert typed in answer.content.decode()
    assert signed_in("rosa").post(here(said), {"words": "light", "after": "-1"}).status_code == 400
    assert signed_in("rosa").post(here(said), {"words": "light", "after": "0"}).status_code == 200, "control"


def test_more_is_shown_on_asking(cast, signed_in):
    many(cast, 130)
    rosa = signed_in("rosa")
    first = rosa.post(here(cast), {"words": "letter"}).content.decode()
    assert first.count("<article") == 50
    assert '<input type="hidden" name="after" value="50">' in first
    second = rosa.post(here(cast), {"words": "letter", "after": "50"}).content.decode()
    assert second.count("<article") > 0


def test_the_way_to_it_stands_on_our_plan_in_the_record_and_with_the_people(said, signed_in):
    for path in (f"/space/{said.spaces['rosa']}/plan/", f"/space/{said.spaces['rosa']}/record/"):
        assert here(said) in signed_in("rosa").get(path).content.decode()
    assert 'href="/search/"' in signed_in("dana").get("/people/").content.decode()
