import datetime
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.notes import rules
from alongside.notes.rules import Category, Change, Side, State

pytestmark = pytest.mark.once

LONDON = ZoneInfo("Europe/London")


def state(**given):
    stands = {"together": False, "versions": 1, "views": 0, "signed_since": frozenset(), "ever_signed": False}
    return rules.state_of(**{**stands, **given})


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, State.SHARED),
        ({"versions": 2}, State.CORRECTED),
        ({"together": True}, State.DRAFT),
        ({"together": True, "versions": 4}, State.DRAFT),
        ({"together": True, "ever_signed": True}, State.SHARED),
        ({"together": True, "views": 1}, State.TWO_VIEWS),
        ({"views": 1}, State.TWO_VIEWS),
        ({"views": 1, "versions": 2, "signed_since": frozenset({Side.STAFF})}, State.TWO_VIEWS),
        ({"signed_since": frozenset({Side.CLIENT})}, State.SHARED),
        ({"signed_since": frozenset({Side.CLIENT, Side.STAFF})}, State.SIGNED),
        ({"views": 2, "signed_since": frozenset({Side.CLIENT, Side.STAFF})}, State.SIGNED),
    ],
)
def test_where_a_note_stands(given, wanted):
    assert state(**given) is wanted


def test_only_the_side_that_wrote_writes_anew_or_both_when_it_is_together():
    may = {
        (began, together, side): rules.may_rewrite(began=began, together=together, side=side)
        for began in Side
        for together in (False, True)
        for side in Side
    }
    assert {key for key, yes in may.items() if yes} == {
        (Side.CLIENT, False, Side.CLIENT),
        (Side.STAFF, False, Side.STAFF),
        *((began, True, side) for began in Side for side in (Side.CLIENT, Side.STAFF)),
    }


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-03-02 09:00", "2026-03-04 09:00"),  # Monday
        ("2026-03-05 16:30", "2026-03-09 16:30"),  # Thursday
        ("2026-03-06 09:00", "2026-03-10 09:00"),  # Friday
        ("2026-03-07 12:00", "2026-03-11 00:00"),  # Saturday counts as Monday morning
        ("2026-03-27 10:00", "2026-03-31 09:00"),  # the clocks go forward on the Sunday between
    ],
)
def test_two_working_days_leave_out_saturday_and_sunday(asked, due):
    moment, wanted = (datetime.datetime.fromisoformat(f"{text}+00:00") for text in (asked, due))
    assert rules.working_days_after(moment, 2, LONDON) == wanted


def test_the_mark_is_hidden_only_where_it_could_harm_and_with_a_reason():
    assert rules.may_hide_marker(category=Category.SERIOUS_HARM, reason="He reads her phone.")
    assert not rules.may_hide_marker(category=Category.SERIOUS_HARM, reason="  ")
    assert not rules.may_hide_marker(category=Category.COURT_ORDER, reason="He reads her phone.")


# --- what differs ------------------------------------------------------------------------------------

texts = st.text(alphabet=st.sampled_from(["a", "b", "c", " ", "\n", "ñ", "ن", "\u200f", "👩"]), max_size=60)


@given(old=texts, new=texts)
def test_a_difference_holds_both_texts_to_the_letter(old, new):
    pieces = rules.difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.change is not Change.NEW) == old
    assert "".join(piece.text for piece in pieces if piece.change is not Change.GONE) == new
    assert all(piece.text for piece in pieces)
    assert (old == new) == all(piece.change is Change.SAME for piece in pieces)


def test_a_difference_is_of_words():
    pieces = rules.difference("She came at 10:00 and left.", "She came at 09:30 and left.")
    assert [(piece.change, piece.text) for piece in pieces] == [
        (Change.SAME, "She came at "),
        (Change.GONE, "10:00 "),
        (Change.NEW, "09:30 "),
        (Change.SAME, "and left."),
    ]


@pytest.mark.parametrize("word", ["a ", "word{} "])
def test_a_difference_of_two_long_texts_is_quick(word):
    old = "".join(word.format(number) for number in range(9_000))[:20_000]
    new = "".join(word.format(number + 1 if number % 3 else number) for number in range(8_990))[:20_000] + "x"
    began = time.thread_time()
    rules.difference("b " + old, "c " + new)
    took = time.thread_time() - began
    print(f"difference of two texts of 20,000 letters: {took:.2f} s")
    assert took < 3
