"""Who is away and who stands in: saying it, ending it, and naming somebody for a space that is left over."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from alongside.access import policy
from alongside.access.requests import Request
from alongside.journeys import actions
from alongside.journeys import away as leaves
from alongside.journeys.forms import NameCover, Press, SayAway
from alongside.kit.answers import answer_form
from alongside.kit.errors import NotFound
from alongside.kit.forms import Form
from alongside.people.rules import Post

WORKS_HERE = (Post.WORKER, Post.SUPERVISOR, Post.DIRECTOR)


def _of_space(one: leaves.ToFill) -> str:
    return f"cover-{one.away_id.hex[-8:]}-{one.partnership_id.hex[-8:]}-%s"


def _page(
    request: Request, refused: Form | None = None, status: int = 200, *, found: leaves.WhoIsAway | None = None
) -> HttpResponse:
    found = found or leaves.who_is_away(request.viewer)
    say: Form = SayAway(
        of_whom=found.of_whom,
        workers=found.workers,
        initial={"who": str(request.viewer.person_id), "first": timezone.localdate(request.now)},
    )
    drawn: list[Any] = []
    for one in found.to_fill:
        form = NameCover(workers=found.workers, auto_id=_of_space(one))
        drawn.append((one, refused if refused is not None and refused.auto_id == form.auto_id else form))
    if isinstance(refused, SayAway):
        say = refused
    shown = [say, *(form for _, form in drawn)]
    context = {
        "who": found,
        "to_fill": drawn,
        "say": say,
        "press": Press(auto_id=False),
        "adrift": refused if refused is not None and not any(refused is form for form in shown) else None,
    }
    return render(request, "journeys/away.html", context, status=status)


def _then(done: object) -> str:
    return reverse("journeys:away")


@policy.posts(*WORKS_HERE)
def page(request: Request) -> HttpResponseBase:
    """Show who is away and who stands in; say that somebody is."""
    if request.method != "POST":
        return _page(request)
    found = leaves.who_is_away(request.viewer)
    return answer_form(
        SayAway(request.POST, of_whom=found.of_whom, workers=found.workers),
        do=lambda form: actions.say_away(by=request.viewer, now=request.now, write_id=form.write_id(), **form.given()),
        then=_then,
        again=lambda form, status: _page(request, form, status, found=found),
    )


@policy.posts(*WORKS_HERE)
@require_POST
def back(request: Request, away_id: uuid.UUID) -> HttpResponseBase:
    """Somebody is back, or does not go after all."""
    return answer_form(
        Press(request.POST, auto_id=False),
        do=lambda form: actions.end_away(by=request.viewer, away_id=away_id, now=request.now, write_id=form.write_id()),
        then=_then,
        again=lambda form, status: _page(request, form, status),
    )


@policy.posts(*sorted(leaves.SEES_TO_IT))
@require_POST
def name_cover(request: Request, away_id: uuid.UUID, space_id: uuid.UUID) -> HttpResponseBase:
    """Name somebody for one space where nobody stands in."""
    found = leaves.who_is_away(request.viewer)
    one = next((gap for gap in found.to_fill if (gap.away_id, gap.partnership_id) == (away_id, space_id)), None)
    form = NameCover(request.POST, workers=found.workers, auto_id=_of_space(one) if one else "cover-%s")
    if one is None and not form.is_valid():
        raise NotFound
    return answer_form(
        form,
        do=lambda form: actions.name_cover(
            by=request.viewer, away_id=away_id, partnership_id=space_id, now=request.now,
            write_id=form.write_id(), **form.given(),
        ),
        then=_then,
        again=lambda form, status: _page(request, form, status, found=found),
    )  # fmt: skip
