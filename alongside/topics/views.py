"""The pages "Strengths and what gets me through", "To talk about", and one subject."""

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
from alongside.kit.answers import read_or_post
from alongside.kit.errors import NotFound
from alongside.kit.forms import Form
from alongside.plain.second_look import looked_over
from alongside.topics import actions, forms, queries
from alongside.topics.rules import Move


def _may(place: Place, *acts: Act) -> dict[str, bool]:
    return {act.value: access.may(place.by, act, about=place) for act in acts}


def _of(form: type[Form], row_id: uuid.UUID, refused: Form | None, **options: Any) -> Form:
    """A row's own form, named after the row; the refused one where it is this row's."""
    if refused is not None and isinstance(refused, form) and refused.auto_id == _auto_id(form, row_id):
        return refused
    return form(auto_id=_auto_id(form, row_id), **options)


def _auto_id(form: type[Form], row_id: uuid.UUID) -> str:
    return f"{form.__name__.lower()}-{row_id.hex[-12:]}-%s"


def _posted(form: type[Form], row_id: uuid.UUID, request: Request, **options: Any) -> Form:
    return form(request.POST, auto_id=_auto_id(form, row_id), **options)


# --- strengths and what gets her through -----------------------------------------------------------


def _strengths_page(
    request: Request,
    place: Place,
    refused: Form | None = None,
    status: int = 200,
    *,
    strength_id: uuid.UUID | None = None,
) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept, `strength_id` the entry it is about."""
    page = queries.strengths_in(place)
    kept = [one for _, ones in page.kept for one in ones]
    if strength_id is not None and strength_id not in {one.id for one in [*page.offered, *kept]}:
        raise NotFound
    may = _may(place, Act.OFFER_STRENGTH, Act.CONFIRM_STRENGTH, Act.TAKE_BACK_STRENGTH, Act.NOTE_PRACTICE)
    writes = forms.HerOwn if place.is_client else forms.Offer
    write = refused if isinstance(refused, writes) else looked_over(writes(), place)
    my_words = {one.id: _of(forms.MyWords, one.id, refused) for one in page.offered if place.is_client}
    tried = {one.id: _of(forms.Tried, one.id, refused) for one in kept if one.is_card and place.is_client}
    drawn = [write, *my_words.values(), *tried.values()]
    context = {
        "strengths": page,
        "may": may,
        "refused": refused,
        "press": forms.Press(auto_id=False),
        "write": write,
        "my_words": my_words,
        "tried": tried,
        "adrift": refused if refused is not None and not any(refused is form for form in drawn) else None,
    }
    return render(request, "topics/strengths.html", context, status=status)


def _of_strength(
    request: Request, place: Place, strength_id: uuid.UUID, form: type[Form], act: Callable[..., Any]
) -> HttpResponseBase:
    return answer_posted(
        request,
        place,
        _posted(form, strength_id, request),
        partial(act, strength_id=strength_id),
        lambda refused, status: _strengths_page(request, place, refused, status, strength_id=strength_id),
        reverse("topics:strengths", args=[place.id]),
    )


@policy.place
@require_safe
def strengths(request: Request, place: Place) -> HttpResponseBase:
    """Show what gets her through, and what was offered."""
    return _strengths_page(request, place)


@policy.place
@read_or_post
def offer(request: Request, place: Place) -> HttpResponseBase:
    """She writes one of her own; somebody else offers one."""
    form = looked_over((forms.HerOwn if place.is_client else forms.Offer)(request.POST), place)
    return answer_posted(
        request,
        place,
        form,
        actions.offer_strength,
        partial(_strengths_page, request, place),
        reverse("topics:strengths", args=[place.id]),
    )


@policy.place
@read_or_post
def keep(request: Request, place: Place, strength_id: uuid.UUID) -> HttpResponseBase:
    """Yes, keep it."""
    return _of_strength(request, place, strength_id, forms.Press, actions.keep_strength)


@policy.place
@read_or_post
def my_words(request: Request, place: Place, strength_id: uuid.UUID) -> HttpResponseBase:
    """Yes, keep it, but in my words."""
    return _of_strength(request, place, strength_id, forms.MyWords, actions.keep_strength)


@policy.place
@read_or_post
def no_thanks(request: Request, place: Place, strength_id: uuid.UUID) -> HttpResponseBase:
    """No, thanks: it is gone."""
    return _of_strength(request, place, strength_id, forms.Press, actions.decline_strength)


@policy.place
@read_or_post
def take_back(request: Request, place: Place, strength_id: uuid.UUID) -> HttpResponseBase:
    """Take something back."""
    return _of_strength(request, place, strength_id, forms.Press, actions.take_back_strength)


@policy.place
@read_or_post
def tried(request: Request, place: Place, strength_id: uuid.UUID) -> HttpResponseBase:
    """Note how big it felt before and after."""
    return _of_strength(request, place, strength_id, forms.Tried, actions.note_practice)


# --- what is hard to talk about --------------------------------------------------------------------


def _topics_page(request: Request, place: Place, refused: Form | None = None, status: int = 200) -> HttpResponse:
    writes = forms.Name if place.is_client else forms.NameForThem
    context = {
        "topics": queries.topics_in(place),
        "may": _may(place, Act.NAME_TOPIC),
        "refused": refused,
        "write": looked_over(writes(), place) if refused is None else refused,
    }
    return render(request, "topics/topics.html", context, status=status)


def _pace_form(place: Place, data: Any = None, **options: Any) -> forms.Pace:
    """With whom she could name, and for her, with what gets her through: nobody else says her pace."""
    comforts = queries.comforts_in(place) if place.is_client else []
    return forms.Pace(data, companions=queries.companions_in(place), comforts=comforts, **options)


def _topic_page(
    request: Request,
    place: Place,
    topic_id: uuid.UUID,
    refused: Form | None = None,
    status: int = 200,
    *,
    aftercare_id: uuid.UUID | None = None,
) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept, `aftercare_id` the contact it is about."""
    page = queries.topic_in(place, topic_id)
    if aftercare_id is not None and aftercare_id not in {contact.id for contact in page.contacts}:
        raise NotFound
    drawn = {
        "more": forms.More(),
        "pace": _pace_form(place, initial=page.pace.said if page.pace else {}),
        "propose": forms.Propose(),
        "look_back": forms.LookBack(),
    }
    for name, form in drawn.items():
        if type(refused) is type(form):
            drawn[name] = refused
    context = {
        "page": page,
        "may": _may(
            place,
            Act.TELL_MORE,
            Act.SAY_PACE,
            Act.MOVE_TOPIC,
            Act.PROPOSE_TOPIC,
            Act.TAKE_OFF_TOPIC,
            Act.LOOK_BACK_AT_TOPIC,
            Act.KEEP_AFTERCARE,
            Act.DECLINE_AFTERCARE,
        ),
        "can": queries.can_follow(place, page),
        "forms": drawn,
        "ready": forms.MoveTo(initial={"to": Move.READY.value}, auto_id=False),
        "not_yet": forms.MoveTo(initial={"to": Move.NOT_YET.value}, auto_id=False),
        "press": forms.Press(auto_id=False),
        "refused": refused,
        "adrift": refused if refused is not None and not any(refused is form for form in drawn.values()) else None,
    }
    return render(request, "topics/topic.html", context, status=status)


