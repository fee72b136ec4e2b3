"""A strength that Rosa keeps in her own words, and something that is hard to say, on a phone and without a script."""

from __future__ import annotations

import datetime
import re

import pytest

from alongside.access.models import TrailLine
from tests.browser import well
from tests.journeys.test_story_of_a_decision import press

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

SEEN = "You asked the landlord for the paper, and you stayed calm."
HERS = "I asked for the paper. I did not shout."
WORD = "blue"
TOLD = "what happened in May"


def test_rosa_keeps_a_strength_and_talks_about_what_is_hard_at_her_pace(cast, frozen, open_page):
    space = f"/space/{cast.spaces['rosa']}"

    # Dana says what she saw. It is an offer, on Rosa's open page at once; Rosa keeps it in her own words.
    rosa = open_page("rosa", f"{space}/strengths/")
    dana = open_page("dana", f"{space}/strengths/", javascript=False)
    dana.click("#write > summary")
    dana.check("#write [name=sort][value=seen]")
    dana.fill("#write [name=words]", SEEN)
    dana.fill("#write [name=where]", "at the office, on Monday")
    press(dana, "Offer it")
    assert SEEN in dana.inner_text("#offered")
    rosa.wait_for_selector("#offered >> text=at the office, on Monday", timeout=10_000)
    well(rosa)
    rosa.click("#offered details > summary")
    rosa.fill("#offered [name=words]", HERS)
    press(rosa, "Keep my words")
    for page in (rosa, dana):
        page.goto(f"{space}/strengths/")
        assert HERS in page.inner_text("#kept")
        assert SEEN not in page.content()

    # Rosa puts a word on the list, and says under it what it is. Dana hears only that there is something.
    dana = open_page("dana", f"{space}/plan/")
    rosa.goto(f"{space}/topics/")
    rosa.click("#name > summary")
    rosa.fill("#name [name=headline]", WORD)
    rosa.fill("#name [name=details]", TOLD)
    press(rosa, "Put it on the list")
    dana.wait_for_selector("#waiting >> text=There is something to talk about.", timeout=10_000)
    assert WORD not in dana.inner_text("main")
    press(rosa, WORD)
    well(rosa)
    here = rosa.url
    assert WORD not in re.sub(r"[0-9a-f-]{36}", "", here)

    # Not yet; then how she wants it: a sign that stops it at once, and somebody beside her. Then she is ready.
    press(rosa, "Not yet")
    dana.goto(here)
    assert dana.get_by_role("button", name="We talked").count() == 0
    rosa.click("#say-pace > summary")
    rosa.fill("#say-pace [name=stop_sign]", "I put my hand on the table")
    rosa.fill("#say-pace [name=somebody_else]", "Carmen")
    press(rosa, "Keep this")
    press(rosa, "I am ready")
    dana.wait_for_selector("#moves >> text=is ready to talk about it", timeout=10_000)
    assert "I put my hand on the table" in dana.inner_text("#pace")
    assert "Carmen" in dana.inner_text("#pace")
    assert TOLD not in dana.inner_text("main")  # it lies deeper
    dana.click("#deeper > summary")
    dana.click("#deepest > summary")
    assert TOLD in dana.inner_text("#deepest")
    well(dana)

    # It gets too much: one tap, and Dana's open page says so. What gets her through stands there for both.
    assert "I put my hand on the table" in dana.inner_text("#now")
    well(rosa)
    press(rosa, "Pause: not now")
    dana.wait_for_selector("#moves >> text=It waits.", timeout=10_000)
    press(rosa, "I am ready")
    dana.wait_for_selector("#moves >> text=is ready to talk about it", timeout=10_000)

    # They talk. Rosa says if it was good; Dana's promise stands for the next day, and shows to her when it has come.
    press(dana, "We talked")
    rosa.wait_for_selector("#after >> text=3 March 2026", timeout=10_000)
    rosa.locator("#good label", has_text="rather yes").click()
    press(rosa, "Say it")
    assert "rather yes" in rosa.inner_text("#after")
    well(rosa)
    dana.goto(here)
    assert dana.get_by_role("button", name="I was in touch").count() == 0
    frozen.shift(datetime.timedelta(hours=23))  # the next morning, at eight
    dana = open_page("dana", "/today/")
    assert "To be in touch, as promised" in dana.inner_text("main")
    assert WORD not in dana.inner_text("main")
    well(dana)
    dana.goto(here)
    press(dana, "I was in touch")
    assert "In touch on 3 March 2026" in dana.inner_text("#after")
    done = TrailLine.objects.filter(partnership_id=cast.spaces["rosa"]).exclude(doing="read")
    assert {"confirm_strength", "talked", "keep_aftercare"} <= set(done.values_list("doing", flat=True))


def test_both_put_the_picture_together_and_rosa_sees_a_line_differently(cast, frozen, open_page):
    picture = f"/space/{cast.spaces['rosa']}/picture/"
    rosa = open_page("rosa", f"/space/{cast.spaces['rosa']}/words/")
    rosa.fill("#need textarea", "I must be out on the 31st.")
    press(rosa, "Keep my words")
    rosa.goto(picture)
    dana = open_page("dana", picture, width=1280, height=800)

    # A worry is written to her: Dana looks at how it reads before it is kept.
    dana.click("#add-worry > summary")
    dana.fill("#add-worry [name=words]", "You sleep two hours. I worry that you fall ill.")
    dana.check("#add-worry [name=sort][value=future]")
    press(dana, "Show me how it reads")
    assert "Rosa," in dana.inner_text("#add-worry [role=status]")
    assert "Nothing yet." in rosa.inner_text("#worry-lines")
    well(dana)
    dana.click("#add-worry .btn:not(.quiet)")
    rosa.wait_for_selector("#worry-lines >> text=You sleep two hours", timeout=10_000)

    rosa.click("#worry-lines summary")
    rosa.fill("#worry-lines textarea", "I sleep since Sunday.")
    press(rosa, "Keep my words")
    dana.goto(picture)
    assert "I sleep since Sunday." in dana.inner_text("#worry-lines")
    rosa.click("#say-where > summary")
    rosa.locator("#say-where label", has_text="3").first.click()
    well(rosa)
    press(rosa, "Keep this")
    assert "from 0 to 10: 3" in rosa.inner_text("#where-lines")
