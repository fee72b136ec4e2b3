import dataclasses

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from alongside.access import Denied, Kind
from alongside.access.models import TrailLine
from alongside.attached import actions, privacy, queries, rules
from alongside.attached.models import Attachment, Content, Transcript
from alongside.attached.rules import State
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.vault.keys import fingerprint
from tests.attached import steps
from tests.attached.files import said, seen

HEARD = "I must be out on the thirty first"
HERS = "I must be out on the 31st\nand don’t understand the letter"


def rows(model):
    return list(model.objects.unguarded(because="test").order_by("pk"))


def test_what_is_kept_can_be_had_back_to_the_byte_and_lies_encrypted(cast):
    upload = said()
    voice = steps.keep(cast, upload)
    assert (voice.sort, voice.seconds, voice.size) == ("voice", 1, len(upload.content))
    file = queries.file_of(cast.place("dana"), voice.id)
    assert (file.media, file.content, file.name) == ("audio/webm", upload.content, "voice.webm")
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM attached_content")
        (stored,) = cursor.fetchone()
    assert b"OpusHead" in upload.content, "control"
    assert b"OpusHead" not in bytes(stored)
    line = TrailLine.objects.get(doing="attach")
    assert (line.kind, line.row_id) == ("words", voice.id)


def test_it_arrives_once(cast):
    given = {"write_id": new_id(), "upload": said()}
    first, second = steps.keep(cast, **given), steps.keep(cast, **given)
    assert first == second
    assert len(rows(Content)) == 1


def test_beside_her_words_only_she_keeps_something_and_beside_messages_both(cast):
    with pytest.raises(Denied):
        steps.keep(cast, name="dana", kind=Kind.WORDS)
    assert steps.keep(cast, seen(), name="dana", kind=Kind.MESSAGE).kept_by_id == cast.accounts["dana"].person_id
    with pytest.raises(NotFound):
        steps.keep(cast, kind=Kind.DECISION)
    with pytest.raises(NotFound):
        steps.keep(cast, place=strange(cast), kind=Kind.MESSAGE)


def strange(cast):
    """Rosa's space as it would look to Robin, who has no seat there."""
    place = cast.place("dana")
    place.by = cast.viewer("robin")
    return place


def test_others_write_down_and_only_whoever_spoke_says_that_it_is_right(cast):
    voice = steps.keep(cast)
    proposed = steps.write_down(cast, voice, HEARD)
    assert (proposed.state, proposed.fingerprint) == (State.PROPOSED, "")
    with pytest.raises(actions.NotYourVoice):
        steps.right(cast, voice, HEARD, name="dana")
    right = steps.right(cast, voice, HERS)
    versions = sorted(rows(Transcript), key=lambda row: row.number)
    assert [(row.number, row.state, row.words) for row in versions] == [
        (1, "proposed", HEARD), (2, "corrected", HERS), (3, "yes", HERS),
    ]  # fmt: skip
    assert right.fingerprint == fingerprint(cast.spaces["rosa"], HERS), "to the letter what she said yes to"
    shown = queries.attachments(cast.place("dana"), [voice.id])[voice.id]
    assert shown.is_right
    assert shown.words == HERS


def test_what_somebody_else_wrote_counts_for_nothing_until_she_says_yes(cast):
    voice = steps.keep(cast)
    steps.write_down(cast, voice, HEARD)
    steps.write_down(cast, voice, HEARD + "!")
    shown = queries.attachments(cast.place("dana"), [voice.id])[voice.id]
    assert shown.written.words == HEARD + "!"
    assert shown.words == ""
    steps.right(cast, voice, HEARD + "!")
    assert [row.state for row in sorted(rows(Transcript), key=lambda row: row.number)] == [
        "proposed",
        "proposed",
        "yes",
    ]


def test_after_her_yes_nobody_else_writes_and_she_can_say_it_anew(cast):
    voice = steps.keep(cast)
    first = steps.right(cast, voice, HERS)
    with pytest.raises(actions.AlreadyRight):
        steps.write_down(cast, voice, HEARD)
    assert steps.right(cast, voice, HERS) == first, "the same again is no new version"
    steps.right(cast, voice, HERS + " …")
    assert queries.attachments(cast.place("dana"), [voice.id])[voice.id].words == HERS + " …"
    assert [one.words for one in queries.written_page(cast.place("rosa"), voice.id).earlier] == [HERS + " …", HERS]


def test_a_stale_page_changes_nothing(cast):
    voice = steps.keep(cast)
    steps.write_down(cast, voice, HEARD)
    for act in (steps.write_down, steps.right):
        with pytest.raises(actions.ChangedMeanwhile):
            act(cast, voice, HERS, seen=None)
    assert len(rows(Transcript)) == 1


