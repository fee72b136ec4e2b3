"""Carries a signal from the transaction to the hub of this process and, on PostgreSQL, of every other.

SQLite has one process: the signal is handed over when the transaction is on disk. PostgreSQL sends
it with the transaction (NOTIFY) to the listener of each process. Either way the signal is an id, or for
a paper two and a count, and whoever hears it looks in the database for what it means, so that a lost one
can be made up for.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import Any, Protocol

import psycopg
from django.db import connection, transaction

log = logging.getLogger(__name__)

CHANNEL = "alongside"
SECONDS_BETWEEN_TRIES = (0.1, 0.2, 0.5, 1.0)
# A line that died without a word is noticed after idle + interval * count seconds.
KEEPALIVE = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
OURS_NOT_LIBPQS = frozenset({"context", "cursor_factory", "prepare_threshold", "row_factory", "autocommit"})


class Hub(Protocol):
    """Whoever wants to hear what changed."""

    def heard(self, partnership_id: uuid.UUID, paper_id: uuid.UUID | None = None, count: int = 0) -> None:
        """Something changed in this partnership; or, with a paper, there are so many edits in that by now."""

    def heard_elsewhere(self, partnership_id: uuid.UUID, paper_id: uuid.UUID | None = None, count: int = 0) -> None:
        """The same, told from another thread than the hub's own."""

    def look_at_all(self) -> None:
        """Something may have changed anywhere."""


_hub: Hub | None = None


def lead_to(hub: Hub | None) -> None:
    """Hand the signals of this process to `hub` from now on; `None` when there is none any more."""
    global _hub
    _hub = hub


def announce(partnership_id: uuid.UUID, paper_id: uuid.UUID | None = None, count: int = 0) -> None:
    """Announce, when the open transaction commits, that a partnership changed, or one paper in it."""
    if connection.vendor == "postgresql":
        said = f"{partnership_id}" if paper_id is None else f"{partnership_id} {paper_id} {count}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, said])
    else:
        transaction.on_commit(lambda: _hand_over(partnership_id, paper_id, count))


def _hand_over(partnership_id: uuid.UUID, paper_id: uuid.UUID | None, count: int) -> None:
    if _hub is not None:
        _hub.heard_elsewhere(partnership_id, paper_id, count)


async def listen(hub: Hub, address: dict[str, Any] | None = None) -> None:
    """Feed `hub` from PostgreSQL until cancelled; come back after a loss, and have it look at everything.

    It holds one direct connection: LISTEN does not work through a pooler in transaction mode.
    """
    tries = 0
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**(address or _address()), autocommit=True) as line:
                await line.execute(f"LISTEN {CHANNEL}")
                tries = 0
                hub.look_at_all()
                async for signal in line.notifies():
                    _pass_on(hub, signal.payload)
        except (psycopg.Error, OSError) as error:
            log.warning("The line to the database's signals broke (%s); trying again.", type(error).__name__)
        await asyncio.sleep(SECONDS_BETWEEN_TRIES[min(tries, len(SECONDS_BETWEEN_TRIES) - 1)])
        tries += 1


def _pass_on(hub: Hub, payload: str) -> None:
    first, *of_paper = payload.split(" ")
    try:
        partnership_id = uuid.UUID(first)
        paper_id, count = (uuid.UUID(of_paper[0]), int(of_paper[1])) if of_paper else (None, 0)
    except (ValueError, IndexError):  # not one of ours
        return
    hub.heard(partnership_id, paper_id, count)


def _address() -> dict[str, Any]:
    settings = connection.get_connection_params()
    return {name: value for name, value in settings.items() if name not in OURS_NOT_LIBPQS} | KEEPALIVE
