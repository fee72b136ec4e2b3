"""Who may knock on the pages of this floor. `access.policy` carries the same doors further up.

@doors.public(because="…")     anybody
@doors.signed_in               anybody who is signed in, and has finished signing in
@doors.client                  a client
@doors.staff                   staff
@doors.second_step             staff who have no second step yet, or have given it
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponseBase

from alongside.kit.errors import NotFound
from alongside.people import sessions
from alongside.people.models import Account

P = ParamSpec("P")
View = Callable[Concatenate[Any, P], HttpResponseBase]
V = TypeVar("V", bound=Callable[..., HttpResponseBase])


class Request(HttpRequest):
    """The request as the pages of this floor get it."""

    now: datetime.datetime
    account: Account | None


def declare(view: Any, name: str, because: str = "") -> Any:
    """Write on a view who may open it; one without does not answer."""
    view.policy = name
    view.policy_because = because
    return view


def public(*, because: str) -> Callable[[V], V]:
    """Anybody may open it, signed in or not. `because` stands in the list of routes."""

    def put(view: V) -> V:
        declared: V = declare(view, "public", because)
        return declared

    return put


def guarded(name: str, allowed: Callable[[Any], bool]) -> Callable[[View[P]], View[P]]:
    """A door for whoever is signed in and `allowed`; to anybody else the address is not there."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            stop = sessions.must_sign_in(request)
            if stop is not None:
                return stop
            if not allowed(request):
                raise NotFound
            return view(request, *args, **kwargs)

        answered: View[P] = declare(answer, name)
        return answered

    return guard


signed_in = guarded("signed_in", lambda request: True)
client = guarded("client", lambda request: not request.account.is_staff_account)
staff = guarded("staff", lambda request: request.account.is_staff_account)


def second_step(view: View[P]) -> View[P]:
    """Staff who set up their second step, or look after it.

    Whoever came in with nothing but a password does not get to add a step of their own beside one
    that is there.
    """

    @wraps(view)
    def answer(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.account is None:
            return sessions.ask_to_sign_in(request)
        if not request.account.is_staff_account:
            raise NotFound
        if not sessions.has_given_second_factor(request) and sessions.has_second_factor(request.account):
            raise NotFound
        return view(request, *args, **kwargs)

    answered: View[P] = declare(answer, "staff", "the second step must be set up before anything else opens")
    return answered
