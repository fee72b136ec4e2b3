"""The page "Who has looked"."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.shortcuts import render

from alongside.access import Place, policy, queries
from alongside.access.requests import Request


@policy.place
def trail(request: Request, place: Place) -> HttpResponse:
    """Show who has looked and who has done what, newest first; `?own` shows her what she opened herself."""
    before = request.GET.get("before", "")
    known = re.fullmatch(r"[0-9]{1,18}", before)
    looked = queries.looked(place, own="own" in request.GET, before=int(before) if known else None)
    return render(request, "access/trail.html", {"trail": looked})
