"""How many messages a second, beside an echo of the same posts over the same transport.

    python -m bench.messages

starts a server of its own on an empty house in a temporary folder. A message is the real one: posted as a browser
posts it, signed in, with its token; checked, encrypted, kept durably, with its trail line and what tells the other
side, and an open page of theirs in each space that hears it. The echo is a view that returns what it was posted,
behind the same uvicorn and the same mount; it knows nobody and keeps nothing. Every sender has a space of their own
and sends again as soon as the answer is there.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import live

# A message of everyday length.
TEXT = "The letter came today. It says we must be out by the end of the month. Can you call them before Thursday?"


class _Sender:
    """Somebody who sends one message after the other; or, with `echo`, posts the same to the echo."""

    def __init__(self, base_url: str, space: live.Space, *, echo: bool) -> None:
        self.line = live._Line(base_url, space.client)
        self.path = "/yard/echo/" if echo else f"/space/{space.id}/talk/send/"
        self.page, self.wanted = f"/space/{space.id}/talk/", 200 if echo else 303
        self.took: list[float] = []

    async def open(self) -> _Sender:
        """Open the page, as a person would, and keep its form."""
        await self.line.open()
        _, page = await self.line.ask("GET", self.page)
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if found is None:
            raise RuntimeError("The page has no form.")
        # Nothing waits for an answer, so that the first message and the last find the same.
        self.form = {"csrfmiddlewaretoken": found[1].decode(), "text": TEXT, "no_answer": "on"}
        return self

    async def send(self, until: float) -> None:
        while (begun := time.perf_counter()) < until:
            form = {**self.form, "key": secrets.token_hex(8)}
            status, content = await self.line.ask("POST", self.path, form)
            if status != self.wanted:
                raise RuntimeError(f"A message was answered {status}.")
            if status == 200 and form["key"].encode() not in content:
                raise RuntimeError("The echo said something else.")
            self.took.append(1000 * (time.perf_counter() - begun))
        self.line.close()


async def _sending(base_url: str, spaces: list[live.Space], *, echo: bool, seconds: float) -> dict[str, float]:
    """One sender in each of `spaces`, and an open page of the other side in each, which hears of every message."""
    pages = []
    for space in spaces:
        page = live._Line(base_url, space.lookers[0])
        await page.open()
        await page.listen(f"/live/{space.id}")
        pages.append((page, await page.next_count()))
    senders = [await _Sender(base_url, space, echo=echo).open() for space in spaces]
    began = time.perf_counter()
    await asyncio.gather(*(sender.send(began + seconds) for sender in senders))
    took = time.perf_counter() - began
    for (page, count), sender in zip(pages, senders, strict=True):
        told = count
        while not echo and told < count + len(sender.took):
            told = await asyncio.wait_for(page.next_count(), 5)
        page.close()
    times = sorted(one for sender in senders for one in sender.took)
    return {
        "senders": len(spaces),
        "messages": len(times),
        "per_second": round(len(times) / took, 1),
        "p50_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 1),
    }


def measure(*, seconds: float = 4.0) -> dict[str, dict[str, float]]:
    """Make a house, serve it, and send: one sender and twenty, each beside the echo."""
    settings = {"DJANGO_SETTINGS_MODULE": "bench.settings"}
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as folder:
        made = subprocess.run(
            [sys.executable, "-m", "bench.live", "make-house", *["1"] * 20],
            cwd=live.HOUSE, env={**os.environ, **settings, "ALONGSIDE_DATA": folder}, check=True,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        house = [live.Space(**space) for space in json.loads(made.stdout)]
        with live.serving(Path(folder), **settings) as (base_url, _):
            asyncio.run(_sending(base_url, house, echo=False, seconds=0.5))  # warm
            return {
                name: asyncio.run(_sending(base_url, house[:senders], echo=echo, seconds=seconds))
                for name, senders, echo in (
                    ("1 sender", 1, False),
                    ("1 sender, echo", 1, True),
                    ("20 senders", 20, False),
                    ("20 senders, echo", 20, True),
                )
            }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
