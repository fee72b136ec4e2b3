"""Kinds of private things, and which seat sees which. `docs/reference/who-can-see-what.md` is made from this."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from alongside.consent.rules import Shared
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
    NOTE = "note"
    OWN = "own"
    WITHHELD = "withheld"
    # what is kept from her without even a mark: she reads of it when it opens
    SHIELDED = "shielded"
    STRENGTH = "strength"
    TOPIC = "topic"
    WORDING = "wording"
    SHARE = "share"
    MESSAGE = "message"
    SAFETY = "safety"
    PAPER = "paper"
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
    Kind.NOTE: _("What we wrote"),
    Kind.OWN: _("My own pages"),
    Kind.WITHHELD: _("Something that isn’t shown"),
    Kind.SHIELDED: _("Something that isn’t shown"),
    Kind.STRENGTH: _("What gets me through"),
    Kind.TOPIC: _("To talk about"),
    Kind.WORDING: _("Words I like, and words I don’t"),
    Kind.SHARE: _("Who can see what"),
    Kind.MESSAGE: _("What we write to each other"),
    Kind.SAFETY: _("When it gets hard"),
    Kind.PAPER: _("What we write together"),
    Kind.TRAIL: _("Who has looked"),
}

_ALL = frozenset(Kind)
# Hers alone, whoever has a seat: others read of it what she opens to them, piece by piece.
HERS_ALONE = frozenset({Kind.OWN, Kind.SAFETY})
_STAFF = _ALL - HERS_ALONE

# A supervisor's seat opens how the work is agreed and what is being decided, so that a disagreement
# can be looked at; her own words, how to reach her and who has looked stay with those who work with her.
SEES: dict[Role, frozenset[Kind]] = {
    Role.CLIENT: _ALL,
    Role.WORKER: _STAFF,
    Role.COVER: _STAFF,
    Role.SUPERVISOR: frozenset({Kind.AGREEMENT, Kind.DECISION, Kind.VIEW}),
    # Partners, supporters and peers see what she shares with them, one by one, and nothing by their seat.
    Role.PARTNER: frozenset(),
    Role.SUPPORTER: frozenset(),
    Role.PEER: frozenset(),
    # What helps when somebody is in danger now: who she is, how to reach her, what was written.
    Role.EMERGENCY: frozenset(
        {Kind.REACH, Kind.AGREEMENT, Kind.WORDS, Kind.LISTENING, Kind.PICTURE, Kind.DECISION, Kind.NOTE, Kind.STRENGTH}
    ),
}

# What each thing that she can share opens. A kind that stands nowhere here can be shared with nobody.
OPENED_BY: dict[Shared, frozenset[Kind]] = {
    Shared.WORDS: frozenset({Kind.WORDS}),
    Shared.PICTURE: frozenset({Kind.PICTURE}),
    Shared.NOTES: frozenset({Kind.NOTE}),
    Shared.DECISIONS: frozenset({Kind.DECISION}),
    Shared.AGREEMENT: frozenset({Kind.AGREEMENT}),
    Shared.STRENGTHS: frozenset({Kind.STRENGTH}),
    Shared.REACH: frozenset({Kind.REACH}),
}


def roles_that_see(kind: Kind) -> frozenset[Role]:
    """The roles whose seat opens this kind."""
    return frozenset(role for role, kinds in SEES.items() if kind in kinds)


def shares_that_open(kind: Kind) -> frozenset[Shared]:
    """The things to share that open this kind."""
    return frozenset(shared for shared, kinds in OPENED_BY.items() if kind in kinds)
