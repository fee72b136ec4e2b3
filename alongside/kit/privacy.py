"""What each room says about the personal data it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Held:
    """One private table: what is in it, why, and until when. The data map is made from these."""

    model: type[Any]
    what: str | Promise
    why: str | Promise
    until: str | Promise
