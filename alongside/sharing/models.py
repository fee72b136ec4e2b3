"""What was asked, answered and promised about sharing. The shares themselves stand in `consent`: sight comes there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.consent.rules import Shared
from alongside.people.models import Person
from alongside.sharing.rules import Answer, Event
from alongside.vault.fields import EncryptedJSON, EncryptedText

_SHARED = [(each.value, each.value) for each in Shared]


class Ask(PrivateModel):
    """Somebody of the staff asked her to share something. Only she answers; her no is kept like her yes.

    `said` holds: called (whom it is for), why.
    """

    KIND = Kind.SHARE

    # Null while the one whom it is for has not been invited.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    shared = models.CharField(max_length=12, choices=_SHARED)
    said = EncryptedJSON()
    until = models.DateField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(
        max_length=12, choices=[(each.value, each.value) for each in Answer], blank=True, default=""
    )
    answered_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="ask_is_answered_or_not",
            )
        ]


class Receipt(PrivateModel):
    """What she gave, refused or took back, as it was said at that moment. Never changed, and without any of the record.

    `said` holds the receipt as it is handed out: the fields of Kantara and of ISO/IEC TS 27560.
    """

    KIND = Kind.SHARE

    event = models.CharField(max_length=12, choices=[(each.value, each.value) for each in Event])
    # the share, or the ask that was refused
    about = models.UUIDField()
    shared = models.CharField(max_length=12, choices=_SHARED)
    said = EncryptedJSON()
    made_at = models.DateTimeField()
    # Not she herself where somebody of the staff wrote down what she said.
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["about", "event"], name="one_receipt_for_each"),
        ]


class Breach(PrivateModel):
    """She says that somebody passed on what she shared. It goes to one named person, who answers by a day."""

    KIND = Kind.SHARE

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = EncryptedText()
    said_at = models.DateTimeField()
    goes_to = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    due = models.DateTimeField()
    answer = EncryptedText(null=True)
    answered_at = models.DateTimeField(null=True)
