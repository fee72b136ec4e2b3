"""Every template: translated, without inline style or script, escaped, and used."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import allauth
import pytest
from django.template.base import Lexer, TokenType
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

import alongside
from tests.strict_templates import UndefinedVariable

pytestmark = pytest.mark.once

HOUSE = Path(alongside.__file__).parent
TEMPLATES = {
    str(path.relative_to(folder)): path
    for folder in sorted(HOUSE.glob("*/templates"))
    for path in folder.rglob("*.html")
}
ALLAUTH = Path(allauth.__file__).parent / "templates"

# Texts that stand in a template as they are, and why nobody translates them.
AS_IT_IS: dict[str, dict[str, str]] = {}
# Templates with a text that is not escaped, and why it cannot hold anything of anybody's.
AS_DRAWN = {"journeys/_card.html": "the square is drawn by our own code from digits and our own address"}
# Templates that no file of ours names, and who draws them.
DRAWN_BY_OTHERS = {"429.html": "allauth draws it for too many tries"}
READ_ALOUD = {"alt", "title", "placeholder", "aria-label", "aria-description"}
TRANSLATED = ("translate", "trans", "blocktranslate", "blocktrans")


class _Reader(HTMLParser):
    """Collects what a person would read, and what a strict browser would refuse."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.refused: list[str] = []
        self.inside: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inside = tag
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.refused.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name == "style" or (value or "").startswith("javascript:"):
                self.refused.append(f"{name} on <{tag}>")
            if name in ("src", "href", "action") and re.match(r"(https?:)?//", value or ""):
                self.refused.append(f"{value}")
            if name in READ_ALOUD and value:
                self.texts.append(value)

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside not in ("script", "style"):
            self.texts.append(data)


def read(source: str) -> tuple[list[str], list[str]]:
    """Return the texts of a template that are not translated, and what the browser would refuse."""
    plain, skipping = [], False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.TEXT and not skipping:
            plain.append(token.contents)
        elif token.token_type == TokenType.BLOCK:
            name = token.split_contents()[0]
            skipping = name in ("blocktranslate", "blocktrans", "comment") or (skipping and not name.startswith("end"))
    reader = _Reader()
    reader.feed("".join(plain))
    reader.close()
    texts = [text.strip() for text in reader.texts if any(letter.isalpha() for letter in text)]
    return texts, reader.refused


def unsafe(source: str) -> list[str]:
    """Ways around escaping."""
    return re.findall(r"\|\s*safe\w*\b|autoescape off|mark_safe", source)


def forms_without_token(source: str) -> list[str]:
    """Forms that post without the token that says they are ours."""
    forms = re.findall(r"<form\b.*?</form>", source, re.S | re.I)
    return [
        form for form in forms if 'method="post"' in form and "csrf_token" not in form and 'class="leave"' not in form
    ]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_text_can_be_translated(name):
    texts, _ = read(TEMPLATES[name].read_text())
    assert [text for text in texts if text not in AS_IT_IS.get(name, {})] == []


# A page of her copy, read without a server and years later: its style has to lie in it.
STANDS_ALONE = {"takeaway/copy.html"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(name):
    _, refused = read(TEMPLATES[name].read_text())
    assert refused == (["<style>"] if name in STANDS_ALONE else [])


@pytest.mark.parametrize("name", TEMPLATES)
def test_everything_is_escaped_and_every_form_is_ours(name):
    source = TEMPLATES[name].read_text()
    assert (unsafe(source) != []) is (name in AS_DRAWN)
    assert forms_without_token(source) == []


def test_every_template_is_used():
    sources = "\n".join(
        path.read_text() for pattern in ("**/*.py", "**/templates/**/*.html") for path in HOUSE.glob(pattern)
    )
    made = [re.sub(r"\\\{.*?\}", r"\\w+", re.escape(name)) for name in re.findall(r'f"([^"]*\{[^"]*\.html)"', sources)]
    unused = {
        name
        for name in TEMPLATES
        if f'"{name}"' not in sources
        and not any(re.fullmatch(pattern, name) for pattern in made)
        and name not in DRAWN_BY_OTHERS
        and not (ALLAUTH / name).exists()
    }
    assert unused == set()


def test_no_exception_is_stale():
    assert {*DRAWN_BY_OTHERS, *AS_DRAWN} <= set(TEMPLATES)
    for name, texts in AS_IT_IS.items():
        assert set(texts) <= set(read(TEMPLATES[name].read_text())[0])


@pytest.mark.parametrize(
    "bad",
    [
        "<p>Hello</p>",
        '<p>{% translate "Hello" %} you</p>',
        '<a aria-label="Open">→</a>',
        "{% if x %}Yes{% endif %}",
        "{% blocktranslate %}Fine{% endblocktranslate %} not",
    ],
)
def test_the_look_for_untranslated_texts_finds_them(bad):
    assert read(bad)[0]


@pytest.mark.parametrize(
    "bad", ['<p style="x">', '<a onclick="x">', "<script>x</script>", "<style></style>", '<img src="//x">']
)
def test_the_look_for_inline_things_finds_them(bad):
    assert read(bad)[1]


def test_the_look_for_unsafe_texts_and_foreign_forms_finds_them():
    assert unsafe("{{ x|safe }}")
    assert unsafe("{% autoescape off %}")
    assert forms_without_token('<form method="post"><button></form>')


def test_an_undefined_variable_fails_the_test_that_draws_it():
    with pytest.raises(UndefinedVariable, match="site_title"):
        render_to_string("web/broken.html", {"leave_to": mark_safe("x"), "direction": "ltr"})
