"""The room's fixed words: sorts, states, layers, the pace. Kept in one place for forms and pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alongside.topics.rules import BIGNESS, Audience, Leads, Sort, State

# As she reads them on her own entries.
SORTS = {
    Sort.GOOD_AT: _("What I am good at"),
    Sort.HELPS: _("What gets me through"),
    Sort.MANAGED: _("Something I managed"),
    Sort.SEEN: _("I saw you do this"),
}
# As somebody else chooses when they offer one to her.
OFFERED = {
    Sort.SEEN: _("I saw you do this"),
    Sort.GOOD_AT: _("You are good at this"),
    Sort.HELPS: _("This gets you through"),
    Sort.MANAGED: _("You managed this"),
}
STATES = {
    State.TO_TALK: _("to talk about"),
    State.NOT_YET: _("not yet"),
    State.READY: _("ready"),
    State.TALKED: pgettext_lazy("a subject that was talked about", "talked"),
}
AUDIENCES = {
    Audience.WORKER: _("my worker alone"),
    Audience.ALL: _("everybody who works with me, stand-ins too"),
}
LEADS = {
    Leads.ME: _("I do"),
    Leads.YOU: _("My worker does"),
    Leads.BOTH: _("We take turns"),
}
BIG = [(str(number), str(number)) for number in BIGNESS]
GLADNESS = {
    1: _("no"),
    2: _("rather not"),
    3: _("so‑so"),
    4: _("rather yes"),
    5: _("yes"),
}
