"""By the neighbouring routes: what Robin, who has no seat, reads at the addresses that stand outside of every space.

The addresses are those of the resolver, so that a new one is walked by itself. Each text that anybody
wrote in the stretch of life carries a word of its own, by which it is found wherever it should not be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from alongside.people.models import StaffPost
from tests.promises.test_addresses import ELSEWHERE, filled

pytestmark = pytest.mark.once

# Whom it is about, as the agency calls them.
NAMES = ("Rosa", "Nadia", "Fatima")
SPACE = "/space/<uuid:partnership_id>/"


@dataclass
class Read:
    """What one address outside of every space answered to somebody."""

    address: str
    status: int
    text: str

    def has(self, words: Any) -> list[str]:
        """Which of these words stand in it."""
        return [word for word in words if word in self.text]


def read(page: Any, address: str, named: dict[str, Any]) -> Read:
    """One look, with all that an answer carries: where it leads and what its headers say counts as well."""
    answer = page.get(filled(address, named))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return Read(address, answer.status_code, body.decode(errors="replace") + repr([*answer.headers.items()]))


def walked(page: Any, named: dict[str, Any]) -> list[Read]:
    """Every address that stands outside of every space, looked at once."""
    seen = [read(page, address, named) for address, _ in ELSEWHERE]
    assert page.get("/today/").status_code == 200, "control: whoever walks is signed in up to the end"
    return seen


def without_a_post(life: Any) -> str:
    """The colleague who was taken on, and whose every post has ended."""
    posts = StaffPost.objects.filter(person_id=life.cast.accounts["hired"].person_id)
    assert posts.update(ends=life.cast.now), "control: there was a post"
    return "hired"


def words_of(life: Any) -> list[str]:
    """All that was written in the stretch of life, but for what the colleague who was taken on is called."""
    return [word for what, word in life.planted.items() if what not in ("a colleague's name", "an address")]


def test_robin_reads_no_word_of_anybodys_at_any_address_outside_of_a_space(life, signed_in):
    seen = walked(signed_in("robin"), life.named())
    assert not {one.address: one.has([*words_of(life), *NAMES]) for one in seen if one.has([*words_of(life), *NAMES])}
    opened = [one.address for one in seen if one.status == 200]
    print(f"\n{len(seen)} addresses outside of a space, {len(opened)} open to Robin; {len(words_of(life))} words")
    assert {"/today/", "/people/", "/search/", "/look-in/"} <= set(opened), "control: he was not merely sent away"


def test_somebody_of_the_agency_without_any_post_reads_none_either(life, signed_in):
    page, named, words = signed_in(without_a_post(life)), life.named(), [*words_of(life), *NAMES]
    seen = [read(page, address, named) for address, _ in ELSEWHERE]
    assert not {one.address: one.has(words) for one in seen if one.has(words)}
    for_a_post = {"/holds/", "/emergencies/", "/passed-on/", "/staff/", "/staff/asked/", "/look-in/", "/people/"}
    assert not [one for one in seen if one.address in for_a_post and one.status == 200]


def test_what_robin_searches_for_is_not_found_and_dana_finds_it(life, signed_in):
    word = life.planted["a need"]
    answers = {name: signed_in(name).post("/search/", {"words": word}) for name in ("robin", "dana")}
    assert {name: answer.status_code for name, answer in answers.items()} == {"robin": 200, "dana": 200}
    assert "<mark>" not in answers["robin"].content.decode()
    assert f"<mark>{word}</mark>" in answers["dana"].content.decode(), "control"


def test_the_same_words_stand_where_they_should(life, signed_in):
    """The control of all of the above: the words are there, and such a walk does find them."""
    named = life.named()
    dana = signed_in("dana")
    assert not [name for name in ("Rosa", "Nadia") if name not in read(dana, "/people/", named).text]
    here = ["record/", "notes/", "notes/<uuid:note_id>/"]
    found = {word for part in here for word in read(dana, f"{SPACE}{part}", named).has(words_of(life))}
    assert {life.planted["a need"], life.planted["a hope"], life.planted["what really happened"]} <= found
    samuel, lena = signed_in("samuel"), signed_in("lena")
    assert life.planted["what was passed on"] in read(samuel, "/passed-on/", named).text
    assert life.planted["a basis"] in read(lena, "/holds/", named).text
    assert life.planted["why it could not wait"] in read(lena, "/emergencies/", named).text
