"""How the cast works on its agreement: always through the actions."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import pytest

from alongside.agreement import actions, queries
from alongside.agreement.rules import Side
from alongside.journeys.actions import give_seat
from alongside.kit.ids import new_id
from alongside.people.rules import Role
from tests.conftest import Cast

VOLUNTARY = {"reason": "voluntary", "purpose": "", "ordered_by": "", "fixed": "", "open": "", "on_no": ""}


@dataclass
class Together:
    """Rosa, Dana and the others, at work on how they work together."""

    cast: Cast

    def text(self, name: str = "rosa", **where: Any) -> Any:
        """The agreement as somebody sees it."""
        return queries.agreement_in(self.cast.place(name, **where))

    def start(self, name: str, **options: Any) -> Any:
        place = self.cast.place(name)
        return actions.start_draft(by=place.by, about=place, now=place.by.now, write_id=new_id(), **options)

    def change(self, name: str, part: str, *, seen: Any = None, write_id: Any = None, **words: Any) -> Any:
        """Say a part in other words; fields that are not named stay as they are."""
        place = self.cast.place(name)
        text = queries.agreement_in(place)
        return actions.change_draft(
            by=place.by,
            about=place,
            now=place.by.now,
            write_id=write_id or new_id(),
            part=part,
            seen=seen or text.current.id,
            words={**text.body.get(part, {}), **words} if words else {},
        )

    def accept(self, name: str, *, side: Side | None = None, seen: Any = None, write_id: Any = None) -> Any:
        place = self.cast.place(name)
        return actions.accept_draft(
            by=place.by,
            about=place,
            now=place.by.now,
            write_id=write_id or new_id(),
            side=side or queries.side_of(place) or Side.WORKER,
            seen=seen or queries.agreement_in(place).draft.id,
        )

    def ready(self) -> Any:
        """A draft in which everything is said that must be."""
        self.start("dana")
        return self.change("rosa", "why", **VOLUNTARY)

    def agreed(self) -> Any:
        """Both have accepted; return the version that holds."""
        self.ready()
        self.accept("dana")
        self.accept("rosa")
        return self.text().holding


@pytest.fixture
def together(cast: Cast) -> Together:
    give_seat(
        by=cast.viewer("dana"),
        about=cast.place("dana"),
        person_id=cast.accounts["amir"].person_id,
        role=Role.COVER,
        now=cast.now,
        ends=cast.now + datetime.timedelta(days=300),
    )
    return Together(cast)
