"""Reading the record: what stands now, the whole of it in time order, and what waits for whom."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.access import Kind, Place
from alongside.attached.queries import Attached, voices
from alongside.attached.rules import Voice, voice_in
from alongside.kit.errors import NotFound
from alongside.kit.waiting import Waiting
from alongside.record import rules
from alongside.record.models import Entry
from alongside.record.rules import COLUMNS, PICTURES, Slot, State, UrgentReason, What, WorrySort

ON_A_PAGE = 50
VERSIONS = (What.HEARD, What.CORRECTED)

URGENT_REASONS = {
    UrgentReason.DANGER_TO_LIFE: gettext_lazy("Somebody’s life is in danger"),
    UrgentReason.CHILD_AT_RISK: gettext_lazy("A child is at risk"),
    UrgentReason.COURT_TODAY: gettext_lazy("A court wants it today"),
    UrgentReason.CANNOT_SPEAK: gettext_lazy("The person it is about cannot speak now"),
}

COLUMN_HEADINGS = {
    What.WORRY: gettext_lazy("What worries us?"),
    What.HELPS: gettext_lazy("What already helps?"),
    What.WANT: gettext_lazy("What do we want to see?"),
}
WORRY_SORTS = {
    WorrySort.PAST: gettext_lazy("Something that happened"),
    WorrySort.FUTURE: gettext_lazy("Something that may come"),
    WorrySort.HARDER: gettext_lazy("Something that makes it harder"),
}


@dataclass(frozen=True)
class Standing:
    """The entry that stands in each slot, and every line of the picture; the newest entry of all is among them."""

    need: Entry | None = None
    hope: Entry | None = None
    start: Entry | None = None
    listening: Entry | None = None
    picture: Entry | None = None
    # What stands in a place of its own: the lines in the columns, where each stands, and her own view beside a line.
    lines: tuple[Entry, ...] = ()

    def at(self, place: str) -> Entry | None:
        """The entry that stands in this place."""
        found = [self.of(slot) for slot in Slot] + list(self.lines)
        return next((entry for entry in found if entry is not None and entry.stands_as == place), None)

    def line(self, begun_by: uuid.UUID) -> Entry | None:
        """The newest version of the line that this entry began."""
        return next(
            (entry for entry in self.lines if entry.thread == begun_by and entry.what != What.DIFFERENTLY), None
        )

    def beside(self, begun_by: uuid.UUID) -> Entry | None:
        """How she sees it differently: her newest answer to the line, or picture, that this entry began."""
        return next(
            (entry for entry in self.lines if entry.thread == begun_by and entry.what == What.DIFFERENTLY), None
        )

    def beside_the_picture(self) -> Entry | None:
        """Her newest answer to any version of what staff saw and think: a new version does not push it aside."""
        lines = {entry.thread for entry in self.lines if entry.what in COLUMNS}
        answers = [entry for entry in self.lines if entry.what == What.DIFFERENTLY and entry.thread not in lines]
        return max(
            (entry for entry in answers if not entry.is_taken_back), key=lambda entry: entry.number, default=None
        )

    def scale_of(self, person_id: uuid.UUID) -> Entry | None:
        """Where this person said last that it stands."""
        return next((entry for entry in self.lines if entry.what == What.SCALE and entry.said_by_id == person_id), None)

    def of(self, slot: Slot) -> Entry | None:
        found: Entry | None = getattr(self, slot.value)
        return found

    def id_in(self, slot: Slot) -> uuid.UUID | None:
        entry = self.of(slot)
        return entry.id if entry else None

    @property
    def next_number(self) -> int:
        standing = [*self.lines, *(entry for slot in Slot if (entry := self.of(slot)) is not None)]
        return 1 + max((entry.number for entry in standing), default=0)

    @property
    def said(self) -> bool:
        """Her need or her hope stands in her own words."""
        return any(entry is not None and not entry.is_taken_back for entry in (self.need, self.hope))

    @property
    def waived(self) -> bool:
        return self.start is not None and self.start.what == What.YOU_START

    @property
    def waiver_can_be_taken_back(self) -> bool:
        written = [entry for entry in self.lines if rules.is_staffs(entry.stands_as or "")]
        written += [self.picture] if self.picture else []
        return (
            self.start is not None
            and self.waived
            and rules.waiver_can_be_taken_back(
                waived_as=self.start.number, pictured_as=max((entry.number for entry in written), default=None)
            )
        )

    @property
    def picture_is_open(self) -> bool:
        return rules.picture_is_open(said=self.said, waived=self.waived)

    @property
    def state(self) -> State:
        """Where listening back stands."""
        return rules.STATE_AFTER[What(self.listening.what)] if self.listening else State.NOTHING


def _entries(place: Place, *only: Kind) -> Any:
    return Entry.objects.visible_to(place.by, within=place.id, only=only)


def _standing(entries: Any) -> Standing:
    return standing_of(entries.filter(stands_as__isnull=False))


def standing_of(entries: Iterable[Entry]) -> Standing:
    """What stands among these entries, and where."""
    slots, lines, known = {}, [], set(Slot)
    for entry in entries:
        if entry.stands_as in known:
            slots[entry.stands_as] = entry
        elif entry.stands_as:
            lines.append(entry)
    return Standing(**slots, lines=tuple(sorted(lines, key=lambda entry: entry.number)))


def answer_to(entry: Entry, standing: Standing) -> Entry | None:
    """How she sees this line, or picture, differently: what stands beside it wherever it is shown."""
    begun_by = begun_by_of(entry)
    if begun_by is None or not standing.lines:
        return None
    answer = standing.beside(begun_by)
    if answer is None and entry == standing.picture:
        answer = standing.beside_the_picture()
    return answer if answer is not None and not answer.is_taken_back else None


def begun_by_of(entry: Entry) -> uuid.UUID | None:
    """The entry that began the line, or picture, of which this is a version; nothing for all others."""
    if entry.what in COLUMNS:
        found: uuid.UUID | None = entry.thread
        return found
    return entry.id if entry.what in PICTURES else None


def voice_of(entry: Entry) -> Voice | None:
    """The voice note in which she said this, if she did."""
    return voice_in(entry.body) if entry.what in (What.NEED, What.HOPE) else None


def standing_in(place: Place) -> Standing:
    """What stands now, in one query, whatever lies behind it."""
    return _standing(_entries(place))


# --- entries as a page shows them ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a page shows it, every text of it ready to be drawn."""

    number: int
    what: str
    side: str  # "me" for the reader's own, "them" for the others'
    who: str
    label: str
    at: str  # for programs
    when: str  # for people
    words: str
    more: tuple[tuple[str, str], ...]  # (heading, text)
    # Of a line of the picture: the entry that began it, this version of it, and its sort if it is a worry.
    begun_by: uuid.UUID | None = None
    version: uuid.UUID | None = None
    sort: str = ""
    sort_label: str = ""
    # Whom it is written to, by name: worries are written to her.
    to: str = ""
    # How she sees it differently: it stands beside the line wherever that is shown.
    beside: tuple[Line, ...] = ()
    # What she said instead of typing it, or beside it; `words` are then what she says yes to of its written form.
    voice: Attached | None = None


