"""Leaving a page in a real browser: at once, for good, and also without JavaScript."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.web.style_page")]

# Says in the console how long after the press, two frames later, what could be seen. It cannot be asked
# for: while the harmless page is on its way, the browser answers no questions about this one.
WATCH = """() => document.addEventListener('submit', () => {
  const pressed = performance.now();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    console.info('seen', performance.now() - pressed, getComputedStyle(document.body).display);
  }));
}, true)"""
PRESS = "document.querySelector('.leave button').click()"


def until_gone(page):
    page.wait_for_url(settings.LEAVE_TO)
    assert page.title() == "Neutral"


def has_session() -> bool:
    return Session.objects.exists()


def wait_until_signed_out(page):
    for _ in range(100):
        if not has_session():
            return
        page.wait_for_timeout(50)
    pytest.fail("The session was not ended.")


def until_blank(open_page) -> float:
    """Press the button while the harmless page does not answer; return the milliseconds until nothing is seen."""
    page = open_page("rosa", "/style/en/", leaves=True)
    held, said = [], []
    page.context.route(settings.LEAVE_TO, lambda route: held.append(route))
    page.on("console", lambda line: said.append(line.text))
    page.evaluate(WATCH)
    page.evaluate(PRESS)
    for _ in range(600):
        if held and said:
            break
        page.wait_for_timeout(50)
    held[0].fulfill(body="<title>Neutral</title>", content_type="text/html")
    _, after, display = said[0].split()
    assert display == "none"
    until_gone(page)
    return float(after)


def test_the_page_is_blank_within_a_tenth_of_a_second(open_page, cast):
    # A busy machine is slow to draw anything at all: one of five is enough.
    assert any(until_blank(open_page) < 100 for _ in range(5))


def test_leaving_signs_her_out_and_back_shows_nothing_of_hers(open_page, cast):
    page = open_page("rosa", "/hard/", leaves=True)
    page.goto("/style/en/")
    assert "Where do we live" in page.inner_text("main")
    page.click(".leave button")
    until_gone(page)
    wait_until_signed_out(page)
    page.go_back()
    assert page.url.endswith("/hard/")
    assert page.locator(".places").count() == 0
    assert settings.SESSION_COOKIE_NAME not in {cookie["name"] for cookie in page.context.cookies(page.url)}


def test_shift_three_times_leaves_too_and_capital_letters_do_not(open_page, cast):
    page = open_page("rosa", "/style/en/", leaves=True)
    page.focus("textarea")
    for _ in range(4):
        page.keyboard.press("Shift+A")
    for _ in range(2):
        page.keyboard.press("Shift")
    page.wait_for_timeout(200)
    assert page.locator("textarea").first.input_value() == "AAAA"
    page.keyboard.press("Shift")
    until_gone(page)
    wait_until_signed_out(page)


def test_it_can_be_reached_with_the_second_press_of_tab(open_page, cast):
    page = open_page("", "/hard/", leaves=True)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('form').className") == "leave"
    page.keyboard.press("Enter")
    until_gone(page)


def test_without_javascript_it_is_a_form_that_does_the_same(open_page, cast):
    page = open_page("rosa", "/style/en/", javascript=False, leaves=True)
    page.click(".leave button")
    until_gone(page)
    assert not has_session()
    assert not page.context.cookies("http://localhost")


def test_without_a_line_the_page_still_goes_blank(open_page, cast):
    page = open_page("rosa", "/style/en/", leaves=True)
    page.context.unroute_all()
    page.context.set_offline(True)
    page.evaluate(PRESS)
    page.wait_for_function("!document.body || !document.body.innerText.includes('Where do we live')")


def test_every_page_can_be_left_and_reached_within_the_budget(open_page, cast):
    page = open_page("", leaves=True)
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/", wait_until="networkidle")
    assert all(answer.ok for answer in answers)
    assert len(answers) <= 5
    assert sum(answer.request.sizes()["responseBodySize"] for answer in answers) <= 100 * 1024
