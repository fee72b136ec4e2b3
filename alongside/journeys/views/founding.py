"""The first page of an empty house."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from alongside.access import policy
from alongside.access.requests import Request
from alongside.journeys import actions
from alongside.journeys.forms import Welcome
from alongside.kit.answers import answer_form
from alongside.kit.errors import NotFound
from alongside.people import queries as people


def _page(request: Request, form: Welcome, status: int = 200) -> HttpResponse:
    return render(request, "journeys/welcome.html", {"form": form}, status=status)


@policy.public(because="an empty house has nobody who could sign in; it asks for the code that the server printed")
def welcome(request: Request) -> HttpResponseBase:
    """Found the agency and its first account; once there is one, this page is not there."""
    if people.the_organisation() is not None:
        raise NotFound
    if request.method != "POST":
        return _page(request, Welcome())
    return answer_form(
        Welcome(request.POST),
        do=lambda form: actions.welcome(now=request.now, language=get_language() or "en", **form.given()),
        then=lambda account: reverse("account_login"),
        again=lambda form, status: _page(request, form, status),
    )