def test_what_somebody_does_twice_by_accident_is_one(cast):
    voice, once, twice = steps.keep(cast), new_id(), new_id()
    for _tap in range(2):
        steps.write_down(cast, voice, HEARD, write_id=once, seen=None)
    before = steps.seen(cast, voice)
    for _tap in range(2):
        steps.right(cast, voice, HERS, write_id=twice, seen=before)
    assert len(rows(Transcript)) == 3


def test_a_photo_and_somebody_elses_voice_have_no_written_form_to_give(cast):
    photo = steps.keep(cast, seen(), kind=Kind.MESSAGE)
    other = steps.keep(cast, name="nadia", place=cast.place("nadia", of="nadia"), kind=Kind.WORDS)
    for row in (photo, other):
        with pytest.raises(NotFound):
            steps.write_down(cast, row, HEARD, seen=None)
        with pytest.raises(NotFound):
            steps.right(cast, row, HEARD, seen=None)


def test_a_worker_says_yes_to_what_the_worker_said(cast):
    voice = steps.keep(cast, name="dana", kind=Kind.MESSAGE)
    steps.write_down(cast, voice, "I call on Thursday.", name="rosa")
    steps.right(cast, voice, "I call on Thursday.", name="dana")
    assert queries.attachments(cast.place("rosa"), [voice.id])[voice.id].words == "I call on Thursday."


def test_samuel_whose_seat_opens_neither_sees_nothing_of_it(cast):
    voice = steps.keep(cast)
    assert queries.attachments(cast.place("samuel"), [voice.id]) == {}
    with pytest.raises(NotFound):
        queries.file_of(cast.place("samuel"), voice.id)
    assert not queries.waiting_in(cast.place("samuel"))


def test_many_take_as_many_queries_as_one(cast):
    ids = [steps.keep(cast, beside=new_id()).id for _ in range(5)]
    for voice in rows(Attachment)[:3]:
        steps.write_down(cast, voice, HEARD, seen=None)
    for wanted in (ids[:1], ids):
        place = cast.place("dana")
        with CaptureQueriesContext(connection) as asked:
            assert len(queries.attachments(place, wanted)) == len(wanted)
        assert len(asked) == 2
        assert not any("content" in query["sql"] for query in asked), "no list opens a file"
    with CaptureQueriesContext(connection) as asked:
        assert queries.attachments(cast.place("dana"), []) == {}
    assert not [query for query in asked if "attached" in query["sql"]]


def test_a_row_that_keeps_what_it_knows_of_a_voice_note_shows_it_the_same_in_one_query(cast):
    voice = steps.keep(cast)
    kept = rules.Voice(voice.id, voice.seconds, voice.size)
    assert rules.voice_in({"words": "", **kept.as_body()}) == kept
    assert rules.voice_in({"words": ""}) is rules.voice_in(None) is None
    written = (lambda: None, lambda: steps.write_down(cast, voice, HEARD), lambda: steps.right(cast, voice, HERS))
    shown = []
    for write in written:
        write()
        for name in ("rosa", "dana"):
            place = cast.place(name)
            [itself] = queries.attachments(place, [voice.id]).values()
            with CaptureQueriesContext(connection) as asked:
                [shown_by_row] = queries.voices(place, {kept: voice.kept_by_id}).values()
            assert len(asked) == 1
            assert shown_by_row == dataclasses.replace(itself, at=None)
        shown.append(shown_by_row.words)
    assert shown == ["", "", HERS], "control: what is written counts when she says yes"
    assert queries.voices(place, {}) == {}


def test_what_stands_beside_a_row_is_found_by_the_row(cast):
    message = new_id()
    first = steps.keep(cast, seen(), kind=Kind.MESSAGE, beside=message)
    second = steps.keep(cast, kind=Kind.MESSAGE, beside=message)
    steps.keep(cast, kind=Kind.MESSAGE, beside=new_id())
    found = queries.attachments_beside(cast.place("dana"), [message])
    assert {one.id for one in found[message]} == {first.id, second.id}
    assert queries.attachments_beside(cast.place("dana"), []) == {}


def test_the_database_itself_refuses_a_second_content_and_a_second_version(cast):
    voice = steps.keep(cast)
    with pytest.raises(IntegrityError):
        Content.objects.create(
            partnership_id=voice.partnership_id, kind="words", attachment=voice, media="audio/webm", content=b"x"
        )


def test_her_copy_says_all_of_it_and_erasing_leaves_nothing(cast):
    voice = steps.keep(cast)
    steps.write_down(cast, voice, HEARD)
    (told,) = privacy.export(cast.place("rosa"))
    assert (told["seconds"], told["media"], told["written"][0]["words"]) == (1, "audio/webm", HEARD)
    assert told["file"] == f"{voice.id}.webm"
    others = steps.keep(cast, place=cast.place("nadia", of="nadia"))
    privacy.erase(cast.spaces["rosa"])
    assert rows(Attachment) == [others]
    assert not rows(Transcript)
