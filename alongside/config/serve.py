"""Prepares the house and serves it: `python -m alongside.config.serve`.

Preparing may be done any number of times: what is there already stays as it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import alongside  # noqa: F401  (the newer SQLite first)
from alongside.config import environment as env

# How long a request that is under way at the stop may still take.
SECONDS_TO_FINISH = 1
# A proxy keeps its connections to us for some time; ours must last longer than its own limit.
SECONDS_TO_KEEP_ALIVE = 75
# Python lets a thread that is busy keep the interpreter for 5 ms. With as many threads as there are
# requests, one that only has to pass a signal on would wait that long for each of them.
SECONDS_TO_A_TURN = 0.0005
# How many may wait to be let in: after a restart everybody comes back at once.
QUEUE = 2048
STATIC_MARK = "collected"
# Any number will do, as long as no other program locks the same one in this database.
MIGRATION_LOCK = 0x416C6F6E67
_held: Any = None


class CannotStart(Exception):
    """The house cannot be opened, and the text says why to whoever runs it."""


def prepare() -> None:
    """Set up the house: root key, safe settings, tables, cache, static files. Raise `CannotStart`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    import django
    from django.conf import settings

    django.setup()
    if settings.PRODUCTION:
        _refuse_unsafe_settings()
    else:
        from alongside.vault.keys import make_root_key

        make_root_key(settings.ROOT_KEY_FILE)
    _lay_tables()
    _collect_static_files(Path(settings.STATIC_ROOT))


def _refuse_unsafe_settings() -> None:
    from django.core.checks import ERROR, run_checks

    amiss = [message for message in run_checks(include_deployment_checks=True) if message.level >= ERROR]
    if amiss:
        raise CannotStart("\n".join(f"{message.msg} {message.hint or ''}".strip() for message in amiss))


def _lay_tables() -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    from alongside.access import wall
    from alongside.config.owner import as_owner

    with _one_at_a_time():
        for alias in connections:
            with as_owner(alias):
                executor = MigrationExecutor(connections[alias])
                is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
            if is_behind:
                call_command("migrate", database=alias, interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    amiss = [*wall.amiss_with_role(), *wall.amiss()] if settings.PRODUCTION else []
    if amiss:
        raise CannotStart("\n".join([*amiss, "manage.py wall mends what can be mended."]))


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """On PostgreSQL several nodes may start at once: one lays the tables, the others wait."""
    from django.db import connections, transaction

    if connections["default"].vendor != "postgresql":
        yield
        return
    waiting = connections["default"].copy("waiting")
    connections["waiting"] = waiting
    try:
        with transaction.atomic(using="waiting"):
            waiting.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [MIGRATION_LOCK])
            yield
    finally:
        waiting.close()
        del connections["waiting"]


def _collect_static_files(root: Path) -> None:
    """Collect, hash and compress the static files when one of them changed since the last time."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    files = [storage.path(name) for finder in get_finders() for name, storage in finder.list([])]
    seen = hashlib.sha256()
    for path in sorted(files):
        stat = os.stat(path)
        seen.update(f"{path}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    mark = root / STATIC_MARK
    if mark.exists() and mark.read_text() == seen.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(seen.hexdigest())


def hold_the_data() -> None:
    """Make sure that only this process serves a data folder with SQLite in it. Raise `CannotStart`.

    The lock ends with the process, however it ends.
    """
    global _held
    if _held is not None or _may_have_others():
        return
    folder = env.data_folder()
    lock = open(folder / "serving.lock", "a+")  # noqa: SIM115  (held open on purpose)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise CannotStart(
            f"Another server is running on {folder} already. Stop it first, "
            "or give this one a data folder of its own with ALONGSIDE_DATA."
        ) from None
    _held = lock


def _may_have_others() -> bool:
    """Whether other nodes may serve the same house: on PostgreSQL, yes; a data folder with SQLite has one."""
    return env.DATABASE_URL.read().startswith(("postgres:", "postgresql:"))


def listen() -> socket.socket:
    """Take the address that the settings name. Raise `CannotStart` when another program has it.

    Whoever comes while the house is being prepared waits instead of being turned away; unless there may be other
    nodes: then they are turned away, so that the proxy asks one that is ready.
    """
    host, port = env.BIND.read(), env.PORT.read()
    if not port.isdigit() or int(port) > 65535:
        raise CannotStart(f"PORT must be a number between 0 and 65535, and it is “{port}”.")
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, int(port)))
        if not _may_have_others():
            listening.listen(QUEUE)
    except OSError as error:
        listening.close()
        raise CannotStart(
            f"Cannot listen on {host}, port {port}: {error.strerror or error}. Choose another one with PORT."
        ) from None
    return listening


def run(listening: socket.socket) -> None:
    """Serve on an open socket until told to stop (SIGTERM or Ctrl+C), and then within two seconds."""
    import uvicorn

    from alongside.config import asgi

    asgi.load_every_page()
    sys.setswitchinterval(SECONDS_TO_A_TURN)
    gc.collect()
    gc.freeze()  # what was loaded stays for good: the collector need not look through it again and again

    class Server(uvicorn.Server):
        """Lets the open pages go before it waits for whatever else is under way."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await asgi.stop()
            await super().shutdown(sockets)

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            with super().capture_signals():
                yield
                self._captured_signals.clear()  # a stop that went well is not a death by signal

    config = uvicorn.Config(
        asgi.application,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        ws="none",
        lifespan="on",
        # Who asked for what, from where, is nobody's business but the trail's.
        access_log=False,
        log_config=None,
        # allauth reads X-Forwarded-For, as far as ALONGSIDE_PROXIES says that it can be trusted.
        proxy_headers=False,
        server_header=False,
        backlog=QUEUE,
        timeout_keep_alive=SECONDS_TO_KEEP_ALIVE,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    Server(config).run(sockets=[listening])


def main() -> None:
    """Prepare the house and serve it; say where it is, and in an empty one what to do first."""
    from django.core.exceptions import ImproperlyConfigured

    os.umask(0o077)  # whatever is made in the data folder is its owner's alone
    try:
        hold_the_data()
        listening = listen()
        prepare()
    except (CannotStart, ImproperlyConfigured) as reason:
        sys.exit(str(reason))
    from alongside.journeys.actions import welcome_line

    host, port = listening.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    print(f"Alongside is at {address}", welcome_line(address) or "", sep="\n", flush=True)
    run(listening)


if __name__ == "__main__":
    main()
