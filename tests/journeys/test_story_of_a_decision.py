"""Story H, the housing decision: steps 1 to 4 and 7 to 11, on Rosa's phone and Dana's laptop at once."""

from __future__ import annotations

import datetime
import re

import pytest

from alongside.access.models import TrailLine
from alongside.people.models import Partnership
from tests.browser import well

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

NEED = "I must be out on the 31st and don’t understand the letter"
HOPE = "that my children can stay in their school and I sleep again"
SEALED = "I would take Elm Street now; contest is risky."
WEIGHTS = {"school": 5, "cost": 4, "safe": 5, "space": 2, "long-term": 3}
FITS = {
    "Elm Street": (2, 1, 1, 0, -1),
    "Carmen": (-2, 2, 2, -2, 0),
    "contest": (2, 0, -1, 1, 1),
    "private": (1, -2, 0, -2, -1),
}


def press(page, name: str) -> None:
    """Press what is called so, and wait for the page that follows."""
    follow(page, page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)))


def follow(page, link) -> None:
    """Press it, and wait for the page that follows."""
    with page.expect_navigation():
        link.first.click()


def unfold(page, where: str) -> None:
    """Open what is folded inside a form."""
    for summary in page.locator(f"{where} details:not([open]) > summary").all():
        summary.click()


