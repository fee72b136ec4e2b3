"""A template that names a variable which is not there fails the test that drew it, instead of showing nothing."""

from __future__ import annotations

import inspect
from typing import Any

from django.conf import settings
from django.template.base import Node


class UndefinedVariable(Exception):
    """A template of ours used a variable that nobody gave it."""


class RaiseIfInvalid(str):
    """Django puts this where a variable is missing. Templates of libraries are let off."""

    __slots__ = ()

    def __mod__(self, missing: Any) -> str:
        origin = _drawn_from()
        if "site-packages" in origin:
            return ""
        raise UndefinedVariable(f"{{{{ {missing} }}}} in {origin}")


def _drawn_from() -> str:
    frame = inspect.currentframe()
    while frame is not None:
        drawing = frame.f_locals.get("self")
        if isinstance(drawing, Node) and getattr(drawing, "origin", None) is not None:
            return str(drawing.origin.name)
        frame = frame.f_back
    return "a template without a name"


def be_strict() -> None:
    """Have every undefined variable raise. Call it before the first template is drawn."""
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = RaiseIfInvalid("%s")
