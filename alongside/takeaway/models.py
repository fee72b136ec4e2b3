"""Copies that wait to be taken, what came along from another house, her asking for erasure, and legal holds."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.kit.ids import new_id
from alongside.people.models import Partnership, Person
from alongside.vault.fields import EncryptedBytes, EncryptedJSON, EncryptedText


class Copy(PrivateModel):
    """A copy that she asked for: how far it is, and when it was ready. Its file lies in `Part`, encrypted."""

    KIND = Kind.OWN

    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # Work that is done and work there is, in pieces of about the same length.
    pieces_done = models.PositiveIntegerField(default=0)
    pieces = models.PositiveIntegerField(default=1)
    beat_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    length = models.PositiveBigIntegerField(default=0)

    class Meta(PrivateModel.Meta):
        pass


class Part(PrivateModel):
    """A piece of a copy's file. It goes away when the copy was taken, and after a day."""

    KIND = Kind.OWN

    copy = models.ForeignKey(Copy, on_delete=models.DO_NOTHING, related_name="+")
    number = models.PositiveIntegerField()
    content = EncryptedBytes()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["copy", "number"], name="parts_have_an_order")]


class CameFrom(PrivateModel):
    """What the houses before this one had done: seats and who has looked, word for word as they came along.

    `houses` is the list of the copy. `known_as` says under which id a person is kept here whose own
    was taken already.
    """

    KIND = Kind.OWN

    houses = EncryptedJSON()
    known_as = EncryptedJSON()
    at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["partnership"], name="came_along_once")]


class Erasure(PrivateModel):
    """She asked that everything is erased; nobody asks why."""

    KIND = Kind.SHARE

    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partnership"], condition=Q(taken_back_at=None), name="asked_for_once"),
            models.CheckConstraint(condition=Q(due_at__gt=F("asked_at")), name="a_way_back"),
        ]


class Hold(models.Model):
    """Two people say that the law forbids erasing a space for now. It opens nothing to anybody.

    It is the agency's own paper: those who set it see no name and no record, only the number of the
    space. She sees all of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    basis = EncryptedText()
    scope = EncryptedText()
    ends = models.DateTimeField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    lift_asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    lifted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gt=F("asked_at")), name="hold_ends_later"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")), name="a_hold_takes_two"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("lift_asked_by")), name="lifting_takes_two"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership"])]

    def key_scope(self) -> uuid.UUID:
        return self.partnership_id
