"""Notices on her own phone: empty, signed, by her rule; ended with the phone's permission; nobody else's business."""

import base64
import datetime
import json
import stat

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.db import connection
from django.urls import reverse

from alongside import access
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people import actions as people
from alongside.people.sessions import KEEPING
from alongside.reach import actions, privacy, queries, rules, tending
from alongside.reach.forms import HowToReach, HowToReachInFull
from alongside.reach.models import Outgoing, PushDevice
from alongside.reach.rules import Because, Channel, State, Why
from alongside.reach.wording import WAYS
from tests.reach.conftest import keeps, knock, said, wakes

REAL = ("push.services.mozilla.com", "fcm.googleapis.com", "push.apple.com", "notify.windows.com")


def stands(effect):
    row = Outgoing.objects.get(effect=effect)
    return row.state, row.why


def send(cast, **later):
    return tending.send_what_is_due(cast.now + datetime.timedelta(**later))


def opened(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def by_push(cast, **changes):
    return said(cast, channel=Channel.PUSH, number="", **changes)


def test_a_knock_wakes_her_phone_once_with_nothing_in_it_and_signed(cast, pushes, settings):
    by_push(cast)
    wakes(cast, f"{pushes.url}/wake/abc?x=1")
    effect = knock(cast)
    assert send(cast) == 1
    assert send(cast, minutes=1) == 0
    (asked,) = pushes.asked
    assert (asked["path"], asked["body"]) == ("/wake/abc?x=1", b"")
    head = asked["headers"]
    signed = head.pop("Authorization")
    assert len(head.pop("Topic")) == 32
    assert head.pop("Host") == pushes.url.removeprefix("http://")
    assert head == {"TTL": "43200", "Urgency": "normal", "Content-Length": "0", "Accept-Encoding": "identity"}
    assert stands(effect) == (State.GONE, "")

    # The line is signed with the key whose public half her browser was told, for this service, and for a day at most.
    told = queries.notices_in(cast.place("rosa"), this_one=None).key
    line, _, key = signed.removeprefix("vapid t=").partition(", k=")
    assert key == told
    whole, _, signature = line.rpartition(".")
    claims, raw = json.loads(opened(whole.partition(".")[2])), opened(signature)
    assert json.loads(opened(whole.partition(".")[0])) == {"typ": "JWT", "alg": "ES256"}
    assert (claims["aud"], claims["sub"]) == (pushes.url, "mailto:notes@mail.example")
    assert 0 < claims["exp"] - cast.now.timestamp() <= 24 * 3600
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), opened(key))
    both = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(both, whole.encode(), ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(both, whole.encode() + b"x", ec.ECDSA(SHA256()))
    assert stat.S_IMODE(settings.PUSH_KEY_FILE.stat().st_mode) == 0o400
    assert [file.name for file in settings.PUSH_KEY_FILE.parent.glob("push.key*")] == ["push.key"]


def test_her_rule_holds_for_notices_as_for_all_else(cast, pushes):
    wakes(cast, f"{pushes.url}/wake")
    said(cast, channel=Channel.HERE)
    shut = knock(cast, because=Because.LET_IN)
    send(cast)
    assert stands(shut) == (State.STOPPED, Why.ONLY_HERE)
    by_push(cast, never="never on my phone", now=cast.now + rules.A_MOMENT)
    shut = knock(cast, because=Because.LET_IN)
    send(cast, minutes=2)
    assert stands(shut) == (State.STOPPED, Why.A_PERSON)
    later = cast.now + 2 * rules.A_MOMENT
    by_push(cast, from_hour=datetime.time(19), to_hour=datetime.time(20), now=later)
    waits = knock(cast, because=Because.LET_IN)
    send(cast, minutes=3)
    assert stands(waits) == (State.WAITS, "")
    assert pushes.asked == []
    send(cast, days=1)
    opens = Outgoing.objects.get(effect=waits).next_try
    tending.send_what_is_due(opens)
    assert len(pushes.asked) == 1, "control: in her hours it leaves"


def test_a_service_that_is_busy_is_asked_again_under_the_same_key_and_one_phone_of_two_is_enough(cast, pushes):
    by_push(cast)
    wakes(cast, f"{pushes.url}/one")
    wakes(cast, f"{pushes.url}/two", device=keeps(cast, session_key="another"))
    pushes.answers = lambda path: 503
    effect = knock(cast)
    send(cast)
    assert stands(effect) == (State.WAITS, "")
    pushes.answers = lambda path: 201 if path == "/two" else 429
    send(cast, hours=1)
    assert stands(effect) == (State.GONE, "")
    assert len({one["headers"]["Topic"] for one in pushes.asked}) == 1
    assert len(pushes.asked) == 4
    assert send(cast, hours=2) == 0


@pytest.mark.parametrize("status", [404, 410])
def test_what_the_phone_ended_at_its_service_is_ended_here_and_a_person_is_told(cast, pushes, status):
    by_push(cast)
    wakes(cast, f"{pushes.url}/wake")
    pushes.answers = lambda path: status
    effect = knock(cast)
    send(cast)
    assert stands(effect) == (State.STOPPED, Why.NOT_TAKEN)
    assert not PushDevice.objects.exists()
    assert "by a notice on their phone" in " ".join(queries.to_see_to(cast.place("dana")))
    again = knock(cast)
    send(cast, hours=1)
    assert stands(again) == (State.STOPPED, Why.NO_ADDRESS)
    assert len(pushes.asked) == 1


def ended_by_her_own_word(cast, device):
    people.stop_keeping(by=cast.accounts["rosa"], keeping_id=device)


def left_or_signed_out(cast, device):
    people.forget_browser(keeping_id=device)


def ended_from_another_device(cast, device):
    people.end_other_devices(by=cast.accounts["rosa"], this_one="another")


@pytest.mark.parametrize("end", [ended_by_her_own_word, left_or_signed_out, ended_from_another_device])
def test_with_the_phone_s_permission_notices_end_at_once_and_their_row_within_a_round(cast, pushes, end):
    by_push(cast)
    device = keeps(cast)
    wakes(cast, f"{pushes.url}/wake", device=device)
    assert queries.leaves_by_itself(queries.rule_in(cast.place("rosa")), cast.place("rosa")), "control"
    end(cast, device)
    effect = knock(cast)
    send(cast)
    assert stands(effect) == (State.STOPPED, Why.NO_ADDRESS)
    assert pushes.asked == []
    assert queries.notices_in(cast.place("rosa"), this_one=None).devices == []
    assert PushDevice.objects.count() == 1
    tending.forget_phones(cast.now)
    assert PushDevice.objects.count() == 0


@pytest.mark.parametrize(
    ("endpoint", "is_known"),
    [
        ("https://updates.push.services.mozilla.com/wpush/v2/gAAAA", True),
        ("https://fcm.googleapis.com/fcm/send/abc:def", True),
        ("https://web.push.apple.com/QGuQyavXutnMH", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=BQYAAAB", True),
        ("https://fcm.googleapis.com:443/fcm/send/abc", True),
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com:8443/fcm/send/abc", False),
        ("https://fcm.googleapis.com/", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://xfcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com@127.0.0.1/x", False),
        ("https://user:pw@fcm.googleapis.com/x", False),
        ("https://127.0.0.1/x", False),
        ("http://127.0.0.1:5432/x", False),
        ("http://localhost/x", False),
        ("https://[::1]/x", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("file:///etc/passwd", False),
        ("https://fcm.googleapis.com:x/y", False),
        ("https://fcm.googleapis.com/a b\r\nX: y", False),
        ("", False),
    ],
)
def test_only_known_push_services_are_called(endpoint, is_known):
    assert rules.is_push_address(endpoint, REAL, on_this_machine=lambda host: host == "127.0.0.1") is is_known


def test_an_address_of_another_sort_is_not_kept_and_one_off_the_list_by_now_not_called(cast, pushes, settings):
    by_push(cast)
    with pytest.raises(actions.NoPushService):
        wakes(cast, "http://localhost:5432/x")
    wakes(cast, f"{pushes.url}/wake")
    settings.PUSH_HOSTS = REAL
    effect = knock(cast)
    send(cast)
    assert stands(effect) == (State.STOPPED, Why.NOT_TAKEN)
    assert pushes.asked == []


def test_nobody_else_sees_turns_on_or_ends_notices_of_hers(cast, pushes, signed_in):
    mine = wakes(cast, f"{pushes.url}/wake/zqgeheim")
    end = reverse("reach:wake_no_more", args=[cast.spaces["rosa"], mine.id])
    begin = reverse("reach:wake_here", args=[cast.spaces["rosa"]])
    page = reverse("reach:how_to_reach", args=[cast.spaces["rosa"]])
    for name, status in (("robin", 404), ("nadia", 404), ("dana", 403), ("samuel", 403)):
        client = signed_in(name)
        for address in (end, begin):
            assert client.post(address, {"key": "k", "endpoint": "x"}).status_code == status, name
        if status == 403:
            assert "Notices on your phone" not in client.get(page).content.decode()
    for name in ("dana", "samuel"):
        assert queries.notices_in(cast.place(name), this_one=None) is None
    nadia = cast.place("nadia", of="nadia")
    with pytest.raises(NotFound):
        actions.wake_no_more(by=nadia.by, about=nadia, now=cast.now, write_id=new_id(), woken_id=mine.id)
    with pytest.raises(actions.NotThisDevice):
        wakes(cast, f"{pushes.url}/wake", "nadia", of="nadia", device=mine.device)
    with pytest.raises(access.Denied):
        wakes(cast, f"{pushes.url}/wake", "dana", device=mine.device)
    assert PushDevice.objects.get().id == mine.id
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint FROM reach_pushdevice")
        assert b"zqgeheim" not in bytes(cursor.fetchone()[0])
    assert signed_in("rosa").post(end, {"key": "k"}).status_code == 303, "control: she herself can"
    assert not PushDevice.objects.exists()


def test_she_turns_it_on_where_things_are_kept_for_her_and_off_again(cast, pushes, signed_in):
    rosa, page = signed_in("rosa"), reverse("reach:how_to_reach", args=[cast.spaces["rosa"]])
    begin = reverse("reach:wake_here", args=[cast.spaces["rosa"]])
    given = {"endpoint": f"{pushes.url}/wake", "key": "k"}
    assert begin not in rosa.get(page).content.decode(), "only where things are kept for her"
    assert rosa.post(begin, given).status_code == 409
    assert not PushDevice.objects.exists()
    rosa.cookies[KEEPING] = str(keeps(cast))
    assert f'"{begin}"' in rosa.get(page).content.decode()
    for _ in range(2):
        assert rosa.post(begin, given).status_code == 303
    shown = rosa.get(page).content.decode()
    assert "this one" in shown
    assert f'"{begin}"' not in shown
    assert pushes.url not in shown
    mine = PushDevice.objects.get()
    assert privacy.export(cast.place("rosa"))[-1] == {"notices_since": mine.since}
    privacy.erase(cast.spaces["rosa"])
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize("way", list(Channel))
def test_the_page_says_each_way_as_she_chose_it(cast, pushes, signed_in, way):
    said(cast, channel=way, number="")
    shown = signed_in("rosa").get(reverse("reach:how_to_reach", args=[cast.spaces["rosa"]])).content.decode()
    assert shown.count(f"<dd>{WAYS[way]}</dd>") == 1


def test_without_the_agency_s_word_there_are_none(cast, pushes, settings, signed_in):
    assert "push" in dict(HowToReachInFull().fields["channel"].choices), "control"
    settings.PUSH_CONTACT = ""
    for form in (HowToReach, HowToReachInFull):
        assert "push" not in dict(form().fields["channel"].choices)
    with pytest.raises(actions.NoPushService):
        wakes(cast, f"{pushes.url}/wake")
    page = signed_in("rosa").get(reverse("reach:how_to_reach", args=[cast.spaces["rosa"]])).content.decode()
    assert "Notices on your phone" not in page
    by_push(cast)
    effect = knock(cast)
    send(cast)
    assert stands(effect)[0] == State.STOPPED
    assert pushes.asked == []
