"""The trail's table, and the parent of every private table."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from alongside.access.kinds import Kind
from alongside.access.private import PrivateManager
from alongside.kit.ids import new_id
from alongside.people.models import Partnership, Person, Seat
from alongside.people.queries import holding
from alongside.people.rules import STAFF_ROLES, Role
from alongside.vault.fields import EncryptedText

if TYPE_CHECKING:
    from alongside.access.viewer import Viewer


class PrivateModel(models.Model):
    """A row about somebody's life. It can be read only by saying who is looking.

    A subclass names its `KIND`, and may narrow `hidden()` (what stays closed even to a seat that
    sees the kind). A table whose rows are of several kinds names them all in `KINDS` instead, and
    has a column `kind` that says which; each row is then seen, and noted in the trail, as its own
    kind. Foreign keys to and from it carry `related_name="+"`, so that no join leads in from outside.
    """

    KIND: ClassVar[Kind]
    KINDS: ClassVar[tuple[Kind, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[PrivateManager[Any]] = PrivateManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    @classmethod
    def hidden(cls) -> Q | None:
        """The rows that nobody sees yet, whatever their seat. Deny wins over every ground."""
        return None

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        """The rows that stay closed to this viewer, whatever opens the others to them. Deny wins here too.

        Person and moment may be values in the condition, and nothing else depends on them (`access.grounds`).
        """
        return None

    @classmethod
    def opened_to(cls, viewer: Viewer) -> Q | None:
        """The rows that are open to this viewer by name. A seat is needed even so, of whichever role."""
        return None

    @classmethod
    def is_narrowed(cls) -> bool:
        """Whether some rows stay closed to somebody to whom the kind is open."""
        return cls.hidden() is not None or cls.closed_to.__func__ is not PrivateModel.closed_to.__func__  # type: ignore[attr-defined]

    @classmethod
    def kinds(cls) -> tuple[Kind, ...]:
        """Every kind that a row of this table can be of."""
        return cls.KINDS or (cls.KIND,)

    def its_kind(self) -> Kind:
        """The kind of this row."""
        return Kind(self.kind) if self.KINDS else self.KIND  # type: ignore[attr-defined]

    def key_scope(self) -> uuid.UUID:
        return self.partnership_id


class TrailLine(models.Model):
    """One read or write: who, what kind, on what ground, when. Never any content.

    The database itself refuses to change or delete a line (see the migrations), and each line is
    sealed when it is written: `leaf` is the hash of all its other columns, and stands at `place` in
    the tree of its list (see `trail` and `merkle`). Lines are written by `trail` alone.
    """

    seq = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    organisation_id = models.UUIDField()
    partnership_id = models.UUIDField(null=True)
    actor_id = models.UUIDField()
    role = models.CharField(max_length=12)
    # "read", or the act
    doing = models.CharField(max_length=24)
    kind = models.CharField(max_length=12)
    ground = models.CharField(max_length=12)
    # how many rows were read
    count = models.PositiveIntegerField(default=1)
    row_id = models.UUIDField(null=True)
    # the write's own id, so that the same write arriving twice is one write
    write_id = models.UUIDField(null=True)
    # the list it belongs to: its partnership's, or its organisation's where it has none
    tree_id = models.UUIDField()
    place = models.PositiveBigIntegerField()
    leaf = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["actor_id", "write_id"], condition=~Q(write_id=None), name="a_write_arrives_once"
            ),
            models.UniqueConstraint(fields=["tree_id", "place"], name="one_line_at_each_place"),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership_id", "-seq"])]


class TrailTree(models.Model):
    """How long one list of the trail is, and the root of its tree of hashes.

    There is one for each partnership, so that a proof which somebody holds is about their own list
    alone, and one for each organisation. `id` is the partnership's or the organisation's.
    """

    id = models.UUIDField(primary_key=True)
    organisation_id = models.UUIDField(db_index=True)
    size = models.PositiveBigIntegerField(default=0)
    peaks = models.BinaryField(default=b"")
    root = models.BinaryField(default=b"")


class Checkpoint(models.Model):
    """How all lists of an organisation stood at a moment, signed with a key that lies outside the database.

    The database itself refuses to change or delete one.
    """

    # made of the two that follow, so that nothing here is left to chance
    id = models.UUIDField(primary_key=True, editable=False)
    organisation_id = models.UUIDField()
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    # for each list: 16 bytes of id, 8 of size, 32 of root, in the order of the ids
    heads = models.BinaryField()
    note = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "number"], name="checkpoints_have_an_order")
        ]


class AskedWhy(PrivateModel):
    """She asks somebody why they looked, about one visit: the lines of one person from `first` to `last`.

    To whom it went on in time, and whether it did, follows from the clock when it is read: see `gone_on`.
    """

    KIND = Kind.TRAIL

    asked_of = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    answer = EncryptedText(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partnership", "last"], condition=Q(taken_back_at=None), name="a_visit_is_asked_about_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False, answer__isnull=False),
                name="an_answer_is_whole",
            ),
        ]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        """What is asked of one person is between her and them, until it goes on to a second one."""
        return ~_between_her_and(viewer)

    @classmethod
    def opened_to(cls, viewer: Viewer) -> Q | None:
        """The one asked may have no seat that opens the trail, nor may the second person."""
        return _between_her_and(viewer)


def gone_on(now: datetime.datetime) -> Q:
    """The condition that a question went on to a second person: it is due, or the one asked has no seat any more."""
    staff = Seat.objects.filter(holding(now), role__in=sorted(STAFF_ROLES))
    seat = staff.filter(partnership=OuterRef("partnership_id"), person=OuterRef("asked_of_id"))
    return Q(taken_back_at=None, answered_at=None) & (Q(due_at__lte=now) | ~Q(Exists(seat)))


def _between_her_and(viewer: Viewer) -> Q:
    held = Seat.objects.filter(holding(viewer.now), person_id=viewer.person_id)
    hers = held.filter(role=Role.CLIENT.value).values("partnership_id")
    supervised = held.filter(role=Role.SUPERVISOR.value).values("partnership_id")
    second = Q(partnership__in=supervised) & (gone_on(viewer.now) | Q(answered_by=viewer.person_id))
    return Q(partnership__in=hers) | Q(asked_of=viewer.person_id) | second
