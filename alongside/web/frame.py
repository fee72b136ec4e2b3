"""What every page's frame needs to know, and how forms are drawn."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.template import engines
from django.utils.translation import get_language_bidi

from alongside.people.rules import Role


class FormRenderer(DjangoTemplates):
    """Draws forms with the house's own templates, from the same place as every other page."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("web/"):
            return engines["django"].get_template(template_name)
        return super().get_template(template_name)


def _is_invited(request: Any) -> bool:
    """Whether somebody is here only to see what is shared with them: neither staff nor in a space of their own."""
    account = getattr(request, "account", None)
    if account is None or account.is_staff_account:
        return False
    place = getattr(request, "place", None)
    if place is not None and place.is_client:
        return False
    return all(seat.role != Role.CLIENT for seat in request.viewer.seats)


def _space_id(request: Any) -> uuid.UUID | None:
    """The space that the places at the bottom belong to: the one that is open, or a client's own."""
    place = getattr(request, "place", None)
    if place is not None:
        return uuid.UUID(str(place.id))
    account = getattr(request, "account", None)
    if account is None or account.is_staff_account:
        return None
    return next((seat.partnership_id for seat in request.viewer.seats if seat.role == Role.CLIENT), None)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of the frame: the neutral title, the direction of the script, the place if there is one."""
    return {
        "site_title": settings.SITE_TITLE,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "languages": settings.LANGUAGES,
        "place": getattr(request, "place", None),
        "space_id": partial(_space_id, request),
        "is_invited": partial(_is_invited, request),
        "account": getattr(request, "account", None),
        "is_demo": settings.DEMO,
        "leave_to": settings.LEAVE_TO,
        # In whose name this browser keeps things, because she said yes here; empty for everybody else.
        "keeps_for": getattr(request, "keeps_for", ""),
    }
