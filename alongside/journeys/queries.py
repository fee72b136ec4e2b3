"""Reading across rooms: my people, what waits, who has a seat, who works here."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, Subquery, UUIDField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.access import queries as looks
from alongside.access.kinds import NAMES, SEES
from alongside.access.middleware import viewer_of
from alongside.access.models import TrailLine
from alongside.access.private import all_of
from alongside.access.sentences import DONE
from alongside.access.trail import READ
from alongside.access.waiting import what_waits
from alongside.access.way_in import role_name
from alongside.agreement import queries as agreement
from alongside.attached import queries as attached
from alongside.conversations import queries as conversations
from alongside.decisions import queries as decisions
from alongside.decisions.wording import STATES
from alongside.glass import queries as glass
from alongside.glass.rules import as_printed
from alongside.journeys import away
from alongside.kit.errors import NotFound
from alongside.kit.text import isolated
from alongside.kit.waiting import Waiting
from alongside.notes import queries as notes
from alongside.people import queries as people
from alongside.people.models import Account, Card, Person, Seat, StaffPost
from alongside.people.queries import holding
from alongside.people.rules import Post, Role
from alongside.plain import queries as plain
from alongside.reach import queries as reach
from alongside.reach.models import ContactRule
from alongside.record import queries as record
from alongside.safety import queries as safety
from alongside.sharing import queries as sharing
from alongside.takeaway import queries as takeaway
from alongside.topics import queries as topics
from alongside.vault.keys import load_keys


def joining(account_id: str | None, *, card: str | None, now: datetime.datetime) -> Place | None:
    """The space that a fresh card opens, as its person will stand in it.

    `None` once a PIN was chosen, or another card printed: `card` is the blind index of the one that was typed.
    """
    if account_id is None or card is None:
        return None
    account = (
        Account.objects.select_related("person")
        .filter(pk=account_id, login=card, is_active=True, is_staff_account=False, joined_at=None)
        .first()
    )
    if account is None:
        return None
    return access.enter(viewer_of(account, now=now), account.person.key_scope_id)


def language_of_card(place: Place) -> str:
    """The language in which her card was printed."""
    return Account.objects.values_list("language", flat=True).get(person_id=place.client_id)


# --- Today -----------------------------------------------------------------------------------------


def own_place(viewer: Viewer) -> Place:
    """The space that is about the viewer. Raise `NotFound` for somebody without one."""
    own = next((seat.partnership_id for seat in viewer.seats if seat.role == Role.CLIENT), None)
    if own is None:
        raise NotFound
    return access.enter(viewer, own)


def waiting_in(place: Place) -> list[Waiting]:
    """What waits here for whoever looks: her words first, then how we work together, then what is to be decided."""
    return what_waits(
        [
            *safety.calls_asked_in(place),
            *glass.waiting_in(place),
            *plain.waiting_in(place),
            *away.waiting_in(place),
            *takeaway.waiting_in(place),
            *conversations.waiting_in(place),
            *record.waiting_in(place),
            *attached.waiting_in(place),
            *notes.waiting_in(place),
            *agreement.waiting_in(place),
            *decisions.waiting_in(place),
            *topics.waiting_in(place),
            *sharing.waiting_in(place),
            *looks.waiting_in(place),
            *safety.offers_in(place),
            *reach.waiting_in(place),
        ]
    )


def next_for(place: Place) -> list[Waiting]:
    """What is next for the person herself: what waits, and then the questions that she has begun."""
    waiting = waiting_in(place)
    there = {one.url for one in waiting}
    begun = [
        Waiting(_("You are thinking about: “%(question)s”") % {"question": isolated(one.question)}, url)
        for one in decisions.decisions_in(place)
        if one.is_open and (url := reverse("decisions:page", args=[place.id, one.id])) not in there
    ]
    return [*waiting, *begun]


# Whoever was away longer than this, or missed more, finds the rest in the spaces themselves.
NEWS_OF = datetime.timedelta(days=30)
MOST_NEWS = 300


@dataclass(frozen=True)
class Happened:
    """Something that somebody else did: who, a sentence without content, and when."""

    called: str
    done: str
    at: datetime.datetime


@dataclass(frozen=True)
class Whose:
    """A space, by the name of the person whom it is about."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True)
class News:
    """What others did in one space since the viewer was there last, the newest first."""

    space: Whose
    happened: list[Happened]


