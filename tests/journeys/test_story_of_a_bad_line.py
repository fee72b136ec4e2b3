"""A bad line: Rosa's own phone, Nadia's shared one, and a server that dies in between.

The server is a process of its own, so that it can be killed; the phone is a browser with a profile of
its own, so that its files can be read when it is closed.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser import chromium_path, close
from tests.decisions.story import Story
from tests.killed import House
from tests.together import steps as together

pytestmark = [
    pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]  # fmt: skip

PLANTED = "zqvogelbeere"
FIELD = "#write textarea"
STORES = """Promise.all([caches.keys(), indexedDB.databases(), navigator.serviceWorker.getRegistrations(),
  Promise.resolve(localStorage.length + sessionStorage.length)])
  .then(([boxes, tables, workers, rest]) => boxes.length + tables.length + workers.length + rest)"""
WAITS = "Keep.waiting(document.body.dataset.keep).then((all) => all.map((one) => one.words))"
NOTICES = """navigator.serviceWorker.getRegistration('/')
  .then((known) => (known ? known.getNotifications() : []))
  .then((all) => all.map((one) => [one.title, one.body, one.lang, one.dir, one.tag].join('|')))"""
IS_KEPT = "Keep.keptPage(location.href).then((one) => !!one)"
IN_CHARGE = "() => navigator.serviceWorker.controller !== null"
# Says how long after the press nothing of the page can be seen any more, two frames later.
WATCH = """() => document.addEventListener('submit', () => {
  const pressed = performance.now();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    console.info('seen', performance.now() - pressed, getComputedStyle(document.body).display);
  }));
}, true)"""


class Phone:
    """A browser with a profile in a folder; `line(False)` takes its line away."""

    def __init__(self, chromium, house: House, folder: Path) -> None:
        self.browser, self.house, self.folder, self.said = chromium, house, folder, []
        self.context = chromium.browser_type.launch_persistent_context(
            str(folder), executable_path=chromium_path(), base_url=house.url, viewport={"width": 360, "height": 740},
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )  # fmt: skip
        self.context.set_default_timeout(30_000)
        self.context.route(
            settings.LEAVE_TO, lambda route: route.fulfill(body="<title>Neutral</title>", content_type="text/html")
        )
        self.page = self.new_page()

    def new_page(self):
        page = self.context.new_page()
        page.on("console", lambda line: self.said.append(line.text))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        return page

    def signs_in(self, session_key: str) -> None:
        until = time.time() + 40_000
        self.context.add_cookies([{"name": "sessionid", "value": session_key, "url": self.house.url, "expires": until}])

    def line(self, there: bool) -> None:
        self.context.set_offline(not there)

    def on_disk(self, word: str) -> list[str]:
        """The files of the profile in which a word stands, in either of the two ways in which browsers write."""
        marks = (word.encode(), word.encode("utf-16-le"))
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return [path.name for path in files if any(mark in path.read_bytes() for mark in marks)]


@pytest.fixture
def house(cast, tmp_path):
    """Rosa with a question to weigh, Nadia, and who is signed in where."""
    story = Story(cast).opened()
    for letter in "AB":
        story.way(letter)
    story.matter("school")
    story.matter("cost")
    paper = together.start(cast, title="Letter to the school")
    (tmp_path / "data").mkdir()
    found = House(tmp_path / "data")
    found.story, found.paper = story, f"/space/{cast.spaces['rosa']}/together/{paper}/"
    rosa, nadia = cast.accounts["rosa"], cast.accounts["nadia"]
    found.keys = {
        "phone": found.sign_in(rosa, her_own=True),
        "phone again": found.sign_in(rosa, her_own=True),
        "library": found.sign_in(rosa),
        "dana": found.sign_in(cast.accounts["dana"]),
        "nadia": found.sign_in(nadia),
    }
    found.take_along()
    found.start()
    yield found
    found.kill()


def comes_true(page, holds) -> bool:
    """Whether something comes to hold within half a minute."""
    for _ in range(100):
        if holds():
            return True
        page.wait_for_timeout(300)
    return False


def say(page, text: str) -> None:
    page.fill("#write textarea[name=text]", text)
    page.locator("#write button:not([type=button])").last.click()


def keep_here(phone: Phone) -> None:
    phone.page.goto("/devices/this-one/")
    phone.page.check("[name=alone]")
    phone.page.click("text=Yes, keep things here")
    phone.page.wait_for_selector("text=This device keeps things for you")
    phone.page.wait_for_function(IN_CHARGE)


def wakes(phone: Phone) -> list[str]:
    """A push comes, as from her browser's push service: what the phone shows then, all of it."""
    phone.context.grant_permissions(["notifications"], origin=phone.house.url)
    line = phone.context.new_cdp_session(phone.page)
    known: list[str] = []
    line.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(one["registrationId"] for one in told["registrations"] if not one["isDeleted"]),
    )
    line.send("ServiceWorker.enable")
    phone.page.wait_for_timeout(300)
    line.send("ServiceWorker.deliverPushMessage", {"origin": phone.house.url, "registrationId": known[-1], "data": ""})
    for _ in range(20):
        phone.page.wait_for_timeout(100)
        shown = phone.page.evaluate(NOTICES)
        if shown:
            break
    line.detach()
    return shown


