"""A demonstration: Riverside, its staff, and a week of life before today. Everybody in it is made up.

All of it is done through the same actions as everywhere, with the clock set back: what Rosa says,
Rosa's seat says, and every step stands in the trail.
"""

from __future__ import annotations

import datetime
import json
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.db.transaction import atomic
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import override

from alongside.access import Place, enter
from alongside.access.middleware import viewer_of
from alongside.agreement import actions as agreement
from alongside.agreement import queries as agreements
from alongside.agreement import rules as agreement_rules
from alongside.consent.rules import Shared
from alongside.conversations import actions as conversations
from alongside.decisions import actions as decisions
from alongside.decisions.models import Decision
from alongside.decisions.rules import Sort
from alongside.journeys import actions, queries
from alongside.journeys.actions import PrintedCard
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.notes import actions as notes
from alongside.notes import queries as noted
from alongside.people.backends import email_index
from alongside.people.models import Account, Organisation
from alongside.people.rules import Post, Role, pin_fault
from alongside.reach import actions as reach
from alongside.reach.rules import Channel
from alongside.record import actions as record
from alongside.record import queries as records
from alongside.record.models import Entry
from alongside.record.rules import What
from alongside.safety import actions as safety
from alongside.sharing import actions as sharing
from alongside.topics import actions as topics
from alongside.topics import rules as topic_rules

TIME_ZONE = "Europe/London"
PASSWORD = "riverside-demonstration"  # noqa: S105  (of people who do not exist)
PINS = {"rosa": "480615", "nadia": "739102"}
STAFF = {
    "dana": {Post.WORKER},
    "amir": {Post.WORKER},
    "robin": {Post.WORKER},
    "samuel": {Post.SUPERVISOR},
    "lena": {Post.DIRECTOR},
}
# The other families that Dana works with: first names, and nothing else.
FAMILIES = (
    "Ada", "Bilal", "Chiara", "Daniyar", "Ewa", "Farah", "Gil", "Hanna", "Ivo", "Jamila", "Kofi", "Lin", "Malek",
    "Noor", "Olek", "Pilar", "Quentin", "Ruta", "Sefa", "Tom", "Uma", "Viktor", "Wanjiru", "Ximena", "Yusuf", "Zofia",
)  # fmt: skip
# Every fourth of them has opened the card; with the others Dana still works on paper.
OPENED = FAMILIES[::4]
NIGHT_LINE: dict[str, Any] = {
    "name": "Night line (made up for this demonstration)",
    "number": "020 7946 0018",
    "hours": "every night from 18:00 to 8:00",
    "languages": "English, Spanish, Arabic",
    "cost": "free",
}


@dataclass(frozen=True)
class Demo:
    """What must be known to try the demonstration, kept beside its database: card numbers are kept nowhere else."""

    numbers: dict[str, str]

    @staticmethod
    def file() -> Path:
        return Path(settings.DATA) / "demo.json"

    @classmethod
    def found(cls) -> Demo | None:
        """The demonstration that is in this data folder, or `None`."""
        if not cls.file().exists():
            return None
        return cls(**json.loads(cls.file().read_text()))

    def keep(self) -> None:
        self.file().write_text(json.dumps({"numbers": self.numbers}, indent=2))


def code_of(name: str) -> str:
    """The six digits that this member of the demonstration's staff signs in with now. Raise `NotFound`."""
    account = Account.objects.filter(login=email_index(_email(name))).first()
    step = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first() if account else None
    if Demo.found() is None or step is None:
        raise NotFound
    secret = get_adapter().decrypt(step.data["secret"])
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def _email(name: str) -> str:
    return f"{name}@riverside.example"


# --- The clock -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """The working days before `now`, so that nothing happens on a Sunday unless somebody wants it to."""

    now: datetime.datetime

    @property
    def today(self) -> datetime.date:
        return self.now.astimezone(ZoneInfo(TIME_ZONE)).date()

    def _working_days_back(self) -> Iterator[datetime.date]:
        day = self.today
        while True:
            day -= datetime.timedelta(days=1)
            if day.weekday() < 5:
                yield day

    def back(self, days: int, hour: int, minute: int = 0) -> datetime.datetime:
        """`hour:minute`, so many working days ago."""
        working_days = self._working_days_back()
        day = next(day for number, day in enumerate(working_days, start=1) if number == days)
        return datetime.datetime.combine(day, datetime.time(hour, minute), tzinfo=ZoneInfo(TIME_ZONE))

    def ahead(self, days: int) -> datetime.date:
        return self.today + datetime.timedelta(days=days)


