"""The server's one application: the pages, through Django's synchronous side, and the live streams.

Django under ASGI gives each open stream a thread. So Django is mounted as WSGI in a few threads of
the same process, and the streams are plain ASGI beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import get_resolver

from alongside.config.mount import Mount
from alongside.config.tend import Round
from alongside.config.wsgi import application as django_pages
from alongside.live import bridge, stream
from alongside.live.desk import Desk, open_connections
from alongside.live.hub import Hub, Send

pages = Mount(django_pages, threads=settings.THREADS)


@dataclass
class _Open:
    """What is open between the start and the stop of the server."""

    hub: Hub
    at_the_door: Desk
    looking: Desk
    line: asyncio.Task[None] | None
    round: Round | None


_open: _Open | None = None


async def start() -> None:
    """Open the hub and its line to the database, and begin the round of what is due."""
    global _open
    # Whoever comes in waits at another desk than what is to be told, so that everybody coming back
    # at once after a restart does not delay a signal.
    at_the_door, looking = Desk(threads=2), Desk(threads=1)
    await looking(open_connections)
    hub = Hub(looking)
    hub.open()
    bridge.lead_to(hub)
    line = None
    if connection.vendor == "postgresql":
        line = asyncio.get_running_loop().create_task(bridge.listen(hub))
    round_ = Round(seconds=settings.TEND_SECONDS) if settings.TEND_SECONDS else None
    if round_ is not None:
        round_.start()
    _open = _Open(hub, at_the_door, looking, line, round_)


def load_every_page() -> None:
    """Load the code of every page now, so that whoever comes first does not wait for it."""
    get_resolver().reverse_dict  # noqa: B018  (is made from all of them when it is first looked at)


async def stop() -> None:
    """Let the open pages go, so that the server need not wait for them. Doing it twice does no harm."""
    global _open
    if _open is None:
        return
    was, _open = _open, None
    if was.round is not None:
        await asyncio.to_thread(was.round.stop)
    bridge.lead_to(None)
    if was.line is not None:
        was.line.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await was.line
    await was.hub.close()
    was.at_the_door.close()
    was.looking.close()


async def application(scope: dict[str, Any], receive: stream.Receive, send: Send) -> None:
    """Answer the server: its start and stop, the streams, and everything else through Django."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1000})
    elif scope["path"].startswith(stream.PREFIX) and _open is not None:
        await stream.answer(scope, receive, send, hub=_open.hub, ask=_open.at_the_door)
    else:
        await pages(scope, receive, send)


async def _lifespan(receive: stream.Receive, send: Send) -> None:
    await receive()
    await start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await stop()
    await send({"type": "lifespan.shutdown.complete"})
