"""Everything that she weighs on one page, to take along where there is no line."""

from __future__ import annotations

import re

import pytest

from tests.decisions.story import Story


@pytest.fixture
def story(cast):
    found = Story(cast).opened()
    for letter in "AB":
        found.way(letter)
    found.matter("school")
    return found


def test_rosa_finds_every_way_on_one_page_that_may_be_kept(story, signed_in):
    page = signed_in("rosa").get(story.url("on-the-way/")).content.decode()
    assert "data-keep-offline=" in page
    assert page.count('action="' + story.url("fit/")) == len(story.page().ways) == 4
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page)), "ids once"
    assert story.url("on-the-way/") in signed_in("rosa").get(story.url("?show=matters")).content.decode()


def test_only_she_weighs_and_so_only_she_has_it(story, signed_in):
    assert signed_in("robin").get(story.url("on-the-way/")).status_code == 404
    assert signed_in("nadia").get(story.url("on-the-way/")).status_code == 404
    assert signed_in("dana").get(story.url("on-the-way/")).status_code == 403
    assert story.url("on-the-way/") not in signed_in("dana").get(story.url("?show=matters")).content.decode()


def test_with_nothing_to_weigh_it_leads_to_the_question(cast, signed_in):
    story = Story(cast).opened()
    answer = signed_in("rosa").get(story.url("on-the-way/"))
    assert (answer.status_code, answer["Location"]) == (302, story.url())


def test_what_two_devices_said_of_different_things_both_stands(story, signed_in):
    """Drawn on the same weighing, sent one after the other, as after a day without a line."""
    phone, library = signed_in("rosa"), signed_in("rosa")
    way, matter = story.ways["A"], story.matters["school"]
    first = {f"weight_{matter}": "5", "key": "phone"}
    second = {f"fit_{matter}": "-2", "key": "library"}
    assert phone.post(story.url("weigh/"), first).status_code == 303
    assert library.post(story.url(f"fit/{way}/"), second).status_code == 303
    assert sorted(value for value in story.page().weighing.values() if value is not None) == [-2, 5]
    against = library.post(story.url("weigh/"), {f"weight_{matter}": "1", "key": "library 2"})
    assert against.status_code == 409
    assert "In your other window you said: 5" in against.content.decode()
