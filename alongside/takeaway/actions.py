"""Asking for a copy and taking it, asking for erasure and taking that back, erasing, and legal holds."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.transaction import atomic
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer, wall
from alongside.glass.queries import space_of
from alongside.kit.errors import NotFound, Refused
from alongside.live.actions import tell
from alongside.people.models import Account, Partnership, Person, Seat
from alongside.people.queries import posts_of
from alongside.people.rules import Post, Role
from alongside.takeaway import bringing, erasing, making, packing, queries, rules
from alongside.takeaway.models import Copy, Erasure, Hold, Part
from alongside.vault.keys import destroy_key, make_key
from alongside.vault.models import WrappedKey


class NothingToTake(Refused):
    """There is no copy that could be taken."""

    code = "nothing_to_take"
    sentence = _("There is no copy to take now: it was taken already, or a day has gone by. You can ask for a new one.")


class NotNow(Refused):
    """The space does not stand where this could follow."""

    code = "not_now"
    sentence = _("This was changed after you opened the page. Nothing was done. Here is what stands now.")


class HeldBack(Refused):
    """A legal hold forbids erasing."""

    code = "held_back"
    sentence = _("A legal hold forbids erasing this now. You see below who set it, why, and until when.")


class NoSuchSpace(Refused):
    """The reference that was typed names no space of this agency."""

    status = 400
    code = "no_such_space"
    sentence = _("No space has this reference. It stands on the card, and on the page “Erase everything”.")


class HoldTooLong(Refused):
    """A hold would end in the past, or later than a year from now."""

    status = 400
    code = "hold_too_long"
    sentence = _("A hold ends on a day after today, and within a year. Nothing was set.")


class TakesTwo(Refused):
    """The same person would be both of the two."""

    code = "takes_two"
    sentence = _("This takes a second person. Nothing was changed.")


# --- my copy ---------------------------------------------------------------------------------------


@atomic
def ask_copy(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, session_key: str = "") -> Copy:
    """Begin to make a copy; one that is being made goes on. Former ones go away. Hers alone to ask.

    `session_key` names the session in which she asks; the copy stops when that ends. Without one
    nothing is begun (`making.make` does it).
    """
    access.require(by, Act.TAKE_COPY, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Copy, known)
    newest = queries.newest_copy(about)
    if newest is not None and newest.ready_at is None and not rules.has_stopped(newest.beat_at, now):
        return newest

    _drop_copies(about)
    copy: Copy = Copy.objects.create(
        id=write_id, partnership_id=about.id, asked_by_id=by.person_id, asked_at=now, beat_at=now
    )

    access.record(by, Act.TAKE_COPY, partnership_id=about.id, kind=Kind.OWN, now=now, row_id=copy.id, write_id=write_id)

    if session_key:
        order = making.Order.of(copy, Account.objects.get(person_id=by.person_id), session_key)
        transaction.on_commit(lambda: making.start(order))
    return copy


def _drop_copies(about: Place) -> None:
    for model in (Part, Copy):
        model.objects.visible_to(about.by, within=about.id).delete()


def take_copy(
    *, by: Viewer, about: Place, now: datetime.datetime, session_key: str, proof: int
) -> tuple[int, Iterator[bytes]]:
    """The file of her newest copy, once: (its length in bytes, the file piece by piece). Raise `NothingToTake`.

    Each piece is given only while she is signed in and has her seat; after the last one nothing of the
    file is kept.
    """
    access.require(by, Act.TAKE_COPY, about=about)
    copy = queries.newest_copy(about)
    if copy is None or copy.ready_at is None:
        raise NothingToTake

    access.record(by, Act.TAKE_COPY, partnership_id=about.id, kind=Kind.OWN, now=now, row_id=copy.id)

    account_id = Account.objects.values_list("pk", flat=True).get(person_id=by.person_id)
    order = making.Order(copy.id, about.id, account_id, session_key, proof)
    return copy.length, _given(order, now)


def _given(order: making.Order, now: datetime.datetime) -> Iterator[bytes]:
    work, number = making.Work(order), 0
    while True:
        with work.place() as place:
            part = Part.objects.visible_to(place.by, within=place.id).filter(copy_id=order.copy_id, number=number)
            content = next((each.content for each in part), None)
        if content is None:
            break
        yield content
        number += 1
    with work.place() as place:
        Part.objects.visible_to(place.by, within=place.id).filter(copy_id=order.copy_id).delete()
        Copy.objects.visible_to(place.by, within=place.id).filter(id=order.copy_id).update(taken_at=now)


# --- bringing in -----------------------------------------------------------------------------------


class IsHere(Refused):
    """The space of a copy is in this house already."""

    code = "is_here"
    sentence = _("The space of this copy is in this house already. Nothing was brought in.")


@dataclass(frozen=True)
class Brought:
    """A space that was brought in, and the card that opens it to her: the only moment at which its number is known.

    It is empty for a director, and for a write that arrived before.
    """

    partnership_id: uuid.UUID
    number: str


def bring_in(
    *, by: Viewer, file: bytes, now: datetime.datetime, write_id: uuid.UUID, worker_id: uuid.UUID | None = None
) -> Brought:
    """A worker brings a copy from another house into this one, sits in it as worker, and gets the card to hand over.

    A director names the worker who will sit in it (`worker_id`), and gets neither seat nor card: that would open it.
    Her words are the same to the letter, under a new key; ids are kept. Who had a seat elsewhere is
    here as a person without an account, whose seat has ended; who had looked elsewhere comes along as
    history. Raise `packing.CannotBeRead` or `IsHere`; then nothing was brought in.
    """
    seated = _who_will_sit(by, worker_id, now)
    copy, files = packing.opened(file)
    partnership_id = uuid.UUID(copy["space"]["id"])
    if access.arrived(by, write_id) == partnership_id:
        return Brought(partnership_id, "")
    if WrappedKey.objects.filter(scope=partnership_id).exists():
        raise IsHere
    make_key(partnership_id, now=now)  # in a database of its own: taken away again if the rest does not come to be
    try:
        with wall.standing_for_house(by.organisation_id), transaction.atomic():
            number = bringing.bring(copy, files, by=by, worker_id=seated, now=now)
            access.record(
                by, Act.BRING_IN, partnership_id=partnership_id, kind=Kind.SHARE, now=now,
                row_id=partnership_id, write_id=write_id,
            )  # fmt: skip
    except BaseException as error:
        destroy_key(partnership_id)
        if isinstance(error, IntegrityError):  # keys between rows are looked at last of all
            raise packing.CannotBeRead("damaged") from error
        raise
    return Brought(partnership_id, number if seated == by.person_id else "")


def _who_will_sit(by: Viewer, worker_id: uuid.UUID | None, now: datetime.datetime) -> uuid.UUID:
    """Whoever brings it in as a social worker; or the one whom a director names. Raise `NotFound`."""
    if worker_id is None and Post.WORKER in by.posts:
        return by.person_id
    if worker_id is None or Post.DIRECTOR not in by.posts:
        raise NotFound
    is_ours = Person.objects.filter(id=worker_id, organisation_id=by.organisation_id).exists()
    if not is_ours or Post.WORKER not in posts_of(worker_id, now=now):
        raise NotFound
    return worker_id


# --- asking for erasure ----------------------------------------------------------------------------


@atomic
def ask_erasure(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> Erasure:
    """She asks that everything is erased; nobody asks why. She can take it back for some days."""
    access.require(by, Act.ASK_ERASURE, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Erasure, known)
    standing = queries.asked_in(about)
    if standing is not None:
        return standing

    asked: Erasure = Erasure.objects.create(
        id=write_id, partnership_id=about.id, asked_by_id=by.person_id, asked_at=now, due_at=now + rules.WAY_BACK
    )

    access.record(
        by, Act.ASK_ERASURE, partnership_id=about.id, kind=Kind.SHARE, now=now, row_id=asked.id, write_id=write_id
    )

    tell(about.id)
    return asked


@atomic
def take_back_erasure(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> Erasure:
    """She keeps everything after all: possible until it is done. Raise `NotNow` when nothing was asked."""
    access.require(by, Act.TAKE_BACK_ERASURE, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Erasure, known)
    asked = queries.asked_in(about)
    if asked is None:
        raise NotNow

    asked.taken_back_at = now
    asked.save(update_fields=["taken_back_at"])

    access.record(
        by, Act.TAKE_BACK_ERASURE, partnership_id=about.id, kind=Kind.SHARE, now=now, row_id=asked.id, write_id=write_id
    )

    tell(about.id)
    return asked


# --- erasing ---------------------------------------------------------------------------------------


def erase_now(*, by: Viewer, about: Place, now: datetime.datetime) -> None:
    """Erase the space when the days are over, without waiting for the next round. Raise `NotNow` or `HeldBack`."""
    access.require(by, Act.ERASE, about=about)
    asked = queries.asked_in(about)
    if asked is None or now < asked.due_at:
        raise NotNow

    _erase(about.id, now)


def _erase(partnership_id: uuid.UUID, now: datetime.datetime, *, again: bool = False) -> None:
    """Erase everything about a space, destroy its key, and leave one line that says that a space was erased.

    Her rows go in one transaction, and the key with its last step: if that fails, nothing has
    happened. The trail keeps its lines, which are ids and our own words.
    """
    with wall.standing_for_house(), transaction.atomic():
        space = Partnership.objects.select_for_update().filter(id=partnership_id).first()
        if space is None:
            return
        holds = Hold.objects.filter(partnership_id=partnership_id)
        if not again and any(queries.holds_back(hold, now) for hold in holds):
            raise HeldBack
        client_id = Seat.objects.values_list("person_id", flat=True).get(
            partnership_id=partnership_id, role=Role.CLIENT
        )

        erasing.erase_rows(space)

        # In the agency's own tree: that a space was erased, and nobody's name.
        hers = Viewer(person_id=client_id, organisation_id=space.organisation_id, now=now)
        access.record(hers, Act.ERASE, partnership_id=None, kind=None, now=now, row_id=partnership_id)
        if not again:
            erasing.note(partnership_id, now)
        destroy_key(partnership_id)


def erase_due(*, now: datetime.datetime) -> tuple[int, int]:
    """Erase each space that is due, and drop copies that nobody took: (spaces erased, spaces that are held back)."""
    erased = held = 0
    for partnership_id in erasing.due(now):
        try:
            _erase(partnership_id, now)
            erased += 1
        except HeldBack:
            held += 1
    erasing.drop_old_copies(now)
    return erased, held


def erase_again(*, now: datetime.datetime) -> int:
    """Delete what an older backup brought back of spaces that had been erased, and return how many there were.

    They are those without a key, so a hold that stood when the backup was made holds nothing back.
    """
    gone = erasing.without_a_key()
    for partnership_id in gone:
        _erase(partnership_id, now, again=True)
    return len(gone)


# --- legal hold ------------------------------------------------------------------------------------


def _must_hold(by: Viewer, posts: frozenset[Post]) -> None:
    if not posts_of(by.person_id, now=by.now) & posts:
        raise NotFound


def hold(
    *, by: Viewer, reference: str, basis: str, scope: str, ends: datetime.date, now: datetime.datetime,
    write_id: uuid.UUID,
) -> Hold:  # fmt: skip
    """A director asks for a legal hold; it counts when a second person has confirmed it. She sees it at once.

    `reference` is the one of the space; nothing of it is opened to anybody. Raise `NoSuchSpace`, `HoldTooLong`.
    """
    _must_hold(by, frozenset({Post.DIRECTOR}))
    with wall.standing_for_house(by.organisation_id), transaction.atomic():
        known = access.arrived(by, write_id)
        if known is not None:
            return Hold.objects.get(id=known)
        partnership_id = space_of(reference, organisation_id=by.organisation_id)
        if partnership_id is None:
            raise NoSuchSpace
        end = _end_of(ends)
        if not now < end <= now + rules.LONGEST_HOLD:
            raise HoldTooLong

        made: Hold = Hold.objects.create(
            id=write_id, partnership_id=partnership_id, basis=basis, scope=scope, ends=end,
            asked_by_id=by.person_id, asked_at=now,
        )  # fmt: skip

        _note(by, Act.HOLD, made, now, write_id)

        tell(partnership_id)
        return made


def _end_of(day: datetime.date) -> datetime.datetime:
    """The moment at which a day is over, where the agency is."""
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time()))


def _note(by: Viewer, act: Act, row: Hold, now: datetime.datetime, write_id: uuid.UUID) -> None:
    access.record(
        by, act, partnership_id=row.partnership_id, kind=Kind.SHARE, now=now, row_id=row.id, write_id=write_id
    )


def _locked(by: Viewer, hold_id: uuid.UUID) -> Hold:
    row = (
        Hold.objects.select_for_update()
        .filter(id=hold_id, partnership__organisation_id=by.organisation_id, lifted_at=None, ends__gt=by.now)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def confirm_hold(*, by: Viewer, hold_id: uuid.UUID, now: datetime.datetime, write_id: uuid.UUID) -> Hold:
    """A second person confirms a hold: from now on it counts. Raise `TakesTwo` for the one who asked for it."""
    _must_hold(by, queries.HOLDERS)
    with wall.standing_for_house(by.organisation_id), transaction.atomic():
        row = _locked(by, hold_id)
        if row.asked_by_id == by.person_id:
            raise TakesTwo
        if row.confirmed_at is not None:
            return row

        row.confirmed_by_id, row.confirmed_at = by.person_id, now
        row.save(update_fields=["confirmed_by", "confirmed_at"])

        _note(by, Act.HOLD, row, now, write_id)

        tell(row.partnership_id)
        return row


def review_hold(*, by: Viewer, hold_id: uuid.UUID, now: datetime.datetime, write_id: uuid.UUID) -> Hold:
    """Somebody has looked whether a hold is still needed, and it is. Raise `NotNow` when it does not count yet."""
    _must_hold(by, queries.HOLDERS)
    with wall.standing_for_house(by.organisation_id), transaction.atomic():
        row = _locked(by, hold_id)
        if row.confirmed_at is None:
            raise NotNow

        row.reviewed_at = now
        row.save(update_fields=["reviewed_at"])

        _note(by, Act.HOLD, row, now, write_id)

        tell(row.partnership_id)
        return row


def lift_hold(*, by: Viewer, hold_id: uuid.UUID, now: datetime.datetime, write_id: uuid.UUID) -> Hold:
    """Somebody asks that a hold ends; when a second person says the same, it ends. Raise `TakesTwo`."""
    _must_hold(by, queries.HOLDERS)
    with wall.standing_for_house(by.organisation_id), transaction.atomic():
        row = _locked(by, hold_id)
        if row.lift_asked_by_id == by.person_id:
            raise TakesTwo

        if row.lift_asked_by_id is None:
            row.lift_asked_by_id = by.person_id
        else:
            row.lifted_by_id, row.lifted_at = by.person_id, now
        row.save(update_fields=["lift_asked_by", "lifted_by", "lifted_at"])

        _note(by, Act.LIFT_HOLD, row, now, write_id)

        tell(row.partnership_id)
        return row
