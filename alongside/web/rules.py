"""Finding the telephone numbers in a line that an agency wrote, so that a thumb can call them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

FEWEST_DIGITS = 3
_NUMBER = re.compile(r"\+?(?:\(\d+\)|\d)(?:[ .\-\u00a0]?(?:\(\d+\)|\d))*")
_TIMES = re.compile(r"\d{1,2}(?:\.\d\d)?(?:-\d{1,2}(?:\.\d\d)?)?")


@dataclass(frozen=True)
class Part:
    """A piece of a line. `number` is what to dial, or empty when the piece is ordinary text."""

    text: str
    number: str = ""


def dialled(text: str) -> str:
    """Return what to dial for a number as it is written, in whatever digits; empty when it is none.

    Hours ("9-17", "8.30-20.00") and very short numbers are not telephone numbers.
    """
    digits = "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())
    if len(digits) < FEWEST_DIGITS or _TIMES.fullmatch(text):
        return ""
    return ("+" if text.startswith("+") else "") + digits


def parts_of(line: str) -> list[Part]:
    """Split a line into ordinary text and telephone numbers; joined again, it is the same line."""
    parts, done = [], 0
    for found in _NUMBER.finditer(line):
        number = dialled(found[0])
        if number:
            parts += [Part(line[done : found.start()]), Part(found[0], number)]
            done = found.end()
    parts.append(Part(line[done:]))
    return [part for part in parts if part.text]
