import datetime
import re
import tempfile

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from alongside.access import Kind
from alongside.attached import queries, uploads
from alongside.attached.forms import WithAttachments
from alongside.attached.models import Attachment
from alongside.attached.rules import MOST_BYTES_IN, MOST_BYTES_TOGETHER
from alongside.attached.urls import urlpatterns
from alongside.consent.models import Share
from alongside.consent.rules import Shared
from alongside.people.models import Account, Person, Seat
from alongside.people.rules import Role
from alongside.record.models import Entry
from tests.attached import steps
from tests.attached.files import PLANTED, as_file, photo, said, seen, voice

pytestmark = pytest.mark.once
HEARD = "I must be out on the thirty first"
HERS = "I must be out on the 31st\nand don’t understand the letter"


def url(cast, name, row, of="rosa"):
    return reverse(f"attached:{name}", args=[cast.spaces[of], row.id])


def words(cast, what=""):
    return reverse(f"record:{what or 'words'}", args=[cast.spaces["rosa"]])


def say(client, cast, *, what="say_need", said_by=None, **form):
    """As a browser sends a form with files."""
    form = {"key": "k", "words": "", **form}
    if said_by is not None:
        form["voice"] = as_file(said_by)
    return client.post(words(cast, what), form)


def text(answer):
    return answer.content.decode()


# --- one file --------------------------------------------------------------------------------------


def test_a_file_is_handed_out_to_keep_and_runs_nothing(cast, signed_in):
    row = steps.keep(cast, seen(), kind=Kind.MESSAGE)
    answer = signed_in("dana").get(url(cast, "one", row))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["Content-Disposition"] == 'attachment; filename="photo.jpg"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store, private"
    assert answer.content == queries.file_of(cast.place("dana"), row.id).content


@pytest.mark.parametrize(
    ("asks", "how"),
    [("image", "inline"), ("audio", "inline"), (None, "inline"), ("document", "attachment"), ("iframe", "attachment"),
     ("object", "attachment"), ("script", "attachment")],
)  # fmt: skip
def test_it_is_shown_in_a_picture_or_a_player_and_nowhere_else(cast, signed_in, asks, how):
    row, given = steps.keep(cast), {"HTTP_SEC_FETCH_DEST": asks} if asks else {}
    answer = signed_in("rosa").get(url(cast, "one", row) + "?show", **given)
    assert answer["Content-Disposition"].startswith(how)
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_player_gets_the_part_that_it_asks_for(cast, signed_in):
    row, rosa = steps.keep(cast), signed_in("rosa")
    whole = rosa.get(url(cast, "one", row))
    assert whole["Accept-Ranges"] == "bytes"
    part = rosa.get(url(cast, "one", row), HTTP_RANGE="bytes=10-29")
    assert (part.status_code, part.content) == (206, whole.content[10:30])
    assert part["Content-Range"] == f"bytes 10-29/{len(whole.content)}"
    assert part["Content-Security-Policy"] == whole["Content-Security-Policy"]
    behind = rosa.get(url(cast, "one", row), HTTP_RANGE="bytes=9999999-")
    assert (behind.status_code, behind["Content-Range"]) == (416, f"bytes */{len(whole.content)}")


def test_robin_and_a_client_of_another_space_find_nothing_at_any_address(cast, signed_in):
    row = steps.keep(cast)
    for name in ("robin", "lena", "nadia"):
        stranger = signed_in(name)
        for pattern in urlpatterns:
            for send in (stranger.get, stranger.post):
                assert send(url(cast, pattern.name, row)).status_code == 404
    assert signed_in("samuel").get(url(cast, "one", row)).status_code == 404
    assert signed_in("rosa").get(url(cast, "one", row)).status_code == 200, "control"
    assert signed_in("nadia").get(url(cast, "one", row, of="nadia")).status_code == 404


