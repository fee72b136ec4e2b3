"""The page "How and when to reach me"."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.requests import Request
from alongside.kit.answers import answer_form
from alongside.reach import actions, queries
from alongside.reach.forms import HowToReach


def _page(request: Request, place: Place, form: HowToReach | None = None, status: int = 200) -> HttpResponse:
    rule = queries.rule_in(place)
    context = {
        "rule": rule,
        "form": form or HowToReach(initial=rule.rule if rule else None),
        "may_say": access.may(place.by, Act.SAY_HOW_TO_REACH, about=place),
    }
    return render(request, "reach/page.html", context, status=status)


@policy.place
def how_to_reach(request: Request, place: Place) -> HttpResponseBase:
    """Show how and when she may be reached; let her, and only her, say it anew."""
    if request.method != "POST":
        return _page(request, place)

    return answer_form(
        HowToReach(request.POST),
        do=lambda form: actions.say_how_to_reach(
            by=place.by, about=place, now=request.now, write_id=form.write_id(), **form.given()
        ),
        then=lambda rule: reverse("reach:how_to_reach", args=[place.id]),
        again=lambda form, status: _page(request, place, form, status),
    )
