"""Headers of every answer, the language of whoever is signed in, and the page that says why something was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import translation

from alongside.access.requests import Request
from alongside.kit.answers import SeeOther
from alongside.kit.errors import Refused
from alongside.people import queries as people
from alongside.people import sessions

Answer = Callable[[HttpRequest], HttpResponseBase]

# On every answer, whoever made it: a page, an error, a picture. Other websites learn nothing of where
# somebody came from; a form of ours says it to us, or its token alone could not be believed.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",  # a page brings its own, wider one
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=(), browsing-topics=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def headers(get_response: Answer) -> Answer:
    """Nothing is kept by the browser or a cache on the way, static files apart."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code != 200 or not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "no-store, private"
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer


def own_language(get_response: Answer) -> Answer:
    """Whoever is signed in reads in the language of their account, on whichever device.

    Until a client has joined, the language she picked in this browser counts: the one of the account
    is only what the card was printed in.
    """

    def answer(plain: HttpRequest) -> HttpResponseBase:
        request = cast(Request, plain)
        account = request.account
        if account is not None and (account.is_staff_account or account.joined_at is not None):
            translation.activate(account.language)
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        return get_response(request)

    return answer


class refusals:
    """Turn a refusal that no view caught into a page with its sentence and all that was typed.

    An address that only takes a form, opened by hand, gets a page as well: an empty answer is
    shown by browsers as a fault of theirs.

    Also refuses what another website sends in somebody's name. Browsers since 2020 say where a form
    comes from; for older ones the form's own token is the guard.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        comes_from = request.headers.get("Sec-Fetch-Site", "none")
        is_safe = request.method in ("GET", "HEAD", "OPTIONS", "TRACE") or request.path == reverse("web:leave")
        if not is_safe and comes_from not in ("same-origin", "none"):
            from alongside.web import views

            return views.came_from_elsewhere(request)
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET":
            from alongside.web import views

            return views.only_for_forms(request, allowed=response["Allow"])
        return response

    def process_exception(self, request: Any, error: Exception) -> HttpResponseBase | None:
        if not isinstance(error, Refused):
            return None
        from alongside.web import views

        return views.not_found(request) if error.status == 404 else views.refused(request, error)


# A script of ours says so with what it sends (`outbox.js`): in whose name it was written, or "-" for whoever is here.
OUTBOX = "X-Outbox"
NOBODY_IN_PARTICULAR = "-"
# Where to go on to after something was done, for a script that shall not fetch the page itself.
GO_TO = "X-Go-To"


def bad_line(get_response: Answer) -> Answer:
    """What a browser kept while there was no line is sent as nobody else, answered in few words, and forgotten in time.

    A browser says in a cookie that it keeps things for its owner. When that has ended, by her own word
    from another device, say, the next answer has it forget everything. A redirection does not: scripts
    cannot read one, and the page behind it comes at once.
    """

    def answer(plain: HttpRequest) -> HttpResponseBase:
        request = cast(Request, plain)
        keeping_id = sessions.keeping_id_of(request)
        keeping = people.keeping(keeping_id) if keeping_id is not None else None
        account = request.account
        is_hers = keeping is not None and account is not None and keeping.account_id == account.pk
        request.keeps_for = sessions.whose(account) if is_hers and account is not None else ""  # type: ignore[attr-defined]
        response = _sent_by_script(request, get_response)
        if keeping_id is not None and keeping is None and not 300 <= response.status_code < 400:
            sessions.tell_to_forget(response)
        return response

    return answer


def _sent_by_script(request: Request, get_response: Answer) -> HttpResponseBase:
    written_by = request.headers.get(OUTBOX, "")
    if not written_by or request.method != "POST":
        return get_response(request)
    account = request.account
    if account is not None and written_by not in (NOBODY_IN_PARTICULAR, sessions.whose(account)):
        # Somebody else is signed in here now. It waits until its writer is back.
        answer = HttpResponse(status=401)
        answer[OUTBOX] = "somebody else"
        return answer
    response = get_response(request)
    if isinstance(response, SeeOther):
        response.status_code = 204
        response[OUTBOX] = "done"
        response[GO_TO] = response["Location"]
        del response["Location"]
    return response