def test_whoever_is_invited_reads_her_words_and_gets_no_file(cast, signed_in):
    """A share opens what she said in writing; her voice stays with those who work with her."""
    row = steps.keep(cast)
    space = cast.spaces["rosa"]
    person = Person.objects.create(
        organisation=cast.organisation, key_scope_id=space, called="Carmen", made_at=cast.now
    )
    cast.accounts["carmen"] = Account.objects.create(
        person=person, login="c" * 64, is_staff_account=False, joined_at=cast.now, made_at=cast.now
    )
    Seat.objects.create(partnership_id=space, person=person, role=Role.SUPPORTER, begins=cast.now)
    Share.objects.create(
        partnership_id=space, person=person, shared=Shared.WORDS.value, purpose="to know", given_at=cast.now,
        begins=cast.now, ends=cast.now + datetime.timedelta(days=9),
    )  # fmt: skip
    assert signed_in("carmen").get(url(cast, "one", row)).status_code == 404


# --- her need and her hope -------------------------------------------------------------------------


def test_she_says_what_she_needs_and_it_unlocks_what_waits_for_her_words(cast, signed_in):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    picture = reverse("record:picture", args=[cast.spaces["rosa"]])
    assert "Waiting for the words of" in text(dana.get(picture)), "control"
    answer = say(rosa, cast, said_by=voice(40))
    assert (answer.status_code, answer["Location"]) == (303, words(cast))
    assert "Waiting for the words of" not in text(dana.get(picture))
    (row,) = Attachment.objects.unguarded(because="test")
    entry = Entry.objects.unguarded(because="test").get(what="need")
    assert (row.beside, row.seconds, entry.fingerprint) == (entry.id, 40, "")
    page = text(dana.get(words(cast)))
    assert url(cast, "one", row) + "?show" in page
    assert "Voice note, 0:40" in page
    assert "<audio" in text(dana.get(reverse("journeys:our_plan", args=[cast.spaces["rosa"]])))


def test_story_h_2_dana_writes_it_down_she_corrects_one_word_and_both_are_pinned(cast, signed_in):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    say(rosa, cast, said_by=voice())
    (row,) = Attachment.objects.unguarded(because="test")
    page = url(cast, "written", row)
    answer = dana.post(url(cast, "write_down", row), {"words": HEARD, "key": "a"})
    assert (answer.status_code, answer["Location"]) == (303, page)
    assert HEARD not in text(dana.get(words(cast))), "it counts for nothing yet"
    today = text(rosa.get("/today/"))
    assert "What you said was written down. Is it right?" in today
    assert page in today
    shown = text(rosa.get(page))
    assert HEARD in shown
    stands = re.search(r'name="seen" value="([0-9a-f-]+)"', shown).group(1)
    form = {"words": HERS.replace("\n", "\r\n"), "seen": stands, "key": "b"}
    assert dana.post(url(cast, "right", row), form).status_code == 403
    assert rosa.post(url(cast, "right", row), form).status_code == 303
    for client in (rosa, dana):
        pinned = text(client.get(reverse("record:listening", args=[cast.spaces["rosa"]])))
        assert HERS in pinned
        assert url(cast, "one", row) + "?show" in pinned
    assert "Is it right?" not in text(rosa.get("/today/"))
    assert text(dana.get(page)).count(HERS) == 2, "as it stands, and as she corrected it"
    assert dana.post(url(cast, "write_down", row), {"words": "no", "seen": stands, "key": "c"}).status_code == 409


def test_typed_words_and_a_voice_note_stand_side_by_side_and_stay_when_the_words_change(cast, signed_in):
    rosa = signed_in("rosa")
    say(rosa, cast, said_by=voice(), words="the letter")
    first = Entry.objects.unguarded(because="test").get(what="need")
    answer = say(rosa, cast, words="the letter, and the school", seen=str(first.id), key="k2")
    assert answer.status_code == 303
    page = text(rosa.get(words(cast)))
    assert "the letter, and the school" in page
    assert page.count("<audio controls preload") == 2, "beside what stands, and beside what stood before"
    assert Attachment.objects.unguarded(because="test").count() == 1


