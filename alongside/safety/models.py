"""Four tables: the lines of help that the agency names; her plan, her asks to be called, and her looks back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.access.viewer import Viewer
from alongside.kit.ids import new_id
from alongside.people.models import Organisation, Person, Seat
from alongside.people.queries import holding
from alongside.people.rules import Role
from alongside.safety.rules import Audience, Settled
from alongside.vault.fields import EncryptedJSON


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def _one_of(field: str, values: Any) -> Q:
    return Q(**{f"{field}__in": sorted(value.value for value in values)})


def _where(viewer: Viewer, *roles: Role) -> Q:
    """The rows of the partnerships in which the viewer has one of these seats now."""
    seats = Seat.objects.filter(holding(viewer.now), person_id=viewer.person_id, role__in=sorted(roles))
    return Q(partnership__in=seats.values("partnership_id"))


class HelpLine(models.Model):
    """Somebody who answers when the agency does not. Everybody may read it; a changed one is a new row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    number = models.CharField(max_length=60, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    languages = models.CharField(max_length=120, blank=True)
    cost = models.CharField(max_length=120, blank=True)
    named_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "ended_at"], name="lines_of_an_agency")]


class Plan(PrivateModel):
    """What she wrote, version by version; the newest holds. `said` has a text for each part (`rules.Part`).

    Older versions are hers alone: only the newest can be open to those who work with her.
    """

    KIND = Kind.SAFETY

    number = models.PositiveIntegerField()
    said = EncryptedJSON()
    audience = models.CharField(max_length=8, choices=_choices(Audience), default=Audience.ME.value)
    written_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partnership", "number"], name="plans_have_an_order"),
            models.UniqueConstraint(
                fields=["partnership"], condition=Q(audience=Audience.WITH_ME.value), name="one_plan_is_open"
            ),
            models.CheckConstraint(condition=_one_of("audience", Audience), name="plan_audience_is_known"),
        ]

    @classmethod
    def opened_to(cls, viewer: Viewer) -> Q | None:
        # Said this way round because SQLite 3.53 fails to plan an `OR` over the index of the open plan.
        return ~Q(audience=Audience.ME.value) & _where(viewer, Role.WORKER, Role.COVER)


class Call(PrivateModel):
    """She asked to be called because a night was rough. What she said stands among the messages.

    Those who work with her see it from `opens_at` on, when the message is delivered. `said_by` and
    `left_at` are hers: somebody was in touch; she looked back, or wants no look back.
    """

    KIND = Kind.MESSAGE

    asked_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    settled = models.CharField(max_length=8, choices=_choices(Settled), blank=True, default="")
    settled_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    # from then on no look back is offered: she wrote one, or wants none
    left_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(settled="", settled_by=None, settled_at=None)
                | (_one_of("settled", Settled) & Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="call_settled_by_somebody",
            ),
            models.CheckConstraint(condition=Q(opens_at__gte=models.F("asked_at")), name="call_opens_later"),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership", "settled"], name="calls_of_a_space")]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        return Q(opens_at__gt=viewer.now) & ~_where(viewer, Role.CLIENT)


class LookBack(PrivateModel):
    """What helped, what hurt and what she would change, in her words; the newest for a night holds."""

    KIND = Kind.SAFETY

    call = models.ForeignKey(Call, on_delete=models.DO_NOTHING, related_name="+")
    number = models.PositiveIntegerField()
    said = EncryptedJSON()
    audience = models.CharField(max_length=8, choices=_choices(Audience), default=Audience.ME.value)
    said_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "number"], name="looks_back_have_an_order"),
            models.CheckConstraint(condition=_one_of("audience", Audience), name="look_back_audience_is_known"),
        ]

    @classmethod
    def opened_to(cls, viewer: Viewer) -> Q | None:
        return Q(audience=Audience.WITH_ME.value) & _where(viewer, Role.WORKER, Role.COVER)
