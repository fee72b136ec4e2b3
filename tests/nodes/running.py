"""Real servers as processes of their own, and people who write to them until they are told to stop.

Nobody here gives up: whoever gets no answer, or an error of the server's, sends the same form again, key and all, as a
browser's outbox does. A write counts as acknowledged when the answer was the page that follows it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import re
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from alongside.kit.ids import id_from
from alongside.topics.forms import HerOwn

HOUSE = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10


def free_port() -> int:
    """A port that nobody has right now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without what the tests themselves put there."""
    ours = ("ALONGSIDE_", "DATABASE", "KEYS_", "PORT")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | more


@dataclass(frozen=True)
class Space:
    """A space with a session of its client, and sessions of her worker."""

    id: str
    client: str
    lookers: list[str]


def make_spaces(environment: dict[str, str], spaces: int) -> list[Space]:
    """Lay the tables and make an agency with some spaces."""
    made = subprocess.run(
        [sys.executable, "-m", "bench.live", "make-house", *["1"] * spaces],
        cwd=HOUSE, env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr[-2000:]
    return [Space(**space) for space in json.loads(made.stdout.splitlines()[-1])]


class Node:
    """One server process."""

    def __init__(self, environment: dict[str, str], port: int) -> None:
        self.environment, self.port = {**environment, "PORT": str(port)}, port
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Node:
        """Start it, and wait until it answers."""
        with tempfile.TemporaryFile() as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "alongside.config.serve"],
                cwd=HOUSE, env=self.environment, stdout=subprocess.PIPE, stderr=said,
            )  # fmt: skip
            assert self.process.stdout is not None
            line = self.process.stdout.readline()
            if b"Alongside is at" not in line:
                said.seek(0)
                raise AssertionError(said.read()[-3000:].decode())
        until(self._answers)
        return self

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2):
            return True
        return False

    def kill(self) -> None:
        """As when the power goes: no last word."""
        assert self.process is not None
        self.process.kill()
        self._gone()

    def stop(self) -> None:
        """As `systemctl stop` does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self._gone()

    def _gone(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.wait(SECONDS_TO_STOP)
        self.process.stdout.close()

    def end(self) -> None:
        """Whatever it is doing."""
        if self.process is not None and self.process.poll() is None:
            self.kill()


@contextlib.contextmanager
def running(*nodes: Node) -> Iterator[None]:
    """Start some servers, and leave none behind."""
    try:
        for node in nodes:
            node.start()
        yield
    finally:
        for node in nodes:
            node.end()


@dataclass
class Door:
    """Where people come in: an address, by HTTPS when there is a certificate to trust."""

    port: int
    trusted: Path | None = None

    def line(self, timeout: float = 20) -> http.client.HTTPConnection:
        """A new connection."""
        if self.trusted is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        context = ssl.create_default_context(cafile=str(self.trusted))
        return http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=context)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}" if self.trusted is None else f"https://localhost:{self.port}"

    def cookie(self, name: str, value: str) -> str:
        return f"{'__Host-' if self.trusted else ''}{name}={value}"


@dataclass
class Told:
    """What a writer lived through. `acknowledged` has the id of each write and when its answer came.

    `begun` has for each of them when it was sent.
    """

    acknowledged: dict[uuid.UUID, float] = field(default_factory=dict)
    begun: list[float] = field(default_factory=list)
    sent_again: int = 0
    answers: dict[int, int] = field(default_factory=dict)


