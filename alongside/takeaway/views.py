"""The pages “My copy”, “Erase everything”, and the legal holds of an agency."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.kit.answers import answer_form, read_or_post
from alongside.kit.forms import Form
from alongside.live.queries import proof_of
from alongside.people.rules import Post
from alongside.takeaway import actions, forms, queries

SECONDS_TO_LOOK_AGAIN = 2


# --- my copy ---------------------------------------------------------------------------------------


def _copy_page(request: Request, place: Place, refused: Form | None = None, status: int = 200) -> HttpResponse:
    found = queries.copy_page(place)
    context = {"page": found, "ask": forms.AskCopy(), "take": forms.TakeCopy(), "refused": refused}
    response = render(request, "takeaway/my_copy.html", context, status=status)
    if found.is_being_made and status == 200:
        # The page looks again by itself, without a script, and says how far it is.
        response["Refresh"] = f"{SECONDS_TO_LOOK_AGAIN}; url={reverse('takeaway:copy', args=[place.id])}"
    return response


@policy.place
@read_or_post
def copy(request: Request, place: Place) -> HttpResponseBase:
    """Say what the copy is, how far it is, and hand it over when it is ready. Hers alone."""
    return _copy_page(request, place)


@policy.place
@read_or_post
def ask_copy(request: Request, place: Place) -> HttpResponseBase:
    """Begin to make it."""
    queries.must_be_hers(place)
    if request.method != "POST":
        return _copy_page(request, place)
    return answer_form(
        forms.AskCopy(request.POST),
        do=acting(actions.ask_copy, request, place, session_key=request.session.session_key or ""),
        then=lambda made: reverse("takeaway:copy", args=[place.id]),
        again=lambda form, status: _copy_page(request, place, form, status),
    )


@policy.place
@read_or_post
def take_copy(request: Request, place: Place) -> HttpResponseBase:
    """Hand the file over, once."""
    queries.must_be_hers(place)
    if request.method != "POST":
        return _copy_page(request, place)
    return answer_form(
        forms.TakeCopy(request.POST),
        do=lambda form: actions.take_copy(
            by=place.by,
            about=place,
            now=request.now,
            session_key=request.session.session_key or "",
            proof=proof_of(request.account.password if request.account else ""),
        ),
        then=_file,
        again=lambda form, status: _copy_page(request, place, form, status),
    )


def _file(given: Any) -> HttpResponseBase:
    length, parts = given
    # A name that says nothing: it lies in a folder that others may look at.
    headers = {"Content-Disposition": 'attachment; filename="notes.zip"', "Content-Length": str(length)}
    return StreamingHttpResponse(parts, content_type="application/zip", headers=headers)


# --- a copy from another house ---------------------------------------------------------------------


def _bring_in_page(request: Request, form: forms.BringIn, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "takeaway/bring_in.html", {"form": form, **more}, status=status)


@policy.posts(Post.DIRECTOR)
@read_or_post
def bring_in(request: Request) -> HttpResponseBase:
    """A director looks whose copy it is, and brings it in for a social worker. None of what is in it is shown."""
    workers = queries.workers(request.viewer)
    if request.method != "POST":
        return _bring_in_page(request, forms.BringIn(workers=workers))
    is_first = "look" in request.POST

    def do(form: forms.BringIn) -> tuple[queries.Found, actions.Brought | None]:
        given, by = form.given(), request.viewer
        found = queries.found_in(by, given["file"])
        if is_first:
            return found, None
        return found, actions.bring_in(by=by, now=request.now, write_id=form.write_id(), **given)

    form = forms.BringIn(request.POST, request.FILES, workers=workers)
    return answer_form(
        form,
        do=do,
        then=lambda done: _bring_in_page(
            request,
            forms.BringIn(workers=workers, initial={"worker": form.cleaned_data["worker"]}),
            found=done[0],
            brought=done[1],
            worker=dict(workers)[form.cleaned_data["worker"]],
        ),
        again=lambda form, status: _bring_in_page(request, form, status),
    )


# --- erase everything ------------------------------------------------------------------------------


def _erasure_page(request: Request, place: Place, refused: Form | None = None, status: int = 200) -> HttpResponse:
    context = {
        "page": queries.erasure_page(place),
        "ask": refused if isinstance(refused, forms.AskErasure) else forms.AskErasure(),
        "back": forms.TakeBack(),
        "now": forms.EraseNow(),
        "refused": None if isinstance(refused, forms.AskErasure) else refused,
        "may_ask": access.may(place.by, Act.ASK_ERASURE, about=place),
    }
    return render(request, "takeaway/erasure.html", context, status=status)


@policy.place
@read_or_post
def erasure(request: Request, place: Place) -> HttpResponseBase:
    """Say what erasing means, where it stands, and what holds it back; let her, and only her, ask for it."""
    return _erasure_page(request, place)


@policy.place
@read_or_post
def receipt(request: Request, place: Place) -> HttpResponseBase:
    """A sheet of paper for her to keep: what was asked, when, and what will be gone by when."""
    queries.must_be_hers(place)
    context = {"page": queries.erasure_page(place), "reference": queries.reference(place)}
    return render(request, "takeaway/receipt.html", context)


def _on_erasure(request: Request, place: Place, kind: type[Form], act: Callable[..., Any]) -> HttpResponseBase:
    queries.must_be_hers(place)
    if request.method != "POST":
        return _erasure_page(request, place)
    return answer_form(
        kind(request.POST),
        do=lambda form: act(by=place.by, about=place, now=request.now, write_id=form.write_id()),
        then=lambda asked: reverse("takeaway:erasure", args=[place.id]),
        again=lambda form, status: _erasure_page(request, place, form, status),
    )


@policy.place
@read_or_post
def ask_erasure(request: Request, place: Place) -> HttpResponseBase:
    """She asks for it."""
    return _on_erasure(request, place, forms.AskErasure, actions.ask_erasure)


@policy.place
@read_or_post
def take_back_erasure(request: Request, place: Place) -> HttpResponseBase:
    """She keeps everything after all."""
    return _on_erasure(request, place, forms.TakeBack, actions.take_back_erasure)


@policy.place
@read_or_post
def erase_now(request: Request, place: Place) -> HttpResponseBase:
    """Erase it, when the days are over; nobody is signed in afterwards."""
    queries.must_be_hers(place)
    if request.method != "POST":
        return _erasure_page(request, place)

    def gone(result: object) -> HttpResponse:
        request.session.flush()
        return render(request, "takeaway/gone.html", {"account": None, "place": None})

    return answer_form(
        forms.EraseNow(request.POST),
        do=lambda form: actions.erase_now(by=place.by, about=place, now=request.now),
        then=gone,
        again=lambda form, status: _erasure_page(request, place, form, status),
    )


# --- legal holds -----------------------------------------------------------------------------------

holders = policy.posts(Post.DIRECTOR, Post.SUPERVISOR)


def _holds_page(request: Request, refused: Form | None = None, status: int = 200) -> HttpResponse:
    may_ask = Post.DIRECTOR in request.viewer.posts
    context = {
        "holds": queries.holds_of(request.viewer),
        "ask": refused if isinstance(refused, forms.AskHold) else forms.AskHold() if may_ask else None,
        "on_hold": forms.OnHold(),
        "refused": None if isinstance(refused, forms.AskHold) else refused,
    }
    return render(request, "takeaway/holds.html", context, status=status)


@holders
@read_or_post
def holds(request: Request) -> HttpResponseBase:
    """The holds of the agency, by the reference of the space; let a director ask for one."""
    if request.method != "POST":
        return _holds_page(request)
    return answer_form(
        forms.AskHold(request.POST),
        do=lambda form: actions.hold(by=request.viewer, now=request.now, write_id=form.write_id(), **form.given()),
        then=lambda made: reverse("takeaway:holds"),
        again=lambda form, status: _holds_page(request, form, status),
    )


def _on_hold(request: Request, act: Callable[..., Any]) -> HttpResponseBase:
    if request.method != "POST":
        return _holds_page(request)
    return answer_form(
        forms.OnHold(request.POST),
        do=lambda form: act(
            by=request.viewer, hold_id=form.cleaned_data["hold"], now=request.now, write_id=form.write_id()
        ),
        then=lambda row: reverse("takeaway:holds"),
        again=lambda form, status: _holds_page(request, form, status),
    )


@holders
@read_or_post
def confirm_hold(request: Request) -> HttpResponseBase:
    """A second person confirms a hold."""
    return _on_hold(request, actions.confirm_hold)


@holders
@read_or_post
def review_hold(request: Request) -> HttpResponseBase:
    """Somebody has looked: it is still needed."""
    return _on_hold(request, actions.review_hold)


@holders
@read_or_post
def lift_hold(request: Request) -> HttpResponseBase:
    """Somebody asks that a hold ends, or agrees that it does."""
    return _on_hold(request, actions.lift_hold)
