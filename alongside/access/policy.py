"""Who may knock on which address. A view that declares nothing does not answer.

    @policy.public(because="…")     anybody
    @policy.signed_in               anybody who is signed in, and has finished signing in
    @policy.client                  a client
    @policy.staff                   staff; `@policy.posts(Post.DIRECTOR)` narrows it
    @policy.place                   whoever has a seat in the partnership that the address names; the
                                    view gets the `Place` instead of the id
    @policy.invited                 whoever was invited there to see what is shared with them; all other
                                    addresses of the space are absent to them

To a person without a seat a partnership's address answers as if it were not there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpResponseBase

from alongside.access.viewer import Place, enter
from alongside.kit.errors import NotFound
from alongside.people.doors import client as client
from alongside.people.doors import declare, guarded
from alongside.people.doors import public as public
from alongside.people.doors import signed_in as signed_in
from alongside.people.doors import staff as staff
from alongside.people.rules import Post
from alongside.people.sessions import must_sign_in as must_sign_in

P = ParamSpec("P")
View = Callable[Concatenate[Any, P], HttpResponseBase]

# Views of libraries, which cannot carry our decorator, by the module they come from; and why.
# The other pages of allauth stand behind `people.doors`.
OUTSIDE = {
    "allauth.account.views": ("public", "staff sign in here"),
    "allauth.mfa.base.views": ("public", "the second step comes before anybody is signed in"),
}


def posts(*wanted: Post) -> Callable[[View[P]], View[P]]:
    """Staff who hold one of these posts now."""
    return guarded("posts:" + ",".join(wanted), lambda request: bool(request.viewer.posts & set(wanted)))


def place(view: Callable[Concatenate[Any, Place, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Whoever has a seat in the partnership `partnership_id` of the address, other than to see what is shared."""
    return _in_place(view, "place", invited=False)


def invited(view: Callable[Concatenate[Any, Place, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Whoever was invited into the partnership `partnership_id` of the address, and nobody else."""
    return _in_place(view, "invited", invited=True)


def _in_place(
    view: Callable[Concatenate[Any, Place, P], HttpResponseBase], name: str, *, invited: bool
) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def answer(request: Any, partnership_id: uuid.UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        stop = must_sign_in(request)
        if stop is not None:
            return stop
        place = enter(request.viewer, partnership_id)
        if place.is_invited is not invited:
            raise NotFound
        request.place = place
        return view(request, place, *args, **kwargs)

    answered: Callable[..., HttpResponseBase] = declare(answer, name)
    return answered


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
