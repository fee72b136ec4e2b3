"""Beginning, writing live and by a form, merging, finishing; who may, what is refused, and what the trail says."""

import base64
import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pycrdt import Array, Doc

from alongside import access
from alongside.access.models import TrailLine
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.notes import queries as notes
from alongside.people.models import Seat
from alongside.people.rules import Role
from alongside.together import actions, merging, privacy, queries, rules
from alongside.together.models import Paper, Pen
from alongside.together.rules import Sort, State
from tests.together.steps import Page, do, moment, rows, save, start, text

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def paper(cast):
    return start(cast)


def amir_covers(cast):
    Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER,
        begins=cast.now, ends=cast.now + datetime.timedelta(days=1),
    )  # fmt: skip


def lines(cast, who, doing):
    return TrailLine.objects.filter(
        partnership_id=cast.spaces["rosa"], actor_id=cast.accounts[who].person_id, doing=doing, kind="paper"
    )


# --- writing live ---------------------------------------------------------------------------------------


def test_two_write_at_once_and_both_read_the_same(cast, paper):
    rosa, dana = Page(cast, "rosa", paper), Page(cast, "dana", paper)
    rosa.types("Dear school, ")
    dana.types("we write about Leo. ")
    rosa.put(0, "سلام! ")
    dana.put(len(str(dana)), "😀")
    for page in (rosa, dana, rosa):
        page.sync()
    assert str(rosa) == str(dana) == text(paper) == "سلام! Dear school, we write about Leo. 😀"


def test_what_was_typed_without_a_line_is_merged_when_it_is_back(cast, paper):
    rosa, dana = Page(cast, "rosa", paper), Page(cast, "dana", paper)
    rosa.types("one two three")
    dana.sync()
    for number in range(5):
        dana.put(3, f" offline{number}")
        rosa.types(f" online{number}")
    for page in (dana, rosa):
        page.sync()
    found = text(paper)
    assert str(rosa) == str(dana) == found
    assert all(f"{line}{number}" in found for number in range(5) for line in ("online", "offline"))


def test_the_same_edit_may_arrive_any_number_of_times(cast, paper):
    rosa = Page(cast, "rosa", paper)
    rosa.put(0, "once ")
    edit, place = rosa.unsent[0], cast.place("rosa")
    counts = set()
    for _ in range(3):
        news = actions.type_in(
            by=place.by, about=place, now=cast.now, paper_id=paper, edit=edit, seen=0, has=b"\x00"
        )  # fmt: skip
        counts.add((news.number, len(rows(paper)), cast.place("rosa").partnership.changes))
    assert len(counts) == 1, "no row, no number and no signal more"
    assert text(paper) == "once "


def test_a_letter_is_told_to_pages_of_that_paper_and_counts_as_a_change_once_in_ten_minutes(cast, paper, monkeypatch):
    told = []
    monkeypatch.setattr(actions, "tell_of_paper", lambda *said: told.append(said))
    rosa, space = Page(cast, "rosa", paper), cast.spaces["rosa"]
    rosa.types("a")
    begun = cast.place("rosa").partnership.changes
    for letter in "bcdefghij":
        rosa.types(letter)
    assert cast.place("rosa").partnership.changes == begun, "no other page asks again"
    assert told == [(space, paper, count) for count in range(1, 11)]
    rosa.now += datetime.timedelta(minutes=10)
    rosa.types("k")
    assert cast.place("rosa").partnership.changes == begun + 1, "control: who has looked has another line"


def test_edits_are_merged_into_one_and_a_page_that_was_away_still_gets_all(cast, paper, monkeypatch):
    monkeypatch.setattr(rules, "MERGE_AT", 6)
    rosa, away = Page(cast, "rosa", paper), Page(cast, "dana", paper)
    rosa.types("begun ")
    away.sync()
    away.put(0, "away ")
    for number in range(20):
        rosa.types(f"{number} ")
        rosa.now += MINUTE
    kept = rows(paper)
    assert len(kept) < 6
    assert kept[0].written_by_id is None, "nobody wrote it alone"
    away.sync()
    rosa.sync()
    fresh = Page(cast, "dana", paper).sync()
    assert str(fresh) == str(away) == str(rosa) == text(paper)
    assert "away " in str(fresh)
    assert "19 " in str(fresh)
    who = [(part.who, part.text) for part in queries.who_wrote(cast.place("rosa"), paper).parts]
    assert who[0] == ("Dana", "away ")
    assert who[1][0] == "You"


