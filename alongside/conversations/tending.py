"""What this room does when its time has come: somebody else is asked, and open pages hear what is delivered."""

from __future__ import annotations

import datetime

from alongside.conversations import actions
from alongside.kit.duties import Duty


def hand_over(now: datetime.datetime) -> int:
    """Ask somebody else wherever an answer is still to come and its time is nearly gone."""
    return actions.hand_over_what_waits(now=now)


def deliver(now: datetime.datetime) -> int:
    """Tell open pages of what was held back until now. That it is delivered is a matter of the clock alone."""
    return actions.tell_what_is_delivered(now=now)


DUTIES: dict[str, Duty] = {"hand_over": hand_over, "deliver": deliver}
