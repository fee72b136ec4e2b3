"""The trail: an append-only line for each read and each write. No line, no read."""

from __future__ import annotations

import datetime
import uuid

from django.db import models, transaction

from alongside.access.acts import Act
from alongside.access.kinds import SEES, Kind
from alongside.access.models import TrailLine
from alongside.access.viewer import Viewer
from alongside.kit.prepared import Prepared
from alongside.people.rules import Role

# What a line of reading says; any other line names its act.
READ = "read"
GROUND_ABOUT_YOU = "about_you"
GROUND_SEAT = "seat"
GROUND_SHARE = "share"
GROUND_NAMED = "named"
GROUND_POST = "post"


def _standing(
    viewer: Viewer, partnership_id: uuid.UUID | None, kind: Kind | None, *, reading: bool = False
) -> tuple[str, str]:
    """Return (role, ground) under which the viewer sees or changes this kind here.

    Without a seat here it is a post: a director ends the seats of somebody who leaves.
    """
    roles = viewer.roles_in(partnership_id) if partnership_id else frozenset()
    if not roles:
        return "", GROUND_POST
    if Role.CLIENT in roles:
        return Role.CLIENT.value, GROUND_ABOUT_YOU
    for role in Role:
        if role in roles and kind in SEES[role]:
            return role.value, GROUND_SEAT
    first = min(roles).value
    if partnership_id is not None and kind is not None and (partnership_id, kind) in viewer.shared:
        return first, GROUND_SHARE
    return first, GROUND_NAMED if kind is not None and reading else GROUND_SEAT


def record(
    by: Viewer,
    act: Act,
    *,
    partnership_id: uuid.UUID | None,
    kind: Kind | None,
    now: datetime.datetime,
    row_id: uuid.UUID | None = None,
    write_id: uuid.UUID | None = None,
) -> None:
    """Write the line of an action, inside the action's own transaction: the third beat.

    What is done to the agency itself, such as taking somebody on, has no partnership and no kind.
    """
    role, ground = _standing(by, partnership_id, kind)
    TrailLine.objects.create(
        at=now,
        organisation_id=by.organisation_id,
        partnership_id=partnership_id,
        actor_id=by.person_id,
        role=role,
        doing=act.value,
        kind=kind.value if kind else "",
        ground=ground,
        row_id=row_id,
        write_id=write_id,
    )


# Every write reads this.
_ARRIVED = Prepared(
    lambda actor_id, write_id: TrailLine.objects.filter(actor_id=actor_id, write_id=write_id).values_list(
        "row_id", flat=True
    ),
    actor_id=models.UUIDField(),
    write_id=models.UUIDField(),
)


def arrived(by: Viewer, write_id: uuid.UUID | None) -> uuid.UUID | None:
    """Return the id of the row that this very write made when it arrived before, else `None`."""
    if write_id is None:
        return None
    return next(iter(_ARRIVED(actor_id=by.person_id, write_id=write_id)), None)


def flush(viewer: Viewer) -> None:
    """Write all reads noted on the viewer to the trail, in one statement. Called before the answer leaves."""
    if not viewer.readings:
        return
    lines = []
    for (partnership_id, kind), count in viewer.readings.items():
        role, ground = _standing(viewer, partnership_id, kind, reading=True)
        lines.append(
            TrailLine(
                at=viewer.now,
                organisation_id=viewer.organisation_id,
                partnership_id=partnership_id,
                actor_id=viewer.person_id,
                role=role,
                doing=READ,
                kind=kind.value,
                ground=ground,
                count=count,
            )
        )
    with transaction.atomic():
        TrailLine.objects.bulk_create(lines)
    viewer.readings.clear()
