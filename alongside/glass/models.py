"""A look without a seat, and a person who shall have none."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.glass.rules import Purpose
from alongside.people.models import Person, Seat
from alongside.vault.fields import EncryptedText


class Opening(PrivateModel):
    """Somebody without a seat asked to be let in, and was let in for an hour, or waits for a second person's yes.

    Who, why and when are fixed when it is asked for, the seat and its end when it opens: the database
    refuses to change them (see the migration). What comes later is added once: that she was told,
    that a supervisor knows, and what they found when they looked at it.
    """

    KIND = Kind.SHARE

    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Purpose])
    reason = EncryptedText()
    asked_at = models.DateTimeField()
    # She had named this person as one who shall not look.
    needs_second = models.BooleanField()
    agreed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    seat = models.OneToOneField(Seat, on_delete=models.PROTECT, related_name="+", null=True)
    opened_at = models.DateTimeField(null=True)
    # When a supervisor or director read that it happened.
    told_supervisor_at = models.DateTimeField(null=True)
    told_supervisor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    # When somebody told her by the way she chose, and when she said that she has read it.
    told_her_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    seen_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    review = EncryptedText(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opened_at=None, seat=None) | Q(opened_at__isnull=False, seat__isnull=False),
                name="an_opening_is_a_seat",
            ),
            models.CheckConstraint(
                condition=Q(needs_second=False) | Q(opened_at=None) | Q(agreed_by__isnull=False),
                name="a_second_person_agreed",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=models.F("opened_by")), name="a_second_person_is_another"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership", "-asked_at"]), models.Index(fields=["opened_by"])]


class Exclusion(PrivateModel):
    """Somebody of the agency who shall not see her things, because she says so. Hers alone to see."""

    KIND = Kind.OWN

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = EncryptedText(null=True)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partnership", "person"], condition=Q(lifted_at=None), name="excluded_once_at_a_time"
            ),
        ]