@lru_cache(maxsize=4096)
def _written(language: str, minute: datetime.datetime) -> str:
    return date_format(minute, "DATETIME_FORMAT")


def _labels(place: Place) -> dict[str, str]:
    before_hers = (
        _("The picture so far, written before your words")
        if place.is_client
        else _("The picture so far, written before the words of %(name)s") % {"name": place.client_name}
    )
    return {
        What.NEED: _("What I need"),
        What.HOPE: _("What I hope for"),
        What.YOU_START: _("You start"),
        What.WAIT_FOR_ME: _("Wait for my words"),
        What.HEARD: _("What I heard"),
        What.NOT_QUITE: _("Not quite"),
        What.CORRECTED: _("What I heard, corrected"),
        What.YES: _("Yes, that is what I meant"),
        What.SKIPPED: _("Go on without this"),
        What.PICTURE: _("The picture so far"),
        What.URGENT: before_hers,
        **{what: str(heading) for what, heading in COLUMN_HEADINGS.items()},
        What.SCALE: _("Where we stand, from 0 to 10"),
        What.DIFFERENTLY: _("I see it differently"),
    }


def _headings() -> dict[str, str]:
    return {
        "reason": _("Why it could not wait"),
        "sentence": _("What was going on"),
        "saw": _("What I saw and was told"),
        "think": _("What I think"),
    }


