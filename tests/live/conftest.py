"""A hub and streams without a server: what goes over the wire is kept in a list."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.utils import timezone

from alongside.live import stream
from alongside.live.hub import Hub


@pytest.fixture
def now() -> datetime.datetime:
    """The real time: a loop whose clock stands still never wakes up."""
    return timezone.now()


@pytest.fixture
def frozen() -> None:
    """Not here, for the same reason."""


class Page:
    """An open page: asks for a stream and keeps what it was sent."""

    def __init__(self, session_key: str, partnership_id: Any, **changes: Any) -> None:
        headers = {"host": "localhost", "cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}"}
        headers |= changes.pop("headers", {})
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": f"/live/{partnership_id}",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items() if value is not None],
            **changes,
        }
        self.status = 0
        self.headers: dict[str, str] = {}
        self.sent: list[bytes] = []
        self.is_over = False
        self._something = asyncio.Event()
        self._gone = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            if message["body"]:
                self.sent.append(message["body"])
            if not message.get("more_body"):
                self.is_over = True
                self._gone.set()
        self._something.set()

    def open(self, hub: Hub) -> Page:
        self._task = asyncio.create_task(stream.answer(self.scope, self.receive, self.send, hub=hub, ask=ask))
        return self

    def leave(self) -> None:
        self._gone.set()

    async def until(self, holds: Callable[[Page], object]) -> None:
        """Wait until something holds; fail after two seconds."""
        async with asyncio.timeout(2):
            while not holds(self):
                self._something.clear()
                await self._something.wait()

    async def heard(self, event: str, times: int = 1) -> int:
        """Wait for the event; return the number that came with it last."""
        await self.until(lambda page: len(page.all(event)) >= times)
        return self.all(event)[-1]

    def all(self, event: str) -> list[int]:
        text = b"".join(self.sent).decode()
        return [int(block.split("data: ")[1]) for block in text.split("\n\n") if f"event: {event}\n" in block + "\n"]


async def ask(question: Callable[[], Any]) -> Any:
    return await sync_to_async(question)()


async def do(action: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Do something in the database while a loop runs."""
    return await sync_to_async(partial(action, *args, **options))()


@pytest.fixture
def with_hub() -> Callable[[Callable[[Hub], Awaitable[None]]], None]:
    """Run a story with a hub that is open."""

    def run(story: Callable[[Hub], Awaitable[None]]) -> None:
        async def whole() -> None:
            hub = Hub(ask)
            hub.open()
            try:
                await story(hub)
            finally:
                await hub.close()

        async_to_sync(whole)()

    return run


@pytest.fixture
def session(signed_in: Any) -> Callable[[str], str]:
    """The session of somebody of the cast, signed in on a device of its own."""

    def sign_in(name: str) -> str:
        return str(signed_in(name).session.session_key)

    return sign_in
