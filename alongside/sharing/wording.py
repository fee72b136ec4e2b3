"""What this room says about what can be shared, why, and by whom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alongside.consent.rules import Shared
from alongside.people.rules import Role
from alongside.sharing.rules import State

# What she can share, in words that she would use.
THINGS = {
    Shared.WORDS: _("What I need, and what I hope for"),
    Shared.PICTURE: _("The picture so far"),
    Shared.NOTES: _("What we wrote"),
    Shared.DECISIONS: _("What I have to decide, and what I chose"),
    Shared.AGREEMENT: _("How we work together"),
    Shared.STRENGTHS: _("What gets me through"),
    Shared.REACH: _("How and when to reach me"),
}

PURPOSES = [
    ("help_my_child", _("So that they can help my child.")),
    ("know_how", _("So that they know how to help me.")),
    ("not_again", _("So that I do not have to tell it all again.")),
    ("speak_up", _("So that they can speak up with me.")),
]

ROLES = [
    (Role.PARTNER.value, _("somebody whose work it is to help, like a teacher or a nurse")),
    (Role.SUPPORTER.value, _("somebody close to me, like family or a friend")),
]

STATES = {
    State.OPEN: pgettext_lazy("something that is shared now", "open"),
    State.PAUSED: _("paused"),
    State.ENDED: _("ended"),
    State.WITHDRAWN: _("taken back"),
}
