"""What every page's frame needs to know, and how forms are drawn."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.template import engines
from django.utils.translation import get_language_bidi


class FormRenderer(DjangoTemplates):
    """Draws forms with the house's own templates, from the same place as every other page."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("web/"):
            return engines["django"].get_template(template_name)
        return super().get_template(template_name)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of the frame: the neutral title, the direction of the script, the place if there is one."""
    return {
        "site_title": settings.SITE_TITLE,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "place": getattr(request, "place", None),
        "account": getattr(request, "account", None),
        "is_demo": settings.DEMO,
        "leave_to": settings.LEAVE_TO,
    }