def test_what_cannot_be_kept_is_refused_with_a_sentence_and_nothing_typed_is_lost(cast, signed_in):
    rosa = signed_in("rosa")
    for file, sentence in (
        (photo(), "This is not a voice note"),
        (voice(70), "longer than 60 seconds"),
        (b"\x1a\x45\xdf\xa3" + bytes(2_000_000), "too large"),
        (voice() + bytes(MOST_BYTES_IN), "too large"),
    ):
        answer = say(rosa, cast, said_by=file, words="the letter\nof Monday")
        assert answer.status_code == 400
        assert sentence in text(answer)
        assert "the letter\nof Monday" in text(answer)
    assert say(rosa, cast).status_code == 400, "neither typed nor said"
    assert not Entry.objects.unguarded(because="test").exists()
    assert not Attachment.objects.unguarded(because="test").exists()


def test_a_voice_note_is_still_here_when_the_words_beside_it_were_refused(cast, signed_in):
    rosa = signed_in("rosa")
    answer = say(rosa, cast, said_by=voice(3), words="x" * 5000)
    assert answer.status_code == 400
    assert "A voice note, 3 seconds is still here" in text(answer)
    before = re.search(r'name="voice-before" value="([^"]+)"', text(answer)).group(1)
    assert say(rosa, cast, **{"voice-before": before, "words": "shorter"}).status_code == 303
    (row,) = Attachment.objects.unguarded(because="test")
    assert queries.file_of(cast.place("rosa"), row.id).content == said(3).content
    again = say(rosa, cast, **{"voice-before": "!", "key": "k3"})
    assert again.status_code == 400, "what was changed on the way is no voice note"


def test_a_form_sent_twice_keeps_one_and_another_file_is_another_write(cast, signed_in):
    rosa = signed_in("rosa")
    for _tap in range(2):
        assert say(rosa, cast, said_by=voice()).status_code == 303
    assert Attachment.objects.unguarded(because="test").count() == 1
    assert say(rosa, cast, said_by=voice(2)).status_code == 409, "another one, on a page that is stale by now"


def test_only_she_says_her_words_by_voice_too(cast, signed_in):
    assert say(signed_in("dana"), cast, said_by=voice()).status_code == 403
    assert not Attachment.objects.unguarded(because="test").exists()


def test_a_page_with_voice_notes_takes_few_queries(cast, signed_in):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    for what in ("say_need", "say_hope"):
        say(rosa, cast, what=what, said_by=voice(), key=what)
    for row in Attachment.objects.unguarded(because="test"):
        steps.write_down(cast, row, HEARD)
    for address in (words(cast), url(cast, "written", row)):
        with CaptureQueriesContext(connection) as asked:
            assert dana.get(address).status_code == 200
        print(f"{address.rsplit('/', 2)[1]}: {len(asked)} queries")
        assert len(asked) <= 16


# --- how files come in -----------------------------------------------------------------------------


def test_no_file_ever_lies_on_the_disk(cast, signed_in, monkeypatch):
    """Django would put a larger one there, in clear."""
    assert [f"{uploads.__name__}.InMemory"] == settings.FILE_UPLOAD_HANDLERS
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", None)
    assert say(signed_in("rosa"), cast, said_by=b"\x1a\x45\xdf\xa3" + bytes(5_000_000)).status_code == 400


def test_what_is_too_much_is_not_even_read(cast, signed_in):
    answer = say(signed_in("rosa"), cast, said_by=bytes(MOST_BYTES_TOGETHER))
    assert answer.status_code == 400


def test_a_photo_in_a_form_is_drawn_anew(cast):
    form = WithAttachments({}, MultiValueDict({"photos": [as_file(photo()), as_file(photo(kind="PNG"))]}))
    assert form.is_valid()
    assert [upload.media for upload in form.uploads()] == ["image/jpeg"] * 2
    assert not any(PLANTED in upload.content for upload in form.uploads())
    many = WithAttachments({}, MultiValueDict({"photos": [as_file(photo())] * 4}))
    assert many.errors["photos"] == ["Please send no more than 3 photos at a time."]
    wrong = WithAttachments({}, MultiValueDict({"photos": [as_file(b"<svg/>")]}))
    assert "This is not a photo" in wrong.errors["photos"][0]
    assert not WithAttachments({}, MultiValueDict()).errors
