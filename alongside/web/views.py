"""Pages that belong to no room: errors, leaving, when it gets hard."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from alongside.kit.errors import Refused

NOT_TYPED = {"csrfmiddlewaretoken", "key", "pin", "pin_again", "password", "code", "number"}


def typed(request: HttpRequest) -> list[str]:
    """The texts that came with a form, so that a page which cannot use them can give them back."""
    return [
        text
        for name in request.POST
        if name.rsplit("-", 1)[-1] not in NOT_TYPED
        for text in request.POST.getlist(name)
        if text.strip()
    ]


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Say why something did not happen, and give back what was typed."""
    context = {"sentence": refusal.sentence, "typed": typed(request)}
    return render(request, "web/refused.html", context, status=refusal.status)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Absent and hidden look the same."""
    return render(request, "web/not_found.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Something broke on our side."""
    return render(request, "web/broken.html", status=500)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was drawn before a sign-in or a restart: say so, and give back what was typed."""
    sentence = _("This page was open for a long time and could not be sent. Nothing was changed. Please open it again.")
    return render(request, "web/refused.html", {"sentence": sentence, "typed": typed(request)}, status=403)
