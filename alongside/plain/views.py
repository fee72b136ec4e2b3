"""“Words I like, and words I don’t”, and “In my own words”."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.kit.answers import SeeOther, answer_form, read_or_post
from alongside.kit.forms import Form
from alongside.plain import actions, forms, queries
from alongside.plain.rules import SaidBack
from alongside.plain.second_look import looked_over

# --- her words -------------------------------------------------------------------------------------


def _wording(request: Request, place: Place, refused: Form | None = None, status: int = 200) -> HttpResponse:
    context = {
        "wording": queries.wording_page(place),
        "like": refused if isinstance(refused, forms.Like) else forms.Like(),
        "dislike": refused if isinstance(refused, forms.Dislike) else forms.Dislike(),
        "may_say": access.may(place.by, Act.SAY_WORDING, about=place),
    }
    return render(request, "plain/wording.html", context, status=status)


@policy.place
@require_safe
def wording(request: Request, place: Place) -> HttpResponseBase:
    """The words she likes, and those she does not want to read about herself."""
    return _wording(request, place)


@policy.place
@read_or_post
def say(request: Request, place: Place, kind: type[Form]) -> HttpResponseBase:
    """Keep what she says about a word."""
    if request.method != "POST":
        return _wording(request, place)
    return answer_form(
        kind(request.POST),
        do=acting(actions.say_wording, request, place),
        then=lambda kept: reverse("plain:wording", args=[place.id]),
        again=lambda form, status: _wording(request, place, form, status),
    )


@policy.place
@require_POST
def take_back(request: Request, place: Place, wording_id: uuid.UUID) -> HttpResponseBase:
    """Take it back."""
    actions.take_back_wording(by=place.by, about=place, wording_id=wording_id, now=request.now)
    return SeeOther(reverse("plain:wording", args=[place.id]))


# --- while staff type ------------------------------------------------------------------------------


@policy.place
@require_POST
def while_typing(request: Request, place: Place) -> HttpResponseBase:
    """What there is to say about a text that staff are typing. A text that could not be kept gets no hints."""
    form = forms.Typing(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    return render(request, "plain/while_typing.html", {"look": queries.look_while_typing(place, form.given()["text"])})


# --- in my own words -------------------------------------------------------------------------------


def _form(kind: type[Form], row_id: uuid.UUID, refused: Form | None, refused_on: uuid.UUID | None) -> Form:
    if type(refused) is kind and refused_on == row_id:
        return refused
    return kind(auto_id=f"{kind.__name__.lower()}-{row_id}-%s")


def _say_back(
    request: Request,
    place: Place,
    refused: Form | None = None,
    status: int = 200,
    *,
    on: uuid.UUID | None = None,
) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept; `on`, the explanation it belongs to."""
    may_say = access.may(place.by, Act.SAY_BACK, about=place)
    may_answer = access.may(place.by, Act.ANSWER_SAID_BACK, about=place)
    rows = []
    for one in queries.said_back_in(place):
        drawn: dict[str, Form] = {}
        if may_say and one.state is SaidBack.ASKED:
            drawn = {"say": _form(forms.SayIt, one.id, refused, on), "leave": forms.LeaveOut()}
        if may_answer and one.state is SaidBack.SAID:
            again = looked_over(_form(forms.SayAgain, one.id, refused, on), place)
            drawn = {"yes": forms.ThatIsIt(), "again": again}
        rows.append((one, drawn))
    context = {
        "rows": rows,
        "explain": None,
        "adrift": refused if refused is not None and not any(refused in drawn.values() for _, drawn in rows) else None,
    }
    if access.may(place.by, Act.EXPLAIN, about=place):
        context["explain"] = refused if isinstance(refused, forms.Explain) else looked_over(forms.Explain(), place)
    if context["adrift"] is context["explain"]:
        context["adrift"] = None
    return render(request, "plain/say_back.html", context, status=status)


def _answer(
    request: Request, place: Place, form: Form, act: Callable[..., Any], on: uuid.UUID | None = None
) -> HttpResponseBase:
    return answer_form(
        looked_over(form, place),
        do=acting(act, request, place),
        then=lambda kept: reverse("plain:say_back", args=[place.id]),
        again=lambda form, status: _say_back(request, place, form, status, on=on),
    )


@policy.place
@read_or_post
def say_back(request: Request, place: Place) -> HttpResponseBase:
    """What was explained, and how she says it; staff write another explanation."""
    if request.method != "POST":
        return _say_back(request, place)
    return _answer(request, place, forms.Explain(request.POST), actions.explain)


@policy.place
@read_or_post
def on_explained(
    request: Request, place: Place, explained_id: uuid.UUID, kind: type[Form], act: Callable[..., Any]
) -> HttpResponseBase:
    """She says it or leaves it out; staff say “yes, that is it” or explain it again."""
    if request.method != "POST":
        return _say_back(request, place)
    form = kind(request.POST, auto_id=f"{kind.__name__.lower()}-{explained_id}-%s")
    return _answer(request, place, form, partial(act, explained_id=explained_id), explained_id)
