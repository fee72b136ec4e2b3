"""The page "Who has looked", and what a device needs to see that the list only grew."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from alongside import access
from alongside.access import Act, Place, policy, queries
from alongside.access.forms import AskWhy, TakeBackWhy, WrittenDown
from alongside.access.requests import Request
from alongside.kit.answers import answer_form
from alongside.kit.errors import NotFound
from alongside.kit.forms import Form
from alongside.people.sessions import HER_OWN

NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def page(request: Request, place: Place, refused: Form | None = None, status: int = 200, **more: Any) -> HttpResponse:
    """Draw the page. `refused` is the one of its forms that could not be done; `more` is for the answer to a code."""
    before = request.GET.get("before", "")
    known, own = NUMBER.fullmatch(before), "own" in request.GET
    looked = queries.looked(place, own=own, before=int(before) if known else None)
    context: dict[str, Any] = {
        "trail": looked,
        "asks": [],
        "standing": None,
        "is_her_device": False,
        "refused": refused if refused and not isinstance(refused, WrittenDown) else None,
        "code_form": refused if isinstance(refused, WrittenDown) else WrittenDown(),
        "verdict": "",
        **more,
    }
    if place.is_client and not own:
        context["standing"] = queries.standing_of(place)
        context["is_her_device"] = bool(request.session.get(HER_OWN))
        context["asks"] = queries.asks_in(place)
    context["days"] = [(day, [_visit(visit, place, context["asks"]) for visit in day.visits]) for day in looked.days]
    return render(request, "access/trail.html", context, status=status)


def _visit(visit: queries.Visit, place: Place, asks: list[queries.Ask]) -> dict[str, Any]:
    """A visit with what was asked about it, and the button that asks."""
    its = [ask for ask in asks if ask.asked_of == visit.actor_id and _meet(ask, visit)]
    may_ask = not its and not visit.is_you and access.may(place.by, Act.ASK_WHY, about=place)
    about = {"first": visit.first_line, "last": visit.last_line}
    return {
        "visit": visit,
        "asks": [(ask, TakeBackWhy(auto_id=False) if ask.is_open else None) for ask in its],
        "form": AskWhy(initial=about, auto_id=False) if may_ask else None,
    }


def _meet(ask: queries.Ask, visit: queries.Visit) -> bool:
    return ask.first_line <= visit.last_line and visit.first_line <= ask.last_line


@policy.place
@require_safe
def trail(request: Request, place: Place) -> HttpResponse:
    """Show who has looked and who has done what, newest first; `?own` shows her what she opened herself."""
    return page(request, place)


@policy.place
@require_safe
def proof(request: Request, place: Place) -> HttpResponse:
    """Give her own device what it needs to see by itself that the list only grew since it had `?from=` lines."""
    since = request.GET.get("from", "")
    if not place.is_client or not NUMBER.fullmatch(since):
        raise NotFound
    grown = queries.growth_of(place, before=int(since))
    return JsonResponse({"from": grown.before, "size": grown.size, "root": grown.root, "proof": grown.proof})


@policy.place
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: Request, place: Place) -> HttpResponseBase:
    """Say whether the list still begins with what a code was of that she wrote down."""
    if not place.is_client:
        raise NotFound
    if request.method != "POST":
        return page(request, place)
    return answer_form(
        WrittenDown(request.POST),
        do=lambda form: queries.code_in(place, form.cleaned_data["code"]),
        then=lambda found: page(request, place, verdict=found.value),
        again=lambda form, status: page(request, place, form, status),
    )
