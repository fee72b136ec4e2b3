"""What others have written about plain and respectful English, against our list and our way of finding words.

The files lie beside the checkout (`shared/data/language`); without them these tests are skipped.
"""

import csv
import re
from pathlib import Path

import pytest

from alongside.plain import queries, rules
from alongside.plain.rules import Index, Phrase, Sort

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "language"
GOVERNMENT = FOLDER / "plainlanguage-gov-simple-words.csv"
ALEX = FOLDER / "errata-ai-alex" / "alex"
EQUALITY = FOLDER / "retext-equality" / "data" / "en"


def needs(path):
    return pytest.mark.skipif(not path.exists(), reason=f"{path.name} is not beside the checkout")


def swaps(name):
    """The left sides of a Vale substitution list."""
    lines = (ALEX / name).read_text(encoding="utf-8").split("swap:")[1].splitlines()
    return [found.group(1).strip("'\"") for line in lines if (found := re.match(r"  (\S[^:]*): ", line))]


def inconsiderate(name):
    """What retext-equality asks not to write, one phrase each."""
    text = (EQUALITY / name).read_text(encoding="utf-8")
    blocks = re.findall(r"inconsiderate:(.*(?:\n    +.*)*)", text)
    lines = [line.strip().removeprefix("- ") for block in blocks for line in block.splitlines()]
    return [line.split(":")[0].strip("'\" ") for line in lines if line]


@needs(GOVERNMENT)
def test_every_word_of_the_governments_list_is_found_where_it_stands():
    """Not our list but our way of finding: 200 phrases of real offices, each in a sentence, in capitals too."""
    with GOVERNMENT.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    says = {
        one.strip(): row["say"] for row in rows for one in re.sub(r"\(.*?\)|[*.]|…", "", row["dont_say"]).split(",")
    }
    listed = [Phrase(written, say, Sort.OFFICE) for written, say in says.items() if re.search(r"\w", written)]
    index, missed = Index("en", listed), []
    for phrase in listed:
        for sentence in (f"So {phrase.written} it was.", f"SO {phrase.written.upper()} IT WAS."):
            stands = sentence.casefold().index(phrase.written.casefold())
            if not any(hint.start <= stands < hint.end for hint in rules.hints(sentence, "en", index)):
                missed.append(phrase.written)
    print(f"\n{len(listed)} phrases, {len(set(missed))} not found: {sorted(set(missed))}")
    assert len(listed) > 200
    assert len(set(missed)) <= len(listed) * 0.03, missed


@needs(ALEX)
@needs(EQUALITY)
def test_what_we_suggest_is_on_no_other_list_of_words_that_hurt():
    """A word on a list of others may be part of our very suggestion; those are named here with a reason."""
    others = [*swaps("Ablist.yml"), *swaps("Suicide.yml"), *inconsiderate("ablist.yml"), *inconsiderate("suicide.yml")]
    chosen = {
        "disabled": "many people choose it for themselves, so both are offered, with “ask which they use”",
        "disability": "part of “people with disabilities”, which the same lists recommend",
        "mental": "in “mental health condition”, as the same lists say; they mean the word as an insult",
        "bipolar": "in “lives with bipolar disorder”, the name of an illness; they mean the word for a person",
    }
    index = Index("en", [Phrase(f"={other}" if " " not in other else other, "", Sort.HURTS) for other in set(others)])
    ours = {phrase.instead for phrase in queries.list_of("en").phrases}
    against = {
        hint.written.casefold(): text for text in ours for hint in rules.hints(text, "en", index)
        if hint.written.casefold() not in chosen
    }  # fmt: skip
    print(f"\n{len(ours)} suggestions against {len(set(others))} phrases of others: {against}")
    assert len(set(others)) > 200
    assert not against


@needs(ALEX)
def test_what_others_say_about_suicide_is_on_our_list():
    listed, wanted = (
        queries.list_of("en"),
        [one for one in swaps("Suicide.yml") if one.split()[0] in {"commit", "committed", "failed", "successful"}],
    )
    assert len(wanted) > 3
    assert not [one for one in wanted if not rules.hints(one, "en", listed)]