def letter_without_a_line(phone, house, chromium, talk):
    """A letter that she writes on without a line, in a browser that is closed in between; Dana writes on too."""

    def reads(page):
        page.wait_for_selector(".paper.is-live")
        return page.input_value(FIELD)

    dana = chromium.new_context(base_url=house.url)
    dana.add_cookies([{"name": "sessionid", "value": house.keys["dana"], "url": house.url}])
    hers = dana.new_page()
    hers.goto(house.paper)
    hers.wait_for_selector(".paper.is-live")
    phone.page.goto(house.paper)
    phone.page.wait_for_selector(".paper.is-live")
    phone.page.locator(FIELD).press_sequentially("Dear school. ")
    hers.wait_for_function("field => document.querySelector(field).value === 'Dear school. '", arg=FIELD)
    phone.page.wait_for_timeout(600)

    # The house is out of reach for everybody: a browser that is started anew cannot be told that it has no line.
    house.kill()
    for words, opened in (("Leo was ill. ", "Dear school. "), (f"He {PLANTED}. ", "Dear school. Leo was ill. ")):
        phone.page.goto(house.paper)
        expect(phone.page.locator("#kept-from")).to_be_visible()
        assert reads(phone.page) == opened, "what she had written is there without a line"
        phone.page.locator(FIELD).press("End")
        phone.page.keyboard.insert_text(words)
        phone.page.wait_for_selector("#line >> text=Kept on this phone. It goes out when there is a line.")
        phone.page.wait_for_timeout(600)
        close(phone.context)
        if words.startswith("Leo"):
            phone = Phone(phone.browser, house, phone.folder)

    # While her phone is off, Dana writes on.
    house.start()
    hers.locator(FIELD).press("Home")
    hers.keyboard.insert_text("Monday. ")
    hers.wait_for_selector("#line >> text=Everything you typed is kept.")
    house.kill()

    # On another page of hers it stands among what waits, by its name; and from there it goes out.
    phone = Phone(phone.browser, house, phone.folder)
    phone.page.goto(talk)
    phone.page.wait_for_selector("#outbox >> text=Letter to the school")
    assert PLANTED not in phone.page.inner_text("#outbox")
    phone.page.click("#outbox >> text=Go on writing")
    assert reads(phone.page) == f"Dear school. Leo was ill. He {PLANTED}. "
    phone.page.goto(talk)
    phone.page.wait_for_selector("#outbox >> text=Letter to the school")
    house.start()
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.page.wait_for_selector("#outbox", state="detached")
    whole = f"Monday. Dear school. Leo was ill. He {PLANTED}. "
    hers.wait_for_function("([field, words]) => document.querySelector(field).value === words", arg=[FIELD, whole])
    phone.page.goto(house.paper)
    assert reads(phone.page) == whole
    expect(phone.page.locator("#kept-from")).to_be_hidden()
    close(dana)
    return phone


