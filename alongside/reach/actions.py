"""Saying how and when to reach me."""

from __future__ import annotations

import datetime
import uuid

from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.kit.errors import Refused
from alongside.live.actions import tell
from alongside.reach.models import ContactRule
from alongside.reach.rules import Channel, hours_make_sense


class HoursDoNotMakeSense(Refused):
    """The hours end before they begin."""

    status = 400
    code = "hours_do_not_make_sense"
    sentence = _("The last hour must be after the first. Nothing was changed.")


@atomic
def say_how_to_reach(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    channel: Channel,
    number: str,
    from_hour: datetime.time,
    to_hour: datetime.time,
    voicemail: bool,
    code_word: str,
    never: str,
) -> ContactRule:
    """Keep a new version of the rule; the old ones stay. Only the person herself can do this."""
    access.require(by, Act.SAY_HOW_TO_REACH, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, ContactRule, known)
    if not hours_make_sense(from_hour, to_hour):
        raise HoursDoNotMakeSense

    rule: ContactRule = ContactRule.objects.create(
        id=write_id,
        partnership_id=about.id,
        rule={
            "channel": channel,
            "number": number,
            "from_hour": f"{from_hour:%H:%M}",
            "to_hour": f"{to_hour:%H:%M}",
            "voicemail": voicemail,
            "code_word": code_word,
            "never": never,
        },
        said_by_id=by.person_id,
        said_at=now,
    )

    access.record(
        by, Act.SAY_HOW_TO_REACH, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=rule.id, write_id=write_id
    )

    tell(about.id)
    return rule
