"""Words she likes and does not like, and what she said back in her own words."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from alongside.access.kinds import Kind
from alongside.access.models import PrivateModel
from alongside.people.models import Person
from alongside.plain.rules import Area, Feeling
from alongside.vault.fields import EncryptedText


class Wording(PrivateModel):
    """A word that she likes for something, or does not want to be written about in."""

    KIND = Kind.WORDING

    feeling = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Feeling])
    word = EncryptedText()
    # what she says instead of a word that she does not like, if she wants to
    instead = EncryptedText(null=True)
    said_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)


class SayBack(PrivateModel):
    """Something about the law, money or health that staff explained, and how she says it in her own words.

    It checks the explanation, never her: an answer of staff is “yes, that is it” or a better explanation,
    which is a new row.
    """

    KIND = Kind.LISTENING

    area = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Area])
    explained = EncryptedText()
    explained_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    explained_at = models.DateTimeField()
    # what it explains, by its id alone, when it was begun there: a note, say, which is a floor above
    explains = models.UUIDField(null=True)
    # the explanation that this one puts in other words
    anew = models.OneToOneField("self", on_delete=models.DO_NOTHING, related_name="+", null=True)
    said = EncryptedText(null=True)
    said_at = models.DateTimeField(null=True)
    left_out_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    is_it = models.BooleanField(null=True)

    class Meta(PrivateModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(said_at=None) | Q(left_out_at=None), name="said_back_or_left_out"),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(said_at__isnull=False), name="answered_after_she_said_it"
            ),
        ]
