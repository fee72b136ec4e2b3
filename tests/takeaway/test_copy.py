"""My copy: what is in the file, how it reads, who can make and take it, and that nothing of it is left lying about."""

import hashlib
import html
import io
import json
import re
import zipfile

import pytest
from django.utils import translation

from alongside.access import Denied
from alongside.access.models import TrailLine
from alongside.access.private import private_tables
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Seat
from alongside.people.rules import Role
from alongside.takeaway import actions, gathering, making, packing, rules
from alongside.takeaway.actions import NothingToTake
from alongside.takeaway.models import Copy, Part
from alongside.takeaway.readable import readable
from tests.takeaway.kept import kept_in

# Kept from her for a while, by two people or until tomorrow; and a hold that was lifted, which is shown where it stood.
NOT_OPEN = {"what is not shown", "why it is not shown", "what is for tomorrow", "a basis", "a scope"}


def test_every_table_about_a_space_is_in_the_copy_or_named_with_a_reason():
    about, copied = set(gathering.tables_of_a_space()), set(gathering.tables_in_a_copy())
    assert about == copied | set(gathering.LEFT_OUT)
    assert not copied & set(gathering.LEFT_OUT)
    assert {model._meta.label for model in private_tables().values()} <= about
    assert all(len(reason) > 20 for reason in gathering.LEFT_OUT.values())


def test_the_file_holds_every_word_three_times_and_nobody_elses(copier, life):
    """I5: as rows, as a page, and on paper; disagreements and taken-back words too."""
    file = copier.make()
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert {rules.PAGE, rules.PAPER, rules.ROWS, rules.MANIFEST} <= set(files)
    rows, page = files[rules.ROWS].decode(), html.unescape(files[rules.PAGE].decode())
    hers = {what: word for what, word in kept_in(life, "rosa").items() if what not in NOT_OPEN}
    assert len(hers) > 100
    assert not [what for what, word in hers.items() if word not in rows], "rows"
    assert not [what for what, word in hers.items() if word not in page], "page"
    others = [word for what, word in life.planted.items() if what not in hers]
    assert others
    assert not [word for word in others if word in rows + page]
    assert files[rules.PAPER].startswith(b"%PDF-")
    assert len(files[rules.PAPER]) > 10_000

    listed = {one["name"]: one for one in json.loads(files[rules.MANIFEST])["files"]}
    assert set(listed) == set(files) - {rules.MANIFEST}
    for name, one in listed.items():
        assert one["sha256"] == hashlib.sha256(files[name]).hexdigest()
        assert one["bytes"] == len(files[name])


@pytest.mark.once
def test_photos_and_voice_notes_lie_beside_the_page_which_shows_and_plays_them(copier, life):
    """Each is named in the rows with its length and its hash, and stands on the page with what belongs to it."""
    copy, files = packing.opened(copier.make())
    page = html.unescape(files[rules.PAGE].decode())
    kept = copy["tables"]["attached.Content"]
    assert {row["media"] for row in kept} >= {"image/jpeg", "audio/webm"}
    for row in kept:
        file = files[row["content"]["file"]]
        assert row["content"]["sha256"] == hashlib.sha256(file).hexdigest()
        assert row["content"]["bytes"] == len(file)
        tag = "img" if row["media"] == "image/jpeg" else 'audio controls preload="none"'
        assert f'<{tag} src="{row["content"]["file"]}"' in page
    assert {name for name in files if name.startswith(rules.ATTACHED)} == {row["content"]["file"] for row in kept}
    hope = page[page.index(life.planted["a hope"]) :]
    assert hope.index("<audio") < hope.index(life.planted["what she said in a voice note"])


