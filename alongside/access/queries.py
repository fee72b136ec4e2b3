"""Reading the trail: who has looked at what is kept here, and who has done what."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from alongside.access.acts import Act
from alongside.access.kinds import NAMES, Kind
from alongside.access.models import TrailLine
from alongside.access.sentences import DONE
from alongside.access.trail import GROUND_ABOUT_YOU, GROUND_NAMED, GROUND_POST, GROUND_SHARE, READ
from alongside.access.viewer import Place
from alongside.access.way_in import role_name
from alongside.kit.errors import NotFound
from alongside.people.rules import Role

LINES = 50
# What one person does and reads within this time of each other is shown as one visit.
SAME_VISIT = datetime.timedelta(minutes=30)


@dataclass
class Visit:
    """What one person did and read, from `first` to `last`. Both lists say how often, newest first."""

    actor_id: uuid.UUID
    is_you: bool
    called: str
    role: str
    ground: str
    last: datetime.datetime
    first: datetime.datetime
    done: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    def takes_in(self, line: TrailLine) -> bool:
        """Whether an earlier line belongs to this visit."""
        return line.actor_id == self.actor_id and self.first - line.at <= SAME_VISIT

    def add(self, line: TrailLine) -> None:
        what, how_often = (
            (NAMES[Kind(line.kind)], self.read) if line.doing == READ else (DONE[Act(line.doing)], self.done)
        )
        how_often[str(what)] = how_often.get(str(what), 0) + 1
        self.first = line.at


@dataclass
class Day:
    """A day with what happened on it, newest first."""

    date: datetime.date
    visits: list[Visit]


@dataclass(frozen=True)
class Trail:
    """A page of the trail, newest first; `older` is where the next page begins."""

    days: list[Day]
    older: int | None
    own: bool


def looked(place: Place, *, own: bool = False, before: int | None = None) -> Trail:
    """A page of who has looked and who has done what here, for the client and those who work with her.

    What the client has read herself stands on a list of its own, for her alone (`own`): when
    somebody opens their own record is nobody's business. One query, whatever is on the page.
    """
    if not place.sees(Kind.TRAIL) or (own and not place.is_client):
        raise NotFound
    her_reading = Q(actor_id=place.client_id, doing=READ)
    lines = TrailLine.objects.filter(her_reading if own else ~her_reading, partnership_id=place.id)
    if not place.is_client:
        # That she writes for herself is hers to know.
        lines = lines.exclude(kind=Kind.OWN)
    if before is not None:
        lines = lines.filter(seq__lt=before)
    page = list(lines.order_by("-seq")[: LINES + 1])
    shown = page[:LINES]
    if not place.is_client:
        # Staff who go through the trail leave a line in it. Her own look at it does not: it would
        # bury what she came to see.
        place.by.note_reading(Kind.TRAIL, place.id, len(shown))
    return Trail(days=_by_day(place, shown), older=shown[-1].seq if len(page) > LINES else None, own=own)


def _by_day(place: Place, lines: list[TrailLine]) -> list[Day]:
    days: list[Day] = []
    for line in lines:
        date = timezone.localdate(line.at)
        if not days or days[-1].date != date:
            days.append(Day(date, []))
        visits = days[-1].visits
        if not visits or not visits[-1].takes_in(line):
            visits.append(_visit(place, line))
        visits[-1].add(line)
    return days


def _visit(place: Place, line: TrailLine) -> Visit:
    is_you = line.actor_id == place.by.person_id
    return Visit(
        actor_id=line.actor_id,
        is_you=is_you,
        called=place.names.get(line.actor_id, ""),
        role=role_name(Role(line.role)) if line.role and not is_you else "",
        ground="" if is_you and place.is_client else _ground(line),
        last=line.at,
        first=line.at,
    )


def _ground(line: TrailLine) -> str:
    if line.ground == GROUND_ABOUT_YOU:
        return _("It is about them.")
    if line.ground == GROUND_POST:
        return _("Because of a post in the agency.")
    if line.ground == GROUND_SHARE:
        return _("Because it is shared with them.")
    if line.ground == GROUND_NAMED:
        return _("Because they were named for this one thing.")
    return _("Because of a seat here as %(role)s.") % {"role": role_name(Role(line.role))}