@dataclass(frozen=True)
class ToAnswer:
    """Somebody waits for an answer: by when, and whether whoever looks reads what was written."""

    space: Whose
    due: datetime.datetime
    is_late: bool
    opens: bool


@dataclass(frozen=True)
class ToBeInTouch:
    """A promise to be in touch with somebody after a hard talk that is due."""

    space: Whose
    due: datetime.date
    is_late: bool


@dataclass(frozen=True)
class StaffToday:
    """Today of somebody who works here: never a word of what anybody wrote."""

    # Who asked for a call after a rough night, the longest waiting first.
    to_call: list[Whose]
    # Who waits for an answer, the first due on top.
    to_answer: list[ToAnswer]
    # To whom it was promised to be in touch.
    promised: list[ToBeInTouch]
    news: list[News]
    # The spaces in which the viewer is asked why they looked, the first due on top.
    asked_in: list[uuid.UUID]
    # How many questions of that sort came to the viewer, and reports that something shared was passed on.
    came_on: int
    reports: int
    # How much on the queue of emergencies waits.
    emergencies: int
    # In how many spaces nobody stands in for somebody who is away; in how many others somebody waits in vain.
    to_fill: int
    nobody_to_ask: int


def staff_today(viewer: Viewer) -> StaffToday:
    """What waits for somebody who works here, over all their spaces, and where others did something.

    Seven queries at most for a social worker, nine where somebody is away and the viewer sees to it, however many
    spaces. The rows themselves are asked for, and not whether there are any: over all spaces that would leave a
    line in each, found or not.
    """
    lines, today = _news(viewer), timezone.localdate(viewer.now)
    calls, contacts = all_of([safety.calls_to_make(viewer), topics.contacts_due(viewer, today=today)])
    asked, due, answers = _spaces(calls), topics.due_of(contacts, today=today), conversations.to_answer(viewer)
    with access.standing_for_house(viewer.organisation_id):
        reports, asks, came_on, vain, *emergencies = all_of(
            [
                sharing.reports_waiting(viewer),
                looks.spaces_that_ask(viewer),
                looks.came_on(viewer),
                conversations.nobody_to_ask(viewer),
                *glass.what_waits(viewer),
            ]
        )
    to_fill = away.to_fill(viewer)
    named = {
        *asked,
        *(one.partnership_id for one in due),
        *(one.partnership_id for one in answers),
        *(line.partnership_id for line in lines if line.partnership_id is not None),
    }
    clients, others = _people(named, {line.actor_id for line in lines})
    spaces = {partnership_id: Whose(partnership_id, client.called) for partnership_id, client in clients.items()}
    return StaffToday(
        to_call=[spaces[partnership_id] for partnership_id in asked],
        to_answer=[ToAnswer(spaces[one.partnership_id], one.due, one.is_late, one.opens) for one in answers],
        promised=[ToBeInTouch(spaces[one.partnership_id], one.due, one.is_late) for one in due],
        news=_told(lines, spaces, others),
        asked_in=_spaces(asks),
        came_on=len(came_on),
        reports=len(reports),
        emergencies=sum(map(len, emergencies)),
        to_fill=len(to_fill),
        nobody_to_ask=len(set(_spaces(vain)) - to_fill),
    )


def _spaces(told: list[tuple[uuid.UUID, str]]) -> list[uuid.UUID]:
    """The spaces of these rows, each once, in their order."""
    return list(dict.fromkeys(space for space, _ in told))


def _people(spaces: set[uuid.UUID], persons: set[uuid.UUID]) -> tuple[dict[uuid.UUID, Person], dict[uuid.UUID, Person]]:
    """The client of each of these spaces, and these persons by their id, in one query."""
    if not spaces | persons:
        return {}, {}
    clients = Seat.objects.filter(role=Role.CLIENT.value, partnership_id__in=sorted(spaces))
    found: list[Any] = list(
        Person.objects.filter(Q(id__in=sorted(persons)) | Q(id__in=clients.values("person_id"))).annotate(
            space=Subquery(clients.filter(person=OuterRef("id")).values("partnership_id")[:1], output_field=UUIDField())
        )
    )
    load_keys([person.key_scope_id for person in found])
    by_space = {person.space: person for person in found if person.space is not None}
    return by_space, {person.id: person for person in found}


