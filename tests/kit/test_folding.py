"""Letters as somebody searches for them, in three languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.kit.folding import WORD, Wanted, fold, forms

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("LETTER", "letter"),
        ("don’t", "dont"),
        ("don't", "dont"),
        ("Straße", "strasse"),
        ("Östermalm", "ostermalm"),
        ("año", "ano"),
        ("Niñez", "ninez"),
        ("café", "cafe"),
        ("cafe\u0301", "cafe"),
        ("مدرسة", "مدرسه"),
        ("مَدْرَسَة", "مدرسه"),
        ("مدرســـة", "مدرسه"),
        ("أحمد", "احمد"),
        ("إلى", "الي"),
        ("آخر", "اخر"),
        ("مستشفى", "مستشفي"),
        ("مسؤول", "مسوول"),
        ("٢٠٢٦", "2026"),
        ("ﷲ", fold("الله")),
    ],
)
def test_words_that_people_take_for_the_same_are_the_same(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("typed", "written", "is_found"),
    [
        ("letter", "The LETTERS came.", True),
        ("etter", "The letter came.", False),
        ("nino", "El niño duerme.", True),
        ("NIÑO", "el nino duerme", True),
        ("strasse", "in der Straße", True),
        ("dont", "I don’t know", True),
        ("don't", "I dont know", True),
        ("السكن", "نتحدث عن والسكن اليوم", True),
        ("سكن", "للسكن", True),
        ("مدرسه", "إلى المدرسة", True),
        ("المدرسة", "مدرسة أطفالي", True),
        ("بيت", "وبالبيت", True),
        ("ولد", "والد", False),
        ("كتاب", "قلم", False),
        ("letter flat", "the letter about the flat", True),
        ("letter flat", "the letter about the school", False),
    ],
)
def test_a_word_is_found_by_its_beginning_in_every_spelling(typed, written, is_found):
    wanted = Wanted.of(typed)
    found = set().union(*(words for _, _, words in wanted.tokens(written)))
    assert (found == set(range(len(wanted.words)))) is is_found
    if is_found:
        assert wanted.may_be_in(written.encode()), "the quick look never misses what is there"


def test_what_is_short_is_not_cut_to_nothing():
    assert forms("والد") == ("والد", "الد")
    assert forms("house") == ("house",)
    assert Wanted.of("… !").words == ()


LETTERS = st.text(alphabet="abßñéÉ'’ وافيةسكنمَـأ٣ \n", max_size=40)


@given(text=LETTERS, data=st.data())
def test_every_word_of_a_text_is_found_in_it_and_the_quick_look_agrees(text, data):
    words = [token.group() for token in WORD.finditer(text) if fold(token.group())]
    if not words:
        return
    wanted = Wanted.of(data.draw(st.sampled_from(words)))
    assert wanted.may_be_in(text.encode())
    assert any(words for _, _, words in wanted.tokens(text))


@given(text=LETTERS)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
