"""The page "How and when to reach me", and the door for text messages from outside."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.kit.answers import answer_form
from alongside.kit.errors import NotFound
from alongside.kit.forms import Form
from alongside.people.sessions import keeping_id_of
from alongside.reach import actions, inbound, queries
from alongside.reach.forms import CannotWait, HowToReachInFull, Press, WakeHere
from alongside.reach.rules import is_signed

MOST_OF_A_TEXT = 64 * 1024


def _page(
    request: Request,
    place: Place,
    status: int = 200,
    *,
    form: HowToReachInFull | None = None,
    cannot_wait: CannotWait | None = None,
    pressed: Form | None = None,
) -> HttpResponse:
    page = queries.page(place)
    context = {
        "page": page,
        "rule": page.rule,
        "form": form or HowToReachInFull(initial=page.rule.rule if page.rule else None),
        "cannot_wait": cannot_wait or CannotWait(),
        "pressed": pressed,
        "press": Press(auto_id=False),
        "notices": queries.notices_in(place, this_one=keeping_id_of(request)),
        "wake": WakeHere(auto_id=False),
        "may_say": access.may(place.by, Act.SAY_HOW_TO_REACH, about=place),
    }
    return render(request, "reach/page.html", context, status=status)


def _address(place: Place) -> str:
    return reverse("reach:how_to_reach", args=[place.id])


def _pressed(request: Request, place: Place, form: Form, act: Callable[..., Any], **more: Any) -> HttpResponseBase:
    """One of the page's small forms: what it asks for is done, and the page shows it."""
    if request.method != "POST":
        return _page(request, place)
    return answer_form(
        form,
        do=acting(act, request, place, **more),
        then=lambda done: _address(place),
        again=lambda form, status: _page(request, place, status, pressed=form),
    )


@policy.place
def how_to_reach(request: Request, place: Place) -> HttpResponseBase:
    """Show how and when she may be reached; let her, and only her, say it anew."""
    if request.method != "POST":
        return _page(request, place)

    return answer_form(
        HowToReachInFull(request.POST),
        do=acting(actions.say_how_to_reach, request, place),
        then=lambda rule: _address(place),
        again=lambda form, status: _page(request, place, status, form=form),
    )


@policy.place
def try_it_out(request: Request, place: Place) -> HttpResponseBase:
    """She has sent to herself what would come."""
    return _pressed(request, place, Press(request.POST), actions.try_it_out)


@policy.place
def wake_here(request: Request, place: Place) -> HttpResponseBase:
    """She turns notices on, on this phone."""
    form = WakeHere(request.POST, auto_id=False)
    return _pressed(request, place, form, actions.wake_device, device=keeping_id_of(request))


@policy.place
def wake_no_more(request: Request, place: Place, woken_id: uuid.UUID) -> HttpResponseBase:
    """She turns notices off, on one of her phones."""
    return _pressed(request, place, Press(request.POST), actions.wake_no_more, woken_id=woken_id)


@policy.place
def see_to_it(request: Request, place: Place) -> HttpResponseBase:
    """Somebody who works with her tried another way."""
    return _pressed(request, place, Press(request.POST), actions.see_to_it)


@policy.place
def ask_past_hours(request: Request, place: Place) -> HttpResponseBase:
    """Ask a second person to agree that it cannot wait for her hours."""
    if request.method != "POST":
        return _page(request, place)

    return answer_form(
        CannotWait(request.POST),
        do=acting(actions.ask_past_hours, request, place),
        then=lambda asked: _address(place),
        again=lambda form, status: _page(request, place, status, cannot_wait=form),
    )


@policy.place
def agree_past_hours(request: Request, place: Place, asked_past_id: uuid.UUID) -> HttpResponseBase:
    """The second person's yes."""
    if request.method != "POST":
        return _page(request, place)

    return answer_form(
        Press(request.POST),
        do=lambda form: actions.agree_past_hours(by=place.by, about=place, asked_id=asked_past_id, now=request.now),
        then=lambda asked: _address(place),
        again=lambda form, status: _page(request, place, status, pressed=form),
    )


@csrf_exempt  # a gateway has no session; it proves itself by its signature
@policy.public(because="a gateway hands in text messages here, signed with a secret; it learns nothing by it")
def text_came_in(request: Request) -> HttpResponseBase:
    """Take in a text message from the gateway. The answer is the same whoever wrote, known or not."""
    if not settings.TEXT_SECRETS:
        raise NotFound
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if int(request.headers.get("Content-Length") or 0) > MOST_OF_A_TEXT:
        return HttpResponse(status=413)
    gateway_id = request.headers.get("webhook-id", "")
    is_known = is_signed(
        settings.TEXT_SECRETS,
        gateway_id=gateway_id,
        timestamp=request.headers.get("webhook-timestamp", ""),
        body=request.body,
        signatures=request.headers.get("webhook-signature", ""),
        now=request.now,
    )
    if not is_known:
        return HttpResponse(status=401)
    try:
        given = json.loads(request.body)
        came_from, text = (given[settings.TEXT_IN_FIELDS[name]] for name in ("from", "text"))
    except (ValueError, KeyError, TypeError):
        return HttpResponse(status=400)
    if not isinstance(came_from, str) or not isinstance(text, str):
        return HttpResponse(status=400)
    inbound.take_in(came_from=came_from, text=text, gateway_id=gateway_id, now=request.now)
    return HttpResponse(status=204)
