"""Where am I signed in, and ending it; changing the secret."""

import pytest
from django.test import Client

from alongside.people.models import Account, Device
from tests.conftest import PASSWORD, PIN
from tests.people.conftest import come_in, is_in

PHONE = "Mozilla/5.0 (Linux; Android 8.1.0; SM-J260F) AppleWebKit/537.36 Chrome/70.0 Mobile Safari/537.36"


def page_of(browser: Client, url: str = "/devices/") -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_rosa_sees_where_she_is_signed_in_and_which_is_this_one(numbers, frozen, everything_kept):
    phone = come_in(numbers["rosa"], client=Client(HTTP_USER_AGENT=PHONE)).client
    come_in(numbers["rosa"])
    page = page_of(phone)
    assert page.index("A phone") < page.index("this one") < page.index("A computer")
    assert page.count("this one") == 1 + page.count("End this one")
    assert "SM-J260F" not in page
    assert "SM-J260F" not in everything_kept()


def test_a_device_that_rosa_ends_is_refused_on_its_next_request(cast, signed_in):
    phone, library = signed_in("rosa"), signed_in("rosa")
    other = Device.objects.get(session_key=library.session.session_key)
    assert phone.post(f"/devices/{other.id}/end/").status_code == 303
    assert library.get(f"/space/{cast.spaces['rosa']}/reach/").status_code == 302
    assert is_in(phone)


def test_rosa_ends_all_the_others(signed_in):
    phone, *others = signed_in("rosa"), signed_in("rosa"), signed_in("rosa")
    assert phone.post("/devices/end-others/").status_code == 303
    assert is_in(phone)
    assert not any(is_in(other) for other in others)


def test_robin_and_dana_find_no_device_of_rosas(cast, signed_in):
    phone = signed_in("rosa")
    device = Device.objects.get(account=cast.accounts["rosa"])
    for name in ("robin", "dana", "nadia"):
        assert signed_in(name).post(f"/devices/{device.id}/end/").status_code == 404
    assert Client().post(f"/devices/{device.id}/end/").status_code == 401
    assert is_in(phone)


def test_the_list_costs_the_same_however_long_it_is(signed_in, django_assert_max_num_queries):
    phone = signed_in("rosa")
    for _ in range(5):
        signed_in("rosa")
    with django_assert_max_num_queries(5):
        assert page_of(phone).count("End this one") == 5


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_looking_ends_nothing(signed_in, method):
    browser = signed_in("rosa")
    other = signed_in("rosa")
    assert getattr(browser, method)("/devices/end-others/").status_code == 405
    assert is_in(other)


def test_rosa_changes_her_pin_and_her_other_devices_are_signed_out(cast, numbers, frozen):
    phone, library = come_in(numbers["rosa"]).client, come_in(numbers["rosa"]).client
    old_key = phone.session.session_key
    typed = {"old": PIN, "new": "906172", "again": "906172"}
    assert phone.post("/pin/", typed).status_code == 303
    assert (is_in(phone), is_in(library)) == (True, False)
    assert phone.session.session_key != old_key
    assert Device.objects.get().session_key == phone.session.session_key
    assert come_in(numbers["rosa"]).status_code == 400
    assert come_in(numbers["rosa"], "906172").status_code == 303


def test_a_wrong_old_pin_a_weak_one_a_copied_one_and_a_slip_change_nothing(cast, numbers, frozen):
    phone = come_in(numbers["rosa"]).client
    for typed in (
        {"old": "111111", "new": "906172", "again": "906172"},
        {"old": PIN, "new": "123456", "again": "123456"},
        {"old": PIN, "new": numbers["rosa"][2:9], "again": numbers["rosa"][2:9]},
        {"old": PIN, "new": "906172", "again": "906173"},
    ):
        answer = phone.post("/pin/", typed)
        assert answer.status_code == 400
        assert not any(secret in answer.content.decode() for secret in typed.values())
    assert Account.objects.get(pk=cast.accounts["rosa"].pk).check_password(PIN)


def test_an_old_pin_cannot_be_guessed_in_an_open_browser(signed_in):
    phone = signed_in("rosa")
    typed = {"old": "111111", "new": "906172", "again": "906172"}
    assert [phone.post("/pin/", typed).status_code for _ in range(6)] == [400] * 5 + [429]
    assert phone.post("/pin/", {**typed, "old": PIN}).status_code == 429


def test_dana_changes_her_password(cast, signed_in):
    laptop, other = signed_in("dana"), signed_in("dana")
    new = "three herons at the weir"
    assert laptop.post("/password/", {"old": "no", "new": new, "again": new}).status_code == 400
    assert laptop.post("/password/", {"old": PASSWORD, "new": "short", "again": "short"}).status_code == 400
    assert laptop.post("/password/", {"old": PASSWORD, "new": new, "again": new}).status_code == 303
    assert (is_in(laptop), is_in(other)) == (True, False)


def test_each_has_only_the_page_that_is_theirs(signed_in):
    assert signed_in("rosa").get("/password/").status_code == 404
    assert signed_in("dana").get("/pin/").status_code == 404
