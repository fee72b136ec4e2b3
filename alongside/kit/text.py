"""What may stand in a text that a person writes. Nothing here changes anybody's words."""

import unicodedata

# Marks that reorder what follows them: they can make a sentence read as another one. The plain
# left-to-right and right-to-left marks, and joiners, are part of ordinary Arabic and stay.
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LAYOUT = frozenset("\n\t")


def hidden_characters(text: str) -> list[str]:
    """Return the control and reordering characters in `text`, each once, in order of appearance."""
    found = {
        letter: None
        for letter in text
        if letter in REORDERING or (unicodedata.category(letter) == "Cc" and letter not in LAYOUT)
    }
    return list(found)


def isolated(text: str) -> str:
    """What a person wrote, inside a sentence of ours: neither turns the other round where one reads right to left."""
    return f"\u2068{text}\u2069"


def with_plain_newlines(text: str) -> str:
    """Undo what a browser does to a text in transit: it sends each line's end as CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
