"""The lists themselves, the agency's own beside them, and what others wrote about the same."""

import time
import tomllib

import pytest

from alongside.plain import queries, rules
from alongside.plain.rules import Phrase, Sort

pytestmark = pytest.mark.once

LEAST = {"en": 120, "es": 60, "ar": 60}


def tables(language):
    return tomllib.loads((queries.LISTS / f"{language}.toml").read_text(encoding="utf-8"))


def test_how_much_is_in_them():
    entries = {language: sum(map(len, tables(language).values())) for language in LEAST}
    phrases = {language: len(rules.phrases_in(tables(language))) for language in LEAST}
    print(f"\nentries {entries}, phrases {phrases}")
    assert all(entries[language] >= least for language, least in LEAST.items())


@pytest.mark.parametrize("language", LEAST)
def test_every_phrase_is_found_as_it_stands_in_the_list(language):
    listed = queries.list_of(language)
    silent = [
        written
        for written in rules.phrases_in(tables(language))
        if not rules.hints(written.lstrip("=").rstrip("*"), language, listed)
    ]
    assert not silent


@pytest.mark.parametrize("language", LEAST)
def test_no_hint_suggests_what_gets_a_hint(language):
    listed = queries.list_of(language)
    for entries in tables(language).values():
        for written, instead in entries.items():
            assert instead.strip(), written
            assert not rules.hints(instead, language, listed), (written, instead)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Rosa told me that the rent is late. We phoned the office together, and they gave her until 15 March."),
        ("es", "Rosa me contó que debe el alquiler. Llamamos juntas a la oficina y le dieron hasta el 15 de marzo."),
        ("ar", "أخبرتني روزا أن الإيجار لم يُدفع. اتصلنا معًا بالمكتب، وأعطوها وقتًا حتى ١٥ آذار."),
    ],
)
def test_a_plain_sentence_gets_none(language, text):
    assert not rules.hints(text, language, queries.list_of(language))


@pytest.mark.parametrize(
    ("language", "text", "written"),
    [
        ("en", "Client is non-compliant and was aggressive.", ["non-compliant", "aggressive"]),
        ("es", "La usuaria no acude a las citas; alega.", ["usuaria", "no acude a las citas", "alega"]),
        ("ar", "المستفيدة غير متعاونة وتنكر ذلك.", ["المستفيدة", "غير متعاونة", "وتنكر"]),
    ],
)  # fmt: skip
def test_what_offices_write_is_found(language, text, written):
    assert [hint.written for hint in rules.hints(text, language, queries.list_of(language))] == written


@pytest.fixture
def own_list(settings, tmp_path):
    settings.WORDS_FOLDER = str(tmp_path)
    queries.list_of.cache_clear()
    yield tmp_path
    queries.list_of.cache_clear()


def of_the_agency(text, language="en"):
    return {hint.written: hint.instead for hint in rules.hints(text, language, queries.list_of(language))}


def test_an_agency_adds_changes_and_takes_out(own_list):
    (own_list / "en.toml").write_text(
        '[office]\n"Form 7B" = "the form for the rent"\n[jargon]\n"arrears" = "rent debt"\n"tenancy" = false\n'
    )
    assert of_the_agency("Form 7B, arrears, tenancy, referral") == {
        "Form 7B": "the form for the rent",
        "arrears": "rent debt",
        "referral": "introducing you to …; asking … for help",
    }
    assert of_the_agency("usuaria", "es"), "the other languages stay as they are"


@pytest.mark.parametrize("broken", ["[jargon", '[no_such_sort]\n"a" = "b"', '"a" = "b"', "\x00"])
def test_a_list_that_cannot_be_read_is_left_out_and_says_so(own_list, broken, caplog):
    (own_list / "en.toml").write_text(broken)
    assert "arrears" in of_the_agency("arrears")
    assert "cannot be read" in caplog.text


def test_reading_a_long_note_is_quick():
    text = "Rosa told me that the rent is late and that the office did not answer. " * 270
    queries.list_of("en")
    began = time.thread_time()
    queries.look_at(text, language="en", liked=["mum"], disliked={"mother": "mum"})
    took = time.thread_time() - began
    print(f"\n{len(text.split())} words in {took * 1000:.0f} ms")
    assert took < 2


def test_a_phrase_says_of_which_sort_it_is():
    found = rules.phrases_in({"hurts": {"one | two words": "say it otherwise"}})
    assert found == {
        "one": Phrase("one", "say it otherwise", Sort.HURTS),
        "two words": Phrase("two words", "say it otherwise", Sort.HURTS),
    }
