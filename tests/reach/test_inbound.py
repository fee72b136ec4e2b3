"""A text from her phone lands in her thread, once; from any other phone nowhere, and the gateway cannot tell which."""

import base64
import json
import threading
import time

import pytest
from django.db import connections
from django.test import Client

from alongside.conversations.models import Message
from alongside.journeys.queries import waiting_in
from alongside.kit.errors import Refused
from alongside.kit.ids import new_id
from alongside.reach import actions, inbound, queries, rules, tending
from alongside.reach.models import CameIn, KnownNumber, Unplaced
from alongside.reach.rules import Channel
from tests.reach.conftest import PHONE, said

SECRET = b"a secret of thirty-two bytes, ok"
WORDS = "I am at the clinic"


@pytest.fixture
def door(cast, frozen, settings):
    """Hand in a text as the gateway does; `frozen`, so that the clock of the page is the test's."""
    settings.TEXT_SECRETS = [SECRET]
    settings.COUNTRY_CODE = "44"

    def hand_in(text=WORDS, *, came_from=PHONE, gateway_id="text-1", secret=SECRET, body=None, **headers):
        body = body if body is not None else json.dumps({"from": came_from, "text": text}).encode()
        stamp = str(int(time.time()))
        given = {
            "webhook-id": gateway_id,
            "webhook-timestamp": stamp,
            "webhook-signature": rules.signature_of(secret, gateway_id, stamp, body),
            **headers,
        }
        return Client(enforce_csrf_checks=True).post("/texts/", body, content_type="application/json", headers=given)

    return hand_in


def written(of, cast):
    found = Message.objects.unguarded(because="test").filter(partnership_id=cast.spaces[of])
    return [message.text for message in found]


def test_a_text_from_her_number_stands_in_her_thread_once(cast, door):
    said(cast, number="07700 900123", channel=Channel.HERE)
    assert [door().status_code for _ in range(3)] == [204] * 3
    assert written("rosa", cast) == [WORDS]
    message = Message.objects.visible_to(cast.viewer("dana")).exclude(author=None).get()
    assert message.author_id == cast.accounts["rosa"].person_id
    assert door(gateway_id="text-2").status_code == 204
    assert written("rosa", cast) == [WORDS, WORDS], "control: another text with the same words is another text"


def test_the_number_that_held_before_is_not_hers_any_more(cast, door):
    said(cast)
    said(cast, number="07700 900999")
    door()
    assert written("rosa", cast) == []
    assert KnownNumber.objects.count() == 1


def test_the_answer_is_the_same_for_known_and_unknown_and_nothing_of_an_unknown_is_kept(cast, door):
    said(cast)
    known, unknown = door(), door(came_from="+15550100", gateway_id="text-2")
    shown = [(one.status_code, one.content, sorted(one.headers.items())) for one in (known, unknown)]
    assert shown[0] == shown[1]
    assert [one["outcome"] for one in CameIn.objects.order_by("outcome").values("outcome")] == ["placed", "unknown"]
    assert "15550100" not in repr(list(CameIn.objects.values()))
    assert queries.standing(cast.now)["in: unknown"] == 1
    assert not Unplaced.objects.exists()


def test_where_two_have_the_number_nobody_gets_the_text_and_both_workers_ask(cast, door):
    said(cast)
    said(cast, "nadia", of="nadia")
    assert door().status_code == 204
    assert written("rosa", cast) == written("nadia", cast) == []
    for name in ("rosa", "nadia"):
        dana = cast.place("dana", of=name)
        waits = [one.sentence for one in waiting_in(dana)]
        assert [one for one in waits if "could not be put here" in one], name
        actions.see_to_it(by=dana.by, about=dana, now=cast.now, write_id=new_id())
        assert not queries.to_see_to(dana)


def test_a_text_that_the_room_refuses_is_asked_about(cast, door, monkeypatch):
    said(cast)

    def refuses(**given):
        raise Refused("no")

    monkeypatch.setattr(inbound, "receivers", [refuses])
    assert door().status_code == 204
    assert CameIn.objects.get().outcome == "unplaced"
    assert queries.to_see_to(cast.place("dana"))


def test_nothing_is_taken_that_is_not_signed_and_new(cast, door, settings, frozen):
    said(cast)
    stamp = str(int(time.time()) - 600)
    old = rules.signature_of(SECRET, "text-1", stamp, json.dumps({"from": PHONE, "text": WORDS}).encode())
    for answer in (
        door(secret=b"another"),
        door(**{"webhook-signature": ""}),
        door(**{"webhook-id": "another"}),
        door(**{"webhook-timestamp": stamp, "webhook-signature": old}),
    ):
        assert answer.status_code == 401
        assert answer.content == b""
    for body in (b"{}", b"[]", b"not json", b'{"from": 1, "text": "x"}', b"\xff"):
        assert door(body=body).status_code == 400
    assert door(text="x" * 70_000).status_code == 413
    assert not CameIn.objects.exists()
    assert Client().get("/texts/").status_code == 405
    assert door().status_code == 204, "control"
    settings.TEXT_SECRETS = []
    assert door(gateway_id="text-2").status_code == 404, "a house without a secret has no such door"


def test_a_house_that_has_nobody_to_receive_leaves_it_with_the_gateway(cast, door, monkeypatch):
    said(cast)
    monkeypatch.setattr(inbound, "receivers", [])
    assert door().status_code == 503
    assert not CameIn.objects.exists()


def test_a_gateway_names_its_fields_as_it_likes(cast, door, settings):
    said(cast)
    settings.TEXT_IN_FIELDS = {"from": "msisdn", "text": "message"}
    assert door(body=json.dumps({"msisdn": "447700900123", "message": WORDS}).encode()).status_code == 204
    assert written("rosa", cast) == [], "a number without its + is another number where no country says so"
    assert door(body=json.dumps({"msisdn": "+447700900123", "message": WORDS}).encode(), gateway_id="2")
    assert written("rosa", cast) == [WORDS]


def test_the_secret_is_read_as_it_is_written():
    assert rules.secret_in("whsec_" + base64.b64encode(SECRET).decode() + "\n") == SECRET
    with pytest.raises(ValueError, match="base64"):
        rules.secret_in("not base64!")


def test_what_came_in_is_forgotten_after_a_month(cast, door):
    door()
    assert tending.forget_what_came_in(cast.now + tending.REMEMBERED / 2) == 0
    assert tending.forget_what_came_in(cast.now + tending.REMEMBERED) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_the_same_text_handed_in_four_times_at_once_is_one(cast, door):
    said(cast)
    answers, start = [], threading.Barrier(4)

    def hand_in():
        start.wait(10)
        answers.append(door().status_code)
        connections.close_all()

    several = [threading.Thread(target=hand_in) for _ in range(4)]
    for each in several:
        each.start()
    for each in several:
        each.join(30)
    assert answers == [204] * 4
    assert written("rosa", cast) == [WORDS]
