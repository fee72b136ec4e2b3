"""Rosa and Dana write a letter to the school at the same time; the line breaks; and a third page has no script."""

import pytest
from playwright.sync_api import expect

from alongside.together.models import Paper
from tests.browser import axe, no_overflow
from tests.together.steps import rows, text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

FIELD = "#write textarea"
STORES = """Promise.all([caches.keys(), indexedDB.databases(), navigator.serviceWorker.getRegistrations()])
  .then(([boxes, tables, workers]) => boxes.length + tables.length + workers.length)"""


def value(page):
    return page.eval_on_selector(FIELD, "field => field.value")


def reads(page, words):
    """Wait until a page shows these words in the field."""
    page.wait_for_function("([field, words]) => document.querySelector(field).value === words", arg=[FIELD, words])


def caret(page, at):
    page.eval_on_selector(FIELD, "(field, at) => { field.focus(); field.setSelectionRange(at, at); }", at)


def kept(page):
    expect(page.get_by_text("Everything you typed is kept.")).to_be_visible()


def test_two_windows_write_one_letter_and_nothing_is_lost(cast, frozen, open_page):
    rosa = open_page("rosa", f"/space/{cast.spaces['rosa']}/together/")
    rosa.get_by_text("Begin something new").click()
    rosa.get_by_label("A letter").check()
    rosa.get_by_label("What is it called?").fill("Letter to the school")
    rosa.get_by_role("button", name="Begin", exact=True).click()
    rosa.wait_for_selector(".paper.is-live")
    here = rosa.url
    dana = open_page("dana", here, width=1280, height=800)
    dana.wait_for_selector(".paper.is-live")
    assert not dana.get_by_role("button", name="Keep this").is_visible(), "it is kept as it is typed"

    # Another page of the space that Dana has open, and one that shows who wrote what: how often do they ask?
    asks = {"list": 0, "who": 0}
    aside = {"list": open_page("dana", here.rsplit("/", 2)[0] + "/"), "who": open_page("dana", here + "who/")}
    posts = []
    rosa.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    for name, page in aside.items():

        def count(request, name=name):
            asks[name] += "x-live" in request.headers

        page.on("request", count)
    rosa.locator(FIELD).press_sequentially("W")
    aside["list"].wait_for_timeout(500)
    begun = dict(asks)

    # One types at the beginning and the other at the end, in turn; each caret stays where it was.
    rosa.locator(FIELD).press_sequentially("e write about Leo. ")
    reads(dana, "We write about Leo. ")
    caret(dana, 20)
    caret(rosa, 0)
    for hers, danas in zip("Dear school, ", "He is ill 😀. ", strict=False):
        rosa.keyboard.insert_text(hers)
        dana.keyboard.insert_text(danas)
        frozen.shift(1)
    both = "Dear school, We write about Leo. He is ill 😀. "
    for page in (rosa, dana):
        reads(page, both)
    kept(rosa)
    rosa.wait_for_timeout(500)
    asked = len(posts)
    print(f"\n{asked} posts of Rosa’s page for 32 letters of hers and 14 of Dana’s")
    assert asked <= 32 + 14 + 4, "nobody asks for what they typed themselves"
    aside["who"].wait_for_selector("text=Dear school")
    print(f"\nasked again while {len(both)} letters were typed: {asks['list'] - begun['list']} list, {asks['who']} who")
    assert asks["list"] - begun["list"] <= 2, "the first letter of each has a line in the trail"
    assert asks["who"] <= 4, "when the typing rests"
    listed = asks["list"]

    # A form without a script is drawn now, and comes back much later.
    plain = open_page("dana", here, javascript=False)
    assert value_of(plain) == both

    # Dana's line breaks. Both write on, in the same place too.
    dana.context.set_offline(True)
    caret(dana, 13)
    dana.keyboard.insert_text("سلام! ")
    caret(rosa, 13)
    rosa.keyboard.insert_text("hello! ")
    expect(dana.get_by_text("No line now.")).to_be_visible()
    assert dana.evaluate(STORES) == rosa.evaluate(STORES) == 0, "nobody said yes on this device"
    reads(rosa, "Dear school, hello! We write about Leo. He is ill 😀. ")
    assert "hello" not in value(dana)
    frozen.shift(5)
    dana.context.set_offline(False)
    rosa.wait_for_function("field => document.querySelector(field).value.includes('سلام! ')", arg=FIELD)
    merged = value(rosa)
    reads(dana, merged)
    kept(dana)
    assert sorted(merged) == sorted("Dear school, سلام! hello! We write about Leo. He is ill 😀. ")

    # The form comes back: its words are put where they belong, and the open pages show them by themselves.
    plain.locator(FIELD).fill(both.replace("is ill", "is still ill") + "Thank you.")
    plain.get_by_role("button", name="Keep this").click()
    wanted = merged.replace("is ill", "is still ill") + "Thank you."
    for page in (rosa, dana):
        reads(page, wanted)
    paper = Paper.objects.unguarded(because="test").get().id
    assert text(paper) == wanted
    assert len(rows(paper)) > 10
    assert axe(rosa) == []
    assert no_overflow(rosa) == []

    rosa.get_by_role("link", name="Who wrote what").click()
    names = rosa.locator(".wrote .name").all_inner_texts()
    assert {"You", "Dana"} == set(names)
    assert no_overflow(rosa) == []
    assert axe(rosa) == []

    # Dana makes it a note; Rosa's page, which is open again, shows where it is now.
    rosa.go_back()
    rosa.wait_for_selector(".paper.is-live")
    dana.get_by_text("It is finished").click()
    dana.get_by_role("button", name="Make it a note").click()
    expect(dana.get_by_role("heading", name="Letter to the school")).to_be_visible()
    aside["list"].wait_for_selector("#done >> text=Letter to the school", state="attached")
    assert asks["list"] > listed, "control: what is kept by a form, or finished, shows in the list by itself"
    rosa.get_by_role("link", name="Read the note that it became").click()
    expect(rosa.get_by_text("He is still ill").first).to_be_visible()


def value_of(page):
    """The field of a page that runs no script."""
    return page.locator(FIELD).input_value()
