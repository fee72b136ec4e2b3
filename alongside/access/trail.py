"""The trail: an append-only line for each read and each write. No line, no read."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from alongside.access.acts import Act
from alongside.access.kinds import SEES, Kind
from alongside.access.models import TrailLine
from alongside.access.viewer import Viewer
from alongside.people.rules import Role

GROUND_ABOUT_YOU = "about_you"
GROUND_SEAT = "seat"
GROUND_POST = "post"


def _standing(viewer: Viewer, partnership_id: uuid.UUID | None, kind: Kind | None) -> tuple[str, str]:
    """Return (role, ground) under which the viewer sees this kind here."""
    if partnership_id is None:
        return "", GROUND_SEAT
    roles = viewer.roles_in(partnership_id)
    if Role.CLIENT in roles:
        return Role.CLIENT.value, GROUND_ABOUT_YOU
    for role in Role:
        if role in roles and (kind is None or kind in SEES[role]):
            return role.value, GROUND_SEAT
    return next(iter(sorted(roles)), ""), GROUND_SEAT


def record(
    by: Viewer,
    act: Act,
    *,
    partnership_id: uuid.UUID,
    kind: Kind,
    now: datetime.datetime,
    row_id: uuid.UUID | None = None,
    write_id: uuid.UUID | None = None,
) -> None:
    """Write the line of an action, inside the action's own transaction: the third beat."""
    role, ground = _standing(by, partnership_id, kind)
    TrailLine.objects.create(
        at=now,
        organisation_id=by.organisation_id,
        partnership_id=partnership_id,
        actor_id=by.person_id,
        role=role,
        doing=act.value,
        kind=kind.value,
        ground=ground,
        row_id=row_id,
        write_id=write_id,
    )


def arrived(by: Viewer, write_id: uuid.UUID | None) -> uuid.UUID | None:
    """Return the id of the row that this very write made when it arrived before, else `None`."""
    if write_id is None:
        return None
    return TrailLine.objects.filter(actor_id=by.person_id, write_id=write_id).values_list("row_id", flat=True).first()


def flush(viewer: Viewer) -> None:
    """Write all reads noted on the viewer to the trail, in one statement. Called before the answer leaves."""
    if not viewer.readings:
        return
    lines = []
    for (partnership_id, kind), count in viewer.readings.items():
        role, ground = _standing(viewer, partnership_id, kind)
        lines.append(
            TrailLine(
                at=viewer.now,
                organisation_id=viewer.organisation_id,
                partnership_id=partnership_id,
                actor_id=viewer.person_id,
                role=role,
                doing="read",
                kind=kind.value,
                ground=ground,
                count=count,
            )
        )
    with transaction.atomic():
        TrailLine.objects.bulk_create(lines)
    viewer.readings.clear()
