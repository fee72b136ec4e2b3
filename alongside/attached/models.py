"""Three tables: what was kept, its bytes apart from it, and the written forms of a voice note."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.access.viewer import Viewer
from alongside.attached.rules import ENDINGS, Media, Sort, State
from alongside.people.models import Person
from alongside.vault.fields import EncryptedBytes, EncryptedText

# What can have something beside it.
KINDS = (Kind.MESSAGE, Kind.WORDS)


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def _one_of(field: str, values: Any, *, or_empty: bool = False) -> Q:
    return Q(**{f"{field}__in": sorted(value.value for value in values) + ([""] if or_empty else [])})


class Attachment(PrivateModel):
    """A photo or a voice note, beside what somebody wrote. Its bytes lie in `Content`, so that a list opens none."""

    KINDS = KINDS

    kind = models.CharField(max_length=12)
    sort = models.CharField(max_length=8, choices=_choices(Sort))
    # The row that it stands with: a message, or what she needs or hopes for.
    beside = models.UUIDField(null=True)
    # Bytes, and of sound seconds.
    size = models.PositiveIntegerField()
    seconds = models.PositiveSmallIntegerField(null=True)
    # The state of the newest written form, and how many versions of it there are.
    written = models.CharField(max_length=12, choices=_choices(State), blank=True, default="")
    versions = models.PositiveIntegerField(default=0)
    kept_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()
    # From here on others than whoever kept it see it; null when what it stands beside was taken back from them.
    opens_at = models.DateTimeField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=_one_of("sort", Sort), name="attachment_sort_is_known"),
            models.CheckConstraint(
                condition=_one_of("written", State, or_empty=True), name="attachment_state_is_known"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["partnership", "written"])]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        """While its message waits for its hour, and when it was taken back, it is its author's alone, as the words."""
        return ~Q(kept_by=viewer.person_id) & (Q(opens_at__gt=viewer.now) | Q(opens_at=None))


def _beside_a_closed_one(viewer: Viewer) -> Q:
    """What belongs to a photo or a voice note is as closed as that is: it stands in one place alone."""
    because = "whether it is closed decides who sees what belongs to it; nothing of it is read"
    its_own = Attachment.objects.unguarded(because=because).filter(id=OuterRef("attachment_id"))
    return Q(Exists(its_own.filter(Attachment.closed_to(viewer))))


class Content(PrivateModel):
    """The bytes of a photo or of a voice note, encrypted with the key of the space like every text."""

    KINDS = KINDS
    # So many at once, where all are read: half a megabyte each.
    AT_ONCE = 10

    kind = models.CharField(max_length=12)
    attachment = models.ForeignKey(Attachment, on_delete=models.DO_NOTHING, related_name="+")
    media = models.CharField(max_length=12, choices=_choices(Media))
    content = EncryptedBytes()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attachment"], name="one_content_each"),
            models.CheckConstraint(condition=_one_of("media", Media), name="content_media_is_known"),
        ]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        return _beside_a_closed_one(viewer)

    def file_name(self) -> str:
        """What its file is called in her copy."""
        return f"{self.attachment_id}.{ENDINGS[Media(self.media)]}"


class Transcript(PrivateModel):
    """A version of what is said in a voice note, in writing. Never changed: the newest stands."""

    KINDS = KINDS

    kind = models.CharField(max_length=12)
    attachment = models.ForeignKey(Attachment, on_delete=models.DO_NOTHING, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=_choices(State))
    words = EncryptedText()
    # Of what somebody said yes to: proves that not one letter was changed.
    fingerprint = models.CharField(max_length=64, blank=True)
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attachment", "number"], name="transcripts_have_an_order"),
            models.CheckConstraint(condition=_one_of("state", State), name="transcript_state_is_known"),
        ]

    @classmethod
    def closed_to(cls, viewer: Viewer) -> Q | None:
        return _beside_a_closed_one(viewer)
