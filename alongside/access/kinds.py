"""Kinds of private things, and which seat sees which. `docs/reference/who-can-see-what.md` is made from this."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from alongside.people.rules import Role


class Kind(StrEnum):
    """A kind of thing that can be seen or hidden as a whole."""

    REACH = "reach"
    AGREEMENT = "agreement"
    WORDS = "words"
    LISTENING = "listening"
    PICTURE = "picture"
    DECISION = "decision"
    VIEW = "view"
    TRAIL = "trail"


# As they stand on the pages themselves, so that they read the same to everybody.
NAMES = {
    Kind.REACH: _("How and when to reach me"),
    Kind.AGREEMENT: _("How we work together"),
    Kind.WORDS: _("What I need, what I hope for"),
    Kind.LISTENING: _("What I heard"),
    Kind.PICTURE: _("The picture so far"),
    Kind.DECISION: _("What we decide"),
    Kind.VIEW: _("A worker’s own view"),
    Kind.TRAIL: _("Who has looked"),
}

_ALL = frozenset(Kind)

# A supervisor's seat opens how the work is agreed and what is being decided, so that a disagreement
# can be looked at; her own words, how to reach her and who has looked stay with those who work with her.
SEES: dict[Role, frozenset[Kind]] = {
    Role.CLIENT: _ALL,
    Role.WORKER: _ALL,
    Role.COVER: _ALL,
    Role.SUPERVISOR: frozenset({Kind.AGREEMENT, Kind.DECISION, Kind.VIEW}),
    # Partners, supporters and peers see what she shares with them, one by one, and nothing by their seat.
    Role.PARTNER: frozenset(),
    Role.SUPPORTER: frozenset(),
    Role.PEER: frozenset(),
}


def roles_that_see(kind: Kind) -> frozenset[Role]:
    """The roles whose seat opens this kind."""
    return frozenset(role for role, kinds in SEES.items() if kind in kinds)
