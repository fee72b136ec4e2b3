"""What lies beside a message that waits for its hour, or was taken back, is as closed as the message is."""

import datetime
from importlib import import_module
from itertools import chain

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Q
from django.urls import reverse

from alongside import access
from alongside.access import Kind
from alongside.attached import privacy, queries, searching
from alongside.attached.models import Attachment, Content, Transcript
from alongside.conversations import actions as conversations
from alongside.kit.errors import NotFound
from alongside.kit.folding import Wanted
from tests.attached import steps
from tests.attached.files import said, seen
from tests.conversations.steps import do, say
from tests.record import steps as record

NIGHT = datetime.datetime(2026, 3, 7, 2, 10, tzinfo=datetime.UTC)  # a Saturday
MONDAY = datetime.datetime(2026, 3, 9, 9, 0, tzinfo=datetime.UTC)
HEARD = "the caretaker knocked"


@pytest.fixture
def amir(request):
    """Amir stands in: the other voice that opens messages."""
    from alongside.people.models import Seat
    from alongside.people.rules import Role

    cast = request.getfixturevalue("cast")
    return Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER,
        begins=cast.now, ends=cast.now + datetime.timedelta(days=14),
    )  # fmt: skip


def sent(cast, name="rosa", *, now=NIGHT, text="", uploads=None):
    """A message with a voice note and a photo beside it, and the rows that lie there."""
    message = say(cast, text, name, now=now, uploads=uploads or [said(), seen()])
    kept = Attachment.objects.unguarded(because="test").filter(beside=message.id)
    return message, kept.get(sort="voice"), kept.get(sort="photo")


def take_back(cast, message, name="rosa", *, now=NIGHT):
    do(conversations.take_back_message, cast, name, message_id=message.id, now=now)


def opens(cast, name, row, now):
    """What every way in says of one: page, copy, search, written form and counts; `None` when they disagree."""
    place = cast.place(name, now=now)
    answers = {
        row.id in queries.attachments(place, [row.id]),
        row.beside in queries.attachments_beside(place, [row.beside]),
        row.id in {told["id"] for told in privacy.export(place)},
        Attachment.objects.visible_to(place.by).filter(id=row.id).count() == 1,
        Content.objects.visible_to(place.by).filter(attachment_id=row.id).exists(),
        found(lambda: queries.file_of(place, row.id)),
        found(lambda: access.see(place.by, Attachment, row.id)),
    }
    if row.sort == "voice":
        answers.add(found(lambda: queries.written_page(place, row.id)))
    return answers.pop() if len(answers) == 1 else None


def found(read):
    try:
        read()
    except NotFound:
        return False
    return True


def found_by_search(cast, name, now):
    return sum(1 for _ in chain.from_iterable(searching.texts(cast.viewer(name, now=now), Wanted.of("caretaker"))))


def test_beside_a_message_that_waits_for_its_hour_it_is_open_to_its_writer_alone(cast, amir):
    _message, voice, photo = sent(cast)
    for row in (voice, photo):
        assert opens(cast, "rosa", row, NIGHT) is True
        for name in ("dana", "amir"):
            assert opens(cast, name, row, NIGHT) is False
            assert opens(cast, name, row, MONDAY) is True, "control: it opens by the clock, and nothing has to run"


def test_what_staff_send_late_waits_in_the_same_way_and_what_cannot_wait_does_not(cast, amir):
    evening = cast.now + datetime.timedelta(hours=11)
    _message, voice, photo = sent(cast, "dana", now=evening)
    for row in (voice, photo):
        assert opens(cast, "dana", row, evening) is True
        assert [opens(cast, name, row, evening) for name in ("rosa", "amir")] == [False, False]
        assert opens(cast, "rosa", row, cast.now + datetime.timedelta(days=1)) is True
    urgent = say(cast, "Tonight.", "dana", now=evening, at_once=True, uploads=[seen()])
    row = Attachment.objects.unguarded(because="test").get(beside=urgent.id)
    assert opens(cast, "rosa", row, evening) is True


def test_what_she_takes_back_is_hers_alone_also_what_somebody_wrote_down_of_it(cast, amir):
    message, voice, photo = sent(cast, now=cast.now)
    steps.write_down(cast, voice, HEARD)
    assert opens(cast, "dana", voice, cast.now) is True, "control"
    assert [found_by_search(cast, name, cast.now) for name in ("rosa", "dana", "amir")] == [1, 1, 1], "control"
    [asked] = queries.waiting_in(cast.place("rosa"))
    assert asked.rows.exists(), "control"
    take_back(cast, message, now=cast.now)
    for row in (voice, photo):
        assert opens(cast, "rosa", row, cast.now) is True
        for name in ("dana", "amir"):
            assert opens(cast, name, row, cast.now) is False
            assert opens(cast, name, row, MONDAY) is False, "it never opens again"
    assert [found_by_search(cast, name, MONDAY) for name in ("rosa", "dana", "amir")] == [1, 0, 0]
    assert Transcript.objects.visible_to(cast.viewer("dana")).count() == 0, "it was Dana who wrote it down"
    [asked] = queries.waiting_in(cast.place("rosa"))
    assert not asked.rows.exists(), "nobody asks her about what she took back"
    for write in (steps.write_down, steps.right):
        with pytest.raises(NotFound):
            write(cast, voice, "anew", name="dana", seen=None)
    steps.right(cast, voice, "the caretaker knocked twice")
    assert found_by_search(cast, "dana", MONDAY) == 0


