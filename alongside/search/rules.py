"""What of a text is shown when it was found: the words with a few around them, in their own spelling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alongside.kit.folding import Wanted

HITS = 50
WORDS_AROUND = 8
EXCERPTS = 3


@dataclass(frozen=True)
class Piece:
    """A part of an excerpt; `is_found` for the words that were searched for."""

    text: str
    is_found: bool


@dataclass(frozen=True)
class Excerpt:
    """A few words of a text, and whether there is more of it before and after."""

    pieces: tuple[Piece, ...]
    more_before: bool
    more_after: bool


def excerpts(texts: Sequence[str], wanted: Wanted) -> list[Excerpt]:
    """Where the wanted words stand in these texts; nothing unless every one of them stands in some."""
    split = [list(wanted.tokens(text)) for text in texts]
    missing = set(range(len(wanted.words)))
    windows: list[tuple[int, int, int]] = []  # (text, first token, last token)
    for number, tokens in enumerate(split):
        for place, (_, _, is_word) in enumerate(tokens):
            if not missing & is_word:
                continue
            missing -= is_word
            if windows and windows[-1][0] == number and place <= windows[-1][2]:
                continue
            first, last = max(0, place - WORDS_AROUND), min(len(tokens) - 1, place + WORDS_AROUND)
            windows.append((number, first, last))
    if missing or not wanted.words:
        return []
    return [_excerpt(texts[number], split[number], first, last) for number, first, last in windows[:EXCERPTS]]


def _excerpt(text: str, tokens: list[tuple[int, int, frozenset[int]]], first: int, last: int) -> Excerpt:
    start = tokens[first][0] if first else 0
    stop = tokens[last][1] if last < len(tokens) - 1 else len(text)
    pieces, at = [], start
    for begins, ends, is_word in tokens[first : last + 1]:
        if is_word:
            pieces += [Piece(text[at:begins], False), Piece(text[begins:ends], True)]
            at = ends
    pieces.append(Piece(text[at:stop], False))
    return Excerpt(tuple(piece for piece in pieces if piece.text), first > 0, last < len(tokens) - 1)