# --- Who is there --------------------------------------------------------------------------------


@dataclass
class House:
    """The organisation and the accounts by first name, while the demonstration is being made."""

    organisation: Organisation
    accounts: dict[str, Account] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def at(self, name: str, space_of: str, now: datetime.datetime) -> Place:
        """Where `name` stands in somebody's space at that moment."""
        account = Account.objects.select_related("person").get(pk=self.accounts[name].pk)
        return enter(viewer_of(account, now=now), self.accounts[space_of].person.key_scope_id)


@atomic
def fill(*, now: datetime.datetime) -> Demo:
    """Fill an empty house with the demonstration, relative to `now`, and keep what is needed to try it."""
    week = Week(now)
    house = _found(now - datetime.timedelta(days=400))
    for number, called in enumerate(FAMILIES):
        _begin_a_family(house, called, now=now - datetime.timedelta(days=390 - 14 * number))
    _begin_with_rosa(house, week)
    _listen_to_rosa(house, week)
    _agree(house, week)
    _begin_with_nadia(house, week)
    _talk(house, week)
    _open_the_question(house, week)
    _write_together(house, week)
    _share_with_priya(house, week)
    _write_at_night(house, week)
    demo = Demo(numbers=house.numbers)
    demo.keep()
    return demo


def _found(now: datetime.datetime) -> House:
    organisation = actions.found_organisation(name="Riverside", now=now, time_zone=TIME_ZONE)
    house = House(organisation)
    for name, posts in STAFF.items():
        account = actions.employ(
            organisation=organisation,
            called=name.capitalize(),
            email=_email(name),
            password=PASSWORD,
            posts=frozenset(posts),
            now=now,
        )
        house.accounts[name] = account
        request = HttpRequest()
        request.user = account
        with context.request_context(request):  # whose key seals the secret
            TOTP.activate(account, generate_totp_secret())
    lena = viewer_of(house.accounts["lena"], now=now)
    safety.name_line(by=lena, now=now, write_id=new_id(), **NIGHT_LINE)
    return house


def _start(house: House, called: str, *, language: str, now: datetime.datetime) -> PrintedCard:
    dana = viewer_of(house.accounts["dana"], now=now)
    return actions.start_partnership(by=dana, called=called, language=language, now=now, write_id=new_id())


def _join(account: Account, *, pin: str, language: str, now: datetime.datetime) -> None:
    place = queries.joining(str(account.pk), card=account.login, now=now)
    assert place is not None
    actions.join(by=place.by, about=place, pin=pin, language=language, now=now)


def _any_pin() -> str:
    while True:
        pin = f"{secrets.randbelow(10**6):06}"
        if pin_fault(pin) is None:
            return pin


def _begin_a_family(house: House, called: str, *, now: datetime.datetime) -> None:
    card = _start(house, called, language="en", now=now)
    if called in OPENED:
        _join(card.account, pin=_any_pin(), language="en", now=now + datetime.timedelta(hours=3))


def _begin(house: House, name: str, *, language: str, now: datetime.datetime, joined: datetime.datetime) -> None:
    card = _start(house, name.capitalize(), language=language, now=now)
    house.accounts[name], house.numbers[name] = card.account, card.number
    _join(card.account, pin=PINS[name], language=language, now=joined)


# --- Rosa ----------------------------------------------------------------------------------------


def _begin_with_rosa(house: House, week: Week) -> None:
    joined = week.back(5, 9, 40)
    _begin(house, "rosa", language="es", now=week.back(5, 9), joined=joined)
    rosa = house.at("rosa", "rosa", joined)
    reach.say_how_to_reach(
        by=rosa.by,
        about=rosa,
        now=joined,
        write_id=new_id(),
        channel=Channel.TEXT,
        number="07700 900123",
        from_hour=datetime.time(8),
        to_hour=datetime.time(20),
        voicemail=False,
        code_word="",
        never="",
    )
    samuel = house.accounts["samuel"]
    dana = house.at("dana", "rosa", week.back(5, 10))
    actions.give_seat(
        by=dana.by,
        about=dana,
        person_id=samuel.person_id,
        role=Role.SUPERVISOR,
        now=week.back(5, 10),
        write_id=new_id(),
    )


