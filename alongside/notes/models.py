"""Three tables: the note, everything that was ever said in it, and parts that are kept from her for a while.

Versions and the views beside them are rows of one table, so that no question to the database gives
the one without the other. Rows are never changed but for who should look next, and what answered what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import LessThanOrEqual

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.consent.queries import rows_named_to
from alongside.notes.rules import WITHHELD_DAYS, Audience, Category, Side, WaitsFor, What
from alongside.people.models import Person, Seat
from alongside.people.queries import holding
from alongside.people.rules import STAFF_ROLES, Role
from alongside.vault.fields import EncryptedJSON

if TYPE_CHECKING:
    from alongside.access.viewer import Viewer


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def _where(viewer: Viewer, roles: frozenset[Role]) -> Q:
    """The rows of partnerships in which the viewer holds one of these seats now."""
    seats = Seat.objects.filter(holding(viewer.now), person_id=viewer.person_id, role__in=sorted(roles))
    return Q(partnership__in=seats.values("partnership_id"))


def _named(viewer: Viewer) -> Any:
    return rows_named_to(viewer.person_id, now=viewer.now)


class Note(PrivateModel):
    """A note (`Kind.NOTE`), or one of her own pages (`Kind.OWN`). What was said in it stands in `Voice`."""

    KINDS = (Kind.NOTE, Kind.OWN)

    kind = models.CharField(max_length=12)
    # Notes and own pages are counted apart, so that the one says nothing of the other.
    number = models.PositiveIntegerField()
    began = models.CharField(max_length=8, choices=_choices(Side))
    begun_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    together = models.BooleanField(default=False)
    # From here on all who see notes see this one; fixed when it is written.
    opens_at = models.DateTimeField()
    # Her own pages: what she chose last. Who reads is decided by the named readers alone.
    audience = models.CharField(max_length=8, choices=_choices(Audience), default=Audience.ME.value)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partnership", "kind", "number"], name="notes_have_an_order"),
            models.CheckConstraint(
                condition=Q(opens_at__lte=F("begun_at")) | Q(kind=Kind.NOTE.value, began=Side.STAFF.value),
                name="only_staff_notes_wait",
            ),
        ]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        return Q(opens_at__gt=viewer.now) & ~_where(viewer, STAFF_ROLES)

    @classmethod
    def opened_to(cls, viewer: Viewer) -> Q | None:
        return Q(id__in=_named(viewer))


class Voice(PrivateModel):
    """One thing that was said in a note: a version of it, a view beside it, a signature, an ask, an answer.

    `body` holds headline, happened, think and reason (version), or words, or is null where a tap says
    it all; a marker holds the category and until when. `about` is the voice that this one is about
    (the version that was signed, the ask that is answered), `answered` the one that answered this.
    """

    KINDS = (Kind.NOTE, Kind.OWN, Kind.WITHHELD)

    kind = models.CharField(max_length=12)
    note = models.ForeignKey(Note, on_delete=models.DO_NOTHING, related_name="+")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=12, choices=_choices(What))
    # True for the version that stands; null, not false, for all else, so that the database keeps it to one.
    stands = models.BooleanField(null=True)
    body = EncryptedJSON(null=True)
    side = models.CharField(max_length=8, choices=_choices(Side))
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    about = models.UUIDField(null=True)
    answered = models.UUIDField(null=True)
    withheld_id = models.UUIDField(null=True)
    whom = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    due = models.DateTimeField(null=True)
    waits = models.CharField(max_length=8, choices=_choices(WaitsFor), blank=True, default="")

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["note", "number"], name="voices_have_an_order"),
            models.UniqueConstraint(fields=["note", "stands"], name="one_version_stands"),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership", "waits"])]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        return Q(opens_at__gt=viewer.now) & ~_where(viewer, STAFF_ROLES)

    @classmethod
    def opened_to(cls, viewer: Viewer) -> Q | None:
        named = _named(viewer)
        return Q(note_id__in=named, kind__in=[Kind.NOTE.value, Kind.OWN.value]) | Q(withheld_id__in=named)


class DaysBetween(Func):
    """The days from the second moment to the first, in functions that a constraint of either database may use."""

    output_field = models.FloatField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **options: Any) -> Any:
        return super().as_sql(
            compiler, connection, template="(julianday(%(expressions)s))", arg_joiner=") - julianday(", **options
        )

    def as_postgresql(self, compiler: Any, connection: Any, **options: Any) -> Any:
        return super().as_sql(
            compiler,
            connection,
            template="(EXTRACT(EPOCH FROM (%(expressions)s)) / 86400)",
            arg_joiner=" - ",
            **options,
        )


class Withheld(PrivateModel):
    """A part of a note that is kept from her until `closed_until`; then it opens by itself.

    `kind` is `Kind.SHIELDED` while not even a mark is shown. `closed_until` is a day at most until the
    second person agrees, and then `until`, which is fixed when the part is written. `body` holds part,
    reason and, for a hidden mark, why.
    """

    KINDS = (Kind.WITHHELD, Kind.SHIELDED)

    kind = models.CharField(max_length=12)
    note = models.ForeignKey(Note, on_delete=models.DO_NOTHING, related_name="+")
    category = models.CharField(max_length=12, choices=_choices(Category))
    body = EncryptedJSON()
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    closed_until = models.DateTimeField()
    opens_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                # a second more, for what SQLite's days lose in the fraction
                condition=LessThanOrEqual(DaysBetween(F("until"), F("asked_at")), WITHHELD_DAYS + 1 / 86400),
                name="withheld_ninety_days_at_most",
            ),
            models.CheckConstraint(condition=Q(closed_until__lte=F("until")), name="withheld_opens_by_itself"),
            models.CheckConstraint(condition=~Q(second=F("decided_by")), name="withheld_by_two"),
            models.CheckConstraint(
                condition=Q(kind=Kind.WITHHELD.value) | Q(category=Category.SERIOUS_HARM.value),
                name="mark_hidden_for_serious_harm_only",
            ),
        ]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        """Closed parts are closed to her and to guests, whatever opens the rest; named for it, one reads it."""
        may = _where(viewer, frozenset({Role.WORKER, Role.COVER})) | cls.opened_to(viewer)
        return (Q(closed_until__gt=viewer.now) & (~may | _where(viewer, frozenset({Role.CLIENT})))) | (
            Q(opens_at__gt=viewer.now) & ~_where(viewer, STAFF_ROLES)
        )

    @classmethod
    def opened_to(cls, viewer: Viewer) -> Q:
        """To the second person until the day it opens; and, once she challenges it, to whom she asks.

        The second person stands in the row itself: a named reader would stand in her copy, as a sign of what is hidden.
        """
        return Q(second_id=viewer.person_id, until__gt=viewer.now) | Q(id__in=_named(viewer))
