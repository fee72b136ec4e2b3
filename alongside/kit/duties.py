"""What a room does when its time has come, without anybody asking: its duties.

A room says in `tending.py` what they are:

    DUTIES: dict[str, Duty] = {"what_is_done": function}

A duty is called with the clock and returns how much it did. It may be called at any moment, any
number of times: it does what is due, once, and nothing when nothing is. Each runs in a transaction
of its own that stands for the house, and on several nodes in one of them at a time.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

Duty = Callable[[datetime.datetime], int]

HOW = "how_it_is_tended"


@dataclass(frozen=True)
class How:
    """How a duty is done, where it is not as every duty is."""

    # It makes its own transactions, because it waits for somebody else between them (a mail server,
    # say), or because what is done of it shall stay done. No transaction is open when it is called,
    # and another node may do it at the same moment: it holds each thing that it works on by itself.
    in_steps: bool = False
    # How long it rests when it was done: for what costs much to look for and has no hurry.
    rests: datetime.timedelta = datetime.timedelta(0)


def tended(*, in_steps: bool = False, rests: datetime.timedelta = datetime.timedelta(0)) -> Callable[[Duty], Duty]:
    """Say how a duty is done: see `How`."""

    def mark(duty: Duty) -> Duty:
        setattr(duty, HOW, How(in_steps, rests))
        return duty

    return mark


def how_of(duty: Duty) -> How:
    """How a duty is done."""
    found: How = getattr(duty, HOW, How())
    return found
