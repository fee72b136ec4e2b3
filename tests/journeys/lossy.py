"""A line that loses, doubles and overtakes: a proxy on this machine, and a sender that goes on as a page does."""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

SECONDS_FOR_AN_ANSWER = 30


class Lossy:
    """Stands before a server. Of all requests some never arrive, and of some the answer is lost (`loss` in all);
    of those that arrive some come twice, the second time late, or late altogether, when the sender has long
    sent it again and more: so they overtake one another.
    """

    def __init__(self, port: int, *, loss: float, seed: int, doubled: float = 0.1, late: float = 0.05) -> None:
        self.to, self.loss, self.doubled, self.late = port, loss, doubled, late
        self.chance = random.Random(seed)
        self.happened: Counter[str] = Counter()
        self.port = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._under_way: set[asyncio.Task[Any] | None] = set()
        self._thread = threading.Thread(target=self._run, name="lossy", daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._open())

    async def _open(self) -> None:
        self._closing = asyncio.Event()
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._closing.wait()

    def close(self) -> None:
        """Take the line away; what is late by now never comes."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._under_way.add(task)  # nobody else holds it while it waits
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            self.happened["server away"] += 1
        finally:
            self._under_way.discard(task)
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if line and not line.lower().startswith(b"connection:")]
        size = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
        request = b"\r\n".join([*lines, b"Connection: close", b"", b""]) + await reader.readexactly(size)
        if b" /live/" in lines[0]:
            return
        self.happened["requests"] += 1
        await asyncio.sleep(self.chance.random() * 0.02)
        if self.chance.random() < self.loss / 2:
            self.happened["lost on the way"] += 1
            return
        if self.chance.random() < self.late:
            self.happened["came late"] += 1
            self._again(request)
            return
        answer = await self._ask(request)
        if self.chance.random() < self.doubled:
            self.happened["came twice"] += 1
            self._again(request)
        if self.chance.random() < self.loss / 2:
            self.happened["answer lost"] += 1
            return
        writer.write(answer)
        await writer.drain()

    def _again(self, request: bytes) -> None:
        async def later() -> bytes:
            await asyncio.sleep(0.05 + self.chance.random() * 0.5)
            try:
                return await self._ask(request)
            except OSError:
                return b""

        task = self._loop.create_task(later())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.to)
        try:
            writer.write(request)
            answer = await reader.read(-1)
        finally:
            writer.close()
        if b"\r\n\r\n" not in answer:
            raise OSError("it died under way")
        return answer


@dataclass
class Sender:
    """One phone: what it wrote goes out in order, the next after an answer to the one before. As in `keep.js`."""

    port: int
    session_key: str
    address: str
    texts: list[str]
    sent: int = 0
    tries: int = 0
    amiss: list[str] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
        line = http.client.HTTPConnection("localhost", self.port, timeout=SECONDS_FOR_AN_ANSWER)
        try:
            cookies = {"sessionid": self.session_key, **self.cookies}
            line.request(
                method, path, body or None,
                {
                    "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
                    "Origin": f"http://localhost:{self.port}",
                    "Sec-Fetch-Site": "same-origin",
                    **({"Content-Type": "application/x-www-form-urlencoded"} if body else {}),
                    **headers,
                },
            )  # fmt: skip
            answer = line.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
        finally:
            line.close()

    def run(self, until: float) -> None:
        here: dict[str, str] = {}
        waits = 0.02
        keys = [str(uuid.uuid4()) for _ in self.texts]
        while self.sent < len(self.texts) and time.monotonic() < until and not self.amiss:
            try:
                if not here:
                    status, _, body = self.ask("GET", "/door/")
                    here = json.loads(body) if status == 200 else {}
                    if not here.get("whose"):
                        raise OSError("no door")
                self.tries += 1
                form = {"text": self.texts[self.sent], "key": keys[self.sent], "csrfmiddlewaretoken": here["token"]}
                headers = {"X-Outbox": here["whose"]}
                status, says, _ = self.ask("POST", self.address, urllib.parse.urlencode(form), **headers)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(waits)
                waits = min(2 * waits, 1)
                continue
            waits = 0.02
            if says.get("x-outbox") == "done":
                self.sent += 1
            elif says.get("x-outbox") == "token":
                here = {}
            elif 400 <= status < 500 and status not in (408, 429):
                self.amiss.append(f"{status} for {self.texts[self.sent]}")


def send_all(senders: list[Sender], *, seconds: float) -> float:
    """Let all send at once; return the seconds it took."""
    begun = time.monotonic()
    threads = [threading.Thread(target=one.run, args=[begun + seconds], daemon=True) for one in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begun
