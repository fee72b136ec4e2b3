import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.kit.forms import DayField, Form, LineField, WordsField
from alongside.kit.text import hidden_characters, with_plain_newlines


class Note(Form):
    words = WordsField(max_length=20)
    line = LineField(required=False)
    day = DayField(required=False)


def typed(**given):
    return Note({"words": "x", "key": "the page's key", **given})


# --- A person's words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["  two  spaces  ", "a\n\n b\n", "<b>not bold</b>", "«ñ» e\u0301 é", "نص \u200f مع اتجاه", "👩‍👧"]
)
def test_words_are_kept_to_the_letter(words):
    form = typed(words=words)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["words"] == words


def test_what_a_browser_does_to_line_ends_is_undone():
    form = typed(words="one\r\ntwo")
    assert form.is_valid()
    assert form.cleaned_data["words"] == "one\ntwo"
    assert with_plain_newlines("a\rb\r\nc") == "a\nb\nc"


@pytest.mark.parametrize("words", ["", " ", "\n\t ", "\u3000"])
def test_only_empty_space_is_nothing_said(words):
    assert "words" in typed(words=words).errors


def test_what_is_too_long_is_told_by_how_much_and_comes_back_whole():
    form = typed(words="y" * 100_000)
    assert "99980 letters too long" in str(form.errors["words"])
    assert "Nothing is lost" in str(form.errors["words"])
    assert "y" * 100_000 in str(form["words"])
    assert "1 letter too long" in str(typed(words="y" * 21).errors["words"])
    assert typed(words="y" * 20).is_valid(), "control"


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u202a", "\x00", "\x07", "\x7f"])
def test_hidden_characters_are_refused_with_a_sentence_and_nothing_typed_is_lost(hidden):
    form = typed(words=f"pay{hidden} later", line=f"pay{hidden}")
    assert {"words", "line"} <= form.errors.keys() or hidden == "\x00"
    assert "later" in str(form["words"])
    assert hidden_characters(f"a{hidden}{hidden}b") == [hidden]


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"]), max_size=200))
def test_no_ordinary_letter_of_any_script_counts_as_hidden(words):
    assert hidden_characters(words) == []


def test_a_line_is_one_line():
    form = typed(line="one\r\ntwo\nthree")
    assert form.is_valid()
    assert form.cleaned_data["line"] == "one two three"


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "yesterday", "0001-01-01", "9999-12-31", "31/12/2026"])
def test_a_day_that_makes_no_sense_is_refused(day):
    assert "day" in typed(day=day).errors
    assert typed(day="2026-03-20").is_valid(), "control"


# --- A write arrives once ----------------------------------------------------------------------


def write_id(**given):
    form = typed(**given)
    assert form.is_valid(), form.errors
    return form.write_id()


def test_the_same_page_sent_twice_is_one_write_and_with_other_words_another():
    assert write_id(words="a") == write_id(words="a")
    assert write_id(words="a") != write_id(words="b")
    assert write_id(words="a") != write_id(words="a", key="another page's key")
    assert write_id(words="a", day="2026-03-20") != write_id(words="a")


class Other(Note):
    pass


def test_two_forms_of_one_page_are_two_writes():
    same = {"words": "a", "key": "k"}
    one, other = Note(same), Other(same)
    assert one.is_valid()
    assert other.is_valid()
    assert one.write_id() != other.write_id()


def test_each_page_has_a_key_of_its_own_and_a_form_without_one_still_counts():
    assert Note()["key"].value() != Note()["key"].value()
    form = Note({"words": "a"})
    assert form.is_valid()
    assert form.write_id() != form.write_id()


def test_what_is_given_on_has_no_key():
    form = typed(words="a", day="2026-03-20")
    assert form.is_valid()
    assert form.given() == {"words": "a", "line": "", "day": datetime.date(2026, 3, 20)}
