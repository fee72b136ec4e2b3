"""The receipt for what she gave, refused or took back: Kantara's shape, with the fields of ISO/IEC TS 27560.

Kantara Initiative, Consent Receipt Specification 1.1.0; ISO/IEC TS 27560:2023, as the W3C's DPV guide
lists its fields. Nothing of the record stands in it: which thing, for whom, why, from when, until when.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from alongside.sharing.rules import Event

VERSION = "KI-CR-v1.1.0"
SCHEMA = "ISO/IEC TS 27560:2023"
# What we cannot say in a field that must be there; each with its reason.
NO_ADDRESS = "not applicable: the agency's address is not kept here; it stands on the agency's own papers"
NO_CONTACT = "not applicable: she reaches the agency here and in person; no address is kept here"
NO_JURISDICTION = "not stated: the law that holds where the agency is"


@dataclass(frozen=True)
class Facts:
    """What a receipt says, before it takes its shape. `person_id` is null while whom it is for is not invited."""

    event: Event
    receipt_id: uuid.UUID
    record_id: uuid.UUID
    principal_id: uuid.UUID
    organisation_id: uuid.UUID
    organisation: str
    worker: str
    person_id: uuid.UUID | None
    called: str
    role: str
    thing: str
    purpose: str
    at: datetime.datetime
    begins: datetime.datetime | None
    ends: datetime.datetime | None
    language: str
    notice_url: str
    said_to: str

    @property
    def how(self) -> str:
        if self.said_to:
            return f"Said in person to {self.said_to}, who wrote it down at once"
        return "Asked and answered on the page “Who can see what”, after a preview of exactly what will be seen"


STATE = {Event.GIVEN: "ConsentGiven", Event.REFUSED: "ConsentRefused", Event.WITHDRAWN: "ConsentWithdrawn"}


def receipt(facts: Facts) -> dict[str, Any]:
    """The receipt as it is kept and handed out, ready to be JSON."""
    until = facts.ends.isoformat() if facts.ends else "not applicable: nothing was shared"
    return {
        "version": VERSION,
        "jurisdiction": NO_JURISDICTION,
        "consentTimestamp": int(facts.at.timestamp()),
        "collectionMethod": facts.how,
        "consentReceiptID": str(facts.receipt_id),
        "language": facts.language,
        "piiPrincipalId": str(facts.principal_id),
        "piiControllers": [
            {
                "piiController": facts.organisation,
                "contact": facts.worker,
                "address": {"note": NO_ADDRESS},
                "email": NO_CONTACT,
                "phone": NO_CONTACT,
            }
        ],
        "policyUrl": facts.notice_url,
        "services": [
            {
                "service": "A shared space of a person and those who work with them",
                "purposes": [
                    {
                        "purpose": facts.purpose,
                        "purposeCategory": ["Sharing with a named person, by the person's own choice"],
                        "consentType": "EXPLICIT",
                        "piiCategory": [facts.thing],
                        "primaryPurpose": False,
                        "termination": until,
                        "thirdPartyDisclosure": True,
                        "thirdPartyName": facts.called,
                    }
                ],
            }
        ],
        "sensitive": True,
        "spiCat": [facts.thing],
        "iso27560": _iso27560(facts, until),
    }


def _iso27560(facts: Facts, until: str) -> dict[str, Any]:
    """The mandatory fields of ISO/IEC TS 27560, and those of the others that we know, by the guide's names."""
    controller, recipient = str(facts.organisation_id), str(facts.person_id or "not applicable: not invited")
    return {
        "schema version": SCHEMA,
        "record id": str(facts.record_id),
        "receipt id": str(facts.receipt_id),
        "pii principal id": str(facts.principal_id),
        "privacy notice": facts.notice_url,
        "language": facts.language,
        "purpose": facts.purpose,
        "lawful basis": "explicit consent",
        "pii information": [{"pii type": facts.thing}],
        "pii type": facts.thing,
        "pii controllers": [controller],
        "collection method": facts.how,
        "storage locations": "the agency's own installation",
        "retention period": until,
        "jurisdiction": NO_JURISDICTION,
        "recipient third parties": [recipient],
        "withdrawal method": "One tap on the page “Who can see what”, or by saying so to anybody of the staff",
        "parties": [
            _party(controller, facts.organisation, "controller", facts.worker),
            _party(recipient, facts.called, "recipient", facts.role),
            _party(str(facts.principal_id), "the person it is about", "pii principal", NO_CONTACT),
        ],
        "party id": controller,
        "party address": NO_ADDRESS,
        "party name": facts.organisation,
        "party contact": facts.worker,
        "party type": "controller",
        "event time": facts.at.isoformat(),
        "validity duration": {
            "from": facts.begins.isoformat() if facts.begins else "not applicable: nothing was shared",
            "until": until,
        },
        "entity id": str(facts.principal_id),
        "event type": "explicit consent",
        "event state": STATE[facts.event],
    }


def _party(party_id: str, name: str, kind: str, contact: str) -> dict[str, str]:
    return {
        "party id": party_id,
        "party name": name,
        "party type": kind,
        "party address": NO_ADDRESS,
        "party contact": contact,
    }


def heading(event: Event) -> str:
    """What a receipt is for, as she reads it."""
    return {
        Event.GIVEN: _("You shared this"),
        Event.REFUSED: _("You said no to this"),
        Event.WITHDRAWN: _("You took this back"),
    }[event]
