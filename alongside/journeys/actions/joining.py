"""Joining: the card's holder chooses a PIN, and from then on the space is hers."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.kit.errors import Refused
from alongside.live.actions import tell
from alongside.people.actions import choose_pin
from alongside.people.models import Account


class AlreadyJoined(Refused):
    """The card was opened before, and a PIN was chosen then."""

    code = "already_joined"
    sentence = _("A PIN was chosen for this card already. Go back to the first page, and type the number and that PIN.")


@atomic
def join(
    *,
    by: Viewer,
    about: Place,
    pin: str,
    language: str,
    now: datetime.datetime,
    pieces_of_card: Collection[str] = (),
) -> Account:
    """Choose the PIN that makes this space hers, once. Whoever holds a fresh card joins as its person.

    `pieces_of_card` is what the session remembers of the card; a PIN that is printed on it is refused.

    The day and hour stay on “About me”: somebody who joined in her place is seen there, and in the
    trail, and her own try is told that a PIN was chosen already (`AlreadyJoined`).
    """
    with access.standing_for(by):  # nobody is signed in yet
        access.require(by, Act.JOIN, about=about)
        account = Account.objects.select_for_update().get(person_id=by.person_id)
        if account.joined_at is not None:
            raise AlreadyJoined

        account = choose_pin(by=account, pin=pin, pieces_of_card=pieces_of_card)
        account.language = language
        account.joined_at = now
        account.save(update_fields=["language", "joined_at"])

        access.record(by, Act.JOIN, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=account.id)

        tell(about.id)
        return account