def _of_topic(
    request: Request,
    place: Place,
    topic_id: uuid.UUID,
    form: Form,
    act: Callable[..., Any],
    *,
    then: str = "",
) -> HttpResponseBase:
    return answer_posted(
        request,
        place,
        form,
        partial(act, topic_id=topic_id),
        lambda refused, status: _topic_page(request, place, topic_id, refused, status),
        then or reverse("topics:topic", args=[place.id, topic_id]),
    )


@policy.place
@require_safe
def topics(request: Request, place: Place) -> HttpResponseBase:
    """Show what there is to talk about, by its plain words."""
    return _topics_page(request, place)


@policy.place
@read_or_post
def name_it(request: Request, place: Place) -> HttpResponseBase:
    """Put something on the list."""
    form = looked_over((forms.Name if place.is_client else forms.NameForThem)(request.POST), place)
    return answer_posted(
        request,
        place,
        form,
        actions.name_topic,
        partial(_topics_page, request, place),
        reverse("topics:topics", args=[place.id]),
    )


@policy.place
@require_safe
def topic(request: Request, place: Place, topic_id: uuid.UUID) -> HttpResponseBase:
    """Show one subject: its layers, how to talk about it, and what was said and done."""
    return _topic_page(request, place, topic_id)


@policy.place
@read_or_post
def more(request: Request, place: Place, topic_id: uuid.UUID) -> HttpResponseBase:
    """She tells a bit more, or all of it."""
    return _of_topic(request, place, topic_id, forms.More(request.POST), actions.tell_more)


