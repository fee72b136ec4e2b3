"""Letters as somebody searches for them: without case, accents and the many forms of an Arabic letter.

Nothing here is ever shown or kept: what is found is shown in its own spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

# Combining accents, Arabic vowel signs, the stroke that stretches an Arabic word, and apostrophes.
_SIGNS = "\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
_DROPPED = re.compile(f"[{_SIGNS}'’‘ʼ]")
# Dashes, dots, quotation marks and apostrophes, as bytes of UTF-8.
_PUNCTUATION = re.compile(rb"\xe2\x80[\x90-\xa6]")
_ARABIC = re.compile("[\u0600-\u06ff]")
# Letters that people write one for the other: ta marbuta and ha, alef maksura and ya, the forms of
# alef (its hamza and madda are dropped as signs), and the Persian forms of kaf and ya.
_ONE_FOR_ANOTHER = str.maketrans("ةىٱیک" + "٠١٢٣٤٥٦٧٨٩" + "۰۱۲۳۴۵۶۷۸۹", "هيايك" + "0123456789" * 2)
WORD = re.compile(rf"\w+(?:[{_SIGNS}'’‘ʼ]+\w+)*[{_SIGNS}]*")
# "And", "the", "with", "for" are written together with the Arabic word that follows them.
_BEFORE_A_WORD = ("ال", "لل", "و", "ف", "ب", "ك", "ل")
SHORTEST_STEM = 3


def fold(text: str) -> str:
    """Return `text` as it is compared: `Straße` as `strasse`, `año` as `ano`, `مَدْرَسَة` as `مدرسه`."""
    if text.isascii():
        return text.lower().replace("'", "")
    folded = _DROPPED.sub("", unicodedata.normalize("NFKD", text).casefold())
    return folded.translate(_ONE_FOR_ANOTHER) if _ARABIC.search(folded) else folded


def forms(word: str) -> tuple[str, ...]:
    """Return a folded word, and the same without what Arabic writes before it; the whole word first."""
    found = [word]
    if _ARABIC.match(word):
        for form in found:
            for before in _BEFORE_A_WORD:
                rest = form.removeprefix(before)
                if len(rest) >= SHORTEST_STEM and rest not in found:
                    found.append(rest)
    return tuple(found)


@dataclass(frozen=True)
class Wanted:
    """What somebody searches for: each word by its forms. A word is found by its beginning."""

    words: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, typed: str) -> Wanted:
        """The words of a line that somebody typed."""
        folded = dict.fromkeys(fold(word.group()) for word in WORD.finditer(typed))
        return cls(tuple(forms(word) for word in folded if word))

    @cached_property
    def _in_ascii(self) -> tuple[bytes, ...] | None:
        """The words as bytes, where all are of plain letters (such words have one form)."""
        plain = all(word[0].isascii() for word in self.words)
        return tuple(word[0].encode() for word in self.words) if plain else None

    def may_be_in(self, text: bytes) -> bool:
        """Whether a text (UTF-8) can hold every word at all. Quick, and never wrong when it says no.

        Nearly every text of a search ends here, so plain letters are compared as bytes. What is left
        out on the way only moves letters together, and so hides no word.
        """
        wanted = self._in_ascii
        if wanted is None:
            folded = "" if text.isascii() and len(self.words) == 1 else fold(text.decode())
            return all(any(form in folded for form in word) for word in self.words)
        if not text.isascii():
            text = _PUNCTUATION.sub(b"", text)
        if not text.isascii():
            decoded = text.decode().translate(_ONE_FOR_ANOTHER).replace("ß", "ss").replace("ẞ", "ss")
            text = unicodedata.normalize("NFKD", decoded).encode("ascii", "ignore")
        text = text.lower().replace(b"'", b"")
        return all(word in text for word in wanted)

    def tokens(self, text: str) -> Iterator[tuple[int, int, frozenset[int]]]:
        """Each word of a text: where it begins and ends, and which of the wanted words (by number) it is."""
        for token in WORD.finditer(text):
            has = forms(fold(token.group()))
            yield (
                token.start(),
                token.end(),
                frozenset(
                    number
                    for number, wanted in enumerate(self.words)
                    if any(form.startswith(want) for form in has for want in wanted)
                ),
            )
