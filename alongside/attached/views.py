"""One photo or voice note as a file, and the page on which a voice note gets its written form."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from alongside.access import Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.attached import actions, forms, queries, rules
from alongside.kit.answers import answer_form, read_or_post
from alongside.kit.forms import Form

# Where a picture or a player of our own pages asks for it; browsers before 2020 say nothing.
SHOWN_IN = ("image", "audio", "video", "")
# Whatever stands in a file, it runs nothing, asks for nothing, and is of no house.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Accept-Ranges": "bytes",
}


@policy.place
@require_safe
def one(request: Request, place: Place, attachment_id: uuid.UUID) -> HttpResponseBase:
    """Hand out one file, to keep; `?show` gives it to the picture or the player of a page, and to nothing else."""
    file = queries.file_of(place, attachment_id)
    is_shown = "show" in request.GET and request.headers.get("Sec-Fetch-Dest", "") in SHOWN_IN
    answer = _part(file, request.headers.get("Range", ""))
    for name, value in HEADERS.items():
        answer[name] = value
    answer["Content-Disposition"] = f'{"inline" if is_shown else "attachment"}; filename="{file.name}"'
    return answer


def _part(file: queries.File, asked: str) -> HttpResponse:
    """The whole, or the bytes that a player asks for."""
    length = len(file.content)
    try:
        span = rules.range_of(asked, length)
    except ValueError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{length}"})
    if span is None:
        return HttpResponse(file.content, content_type=file.media)
    first, last = span
    answer = HttpResponse(file.content[first : last + 1], content_type=file.media, status=206)
    answer["Content-Range"] = f"bytes {first}-{last}/{length}"
    return answer


# --- the written form -------------------------------------------------------------------------------


def _page(
    request: Request, place: Place, attachment_id: uuid.UUID, refused: Form | None = None, status: int = 200
) -> HttpResponse:
    """`refused` is the form that could not be kept."""
    page = queries.written_page(place, attachment_id)
    stands = page.voice.written
    seen, words = (stands.id, stands.words) if stands else (None, "")
    offered: Any = forms.ItIsRight if page.may_say_it else forms.WriteDown if page.may_propose else None
    form = None
    if offered is not None and isinstance(refused, offered):
        form = refused
        refused.drawn_on(seen)
    elif offered is not None:
        form = offered(initial={"seen": seen, "words": words})
    context = {"page": page, "form": form, "adrift": refused if refused is not form else None}
    return render(request, "attached/written.html", context, status=status)


def _answer(
    request: Request, place: Place, attachment_id: uuid.UUID, kind: type[Form], act: Callable[..., Any]
) -> HttpResponseBase:
    if request.method != "POST":
        return _page(request, place, attachment_id)
    return answer_form(
        kind(request.POST),
        do=acting(act, request, place, attachment_id=attachment_id),
        then=lambda done: reverse("attached:written", args=[place.id, attachment_id]),
        again=lambda form, status: _page(request, place, attachment_id, form, status),
    )


@policy.place
@require_safe
def written(request: Request, place: Place, attachment_id: uuid.UUID) -> HttpResponseBase:
    """Show a voice note with its written form, and every version of it."""
    return _page(request, place, attachment_id)


@policy.place
@read_or_post
def write_down(request: Request, place: Place, attachment_id: uuid.UUID) -> HttpResponseBase:
    """Somebody who listened writes down what they heard."""
    return _answer(request, place, attachment_id, forms.WriteDown, actions.write_down)


@policy.place
@read_or_post
def right(request: Request, place: Place, attachment_id: uuid.UUID) -> HttpResponseBase:
    """Whoever spoke says that it is written right."""
    return _answer(request, place, attachment_id, forms.ItIsRight, actions.say_it_is_right)
