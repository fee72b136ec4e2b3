"""How long somebody stays signed in, and what is still missing before they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect


def keep_short(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    return answer


def ask_to_sign_in(request: Any) -> HttpResponse:
    return redirect("/")


def what_is_missing(request: Any) -> str | None:
    return None
