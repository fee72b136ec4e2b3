"""What is due leaves once, by her rule of that moment; what does not leave becomes a person's to do."""

import datetime
import threading

import pytest
from django.db import connection, connections
from django.db.transaction import atomic

from alongside.glass import actions as glass
from alongside.glass.queries import reference_of
from alongside.glass.rules import Purpose
from alongside.journeys.queries import waiting_in
from alongside.kit.ids import new_id
from alongside.people.models import Seat
from alongside.people.rules import Role
from alongside.reach import actions, channels, queries, rules, tending
from alongside.reach.channels import NotNow
from alongside.reach.models import Outgoing
from alongside.reach.rules import Because, Channel, Sentence, State, Why
from tests.house import ON_POSTGRESQL
from tests.reach.conftest import PHONE, knock, said

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
NEWS = "There is something new for you."


def row(effect):
    return Outgoing.objects.get(effect=effect)


def stands(effect):
    return row(effect).state, row(effect).why


def send(cast, **later):
    return tending.send_what_is_due(cast.now + datetime.timedelta(**later))


# --- What leaves -----------------------------------------------------------------------------------


def test_a_knock_leaves_by_text_and_says_nothing(cast, gateway, settings):
    settings.TEXT_KEY = "a key"
    said(cast)
    effect = knock(cast)
    assert send(cast) == 1
    (asked,) = gateway.asked
    assert (asked["to"], asked["text"], asked["id"]) == (PHONE, NEWS, asked["headers"]["Idempotency-Key"])
    assert asked["headers"]["Authorization"] == "Bearer a key"
    assert set(asked["headers"]) == {
        "Host", "Accept-Encoding", "Content-Length", "Idempotency-Key", "Authorization", "Content-Type"
    }, "no header says who we are"  # fmt: skip
    assert stands(effect) == (State.GONE, "")
    assert send(cast, minutes=1) == 0


def test_the_same_effect_is_told_once(cast, gateway):
    said(cast)
    effect = knock(cast)
    knock(cast, effect=effect)
    knock(cast, "dana", effect=effect)
    assert Outgoing.objects.filter(effect=effect).count() == 2, "once for each person"


