"""What this room keeps about a person, why, and how it leaves."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from alongside.access import Place
from alongside.consent.models import Invitation, NamedReader, Share
from alongside.kit.privacy import Held
from alongside.sharing import queries
from alongside.sharing.models import Ask, Breach, Receipt

_AS_LONG = _("As long as your space exists, so that both of you can read later what was said.")
HOLDS = [
    Held(
        model=Ask,
        what=_("What your worker asked you to share, with whom and why, and what you answered."),
        why=_("So that a no is kept like a yes, and nobody asks you the same again and again."),
        until=_AS_LONG,
    ),
    Held(
        model=Receipt,
        what=_("A receipt for each thing you shared, refused or took back: with whom, why and until when."),
        why=_("So that you can show what you agreed to, and what not."),
        until=_AS_LONG,
    ),
    Held(
        model=Breach,
        what=_("What you said was passed on, to whom it went, and what was answered."),
        why=_("So that somebody answers for it, by a day that you know."),
        until=_AS_LONG,
    ),
]  # fmt: skip


def export(place: Place) -> list[dict[str, Any]]:
    """What was shared, asked, answered and reported, as far as its reader may see it; with every receipt."""
    if not place.sees(Receipt.KIND):
        return []
    invited = [
        {
            "invited": one.called,
            "role": one.role,
            "since": one.since,
            "promised_at": one.promised_at,
            "must_report": one.must_report,
            "shares": [
                {
                    "id": given.id,
                    "shared": given.shared,
                    "purpose": given.purpose,
                    "from": given.begins,
                    "until": given.until,
                    "state": given.state,
                    "taken_back_at": given.withdrawn_at,
                }
                for given in one.shares
            ],
        }
        for one in queries.invited_in(place)
    ]
    asks = [
        {"ask": one.id, **{name: value for name, value in vars(one).items() if name != "id"}}
        for one in queries.asks_in(place)
    ]
    reports = [{"passed_on": one.id, **vars(one)} for one in queries.passed_on_in(place)]
    receipts = [{"receipt": one.said, "written_by": one.written_by} for one in queries.receipts_in(place)]
    return [*invited, *asks, *reports, *receipts]


def erase(partnership_id: uuid.UUID) -> None:
    """Delete everything that was shared, asked and promised here. The key is destroyed by whoever erases the space."""
    for model in (Receipt, Ask, Breach):
        model.objects.unguarded(because="erasure").filter(partnership_id=partnership_id).delete()
    for consent in (Share, Invitation, NamedReader):
        consent.objects.filter(partnership_id=partnership_id).delete()
