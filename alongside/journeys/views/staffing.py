"""Who works here: taking on, giving and ending posts. Nothing on this page opens anybody's record."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from alongside.access import policy
from alongside.access.requests import Request
from alongside.journeys import actions, queries
from alongside.journeys.actions import StartingPassword
from alongside.journeys.forms import EndPost, GivePost, TakeOn
from alongside.kit.answers import answer_form
from alongside.kit.errors import NotFound
from alongside.people.rules import Post


def _pairs(colleagues: list[queries.Colleague], *, only: Post | None = None) -> list[tuple[str, str]]:
    return [
        (str(one.person_id), one.called)
        for one in colleagues
        if only is None or any(held.post is only for held in one.posts)
    ]


def _page(
    request: Request,
    status: int = 200,
    *,
    take_on: TakeOn | None = None,
    give: GivePost | None = None,
) -> HttpResponse:
    colleagues = queries.staff(request.viewer)
    context = {
        "colleagues": colleagues,
        "take_on": take_on or TakeOn(),
        "give": give or GivePost(people=_pairs(colleagues)),
    }
    return render(request, "journeys/staff.html", context, status=status)


@policy.posts(Post.DIRECTOR)
def staff(request: Request) -> HttpResponseBase:
    """List who works here; take somebody on, and answer with the starting password, once."""
    if request.method != "POST":
        return _page(request)

    def take_on(form: TakeOn) -> StartingPassword:
        given = form.given()
        given["posts"] = frozenset(Post(post) for post in given["posts"])
        return actions.take_on(by=request.viewer, now=request.now, write_id=form.write_id(), **given)

    return answer_form(
        TakeOn(request.POST),
        do=take_on,
        then=lambda starting: render(request, "journeys/starting_password.html", {"starting": starting}),
        again=lambda form, status: _page(request, status, take_on=form),
    )


@policy.posts(Post.DIRECTOR)
@require_POST
def give_post(request: Request) -> HttpResponseBase:
    """Give somebody who works or worked here a post."""
    return answer_form(
        GivePost(request.POST, people=_pairs(queries.staff(request.viewer))),
        do=lambda form: actions.give_post(
            by=request.viewer,
            person_id=uuid.UUID(form.cleaned_data["person"]),
            post=Post(form.cleaned_data["post"]),
            now=request.now,
        ),
        then=lambda post: reverse("journeys:staff"),
        again=lambda form, status: _page(request, status, give=form),
    )


@policy.posts(Post.DIRECTOR)
def end_post(request: Request, post_id: uuid.UUID) -> HttpResponseBase:
    """Say what ending a post does, ask who comes instead, and end it."""
    colleagues = queries.staff(request.viewer)
    found = [(one, held) for one in colleagues for held in one.posts if held.id == post_id]
    if not found:
        raise NotFound
    [(colleague, held)] = found
    workers = [pair for pair in _pairs(colleagues, only=Post.WORKER) if pair[0] != str(colleague.person_id)]

    def page(form: EndPost, status: int = 200) -> HttpResponse:
        context = {"form": form, "colleague": colleague, "held": held}
        return render(request, "journeys/end_post.html", context, status=status)

    if request.method != "POST":
        return page(EndPost(workers=workers))
    return answer_form(
        EndPost(request.POST, workers=workers),
        do=lambda form: actions.end_post(
            by=request.viewer,
            post_id=post_id,
            now=request.now,
            successor_id=uuid.UUID(form.cleaned_data["successor"]) if form.cleaned_data["successor"] else None,
        ),
        then=lambda post: reverse("journeys:staff"),
        again=page,
    )