def _listen_to_rosa(house: House, week: Week) -> None:
    out_by = week.ahead(29)
    with override("es"):
        el_dia = date_format(out_by, r"j \d\e F")
    with override("en"):
        the_day = date_format(out_by, "j F")

    moment = week.back(5, 11, 20)
    rosa = house.at("rosa", "rosa", moment)
    for what, words in (
        (What.NEED, f"Tengo que salir del piso el {el_dia} y no entiendo la carta."),
        (What.HOPE, "Que mis hijos puedan quedarse en su escuela y que yo vuelva a dormir."),
    ):
        record.say_words(by=rosa.by, about=rosa, now=moment, write_id=new_id(), what=what, words=words, seen=None)

    def newest(place: Place) -> uuid.UUID | None:
        entry: Entry | None = records.standing_in(place).listening
        return entry.id if entry else None

    moment = week.back(5, 15, 30)
    dana = house.at("dana", "rosa", moment)
    record.send_listening(
        by=dana.by,
        about=dana,
        now=moment,
        write_id=new_id(),
        seen=newest(dana),
        words=f"I heard: there is a letter that says you must be out by {the_day}. "
        "And money for the rent worries you most.",
    )
    moment = week.back(4, 8, 10)
    rosa = house.at("rosa", "rosa", moment)
    record.answer_not_quite(
        by=rosa.by,
        about=rosa,
        now=moment,
        write_id=new_id(),
        seen=newest(rosa),
        words="No del todo: no es por el dinero, es por la escuela.",
    )
    moment = week.back(4, 9, 20)
    dana = house.at("dana", "rosa", moment)
    record.correct_listening(
        by=dana.by,
        about=dana,
        now=moment,
        write_id=new_id(),
        seen=newest(dana),
        words=f"I heard: you must be out by {the_day}, and nobody has explained the letter to you. "
        "What weighs most is not money. It is that Mateo and Lucía stay in their school, and that you can sleep again.",
    )
    moment = week.back(4, 18, 30)
    rosa = house.at("rosa", "rosa", moment)
    record.answer_yes(by=rosa.by, about=rosa, now=moment, write_id=new_id(), seen=newest(rosa))


def _agree(house: House, week: Week) -> None:
    def current(place: Place) -> uuid.UUID | None:
        text = agreements.agreement_in(place).current
        return text.id if text else None

    moment = week.back(3, 10)
    dana = house.at("dana", "rosa", moment)
    agreement.start_draft(by=dana.by, about=dana, now=moment, write_id=new_id())
    agreement.change_draft(
        by=dana.by,
        about=dana,
        now=moment,
        write_id=new_id(),
        part=agreement_rules.WHY,
        seen=current(dana),
        words={
            "reason": agreement_rules.Reason.VOLUNTARY.value,
            "purpose": "To find a home from which the children can go to their school, and to understand the letters.",
            "ordered_by": "",
            "fixed": "",
            "open": "",
            "on_no": "",
        },
    )
    moment = week.back(3, 10, 30)
    rosa = house.at("rosa", "rosa", moment)
    agreement.change_draft(
        by=rosa.by,
        about=rosa,
        now=moment,
        write_id=new_id(),
        part=agreement_rules.HER_RULES,
        seen=current(rosa),
        words={"rules": "No vengan nunca sin avisar.\nNo hablen del alquiler delante de los niños."},
    )
    for name, minute in (("rosa", 50), ("dana", 52)):
        moment = week.back(3, 10, minute)
        place = house.at(name, "rosa", moment)
        side = agreements.side_of(place)
        assert side is not None
        agreement.accept_draft(by=place.by, about=place, now=moment, write_id=new_id(), side=side, seen=current(place))


