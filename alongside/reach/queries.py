"""Reading the contact rule, what is to leave and what left, and what somebody has to see to."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import access
from alongside.access import Act, Kind, Place
from alongside.kit.waiting import Perhaps, Waiting
from alongside.people.models import Account, Keeping, Partnership, Seat
from alongside.people.rules import Role
from alongside.reach import rules, vapid
from alongside.reach.channels import is_set_up
from alongside.reach.models import CameIn, ContactRule, Outgoing, PastHours, PushDevice, Unplaced
from alongside.reach.rules import Channel, State, Terms, Why
from alongside.reach.wording import REASONS, STANDS, WAYS, words_that_leave

SHOWN = 10


def rule_in(place: Place) -> ContactRule | None:
    """The contact rule that holds now, or `None` when she has not said it yet."""
    return ContactRule.objects.visible_to(place.by, within=place.id).order_by("-said_at", "-id").first()


def terms_of(said: dict[str, Any], time_zone: str) -> Terms:
    """A rule as she said it, as whoever sends must keep it. Her clock is the one where the agency is."""
    return Terms(
        channel=Channel(said["channel"]),
        from_hour=datetime.time.fromisoformat(said["from_hour"]),
        to_hour=datetime.time.fromisoformat(said["to_hour"]),
        zone=ZoneInfo(time_zone),
        days=frozenset(said.get("days", ())),
        for_a_person=bool(said["never"]) and not said.get("even_so", False),
    )


def address_in(said: dict[str, Any], country: str) -> str | None:
    """The number or address of a rule as its channel needs it; `None` where there is none that can be used."""
    if said["channel"] == Channel.TEXT:
        return rules.phone_of(said["number"], country=country)
    return rules.address_of(said["number"]) if said["channel"] == Channel.EMAIL else None


def stands_in_the_way(rule: ContactRule | None, place: Place) -> Why | None:
    """Why nothing can ever leave by itself under this rule; `None` where it is a matter of hours at most."""
    if rule is None:
        return Why.NOT_SAID
    terms = terms_of(rule.rule, place.partnership.organisation.time_zone)
    verdict = rules.may_go(terms, terms.channel, place.by.now)
    if isinstance(verdict, rules.No):
        return verdict.why
    if not is_set_up(terms.channel):
        return Why.NOT_SET_UP
    if terms.channel is Channel.PUSH:
        return None if push_devices_of(place.id, rule.said_by_id).exists() else Why.NO_ADDRESS
    return Why.NO_ADDRESS if address_in(rule.rule, settings.COUNTRY_CODE) is None else None


def push_devices_of(partnership_id: uuid.UUID, person_id: uuid.UUID) -> QuerySet[PushDevice]:
    """The phones of hers that are woken; not those that were left, signed out or ended since."""
    rows = PushDevice.objects.filter(partnership_id=partnership_id, person_id=person_id)
    return rows.filter(Exists(Keeping.objects.filter(id=OuterRef("device"), account__person_id=person_id)))


@dataclass(frozen=True)
class Woken:
    """A phone of hers that is woken when there is something for her."""

    id: uuid.UUID
    looks_like: str
    since: datetime.datetime
    is_this_one: bool


@dataclass(frozen=True)
class Notices:
    """Which of her phones are woken, and what this browser needs to be one of them."""

    devices: list[Woken]
    key: str

    @property
    def is_on_here(self) -> bool:
        return any(one.is_this_one for one in self.devices)


def notices_in(place: Place, *, this_one: uuid.UUID | None) -> Notices | None:
    """Her phones that are woken, for herself alone; `None` where this house wakes none. One query."""
    if not place.is_client or not is_set_up(Channel.PUSH):
        return None
    looks = Keeping.objects.filter(id=OuterRef("device")).values("looks_like")
    rows = push_devices_of(place.id, place.by.person_id).annotate(looks=Subquery(looks)).order_by("since", "id")
    found = [Woken(row.id, row.looks, row.since, row.device == this_one) for row in rows.defer("endpoint")]
    return Notices(found, vapid.public_half(vapid.key_kept_in(settings.PUSH_KEY_FILE)))


def leaves_by_itself(rule: ContactRule | None, place: Place) -> bool:
    """Whether a computer can reach her under this rule."""
    return stands_in_the_way(rule, place) is None


def only_hours_stand_in_the_way(rule: ContactRule | None, place: Place) -> bool:
    """Whether something could leave for her under this rule, and her hours alone say not now."""
    if rule is None or not leaves_by_itself(rule, place):
        return False
    return not terms_of(rule.rule, place.partnership.organisation.time_zone).open_at(place.by.now)


# --- What somebody has to see to -------------------------------------------------------------------


def did_not_leave(place: Place) -> QuerySet[Outgoing]:
    """What should have reached her and did not, and nobody has seen to yet."""
    return Outgoing.objects.filter(
        partnership_id=place.id,
        person_id=place.client_id,
        state=State.STOPPED,
        why__in=sorted(rules.NEEDS_A_PERSON),
        seen_to_at=None,
    )


def unplaced(place: Place) -> QuerySet[Unplaced]:
    """Texts that may be hers and could not be put here, which nobody has seen to yet."""
    return Unplaced.objects.filter(partnership_id=place.id, seen_to_at=None)


def asked_now(place: Place) -> Any:
    """Where somebody waits for a second person's yes, which the viewer could give."""
    asked = PastHours.objects.visible_to(place.by, within=place.id)
    since = place.by.now - rules.ASK_STANDS
    return asked.filter(agreed_at=None, asked_at__gt=since).exclude(asked_by_id=place.by.person_id)


