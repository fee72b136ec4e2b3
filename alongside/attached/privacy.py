"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.attached.models import Attachment, Content, Transcript
from alongside.kit.privacy import Held

HOLDS = [
    Held(
        model=Attachment,
        what=_("That a photo or a voice note was sent, by whom and when, how large and how long it is."),
        why=_("So that you can show a letter, and say something instead of typing it."),
        until=_("As long as your space exists."),
    ),
    Held(
        model=Content,
        what=_("The photo or the voice note itself, encrypted. A photo is kept without the place where it was taken."),
        why=_("So that it can be looked at, or heard, by whoever sees what it stands with."),
        until=_("As long as your space exists."),
    ),
    Held(
        model=Transcript,
        what=_("What is said in a voice note, in writing: every version, and which one whoever spoke said yes to."),
        why=_("So that it can be read and found again, in the words of whoever spoke."),
        until=_("As long as your space exists; earlier versions too, so that nobody can change what was said."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """Every photo and voice note that its reader may see, with its bytes' hash and its written forms. Three queries."""
    written: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for one in Transcript.objects.visible_to(place.by, within=place.id).order_by("number"):
        written[one.attachment_id].append(
            {
                "state": one.state,
                "words": one.words,
                "by": place.names.get(one.said_by_id, ""),
                "at": one.said_at,
                "fingerprint": one.fingerprint,
            }
        )
    files = {
        one.attachment_id: {
            "file": one.file_name(),
            "media": one.media,
            "sha256": hashlib.sha256(one.content).hexdigest(),
        }
        for one in Content.objects.visible_to(place.by, within=place.id)
        .order_by("pk")
        .iterator(chunk_size=Content.AT_ONCE)
    }
    return [
        {
            "id": one.id,
            "what": one.sort,
            "beside": one.beside,
            "bytes": one.size,
            "seconds": one.seconds,
            "kept_by": place.names.get(one.kept_by_id, ""),
            "kept_at": one.kept_at,
            **files.get(one.id, {}),
            "written": written[one.id],
        }
        for one in Attachment.objects.visible_to(place.by, within=place.id).order_by("kept_at", "id")
    ]


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every row, those that point at others first. The key is destroyed by whoever erases the whole space."""
    for model in (Transcript, Content, Attachment):
        model.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
