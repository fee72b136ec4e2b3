"""Who is looking, and where they stand."""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from alongside.access.kinds import OPENED_BY, SEES, Kind
from alongside.consent.queries import shares_open_to
from alongside.consent.rules import Shared
from alongside.kit.errors import NotFound
from alongside.people import queries as people
from alongside.people.models import Partnership, Seat
from alongside.people.rules import INVITED_ROLES, STAFF_ROLES, Post, Role, holds

_T = TypeVar("_T")


@dataclass
class Viewer:
    """A person who is looking or acting, at a moment. Made at the edge, once a request.

    What they read is noted here and written to the trail before the answer leaves (`flush`).
    """

    person_id: uuid.UUID
    organisation_id: uuid.UUID
    now: datetime.datetime
    language: str = "en"
    is_staff: bool = False
    # Shares that are only imagined, for showing her exactly what somebody would see: what is
    # opened, and where. What such a viewer reads is nobody's look, and is noted nowhere.
    supposing: tuple[uuid.UUID, frozenset[Shared]] | None = None
    readings: dict[tuple[uuid.UUID, Kind], int] = field(default_factory=lambda: defaultdict(int))
    # What the viewer is in the partnerships that they entered in this request: a page need not ask for all their seats.
    entered: dict[uuid.UUID, frozenset[Role]] = field(default_factory=dict)
    # What is read on and on by a page that stays open has one line a spell: its write's id, and the row it is about.
    spells: dict[tuple[uuid.UUID, Kind], tuple[uuid.UUID, uuid.UUID]] = field(default_factory=dict)

    @cached_property
    def seats(self) -> list[Seat]:
        """The seats held now."""
        return people.seats_of(self.person_id, now=self.now)

    @cached_property
    def posts(self) -> frozenset[Post]:
        """What the viewer is employed as now."""
        return people.posts_of(self.person_id, now=self.now)

    @cached_property
    def may_be_shared_with(self) -> bool:
        """Whether a share could open anything to the viewer. Colleagues get seats, and nothing is shared with them."""
        return self.supposing is not None or (
            not self.is_staff and any(seat.role in INVITED_ROLES for seat in self.seats)
        )

    def may_be_shared_with_in(self, partnership_id: uuid.UUID | None) -> bool:
        """Whether a share could open anything to the viewer there; anywhere, where it is `None`."""
        if (
            self.supposing is None
            and partnership_id in self.entered
            and not self.entered[partnership_id] & INVITED_ROLES
        ):
            return False
        return self.may_be_shared_with

    @cached_property
    def shared(self) -> frozenset[tuple[uuid.UUID, Kind]]:
        """What is shared with the viewer now: partnership and kind."""
        if self.supposing is not None:
            given = {(self.supposing[0], shared) for shared in self.supposing[1]}
        else:
            invited = {seat.partnership_id for seat in self.seats if seat.role in INVITED_ROLES}
            if self.is_staff or not invited:
                return frozenset()
            given = {
                (partnership_id, Shared(shared))
                for partnership_id, shared in shares_open_to(self.person_id, now=self.now).values_list(
                    "partnership_id", "shared"
                )
                if partnership_id in invited
            }
        return frozenset((partnership_id, kind) for partnership_id, shared in given for kind in OPENED_BY[shared])

    def roles_in(self, partnership_id: uuid.UUID) -> frozenset[Role]:
        """The roles held now in a partnership; empty for a stranger."""
        return frozenset(Role(seat.role) for seat in self.seats if seat.partnership_id == partnership_id)

    def roles_entered(self, partnership_id: uuid.UUID) -> frozenset[Role]:
        """The same, as they were found when the partnership was entered, for what only shows."""
        return self.entered[partnership_id] if partnership_id in self.entered else self.roles_in(partnership_id)

    def partnerships_that_open(self, kind: Kind) -> list[uuid.UUID]:
        """The partnerships in which a seat of the viewer, or a share with them, opens this kind now."""
        by_seat = {seat.partnership_id for seat in self.seats if kind in SEES[Role(seat.role)]}
        return sorted(by_seat | {partnership_id for partnership_id, opened in self.shared if opened is kind})

    def note_reading(self, kind: Kind, partnership_id: uuid.UUID, count: int) -> None:
        """Note that `count` rows of this kind were read there."""
        if self.supposing is None:
            self.readings[partnership_id, kind] += count

    def reads_on(self, kind: Kind, partnership_id: uuid.UUID, *, row_id: uuid.UUID, spell_id: uuid.UUID) -> None:
        """Say that what this request reads of this kind there belongs to a spell of reading the same row.

        The first request of a spell writes its line; the others add none. See decision 0026.
        """
        self.spells[partnership_id, kind] = (spell_id, row_id)