def _told(lines: list[TrailLine], spaces: dict[uuid.UUID, Whose], people_there: dict[uuid.UUID, Person]) -> list[News]:
    """What these lines say, space by space, each thing that somebody did once.

    They are of the trail, which holds no content: so the list of one's people opens nobody's
    record, and does not bury in their trail who has really looked. What others only read is not told,
    nor what is of a kind that the viewer's seat does not open.
    """
    found: dict[uuid.UUID, dict[tuple[uuid.UUID, str], Happened]] = {}
    for line in lines:
        assert line.partnership_id is not None
        found.setdefault(line.partnership_id, {}).setdefault(
            (line.actor_id, line.doing),
            Happened(people_there[line.actor_id].called, str(DONE[Act(line.doing)]), line.at),
        )
    return [News(spaces[partnership_id], list(happened.values())) for partnership_id, happened in found.items()]


def _news(viewer: Viewer) -> list[TrailLine]:
    """The lines of what others did since the viewer's own last line, newest first."""
    own = TrailLine.objects.filter(partnership_id=OuterRef("partnership_id"), actor_id=viewer.person_id)
    last = Subquery(own.order_by("-seq").values("seq")[:1])
    seats: list[Any] = list(people.seats_with(viewer.person_id, now=viewer.now, last=last))
    viewer.seats = seats  # all else that asks for the viewer's seats asks for these
    opened = [
        Q(
            partnership_id=seat.partnership_id,
            seq__gt=seat.last or 0,
            at__gte=max(seat.begins, viewer.now - NEWS_OF),
            kind__in=sorted(kinds),
        )
        for seat in seats
        if (kinds := SEES[Role(seat.role)])
    ]
    if not opened:
        return []
    lines = TrailLine.objects.filter(reduce(or_, opened)).exclude(actor_id=viewer.person_id).exclude(doing=READ)
    # A message is told when it is delivered, and not when it was written: see `to_answer`.
    lines = lines.exclude(kind=Kind.MESSAGE.value)
    return list(lines.order_by("-seq")[:MOST_NEWS])


# --- Our plan, and about me ----------------------------------------------------------------------


@dataclass(frozen=True)
class OurPlan:
    """Her words on top, how we work together, and what is to be decided. `None` where the seat does not open it."""

    words: record.Pinned | None
    agreement: agreement.Agreement | None
    # each with the name of its state
    decisions: list[tuple[decisions.Listed, str]]
    sees_messages: bool


def our_plan(place: Place) -> OurPlan:
    """What the two have between them."""
    return OurPlan(
        words=record.pinned_in(place) if place.sees(Kind.WORDS) else None,
        agreement=place.once(agreement.agreement_in) if place.sees(Kind.AGREEMENT) else None,
        decisions=[
            (one, str(STATES[one.state]))
            for one in (decisions.decisions_in(place) if place.sees(Kind.DECISION) else [])
        ],
        sees_messages=place.sees(Kind.MESSAGE),
    )


@dataclass(frozen=True)
class AboutMe:
    """Her words, how to reach her, who has a seat, and what there is to know about her card."""

    words: record.Pinned | None
    rule: ContactRule | None
    seats: list[SeatHeld]
    card: CardFacts
    sees_reach: bool
    sees_trail: bool
    sees_shares: bool
    sees_wording: bool
    # the reference of the space, for whoever has a seat of their own here
    reference: str


def about_me(place: Place) -> AboutMe:
    """What is kept about the person, as each seat may see it."""
    return AboutMe(
        words=record.pinned_in(place) if place.sees(Kind.WORDS) else None,
        rule=reach.rule_in(place) if place.sees(Kind.REACH) else None,
        seats=seats_held(place),
        card=card_facts(place),
        sees_reach=place.sees(Kind.REACH),
        sees_trail=place.sees(Kind.TRAIL),
        sees_shares=place.sees(Kind.SHARE),
        sees_wording=place.sees(Kind.WORDING),
        reference="" if place.let_in_until or place.is_invited else printed_reference(place.id),
    )


def printed_reference(partnership_id: uuid.UUID) -> str:
    """The short reference of a space, as it stands on the card."""
    return as_printed(glass.reference_of(partnership_id))


# --- People, seats and cards ---------------------------------------------------------------------


@dataclass(frozen=True)
class MySpace:
    """A space in which the viewer has a seat now, as it stands in a list."""

    id: uuid.UUID
    name: str
    # what the viewer is there, when not the social worker
    other_roles: list[str]
    has_joined: bool


