"""Who can see what: for her and those who work with her, for whoever is invited, and for whom a report went to."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alongside.access import Kind, Place, Viewer, standing_for_house
from alongside.access.kinds import NAMES, SEES
from alongside.access.way_in import role_name
from alongside.agreement import queries as agreement
from alongside.agreement.queries import Sheet
from alongside.consent.models import Invitation, NamedReader, Share
from alongside.consent.queries import open_in
from alongside.consent.rules import Shared
from alongside.decisions import queries as decisions
from alongside.decisions.queries import Outline
from alongside.decisions.wording import STATES as DECISION_STATES
from alongside.kit.errors import NotFound
from alongside.kit.waiting import Perhaps, Waiting
from alongside.notes import queries as notes
from alongside.notes.queries import Shown as ShownNote
from alongside.people.models import Seat
from alongside.people.queries import clients_of
from alongside.people.rules import INVITED_ROLES, Post, Role
from alongside.reach import queries as reach
from alongside.record import queries as record
from alongside.sharing import rules
from alongside.sharing.models import Ask, Breach, Receipt
from alongside.sharing.receipts import heading
from alongside.sharing.rules import Answer, Event, State
from alongside.sharing.wording import STATES, THINGS
from alongside.topics import queries as topics
from alongside.topics.queries import Shown as ShownStrength

# --- who can see what, for her and those who work with her -------------------------------------------


@dataclass(frozen=True)
class Given:
    """One share, as it is shown."""

    id: uuid.UUID
    shared: Shared
    thing: str
    purpose: str
    begins: datetime.datetime
    until: datetime.date
    state: State
    # when it was taken back, and who wrote it down where she did not do it herself
    withdrawn_at: datetime.datetime | None
    written_by: str
    withdrawn_by_them: bool

    @property
    def in_words(self) -> str:
        return str(STATES[self.state])

    @property
    def can_be_taken_back(self) -> bool:
        return self.state in (State.OPEN, State.PAUSED)


@dataclass(frozen=True)
class Invited:
    """Somebody from outside: what they promised, and what is shared with them."""

    person_id: uuid.UUID
    called: str
    role: str
    since: datetime.datetime
    is_here: bool
    promised_at: datetime.datetime | None
    must_report: str
    no_more: bool
    # single pages for which they were named as a reader
    named: int
    shares: tuple[Given, ...]

    @property
    def open(self) -> tuple[Given, ...]:
        """What they can see now, or could if it were not paused."""
        return tuple(given for given in self.shares if given.can_be_taken_back)

    @property
    def over(self) -> tuple[Given, ...]:
        return tuple(given for given in self.shares if not given.can_be_taken_back)


@dataclass(frozen=True)
class SeatSeen:
    """A seat of somebody who works here, and in words what it opens."""

    called: str
    role: str
    opens: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What somebody of the staff asked her to share."""

    id: uuid.UUID
    by: str
    person_id: uuid.UUID | None
    called: str
    shared: Shared
    thing: str
    why: str
    until: datetime.date
    asked_at: datetime.datetime
    answer: str
    answered_at: datetime.datetime | None
    # her earlier no to the same, which is shown beside a new ask
    earlier_no: datetime.datetime | None = None


@dataclass(frozen=True)
class PassedOn:
    """What she says was passed on, to whom it went, and the answer."""

    id: uuid.UUID
    called: str
    words: str
    said_at: datetime.datetime
    goes_to: str
    due: datetime.date
    answer: str
    answered_at: datetime.datetime | None
    is_late: bool


@dataclass(frozen=True)
class Page:
    """Everything on "Who can see what"."""

    seats: tuple[SeatSeen, ...]
    invited: tuple[Invited, ...]
    gone: tuple[Invited, ...]
    is_paused: bool
    shares_anything: bool
    asks: tuple[Asked, ...]
    answered: tuple[Asked, ...]
    passed_on: tuple[PassedOn, ...]


