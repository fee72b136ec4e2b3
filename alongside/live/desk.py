"""A few threads that ask the database, so that the event loop never waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections, connections

T = TypeVar("T")


class Desk:
    """Answers one question a thread at a time. Its connections stay open, as those of the pages do."""

    def __init__(self, *, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="live")

    async def __call__(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _answer, question)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _answer(question: Callable[[], T]) -> T:
    close_old_connections()  # a connection that broke is replaced; a sound one stays
    return question()


def open_connections() -> None:
    """Open this thread's connections to every database.

    On SQLite a connection that is always there spares the others the work that closing the last one
    costs: writing the log back and removing it.
    """
    for alias in connections:
        connections[alias].ensure_connection()
