"""Pages that belong to no room: errors, leaving, the language."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from alongside.access import policy
from alongside.access.requests import Request
from alongside.kit.answers import SeeOther
from alongside.kit.errors import Refused
from alongside.people import actions as people_actions
from alongside.people import sessions
from alongside.people.sessions import safe_next
from alongside.web import offline

# What signs somebody in, or is the form's own, and is never given back.
_NOT_TYPED = re.compile(r"csrf|password|(^|[-_])pin([-_]|$)|^(.*-)?(key|code|number|credential|next|language)$")
# Answers to a question with given answers: a tick, a number on a scale, the id of a row.
_NOT_WORDS = re.compile(r"on|[+\-−]?\d{0,4}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def typed(request: HttpRequest) -> list[str]:
    """The texts that came with a form, so that a page which cannot use them can give them back."""
    return [
        text
        for name in request.POST
        if not _NOT_TYPED.search(name)
        for text in request.POST.getlist(name)
        if text.strip() and not _NOT_WORDS.fullmatch(text)
    ]


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Say why something did not happen, and give back what was typed."""
    context = {"sentence": refusal.sentence, "typed": typed(request)}
    return render(request, "web/refused.html", context, status=refusal.status)


def came_from_elsewhere(request: HttpRequest) -> HttpResponse:
    """Another website tried to send a form in somebody's name. Its words are not shown as if they were hers."""
    sentence = _("Another website tried to send something here. Nothing was changed.")
    return render(request, "web/refused.html", {"sentence": sentence, "typed": []}, status=403)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was drawn before a sign-in or a restart: say so, and give back what was typed."""
    sentence = _("This page was open for a long time and could not be sent. Nothing was changed. Please open it again.")
    answer = render(request, "web/refused.html", {"sentence": sentence, "typed": typed(request)}, status=403)
    answer["X-Outbox"] = "token"  # a script that kept it tries once more, with a token of today
    return answer


def not_understood(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Something came that no page of ours sends: too much at once, or a wrong address."""
    return _without_asking_anything(request, "web/not_understood.html", status=400)


def only_for_forms(request: HttpRequest, *, allowed: str) -> HttpResponse:
    """Somebody opened by hand, or went back to, an address that only takes a form."""
    answer = _without_asking_anything(request, "web/only_for_forms.html", status=405)
    answer["Allow"] = allowed
    return answer


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Absent and hidden look the same."""
    return render(request, "web/not_found.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Something broke on our side."""
    return _without_asking_anything(request, "web/broken.html", status=500)


def _without_asking_anything(request: HttpRequest, template: str, *, status: int) -> HttpResponse:
    # Whatever is broken may be what a page usually asks: the session, the account, the database.
    context = {
        "site_title": settings.SITE_TITLE,
        "leave_to": settings.LEAVE_TO,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "CSP_NONCE": getattr(request, "csp_nonce", ""),
    }
    return HttpResponse(render_to_string(template, context), status=status)


@policy.public(because="leaving must work from a page that is old, signed out or half loaded")
@csrf_exempt
def leave(request: Request) -> HttpResponseBase:
    """End the session, have the browser drop what it kept, and open the harmless page.

    Without JavaScript this is a plain form. The page's own script blanks it first, opens the harmless
    page itself and sends this `quietly`, so that nothing is fetched from there on our behalf. Opening
    the address by hand ends nothing: a link on another website must not sign anybody out.
    """
    answer = HttpResponse(status=204) if request.POST.get("quietly") else SeeOther(settings.LEAVE_TO)
    if request.method == "POST":
        logout(request)
        answer["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        sessions.end_keeping(request, answer)
    return answer


@policy.public(because="it holds nothing of anybody’s; whoever keeps nothing here never asks for it")
@require_safe
def worker(request: Request) -> HttpResponseBase:
    """The script that answers for us without a line. Made of our own files; another one when any of them changes."""
    return HttpResponse(offline.worker(), content_type="text/javascript; charset=utf-8")


@policy.public(because="it says that there is no line, and nothing else")
@require_safe
def without_a_line(request: Request) -> HttpResponseBase:
    """What is shown for a page that was not kept: no name of an agency, nothing of anybody's."""
    return render(request, "web/without_a_line.html")


@policy.public(because="it says who is signed in under a name that says nothing, to that browser alone")
@require_safe
def door(request: Request) -> HttpResponseBase:
    """Before what waited goes out: who is signed in here now, and the token that a form of today would carry."""
    is_here = request.account is not None and sessions.what_is_missing(request) is None
    return JsonResponse(
        {"whose": sessions.whose(request.account) if is_here and request.account else "", "token": get_token(request)}
    )


@policy.public(because="the first page must be readable before anybody signs in")
def language(request: Request) -> HttpResponseBase:
    """Read on in another language: in this browser and, for whoever is signed in, wherever they sign in."""
    back = safe_next(request.POST.get("next", "")) or "/"
    answer = SeeOther(back)
    code = request.POST.get("language", "")
    if request.method == "POST" and code in dict(settings.LANGUAGES):
        if request.account:
            people_actions.set_language(by=request.account, code=code)
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return answer
