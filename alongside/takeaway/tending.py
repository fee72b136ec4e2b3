"""What this journey does when its time has come: spaces are erased, and copies that nobody took go away."""

from __future__ import annotations

import datetime

from alongside.kit.duties import Duty, tended
from alongside.takeaway import actions


# Each space goes in a transaction of its own that ends with its key: what is erased stays erased.
@tended(in_steps=True, rests=datetime.timedelta(hours=1))
def erase_due(now: datetime.datetime) -> int:
    """Erase each space that is due, with its key, and drop copies that nobody took."""
    erased, _held = actions.erase_due(now=now)
    return erased


DUTIES: dict[str, Duty] = {"erase_due": erase_due}
