"""Looking in when it cannot wait, what a supervisor sees of it, what she sees of it, and who shall not look."""

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
from alongside.glass import actions, forms, queries, rules
from alongside.kit.answers import SeeOther, answer_form, read_or_post
from alongside.kit.forms import Form
from alongside.people import sessions
from alongside.people.rules import Post

# --- when it cannot wait ---------------------------------------------------------------------------


def _look_in(request: Request, form: forms.LookIn | None = None, status: int = 200) -> HttpResponse:
    context = {
        "form": form or forms.LookIn(),
        "asked": queries.asked_by(request.viewer),
        "proved": sessions.has_just_proved(request),
        "minutes": int(rules.OPEN_FOR.total_seconds() // 60),
    }
    return render(request, "glass/look_in.html", context, status=status)


@policy.posts(Post.WORKER, Post.SUPERVISOR)
@read_or_post
def look_in(request: Request) -> HttpResponseBase:
    """Ask to be let in without a seat: which space, what for, why."""
    if request.method != "POST":
        return _look_in(request)

    def ask(form: forms.LookIn) -> Any:
        sessions.count_try(request, "look_in")
        return actions.break_glass(
            by=request.viewer,
            proved=sessions.has_just_proved(request),
            now=request.now,
            write_id=form.write_id(),
            **form.given(),
        )

    return answer_form(
        forms.LookIn(request.POST),
        do=ask,
        then=lambda opening: (
            reverse("journeys:our_plan", args=[opening.partnership_id])
            if opening.opened_at is not None
            else reverse("glass:look_in") + "#asked"
        ),
        again=lambda form, status: _look_in(request, form, status),
    )


# --- what waits for a supervisor or a director -------------------------------------------------------


def _emergencies(request: Request, refused: Form | None = None, status: int = 200) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept."""
    found = queries.queue(request.viewer)
    context = {
        "queue": found,
        "asks": [(one, _of(forms.Agree, one.id, refused)) for one in found.asks],
        "to_review": [
            (one, _of(forms.Review, one.id, refused), _of(forms.Known, one.id, refused)) for one in found.to_review
        ],
        "alone": [(reference, _appoint(space, found.workers, refused)) for space, reference in found.alone],
        "proved": sessions.has_just_proved(request, second_step=True),
        "refused": refused,
    }
    return render(request, "glass/emergencies.html", context, status=status)


def _of(kind: type[forms.OfOpening], opening_id: uuid.UUID, refused: Form | None) -> Form:
    if type(refused) is kind and refused.data.get("opening_id") == str(opening_id):
        return refused
    return kind(initial={"opening_id": opening_id}, auto_id=f"{kind.__name__.lower()}-{opening_id}-%s")


def _appoint(space: uuid.UUID, workers: list[tuple[str, str]], refused: Form | None) -> Form:
    if isinstance(refused, forms.Appoint) and refused.data.get("partnership_id") == str(space):
        return refused
    return forms.Appoint(initial={"partnership_id": space}, workers=workers, auto_id=f"appoint-{space}-%s")


looks_after = policy.posts(Post.SUPERVISOR, Post.DIRECTOR)


@looks_after
@require_safe
def emergencies(request: Request) -> HttpResponseBase:
    """Who was let in without a seat: what waits for a yes or a second look, and what was found."""
    return _emergencies(request)


def _answer(request: Request, form: Form, act: Callable[..., Any]) -> HttpResponseBase:
    return answer_form(
        form,
        do=lambda form: act(by=request.viewer, now=request.now, **form.given()),
        then=lambda done: reverse("glass:emergencies"),
        again=lambda form, status: _emergencies(request, form, status),
    )


@looks_after
@read_or_post
def agree(request: Request) -> HttpResponseBase:
    """The second person's yes."""
    if request.method != "POST":
        return _emergencies(request)
    proved = sessions.has_just_proved(request, second_step=True)
    return _answer(request, forms.Agree(request.POST), partial(actions.agree_to_opening, proved=proved))


@looks_after
@read_or_post
def known(request: Request) -> HttpResponseBase:
    """“I know of this.”"""
    if request.method != "POST":
        return _emergencies(request)
    return _answer(request, forms.Known(request.POST), actions.note_opening)


@looks_after
@read_or_post
def review(request: Request) -> HttpResponseBase:
    """Say what was found."""
    if request.method != "POST":
        return _emergencies(request)
    form = forms.Review(request.POST)
    return _answer(request, form, lambda **given: actions.review_opening(write_id=form.write_id(), **given))


@looks_after
@read_or_post
def appoint(request: Request) -> HttpResponseBase:
    """Give a social worker to somebody who has none."""
    if request.method != "POST":
        return _emergencies(request)
    form = forms.Appoint(request.POST, workers=queries.workers(request.viewer))
    return _answer(request, form, lambda **given: actions.appoint_worker(write_id=form.write_id(), **given))


# --- in her space ----------------------------------------------------------------------------------


@policy.place
@require_safe
def page(request: Request, place: Place) -> HttpResponseBase:
    """Who was let in here for an emergency, why, what they opened, and what was found afterwards."""
    context = {
        "found": queries.openings_in(place),
        "may_tell": access.may(place.by, Act.SAY_IT_WAS_TOLD, about=place),
        "may_see": access.may(place.by, Act.SEE_OPENING, about=place),
    }
    return render(request, "glass/page.html", context)


@policy.place
@require_POST
def told(request: Request, place: Place, opening_id: uuid.UUID) -> HttpResponseBase:
    """“I told her.”"""
    actions.say_it_was_told(by=place.by, about=place, opening_id=opening_id, now=request.now)
    return SeeOther(reverse("glass:page", args=[place.id]))


@policy.place
@require_POST
def seen(request: Request, place: Place, opening_id: uuid.UUID) -> HttpResponseBase:
    """“I have read this.”"""
    actions.see_opening(by=place.by, about=place, opening_id=opening_id, now=request.now)
    return SeeOther(reverse("glass:page", args=[place.id]))


def _not_this_person(
    request: Request, place: Place, form: forms.NotThisPerson | None = None, status: int = 200
) -> HttpResponse:
    found = queries.not_these_people(place)
    context = {"found": found, "form": form or forms.NotThisPerson(colleagues=found.colleagues)}
    return render(request, "glass/not_this_person.html", context, status=status)


@policy.place
@read_or_post
def not_this_person(request: Request, place: Place) -> HttpResponseBase:
    """Name somebody of the agency who shall not see my things; they have no seat here from then on."""
    if request.method != "POST":
        return _not_this_person(request, place)
    return answer_form(
        forms.NotThisPerson(request.POST, colleagues=queries.who_could_be_named(place)),
        do=acting(actions.exclude, request, place),
        then=lambda exclusion: reverse("glass:not_this_person", args=[place.id]),
        again=lambda form, status: _not_this_person(request, place, form, status),
    )


@policy.place
@require_POST
def lift(request: Request, place: Place, exclusion_id: uuid.UUID) -> HttpResponseBase:
    """Take it back."""
    actions.lift_exclusion(by=place.by, about=place, exclusion_id=exclusion_id, now=request.now)
    return SeeOther(reverse("glass:not_this_person", args=[place.id]))
