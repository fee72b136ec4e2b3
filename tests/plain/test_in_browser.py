"""Hints while staff type, in a real browser: calm, said once, and never beside her own words."""

import pytest

from tests.browser import axe, no_overflow
from tests.record import steps

pytestmark = pytest.mark.browser
HARD = "The client is non-compliant and aggressive."


def test_hints_stand_under_the_field_while_staff_type_and_never_under_hers(cast, frozen, open_page):
    steps.say(cast, "I want to stay here")
    address = f"/space/{cast.spaces['rosa']}/notes/write/"
    dana = open_page("dana", address)
    asked = []
    dana.on("request", lambda request: asked.append(request.url) if "/hints/" in request.url else None)
    field = dana.locator("textarea[name=happened]")
    field.press_sequentially(HARD, delay=5)
    under = dana.locator("[aria-live=polite] .note")
    under.wait_for()
    assert "say what got in the way" in under.inner_text()
    assert axe(dana) == no_overflow(dana) == []
    assert len(asked) == 1, "asked when the typing pauses, not for each letter"
    assert asked[0].endswith(f"/space/{cast.spaces['rosa']}/hints/"), "and nothing typed is in an address"
    field.fill("Rosa told me that the rent is late.")
    under.wait_for(state="detached")

    field.fill(HARD)
    under.wait_for()
    dana.get_by_role("button", name="Keep and show").click()
    dana.wait_for_url(f"**/space/{cast.spaces['rosa']}/notes/*-*/")
    assert HARD in dana.inner_text("main"), "who has seen the hints is not asked again"

    rosa = open_page("rosa", address)
    rosa.on("request", lambda request: asked.append(request.url) if "/hints/" in request.url else None)
    before = len(asked)
    rosa.locator("textarea[name=happened]").fill(HARD)
    rosa.wait_for_timeout(1000)
    assert len(asked) == before
    assert rosa.locator("script[src*=hints]").count() == rosa.locator("[data-hints]").count() == 0
