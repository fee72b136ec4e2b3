"""Reading notes: always with all their voices, whoever reads and wherever it is shown."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import access
from alongside.access import Act, Kind, Place
from alongside.consent.queries import readers_of, rows_named_to
from alongside.kit.errors import NotFound
from alongside.kit.waiting import Perhaps, Waiting
from alongside.notes import rules
from alongside.notes.models import Note, Voice, Withheld
from alongside.notes.rules import Audience, Category, Change, Piece, Side, State, WaitsFor, What
from alongside.people.rules import INVITED_ROLES, STAFF_ROLES, Role

ON_A_PAGE = 50
# What waits is told in at most so many sentences.
MOST_WAITING = 20
# In a list the note's beginning stands for it when it has no headline.
FIRST_LETTERS = 140

STATES = {
    State.DRAFT: gettext_lazy("We are writing this together"),
    State.SHARED: gettext_lazy("Shared"),
    State.CORRECTED: gettext_lazy("Corrected"),
    State.TWO_VIEWS: gettext_lazy("Two views"),
    State.SIGNED: gettext_lazy("Signed by both"),
}
CATEGORIES = {
    Category.THIRD_PERSON: gettext_lazy("It is about somebody else’s private life"),
    Category.SERIOUS_HARM: gettext_lazy("It could lead to serious harm"),
    Category.COURT_ORDER: gettext_lazy("A court has ordered it"),
}
AUDIENCES = {
    Audience.ME: gettext_lazy("Only me"),
    Audience.WORKER: gettext_lazy("Me and my worker"),
    Audience.NAMED: gettext_lazy("Me and people I name"),
}


# --- who stands where, and who can be asked ----------------------------------------------------------


def side_of(roles: Collection[Role]) -> Side:
    """The side on which somebody with these roles writes."""
    if Role.CLIENT in roles:
        return Side.CLIENT
    return Side.STAFF if STAFF_ROLES & set(roles) else Side.GUEST


def _seated(place: Place, roles: frozenset[Role], *, but: uuid.UUID) -> dict[uuid.UUID, str]:
    return {
        seat.person_id: place.names[seat.person_id]
        for seat in place.seats_now
        if Role(seat.role) in roles and seat.person_id not in (but, place.client_id)
    }


COLLEAGUES = frozenset({Role.WORKER, Role.COVER, Role.SUPERVISOR})


def may_be_asked(place: Place, *, side: Side, not_to: uuid.UUID) -> dict[uuid.UUID, str]:
    """Who can be asked to look at a note, by name: anybody with a seat, if she asks; colleagues, if staff ask."""
    return _seated(place, COLLEAGUES | INVITED_ROLES if side is Side.CLIENT else COLLEAGUES, but=not_to)


def may_be_named(place: Place) -> dict[uuid.UUID, str]:
    """Whom she can let read a page of her own: anybody with a seat here."""
    return _seated(place, COLLEAGUES | INVITED_ROLES, but=place.client_id)


def may_be_second(place: Place, *, not_to: uuid.UUID) -> dict[uuid.UUID, str]:
    """Who can agree that a part is not shown: a colleague with a seat here, never the one who wrote it."""
    return _seated(place, COLLEAGUES, but=not_to)


# --- a note with all its voices ----------------------------------------------------------------------


@dataclass
class Whole:
    """A note, and everything that was said in it and is open to the reader, in order. There is no half of it."""

    note: Note
    voices: list[Voice] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)

    @property
    def standing(self) -> Voice:
        return next(voice for voice in self.voices if voice.stands)

    @property
    def versions(self) -> list[Voice]:
        return [voice for voice in self.voices if voice.what == What.VERSION]

    @property
    def state(self) -> State:
        views = [voice for voice in self.voices if voice.what == What.DIFFERENT]
        signed = [voice for voice in self.voices if voice.what == What.SIGNED]
        newest = max((view.number for view in views), default=0)
        since = {Side(one.side) for one in signed if one.about == self.standing.id and one.number > newest}
        return rules.state_of(
            together=self.note.together,
            versions=len(self.versions),
            views=len(views),
            signed_since=frozenset(since),
            ever_signed=bool(signed),
        )


def wholes(place: Place, notes: Iterable[Note]) -> list[Whole]:
    """These notes with all their voices, in two queries. Pages, print, copies and shares all come through here."""
    found = {note.id: Whole(note) for note in notes}
    if not found:
        return []
    voices = Voice.objects.visible_to(place.by, within=place.id).filter(note_id__in=list(found))
    for voice in voices.order_by("number"):
        found[voice.note_id].voices.append(voice)
    # No share ever opens a withheld part, and her own pages have none.
    if not place.is_invited and any(whole.note.its_kind() is Kind.NOTE for whole in found.values()):
        parts = Withheld.objects.visible_to(place.by, within=place.id).filter(note_id__in=list(found))
        for part in parts.order_by("asked_at", "id"):
            found[part.note_id].withheld.append(part)
    return [whole for whole in found.values() if whole.voices]


def _notes(place: Place, *only: Kind) -> Any:
    return Note.objects.visible_to(place.by, within=place.id, only=only)


def everything_in(place: Place) -> list[Whole]:
    """Every note and own page that is open to the reader, oldest first, for a copy or a search. Three queries."""
    return wholes(place, _notes(place).order_by("begun_at", "id"))


# --- as a page shows it ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """One voice as a page shows it, every text of it ready to be drawn."""

    id: uuid.UUID
    what: str
    side: str  # "me" for the reader's own, "them" for the others'
    who: str
    label: str
    at: str  # for programs
    when: str  # for people
    words: str
    version: int | None  # which version it is about, or is
    about: str  # the words that this answers
    waits: str  # a sentence: what it still waits for
    is_open: bool  # nobody has answered it
    is_mine_to_answer: bool
    withheld_id: uuid.UUID | None


@dataclass(frozen=True)
class Version:
    """One version of a note, part by part."""

    id: uuid.UUID
    number: int
    side: str
    who: str
    at: str
    when: str
    headline: str
    happened: str
    think: str
    reason: str


@dataclass(frozen=True)
class Part:
    """A part that is or was kept from her, as somebody sees it to whom it is open."""

    id: uuid.UUID
    part: str
    reason: str
    why_hidden: str
    category: str
    decided_by: str
    second: str
    until: str
    is_waiting: bool  # the second person has not said anything yet
    is_closed: bool  # it is kept from her now
    is_unmarked: bool
    is_mine_to_answer: bool


@dataclass(frozen=True)
class Shown:
    """A note as every page, list, sheet of paper and share shows it: the version that stands, and all other voices."""

    id: uuid.UUID
    number: int
    is_own: bool
    state: str
    state_label: str
    headline: str
    now: Version
    versions: int
    voices: list[Said]
    parts: list[Part]
    # when she will see it, while she does not
    opens: str
    began: Side
    together: bool
    # her own pages: who reads them
    audience: str = ""
    readers: tuple[str, ...] = ()

    @property
    def views(self) -> list[Said]:
        """What stands beside the version with the same rank."""
        return [voice for voice in self.voices if voice.what == What.DIFFERENT]

    @property
    def others(self) -> list[Said]:
        return [voice for voice in self.voices if voice.what != What.DIFFERENT]

    @property
    def asks(self) -> list[Said]:
        """Asks for a correction that wait for their answer."""
        return [voice for voice in self.voices if voice.what == What.ASKED and voice.is_open]


def _labels() -> dict[str, str]:
    return {
        What.ADDED: _("Added"),
        What.DIFFERENT: _("I see it differently"),
        What.LATER: _("How I see it now"),
        What.SIGNED: _("Signed"),
        What.READ: _("Has read it"),
        What.ASKED: _("Asks for a correction"),
        What.LEFT: _("It stays as it is, because"),
        What.LOOK: _("Asks a third person to look"),
        What.LOOKED: _("Has looked at it"),
        What.MARKER: _("Something isn’t shown here"),
        What.CHALLENGE: _("Asks why it isn’t shown"),
        What.ANSWERED: _("Answer to the question why it isn’t shown"),
    }


def _shown(
    place: Place, found: Iterable[Whole], readers: dict[uuid.UUID, list[uuid.UUID]] | None = None
) -> list[Shown]:
    """Turn notes into what pages show. Texts are opened here, and only those of these notes."""
    labels, draw = _labels(), _Draw(place)
    return [draw.note(whole, labels, readers or {}) for whole in found]


class _Draw:
    """Draws the rows of one place for one reader."""

    def __init__(self, place: Place) -> None:
        self.place, self.now = place, place.by.now
        self.names, self.reader, self.you = place.names, place.by.person_id, _("You")
        self.zone = get_current_timezone()

    def moment(self, moment: datetime.datetime) -> str:
        return date_format(moment.astimezone(self.zone), "DATETIME_FORMAT")

    def day(self, moment: datetime.datetime) -> str:
        return date_format(moment.astimezone(self.zone), "DATE_FORMAT")

    def who(self, person_id: uuid.UUID) -> str:
        return self.you if person_id == self.reader else self.names.get(person_id, "")

    def version(self, voice: Voice, number: int) -> Version:
        body = voice.body
        return Version(
            id=voice.id,
            number=number,
            side="me" if voice.said_by_id == self.reader else "them",
            who=self.who(voice.said_by_id),
            at=voice.said_at.astimezone(self.zone).isoformat(timespec="minutes"),
            when=self.moment(voice.said_at),
            headline=body.get("headline", ""),
            happened=body.get("happened", ""),
            think=body.get("think", ""),
            reason=body.get("reason", ""),
        )

    def note(self, whole: Whole, labels: dict[str, str], readers: dict[uuid.UUID, list[uuid.UUID]]) -> Shown:
        note, versions = whole.note, whole.versions
        numbers = {voice.id: number for number, voice in enumerate(versions, 1)}
        by_id = {voice.id: voice for voice in whole.voices}
        now = self.version(whole.standing, numbers[whole.standing.id])
        state = whole.state
        return Shown(
            id=note.id,
            number=note.number,
            is_own=note.its_kind() is Kind.OWN,
            state=state.value,
            state_label=str(STATES[state]),
            headline=now.headline or _beginning(now.happened),
            now=now,
            versions=len(versions),
            voices=[self.said(voice, labels, numbers, by_id) for voice in whole.voices if voice.what != What.VERSION],
            parts=[self.part(part) for part in whole.withheld],
            opens=self.moment(note.opens_at) if note.opens_at > self.now else "",
            began=Side(note.began),
            together=note.together,
            audience=str(AUDIENCES[Audience(note.audience)]),
            readers=tuple(self.names[person] for person in readers.get(note.id, []) if person in self.names),
        )

    def said(
        self, voice: Voice, labels: dict[str, str], numbers: dict[uuid.UUID, int], by_id: dict[uuid.UUID, Voice]
    ) -> Said:
        body, about = voice.body or {}, by_id.get(voice.about) if voice.about else None
        is_open = voice.answered is None
        return Said(
            id=voice.id,
            what=voice.what,
            side="me" if voice.said_by_id == self.reader else "them",
            who=self.who(voice.said_by_id),
            label=labels[voice.what],
            at=voice.said_at.astimezone(self.zone).isoformat(timespec="minutes"),
            when=self.moment(voice.said_at),
            words=self.marker(voice) if voice.what == What.MARKER else body.get("words", ""),
            version=numbers.get(voice.about) if voice.about else None,
            about=(about.body or {}).get("words", "") if about and voice.what in (What.LEFT, What.LOOKED) else "",
            waits=self.waits(voice) if is_open else "",
            is_open=is_open,
            is_mine_to_answer=is_open and voice.what == What.LOOK and voice.whom_id == self.reader,
            withheld_id=voice.withheld_id,
        )

    def marker(self, voice: Voice) -> str:
        until = datetime.datetime.fromisoformat(voice.body["until"])
        return _("%(category)s. Until %(day)s at the latest. Decided by %(one)s, agreed by %(two)s.") % {
            "category": CATEGORIES[Category(voice.body["category"])],
            "day": self.day(until),
            "one": self.names.get(uuid.UUID(voice.body["decided_by"]), ""),
            "two": self.names.get(voice.said_by_id, ""),
        }

    def waits(self, voice: Voice) -> str:
        """What an ask still waits for, in one sentence that says it plainly when the time is over."""
        if voice.what == What.ASKED:
            return _("Waits for an answer.")
        if voice.due is None:
            return ""
        late = voice.due <= self.now
        if voice.what == What.CHALLENGE:
            said = _("An answer was due by %(when)s. There is none.") if late else _("An answer is due by %(when)s.")
            return said % {"when": self.moment(voice.due)}
        name = {"name": self.names.get(voice.whom_id, "") if voice.whom_id else "", "when": self.moment(voice.due)}
        if late:
            return _("%(name)s was asked and has not answered by %(when)s. Somebody else can be asked.") % name
        return _("%(name)s was asked. An answer is due by %(when)s.") % name

    def part(self, part: Withheld) -> Part:
        is_closed = part.closed_until > self.now
        is_waiting = is_closed and part.agreed_at is None
        return Part(
            id=part.id,
            part=part.body["part"],
            reason=part.body["reason"],
            why_hidden=part.body["why_hidden"],
            category=str(CATEGORIES[Category(part.category)]),
            decided_by=self.who(part.decided_by_id),
            second=self.who(part.second_id),
            until=self.moment(part.closed_until if is_waiting else part.until),
            is_waiting=is_waiting,
            is_closed=is_closed,
            is_unmarked=part.its_kind() is Kind.SHIELDED,
            is_mine_to_answer=is_waiting and part.second_id == self.reader,
        )


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= FIRST_LETTERS else line[:FIRST_LETTERS].rsplit(" ", 1)[0] + "…"


# --- the pages ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NotesPage:
    """Notes from one number back, newest first; `older` is the number from which the next page goes on."""

    notes: list[Shown]
    # pages of her own that she shows to the reader
    shown_to_me: list[Shown]
    before: int | None
    older: int | None


def notes_in(place: Place, *, before: int | None = None) -> NotesPage:
    """One page of what was written, in four queries at most, at the same cost whatever lies behind it.

    To who sees no notes, and for whom nothing is opened by name, it is not there.
    """
    rows = _notes(place, Kind.NOTE)
    if before is not None:
        rows = rows.filter(number__lt=before)
    page = list(rows.order_by("-number")[: ON_A_PAGE + 1])
    own = [] if place.is_client else list(_notes(place, Kind.OWN).order_by("-number")[:ON_A_PAGE])
    if not page and not own and not place.sees(Kind.NOTE):
        raise NotFound
    shown = _shown(place, wholes(place, [*page[:ON_A_PAGE], *own]))
    return NotesPage(
        notes=[one for one in shown if not one.is_own],
        shown_to_me=[one for one in shown if one.is_own],
        before=before,
        older=page[ON_A_PAGE - 1].number if len(page) > ON_A_PAGE else None,
    )


def _whole(place: Place, note_id: uuid.UUID, kind: Kind) -> Whole:
    note = _notes(place, kind).filter(id=note_id).first()
    found = wholes(place, [note] if note else [])
    if not found:
        raise NotFound
    return found[0]


def note_in(place: Place, note_id: uuid.UUID) -> Shown:
    """One note with all its voices, in three queries. Raise `NotFound`."""
    return _shown(place, [_whole(place, note_id, Kind.NOTE)])[0]


def own_page(place: Place, own_id: uuid.UUID) -> Shown:
    """One of her own pages, for her and whomever she named for it. Raise `NotFound` for anybody else."""
    whole = _whole(place, own_id, Kind.OWN)
    readers = readers_of([own_id], now=place.by.now) if place.is_client else {}
    return _shown(place, [whole], readers)[0]


def own_pages(place: Place, *, before: int | None = None) -> NotesPage:
    """Her own pages, for her alone, newest first. Raise `NotFound` for anybody else."""
    if not place.is_client:
        raise NotFound
    rows = _notes(place, Kind.OWN)
    if before is not None:
        rows = rows.filter(number__lt=before)
    page = list(rows.order_by("-number")[: ON_A_PAGE + 1])
    shown = page[:ON_A_PAGE]
    readers = readers_of([note.id for note in shown], now=place.by.now)
    return NotesPage(
        notes=_shown(place, wholes(place, shown), readers),
        shown_to_me=[],
        before=before,
        older=shown[-1].number if len(page) > ON_A_PAGE else None,
    )


def named_to_me(place: Place) -> list[Shown]:
    """The single notes and own pages that were opened to the reader by name, newest first, with all their voices."""
    named = rows_named_to(place.by.person_id, now=place.by.now)
    rows = _notes(place).filter(id__in=named).order_by("-begun_at", "-id")
    return _shown(place, wholes(place, rows[:ON_A_PAGE]))


@dataclass(frozen=True)
class Compared:
    """A part of a note in two versions: its heading, and what differs."""

    heading: str
    pieces: list[Piece]


@dataclass(frozen=True)
class VersionsPage:
    """Every version of a note, and what differs between two of them."""

    note: Shown
    versions: list[Version]
    old: Version
    new: Version
    compared: list[Compared]


def versions_of(place: Place, note_id: uuid.UUID, *, old: int | None = None, new: int | None = None) -> VersionsPage:
    """Every version of a note, and the difference between any two; else between the last two."""
    whole = _whole(place, note_id, Kind.NOTE)
    draw = _Draw(place)
    versions = [draw.version(voice, number) for number, voice in enumerate(whole.versions, 1)]
    last = len(versions)
    old = old if old is not None and 1 <= old <= last else max(1, last - 1)
    new = new if new is not None and 1 <= new <= last else last
    first, second = versions[min(old, new) - 1], versions[max(old, new) - 1]
    headings = {"headline": _("Headline"), "happened": _("What happened"), "think": _("What I think")}
    compared = [
        Compared(heading, rules.difference(getattr(first, part), getattr(second, part)))
        for part, heading in headings.items()
    ]
    return VersionsPage(
        note=_shown(place, [whole])[0],
        versions=versions,
        old=first,
        new=second,
        compared=[one for one in compared if any(piece.change is not Change.SAME for piece in one.pieces)],
    )


@dataclass(frozen=True)
class WithheldPage:
    """One part that is kept from her, for who was asked to agree or to answer her challenge."""

    part: Part
    challenges: list[Said]
    may_answer_challenge: bool


def withheld_part(place: Place, withheld_id: uuid.UUID) -> WithheldPage:
    """A withheld part, its reason, and what she asked about it. Raise `NotFound` for anybody it is closed to."""
    part = access.see(place.by, Withheld, withheld_id, within=place.id)
    voices = list(
        Voice.objects.visible_to(place.by, within=place.id, only=(Kind.WITHHELD,))
        .filter(withheld_id=withheld_id)
        .order_by("number")
    )
    draw, labels, by_id = _Draw(place), _labels(), {voice.id: voice for voice in voices}
    waits = any(voice.what == What.CHALLENGE and voice.answered is None for voice in voices)
    answers = place.by.person_id == part.second_id or Role.SUPERVISOR in place.roles
    return WithheldPage(
        part=draw.part(part),
        challenges=[draw.said(voice, labels, {}, by_id) for voice in voices if voice.what != What.MARKER],
        may_answer_challenge=waits and answers and place.by.person_id != part.decided_by_id,
    )


# --- what one may do with a note -----------------------------------------------------------------------


def can_do(place: Place, note: Shown) -> frozenset[str]:
    """The forms that make sense on a note for this reader."""
    side = side_of(place.roles)

    def may(act: Act) -> bool:
        return access.may(place.by, act, about=place)

    rewrites = rules.may_rewrite(began=note.began, together=note.together, side=side)
    tapped = {
        voice.what
        for voice in note.voices
        if voice.side == "me" and voice.what in (What.SIGNED, What.READ) and voice.version == note.now.number
    }
    can = {
        "differently": may(Act.SEE_DIFFERENTLY),
        "add": may(Act.ADD_TO_NOTE),
        "now": may(Act.ADD_TO_NOTE),
        "sign": may(Act.SIGN_NOTE) and What.SIGNED not in tapped,
        "read": may(Act.SIGN_NOTE) and not tapped and note.now.side == "them",
        "ask": may(Act.ASK_CORRECTION)
        and rules.may_ask_correction(began=note.began, together=note.together, side=side),
        "correct": may(Act.CORRECT_NOTE) and rewrites,
        "leave": may(Act.LEAVE_AS_IS) and rewrites,
        "look": may(Act.ASK_TO_LOOK) and bool(may_be_asked(place, side=side, not_to=place.by.person_id)),
        "answer": any(voice.is_mine_to_answer for voice in note.voices),
        "challenge": may(Act.CHALLENGE),
        "withhold": may(Act.WITHHOLD),
        "explain": may(Act.EXPLAIN) and not note.opens,
    }
    return frozenset(name for name, is_so in can.items() if is_so)


def may_observe(place: Place) -> bool:
    """Whether a partner may write down what they observed: while something is shared with them."""
    return (
        access.may(place.by, Act.WRITE_NOTE, about=place)
        and side_of(place.roles) is Side.GUEST
        and any(partnership_id == place.id for partnership_id, _kind in place.by.shared)
    )


# --- what waits --------------------------------------------------------------------------------------


def waiting_in(place: Place) -> list[Perhaps]:
    """What waits in this room for whoever looks: one query for her where there is anything, two for everybody else."""
    me, side = place.by.person_id, side_of(place.roles)
    works_here = place.is_client or bool({Role.WORKER, Role.COVER} & place.roles)
    mine = Q(waits=WaitsFor.WHOM, whom_id=me) | Q(waits=WaitsFor.WHOM, said_by_id=me, due__lte=place.by.now)
    if works_here:
        mine |= Q(waits=side.value)
    if not place.is_client:
        mine |= Q(waits=WaitsFor.SECOND)
    voices = Voice.objects.visible_to(place.by, within=place.id).filter(mine)
    waiting = [Perhaps(voices, lambda: _said(place, voices.order_by("said_at", "number")[:MOST_WAITING]))]
    if not place.is_client:
        asked = Withheld.objects.visible_to(place.by, within=place.id).filter(
            second_id=me, agreed_at=None, refused_at=None, closed_until__gt=place.by.now
        )
        waiting.append(Perhaps(asked, lambda: _to_agree(place, asked.order_by("asked_at")[:MOST_WAITING])))
    return waiting


def _said(place: Place, voices: Iterable[Voice]) -> list[Waiting]:
    """What these say, each sentence once for each page."""
    waiting = [
        Waiting(
            _sentence(place, voice),
            reverse("notes:withheld", args=[place.id, voice.withheld_id])
            if voice.what == What.CHALLENGE
            else reverse("notes:note", args=[place.id, voice.note_id]),
        )
        for voice in voices
    ]
    return list(dict.fromkeys(waiting))


def _to_agree(place: Place, parts: Iterable[Withheld]) -> list[Waiting]:
    asks = _("%(name)s asks if you agree that something is not shown.")
    return [
        Waiting(asks % {"name": place.names[part.decided_by_id]}, reverse("notes:withheld", args=[place.id, part.id]))
        for part in parts
    ]


def _sentence(place: Place, voice: Voice) -> str:
    name = {"name": place.names.get(voice.said_by_id, "")}
    match voice.what:
        case What.VERSION if "reason" not in voice.body:
            return _("%(name)s wrote a note. Read it.") % name
        case What.VERSION:
            return _("%(name)s wrote a new version of a note. Read it.") % name
        case What.DIFFERENT:
            return _("%(name)s sees a note differently. Read it.") % name
        case What.ASKED:
            return _("%(name)s asks for a correction in a note.") % name
        case What.LEFT | What.ANSWERED | What.LOOKED:
            return _("%(name)s has answered you about a note.") % name
        case What.LOOK if voice.whom_id == place.by.person_id:
            return _("%(name)s asks you to look at a note.") % name
        case What.LOOK:
            asked = {"name": place.names.get(voice.whom_id, "") if voice.whom_id else ""}
            return _("%(name)s has not answered about a note. You can ask somebody else.") % asked
        case What.MARKER:
            return _("Something in a note is not shown to you. See why, and until when.")
        case What.CHALLENGE:
            return _("%(name)s asks why something is not shown.") % name
        case _:
            return _("%(name)s added to a note. Read it.") % name
