"""Text messages from outside: whose they are, and where they go.

A text is somebody's when its number is the one in the rule that holds in their space, and in no other.
It goes to whoever registered in `receivers`: the room of messages does so when the house is put
together. A number that nobody knows is kept nowhere; that something came is counted.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Protocol

from django.conf import settings
from django.db.transaction import atomic

from alongside.access import Place, Viewer, enter, standing_for, standing_for_house, trail
from alongside.access.middleware import viewer_of
from alongside.kit.errors import Refused
from alongside.kit.ids import id_from, new_id
from alongside.live.actions import tell
from alongside.people.models import Account
from alongside.people.rules import Role
from alongside.reach import rules
from alongside.reach.models import CameIn, KnownNumber, Unplaced
from alongside.vault.keys import blind_index


class Receiver(Protocol):
    """Takes a text that somebody wrote into their own space, as they would have written it there."""

    def __call__(
        self, *, by: Viewer, about: Place, text: str, now: datetime.datetime, write_id: uuid.UUID
    ) -> object: ...


receivers: list[Receiver] = []


class NobodyReceives(Refused):
    """The house has no room for texts: the gateway keeps it, and tries again."""

    status = 503
    code = "nobody_receives"


@atomic
def take_in(*, came_from: str, text: str, gateway_id: str, now: datetime.datetime) -> None:
    """Put a text where it belongs, once for each id of the gateway's. Nothing tells the gateway what became of it.

    Where two spaces have the number, neither gets the text: it would be shown to the wrong person. Those
    who work there read that something came, and ask. So do they where the room refuses it.
    """
    if not receivers:
        raise NobodyReceives
    with standing_for_house():
        arrived, is_new = CameIn.objects.get_or_create(
            id=id_from("text", gateway_id), defaults={"came_at": now, "outcome": CameIn.Outcome.UNKNOWN}
        )
        if not is_new:
            return
        spaces = _spaces_of(came_from)
        if not spaces:
            return
        is_placed = len(spaces) == 1 and _put_into(spaces[0], text, now=now, write_id=arrived.id)
        arrived.outcome = CameIn.Outcome.PLACED if is_placed else CameIn.Outcome.UNPLACED
        arrived.save(update_fields=["outcome"])
        for space in [] if is_placed else spaces:
            Unplaced.objects.create(id=new_id(), partnership_id=space, came_at=now)
            tell(space)


def _spaces_of(came_from: str) -> list[uuid.UUID]:
    phone = rules.phone_of(came_from, country=settings.COUNTRY_CODE)
    if phone is None:
        return []
    found = KnownNumber.objects.filter(number=blind_index("phone", phone)).order_by("partnership_id")
    return list(found.values_list("partnership_id", flat=True))


def _put_into(space: uuid.UUID, text: str, *, now: datetime.datetime, write_id: uuid.UUID) -> bool:
    """Write it into her space as she would; `False` where that is refused."""
    account = Account.objects.select_related("person").get(
        person__seats__partnership_id=space, person__seats__role=Role.CLIENT
    )
    viewer = viewer_of(account, now=now)
    try:
        with atomic(), standing_for(viewer):
            place = enter(viewer, space)
            for receive in receivers:
                receive(by=viewer, about=place, text=text, now=now, write_id=write_id)
            trail.flush(viewer)
    except Refused:
        return False
    return True
