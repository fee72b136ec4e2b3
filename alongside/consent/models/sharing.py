"""Shares, whoever was invited to see them, and readers who were named for a single row."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from alongside.consent.rules import Shared
from alongside.kit.ids import new_id
from alongside.people.models import Partnership, Person
from alongside.vault.fields import EncryptedText


class Share(models.Model):
    """She lets one person see one kind of thing, for one purpose, from `begins` until `ends`.

    The four are fixed when it is given: to change one is to take the share back and give another.
    The person holds a seat in the partnership as well; the seat by itself opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    shared = models.CharField(max_length=12, choices=[(each.value, each.value) for each in Shared])
    purpose = EncryptedText()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    given_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    # Herself, or whoever of the staff wrote down what she said.
    withdrawn_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="share_ends_later"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "shared"]), models.Index(fields=["partnership"])]

    def key_scope(self) -> uuid.UUID:
        return self.partnership_id


class Invitation(models.Model):
    """Somebody from outside was invited to see what she shares: who asked them in, and what they promised.

    They are a person of this partnership alone: whoever is invited into two is two people here, so
    that nothing ties the two together.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    # They said that they will not pass on what they see. Before that they see nothing.
    promised_at = models.DateTimeField(null=True)
    # What they must report by law, in their own words; null when there is no such duty.
    must_report = EncryptedText(null=True)
    # They asked to be shown nothing more than what they see already.
    no_more_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["partnership"])]

    def key_scope(self) -> uuid.UUID:
        return self.partnership_id


class NamedReader(models.Model):
    """Somebody whom the author of a single row named as its reader, from `since` up to `until`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    row_id = models.UUIDField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["row_id", "person"], condition=Q(until=None), name="named_once_for_a_row"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "partnership"])]