@pytest.mark.once
def test_the_page_is_whole_in_itself_and_her_words_come_first(copier):
    copy = copier.rows()
    with translation.override("ar"):
        page = making.page(readable(copy)).decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert "<script" not in page
    elsewhere = r'(src|href)="(?!#|my-copy\.|manifest\.|receipts\.|attached/[0-9a-f-]{36}\.)'
    assert not re.search(elsewhere, page), "it asks nobody for anything"
    assert "url(" not in page
    assert "default-src 'none'" in page
    with translation.override("en"):
        told = readable(copy)
    assert told.sections[0].title == "What I need, what I hope for"
    heard = next(section for section in told.sections if section.title == "What I heard")
    thread = next(item for item in heard.items if item.head == "What I heard")
    assert thread.under[0].head == "Not quite", "beside what it answers"
    decided = next(section for section in told.sections if section.title == "What we decide")
    way = next(item for item in decided.items[0].under if item.head == "A way" and item.lines)
    assert {item.head for item in decided.items[0].under} >= {"My choice", "I lean to …", "What matters"}
    assert way.lines


@pytest.mark.once
def test_what_somebody_wrote_is_never_markup(copier, life):
    from tests.record import steps

    steps.say(life.cast, "<img src=x onerror=alert(1)> #set page(width: 1cm) *bold* ]")
    copy = copier.rows()
    with translation.override("en"):
        told = readable(copy)
        page = making.page(told).decode()
    assert "&lt;img src=x" in page
    assert not re.search(r'<img src=(?!"attached/)', page)
    from alongside.takeaway.paper import paper

    assert paper(told).startswith(b"%PDF-")


@pytest.mark.once
def test_the_sealed_view_stays_out_and_its_mark_is_in(cast, frozen, signed_in, life_so_far):
    from tests.takeaway.conftest import Copier

    life = life_so_far
    copier = Copier(cast, signed_in("rosa"))
    copy = copier.rows()
    assert life.sealed not in json.dumps(copy)
    assert copy["made"]["closed"] == [{"kind": "view", "of": str(life.story.id)}]
    with translation.override("en"):
        assert "1 thing is there" in readable(copy).notes[0]
    life.story.ask()
    copy = copier.rows()
    assert life.sealed in json.dumps(copy), "control: when she asks, it opens"
    assert copy["made"]["closed"] == []


@pytest.mark.once
def test_words_that_are_pinned_say_which_they_are(copier, life):
    entry = next(row for row in copier.rows()["tables"]["record.Entry"] if row["what"] == "need")
    assert entry["fingerprint"] == {
        "words": ["body", "words"],
        "sha256": hashlib.sha256(entry["body"]["words"].encode()).hexdigest(),
    }


# --- who, and how far ------------------------------------------------------------------------------


def test_it_is_hers_alone_to_make_and_to_take(copier, life, signed_in):
    space = life.cast.spaces["rosa"]
    for name in ("dana", "samuel"):
        with pytest.raises(Denied):
            life.by(name, actions.ask_copy, write_id=new_id())
    for name in ("dana", "samuel", "robin", "lena", "nadia"):
        page = signed_in(name)
        for address in ("my-copy/", "my-copy/ask/", "my-copy/take/"):
            assert page.get(f"/space/{space}/{address}").status_code == 404, (name, address)
            assert page.post(f"/space/{space}/{address}").status_code == 404, (name, address)
    assert copier.browser.get(f"/space/{space}/my-copy/").status_code == 200


def test_the_page_says_how_far_it_is_and_the_file_can_be_taken_once(
    copier, life, monkeypatch, django_capture_on_commit_callbacks
):
    begun = []
    monkeypatch.setattr(making, "start", begun.append)
    page, space = copier.browser, life.cast.spaces["rosa"]
    address = f"/space/{space}/my-copy/"
    with django_capture_on_commit_callbacks(execute=True):
        answer = page.post(address + "ask/", {"key": "one"})
    assert answer.status_code == 303
    shown = page.get(address)
    assert "being made" in shown.content.decode()
    assert shown["Refresh"].startswith("2;")
    assert page.post(address + "take/", {"key": "x"}).status_code == 409, "it is not ready"

    [order] = begun
    making.make(order)
    shown = page.get(address)
    assert "Your copy is ready" in shown.content.decode()
    assert "Refresh" not in shown
    for part in Part.objects.unguarded(because="test").filter(copy_id=order.copy_id):
        raw = Part.objects.unguarded(because="test").filter(id=part.id).values_list("content", flat=True)[0]
        assert b"PK\x03\x04" not in bytes(raw), "nothing lies there in clear"

    answer = page.post(address + "take/", {"key": "y"})
    assert answer["Content-Disposition"] == 'attachment; filename="notes.zip"'
    file = b"".join(answer.streaming_content)
    assert len(file) == int(answer["Content-Length"])
    assert packing.opened(file)[0]["space"]["id"] == str(space)
    assert page.post(address + "take/", {"key": "z"}).status_code == 409, "once"
    assert not Part.objects.unguarded(because="test").filter(copy_id=order.copy_id).exists()