def page_in(place: Place) -> Page:
    """Who can see what here, in five queries. Raise `NotFound` for a seat that does not open it."""
    if not place.sees(Kind.SHARE):
        raise NotFound
    invited = invited_in(place)
    asks = asks_in(place)
    shares = [given for one in invited for given in one.open]
    return Page(
        seats=tuple(
            SeatSeen(
                called=place.names[seat.person_id],
                role=role_name(Role(seat.role)),
                opens=tuple(dict.fromkeys(str(name) for kind, name in NAMES.items() if kind in SEES[Role(seat.role)])),
            )
            for seat in place.seats_now
            if seat.role != Role.CLIENT and seat.role not in INVITED_ROLES
        ),
        invited=tuple(one for one in invited if one.is_here),
        gone=tuple(one for one in invited if not one.is_here),
        is_paused=any(given.state is State.PAUSED for given in shares),
        shares_anything=bool(shares),
        asks=tuple(ask for ask in asks if ask.answered_at is None),
        answered=tuple(ask for ask in asks if ask.answered_at is not None),
        passed_on=passed_on_in(place),
    )


def _zone(place: Place) -> str:
    return place.partnership.organisation.time_zone


def _given(place: Place, share: Share) -> Given:
    withdrawn_by = share.withdrawn_by_id
    return Given(
        id=share.id,
        shared=Shared(share.shared),
        thing=str(THINGS[Shared(share.shared)]),
        purpose=share.purpose,
        begins=share.begins,
        until=rules.last_day(share.ends, time_zone=_zone(place)),
        state=rules.state_of(
            ends=share.ends, paused_at=share.paused_at, withdrawn_at=share.withdrawn_at, now=place.by.now
        ),
        withdrawn_at=share.withdrawn_at,
        written_by=place.names[withdrawn_by] if withdrawn_by and withdrawn_by != place.client_id else "",
        withdrawn_by_them=withdrawn_by == share.person_id,
    )


def invited_in(place: Place) -> list[Invited]:
    """Whoever is or was invited here, with what is and was shared with them, the newest first. Three queries."""
    shares: dict[uuid.UUID, list[Given]] = {}
    rows = list(Share.objects.filter(partnership_id=place.id).order_by("-given_at", "-id"))
    for share in rows:
        shares.setdefault(share.person_id, []).append(_given(place, share))
    invitations = list(Invitation.objects.filter(partnership_id=place.id).order_by("-invited_at", "-id"))
    # Consent's own tables are not behind the way in, so a look at them is noted here.
    if rows or invitations:
        place.by.note_reading(Kind.SHARE, place.id, len(rows) + len(invitations))
    named = dict(
        NamedReader.objects.filter(partnership_id=place.id, until=None)
        .values_list("person_id")
        .annotate(rows=Count("id"))
    )
    here = {seat.person_id for seat in place.seats_now}
    seats = {seat.person_id: seat for seat in place.seats if seat.role in INVITED_ROLES}
    return [
        Invited(
            person_id=one.person_id,
            called=place.names[one.person_id],
            role=role_name(Role(seats[one.person_id].role)),
            since=one.invited_at,
            is_here=one.person_id in here,
            promised_at=one.promised_at,
            must_report=one.must_report or "",
            no_more=one.no_more_at is not None,
            named=named.get(one.person_id, 0),
            shares=tuple(shares.get(one.person_id, ())),
        )
        for one in invitations
    ]


def asks_in(place: Place) -> list[Asked]:
    """What staff asked her to share, the newest first, each with her earlier no to the same. One query."""
    rows = list(Ask.objects.visible_to(place.by, within=place.id).order_by("-asked_at", "-id"))
    asks = []
    for number, row in enumerate(rows):
        earlier = next(
            (
                one.answered_at
                for one in rows[number + 1 :]
                if one.shared == row.shared
                and one.answer in (Answer.NO, Answer.NOT_NOW)
                and one.said["called"].casefold() == row.said["called"].casefold()
            ),
            None,
        )
        asks.append(_asked(place, row, earlier))
    return asks


