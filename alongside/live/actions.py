"""Telling open pages that something changed: the fourth beat of every action."""

from __future__ import annotations

import uuid

from django.db import connection

from alongside.live import bridge
from alongside.people.models import Partnership

# Every write of anybody ends with this, so Django need not put it into SQL each time.
COUNT_UP = 'UPDATE "people_partnership" SET "changes" = "changes" + 1 WHERE "id" = %s'


def tell(partnership_id: uuid.UUID) -> None:
    """Say that something changed in this partnership. Call it inside the action's transaction.

    The signal carries the partnership's id and nothing else, and leaves only when the transaction
    is on disk. The count of changes lets a page that lost its line see that it missed something.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT_UP, [Partnership._meta.pk.get_db_prep_value(partnership_id, connection)])
    bridge.announce(partnership_id)


def tell_of_paper(partnership_id: uuid.UUID, paper_id: uuid.UUID, count: int) -> None:
    """Say that something was typed in a paper that is written together. Call it inside the action's transaction.

    Only pages of that paper hear it, and it counts as no change: a letter that somebody types has no
    other page of the space ask again. The signal carries ids and how many edits there are by now.
    """
    bridge.announce(partnership_id, paper_id, count)
