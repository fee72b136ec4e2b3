"""The room's fixed words: the parts of a plan, of a look back, and who may read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from alongside.safety.rules import Audience, Looked, Part

# As they stand on the page. Whom she would call, and the number, are drawn as one.
PARTS = {
    Part.SIGNS: _("What I notice first"),
    Part.ALONE: _("What I can do by myself"),
    Part.COMPANY: _("People and places that take me out of it"),
    Part.WHO: _("Whom I call"),
    Part.NUMBER: _("Their number"),
    Part.SAFER: _("How I make it safer around me"),
    Part.HARDER: _("What could get harder because of this"),
    Part.KEEPS: _("What keeps me here"),
}
LOOKED = {
    Looked.HELPED: _("What helped"),
    Looked.HURT: _("What hurt"),
    Looked.CHANGE: _("What I would change"),
}
AUDIENCES = {
    Audience.ME: _("Only me"),
    Audience.WITH_ME: _("Me, my social worker, and whoever stands in"),
}
