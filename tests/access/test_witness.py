"""Her own device as a witness, in a real browser: what the script works out, and what the page says."""

from __future__ import annotations

import json
import random
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from alongside.access import merkle, sealing
from alongside.access.models import TrailLine, TrailTree
from alongside.people.session_store import SessionStore
from tests.access.by_hand import lock_taken_off
from tests.access.test_every_read import say
from tests.browser import close

pytestmark = pytest.mark.browser

SCRIPT = Path(__file__).resolve().parents[2] / "alongside" / "access" / "static" / "access" / "witness.js"
PAGE = "http://house.example/looked/"
BODY = """<!doctype html><body><div id="witness" hidden data-space="s" data-size="1" data-root="00"
  data-proof="/proof"><p data-when="kept" hidden></p><p data-when="grew" hidden><time></time></p>
  <p data-when="changed" hidden><time></time></p><p data-when="unknown" hidden></p></div>
  <script src="/witness.js"></script>"""


def test_the_script_agrees_with_ours_on_every_proof_and_on_every_forgery(chromium, capsys):
    """Small sizes one by one and larger ones at random; of each, the right proof and a wrong one."""
    chance, leaves = random.Random(9162), [merkle.leaf_hash(bytes([number])) for number in range(200)]
    pairs = [(before, size) for size in range(1, 7) for before in range(1, size + 1)]
    pairs += [(before := chance.randint(1, 199), chance.randint(before, 200)) for _ in range(12)]
    context = chromium.new_context()
    answer = {}

    def serve(route):
        path = urlsplit(route.request.url).path
        if path == "/proof":
            assert parse_qs(urlsplit(route.request.url).query)["from"] == [str(answer["from"])]
            route.fulfill(content_type="application/json", body=json.dumps(answer))
        elif path == "/witness.js":
            route.fulfill(content_type="text/javascript", body=SCRIPT.read_text())
        else:
            route.fulfill(content_type="text/html", body=BODY)

    context.route("**/*", serve)
    page = context.new_page()
    # localhost and https have the browser's own arithmetic; a made-up address over http has not
    page.goto(PAGE.replace("http:", "https:"))
    seen = 0
    for before, size in pairs:
        proof = [step.hex() for step in merkle.consistency_proof(leaves[:size], before)]
        root, root_before = merkle.root_of(leaves[:size]).hex(), merkle.root_of(leaves[:before]).hex()
        other = merkle.leaf_hash(b"other").hex()
        wrong = [{"proof": [*proof, other]}, {"root": other}, {"proof": [other, *proof[1:]]} if proof else {"size": 0}]
        for change, expected in (({}, "grew"), (chance.choice(wrong), "changed")):
            answer.clear()
            answer.update({"from": before, "size": size, "root": root, "proof": proof} | change)
            kept = json.dumps({"space": "s", "size": before, "root": root_before, "at": 0})
            page.evaluate("kept => localStorage.setItem('list', kept)", kept)
            page.reload()
            page.wait_for_selector("#witness:not([hidden])", state="attached")
            shown = page.evaluate(
                "Array.from(document.querySelectorAll('[data-when]')).filter(one => !one.hidden)"
                ".map(one => one.dataset.when).join()"
            )
            assert shown == expected, (before, size, change)
            seen += 1
    close(context)
    with capsys.disabled():
        print(f"\n[witness] {seen} of {seen} verdicts of the browser are ours")


def test_her_device_sees_that_the_list_only_grew_and_when_it_did_not(cast, open_page):
    say(cast, times=3)
    space = cast.spaces["rosa"]
    url = f"/space/{space}/looked/"
    rosa = open_page("rosa", leaves=True)
    key = next(cookie["value"] for cookie in rosa.context.cookies() if cookie["name"] == "sessionid")

    rosa.goto(url)
    assert rosa.locator("#witness").count() == 0, "on a device that is not hers alone nothing is kept"
    assert rosa.evaluate("localStorage.length") == 0
    session = SessionStore(key)
    session["her_own"] = True
    session.save()

    rosa.goto(url)
    rosa.wait_for_selector("#witness [data-when=kept]:not([hidden])")
    assert rosa.evaluate("Object.keys(localStorage).join()") == "list"
    say(cast, times=4)
    rosa.reload()
    rosa.wait_for_selector("#witness [data-when=grew]:not([hidden])")
    assert "only grew since you last looked on this device" in rosa.inner_text("#witness")

    with lock_taken_off():
        TrailLine.objects.filter(tree_id=space, place=1).update(count=9)
        tree = merkle.Tree()
        for line in TrailLine.objects.filter(tree_id=space).order_by("place"):
            sealing.seal(line, tree)
            TrailLine.objects.filter(seq=line.seq).update(leaf=line.leaf)
        TrailTree.objects.filter(id=space).update(peaks=tree.packed(), root=tree.root())
    for _ in range(2):  # it does not forget what it saw
        rosa.reload()
        rosa.wait_for_selector("#witness [data-when=changed]:not([hidden])")
        assert "not the one that you saw on this device" in rosa.inner_text("#witness")

    rosa.get_by_role("button", name="Leave this page").click()
    rosa.wait_for_url("**wikipedia**")
    rosa.goto("/")
    assert rosa.evaluate("localStorage.length") == 0
