"""Reading the lines of help, her plan, and what was asked on a rough night."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from alongside.access import Place, Viewer
from alongside.kit.errors import NotFound
from alongside.kit.waiting import Perhaps, Waiting
from alongside.people import queries as people
from alongside.people.rules import Post, Role
from alongside.safety import rules
from alongside.safety.models import Call, HelpLine, LookBack, Plan
from alongside.safety.rules import Audience, Looked, Part
from alongside.safety.wording import LOOKED, PARTS

# Looks back that stand on the page.
MOST_NIGHTS = 10


# --- who answers when nobody here does -------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A line of help as everybody reads it; `dialled` is what a thumb calls, empty when there is nothing to call."""

    id: uuid.UUID
    name: str
    number: str
    dialled: str
    about: list[str]


def lines(organisation_id: uuid.UUID) -> list[Line]:
    """The lines that the agency names, in its order, in one query."""
    rows = HelpLine.objects.filter(organisation_id=organisation_id, ended_at=None).order_by("place", "named_at", "id")
    return [
        Line(
            row.id,
            row.name,
            row.number,
            rules.dialled(row.number),
            [text for text in (row.hours, row.languages, row.cost) if text],
        )
        for row in rows
    ]


def lines_for_everybody(viewer: Viewer | None) -> list[Line]:
    """The same, of the agency of whoever is signed in, or of the one whose house this is; in an empty house none."""
    if viewer is not None:
        return lines(viewer.organisation_id)
    organisation = people.the_organisation()
    return lines(organisation.id) if organisation else []


def lines_to_change(viewer: Viewer) -> list[HelpLine]:
    """The lines as a director changes them."""
    if Post.DIRECTOR not in viewer.posts:
        raise NotFound
    rows = HelpLine.objects.filter(organisation_id=viewer.organisation_id, ended_at=None)
    return list(rows.order_by("place", "named_at", "id"))


# --- her plan --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """Her plan as it is read: each part that has words, under its name."""

    parts: list[tuple[str, str]]
    who: str
    number: str
    dialled: str
    written_at: datetime.datetime
    is_open: bool


def plan_in(place: Place) -> Said | None:
    """Her plan, when there is one that is open to whoever looks. One query."""
    plan = newest_plan(place)
    if plan is None:
        return None
    said = {part: plan.said.get(part.value, "") for part in Part}
    return Said(
        parts=[(str(PARTS[part]), said[part]) for part in Part if said[part] and part not in (Part.WHO, Part.NUMBER)],
        who=said[Part.WHO],
        number=said[Part.NUMBER],
        dialled=rules.dialled(said[Part.NUMBER]),
        written_at=plan.written_at,
        is_open=plan.audience == Audience.WITH_ME,
    )


def newest_plan(place: Place) -> Plan | None:
    """The newest version that is open to whoever looks."""
    plan: Plan | None = Plan.objects.visible_to(place.by, within=place.id).order_by("-number").first()
    return plan


def plan_to_write(place: Place) -> dict[str, str]:
    """What she wrote last, for writing it anew. Hers alone."""
    if not place.is_client:
        raise NotFound
    plan = newest_plan(place)
    return {part.value: plan.said.get(part.value, "") for part in Part} if plan else {}


# --- rough nights ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Night:
    """Once she asked to be called: when, who was in touch, and her look back as far as it is open."""

    id: uuid.UUID
    at: datetime.datetime
    in_touch: str
    in_touch_at: datetime.datetime | None
    # until when a look back is offered, on the days on which it is
    offered_until: datetime.datetime | None
    looked: list[tuple[str, str]]
    looked_is_open: bool


def nights_in(place: Place) -> list[Night]:
    """When she asked to be called, the newest first, in two queries at most."""
    calls = list(Call.objects.visible_to(place.by, within=place.id).order_by("-asked_at", "-id")[:MOST_NIGHTS])
    looks: dict[uuid.UUID, LookBack] = {}
    settled = [call.id for call in calls if call.left_at is not None]
    if settled:
        written = LookBack.objects.visible_to(place.by, within=place.id).filter(call_id__in=settled)
        looks = {look.call_id: look for look in written.order_by("number")}
    return [_night(place, call, looks.get(call.id)) for call in calls]


def _night(place: Place, call: Call, look: LookBack | None) -> Night:
    zone = place.partnership.organisation.time_zone
    offered = (
        place.is_client
        and look is None
        and call.left_at is None
        and rules.is_offered(asked_at=call.asked_at, now=place.by.now, time_zone=zone)
    )
    said = look.said if look else {}
    return Night(
        id=call.id,
        at=call.asked_at,
        in_touch=place.names.get(call.settled_by_id, "") if call.settled_by_id else "",
        in_touch_at=call.settled_at,
        offered_until=rules.look_back_by(call.asked_at) if offered else None,
        looked=[(str(LOOKED[part]), said[part.value]) for part in Looked if said.get(part.value)],
        looked_is_open=look is not None and look.audience == Audience.WITH_ME,
    )


@dataclass(frozen=True)
class ToLookBack:
    """A night, and what she wrote about it so far."""

    at: datetime.datetime
    said: dict[str, str]


def night_to_look_back(place: Place, call_id: uuid.UUID) -> ToLookBack:
    """One night, for looking back at it. Hers alone."""
    if not place.is_client:
        raise NotFound
    call = Call.objects.visible_to(place.by, within=place.id).filter(id=call_id).first()
    if call is None:
        raise NotFound
    look = LookBack.objects.visible_to(place.by, within=place.id).filter(call_id=call_id).order_by("-number").first()
    return ToLookBack(call.asked_at, {**look.said, "audience": look.audience} if look else {})


def calls_asked_in(place: Place) -> list[Perhaps]:
    """What waits for those who work with her before all else: she asked to be called."""
    if not place.roles & {Role.WORKER, Role.COVER}:
        return []
    url = reverse("safety:hard", args=[place.id])
    sentence = _("It was a rough night. You are asked to call.")
    asked = Call.objects.visible_to(place.by, within=place.id).filter(settled="")
    return [Perhaps(asked, lambda: [Waiting(sentence, url)])]


def offers_in(place: Place) -> list[Perhaps]:
    """What waits for her, and can go on waiting: a look back, as an offer."""
    if not place.is_client:
        return []
    since = place.by.now - rules.LOOK_BACK_WITHIN
    today = rules.day_begins(place.by.now, time_zone=place.partnership.organisation.time_zone)
    recent = Call.objects.visible_to(place.by, within=place.id).filter(
        asked_at__gte=since, asked_at__lt=today, left_at=None
    )
    return [Perhaps(recent, lambda: _offers(place, recent))]


def _offers(place: Place, recent: Any) -> list[Waiting]:
    return [
        Waiting(
            _("If you like, until %(day)s: look back at the rough night. What helped, what hurt?")
            % {"day": date_format(timezone.localtime(rules.look_back_by(call.asked_at)), "DATE_FORMAT")},
            reverse("safety:look_back", args=[place.id, call.id]),
        )
        for call in recent.order_by("-asked_at", "-id")[:MOST_NIGHTS]
    ]


def calls_to_make(viewer: Viewer) -> Any:
    """The spaces in which those who work with somebody are asked to call, and since when: rows for `all_of`."""
    spaces = {seat.partnership_id for seat in viewer.seats if Role(seat.role) in (Role.WORKER, Role.COVER)}
    rows = Call.objects.visible_to(viewer).filter(partnership_id__in=sorted(spaces), settled="")
    return rows.values_list("partnership_id", Cast("opens_at", TextField()))
