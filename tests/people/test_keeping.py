"""What a device may keep for a client when there is no line: nothing, until she says yes there."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from alongside.people import sessions
from alongside.people.models import Device, Keeping
from tests.conftest import PIN
from tests.people.conftest import come_in, is_in

HERE = "/devices/this-one/"
YES = {"alone": "on"}


def keeps(browser: Client) -> bool:
    """Whether the pages of this browser say that they may be kept."""
    return "data-keep=" in browser.get("/today/", follow=True).content.decode()


def is_told_to_forget(answer) -> bool:
    cookie = answer.cookies.get(sessions.KEEPING)
    told = answer.get("X-Forget") == "all" and '"storage"' in answer.get("Clear-Site-Data", "")
    assert told == bool(cookie is not None and not cookie.value)
    return told


@pytest.fixture
def hers(numbers, frozen):
    """Rosa's own phone, on which she said yes."""
    phone = come_in(numbers["rosa"], her_own="on").client
    assert not keeps(phone), "control: not before"
    assert phone.post(HERE, YES).status_code == 303
    assert keeps(phone)
    return phone


def test_nothing_is_kept_before_she_says_yes_on_this_device(numbers, hers):
    library = come_in(numbers["rosa"], her_own="on").client
    assert not keeps(library)
    assert "Nothing is kept on this device" in library.get(HERE).content.decode()
    assert "This device keeps things for you" in hers.get(HERE).content.decode()
    assert "A computer keeps things for you." in hers.get("/devices/").content.decode()


def test_on_a_device_that_others_use_too_there_is_no_yes(numbers, frozen):
    shared = come_in(numbers["nadia"]).client
    assert 'name="alone"' not in shared.get(HERE).content.decode()
    assert shared.post(HERE, YES).status_code == 409
    assert shared.cookies.get(sessions.KEEPING) is None
    assert not keeps(shared)
    assert not Keeping.objects.exists()


def test_yes_must_be_ticked_and_is_one_yes_however_often_it_is_said(numbers, hers):
    assert hers.post(HERE, YES).status_code == 303
    assert Keeping.objects.count() == 1
    other = come_in(numbers["rosa"], her_own="on").client
    assert other.post(HERE, {}).status_code == 400
    assert Keeping.objects.count() == 1


def test_staff_keep_nothing_of_anybodys(signed_in):
    for name in ("dana", "robin"):
        assert signed_in(name).get(HERE).status_code == 404
        assert signed_in(name).post(HERE, YES).status_code == 404
    assert not Keeping.objects.exists()


def test_nobody_else_can_make_her_device_forget(signed_in, hers):
    one = Keeping.objects.get()
    for name in ("nadia", "dana", "robin"):
        assert signed_in(name).post(f"/devices/keeping/{one.id}/end/").status_code == 404
    assert Client().post(f"/devices/keeping/{one.id}/end/").status_code == 401
    assert keeps(hers)


def test_it_goes_on_when_her_session_has_ended_by_itself(numbers, hers, frozen):
    frozen.shift(datetime.timedelta(hours=13))
    answer = hers.get("/")
    assert not is_in(hers)
    assert not is_told_to_forget(answer)
    come_in(numbers["rosa"], client=hers)
    assert keeps(hers)


def test_somebody_else_who_comes_in_there_is_not_taken_for_her(numbers, hers, frozen):
    frozen.shift(datetime.timedelta(hours=13))
    come_in(numbers["nadia"], client=hers, her_own="on")
    assert is_in(hers)
    assert not keeps(hers)
    assert Keeping.objects.count() == 1, "what waits is hers still"


def ends(browser: Client, how: str, other: Client) -> None:
    one = Keeping.objects.get()
    match how:
        case "the device is ended":
            device = Device.objects.get(session_key=browser.session.session_key)
            assert other.post(f"/devices/{device.id}/end/").status_code == 303
        case "all others are ended":
            assert other.post("/devices/end-others/").status_code == 303
        case "another PIN":
            typed = {"old": PIN, "new": "906172", "again": "906172"}
            assert other.post("/pin/", typed).status_code == 303
        case "it shall forget":
            assert other.post(f"/devices/keeping/{one.id}/end/").status_code == 303


@pytest.mark.parametrize("how", ["the device is ended", "all others are ended", "another PIN", "it shall forget"])
def test_from_another_device_it_is_ended_and_this_one_told_at_its_next_contact(numbers, hers, how):
    library = come_in(numbers["rosa"]).client
    assert not is_told_to_forget(hers.get("/devices/")), "control"
    ends(hers, how, library)
    if how != "it shall forget":
        on_the_way = hers.get("/devices/")
        assert on_the_way.status_code == 302
        assert not is_told_to_forget(on_the_way), "scripts cannot read a redirection; the page behind it says it"
    assert is_told_to_forget(hers.get("/" if how != "it shall forget" else "/devices/"))
    assert not is_told_to_forget(hers.get("/")), "once is enough"


def test_even_when_its_session_has_ended_before(numbers, hers, frozen):
    frozen.shift(datetime.timedelta(hours=13))
    library = come_in(numbers["rosa"]).client
    assert library.post("/devices/end-others/").status_code == 303
    assert is_told_to_forget(hers.get("/"))


def test_changing_her_pin_there_leaves_it_there(hers):
    typed = {"old": PIN, "new": "906172", "again": "906172"}
    assert hers.post("/pin/", typed).status_code == 303
    assert keeps(hers)


@pytest.mark.parametrize("way", ["/leave", "/sign-out/"])
def test_leaving_and_signing_out_have_it_forget_at_once(hers, way):
    assert is_told_to_forget(hers.post(way))
    assert not Keeping.objects.exists()


def test_a_cookie_that_is_none_says_nothing(signed_in):
    browser = signed_in("rosa")
    browser.cookies[sessions.KEEPING] = "not an id"
    assert not is_told_to_forget(browser.get("/devices/"))
    assert not keeps(browser)
