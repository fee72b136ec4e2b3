import datetime

import pytest
from django.core.management import CommandError, call_command

from alongside.reach import tending
from alongside.reach.models import ContactRule, PastHours
from tests.reach.conftest import PHONE, knock, said

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once


def test_rosa_keeps_her_rule_with_a_plain_form(cast, signed_in):
    page = signed_in("rosa")
    url = f"/space/{cast.spaces['rosa']}/reach/"
    assert page.get(url).status_code == 200
    answer = page.post(url, {"channel": "text", "number": "07700 900123", "key": "k"})
    assert answer.status_code == 303
    assert "07700 900123" in page.get(url).content.decode()


def test_a_bad_form_loses_nothing_typed(cast, signed_in):
    typed = "never at night \u202e"
    answer = signed_in("rosa").post(f"/space/{cast.spaces['rosa']}/reach/", {"channel": "text", "never": typed})
    assert answer.status_code == 400
    assert "never at night" in answer.content.decode()


def test_dana_cannot_say_it_and_robin_finds_nothing(cast, signed_in):
    url = f"/space/{cast.spaces['rosa']}/reach/"
    typed = {"channel": "text", "number": "x", "key": "k"}
    assert signed_in("dana").post(url, typed).status_code == 403
    assert signed_in("robin").get(url).status_code == 404
    assert signed_in("robin").post(url, typed).status_code == 404
    assert not ContactRule.objects.unguarded(because="test").exists()


def address(cast, more=""):
    return f"/space/{cast.spaces['rosa']}/reach/{more}"


def test_she_chooses_what_stands_there_and_tries_it_out(cast, signed_in, gateway):
    page = signed_in("rosa")
    typed = {"channel": "text", "number": PHONE, "sentence": "book", "days": ["1", "2"], "key": "k"}
    assert page.post(address(cast), typed).status_code == 303
    shown = page.get(address(cast)).content.decode()
    assert "The book you asked for is here." in shown
    assert "Monday · Tuesday" in shown
    assert page.post(address(cast, "try/"), {"key": "t"}).status_code == 303
    tending.send_what_is_due(cast.now)
    assert gateway.asked[0]["text"] == "The book you asked for is here."
    assert "sent" in page.get(address(cast)).content.decode()


def test_a_house_that_cannot_send_says_so(cast, signed_in):
    said(cast)
    page = signed_in("rosa").get(address(cast)).content.decode()
    assert "The computer cannot send this here." in page
    assert "Send me a test" not in page
    said(cast, never="never at night", now=cast.now + datetime.timedelta(minutes=1))
    assert "it cannot read what must never happen" in signed_in("rosa").get(address(cast)).content.decode()
    assert signed_in("rosa").post(address(cast, "try/"), {"key": "t"}).status_code == 409


def test_own_words_need_words(cast, signed_in):
    answer = signed_in("rosa").post(address(cast), {"channel": "text", "sentence": "own", "key": "k"})
    assert answer.status_code == 400


def test_dana_asks_and_samuel_who_sees_no_number_agrees(cast, signed_in, gateway):
    said(cast, days=[2])
    dana, samuel = signed_in("dana"), signed_in("samuel")
    assert dana.post(address(cast, "cannot-wait/"), {"reason": "", "key": "k"}).status_code == 400
    assert dana.post(address(cast, "cannot-wait/"), {"reason": "she waits", "key": "k"}).status_code == 303
    asked = PastHours.objects.unguarded(because="test").get()
    shown = samuel.get(address(cast)).content.decode()
    assert "she waits" in shown
    assert PHONE not in shown
    assert dana.post(address(cast, f"cannot-wait/{asked.id}/"), {"key": "k"}).status_code == 409
    assert samuel.post(address(cast, f"cannot-wait/{asked.id}/"), {"key": "k"}).status_code == 303
    tending.send_what_is_due(cast.now)
    assert len(gateway.asked) == 1


def test_only_those_who_work_with_her_see_to_it(cast, signed_in):
    for name, status in {"dana": 303, "rosa": 403, "samuel": 403, "robin": 404}.items():
        assert signed_in(name).post(address(cast, "seen-to/"), {"key": "k"}).status_code == status, name


def test_robin_finds_nothing_at_any_address(cast, signed_in):
    for more in ("try/", "seen-to/", "cannot-wait/", f"cannot-wait/{cast.spaces['rosa']}/"):
        for method in ("get", "post"):
            assert getattr(signed_in("robin"), method)(address(cast, more)).status_code == 404, more


def test_the_page_takes_as_many_queries_however_much_went_out(cast, signed_in, gateway, django_assert_max_num_queries):
    said(cast)
    for more in range(12):
        knock(cast, now=cast.now - datetime.timedelta(hours=more))
    for name in ("rosa", "dana"):
        page = signed_in(name)
        page.get(address(cast))
        with django_assert_max_num_queries(12):
            assert page.get(address(cast)).status_code == 200


def test_who_runs_the_house_sees_how_it_stands_and_nobodys_name(cast, frozen, capsys, gateway, settings):
    said(cast)
    knock(cast)
    call_command("reach")
    shown = capsys.readouterr().out
    assert "text: set up" in shown
    assert "email: not set up" in shown
    assert "out: waits: 1" in shown
    assert "Rosa" not in shown
    settings.TEXT_URL = "http://gateway.example/"
    with pytest.raises(CommandError, match="not https"):
        call_command("reach")
