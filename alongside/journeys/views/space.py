"""Our plan, about me, and the seats: the pages on which a whole space is in view."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.requests import Request
from alongside.journeys import actions, away, queries, rules
from alongside.journeys.forms import GiveSeat
from alongside.kit.answers import SeeOther, answer_form
from alongside.people.rules import Role


@policy.place
def our_plan(request: Request, place: Place) -> HttpResponse:
    """Her words on top, how we work together, and what shall we do about…?"""
    context = {
        "plan": queries.our_plan(place),
        "away": away.standing_in(place),
        "waiting": [] if place.is_client else queries.waiting_in(place),
        "may_open": access.may(place.by, Act.OPEN_DECISION, about=place),
        "may_say": access.may(place.by, Act.SAY_WORDS, about=place),
    }
    return render(request, "journeys/our_plan.html", context)


def _about(request: Request, place: Place, form: GiveSeat | None = None, status: int = 200) -> HttpResponse:
    context: dict[str, object] = {
        "about": queries.about_me(place),
        "may_print": access.may(place.by, Act.PRINT_CARD, about=place),
        "may_end": access.may(place.by, Act.END_SEAT, about=place),
        "worker": place.worker_name,
    }
    if access.may(place.by, Act.GIVE_SEAT, about=place):
        context["give"] = form or GiveSeat(colleagues=queries.colleagues_for(place))
    return render(request, "journeys/about_me.html", context, status=status)


@policy.place
def about_me(request: Request, place: Place) -> HttpResponse:
    """What is kept about me, who sees it, and how I come in."""
    return _about(request, place)


@policy.place
@require_POST
def give_seat(request: Request, place: Place) -> HttpResponseBase:
    """Give a colleague a seat as stand-in or supervisor. The person sees it at once."""
    access.require(place.by, Act.GIVE_SEAT, about=place)

    def give(form: GiveSeat) -> object:
        until = form.cleaned_data["until"]
        return actions.give_seat(
            by=place.by,
            about=place,
            person_id=uuid.UUID(form.cleaned_data["colleague"]),
            role=Role(form.cleaned_data["role"]),
            ends=rules.end_of(until, time_zone=place.partnership.organisation.time_zone) if until else None,
            now=request.now,
            write_id=form.write_id(),
        )

    return answer_form(
        GiveSeat(request.POST, colleagues=queries.colleagues_for(place)),
        do=give,
        then=lambda seat: reverse("journeys:about_me", args=[place.id]) + "#seats",
        again=lambda form, status: _about(request, place, form, status),
    )


@policy.place
@require_POST
def end_seat(request: Request, place: Place, seat_id: uuid.UUID) -> HttpResponseBase:
    """End a colleague's seat now."""
    actions.end_seat(by=place.by, about=place, seat_id=seat_id, now=request.now)
    return SeeOther(reverse("journeys:about_me", args=[place.id]) + "#seats")
