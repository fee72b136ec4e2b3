"""Finding words that are hard to read or hurt, and measuring how hard a text is to read. No Django here.

Three languages bend words in three ways. English adds endings; Spanish changes gender, number and
accents; Arabic joins articles, prepositions and pronouns to a word and writes some letters in
several forms. Each word is folded to the forms it could be a form of, and two words are the same
when they share one. What stands between quotation marks is somebody's words, and is left alone.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# --- Hints -----------------------------------------------------------------------------------------


class Sort(StrEnum):
    """Why a word gets a hint."""

    JARGON = "jargon"
    OFFICE = "office"
    HURTS = "hurts"
    POWER = "power"
    DESCRIBE = "describe"
    # she said that she does not want to be written about in this word
    DISLIKED = "disliked"


@dataclass(frozen=True)
class Phrase:
    """Words to look for, and what to write instead; `instead` may be empty."""

    written: str
    instead: str
    sort: Sort


@dataclass(frozen=True)
class Hint:
    """Where in a text a phrase stands, as it was written there."""

    start: int
    end: int
    written: str
    instead: str
    sort: Sort


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int


# A letter, or a sign that belongs to one: an accent typed apart, an Arabic vowel.
_LETTERS = r"(?:[^\W_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670])+"
_WORD = re.compile(rf"{_LETTERS}(?:[’'\-]{_LETTERS})*")
# Somebody's words, as typed in the three languages.
_QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"\n]*\"|‹[^›]*›")


def _tokens(text: str) -> list[_Token]:
    return [_Token(found.group(), found.start(), found.end()) for found in _WORD.finditer(text)]


def hints(
    text: str,
    language: str,
    phrases: Iterable[Phrase] | Index,
    *,
    allowed: Iterable[str] = (),
    disliked: Mapping[str, str] | None = None,
) -> list[Hint]:
    """Return the hints for a text, in the order in which they stand, none over another.

    `allowed` are her own words for things: no list says anything about them. `disliked` maps a word
    that she does not want to the one she prefers (or to an empty text); that wins over the lists.
    """
    tokens = _tokens(text)
    quiet = [found.span() for found in _QUOTED.finditer(text)]
    hers = Index(language, (Phrase(word, instead, Sort.DISLIKED) for word, instead in (disliked or {}).items()))
    liked = Index(language, (Phrase(word, "", Sort.JARGON) for word in allowed))
    lists = phrases if isinstance(phrases, Index) else Index(language, phrases)
    taken: list[tuple[int, int]] = list(quiet)
    found: list[Hint] = []
    for index, is_shown in ((hers, True), (liked, False), (lists, True)):
        for first, last, phrase in sorted(index.matches(tokens), key=lambda match: match[0] - match[1]):
            start, end = tokens[first].start, tokens[last].end
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            taken.append((start, end))
            if is_shown:
                found.append(Hint(start, end, text[start:end], phrase.instead, phrase.sort))
    return sorted(found, key=lambda hint: hint.start)


class Index:
    """Phrases of one language, found quickly by the forms of their first word."""

    def __init__(self, language: str, phrases: Iterable[Phrase] = ()) -> None:
        self.language = language
        self.phrases = tuple(phrases)
        self._by_form: dict[str, list[tuple[list[_Sought], Phrase]]] = {}
        self._by_start: list[tuple[list[_Sought], Phrase]] = []
        for phrase in self.phrases:
            sought = [_Sought.read(word, language) for word in phrase.written.split()]
            if not sought:
                continue
            if sought[0].start:
                self._by_start.append((sought, phrase))
            for form in sought[0].forms:
                self._by_form.setdefault(form, []).append((sought, phrase))

    def matches(self, tokens: list[_Token]) -> Iterator[tuple[int, int, Phrase]]:
        """Yield (first token, last token, phrase) wherever a phrase stands, each once."""
        if not self._by_form and not self._by_start:
            return
        forms = [forms_of(token.text, self.language) for token in tokens]
        seen: set[tuple[int, int, str]] = set()
        for first, of_first in enumerate(forms):
            candidates = [match for form in of_first for match in self._by_form.get(form, ())]
            for sought, phrase in [*candidates, *self._by_start]:
                last = first + len(sought) - 1
                if last >= len(tokens) or (first, last, phrase.written) in seen:
                    continue
                if all(word.fits(tokens[first + n].text, forms[first + n]) for n, word in enumerate(sought)):
                    seen.add((first, last, phrase.written))
                    yield first, last, phrase


@dataclass(frozen=True)
class _Sought:
    """One word of a phrase. `=word` stands for itself alone, `word*` for all that begins so, `DNA` for capitals."""

    exact: str = ""
    start: str = ""
    forms: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def read(cls, word: str, language: str) -> _Sought:
        if word.startswith("="):
            return cls(exact=word[1:], forms=frozenset({fold(word[1:], language)}))
        if word.endswith("*"):
            return cls(start=fold(word[:-1], language))
        if len(word) > 1 and word.isupper() and word.isascii():
            return cls(exact=word, forms=frozenset({fold(word, language)}))
        return cls(forms=forms_of(word, language))

    def fits(self, text: str, forms: frozenset[str]) -> bool:
        if self.exact:
            return text == self.exact or (not self.exact.isupper() and text.lower() == self.exact)
        if self.start:
            return any(form.startswith(self.start) for form in forms)
        return bool(self.forms & forms)


# --- Forms of a word -------------------------------------------------------------------------------

_ARABIC_LETTERS = str.maketrans("أإآٱىئؤة", "ااااييوه", "ـ")


def fold(word: str, language: str) -> str:
    """A word without case, accents and vowel signs; Arabic letters that are written in several forms become one."""
    plain = unicodedata.normalize("NFKC", word).replace("’", "'").casefold()
    if language == "ar" or _is_arabic(plain):
        bare = "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")
        return bare.translate(_ARABIC_LETTERS)
    kept = unicodedata.normalize("NFD", plain.replace("ñ", "\x00"))
    return "".join(letter for letter in kept if unicodedata.category(letter) != "Mn").replace("\x00", "ñ")


def forms_of(word: str, language: str) -> frozenset[str]:
    """The folded word, and what it could be a form of."""
    folded = fold(word, language)
    if _is_arabic(folded):
        return _arabic(folded)
    if language == "es":
        return _spanish(folded)
    return _english(folded)


def _english(word: str) -> frozenset[str]:
    word = word.removesuffix("'s").removesuffix("'")
    found = {word}
    if len(word) > 3 and word.endswith("ies"):
        found.add(word[:-3] + "y")
    for ending in ("es", "s", "ed", "d", "ing"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            stem = word[: -len(ending)]
            found |= {stem, stem + "e"} if ending in ("ed", "ing", "es") else {stem}
            if ending in ("ed", "ing") and len(stem) > 3 and stem[-1] == stem[-2]:
                found.add(stem[:-1])
    return frozenset(found)


def _spanish(word: str) -> frozenset[str]:
    found = {word}
    for ending in ("os", "as", "es", "o", "a", "e", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            found.add(word[: -len(ending)])
            break
    return frozenset(found)


_ARABIC_BEFORE = ("وال", "بال", "كال", "فال", "ولل", "ال", "لل", "و", "ف", "ب", "ل", "ك")
_ARABIC_AFTER = ("هما", "كما", "هم", "هن", "ها", "كم", "كن", "نا", "ات", "ون", "ين", "ان", "ه", "ي", "ك")


def _arabic(word: str) -> frozenset[str]:
    """The word without what may be joined before and after it, as long as three letters are left."""
    bare = {word}
    for before in _ARABIC_BEFORE:
        if word.startswith(before) and len(word) - len(before) >= 3:
            bare.add(word[len(before) :])
    found = set(bare)
    for stem in bare:
        for after in _ARABIC_AFTER:
            if stem.endswith(after) and len(stem) - len(after) >= 3:
                found.add(stem[: -len(after)])
    return frozenset(found)


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


def language_of(text: str, writers: str) -> str:
    """The language of a text: Arabic by its letters, else the writer's own (English for an Arabic writer)."""
    letters = [letter for letter in text if letter.isalpha()]
    if sum(map(_is_arabic, letters)) * 2 > len(letters):
        return "ar"
    return "en" if writers == "ar" else writers


