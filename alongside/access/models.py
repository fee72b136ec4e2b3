"""The trail's table, and the parent of every private table."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.private import PrivateManager
from alongside.kit.ids import new_id
from alongside.people.models import Partnership

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
        """The rows that stay closed to this viewer, whatever opens the others to them. Deny wins here too."""
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

    The database itself refuses to change or delete a line (see the migration).
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

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["actor_id", "write_id"], condition=~Q(write_id=None), name="a_write_arrives_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["partnership_id", "-seq"])]
