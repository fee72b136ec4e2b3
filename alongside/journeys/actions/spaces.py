"""Starting a space, printing its card, giving and ending seats."""

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
from alongside.glass import queries as glass
from alongside.glass.actions import NotThisPerson
from alongside.journeys import rules
from alongside.kit.errors import NotFound, Refused
from alongside.kit.ids import new_id
from alongside.live.actions import tell
from alongside.people.backends import card_index
from alongside.people.models import Account, Card, Partnership, Person, Seat
from alongside.people.queries import holding, posts_of
from alongside.people.rules import Post, Role
from alongside.vault.keys import make_key


class AlreadyThere(Refused):
    """What was asked for is there already."""

    code = "already_there"


class CardWasShown(Refused):
    """The page with the card was loaded again: its number is not known to anybody any more."""

    code = "card_was_shown"
    sentence = _(
        "This card was made already, and it was shown once. The space is there. "
        "If the card is lost, open the space and print another one under “About me”."
    )


class CoverNeedsAnEnd(Refused):
    """A stand-in's seat was to be given without a last day, or with one that is over."""

    status = 400
    code = "cover_needs_an_end"
    sentence = _("Please say until which day, today or later. Nothing was changed.")


class LastWorker(Refused):
    """Nobody would be there as social worker any more."""

    code = "last_worker"
    sentence = _("This is the only social worker here. First give a colleague that seat. Nothing was changed.")


@dataclass(frozen=True)
class PrintedCard:
    """A card as it comes out of the printer: the only moment at which its number is known."""

    number: str
    account: Account

    @property
    def partnership_id(self) -> uuid.UUID:
        """The space that this card opens."""
        return self.account.person.key_scope_id


def start_partnership(
    *, by: Viewer, called: str, language: str, now: datetime.datetime, write_id: uuid.UUID | None = None
) -> PrintedCard:
    """A worker makes a space with only a first name, sits in it as worker, and gets the card to hand over.

    When the same write arrives again at once, the space is the same and the card is printed anew
    (nobody has seen the first one's number, and it opens nothing any more). Later, raise `CardWasShown`.
    """
    if Post.WORKER not in by.posts:
        raise NotFound
    known = access.arrived(by, write_id)
    if known is not None:
        with transaction.atomic():
            return _print_again(_account_of_client(known), by, now)
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
        card, _row = _print_card(account, by, now)
        access.record(
            by, Act.GIVE_SEAT, partnership_id=partnership.id, kind=Kind.REACH, now=now,
            row_id=partnership.id, write_id=write_id,
        )  # fmt: skip
    return card


def _account_of_client(partnership_id: uuid.UUID) -> Account:
    accounts = Account.objects.select_related("person")
    return accounts.get(person__seats__partnership_id=partnership_id, person__seats__role=Role.CLIENT)


def _print_card(account: Account, by: Viewer, now: datetime.datetime) -> tuple[PrintedCard, Card]:
    number = f"{secrets.randbelow(9 * 10**15) + 10**15}"
    Card.objects.filter(account=account, ended_at=None).update(ended_at=now)
    row = Card.objects.create(account=account, printed_by_id=by.person_id, printed_at=now)
    account.login = card_index(number)
    account.save(update_fields=["login"])
    return PrintedCard(number=number, account=account), row


def _print_again(account: Account, by: Viewer, now: datetime.datetime) -> PrintedCard:
    newest = Card.objects.filter(account=account, ended_at=None).first()
    if newest is None or not rules.is_double_tap(newest.printed_at, now):
        raise CardWasShown
    return _print_card(account, by, now)[0]


@atomic
def print_card(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID | None = None) -> PrintedCard:
    """Print another card, for one that was lost: the old number opens nothing any more, her PIN stays hers.

    The same write arriving again at once prints anew, as nobody saw the first; later, raise `CardWasShown`.
    """
    access.require(by, Act.PRINT_CARD, about=about)
    account = _account_of_client(about.id)
    if access.arrived(by, write_id) is not None:
        return _print_again(account, by, now)

    card, row = _print_card(account, by, now)

    access.record(
        by, Act.PRINT_CARD, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=row.id, write_id=write_id
    )

    tell(about.id)
    return card


@atomic
def give_seat(
    *, by: Viewer, about: Place, person_id: uuid.UUID, role: Role, now: datetime.datetime,
    ends: datetime.datetime | None = None, write_id: uuid.UUID | None = None,
) -> Seat:  # fmt: skip
    """Give a colleague a seat as worker, cover or supervisor, until `ends` if it is given.

    Raise `AlreadyThere`, `CoverNeedsAnEnd`, `NotThisPerson` for one whom the person named, or
    `NotFound` for somebody without the post that the seat needs.
    """
    access.require(by, Act.GIVE_SEAT, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return Seat.objects.get(id=known)
    colleague = Person.objects.filter(id=person_id, organisation_id=by.organisation_id).first()
    if colleague is None or rules.POST_FOR_SEAT.get(role) not in posts_of(person_id, now=now):
        raise NotFound
    if glass.is_excluded(person_id, from_any_of=[about.id], organisation_id=by.organisation_id):
        raise NotThisPerson
    if (role is Role.COVER and ends is None) or (ends is not None and ends <= now):
        raise CoverNeedsAnEnd
    if Seat.objects.filter(holding(now), partnership_id=about.id, person_id=person_id, role=role).exists():
        raise AlreadyThere(_("This person has that seat already. Nothing was changed."))

    seat = Seat.objects.create(partnership_id=about.id, person_id=person_id, role=role, begins=now, ends=ends)

    access.record(
        by, Act.GIVE_SEAT, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=seat.id, write_id=write_id
    )

    tell(about.id)
    return seat


@atomic
def end_seat(*, by: Viewer, about: Place, seat_id: uuid.UUID, now: datetime.datetime) -> Seat:
    """End a colleague's seat now. The client's seat is not anybody's to end; the last worker's raises `LastWorker`."""
    access.require(by, Act.END_SEAT, about=about)
    seats = {seat.id: seat for seat in Seat.objects.select_for_update().filter(partnership_id=about.id)}
    seat = seats.get(seat_id)
    if seat is None or seat.role == Role.CLIENT:
        raise NotFound
    if seat.ends is not None and seat.ends <= now:
        return seat
    staying = [other for other in seats.values() if other.role == Role.WORKER and other.ends is None]
    if seat.role == Role.WORKER and not set(staying) - {seat}:
        raise LastWorker

    seat.ends = max(now, seat.begins)  # a stand-in's may begin later
    seat.save(update_fields=["ends"])

    access.record(by, Act.END_SEAT, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=seat.id)

    tell(about.id)
    return seat
