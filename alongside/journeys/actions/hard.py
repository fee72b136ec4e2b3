"""On a rough night she asks to be called: a message that is delivered when somebody is there, and a mark beside it."""

from __future__ import annotations

import datetime
import uuid

from django.db.transaction import atomic

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.conversations import actions as conversations
from alongside.journeys import hard
from alongside.kit.ids import id_from
from alongside.live.actions import tell
from alongside.safety import actions as safety
from alongside.safety.models import Call


@atomic
def ask_to_call(*, by: Viewer, about: Place, words: str, now: datetime.datetime, write_id: uuid.UUID) -> Call:
    """She asks to be called, in her words. Sent twice it arrives once, and a look back is offered within 72 hours."""
    access.require(by, Act.ASK_TO_CALL, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Call, known)

    call = safety.keep_call(partnership_id=about.id, call_id=write_id, opens_at=hard.opens_at(about, now), now=now)
    conversations.send_message(
        by=by, about=about, text=words, now=now, write_id=id_from("the message of a call", str(write_id))
    )

    # Of this line those who work with her learn nothing: they read of the call when it reaches them.
    access.record(
        by, Act.ASK_TO_CALL, partnership_id=about.id, kind=Kind.SAFETY, now=now, row_id=call.id, write_id=write_id
    )

    tell(about.id)
    return call
