"""Answering a posted form: one call to an action, and nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError
from django.db.transaction import atomic
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from alongside.kit.errors import NotFound, Refused
from alongside.kit.forms import Form

F = TypeVar("F", bound=Form)

# A page whose form was refused is fetched again from the form's own address when something changed.
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


class SeeOther(HttpResponseRedirect):
    """Go and look at the page: the answer to a form that did what it asked."""

    status_code = 303


def _done(form: F, do: Callable[[F], Any]) -> Any:
    """Run `do`; what a second look has to say undoes it, so that it is said only of what could have been kept."""
    if form.second_look is None:
        return do(form)
    with atomic():
        result = do(form)
        form.second_look(form)
    return result


def answer_form(
    form: F,
    *,
    do: Callable[[F], Any],
    then: Callable[[Any], str | HttpResponseBase],
    again: Callable[[F, int], HttpResponse],
) -> HttpResponseBase:
    """Run `do` with a valid form and go to `then(result)`; else draw the page `again` with the form and its status.

    `then` may give a whole page instead of an address, for what is shown only once: a card's number.

    An invalid form answers 400, a refusal its own status, each with a sentence and with everything
    that was typed. When two arrivals of the same write race, the loser runs once more and finds
    what the winner wrote.
    """
    if not form.is_valid():
        return again(form, 400)
    try:
        try:
            result = _done(form, do)
        except IntegrityError:
            result = _done(form, do)
    except NotFound:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal.sentence))
        return again(form, refusal.status)
    answer = then(result)
    return answer if isinstance(answer, HttpResponseBase) else SeeOther(answer)
