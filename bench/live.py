"""How long a change takes to reach another's open page, and what an open page costs.

    python -m bench.live
    python -m bench.live crowd

starts a server of its own on an empty house in a temporary folder. `run(base_url, house)` measures
a server that is running already, on a house that `make_house` made in its data folder.

What is measured is the time from the start of a POST (a contact rule: checked, encrypted, kept
durably, written to the trail) to the signal on the stream of somebody else in the same space.
Every writer has a space of their own. Unless a pause is named they write again as soon as the
answer is there, which is far more than people do: then the time is mostly that of waiting in line.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import resource
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil

HOUSE = Path(__file__).resolve().parents[1]
# What a phone's browser sends with each request.
BROWSER = (
    "User-Agent: Mozilla/5.0 (Linux; Android 9; SM-A105F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/70.0.3538.110 Mobile Safari/537.36\r\n"
    "Accept-Encoding: gzip, deflate\r\nAccept-Language: en-GB,en;q=0.9,es;q=0.8\r\nConnection: keep-alive\r\n"
)


@dataclass(frozen=True)
class Space:
    """A space, the session of its client, and sessions of others who may look at it."""

    id: str
    client: str
    lookers: list[str]


def make_house(lookers: list[int]) -> list[Space]:
    """Make an agency in ALONGSIDE_DATA with one space for each number, and as many sessions of the worker there."""
    from alongside.config import serve

    serve.prepare()
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from alongside.access.middleware import viewer_of
    from alongside.journeys import actions
    from alongside.people.rules import Post

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    now = timezone.now()

    def session_of(account: Any) -> str:
        browser = Client()
        browser.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = browser.session
        session["second_factor"] = True
        session.save()
        return str(session.session_key)

    organisation = actions.found_organisation(name="Bench", now=now)
    worker = actions.employ(
        organisation=organisation, called="Dana", email="dana@bench.example", password=secrets.token_hex(16),
        posts=frozenset({Post.WORKER}), now=now,
    )  # fmt: skip
    made = []
    for number, wanted in enumerate(lookers):
        card = actions.start_partnership(
            by=viewer_of(worker, now=now), called=f"Client {number}", language="en", now=now
        )
        account = card.account
        account.set_password("480615")
        account.joined_at = now
        account.save()
        made.append(
            Space(
                id=str(account.person.key_scope_id),
                client=session_of(account),
                lookers=[session_of(worker) for _ in range(wanted)],
            )
        )
    return made


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[tuple[str, int]]:
    """Start a server on `data` and give its address and process id; stop it in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "alongside.config.serve"],
        cwd=HOUSE,
        env={**os.environ, **settings, "ALONGSIDE_DATA": str(data), "PORT": str(port)},
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout is not None
        if not server.stdout.readline():
            raise RuntimeError("The server did not start.")
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


class _Line:
    """One keep-alive connection."""

    def __init__(self, base_url: str, session: str) -> None:
        address = urlsplit(base_url)
        self.host, self.port = address.hostname or "127.0.0.1", address.port or 80
        self.session, self.token = session, ""

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
        body = urlencode(form).encode() if form is not None else b""
        cookies = f"sessionid={self.session}" + (f"; csrftoken={self.token}" if self.token else "")
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n{BROWSER}Cookie: {cookies}\r\n"
            + ("Content-Type: application/x-www-form-urlencoded\r\n" if form is not None else "")
            + f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        found = re.search(r"(?i)set-cookie: csrftoken=(\w+)", answer)
        if found:
            self.token = found[1]
        length = re.search(r"(?i)content-length: (\d+)", answer)
        if length:
            content = await self.reader.readexactly(int(length[1]))
        else:
            content = b""
            while size := int((await self.reader.readline()).strip(), 16):
                content += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readline()
        return int(answer.split(" ", 2)[1]), content

    async def listen(self, path: str) -> None:
        self.writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n{BROWSER}Accept: text/event-stream\r\n"
            f"Sec-Fetch-Site: same-origin\r\nCookie: sessionid={self.session}\r\n\r\n".encode()
        )
        head = await self.reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head:
            raise RuntimeError(f"No stream: {head.splitlines()[0]!r}")

    async def next_count(self) -> int:
        """Wait for the next signal and return its count of changes."""
        while True:
            line = await self.reader.readline()
            if not line:
                raise RuntimeError("The stream ended.")
            if line.startswith(b"data: "):
                return int(line[6:])

    def close(self) -> None:
        self.writer.close()


