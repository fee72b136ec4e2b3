"""Story ST3, the school counsellor: Rosa shares one thing, Priya reads it, and Rosa takes it back."""

from __future__ import annotations

import re
import time

import pytest

from alongside.access.models import TrailLine
from alongside.consent.models import Share
from tests.browser import well
from tests.journeys.test_story_of_a_decision import press
from tests.record import steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

NEED = "We need a flat near the school, so that Mateo can stay in his class."
NEUTRAL = "This is not shared with you any more."


def test_rosa_shares_with_priya_and_takes_it_back(cast, frozen, open_page):
    steps.say(cast, NEED)
    steps.picture(cast, "seen by Dana alone")
    space = f"/space/{cast.spaces['rosa']}"

    # Rosa picks who, what, why and until when, and sees exactly what Priya will see.
    rosa = open_page("rosa", f"{space}/about/")
    press(rosa, "Who can see what")
    well(rosa)
    press(rosa, "Invite somebody")
    rosa.fill("[name=called]", "Priya")
    rosa.check("[name=role][value=partner]")
    well(rosa)
    press(rosa, "Invite")
    assert rosa.locator("[name=things]:checked").count() == 0
    rosa.check("[name=person]")
    rosa.check("[name=things][value=words]")
    rosa.fill("[name=own_words]", "help Mateo")
    rosa.fill("[name=until]", "2026-06-30")
    well(rosa)
    press(rosa, "Show me exactly what they would see")
    preview = rosa.inner_text("#preview")
    assert NEED in preview
    assert "seen by Dana alone" not in preview
    assert not Share.objects.exists()
    well(rosa)
    press(rosa, "Share")
    assert Share.objects.get().shared == "words"
    well(rosa)

    # A code, said or printed, brings Priya in once, to one page.
    press(rosa, "Make a code to come in (Priya)")
    press(rosa, "Make the code")
    code = rosa.inner_text("#code")
    assert re.fullmatch(r"\d{4} \d{4} \d{4}", code)
    well(rosa)
    priya = open_page("", "/")
    priya.click("summary:has-text('Did somebody give you a code')")
    priya.fill("[name=code]", code)
    press(priya, "Come in with the code")
    assert priya.url.endswith(f"{space}/shared/")
    assert "help Mateo" in priya.inner_text("#card")
    assert NEED not in priya.content()
    well(priya)
    priya.check("[name=promised]")
    press(priya, "Read it")
    assert priya.inner_text("#seen").strip() == preview.strip(), "the preview was exactly this"
    assert "30 June 2026" in priya.inner_text("#watermark")
    well(priya)
    for path in ("plan/", "about/", "record/", "words/", "looked/", "sharing/", "decisions/"):
        assert priya.request.get(f"{priya.url.split('/space')[0]}{space}/{path}").status == 404

    # Priya adds what she observed; it is in Rosa's space at once.
    press(priya, "Tell Rosa what you observed")
    priya.fill("[name=happened]", "Homework in the stairwell")
    with priya.expect_navigation():
        priya.click("main form .btn")
    rosa.goto(f"{space}/notes/")
    assert "Homework in the stairwell" in rosa.content()
    priya.goto(f"{space}/shared/")
    assert NEED in priya.inner_text("#seen")

    # In May: Rosa sees that Priya has looked, and stops it. The page that Priya has open is empty within a second.
    rosa.goto(f"{space}/looked/")
    assert "Priya" in rosa.inner_text("main")
    assert "share it with them" in rosa.inner_text("main")
    with priya.expect_response(lambda answer: "/live/" in answer.url):
        priya.reload()
    rosa.goto(f"{space}/sharing/")
    rosa.get_by_role("button", name="Take this back").click()
    begun = time.perf_counter()
    priya.wait_for_function("need => !document.body.innerText.includes(need)", arg=NEED)
    seconds = time.perf_counter() - begun
    print(f"\ntaken off the open page after {seconds:.2f} s")
    assert seconds < 5  # one, where nothing else runs
    priya.wait_for_selector(f"text={NEUTRAL}")
    assert NEED not in priya.content()
    well(priya)
    reads = TrailLine.objects.filter(doing="read", ground="share").count()
    assert priya.reload().status == 404
    assert TrailLine.objects.filter(doing="read", ground="share").count() == reads

    # Her receipts, and her words about it, which Samuel must answer by a day. What Priya observed stays.
    rosa.reload()
    assert "Sees nothing." in rosa.inner_text("#invited")
    press(rosa, "Receipts")
    assert "You took this back" in rosa.inner_text("main")
    well(rosa)
    rosa.goto(f"{space}/sharing/")
    press(rosa, "Priya passed it on")
    rosa.fill("[name=words]", "The teacher knew it.")
    well(rosa)
    press(rosa, "Send it")
    assert "4 March 2026" in rosa.inner_text("#passed-on")
    samuel = open_page("samuel", "/passed-on/", width=1280, height=800)
    well(samuel)
    samuel.fill("[name=words]", "Priya has told me what happened. I am sorry.")
    press(samuel, "Answer")
    rosa.wait_for_selector("#passed-on >> text=I am sorry", timeout=10_000)
    rosa.goto(f"{space}/notes/")
    assert "Homework in the stairwell" in rosa.content()

    # Staff can ask again, and share nothing by themselves.
    dana = open_page("dana", f"{space}/sharing/", width=1280, height=800)
    assert dana.get_by_role("link", name="Share something").count() == 0
    well(dana)
