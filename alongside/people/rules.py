"""Roles, and what counts as a seat that holds."""

from __future__ import annotations

import datetime
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in a partnership. A partnership has exactly one client."""

    CLIENT = "client"
    WORKER = "worker"
    COVER = "cover"
    SUPERVISOR = "supervisor"
    PARTNER = "partner"
    SUPPORTER = "supporter"
    PEER = "peer"


STAFF_ROLES = frozenset({Role.WORKER, Role.COVER, Role.SUPERVISOR})


class Post(StrEnum):
    """What somebody is employed as. A post opens nobody's record: only a seat does."""

    WORKER = "worker"
    SUPERVISOR = "supervisor"
    DIRECTOR = "director"


def holds(*, begins: datetime.datetime, ends: datetime.datetime | None, now: datetime.datetime) -> bool:
    """A seat holds from its beginning up to, and not including, its end."""
    return begins <= now and (ends is None or now < ends)
