"""Writing together: how long a keystroke takes to another's page, and what an open paper costs.

    python -m bench.together

starts a server of its own on a small house in a temporary folder. Two pages are played as `together.js`
plays them: one types seven letters a second and sends them at most every 120 ms; the other hears the signal
and asks for what is new. The yardstick is the plain y-websocket server with two of its own clients, in the
same rhythm on the same machine; it keeps documents in memory, asks nobody who may, and writes nothing down.
It needs Node and npm and is left out by name without them.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from bench.live import HOUSE, Space, _Line, make_house, serving

PAUSE = 0.12
LETTERS_A_SECOND = 7
PAPERS = 100
TEXT = "We write about Leo, who was ill in February, and ask you to count the days as excused. " * 57
YARDSTICK = Path(__file__).with_name("yard") / "ywebsocket.mjs"
PACKAGES = ["yjs@13.6.33", "y-websocket@3.0.0", "@y/websocket-server@0.1.1", "ws@8"]


def make_papers() -> dict[str, Any]:
    """Make a space with a paper to write in, and some more that are only open. In ALONGSIDE_DATA."""
    space = make_house([1])[0]
    from django.utils import timezone

    from alongside.access.middleware import viewer_of
    from alongside.access.viewer import enter
    from alongside.kit.ids import new_id
    from alongside.people.models import Account
    from alongside.together import actions
    from alongside.together.rules import Sort

    now = timezone.now()
    by = viewer_of(Account.objects.select_related("person").get(person__key_scope_id=space.id), now=now)
    place = enter(by, uuid.UUID(space.id))
    papers = []
    for number in range(1 + PAPERS):
        paper = actions.start_paper(
            by=by, about=place, now=now, write_id=new_id(), sort=Sort.LETTER, title=f"Letter {number}"
        )
        papers.append(str(paper.id))
        if number:
            actions.save_form(
                by=by, about=place, now=now, write_id=new_id(), paper_id=paper.id, drawn_from=b"\0\0", text=TEXT
            )
    return {"space": asdict(space), "papers": papers}


class _Page:
    """An open page of a paper."""

    def __init__(self, base_url: str, space: Space, session: str, paper: str) -> None:
        from pycrdt import Doc, Text

        self.doc: Any = Doc(skip_gc=True)
        self.text = self.doc.get("text", type=Text)
        self.line, self.stream = _Line(base_url, session), _Line(base_url, session)
        self.path, self.live = f"/space/{space.id}/together/{paper}/", f"/live/{space.id}?paper={paper}"
        self.number = 0
        # how the text stood before each letter that was not sent yet
        self.unsent: list[bytes] = []

    async def open(self, *, listens: bool = True) -> _Page:
        await self.line.open()
        status, page = await self.line.ask("GET", self.path)
        if status != 200:
            raise SystemExit(f"{self.path} answered {status}")
        self.token = page.split(b'name="csrfmiddlewaretoken" value="', 1)[1].split(b'"', 1)[0].decode()
        await self.sync()
        if listens:
            await self.stream.open()
            await self.stream.listen(self.live)
        return self

    async def sync(self) -> None:
        """Send what was typed, if anything, and take what is new."""
        sending, self.unsent = self.unsent, []
        fields = {
            "csrfmiddlewaretoken": self.token,
            "edit": base64.b64encode(self._one(sending)).decode() if sending else "",
            "seen": str(self.number),
            "has": base64.b64encode(self.doc.get_state()).decode(),
        }
        status, body = await self.line.ask("POST", self.path + "live/", fields)
        if status != 200:
            raise SystemExit(f"a keystroke was answered with {status}: {body[:200]!r}")
        told = json.loads(body)
        self.number = told["number"]
        for edit in told["edits"]:
            self.doc.apply_update(base64.b64decode(edit))

    def type(self, letter: str) -> None:
        state = self.doc.get_state()
        self.text += letter
        self.unsent.append(state)

    def _one(self, states: list[bytes]) -> bytes:
        return bytes(self.doc.get_update(states[0]))


async def _cowriting(base_url: str, space: Space, paper: str, seconds: float) -> list[float]:
    """The time in ms from each keystroke of the one to its letter on the other's page."""
    writer = await _Page(base_url, space, space.client, paper).open()
    reader = await _Page(base_url, space, space.lookers[0], paper).open()
    typed: list[float] = []
    seen: list[float] = []

    async def hear() -> None:
        heard = 0
        while True:
            heard = max(heard, await reader.stream.next_count())
            await reader.sync()
            now = time.perf_counter()
            seen.extend([now] * (len(str(reader.text)) - len(seen)))

    async def types() -> None:
        sent = 0.0
        until = time.perf_counter() + seconds
        sender: asyncio.Task[None] | None = None
        while time.perf_counter() < until:
            writer.type("x")
            typed.append(time.perf_counter())
            if sender is None or sender.done():
                if sender is not None:
                    sender.result()
                sender = asyncio.create_task(_after(writer, max(0.0, sent + PAUSE - time.perf_counter())))
                sent = max(time.perf_counter(), sent + PAUSE)
            await asyncio.sleep(random.uniform(0.5, 1.5) / LETTERS_A_SECOND)
        if sender is not None:
            await sender
        if writer.unsent:
            await writer.sync()

    async def _after(page: _Page, pause: float) -> None:
        await asyncio.sleep(pause)
        while page.unsent:
            await page.sync()

    listening = asyncio.create_task(hear())
    await types()
    until = time.perf_counter() + 3
    while len(seen) < len(typed) and time.perf_counter() < until:
        await asyncio.sleep(0.02)
    listening.cancel()
    if len(seen) < len(typed):
        raise SystemExit(f"{len(typed) - len(seen)} of {len(typed)} letters did not arrive")
    return [1000 * (there - here) for here, there in zip(typed, seen, strict=False)]


