"""What waits for somebody: each room says it in a sentence, the page Today lists the sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for whoever looks: a translated sentence, and the address where it can be done."""

    sentence: str
    url: str


@dataclass(frozen=True)
class Perhaps:
    """What waits if one of these rows is there. Whoever asks many rooms asks for all such rows in one query."""

    rows: Any
    then: Callable[[], list[Waiting]]
