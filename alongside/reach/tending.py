"""What leaves the house, when its time has come: one row after the other, each held by whoever sends it.

A row is decided in a transaction: by whom it is for, by her rule of now, by what she has read already.
If it may go, it is held for a while (a lease) and the transaction ends; then it is handed over, with
no transaction open; then it is marked. Whoever breaks down in between leaves a lease that runs out,
and the next one hands it over again under the same key.
"""

from __future__ import annotations

import datetime
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.transaction import atomic

from alongside.access import standing_for_house
from alongside.access.models import TrailLine
from alongside.kit.duties import Duty, tended
from alongside.live.actions import tell
from alongside.people.models import Account, Keeping, Seat
from alongside.people.queries import holding, posts_of
from alongside.reach import channels, rules
from alongside.reach.channels import Ended, NotNow, NotTaken, Parcel
from alongside.reach.models import CameIn, ContactRule, Outgoing, PastHours, PushDevice
from alongside.reach.queries import address_in, push_devices_of, terms_of
from alongside.reach.rules import Because, Channel, No, Sentence, State, Wait, Why
from alongside.reach.wording import words_that_leave
from alongside.vault.keys import CannotOpen, blind_index

log = logging.getLogger(__name__)

# Other duties wait for their turn in the same round.
MOST_AT_ONCE = 500
SECONDS_AT_ONCE = 60.0
# How long it is remembered which texts came in, so that one that comes again is known.
REMEMBERED = datetime.timedelta(days=30)


@dataclass(frozen=True)
class _Ready:
    """A row that may go now: what is handed over. Where its key is read is left for the one who holds it."""

    way: Channel
    words: str
    # By text or mail one; of phones that are woken, each with its row.
    to: Mapping[str, uuid.UUID | None]


@dataclass(frozen=True)
class _Held:
    """A row that this process holds, and nobody else, until its lease runs out."""

    row_id: uuid.UUID
    tries: int
    way: Channel
    parcels: list[tuple[Parcel, uuid.UUID | None]]


@tended(in_steps=True)
def send_what_is_due(now: datetime.datetime) -> int:
    """Send what is due, and say how many rows were looked at."""
    began, looked_at = time.monotonic(), 0
    while looked_at < MOST_AT_ONCE and time.monotonic() - began < SECONDS_AT_ONCE:
        # A try takes a while, and a lease is counted from when it begins.
        moment = now + datetime.timedelta(seconds=time.monotonic() - began)
        there, held = _take_one(moment)
        if not there:
            break
        looked_at += 1
        if held is not None:
            _hand_over(held, moment)
    return looked_at


# --- Deciding --------------------------------------------------------------------------------------


def _take_one(now: datetime.datetime) -> tuple[bool, _Held | None]:
    """Decide about the next row that is due: whether there was one, and what of it is to be handed over now."""
    with atomic(), standing_for_house():
        due = Outgoing.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), ended_at=None, next_try__lte=now)
        row = due.select_for_update(of=("self",), skip_locked=True).order_by("next_try", "id").first()
        if row is None:
            return False, None
        verdict = _verdict(row, now)
        if isinstance(verdict, Wait):
            # Of what nobody knows whether it arrived, the tries still count.
            row.state, row.next_try, row.lease_until = State.WAITS, verdict.until, None
            row.save(update_fields=["state", "next_try", "lease_until"])
            return True, None
        if isinstance(verdict, _Ready):
            return True, _hold(row, verdict, now)
        _end(row, verdict, now)
        return True, None


def _verdict(row: Outgoing, now: datetime.datetime) -> _Ready | Wait | Why | State:
    account = Account.objects.select_related("person__organisation").filter(person_id=row.person_id).first()
    if account is None or not account.is_active or not _is_here(row, now):
        return Why.NOT_HERE
    if row.because in rules.TOLD_HERE and _was_here(row):
        return State.NEEDLESS
    if row.because in rules.TALKING and now < row.made_at + rules.A_MOMENT:
        return Wait(row.made_at + rules.A_MOMENT)
    ready = _by_her_rule(row, account, now) if not account.is_staff_account else _to_staff(account)
    if isinstance(ready, _Ready):
        if not channels.is_set_up(ready.way):
            row.channel = ready.way
            return Why.NOT_SET_UP
        last = _last_gone(row, now)
        if last is not None:
            return Wait(last + rules.PAUSE)
    return ready


