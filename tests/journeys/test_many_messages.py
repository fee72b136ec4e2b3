"""Messages over a line that loses 30 of 100 requests or answers, doubles them and lets them overtake, while the
server is killed: none lost, none doubled, each sender's in order.

Most are sent by a sender in Python, for the number of them; some by the very script of our pages, in Chromium.
The whole size (10,000 messages, 20 senders, 50 kills) runs where SLOW_TESTS is set.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Error

from alongside.journeys import actions as journeys
from alongside.kit.ids import new_id
from tests.browser import close
from tests.journeys.lossy import Lossy, Sender, send_all
from tests.killed import House

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

WHAT_STANDS = """
import json
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "alongside.config.settings"
import alongside, django
django.setup()
from alongside.conversations.models import Message
from alongside.vault.keys import load_keys
because = "a test reads what was kept"
standing = Message.objects.unguarded(because=because).order_by("partnership_id", "anchor", "sequence")
print(json.dumps([[str(row.partnership_id), str(row.author_id), row.text] for row in standing if row.text]))
"""
FORM = """async (texts) => {
  const whose = document.body.dataset.keep;
  const address = document.getElementById('write').getAttribute('action');
  for (const text of texts) {
    const key = text + '-of-its-own';
    await Keep.add(whose, { address, lane: 'talk', key, words: text, fields: [['text', text], ['key', key]] });
  }
}"""
SECONDS_FOR_TWENTY = 120
GO_ON = """() => {
  const whose = document.body.dataset.keep;
  const again = () => Keep.send(whose).then((how) => {
    if (how === 'empty' || how === 'refused') { window.ended = how; } else { setTimeout(again, 30); }
  });
  again();
}"""


def kill_now_and_then(house: House, times: int, done: threading.Event, *, every: float) -> list[float]:
    """Kill the server again and again while messages are under way; return when it was back, in seconds after each."""
    chance, back = random.Random(4), []
    for _ in range(times):
        if done.wait(every * (0.5 + chance.random())):
            break
        house.kill()
        begun = time.monotonic()
        house.start()
        back.append(time.monotonic() - begun)
    return back


def amiss(stands: list[list[str]], sent: dict[tuple[str, str], list[str]]) -> dict[str, int]:
    """How many of what was sent are lost, doubled, or behind a later one of the same sender."""
    found = {"lost": 0, "doubled": 0, "out of order": 0}
    for texts in sent.values():
        there = [text for _, _, text in stands if text in set(texts)]
        found["lost"] += len(set(texts) - set(there))
        found["doubled"] += len(there) - len(set(there))
        place = {text: number for number, text in enumerate(texts)}
        found["out of order"] += sum(place[one] > place[two] for one, two in pairwise(there))
    return found


def test_the_count_finds_what_is_lost_doubled_and_out_of_order():
    """The control: a line of messages with one of each."""
    sent = {("space", "rosa"): ["a1", "a2", "a3", "a4"]}
    stands = [["space", "rosa", text] for text in ("a1", "a3", "a2", "a2")]
    assert amiss(stands, sent) == {"lost": 1, "doubled": 1, "out of order": 1}
    assert amiss([["space", "rosa", f"a{n}"] for n in range(1, 5)], sent) == dict.fromkeys(amiss(stands, sent), 0)


def over_a_bad_line(route: Any) -> None:
    """For the browser, the same line: a request lost, an answer lost, a request that comes twice."""
    chance = random.random()
    if chance < 0.15:
        route.abort()
        return
    if chance < 0.40:
        with suppress(Error):  # the server let go of the line: as lost as the rest
            route.fetch()
    if chance < 0.30:
        route.abort()
    else:
        route.continue_()


def run(cast, tmp_path, *, spaces: list[str], each: int, kills: int, every: float, seconds: float, chromium=None):
    """Everybody in each space writes `each` messages; return what is amiss, and figures."""
    (tmp_path / "data").mkdir()
    house = House(tmp_path / "data")
    signed_in = {
        (space, who): house.sign_in(cast.accounts[who], her_own=True) for space in spaces for who in (space, "dana")
    }
    page_of = {"rosa": house.sign_in(cast.accounts["rosa"], her_own=True)} if chromium else {}
    house.take_along()
    house.start()
    line = Lossy(house.port, loss=0.3, seed=20261122)
    sent: dict[tuple[str, str], list[str]] = {}
    senders = []
    for space, who in signed_in:
        texts = sent[(space, who)] = [f"{space} {who} {number}" for number in range(each)]
        address = f"/space/{cast.spaces[space]}/talk/send/"
        senders.append(Sender(line.port, signed_in[(space, who)], address, texts))
    done, back = threading.Event(), []
    killing = threading.Thread(
        target=lambda: back.extend(kill_now_and_then(house, kills, done, every=every)), daemon=True
    )
    try:
        if chromium:
            sent[("rosa", "in Chromium")] = texts = [f"browser {number}" for number in range(20)]
            context = chromium.new_context(base_url=f"http://localhost:{house.port}")
            context.set_default_timeout(30_000)
            context.add_cookies([{"name": "sessionid", "value": page_of["rosa"], "url": house.url}])
            page = context.new_page()
            page.goto("/devices/this-one/")
            page.check("[name=alone]")
            page.click("text=Yes, keep things here")
            page.wait_for_selector("text=This device keeps things for you")
            page.goto(f"/space/{cast.spaces['rosa']}/talk/")
            page.evaluate(FORM, texts)
            context.route(lambda url: "/door/" in url or "/send/" in url, over_a_bad_line)
            page.evaluate(GO_ON)
            page.wait_for_function("() => window.ended", timeout=SECONDS_FOR_TWENTY * 1000)
            assert page.evaluate("window.ended") == "empty"
            close(context)
        killing.start()
        took = send_all(senders, seconds=seconds)
        done.set()
        killing.join()
        time.sleep(0.7)  # what comes late still comes
    finally:
        done.set()
        house.kill()
        line.close()
    stands = json.loads(house.asks(WHAT_STANDS))
    figures = {
        "messages": len(stands), "senders": len(senders), "took": round(took, 1), "killed": len(back),
        "tries": sum(one.tries for one in senders), **line.happened,
    }  # fmt: skip
    return amiss(stands, sent), figures, [trouble for one in senders for trouble in one.amiss]


@pytest.mark.browser
def test_two_hundred_messages_arrive_once_and_in_order(cast, tmp_path, chromium):
    found, figures, refused = run(
        cast, tmp_path, spaces=["rosa", "nadia"], each=50, kills=1, every=1.0, seconds=120, chromium=chromium
    )
    print(f"\n{figures} {found}")
    assert not refused
    assert found == {"lost": 0, "doubled": 0, "out of order": 0}
    assert figures["messages"] == 220
    assert figures["came twice"] > 0
    assert figures["answer lost"] > 0
    assert figures["killed"] == 1


@pytest.mark.slow
@pytest.mark.skipif("SLOW_TESTS" not in os.environ, reason="takes many minutes; set SLOW_TESTS")
def test_ten_thousand_messages_from_twenty_senders_with_fifty_kills(cast, tmp_path):
    spaces = ["rosa", "nadia"]
    for number in range(8):
        card = journeys.start_partnership(
            by=cast.viewer("dana"), called=f"Guest {number}", language="en", now=cast.now, write_id=new_id()
        )
        name = f"guest{number}"
        card.account.set_password("480615")
        card.account.joined_at = cast.now
        card.account.save()
        cast.accounts[name], cast.spaces[name] = card.account, card.account.person.key_scope_id
        spaces.append(name)
    found, figures, refused = run(cast, tmp_path, spaces=spaces, each=500, kills=50, every=4.0, seconds=3000)
    print(f"\n{figures} {found}")
    assert not refused
    assert found == {"lost": 0, "doubled": 0, "out of order": 0}
    assert figures["messages"] == 10_000
    assert figures["killed"] == 50
