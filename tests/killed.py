"""A server of its own process on a house of its own, which a test may kill and start again.

    house = a_house_of_its_own(tmp_path)     # what the test's databases hold, in files of their own
    house.start(); house.kill(); house.start()
    browser.add_cookies(house.cookies("rosa"))

The process has the real clock, so a test that uses it does not freeze its own.
"""

from __future__ import annotations

import datetime
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

HOUSE = Path(__file__).resolve().parents[1]
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30
SECRETS = ("root.key", "secret.key")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class House:
    """A data folder and the server on it."""

    data: Path
    port: int = field(default_factory=free_port)
    started: int = 0
    _server: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def errors(self) -> Path:
        """Where its processes write what is amiss: a file, for nobody reads a pipe while the server runs."""
        return self.data / "errors.log"

    def python(self, *command: str) -> subprocess.Popen[str]:
        """Run Python as a host would run it on this house."""
        ours = ("ALONGSIDE_", "DATABASE", "KEYS")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        with self.errors.open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, *command],
                cwd=HOUSE,
                env=clean | {"ALONGSIDE_DATA": str(self.data), "PORT": str(self.port)},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def start(self) -> None:
        """Start the server; it answers when this returns."""
        assert self._server is None
        self._server = self.python("-m", "alongside.config.serve")
        assert self._server.stdout is not None
        said = self._server.stdout.readline()
        assert said.startswith("Alongside is at"), self.errors.read_text()
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until:
            # The socket is open long before anybody answers on it.
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_TO_START)
            try:
                line.request("GET", "/door/")
                if line.getresponse().status == 200:
                    break
            except OSError:
                time.sleep(0.02)
            finally:
                line.close()
        else:
            raise AssertionError(f"Nobody answers: {self.errors.read_text()}")
        self.started += 1

    def kill(self) -> None:
        """Kill it as a power cut would, as far as a process can tell: SIGKILL, nothing finished."""
        if self._server is not None:
            self._server.kill()
            self._server.communicate(timeout=SECONDS_TO_STOP)
            self._server = None

    def sign_in(self, account: Any, **remembers: Any) -> str:
        """Sign somebody in, before the house is taken along; return the session's key."""
        now = int(time.time())
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session.update(
            {
                "_auth_user_id": str(account.pk),
                "_auth_user_backend": "alongside.people.backends.StaffBackend",
                "_auth_user_hash": account.get_session_auth_hash(),
                "began": now,
                "seen": now,
                "second_factor": True,
                **remembers,
            }
        )
        session.set_expiry(datetime.datetime.fromtimestamp(now + 40_000, tz=datetime.UTC))
        session.create()
        return str(session.session_key)

    def take_along(self) -> None:
        """Copy what the test's databases hold, and the keys to it. Not inside a transaction."""
        for alias, name in (("default", "alongside.sqlite3"), ("keys", "keys.sqlite3")):
            with connections[alias].cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(self.data / name)])
        for name in SECRETS:
            if (Path(settings.DATA) / name).exists():
                shutil.copy(Path(settings.DATA) / name, self.data / name)
        (self.data / "static").symlink_to(settings.STATIC_ROOT)

    def asks(self, code: str) -> str:
        """What a few lines of Python print that are run on this house while nobody serves it."""
        done = self.python("-c", code)
        said, _ = done.communicate(timeout=300)
        assert done.returncode == 0, self.errors.read_text()
        return said
