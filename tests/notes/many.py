"""Many notes, made in one go: each with two versions and a view beside it."""

from __future__ import annotations

import datetime
from typing import Any

from alongside.notes.models import Note, Voice


def many(cast: Any, number: int, *, kind: str = "note") -> None:
    """Put `number` notes into Rosa's space, instead of those that were there."""
    space, rosa = cast.spaces["rosa"], cast.accounts["rosa"].person_id
    dana = cast.accounts["dana"].person_id
    for model in (Voice, Note):
        model.objects.unguarded(because="test").filter(partnership_id=space, kind=kind).delete()
    notes, voices = [], []
    for each in range(1, number + 1):
        at = cast.now - datetime.timedelta(hours=number - each)
        note = Note(
            partnership_id=space, kind=kind, number=each, began="client" if kind == "own" else "staff",
            begun_by_id=rosa if kind == "own" else dana, begun_at=at, opens_at=at,
        )  # fmt: skip
        notes.append(note)
        view = {"words": f"Not so, {each}."}
        said = {"partnership_id": space, "kind": kind, "note": note, "said_at": at, "opens_at": at}
        body = {"headline": "", "happened": f"What happened, {each}.", "think": ""}
        voices += [
            Voice(number=1, what="version", body=body, side="staff", said_by_id=dana, **said),
            Voice(number=2, what="version", stands=True, body=body, side="staff", said_by_id=dana, **said),
            Voice(number=3, what="different", body=view, side="client", said_by_id=rosa, **said),
        ]  # fmt: skip
    Note.objects.bulk_create(notes, batch_size=200)
    Voice.objects.bulk_create(voices, batch_size=200)
