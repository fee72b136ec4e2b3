"""Every page, in three languages, light and dark, on a narrow phone: usable by everybody, and nothing sticks out."""

from __future__ import annotations

import pytest

from tests.browser import axe_light_and_dark, no_overflow
from tests.promises.test_addresses import ELSEWHERE, IN_A_PLACE, filled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LANGUAGES = ("en", "es", "ar")
# Parts of the decision's page that open one at a time.
SHOWN = ("ways", "add_side", "weigh", "fit", "say_lean", "five_points", "choose", "look_back", "reopen")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_usable_by_everybody(cast, frozen, open_page, signed_in, language, life_so_far):
    life = life_so_far
    named = life.named()
    account = cast.accounts["rosa"]
    account.language = language
    account.save(update_fields=["language"])
    page = open_page("rosa", "/today/", language=language, reduced_motion="reduce")
    quick = signed_in("rosa")
    amiss: dict[str, list[str]] = {}
    seen = 0
    addresses = [filled(address, named) for address, _ in [*IN_A_PLACE, *ELSEWHERE]]
    decision = next(address for address in addresses if address.endswith(f"/decisions/{named['decision_id']}/"))
    parts = SHOWN if language != "es" else ()
    for address in [*addresses, *(f"{decision}?show={part}" for part in parts)]:
        address = f"/{address.lstrip('/')}"
        answer = quick.get(address)
        if answer.status_code != 200 or "html" not in answer.headers["content-type"]:
            continue
        page.goto(address, wait_until="domcontentloaded")
        seen += 1
        assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
        found = no_overflow(page)
        if seen % len(LANGUAGES) == LANGUAGES.index(language):  # each page in one of them: it takes three seconds
            found += axe_light_and_dark(page, language=language)
        if found:
            amiss[address] = found
    assert not amiss
    assert seen > 15