def _open_the_question(house: House, week: Week) -> None:
    with override("en"):
        the_day = date_format(week.ahead(29), "j F")
    moment = week.back(2, 19)
    rosa = house.at("rosa", "rosa", moment)
    decision = decisions.open_decision(
        by=rosa.by,
        about=rosa,
        now=moment,
        write_id=new_id(),
        question=f"Where do we live after {the_day}?",
        situation=f"The landlord’s letter says that we must leave by {the_day}. Mateo is 11 and Lucía is 7.",
        by_when=week.ahead(18),
        can_wait="no",
    )
    seen_on = week.back(1, 9).date()
    ways = {
        "A": _way(
            house, decision, "dana", week.back(1, 9, 10),
            title="The transitional flat in Elm Street",
            living="Two rooms for up to a year. Somebody from the house looks in once a week.",
            cost="A third of what you earn",
            certainty="It is free. They keep it for us for two weeks.",
            source="City list of transitional flats",
            source_date=seen_on,
        ),
        "D": _way(
            house, decision, "dana", week.back(1, 9, 20),
            title="A private room",
            living="One room for the three of you, and a kitchen that others use too.",
            cost="Half of what you earn",
            certainty="There are several every week.",
            source="Notice board of rooms",
            source_date=seen_on,
        ),
        "B": _way(
            house, decision, "rosa", week.back(1, 18, 30),
            title="Carmen’s room",
            living="My aunt Carmen has one room. We would sleep in it, and she in the kitchen.",
            cost="We share the bills.",
            certainty="Carmen says yes, for some months.",
            source="Carmen, on the phone",
            source_date=seen_on,
        ),
        "C": _way(
            house, decision, "rosa", week.back(1, 18, 35),
            title="Stay, and go to court with legal aid",
            living="Nothing changes until the court has decided.",
            cost="Legal aid costs nothing. I do not know what the court costs.",
            certainty="Nobody knows.",
            source="Jo, who went through it",
        ),
    }  # fmt: skip
    for name, way, sort, text, minute in (
        ("rosa", "A", Sort.GOOD, "It has a lock of its own, and the school is 15 minutes away.", 40),
        ("rosa", "A", Sort.HARD, "In a year we have to move again.", 41),
        ("rosa", "B", Sort.GOOD, "Carmen is there when I work in the evening.", 42),
        ("rosa", "B", Sort.GOOD, "No rent.", 43),
        ("rosa", "C", Sort.GOOD, "The children stay where they are.", 44),
        ("rosa", "C", Sort.HARD, "I would lie awake until the court has a date.", 45),
        ("rosa", "D", Sort.GOOD, "We could move next week.", 46),
        ("rosa", "D", Sort.HARD, "The school is 40 minutes away.", 47),
    ):
        moment = week.back(1, 18, minute)
        place = house.at(name, "rosa", moment)
        decisions.add_side(
            by=place.by, about=place, now=moment, write_id=new_id(),
            decision_id=decision.id, way_id=ways[way], sort=sort, text=text,
        )  # fmt: skip
    for number, label in enumerate(
        (
            "The children stay in their school, 30 minutes at most",
            "We can pay it",
            "We are safe there",
            "There is room for three",
            "It lasts",
        )
    ):
        moment = week.back(1, 19, number)
        rosa = house.at("rosa", "rosa", moment)
        decisions.name_matter(
            by=rosa.by, about=rosa, now=moment, write_id=new_id(), decision_id=decision.id, label=label
        )


def _way(
    house: House, decision: Decision, name: str, moment: datetime.datetime, *, title: str, living: str, cost: str,
    certainty: str, source: str, source_date: datetime.date | None = None,
) -> uuid.UUID:  # fmt: skip
    place = house.at(name, "rosa", moment)
    way = decisions.add_way(
        by=place.by, about=place, now=moment, write_id=new_id(), decision_id=decision.id,
        title=title, living=living, cost=cost, certainty=certainty, source=source, source_date=source_date,
    )  # fmt: skip
    return way.id


def _talk(house: House, week: Week) -> None:
    """Messages in the agreed hours: each has its answer."""
    for hour, minute, name, text in (
        (15, 5, "rosa", "¿Tengo que firmar el papel que me dio el casero?"),
        (15, 40, "dana", "No. Please sign nothing before we have read it together. Bring it on Thursday."),
        (16, 10, "rosa", "Vale. Lo llevo en la lata."),
    ):
        _write(house, name, text, week.back(2, hour, minute), needs_answer=minute == 5)


def _write_at_night(house: House, week: Week) -> None:
    """One that waits until the hours open."""
    _write(house, "rosa", "No puedo dormir. ¿Mañana llamas a la oficina de vivienda?", week.back(1, 21, 15))