def test_what_staff_take_back_stays_with_her_if_she_had_got_it_and_not_if_she_had_not(cast, amir):
    evening = cast.now + datetime.timedelta(hours=11)
    got, late = sent(cast, "dana", now=cast.now), sent(cast, "dana", now=evening)
    for message, _voice, _photo in (got, late):
        take_back(cast, message, "dana", now=evening)
    for row in got[1:]:
        assert [opens(cast, name, row, MONDAY) for name in ("rosa", "dana", "amir")] == [True, True, True]
    for row in late[1:]:
        assert [opens(cast, name, row, MONDAY) for name in ("rosa", "dana", "amir")] == [False, True, False]


def test_beside_her_need_and_her_hope_nothing_ever_waits(cast):
    """Her words stay among the earlier ones when she takes them back, and so does how she said them."""
    entry = record.say(cast, "", voice=said())
    voice = Attachment.objects.unguarded(because="test").get(beside=entry.id)
    steps.write_down(cast, voice, HEARD)
    record.take_back(cast)
    for name in ("rosa", "dana"):
        assert opens(cast, name, voice, cast.now) is True
        assert found_by_search(cast, name, cast.now) == 1


def test_what_was_kept_before_opens_when_its_message_did_and_stays_closed_where_that_was_taken_back(cast):
    late, got, gone = sent(cast), sent(cast, now=cast.now), sent(cast, now=cast.now)
    take_back(cast, gone[0], now=cast.now)
    words = steps.keep(cast, kind=Kind.WORDS)
    rows = Attachment.objects.unguarded(because="test")
    opened = dict(rows.values_list("id", "opens_at"))
    assert {opened[row.id] for row in (late[1], got[1], gone[1], words)} == {MONDAY, cast.now, None}, "control"
    rows.update(opens_at=None)
    step = import_module("alongside.attached.migrations.0002_closed_with_its_message")
    step.as_its_message(
        MigrationLoader(connection).project_state(("attached", step.__name__.rpartition(".")[2])).apps, None
    )
    assert dict(rows.values_list("id", "opens_at")) == opened


def test_control_without_the_condition_each_of_these_ways_opens_it(cast, amir, rules_read_anew, monkeypatch):
    _message, voice, photo = sent(cast)
    monkeypatch.setattr(Attachment, "closed_to", classmethod(lambda model, viewer: Q(pk__in=[])))
    assert [opens(cast, name, row, NIGHT) for name in ("dana", "amir") for row in (voice, photo)] == [True] * 4


def test_at_its_address_it_is_not_there_for_the_other_voice_and_for_robin_until_it_is_delivered(
    cast, signed_in, frozen
):
    frozen.move_to(NIGHT)
    message, voice, photo = sent(cast, text="At night.")
    urls = [reverse("attached:one", args=[cast.spaces["rosa"], row.id]) for row in (voice, photo)]
    written = reverse("attached:written", args=[cast.spaces["rosa"], voice.id])
    people = {name: signed_in(name) for name in ("rosa", "dana", "robin", "samuel")}

    def told(name):
        return [people[name].get(url).status_code for url in [*urls, f"{urls[0]}?show", written]]

    assert [told(name)[0] for name in people] == [200, 404, 404, 404]
    assert told("rosa") == [200] * 4
    assert told("dana") == [404] * 4
    heard = {"words": HEARD, "key": "k", "seen": ""}
    for name in ("write_down", "right"):
        url = reverse(f"attached:{name}", args=[cast.spaces["rosa"], voice.id])
        assert people["dana"].post(url, heard).status_code == 404
    assert not Transcript.objects.unguarded(because="test").exists()
    thread = reverse("conversations:thread", args=[cast.spaces["rosa"]])
    assert urls[0] in people["rosa"].get(thread).content.decode()
    frozen.move_to(MONDAY)
    people = {name: signed_in(name) for name in people}
    assert told("dana") == [200] * 4, "control"
    assert urls[0] in people["dana"].get(thread).content.decode(), "control"
    take_back(cast, message, now=MONDAY)
    assert [told(name) for name in people] == [[200] * 4, *[[404] * 4] * 3]
    assert urls[0] in people["rosa"].get(thread).content.decode()
    assert urls[0] not in people["dana"].get(thread).content.decode()
