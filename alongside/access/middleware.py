"""At the edge: who is looking, the trail before the answer, and nothing open that was not declared."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from alongside.access import trail
from alongside.access.policy import declared_by, must_sign_in
from alongside.access.requests import Request
from alongside.access.viewer import Viewer
from alongside.kit.errors import Refused
from alongside.people.models import Account

log = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponseBase]


class NoTrail(Refused):
    """The trail could not be written, so nothing may be shown."""

    status = 503
    code = "no_trail"
    sentence = _(
        "We could not write down that somebody is looking, so we show nothing. "
        "Nothing is lost. Please try again in a moment."
    )


def viewer_of(account: Account, *, now: datetime.datetime) -> Viewer:
    """The viewer behind a signed-in account."""
    return Viewer(
        person_id=account.person_id,
        organisation_id=account.person.organisation_id,
        now=now,
        language=account.language,
        is_staff=account.is_staff_account,
    )


def who_is_looking(get_response: Answer) -> Answer:
    """Put the clock and the viewer on the request; write what was read to the trail before answering."""

    def answer(plain: HttpRequest) -> HttpResponseBase:
        request = cast(Request, plain)
        request.now = timezone.now()
        user: Any = request.user
        request.account = user if user.is_authenticated else None
        if request.account is None:
            return get_response(request)
        request.viewer = viewer_of(request.account, now=request.now)
        response = get_response(request)
        try:
            trail.flush(request.viewer)
        except DatabaseError:
            log.exception("The trail could not be written; the answer was withheld.")
            say_so: Callable[[HttpRequest, Refused], HttpResponseBase] = import_string(settings.REFUSED_VIEW)
            return say_so(request, NoTrail())
        return response

    return answer


class closed_by_default:
    """A view that declares no policy does not answer."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        declared = declared_by(view)
        if declared is None:
            raise Http404
        if getattr(view, "policy", None) is None and declared[0] == "signed_in" and request.account is None:
            return must_sign_in(request)
        return None
