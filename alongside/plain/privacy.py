"""What is kept about her words and about what was explained, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.kit.privacy import Held
from alongside.plain.models import SayBack, Wording
from alongside.plain.queries import state_of

HOLDS = [
    Held(
        model=Wording,
        what=_("Words you like, and words that you do not want to read about you, with what you say instead."),
        why=_("So that whoever writes about you uses your words."),
        until=_("As long as your space exists; also what you took back."),
    ),
    Held(
        model=SayBack,
        what=_("What was explained to you about the law, money, health or safety, and how you said it back."),
        why=_("So that it shows whether it was explained well."),
        until=_("As long as your space exists."),
    ),
]


def export(place: Place) -> list[dict[str, Any]]:
    """What she said about words, and what was explained and said back, as far as its reader may see it."""
    words = Wording.objects.visible_to(place.by, within=place.id).order_by("said_at", "id")
    explained = SayBack.objects.visible_to(place.by, within=place.id).order_by("explained_at", "id")
    return [
        *(
            {
                "feeling": one.feeling,
                "word": one.word,
                "instead": one.instead,
                "said_at": one.said_at,
                "taken_back_at": one.taken_back_at,
            }
            for one in words
        ),
        *(
            {
                "area": one.area,
                "explained": one.explained,
                "explained_by": place.names[one.explained_by_id],
                "explained_at": one.explained_at,
                "said": one.said,
                "said_at": one.said_at,
                "left_out_at": one.left_out_at,
                "state": state_of(one).value,
                "answered_at": one.answered_at,
            }
            for one in explained
        ),
    ]


def erase(partnership_id: uuid.UUID) -> None:
    """Delete every word and every explanation; an explanation given anew goes before the one it follows."""
    Wording.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
    explained = SayBack.objects.unguarded(because="erasure").filter(partnership_id=partnership_id)
    explained.update(anew=None)
    explained.delete()
