import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside import access
from alongside.access import Viewer
from alongside.access.waiting import what_waits
from alongside.consent.rules import Shared
from alongside.kit.errors import NotFound
from alongside.notes import queries
from alongside.notes.rules import Audience, Change
from tests.notes import steps
from tests.notes.conftest import share
from tests.notes.many import many
from tests.notes.steps import HER_SIDE, LOUD


def sentences(cast, name, **given):
    return [one.sentence for one in what_waits(queries.waiting_in(cast.place(name, **given)))]


# --- what waits ------------------------------------------------------------------------------------


def test_what_waits_goes_back_and_forth_between_the_two(cast):
    note_id = steps.write(cast)
    assert sentences(cast, "rosa") == ["Dana wrote a note. Read it."]
    assert sentences(cast, "dana") == []
    steps.beside(cast, "read", note_id)
    assert sentences(cast, "rosa") == sentences(cast, "dana") == []
    steps.beside(cast, "differently", note_id)
    ask = steps.beside(cast, "ask", note_id, "It was 09:30.")
    assert sentences(cast, "dana") == [
        "Rosa sees a note differently. Read it.",
        "Rosa asks for a correction in a note.",
    ]
    steps.correct(cast, note_id, "At 09:30.", answers=frozenset({ask}))
    assert sentences(cast, "dana") == []
    assert sentences(cast, "rosa") == ["Dana wrote a new version of a note. Read it."]
    steps.beside(cast, "add", note_id)
    assert sentences(cast, "dana") == ["Rosa added to a note. Read it."]
    steps.beside(cast, "sign", note_id, name="dana")
    assert sentences(cast, "rosa") == sentences(cast, "dana") == []


def test_what_waits_for_samuel_is_what_he_was_asked(cast):
    note_id = steps.write(cast)
    assert sentences(cast, "samuel") == []
    look = steps.look(cast, note_id)
    withheld_id = steps.withhold(cast, note_id)
    assert sentences(cast, "samuel") == [
        "Rosa asks you to look at a note.",
        "Dana asks if you agree that something is not shown.",
    ]
    steps.answer(cast, note_id, look)
    steps.agree(cast, withheld_id)
    assert sentences(cast, "samuel") == []
    assert sentences(cast, "rosa") == [
        "Samuel has answered you about a note.",
        "Something in a note is not shown to you. See why, and until when.",
    ]


def test_what_samuel_says_does_not_take_from_dana_what_waits_for_her(cast):
    note_id = steps.write(cast)
    steps.beside(cast, "differently", note_id)
    steps.answer(cast, note_id, steps.look(cast, note_id))
    assert sentences(cast, "dana") == ["Rosa sees a note differently. Read it."]


def test_own_pages_wait_for_nobody(cast):
    own_id = steps.own(cast)
    steps.audience(cast, own_id, Audience.WORKER)
    steps.own_now(cast, own_id)
    assert sentences(cast, "rosa") == sentences(cast, "dana") == []


def test_what_waits_costs_one_query_and_another_where_something_does(cast):
    for _each in range(3):
        steps.beside(cast, "differently", steps.write(cast))
    for name, cost in (("rosa", 1), ("dana", 2), ("samuel", 1)):
        place = cast.place(name)
        _ = place.names, place.by.seats
        with CaptureQueriesContext(connection) as caught:
            what_waits(queries.waiting_in(place))
        assert len(caught) == cost, name


# --- lists -----------------------------------------------------------------------------------------


def test_the_list_shows_everything_newest_first_page_by_page_with_both_voices(cast):
    many(cast, 120)
    for place, read in ((cast.place("dana"), queries.notes_in),):
        seen, before = [], None
        for _page in range(4):
            page = read(place, before=before)
            seen += [note.number for note in page.notes]
            assert all(note.views and note.now.happened for note in page.notes)
            before = page.older
            if before is None:
                break
        assert seen == list(range(120, 0, -1))


@pytest.mark.parametrize("kind", ["note", "own"])
def test_a_list_costs_the_same_queries_at_any_length(cast, kind):
    read = queries.notes_in if kind == "note" else queries.own_pages
    costs = []
    for number in (60, 400):
        many(cast, number, kind=kind)
        place = cast.place("rosa")
        _ = place.names, place.by.seats
        with CaptureQueriesContext(connection) as caught:
            assert len(read(place).notes) == 50
        costs.append(len(caught))
    assert costs[0] == costs[1] <= 4


