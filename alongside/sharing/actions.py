"""Inviting, sharing, taking back, pausing, asking and answering, and what those who are invited may do themselves.

What changes the shares of one partnership goes one after the other, so that what held when an
action began still holds when it ends. Reading asks what holds at the moment of reading, so that
nothing has to be swept up after anything here.
"""

from __future__ import annotations

import datetime
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.transaction import atomic
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import access
from alongside.access import Act, Kind, Place, Viewer, standing_for_house
from alongside.access.way_in import role_name
from alongside.consent.models import Invitation, Share
from alongside.consent.rules import Shared
from alongside.kit.errors import NotFound, Refused
from alongside.kit.ids import id_from, new_id
from alongside.live.actions import tell
from alongside.people.backends import code_index
from alongside.people.models import Account, OneTimeCode, Person, Seat, StaffPost
from alongside.people.queries import holding
from alongside.people.rules import CODE_DIGITS, CODE_WAITS, INVITED_ROLES, Post, Role
from alongside.sharing import rules
from alongside.sharing.models import Ask, Breach, Receipt
from alongside.sharing.receipts import Facts, receipt
from alongside.sharing.rules import Answer, Event
from alongside.sharing.wording import THINGS


class NotUntilThen(Refused):
    """The last day is over already, or further away than a year."""

    status = 400
    code = "not_until_then"
    sentence = gettext_lazy("Please pick a last day from today up to one year from now. Nothing was shared.")


class IsSharedAlready(Refused):
    """This person sees this already: to change why or until when, the share is taken back and given anew."""

    code = "is_shared_already"

    def __init__(self, name: str, shared: Shared) -> None:
        super().__init__(
            _("%(name)s can see “%(thing)s” already. Take that back first, if you want to change it.")
            % {"name": name, "thing": THINGS[shared]}
        )


class EverythingIsPaused(Refused):
    """Nothing new is shared while all sharing is paused."""

    code = "everything_is_paused"
    sentence = gettext_lazy("All sharing is paused. Let it go on first, if you want to share something new.")


class TheyWantNoMore(Refused):
    """Whoever is invited asked to be shown nothing more."""

    code = "they_want_no_more"

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s asked to be shown nothing more. Nothing was shared.") % {"name": name})


class CodeWasShown(Refused):
    """The page with the code was loaded again: the code is not known to anybody any more."""

    code = "code_was_shown"
    sentence = gettext_lazy("This code was made already, and shown once. If it is lost, make another one.")


class AlreadyAsked(Refused):
    """The same ask waits for her answer, or was answered less than thirty days ago."""

    code = "already_asked"

    def __init__(self, answered: bool) -> None:
        super().__init__(
            _("The answer was no. The same may be asked again 30 days after it was asked last, and not before.")
            if answered
            else _("The same was asked already, and waits for an answer.")
        )


class NeedsAnotherReason(Refused):
    """She said no to the same ask for the same reason."""

    status = 400
    code = "needs_another_reason"
    sentence = gettext_lazy(
        "The answer to this reason was no. To ask again, say what is different now. What you typed is still here."
    )


class IsAnswered(Refused):
    """There is an answer already."""

    code = "is_answered"
    sentence = gettext_lazy("This was answered already. Nothing was changed.")


class LookFirst(Refused):
    """A yes is a share, and a share comes after the preview."""

    code = "look_first"
    sentence = gettext_lazy("Before a yes, look at what they would see. Nothing was shared.")


class NobodyToTell(Refused):
    """Nobody here is there to answer it."""

    code = "nobody_to_tell"
    sentence = gettext_lazy(
        "There is no supervisor and no director here whom we could tell. What you typed is still here: "
        "please speak to your social worker, or to somebody outside whom you trust."
    )


def _record(
    by: Viewer,
    act: Act,
    about: uuid.UUID,
    now: datetime.datetime,
    *,
    row_id: uuid.UUID,
    write_id: uuid.UUID | None = None,
) -> None:
    access.record(by, act, partnership_id=about, kind=Kind.SHARE, now=now, row_id=row_id, write_id=write_id)


def _seat_of_invited(about: Place, person_id: uuid.UUID) -> Seat:
    """The seat that somebody invited holds here now. Raise `NotFound` for anybody else."""
    for seat in about.seats_now:
        if seat.person_id == person_id and seat.role in INVITED_ROLES:
            return seat
    raise NotFound


