"""The live script in a real browser, against pages that the test itself hands out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser import close

SCRIPT = Path(__file__).resolve().parents[2] / "alongside" / "web" / "static" / "web" / "live.js"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
PAGE = "http://house.example/space/1/page/"

pytestmark = pytest.mark.browser


class Site:
    """Hands out one page, its script and its stream. Each time the stream is opened it says what it says now."""

    def __init__(self, browser: Any) -> None:
        self.main, self.attributes = "", ""
        self.changes, self.says = 1, None
        self.status, self.stream_status = 200, 200
        self.asked: list[dict[str, str]] = []
        self.streams = 0
        self.said: list[str] = []
        self.context = browser.new_context()
        self.context.set_default_timeout(20_000)
        self.context.route("**/*", self.answer)

    def answer(self, route: Any) -> None:
        path = urlsplit(route.request.url).path
        if path == "/live/1":
            self.streams += 1
            says = f"event: hello\ndata: {self.changes}\n\n" if self.says is None else self.says
            kind = {"Content-Type": "text/event-stream"}
            route.fulfill(status=self.stream_status, headers=kind, body=f"retry: 50\n{says}")
        elif path == "/live.js":
            route.fulfill(content_type="text/javascript", body=SCRIPT.read_text())
        elif path == urlsplit(PAGE).path:
            if "x-live" in route.request.headers:
                self.asked.append(route.request.headers)
            headers = {"Content-Type": "text/html", "Content-Security-Policy": POLICY}
            route.fulfill(status=self.status, headers=headers, body=self.page())
        else:
            route.fulfill(status=404)

    def page(self) -> str:
        return (
            f'<!doctype html><body data-live-url="/live/1" data-changes="{self.changes}"{self.attributes}>'
            f'<main id="main">{self.main}</main><script src="/live.js"></script>'
        )

    def open(self, main: str, attributes: str = "") -> Any:
        self.main, self.attributes = main, attributes
        page = self.context.new_page()
        page.on("console", lambda line: self.said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(PAGE)
        return page

    def change(self, main: str) -> None:
        self.main, self.changes = main, self.changes + 1


@pytest.fixture
def site(chromium: Any) -> Any:
    site = Site(chromium)
    yield site
    close(site.context)
    assert not [line for line in site.said if "Failed to load resource" not in line]


def part(name: str, content: str) -> str:
    return f'<section id="{name}" data-live>{content}</section>'


def test_only_the_part_that_came_back_different_is_put_in(site):
    page = site.open("<h1>Title</h1>" + part("a", "<p>old</p>") + part("b", "<p>stays</p>") + "<p id=c>not live</p>")
    page.evaluate("document.getElementById('b').mine = true; document.getElementById('a').mine = true")
    site.change("<h1>Other</h1>" + part("a", "<p>new</p>") + part("b", "<p>stays</p>") + "<p id=c>changed</p>")
    page.get_by_text("new").wait_for()
    assert page.evaluate("document.getElementById('b').mine") is True
    assert page.evaluate("document.getElementById('a').mine") is None
    assert page.inner_text("h1") == "Title"
    assert page.inner_text("#c") == "not live"
    assert page.get_attribute("body", "data-changes") == "2"


def test_a_page_that_missed_nothing_asks_for_nothing(site):
    page = site.open(part("a", "<p>old</p>"))
    for _ in range(400):
        if site.streams > 2:
            break
        page.wait_for_timeout(50)
    assert site.streams > 2, "the line broke and was opened again"
    assert site.asked == []


def test_the_keys_of_forms_and_what_is_unfolded_do_not_count_as_a_change(site):
    form = '<form><input type="hidden" name="key" value="{}"></form><details id="d"><summary>More</summary>x</details>'
    page = site.open(part("a", form.format("1")) + part("b", "<p>old</p>"))
    page.click("summary")
    page.evaluate("document.getElementById('a').mine = true")
    site.change(part("a", form.format("2")) + part("b", "<p>new</p>"))
    page.get_by_text("new").wait_for()
    assert page.evaluate("document.getElementById('a').mine") is True


def test_what_is_unfolded_stays_unfolded(site):
    fold = (
        '<details id="d"><summary>More</summary><p>{}</p></details><details id="e" open><summary>E</summary></details>'
    )
    page = site.open(part("a", fold.format("old")))
    page.click("#d summary")
    page.click("#e summary")
    page.evaluate("document.activeElement.blur()")
    site.change(part("a", fold.format("new")))
    page.get_by_text("new").wait_for()
    assert page.evaluate("[document.getElementById('d').open, document.getElementById('e').open]") == [True, False]


@pytest.mark.parametrize("use", ["focus", "typed", "dialog"])
def test_a_part_in_use_waits_until_it_is_free(site, use):
    inside = '<p>{}</p><input id="i"><dialog id="g"><button id="k">Close</button></dialog>'
    page = site.open(part("a", inside.format("old")) + part("b", "<p>before</p>") + '<button id="out">Out</button>')
    if use == "focus":
        page.focus("#i")
    elif use == "typed":
        page.fill("#i", "half a sentence")
        page.focus("#out")
    else:
        page.evaluate("document.getElementById('g').showModal()")
    site.change(part("a", inside.format("new")) + part("b", "<p>after</p>"))
    page.get_by_text("after").wait_for()
    assert page.inner_text("#a p") == "old"
    if use == "focus":
        page.focus("#out")
    elif use == "typed":
        page.fill("#i", "")
        page.focus("#out")
    else:
        page.evaluate("document.getElementById('g').close(); document.activeElement.blur()")
    page.get_by_text("new").wait_for()
    assert len(site.asked) == 2


def test_a_part_that_is_gone_is_emptied_and_one_that_is_new_takes_its_place_in_order(site):
    page = site.open(part("a", "<p>first</p>") + part("b", "<p>second</p>") + part("d", "<p>fourth</p>"))
    site.change(part("a", "<p>first</p>") + part("c", "<p>third</p>") + part("d", "<p>fourth</p>"))
    page.get_by_text("third").wait_for()
    assert page.inner_html("#b") == ""
    order = page.evaluate("Array.from(document.querySelectorAll('main > section'), one => one.id).join('')")
    assert order.replace("b", "") == "acd"
    site.change(part("a", "<p>first</p>") + part("b", "<p>back</p>") + part("d", "<p>fourth</p>"))
    page.get_by_text("back").wait_for()


def test_what_is_being_read_stays_where_it_is(site):
    long = "<p>line</p>" * 100
    page = site.open(part("a", "<p>old</p>") + long + '<p id="here">here</p>' + long)
    page.evaluate("document.getElementById('here').scrollIntoView()")
    before = page.evaluate("document.getElementById('here').getBoundingClientRect().top")
    site.change(part("a", "<p>new</p>" * 20) + long + '<p id="here">here</p>' + long)
    page.get_by_text("new").first.wait_for()
    assert page.evaluate("document.getElementById('here').getBoundingClientRect().top") == pytest.approx(before, abs=1)


def test_a_burst_is_one_request_under_way_and_one_more(site):
    page = site.open(part("a", "<p>old</p>"))
    site.says = "".join(f"event: changed\ndata: {number}\n\n" for number in range(5, 60))
    site.change(part("a", "<p>new</p>"))
    site.changes = 59
    page.get_by_text("new").wait_for()
    site.says = None
    page.wait_for_timeout(300)
    assert 1 <= len(site.asked) <= 3


def test_it_says_that_it_is_the_script_and_which_order_the_page_has(site):
    page = site.open(part("a", "<p>old</p>"), ' data-order="3,1,2"')
    site.change(part("a", "<p>new</p>"))
    page.get_by_text("new").wait_for()
    assert site.asked[0]["x-live"] == "1"
    assert site.asked[0]["x-order"] == "3,1,2"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_page_that_may_not_be_seen_any_more_leaves_the_screen(site, status):
    page = site.open(part("a", "<p>words of somebody</p>"))
    site.status, site.says = status, "event: ended\ndata: 0\n\n"
    site.main = "<p>Nothing here</p>"
    page.get_by_text("words of somebody").wait_for(state="detached")


def test_what_is_being_typed_stays_when_the_rest_leaves_the_screen(site):
    page = site.open(part("a", "<p>words of somebody</p>") + '<form><textarea id="t"></textarea></form>')
    page.fill("#t", "a long sentence")
    site.status, site.says = 401, "event: ended\ndata: 0\n\n"
    page.get_by_text("words of somebody").wait_for(state="detached")
    assert page.input_value("#t") == "a long sentence"
    asked, streams = len(site.asked), site.streams
    page.wait_for_timeout(300)
    assert (len(site.asked), site.streams) == (asked, streams)


def test_a_stream_that_is_refused_is_tried_again_with_the_page(site):
    site.stream_status = 503
    page = site.open(part("a", "<p>old</p>"))
    site.change(part("a", "<p>new</p>"))
    page.get_by_text("new").wait_for()
    first = site.streams
    site.stream_status = 200
    page.wait_for_timeout(2500)
    assert site.streams > first


def test_an_answer_to_a_form_that_was_not_taken_is_left_alone(site):
    page = site.open(part("a", "<p>old</p>"), " data-posted")
    site.change(part("a", "<p>new</p>"))
    page.wait_for_timeout(300)
    assert (site.streams, site.asked) == (0, [])


def test_the_stream_is_closed_while_nobody_looks(site):
    page = site.open(part("a", "<p>old</p>"))
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(200)
    before = site.streams
    site.change(part("a", "<p>new</p>"))
    page.wait_for_timeout(300)
    assert (site.streams, site.asked) == (before, [])
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false, configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_text("new").wait_for()


def test_a_phone_with_a_browser_of_2018_can_read_the_script():
    newer = (
        r"\?\.(?!\d)|\?\?|\*\*|\basync\b|\bawait\b|\.\.\.\{|\bcatch\s*\{|#[a-z]\w*\s*[=;(]"
        r"|\b(?:flatMap|fromEntries|replaceAll|allSettled)\b"
    )
    assert re.findall(newer, SCRIPT.read_text()) == []
