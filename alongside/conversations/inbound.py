"""A text message that she sends from her phone stands in the thread, as if she had written it here."""

from __future__ import annotations

import datetime
import uuid

from alongside.access import Place, Viewer
from alongside.conversations.actions import send_message
from alongside.conversations.models import Message


def receive(*, by: Viewer, about: Place, text: str, now: datetime.datetime, write_id: uuid.UUID) -> Message:
    """Keep the text as her message."""
    return send_message(by=by, about=about, text=text, now=now, write_id=write_id)