def _asked(place: Place, row: Ask, earlier_no: datetime.datetime | None = None) -> Asked:
    return Asked(
        id=row.id,
        by=place.names[row.asked_by_id],
        person_id=row.person_id,
        called=row.said["called"],
        shared=Shared(row.shared),
        thing=str(THINGS[Shared(row.shared)]),
        why=row.said["why"],
        until=row.until,
        asked_at=row.asked_at,
        answer=row.answer,
        answered_at=row.answered_at,
        earlier_no=earlier_no,
    )


def ask_in(place: Place, ask_id: uuid.UUID) -> Asked:
    """One ask that waits for her answer. Raise `NotFound`."""
    ask = next((one for one in asks_in(place) if one.id == ask_id and one.answered_at is None), None)
    if ask is None:
        raise NotFound
    return ask


def _day_due(row: Breach) -> datetime.date:
    """The last day on which an answer is in time."""
    return timezone.localdate(row.due - datetime.timedelta(microseconds=1))


def passed_on_in(place: Place) -> tuple[PassedOn, ...]:
    """What she said was passed on, the newest first. One query."""
    return tuple(
        PassedOn(
            id=row.id,
            called=place.names[row.person_id],
            words=row.words,
            said_at=row.said_at,
            goes_to=place.names.get(row.goes_to_id, "") or _("the head of the agency"),
            due=_day_due(row),
            answer=row.answer or "",
            answered_at=row.answered_at,
            is_late=row.answered_at is None and place.by.now >= row.due,
        )
        for row in Breach.objects.visible_to(place.by, within=place.id).order_by("-said_at", "-id")
    )


def can_be_given_to(place: Place) -> list[tuple[str, str]]:
    """Those whom she can share with now: (person id, name). No query."""
    return [
        (str(seat.person_id), place.names[seat.person_id]) for seat in place.seats_now if seat.role in INVITED_ROLES
    ]


def name_of_invited(place: Place, person_id: uuid.UUID) -> str:
    """What somebody invited here is called, also after their seat has ended. Raise `NotFound` for anybody else."""
    for seat in place.seats:
        if seat.person_id == person_id and seat.role in INVITED_ROLES:
            return place.names[person_id]
    raise NotFound


# --- receipts --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A receipt, as it is listed and shown. `said` is what is handed out."""

    id: uuid.UUID
    heading: str
    event: Event
    thing: str
    called: str
    at: datetime.datetime
    written_by: str
    said: dict[str, Any]

    @property
    def purpose(self) -> str:
        return str(self.said["services"][0]["purposes"][0]["purpose"])

    @property
    def until(self) -> datetime.datetime | None:
        """The last moment that belongs to it: a share ends with a day, not at the midnight that begins the next."""
        ends = self.said["services"][0]["purposes"][0]["termination"]
        return (
            None
            if self.event is Event.REFUSED
            else datetime.datetime.fromisoformat(ends) - datetime.timedelta(microseconds=1)
        )


def receipts_in(place: Place) -> list[Kept]:
    """Every receipt, the newest first. One query. Raise `NotFound` for a seat that does not open them."""
    if not place.sees(Kind.SHARE):
        raise NotFound
    rows = Receipt.objects.visible_to(place.by, within=place.id).order_by("-made_at", "-id")
    return [_kept(place, row) for row in rows]


def receipt_in(place: Place, receipt_id: uuid.UUID) -> Kept:
    """One receipt. Raise `NotFound`."""
    row: Receipt | None = Receipt.objects.visible_to(place.by, within=place.id).filter(id=receipt_id).first()
    if row is None:
        raise NotFound
    return _kept(place, row)


def _kept(place: Place, row: Receipt) -> Kept:
    return Kept(
        id=row.id,
        heading=heading(Event(row.event)),
        event=Event(row.event),
        thing=str(THINGS[Shared(row.shared)]),
        called=row.said["services"][0]["purposes"][0]["thirdPartyName"],
        at=row.made_at,
        written_by="" if row.written_by_id == place.client_id else place.names[row.written_by_id],
        said=row.said,
    )


