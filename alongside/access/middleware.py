"""At the edge: who is looking, the trail before the answer, and nothing open that was not declared."""

from __future__ import annotations

import datetime
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, connections
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.module_loading import import_string

from alongside.access import trail, wall
from alongside.access.policy import declared_by, must_sign_in
from alongside.access.requests import Request
from alongside.access.trail import NoTrail
from alongside.access.viewer import Viewer
from alongside.kit.errors import Refused
from alongside.people.models import Account

log = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponseBase]


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
    """Put the clock and the viewer on the request; write what was read to the trail before answering.

    Pages show days and hours as they are where the agency is.
    """

    def answer(plain: HttpRequest) -> HttpResponseBase:
        request = cast(Request, plain)
        request.now = timezone.now()
        user: Any = request.user
        request.account = user if user.is_authenticated else None
        if request.account is None:
            return get_response(request)
        request.viewer = viewer_of(request.account, now=request.now)
        with timezone.override(request.account.person.organisation.time_zone):
            try:
                return _noted(request, get_response)
            except DatabaseError:
                log.exception("The trail could not be written; the answer was withheld.")
                say_so: Callable[[HttpRequest, Refused], HttpResponseBase] = import_string(settings.REFUSED_VIEW)
                return say_so(request, NoTrail())

    return answer


def _noted(request: Request, get_response: Answer) -> HttpResponseBase:
    """Answer, and write to the trail what was read.

    On PostgreSQL it is one transaction, which stands for the viewer before the database's own wall
    (`access.wall`) and is on disk before the answer leaves. A page that breaks down undoes what it did.
    """
    viewer = request.viewer
    with wall.standing_for(viewer) as undo:
        response = get_response(request)
        broke_down = response.status_code >= 500
        if broke_down:
            undo()
        else:
            trail.flush(viewer)
    if broke_down:
        with wall.standing_for(viewer):
            trail.flush(viewer)
    if response.streaming:
        answer: Any = response
        answer.streaming_content = _part_by_part(viewer, iter(answer.streaming_content))
    return response


def _part_by_part(viewer: Viewer, parts: Iterator[bytes]) -> Iterator[bytes]:
    """What is read while an answer is under way is noted before the part that shows it leaves."""
    while True:
        with wall.standing_for(viewer):
            part = next(parts, None)
            trail.flush(viewer)
        if part is None:
            return
        yield part


class GetMustNotWrite(Exception):
    """A page that was only looked at tried to change something."""


WRITES = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|UPDATE|DELETE FROM|TRUNCATE)\s+"?(\w+)', re.IGNORECASE)
# A session remembers that somebody is there, a cache counts tries: neither is part of anybody's record.
MAY_BE_WRITTEN = frozenset({"django_session", "cache"})


def _refuse_to_write(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    table = WRITES.match(sql)
    if table and table.group(1) not in MAY_BE_WRITTEN:
        raise GetMustNotWrite(f"Looking at a page changes nothing, and this would: {sql[:80]}")
    return execute(sql, params, many, context)


def get_never_writes(get_response: Answer) -> Answer:
    """In tests and in development, refuse a view that writes when it is only looked at."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            return get_response(request)
        with ExitStack() as guarded:
            for connection in connections.all():
                guarded.enter_context(connection.execute_wrapper(_refuse_to_write))
            return get_response(request)

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
