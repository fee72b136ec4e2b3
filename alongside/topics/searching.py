"""What can be searched in this room: what gets her through, how it went, and what is hard to talk about."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext as _

from alongside.access import Viewer
from alongside.access.scanning import Found, Opened, scan
from alongside.kit.folding import Wanted
from alongside.topics.models import Practice, Step, Strength, Topic

# What in these holds words of somebody's, and none of our own.
WORDS = ("words", "when", "where", "note", "stop_sign", "somebody_else", "helps_after")


def _texts(row: Opened) -> tuple[str, ...]:
    (said,) = row.said()
    if isinstance(said, str):
        return (said,)
    return tuple(said[name] for name in WORDS if isinstance(said.get(name), str) and said[name])


def texts(viewer: Viewer, wanted: Wanted, *, within: uuid.UUID | None = None) -> list[Iterator[Found]]:
    """Strengths and subjects that can hold what is wanted, in four queries."""

    def strength(row: Opened) -> Found:
        return Found(
            id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=row.at,
            label=_("What gets me through"), texts=partial(_texts, row), page="topics:strengths",
        )  # fmt: skip

    def topic(row: Opened) -> Found:
        return Found(
            id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=row.at,
            label=_("To talk about"), texts=partial(_texts, row),
            page="topics:topic", args=row.beside or (row.id,),
        )  # fmt: skip

    return [
        map(strength, scan(Strength, viewer, wanted, "said", at="offered_at", within=within)),
        map(strength, scan(Practice, viewer, wanted, "said", at="done_at", within=within)),
        map(topic, scan(Topic, viewer, wanted, "headline", at="named_at", within=within)),
        map(topic, scan(Step, viewer, wanted, "said", at="said_at", beside=("topic_id",), within=within)),
    ]