# --- exactly what somebody sees ----------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What is open to somebody here: each part is empty, or `None`, where it is not shared or where nothing is there.

    Her own page shows it as a preview, and theirs shows it as it is: both are drawn from this, and
    this is read by the room's own queries through the way in.
    """

    things: tuple[Shared, ...]
    words: record.Pinned | None = None
    picture: list[record.Line] | None = None
    notes: list[ShownNote] | None = None
    decisions: list[tuple[Outline, str]] | None = None
    agreement: Sheet | None = None
    strengths: list[tuple[str, list[ShownStrength]]] | None = None
    reach: dict[str, Any] | None = None

    @property
    def has_agreement(self) -> bool:
        return Shared.AGREEMENT in self.things

    @property
    def has_reach(self) -> bool:
        return Shared.REACH in self.things

    @property
    def reach_rule(self) -> dict[str, Any]:
        """As the room's own template wants it."""
        return {"rule": self.reach}


def _seen(place: Place, things: Collection[Shared]) -> Seen:
    """Read what these shares open, as whoever stands in `place`."""
    return Seen(
        things=tuple(shared for shared in Shared if shared in things),
        words=_words(place) if Shared.WORDS in things else None,
        picture=record.picture_in(place).lines if Shared.PICTURE in things else None,
        notes=notes.notes_in(place).notes if Shared.NOTES in things else None,
        strengths=topics.strengths_in(place).kept if Shared.STRENGTHS in things else None,
        decisions=(
            [(one, str(DECISION_STATES[one.state])) for one in decisions.outlines_in(place)]
            if Shared.DECISIONS in things
            else None
        ),
        agreement=_agreement(place) if Shared.AGREEMENT in things else None,
        reach=_reach(place) if Shared.REACH in things else None,
    )


def _words(place: Place) -> record.Pinned:
    """Her words as they stand. What she said before, or took back, is not shown."""
    pinned = record.pinned_in(place)
    return record.Pinned(need=pinned.need, hope=pinned.hope, urgent=None)


def _agreement(place: Place) -> Sheet | None:
    try:
        return agreement.sheet_in(place)
    except NotFound:
        return None


def _reach(place: Place) -> dict[str, Any] | None:
    """How to reach her, without the word that tells that it is really the agency: that is between those two."""
    rule = reach.rule_in(place)
    return None if rule is None else {**rule.rule, "code_word": ""}


@dataclass(frozen=True)
class RoleCard:
    """What somebody invited reads first: what they see and why, and what they may and may not do."""

    called: str
    from_whom: str
    shares: tuple[Given, ...]
    promised_at: datetime.datetime | None
    must_report: str
    no_more: bool

    @property
    def until(self) -> datetime.date | None:
        """The day on which the last of it ends."""
        return max((given.until for given in self.shares), default=None)


@dataclass(frozen=True)
class SharedPage:
    """The one page of somebody invited."""

    card: RoleCard
    seen: Seen | None
    # whether single pages were opened to them by name, which they read elsewhere
    is_named: bool
    may_observe: bool


def shared_with(place: Place) -> SharedPage | None:
    """What is shared with whoever looks; `None` when nothing is (any more), whatever the reason.

    Before they have promised, they read what it is about and nothing of it.
    """
    now, me = place.by.now, place.by.person_id
    open_now = open_in([place.id], now=now).get((place.id, me), frozenset())
    shares = [_given(place, one) for one in Share.objects.filter(partnership_id=place.id, id__in=open_now)]
    own = Invitation.objects.filter(partnership_id=place.id, person_id=me).first()
    if own is None or not open_now:
        return None
    card = RoleCard(
        called=place.names[me],
        from_whom=place.client_name,
        shares=tuple(sorted(shares, key=lambda given: list(Shared).index(given.shared))),
        promised_at=own.promised_at,
        must_report=own.must_report or "",
        no_more=own.no_more_at is not None,
    )
    return SharedPage(
        card=card,
        seen=_seen(place, {one.shared for one in shares}) if own.promised_at else None,
        is_named=len(open_now) > len(shares),
        may_observe=own.promised_at is not None and notes.may_observe(place),
    )


@dataclass(frozen=True)
class Preview:
    """Exactly what somebody would see: what they see already, and what would be added."""

    called: str
    seen: Seen
    added: tuple[str, ...]


