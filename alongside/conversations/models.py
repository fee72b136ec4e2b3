"""Five tables: how the conversation stands, its messages, their words, what was said about them, what they became."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.access.viewer import Viewer
from alongside.conversations.rules import Becomes, Settled, Sort, What
from alongside.people.models import Person, Seat
from alongside.people.queries import holding
from alongside.people.rules import Role
from alongside.vault.fields import EncryptedJSON, EncryptedText


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def _one_of(field: str, values: Any, *, or_empty: bool = False) -> Q:
    return Q(**{f"{field}__in": sorted(value.value for value in values) + ([""] if or_empty else [])})


class Thread(PrivateModel):
    """How the conversation of a space stands: one row, and none of anybody's words.

    Whoever writes holds it, so that messages get their numbers one after the other. From `question`
    on something of hers waits for an answer, since it was delivered; the rest says until when, when
    somebody else is asked if nobody answers, and who was.
    """

    KIND = Kind.MESSAGE

    count = models.PositiveIntegerField(default=0)
    answered_number = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    question = models.UUIDField(null=True)
    waits_since = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    hand_at = models.DateTimeField(null=True, db_index=True)
    handed_at = models.DateTimeField(null=True)
    handed_to = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    # A supervisor sees to it that somebody answers.
    seen_to_at = models.DateTimeField(null=True)
    # When the next message is delivered that was held back: open pages are told then.
    tell_at = models.DateTimeField(null=True, db_index=True)
    # What staff wrote to her last, since when she could read the first of it that she said nothing to,
    # and up to where she said something.
    for_her = models.PositiveIntegerField(default=0)
    for_her_at = models.DateTimeField(null=True)
    from_her = models.PositiveIntegerField(default=0)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["partnership"], name="one_conversation_in_a_space")]

    @classmethod
    def opened_to(cls, viewer: Viewer) -> Q | None:
        """A supervisor sees that something waits, when it came to them, and nothing of what it is."""
        supervises = Seat.objects.filter(holding(viewer.now), person_id=viewer.person_id, role=Role.SUPERVISOR.value)
        return Q(handed_at__isnull=False, partnership__in=supervises.values("partnership_id"))


def _still_held_back(viewer: Viewer) -> Q:
    """What was said, and is not delivered yet, is its author's alone."""
    return Q(deliver_at__gt=viewer.now) & ~Q(author=viewer.person_id)


class Message(PrivateModel):
    """One line of the conversation: who, when, when the other side gets it, and what was said first.

    Corrections stand in `Words`; so does what was said, where it was taken back and closed to others.

    Lines stand in the order of (`anchor`, `sequence`): as they arrived, except that what one author
    wrote stays in the author's order. A sender that may be late numbers its messages (`stream`,
    `sequence`); one that arrives behind a later one takes the place just before it.

    `text` is null where the words are closed, and where the programme speaks. `line` is null, or says
    what the programme has to tell: what, to whom (a person's id), as what, and until when.
    """

    KIND = Kind.MESSAGE

    # How the conversation stands comes with each message, so that a page asks once for both.
    thread = models.ForeignKey(Thread, on_delete=models.DO_NOTHING, related_name="+")
    sort = models.CharField(max_length=10, choices=_choices(Sort), default=Sort.WORDS.value)
    number = models.PositiveIntegerField()
    anchor = models.PositiveIntegerField()
    stream = models.UUIDField(null=True)
    sequence = models.PositiveBigIntegerField(default=0)
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=_choices(Role), blank=True)
    said_at = models.DateTimeField()
    deliver_at = models.DateTimeField()
    # It came out of hours because staff said that it answers something urgent.
    at_once = models.BooleanField(default=False)
    needs_answer = models.BooleanField(default=False)
    # The ids of what was added: photos, a voice.
    attachments = EncryptedJSON()
    text = EncryptedText(null=True)
    # How often it was put into words.
    versions = models.PositiveIntegerField(default=1)
    line = EncryptedJSON(null=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partnership", "number"], name="messages_have_an_order"),
            models.UniqueConstraint(fields=["partnership", "anchor", "sequence"], name="messages_have_a_place"),
            models.UniqueConstraint(
                fields=["partnership", "author", "stream", "sequence"],
                condition=Q(stream__isnull=False),
                name="a_sender_counts_once",
            ),
            models.CheckConstraint(condition=_one_of("sort", Sort), name="message_sort_is_known"),
            models.CheckConstraint(
                condition=Q(sort=Sort.WORDS.value, author__isnull=False) | Q(sort=Sort.AUTOMATED.value, author=None),
                name="message_has_an_author",
            ),
            models.CheckConstraint(condition=Q(deliver_at__gte=models.F("said_at")), name="message_is_delivered_later"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["partnership", "-anchor", "-sequence"], name="message_in_its_place"),
            models.Index(fields=["partnership", "author", "deliver_at"], name="message_of_its_author"),
        ]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        """The other side gets it when it is delivered."""
        return _still_held_back(viewer)


class Words(PrivateModel):
    """The words of a message as they were put right later (version 2 and on), and the first where it was taken back.

    Taken back they are the author's alone; what staff said to her, and she had got, stays with her too.
    """

    KIND = Kind.MESSAGE

    message = models.ForeignKey(Message, on_delete=models.DO_NOTHING, related_name="+")
    version = models.PositiveIntegerField()
    text = EncryptedText()
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    deliver_at = models.DateTimeField()
    only_authors = models.BooleanField(default=False)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "version"], name="words_have_versions"),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership", "message"], name="words_of_a_message")]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        return _still_held_back(viewer) | (Q(only_authors=True) & ~Q(author=viewer.person_id))


class Receipt(PrivateModel):
    """What somebody said about messages: seen, understood, or “I will answer by”. Never a machine’s guess.

    It is about all that stood on the page that they had before them: up to `number`, as it was at
    `as_of`. A promise has its time (`due`), and is never deleted: it ends kept, renegotiated or late.
    `said` holds: words (what was understood, or why it takes longer than agreed).
    """

    KIND = Kind.MESSAGE

    what = models.CharField(max_length=10, choices=_choices(What))
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=_choices(Role))
    number = models.PositiveIntegerField()
    as_of = models.DateTimeField()
    said_at = models.DateTimeField()
    said = EncryptedJSON()
    due = models.DateTimeField(null=True)
    settled = models.CharField(max_length=12, choices=_choices(Settled), blank=True, default="")
    settled_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=_one_of("what", What), name="receipt_is_known"),
            models.CheckConstraint(
                condition=(Q(what=What.PROMISE.value) & Q(due__isnull=False))
                | (~Q(what=What.PROMISE.value) & Q(due=None, settled="")),
                name="receipt_promise_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(settled="", settled_at=None) | (_one_of("settled", Settled) & Q(settled_at__isnull=False)),
                name="receipt_settled_at_a_time",
            ),
            # One open promise at a time, so that everybody knows which one holds.
            models.UniqueConstraint(
                fields=["partnership"], condition=Q(what=What.PROMISE.value, settled=""), name="one_promise_is_open"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership", "-said_at"], name="receipts_of_a_space")]


class Became(PrivateModel):
    """A message became a subject to talk about, a note, or a question: which, and who made it so."""

    KIND = Kind.MESSAGE

    message = models.ForeignKey(Message, on_delete=models.DO_NOTHING, related_name="+")
    what = models.CharField(max_length=10, choices=_choices(Becomes))
    row_id = models.UUIDField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [models.CheckConstraint(condition=_one_of("what", Becomes), name="became_is_known")]
        indexes: ClassVar = [models.Index(fields=["partnership", "message"], name="what_a_message_became")]