def _is_here(row: Outgoing, now: datetime.datetime) -> bool:
    """Whether the person has a seat there still; without a space, a post."""
    if row.partnership_id is None:
        return bool(posts_of(row.person_id, now=now))
    held = Seat.objects.filter(holding(now), partnership_id=row.partnership_id, person_id=row.person_id)
    return held.exists()


def _was_here(row: Outgoing) -> bool:
    """Whether the person has read or done something in the space since: then they know."""
    return TrailLine.objects.filter(
        partnership_id=row.partnership_id, actor_id=row.person_id, at__gt=row.made_at
    ).exists()


def _last_gone(row: Outgoing, now: datetime.datetime) -> datetime.datetime | None:
    """When something went to the same person a short while ago, or is on its way."""
    if row.because in (Because.TRY, Because.URGENT) or row.tries:
        return None
    gone = Outgoing.objects.filter(person_id=row.person_id, state=State.GONE, ended_at__gt=now - rules.PAUSE)
    return gone.order_by("-ended_at").values_list("ended_at", flat=True).first()


def _by_her_rule(row: Outgoing, account: Account, now: datetime.datetime) -> _Ready | Wait | Why:
    """What her rule of now says. Somebody invited has none here, and is told nothing outside."""
    rules_said = ContactRule.objects.unguarded(because="her rule decides what leaves; nobody reads it")
    said = rules_said.filter(partnership_id=row.partnership_id, said_by_id=row.person_id)
    rule = said.order_by("-said_at", "-id").first()
    if rule is None:
        return Why.NOT_SAID
    try:
        its = rule.rule
    except CannotOpen:
        return Why.NOT_HERE
    terms = terms_of(its, account.person.organisation.time_zone)
    row.channel = terms.channel
    may_go = rules.may_go_at_once if _two_agreed(row, now) else rules.may_go
    verdict = may_go(terms, terms.channel, now)
    if isinstance(verdict, No):
        return verdict.why
    if isinstance(verdict, Wait):
        return verdict
    if terms.channel is Channel.PUSH:
        return _to_her_phones(row)
    to = address_in(its, settings.COUNTRY_CODE)
    return _Ready(terms.channel, words_that_leave(its, account.language), {to: None}) if to else Why.NO_ADDRESS


def _to_her_phones(row: Outgoing) -> _Ready | Why:
    """Each phone that she turned it on for. Nothing is said: what it shows, it knows by itself."""
    assert row.partnership_id is not None
    try:
        phones = {one.endpoint: one.id for one in push_devices_of(row.partnership_id, row.person_id)}
    except CannotOpen:
        return Why.NOT_HERE
    return _Ready(Channel.PUSH, "", phones) if phones else Why.NO_ADDRESS


def _two_agreed(row: Outgoing, now: datetime.datetime) -> bool:
    """Whether two people agreed, not long ago, that this one need not wait for her hours."""
    if row.because != Because.URGENT:
        return False
    asked = PastHours.objects.unguarded(because="whether two people agreed; nobody reads why")
    return asked.filter(id=row.effect, partnership_id=row.partnership_id, agreed_at__gt=now - rules.ASK_STANDS).exists()


def _to_staff(account: Account) -> _Ready | Why:
    """Staff get an e-mail at their address of the agency, of the same sort: it is read on a phone at home, too."""
    try:
        to = rules.address_of(account.address or "")
    except CannotOpen:
        return Why.NOT_HERE
    words = words_that_leave({"sentence": Sentence.NEWS}, account.language)
    return _Ready(Channel.EMAIL, words, {to: None}) if to else Why.NO_ADDRESS


