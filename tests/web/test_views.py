"""Leaving, the language, when it gets hard, and the pages that say what went wrong."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from alongside.kit.errors import Refused
from alongside.people.models import Account, Device
from alongside.web import views

pytestmark = pytest.mark.urls("tests.web.style_page")
PLAIN_PAGES = ["/hard/", "/nowhere/", "/style/en/"]


@pytest.fixture
def anybody():
    return Client(raise_request_exception=False)


# --- Leaving -----------------------------------------------------------------------------------


def test_leaving_ends_the_session_and_opens_the_harmless_page(cast, signed_in):
    rosa = signed_in("rosa")
    answer = rosa.post("/leave")
    assert (answer.status_code, answer["Location"]) == (303, settings.LEAVE_TO)
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "no-store" in answer["Cache-Control"]
    assert not Session.objects.exists()
    assert not Device.objects.exists()


def test_the_script_ends_the_session_without_being_led_elsewhere(cast, signed_in):
    answer = signed_in("rosa").post("/leave", {"quietly": "1"})
    assert (answer.status_code, answer["Clear-Site-Data"]) == (204, '"cache", "cookies", "storage"')
    assert not Session.objects.exists()


def test_leaving_needs_no_token_and_no_session(anybody):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/leave", HTTP_SEC_FETCH_SITE="cross-site").status_code == 303
    assert anybody.post("/leave").status_code == 303


def test_a_link_to_the_leaving_address_signs_nobody_out(cast, signed_in):
    rosa = signed_in("rosa")
    assert rosa.get("/leave").status_code == 303
    assert Session.objects.exists()


def test_the_button_to_leave_is_the_first_thing_after_the_skip_link(anybody):
    for path in PLAIN_PAGES:
        page = anybody.get(path).content.decode()
        body = page[page.index("<body") :]
        first, second = re.findall(r"<(a|button|input|summary)\b[^>]*>", body)[:2]
        assert (first, second) == ("a", "button")
        assert body.index('class="skip"') < body.index('class="leave"') < body.index('class="brand"')


# --- The language ------------------------------------------------------------------------------


def test_anybody_reads_on_in_another_language_without_signing_in(anybody):
    answer = anybody.post("/language/", {"language": "ar", "next": "/hard/"})
    assert (answer.status_code, answer["Location"]) == (303, "/hard/")
    page = anybody.get("/hard/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page


def test_the_language_goes_with_her_to_another_device(cast, signed_in):
    signed_in("rosa").post("/language/", {"language": "es", "next": "/hard/"})
    assert Account.objects.get(pk=cast.accounts["rosa"].pk).language == "es"
    assert '<html lang="es" dir="ltr">' in signed_in("rosa").get("/hard/").content.decode()


def test_before_she_has_joined_the_language_she_picked_here_counts(cast, signed_in):
    Account.objects.filter(pk=cast.accounts["rosa"].pk).update(joined_at=None, language="en")
    rosa = signed_in("rosa")
    rosa.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    assert '<html lang="ar"' in rosa.get("/hard/").content.decode()
    Account.objects.filter(pk=cast.accounts["rosa"].pk).update(joined_at=cast.now)
    assert '<html lang="en"' in rosa.get("/hard/").content.decode()


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_the_language_form_leads_nowhere_else(anybody, elsewhere):
    assert anybody.post("/language/", {"language": "es", "next": elsewhere})["Location"] == "/"


def test_a_language_that_we_do_not_speak_changes_nothing(cast, signed_in):
    rosa = signed_in("rosa")
    answer = rosa.post("/language/", {"language": "xx", "next": "/hard/"})
    assert answer.status_code == 303
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies
    assert Account.objects.get(pk=cast.accounts["rosa"].pk).language == "en"


def test_looking_at_the_language_address_changes_nothing(cast, signed_in):
    answer = signed_in("rosa").get("/language/?language=es")
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


# --- What went wrong ---------------------------------------------------------------------------


def test_a_form_from_before_the_sign_in_gives_back_every_text(cast, signed_in):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in("rosa").cookies
    typed = {
        "never": "never ring after 6 <b>",
        "pin": "480615",
        "form-password": "secret words",
        "scale": "+2",
        "yes": "on",
    }
    answer = strict.post(f"/space/{cast.spaces['rosa']}/reach/", typed)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "never ring after 6 &lt;b&gt;</textarea>" in page
    assert page.count("<textarea") == 1
    assert "480615" not in page
    assert "secret words" not in page


def test_a_refusal_that_no_view_caught_has_its_sentence_and_status(rf, cast, signed_in):
    class Waiting(Refused):
        status = 409
        sentence = "Please wait for Rosa’s own words first."

    answer = views.refused(rf.post("/x", {"text": "what I wrote"}), Waiting())
    assert answer.status_code == 409
    assert "Please wait for Rosa’s own words first." in answer.content.decode()
    assert "what I wrote</textarea>" in answer.content.decode()


def test_a_page_that_breaks_says_so_without_asking_anything(rf, anybody, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = views.broken(rf.get("/x"))
    assert answer.status_code == 500
    answer = anybody.get("/break/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "ZeroDivisionError" not in answer.content.decode()


def test_too_much_at_once_gets_a_sentence(anybody, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = anybody.post("/language/", {"next": "x" * 2000})
    assert answer.status_code == 400
    assert "Make it shorter" in answer.content.decode()


# --- The frame ---------------------------------------------------------------------------------


def test_every_page_has_the_same_neutral_title_and_tells_search_engines_nothing(cast, anybody, signed_in):
    pages = [anybody.get(path).content.decode() for path in [*PLAIN_PAGES, "/break/"]]
    pages += [signed_in(name).get(f"/space/{cast.spaces['rosa']}/reach/").content.decode() for name in ("rosa", "dana")]
    for page in pages:
        assert re.findall(r"<title>(.*?)</title>", page, re.S) == [settings.SITE_TITLE]
        assert 'name="robots" content="noindex' in page
        assert "og:" not in page


def test_staff_see_whose_space_they_are_in_and_the_person_does_not(cast, signed_in):
    path = f"/space/{cast.spaces['rosa']}/reach/"
    assert "You are in the space of <bdi>Rosa</bdi>." in signed_in("dana").get(path).content.decode()
    assert "You are in the space of" not in signed_in("rosa").get(path).content.decode()


def test_the_page_of_a_space_tells_the_live_script_what_it_needs(cast, signed_in):
    space = cast.spaces["rosa"]
    page = signed_in("rosa").get(f"/space/{space}/reach/").content.decode()
    body = re.search(r"<body[^>]*>", page)[0]
    assert f'data-live-url="/live/{space}"' in body
    assert 'data-changes="' in body
    assert "data-posted" not in body
    assert "web/live" in page
    page = signed_in("rosa").post(f"/space/{space}/reach/", {"channel": "none"}).content.decode()
    assert "data-posted" in re.search(r"<body[^>]*>", page)[0]


def test_a_person_sees_her_places_and_a_worker_his(cast, signed_in):
    rosa = signed_in("rosa").get("/hard/").content.decode()
    dana = signed_in("dana").get(f"/space/{cast.spaces['rosa']}/reach/").content.decode()
    assert "Our plan" in rosa
    assert "About me" in rosa
    assert ">People<" not in rosa
    assert ">People<" in dana
    assert "About <bdi>Rosa</bdi>" in dana


def test_what_is_amiss_stands_beside_its_field_and_at_the_top(anybody):
    page = anybody.get("/form/en/").content.decode()
    assert 'role="alert"' in page
    for name in ("words_", "line", "day"):
        assert f'href="#everything-{name}"' in page
        assert re.search(
            rf'id="everything-{name}"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="everything-{name}"', page
        )
        assert f'id="everything-{name}_error"' in page
        assert re.search(rf'aria-describedby="[^"]*everything-{name}_error', page)
    assert 'href="#everything-channel_0"' in page
    assert re.search(r'<fieldset[^>]*aria-describedby="everything-channel_error"', page)


def test_an_address_that_only_takes_a_form_says_so_on_a_page(cast, signed_in):
    answer = signed_in("rosa").get("/devices/end-others/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "This address only takes what a form sends." in answer.content.decode()