# --- what is refused, and that it does no harm ----------------------------------------------------------


def refusal(cast, paper, edit, who="rosa", **given):
    """The code with which an edit is refused, after which all stands as it was."""
    before, place = text(paper), cast.place(who)
    with pytest.raises(actions.Refused) as refused:
        actions.type_in(
            by=place.by, about=place, now=cast.now, paper_id=paper, edit=edit, seen=0, has=b"\x00", **given
        )  # fmt: skip
    assert text(paper) == before
    return refused.value.code, refused.value.status


def an_edit(*words, pen=5):
    page = Page.__mro__[1](pen)
    for word in words:
        page.put(len(str(page)), word)
    return page.doc.get_update()


def test_what_is_no_edit_is_refused(cast, paper):
    save(cast, "rosa", paper, "it stays")
    array = Doc()
    array["text"] = Array([1])
    for edit in (b"nonsense", b"\xff" * 40, an_edit("word")[:-2], array.get_update(), an_edit("x" * 70_000)):
        assert refusal(cast, paper, edit) == ("not_an_edit", 400)
    assert refusal(cast, paper, an_edit("a\u202ebc")) == ("not_an_edit", 400), "nothing that reads as something else"


def test_an_edit_that_goes_on_from_what_is_not_there_is_told_what_is(cast, paper):
    page = Page(cast, "rosa", paper)
    page.put(0, "one ")
    page.put(4, "two ")
    place = cast.place("rosa")
    with pytest.raises(actions.SomethingIsMissing) as refused:
        actions.type_in(
            by=place.by, about=place, now=cast.now, paper_id=paper, edit=page.unsent[1], seen=0, has=b"\x00"
        )  # fmt: skip
    page.unsent = [page.doc.get_update(base64.b64decode(refused.value.has))]
    page.sync()
    assert text(paper) == "one two "


def test_nobody_writes_with_somebody_elses_pen(cast, paper):
    """Who wrote what cannot be forged."""
    Page(cast, "rosa", paper, pen=5).types("Rosa wrote this. ")
    forged = Page(cast, "dana", paper, pen=5)
    forged.sync()
    forged.put(0, "and this ")
    assert refusal(cast, paper, forged.unsent[0], who="dana") == ("not_your_pen", 403)
    forged.who = "rosa"
    forged.sync()
    assert text(paper) == "and this Rosa wrote this. ", "control: it is her own pen"


def test_a_paper_has_an_end_and_something_can_always_be_taken_out(cast, paper):
    rosa = Page(cast, "rosa", paper)
    rosa.types("x" * rules.LONGEST_TEXT)
    rosa.put(0, "y")
    assert refusal(cast, paper, rosa.unsent[0]) == ("too_long", 409)
    rosa.take_out(10, 20)
    rosa.unsent = [rosa.doc.get_update(merging.state_of([row.data for row in rows(paper)]))]
    rosa.sync()
    assert len(text(paper)) == rules.LONGEST_TEXT - 9


def test_a_paper_that_is_full_says_so(cast, paper, monkeypatch):
    monkeypatch.setattr(rules, "LARGEST_PAPER", 200)
    save(cast, "rosa", paper, "short")
    assert refusal(cast, paper, an_edit("long " * 60)) == ("full", 409)


def test_a_page_that_runs_wild_is_held_back(cast, paper):
    rosa, dana = (Page(cast, name, paper) for name in ("rosa", "dana"))
    for page in (rosa, dana):
        page.sync()
    for _ in range(rules.MOST_IN_A_SECOND + 1):
        rosa.put(0, "x")
    place = cast.place("rosa")

    def sends(edit, now):
        actions.type_in(by=place.by, about=place, now=now, paper_id=paper, edit=edit, seen=0, has=b"\x00")

    for edit in rosa.unsent[:-1]:
        sends(edit, cast.now)
    assert refusal(cast, paper, rosa.unsent[-1]) == ("too_quick", 429)
    dana.types("not held back ")
    sends(rosa.unsent[-1], cast.now + 2 * datetime.timedelta(seconds=1))
    assert "not held back" in text(paper)


