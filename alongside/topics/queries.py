"""Reading what gets her through and what is hard to talk about; what waits, and what can be counted."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.kit.errors import NotFound
from alongside.kit.waiting import Perhaps, Waiting
from alongside.people.rules import Role
from alongside.topics import rules
from alongside.topics.models import Aftercare, Practice, Step, Strength, Topic
from alongside.topics.rules import LAYERS, Audience, Leads, Move, Settled, Sort, State, What
from alongside.topics.wording import GLADNESS, LEADS, SORTS, STATES

MOST_PRACTICE = 100


def _must_see(place: Place, kind: Kind) -> None:
    """To a seat that does not open this kind the page is not there."""
    if not place.sees(kind):
        raise NotFound


def _who(place: Place, person_id: uuid.UUID) -> str:
    return _("You") if person_id == place.by.person_id else place.names.get(person_id, "")


# --- what gets her through -------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """How it was once: how big it felt before and after, as far as she noted it."""

    before: int | None
    after: int | None
    note: str
    at: datetime.datetime


@dataclass(frozen=True)
class Shown:
    """A strength as its page shows it."""

    id: uuid.UUID
    sort: Sort
    label: str
    words: str
    when: str
    where: str
    who: str
    # Somebody else saw it, and she put it in her own words.
    put_in_her_words: bool
    offered_by_me: bool
    is_offer: bool
    at: datetime.datetime
    tried: list[Tried]

    @property
    def is_card(self) -> bool:
        """A coping card: what she does, and when it helps."""
        return self.sort is Sort.HELPS


@dataclass(frozen=True)
class StrengthsPage:
    """What is kept, the newest first within its sort, and what is offered and waits for her yes."""

    kept: list[tuple[str, list[Shown]]]
    offered: list[Shown]


def strengths_in(place: Place) -> StrengthsPage:
    """What gets her through, as its reader may see it. Two queries, whatever there is."""
    _must_see(place, Kind.STRENGTH)
    rows = list(Strength.objects.visible_to(place.by, within=place.id).order_by("-offered_at", "-id"))
    tried: dict[uuid.UUID, list[Tried]] = {}
    for practice in Practice.objects.visible_to(place.by, within=place.id).order_by("-done_at", "-id")[:MOST_PRACTICE]:
        said = practice.said
        tried.setdefault(practice.strength_id, []).append(
            Tried(said["before"], said["after"], said["note"], practice.done_at)
        )
    shown = [_shown(place, row, tried.get(row.id, [])) for row in rows]
    kept = [(str(SORTS[sort]), [one for one in shown if one.sort is sort and not one.is_offer]) for sort in Sort]
    return StrengthsPage(
        kept=[(label, ones) for label, ones in kept if ones], offered=[one for one in shown if one.is_offer]
    )


def _shown(place: Place, row: Strength, tried: list[Tried]) -> Shown:
    said, sort = row.said, Sort(row.sort)
    return Shown(
        id=row.id,
        sort=sort,
        label=str(SORTS[sort]),
        words=said["words"],
        when=said["when"],
        where=said["where"],
        who=_who(place, row.offered_by_id),
        put_in_her_words=said["in_her_words"] and row.offered_by_id != place.client_id,
        offered_by_me=row.offered_by_id == place.by.person_id,
        is_offer=row.kept_at is None,
        at=row.offered_at,
        tried=tried,
    )


# --- what is hard to talk about --------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """A subject as it stands in the list: its plain word, and nothing of what lies deeper."""

    id: uuid.UUID
    headline: str
    state: str
    label: str
    is_proposed: bool


@dataclass(frozen=True)
class TopicsPage:
    """The subjects that are open, and those that were talked about."""

    open: list[Listed]
    talked: list[Listed]


def topics_in(place: Place) -> TopicsPage:
    """What there is to talk about, oldest first. One query."""
    _must_see(place, Kind.TOPIC)
    rows = Topic.objects.visible_to(place.by, within=place.id).order_by("named_at", "id")
    listed = [_listed(row) for row in rows]
    return TopicsPage(
        open=[one for one in listed if one.state != State.TALKED],
        talked=[one for one in listed if one.state == State.TALKED],
    )


def _listed(row: Topic) -> Listed:
    return Listed(row.id, row.headline, row.state, str(STATES[State(row.state)]), row.proposed_at is not None)


@dataclass(frozen=True)
class Layer:
    """What lies deeper than the headline."""

    words: str
    who: str
    at: datetime.datetime
    for_worker_only: bool


@dataclass(frozen=True)
class Pace:
    """How she wants to talk about it, each part as (question, answer), and the raw answers for her form."""

    parts: list[tuple[str, str]]
    said: dict[str, Any]
    at: datetime.datetime


@dataclass(frozen=True)
class Contact:
    """The contact on the day after: by whom, until when, and how it ended."""

    id: uuid.UUID
    who: str
    by_me: bool
    due: datetime.date
    settled: str
    settled_at: datetime.datetime | None
    can_be_kept: bool
    # For those who work with her alone: never on her page.
    is_late: bool


@dataclass(frozen=True)
class TopicPage:
    """One subject: its layers, how she wants to talk about it, and what was said and done."""

    topic: Listed
    named_by: str
    named_by_me: bool
    named_at: datetime.datetime
    proposed_by: str
    proposed_words: str
    talked_at: datetime.datetime | None
    more: Layer | None
    details: Layer | None
    earlier: list[Layer]
    pace: Pace | None
    # what stands beside it while they talk: the stop sign, and what gets her through, with when it helps
    stop_sign: str
    comforts: list[tuple[str, str]]
    moved: list[tuple[str, str, datetime.datetime]]
    glad: str
    glad_words: str
    has_looked_back: bool
    contacts: list[Contact]

    @property
    def contact(self) -> Contact | None:
        """The contact that is still to come."""
        return next((one for one in self.contacts if not one.settled), None)


def topic_in(place: Place, topic_id: uuid.UUID) -> TopicPage:
    """One subject with all that its reader may see of it. Four queries at most. Raise `NotFound`."""
    topic = access.see(place.by, Topic, topic_id, within=place.id)
    steps = list(Step.objects.visible_to(place.by, within=place.id).filter(topic_id=topic_id).order_by("-number"))
    contacts = Aftercare.objects.visible_to(place.by, within=place.id).filter(topic_id=topic_id).order_by("-talked_at")
    layers = {what: [_layer(place, step) for step in steps if step.what == what] for what in LAYERS}
    pace = next((step for step in steps if step.what == What.PACE), None)
    proposed = next((step for step in steps if step.what == What.PROPOSED), None) if topic.proposed_at else None
    back = _newest_look_back(topic, steps)
    today = rules.day_of(place.by.now, time_zone=place.partnership.organisation.time_zone)
    return TopicPage(
        topic=_listed(topic),
        named_by=_who(place, topic.named_by_id),
        named_by_me=topic.named_by_id == place.by.person_id,
        named_at=topic.named_at,
        proposed_by=_who(place, proposed.said_by_id) if proposed else "",
        proposed_words=proposed.said["words"] if proposed else "",
        talked_at=topic.talked_at,
        more=next(iter(layers[What.MORE]), None),
        details=next(iter(layers[What.DETAILS]), None),
        earlier=[layer for what in LAYERS for layer in layers[what][1:]],
        pace=_pace(place, pace) if pace else None,
        stop_sign=pace.said["stop_sign"] if pace else "",
        comforts=_comforts(place, pace.said) if pace else [],
        moved=[
            (_who(place, step.said_by_id), str(STATES[State(step.said["to"])]), step.said_at)
            for step in steps
            if step.what == What.MOVED
        ],
        glad=str(GLADNESS[back.said["glad"]]) if back and back.said["glad"] else "",
        glad_words=back.said["words"] if back else "",
        has_looked_back=back is not None,
        contacts=[_contact(place, one, today) for one in contacts],
    )


def _layer(place: Place, step: Step) -> Layer:
    return Layer(
        words=step.said["words"],
        who=_who(place, step.said_by_id),
        at=step.said_at,
        for_worker_only=step.audience == Audience.WORKER,
    )


def _newest_look_back(topic: Topic, steps: Iterable[Step]) -> Step | None:
    """What she said after the last talk; what she said after an earlier one is not about this one."""
    return next(
        (
            step
            for step in steps
            if step.what == What.LOOKED_BACK and topic.talked_at is not None and step.said_at >= topic.talked_at
        ),
        None,
    )


def _pace(place: Place, step: Step) -> Pace:
    said = step.said
    companion = place.names.get(uuid.UUID(said["companion"]), "") if said["companion"] else ""
    questions = [
        (_("What stops it at once"), said["stop_sign"]),
        (_("Who is there too"), companion),
        (_("Somebody else who is there"), said["somebody_else"]),
        (_("How much at once"), said["how_much"]),
        (_("How long"), said["how_long"]),
        (_("Where"), said["where"]),
        (_("Who leads"), str(LEADS[Leads(said["leads"])]) if said["leads"] else ""),
        (_("What helps afterwards"), said["helps_after"]),
    ]
    return Pace(parts=[(question, answer) for question, answer in questions if answer], said=said, at=step.said_at)


def _contact(place: Place, one: Aftercare, today: datetime.date) -> Contact:
    zone = place.partnership.organisation.time_zone
    day = rules.day_of(one.settled_at, time_zone=zone) if one.settled_at else today
    return Contact(
        id=one.id,
        who=_who(place, one.promised_by_id),
        by_me=one.promised_by_id == place.by.person_id,
        due=one.due,
        settled=one.settled,
        settled_at=one.settled_at,
        can_be_kept=not one.settled and today >= one.due,
        is_late=place.is_staff and one.settled != Settled.DECLINED and rules.is_late(due=one.due, on=day),
    )


def can_follow(place: Place, page: TopicPage) -> dict[str, bool]:
    """Which buttons a subject's page offers its reader where it stands now; the actions check the same."""
    state = State(page.topic.state)
    works = access.may(place.by, Act.TALKED, about=place)
    can = {move.value: works and rules.follows(state, move, hers=place.is_client) is not None for move in Move}
    return {
        **can,
        "propose": not place.is_client and rules.can_be_proposed(state) and not page.topic.is_proposed,
        "take_off": rules.can_be_taken_off(talked_once=page.talked_at is not None),
        "look_back": page.talked_at is not None and not page.has_looked_back,
    }


