"""Story ST2, disagreement about a note: Dana’s laptop, Rosa’s phone and Samuel’s desk."""

from __future__ import annotations

import datetime
import re

import pytest

from alongside.access.models import TrailLine
from tests.journeys.test_story_of_a_decision import follow, press, well

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

HAPPENED = "Rosa raised her voice at 10:00 and said “you don’t listen”."
THINK = "I think she was at the end of her strength."
HER_SIDE = "I was loud because nobody had answered for three weeks."


def unfolded(page, part: str) -> None:
    """Open a folded part of the page, if it is not open."""
    summary = page.locator(f"#{part}:not([open]) > summary")
    if summary.count():
        summary.click()


def test_rosa_and_dana_disagree_about_a_note_and_both_stay(cast, frozen, open_page):
    space = cast.spaces["rosa"]
    dana = open_page("dana", f"/space/{space}/notes/write/", width=1280, height=800)
    rosa = open_page("rosa", f"/space/{space}/notes/")

    # 1. Dana describes what happened, marks what she thinks, and lets Rosa have it tomorrow at the latest.
    dana.fill("[name=happened]", HAPPENED)
    dana.fill("[name=think]", THINK)
    dana.check("[name=tomorrow]")
    well(dana)
    press(dana, "Keep and show")
    note = dana.url
    dana.wait_for_selector("#note >> text=sees it from")
    rosa.reload()
    assert HAPPENED not in rosa.content()
    assert rosa.request.get(note, max_redirects=0).status == 404

    # 2. A day later it is there without anybody doing anything. She reads it and sees it differently.
    frozen.shift(datetime.timedelta(hours=24))
    dana, rosa = (open_page("dana", note, width=1280, height=800), open_page("rosa", "/today/"))
    rosa.wait_for_selector("text=Dana wrote a note")
    rosa.goto(f"/space/{space}/notes/")
    well(rosa)
    follow(rosa, rosa.locator("#notes h3 a"))
    assert HAPPENED in rosa.inner_text("#note")
    assert "an opinion" in rosa.inner_text("#note")
    press(rosa, "I have read it")
    unfolded(rosa, "differently")
    rosa.fill("#differently textarea", HER_SIDE)
    well(rosa)
    press(rosa, "Put it beside the note")
    dana.wait_for_selector(f"#note >> text={HER_SIDE}", timeout=10_000)
    assert "Two views" in dana.inner_text("#note")

    # 3. She asks for two corrections. Dana corrects the time and leaves the opinion, with a reason.
    for ask in ("It was 09:30, not 10:00.", "I was not at my end. I was angry."):
        unfolded(rosa, "ask")
        rosa.fill("#ask textarea", ask)
        press(rosa, "Ask for it")
    dana.wait_for_selector("#note >> text=I was not at my end", timeout=10_000)
    dana.goto(note)
    unfolded(dana, "correct")
    dana.fill("#correct [name=happened]", HAPPENED.replace("10:00", "09:30"))
    dana.fill("#correct [name=reason]", "Rosa remembers the time, and she is right.")
    dana.locator("#correct label:has-text('09:30') [type=checkbox]").check()
    well(dana)
    press(dana, "Keep the new version")
    dana.click("summary:has-text('Leave it as it is')")
    dana.locator("details[open] form:has([name=ask]) textarea").fill("It is how I saw it. Hers stands beside it.")
    press(dana, "It stays as it is")
    rosa.wait_for_selector("#note >> text=It is how I saw it", timeout=10_000)
    text = rosa.inner_text("#note")
    assert HER_SIDE in text
    assert "at 09:30" in text

    # Both versions stay, and what differs can be read, seen and heard.
    rosa.goto(note + "versions/")
    well(rosa)
    assert re.search(r"10:00", rosa.inner_text("#difference del"))
    assert re.search(r"09:30", rosa.inner_text("#difference ins"))
    assert "taken out:" in rosa.text_content("#difference del")
    assert "Dana" in rosa.inner_text("#difference")
    assert rosa.locator(f"#versions >> text={HER_SIDE}").count() == 1, "beside every version as well"

    # 4. Rosa asks Samuel, who could not open it before. He has two working days; what he says stands with the note.
    samuel = open_page("samuel", note, width=1280, height=800)
    assert samuel.locator("#note").count() == 0
    rosa.goto(note)
    unfolded(rosa, "look")
    rosa.locator("#look label:has-text('Samuel') [type=radio]").check()
    rosa.fill("#look textarea", "Is it fair to write this?")
    press(rosa, "Ask them")
    assert "Samuel was asked. An answer is due by" in rosa.inner_text("#note")
    samuel.goto(note)
    read = samuel.inner_text("#note")
    assert HER_SIDE in read
    assert "09:30" in read
    well(samuel)
    samuel.fill("form:has([name=look]) textarea", "Both can be true. I would not call it “aggressive”.")
    press(samuel, "Send my answer")
    rosa.wait_for_selector("#note >> text=Both can be true", timeout=10_000)
    well(rosa)

    # 5. It may stay unresolved. On paper stand both, and the trail says who did what, with nothing of what was said.
    assert "Two views" in rosa.inner_text("#note")
    rosa.goto(note + "print/")
    paper = rosa.inner_text("main")
    assert HER_SIDE in paper
    assert THINK in paper
    assert "Both can be true" in paper
    rosa.goto(f"/space/{space}/looked/")
    trail = rosa.inner_text("main")
    assert "A new version of a note was written. The one before it stays." in trail
    assert "they were named for this one thing" in trail
    assert HER_SIDE not in trail
    done = TrailLine.objects.filter(partnership_id=space).values_list("doing", flat=True)
    assert {"write_note", "correct_note", "see_differently", "ask_correction", "leave_as_is", "ask_to_look",
            "answer_look", "sign_note"} <= set(done)  # fmt: skip
