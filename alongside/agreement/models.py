"""The text as it was drafted, revision by revision; who accepted which; and the versions that both accepted.

Rows of this room are only ever added: a change is a new revision, an acceptance belongs to exactly
one revision, a version is never altered. The database refuses to change any of them (see the migration).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.agreement.rules import Side
from alongside.people.models import Person
from alongside.vault.fields import EncryptedJSON


class AgreementDraft(PrivateModel):
    """One revision of a draft: the whole text as it stood after one change.

    `version` is the number it would hold under. The newest revision of the first number that does
    not hold yet is the open draft. `body` is described in `rules`.
    """

    KIND = Kind.AGREEMENT

    version = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    body = EncryptedJSON()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partnership", "version", "revision"], name="one_text_a_revision")
        ]


# Keys between private rows are left to the database (`DO_NOTHING`): Django's own check would read the
# other table without saying who is looking. `privacy.erase` deletes in the right order.


class Acceptance(PrivateModel):
    """One side has read exactly this revision and accepts it."""

    KIND = Kind.AGREEMENT

    draft = models.ForeignKey(AgreementDraft, on_delete=models.DO_NOTHING, related_name="+")
    side = models.CharField(max_length=8, choices=[(side.value, side.value) for side in Side])
    accepted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "side"], name="a_side_accepts_once"),
            models.CheckConstraint(condition=Q(side__in=[side.value for side in Side]), name="two_sides_accept"),
        ]


class AgreementVersion(PrivateModel):
    """What both accepted. The newest holds; the older ones show what held when."""

    KIND = Kind.AGREEMENT

    number = models.PositiveIntegerField()
    draft = models.ForeignKey(AgreementDraft, on_delete=models.DO_NOTHING, related_name="+")
    body = EncryptedJSON()
    holds_from = models.DateTimeField()
    review_on = models.DateField()
    by_client = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by_client_at = models.DateTimeField()
    by_worker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by_worker_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["partnership", "number"], name="one_version_a_number")]