async def _open_all(base_url: str, space: Space, papers: list[str], pid: int) -> float:
    """How much memory the server needs for each paper that is open at once, in KiB."""
    process = psutil.Process(pid)
    warm = await _Page(base_url, space, space.client, papers[0]).open(listens=False)
    for _ in range(20):
        await warm.sync()
    before = process.memory_info().rss
    pages = [await _Page(base_url, space, space.client, paper).open(listens=False) for paper in papers]
    for page in pages:
        await page.sync()
        if len(str(page.text)) != len(TEXT):
            raise SystemExit("a paper did not open")
    return (process.memory_info().rss - before) / 1024 / len(papers)


def merged() -> dict[str, float]:
    """A paper of 1,000 edits: how long it takes to merge them, to open what comes of it, and to say who wrote what."""
    from pycrdt import Doc, Text

    from alongside.together import merging

    doc: Any = Doc(skip_gc=True)
    text, edits, dice = doc.get("text", type=Text), [], random.Random(1)
    for number in range(1000):
        before = doc.get_state()
        text.insert(dice.randint(0, len(str(text))) if number % 3 == 0 else len(str(text)), "word ")
        edits.append(doc.get_update(before))

    def took(what: Any) -> float:
        times = []
        for _ in range(7):
            began = time.perf_counter()
            what()
            times.append(1000 * (time.perf_counter() - began))
        return sorted(times)[3]

    one = merging.whole(edits)
    return {
        "merge_ms": took(lambda: merging.whole(edits)),
        "open_ms": took(lambda: (merging.text_of([one]), merging.moment_of([one]), merging.whole([one], forgets=True))),
        "who_ms": took(lambda: merging.runs_of([one])),
        "bytes": len(one),
    }


def _quantiles(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    at = {f"p{share}_ms": ordered[min(len(ordered) - 1, len(ordered) * share // 100)] for share in (50, 95, 99)}
    return {"letters": len(ordered), **{name: round(value, 1) for name, value in at.items()}}


def yardstick(seconds: float) -> dict[str, float] | str:
    """The same with y-websocket: figures, or why there are none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return "left out: y-websocket needs Node and npm, which are not here"
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as folder:
        (Path(folder) / "package.json").write_text('{"private": true, "type": "module"}')
        shutil.copy(YARDSTICK, folder)
        got = subprocess.run(
            [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *PACKAGES],
            cwd=folder, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        if got.returncode:
            return "left out: npm could not get y-websocket"
        ran = subprocess.run(
            [node, YARDSTICK.name, str(seconds), str(LETTERS_A_SECOND), str(PAPERS), TEXT],
            cwd=folder, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        if ran.returncode:
            return f"left out: y-websocket did not run ({ran.stderr.strip().splitlines()[-1:]})"
        told = json.loads(ran.stdout)
        return {**_quantiles(told["times"]), "kib_a_paper": round(told["kib"], 1)}


def measure(*, seconds: float = 10.0) -> dict[str, Any]:
    """Make a house, serve it and measure it, with the yardstick beside it."""
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as folder:
        made = subprocess.run(
            [sys.executable, "-m", "bench.together", "make-papers"],
            cwd=HOUSE, env={**os.environ, "ALONGSIDE_DATA": folder}, check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        house = json.loads(made.stdout)
        space, papers = Space(**house["space"]), house["papers"]
        with serving(Path(folder)) as (base_url, pid):
            times = asyncio.run(_cowriting(base_url, space, papers[0], seconds))
            kib = asyncio.run(_open_all(base_url, space, papers[1:], pid))
    return {
        "ours": {**_quantiles(times), "kib_a_paper": round(kib, 1)},
        "y-websocket": yardstick(seconds),
        "1,000 edits": {name: round(value, 1) for name, value in merged().items()},
    }


def main() -> None:
    """Measure, and print what came out as JSON."""
    if sys.argv[1:2] == ["make-papers"]:
        print(json.dumps(make_papers()))
        return
    print(json.dumps(measure(seconds=float(os.environ.get("SECONDS", "10"))), indent=2))


if __name__ == "__main__":
    main()