# --- the form -------------------------------------------------------------------------------------------


def test_a_form_is_merged_with_what_was_typed_live_meanwhile(cast, paper):
    save(cast, "dana", paper, "Dear school,\nwe write about Leo.")
    drawn_from = moment(cast, paper)
    Page(cast, "dana", paper).types("Thank you.", at=13)
    save(cast, "rosa", paper, "Dear Ms Berg,\nwe write about Leo. سلام", drawn_from=drawn_from)
    found = text(paper)
    assert "Ms Berg" in found
    assert "Thank you." in found
    assert "سلام" in found
    assert {part.who for part in queries.who_wrote(cast.place("rosa"), paper).parts} == {"You", "Dana"}


def test_a_form_that_arrives_twice_is_one_write(cast, paper):
    write_id = new_id()
    for _ in range(2):
        save(cast, "rosa", paper, "once", drawn_from=b"\x00\x00", write_id=write_id)
    assert text(paper) == "once"
    assert lines(cast, "rosa", "write_together").count() == 1


def test_a_form_that_does_not_say_where_it_began_changes_nothing(cast, paper):
    save(cast, "rosa", paper, "it stays")
    with pytest.raises(actions.PageTooOld):
        save(cast, "rosa", paper, "", drawn_from=b"\xff\xff")
    assert text(paper) == "it stays"


# --- the trail ------------------------------------------------------------------------------------------


def test_of_typing_without_a_pause_the_trail_has_a_line_in_ten_minutes(cast, paper):
    rosa, dana = Page(cast, "rosa", paper), Page(cast, "dana", paper)
    for _ in range(8):
        rosa.types("word ")
        dana.sync()
    assert lines(cast, "rosa", "write_together").count() == 1
    assert lines(cast, "dana", "write_together").count() == 0
    assert lines(cast, "dana", "read").count() == 1, "one line for all that she read on"
    for page in (rosa, dana):
        page.now += rules.SPELL
        page.types("later ")
    assert lines(cast, "rosa", "write_together").count() == 2
    assert lines(cast, "dana", "read").count() == 2
    assert lines(cast, "dana", "write_together").count() == 1
    line = lines(cast, "dana", "read").first()
    assert (line.role, line.ground, line.row_id) == ("worker", "seat", paper)


def test_a_page_that_is_opened_is_noted_each_time(cast, paper):
    """The control: only a page that stays open reads on."""
    from alongside.access.trail import flush

    for _ in range(3):
        place = cast.place("dana")
        queries.paper_in(place, paper)
        flush(place.by)
    assert lines(cast, "dana", "read").count() == 3


# --- who may --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["robin", "lena", "nadia"])
def test_for_strangers_there_is_no_paper(cast, paper, who):
    with pytest.raises(NotFound):
        cast.place(who)
    place = cast.place("rosa")
    with pytest.raises(NotFound):
        actions.type_in(
            by=cast.viewer(who), about=place, now=cast.now, paper_id=paper, edit=an_edit("x"), seen=0, has=b"\x00"
        )  # fmt: skip
    assert text(paper) == ""


def test_a_supervisors_seat_does_not_open_it(cast, paper):
    place = cast.place("samuel")
    looks = [
        lambda: queries.papers_in(place),
        lambda: queries.paper_in(place, paper),
        lambda: queries.news_in(place, paper, seen=0, has=b"\x00"),
        lambda: queries.who_wrote(place, paper),
    ]
    for look in looks:
        with pytest.raises(NotFound):
            look()
    with pytest.raises(access.Denied):
        save(cast, "samuel", paper, "x", drawn_from=b"\x00\x00")


def test_when_a_seat_ends_the_next_letter_is_refused(cast, paper):
    amir_covers(cast)
    amir = Page(cast, "amir", paper).types("standing in ")
    Seat.objects.filter(person_id=cast.accounts["amir"].person_id).update(ends=cast.now + MINUTE)
    amir.now += 2 * MINUTE
    amir.put(0, "too late ")
    with pytest.raises(NotFound):
        amir.sync()
    assert text(paper) == "standing in "


