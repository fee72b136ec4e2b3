"""The pages "What we write together", one paper, who wrote what; and what an open page sends and gets."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.kit.answers import SeeOther, answer_form
from alongside.kit.errors import NotFound, Refused
from alongside.kit.forms import Form
from alongside.kit.ids import id_from
from alongside.together import actions, forms, queries
from alongside.together.queries import News

# A page whose form was refused is fetched again from the form's own address when something changed.
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _may(place: Place, *acts: Act) -> dict[str, bool]:
    return {act.value: access.may(place.by, act, about=place) for act in acts}


def _address(place: Place, paper_id: uuid.UUID) -> str:
    return reverse("together:paper", args=[place.id, paper_id])


# --- the list -------------------------------------------------------------------------------------------


def _papers_page(request: Request, place: Place, refused: Form | None = None, status: int = 200) -> HttpResponse:
    context = {
        "papers": queries.papers_in(place),
        "may": _may(place, Act.START_PAPER),
        "write": forms.Start() if refused is None else refused,
        "refused": refused,
    }
    return render(request, "together/papers.html", context, status=status)


@policy.place
@require_safe
def papers(request: Request, place: Place) -> HttpResponseBase:
    """Show what is being written together, and what is finished."""
    return _papers_page(request, place)


@policy.place
@read_or_post
def start(request: Request, place: Place) -> HttpResponseBase:
    """Begin a paper."""
    if request.method != "POST":
        return _papers_page(request, place)
    return answer_form(
        forms.Start(request.POST),
        do=acting(actions.start_paper, request, place),
        then=lambda made: _address(place, made.id),
        again=partial(_papers_page, request, place),
    )


# --- one paper ------------------------------------------------------------------------------------------


def _paper_page(
    request: Request, place: Place, paper_id: uuid.UUID, refused: Form | None = None, status: int = 200
) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept."""
    page = queries.paper_in(place, paper_id)
    write = forms.Whole(initial={"text": page.text, "drawn_from": page.moment})
    context = {
        "page": page,
        "live_of": paper_id,
        "may": _may(place, Act.WRITE_TOGETHER, Act.FINISH_PAPER, Act.GO_ON_WRITING),
        "write": refused if isinstance(refused, forms.Whole) else write,
        "press": forms.Press(auto_id=False),
        "refused": refused,
    }
    return render(request, "together/paper.html", context, status=status)


@policy.place
@require_safe
def paper(request: Request, place: Place, paper_id: uuid.UUID) -> HttpResponseBase:
    """Show one paper, to read and to write on."""
    return _paper_page(request, place, paper_id)


@policy.place
@read_or_post
def save_form(request: Request, place: Place, paper_id: uuid.UUID) -> HttpResponseBase:
    """Take the whole text from a page without a script."""
    if request.method != "POST":
        return _paper_page(request, place, paper_id)
    return answer_form(
        forms.Whole(request.POST),
        do=lambda form: actions.save_form(
            by=place.by, about=place, now=request.now, write_id=id_from(str(form.write_id()), str(paper_id)),
            paper_id=paper_id, **form.given(),
        ),
        then=lambda _paper: _address(place, paper_id),
        again=partial(_paper_page, request, place, paper_id),
    )  # fmt: skip


@policy.place
@read_or_post
def live(request: Request, place: Place, paper_id: uuid.UUID) -> HttpResponseBase:
    """Take what an open page typed, if anything, and give it what is new. Answers in JSON.

    What a phone kept without a line comes from any page of ours, as forms that waited do, and is answered like them.
    """
    if request.method != "POST":
        return _paper_page(request, place, paper_id)
    form = forms.Live(request.POST)
    try:
        if not form.is_valid():
            queries.paper_in(place, paper_id)  # to a stranger's id even nonsense is answered as if nothing were there
            raise actions.NotAnEdit
        news = _news(request, place, paper_id, **form.cleaned_data)
        return SeeOther(_address(place, paper_id)) if "X-Outbox" in request.headers else _told(news)
    except NotFound:
        raise
    except Refused as refusal:
        if "X-Outbox" in request.headers:
            raise
        said = {"code": refusal.code, "sentence": str(refusal.sentence), "has": getattr(refusal, "has", "")}
        return JsonResponse(said, status=refusal.status)


def _news(request: Request, place: Place, paper_id: uuid.UUID, *, edit: bytes, seen: int, has: bytes) -> News:
    if not edit:
        return queries.news_in(place, paper_id, seen=seen, has=has)
    return actions.type_in(
        by=place.by, about=place, now=request.now, paper_id=paper_id, edit=edit, seen=seen, has=has
    )  # fmt: skip


def _told(news: News) -> JsonResponse:
    return JsonResponse(asdict(news))


@policy.place
@require_safe
def who(request: Request, place: Place, paper_id: uuid.UUID) -> HttpResponseBase:
    """Show who wrote what."""
    context = {"page": queries.who_wrote(place, paper_id), "live_of": paper_id}
    return render(request, "together/who.html", context)


def _press(
    request: Request, place: Place, paper_id: uuid.UUID, act: Any, **given: Any
) -> HttpResponseBase:  # fmt: skip
    if request.method != "POST":
        return _paper_page(request, place, paper_id)
    return answer_form(
        forms.Press(request.POST, auto_id=False),
        do=acting(act, request, place, at_address=True, paper_id=paper_id, **given),
        then=lambda done: (
            reverse("notes:note", args=[place.id, done.note_id]) if done.note_id else _address(place, paper_id)
        ),
        again=partial(_paper_page, request, place, paper_id),
    )


@policy.place
@read_or_post
def finish(request: Request, place: Place, paper_id: uuid.UUID, into_note: bool = False) -> HttpResponseBase:
    """It is finished; or it becomes a note."""
    return _press(request, place, paper_id, actions.finish_paper, into_note=into_note)


@policy.place
@read_or_post
def go_on(request: Request, place: Place, paper_id: uuid.UUID) -> HttpResponseBase:
    """Write on in a finished paper."""
    return _press(request, place, paper_id, actions.go_on_writing)