def test_a_mail_names_nobody_but_whom_it_goes_to(cast, mail):
    said(cast, channel=Channel.EMAIL, number="rosa@mail.example", sentence=Sentence.BOOK)
    knock(cast)
    send(cast)
    (letter,) = mail.letters
    head, _, body = letter.decode().partition("\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    key = fields.pop("Message-ID")
    assert key.endswith("@mail.example>")
    assert fields.pop("Date").endswith("-0000")
    assert fields == {
        "From": "notes@mail.example", "To": "rosa@mail.example", "Subject": "The book you asked for is here.",
        "Auto-Submitted": "auto-generated", "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit", "MIME-Version": "1.0",
    }  # fmt: skip
    assert body == "The book you asked for is here.\r\n"
    assert mail.heard.startswith(b"ehlo mail.example\r\n"), "this machine's own name stays here"
    assert b"mail FROM:<notes@mail.example>" in mail.heard


def test_it_speaks_her_language_or_her_words(cast, gateway):
    account = cast.accounts["rosa"]
    account.language = "es"
    account.save()
    said(cast, sentence=Sentence.OWN, own_sentence="pan de almendra")
    knock(cast)
    send(cast)
    assert gateway.asked[0]["text"] == "pan de almendra"


def test_staff_get_a_mail_of_the_same_sort(cast, mail):
    effect = knock(cast, "dana")
    none = knock(cast, "dana", of="nadia")
    actions.knock(
        partnership_id=None, person_id=cast.accounts["lena"].person_id, because=Because.TODAY, effect=none, now=cast.now
    )
    send(cast)
    assert stands(effect) == (State.GONE, "")
    assert [row.state for row in Outgoing.objects.filter(effect=none).order_by("state")] == [State.GONE, State.JOINED]
    assert sorted(letter.decode().split("To: ")[1].split()[0] for letter in mail.letters) == [
        "dana@riverside.example", "lena@riverside.example"
    ]  # fmt: skip


# --- Her rule, when it leaves ------------------------------------------------------------------------


def test_the_rule_counts_that_holds_when_it_leaves(cast, gateway):
    said(cast)
    effect = knock(cast, not_before=cast.now + HOUR)
    assert send(cast, minutes=30) == 0, "not before its time"
    said(cast, channel=Channel.HERE)
    send(cast, hours=1)
    assert stands(effect) == (State.STOPPED, Why.ONLY_HERE)
    assert not gateway.asked
    assert not queries.did_not_leave(cast.place("dana")).exists(), "nobody is asked to try another way"


def test_outside_her_hours_it_waits_for_them(cast, gateway):
    said(cast, from_hour=datetime.time(12, 10), to_hour=datetime.time(12, 30), days=[2, 4])
    effect = knock(cast)
    send(cast)
    assert row(effect).next_try == datetime.datetime(2026, 3, 3, 12, 10, tzinfo=datetime.UTC)
    assert row(effect).tries == 0
    assert send(cast, days=1) == 0
    send(cast, days=1, hours=3, minutes=10)
    assert stands(effect) == (State.GONE, "")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"channel": Channel.HERE}, Why.ONLY_HERE),
        ({"channel": Channel.CALL}, Why.A_PERSON),
        ({"channel": Channel.LETTER}, Why.A_PERSON),
        ({"never": "never write"}, Why.A_PERSON),
        ({"number": "ask my sister"}, Why.NO_ADDRESS),
        ({"channel": Channel.EMAIL, "number": "a@b.example"}, Why.NOT_SET_UP),
    ],
)
def test_what_she_closed_stays_closed(cast, gateway, change, why):
    said(cast, **change)
    effects = [knock(cast, because=because) for because in Because]
    send(cast, minutes=5)
    assert {stands(effect) for effect in effects} == {(State.STOPPED, why)}
    assert not gateway.heard
    said(cast, **{**change, "channel": Channel.TEXT, "number": PHONE, "even_so": True})
    knock(cast)
    send(cast, minutes=5)
    assert len(gateway.asked) == 1, "control"


def test_who_has_not_said_anything_is_told_only_here(cast, gateway):
    effect = knock(cast)
    send(cast)
    assert stands(effect) == (State.STOPPED, Why.NOT_SAID)


def test_who_has_no_seat_any_more_is_told_nothing(cast, mail):
    effect = knock(cast, "dana")
    Seat.objects.filter(person_id=cast.accounts["dana"].person_id, partnership_id=cast.spaces["rosa"]).update(
        begins=cast.now - HOUR, ends=cast.now
    )
    stranger = knock(cast, "robin")
    send(cast)
    assert stands(effect) == stands(stranger) == (State.STOPPED, Why.NOT_HERE)
    assert not mail.letters


def test_what_she_has_read_here_needs_no_word_outside(cast, gateway, signed_in):
    said(cast, now=cast.now - HOUR)
    effect = knock(cast, because=Because.MESSAGE, now=cast.now - MINUTE)
    told = knock(cast, because=Because.LET_IN, now=cast.now - MINUTE / 2)
    signed_in("rosa").get(f"/space/{cast.spaces['rosa']}/reach/")
    send(cast)
    assert stands(effect) == (State.NEEDLESS, "")
    assert stands(told) == (State.GONE, ""), "control: that somebody was let in is told in any case"


def test_a_flurry_goes_as_one(cast, gateway):
    said(cast)
    first, second = knock(cast), knock(cast)
    send(cast)
    third = knock(cast, now=cast.now + MINUTE)
    send(cast, minutes=2)
    assert [row(each).state for each in (first, second, third)] == [State.GONE, State.JOINED, State.WAITS]
    assert len(gateway.asked) == 1
    send(cast, minutes=16)
    assert row(third).state == State.GONE


def test_whoever_is_talking_is_left_a_moment(cast, gateway):
    said(cast)
    effect = knock(cast, because=Because.MESSAGE)
    send(cast)
    assert row(effect).state == State.WAITS
    send(cast, minutes=1)
    assert row(effect).state == State.GONE


