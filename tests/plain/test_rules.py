"""Which words are found, in three languages; what is left alone; and how hard a text is to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.plain import rules
from alongside.plain.rules import Phrase, SaidBack, Sort

pytestmark = pytest.mark.once


def phrases(*written, instead="say it otherwise", sort=Sort.JARGON):
    return [Phrase(one, instead, sort) for one in written]


def found(text, *written, language="en", **options):
    return [hint.written for hint in rules.hints(text, language, phrases(*written), **options)]


# --- English ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Three referrals were made.", ["referrals"]),
        ("We REFERRED TO the court.", ["REFERRED TO"]),
        ("the policies", ["policies"]),
        ("she was sanctioned; sanctioning is near", ["sanctioned", "sanctioning"]),
        ("the client’s tenancy’s end", ["tenancy’s"]),
        ("they stopped", ["stopped"]),
    ],
)
def test_a_word_stands_for_its_forms(text, written):
    assert found(text, "referral", "refer to", "policy", "sanction", "tenancy", "stop") == written


def test_words_that_only_look_alike_are_left_alone():
    assert not found("She staged a play on the stage; a preferred inferral", "refer", "stages of grief", "age")
    assert not found("He addressed the addicted", "=addict", "dress")
    assert found("an addict and two Addicts", "=addict", "=addicts") == ["addict", "Addicts"]


def test_an_abbreviation_is_itself_alone():
    assert found("DNA again; his dna; si, SI", "DNA", "SI") == ["DNA", "SI"]


def test_all_that_begins_so():
    assert found("empowering, empowerment, power", "empower*") == ["empowering", "empowerment"]


def test_the_longer_phrase_counts_and_nothing_is_hinted_at_twice():
    [hint] = rules.hints("a care plan review", "en", phrases("care", "care plan", "plan"))
    assert (hint.written, hint.start, hint.end) == ("care plan", 2, 11)


# --- whose words they are --------------------------------------------------------------------------


@pytest.mark.parametrize("quoted", ["“{}”", '"{}"', "«{}»", "„{}“"])
def test_what_somebody_said_is_left_alone(quoted):
    text = f"She said {quoted.format('I am an addict')}. The addict left."
    assert [hint.start for hint in rules.hints(text, "en", phrases("addict"))] == [text.rindex("addict")]


def test_her_own_word_wins_over_every_list():
    assert found("a survivor, a victim", "survivor", "victim", allowed=["survivor"]) == ["victim"]
    assert not found("Our case conferences", "case", allowed=["case conference"])
    assert found("Our case conferences and this case", "case", allowed=["case conference"]) == ["case"]


def test_a_word_she_does_not_want_warns_with_the_one_she_prefers():
    [hint] = rules.hints("The mothers came.", "en", [], disliked={"mother": "mum"})
    assert (hint.written, hint.instead, hint.sort) == ("mothers", "mum", Sort.DISLIKED)
    [hint] = rules.hints("a client", "en", phrases("client"), disliked={"client": "Rosa"}, allowed=["client"])
    assert hint.instead == "Rosa", "what she does not want counts before what a list says or allows"


# --- Spanish ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Las familias DESESTRUCTURADAS", ["DESESTRUCTURADAS"]),
        ("una valoracion y la valoración", ["valoracion", "valoración"]),
        ("Dos usuarias; el usuario", ["usuarias", "usuario"]),
        ("los indicadores", ["indicadores"]),
    ],
)
def test_spanish_bends_in_gender_number_and_accents(text, written):
    assert found(text, "desestructurada", "valoración", "usuario", "indicador", language="es") == written


def test_a_letter_of_its_own_is_no_accent():
    assert not found("una caña", "cana", language="es")
    assert not found("el año", "ano", language="es")


# --- Arabic ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["المستفيدة حضرت", "وللمستفيدة حق", "جاءت مستفيدة", "بالمستفيده", "مُسْتَفِيدَة", "مستفيدتنا مستفيدة"],
)
def test_arabic_words_carry_what_belongs_to_them(text):
    assert found(text, "مستفيدة", language="ar")


def test_letters_that_are_written_in_several_forms_are_one():
    assert found("احيل إلى المكتب", "أحيل إلى", language="ar") == ["احيل إلى"]
    assert found("عدوانى", "عدواني", language="ar") == ["عدوانى"]


def test_short_words_are_not_taken_apart():
    assert not found("ولد وبنت", "لد", language="ar")
    assert not found("عليه", "=وعليه", language="ar")
    assert found("وعليه", "=وعليه", language="ar") == ["وعليه"]


def test_the_language_is_the_texts_own():
    assert rules.language_of("هي قالت نعم", "en") == "ar"
    assert rules.language_of("Dana said yes", "ar") == "en"
    assert rules.language_of("Dijo que sí", "es") == "es"
    assert rules.language_of("", "en") == "en"


# --- reading ease, counted by hand -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("cat", 1), ("made", 1), ("table", 2), ("people", 2), ("walked", 1), ("wanted", 2), ("boxes", 2),
        ("homes", 1), ("tables", 2), ("agreement", 3), ("the", 1), ("safe", 1), ("whole", 1), ("I", 1), ("money", 2),
    ],
)  # fmt: skip
def test_syllables(word, number):
    assert rules.syllables(word) == number


def test_the_grade_is_that_of_the_formula():
    # 7 words in 2 sentences, 8 syllables (She 1 went 1 home 1 | We 1 met 1 her mother: 1 + 2)
    assert rules.grade("She went home. We met her mother.") == pytest.approx(0.39 * 7 / 2 + 11.8 * 8 / 7 - 15.59)
    assert rules.grade("She went home. We met her mother.") == pytest.approx(-0.739, abs=0.001)
    assert rules.grade("") == 0


def test_lix_is_that_of_the_formula():
    # 8 words, 2 sentences, long (more than six letters): agreement, together → 8/2 + 100·2/8
    assert rules.lix("We wrote the agreement. We did it together.") == pytest.approx(29.0)
    # "almustafida", without its article, has seven letters; "wal-bayt" has three
    assert rules.lix("المستفيدة هنا؟ والبيت هناك.") == pytest.approx(4 / 2 + 100 * 1 / 4)
    assert rules.lix("...") == 0


def test_a_short_text_is_not_measured_and_a_hard_one_is():
    assert rules.ease("Multidisciplinary safeguarding assessment.", "en") is None
    easy = "We met today. She was glad to be here. " * 4
    assert rules.ease(easy, "en").is_easy
    hard = "The multidisciplinary safeguarding assessment identified considerable intergenerational difficulties. " * 4
    assert not rules.ease(hard, "en").is_easy
    assert not rules.ease(hard, "es").is_easy


# --- whatever is typed -----------------------------------------------------------------------------


@given(st.text(max_size=300), st.sampled_from(["en", "es", "ar"]))
def test_whatever_is_typed_hints_lie_in_the_text_in_order_and_apart(text, language):
    listed = phrases("a b", "care plan", "caso", "حالة", "x*", "=y", "DNA")
    hints = rules.hints(text, language, listed, allowed=["b"], disliked={"c": "d"})
    end = 0
    for hint in hints:
        assert end <= hint.start < hint.end <= len(text)
        assert text[hint.start : hint.end] == hint.written
        end = hint.end
    assert rules.grade(text) == rules.grade(text)
    assert rules.lix(text) >= 0


def test_where_an_explanation_stands():
    assert rules.stands(said=False, left_out=False, is_it=None) is SaidBack.ASKED
    assert rules.stands(said=False, left_out=True, is_it=None) is SaidBack.LEFT_OUT
    assert rules.stands(said=True, left_out=False, is_it=None) is SaidBack.SAID
    assert rules.stands(said=True, left_out=False, is_it=True) is SaidBack.YES
    assert rules.stands(said=True, left_out=False, is_it=False) is SaidBack.ANEW
