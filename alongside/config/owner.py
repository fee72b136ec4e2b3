"""Laying tables as the role that owns them, which the application itself is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections


@contextmanager
def as_owner(alias: str = "default") -> Iterator[None]:
    """Have this thread's connection be the owner's (DATABASE_OWNER_URL) for a moment; without one, nothing changes."""
    if not settings.DATABASE_OWNER or alias != "default":
        yield
        return
    ours = connections[alias]
    owners = ours.copy()
    owners.settings_dict.update(settings.DATABASE_OWNER)
    connections[alias] = owners
    try:
        yield
    finally:
        owners.close()
        connections[alias] = ours
