"""Staff come in with e-mail, password and a second step."""

import datetime
import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

import alongside.config.settings as house
from alongside.people.models import Account
from tests.conftest import PASSWORD
from tests.people.conftest import code_of, is_in, set_up_app, sign_in_staff

CODE = "/account/sign-in/code/"
SECOND_STEP = "/account/second-step/"


@pytest.fixture
def secret(cast, frozen):
    """The secret of the app that Dana has set up on her phone, an hour ago."""
    secret = set_up_app(sign_in_staff("dana").client)
    frozen.shift(datetime.timedelta(hours=1))
    return secret


def with_both(name: str, secret: str, client: Client | None = None) -> Client:
    browser = sign_in_staff(name, client=client).client
    assert browser.post(CODE, {"code": code_of(secret)}).status_code == 302
    return browser


def test_without_a_second_step_nothing_opens_but_setting_one_up(cast, frozen):
    browser = sign_in_staff("dana").client
    space = f"/space/{cast.spaces['rosa']}/reach/"
    for url in (space, "/devices/", "/password/"):
        answer = browser.get(url)
        assert (answer.status_code, answer.url) == (302, SECOND_STEP)
    assert browser.post(space, {"channel": "text"}).status_code == 302
    assert browser.post("/devices/end-others/").status_code == 302
    assert browser.get(SECOND_STEP).status_code == 200
    set_up_app(browser)
    assert browser.get(space).status_code == 200


def test_dana_comes_in_with_password_and_code(cast, secret):
    answer = sign_in_staff("dana")
    assert (answer.status_code, answer.url) == (302, CODE)
    browser = answer.client
    assert not is_in(browser), "half-way is not in"
    assert browser.get(CODE).status_code == 200
    answer = browser.post(CODE, {"code": code_of(secret)})
    assert (answer.status_code, answer.url) == (302, "/today/")
    assert is_in(browser)


def test_a_wrong_code_and_a_late_one_do_not_open(secret):
    browser = sign_in_staff("dana").client
    for code in ("000000", code_of(secret, steps=-1), code_of(secret, steps=1), ""):
        browser.post(CODE, {"code": code})
        assert not is_in(browser)


def test_one_code_is_accepted_once(secret):
    with_both("dana", secret)
    second = sign_in_staff("dana").client
    second.post(CODE, {"code": code_of(secret)})
    assert not is_in(second)


def test_the_key_of_the_session_changes_when_somebody_comes_in(secret):
    browser = sign_in_staff("dana").client
    halfway = browser.session.session_key
    browser.post(CODE, {"code": code_of(secret)})
    assert browser.session.session_key != halfway
    thief = Client()
    thief.cookies["sessionid"] = halfway
    assert not is_in(thief)


def test_known_and_unknown_addresses_get_the_same_answer(cast, frozen):
    known, unknown = sign_in_staff("dana", "not it at all"), sign_in_staff("nobody", "not it at all")
    assert known.status_code == unknown.status_code == 200
    shown = [
        "".join(
            line
            for line in answer.content.decode().replace(name, "").splitlines()
            if "csrfmiddlewaretoken" not in line and "nonce" not in line
        )
        for answer, name in ((known, "dana"), (unknown, "nobody"))
    ]
    assert shown[0] == shown[1]
    assert "do not go together" in shown[0]


def test_the_sixth_bad_try_is_refused_and_a_colleague_at_the_same_address_comes_in(cast, frozen):
    for _ in range(5):
        assert "do not go together" in sign_in_staff("dana", "not it at all").content.decode()
    locked = sign_in_staff("dana")
    assert "tried too often" in locked.content.decode()
    assert not is_in(locked.client)
    assert sign_in_staff("samuel").status_code == 302
    frozen.shift(datetime.timedelta(minutes=5, seconds=1))
    assert sign_in_staff("dana").status_code == 302


def test_a_code_cannot_be_guessed_either(secret):
    browser = sign_in_staff("dana").client
    for _ in range(5):
        browser.post(CODE, {"code": "000000"})
    browser.post(CODE, {"code": code_of(secret)})
    assert not is_in(browser)


def test_a_recovery_code_takes_the_place_of_the_phone_once(cast, frozen):
    browser = sign_in_staff("dana").client
    set_up_app(browser)
    assert "Show them now" in browser.get(SECOND_STEP + "recovery-codes/").content.decode()
    page = browser.post(SECOND_STEP + "recovery-codes/").content.decode()
    code = page.split('<code dir="ltr">')[1].split("</code>")[0]
    for again in (browser.get, browser.post):
        assert code not in again(SECOND_STEP + "recovery-codes/").content.decode(), "they are shown once"
    frozen.shift(datetime.timedelta(hours=1))
    first = sign_in_staff("dana").client
    first.post(CODE, {"code": code})
    assert is_in(first)
    second = sign_in_staff("dana").client
    second.post(CODE, {"code": code})
    assert not is_in(second)


def test_setting_up_a_second_step_signs_out_whoever_came_in_without_one(cast, frozen):
    thief = sign_in_staff("dana").client
    assert thief.get(SECOND_STEP).status_code == 200
    set_up_app(sign_in_staff("dana").client)
    assert thief.get(SECOND_STEP).status_code == 302
    assert thief.post(SECOND_STEP + "passkeys/add/", {"name": "x", "credential": "{}"}).status_code == 401