def preview(place: Place, person_id: uuid.UUID, things: Collection[Shared]) -> Preview:
    """Read what somebody invited would see if these things were shared too, by the same way as they would themselves.

    Nobody has looked by that, so it leaves no line of theirs. Raise `NotFound` for somebody not invited.
    """
    called = name_of_invited(place, person_id)
    already = {
        Shared(one.shared)
        for one in Share.objects.filter(
            partnership_id=place.id, id__in=open_in([place.id], now=place.by.now).get((place.id, person_id), ())
        )
    }
    supposed = Viewer(
        person_id=person_id,
        organisation_id=place.by.organisation_id,
        now=place.by.now,
        language=place.by.language,
        supposing=(place.id, frozenset(already | set(things))),
    )
    as_they = Place(by=supposed, partnership=place.partnership, seats=place.seats, roles=supposed.roles_in(place.id))
    return Preview(
        called=called,
        seen=_seen(as_they, already | set(things)),
        added=tuple(str(THINGS[shared]) for shared in Shared if shared in things),
    )


def where_invited(viewer: Viewer) -> uuid.UUID | None:
    """The space in which somebody is invited and nothing else: where they land after coming in."""
    return next((seat.partnership_id for seat in viewer.seats if seat.role in INVITED_ROLES), None)


# --- for whom a report went to -----------------------------------------------------------------------


@dataclass(frozen=True)
class Report:
    """A report that went to whoever looks: from whom, in whose words, and until when they answer."""

    id: uuid.UUID
    client: str
    called: str
    words: str
    said_at: datetime.datetime
    due: datetime.date
    answer: str
    answered_at: datetime.datetime | None
    is_late: bool


def reports_for(viewer: Viewer) -> list[Report]:
    """The reports that went to this one person by name, those without an answer first. Four queries.

    They open these words and nothing else of the space; each look is noted there. Raise `NotFound`
    for somebody who is neither supervisor nor director.
    """
    if not viewer.posts & {Post.SUPERVISOR, Post.DIRECTOR}:
        raise NotFound
    # A director has no seat there, so the second wall would keep even these words from them.
    with standing_for_house(viewer.organisation_id):
        reports = Breach.objects.unguarded(because="they went to this one person by name")
        rows = list(reports.filter(goes_to_id=viewer.person_id).order_by("-said_at", "-id"))
    seats = Seat.objects.filter(person_id__in={row.person_id for row in rows}).select_related("person")
    clients = clients_of({row.partnership_id for row in rows})
    names = {seat.person_id: seat.person.called for seat in seats}
    for partnership_id, count in Counter(row.partnership_id for row in rows).items():
        viewer.note_reading(Kind.SHARE, partnership_id, count)
    found = [
        Report(
            id=row.id,
            client=clients[row.partnership_id].called,
            called=names[row.person_id],
            words=row.words,
            said_at=row.said_at,
            due=_day_due(row),
            answer=row.answer or "",
            answered_at=row.answered_at,
            is_late=row.answered_at is None and viewer.now >= row.due,
        )
        for row in rows
    ]
    return sorted(found, key=lambda report: report.answered_at is not None)


def reports_waiting(viewer: Viewer) -> Any:
    """The reports that wait for an answer of this person: rows for `all_of`. What stands in them is not read."""
    reports = Breach.objects.unguarded(because="whether something waits for this one person, and nothing of it")
    waiting = reports.filter(goes_to_id=viewer.person_id, answered_at=None)
    return waiting.values_list("partnership_id", Cast("id", TextField()))


# --- what waits --------------------------------------------------------------------------------------


def waiting_in(place: Place) -> list[Perhaps]:
    """For her: that she is asked to share something. Nothing for anybody else."""
    if not place.is_client:
        return []
    asked = Ask.objects.visible_to(place.by, within=place.id).filter(answered_at=None)
    sentence = _("You are asked whether somebody may see something. You can say no.")
    url = reverse("sharing:page", args=[place.id]) + "#asks"
    return [Perhaps(asked, lambda: [Waiting(sentence, url)])]