def _hold(row: Outgoing, ready: _Ready, now: datetime.datetime) -> _Held:
    """Take the row, and let all else that is due for the same person go with it."""
    row.state, row.lease_until, row.channel = State.GOES, now + rules.LEASE, ready.way
    row.tries += 1
    row.save(update_fields=["state", "lease_until", "channel", "tries"])
    others = Outgoing.objects.filter(
        person_id=row.person_id, state=State.WAITS, tries=0, next_try__lte=now, ended_at=None
    ).exclude(id=row.id)
    if row.because != Because.TRY:
        others = others.exclude(because__in=[Because.TRY, Because.URGENT])
        others.update(state=State.JOINED, channel=ready.way, ended_at=now)
    # Not the row's own id, which sorts by time; and the same for every try.
    key = blind_index("outgoing", row.id.hex)[:32]
    parcels = [(Parcel(ready.way, to, ready.words, key, now), phone_id) for to, phone_id in ready.to.items()]
    return _Held(row.id, row.tries, ready.way, parcels)


# --- Handing over ----------------------------------------------------------------------------------


def _hand_over(held: _Held, now: datetime.datetime) -> None:
    """Hand it over. Of several phones one is enough: another try would wake those again that have it."""
    became: list[State | Why | None] = []
    for parcel, phone_id in held.parcels:
        try:
            channels.hand_over(parcel)
        except NotTaken as error:
            if isinstance(error, Ended) and phone_id is not None:
                _forget_phone(phone_id)
            log.warning("Something was not taken by %s (%s): a person is told.", held.way, error)
            became.append(Why.NOT_TAKEN)
        except NotNow as error:
            log.warning("Something could not leave by %s now (%s): it is tried again.", held.way, error)
            became.append(None)
        else:
            became.append(State.GONE)
    _mark(held, next(one for one in (State.GONE, None, Why.NOT_TAKEN) if one in became), now)


def _forget_phone(phone_id: uuid.UUID) -> None:
    with atomic(), standing_for_house():
        PushDevice.objects.filter(id=phone_id).delete()


def _mark(held: _Held, became: Why | State | None, now: datetime.datetime) -> None:
    """Write down what became of it, unless the lease ran out meanwhile and somebody else holds it."""
    with atomic(), standing_for_house():
        mine = Outgoing.objects.filter(id=held.row_id, state=State.GOES, tries=held.tries)
        row = mine.select_for_update(of=("self",)).first()
        if row is None:
            return
        if became is not None:
            _end(row, became, now)
            return
        again = rules.next_try(row.tries, now)
        if again is None:
            _end(row, Why.GAVE_UP, now)
            return
        row.state, row.lease_until, row.next_try = State.WAITS, None, again
        row.save(update_fields=["state", "lease_until", "next_try"])


def _end(row: Outgoing, became: Why | State, now: datetime.datetime) -> None:
    row.state = State.STOPPED if isinstance(became, Why) else became
    row.why = became if isinstance(became, Why) else ""
    row.lease_until, row.ended_at = None, now
    row.save(update_fields=["state", "why", "channel", "lease_until", "ended_at"])
    if row.partnership_id is not None:
        tell(row.partnership_id)


# --- What came in ----------------------------------------------------------------------------------


@tended(rests=datetime.timedelta(hours=1))
def forget_what_came_in(now: datetime.datetime) -> int:
    """Forget which texts came in, when no gateway hands them in again any more."""
    forgotten, _each = CameIn.objects.filter(came_at__lte=now - REMEMBERED).delete()
    return forgotten


@tended(rests=datetime.timedelta(minutes=1))
def forget_phones(now: datetime.datetime) -> int:
    """Forget where phones are woken that were left, signed out or ended. They are not woken from that moment on."""
    with standing_for_house():
        ended = PushDevice.objects.exclude(Exists(Keeping.objects.filter(id=OuterRef("device"))))
        return ended.delete()[0]


DUTIES: dict[str, Duty] = {
    "send_what_is_due": send_what_is_due,
    "forget_what_came_in": forget_what_came_in,
    "forget_phones": forget_phones,
}
