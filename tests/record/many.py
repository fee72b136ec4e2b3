"""A long record, made in one go: words, listening and pictures in turn."""

from __future__ import annotations

import datetime
from typing import Any

from alongside.record.models import KIND_OF, Entry
from alongside.record.rules import SLOT_OF, Slot, What

TURN = (What.NEED, What.HEARD, What.NOT_QUITE, What.CORRECTED, What.YES, What.PICTURE, What.HOPE)


def many(cast: Any, number: int, *, of: str = "rosa") -> None:
    """Put `number` entries into a record, instead of those that were there."""
    Entry.objects.unguarded(because="test").filter(partnership_id=cast.spaces[of]).delete()
    rosa, dana = cast.accounts[of].person_id, cast.accounts["dana"].person_id
    newest: dict[Slot, Entry] = {}
    rows = []
    for each in range(1, number + 1):
        what = TURN[each % len(TURN)]
        slot = SLOT_OF[what]
        row = Entry(
            partnership_id=cast.spaces[of],
            number=each,
            kind=KIND_OF[slot],
            what=what,
            body=_body(what, each),
            said_by_id=dana if what in (What.HEARD, What.CORRECTED, What.PICTURE) else rosa,
            said_at=cast.now + datetime.timedelta(minutes=each),
        )
        newest[slot] = row
        rows.append(row)
    for slot, row in newest.items():
        row.stands_as = slot
    Entry.objects.bulk_create(rows, batch_size=200)


def _body(what: What, number: int) -> dict[str, str] | None:
    if what is What.YES:
        return None
    if what is What.PICTURE:
        return {"saw": f"What was seen, {number}.", "think": f"What is thought of it, {number}."}
    return {"words": f"Entry {number}: the letter says we must be out by the end of the month."}