def test_whoever_gave_only_the_password_cannot_add_a_second_step_of_their_own(cast, signed_in):
    thief = signed_in("dana")
    session = thief.session
    del session["second_factor"]
    session.save()
    assert thief.get(SECOND_STEP).status_code == 200
    Authenticator.objects.create(user=cast.accounts["dana"], type="webauthn", data={"name": "Key", "credential": {}})
    for page in ("", "passkeys/add/", "app/", "recovery-codes/"):
        assert thief.get(SECOND_STEP + page).status_code == 404


def test_the_only_second_step_cannot_be_removed(cast, frozen):
    browser = sign_in_staff("dana").client
    set_up_app(browser)
    page = browser.post(SECOND_STEP + "app/remove/")
    assert "only second step" in page.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()
    passkey = Authenticator.objects.create(
        user=cast.accounts["dana"], type="webauthn", data={"name": "Key", "credential": {}}
    )
    assert browser.post(SECOND_STEP + "app/remove/").status_code == 302
    assert not Authenticator.objects.filter(type="totp").exists()
    assert browser.post(f"{SECOND_STEP}passkeys/{passkey.pk}/remove/").status_code == 409
    assert Authenticator.objects.filter(type="webauthn").exists()


def test_an_hour_later_changing_the_second_step_asks_again_who_it_is(secret, frozen):
    browser = with_both("dana", secret)
    for _ in range(2):
        frozen.shift(datetime.timedelta(minutes=4))
        assert is_in(browser)
    asked = browser.get(SECOND_STEP + "passkeys/add/")
    assert asked.status_code == 302
    assert asked.url.startswith("/account/confirm/")
    assert browser.get(asked.url).status_code == 200
    assert "not right" in browser.post("/account/confirm/", {"password": "not it at all"}).content.decode()
    answer = browser.post(asked.url, {"password": PASSWORD, "next": SECOND_STEP + "passkeys/add/"})
    assert (answer.status_code, answer.url) == (302, SECOND_STEP + "passkeys/add/")
    page = browser.get(answer.url)
    assert page.status_code == 200
    assert '"challenge"' in page.content.decode()


def test_a_passkey_page_offers_what_the_browser_needs_and_names_nobody_by_address(cast, frozen):
    page = sign_in_staff("dana").client.get(SECOND_STEP + "passkeys/add/")
    asked = json.loads(page.content.decode().split('id="passkey-data" type="application/json">')[1].split("<")[0])
    options = asked["creation_options"]["publicKey"]
    assert options["rp"] == {"id": "testserver", "name": settings.SITE_TITLE}
    assert options["user"]["name"] == options["user"]["displayName"] == "Dana"
    assert "mfa/js/webauthn." in page.content.decode()


def test_neither_address_nor_secret_is_kept_in_clear(cast, secret, everything_kept):
    browser = sign_in_staff("dana").client
    kept = everything_kept()  # half-way, when the library keeps most
    assert cast.accounts["dana"].pk.hex in kept.replace("-", "")
    browser.post(CODE, {"code": code_of(secret)})
    browser.get("/password/")
    kept += everything_kept()
    assert "riverside.example" not in kept.lower()
    assert secret not in kept
    assert PASSWORD not in kept
    assert "127.0.0.1" not in kept, "nor the address of the network"
    assert not EmailAddress.objects.exists()


def test_the_secret_waits_sealed_while_the_app_is_being_set_up(cast, frozen, everything_kept):
    browser = sign_in_staff("dana").client
    page = browser.get(SECOND_STEP + "app/").content.decode()
    waiting = page.split('<code dir="ltr">')[1].split("</code>")[0]
    assert waiting not in everything_kept()
    assert browser.post(SECOND_STEP + "app/", {"code": "000000"}).status_code == 200
    assert waiting in browser.post(SECOND_STEP + "app/", {"code": "000000"}).content.decode()
    assert browser.post(SECOND_STEP + "app/", {"code": code_of(waiting)}).status_code == 302


def test_clients_and_strangers_do_not_get_to_the_second_step(cast, signed_in):
    rosa = signed_in("rosa")
    for page in ("", "app/", "app/remove/", "passkeys/", "passkeys/add/", "recovery-codes/", "recovery-codes/new/"):
        assert rosa.get(SECOND_STEP + page).status_code == 404
        assert Client().get(SECOND_STEP + page).status_code == 302
    assert rosa.get("/account/confirm/").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_email",
        "account_logout",
        "account_reset_password",
        "account_set_password",
        "account_change_password",
        "account_inactive",
        "mfa_trust",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
    ],
)
def test_a_page_of_the_library_that_is_not_needed_is_not_there(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_the_librarys_usual_addresses_answer_as_if_they_were_not_there(cast, signed_in):
    for path in ("signup/", "email/", "password/reset/", "3rdparty/", "2fa/", "login/", "logout/", ""):
        assert signed_in("dana").get("/account/" + path).status_code == 404


def test_an_account_that_was_closed_half_way_does_not_come_in(cast, secret):
    browser = sign_in_staff("dana").client
    Account.objects.filter(pk=cast.accounts["dana"].pk).update(is_active=False)
    browser.post(CODE, {"code": code_of(secret)})
    assert not is_in(browser)


def test_the_house_hashes_with_argon2_and_has_no_way_around_the_second_step():
    assert house.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert not hasattr(settings, "MFA_TOTP_INSECURE_BYPASS_CODE")
    assert settings.MFA_TRUST_ENABLED is False
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"), "or a code counts once per process"
