"""She asks why somebody looked; they answer, or in time a second person does."""

from __future__ import annotations

import datetime
import uuid
from zoneinfo import ZoneInfo

from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer, standing_for_house
from alongside.access import queries as looks
from alongside.access.models import AskedWhy
from alongside.access.rules import answer_due
from alongside.kit.errors import NotFound, Refused
from alongside.live.actions import tell


class AskedAlready(Refused):
    """She asked about this visit, or a part of it, and has not taken that back."""

    code = "asked_already"
    sentence = _("You have asked about this visit already. The answer will stand beside it.")


class AnsweredAlready(Refused):
    """Somebody answered while this was being written."""

    code = "answered_already"
    sentence = _("This was answered already, or taken back. What you typed is still here.")


def _record(by: Viewer, act: Act, ask: AskedWhy, *, write_id: uuid.UUID, now: datetime.datetime) -> None:
    access.record(
        by, act, partnership_id=ask.partnership_id, kind=Kind.TRAIL, now=now, row_id=ask.id, write_id=write_id
    )


@atomic
def ask_why(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, first: int, last: int
) -> AskedWhy:
    """Ask whoever's visit the lines from `first` to `last` are why they looked. Hers alone. Raise `AskedAlready`."""
    access.require(by, Act.ASK_WHY, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, AskedWhy, known)
    asked_of = looks.actor_of_visit(about, first=first, last=last)
    asks = AskedWhy.objects.visible_to(by, within=about.id)
    if asks.filter(asked_of=asked_of, first__lte=last, last__gte=first, taken_back_at=None).exists():
        raise AskedAlready

    ask: AskedWhy = AskedWhy.objects.create(
        id=write_id,
        partnership_id=about.id,
        asked_of_id=asked_of,
        first=first,
        last=last,
        asked_at=now,
        due_at=answer_due(now, ZoneInfo(about.partnership.organisation.time_zone)),
    )

    _record(by, Act.ASK_WHY, ask, write_id=write_id, now=now)

    tell(about.id)
    return ask


def _open_ask(by: Viewer, about: Place, ask_id: uuid.UUID) -> AskedWhy:
    ask: AskedWhy | None = (
        AskedWhy.objects.visible_to(by, within=about.id).filter(id=ask_id).select_for_update().first()
    )
    if ask is None:
        raise NotFound
    return ask


@atomic
def take_back_why(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, ask_id: uuid.UUID
) -> AskedWhy:
    """Take a question back as long as nobody answered it. Hers alone. Raise `AnsweredAlready`."""
    access.require(by, Act.TAKE_BACK_WHY, about=about)
    ask = _open_ask(by, about, ask_id)
    if access.arrived(by, write_id) is not None:
        return ask
    if ask.answered_at is not None or ask.taken_back_at is not None:
        raise AnsweredAlready

    ask.taken_back_at = now
    ask.save(update_fields=["taken_back_at"])

    _record(by, Act.TAKE_BACK_WHY, ask, write_id=write_id, now=now)

    tell(about.id)
    return ask


def _keep_answer(ask: AskedWhy, answer: str, *, by: Viewer, now: datetime.datetime) -> None:
    ask.answer, ask.answered_by_id, ask.answered_at = answer, by.person_id, now
    ask.save(update_fields=["answer", "answered_by", "answered_at"])


@atomic
def answer_why(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, ask_id: uuid.UUID, answer: str
) -> AskedWhy:
    """Answer a question that was asked of `by`, or that went on to them as supervisor. Raise `AnsweredAlready`."""
    access.require(by, Act.ANSWER_WHY, about=about)
    ask = _open_ask(by, about, ask_id)
    if access.arrived(by, write_id) is not None:
        return ask
    if ask.answered_at is not None or ask.taken_back_at is not None:
        raise AnsweredAlready

    _keep_answer(ask, answer, by=by, now=now)

    _record(by, Act.ANSWER_WHY, ask, write_id=write_id, now=now)

    tell(about.id)
    return ask


def answer_passed_on(
    *, by: Viewer, now: datetime.datetime, write_id: uuid.UUID, ask_id: uuid.UUID, answer: str
) -> uuid.UUID:
    """Answer for the agency what nobody else did: a director's. Returns the question's id. Raise `AnsweredAlready`."""
    if not looks.answers_for_the_agency(by):
        raise NotFound
    with standing_for_house(by.organisation_id), atomic():
        known = access.arrived(by, write_id)
        if known is not None:
            return known
        ask = looks.ask_for_the_agency(by, ask_id)
        if ask is None:
            raise AnsweredAlready

        _keep_answer(ask, answer, by=by, now=now)

        _record(by, Act.ANSWER_PASSED_ON, ask, write_id=write_id, now=now)

        tell(ask.partnership_id)
        return ask.id
