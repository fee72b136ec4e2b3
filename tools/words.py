"""Every word that people read, in every language that the house speaks.

    tools/words.py extract     bring alongside/locale/*/LC_MESSAGES/django.po up to date with the code; what was
                               translated stays, what is new waits for its translation
    tools/words.py check       fail, with one line each, on what is missing, doubtful or does not fit
    tools/words.py compile     make the .mo files that Django reads; needs nothing but Python

Messages come from the Django templates and the Python sources of the package.
"""

from __future__ import annotations

import ast
import io
import re
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

HOUSE = Path(__file__).resolve().parents[1]
PACKAGE = HOUSE / "alongside"
# The languages beside English, in which the house is written, and how each counts: the forms of Arabic are for
# none, one, two, 3 to 10, 11 to 99, and all others.
PLURALS = {
    "es": "nplurals=2; plural=(n != 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
}
KEYWORDS: dict[str, tuple[Any, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[a-z]")
NAMED = re.compile(r"%\(\w+\)[a-z]")
TAG = re.compile(r"</?\w+")


def po_file(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


# --- Reading the sources -----------------------------------------------------------------------


def sources() -> Iterator[tuple[str, str]]:
    """Every file that may hold messages, as (path, Python or what is as good as Python)."""
    from django.utils.translation.template import templatize

    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(HOUSE)), path.read_text()
    for path in sorted(PACKAGE.rglob("templates/**/*.*")):
        if path.suffix in (".html", ".txt", ".svg"):
            name = str(path.relative_to(HOUSE))
            # Indentation means nothing in a template, and trips whoever reads it as Python.
            yield name, "\n".join(line.lstrip() for line in templatize(path.read_text(), origin=name).splitlines())


def found() -> Catalog:
    """Every message in the sources. Files are named without their lines, so that moving code changes no catalogue."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract

    catalog = Catalog(charset="utf-8")
    for name, source in sources():
        messages = extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS, comment_tags=["Translators:"])
        for _line, message, comments, context in messages:
            catalog.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def kept(language: str) -> Catalog:
    """The catalogue as it lies in the house; an empty one for a language that is new."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    catalog = Catalog(locale=language, charset="utf-8")
    if po_file(language).exists():
        with po_file(language).open("rb") as file:
            catalog = read_po(file, locale=language, charset="utf-8")
    catalog.mime_headers = [("Plural-Forms", PLURALS[language])]
    return catalog


def extract() -> None:
    """Bring the catalogues up to date."""
    from babel.messages.pofile import write_po

    messages = found()
    for language in PLURALS:
        catalog = kept(language)
        catalog.update(messages, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        catalog.header_comment = f"# {language}: how Alongside speaks. The sources are in English."
        catalog.fuzzy = False
        buffer = io.BytesIO()
        write_po(buffer, catalog, include_lineno=False, sort_by_file=True, omit_header=True, width=110)
        po_file(language).parent.mkdir(parents=True, exist_ok=True)
        po_file(language).write_bytes(_header(catalog).encode() + buffer.getvalue().lstrip())
        waiting = sum(1 for message in catalog if message.id and not _whole(message, catalog))
        print(f"{language}: {len(catalog)} messages, {waiting} wait for their translation")


def _header(catalog: Catalog) -> str:
    """Only what programs need: no dates and names, which would make two people's changes collide."""
    return (
        f"{catalog.header_comment}\n"
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {catalog.locale_identifier}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {PLURALS[str(catalog.locale_identifier)]}\\n"\n\n'
    )


# --- Judging the translations ------------------------------------------------------------------


def _forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def _originals(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)


def _whole(message: Message, catalog: Catalog) -> bool:
    wanted = catalog.num_plurals if isinstance(message.id, tuple | list) else 1
    forms = _forms(message)
    return len(forms) == wanted and all(forms)


def _parts(text: str) -> tuple[set[str], Counter[str]]:
    """The placeholders and tags of a text. One with a name may be said once or twice, as the language likes it."""
    unnamed = Counter(found for found in PLACEHOLDER.findall(text) if not found.startswith("%("))
    return {*NAMED.findall(text), *TAG.findall(text)}, unnamed


def _misfits(message: Message) -> Iterator[str]:
    """What in a translation does not fit its original: placeholders and markup."""
    named, unnamed = _parts(_originals(message)[-1])
    for number, form in enumerate(_forms(message)):
        has, has_unnamed = _parts(form)
        # A form for one, or two, of something may leave the number out; the last form may not.
        is_last = number == len(_forms(message)) - 1
        if (is_last and has != named) or not has <= named or has_unnamed != unnamed:
            yield f"placeholders or markup differ: {sorted(named ^ has) or sorted(unnamed | has_unnamed)}"
        elif form.count("<bdi") != form.count("</bdi>") or form.count("<strong") != form.count("</strong>"):
            yield "markup is not closed"


def problems(language: str, messages: Catalog | None = None, catalog: Catalog | None = None) -> list[str]:
    """Every reason why this language is not ready, in a line each."""
    messages, catalog = messages or found(), catalog or kept(language)
    reasons: list[str] = []

    def complain(message: Message, reason: str) -> None:
        reasons.append(f"{language}: {_originals(message)[0].strip()[:70]!r}: {reason}")

    for message in messages:
        translated = catalog.get(message.id, message.context) if message.id else None
        if not message.id:
            continue
        if translated is None:
            complain(message, "not in the catalogue; run `make words`")
        elif translated.fuzzy:
            complain(message, "marked as doubtful (fuzzy)")
        elif not _whole(translated, catalog):
            complain(message, "not translated, or not in every plural form")
        else:
            for misfit in _misfits(translated):
                complain(message, misfit)
    for message in [*catalog, *catalog.obsolete.values()]:
        if message.id and messages.get(message.id, message.context) is None:
            complain(message, "is in no source any more; run `make words`")
    return reasons


def check() -> int:
    """Print every problem; return 1 when there is one."""
    messages = found()
    reasons = [reason for language in PLURALS for reason in problems(language, messages)]
    print("\n".join(reasons) or f"Every word is there in {', '.join(PLURALS)}.")
    return 1 if reasons else 0


# --- Making what Django reads ------------------------------------------------------------------


def read_plainly(text: str) -> dict[str, str]:
    """Read a catalogue without any library: msgid (with context and plural as in a .mo file) to msgstr."""
    read: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", text):
        if re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE):
            continue
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if not line.startswith('"'):
                name, line = line.split(" ", 1)
                parts[name] = ""
            parts[name] += ast.literal_eval(line.strip())
        if "msgid" not in parts:
            continue
        forms = [parts[name] for name in sorted(parts) if name.startswith("msgstr")]
        if not all(forms):
            continue
        key = f"{parts['msgctxt']}\x04" if "msgctxt" in parts else ""
        key += parts["msgid"] + (f"\0{parts['msgid_plural']}" if "msgid_plural" in parts else "")
        read[key] = "\0".join(forms)
    return read


def as_mo(messages: dict[str, str]) -> bytes:
    """The bytes of a .mo file (GNU gettext manual, section 10.3), without its optional hash table."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    texts, tables = b"", [b"", b""]
    start = 28 + 16 * len(pairs)
    for which in (0, 1):
        for pair in pairs:
            tables[which] += struct.pack("<II", len(pair[which]), start + len(texts))
            texts += pair[which] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + tables[0] + tables[1] + texts


def compile_all() -> None:
    """Make a .mo file beside each .po file."""
    for path in sorted(PACKAGE.glob("locale/*/LC_MESSAGES/*.po")):
        path.with_suffix(".mo").write_bytes(as_mo(read_plainly(path.read_text())))


def main() -> int:
    commands = {"extract": extract, "check": check, "compile": compile_all}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        print(__doc__)
        return 2
    return commands[sys.argv[1]]() or 0


if __name__ == "__main__":
    sys.path.insert(0, str(HOUSE))
    raise SystemExit(main())
