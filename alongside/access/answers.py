"""Answering a form that was posted in a space: by whoever is there, about that space, at the moment of the request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpResponse, HttpResponseBase

from alongside.access.requests import Request
from alongside.access.viewer import Place
from alongside.kit.answers import answer_form
from alongside.kit.forms import Form
from alongside.kit.ids import id_from

T = TypeVar("T")


def acting(
    act: Callable[..., T], request: Request, place: Place, *, at_address: bool = False, **more: Any
) -> Callable[[Form], T]:
    """Return what `answer_form` is to do with a valid form: `act`, once.

    The action gets `by`, `about`, `now` and `write_id`, then what was typed, and `more`: most often the id of the
    row that the address names.

    `at_address` makes the address a part of the write's id. It is for a form that is drawn beside several rows, or
    under several buttons, with one key: without it, the second press would pass for the first one arriving twice.
    """

    def do(form: Form) -> T:
        write_id = form.write_id()
        if at_address:
            write_id = id_from(str(write_id), request.path)
        return act(by=place.by, about=place, now=request.now, write_id=write_id, **form.given(), **more)

    return do


def answer_posted(
    request: Request,
    place: Place,
    form: Form,
    act: Callable[..., Any],
    draw: Callable[..., HttpResponse],
    then: str,
) -> HttpResponseBase:
    """Do what a posted form asks for and go to `then`; draw the page again with a refused form.

    Buttons of one page share a key: the address makes the writes different.
    """
    if request.method != "POST":
        return draw(None, 200)
    return answer_form(form, do=acting(act, request, place, at_address=True), then=lambda done: then, again=draw)
