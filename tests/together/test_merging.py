"""A text that comes back from a form is merged with what others wrote meanwhile: nothing typed is lost."""

import random
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alongside.together import merging
from alongside.together.updates import Malformed
from tests.together.steps import Sheet
from tests.together.test_updates import typed

pytestmark = pytest.mark.once


def form(edits, drawn_from, text, pen=99):
    """The edits with what a form brought."""
    return [*edits, merging.typed_in_form(edits, drawn_from=drawn_from, typed=text, pen=pen)]


def merged(base, *forms):
    """What comes out when several got `base`, and each sends back their own version of it."""
    edits = typed(base, pen=1).unsent if base else []
    drawn_from = merging.moment_of(edits)
    for pen, text in enumerate(forms, start=2):
        edits = form(edits, drawn_from, text, pen)
    return merging.text_of(edits)


def test_a_form_that_changes_nothing_changes_nothing():
    edits = typed("Dear school,\nwe write to you.").unsent
    assert merging.typed_in_form(edits, drawn_from=merging.moment_of(edits), typed=merging.text_of(edits), pen=9) == (
        b"\x00\x00"
    )


@pytest.mark.parametrize(
    ("base", "one", "other", "wanted"),
    [
        ("", "Rosa", "", "Rosa"),
        ("one three", "one two three", "one three four", "one two three four"),
        ("one two three", "two three", "one two", "two"),
        ("the cat sat", "the dog sat", "the cat sat down", "the dog sat down"),
        ("عزيزتي المدرسة", "عزيزتي المدرسة شكرا", "سلام عزيزتي المدرسة", "سلام عزيزتي المدرسة شكرا"),
        ("a 😀 b", "a 😀😀 b", "a 😀 c", "a 😀😀 c"),
        ("one\ntwo\n", "one\ntwo\nthree\n", "zero\none\ntwo\n", "zero\none\ntwo\nthree\n"),
    ],
)
def test_two_who_change_different_words_get_both(base, one, other, wanted):
    assert merged(base, one, other) == wanted


def test_two_who_change_the_same_words_keep_both():
    found = merged("the cat sat", "the dog sat", "the horse sat")
    assert "dog" in found
    assert "horse" in found
    assert "cat" not in found


def test_a_form_from_long_ago_still_finds_its_place():
    sheet = typed("Dear school, we write to you.", pen=1)
    drawn_from = merging.moment_of(sheet.unsent)
    sheet.take_out(0, 13)
    sheet.put(0, "Hello! ")
    sheet.put(len(str(sheet)), " Bye.")
    edits = [merging.whole(sheet.unsent)]
    found = merging.text_of(form(edits, drawn_from, "Dear school, we gladly write to you."))
    assert found == "Hello! we gladly write to you. Bye."


@pytest.mark.parametrize("broken", [b"", b"\x00", b"\xff" * 20, b"\x00\x01\x07"])
def test_a_form_that_does_not_say_what_it_was_drawn_from_is_refused(broken):
    with pytest.raises(Malformed):
        form(typed("word").unsent, broken, "word")


@given(st.integers(0, 2**32))
@example(7)
@settings(max_examples=40, deadline=None)
def test_through_forms_and_live_pages_all_come_together_and_every_typed_word_survives(seed):
    """Pages that write live, forms that come back late, merges in between. Only words that were there from the
    beginning are taken out; each word that somebody typed is one that nobody else knows."""
    dice = random.Random(seed)
    base = " ".join(f"old{number}" for number in range(12))
    first = typed(base, pen=1)
    edits, pages, words = first.unsent, [Sheet(pen) for pen in (2, 3)], []
    forms = []

    def word():
        words.append(f"{dice.choice(['new', 'كلمة', '😀'])}{len(words)}x")
        return words[-1]

    for pen in range(10, 34):
        match dice.randint(0, 5):
            case 0:
                page = dice.choice(pages)
                page.take(merging.missing(edits, page.doc.get_state()))
            case 1 | 2:
                page = dice.choice(pages)
                text = str(page)
                spaces = [0, len(text), *(at for at, letter in enumerate(text) if letter == " ")]
                page.put(dice.choice(spaces), f" {word()} ")
                edits, page.unsent = [*edits, *page.unsent], []
            case 3:
                forms.append((merging.moment_of(edits), merging.text_of(edits)))
            case 4 if forms:
                drawn_from, text = forms.pop(dice.randrange(len(forms)))
                kept = [each for each in text.split(" ") if not each.startswith("old") or dice.random() < 0.7]
                kept.insert(dice.randint(0, len(kept)), word())
                edits = form(edits, drawn_from, " ".join(kept), pen)
            case 5 if dice.random() < 0.4:
                edits = [merging.whole(edits)]
    for page in pages:
        page.take(merging.missing(edits, page.doc.get_state()))
    found = merging.text_of(edits)
    assert {str(page) for page in pages} == {found}
    assert not [each for each in words if each not in found]


def test_a_thousand_edits_become_one_that_opens_quickly():
    """Performance.md 6: a paper of 1,000 edits opens in 20 ms once they are merged. Figures are printed."""
    sheet = typed(*["word "] * 500, pen=1)
    dice = random.Random(1)
    for _ in range(500):
        sheet.put(dice.randint(0, len(str(sheet))), "x")
    assert len(sheet.unsent) == 1000
    began = time.perf_counter()
    one = merging.whole(sheet.unsent)
    merged_in = time.perf_counter() - began
    took = []
    for _ in range(5):
        began = time.perf_counter()
        assert merging.text_of([one]) == str(sheet)
        merging.moment_of([one])
        took.append(time.perf_counter() - began)
    began = time.perf_counter()
    merging.runs_of([one])
    print(
        f"\n1,000 edits: merged in {1000 * merged_in:.1f} ms to {len(one)} bytes; opens in {1000 * min(took):.1f} ms; "
        f"who wrote what in {1000 * (time.perf_counter() - began):.1f} ms"
    )
    assert min(took) < 0.02
