"""Asking why somebody looked, and answering: by the one asked, by a second person, by whoever leads the agency."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from alongside.access import Place, policy
from alongside.access import queries as looks
from alongside.access import views as looked
from alongside.access.answers import acting
from alongside.access.forms import AnswerWhy, AskWhy, TakeBackWhy
from alongside.access.requests import Request
from alongside.journeys.actions import asking
from alongside.kit.answers import answer_form, read_or_post
from alongside.kit.errors import NotFound
from alongside.kit.forms import Form
from alongside.people.rules import Post


@policy.place
@read_or_post
def ask_why(request: Request, place: Place) -> HttpResponseBase:
    """One tap: ask why, about one visit."""
    if request.method != "POST":
        return looked.page(request, place)
    return answer_form(
        AskWhy(request.POST),
        do=acting(asking.ask_why, request, place),
        then=lambda ask: f"{reverse('access:trail', args=[place.id])}#why-{ask.id}",
        again=lambda form, status: looked.page(request, place, form, status),
    )


@policy.place
@require_POST
def take_back_why(request: Request, place: Place, ask_id: uuid.UUID) -> HttpResponseBase:
    """Take a question back."""
    return answer_form(
        TakeBackWhy(request.POST),
        do=acting(asking.take_back_why, request, place, ask_id=ask_id),
        then=lambda ask: reverse("access:trail", args=[place.id]),
        again=lambda form, status: looked.page(request, place, form, status),
    )


def _with_forms(asks: list[looks.Ask], refused: Form | None, of: uuid.UUID | None) -> list[Any]:
    """Each question with the form that answers it; the refused one, with all that was typed, at its own."""
    return [
        (ask, (refused if ask.id == of else AnswerWhy(auto_id=f"answer-{number}-%s")) if ask.is_open else None)
        for number, ask in enumerate(asks, start=1)
    ]


def _asked(
    request: Request, place: Place, refused: Form | None = None, status: int = 200, of: uuid.UUID | None = None
) -> HttpResponse:
    if place.is_client:
        raise NotFound
    asks = looks.asks_in(place, with_visits=True)
    adrift = refused if refused and not any(ask.id == of and ask.is_open for ask in asks) else None
    context = {"asks": _with_forms(asks, refused, of), "adrift": adrift, "refused": refused}
    return render(request, "journeys/asked.html", context, status=status)


@policy.place
@require_safe
def asked(request: Request, place: Place) -> HttpResponse:
    """What is asked of whoever looks, and what went on to them. She has the same beside each visit."""
    return _asked(request, place)


@policy.place
@read_or_post
def answer_why(request: Request, place: Place, ask_id: uuid.UUID) -> HttpResponseBase:
    """Answer in a sentence."""
    if request.method != "POST":
        return _asked(request, place)
    return answer_form(
        AnswerWhy(request.POST),
        do=acting(asking.answer_why, request, place, ask_id=ask_id),
        then=lambda ask: reverse("journeys:asked", args=[place.id]),
        again=lambda form, status: _asked(request, place, form, status, ask_id),
    )


def _passed_on(
    request: Request, refused: Form | None = None, status: int = 200, of: uuid.UUID | None = None
) -> HttpResponse:
    asks = looks.asks_for_the_agency(request.viewer)
    adrift = refused if refused and not any(ask.id == of for ask in asks) else None
    context = {"asks": _with_forms(asks, refused, of), "adrift": adrift, "refused": refused}
    return render(request, "journeys/passed_on.html", context, status=status)


@policy.posts(Post.DIRECTOR)
@require_safe
def passed_on(request: Request) -> HttpResponse:
    """The questions that nobody else answered in time, and nothing else of anybody's."""
    return _passed_on(request)


@policy.posts(Post.DIRECTOR)
@require_POST
def answer_passed_on(request: Request, ask_id: uuid.UUID) -> HttpResponseBase:
    """Answer one of them for the agency."""
    return answer_form(
        AnswerWhy(request.POST),
        do=lambda form: asking.answer_passed_on(
            by=request.viewer, now=request.now, write_id=form.write_id(), ask_id=ask_id, **form.given()
        ),
        then=lambda ask: reverse("journeys:passed_on"),
        again=lambda form, status: _passed_on(request, form, status, ask_id),
    )
