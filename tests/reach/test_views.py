import pytest

from alongside.reach.models import ContactRule

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