async def _hear(line: _Line, heard: list[tuple[int, float]]) -> None:
    while True:
        count = await line.next_count()
        heard.append((count, time.perf_counter()))


class _Writer:
    """A client who says anew how to be reached, again and again."""

    def __init__(self, base_url: str, space: Space) -> None:
        self.line = _Line(base_url, space.client)
        self.path = f"/space/{space.id}/reach/"
        # When each write began.
        self.begun: list[float] = []

    async def open(self) -> _Writer:
        """Open the page, as a person would, and keep its form."""
        await self.line.open()
        _, page = await self.line.ask("GET", self.path)
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if found is None:
            raise RuntimeError("The page has no form.")
        self.form = {"csrfmiddlewaretoken": found[1].decode(), "channel": "text", "number": "07700 900123"}
        return self

    async def write(self, until: float, pause: float = 0.0) -> None:
        """Write until then, with a pause after each answer of `pause` seconds on average."""
        await asyncio.sleep(random.uniform(0, 2 * pause))
        while time.perf_counter() < until:
            self.begun.append(time.perf_counter())
            status, _ = await self.line.ask("POST", self.path, {**self.form, "key": secrets.token_hex(8)})
            if status != 303:
                raise RuntimeError(f"A write was answered {status}.")
            await asyncio.sleep(random.uniform(0, 2 * pause))
        self.line.close()