def test_a_bad_line(cast, house, chromium, tmp_path):
    space = cast.spaces["rosa"]
    talk = f"/space/{space}/talk/"

    # Nadia's phone is not hers alone. Nothing is stored; what she typed stays in the page and goes out from there.
    nadia = chromium.new_context(base_url=house.url)
    nadia.add_cookies([{"name": "sessionid", "value": house.keys["nadia"], "url": house.url}])
    page = nadia.new_page()
    page.goto(f"/space/{cast.spaces['nadia']}/talk/")
    nadia.set_offline(True)
    say(page, f"Call me in the bakery {PLANTED}")
    page.wait_for_selector("#write >> text=What you typed stays here")
    expect(page.locator("#write textarea[name=text]")).to_have_value(re.compile(f"{PLANTED}$"))
    assert page.evaluate(STORES) == 0
    nadia.set_offline(False)
    page.wait_for_selector(f"#messages >> text={PLANTED}")
    assert page.inner_text("#messages").count(PLANTED) == 1
    assert page.evaluate(STORES) == 0
    close(nadia)

    # Rosa's is. She says yes, and opens what she wants to have with her.
    phone = Phone(chromium, house, tmp_path / "profile")
    phone.signs_in(house.keys["phone"])
    page = phone.page
    page.goto(talk)
    assert page.evaluate(STORES) == 0, "nothing before she says yes"
    keep_here(phone)
    assert wakes(phone) == ["Notes|There is something new for you.|en|ltr|notice"]
    weighing = house.story.url("on-the-way/")
    for address in (weighing, talk):
        page.goto(address)
        assert comes_true(page, lambda: page.evaluate(IS_KEPT))

    # Without a line she reads on, writes three messages, and weighs; with what is not kept she is told so.
    phone.line(False)
    page.goto(weighing)
    expect(page.locator("#kept-from")).to_be_visible()
    school, cost = (house.story.matters[name] for name in ("school", "cost"))
    page.check(f"[name=weight_{school}][value='5']")
    page.check(f"[name=weight_{cost}][value='4']")
    page.click("#weigh .btn")
    page.wait_for_selector("#weigh >> text=Kept on this phone")
    fit = f"details:has([action$='/{house.story.ways['A']}/'])"
    page.click(f"{fit} summary")
    page.check(f"{fit} [name=fit_{school}][value='2']")
    page.click(f"{fit} .btn")
    page.wait_for_selector(f"{fit} >> text=Kept on this phone")
    page.goto(talk)
    for number in range(3):
        say(page, f"{PLANTED}{number}")
        page.wait_for_selector(f"#outbox >> text={PLANTED}{number}")
    page.goto(weighing)
    # What she chose shows while it waits.
    expect(page.locator(f"#weigh [name=weight_{school}][value='5']")).to_be_checked()
    page.goto(f"/space/{space}/record/")
    expect(page.locator("h1")).to_contain_text("There is no line")
    assert "Riverside" not in page.content()
    page.click("text=What we write to each other")
    page.wait_for_selector("#outbox li")
    assert page.evaluate(WAITS)[2:] == [f"{PLANTED}{number}" for number in range(3)]

    # One she takes back. The line comes and the server is dead; then it lives, and all is there once, in order.
    say(page, "never mind")
    page.wait_for_selector("#outbox >> text=never mind")
    page.locator("#outbox li").last.get_by_text("Take it back").click()
    page.wait_for_selector("text=Taken back")
    house.kill()
    phone.line(True)
    page.wait_for_timeout(700)
    assert len(page.evaluate(WAITS)) == 5
    house.start()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("#outbox", state="detached")
    page.goto(talk)
    said = page.inner_text("#messages")
    assert [said.count(f"{PLANTED}{number}") for number in range(3)] == [1, 1, 1]
    assert said.index(f"{PLANTED}0") < said.index(f"{PLANTED}1") < said.index(f"{PLANTED}2")
    assert "never mind" not in said
    page.goto(weighing)
    expect(page.locator(f"[name=weight_{school}][value='5']")).to_be_checked()
    expect(page.locator(f"[name=weight_{cost}][value='4']")).to_be_checked()
    expect(page.locator(f"{fit} [name=fit_{school}][value='2']")).to_be_checked()

    # She weighs on two devices at once. What differs in nothing is joined; where both said something else of the
    # same thing she sees both, and hers is the word that counts.
    library = chromium.new_context(base_url=house.url)
    library.add_cookies([{"name": "sessionid", "value": house.keys["library"], "url": house.url}])
    other = library.new_page()
    other.goto(weighing)
    phone.line(False)
    page.check(f"[name=weight_{cost}][value='1']")
    page.click("#weigh .btn")
    page.wait_for_selector("#weigh >> text=Kept on this phone")
    other.check(f"[name=weight_{cost}][value='3']")
    other.click("#weigh .btn")
    other.wait_for_url("**?show=fit*")
    phone.line(True)
    page.wait_for_selector("#outbox >> text=This did not go through")
    page.click("text=Look at it and send it again")
    page.wait_for_selector("#main >> text=In your other window you said: 3")
    expect(page.locator(f"#weigh [name=weight_{cost}][value='1']")).to_be_checked()
    page.click("#weigh .btn")
    page.wait_for_selector("#outbox", state="detached")
    page.goto(weighing)
    expect(page.locator(f"[name=weight_{cost}][value='1']")).to_be_checked()
    expect(page.locator(f"[name=weight_{school}][value='5']")).to_be_checked()

    phone = letter_without_a_line(phone, house, chromium, talk)
    page = phone.page

    # From the library she ends the phone. At its next contact it forgets everything.
    assert page.evaluate(STORES) >= 3, "control: there is something to forget"
    other.goto("/devices/")
    other.click("text=It shall forget them")
    page.goto("/hard/")
    assert comes_true(page, lambda: page.goto("/hard/") and page.evaluate(STORES) == 0)
    close(library)

    # Once more; and with the line gone she leaves, while something waits. It is blank at once.
    phone.signs_in(house.keys["phone again"])
    keep_here(phone)
    page.goto(talk)
    assert comes_true(page, lambda: page.evaluate(IS_KEPT))
    phone.line(False)
    house.kill()
    say(page, f"{PLANTED} waits")
    page.wait_for_selector(f"#outbox >> text={PLANTED} waits")
    assert page.evaluate(WAITS) == [f"{PLANTED} waits"], "control: it can be read there by her"
    assert any(PLANTED in one for one in page.evaluate("Keep.keptPage(location.href).then((one) => [one.html])"))
    page.evaluate(WATCH)
    held = []  # the harmless page takes its time, so that this one can still say what it saw
    phone.context.route(settings.LEAVE_TO, lambda route: held.append(route))
    page.click(".leave button", no_wait_after=True)
    assert comes_true(page, lambda: held and any(line.startswith("seen ") for line in phone.said))
    seen = [line.split() for line in phone.said if line.startswith("seen ")]
    assert seen[-1][2] == "none"
    print(f"\nblank after {float(seen[-1][1]):.0f} ms, without a line and with a worker")
    assert float(seen[-1][1]) < 1000  # a tenth of a second where nothing else runs: see tests/web/test_leave.py
    held[0].abort()
    page.close()

    # Back in reach, the session is ended by the worker, which then goes too; nothing of ours is left.
    house.start()
    phone.line(True)
    page = phone.new_page()
    page.goto("/today/")
    assert "/?next=" in page.url
    assert comes_true(page, lambda: page.evaluate(STORES) == 0)
    page.goto(house.url.replace("localhost", "127.0.0.1") + "/hard/")
    page.evaluate("localStorage.setItem('control', 'zqholunder')")
    page.wait_for_timeout(300)
    close(phone.context)
    assert phone.on_disk("zqholunder"), "control: a word in the browser's files is found"
    assert not phone.on_disk(PLANTED)
    assert not [line for line in phone.said if line.startswith("error:") or "violates" in line]
