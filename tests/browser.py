"""A real browser and a real server, for the stories. Imported by `conftest.py`, so that every test may ask for them.

`server`            the whole ASGI application, pages and live streams, in a thread of this process. Its
                    clock is the test's (`frozen`), its database the test's, truly committed and emptied
                    afterwards. `server.url` is its address.
`open_page`         opens a window in the system's Chromium; a test that asks for it is skipped by name
                    where there is none. Each call is a browser of its own, with its own cookies:

                        rosa = open_page("rosa", "/today/")
                        dana = open_page("dana", "/people/", width=1280, height=800)
                        open_page("", "/hard/", dark=True, language="ar", javascript=False)

                    Addresses are paths. Nothing is found anywhere but on our server; whatever a page asks from
                    elsewhere is said in the console, and the test fails for that as for every error there (a
                    breach of the content security policy, say). With `leaves`, a stand-in plays the page that
                    "Leave this page" opens; only then, for Chromium keeps no cache where requests are answered
                    for it.
`axe(page)`         what is amiss for people who do not see, hear, point or read like us: a list of sentences,
                    empty when all is well. WCAG 2.0 to 2.2, A and AA, and axe's own good practice.
`no_overflow(page)` what sticks out of the window sideways: a list of tags, empty when all is well.
`well(page)`        asserts both.
`close(context)`    closes a window that a test opened by itself.

Mark such tests with `pytest.mark.browser`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.db import connections

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SECONDS_TO_START = 60
SECONDS_TO_WAIT = 30  # a machine with more to do than this one is no fault of a page
SECONDS_TO_STOP = 10
NEUTRAL = "<!doctype html><html lang=en><title>Neutral</title><h1>A harmless page</h1></html>"
# Chromium writes these for every answer that is not a 200, and when a test takes its line away.
NOT_AN_ERROR = (
    "Failed to load resource: the server responded with a status of",
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
)


def database_in_files() -> None:
    """Keep SQLite's test databases in files, so that the threads of the server see what the test wrote.

    Shared memory would do for one thread; with two, SQLite's shared cache refuses instead of waiting.
    """
    for alias, database in settings.DATABASES.items():
        if "sqlite" in database["ENGINE"]:
            database["TEST"]["NAME"] = str(settings.DATA / f"test-{alias}.sqlite3")


# --- The server ----------------------------------------------------------------------------------


class _Server(uvicorn.Server):
    """Lets the open streams go before it waits for whatever else is under way."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        from alongside.config import asgi

        await asgi.stop()
        await super().shutdown(sockets)


@dataclass(frozen=True)
class Served:
    """Where the server is."""

    url: str


