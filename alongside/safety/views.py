"""The lines of help for everybody, and the pages on which she writes: her plan, and a look back at a night."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.access import Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.kit.answers import answer_form
from alongside.kit.forms import Form
from alongside.people.rules import Post
from alongside.safety import actions, forms, queries

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


# --- for everybody ---------------------------------------------------------------------------------


@policy.public(because="who needs it most may not be able to sign in")
@require_safe
def lines(request: Request) -> HttpResponse:
    """Say honestly that nobody here reads this now, and who answers instead."""
    viewer = request.viewer if request.account else None
    return render(request, "safety/lines.html", {"lines": queries.lines_for_everybody(viewer)})


# --- the agency names them -------------------------------------------------------------------------


def _auto_id(line_id: uuid.UUID) -> str:
    return f"line-{line_id.hex[-12:]}-%s"


def _edit(request: Request, refused: Form | None = None, status: int = 200) -> HttpResponse:
    drawn = []
    for line in queries.lines_to_change(request.viewer):
        form: Form = forms.NameLine(
            auto_id=_auto_id(line.id),
            initial={name: getattr(line, name) for name in ("name", "number", "hours", "languages", "cost")},
        )
        drawn.append((line, refused if refused is not None and refused.auto_id == form.auto_id else form))
    fresh: Form = refused if refused is not None and refused.auto_id == "nameline-%s" else forms.NameLine()
    shown = [fresh, *(form for _, form in drawn)]
    context = {
        "drawn": drawn,
        "fresh": fresh,
        "refused": refused,
        "press": forms.Press(auto_id=False),
        "adrift": refused if refused is not None and not any(refused is form for form in shown) else None,
    }
    return render(request, "safety/edit_lines.html", context, status=status)


def _edited(done: object) -> str:
    return reverse("safety:edit_lines")


@policy.posts(Post.DIRECTOR)
@read_or_post
def edit_lines(request: Request) -> HttpResponseBase:
    """Show the lines to change, and name another one."""
    if request.method != "POST":
        return _edit(request)
    return answer_form(
        forms.NameLine(request.POST),
        do=lambda form: actions.name_line(by=request.viewer, now=request.now, write_id=form.write_id(), **form.given()),
        then=_edited,
        again=lambda form, status: _edit(request, form, status),
    )


@policy.posts(Post.DIRECTOR)
@require_POST
def change_line(request: Request, line_id: uuid.UUID) -> HttpResponseBase:
    """Say one line anew."""
    return answer_form(
        forms.NameLine(request.POST, auto_id=_auto_id(line_id)),
        do=lambda form: actions.name_line(
            by=request.viewer, now=request.now, write_id=form.write_id(), instead_of=line_id, **form.given()
        ),
        then=_edited,
        again=lambda form, status: _edit(request, form, status),
    )


@policy.posts(Post.DIRECTOR)
@require_POST
def take_off_line(request: Request, line_id: uuid.UUID) -> HttpResponseBase:
    """Take one line off."""
    return answer_form(
        forms.Press(request.POST, auto_id=False),
        do=lambda form: actions.take_off_line(
            by=request.viewer, line_id=line_id, now=request.now, write_id=form.write_id()
        ),
        then=_edited,
        again=lambda form, status: _edit(request, form, status),
    )


# --- she writes ------------------------------------------------------------------------------------


def _here(place: Place, part: str) -> str:
    return reverse("safety:hard", args=[place.id]) + part


@policy.place
@read_or_post
def write_plan(request: Request, place: Place) -> HttpResponseBase:
    """Her plan, to write and to write anew."""
    said = queries.plan_to_write(place)

    def page(form: Form, status: int = 200) -> HttpResponse:
        return render(request, "safety/plan.html", {"form": form, "said": said}, status=status)

    if request.method != "POST":
        return page(forms.WritePlan(initial=said))
    return answer_form(
        forms.WritePlan(request.POST),
        do=acting(actions.write_plan, request, place),
        then=lambda plan: _here(place, "#plan"),
        again=page,
    )


@policy.place
@read_or_post
def look_back(request: Request, place: Place, call_id: uuid.UUID) -> HttpResponseBase:
    """Look back at a rough night, if she likes."""
    night = queries.night_to_look_back(place, call_id)

    def page(form: Form, status: int = 200) -> HttpResponse:
        context = {"form": form, "night": night, "call_id": call_id, "press": forms.Press(auto_id=False)}
        return render(request, "safety/look_back.html", context, status=status)

    if request.method != "POST":
        return page(forms.LookBack(initial=night.said))
    return answer_form(
        forms.LookBack(request.POST),
        do=acting(actions.look_back_at_night, request, place, call_id=call_id),
        then=lambda look: _here(place, "#nights"),
        again=page,
    )


@policy.place
@require_POST
def leave_out(request: Request, place: Place, call_id: uuid.UUID) -> HttpResponseBase:
    """No look back, and no more asking."""
    night = queries.night_to_look_back(place, call_id)
    return answer_form(
        forms.Press(request.POST, auto_id=False),
        do=acting(actions.leave_out_look_back, request, place, call_id=call_id),
        then=lambda call: _here(place, ""),
        again=lambda form, status: render(
            request,
            "safety/look_back.html",
            {"form": forms.LookBack(initial=night.said), "night": night, "call_id": call_id, "press": form},
            status=status,
        ),
    )
