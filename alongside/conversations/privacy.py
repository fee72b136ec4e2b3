"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.conversations.models import Became, Message, Receipt, Thread, Words
from alongside.kit.privacy import Held

HOLDS = [
    Held(
        model=Thread,
        what=_("Since when something that you wrote waits for an answer, by when it is due, and who was asked."),
        why=_("So that nobody leaves you without an answer."),
        until=_("As long as your space exists. It holds nobody’s words."),
    ),
    Held(
        model=Message,
        what=_("A message: what was written, by whom, when, and when the other side got it."),
        why=_("So that you write to each other in one place, in the hours that you agreed."),
        until=_("As long as your space exists; a message that was taken back too, as a line that says so."),
    ),
    Held(
        model=Words,
        what=_("The words of a message as they were put right later, and those that were taken back."),
        why=_("So that what was said can be read again, and nobody changes it unseen."),
        until=_("As long as your space exists. What you take back, you alone can read."),
    ),
    Held(
        model=Receipt,
        what=_("Who said that they have seen or understood a message, and by when they promised to answer."),
        why=_("So that you know what happens next, and a promise is never made undone."),
        until=_("As long as your space exists."),
    ),
    Held(
        model=Became,
        what=_("Which message became something to talk about, a note or a question."),
        why=_("So that you find your way from one to the other."),
        until=_("As long as your space exists."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """The conversation as its reader sees it, in its order, and what was said about it. Five queries."""
    words = _by(Words.objects.visible_to(place.by, within=place.id).order_by("version"))
    became = _by(Became.objects.visible_to(place.by, within=place.id).order_by("made_at", "id"))
    names = place.names
    messages = [
        {
            "id": one.id,
            "what": one.sort,
            "by": names.get(one.author_id, "") if one.author_id else "",
            "role": one.role,
            "at": one.said_at,
            "delivered_at": one.deliver_at,
            "wants_an_answer": one.needs_answer,
            "added": one.attachments,
            "said_by_the_programme": one.line,
            "taken_back_at": one.taken_back_at,
            "versions": [
                *([] if one.text is None else [{"at": one.said_at, "words": one.text}]),
                *({"at": each.said_at, "words": each.text} for each in words[one.id]),
            ],
            "became": [{"what": each.what, "id": each.row_id, "at": each.made_at} for each in became[one.id]],
        }
        for one in Message.objects.visible_to(place.by, within=place.id).order_by("anchor", "sequence")
    ]
    receipts = [
        {
            "id": one.id,
            "what": one.what,
            "by": names.get(one.author_id, ""),
            "role": one.role,
            "at": one.said_at,
            "up_to_message": one.number,
            "words": one.said["words"],
            "due": one.due,
            "settled": one.settled,
            "settled_at": one.settled_at,
        }
        for one in Receipt.objects.visible_to(place.by, within=place.id).order_by("said_at", "id")
    ]
    waiting = [
        {
            "what": "waiting",
            "since": one.waits_since,
            "due": one.due,
            "somebody_else_asked_at": one.handed_at,
            "asked": names.get(one.handed_to_id, "") if one.handed_to_id else "",
        }
        for one in Thread.objects.visible_to(place.by, within=place.id)
        if one.waits_since is not None
    ]
    return [*messages, *receipts, *waiting]


def _by(rows: Iterable[Any]) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.message_id].append(row)
    return found


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every row, those that point at others first. The key is destroyed by whoever erases the whole space."""
    for model in (Became, Receipt, Words, Message, Thread):
        model.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
