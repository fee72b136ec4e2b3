"""A small load generator: keep-alive HTTP/1.1 clients that each ask again as soon as they were answered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field


@dataclass
class Load:
    """What a run of one address gave. Times in seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    wire_bytes: int = 0
    wrong: int = 0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """The time, in milliseconds, that this share of the answers stayed below."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def _client(host: str, port: int, request: bytes, until: float, load: Load) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        while time.perf_counter() < until:
            begun = time.perf_counter()
            writer.write(request)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            status = head.split(b" ", 2)[1]
            length = 0
            chunked = False
            for line in head.split(b"\r\n")[1:]:
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                if name.lower() == b"transfer-encoding":
                    chunked = b"chunked" in value
            size = len(head)
            if chunked:
                while True:
                    part = int((await reader.readline()).strip(), 16)
                    await reader.readexactly(part + 2)
                    size += part
                    if part == 0:
                        break
            else:
                await reader.readexactly(length)
                size += length
            load.times.append(time.perf_counter() - begun)
            load.wire_bytes = size
            if status != b"200":
                load.wrong += 1
    finally:
        writer.close()


async def _run(host: str, port: int, request: bytes, clients: int, seconds: float) -> Load:
    load = Load()
    begun = time.perf_counter()
    until = begun + seconds
    await asyncio.gather(*(_client(host, port, request, until, load) for _ in range(clients)))
    load.seconds = time.perf_counter() - begun
    return load


def run(host: str, port: int, path: str, *, cookie: str, clients: int, seconds: float) -> Load:
    """Ask for `path` with `clients` at once for `seconds`; return the times."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n"
        "Accept: text/html\r\nAccept-Language: en\r\nConnection: keep-alive\r\n\r\n"
    ).encode()
    return asyncio.run(_run(host, port, request, clients, seconds))
