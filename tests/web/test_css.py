"""The style sheet keeps its promises: readable in both lights, mirrored by itself, understood by a phone of 2018."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import alongside

pytestmark = pytest.mark.once

HOUSE = Path(alongside.__file__).parent
FACE = HOUSE / "web" / "static" / "web" / "alongside.css"
SHEETS = sorted(HOUSE.glob("*/static/**/*.css"))
MOST_BYTES = 25 * 1024

# (text, ground): what is read on what. WCAG 2.2 AA asks for 4.5 to 1.
READ_ON = [
    *[(text, ground) for text in ("ink", "soft", "clay", "clay-deep") for ground in ("paper", "card", "clay-wash")],
    *[("ink", ground) for ground in ("field", "sage-wash", "sky-wash", "honey-wash", "line")],
    *[("soft", ground) for ground in ("sage-wash", "sky-wash", "honey-wash", "field")],
    *[(name, f"{name}-wash") for name in ("sage", "sky", "honey")],
    ("on-clay", "clay"),
    ("on-clay", "clay-deep"),
]
# What is seen, not read: the edge of a box to write in, the ring of the focus, the fill of a bar. 3 to 1.
SEEN_ON = [
    ("edge", "card"),
    ("edge", "paper"),
    ("focus", "paper"),
    ("focus", "card"),
    ("sage", "line"),
    ("sage", "card"),
]

# What a Chrome 70 does not know and drops a whole rule for, or what would not mirror.
UNKNOWN_THEN = {
    r"@layer|@container|&": "layers, containers and nesting",
    r":(has|is|where|focus-visible(?!\)))\b": "selectors that make it drop the rule",
    r"\binset(-\w+)*:|aspect-ratio|(margin|padding|border)-(inline|block):": "newer short hands",
    r"\b(min|max|clamp)\(": "arithmetic of sizes",
    r"(?<!grid-)(?<!column-)(?<!row-)\bgap:(?![^}]*grid-template)": "a gap in a flex row",
}
PHYSICAL = (
    r"(margin|padding|border)-(left|right)|text-align: (left|right)|float:|\bright:"
    r"|\bleft:(?! 0; (order: 2; )?width: 100%)"
)


def tokens(css: str, *, dark: bool) -> dict[str, str]:
    """The colours of one light; what the dark one does not name it takes from the other."""
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    found: dict[str, str] = {}
    for block in blocks[: 2 if dark else 1]:
        found.update(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
    return found


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, by WCAG 2.2's relative luminance."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def rules_of(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.S)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_can_be_read_on_its_ground(dark):
    colours = tokens(FACE.read_text(), dark=dark)
    weak = {
        f"{text} on {ground}": round(contrast(colours[text], colours[ground]), 2)
        for pairs, least in ((READ_ON, 4.5), (SEEN_ON, 3))
        for text, ground in pairs
        if contrast(colours[text], colours[ground]) < least
    }
    assert weak == {}


def test_the_measure_of_contrast_is_the_one_of_the_standard():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_phone_of_2018_understands_every_rule(sheet):
    css = rules_of(sheet.read_text())
    assert {why for pattern, why in UNKNOWN_THEN.items() if re.search(pattern, css)} == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_nothing_is_left_or_right_so_that_arabic_mirrors_by_itself(sheet):
    assert [found[0] for found in re.finditer(PHYSICAL, rules_of(sheet.read_text()))] == []


@pytest.mark.parametrize(
    "bad",
    [
        "a { inset: 0 }",
        "a:has(b) { x: y }",
        ".row { display: flex; gap: 1rem; }",
        "@layer x;",
        "a { width: min(1px, 2px) }",
    ],
)
def test_the_look_for_new_things_finds_them(bad):
    assert any(re.search(pattern, bad) for pattern in UNKNOWN_THEN)


@pytest.mark.parametrize(
    "bad", ["a { margin-left: 1px }", "a { right: 0 }", "a { left: 1rem }", "a { text-align: left }"]
)
def test_the_look_for_left_and_right_finds_them(bad):
    assert re.search(PHYSICAL, bad)


def test_the_style_sheet_stays_small():
    assert len(FACE.read_bytes()) <= MOST_BYTES


# A page of her copy brings its own style along.
STANDS_ALONE = ("copy.html", "_copy_item.html")


def test_every_class_that_a_template_names_is_in_a_style_sheet():
    known = {name for sheet in SHEETS for name in re.findall(r"\.([a-z][\w-]*)", rules_of(sheet.read_text()))}
    missing = set()
    for template in HOUSE.glob("*/templates/**/*.html"):
        if template.name in STANDS_ALONE:
            continue
        for value in re.findall(r'class="([^"]*)"', template.read_text()):
            plain = re.sub(r"\S*\{[%{].*?[%}]\}", " ", value)
            missing |= {f"{name} in {template.name}" for name in plain.split() if name not in known}
    assert missing == set()
