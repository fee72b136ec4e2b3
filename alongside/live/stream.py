"""The address that an open page listens to: `GET /live/<partnership id>`, as server-sent events.

The page of a paper that is written together adds `?paper=<id>`, and hears of that as well.

It stands outside Django, whose requests each hold a thread for as long as they last, so what
Django's middleware does for a page is done here: the host's name, the origin, the session, the
second factor, the seat. Whatever is amiss gets the same answer, as if nothing were there.

Opening a stream reads nothing of anybody's and leaves no line in the trail; it writes nothing, and
so does not make a session last longer.
"""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, load_backend
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from alongside.access import Kind
from alongside.access.middleware import viewer_of
from alongside.access.viewer import enter
from alongside.kit.errors import NotFound
from alongside.live.hub import Ask, Hub, Send, Stream
from alongside.live.queries import proof_of, shared_proof
from alongside.people import sessions
from alongside.people.models import Account

log = logging.getLogger(__name__)

PREFIX = "/live/"
OF_PAPER = "paper="
SAFE_SITES = {b"same-origin", b"none"}
HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
STREAM_HEADERS = [
    *HEADERS,
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),  # a proxy that gathers answers would keep the signals to itself
]

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Knock:
    """What an acceptable request asks for."""

    partnership_id: uuid.UUID
    session_key: str
    paper_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Entered:
    """Who was let in."""

    account_id: uuid.UUID
    proof: int


def knock_of(scope: Scope) -> Knock | None:
    """Return what the request asks for, or `None` when it is not one that a page of ours would send."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in headers and name in (b"host", b"origin", b"cookie"):
            return None
        headers[name] = value
    host = headers.get(b"host", b"").decode("latin-1")
    origin = headers.get(b"origin")
    domain, _ = split_domain_port(host)
    if (
        scope["method"] != "GET"
        or not domain
        or not validate_host(domain, settings.ALLOWED_HOSTS)
        or (origin is not None and urlsplit(origin.decode("latin-1")).netloc != host)
        or headers.get(b"sec-fetch-site", b"same-origin") not in SAFE_SITES
        or (settings.SECURE_SSL_REDIRECT and not _came_by_https(headers))
    ):
        return None
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    session_key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    try:
        partnership_id = uuid.UUID(scope["path"].removeprefix(PREFIX))
        asked = scope["query_string"].decode("latin-1")
        paper_id = uuid.UUID(asked.removeprefix(OF_PAPER)) if asked.startswith(OF_PAPER) else None
    except ValueError:
        return None
    if not session_key or scope["path"] != f"{PREFIX}{partnership_id}":
        return None
    return Knock(partnership_id, session_key, paper_id)


def _came_by_https(headers: dict[bytes, bytes]) -> bool:
    says: Any = settings.SECURE_PROXY_SSL_HEADER
    if says is None:
        return False
    name, value = says
    return bool(headers.get(name.removeprefix("HTTP_").replace("_", "-").lower().encode()) == value.encode())


def let_in(knock: Knock, *, now: datetime.datetime) -> Entered | None:
    """Return who is behind the session when they are signed in and have a seat there now, else `None`."""
    session = import_module(settings.SESSION_ENGINE).SessionStore(knock.session_key)
    account = _signed_in(session)
    if account is None:
        return None
    request: Any = HttpRequest()
    request.session, request.user, request.account, request.now = session, account, account, now
    request.viewer = viewer_of(account, now=now)
    if sessions.what_is_missing(request) is not None:
        return None
    try:
        place = enter(request.viewer, knock.partnership_id)
    except NotFound:
        return None
    if knock.paper_id is not None and not place.sees(Kind.PAPER):
        return None
    if not place.is_invited:
        return Entered(account.id, proof_of(account.password))
    proof = shared_proof(place.id, account.person_id, account.password, now=now)
    return Entered(account.id, proof) if proof is not None else None


def _signed_in(session: Any) -> Account | None:
    """The account of a session, as `django.contrib.auth.get_user` finds it, but without writing anything."""
    backend = session.get(BACKEND_SESSION_KEY)
    if backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    account: Account | None = load_backend(backend).get_user(session.get(SESSION_KEY))
    if account is None:
        return None
    proofs = [account.get_session_auth_hash(), *account.get_session_auth_fallback_hash()]
    if not any(constant_time_compare(session.get(HASH_SESSION_KEY, ""), proof) for proof in proofs):
        return None
    return account


async def answer(scope: Scope, receive: Receive, send: Send, *, hub: Hub, ask: Ask) -> None:
    """Answer one request: a stream that stays open until either side ends it, or the refusal."""
    knock = knock_of(scope)
    if knock is None:
        return await _refuse(send, 404)
    try:
        entered = await ask(partial(let_in, knock, now=timezone.now()))
    except Exception:
        log.exception("A page could not be let in to listen.")
        return await _refuse(send, 503)
    if entered is None:
        return await _refuse(send, 404)
    if hub.is_closing or not hub.has_room_for(knock.session_key):
        return await _refuse(send, 503)
    stream = Stream(
        partnership_id=knock.partnership_id,
        account_id=entered.account_id,
        session_key=knock.session_key,
        proof=entered.proof,
        paper_id=knock.paper_id,
        send=send,
    )
    await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
    hub.join(stream)
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        hub.leave(stream)
    return None


async def _refuse(send: Send, status: int) -> None:
    headers = [*HEADERS, (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