async def _delivery(
    base_url: str, spaces: list[Space], *, pages: int = 1, seconds: float, pause: float = 0.0
) -> dict[str, float]:
    """One writer in each of `spaces`, `pages` open pages of somebody else in each."""
    lines, heard, starts, listening = [], [], [], []
    for space in spaces:
        for looker in space.lookers[:pages]:
            line = _Line(base_url, looker)
            await line.open()
            await line.listen(f"/live/{space.id}")
            lines.append(line)
            starts.append(await line.next_count())
            told: list[tuple[int, float]] = []
            heard.append(told)
            listening.append(asyncio.create_task(_hear(line, told)))
    writers = [await _Writer(base_url, space).open() for space in spaces]
    began = time.perf_counter()
    await asyncio.gather(*(writer.write(began + seconds, pause) for writer in writers))
    took = time.perf_counter() - began
    await asyncio.sleep(1)
    times, missing = [], 0
    for number, (start, told) in enumerate(zip(starts, heard, strict=True)):
        for count, begun in enumerate(writers[number // pages].begun, start + 1):
            arrival = next((at for known, at in told if known >= count), None)
            if arrival is None:
                missing += 1
            else:
                times.append(1000 * (arrival - begun))
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    for line in lines:
        line.close()
    times.sort()
    writes = sum(len(writer.begun) for writer in writers)
    return {
        "writers": len(spaces),
        "pages": len(lines),
        "writes": writes,
        "writes_per_second": round(writes / took, 1),
        "p50_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 1),
        "missing": missing,
    }


async def _open_pages(base_url: str, house: list[Space], streams: int) -> list[_Line]:
    """Open as many streams, by turns of all who may look, a hundred at a time; each has heard its first count."""
    everyone = [(space.id, session) for space in house for session in space.lookers]
    lines: list[_Line] = []
    for start in range(0, streams, 100):
        some = []
        for number in range(start, min(streams, start + 100)):
            space_id, session = everyone[number % len(everyone)]
            line = _Line(base_url, session)
            await line.open()
            some.append((line, f"/live/{space_id}"))
        await asyncio.gather(*(line.listen(path) for line, path in some))
        await asyncio.gather(*(line.next_count() for line, _ in some))
        lines += [line for line, _ in some]
    return lines


async def _idle(base_url: str, house: list[Space], pid: int, streams: int) -> dict[str, float]:
    """What `streams` open pages cost in memory, and how long they take to open."""
    server = psutil.Process(pid)
    # Each thread opens its own connections at its first request: that is no cost of a stream.
    for _ in range(3):
        for writer in await asyncio.gather(*(_Writer(base_url, space).open() for space in house[:8])):
            writer.line.close()
    before = server.memory_info().rss
    begun = time.perf_counter()
    lines = await _open_pages(base_url, house, streams)
    opened = time.perf_counter() - begun
    await asyncio.sleep(7)  # at least one look at all of them
    spent = server.cpu_times()
    await asyncio.sleep(10)
    busy = server.cpu_times()
    after = server.memory_info().rss
    for line in lines:
        line.close()
    return {
        "streams": len(lines),
        "opened_in_s": round(opened, 2),
        "idle_mb": round(before / 2**20, 1),
        "with_streams_mb": round(after / 2**20, 1),
        "more_mb": round((after - before) / 2**20, 1),
        "cpu_percent": round((busy.user + busy.system - spent.user - spent.system) * 10, 1),
    }


# --- a crowd ---------------------------------------------------------------------------------------

CROWD = 5000
# The files that a process needs beside its streams.
OTHER_FILES = 500


def room_for(streams: int) -> str:
    """Raise how many files this process and those that it starts may open; what the machine says when it refuses."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = streams + OTHER_FILES
    if soft >= wanted or soft == resource.RLIM_INFINITY:
        return ""
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
    except (ValueError, OSError):
        return f"{streams:,} streams need {wanted:,} open files, and this machine allows {hard:,}: raise `ulimit -n`"
    return ""


async def _writes(writer: _Writer, page: _Line, count: int, server: psutil.Process) -> tuple[list[float], float]:
    """Write `count` times, one after the other: how long each took to reach the page, and the CPU of one, in ms."""
    told, times, before = await page.next_count(), [], server.cpu_times()
    for _ in range(count):
        begun = time.perf_counter()
        status, _ = await writer.line.ask("POST", writer.path, {**writer.form, "key": secrets.token_hex(8)})
        if status != 303:
            raise RuntimeError(f"A write was answered {status}.")
        while (heard := await asyncio.wait_for(page.next_count(), 10)) <= told:
            pass
        told = heard
        times.append(1000 * (time.perf_counter() - begun))
        await asyncio.sleep(0.02)
    after = server.cpu_times()
    return sorted(times), 1000 * (after.user + after.system - before.user - before.system) / count


async def _crowd(base_url: str, house: list[Space], pid: int, streams: int, writes: int) -> dict[str, float]:
    """`streams` open pages in one process: memory, and one signal to one of them, beside the same when it is alone."""
    server, mine, others = psutil.Process(pid), house[0], house[1:]
    for _ in range(3):  # each thread opens its own connections at its first request
        for writer in await asyncio.gather(*(_Writer(base_url, space).open() for space in house[:8])):
            writer.line.close()

    async def one() -> tuple[list[float], float]:
        page = _Line(base_url, mine.lookers[0])
        await page.open()
        await page.listen(f"/live/{mine.id}")
        writer = await _Writer(base_url, mine).open()
        try:
            return await _writes(writer, page, writes, server)
        finally:
            page.close()
            writer.line.close()

    alone, cpu_alone = await one()
    before, begun = server.memory_info().rss, time.perf_counter()
    lines = await _open_pages(base_url, others, streams)
    opened = time.perf_counter() - begun
    await asyncio.sleep(1)
    after = server.memory_info().rss
    idle = server.cpu_times()
    await asyncio.sleep(5.5)  # at least one look at all of them
    looked = server.cpu_times()
    idle_cpu = (looked.user + looked.system - idle.user - idle.system) / 5.5
    asleep = [asyncio.create_task(line.next_count()) for line in lines]
    begun = time.perf_counter()
    crowded, cpu_crowded = await one()
    idle_share = 1000 * idle_cpu * (time.perf_counter() - begun) / writes
    woken = sum(task.done() for task in asleep)
    for task in asleep:
        task.cancel()
    await asyncio.gather(*asleep, return_exceptions=True)
    for line in lines:
        line.close()
    return {
        "streams": len(lines),
        "opened_in_s": round(opened, 1),
        "kib_a_stream": round((after - before) / 1024 / len(lines), 1),
        "idle_cpu_percent": round(100 * idle_cpu, 1),
        "alone_p50_ms": round(alone[len(alone) // 2], 1),
        "p50_ms": round(crowded[len(crowded) // 2], 1),
        "p99_ms": round(crowded[min(len(crowded) - 1, int(len(crowded) * 0.99))], 1),
        # CPU of the server for one write, and what of it is not the write's nor the usual looking after streams
        "cpu_of_a_write_ms": round(cpu_alone, 1),
        "cpu_for_the_others_ms": round(max(0.0, cpu_crowded - cpu_alone - idle_share), 1),
        "others_woken": woken,
    }


def crowd(*, streams: int = CROWD, writes: int = 100) -> dict[str, float] | str:
    """Make a house, serve it, and open a crowd of streams in it; why not, where the machine does not allow it."""
    refused = room_for(streams)
    if refused:
        return refused
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as folder:
        made = subprocess.run(
            [sys.executable, "-m", "bench.live", "make-house", *map(str, [1] + [25] * 20)],
            cwd=HOUSE, env={**os.environ, "ALONGSIDE_DATA": folder}, check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        house = [Space(**space) for space in json.loads(made.stdout)]
        with serving(Path(folder)) as (base_url, pid):
            return asyncio.run(_crowd(base_url, house, pid, streams, writes))


def run(
    base_url: str, house: list[Space], *, pid: int | None = None, seconds: float = 10.0, streams: int = 1000
) -> dict[str, dict[str, float]]:
    """Measure delivery with 1 and 20 writers and to 200 pages and, with `pid`, the cost of idle streams."""
    results = {}
    if pid is not None:  # first, so that no memory of an earlier crowd is used again
        results["idle streams"] = asyncio.run(_idle(base_url, house, pid, streams))
    one, twenty = house[:1], house[:20]
    results["pair"] = asyncio.run(_delivery(base_url, one, seconds=seconds))
    results["20 writers"] = asyncio.run(_delivery(base_url, twenty, seconds=seconds))
    results["20 writers, one write a second each"] = asyncio.run(
        _delivery(base_url, twenty, seconds=seconds, pause=1.0)
    )
    results["200 pages"] = asyncio.run(_delivery(base_url, one, pages=200, seconds=seconds, pause=0.1))
    return results


def measure(*, seconds: float = 10.0) -> dict[str, dict[str, float]]:
    """Make a house, serve it and measure it."""
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as folder:
        made = subprocess.run(
            [sys.executable, "-m", "bench.live", "make-house", *map(str, [200] + [42] * 19)],
            cwd=HOUSE, env={**os.environ, "ALONGSIDE_DATA": folder}, check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        house = [Space(**space) for space in json.loads(made.stdout)]
        with serving(Path(folder)) as (base_url, pid):
            return run(base_url, house, pid=pid, seconds=seconds)


def main() -> None:
    """Measure, and print what came out as JSON."""
    if sys.argv[1:2] == ["make-house"]:
        print(json.dumps([asdict(space) for space in make_house([int(lookers) for lookers in sys.argv[2:]])]))
        return
    print(json.dumps(crowd() if sys.argv[1:2] == ["crowd"] else measure(), indent=2))


if __name__ == "__main__":
    main()
