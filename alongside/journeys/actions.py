"""Founding the house, employing staff, starting a partnership, giving seats and cards."""

from __future__ import annotations

import datetime
import secrets
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.kit.errors import NotFound, Refused
from alongside.kit.ids import new_id
from alongside.live.actions import tell
from alongside.people.backends import card_index, email_index
from alongside.people.models import Account, Card, Organisation, Partnership, Person, Seat, StaffPost
from alongside.people.queries import holding
from alongside.people.rules import Post, Role
from alongside.vault.keys import make_key


class AlreadyThere(Refused):
    """What was asked for is there already."""

    code = "already_there"


@dataclass(frozen=True)
class PrintedCard:
    """A card as it comes out of the printer: the only moment at which its number is known."""

    number: str
    account: Account


@atomic
def found_organisation(
    *, name: str, now: datetime.datetime, time_zone: str = "UTC", crisis_lines: str = ""
) -> Organisation:
    """Found the organisation of this installation. Done once, by whoever sets up the house."""
    organisation = Organisation(name=name, time_zone=time_zone, crisis_lines=crisis_lines, made_at=now)
    make_key(organisation.id, now=now)
    organisation.save(force_insert=True)
    return organisation


@atomic
def employ(
    *,
    organisation: Organisation,
    called: str,
    email: str,
    password: str | None,
    posts: frozenset[Post],
    now: datetime.datetime,
    language: str = "en",
) -> Account:
    """Take somebody on: a person, an account with e-mail and password, and posts. Raise `AlreadyThere`."""
    login = email_index(email)
    if Account.objects.filter(login=login).exists():
        raise AlreadyThere(_("There is an account with this e-mail address already."))
    person = Person.objects.create(organisation=organisation, key_scope_id=organisation.id, called=called, made_at=now)
    for post in sorted(posts):
        StaffPost.objects.create(person=person, post=post, begins=now)
    account = Account(
        person=person, login=login, address=email.strip(), language=language, is_staff_account=True, made_at=now
    )
    account.set_password(password)
    account.save()
    return account


def start_partnership(
    *, by: Viewer, called: str, language: str, now: datetime.datetime, write_id: uuid.UUID | None = None
) -> PrintedCard:
    """A worker makes a space with only a first name, sits in it as worker, and gets the card to hand over.

    When the same write arrives again, the space is the same and the card is printed anew (nobody has
    seen the first one's number, and it opens nothing any more).
    """
    if Post.WORKER not in by.posts:
        raise NotFound
    known = access.arrived(by, write_id)
    if known is not None:
        return _print_card(
            Account.objects.get(person__seats__partnership_id=known, person__seats__role=Role.CLIENT), by, now
        )
    partnership = Partnership(id=new_id(), organisation_id=by.organisation_id, began_at=now)
    make_key(partnership.id, now=now)  # the key store is another database: a key without a space harms nobody
    with transaction.atomic():
        partnership.save(force_insert=True)
        person = Person.objects.create(
            organisation_id=by.organisation_id, key_scope_id=partnership.id, called=called, made_at=now
        )
        Seat.objects.create(partnership=partnership, person=person, role=Role.CLIENT, begins=now)
        Seat.objects.create(partnership=partnership, person_id=by.person_id, role=Role.WORKER, begins=now)
        by.__dict__.pop("seats", None)
        account = Account(
            person=person, login=secrets.token_hex(32), language=language, is_staff_account=False, made_at=now
        )
        account.set_unusable_password()
        account.save()
        card = _print_card(account, by, now)
        access.record(
            by, Act.GIVE_SEAT, partnership_id=partnership.id, kind=Kind.REACH, now=now,
            row_id=partnership.id, write_id=write_id,
        )  # fmt: skip
    return card


def _print_card(account: Account, by: Viewer, now: datetime.datetime) -> PrintedCard:
    number = f"{secrets.randbelow(9 * 10**15) + 10**15}"
    Card.objects.filter(account=account, ended_at=None).update(ended_at=now)
    Card.objects.create(account=account, printed_by_id=by.person_id, printed_at=now)
    account.login = card_index(number)
    account.save(update_fields=["login"])
    return PrintedCard(number=number, account=account)


@atomic
def print_card(*, by: Viewer, about: Place, now: datetime.datetime) -> PrintedCard:
    """Print another card, for one that was lost: the old number opens nothing any more, her PIN stays hers."""
    access.require(by, Act.PRINT_CARD, about=about)
    account = Account.objects.get(person_id=about.client_id)
    card = _print_card(account, by, now)
    access.record(by, Act.PRINT_CARD, partnership_id=about.id, kind=Kind.REACH, now=now)
    tell(about.id)
    return card


@atomic
def give_seat(
    *, by: Viewer, about: Place, person_id: uuid.UUID, role: Role, now: datetime.datetime,
    ends: datetime.datetime | None = None, write_id: uuid.UUID | None = None,
) -> Seat:  # fmt: skip
    """Give a colleague a seat as worker, cover or supervisor, until `ends` if it is given. Raise `AlreadyThere`."""
    access.require(by, Act.GIVE_SEAT, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return Seat.objects.get(id=known)
    colleague = StaffPost.objects.filter(
        holding(now), person_id=person_id, person__organisation_id=by.organisation_id
    ).first()
    if colleague is None or role not in (Role.WORKER, Role.COVER, Role.SUPERVISOR):
        raise NotFound
    if Seat.objects.filter(holding(now), partnership_id=about.id, person_id=person_id, role=role).exists():
        raise AlreadyThere(_("This person has that seat already."))
    seat = Seat.objects.create(partnership_id=about.id, person_id=person_id, role=role, begins=now, ends=ends)
    access.record(
        by, Act.GIVE_SEAT, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=seat.id, write_id=write_id
    )
    tell(about.id)
    return seat


@atomic
def end_seat(*, by: Viewer, about: Place, seat_id: uuid.UUID, now: datetime.datetime) -> Seat:
    """End a colleague's seat now; the client's seat is not anybody's to end."""
    access.require(by, Act.END_SEAT, about=about)
    seat = Seat.objects.select_for_update().filter(id=seat_id, partnership_id=about.id).first()
    if seat is None or seat.role == Role.CLIENT:
        raise NotFound
    if seat.ends is None or seat.ends > now:
        seat.ends = now
        seat.save(update_fields=["ends"])
        access.record(by, Act.END_SEAT, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=seat.id)
        tell(about.id)
    return seat
