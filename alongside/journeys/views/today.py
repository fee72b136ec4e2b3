"""Today: for a client what is next, for staff where something happened."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from alongside.access import policy
from alongside.access.requests import Request
from alongside.glass import queries as emergencies
from alongside.journeys import queries
from alongside.people.rules import Post
from alongside.sharing import queries as sharing


@policy.signed_in
def today(request: Request) -> HttpResponse:
    """The first page after signing in."""
    if request.viewer.is_staff:
        context = {
            "today": queries.staff_today(request.viewer),
            "looks_after_emergencies": bool(request.viewer.posts & emergencies.LOOKS_AFTER),
            "looks_after_accounts": Post.DIRECTOR in request.viewer.posts,
        }
        return render(request, "journeys/today_staff.html", context)
    invited = sharing.where_invited(request.viewer)
    if invited is not None:
        return redirect("sharing:shared", invited)
    request.place = queries.own_place(request.viewer)
    return render(request, "journeys/today.html", {"waiting": queries.next_for(request.place)})
