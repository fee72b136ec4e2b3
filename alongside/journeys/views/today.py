"""Today: for a client what is next, for staff where something happened."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from alongside.access import policy
from alongside.access.requests import Request
from alongside.journeys import queries
from alongside.people.rules import Post


@policy.signed_in
def today(request: Request) -> HttpResponse:
    """The first page after signing in."""
    if request.viewer.is_staff:
        context = {
            "news": queries.news_for(request.viewer),
            "looks_after_accounts": Post.DIRECTOR in request.viewer.posts,
        }
        return render(request, "journeys/today_staff.html", context)
    request.place = queries.own_place(request.viewer)
    return render(request, "journeys/today.html", {"waiting": queries.next_for(request.place)})