def test_each_kind_that_is_read_leaves_one_line(copier, life):
    before = TrailLine.objects.filter(doing="read").count()
    copier.make()
    lines = TrailLine.objects.filter(doing="read").order_by("seq")[before:]
    kinds = [line.kind for line in lines]
    assert len(kinds) == len(set(kinds))
    assert {"words", "listening", "picture", "decision", "agreement", "reach"} <= set(kinds)


@pytest.mark.once
def test_it_stops_when_she_signs_out_or_her_pin_is_changed(copier, life):
    copy = copier.ask()
    order = copier.order(copy)
    copier.sign_out()
    with pytest.raises(making.Stopped):
        making.make(order)
    assert not Part.objects.unguarded(because="test").filter(copy_id=copy.id).exists()


@pytest.mark.once
def test_a_file_that_is_under_way_breaks_off_when_she_signs_out(copier, life, monkeypatch):
    monkeypatch.setattr(rules, "PART_BYTES", 1000)
    copy = copier.ask()
    making.make(copier.order(copy))
    place, account = life.cast.place("rosa"), life.cast.accounts["rosa"]
    _length, parts = actions.take_copy(
        by=place.by, about=place, now=life.cast.now, session_key=copier.session_key,
        proof=copier.order(copy).proof,
    )  # fmt: skip
    assert account
    assert len(next(parts)) == 1000
    copier.sign_out()
    with pytest.raises(making.Stopped):
        next(parts)


@pytest.mark.once
def test_it_stops_when_her_seat_is_gone_or_the_copy_is_given_up(copier, life):
    order = copier.order(copier.ask())
    Seat.objects.filter(partnership_id=life.cast.spaces["rosa"], role=Role.CLIENT).update(ends=life.cast.now)
    with pytest.raises(making.Stopped):
        making.make(order)
    Seat.objects.filter(partnership_id=life.cast.spaces["rosa"], role=Role.CLIENT).update(ends=None)
    for model in (Part, Copy):
        model.objects.unguarded(because="test").delete()
    with pytest.raises(making.Stopped):
        making.make(order)


@pytest.mark.once
def test_one_that_has_stopped_can_be_made_again_and_an_old_one_is_gone(copier, life, frozen):
    first = copier.ask()
    assert copier.ask().id == first.id, "one that is being made goes on"
    frozen.shift(rules.SILENT_FOR * 2)
    life.cast.now = life.cast.now + rules.SILENT_FOR * 2
    page = copier.browser.get(f"/space/{life.cast.spaces['rosa']}/my-copy/")
    assert "was not finished" in page.content.decode()
    second = copier.ask()
    assert second.id != first.id
    making.make(copier.order(second))
    life.cast.now = life.cast.now + rules.KEPT_FOR
    place = life.cast.place("rosa")
    with pytest.raises(NothingToTake):
        actions.take_copy(by=place.by, about=place, now=life.cast.now, session_key="", proof=0)
    actions.erase_due(now=life.cast.now)
    assert not Part.objects.unguarded(because="test").filter(partnership_id=place.id).exists()


def test_robin_cannot_even_ask(life):
    with pytest.raises(NotFound):
        actions.ask_copy(
            by=life.cast.viewer("robin"), about=life.cast.place("dana"), now=life.cast.now, write_id=new_id()
        )
