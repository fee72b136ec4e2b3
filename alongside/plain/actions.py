"""Saying which words one likes and does not like; explaining something, and saying it back."""

from __future__ import annotations

import datetime
import uuid

from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.kit.errors import NotFound, Refused
from alongside.live.actions import tell
from alongside.plain.models import SayBack, Wording
from alongside.plain.queries import state_of
from alongside.plain.rules import Area, Feeling, SaidBack


class NotWaiting(Refused):
    """It was said, left out or answered meanwhile."""

    code = "not_waiting"
    sentence = _("This does not wait for an answer any more. What you typed is still here. Nothing was changed.")


@atomic
def say_wording(
    *, by: Viewer, about: Place, feeling: Feeling, word: str, now: datetime.datetime, write_id: uuid.UUID,
    instead: str = "",
) -> Wording:  # fmt: skip
    """She says that she likes a word, or does not want it, and what she says instead."""
    access.require(by, Act.SAY_WORDING, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        found: Wording = access.see(by, Wording, known, within=about.id)
        return found

    wording: Wording = Wording.objects.create(
        id=write_id, partnership_id=about.id, feeling=feeling, word=word,
        instead=(instead or None) if feeling is Feeling.DISLIKE else None, said_at=now,
    )  # fmt: skip

    access.record(
        by, Act.SAY_WORDING, partnership_id=about.id, kind=Kind.WORDING, now=now, row_id=wording.id, write_id=write_id
    )

    tell(about.id)
    return wording


@atomic
def take_back_wording(*, by: Viewer, about: Place, wording_id: uuid.UUID, now: datetime.datetime) -> Wording:
    """She takes it back."""
    access.require(by, Act.TAKE_BACK_WORDING, about=about)
    rows = Wording.objects.visible_to(by, within=about.id).select_for_update(of=("self",))
    wording: Wording | None = rows.filter(id=wording_id).first()
    if wording is None:
        raise NotFound
    if wording.taken_back_at is not None:
        return wording

    wording.taken_back_at = now
    wording.save(update_fields=["taken_back_at"])

    access.record(by, Act.TAKE_BACK_WORDING, partnership_id=about.id, kind=Kind.WORDING, now=now, row_id=wording.id)

    tell(about.id)
    return wording


# --- Saying back -----------------------------------------------------------------------------------


def _explanation(by: Viewer, about: Place, explained_id: uuid.UUID, *, stands: SaidBack) -> SayBack:
    rows = SayBack.objects.visible_to(by, within=about.id).select_for_update(of=("self",))
    row: SayBack | None = rows.filter(id=explained_id).first()
    if row is None:
        raise NotFound
    if state_of(row) is not stands:
        raise NotWaiting
    return row


def _explain(
    by: Viewer, about: Place, area: str, text: str, now: datetime.datetime, write_id: uuid.UUID, *,
    explains: uuid.UUID | None = None, anew: SayBack | None = None,
) -> SayBack:  # fmt: skip
    row: SayBack = SayBack.objects.create(
        id=write_id, partnership_id=about.id, area=area, explained=text, explained_by_id=by.person_id,
        explained_at=now, explains=explains, anew=anew,
    )  # fmt: skip
    return row


@atomic
def explain(
    *, by: Viewer, about: Place, area: Area, explained: str, now: datetime.datetime, write_id: uuid.UUID,
    explains: uuid.UUID | None = None,
) -> SayBack:  # fmt: skip
    """Staff write what they explained about the law, money or health, and ask how she would say it.

    `explains` is the id of what it is about, where it was begun beside something that stands here.
    """
    access.require(by, Act.EXPLAIN, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        found: SayBack = access.see(by, SayBack, known, within=about.id)
        return found

    row = _explain(by, about, area, explained, now, write_id, explains=explains)

    access.record(
        by, Act.EXPLAIN, partnership_id=about.id, kind=Kind.LISTENING, now=now, row_id=row.id, write_id=write_id
    )

    tell(about.id)
    return row


@atomic
def say_back(
    *, by: Viewer, about: Place, explained_id: uuid.UUID, words: str, now: datetime.datetime, write_id: uuid.UUID
) -> SayBack:
    """She says it in her own words; with none, she leaves it out, which is right as well."""
    access.require(by, Act.SAY_BACK, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        found: SayBack = access.see(by, SayBack, known, within=about.id)
        return found
    row = _explanation(by, about, explained_id, stands=SaidBack.ASKED)

    if words:
        row.said, row.said_at = words, now
    else:
        row.left_out_at = now
    row.save(update_fields=["said", "said_at", "left_out_at"])

    access.record(
        by, Act.SAY_BACK, partnership_id=about.id, kind=Kind.LISTENING, now=now, row_id=row.id, write_id=write_id
    )

    tell(about.id)
    return row


@atomic
def answer_said_back(
    *, by: Viewer, about: Place, explained_id: uuid.UUID, now: datetime.datetime, write_id: uuid.UUID,
    anew: str = "",
) -> SayBack:  # fmt: skip
    """Staff say “yes, that is it”; or explain it again in other words, which she is asked about anew."""
    access.require(by, Act.ANSWER_SAID_BACK, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        found: SayBack = access.see(by, SayBack, known, within=about.id)
        return found
    row = _explanation(by, about, explained_id, stands=SaidBack.SAID)

    row.answered_at, row.answered_by_id, row.is_it = now, by.person_id, not anew
    row.save(update_fields=["answered_at", "answered_by", "is_it"])
    result = _explain(by, about, row.area, anew, now, write_id, explains=row.explains, anew=row) if anew else row

    access.record(
        by, Act.ANSWER_SAID_BACK, partnership_id=about.id, kind=Kind.LISTENING, now=now,
        row_id=result.id, write_id=write_id,
    )  # fmt: skip

    tell(about.id)
    return result
