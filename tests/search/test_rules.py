"""What of a text is shown: its own spelling, the words that were found marked, and a few around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.kit.folding import Wanted
from alongside.search.rules import EXCERPTS, WORDS_AROUND, excerpts

pytestmark = pytest.mark.once


def drawn(texts, typed):
    return [
        "".join(f"[{piece.text}]" if piece.is_found else piece.text for piece in excerpt.pieces)
        for excerpt in excerpts(texts, Wanted.of(typed))
    ]


def test_the_words_are_marked_in_their_own_spelling():
    assert drawn(["Der Brief liegt in der Straße."], "strasse") == ["Der Brief liegt in der [Straße]."]
    assert drawn(["وصلت الرسالة إلى المدرسة"], "مدرسه") == ["وصلت الرسالة إلى [المدرسة]"]
    assert drawn(["<b>Letter</b>"], "letter") == ["<b>[Letter]</b>"], "it is drawn as text, never as markup"


def test_every_word_must_be_there_in_one_text_or_the_other():
    assert drawn(["the letter", "about the flat"], "letter flat") == ["the [letter]", "about the [flat]"]
    assert drawn(["the letter", "about the flat"], "letter school") == []
    assert drawn(["the letter"], "") == []


def test_a_long_text_is_shown_a_few_words_at_a_time():
    words = [f"w{number}" for number in range(100)]
    words[20], words[80] = "first", "second"
    one, two = excerpts([" ".join(words)], Wanted.of("first second"))
    assert (one.more_before, one.more_after) == (True, True)
    assert one.pieces[0].text.split() == words[20 - WORDS_AROUND : 20]
    assert two.pieces[-1].text.split() == words[81 : 81 + WORDS_AROUND]


@given(text=st.text(max_size=200), typed=st.text(min_size=1, max_size=10))
def test_an_excerpt_is_a_part_of_the_text_to_the_letter(text, typed):
    found = excerpts([text], Wanted.of(typed))
    assert len(found) <= EXCERPTS
    for excerpt in found:
        assert "".join(piece.text for piece in excerpt.pieces) in text
        assert any(piece.is_found for piece in excerpt.pieces)
