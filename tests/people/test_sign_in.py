"""A client comes in with card and PIN."""

import datetime

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from alongside.journeys import actions as journeys
from alongside.people import sessions
from alongside.people.models import Account, Device
from tests.conftest import PASSWORD, PIN
from tests.people.conftest import come_in, is_in

WRONG = str(sessions.WrongCardOrPin.sentence)
TOO_MANY = str(sessions.TooManyTries.sentence)


def text_of(answer) -> str:
    return answer.content.decode()


def test_rosa_comes_in_with_card_and_pin(cast, numbers, frozen):
    answer = come_in(numbers["rosa"])
    assert (answer.status_code, answer.url) == (303, "/today/")
    assert is_in(answer.client)
    assert answer.client.session["_auth_user_id"] == str(cast.accounts["rosa"].pk)


def test_spaces_and_the_digits_of_other_scripts_do_not_matter(numbers, frozen):
    grouped = " ".join(numbers["rosa"][start : start + 4] for start in range(0, 16, 4))
    arabic = grouped.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert is_in(come_in(arabic, PIN.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))).client)


def test_a_wrong_number_and_a_wrong_pin_get_the_same_answer(numbers, frozen):
    wrong_pin, no_pin = come_in(numbers["rosa"], "906172"), come_in(numbers["rosa"], "")
    wrong_number, neither = come_in("9" * 16), come_in("8" * 16, "")
    for answer in (wrong_pin, no_pin, wrong_number, neither):
        assert answer.status_code == 400
        assert WRONG in text_of(answer)
        assert not is_in(answer.client)
        assert set(answer.headers) == set(wrong_pin.headers)


def test_a_wrong_number_costs_as_much_hashing_as_a_wrong_pin(numbers, frozen, monkeypatch):
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, password, salt: hashed.append(1) or encode(self, password, salt)
    )

    def cost(number, pin):
        hashed.clear()
        come_in(number, pin)
        return len(hashed)

    assert cost(numbers["rosa"], "906172") == cost("9" * 16, "906172") == cost("8" * 16, "") == 1


def test_a_number_that_cannot_be_a_cards_is_explained_and_stays_in_its_field(cast, frozen):
    answer = come_in("1234 5678")
    assert answer.status_code == 400
    assert "16 digits" in text_of(answer)
    assert "1234 5678" in text_of(answer)
    assert PIN not in text_of(answer)


def test_after_five_wrong_tries_the_card_rests_and_others_at_the_address_come_in(numbers, frozen):
    for _ in range(5):
        assert come_in(numbers["rosa"], "906172").status_code == 400
    locked = come_in(numbers["rosa"])
    assert locked.status_code == 429
    assert TOO_MANY in text_of(locked)
    assert not is_in(locked.client)
    assert is_in(come_in(numbers["nadia"]).client)
    frozen.shift(datetime.timedelta(minutes=5, seconds=1))
    assert is_in(come_in(numbers["rosa"]).client)


def test_a_number_that_opens_nothing_rests_in_the_same_way(cast, frozen):
    answers = [come_in("9" * 16, "906172").status_code for _ in range(6)]
    assert answers == [400] * 5 + [429]


def test_coming_in_takes_back_the_wrong_tries(numbers, frozen):
    for _ in range(3):
        for _ in range(3):
            come_in(numbers["rosa"], "906172")
        assert come_in(numbers["rosa"]).status_code == 303


def test_the_key_of_a_session_that_somebody_planted_opens_nothing(numbers, frozen):
    planted = Client()
    planted.session.save()
    session = planted.session
    session["anything"] = 1
    session.save()
    planted.cookies["sessionid"] = session.session_key
    answer = come_in(numbers["rosa"], client=planted)
    assert is_in(answer.client)
    assert answer.client.session.session_key != session.session_key
    attacker = Client()
    attacker.cookies["sessionid"] = session.session_key
    assert not is_in(attacker)


def test_a_new_card_leads_into_joining_and_shows_nothing_of_the_person(cast, new_card, frozen):
    before = Client()
    before.session.save()
    old_key = before.session.session_key
    answer = come_in(new_card, "", client=before)
    assert answer.status_code == 303
    assert answer.url == reverse("journeys:join")
    assert "Jo" not in text_of(answer)
    assert not is_in(answer.client)
    session = answer.client.session
    account = Account.objects.get(pk=session["joining"])
    assert not account.has_usable_password()
    assert session.session_key != old_key
    assert new_card not in str(dict(session.items()))
    assert not Device.objects.exists()


def test_a_lost_cards_number_opens_nothing_any_more(cast, numbers, frozen):
    newer = journeys.print_card(by=cast.viewer("dana"), about=cast.place("dana"), now=cast.now).number
    assert come_in(numbers["rosa"]).status_code == 400
    assert is_in(come_in(newer).client)


def test_staff_cannot_come_in_with_a_card(cast, numbers, frozen):
    login = Account.objects.get(pk=cast.accounts["rosa"].pk).login
    Account.objects.filter(pk=cast.accounts["rosa"].pk).update(login="f" * 64)
    Account.objects.filter(pk=cast.accounts["dana"].pk).update(login=login)
    assert come_in(numbers["rosa"], PASSWORD).status_code == 400


def test_somebody_else_in_the_same_browser_ends_what_was_there(cast, numbers, signed_in):
    browser = signed_in("dana")
    come_in(numbers["rosa"], client=browser)
    assert browser.session["_auth_user_id"] == str(cast.accounts["rosa"].pk)
    assert not browser.session.get("second_factor")
    assert [device.account_id for device in Device.objects.all()] == [cast.accounts["rosa"].pk]


@pytest.mark.parametrize(
    "onward", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_to_another_site_after_coming_in(numbers, frozen, onward):
    assert come_in(numbers["rosa"], next=onward).url == "/today/"


def test_after_coming_in_one_gets_to_the_page_one_wanted(cast, numbers, frozen):
    wanted = f"/space/{cast.spaces['rosa']}/reach/"
    browser = Client()
    asked = browser.get(wanted + "?q=words")
    assert asked.status_code == 302
    assert asked.url == f"/?next={wanted}"
    page = browser.get(asked.url)
    assert f'value="{wanted}"' in text_of(page)
    assert come_in(numbers["rosa"], client=browser, next=wanted).url == wanted


def test_whoever_is_in_is_sent_on_and_a_scanned_number_does_not_travel_along(signed_in):
    answer = signed_in("rosa").get("/")
    assert (answer.status_code, answer.url) == (302, "/today/#")


def test_the_first_page_of_an_empty_house_leads_to_founding_it(frozen):
    assert Client().get("/").url == reverse("journeys:welcome")


def test_looking_at_the_first_page_leaves_no_session(cast, frozen):
    browser = Client()
    assert browser.get("/").status_code == 200
    assert "sessionid" not in browser.cookies


def test_an_account_that_was_closed_cannot_come_in(cast, numbers, frozen):
    Account.objects.filter(pk=cast.accounts["rosa"].pk).update(is_active=False)
    assert come_in(numbers["rosa"]).status_code == 400
