"""Organisation, person, post, account, card, partnership, leave, seat."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from alongside.kit.ids import new_id
from alongside.people.rules import Post, Role
from alongside.vault.fields import EncryptedText


class Organisation(models.Model):
    """The agency. On SQLite one installation is one organisation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody. Only a first name is kept, or whatever else they want to be called.

    `key_scope_id` says whose key encrypts the name: the partnership's for a client, the
    organisation's for staff.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    key_scope_id = models.UUIDField()
    called = EncryptedText()
    made_at = models.DateTimeField()

    def key_scope(self) -> uuid.UUID:
        return self.key_scope_id


class StaffPost(models.Model):
    """What somebody is employed as, from when, until when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=12, choices=[(post.value, post.value) for post in Post])
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=models.F("begins")), name="post_ends_later")
        ]


class AccountManager(BaseUserManager["Account"]):
    """Finds an account by the blind index of its e-mail address or card number."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(login=username)


class Account(AbstractBaseUser):
    """A way to sign in: e-mail and password for staff, card and PIN for a client.

    `login` is a blind index (64 hex digits) of the address or the card's number; neither is kept
    in clear. A client's `password` is her PIN, unusable until she has chosen one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    login = models.CharField(max_length=64, unique=True)
    address = EncryptedText(null=True)
    language = models.CharField(max_length=8, default="en")
    is_staff_account = models.BooleanField()
    is_active = models.BooleanField(default=True)
    # Staff: somebody else made this password, and nothing opens until it is changed.
    has_starting_password = models.BooleanField(default=False)
    # She has read the safety notice and the limits of what stays between them.
    joined_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[AccountManager] = AccountManager()

    def key_scope(self) -> uuid.UUID:
        return self.person.key_scope_id


class Partnership(models.Model):
    """One person, one organisation, and whoever else has a seat: what everything private hangs on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    # When she said "yes, that is what I meant", or skipped the listening back. Ways of a decision
    # open only then, so the fact lies on a floor that both rooms stand on.
    heard_at = models.DateTimeField(null=True)
    # Counts what changed here, so that an open page can tell that it missed something.
    changes = models.PositiveBigIntegerField(default=0)


class Away(models.Model):
    """Somebody of the staff is not there for a time, and somebody else stands in. Why is not kept.

    Nobody knows yet until when where `ends` is null. It is moved to the moment at which they are
    back. What opens to whoever stands in follows from their seats, which name this row.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    cover = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=models.F("begins")), name="away_ends_later"),
            models.CheckConstraint(condition=~Q(person=models.F("cover")), name="nobody_stands_in_for_themselves"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "ends"], name="away_of_a_person")]


class Seat(models.Model):
    """A place in a partnership, with a role, a beginning and an end. Sight comes from here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="seats")
    role = models.CharField(max_length=12, choices=[(role.value, role.value) for role in Role])
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    # A stand-in's seat that was given because somebody is away, and ends when they are back.
    away = models.ForeignKey(Away, null=True, on_delete=models.PROTECT, related_name="+")

    # Read with the seats of a space (`queries.seats_in`): whether its person is away, or will be, and whether it was
    # given to stand in for somebody who is away now.
    is_away_or_soon: bool
    is_away: bool
    stands_in: bool

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partnership"], condition=Q(role=Role.CLIENT.value), name="one_client_in_a_partnership"
            ),
            models.UniqueConstraint(
                fields=["partnership", "person", "role"], condition=Q(ends=None), name="one_open_seat_of_a_kind"
            ),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=models.F("begins")), name="seat_ends_later"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "role"]), models.Index(fields=["partnership", "role"])]


class Card(models.Model):
    """A printed card. Only the newest card of an account opens it; its number is kept nowhere."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    printed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class OneTimeCode(models.Model):
    """A code that lets somebody from outside in, once. It is kept nowhere: only its blind index is.

    Only the newest code of an account opens it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ends = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Device(models.Model):
    """A browser that is signed in, so that its owner can see it and end it.

    Kept instead of an address and a full browser name, which would say where she was.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    # "phone", "tablet" or "computer"
    looks_like = models.CharField(max_length=12)
    her_own = models.BooleanField(default=False)
    signed_in_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class Keeping(models.Model):
    """A browser that may keep pages and unsent texts for a client, because she said so there.

    The id lies in a cookie of that browser and opens nothing. It outlives the session, so that the
    browser can be told to forget after the session has ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    # the session in which the browser was used last
    session_key = models.CharField(max_length=40, db_index=True)
    # "phone", "tablet" or "computer"
    looks_like = models.CharField(max_length=12)
    since = models.DateTimeField()
