"""Who may knock on which address. A view that declares nothing does not answer.

    @policy.public(because="…")     anybody
    @policy.signed_in               anybody who is signed in, and has finished signing in
    @policy.client                  a client
    @policy.staff                   staff; `@policy.posts(Post.DIRECTOR)` narrows it
    @policy.place                   whoever has a seat in the partnership that the address names; the
                                    view gets the `Place` instead of the id

To a person without a seat a partnership's address answers as if it were not there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from alongside.access.requests import Request
from alongside.access.viewer import Place, enter
from alongside.kit.errors import NotFound
from alongside.people import sessions
from alongside.people.rules import Post

P = ParamSpec("P")
View = Callable[Concatenate[Any, P], HttpResponseBase]
V = TypeVar("V", bound=Callable[..., HttpResponseBase])

# Views of libraries, which cannot carry our decorator, by the module they come from; and why.
OUTSIDE = {
    "allauth.account.views": ("public", "allauth guards its own pages: signing in and out, and confirming again"),
    "allauth.mfa": ("signed_in", "allauth guards its own pages: passkeys, one-time codes, recovery codes"),
}


def _declare(view: Any, name: str, because: str = "") -> Any:
    view.policy = name
    view.policy_because = because
    return view


def public(*, because: str) -> Callable[[V], V]:
    """Anybody may open it, signed in or not. `because` stands in the list of routes."""

    def declare(view: V) -> V:
        declared: V = _declare(view, "public", because)
        return declared

    return declare


def _guarded(name: str, allowed: Callable[[Request], bool]) -> Callable[[View[P]], View[P]]:
    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            stop = must_sign_in(request)
            if stop is not None:
                return stop
            if not allowed(request):
                raise NotFound
            return view(request, *args, **kwargs)

        guarded: View[P] = _declare(answer, name)
        return guarded

    return guard


def must_sign_in(request: Request) -> HttpResponse | None:
    """Return where to go first: signing in, or finishing it (staff need a second factor)."""
    if request.account is None:
        return sessions.ask_to_sign_in(request)
    missing = sessions.what_is_missing(request)
    return redirect(missing) if missing else None


signed_in = _guarded("signed_in", lambda request: True)
client = _guarded("client", lambda request: request.account is not None and not request.account.is_staff_account)
staff = _guarded("staff", lambda request: request.account is not None and request.account.is_staff_account)


def posts(*wanted: Post) -> Callable[[View[P]], View[P]]:
    """Staff who hold one of these posts now."""
    return _guarded("posts:" + ",".join(wanted), lambda request: bool(request.viewer.posts & set(wanted)))


def place(view: Callable[Concatenate[Any, Place, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Whoever has a seat in the partnership `partnership_id` of the address."""

    @wraps(view)
    def answer(request: Any, partnership_id: uuid.UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        stop = must_sign_in(request)
        if stop is not None:
            return stop
        request.place = enter(request.viewer, partnership_id)
        return view(request, request.place, *args, **kwargs)

    guarded: Callable[..., HttpResponseBase] = _declare(answer, "place")
    return guarded


def declared_by(view: Any) -> tuple[str, str] | None:
    """Return (policy, reason) of a view, or `None` when it declares nothing and so does not answer."""
    name = getattr(view, "policy", None)
    if name is not None:
        return name, getattr(view, "policy_because", "")
    module = getattr(getattr(view, "view_class", view), "__module__", "")
    for prefix, declared in OUTSIDE.items():
        if module == prefix or module.startswith(prefix + "."):
            return declared
    return None
