"""Every page, in three languages, light and dark, on a narrow phone: usable by everybody, and nothing sticks out."""

from __future__ import annotations

import re

import pytest

from tests.browser import axe_light_and_dark, no_overflow
from tests.promises.test_addresses import ELSEWHERE, IN_A_PLACE, filled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LANGUAGES = ("en", "es", "ar")
# Parts of the decision's page that open one at a time.
SHOWN = ("ways", "add_side", "weigh", "fit", "say_lean", "five_points", "choose", "look_back", "reopen")
# So many tests share the pages between them, for two processors.
PARTS = 2
# What may differ between two addresses that draw the same page: where its forms go, and what is unfolded.
BESIDE = re.compile(
    r'<script.*?</script>|<details[^>]*>|\s(?:nonce|value|action|href|aria-current|data-[\w-]+)(?:="[^"]*")?', re.DOTALL
)
UNFOLD = "() => document.querySelectorAll('details').forEach(fold => { fold.open = true; })"


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_usable_by_everybody(cast, frozen, open_page, signed_in, part, life_so_far):
    named = life_so_far.named()
    account = cast.accounts["rosa"]
    addresses = [f"/{filled(address, named).lstrip('/')}" for address, _ in [*IN_A_PLACE, *ELSEWHERE]]
    decision = next(address for address in addresses if address.endswith(f"/decisions/{named['decision_id']}/"))
    quick, drawn = signed_in("rosa"), {}
    for address in [*addresses, *(f"{decision}?show={shown}" for shown in SHOWN)]:
        answer = quick.get(address)
        if answer.status_code == 200 and "html" in answer.headers["content-type"]:
            drawn.setdefault(BESIDE.sub("", answer.content.decode()), address)
    pages = sorted(drawn.values())[part::PARTS]
    amiss: dict[str, list[str]] = {}
    for number, language in enumerate(LANGUAGES):
        account.language = language
        account.save(update_fields=["language"])
        page = open_page("rosa", language=language, reduced_motion="reduce")
        for place, address in enumerate(pages):
            whole = place % len(LANGUAGES) == number  # each page in one of them, for it takes the most time
            if language == "en" and not whole:
                continue  # what fits in Spanish, fits in English
            page.goto(address, wait_until="domcontentloaded")
            assert page.evaluate("document.dir") == ("rtl" if language == "ar" else "ltr")
            page.evaluate(UNFOLD)
            found = no_overflow(page)
            if whole:
                found += axe_light_and_dark(page, language=language)
            if found:
                amiss[f"{language} {address}"] = found
    assert not amiss
    assert len(pages) > 30
