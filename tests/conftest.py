"""The cast, the clock and the house, for every test.

The cast is made up: Rosa and Nadia are clients; Dana is their worker; Amir covers; Samuel
supervises; Lena runs the agency; Robin is a colleague without a seat in anybody's space.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.template import Template
from django.test import Client
from django.test.utils import _TestState, instrumented_test_render
from django.utils import translation

from alongside.access.middleware import viewer_of
from alongside.access.viewer import Place, Viewer, enter
from alongside.journeys import actions as journeys
from alongside.people.models import Account, Organisation
from alongside.people.rules import Post, Role
from alongside.vault import keys
from tests.browser import _chromium, chromium, database_in_files, open_page, server  # noqa: F401  (fixtures)
from tests.remembered import remembered
from tests.strict_templates import be_strict

MONDAY = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
PASSWORD = "a long enough password"
PIN = "480615"


def pytest_configure() -> None:
    # Argon2 is slow on purpose; a test of its own checks that it is what the house uses.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database_in_files()
    be_strict()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test may use both databases; said before pytest-django asks which ones to set up. The slow ones take
    the time they need; any other that goes on for minutes hangs, and is ended."""
    for item in items:
        if item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(databases=["default", "keys"]))
        if item.get_closest_marker("slow") is not None:
            item.add_marker(pytest.mark.timeout(0))


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> None:
    """Pages name static files by their hash, so they are collected once a run."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _pages_are_drawn_as_they_are(django_test_environment: None) -> None:
    """Django keeps a copy of all that each template was given, for tests that ask; few do, and it takes its time."""
    Template._render = _TestState.saved_data.template_render


@pytest.fixture
def keeps_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that asks an answer for its `context`."""
    monkeypatch.setattr(Template, "_render", instrumented_test_render)


@pytest.fixture(autouse=True)
def _every_test_has_the_house(request: pytest.FixtureRequest) -> None:
    """At its start the house of every test is empty, and speaks English."""
    request.getfixturevalue("db")
    keys.forget_keys()
    translation.activate("en")


@pytest.fixture
def now() -> datetime.datetime:
    """Monday 2 March 2026, nine in the morning."""
    return MONDAY


@pytest.fixture
def frozen(now: datetime.datetime) -> Iterator[time_machine.Traveller]:
    """A clock that stands still at `now` until it is moved."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@dataclass
class Cast:
    """The people of the stories, by first name, and the two spaces."""

    organisation: Organisation
    accounts: dict[str, Account] = field(default_factory=dict)
    spaces: dict[str, Any] = field(default_factory=dict)
    now: datetime.datetime = MONDAY

    def viewer(self, name: str, *, now: datetime.datetime | None = None) -> Viewer:
        """A fresh viewer, as at the start of a request."""
        account = Account.objects.select_related("person").get(pk=self.accounts[name].pk)
        return viewer_of(account, now=now or self.now)

    def place(self, name: str, *, of: str = "rosa", now: datetime.datetime | None = None) -> Place:
        """The space of `of` as `name` stands in it; `NotFound` for who has no seat there."""
        return enter(self.viewer(name, now=now), self.spaces[of])


@pytest.fixture
def cast(request: pytest.FixtureRequest, now: datetime.datetime) -> Cast:
    """Riverside with its staff, and the spaces of Rosa and Nadia, made through the actions.

    A test that also asks for a stretch of life gets the cast who lived it.
    """
    for lived in ("life", "life_so_far"):
        if lived in request.fixturenames:
            found: Cast = request.getfixturevalue(lived).cast
            return found
    return remembered(("cast", now), lambda: gather(now))


@pytest.fixture
def rules_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that changes who may see what: no condition is kept from before the change, or after it."""
    from alongside.access import grounds

    monkeypatch.setattr(grounds, "_text_of", lambda *_about: None)


@pytest.fixture
def life_so_far(frozen: Any, now: datetime.datetime) -> Any:
    """A stretch of life up to the leaning, in which every table has rows: see `tests/promises/life.py`."""
    from tests.promises.life import Life

    return remembered(("life so far", now), lambda: Life(gather(now)))


@pytest.fixture
def life(frozen: Any, now: datetime.datetime) -> Any:
    """The same, and all that came after it."""
    from tests.promises.life import Life

    def lived() -> Life:
        life = Life(gather(now))
        life.goes_on()
        return life

    return remembered(("life", now), lived)


def gather(now: datetime.datetime) -> Cast:
    """Make the cast, in whichever database is open."""
    organisation = journeys.found_organisation(name="Riverside", now=now, time_zone="Europe/London")
    cast = Cast(organisation=organisation, now=now)
    posts = {
        "dana": {Post.WORKER},
        "amir": {Post.WORKER},
        "robin": {Post.WORKER},
        "samuel": {Post.SUPERVISOR},
        "lena": {Post.DIRECTOR},
    }
    for name, held in posts.items():
        cast.accounts[name] = journeys.employ(
            organisation=organisation,
            called=name.capitalize(),
            email=f"{name}@riverside.example",
            password=PASSWORD,
            posts=frozenset(held),
            now=now,
        )
    for name in ("rosa", "nadia"):
        card = journeys.start_partnership(by=cast.viewer("dana"), called=name.capitalize(), language="en", now=now)
        account = card.account
        account.set_password(PIN)
        account.joined_at = now
        account.save()
        cast.accounts[name] = account
        cast.spaces[name] = account.person.key_scope_id
    journeys.give_seat(
        by=cast.viewer("dana"),
        about=cast.place("dana"),
        person_id=cast.accounts["samuel"].person_id,
        role=Role.SUPERVISOR,
        now=now,
    )
    return cast


@pytest.fixture
def signed_in(cast: Cast, frozen: Any) -> Callable[[str], Client]:
    """A browser without JavaScript in which somebody of the cast is signed in, second factor and all."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast.accounts[name], backend="alongside.people.backends.StaffBackend")
        session = client.session
        session["second_factor"] = True
        session.save()
        return client

    return sign_in