def waiting_in(place: Place) -> list[Waiting | Perhaps]:
    """For those who work with her: who could not be reached, what could not be put here, what needs a second yes."""
    found: list[Waiting | Perhaps] = []
    url = reverse("reach:how_to_reach", args=[place.id])
    if access.may(place.by, Act.AGREE_PAST_HOURS, about=place):
        asked = _("Somebody asks to write to %(name)s outside their hours. Do you agree?") % {"name": place.client_name}
        found.append(Perhaps(asked_now(place), lambda: [Waiting(asked, url)]))
    if access.may(place.by, Act.SEE_TO_IT, about=place):
        found += [Waiting(sentence, url) for sentence in to_see_to(place)]
    return found


NOT_REACHED: dict[Channel, Promise] = {
    Channel.TEXT: gettext_lazy("%(name)s could not be reached by text: try another way."),
    Channel.EMAIL: gettext_lazy("%(name)s could not be reached by e-mail: try another way."),
    Channel.PUSH: gettext_lazy("%(name)s could not be reached by a notice on their phone: try another way."),
}


def to_see_to(place: Place) -> list[str]:
    """What has to be seen to here, in sentences. One query, and another one where there is something."""
    has_some = Partnership.objects.annotate(
        stopped=Exists(did_not_leave(place).filter(partnership=OuterRef("id"))),
        came=Exists(unplaced(place).filter(partnership=OuterRef("id"))),
    )
    stopped, came = has_some.values_list("stopped", "came").get(id=place.id)
    sentences = []
    if stopped:
        channel = Channel(did_not_leave(place).order_by("-ended_at", "-id").values_list("channel", flat=True)[0])
        sentences.append(str(NOT_REACHED[channel]) % {"name": place.client_name})
    if came:
        sentences.append(
            _("A text message came that may be from %(name)s, and could not be put here. Ask whether they wrote.")
            % {"name": place.client_name}
        )
    return sentences


# --- The page --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Left:
    """Something that left for her, waits or did not leave: no more than when, which way and what became of it."""

    at: datetime.datetime
    way: str
    stands: str
    reason: str


@dataclass(frozen=True)
class Asked:
    """That somebody asked to write to her outside her hours: who, why, and who agreed."""

    id: uuid.UUID
    asked_by: str
    asked_at: datetime.datetime
    reason: str
    agreed_by: str
    can_agree: bool