# --- Trying again ------------------------------------------------------------------------------------


def test_what_did_not_work_is_tried_again_under_the_same_key_and_then_a_person_is_told(cast, gateway):
    said(cast, to_hour=datetime.time(23, 59), from_hour=datetime.time(0))
    gateway.answers = lambda: 503
    effect = knock(cast)
    at = cast.now
    while row(effect).ended_at is None:
        at = max(at, row(effect).next_try)
        tending.send_what_is_due(at)
    assert stands(effect) == (State.STOPPED, Why.GAVE_UP)
    assert len(gateway.asked) == 8
    assert len({asked["id"] for asked in gateway.asked}) == 1
    waits = [one.sentence for one in waiting_in(cast.place("dana"))]
    assert "Rosa could not be reached by text: try another way." in waits
    assert not [one for one in waiting_in(cast.place("rosa")) if "could not be reached" in one.sentence]
    dana = cast.place("dana")
    actions.see_to_it(by=dana.by, about=dana, now=cast.now, write_id=new_id())
    assert not queries.to_see_to(cast.place("dana"))


@pytest.mark.parametrize(
    ("status", "becomes"),
    [(400, State.STOPPED), (401, State.WAITS), (429, State.WAITS), (302, State.WAITS), (409, State.GONE)],
)
def test_each_answer_of_a_gateway_is_understood(cast, gateway, status, becomes):
    said(cast)
    gateway.answers = lambda: status
    gateway.headers = {"Location": gateway.url}
    effect = knock(cast)
    send(cast)
    assert row(effect).state == becomes
    assert len(gateway.asked) == 1, "nobody is followed elsewhere"


@pytest.mark.parametrize(
    ("refuses", "becomes"),
    [
        ({"RCPT": "550 nobody"}, State.STOPPED), ({"RCPT": "450 later"}, State.WAITS),
        ({"DATA": "554 no"}, State.STOPPED),
        ({"MAIL": "550 not you"}, State.WAITS), ({"EHLO": "421 full", "HELO": "421 full"}, State.WAITS),
    ],
)  # fmt: skip
def test_each_refusal_of_a_mail_server_is_understood(cast, mail, refuses, becomes):
    said(cast, channel=Channel.EMAIL, number="rosa@mail.example")
    mail.refuses = refuses
    effect = knock(cast)
    send(cast)
    assert row(effect).state == becomes


def test_a_mail_server_that_dies_after_taking_it_gets_the_same_message_once_more(cast, mail):
    said(cast, channel=Channel.EMAIL, number="rosa@mail.example")
    mail.hangs_up_after_data = True
    effect = knock(cast)
    send(cast)
    mail.hangs_up_after_data = False
    send(cast, minutes=2)
    assert row(effect).state == State.GONE
    ids = [letter.split(b"Message-ID: ")[1].split()[0] for letter in mail.letters]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_crash_between_sending_and_marking_sends_the_same_key_again_and_the_gateway_sends_it_on_once(
    cast, gateway, monkeypatch
):
    said(cast)
    effect = knock(cast)

    def dies(*args):
        raise SystemExit

    with monkeypatch.context() as breaks:
        breaks.setattr(tending, "_mark", dies)
        with pytest.raises(SystemExit):
            send(cast)
    assert (row(effect).state, len(gateway.asked)) == (State.GOES, 1)
    assert send(cast, minutes=1) == 0, "its lease holds"
    send(cast, minutes=4)
    assert row(effect).state == State.GONE
    assert (len(gateway.asked), len(gateway.sent)) == (2, 1)


def test_whoever_lost_the_lease_does_not_undo_what_the_next_one_did(cast, gateway):
    said(cast)
    effect = knock(cast)
    _, slow = tending._take_one(cast.now)
    send(cast, minutes=4)
    assert row(effect).state == State.GONE
    tending._mark(slow, None, cast.now + 5 * MINUTE)
    assert row(effect).state == State.GONE


