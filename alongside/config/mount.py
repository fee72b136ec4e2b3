"""Django's synchronous side inside the ASGI server: a request is worked on in one of a few threads.

The request is read whole before a thread takes it, so that slow lines do not hold the threads, and
an ordinary answer goes back in one piece: one step from the loop to the thread and one back. Each
step more would cost a wait for the interpreter when many requests are under way.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_to_bytes

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# Django refuses forms far smaller than this; what is larger is not even read.
LARGEST_REQUEST = 8 * 1024 * 1024
# An answer larger than this leaves in parts.
LARGEST_PART = 512 * 1024
MOST_WAITING = 512


class Mount:
    """A WSGI application as an ASGI one, with a bounded number of threads."""

    def __init__(self, application: Application, *, threads: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pages")
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._waiting >= MOST_WAITING:
            return await refuse(send, 503)
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > LARGEST_REQUEST:
                return await refuse(send, 413)
            more = message.get("more_body", False)
        answer = _Answer(asyncio.get_running_loop(), send)
        self._waiting += 1
        try:
            await answer.loop.run_in_executor(self._threads, self._work, environ_of(scope, bytes(body)), answer)
        finally:
            self._waiting -= 1
        await answer.finish()
        return None

    def _work(self, environ: dict[str, Any], answer: _Answer) -> None:
        parts = self._application(environ, answer.start)
        try:
            for part in parts:
                answer.add(part)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()  # Django lets go of the request's connections here, in the thread that has them


class _Answer:
    """What the application said so far."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        self.loop = loop
        self._send = send
        self._head: dict[str, Any] | None = None
        self._body = bytearray()

    def start(self, status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], None]:
        self._head = {
            "type": "http.response.start",
            "status": int(status.split(" ", 1)[0]),
            "headers": [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers],
        }
        return self.add

    def add(self, part: bytes) -> None:
        self._body += part
        if len(self._body) > LARGEST_PART:
            asyncio.run_coroutine_threadsafe(self._pass_on(more=True), self.loop).result()

    async def finish(self) -> None:
        await self._pass_on(more=False)

    async def _pass_on(self, *, more: bool) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            await self._send(head)
        body, self._body = bytes(self._body), bytearray()
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request as PEP 3333 has it: texts hold bytes, each as the letter of its number."""
    host, port = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        # `X_Forwarded_For` would become the same name as `X-Forwarded-For`, which a proxy sets.
        if b"_" in name or name in (b"content-length", b"transfer-encoding"):
            continue
        text = value.decode("latin-1")
        key = "CONTENT_TYPE" if name == b"content-type" else f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
        if key in environ:
            text = environ[key] + ("; " if name == b"cookie" else ",") + text
        environ[key] = text
    return environ


async def refuse(send: Send, status: int) -> None:
    """Answer without asking the application, and hang up."""
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
