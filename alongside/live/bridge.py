"""Carries a signal from the transaction to the hub of this process and, on PostgreSQL, of every other."""

from __future__ import annotations

import uuid


def announce(partnership_id: uuid.UUID) -> None:
    """Announce, when the open transaction commits, that a partnership changed."""