@dataclass(eq=False)
class Place:
    """A partnership as one who has a seat in it stands there."""

    by: Viewer
    partnership: Partnership
    seats: tuple[Seat, ...]
    roles: frozenset[Role]

    # What was read for this place and is asked for again: see `once`.
    known: dict[Callable[[Place], Any], Any] = field(default_factory=dict)

    @property
    def id(self) -> uuid.UUID:
        return self.partnership.id

    def once(self, read: Callable[[Place], _T]) -> _T:
        """What `read` gives for this place, read once: for pages that ask several rooms.

        No action asks so: it decides by what stands after its lock.
        """
        if read not in self.known:
            self.known[read] = read(self)
        found: _T = self.known[read]
        return found

    @property
    def is_client(self) -> bool:
        return Role.CLIENT in self.roles

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF_ROLES)

    @property
    def is_invited(self) -> bool:
        """Somebody to whom only what is shared with them is open."""
        return bool(self.roles) and self.roles <= INVITED_ROLES

    @property
    def let_in_until(self) -> datetime.datetime | None:
        """Until when the viewer is let in for an emergency; `None` for whoever has another seat here."""
        if self.roles != {Role.EMERGENCY}:
            return None
        return max(
            seat.ends
            for seat in self.seats_now
            if seat.person_id == self.by.person_id and seat.role == Role.EMERGENCY and seat.ends is not None
        )

    @cached_property
    def names(self) -> dict[uuid.UUID, str]:
        """What everybody who has or had a seat here is called, by person id."""
        return {seat.person_id: seat.person.called for seat in self.seats}

    @cached_property
    def client_id(self) -> uuid.UUID:
        return next(seat.person_id for seat in self.seats if seat.role == Role.CLIENT)

    @property
    def client_name(self) -> str:
        return self.names[self.client_id]

    @cached_property
    def worker_name(self) -> str:
        """What the worker is called; with several, the one who came first; empty when there is none."""
        return next((seat.person.called for seat in self.seats_now if seat.role == Role.WORKER), "")

    @property
    def seats_now(self) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.seats if holds(begins=seat.begins, ends=seat.ends, now=self.by.now))

    def sees(self, kind: Kind) -> bool:
        """Whether the viewer's seat opens this kind at all, or a share with them."""
        if any(kind in SEES[role] for role in self.roles):
            return True
        may_be_shared = self.by.supposing is not None or bool(self.roles & INVITED_ROLES)
        return may_be_shared and (self.id, kind) in self.by.shared


def enter(viewer: Viewer, partnership_id: uuid.UUID) -> Place:
    """Return the partnership as the viewer stands in it; raise `NotFound` for a stranger, as if it were not there."""
    seats = tuple(people.seats_in(partnership_id, now=viewer.now))
    roles = frozenset(
        Role(seat.role)
        for seat in seats
        if seat.person_id == viewer.person_id and holds(begins=seat.begins, ends=seat.ends, now=viewer.now)
    )
    if not roles or seats[0].partnership.organisation_id != viewer.organisation_id:
        raise NotFound
    viewer.entered[partnership_id] = roles
    return Place(by=viewer, partnership=seats[0].partnership, seats=seats, roles=roles)