def test_rosa_and_dana_decide_where_to_live(cast, frozen, open_page):
    # 1. A space with only a first name; a printed card; Rosa opens it on an old phone, in Spanish.
    dana = open_page("dana", "/people/", width=1280, height=800)
    dana.click("summary:has-text('Start a space')")
    dana.fill("[name=called]", "Rosa")
    dana.select_option("[name=language]", "es") if dana.locator("select[name=language]").count() else dana.check(
        "[name=language][value=es]"
    )
    press(dana, "Start and print the card")
    number = re.sub(r"\D", "", dana.inner_text(".handed-number"))
    assert len(number) == 16
    press(dana, "Go to our space")
    space = re.search(r"/space/([0-9a-f-]{36})/", dana.url)[1]

    asked: list[int] = []
    rosa = open_page("", language="es")
    rosa.on("response", lambda answer: asked.append(1))
    rosa.goto("/")
    assert len(asked) <= 5
    well(rosa)
    rosa.fill("[name=number]", number)
    with rosa.expect_navigation():
        rosa.click("main form .btn")
    press(rosa, "Español")
    assert rosa.get_attribute("html", "lang") == "es"
    well(rosa)
    press(rosa, "Lo he leído")
    well(rosa)
    press(rosa, "Lo he leído")
    rosa.fill("[name=pin]", "902714")
    rosa.fill("[name=again]", "902714")
    press(rosa, "Este es mi PIN")
    rosa.check("[name=channel][value=text]")
    rosa.fill("[name=to_hour]", "20:00")
    rosa.fill("[name=from_hour]", "08:00")
    press(rosa, "Guardar esto")
    assert rosa.url.endswith("/today/")
    well(rosa)
    press(rosa, "English")  # the rest of the story is told in English
    assert rosa.get_attribute("html", "lang") == "en"

    # 2. Her words first: the picture waits for them.
    dana.goto(f"/space/{space}/picture/")
    token = dana.locator("[name=csrfmiddlewaretoken]").first.input_value()
    early = dana.request.post(
        f"/space/{space}/picture/",
        form={"csrfmiddlewaretoken": token, "saw": "a letter", "think": "", "key": "k"},
        headers={"Origin": dana.url.split("/space")[0], "Sec-Fetch-Site": "same-origin"},
    )
    assert early.status == 409
    rosa.goto(f"/space/{space}/words/")
    rosa.fill("#need textarea", NEED)
    rosa.click("#need form[data-outbox] button:not([type=button])")
    rosa.wait_for_selector(f"#need .words:has-text('{NEED}')")
    rosa.fill("#hope textarea", HOPE)
    rosa.click("#hope form[data-outbox] button:not([type=button])")
    rosa.wait_for_selector("#hope .words")
    assert rosa.inner_text("#need .words") == NEED
    well(rosa)

    # 3. Listening back: not quite, corrected, yes. Each sees what the other did without touching the page.
    dana.goto(f"/space/{space}/heard/")
    rosa.goto(f"/space/{space}/heard/")
    dana.fill("form textarea", "You are afraid that the money is not enough.")
    press(dana, "Send")
    rosa.wait_for_selector("#thread >> text=afraid that the money", timeout=10_000)
    rosa.click("summary:has-text('Not quite')")
    rosa.fill("#not-quite textarea", "It is not about money, it is the school.")
    press(rosa, "Send")
    dana.wait_for_selector("#thread >> text=it is the school", timeout=10_000)
    dana.fill("form:has-text('Write again') textarea", "You are afraid that the children lose their school.")
    press(dana, "Send")
    rosa.wait_for_selector("#thread >> text=lose their school", timeout=10_000)
    well(rosa)
    press(rosa, "Yes, that is what I meant")
    assert Partnership.objects.get(id=space).heard_at is not None

    # 4. How we work together: two acceptances of the same text, with her own rules in it.
    dana.goto(f"/space/{space}/agreement/")
    press(dana, "Begin with a draft")
    rosa.goto(f"/space/{space}/agreement/")
    follow(rosa, rosa.locator("a:has-text('Write'):has-text('My rules'), a:has-text('Change'):has-text('My rules')"))
    rosa.fill("form textarea", "never come unannounced\ndon’t speak about rent before the kids")
    press(rosa, "Keep this")
    rosa.goto(f"/space/{space}/agreement/")
    follow(rosa, rosa.get_by_role("link", name="Say whether this was chosen or ordered."))
    rosa.check("main [type=radio] >> nth=0")
    press(rosa, "Keep this")
    well(rosa)
    press(rosa, "I have read it and accept it")
    dana.goto(f"/space/{space}/agreement/")
    assert "never come unannounced" in dana.inner_text("main")
    press(dana, "I have read it and accept it")
    rosa.wait_for_selector("#agreement-state >> text=Version 1 holds", timeout=10_000)
    assert "31 May 2026" in rosa.inner_text("#agreement-state")

    # 7. The question, in her words; four ways, each with its author and source.
    rosa.goto(f"/space/{space}/decisions/open/")
    rosa.fill("[name=question]", "Where do we live after 31 March?")
    rosa.fill("[name=by_when]", "2026-03-20")
    press(rosa, "Open the question")
    decision = rosa.url.split("?")[0].split("#")[0]
    dana.goto(decision)
    for page, way, source in (
        (dana, "Elm Street", "Directory, 1 March"),
        (dana, "Carmen", "Carmen, on the phone"),
        (rosa, "contest", "Jo"),
        (dana, "private", "A newspaper"),
    ):
        page.goto(decision + "?show=add_way")
        page.fill("#add-way [name=title]", way)
        page.fill("#add-way [name=source]", source)
        press(page, "Add this way")
    assert "Stay undecided" in rosa.inner_text("#ways-now")

    # 8. Good and hard sides; one is missing, and the page says so. Dana seals her own view.
    def add_side(page, way: str, sort: str, text: str) -> None:
        page.goto(decision + "?show=add_side")
        page.select_option("#add-side [name=way]", label=way)
        page.check(f"#add-side [name=sort][value={sort}]")
        page.fill("#add-side [name=text]", text)
        press(page, "Add this side")

    for way in ("Elm Street", "contest", "private"):
        add_side(dana, way, "good", f"good about {way}")
        add_side(rosa, way, "hard", f"hard about {way}")
    add_side(dana, "Carmen", "good", "the children know it")
    rosa.goto(decision)
    assert "Carmen" in rosa.locator("#ways-now .note").first.text_content()
    add_side(rosa, "Carmen", "hard", "one room for five")
    dana.goto(decision + "?show=write_view")
    dana.fill("#write-view textarea", SEALED)
    dana.select_option("#write-view [name=prefers]", label="Elm Street")
    press(dana, "Seal it")
    for page in (rosa, dana):
        page.goto(decision)
        assert "sealed" in page.inner_text("#lean") if page.locator("#lean[open]").count() else True
        assert SEALED not in page.content()
    well(rosa)
    well(dana)

    # 9. What matters, how much, and how each way fits; then only arithmetic.
    for matter in WEIGHTS:
        rosa.goto(decision + "?show=name_matter")
        rosa.fill("#name-matter [name=label]", matter)
        press(rosa, "Add it")
    rosa.goto(decision + "?show=weigh")
    for matter, weight in WEIGHTS.items():
        rosa.locator("#weigh fieldset", has_text=matter).locator(f"[value='{weight}']").check()
    rosa.locator("#weigh div", has=rosa.locator("fieldset", has_text="school")).locator("[type=checkbox]").first.check()
    well(rosa)
    press(rosa, "Keep this")
    for _ in FITS:
        rosa.goto(decision)
        press(rosa, "Say how it fits")  # the page asks for one way after the other
        asked_for = rosa.inner_text("#fit-way h3")
        fits = next(fits for way, fits in FITS.items() if way in asked_for)
        for matter, fit in zip(WEIGHTS, fits, strict=True):
            rosa.locator("#fit-way fieldset", has_text=matter).locator(f"[value='{fit}']").check()
        press(rosa, "Keep this")
    rosa.goto(decision + "?show=fit")
    bars = rosa.locator("#fit-now").text_content()
    for share in ("0.421", "0.105", "0.263", "-0.263"):
        assert share in bars, bars
    assert "only arithmetic" in bars
    assert "You decide" in bars
    well(rosa)

    # 10. She leans; only now Dana's view opens, on the open page too.
    rosa.goto(decision + "?show=say_lean")
    rosa.locator("#say-lean label:has-text('contest') [name=main]").check()
    unfold(rosa, "#say-lean")
    rosa.locator("#say-lean label:has-text('Elm Street') [name=backup]").check()
    press(rosa, "Keep where I lean")
    assert SEALED in rosa.content()
    dana.wait_for_selector(f"text={SEALED}", state="attached", timeout=10_000)
    dana.goto(decision + "?show=write_view")
    dana.fill("#write-view textarea", "I see it differently, and we will do it your way.")
    dana.check("#write-view [name=backs]")
    press(dana, "Say it")
    rosa.goto(decision + "?show=five_points")
    for point, answer in enumerate(("yes", "not_sure", "yes", "yes", "yes"), 1):
        rosa.check(f"#five-points [name=point_{point}][value={answer}]")
    press(rosa, "Keep this")
    rosa.goto(decision + "?show=plan_gap&point=2")
    press(rosa, "Keep this")
    dana.goto(decision + "?show=check")
    press(dana, "This is done")
    rosa.goto(decision + "?show=five_points")
    rosa.check("#five-points [name=point_2][value=yes]")
    press(rosa, "Keep this")
    assert "You are ready, if you want" in rosa.content()

    # 11. She records the choice, and she alone can.
    dana.goto(decision)
    token = dana.locator("[name=csrfmiddlewaretoken]").first.input_value()
    refused = dana.request.post(
        decision + "choice/",
        form={"csrfmiddlewaretoken": token, "words": "Elm Street", "key": "k"},
        headers={"Origin": decision.split("/space")[0], "Sec-Fetch-Site": "same-origin"},
    )
    assert refused.status in (400, 403)
    rosa.goto(decision + "?show=choose")
    rosa.locator("#choose label:has-text('contest') [name=main]").check()
    unfold(rosa, "#choose")
    rosa.locator("#choose label:has-text('Elm Street') [name=backup]").check()
    rosa.fill("#choose [name=words]", "We stay and contest, and Elm Street is our back-up.")
    rosa.fill("#choose [name=reason]", "The school.")
    rosa.fill("#choose [name=revisit_if]", "no court date by 15 March, or Elm Street gives a deadline")
    rosa.fill("#choose [name=review_on]", "2026-04-17")
    press(rosa, "This is my choice")
    dana.wait_for_selector("text=Elm Street is our back-up", timeout=10_000)
    well(rosa)
    well(dana)
    dana.goto(decision + "?show=choose")
    assert dana.locator("#choose").count() == 0

    # She sees who has looked, and nothing of it is lost when the server is asked anew a month later.
    rosa.goto(f"/space/{space}/looked/")
    assert "Dana" in rosa.inner_text("main")
    well(rosa)
    assert TrailLine.objects.filter(partnership_id=space, doing="choose").count() == 1
    frozen.shift(datetime.timedelta(days=46))
