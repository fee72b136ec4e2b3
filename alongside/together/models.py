"""Three tables: the paper, what was typed in it, and whose pen wrote which letters."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.people.models import Person
from alongside.together.rules import Sort, State
from alongside.vault.fields import EncryptedText


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def _one_of(field: str, values: Any) -> Q:
    return Q(**{f"{field}__in": sorted(value.value for value in values)})


class Paper(PrivateModel):
    """A note, a plan or a letter that several write at once. `text` is how it reads after the last edit."""

    KIND = Kind.PAPER

    sort = models.CharField(max_length=8, choices=_choices(Sort))
    title = EncryptedText()
    text = EncryptedText(default="")
    state = models.CharField(max_length=12, choices=_choices(State), default=State.WRITING.value)
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    finished_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    # The note that it became; kept as an id, because the notes are a room of their own.
    note_id = models.UUIDField(null=True)
    # Counts its edits, so that each has its number.
    count = models.PositiveIntegerField(default=0)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=_one_of("sort", Sort), name="paper_sort_is_known"),
            models.CheckConstraint(
                condition=Q(state=State.WRITING.value, finished_by=None, finished_at=None)
                | Q(
                    state__in=[State.FINISHED.value, State.TAKEN_OVER.value],
                    finished_by__isnull=False,
                    finished_at__isnull=False,
                ),
                name="paper_finished_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(note_id__isnull=False, state=State.TAKEN_OVER.value)
                | (Q(note_id=None) & ~Q(state=State.TAKEN_OVER.value)),
                name="paper_taken_over_into_a_note",
            ),
        ]


class Typed(PrivateModel):
    """One edit, as it came; or many that were merged into one, which nobody wrote alone."""

    KIND = Kind.PAPER

    paper = models.ForeignKey(Paper, on_delete=models.DO_NOTHING, related_name="+")
    # Of the newest edit in it: a page that has all up to a number gets what has a higher one.
    number = models.PositiveIntegerField()
    # The bytes that travelled, in base64.
    edits = EncryptedText()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["paper", "number"], name="edits_have_an_order")]

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.edits)

    @staticmethod
    def as_text(data: bytes) -> str:
        return base64.b64encode(data).decode("ascii")


class Pen(PrivateModel):
    """A page that somebody had open and wrote on. Its number stands in the id of each letter that it wrote.

    It says who wrote what for as long as the letters stand, however often edits are merged.
    """

    KIND = Kind.PAPER

    paper = models.ForeignKey(Paper, on_delete=models.DO_NOTHING, related_name="+")
    number = models.PositiveBigIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["paper", "number"], name="a_pen_is_in_one_hand")]
