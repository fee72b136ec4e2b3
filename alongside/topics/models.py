"""Five tables: strengths and their practice; hard subjects, the steps in them, and the contact on the day after."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.access.viewer import Viewer
from alongside.people.models import Person, Seat
from alongside.people.queries import holding
from alongside.people.rules import Role
from alongside.topics.rules import Audience, Settled, Sort, State, What
from alongside.vault.fields import EncryptedJSON, EncryptedText


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def _one_of(field: str, values: Any, *, or_empty: bool = False) -> Q:
    return Q(**{f"{field}__in": sorted(value.value for value in values) + ([""] if or_empty else [])})


def _where(viewer: Viewer, *roles: Role) -> Q:
    """The rows of the partnerships in which the viewer has one of these seats now."""
    seats = Seat.objects.filter(holding(viewer.now), person_id=viewer.person_id, role__in=sorted(roles))
    return Q(partnership__in=seats.values("partnership_id"))


class Strength(PrivateModel):
    """What she is good at, what gets her through, what she managed, or what somebody saw her do.

    What somebody else writes is an offer until she keeps it: only she and whoever offered it see it.
    What she does not want is deleted, and so is what she takes back: the trail alone knows that it was there.
    `said` holds: words · when (it helps) · where (it was seen) · in_her_words (true when she put it so).
    """

    KIND = Kind.STRENGTH

    sort = models.CharField(max_length=8, choices=_choices(Sort))
    said = EncryptedJSON()
    offered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [models.CheckConstraint(condition=_one_of("sort", Sort), name="strength_sort_is_known")]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        return Q(kept_at=None) & ~Q(offered_by=viewer.person_id) & ~_where(viewer, Role.CLIENT)


class Practice(PrivateModel):
    """She did it, and noted how big it felt before and after: her own notes, for her and those who work with her.

    `said` holds: before, after (0 to 10, or null), note.
    """

    KIND = Kind.STRENGTH

    strength = models.ForeignKey(Strength, on_delete=models.DO_NOTHING, related_name="+")
    said = EncryptedJSON()
    done_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        pass

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        """Nobody sees how it went because what gets her through is shared with them, or in an emergency."""
        return ~_where(viewer, Role.CLIENT, Role.WORKER, Role.COVER)


class Topic(PrivateModel):
    """Something that is hard to talk about, by a plain word of somebody's choosing. The rest stands in its steps."""

    KIND = Kind.TOPIC

    headline = EncryptedText()
    state = models.CharField(max_length=8, choices=_choices(State), default=State.TO_TALK.value)
    named_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    # It was asked if this is a good time, and she has not said.
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    # When it was talked about last.
    talked_at = models.DateTimeField(null=True)
    # Counts its steps, so that each has its place in the order of time.
    count = models.PositiveIntegerField(default=0)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=_one_of("state", State), name="topic_state_is_known"),
            models.CheckConstraint(
                condition=Q(proposed_by=None, proposed_at=None)
                | Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="topic_proposed_by_somebody",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership", "state"])]


class Step(PrivateModel):
    """What was said or done in a subject, one row each, never changed: the newest of its kind holds.

    `said` holds, by what: more, details: words · pace: how_much, how_long, where, leads, stop_sign,
    companion (a person's id), somebody_else, helps_after · moved: to · proposed: words ·
    looked_back: glad (1 to 5, or null when she skipped it), words.
    """

    KIND = Kind.TOPIC

    topic = models.ForeignKey(Topic, on_delete=models.DO_NOTHING, related_name="+")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=12, choices=_choices(What))
    # Of a layer: who sees it, besides her.
    audience = models.CharField(max_length=8, choices=_choices(Audience), default=Audience.ALL.value)
    said = EncryptedJSON()
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["topic", "number"], name="step_has_its_place"),
            models.CheckConstraint(condition=_one_of("what", What), name="step_is_known"),
            models.CheckConstraint(condition=_one_of("audience", Audience), name="step_audience_is_known"),
        ]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        """What she told her worker alone is closed to whoever stands in, but not to whoever wrote it."""
        return (
            Q(audience=Audience.WORKER.value) & ~Q(said_by=viewer.person_id) & ~_where(viewer, Role.CLIENT, Role.WORKER)
        )


class Aftercare(PrivateModel):
    """After talking, somebody who works with her is in touch the next day: a promise with its day."""

    KIND = Kind.TOPIC

    topic = models.ForeignKey(Topic, on_delete=models.DO_NOTHING, related_name="+")
    promised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    talked_at = models.DateTimeField()
    due = models.DateField()
    settled = models.CharField(max_length=8, choices=_choices(Settled), blank=True, default="")
    settled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(settled="", settled_by=None, settled_at=None)
                | (_one_of("settled", Settled) & Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="aftercare_settled_by_somebody",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership", "settled"])]
