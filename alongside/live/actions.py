"""Telling open pages that something changed: the fourth beat of every action."""

from __future__ import annotations

import uuid

from django.db.models import F

from alongside.live import bridge
from alongside.people.models import Partnership


def tell(partnership_id: uuid.UUID) -> None:
    """Say that something changed in this partnership. Call it inside the action's transaction.

    The signal carries the partnership's id and nothing else, and leaves only when the transaction
    is on disk. The count of changes lets a page that lost its line see that it missed something.
    """
    Partnership.objects.filter(id=partnership_id).update(changes=F("changes") + 1)
    bridge.announce(partnership_id)
