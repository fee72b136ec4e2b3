"""What waits for somebody: each room says it in a sentence, the page Today lists the sentences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for whoever looks: a translated sentence, and the address where it can be done."""

    sentence: str
    url: str
