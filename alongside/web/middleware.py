"""Headers of every answer, and the page that says why something did not happen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from alongside.kit.errors import Refused

Answer = Callable[[HttpRequest], HttpResponseBase]


def headers(get_response: Answer) -> Answer:
    """Nothing is kept by the browser or a cache on the way, static files apart."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "no-store, private"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = (
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
            "publickey-credentials-get=(self), publickey-credentials-create=(self)"
        )
        return response

    return answer


class refusals:
    """Turn a refusal that no view caught into a page with its sentence and all that was typed."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: Any, error: Exception) -> HttpResponseBase | None:
        if not isinstance(error, Refused):
            return None
        from alongside.web import views

        return views.not_found(request) if error.status == 404 else views.refused(request, error)
