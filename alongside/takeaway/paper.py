"""The copy on paper: a PDF with our own fonts, tagged for people who listen to it."""

from __future__ import annotations

import json
from pathlib import Path

import typst
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from alongside.takeaway.readable import Readable

HERE = Path(__file__).parent
# Noto Sans, under the SIL Open Font License: it has the letters of our languages, and is the same everywhere.
FONTS = HERE / "fonts"


def paper(copy: Readable) -> bytes:
    """The PDF, in the language that is switched on."""
    data = {
        **copy.as_data(),
        "language": (get_language() or "en").split("-")[0],
        "right_to_left": get_language_bidi(),
        "said": {"title": _("My copy"), "looked": _("Who has looked")},
    }
    return bytes(
        typst.compile(
            (HERE / "typst" / "copy.typ").read_bytes(),
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[FONTS]),
            ignore_system_fonts=True,
            sys_inputs={"copy": json.dumps(data, ensure_ascii=False)},
            pdf_standards="ua-1",
        )
    )
