"""How long somebody stays signed in."""

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alongside.people import sessions
from alongside.people.models import Device
from tests.people.conftest import come_in, is_in

MINUTE = datetime.timedelta(minutes=1)


def writes_of(browser: Client, url: str = "/devices/") -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(url).status_code == 200
    return [query["sql"] for query in asked if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]


@pytest.mark.parametrize(("who", "minutes"), [("rosa", 10), ("dana", 15)])
def test_a_session_on_a_shared_device_ends_after_a_short_time_without_use(signed_in, frozen, who, minutes):
    browser = signed_in(who)
    frozen.shift((minutes - 1) * MINUTE)
    assert is_in(browser)
    frozen.shift((minutes - 1) * MINUTE)
    assert is_in(browser)
    frozen.shift(minutes * MINUTE)
    assert not is_in(browser)


def began_earlier(browser: Client, before: datetime.timedelta) -> None:
    """Move the moment of signing in back, as if she had been busy here all the time since."""
    session = browser.session
    session[sessions.BEGAN] -= int(before.total_seconds())
    session.save()


@pytest.mark.parametrize("who", ["rosa", "dana"])
def test_a_session_ends_after_twelve_hours_however_much_it_is_used(signed_in, frozen, who):
    browser = signed_in(who)
    began_earlier(browser, 12 * 60 * MINUTE - 10 * MINUTE)
    for _ in range(3):
        frozen.shift(3 * MINUTE)
        assert is_in(browser)
    frozen.shift(1.1 * MINUTE)
    assert not is_in(browser)


def test_a_device_that_is_hers_alone_stays_signed_in_overnight_and_not_for_ever(numbers, frozen):
    browser = come_in(numbers["rosa"], her_own="on").client
    assert browser.cookies["sessionid"]["max-age"] == 12 * 3600
    frozen.shift(11 * 60 * MINUTE)
    assert is_in(browser)
    began_earlier(browser, datetime.timedelta(days=29))
    for _ in range(2):
        frozen.shift(6 * 60 * MINUTE)
        assert is_in(browser)
    frozen.shift(61 * MINUTE)
    assert not is_in(browser)


def test_a_device_that_is_hers_alone_is_forgotten_after_twelve_hours_without_use(numbers, frozen):
    browser = come_in(numbers["rosa"], her_own="on").client
    frozen.shift(12 * 60 * MINUTE)
    assert not is_in(browser)


def test_elsewhere_the_cookie_ends_with_the_browser(numbers, frozen):
    cookie = come_in(numbers["rosa"]).client.cookies["sessionid"]
    assert not cookie["max-age"]
    assert not cookie["expires"]


def test_looking_writes_nothing_until_a_fifth_of_the_idle_time_is_over(signed_in, frozen):
    browser = signed_in("rosa")
    frozen.shift(1.9 * MINUTE)
    assert not [sql for sql in writes_of(browser) if "session" in sql or "device" in sql]
    frozen.shift(0.2 * MINUTE)
    assert len([sql for sql in writes_of(browser) if "session" in sql]) == 1
    assert not [sql for sql in writes_of(browser) if "session" in sql or "device" in sql]


def test_when_a_device_was_used_is_noted_to_the_hour(cast, numbers, frozen):
    browser = come_in(numbers["rosa"], her_own="on").client
    frozen.shift(190 * MINUTE)
    assert is_in(browser)
    assert Device.objects.get().seen_at == cast.now + datetime.timedelta(hours=3)


def test_a_form_that_comes_too_late_gives_back_what_was_typed(cast, signed_in, frozen):
    browser = signed_in("rosa")
    url = f"/space/{cast.spaces['rosa']}/reach/"
    frozen.shift(11 * MINUTE)
    answer = browser.post(url, {"channel": "text", "never": "never ring the bell"})
    assert answer.status_code == 401
    assert str(sessions.SignedOut.sentence) in answer.content.decode()
    assert "never ring the bell" in answer.content.decode()


def test_who_only_looks_is_asked_to_sign_in_and_the_address_carries_no_more_than_the_path(frozen):
    answer = Client().get("/devices/?secret=1")
    assert (answer.status_code, answer.url) == (302, "/?next=/devices/")


def test_what_has_run_out_is_swept_away_when_somebody_signs_in(cast, signed_in, numbers, frozen):
    signed_in("rosa")
    frozen.shift(11 * MINUTE)
    assert (Session.objects.count(), Device.objects.count()) == (1, 1)
    come_in(numbers["nadia"])
    assert (Session.objects.count(), Device.objects.count()) == (1, 1)
    assert Device.objects.get().account == cast.accounts["nadia"]


def test_signing_out_ends_the_session_and_leaves_no_device(signed_in):
    browser = signed_in("rosa")
    key = browser.session.session_key
    answer = browser.post("/sign-out/")
    assert (answer.status_code, answer.url) == (303, "/")
    assert not is_in(browser)
    assert not Session.objects.filter(session_key=key).exists()
    assert not Device.objects.exists()
    assert browser.post("/sign-out/").status_code == 303
    assert browser.get("/sign-out/").status_code == 405