# --- Several at once -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_four_nodes_send_each_row_once_and_never_with_a_transaction_open(cast, gateway, monkeypatch):
    said(cast)
    effects = [knock(cast, because=Because.TRY) for _ in range(24)]
    hand_over, inside, start = channels.hand_over, [], threading.Barrier(4)

    def watched(parcel):
        inside.append(connection.in_atomic_block)
        hand_over(parcel)

    monkeypatch.setattr(channels, "hand_over", watched)
    looked_at = []

    def node():
        start.wait(10)
        looked_at.append(tending.send_what_is_due(cast.now))
        connections.close_all()

    nodes = [threading.Thread(target=node) for _ in range(4)]
    for each in nodes:
        each.start()
    for each in nodes:
        each.join(60)
    assert {row(effect).state for effect in effects} == {State.GONE}
    assert sum(looked_at) == len(gateway.asked) == len(gateway.sent) == 24
    assert inside == [False] * 24
    with atomic():
        assert connection.in_atomic_block, "control"
    print(f"\n24 rows by 4 nodes: {sorted(looked_at)}, on {'PostgreSQL' if ON_POSTGRESQL else 'SQLite'}")


# --- Somebody was let in -----------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "words"), [({}, [NEWS]), ({"channel": Channel.HERE}, []), ({"days": [2]}, [])])
def test_that_somebody_was_let_in_goes_by_her_rule_and_without_a_word_of_it(cast, gateway, change, words):
    said(cast, **change)
    glass.break_glass(
        by=cast.viewer("robin"), reference=reference_of(cast.spaces["rosa"]), purpose=Purpose.TREATMENT,
        reason="nobody answers", proved=True, now=cast.now, write_id=new_id(),
    )  # fmt: skip
    row = Outgoing.objects.get()
    assert (row.because, row.person_id) == (Because.LET_IN, cast.accounts["rosa"].person_id)
    send(cast)
    assert [one["text"] for one in gateway.asked] == words


# --- Outside her hours, by two people --------------------------------------------------------------------


def ask(cast, name="dana"):
    place = cast.place(name)
    return actions.ask_past_hours(
        by=place.by, about=place, reason="she waits at the door", now=cast.now, write_id=new_id()
    )


def agree(cast, asked, name, now=None):
    place = cast.place(name, now=now)
    return actions.agree_past_hours(by=place.by, about=place, asked_id=asked.id, now=now or cast.now)


@pytest.fixture
def closed(cast, gateway):
    """Rosa may be written to, and not on a Monday."""
    said(cast, days=[2])
    Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER,
        begins=cast.now, ends=cast.now + datetime.timedelta(days=1),
    )  # fmt: skip
    return cast


def test_two_people_pass_her_hours_and_she_reads_who_and_why(closed, gateway, signed_in):
    asked = ask(closed)
    send(closed)
    assert not gateway.asked, "nothing leaves by asking"
    with pytest.raises(actions.NeedsAnother):
        agree(closed, asked, "dana")
    assert any("Do you agree?" in one.sentence for one in waiting_in(closed.place("samuel")))
    agree(closed, asked, "samuel")
    send(closed)
    assert [one["text"] for one in gateway.asked] == [NEWS]
    page = signed_in("rosa").get(f"/space/{closed.spaces['rosa']}/reach/").content.decode()
    assert all(word in page for word in ("Dana", "Samuel", "she waits at the door"))


def test_who_agrees_too_late_agrees_to_nothing(closed, gateway):
    asked = ask(closed)
    with pytest.raises(actions.AskIsOver):
        agree(closed, asked, "amir", now=closed.now + HOUR)


@pytest.mark.parametrize("change", [{"channel": Channel.HERE}, {"never": "never on my own"}, {"channel": Channel.CALL}])
def test_two_people_pass_her_hours_and_nothing_else(closed, gateway, change):
    asked = ask(closed)
    said(closed, **{"days": [2], **change})
    with pytest.raises(actions.NothingToPass):
        ask(closed)
    agree(closed, asked, "amir")
    send(closed)
    assert not gateway.asked


