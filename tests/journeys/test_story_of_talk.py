"""Rosa and Dana write to each other: answered in time, quiet at night, and not alone when Dana is on leave."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from alongside.access.models import TrailLine
from alongside.conversations import tending
from alongside.conversations.models import Thread
from alongside.journeys.actions.away import say_away
from alongside.kit.ids import new_id
from tests.browser import well
from tests.journeys.test_story_of_a_decision import press

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
LETTER = "I have the letter from the landlord."
ROUGH = "A rough night. Please call."


def write(page, text: str) -> None:
    page.fill("#write [name=text]", text)
    with page.expect_navigation():
        page.click("#write > .btn")


def test_they_write_and_she_knows_what_happens_next(cast, frozen, open_page):
    talk = f"/space/{cast.spaces['rosa']}/talk/"

    # In the hours it is live, both ways; without a script the same page takes the same form.
    rosa = open_page("rosa", talk)
    dana = open_page("dana", talk, width=1280, height=800)
    write(rosa, LETTER)
    dana.wait_for_selector(f"#messages >> text={LETTER}", timeout=10_000)
    assert "Your turn" in dana.inner_text("#standing")
    well(rosa)
    without = open_page("dana", talk, javascript=False)
    press(without, "I have read this")
    rosa.wait_for_selector("#messages >> text=Dana, social worker, has seen it.", timeout=10_000)

    # Dana needs until two; the promise is kept by the answer, and Rosa makes a question of it.
    without.click("#promise > summary")
    without.fill("#promise [name=day]", "2026-03-02")
    without.fill("#promise [name=hour]", "14:00")
    press(without, "Promise it")
    rosa.wait_for_selector("#standing >> text=I will answer by today 14:00.", timeout=10_000)
    well(dana)
    write(dana, "Bring it on Thursday, we read it together.")
    rosa.wait_for_selector("#messages >> text=Bring it on Thursday", timeout=10_000)
    assert "Nothing of yours waits" in rosa.inner_text("#standing")
    rosa.goto(rosa.url.split("#")[0])
    rosa.click("#promises > summary")
    assert "kept" in rosa.inner_text("#promises")
    rosa.click("#messages .me a")
    rosa.click("#make > summary")
    rosa.fill("form[action$='/decision/'] [name=headline]", "Shall I sign the letter?")
    press(rosa, "Ask it")
    press(rosa, "A question to decide")
    assert LETTER in rosa.content()

    # What she takes back is a line, and hers alone; a correction keeps what stood there before.
    rosa.goto(talk)
    write(rosa, "I hate them all")
    rosa.click("#messages li:last-child .under a")
    well(rosa)
    press(rosa, "Take it back")
    dana.wait_for_selector("#messages >> text=Rosa took this back.", timeout=10_000)
    assert "hate" not in dana.content()


def test_at_night_and_on_leave_she_is_never_left_without_an_answer(cast, frozen, open_page):
    space = f"/space/{cast.spaces['rosa']}"
    say_away(
        by=cast.viewer("dana"), person_id=cast.accounts["dana"].person_id, cover_id=cast.accounts["amir"].person_id,
        first=datetime.date(2026, 3, 9), last=datetime.date(2026, 3, 20), now=cast.now, write_id=new_id(),
    )  # fmt: skip

    # Saturday, ten past two: nobody reads this now, and she is told when somebody does. No colleague hears of it.
    frozen.move_to(cast.now + 4 * DAY + 17 * HOUR + 10 * datetime.timedelta(minutes=1))
    rosa = open_page("rosa", f"{space}/talk/")
    assert "Nobody reads this now." in rosa.inner_text("#standing")
    assert rosa.get_by_role("link", name="When it gets hard").count() >= 1
    write(rosa, ROUGH)
    assert "A human reads this on Monday from 09:00." in rosa.inner_text("#messages")
    well(rosa)
    dana = open_page("dana", "/today/")
    assert "Rosa" not in dana.inner_text("main")
    dana.goto(f"{space}/talk/")
    assert "Nothing was written yet." in dana.inner_text("#messages")

    # Monday at nine: Dana is on leave, Amir reads, and it is first on his day.
    frozen.move_to(cast.now + 7 * DAY)
    assert tending.deliver(timezone.now()) == 1
    amir = open_page("amir", "/today/")
    assert "by 10 March 2026" in amir.inner_text("#to-answer")
    press(amir, "Rosa")
    assert ROUGH in amir.inner_text("#messages")
    assert "Your turn" in amir.inner_text("#standing")
    rosa = open_page("rosa", f"{space}/talk/")
    assert "Dana is away. Amir, stand-in, reads and answers." in rosa.inner_text("#standing")

    # He says nothing. Before the time is gone Samuel is asked, who never reads a word; she sees it as it happens.
    frozen.move_to(Thread.objects.unguarded(because="test").get().hand_at)
    rosa = open_page("rosa", f"{space}/talk/")
    assert tending.hand_over(timezone.now()) == 1
    rosa.wait_for_selector("#messages >> text=Written by the programme, not by a person", timeout=10_000)
    assert "Samuel, supervisor, was asked to see to it" in rosa.inner_text("#messages").replace("\u2068", "").replace(
        "\u2069", ""
    )
    well(rosa)
    samuel = open_page("samuel", "/today/")
    press(samuel, "Rosa")
    well(samuel)
    press(samuel, "I see to it that somebody answers")
    assert ROUGH not in samuel.content()
    assert samuel.goto(f"{space}/talk/").status == 404
    rosa.wait_for_selector("#messages >> text=sees to it that somebody answers", timeout=10_000)

    # Amir answers before it is due, and the thread is the same one when Dana is back.
    amir = open_page("amir", f"{space}/talk/")
    write(amir, "I call you at four.")
    rosa.wait_for_selector("#messages >> text=I call you at four.", timeout=10_000)
    assert "Nothing of yours waits" in rosa.inner_text("#standing")
    frozen.move_to(cast.now + 21 * DAY)
    dana = open_page("dana", f"{space}/talk/")
    for words in (ROUGH, "I call you at four."):
        assert words in dana.inner_text("#messages")
    done = TrailLine.objects.filter(partnership_id=cast.spaces["rosa"]).values_list("doing", flat=True)
    assert {"send_message", "see_it_answered"} <= set(done)