def _parts(body: dict[str, str], headings: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The parts of a picture that were written, each under its heading; the reason as a sentence."""
    return tuple(
        (heading, str(URGENT_REASONS[UrgentReason(body[part])]) if part == "reason" else body[part])
        for part, heading in headings.items()
        if body.get(part)
    )


def _label(entry: Entry, body: dict[str, Any], labels: dict[str, str]) -> str:
    label = labels[entry.what]
    if entry.is_taken_back:
        return _("%(label)s: taken back") % {"label": label}
    if entry.what == What.SCALE:
        return _("%(label)s: %(number)s") % {"label": label, "number": body["number"]}
    return label


def _lines(place: Place, entries: Iterable[Entry], standing: Standing) -> list[Line]:
    """Turn entries into lines. Texts are opened here, and only those of these entries and what stands beside them."""
    labels, headings, names, reader = _labels(place), _headings(), place.names, place.by.person_id
    you, language, zone = _("You"), translation.get_language(), timezone.get_current_timezone()
    entries = list(entries)
    spoken = voices(place, {voice: entry.said_by_id for entry in entries if (voice := voice_of(entry)) is not None})

    def drawn(entry: Entry) -> Line:
        body, mine = entry.body or {}, entry.said_by_id == reader
        at = entry.said_at.astimezone(zone)
        answer = answer_to(entry, standing)
        to_her = entry.what == What.WORRY and entry.said_by_id != place.client_id and bool(body)
        said = voice_of(entry)
        voice = spoken.get(said.id) if said is not None else None
        return Line(
            number=entry.number,
            what=entry.what,
            side="me" if mine else "them",
            who=you if mine else names[entry.said_by_id],
            label=_label(entry, body, labels),
            at=at.isoformat(timespec="minutes"),
            when=_written(language, at.replace(second=0, microsecond=0)),
            words=body.get("words", "") or (voice.words if voice is not None else ""),
            more=_parts(body, headings) if "saw" in body else (),
            begun_by=entry.thread if entry.what == What.DIFFERENTLY else begun_by_of(entry),
            version=entry.id,
            sort=body.get("sort", ""),
            sort_label=str(WORRY_SORTS[WorrySort(body["sort"])]) if "sort" in body else "",
            to=place.client_name if to_her else "",
            beside=(drawn(answer),) if answer is not None else (),
            voice=voice,
        )

    return [drawn(entry) for entry in entries]


@dataclass(frozen=True)
class Pinned:
    """What stands on top of every page of this room: her words; and what was written before them, and why."""

    need: Line | None
    hope: Line | None
    urgent: Line | None


def _to_pin(standing: Standing) -> list[Entry]:
    """Her need and her hope where they stand, and the picture if it was written before them."""
    pinned = [entry for entry in (standing.need, standing.hope) if entry is not None and not entry.is_taken_back]
    if standing.picture is not None and standing.picture.what == What.URGENT:
        pinned.append(standing.picture)
    return pinned


def pinned_in(place: Place) -> Pinned:
    """Her words as they stand, for pages of others. One query, and one more where she spoke."""
    _must_see(place, Kind.WORDS)
    standing = place.once(standing_in)
    return _pinned(_lines(place, _to_pin(standing), standing))


def _pinned(lines: Iterable[Line]) -> Pinned:
    found = {line.what: line for line in lines}
    return Pinned(need=found.get(What.NEED), hope=found.get(What.HOPE), urgent=found.get(What.URGENT))


def _earlier(place: Place, standing: Standing, kind: Kind, *whats: What) -> list[Line]:
    """The newest entries of a kind that stand no longer, newest first. Older ones are in the record itself."""
    earlier = _entries(place, kind).filter(stands_as=None, what__in=whats).order_by("-number")
    return _lines(place, earlier[:ON_A_PAGE], standing)


def _must_see(place: Place, *kinds: Kind) -> None:
    """To a seat that opens none of these kinds the page is not there."""
    if not any(place.sees(kind) for kind in kinds):
        raise NotFound


# --- the pages -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RecordPage:
    """The record from one entry back: fifty lines, newest first, and the number from which the next page goes on."""

    pinned: Pinned
    lines: list[Line]
    before: int | None
    older: int | None


def record_in(place: Place, *, before: int | None = None) -> RecordPage:
    """One page of the whole record, in two queries, at the same cost whatever lies behind it."""
    _must_see(place, *Entry.KINDS)
    entries = _entries(place)
    standing = _standing(entries)
    if before is not None:
        entries = entries.filter(number__lt=before)
    found = list(entries.order_by("-number")[: ON_A_PAGE + 1])
    pinned = _to_pin(standing)
    drawn = _lines(place, [*pinned, *found[:ON_A_PAGE]], standing)
    lines = drawn[len(pinned) :]
    return RecordPage(
        pinned=_pinned(drawn[: len(pinned)]),
        lines=lines,
        before=before,
        older=lines[-1].number if len(found) > ON_A_PAGE else None,
    )


@dataclass(frozen=True)
class WordsPage:
    """Her words as they stand, and as they were before."""

    pinned: Pinned
    standing: Standing
    earlier: list[Line]


def words_in(place: Place) -> WordsPage:
    """Her need and her hope, and their earlier versions, newest first."""
    _must_see(place, Kind.WORDS)
    standing = standing_in(place)
    return WordsPage(
        pinned=_pinned(_lines(place, _to_pin(standing), standing)),
        standing=standing,
        earlier=_earlier(place, standing, Kind.WORDS, What.NEED, What.HOPE),
    )


@dataclass(frozen=True)
class ListeningPage:
    """What was heard: the thread that is open or was the last, in the order in which it went; and earlier ones."""

    pinned: Pinned
    standing: Standing
    thread: list[Line]
    earlier: list[Line]

    @property
    def heard(self) -> Line | None:
        """The newest version of what was heard in this thread."""
        return next((line for line in reversed(self.thread) if line.what in VERSIONS), None)


def listening_in(place: Place) -> ListeningPage:
    """What was heard and what she answered, every version, in order."""
    _must_see(place, Kind.LISTENING)
    standing = standing_in(place)
    now_open = standing.listening.thread if standing.listening else None
    found = list(reversed(_entries(place, Kind.LISTENING).order_by("-number")[:ON_A_PAGE]))
    return ListeningPage(
        pinned=_pinned(_lines(place, _to_pin(standing), standing)),
        standing=standing,
        thread=_lines(place, [entry for entry in found if entry.thread == now_open], standing),
        earlier=_lines(place, [entry for entry in found if entry.thread != now_open], standing),
    )


@dataclass(frozen=True)
class Column:
    """One of the three questions, with what she put there and what those who work with her did, oldest first."""

    what: What
    heading: str
    hers: list[Line]
    theirs: list[Line]


@dataclass(frozen=True)
class PicturePage:
    """The picture so far: three columns, where each stands, what staff saw and think, and what stood there earlier."""

    pinned: Pinned
    standing: Standing
    columns: list[Column]
    scales: list[Line]  # the newest of each person, hers first
    standing_lines: list[Line]  # one, or none
    written: dict[str, str]  # what stands, part by part
    earlier: list[Line]

    @property
    def lines(self) -> list[Line]:
        """All that stands, in the order of the page, each with how she sees it differently beside it."""
        in_columns = [line for column in self.columns for line in [*column.hers, *column.theirs]]
        return [*in_columns, *self.scales, *self.standing_lines]


def picture_in(place: Place) -> PicturePage:
    """What both put into the picture, as it stands and as it was before. Two queries."""
    _must_see(place, Kind.PICTURE)
    standing = standing_in(place)
    stands = [entry for entry in standing.lines if entry.what in COLUMNS and not entry.is_taken_back]
    lines = dict(zip(stands, _lines(place, stands, standing), strict=True))
    scales = [entry for entry in standing.lines if entry.what == What.SCALE]
    return PicturePage(
        pinned=_pinned(_lines(place, _to_pin(standing), standing)),
        standing=standing,
        columns=[
            Column(
                what,
                str(COLUMN_HEADINGS[what]),
                hers=[line for entry, line in lines.items() if entry.what == what and _is_hers(place, entry)],
                theirs=[line for entry, line in lines.items() if entry.what == what and not _is_hers(place, entry)],
            )
            for what in COLUMNS
        ],
        scales=_lines(place, sorted(scales, key=lambda entry: not _is_hers(place, entry)), standing),
        standing_lines=_lines(place, [standing.picture] if standing.picture else [], standing),
        written={part: standing.picture.body[part] if standing.picture else "" for part in ("saw", "think")},
        earlier=_earlier(place, standing, Kind.PICTURE, *PICTURES, *COLUMNS, What.SCALE, What.DIFFERENTLY),
    )


def _is_hers(place: Place, entry: Entry) -> bool:
    return entry.said_by_id == place.client_id


# --- what waits, and what can be counted -----------------------------------------------------------


def waiting_in(place: Place) -> list[Waiting]:
    """What waits in this room for whoever looks, in one query; nothing for a seat that does not open it."""
    if not place.sees(Kind.WORDS):
        return []
    standing, name = place.once(standing_in), {"name": place.client_name}
    waiting = []

    def waits(sentence: str, page: str) -> None:
        waiting.append(Waiting(sentence, reverse(f"record:{page}", args=[place.id])))

    if place.is_client:
        if standing.state in (State.SENT, State.CORRECTED) and standing.listening is not None:
            heard_by = {"name": place.names[standing.listening.said_by_id]}
            waits(_("%(name)s wrote down what you said. Is it right?") % heard_by, "listening")
        if not standing.picture_is_open:
            if standing.picture is not None:
                wrote = {"name": place.names[standing.picture.said_by_id]}
                waits(_("%(name)s wrote something before your words. See what, and why.") % wrote, "picture")
            waits(_("Say what you need and what you hope for."), "words")
        return waiting
    if standing.state is State.NOT_QUITE:
        waits(_("%(name)s said “not quite”. Read it, and write again what you heard.") % name, "listening")
    if not standing.picture_is_open:
        waits(_("The picture so far waits for the words of %(name)s.") % name, "words")
    elif standing.state is State.NOTHING:
        waits(_("Tell %(name)s what you heard.") % name, "listening")
    return waiting


@dataclass(frozen=True)
class HeardRight:
    """How listening back went: threads sent, threads she confirmed, her “not quite”s, and those that were answered."""

    confirmed: int
    sent: int
    corrections: int
    corrections_answered: int


def heard_right(place: Place) -> HeardRight:
    """Count measure M7, “heard right”: confirmed of those sent, and answered of her corrections."""
    return HeardRight(
        **_entries(place, Kind.LISTENING).aggregate(
            confirmed=Count("pk", filter=Q(what=What.YES)),
            sent=Count("pk", filter=Q(what=What.HEARD)),
            corrections=Count("pk", filter=Q(what=What.NOT_QUITE)),
            corrections_answered=Count("pk", filter=Q(what=What.CORRECTED)),
        )
    )
