"""The pages of the conversation: a page of it, one message, and what a supervisor sees when nobody answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import answer_posted
from alongside.access.requests import Request
from alongside.conversations import actions, forms, queries
from alongside.kit.answers import read_or_post
from alongside.kit.errors import NotFound
from alongside.kit.forms import Form
from alongside.plain.second_look import looked_over

# --- the conversation ------------------------------------------------------------------------------


# Each form of the page, and the button with which it is offered.
OFFERED_WITH = {"write": "write", "seen": "acknowledge", "understood": "acknowledge", "promise": "promise"}


def _adrift(refused: Form | None, drawn: list[Form]) -> Form | None:
    """The refused form where the page has no place for it any more: what was typed is shown all the same."""
    return refused if refused is not None and not any(refused is form for form in drawn) else None


def _page(request: Request, place: Place, refused: Form | None = None, status: int = 200) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept."""
    cursor = request.GET.get("before", "")
    before = queries.place_of(cursor) if cursor else None
    if cursor and before is None:
        raise NotFound
    talk = queries.thread_in(place, before=before)
    may = queries.buttons_for(place, talk)
    stood = {"number": talk.number, "as_of": talk.as_of.isoformat()}
    drawn: dict[str, Form] = {
        "write": forms.Write()
        if place.is_client
        else looked_over(forms.WriteAsStaff(choose_when=may["choose_when"]), place),
        "seen": forms.Seen(initial=stood),
        "understood": forms.Understood(initial=stood),
        "promise": forms.Promise(zone=queries.zone_of(place)),
    }
    for name, form in drawn.items():
        if type(refused) is type(form):
            drawn[name] = refused
    context = {
        "talk": talk,
        "standing": talk.standing,
        "may": may,
        "forms": drawn,
        "refused": refused,
        "adrift": _adrift(refused, [drawn[name] for name in drawn if may[OFFERED_WITH[name]]]),
    }
    return render(request, "conversations/thread.html", context, status=status)


def _in_thread(request: Request, place: Place, form: Form, act: Callable[..., Any]) -> HttpResponseBase:
    then = reverse("conversations:thread", args=[place.id]) + "#newest"
    return answer_posted(request, place, form, act, partial(_page, request, place), then)


@policy.place
@require_safe
def thread(request: Request, place: Place) -> HttpResponseBase:
    """Show what we write to each other, the newest at the bottom."""
    return _page(request, place)


@policy.place
@read_or_post
def send(request: Request, place: Place) -> HttpResponseBase:
    """Send a message."""
    form = looked_over((forms.Write if place.is_client else forms.WriteAsStaff)(request.POST, request.FILES), place)
    return _in_thread(request, place, form, actions.send_message)


@policy.place
@read_or_post
def seen(request: Request, place: Place) -> HttpResponseBase:
    """Say: I have read this."""
    return _in_thread(request, place, forms.Seen(request.POST), actions.acknowledge)


@policy.place
@read_or_post
def understood(request: Request, place: Place) -> HttpResponseBase:
    """Say: I have understood this."""
    return _in_thread(request, place, forms.Understood(request.POST), actions.acknowledge)


@policy.place
@read_or_post
def promise(request: Request, place: Place) -> HttpResponseBase:
    """Say by when one answers."""
    form = forms.Promise(request.POST, zone=queries.zone_of(place))
    return _in_thread(request, place, form, actions.promise_answer)


# --- one message -----------------------------------------------------------------------------------


def _message_page(
    request: Request, place: Place, message_id: uuid.UUID, refused: Form | None = None, status: int = 200
) -> HttpResponse:
    one = queries.message_in(place, message_id)
    drawn: dict[str, Form] = {
        "correct": forms.Correct(initial={"text": one.line.words}),
        **{form.what.value: form() for form in forms.MAKES},
    }
    for name, form in drawn.items():
        drawn[name] = refused if type(refused) is type(form) else looked_over(form, place)
    made = [drawn[form.what.value] for form in forms.MAKES]
    may_make = access.may(place.by, Act.MAKE_OF_MESSAGE, about=place) and one.line.taken_back_at is None
    context = {
        "one": one,
        "forms": drawn,
        "press": forms.Press(auto_id=False),
        "may_make": may_make,
        "refused": refused,
        "adrift": _adrift(refused, [*([drawn["correct"]] if one.can_change else []), *(made if may_make else [])]),
    }
    return render(request, "conversations/message.html", context, status=status)


def _of_message(
    request: Request, place: Place, message_id: uuid.UUID, form: Form, act: Callable[..., Any]
) -> HttpResponseBase:
    return answer_posted(
        request,
        place,
        form,
        partial(act, message_id=message_id),
        lambda refused, status: _message_page(request, place, message_id, refused, status),
        reverse("conversations:message", args=[place.id, message_id]),
    )


@policy.place
@require_safe
def message(request: Request, place: Place, message_id: uuid.UUID) -> HttpResponseBase:
    """Show one message: how it was said before, who has seen it, and what it became."""
    return _message_page(request, place, message_id)


@policy.place
@read_or_post
def correct(request: Request, place: Place, message_id: uuid.UUID) -> HttpResponseBase:
    """Put one's own message in other words."""
    form = looked_over(forms.Correct(request.POST), place)
    return _of_message(request, place, message_id, form, actions.correct_message)


@policy.place
@read_or_post
def take_back(request: Request, place: Place, message_id: uuid.UUID) -> HttpResponseBase:
    """Take one's own message back."""
    return _of_message(request, place, message_id, forms.Press(request.POST), actions.take_back_message)


@policy.place
@read_or_post
def to_topic(request: Request, place: Place, message_id: uuid.UUID) -> HttpResponseBase:
    """Put it on the list of what there is to talk about."""
    return _of_message(request, place, message_id, forms.MakeTopic(request.POST), actions.make_of_message)


@policy.place
@read_or_post
def to_note(request: Request, place: Place, message_id: uuid.UUID) -> HttpResponseBase:
    """Keep it as a note."""
    form = looked_over(forms.MakeNote(request.POST), place)
    return _of_message(request, place, message_id, form, actions.make_of_message)


@policy.place
@read_or_post
def to_decision(request: Request, place: Place, message_id: uuid.UUID) -> HttpResponseBase:
    """Make a question of it."""
    form = looked_over(forms.MakeDecision(request.POST), place)
    return _of_message(request, place, message_id, form, actions.make_of_message)


# --- when nobody answers ---------------------------------------------------------------------------


def _nobody_answers_page(
    request: Request, place: Place, refused: Form | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "waits": queries.nobody_answers_in(place),
        "press": forms.Press(auto_id=False),
        "refused": refused,
    }
    return render(request, "conversations/nobody_answers.html", context, status=status)


@policy.place
@require_safe
def nobody_answers(request: Request, place: Place) -> HttpResponseBase:
    """Show a supervisor that somebody waits for an answer, and nothing of what was written."""
    return _nobody_answers_page(request, place)


@policy.place
@read_or_post
def see_it_answered(request: Request, place: Place) -> HttpResponseBase:
    """Say that one sees to it that somebody answers."""
    return answer_posted(
        request,
        place,
        forms.Press(request.POST),
        actions.see_it_answered,
        partial(_nobody_answers_page, request, place),
        reverse("conversations:nobody_answers", args=[place.id]),
    )
