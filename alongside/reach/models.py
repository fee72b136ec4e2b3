"""The contact rule, one version a row; what is to leave; and what came in from outside."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.kit.ids import new_id
from alongside.people.models import Organisation, Partnership, Person, Seat
from alongside.people.queries import holding
from alongside.people.rules import Role
from alongside.reach.rules import Because, Channel, State, Why
from alongside.vault.fields import EncryptedJSON, EncryptedText

if TYPE_CHECKING:
    from alongside.access.viewer import Viewer


class ContactRule(PrivateModel):
    """How and when she may be reached, as she said it; the newest version holds.

    `rule` holds: channel, number, from_hour and to_hour (HH:MM), days (ISO weekdays; none is every
    day), voicemail, code_word, never, even_so (a computer may write all the same), sentence and
    own_sentence. Earlier versions lack what was not asked yet.
    """

    KIND = Kind.REACH

    rule = EncryptedJSON()
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        indexes: ClassVar = [models.Index(fields=["partnership", "-said_at"])]


class PastHours(PrivateModel):
    """Somebody asks to write to her at once, outside her hours, and a second person agrees, or nobody does.

    It passes her hours and days, for one sentence without content. It never passes "only here", another
    channel, or what must never happen.
    """

    KIND = Kind.REACH

    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = EncryptedText()
    agreed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    agreed_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(agreed_by=None, agreed_at=None) | Q(agreed_by__isnull=False, agreed_at__isnull=False),
                name="a_yes_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=models.F("asked_by")), name="nobody_agrees_with_oneself"
            ),
        ]

    @classmethod
    def opened_to(cls, viewer: Viewer) -> Q | None:
        """A supervisor may be the second person; how to reach her stays closed to them."""
        supervises = Seat.objects.filter(holding(viewer.now), person_id=viewer.person_id, role=Role.SUPERVISOR.value)
        return Q(partnership__in=supervises.values("partnership_id"))


class KnownNumber(models.Model):
    """The blind index of the phone number in the rule that holds, so that a text from it finds its space."""

    partnership = models.OneToOneField(Partnership, primary_key=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=64, db_index=True)


class PushDevice(models.Model):
    """A phone of hers that is woken when there is something for her: she turned it on there.

    It holds as long as that browser may keep things for her (`people.Keeping`), and no longer. Nothing but an
    address is kept: what is sent there is empty, so the keys that a browser offers for a text are not needed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # The id of the browser's permission to keep things.
    device = models.UUIDField(unique=True)
    # Where its push service is asked to wake it.
    endpoint = EncryptedText()
    since = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["partnership", "person"])]

    def key_scope(self) -> uuid.UUID:
        return self.partnership_id


class Outgoing(models.Model):
    """Something that is to leave the house, or left: for whom, since when, how often it was tried. No word of it.

    What leaves and which way is read from her rule in the moment in which it leaves.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    partnership = models.ForeignKey(Partnership, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    because = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Because])
    # What it is the effect of: telling the same person of the same thing twice is telling them once.
    # For an urgent one, the row in which two people agreed.
    effect = models.UUIDField()
    made_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=[(each.value, each.value) for each in State], default=State.WAITS.value
    )
    # not looked at before this moment
    next_try = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # decided when it leaves
    channel = models.CharField(max_length=8, blank=True, choices=[(each.value, each.value) for each in Channel])
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=12, blank=True, choices=[(each.value, each.value) for each in Why])
    # somebody tried another way, after it did not leave
    seen_to_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["effect", "person"], name="told_once"),
            models.CheckConstraint(
                condition=Q(state__in=[State.WAITS.value, State.GOES.value], ended_at=None)
                | Q(~Q(state__in=[State.WAITS.value, State.GOES.value]), ended_at__isnull=False),
                name="what_ended_has_a_moment",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_try"], condition=Q(ended_at=None), name="reach_what_is_due"),
            models.Index(fields=["partnership", "person", "-made_at"]),
            models.Index(fields=["person", "-ended_at"]),
        ]


class Unplaced(models.Model):
    """A text came that may be of this space's person, and could not be put here for certain. It is kept nowhere."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    came_at = models.DateTimeField()
    seen_to_at = models.DateTimeField(null=True)


class CameIn(models.Model):
    """A text that the gateway handed in, so that it is taken once: no number, no word, no space."""

    class Outcome(models.TextChoices):
        PLACED = "placed"
        UNPLACED = "unplaced"
        UNKNOWN = "unknown"

    id = models.UUIDField(primary_key=True, editable=False)
    came_at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