def test_a_yes_does_not_count_for_ever(closed, gateway):
    asked = ask(closed)
    agree(closed, asked, "amir")
    tending.send_what_is_due(closed.now + HOUR)
    assert not gateway.asked
    assert row(asked.id).state == State.WAITS


# --- Trying it out -------------------------------------------------------------------------------------


def try_out(cast, name="rosa"):
    place = cast.place(name)
    actions.try_it_out(by=place.by, about=place, now=cast.now, write_id=new_id())


def test_she_tries_out_what_comes_and_not_without_end(cast, gateway):
    with pytest.raises(actions.CannotTryOut):
        try_out(cast)
    said(cast)
    for _ in range(rules.TRIES_A_DAY):
        try_out(cast)
    with pytest.raises(actions.TriedOften):
        try_out(cast)
    send(cast)
    assert len(gateway.asked) == rules.TRIES_A_DAY


# --- The ways out ------------------------------------------------------------------------------------


def parcel(**changes):
    given = {"way": Channel.TEXT, "to": PHONE, "words": NEWS, "key": "k", "at": datetime.datetime.now(datetime.UTC)}
    return channels.Parcel(**{**given, **changes})


def test_a_gateway_is_asked_in_its_own_words(gateway, settings):
    settings.TEXT_FIELDS = "to=phone,text=body,id=ref,+from=Notes"
    assert channels._request(parcel())[1] == (
        b'{"phone": "+447700900123", "body": "There is something new for you.", "ref": "k", "from": "Notes"}'
    )
    settings.TEXT_FORMAT = "form"
    headers, body = channels._request(parcel())
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert body.startswith(b"phone=%2B447700900123&body=There+is")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://gateway.example/send", ["10.0.0.8"]),
        ("https://gateway.example/send", ["93.184.216.34", "127.0.0.1"]),
        ("https://gateway.example/send", ["169.254.169.254"]),
        ("https://169.254.169.254/send", []),
        ("https://0.0.0.0/send", []),
        ("http://gateway.example/send", ["93.184.216.34"]),
    ],
)
def test_nothing_is_sent_to_a_machine_beside_us_or_in_clear(settings, monkeypatch, url, found):
    settings.TEXT_URL = url
    monkeypatch.setattr(channels.socket, "getaddrinfo", lambda *a, **b: [(0, 0, 0, "", (one, 443)) for one in found])
    tried = []
    monkeypatch.setattr(channels.socket, "create_connection", lambda *a, **b: tried.append(a) or 1 / 0)
    with pytest.raises(NotNow):
        channels.hand_over(parcel())
    assert not tried
    monkeypatch.setattr(channels.socket, "getaddrinfo", lambda *a, **b: [(0, 0, 0, "", ("93.184.216.34", 443))])
    settings.TEXT_URL = "https://gateway.example/send"
    with pytest.raises(ZeroDivisionError):
        channels.hand_over(parcel())
    assert tried == [(("93.184.216.34", 443), channels.SECONDS)], "control: the address that was looked at"


def test_a_file_for_each_and_a_second_one_for_none(settings, tmp_path):
    settings.TEXT_URL = f"file:{tmp_path}/sent"
    for _ in range(2):
        channels.hand_over(parcel())
    (file,) = (tmp_path / "sent").iterdir()
    assert file.read_text() == '{"to": "+447700900123", "words": "There is something new for you."}'
    assert file.stat().st_mode & 0o077 == 0


def test_the_screen_shows_no_number(settings, capsys):
    settings.TEXT_URL = "console:"
    channels.hand_over(parcel())
    assert capsys.readouterr().out == "[text to …23] There is something new for you.\n"


def test_unsafe_settings_are_named(settings):
    assert channels.amiss() == []
    settings.TEXT_URL, settings.MAIL_URL, settings.MAIL_FROM = "http://gateway.example/", "ftp://mail.example", ""
    assert len(channels.amiss()) == 3
    settings.TEXT_URL, settings.MAIL_URL, settings.MAIL_FROM = "https://g.example", "smtps://m.example", "n@m.example"
    assert channels.amiss() == []