@policy.place
@read_or_post
def pace(request: Request, place: Place, topic_id: uuid.UUID) -> HttpResponseBase:
    """She says how she wants to talk about it."""
    return _of_topic(request, place, topic_id, _pace_form(place, request.POST), actions.say_pace)


@policy.place
@read_or_post
def move(request: Request, place: Place, topic_id: uuid.UUID) -> HttpResponseBase:
    """She says ready, or not yet."""
    return _of_topic(request, place, topic_id, forms.MoveTo(request.POST), actions.move_topic)


@policy.place
@read_or_post
def propose(request: Request, place: Place, topic_id: uuid.UUID) -> HttpResponseBase:
    """Staff ask whether this is a good time."""
    return _of_topic(request, place, topic_id, forms.Propose(request.POST), actions.propose_topic)


@policy.place
@read_or_post
def talked(request: Request, place: Place, topic_id: uuid.UUID) -> HttpResponseBase:
    """Either says: we talked."""
    return _of_topic(request, place, topic_id, forms.Press(request.POST), actions.say_talked)


@policy.place
@read_or_post
def take_off(request: Request, place: Place, topic_id: uuid.UUID) -> HttpResponseBase:
    """She takes it off the list."""
    return _of_topic(
        request,
        place,
        topic_id,
        forms.Press(request.POST),
        actions.take_off_topic,
        then=reverse("topics:topics", args=[place.id]),
    )


@policy.place
@read_or_post
def look_back(request: Request, place: Place, topic_id: uuid.UUID) -> HttpResponseBase:
    """She says whether it was good to talk, or skips it."""
    return _of_topic(request, place, topic_id, forms.LookBack(request.POST), actions.look_back_at_topic)


def _of_contact(
    request: Request, place: Place, topic_id: uuid.UUID, aftercare_id: uuid.UUID, act: Callable[..., Any]
) -> HttpResponseBase:
    return answer_posted(
        request,
        place,
        forms.Press(request.POST),
        partial(act, aftercare_id=aftercare_id),
        lambda refused, status: _topic_page(request, place, topic_id, refused, status, aftercare_id=aftercare_id),
        reverse("topics:topic", args=[place.id, topic_id]),
    )


@policy.place
@read_or_post
def contact_kept(request: Request, place: Place, topic_id: uuid.UUID, aftercare_id: uuid.UUID) -> HttpResponseBase:
    """Staff were in touch."""
    return _of_contact(request, place, topic_id, aftercare_id, actions.keep_aftercare)


@policy.place
@read_or_post
def contact_declined(request: Request, place: Place, topic_id: uuid.UUID, aftercare_id: uuid.UUID) -> HttpResponseBase:
    """She does not want it."""
    return _of_contact(request, place, topic_id, aftercare_id, actions.decline_aftercare)
