"""Naming lines of help; her plan, whom it is open to, asking to be called, being in touch, looking back."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Max
from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.kit.errors import NotFound, Refused
from alongside.live.actions import tell
from alongside.people.models import Partnership
from alongside.people.rules import Post
from alongside.safety.models import Call, HelpLine, LookBack, Plan
from alongside.safety.rules import Audience, Looked, Part, Settled


class NothingSaid(Refused):
    """There is nothing to keep."""

    status = 400
    code = "nothing_said"
    sentence = _("There is nothing to keep yet. Everything here can be left out, but not all of it at once.")


class NoPlanYet(Refused):
    """There is nothing that could be opened or closed."""

    code = "no_plan_yet"
    sentence = _("You have not written anything here yet. Nothing was changed.")


# --- the lines of help -----------------------------------------------------------------------------


def _must_lead(by: Viewer) -> None:
    if Post.DIRECTOR not in by.posts:
        raise NotFound


def _line(by: Viewer, line_id: uuid.UUID) -> HelpLine:
    rows = HelpLine.objects.select_for_update().filter(organisation_id=by.organisation_id, ended_at=None)
    line = rows.filter(id=line_id).first()
    if line is None:
        raise NotFound
    return line


@atomic
def name_line(
    *,
    by: Viewer,
    name: str,
    number: str,
    hours: str,
    languages: str,
    cost: str,
    now: datetime.datetime,
    write_id: uuid.UUID,
    instead_of: uuid.UUID | None = None,
) -> HelpLine:
    """A director names a line of help for everybody, or says one anew: it stands where that one stood."""
    _must_lead(by)
    known = access.arrived(by, write_id)
    if known is not None:
        return HelpLine.objects.get(id=known)
    if instead_of is not None:
        old = _line(by, instead_of)
        old.ended_at = now
        old.save(update_fields=["ended_at"])
        place = old.place
    else:
        last = HelpLine.objects.filter(organisation_id=by.organisation_id).aggregate(last=Max("place"))["last"]
        place = (last or 0) + 1

    line = HelpLine.objects.create(
        id=write_id, organisation_id=by.organisation_id, place=place, name=name, number=number, hours=hours,
        languages=languages, cost=cost, named_by_id=by.person_id, named_at=now,
    )  # fmt: skip

    access.record(by, Act.NAME_LINE, partnership_id=None, kind=None, now=now, row_id=line.id, write_id=write_id)
    return line


@atomic
def take_off_line(*, by: Viewer, line_id: uuid.UUID, now: datetime.datetime, write_id: uuid.UUID) -> None:
    """A director takes a line of help off: from now on nobody is sent there."""
    _must_lead(by)
    if access.arrived(by, write_id) is not None:
        return
    line = _line(by, line_id)

    line.ended_at = now
    line.save(update_fields=["ended_at"])

    access.record(by, Act.TAKE_OFF_LINE, partnership_id=None, kind=None, now=now, row_id=line.id, write_id=write_id)


# --- her plan --------------------------------------------------------------------------------------


def _record(by: Viewer, act: Act, row: Any, now: datetime.datetime, write_id: uuid.UUID) -> None:
    access.record(by, act, partnership_id=row.partnership_id, kind=row.KIND, now=now, row_id=row.id, write_id=write_id)


@atomic
def write_plan(
    *, by: Viewer, about: Place, said: Mapping[str, str], now: datetime.datetime, write_id: uuid.UUID
) -> Plan:
    """She writes what she notices, what helps and whom she calls. It is open to whom the one before was open.

    Raise `NothingSaid`.
    """
    access.require(by, Act.WRITE_SAFETY_PLAN, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Plan, known)
    words = {part.value: said.get(part.value, "") for part in Part}
    if not any(words.values()):
        raise NothingSaid
    Partnership.objects.select_for_update().get(id=about.id)
    before: Plan | None = Plan.objects.visible_to(by, within=about.id).order_by("-number").first()
    audience = before.audience if before else Audience.ME.value

    if before is not None and before.audience != Audience.ME:
        before.audience = Audience.ME.value
        before.save(update_fields=["audience"])
    plan: Plan = Plan.objects.create(
        id=write_id, partnership_id=about.id, number=before.number + 1 if before else 1, said=words,
        audience=audience, written_at=now,
    )  # fmt: skip

    _record(by, Act.WRITE_SAFETY_PLAN, plan, now, write_id)

    tell(about.id)
    return plan


@atomic
def open_plan(*, by: Viewer, about: Place, audience: Audience, now: datetime.datetime, write_id: uuid.UUID) -> Plan:
    """She says who may read it besides her; it holds at once. Raise `NoPlanYet`."""
    access.require(by, Act.OPEN_SAFETY_PLAN, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Plan, known)
    rows = Plan.objects.visible_to(by, within=about.id).select_for_update()
    plan: Plan | None = rows.order_by("-number").first()
    if plan is None:
        raise NoPlanYet

    plan.audience = audience.value
    plan.save(update_fields=["audience"])

    _record(by, Act.OPEN_SAFETY_PLAN, plan, now, write_id)

    tell(about.id)
    return plan


# --- rough nights ----------------------------------------------------------------------------------


def keep_call(
    *, partnership_id: uuid.UUID, call_id: uuid.UUID, opens_at: datetime.datetime, now: datetime.datetime
) -> Call:
    """Keep that she asked to be called; those who work with her see it from `opens_at` on.

    A step of the action that also sends what she says, and inside its transaction.
    """
    call: Call = Call.objects.create(
        id=call_id, partnership_id=partnership_id, asked_at=now, opens_at=max(now, opens_at)
    )
    return call


def _call(by: Viewer, about: Place, call_id: uuid.UUID) -> Call:
    """An ask to be called, held until the transaction ends. Raise `NotFound`."""
    call: Call | None = Call.objects.visible_to(by, within=about.id).select_for_update().filter(id=call_id).first()
    if call is None:
        raise NotFound
    return call


@atomic
def be_in_touch(*, by: Viewer, about: Place, call_id: uuid.UUID, now: datetime.datetime, write_id: uuid.UUID) -> Call:
    """Somebody who works with her was in touch after a rough night. She reads who, and when."""
    access.require(by, Act.BE_IN_TOUCH, about=about)
    call = _call(by, about, call_id)
    if access.arrived(by, write_id) is not None or call.settled:
        return call

    call.settled, call.settled_by_id, call.settled_at = Settled.IN_TOUCH.value, by.person_id, now
    call.save(update_fields=["settled", "settled_by", "settled_at"])

    _record(by, Act.BE_IN_TOUCH, call, now, write_id)

    tell(about.id)
    return call


@atomic
def look_back_at_night(
    *,
    by: Viewer,
    about: Place,
    call_id: uuid.UUID,
    said: Mapping[str, str],
    audience: Audience,
    now: datetime.datetime,
    write_id: uuid.UUID,
) -> LookBack:
    """She writes what helped, what hurt and what she would change, and who reads it. Raise `NothingSaid`."""
    access.require(by, Act.LOOK_BACK_AT_NIGHT, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, LookBack, known)
    call = _call(by, about, call_id)
    words = {part.value: said.get(part.value, "") for part in Looked}
    if not any(words.values()):
        raise NothingSaid
    before: LookBack | None = (
        LookBack.objects.visible_to(by, within=about.id).filter(call_id=call.id).order_by("-number").first()
    )

    if before is not None and before.audience != Audience.ME:
        before.audience = Audience.ME.value
        before.save(update_fields=["audience"])
    look: LookBack = LookBack.objects.create(
        id=write_id, partnership_id=about.id, call=call, number=before.number + 1 if before else 1, said=words,
        audience=audience.value, said_at=now,
    )  # fmt: skip
    if call.left_at is None:
        call.left_at = now
        call.save(update_fields=["left_at"])

    _record(by, Act.LOOK_BACK_AT_NIGHT, look, now, write_id)

    tell(about.id)
    return look


@atomic
def leave_out_look_back(
    *, by: Viewer, about: Place, call_id: uuid.UUID, now: datetime.datetime, write_id: uuid.UUID
) -> Call:
    """She wants no look back at this night, and is not asked again."""
    access.require(by, Act.LEAVE_OUT_LOOK_BACK, about=about)
    call = _call(by, about, call_id)
    if access.arrived(by, write_id) is not None or call.left_at is not None:
        return call

    call.left_at = now
    call.save(update_fields=["left_at"])

    # Whether she looks back is hers to know.
    access.record(
        by, Act.LEAVE_OUT_LOOK_BACK, partnership_id=about.id, kind=Kind.SAFETY, now=now, row_id=call.id,
        write_id=write_id,
    )  # fmt: skip

    tell(about.id)
    return call