def test_another_spaces_paper_is_absent(cast, paper):
    place = cast.place("nadia", of="nadia")
    with pytest.raises(NotFound):
        queries.paper_in(place, paper)
    with pytest.raises(NotFound):
        actions.save_form(
            by=place.by, about=place, now=cast.now, write_id=new_id(), paper_id=paper, drawn_from=b"\0\0", text="x"
        )


# --- finishing ------------------------------------------------------------------------------------------


def test_a_finished_paper_becomes_a_note_that_both_can_change(cast, paper):
    Page(cast, "rosa", paper).types("We need the letter by Friday. ")
    Page(cast, "dana", paper).types("I send it on Thursday.")
    done = do(cast, "dana", actions.finish_paper, paper_id=paper, into_note=True)
    assert State(done.state) is State.TAKEN_OVER
    for who in ("rosa", "dana"):
        note = notes.note_in(cast.place(who), done.note_id)
        assert note.now.happened == "We need the letter by Friday. I send it on Thursday."
        assert note.now.headline == "Our letter to the school"
        assert "correct" in notes.can_do(cast.place(who), note)
    assert refusal(cast, paper, an_edit("late")) == ("finished", 409)
    assert len(queries.who_wrote(cast.place("rosa"), paper).parts) == 2
    with pytest.raises(actions.NotFinished):
        do(cast, "rosa", actions.go_on_writing, paper_id=paper)


def test_what_was_taken_out_is_forgotten_when_it_became_a_note_and_not_before(cast, paper):
    rosa = Page(cast, "rosa", paper).types("secretly ")
    rosa.types("openly")
    rosa.take_out(0, 9)
    rosa.sync()

    def kept():
        return any(b"secretly" in row.data for row in rows(paper))

    do(cast, "rosa", actions.finish_paper, paper_id=paper)
    assert kept()
    do(cast, "dana", actions.go_on_writing, paper_id=paper)
    rosa.types(" again")
    do(cast, "rosa", actions.finish_paper, paper_id=paper, into_note=True)
    assert not kept()
    assert text(paper) == "openly again"
    assert len(rows(paper)) == 1


def test_finishing_arrives_once_and_needs_words(cast, paper):
    with pytest.raises(actions.NothingWritten):
        do(cast, "rosa", actions.finish_paper, paper_id=paper)
    save(cast, "rosa", paper, "words")
    write_id = new_id()
    for _ in range(2):
        do(cast, "rosa", actions.finish_paper, paper_id=paper, into_note=True, write_id=write_id)
    assert len(notes.notes_in(cast.place("rosa")).notes) == 1
    with pytest.raises(actions.FinishedMeanwhile):
        do(cast, "dana", actions.finish_paper, paper_id=paper)


# --- what it costs, and what is kept ---------------------------------------------------------------------


def queries_of(what):
    with CaptureQueriesContext(connection) as found:
        what()
    return len([one for one in found if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


def test_however_much_was_typed_the_questions_to_the_database_are_the_same(cast, paper):
    page = Page(cast, "rosa", paper).types("a")

    def costs():
        place = cast.place("dana")
        opened = queries_of(lambda: queries.paper_in(place, paper))
        page.put(0, "b")
        return opened, queries_of(page.sync)

    costs()
    before = costs()
    for _ in range(10):
        page.types("c")
    assert costs() == before
    print(f"\nopening a paper: {before[0]} queries; a keystroke kept: {before[1]}, with seats and trail")
    assert before[0] == 2


def test_her_copy_says_who_wrote_what_and_erasing_leaves_nothing(cast, paper):
    Page(cast, "rosa", paper).types("Hers. ")
    Page(cast, "dana", paper).types("Dana’s.")
    (told,) = privacy.export(cast.place("rosa"))
    assert told["text"] == "Hers. Dana’s."
    assert told["parts"] == [{"by": "Rosa", "text": "Hers. "}, {"by": "Dana", "text": "Dana’s."}]
    privacy.erase(cast.spaces["rosa"])
    assert not Paper.objects.unguarded(because="test").exists()
    assert not Pen.objects.unguarded(because="test").exists()
    assert not rows(paper)


def test_every_sort_can_be_begun(cast):
    for sort in Sort:
        start(cast, title=f"a {sort}", sort=sort)
    assert len(queries.papers_in(cast.place("rosa")).open) == len(Sort)
