"""The record: one entry a row, numbered in the order in which they were made. Entries are never changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.people.models import Person
from alongside.record.rules import COLUMNS, Slot, What
from alongside.vault.fields import EncryptedJSON

KIND_OF: dict[Slot, Kind] = {
    Slot.NEED: Kind.WORDS,
    Slot.HOPE: Kind.WORDS,
    Slot.START: Kind.WORDS,
    Slot.LISTENING: Kind.LISTENING,
    Slot.PICTURE: Kind.PICTURE,
}


class Entry(PrivateModel):
    """Something that was said, heard or written, by whom and when.

    `body` holds, by `what`: words, and where she said it voice, voice_seconds and voice_size, the id
    of a voice note, how long and how large it is (need, hope);
    words (heard, not quite, corrected, helps, want, differently);
    words and sort (worry); number and words (scale); saw and think (picture); those and reason and
    sentence (urgent). It is null where a tap says it all, and where somebody took their words back.
    """

    KINDS = (Kind.WORDS, Kind.LISTENING, Kind.PICTURE)

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    what = models.CharField(max_length=12)
    # The slot in which this is the newest entry; of a line of the picture, a place of its own. Null,
    # not empty, for all others, so that the database itself keeps two from standing in one place.
    stands_as = models.CharField(max_length=12, null=True)  # noqa: DJ001
    # Listening back, and a line of the picture: the entry that began the thread. “I see it
    # differently”: the entry that began the line that it stands beside.
    thread = models.UUIDField(null=True)
    body = EncryptedJSON(null=True)
    # Of what she said in her own words: proves that not one letter was changed.
    fingerprint = models.CharField(max_length=64, blank=True)
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partnership", "number"], name="entries_have_an_order"),
            models.UniqueConstraint(fields=["partnership", "stands_as"], name="one_stands_in_each_place"),
        ]

    @property
    def slot(self) -> Slot | None:
        return Slot(self.stands_as) if self.stands_as in set(Slot) else None

    @property
    def is_taken_back(self) -> bool:
        return self.body is None and self.what in (What.NEED, What.HOPE, *COLUMNS, What.DIFFERENTLY)
