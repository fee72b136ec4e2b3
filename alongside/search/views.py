"""The pages of the search: in one space, and for staff in all the spaces in which they work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from alongside.access import Place, policy
from alongside.access.requests import Request
from alongside.kit.answers import answer_form, read_or_post
from alongside.search import queries
from alongside.search.forms import SearchFor
from alongside.search.queries import Hits


def _page(request: Request, form: SearchFor, found: Hits | None = None, status: int = 200) -> HttpResponse:
    words = form.data.get("words", "") if found else ""
    return render(request, "search/page.html", {"form": form, "found": found, "words": words}, status=status)


def _answer(request: Request, search: Callable[[SearchFor], Hits]) -> HttpResponseBase:
    if request.method != "POST":
        return _page(request, SearchFor())
    form = SearchFor(request.POST)
    return answer_form(
        form,
        do=search,
        then=lambda found: _page(request, form, found),
        again=lambda form, status: _page(request, form, status=status),
    )


@policy.place
@read_or_post
def in_space(request: Request, place: Place) -> HttpResponseBase:
    """Search in one space."""
    return _answer(request, lambda form: queries.found_in(place, **_given(form)))


@policy.staff
@read_or_post
def everywhere(request: Request) -> HttpResponseBase:
    """Search in every space in which this member of staff has a seat."""
    return _answer(request, lambda form: queries.found_by(request.viewer, **_given(form)))


def _given(form: SearchFor) -> dict[str, Any]:
    return {"words": form.cleaned_data["words"], "after": form.cleaned_data["after"]}
