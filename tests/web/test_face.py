"""The face in a real browser: every piece, in the languages whose words and script strain it most."""

from __future__ import annotations

import pytest

from tests.browser import axe, axe_light_and_dark, no_overflow

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.web.style_page")]

PAGES = ("/style/{}/", "/form/{}/")


@pytest.mark.parametrize("code", ["en", "es", "ar"])
def test_every_piece_is_usable_by_everybody_and_nothing_sticks_out_of_a_narrow_phone(open_page, cast, code):
    page = open_page("rosa")
    for path in PAGES:
        for width in (320, 640, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            page.goto(path.format(code))
            assert no_overflow(page) == []
        assert axe_light_and_dark(page, language=code) == []
        page.evaluate("document.documentElement.style.fontSize = '212.5%'")
        assert no_overflow(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(PAGES[0].format(code))
    assert axe_light_and_dark(page, language=code) == []


# What is smaller than a thumb, apart from links in the middle of a text and the ticks inside a line that is big.
PRESSED = ".btn, .choice, summary, .places a, .languages button, .brand, .hard"
FIND_SMALL = """pressed => Array.from(document.querySelectorAll(pressed))
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && (box.height < 43.5 || box.width < 36))
  .map(([one, box]) => one.className + ' ' + one.textContent.trim() + ' ' + box.width + ' x ' + box.height)"""


@pytest.mark.parametrize("width", [320, 1280])
def test_everything_that_is_pressed_is_as_big_as_a_thumb(open_page, cast, width):
    for path in PAGES:
        assert open_page("rosa", path.format("en"), width=width).evaluate(FIND_SMALL, PRESSED) == []


def test_every_page_of_the_frame_is_usable_by_everybody(open_page, cast):
    for path in ("/hard/", "/nowhere/", "/break/"):
        for who in ("", "dana"):
            page = open_page(who, path)
            assert axe(page) == []
            assert no_overflow(page) == []


def test_a_phone_upside_down_is_not_filled_by_the_bars(open_page, cast):
    page = open_page("rosa", "/style/en/", width=740, height=360)
    page.evaluate("window.scrollTo(0, 600)")
    assert page.evaluate("document.querySelector('.top').getBoundingClientRect().bottom") < 0
    assert page.evaluate("document.querySelector('.places').getBoundingClientRect().bottom") < 0