def companions_in(place: Place) -> list[tuple[str, str]]:
    """Who could be beside her: everybody else with a seat now, as (person id, name)."""
    others = {seat.person_id for seat in place.seats_now if seat.person_id != place.client_id}
    return sorted(((str(person), place.names[person]) for person in others), key=lambda pair: pair[1].casefold())


def comforts_in(place: Place) -> list[tuple[str, str]]:
    """What gets her through and was kept, as (id, words): she chooses what stands beside a hard subject."""
    if not place.sees(Kind.STRENGTH):
        return []
    return [(str(row.id), row.said["words"]) for row in _kept_helps(place)]


def _kept_helps(place: Place) -> Any:
    rows = Strength.objects.visible_to(place.by, within=place.id)
    return rows.filter(sort=Sort.HELPS.value, kept_at__isnull=False).order_by("-offered_at", "-id")


def _comforts(place: Place, said: dict[str, Any]) -> list[tuple[str, str]]:
    """What she chose to stand beside the subject, as (words, when it helps), as far as its reader sees it.

    One query, where she chose something.
    """
    chosen = said.get("helps_now", [])
    if not chosen or not place.sees(Kind.STRENGTH):
        return []
    return [(row.said["words"], row.said["when"]) for row in _kept_helps(place).filter(id__in=chosen)]