# --- Reading ease ----------------------------------------------------------------------------------

# Below this a single long name decides, and the number says nothing.
MEASURED_FROM = 25
EASY_GRADE = 7.0
EASY_LIX = 35.0
_SENTENCE_ENDS = re.compile(r"[.!?؟…।]+(?=\s|$|[”»\"])|\n+")


@dataclass(frozen=True)
class Ease:
    """How hard a text is to read: `number` by `measure` ("grade" or "lix"), and whether most people can read it."""

    measure: str
    number: float
    is_easy: bool


def _counted(text: str) -> tuple[list[str], int]:
    words = [token.text for token in _tokens(text)]
    sentences = sum(1 for part in _SENTENCE_ENDS.split(text) if _WORD.search(part))
    return words, max(sentences, 1)


def syllables(word: str) -> int:
    """The syllables of an English word: its groups of vowels, without an e at the end that is not heard."""
    letters = re.sub(r"[^a-z]", "", fold(word, "en"))
    groups = len(re.findall(r"[aeiouy]+", letters))
    is_silent = (
        re.search(r"[^aeiouyl]e$|[aeiouy]le$", letters)
        or re.search(r"[^aeiouydt]ed$", letters)
        or (re.search(r"[^aeiouy]es$", letters) and not re.search(r"(s|x|z|ch|sh|c|g|[^aeiouy]l)es$", letters))
    )
    return max(groups - bool(is_silent), 1)