def _write(house: House, name: str, text: str, moment: datetime.datetime, *, needs_answer: bool = True) -> None:
    place = house.at(name, "rosa", moment)
    conversations.send_message(
        by=place.by, about=place, now=moment, write_id=new_id(), text=text, needs_answer=needs_answer
    )


def _write_together(house: House, week: Week) -> None:
    """A note that two people see differently, what both see in the picture, and what gets her through."""
    moment = week.back(1, 19, 10)
    dana = house.at("dana", "rosa", moment)
    note_id = notes.write_note(
        by=dana.by, about=dana, now=moment, write_id=new_id(),
        headline="At the housing office",
        happened="At ten we waited for the woman from the housing office. Rosa raised her voice and said "
        "“you don’t listen”. After that we were given a form.",
        think="I think she had waited too long for an answer.",
    )  # fmt: skip
    moment = week.back(1, 19, 20)
    rosa = house.at("rosa", "rosa", moment)
    [whole] = noted.everything_in(rosa)
    notes.see_differently(
        by=rosa.by, about=rosa, now=moment, write_id=new_id(), note_id=note_id, seen=whole.standing.id,
        words="No fue a las diez, fue a las doce. Hablé alto porque llevaba tres semanas sin respuesta.",
    )  # fmt: skip
    for minute, name, what, words in (
        (30, "dana", What.WORRY, "You told me that you sleep three hours. I worry that you get ill."),
        (32, "dana", What.HELPS, "You keep every letter in one tin, so we find each of them at once."),
        (34, "rosa", What.WORRY, "Que si digo lo mal que está, se lleven a los niños."),
        (36, "rosa", What.WANT, "Una puerta con llave y la misma escuela."),
    ):
        moment = week.back(1, 19, minute)
        place = house.at(name, "rosa", moment)
        record.add_to_picture(by=place.by, about=place, now=moment, write_id=new_id(), what=what, words=words)
    moment = week.back(1, 19, 40)
    rosa = house.at("rosa", "rosa", moment)
    topics.offer_strength(
        by=rosa.by, about=rosa, now=moment, write_id=new_id(), sort=topic_rules.Sort.HELPS,
        words="Llamo a Carmen y ponemos la radio.", when="Cuando no puedo dormir.",
    )  # fmt: skip
    moment = week.back(1, 19, 42)
    dana = house.at("dana", "rosa", moment)
    topics.offer_strength(
        by=dana.by, about=dana, now=moment, write_id=new_id(), sort=topic_rules.Sort.SEEN,
        words="You asked the woman at the office to write down what she had said, and she did.",
        where="At the housing office",
    )  # fmt: skip
    moment = week.back(1, 19, 44)
    rosa = house.at("rosa", "rosa", moment)
    topics.name_topic(by=rosa.by, about=rosa, now=moment, write_id=new_id(), headline="Lo de mayo")


def _share_with_priya(house: House, week: Week) -> None:
    """Priya at the school may see what Rosa needs and hopes for. She comes in with a code that Rosa makes."""
    moment = week.back(1, 19, 50)
    rosa = house.at("rosa", "rosa", moment)
    priya = sharing.invite(by=rosa.by, about=rosa, now=moment, write_id=new_id(), called="Priya", role=Role.PARTNER)
    moment = week.back(1, 19, 52)
    rosa = house.at("rosa", "rosa", moment)
    sharing.share(
        by=rosa.by, about=rosa, now=moment, write_id=new_id(), person_id=priya.id, things=[Shared.WORDS],
        purpose="Para que Mateo pueda hablar con alguien en la escuela.", until=week.ahead(60),
    )  # fmt: skip


# --- Nadia ---------------------------------------------------------------------------------------


def _begin_with_nadia(house: House, week: Week) -> None:
    joined = week.back(2, 12, 14)
    _begin(house, "nadia", language="en", now=week.back(3, 14), joined=joined)
    nadia = house.at("nadia", "nadia", joined)
    reach.say_how_to_reach(
        by=nadia.by,
        about=nadia,
        now=joined,
        write_id=new_id(),
        channel=Channel.CALL,
        number="020 7946 0031",
        from_hour=datetime.time(12, 10),
        to_hour=datetime.time(12, 30),
        voicemail=False,
        code_word="almond cake",
        never="Only on Tuesday and Thursday, at the bakery, from a number that does not show. "
        "Never write. Never call the flat. Never speak to anybody else.",
    )