class Writer(threading.Thread):
    """A client who keeps writing down what gets her through, about `pause` seconds after each answer."""

    def __init__(self, door: Door, space: Space, over: threading.Event, pause: float = 0.0) -> None:
        super().__init__(name=f"writer {space.id}")
        self.door, self.space, self.over, self.pause = door, space, over, pause
        self.told = Told()
        self.wrong: BaseException | None = None
        self._line: http.client.HTTPConnection | None = None
        self._token = self._form_token = ""
        self.begun = 0.0

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self._write()
                if self.pause:
                    # People do not keep time with one another.
                    self.over.wait(self.pause * (0.5 + random.random()))
        except BaseException as error:
            self.wrong = error
        finally:
            if self._line is not None:
                self._line.close()

    def _write(self) -> None:
        typed = {"sort": "helps", "words": f"Number {len(self.told.acknowledged)}", "when": ""}
        form = {**typed, "key": secrets.token_hex(16)}
        read = HerOwn(form)
        assert read.is_valid(), read.errors
        write_id = id_from(str(read.write_id()), f"/space/{self.space.id}/strengths/offer/")
        while not self.over.is_set():
            status = self._send(form)
            self.told.answers[status] = self.told.answers.get(status, 0) + 1
            if status == 303:
                self.told.acknowledged[write_id] = time.monotonic()
                self.told.begun.append(self.begun)
                return
            assert status == 0 or status >= 500, f"a write was answered {status}"
            self.told.sent_again += 1
            time.sleep(0.1)

    def _send(self, form: dict[str, str]) -> int:
        """The status of the answer; 0 when there was none."""
        try:
            if self._line is None:
                self._line = self.door.line()
            if not self._form_token:
                status = self.open_page()
                if status != 200:
                    return status if status >= 500 else 0
            return self._post(form)
        except (OSError, http.client.HTTPException):
            if self._line is not None:
                self._line.close()
                self._line = None
            return 0

    def open_page(self) -> int:
        """Open the page, as a person would, and keep its form; return the status of the answer."""
        if self._line is None:
            self._line = self.door.line()
        status, page = self._ask("GET", f"/space/{self.space.id}/strengths/")
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if found:
            self._form_token = found[1].decode()
        return status

    def _post(self, form: dict[str, str]) -> int:
        self.begun = time.monotonic()
        body = {**form, "csrfmiddlewaretoken": self._form_token}
        return self._ask("POST", f"/space/{self.space.id}/strengths/offer/", body)[0]

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
        assert self._line is not None
        cookies = self.door.cookie("sessionid", self.space.client)
        if self._token:
            cookies += f"; {self.door.cookie('csrftoken', self._token)}"
        headers = {"Cookie": cookies, "Origin": self.door.origin}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._line.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = self._line.getresponse()
        content = answer.read()
        found = re.search(r"csrftoken=(\w+)", answer.headers.get("Set-Cookie", ""))
        if found:
            self._token = found[1]
        return answer.status, content


class Listener(threading.Thread):
    """An open page: it hears the count of changes in a space, and comes back by itself when its line is lost."""

    def __init__(self, door: Door, space: Space, over: threading.Event) -> None:
        super().__init__(name=f"listener {space.id}", daemon=True)
        self.door, self.space, self.over = door, space, over
        self.heard: list[tuple[int, float]] = []
        self.lines = 0

    @property
    def count(self) -> int:
        """The last count it heard; -1 before the first."""
        return self.heard[-1][0] if self.heard else -1

    def run(self) -> None:
        while not self.over.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._listen()
            time.sleep(0.2)

    def _listen(self) -> None:
        line = self.door.line(timeout=60)
        try:
            headers = {
                "Cookie": self.door.cookie("sessionid", self.space.lookers[0]), "Accept": "text/event-stream",
                "Sec-Fetch-Site": "same-origin",
            }  # fmt: skip
            line.request("GET", f"/live/{self.space.id}", headers=headers)
            answer = line.getresponse()
            if answer.status != 200:
                return
            self.lines += 1
            while not self.over.is_set():
                said = answer.readline()
                if not said:
                    return
                if said.startswith(b"data: "):
                    self.heard.append((int(said[6:]), time.monotonic()))
        finally:
            line.close()


@contextlib.contextmanager
def at_work(*people: threading.Thread, over: threading.Event) -> Iterator[None]:
    """Have people at work meanwhile; in the end whatever went wrong with one of them is told."""
    for person in people:
        person.start()
    try:
        yield
    finally:
        over.set()
        for person in people:
            if isinstance(person, Writer):
                person.join(60)
    for person in people:
        if isinstance(person, Writer):
            assert not person.is_alive()
            if person.wrong is not None:
                raise person.wrong


def acknowledged(writers: list[Writer]) -> dict[uuid.UUID, float]:
    """Every write that was acknowledged to anybody, and when."""
    return {each: at for writer in writers for each, at in writer.told.acknowledged.items()}


def until(holds: Any, seconds: float = 120) -> None:
    """Wait until something holds; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.02)