def grade(text: str) -> float:
    """Flesch–Kincaid grade (Kincaid and others, 1975): 0.39·words/sentences + 11.8·syllables/words − 15.59.

    For English. The number is the school year that can read it; 0 for a text without words.
    """
    words, sentences = _counted(text)
    if not words:
        return 0.0
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def lix(text: str) -> float:
    """LIX (Björnsson, 1968): words/sentences + 100·long words/words; a long word has more than six letters.

    For any language. Below 30 is very easy, 40 medium, above 50 hard; 0 for a text without words.
    Arabic words carry their article and prepositions with them: those letters are not counted.
    """
    words, sentences = _counted(text)
    if not words:
        return 0.0
    return len(words) / sentences + 100 * sum(_letters(word) > 6 for word in words) / len(words)


def _letters(word: str) -> int:
    folded = fold(word, "ar") if _is_arabic(word) else word
    if not _is_arabic(folded):
        return len(folded)
    before = next((part for part in _ARABIC_BEFORE if len(part) > 1 and folded.startswith(part)), "")
    return len(folded) - len(before)


def ease(text: str, language: str) -> Ease | None:
    """How hard a text is to read, or `None` for one too short to say."""
    if len(_tokens(text)) < MEASURED_FROM:
        return None
    if language == "en":
        number = grade(text)
        return Ease("grade", number, number <= EASY_GRADE)
    number = lix(text)
    return Ease("lix", number, number <= EASY_LIX)


# --- Lists -----------------------------------------------------------------------------------------


def phrases_in(tables: Mapping[str, Mapping[str, str]]) -> dict[str, Phrase]:
    """The phrases of a list file, by what is written: a table for each sort, `"one | another" = "instead"`.

    An entry whose value is `false`, in a file of the agency, takes the phrase out of the house's list.
    """
    found: dict[str, Phrase] = {}
    for sort, entries in tables.items():
        for written, instead in entries.items():
            for one in written.split("|"):
                found[" ".join(one.split())] = Phrase(" ".join(one.split()), str(instead), Sort(sort))
    return found


# --- Her words, and saying back --------------------------------------------------------------------


class Feeling(StrEnum):
    """What she thinks of a word."""

    LIKE = "like"
    DISLIKE = "dislike"


class Area(StrEnum):
    """What an explanation is about, where it matters that it was understood."""

    LAW = "law"
    MONEY = "money"
    HEALTH = "health"
    SAFETY = "safety"


# Of somebody who writes, the trail says once in this time that her words for things were read.
SPELL_MINUTES = 10


def spell_of(now: datetime.datetime) -> str:
    """The stretch of time that a moment lies in: the same for all moments of one stretch."""
    return str(int(now.timestamp() // (60 * SPELL_MINUTES)))


class SaidBack(StrEnum):
    """Where an explanation stands. It is the explanation that is tried, never the person."""

    ASKED = "asked"
    SAID = "said"
    LEFT_OUT = "left_out"
    YES = "yes"
    ANEW = "anew"


def stands(*, said: bool, left_out: bool, is_it: bool | None) -> SaidBack:
    """Where an explanation stands after what has happened to it."""
    if left_out:
        return SaidBack.LEFT_OUT
    if not said:
        return SaidBack.ASKED
    if is_it is None:
        return SaidBack.SAID
    return SaidBack.YES if is_it else SaidBack.ANEW