def my_spaces(viewer: Viewer) -> list[MySpace]:
    """Every space where the viewer has a seat now, by the client's name, in four queries however many."""
    roles: dict[uuid.UUID, set[Role]] = {}
    for seat in viewer.seats:
        roles.setdefault(seat.partnership_id, set()).add(Role(seat.role))
    clients = people.clients_of(roles)
    joined = set(
        Account.objects.filter(person__in=clients.values()).exclude(joined_at=None).values_list("person_id", flat=True)
    )
    spaces = [
        MySpace(
            id=partnership_id,
            name=client.called,
            other_roles=[role_name(role) for role in Role if role in roles[partnership_id] and role is not Role.WORKER],
            has_joined=client.id in joined,
        )
        for partnership_id, client in clients.items()
    ]
    return sorted(spaces, key=lambda space: (space.name.casefold(), space.id))


@dataclass(frozen=True)
class SeatHeld:
    """A seat that holds now, and in words what it opens."""

    id: uuid.UUID
    person_id: uuid.UUID
    called: str
    role: str
    begins: datetime.datetime
    # the last day, when there is one
    until: datetime.date | None
    opens: list[str]


def seats_held(place: Place) -> list[SeatHeld]:
    """Who else has a seat here now, since when, until when, and what the seat opens. No query of its own."""
    return [
        SeatHeld(
            id=seat.id,
            person_id=seat.person_id,
            called=place.names[seat.person_id],
            role=role_name(Role(seat.role)),
            begins=seat.begins,
            until=_last_day(place, seat),
            opens=list(dict.fromkeys(str(name) for kind, name in NAMES.items() if kind in SEES[Role(seat.role)])),
        )
        for seat in place.seats_now
        if seat.role != Role.CLIENT
    ]


def _last_day(place: Place, seat: Seat) -> datetime.date | None:
    if seat.ends is None:
        return None
    zone = ZoneInfo(place.partnership.organisation.time_zone)
    return (seat.ends - datetime.timedelta(microseconds=1)).astimezone(zone).date()


@dataclass(frozen=True)
class CardFacts:
    """When a card was printed last, by whom, and when it was opened and its PIN chosen."""

    printed_at: datetime.datetime
    printed_by: str
    joined_at: datetime.datetime | None
    language: str


def card_facts(place: Place) -> CardFacts:
    """What there is to know about her card. Its number is not: that is kept nowhere. Two queries at most."""
    account = Account.objects.get(person_id=place.client_id)
    card = Card.objects.filter(account=account).select_related("printed_by").order_by("-printed_at", "-id")[:1].get()
    return CardFacts(
        printed_at=card.printed_at,
        printed_by=card.printed_by.called,
        joined_at=account.joined_at,
        language=account.language,
    )


def colleagues_for(place: Place) -> list[tuple[str, str]]:
    """Who may be given a seat here: (person id, first name) of everybody else with a post that can hold one."""
    posts = StaffPost.objects.filter(
        holding(place.by.now),
        post__in=[Post.WORKER, Post.SUPERVISOR],
        person__organisation_id=place.by.organisation_id,
    ).select_related("person")
    found = {post.person_id: post.person for post in posts if post.person_id != place.by.person_id}
    load_keys([person.key_scope_id for person in found.values()])
    return sorted(((str(person.id), person.called) for person in found.values()), key=lambda pair: pair[1].casefold())


# --- Who works here ------------------------------------------------------------------------------


@dataclass(frozen=True)
class PostHeld:
    """A post that somebody holds now."""

    id: uuid.UUID
    post: Post
    begins: datetime.datetime


@dataclass(frozen=True)
class Colleague:
    """Somebody who works or worked here: never whom they work with."""

    person_id: uuid.UUID
    called: str
    email: str
    posts: list[PostHeld] = field(default_factory=list)


def staff(viewer: Viewer) -> list[Colleague]:
    """Everybody who works or worked here, those who do first, in three queries."""
    accounts = list(
        Account.objects.filter(is_staff_account=True, person__organisation_id=viewer.organisation_id).select_related(
            "person"
        )
    )
    load_keys([account.person.key_scope_id for account in accounts])
    found = {
        account.person_id: Colleague(account.person_id, account.person.called, account.address or "")
        for account in accounts
    }
    for post in StaffPost.objects.filter(holding(viewer.now), person__in=found).order_by("post"):
        found[post.person_id].posts.append(PostHeld(post.id, Post(post.post), post.begins))
    return sorted(found.values(), key=lambda one: (not one.posts, one.called.casefold(), one.person_id))