# --- what waits, and what can be counted -----------------------------------------------------------


def waiting_in(place: Place) -> list[Perhaps]:
    """What waits in this room for whoever looks, without a word of what it is about.

    An offer is told for a week, and then rests on its page: it never presses.
    """
    if not place.sees(Kind.TOPIC):
        return []
    waiting: list[Perhaps] = []
    topics = reverse("topics:topics", args=[place.id])
    open_to_talk = Topic.objects.visible_to(place.by, within=place.id)
    if place.is_client:
        fresh = Strength.objects.visible_to(place.by, within=place.id).filter(
            kept_at=None, offered_at__gt=place.by.now - rules.TOLD_FOR
        )
        offered = Waiting(
            _("Somebody saw something good in you. Keep it or not, as you like."),
            reverse("topics:strengths", args=[place.id]),
        )
        waiting.append(Perhaps(fresh, lambda: [offered]))
        named_by_others = Q(state=State.TO_TALK.value) & ~Q(named_by=place.by.person_id)
        asked = open_to_talk.filter(named_by_others | Q(proposed_at__isnull=False))
    else:
        due = _due_here(place)
        waiting.append(Perhaps(due, lambda: [Waiting(_promised(place, due.order_by("due", "id")[0]), topics)]))
        hers = Q(state=State.TO_TALK.value, named_by=place.client_id)
        asked = open_to_talk.filter(hers | Q(state=State.READY.value))
    waiting.append(Perhaps(asked, lambda: [Waiting(_("There is something to talk about."), topics)]))
    return waiting