@dataclass(frozen=True)
class Page:
    """How and when she may be reached, and what came of it."""

    rule: ContactRule | None
    # why nothing leaves by itself, in a sentence; empty where something can
    stops: str
    # the words that leave; empty where nothing does
    words: str
    left: list[Left]
    asked: list[Asked]
    to_see_to: list[str]
    sees_rule: bool
    may_try_out: bool
    may_ask: bool
    may_see_to_it: bool


def page(place: Place) -> Page:
    """The whole page, as each seat may see it."""
    sees = place.sees(Kind.REACH)
    rule = rule_in(place) if sees else None
    why = stands_in_the_way(rule, place)
    language = Account.objects.values_list("language", flat=True).get(person_id=place.client_id) if rule else ""
    may_see_to_it = access.may(place.by, Act.SEE_TO_IT, about=place)
    return Page(
        rule=rule,
        stops=_stops(rule, why),
        words=words_that_leave(rule.rule, language) if rule and why is None else "",
        left=_left(place) if sees and not place.let_in_until else [],
        asked=_asked(place),
        to_see_to=to_see_to(place) if may_see_to_it else [],
        sees_rule=sees,
        may_try_out=why is None and access.may(place.by, Act.TRY_OUT_REACH, about=place),
        may_ask=access.may(place.by, Act.ASK_PAST_HOURS, about=place) and only_hours_stand_in_the_way(rule, place),
        may_see_to_it=may_see_to_it,
    )


def _stops(rule: ContactRule | None, why: Why | None) -> str:
    """What she may not expect: she chose a text or an e-mail, and none will come by itself."""
    if rule is None or why is None or rule.rule["channel"] not in rules.BY_ITSELF:
        return ""
    if why is Why.A_PERSON:
        return _("The computer sends nothing, because it cannot read what must never happen.")
    return str(REASONS[why])


def _left(place: Place) -> list[Left]:
    rows = Outgoing.objects.filter(partnership_id=place.id, person_id=place.client_id).order_by("-made_at", "-id")
    return [
        Left(
            at=row.ended_at or row.made_at,
            way=str(WAYS[Channel(row.channel)]) if row.channel else "",
            stands=str(STANDS[State(row.state)]),
            reason=str(REASONS[Why(row.why)]) if row.why else "",
        )
        for row in rows[:SHOWN]
    ]


def _asked(place: Place) -> list[Asked]:
    rows = PastHours.objects.visible_to(place.by, within=place.id).order_by("-asked_at", "-id")[:SHOWN]
    may_agree = access.may(place.by, Act.AGREE_PAST_HOURS, about=place)
    return [
        Asked(
            id=row.id,
            asked_by=place.names[row.asked_by_id],
            asked_at=row.asked_at,
            reason=row.reason,
            agreed_by=place.names[row.agreed_by_id] if row.agreed_by_id else "",
            can_agree=may_agree
            and row.agreed_at is None
            and row.asked_by_id != place.by.person_id
            and rules.ask_stands(row.asked_at, place.by.now),
        )
        for row in rows
    ]


# --- For whoever runs the house --------------------------------------------------------------------


def standing(now: datetime.datetime) -> dict[str, int]:
    """How many wait, left or stopped in the last thirty days, and how many texts came in; names nobody."""
    since = now - datetime.timedelta(days=30)
    with access.standing_for_house():
        found = {f"out: {state}": Outgoing.objects.filter(state=state, made_at__gt=since).count() for state in State}
        return found | {
            f"in: {outcome}": CameIn.objects.filter(outcome=outcome, came_at__gt=since).count()
            for outcome in CameIn.Outcome.values
        }


def client_of(partnership_id: uuid.UUID) -> uuid.UUID:
    """The person whose space it is: whom to knock at."""
    return Seat.objects.values_list("person_id", flat=True).get(partnership_id=partnership_id, role=Role.CLIENT)
