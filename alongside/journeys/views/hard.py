"""“When it gets hard”: one page of what several rooms know, and the three forms on it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.journeys import actions, hard
from alongside.journeys.forms import AskToCall, Press
from alongside.kit.answers import answer_form
from alongside.kit.errors import NotFound
from alongside.kit.forms import Form
from alongside.safety import actions as safety
from alongside.safety.forms import OpenPlan
from alongside.safety.rules import Audience

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _page(
    request: Request, place: Place, refused: Form | None = None, status: int = 200, *, call_id: uuid.UUID | None = None
) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept, `call_id` the night that it is about."""
    found = hard.page_of(place)
    if call_id is not None and call_id not in {night.id for night in found.nights}:
        raise NotFound
    ask: Form = AskToCall(initial={"words": _("It was a rough night. Please call me.")})
    opened = found.plan is not None and found.plan.is_open
    audience: Form = OpenPlan(initial={"audience": (Audience.WITH_ME if opened else Audience.ME).value})
    context: dict[str, Any] = {
        "hard": found,
        "ask": refused if isinstance(refused, AskToCall) else ask,
        "audience": refused if isinstance(refused, OpenPlan) else audience,
        "refused": refused,
        "press": Press(auto_id=False),
        "may_ask": access.may(place.by, Act.ASK_TO_CALL, about=place),
        "may_be_in_touch": access.may(place.by, Act.BE_IN_TOUCH, about=place),
        "adrift": refused if isinstance(refused, Press) else None,
    }
    return render(request, "safety/hard.html", context, status=status)


@policy.place
@require_safe
def page(request: Request, place: Place) -> HttpResponse:
    """Who reads now, who answers else, what she wrote, and telling somebody."""
    return _page(request, place)


@policy.place
@read_or_post
def ask_to_call(request: Request, place: Place) -> HttpResponseBase:
    """Tell them: a rough night, please call."""
    if request.method != "POST":
        return _page(request, place)
    return answer_form(
        AskToCall(request.POST),
        do=acting(actions.ask_to_call, request, place),
        then=lambda call: reverse("safety:hard", args=[place.id]) + "#nights",
        again=lambda form, status: _page(request, place, form, status),
    )


@policy.place
@read_or_post
def be_in_touch(request: Request, place: Place, call_id: uuid.UUID) -> HttpResponseBase:
    """Somebody who works with her was in touch."""
    if request.method != "POST":
        return _page(request, place, call_id=call_id)
    return answer_form(
        Press(request.POST, auto_id=False),
        do=acting(safety.be_in_touch, request, place, call_id=call_id),
        then=lambda call: reverse("safety:hard", args=[place.id]) + "#nights",
        again=lambda form, status: _page(request, place, form, status, call_id=call_id),
    )


@policy.place
@read_or_post
def open_plan(request: Request, place: Place) -> HttpResponseBase:
    """Who may read what she wrote."""
    if request.method != "POST":
        return _page(request, place)
    return answer_form(
        OpenPlan(request.POST),
        do=acting(safety.open_plan, request, place),
        then=lambda plan: reverse("safety:hard", args=[place.id]) + "#plan",
        again=lambda form, status: _page(request, place, form, status),
    )
