"""What waits, over all rooms: what only asks whether something is there is asked in one query."""

from __future__ import annotations

from collections.abc import Iterable

from alongside.access.private import any_of
from alongside.kit.waiting import Perhaps, Waiting


def what_waits(said: Iterable[Waiting | Perhaps]) -> list[Waiting]:
    """What really waits of what the rooms said, in their order."""
    said = list(said)
    perhaps = [one for one in said if isinstance(one, Perhaps)]
    there = dict(zip(map(id, perhaps), any_of([one.rows for one in perhaps]), strict=True))
    waiting: list[Waiting] = []
    for one in said:
        if isinstance(one, Waiting):
            waiting.append(one)
        elif there[id(one)]:
            waiting.extend(one.then())
    return waiting
