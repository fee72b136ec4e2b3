"""Five tables: the question, what either puts on the table, what she alone puts down, sealed views, and gaps.

A decision's page reads each of them once. Keys between them are not followed on deletion: whoever
erases a space deletes in order, and the database itself refuses to leave a row behind.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.decisions.rules import SIDES, MarkKind, Point, Sort, State, Trigger, WayKind
from alongside.people.models import Person
from alongside.vault.fields import EncryptedJSON, EncryptedText


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def _one_of(field: str, values: Any, *, or_empty: bool = False) -> Q:
    return Q(**{f"{field}__in": sorted(value.value for value in values) + ([""] if or_empty else [])})


class Decision(PrivateModel):
    """A question, and where it stands. What was said on the way stands in the other tables."""

    KIND = Kind.DECISION

    question = EncryptedText()
    situation = EncryptedText()
    # whose words the question is in now
    worded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by_when = models.DateField(null=True)
    # "yes", "no", or empty when nobody said
    can_wait = models.CharField(max_length=4, blank=True, default="")
    can_wait_until = models.DateField(null=True)
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    state = models.CharField(max_length=12, choices=_choices(State), default=State.THINKING.value)
    # Reopening begins another round: leaning, check, views and choice belong to one.
    round = models.PositiveIntegerField(default=1)
    # What broke the seal of this round; empty while it holds.
    trigger = models.CharField(max_length=12, blank=True, default="")
    triggered_at = models.DateTimeField(null=True)
    # The day on which she wants to look back at the choice that holds.
    review_on = models.DateField(null=True)
    # Counts what was put down, so that each thing has its place in the order of time.
    count = models.PositiveIntegerField(default=0)
    # The number of the newest weighing.
    weighed = models.PositiveIntegerField(default=0)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=_one_of("state", State), name="decision_state_is_known"),
            models.CheckConstraint(
                condition=Q(trigger="", triggered_at=None)
                | (_one_of("trigger", Trigger) & Q(triggered_at__isnull=False)),
                name="decision_seal_says_what_broke_it",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership", "state"])]


class Addition(PrivateModel):
    """What either of them put on the table: a way, a good or hard side of one, what matters, what is fixed.

    Its author may take it back; it is kept as taken back. `author` is empty for the two ways that
    are always there. `said` holds, by sort:
    way: title, living, cost, certainty, source, source_date · good, hard: text, source, source_date ·
    matter: label · frame: authority, fixed, still_open, source.
    """

    KIND = Kind.DECISION

    decision = models.ForeignKey(Decision, on_delete=models.DO_NOTHING, related_name="+")
    number = models.PositiveIntegerField()
    sort = models.CharField(max_length=8, choices=_choices(Sort))
    way_kind = models.CharField(max_length=8, choices=_choices(WayKind), blank=True, default="")
    # the way that a side is a side of
    way = models.ForeignKey("self", on_delete=models.DO_NOTHING, null=True, related_name="+")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    said = EncryptedJSON()
    added_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "number"], name="addition_has_its_place"),
            models.UniqueConstraint(
                fields=["decision", "way_kind"],
                condition=_one_of("way_kind", [WayKind.STAY, WayKind.OTHER]),
                name="always_there_once",
            ),
            models.CheckConstraint(
                condition=(_one_of("sort", SIDES) & Q(way__isnull=False))
                | (~_one_of("sort", SIDES) & Q(way__isnull=True)),
                name="a_side_is_of_a_way",
            ),
            models.CheckConstraint(
                condition=(Q(sort=Sort.WAY.value) & _one_of("way_kind", WayKind))
                | (~Q(sort=Sort.WAY.value) & Q(way_kind="")),
                name="a_way_says_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(author__isnull=False) | _one_of("way_kind", [WayKind.STAY, WayKind.OTHER]),
                name="an_addition_has_an_author",
            ),
        ]


class Mark(PrivateModel):
    """What only the person herself puts down. Never changed: what she says later is another row.

    `said` holds, by kind:
    wording: question, situation as they were before · weighing: all her weights, must-haves and fits
    as flat keys (rules.weight_key and its sisters) · lean: main, backup (ids of ways), words ·
    ask: nothing · check: answers to points 1 to 4 · pushed: the answer to point 5 ·
    choice: main, backup, words, reason, revisit_if, review_on, all_yes, good_enough ·
    looking_back: again (1 to 5), why, learned · reopening: why.
    """

    KIND = Kind.DECISION

    decision = models.ForeignKey(Decision, on_delete=models.DO_NOTHING, related_name="+")
    number = models.PositiveIntegerField()
    round = models.PositiveIntegerField()
    mark = models.CharField(max_length=12, choices=_choices(MarkKind))
    said = EncryptedJSON()
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "number"], name="mark_has_its_place"),
            models.UniqueConstraint(
                fields=["decision", "round"], condition=Q(mark=MarkKind.CHOICE.value), name="one_choice_a_round"
            ),
            models.CheckConstraint(condition=_one_of("mark", MarkKind), name="mark_kind_is_known"),
        ]


class View(PrivateModel):
    """What a worker would do themselves. Sealed, it is seen by nobody, not even by who wrote it.

    `said` holds text, prefers (the id of a way, or empty) and backs ("I see it differently, and I
    will back your choice"). When a sealed view is replaced, taken back or expires, it is emptied: a
    text that nobody may ever read is not kept.
    """

    KIND = Kind.VIEW

    decision = models.ForeignKey(Decision, on_delete=models.DO_NOTHING, related_name="+")
    round = models.PositiveIntegerField()
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said = EncryptedJSON()
    written_at = models.DateTimeField()
    # written before she had spoken, and sealed until she did
    was_sealed = models.BooleanField()
    opened_at = models.DateTimeField(null=True)
    trigger = models.CharField(max_length=12, blank=True, default="")
    # replaced, taken back, or expired with the decision
    ended_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision", "round", "author"],
                condition=Q(opened_at=None, ended_at=None),
                name="one_sealed_view_each",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None, trigger="", was_sealed=True)
                | (Q(opened_at__isnull=False, ended_at=None) & _one_of("trigger", Trigger)),
                name="view_opens_by_her_alone",
            ),
        ]

    @classmethod
    def hidden(cls) -> Q | None:
        """Sealed: no seat, not even the author's, opens it."""
        return Q(opened_at=None)


class Gap(PrivateModel):
    """Something that was missing for a choice, and what is done about it: open, then done."""

    KIND = Kind.DECISION

    decision = models.ForeignKey(Decision, on_delete=models.DO_NOTHING, related_name="+")
    round = models.PositiveIntegerField()
    point = models.PositiveSmallIntegerField()
    what = EncryptedText()
    who = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    until = models.DateField(null=True)
    planned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    done_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(point__gte=min(Point), point__lte=max(Point)), name="gap_is_of_a_point"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="gap_done_by_somebody",
            ),
        ]
