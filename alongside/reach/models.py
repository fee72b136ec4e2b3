"""The contact rule, one version a row; the newest holds."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.people.models import Person
from alongside.vault.fields import EncryptedJSON


class ContactRule(PrivateModel):
    """How and when she may be reached, as she said it.

    `rule` holds: channel, number, from_hour and to_hour (HH:MM), voicemail, code_word, never.
    """

    KIND = Kind.REACH

    rule = EncryptedJSON()
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        indexes: ClassVar = [models.Index(fields=["partnership", "-said_at"])]
