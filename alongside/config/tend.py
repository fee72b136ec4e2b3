"""Doing what is due: one loop for the whole house, in a thread of the server.

Which duties there are say the rooms (see `kit.duties`). One that fails stops no other: it is
logged without a word of what it was about, rests a little, and is tried again.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
import threading
import traceback
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.db import close_old_connections, connection, connections
from django.db.transaction import atomic
from django.utils import timezone, translation

from alongside.access.wall import standing_for_house
from alongside.kit.duties import Duty, how_of

log = logging.getLogger(__name__)

OURS = "alongside."
RESTS_AFTER_AN_ERROR = datetime.timedelta(seconds=60)
SECONDS_TO_STOP = 0.8


@lru_cache(maxsize=1)
def duties() -> dict[str, Duty]:
    """Every duty of every room, as `room.duty`, in the order in which the rooms stand in the settings."""
    found: dict[str, Duty] = {}
    for app in apps.get_app_configs():
        if app.name.startswith(OURS) and find_spec(f"{app.name}.tending"):
            its = import_module(f"{app.name}.tending").DUTIES
            found |= {f"{app.label}.{name}": duty for name, duty in its.items()}
    return found


def do(name: str, duty: Duty, now: datetime.datetime) -> int | None:
    """Do one duty. Return how much it did; nothing of it where another node is at it; `None` when it failed."""
    try:
        with translation.override(settings.LANGUAGE_CODE):
            if how_of(duty).in_steps:
                return duty(now)
            with atomic(), standing_for_house():
                return duty(now) if _is_our_turn(name) else 0
    except Exception as error:
        # Its words may be somebody's: a database likes to repeat the row that it refused.
        where = traceback.extract_tb(error.__traceback__)[-1]
        log.error("A duty failed: %s (%s in %s, line %s).", name, type(error).__name__, where.name, where.lineno)
        return None


def _is_our_turn(name: str) -> bool:
    """On PostgreSQL: whether no other node is at this duty now. The lock ends with the transaction."""
    if connection.vendor != "postgresql":
        return True
    number = int.from_bytes(hashlib.sha256(f"tend|{name}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def tend(now: datetime.datetime) -> dict[str, int | None]:
    """Do every duty once, and say how much each did; `None` for one that failed."""
    return {name: do(name, duty, now) for name, duty in duties().items()}


class Round:
    """Goes round the duties every few seconds, in a thread of its own, until it is told to stop."""

    def __init__(self, *, seconds: float, clock: Callable[[], datetime.datetime] = timezone.now) -> None:
        self._seconds = seconds
        self._clock = clock
        self._rests_until: dict[str, datetime.datetime] = {}
        self._stopped = threading.Event()
        # A duty that waits for somebody else does not hold up the end of the process.
        self._thread = threading.Thread(target=self._go_round, name="tend", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no other duty, and wait a moment for the one that is under way. Doing it twice does no harm."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(SECONDS_TO_STOP)

    def _go_round(self) -> None:
        while not self._stopped.wait(self._seconds):
            close_old_connections()
            self.once()
        connections.close_all()

    def once(self) -> None:
        """Do each duty that does not rest."""
        for name, duty in duties().items():
            if self._stopped.is_set():
                return
            now = self._clock()
            if now < self._rests_until.get(name, now):
                continue
            did = do(name, duty, now)
            self._rests_until[name] = now + (RESTS_AFTER_AN_ERROR if did is None else how_of(duty).rests)
