"""What the journeys do when its time has come: whoever stands in gets a seat in each space that came later."""

from __future__ import annotations

import datetime

from alongside.access import Viewer
from alongside.journeys.actions import away as leave
from alongside.kit.duties import Duty, tended
from alongside.people import queries as people
from alongside.people.models import Organisation


@tended(rests=datetime.timedelta(minutes=1))
def fill_seats(now: datetime.datetime) -> int:
    """Give whoever stands in a seat where there is none: a space begun since, or one that is open to them again."""
    return sum(
        leave.fill_seats(
            by=Viewer(person_id=away.said_by_id, organisation_id=organisation_id, now=now), away=away, now=now
        )
        for organisation_id in Organisation.objects.order_by("id").values_list("id", flat=True)
        for away in people.away_or_soon(organisation_id, now)
    )


DUTIES: dict[str, Duty] = {"fill_seats": fill_seats}