def _promised(place: Place, due: Aftercare) -> str:
    called = {"who": place.names.get(due.promised_by_id, ""), "name": place.client_name}
    if due.promised_by_id == place.by.person_id:
        return _("You promised to be in touch with %(name)s.") % called
    return _("%(who)s promised to be in touch with %(name)s.") % called


def _due_here(place: Place) -> Any:
    today = rules.day_of(place.by.now, time_zone=place.partnership.organisation.time_zone)
    return Aftercare.objects.visible_to(place.by, within=place.id).filter(settled="", due__lte=today)


@dataclass(frozen=True)
class Due:
    """A contact after talking that is due now."""

    partnership_id: uuid.UUID
    due: datetime.date
    is_late: bool


def contacts_due(viewer: Viewer, *, today: datetime.date) -> Any:
    """The contacts promised for today or earlier in all spaces of those who look, and the day: rows for `all_of`."""
    spaces = {seat.partnership_id for seat in viewer.seats if Role(seat.role) in (Role.WORKER, Role.COVER)}
    rows = Aftercare.objects.visible_to(viewer).filter(partnership_id__in=sorted(spaces), settled="", due__lte=today)
    return rows.values_list("partnership_id", Cast("due", TextField()))


def due_of(told: Iterable[tuple[uuid.UUID, str]], *, today: datetime.date) -> list[Due]:
    """What these rows say: in which space, on which day, and whether that is late."""
    days = [(space, datetime.date.fromisoformat(day)) for space, day in told]
    return [Due(space, day, rules.is_late(due=day, on=today)) for space, day in days]


@dataclass(frozen=True)
class HardTopics:
    """Measure M18: where the subjects stand, whether it was good to talk, and the contacts afterwards."""

    states: dict[State, int]
    glad: dict[int, int]  # how often she said 1 to 5
    contacts: int  # promised, and not declined
    within_48_hours: int


def hard_topics(place: Place) -> HardTopics:
    """Count measure M18 in one space: what the service did, never how she is. Three queries."""
    states = Counter(Topic.objects.visible_to(place.by, within=place.id).values_list("state", flat=True))
    backs = Step.objects.visible_to(place.by, within=place.id).filter(what=What.LOOKED_BACK.value)
    glad = Counter(step.said["glad"] for step in backs)
    contacts = [
        one for one in Aftercare.objects.visible_to(place.by, within=place.id) if one.settled != Settled.DECLINED
    ]
    return HardTopics(
        states={state: states[state.value] for state in State},
        glad={number: glad[number] for number in rules.GLAD},
        contacts=len(contacts),
        within_48_hours=sum(
            one.settled_at is not None and rules.within_two_days(talked_at=one.talked_at, kept_at=one.settled_at)
            for one in contacts
        ),
    )