def test_to_who_sees_no_notes_the_list_is_not_there_until_one_is_opened_to_them(cast):
    note_id = steps.write(cast)
    with pytest.raises(NotFound):
        queries.notes_in(cast.place("samuel"))
    steps.look(cast, note_id)
    assert [note.id for note in queries.notes_in(cast.place("samuel")).notes] == [note_id]


# --- every way out carries both voices ---------------------------------------------------------------


def ways_out(cast, note_id, *names):
    """Everything of this room that gives the text of a note, for each of these people."""
    for name in names:
        place = cast.place(name)
        yield name, "page", queries.note_in(place, note_id)
        yield name, "list", queries.notes_in(place)
        yield name, "versions", queries.versions_of(place, note_id)
        yield (
            name,
            "everything",
            [(one.note, [voice.body for voice in one.voices]) for one in queries.everything_in(place)],
        )


def test_every_query_that_gives_the_note_gives_the_other_view_too(cast, priya):
    share(cast, "priya")
    note_id = steps.write(cast)
    steps.beside(cast, "differently", note_id)
    steps.look(cast, note_id)
    found = 0
    for name, way, told in ways_out(cast, note_id, "rosa", "dana", "samuel", "priya"):
        assert LOUD in repr(told), (name, way)
        assert HER_SIDE in repr(told), (name, way)
        found += 1
    assert found == 16


def test_a_preview_for_priya_shows_exactly_what_she_would_see(cast, priya):
    note_id = steps.write(cast)
    steps.beside(cast, "differently", note_id)
    steps.own(cast)
    steps.agree(cast, steps.withhold(cast, note_id))
    steps.write(cast, "Tomorrow.", tomorrow=True)
    person, space = cast.accounts["priya"].person_id, cast.spaces["rosa"]
    supposed = Viewer(
        person_id=person, organisation_id=cast.organisation.id, now=cast.now,
        supposing=(space, frozenset({Shared.NOTES})),
    )  # fmt: skip
    preview = queries.notes_in(access.enter(supposed, space))
    assert not supposed.readings
    share(cast, "priya")
    assert queries.notes_in(cast.place("priya")) == preview
    assert [note.id for note in preview.notes] == [note_id]


# --- versions --------------------------------------------------------------------------------------


def test_what_differs_between_any_two_versions(cast):
    note_id = steps.write(cast, "At ten.")
    steps.correct(cast, note_id, "At nine.")
    steps.correct(cast, note_id, "At half past nine.")
    place = cast.place("rosa")

    def compared(**given):
        page = queries.versions_of(place, note_id, **given)
        pieces = [piece for one in page.compared for piece in one.pieces if piece.change is not Change.SAME]
        return (page.old.number, page.new.number), [(piece.change.value, piece.text) for piece in pieces]

    assert compared() == ((2, 3), [("new", "half past ")])
    assert compared(old=1, new=2) == ((1, 2), [("gone", "ten."), ("new", "nine.")])
    assert compared(old=3, new=1) == ((1, 3), [("gone", "ten."), ("new", "half past nine.")])
    assert compared(old=7, new=0) == ((2, 3), [("new", "half past ")])
    assert compared(old=2, new=2) == ((2, 2), [])


def test_her_own_pages_have_no_list_of_differences(cast):
    own_id = steps.own(cast)
    steps.rewrite_own(cast, own_id, "Other words.")
    with pytest.raises(NotFound):
        queries.versions_of(cast.place("rosa"), own_id)
    assert queries.own_page(cast.place("rosa"), own_id).versions == 2  # the control


def test_the_headline_comes_first_and_else_the_beginning(cast):
    with_headline = steps.write(cast, "x " * 200, headline="Short")
    without = steps.write(cast, "x " * 200)
    assert steps.shown(cast, with_headline).headline == "Short"
    beginning = steps.shown(cast, without).headline
    assert len(beginning) <= queries.FIRST_LETTERS + 1
    assert beginning.endswith("…")


def test_what_was_withheld_and_is_open_now_is_read_like_any_text(cast):
    note_id = steps.write(cast)
    steps.agree(cast, steps.withhold(cast, note_id, "The part.", days=1))
    after = cast.now + datetime.timedelta(days=1)
    part = steps.shown(cast, note_id, now=after).parts[0]
    assert (part.part, part.is_closed, part.decided_by, part.second) == ("The part.", False, "Dana", "Samuel")
