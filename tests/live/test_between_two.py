"""Two people, two browsers, one space: what one does shows on the other's page."""

from __future__ import annotations

import time

import pytest
from django.contrib.sessions.models import Session

pytestmark = pytest.mark.browser


def test_what_rosa_says_shows_on_danas_open_page_at_once(cast, open_page):
    path = f"/space/{cast.spaces['rosa']}/reach/"
    rosa, dana = open_page("rosa", path), open_page("dana", path)
    with dana.expect_response(lambda answer: "/live/" in answer.url):
        dana.reload()
    rosa.locator("input[name=number]").fill("07700 900123")
    rosa.locator("main form button").last.click()
    begun = time.perf_counter()
    dana.get_by_text("07700 900123").wait_for()
    seconds = time.perf_counter() - begun
    print(f"\nshown on the other's page after {seconds:.2f} s")
    assert seconds < 5  # one, where nothing else runs


def test_a_session_that_is_ended_elsewhere_clears_the_screen(cast, open_page):
    page = open_page("rosa", f"/space/{cast.spaces['rosa']}/reach/")
    Session.objects.all().delete()
    page.wait_for_url(lambda url: "/space/" not in url.split("?")[0], timeout=15_000)
    assert page.locator("[data-live]").count() == 0
