"""Headers of every answer, and forms from other websites."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.templatetags.static import static
from django.test import Client

from alongside.people.models import Account
from alongside.web.middleware import HEADERS

pytestmark = pytest.mark.urls("tests.web.style_page")


def answers(cast, signed_in):
    anybody = Client(raise_request_exception=False)
    yield anybody.get("/hard/")
    yield anybody.get("/nowhere/")
    yield anybody.get("/break/")
    yield anybody.head(static("web/alongside.css"))
    yield anybody.get("/static/web/nowhere.css")
    yield anybody.get("/hard/", HTTP_HOST="elsewhere.example")
    yield anybody.post("/language/", HTTP_SEC_FETCH_SITE="cross-site")
    yield anybody.post("/leave")
    yield signed_in("rosa").get(f"/space/{cast.spaces['rosa']}/reach/")
    yield signed_in("robin").get(f"/space/{cast.spaces['rosa']}/reach/")


def test_every_answer_carries_every_header(cast, signed_in):
    for answer in answers(cast, signed_in):
        missing = [name for name in HEADERS if not answer.get(name)]
        assert missing == [], answer.request["PATH_INFO"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_only_static_files_are_kept_by_the_browser(cast, signed_in):
    for answer in answers(cast, signed_in):
        is_file = answer.status_code == 200 and answer.request["PATH_INFO"].startswith(settings.STATIC_URL)
        assert ("no-store" in answer["Cache-Control"]) is not is_file
        assert ("immutable" in answer["Cache-Control"]) is is_file


def test_a_page_runs_only_scripts_of_ours_and_sends_forms_only_to_us():
    page = Client().get("/hard/")
    policy = page["Content-Security-Policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["base-uri"] == "'none'"
    assert parts["require-trusted-types-for"] == "'script'"
    nonce = re.fullmatch(r"'nonce-([\w+/=-]+)'", parts["script-src"])
    assert nonce
    assert page.content.decode().count(f'<script nonce="{nonce[1]}"') == page.content.decode().count("<script") > 0
    assert "unsafe" not in policy
    assert parts["form-action"] == "'self' https://www.wikipedia.org"


@pytest.mark.parametrize("origin", ["cross-site", "same-site"])
def test_another_website_cannot_send_a_form_in_her_name(cast, signed_in, origin):
    rosa = signed_in("rosa")
    form = {"language": "es", "next": "/hard/"}
    answer = rosa.post("/language/", {**form, "text": "words of another website"}, HTTP_SEC_FETCH_SITE=origin)
    assert answer.status_code == 403
    assert "words of another website" not in answer.content.decode()
    assert Account.objects.get(pk=cast.accounts["rosa"].pk).language == "en"
    assert rosa.post("/language/", form, HTTP_SEC_FETCH_SITE="same-origin").status_code == 303
    assert rosa.post("/language/", form).status_code == 303


def test_a_link_from_another_website_still_opens_a_page():
    assert Client().get("/hard/", HTTP_SEC_FETCH_SITE="cross-site").status_code == 200
