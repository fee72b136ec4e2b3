"""The room's fixed words: what a paper can be, and where it stands."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alongside.together.rules import Sort, State

SORTS = {
    Sort.NOTE: _("A note"),
    Sort.PLAN: _("A plan"),
    Sort.LETTER: pgettext_lazy("what is written together", "A letter"),
}
STATES = {
    State.WRITING: _("being written"),
    State.FINISHED: pgettext_lazy("a paper", "finished"),
    State.TAKEN_OVER: _("became a note"),
}
