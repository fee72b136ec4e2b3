"""The real server: start, one a data folder, headers, and the stop with pages open."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]

MAKE_A_SPACE = """
from alongside.config import serve
serve.prepare()
from django.test import Client
from django.utils import timezone
from tests.conftest import gather
cast = gather(timezone.now())
for _ in range(50):
    browser = Client()
    browser.force_login(cast.accounts["rosa"], backend="alongside.people.backends.StaffBackend")
    print(cast.spaces["rosa"], browser.session.session_key)
"""


def environment(data):
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("ALONGSIDE_", "DATABASE", "KEYS"))
    }
    return clean | {"ALONGSIDE_DATA": str(data), "PORT": "0"}


def python(data, *command):
    return subprocess.Popen(
        [sys.executable, *command], cwd=HOUSE, env=environment(data),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@contextmanager
def serving(data):
    """Start the server as a host does, and give its process and its port."""
    server = python(data, "-m", "alongside.config.serve")
    try:
        line = server.stdout.readline()
        assert line.startswith("Alongside is at http://127.0.0.1:"), server.stderr.read()
        yield server, int(line.rstrip("/\n").rsplit(":", 1)[1])
    finally:
        if server.poll() is None:
            server.kill()
        server.communicate()


@pytest.mark.once
def test_it_starts_in_an_empty_folder_once_and_stops_with_fifty_pages_open(tmp_path):
    made = python(tmp_path, "-c", MAKE_A_SPACE)
    knocks, said = made.communicate(timeout=120)
    assert made.returncode == 0, said
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in ("root.key", "static/collected")}
    with serving(tmp_path) as (server, port):
        streams = []
        for knock in knocks.split("\n")[:50]:
            space, session = knock.split()
            line = socket.create_connection(("127.0.0.1", port), timeout=20)
            line.sendall(
                f"GET /live/{space} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: sessionid={session}\r\n\r\n".encode()
            )
            streams.append((line, line.makefile("rb")))
        for _, lines in streams:
            assert b"200" in lines.readline()
            assert any(line == b"event: hello\n" for line in lines)

        second = python(tmp_path, "-m", "alongside.config.serve")
        _, said = second.communicate(timeout=60)
        assert second.returncode == 1
        assert f"Another server is running on {tmp_path} already." in said

        begun = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
        took = time.monotonic() - begun
        for line, lines in streams:
            assert b"event: ended" not in lines.read(), "a page comes back by itself after a restart"
            line.close()
        assert took <= 2, f"it took {took:.1f} s"
        assert server.stderr.read() == ""
    after = {name: (tmp_path / name).stat().st_mtime_ns for name in before}
    assert before == after, "what is there already stays as it is"


def test_a_port_that_is_taken_or_is_none_is_said_in_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for port, sentence in (
            (str(taken.getsockname()[1]), "Cannot listen on 127.0.0.1"),
            ("many", "must be a number"),
        ):
            answer = subprocess.run(
                [sys.executable, "-m", "alongside.config.serve"], cwd=HOUSE,
                env=environment(tmp_path) | {"PORT": port}, capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert answer.returncode == 1
            assert sentence in answer.stderr
            assert "Traceback" not in answer.stderr