@pytest.fixture
def server(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The whole application on a free port, from the start of the test to its end."""
    from alongside.config import asgi

    monkeypatch.setattr(settings, "TEND_SECONDS", 0)  # a test says itself when what is due is done
    kept = {alias: connections.settings[alias].get("CONN_MAX_AGE") for alias in connections}
    for alias in kept:
        connections.settings[alias]["CONN_MAX_AGE"] = 0  # no thread keeps a connection that outlives the test
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        asgi.application, lifespan="on", ws="none", access_log=False, log_config=None, timeout_graceful_shutdown=2
    )
    running = _Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, name="server", daemon=True)
    thread.start()
    _wait(lambda: running.started or not thread.is_alive(), SECONDS_TO_START)
    assert running.started, "The server did not start; its reason stands above."
    try:
        yield Served(f"http://localhost:{listening.getsockname()[1]}")
    finally:
        running.should_exit = True
        thread.join(SECONDS_TO_STOP)
        listening.close()
        for alias, age in kept.items():
            connections.settings[alias]["CONN_MAX_AGE"] = age
        assert not thread.is_alive(), "The server did not stop."


def _wait(done: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not done() and time.monotonic() < until:
        time.sleep(0.01)


# --- The browser ---------------------------------------------------------------------------------


def chromium_path() -> str:
    """Where the system's Chromium is; empty when there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


class _Chromium:
    """The browser of a run. One that stopped answering is left alone, and another one is started in its place."""

    def __init__(self) -> None:
        path = chromium_path()
        if not path:
            pytest.skip("needs the system's Chromium, which is not here")
        from playwright.sync_api import expect, sync_playwright

        expect.set_options(timeout=SECONDS_TO_WAIT * 1000)
        self.path, self.playing = path, sync_playwright().start()
        # Playwright leaves its event loop marked as running in this thread, which Django and `asyncio.run`
        # would take for theirs. So the mark is there only while a browser test runs: see `chromium`.
        self.loop = asyncio.get_running_loop()
        self.browser: Any = None

    def answers(self) -> Any:
        """A browser that answers."""
        if self.browser is None or self.browser in _hung:
            self.browser = self.playing.chromium.launch(
                executable_path=self.path,
                # The microphone is a machine's: it hums for a page that a test gave `permissions=["microphone"]`.
                args=[
                    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--use-fake-device-for-media-stream",
                    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
                ],
            )  # fmt: skip
        return self.browser


_hung: list[Any] = []


def close(opened: Any) -> None:
    """Close a window or a browser. Chromium now and then never says that it has: nobody waits for that for ever."""
    try:
        opened._sync(asyncio.wait_for(opened._impl_obj.close(reason=None), SECONDS_TO_WAIT))
    except TimeoutError:
        _hung.append(getattr(opened, "browser", None) or opened)


@pytest.fixture(scope="session")
def _chromium() -> Iterator[_Chromium]:
    found = _Chromium()
    asyncio._set_running_loop(None)
    yield found
    asyncio._set_running_loop(found.loop)
    if found.browser is not None and found.browser not in _hung:
        close(found.browser)
    found.playing.stop()


@pytest.fixture
def chromium(_chromium: _Chromium) -> Iterator[Any]:
    """The browser, started once a run."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    asyncio._set_running_loop(_chromium.loop)
    yield _chromium.answers()
    connections.close_all()  # with the mark there, Django keeps connections apart from those without it
    asyncio._set_running_loop(None)
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class _Watch:
    """What no page of ours may do."""

    said_in_console: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(chromium: Any, server: Served, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Open a window as somebody of the cast, or as nobody in particular."""
    watch, contexts = _Watch(), []

    def open_page(
        who: str = "",
        path: str = "",
        *,
        width: int = 360,
        height: int = 740,
        dark: bool = False,
        language: str = "en",
        javascript: bool = True,
        leaves: bool = False,
        **options: Any,
    ) -> Any:
        context = chromium.new_context(
            base_url=server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=language,
            java_script_enabled=javascript,
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(SECONDS_TO_WAIT * 1000)
        if leaves:
            context.route(settings.LEAVE_TO, lambda route: route.fulfill(body=NEUTRAL, content_type="text/html"))
        if who:
            signed_in = request.getfixturevalue("signed_in")(who)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": signed_in.cookies[name].value, "url": server.url}])
        page = context.new_page()
        page.on("console", lambda line: _note(watch, line))
        page.on("pageerror", lambda error: watch.said_in_console.append(str(error)))
        if path:
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        close(context)
    assert not watch.said_in_console, f"A page said in the console: {watch.said_in_console}"


def _note(watch: _Watch, line: Any) -> None:
    if line.type == "error" and not line.text.startswith(NOT_AN_ERROR):
        watch.said_in_console.append(line.text)


# --- What is looked at ---------------------------------------------------------------------------

RUN_AXE = """async ([only, without]) => {
  const found = await axe.run(document, {
    resultTypes: ['violations'],
    runOnly: only ? {type: 'rule', values: [only]}
      : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: without ? {[without]: {enabled: false}} : {},
  });
  return found.violations.map(rule => rule.id + ': ' + rule.help + ': '
    + rule.nodes.map(node => node.target.join(' ') + ' ' + (node.any[0] || {message: ''}).message).join(' | '));
}"""

FIND_OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) { return []; }
  return Array.from(document.body.querySelectorAll('*'))
    .filter(one => { const box = one.getBoundingClientRect(); return box.right > width + 0.5 || box.left < -0.5; })
    .map(one => one.tagName + '.' + one.getAttribute('class') + ' ' + (one.textContent || '').trim().slice(0, 40))
    .concat('wide: ' + document.documentElement.scrollWidth);
}"""


COLOURS = "color-contrast"


def axe(page: Any, *, only: str = "", without: str = "") -> list[str]:
    """What axe finds amiss on a page, a sentence each; empty when all is well.

    `only` names a single rule; `without` names one to leave out (the colours, say, which do not know the language).
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(RUN_AXE, [only, without])
    return found


def axe_light_and_dark(page: Any, *, language: str) -> list[str]:
    """What axe finds amiss in light and dark. Colours are looked at in English alone: they do not know the language."""
    if language != "en":
        return axe(page, without=COLOURS)
    found = axe(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # a colour on its way is neither
    found += axe(page, only=COLOURS)
    page.emulate_media(color_scheme="light")
    return found


def no_overflow(page: Any) -> list[str]:
    """What makes a page scroll sideways; empty when nothing does."""
    found: list[str] = page.evaluate(FIND_OVERFLOW)
    return found


def well(page: Any) -> None:
    """Assert that a page is usable by everybody and fits the window."""
    assert axe(page) == []
    assert no_overflow(page) == []
