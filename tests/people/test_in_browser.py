"""Signing in with a real browser: the code on a card, a passkey, and how the pages look."""

from __future__ import annotations

import datetime

import pytest

from tests.browser import axe_light_and_dark, close, no_overflow
from tests.conftest import PASSWORD, PIN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]


def type_password(page) -> None:
    page.goto("/account/sign-in/")
    page.fill("[name=login]", "dana@riverside.example")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Go on")


def with_a_key(page) -> None:
    """Plug a key into the browser that says yes whenever it is asked."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": key})


def test_the_code_on_a_card_fills_the_number_in_and_leaves_no_trace_in_the_address(numbers, frozen, open_page):
    page = open_page("", f"/#{numbers['rosa']}")
    page.wait_for_function("document.activeElement.name === 'pin'")
    assert page.input_value("[name=number]").replace(" ", "") == numbers["rosa"]
    assert page.evaluate("location.href").endswith("/")
    page.fill("[name=pin]", PIN)
    page.click("text=Come in")
    page.wait_for_url("**/today/")
    assert numbers["rosa"] not in page.content()


def test_dana_sets_up_a_passkey_and_comes_in_with_it(cast, frozen, open_page):
    page = open_page("", "/")
    with_a_key(page)
    type_password(page)
    page.goto("/account/second-step/passkeys/add/")
    page.click("text=Set it up")
    page.click("text=Show them now")
    page.wait_for_selector("text=I have kept them")
    page.goto("/devices/")
    page.click("text=Sign out here")
    page.wait_for_url("**/")
    frozen.shift(datetime.timedelta(minutes=1))
    type_password(page)
    page.click("text=Use my passkey")
    page.wait_for_url("**/today/")
    assert page.goto("/devices/").status == 200


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_are_for_everybody(cast, signed_in, frozen, open_page, language):
    for who, path in (
        ("", "/"),
        ("", "/account/sign-in/"),
        ("rosa", "/devices/"),
        ("rosa", "/pin/"),
        ("dana", "/account/second-step/"),
    ):
        page = open_page(who, path, language=language)
        assert axe_light_and_dark(page, language=language) == [], path
        assert no_overflow(page) == [], path
        close(page.context)