# --- inviting, and the code to come in with ----------------------------------------------------------


@atomic
def invite(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, called: str, role: Role) -> Person:
    """She invites somebody from outside: a first name, and what they are to her. Their seat by itself opens nothing."""
    access.require(by, Act.INVITE, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return Person.objects.get(id=known)
    if role not in INVITED_ROLES:
        raise NotFound

    person = Person.objects.create(
        id=write_id,
        organisation_id=about.partnership.organisation_id,
        key_scope_id=about.id,
        called=called,
        made_at=now,
    )
    account = Account(
        person=person, login=secrets.token_hex(32), language=by.language, is_staff_account=False, made_at=now,
        joined_at=now,
    )  # fmt: skip
    account.set_unusable_password()
    account.save()
    Seat.objects.create(partnership_id=about.id, person=person, role=role, begins=now)
    Invitation.objects.create(partnership_id=about.id, person=person, invited_at=now)

    _record(by, Act.INVITE, about.id, now, row_id=person.id, write_id=write_id)

    tell(about.id)
    return person


@dataclass(frozen=True)
class NewCode:
    """A code as it is handed over: the only moment at which it is known."""

    digits: str
    ends: datetime.datetime
    person_id: uuid.UUID


@atomic
def make_code(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, person_id: uuid.UUID
) -> NewCode:
    """Make a code with which somebody invited comes in once, within seven days. It ends the one before.

    The same write arriving again at once makes it anew, as nobody saw the first; later, raise `CodeWasShown`.
    """
    access.require(by, Act.MAKE_CODE, about=about)
    account = Account.objects.select_for_update().get(person_id=_seat_of_invited(about, person_id).person_id)
    newest = OneTimeCode.objects.filter(account=account).order_by("-made_at", "-id").first()
    known = access.arrived(by, write_id)
    if known is not None and (newest is None or now - newest.made_at > rules.DOUBLE_TAP):
        raise CodeWasShown

    OneTimeCode.objects.filter(account=account, used_at=None, ends__gt=now).update(ends=now)
    digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    code = OneTimeCode.objects.create(
        account=account, code=code_index(digits), made_by_id=by.person_id, made_at=now, ends=now + CODE_WAITS
    )

    if known is None:
        _record(by, Act.MAKE_CODE, about.id, now, row_id=code.id, write_id=write_id)

    tell(about.id)
    return NewCode(digits=digits, ends=code.ends, person_id=person_id)


# --- sharing ---------------------------------------------------------------------------------------


def _write_receipt(
    event: Event,
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    record_id: uuid.UUID,
    shared: Shared,
    person_id: uuid.UUID | None,
    called: str,
    purpose: str,
    begins: datetime.datetime | None = None,
    ends: datetime.datetime | None = None,
) -> None:
    roles = [Role(seat.role) for seat in about.seats if seat.person_id == person_id]
    receipt_id = new_id()
    organisation = about.partnership.organisation
    said = receipt(
        Facts(
            event=event, receipt_id=receipt_id, record_id=record_id, principal_id=about.client_id,
            organisation_id=organisation.id, organisation=organisation.name,
            worker=about.worker_name or organisation.name, person_id=person_id, called=called,
            role=role_name(roles[-1]) if roles else "", thing=str(THINGS[shared]), purpose=purpose, at=now,
            begins=begins, ends=ends, language=by.language, notice_url=reverse("sharing:page", args=[about.id]),
            said_to="" if by.person_id == about.client_id else about.names[by.person_id],
        )
    )  # fmt: skip
    Receipt.objects.create(
        id=receipt_id, partnership_id=about.id, event=event, about=record_id, shared=shared, said=said, made_at=now,
        written_by_id=by.person_id,
    )  # fmt: skip


def _holding_or_paused(about: Place, now: datetime.datetime) -> list[Share]:
    """The shares that open something now, or would if they were not paused."""
    return list(Share.objects.filter(partnership_id=about.id, withdrawn_at=None, ends__gt=now))


@atomic
def share(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    person_id: uuid.UUID,
    things: list[Shared],
    purpose: str,
    until: datetime.date,
    ask_id: uuid.UUID | None = None,
) -> list[Share]:
    """She lets one person see one or several kinds of things, each a share of its own, until and with a day.

    `ask_id` is the ask that she says yes to by it. Raise `NotUntilThen`, `IsSharedAlready`,
    `EverythingIsPaused`, `TheyWantNoMore`, or `NotFound` for somebody who is not invited here.
    """
    access.require(by, Act.SHARE, about=about)
    access.in_turn(about)
    ids = {shared: id_from(str(write_id), shared) for shared in things}
    if any(access.arrived(by, share_id) for share_id in ids.values()):
        return list(Share.objects.filter(id__in=ids.values()))
    called = about.names[_seat_of_invited(about, person_id).person_id]
    if Invitation.objects.filter(person_id=person_id).exclude(no_more_at=None).exists():
        raise TheyWantNoMore(called)
    zone = about.partnership.organisation.time_zone
    if not rules.may_end_on(until, today=rules.day_of(now, time_zone=zone)):
        raise NotUntilThen
    there = _holding_or_paused(about, now)
    if any(one.paused_at is not None for one in there):
        raise EverythingIsPaused
    for shared in things:
        if any(one.person_id == person_id and one.shared == shared for one in there):
            raise IsSharedAlready(called, shared)

    ends = rules.end_of(until, time_zone=zone)
    given = [
        Share.objects.create(
            id=share_id, partnership_id=about.id, person_id=person_id, shared=shared, purpose=purpose, begins=now,
            ends=ends, given_at=now,
        )
        for shared, share_id in ids.items()
    ]  # fmt: skip
    for one in given:
        _write_receipt(
            Event.GIVEN, by=by, about=about, now=now, record_id=one.id, shared=Shared(one.shared), person_id=person_id,
            called=called, purpose=purpose, begins=now, ends=ends,
        )  # fmt: skip
    if ask_id is not None:
        ask = _open_ask(about, by, ask_id)
        if Shared(ask.shared) in things:
            _answer(ask, Answer.YES, now)

    for one in given:
        _record(by, Act.SHARE, about.id, now, row_id=one.id, write_id=one.id)

    tell(about.id)
    return given


def _take_back(one: Share, *, by: Viewer, about: Place, now: datetime.datetime) -> None:
    one.withdrawn_at, one.withdrawn_by_id = now, by.person_id
    one.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _write_receipt(
        Event.WITHDRAWN, by=by, about=about, now=now, record_id=one.id, shared=Shared(one.shared),
        person_id=one.person_id, called=about.names[one.person_id], purpose=one.purpose, begins=one.begins, ends=now,
    )  # fmt: skip


@atomic
def withdraw_share(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, share_id: uuid.UUID
) -> Share:
    """She takes a share back, or somebody of the staff writes down that she said so. It holds with the next look."""
    access.require(by, Act.WITHDRAW_SHARE, about=about)
    access.in_turn(about)
    one = Share.objects.filter(partnership_id=about.id, id=share_id).first()
    if one is None:
        raise NotFound
    if one.withdrawn_at is not None or one.ends <= now or access.arrived(by, write_id):
        return one

    _take_back(one, by=by, about=about, now=now)

    _record(by, Act.WITHDRAW_SHARE, about.id, now, row_id=one.id, write_id=write_id)

    tell(about.id)
    return one


@atomic
def pause_shares(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> None:
    """She pauses everything that she shares, with one tap. Nobody from outside sees anything until she goes on."""
    access.require(by, Act.PAUSE_SHARES, about=about)
    access.in_turn(about)
    if access.arrived(by, write_id):
        return

    Share.objects.filter(partnership_id=about.id, withdrawn_at=None, paused_at=None, ends__gt=now).update(paused_at=now)

    _record(by, Act.PAUSE_SHARES, about.id, now, row_id=about.id, write_id=write_id)

    tell(about.id)


@atomic
def go_on_sharing(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> None:
    """She lets go on what she paused. What ended or was taken back in the meantime stays ended."""
    access.require(by, Act.PAUSE_SHARES, about=about)
    access.in_turn(about)
    if access.arrived(by, write_id):
        return

    Share.objects.filter(partnership_id=about.id).exclude(paused_at=None).update(paused_at=None)

    _record(by, Act.PAUSE_SHARES, about.id, now, row_id=about.id, write_id=write_id)

    tell(about.id)


# --- asking and answering --------------------------------------------------------------------------


def _asks(about: Place, by: Viewer) -> Any:
    return Ask.objects.visible_to(by, within=about.id)


@atomic
def ask_for_share(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    shared: Shared,
    why: str,
    until: datetime.date,
    person_id: uuid.UUID | None = None,
    called: str = "",
) -> Ask:
    """Somebody of the staff asks her to share something with somebody: invited (`person_id`), or not yet (`called`).

    The same ask comes at most once in thirty days, and after a no only with another reason. Raise
    `AlreadyAsked`, `NeedsAnotherReason`, `IsSharedAlready`, `NotUntilThen`.
    """
    access.require(by, Act.ASK_FOR_SHARE, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Ask, known)
    if person_id is not None:
        called = about.names[_seat_of_invited(about, person_id).person_id]
    zone = about.partnership.organisation.time_zone
    if not rules.may_end_on(until, today=rules.day_of(now, time_zone=zone)):
        raise NotUntilThen
    if any(one.person_id == person_id and one.shared == shared for one in _holding_or_paused(about, now)):
        raise IsSharedAlready(called, shared)
    for earlier in _asks(about, by).filter(shared=shared).order_by("-asked_at"):
        if not _is_for(earlier, person_id, called):
            continue
        if earlier.answered_at is None:
            raise AlreadyAsked(answered=False)
        if not rules.may_ask_again(earlier.asked_at, now=now):
            raise AlreadyAsked(answered=True)
        if earlier.answer != Answer.YES and not rules.is_new_reason(why, earlier.said["why"]):
            raise NeedsAnotherReason

    ask: Ask = Ask.objects.create(
        id=write_id, partnership_id=about.id, person_id=person_id, shared=shared, said={"called": called, "why": why},
        until=until, asked_by_id=by.person_id, asked_at=now,
    )  # fmt: skip

    _record(by, Act.ASK_FOR_SHARE, about.id, now, row_id=ask.id, write_id=write_id)

    tell(about.id)
    return ask


def _is_for(ask: Ask, person_id: uuid.UUID | None, called: str) -> bool:
    """Whether an ask was for the same person; whoever is not invited yet goes by what they are called."""
    if ask.person_id is not None and person_id is not None:
        return bool(ask.person_id == person_id)
    return str(ask.said["called"]).strip().casefold() == called.strip().casefold()


def _open_ask(about: Place, by: Viewer, ask_id: uuid.UUID) -> Ask:
    """An ask that waits for her answer. Raise `NotFound`, `IsAnswered`."""
    ask: Ask | None = _asks(about, by).select_for_update().filter(id=ask_id).first()
    if ask is None:
        raise NotFound
    if ask.answered_at is not None:
        raise IsAnswered
    return ask


def _answer(ask: Ask, answer: Answer, now: datetime.datetime) -> None:
    ask.answer, ask.answered_at = answer, now
    ask.save(update_fields=["answer", "answered_at"])


@atomic
def answer_ask(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, ask_id: uuid.UUID, answer: Answer
) -> Ask:
    """She says no, or not now, and gets a receipt for it. A yes is a share. Raise `LookFirst`, `IsAnswered`."""
    access.require(by, Act.ANSWER_ASK, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Ask, known)
    if answer is Answer.YES:
        raise LookFirst
    ask = _open_ask(about, by, ask_id)

    _answer(ask, answer, now)
    _write_receipt(
        Event.REFUSED, by=by, about=about, now=now, record_id=ask.id, shared=Shared(ask.shared),
        person_id=ask.person_id, called=ask.said["called"], purpose=ask.said["why"],
    )  # fmt: skip

    _record(by, Act.ANSWER_ASK, about.id, now, row_id=ask.id, write_id=write_id)

    tell(about.id)
    return ask


# --- what those who are invited do themselves ------------------------------------------------------


def _own_invitation(by: Viewer, about: Place) -> Invitation:
    own = Invitation.objects.select_for_update().filter(partnership_id=about.id, person_id=by.person_id).first()
    if own is None:
        raise NotFound
    return own


@atomic
def promise(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, must_report: str) -> Invitation:
    """Whoever is invited promises not to pass on what they see, and says what they must report by law, if anything."""
    access.require(by, Act.PROMISE, about=about)
    own = _own_invitation(by, about)
    if own.promised_at is not None or access.arrived(by, write_id):
        return own

    own.promised_at, own.must_report = now, must_report or None
    own.save(update_fields=["promised_at", "must_report"])

    _record(by, Act.PROMISE, about.id, now, row_id=own.id, write_id=write_id)

    tell(about.id)
    return own


@atomic
def ask_no_more(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> Invitation:
    """Whoever is invited asks to be shown nothing more. What they see already stays until it ends."""
    access.require(by, Act.ASK_NO_MORE, about=about)
    own = _own_invitation(by, about)
    if own.no_more_at is not None or access.arrived(by, write_id):
        return own

    own.no_more_at = now
    own.save(update_fields=["no_more_at"])

    _record(by, Act.ASK_NO_MORE, about.id, now, row_id=own.id, write_id=write_id)

    tell(about.id)
    return own


@atomic
def end_invitation(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, person_id: uuid.UUID
) -> None:
    """She ends somebody's invitation, or they do so themselves: the seat, their codes, and all that was shared."""
    access.require(by, Act.END_INVITATION, about=about)
    access.in_turn(about)
    if access.arrived(by, write_id):
        return
    if person_id != by.person_id and by.person_id != about.client_id:
        raise NotFound
    seat = _seat_of_invited(about, person_id)

    for one in _holding_or_paused(about, now):
        if one.person_id == person_id:
            _take_back(one, by=by, about=about, now=now)
    Seat.objects.filter(id=seat.id).update(ends=now)
    OneTimeCode.objects.filter(account__person_id=person_id, used_at=None, ends__gt=now).update(ends=now)

    _record(by, Act.END_INVITATION, about.id, now, row_id=person_id, write_id=write_id)

    tell(about.id)


# --- when something was passed on ------------------------------------------------------------------


def _who_answers(about: Place, now: datetime.datetime) -> uuid.UUID:
    """The supervisor who has a seat here, or a director of the agency. Raise `NobodyToTell`."""
    seat = next((seat for seat in about.seats_now if seat.role == Role.SUPERVISOR), None)
    if seat is not None:
        return seat.person_id
    post = (
        StaffPost.objects.filter(
            holding(now), post=Post.DIRECTOR, person__organisation_id=about.partnership.organisation_id
        )
        .order_by("begins", "id")
        .first()
    )
    if post is None:
        raise NobodyToTell
    return post.person_id


@atomic
def report_breach(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, person_id: uuid.UUID, words: str
) -> Breach:
    """She says that somebody passed on what she shared. One named person answers within two working days.

    It ends nothing by itself: taking back is hers. Raise `NobodyToTell`.
    """
    access.require(by, Act.REPORT_BREACH, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Breach, known)
    if not any(seat.person_id == person_id and seat.role in INVITED_ROLES for seat in about.seats):
        raise NotFound

    breach: Breach = Breach.objects.create(
        id=write_id, partnership_id=about.id, person_id=person_id, words=words, said_at=now,
        goes_to_id=_who_answers(about, now), due=rules.due(now, time_zone=about.partnership.organisation.time_zone),
    )  # fmt: skip

    _record(by, Act.REPORT_BREACH, about.id, now, row_id=breach.id, write_id=write_id)

    tell(about.id)
    return breach


@atomic
def answer_breach(
    *, by: Viewer, now: datetime.datetime, write_id: uuid.UUID, breach_id: uuid.UUID, words: str
) -> Breach:
    """Whoever it went to says what was done. She reads it at once. To anybody else it is not there; `IsAnswered`."""
    if not by.posts & {Post.SUPERVISOR, Post.DIRECTOR}:
        raise NotFound
    with standing_for_house(by.organisation_id):
        return _answer_breach(by, now, write_id, breach_id, words)


def _answer_breach(by: Viewer, now: datetime.datetime, write_id: uuid.UUID, breach_id: uuid.UUID, words: str) -> Breach:
    reports = Breach.objects.unguarded(because="it went to this one person by name")
    breach: Breach | None = reports.select_for_update().filter(id=breach_id, goes_to_id=by.person_id).first()
    if breach is None:
        raise NotFound
    if access.arrived(by, write_id):
        return breach
    if breach.answered_at is not None:
        raise IsAnswered

    breach.answer, breach.answered_at = words, now
    breach.save(update_fields=["answer", "answered_at"])

    _record(by, Act.ANSWER_BREACH, breach.partnership_id, now, row_id=breach.id, write_id=write_id)

    tell(breach.partnership_id)
    return breach
