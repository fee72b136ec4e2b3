"""A copy as people read it: the same rows as in `my-copy.json`, put in order and into words.

Nothing here knows the rooms one by one. A row stands under the row that it answers or belongs to, so
that a disagreement is beside what it disagrees with; what a person wrote is shown to the letter; and
our own few words are said as in `WORDS`. What a new room keeps is shown at once, and gets its labels here.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alongside.access.kinds import NAMES, Kind
from alongside.access.sentences import DONE
from alongside.access.trail import READ
from alongside.access.way_in import role_name
from alongside.agreement import wording as agreement
from alongside.decisions.wording import POINTS
from alongside.people.rules import Role
from alongside.record.queries import URGENT_REASONS
from alongside.takeaway.fields import from_moment
from alongside.takeaway.gathering import tables_in_a_copy
from alongside.vault.fields import EncryptedBytes, EncryptedText

# In this order; her words first. Kinds that are not named come after them.
FIRST = (
    Kind.WORDS, Kind.LISTENING, Kind.PICTURE, Kind.NOTE, Kind.OWN, Kind.STRENGTH, Kind.TOPIC, Kind.DECISION,
    Kind.SAFETY, Kind.AGREEMENT, Kind.WORDING, Kind.REACH, Kind.SHARE,
)  # fmt: skip

# What stands above a thing, by what its row says that it is.
HEADS: dict[str, str | Promise] = {
    "need": lazy("What I need"),
    "hope": lazy("What I hope for"),
    "you_start": lazy("“You start”"),
    "wait_for_me": lazy("“Wait for my words after all”"),
    "heard": lazy("What I heard"),
    "not_quite": lazy("Not quite"),
    "corrected": lazy("Heard again"),
    "yes": lazy("Yes, that is what I meant"),
    "skipped": lazy("Skipped"),
    "picture": lazy("The picture so far"),
    "urgent": lazy("Written before my words, because it could not wait"),
    "way": lazy("A way"),
    "good": lazy("A good side"),
    "hard": lazy("A hard side"),
    "matter": lazy("What matters"),
    "frame": lazy("What others have fixed"),
    "wording": lazy("In other words; before that it said"),
    "weighing": lazy("How I weighed"),
    "lean": lazy("I lean to …"),
    "ask": lazy("Asked"),
    "check": lazy("The check before deciding"),
    "pushed": lazy("Whether somebody pushes me"),
    "choice": lazy("My choice"),
    "looking_back": lazy("Looking back"),
    "reopening": lazy("Open again"),
    "version": lazy("A version"),
    "added": lazy("Added"),
    "different": lazy("I see it differently"),
    "later": lazy("How I see it now"),
    "signed": lazy("Signed"),
    "read": lazy("Read"),
    "asked": lazy("Please correct this"),
    "left": lazy("It stays as it is, and why"),
    "look": lazy("A third person was asked to look"),
    "looked": lazy("Looked at by a third person"),
    "marker": lazy("Something isn’t shown here"),
    "challenge": lazy("I ask why it isn’t shown"),
    "answered": lazy("An answer"),
    "photo": lazy("A photo"),
    "voice": lazy("A voice note"),
    "good_at": lazy("What I am good at"),
    "helps": lazy("What helps"),
    "managed": lazy("Something I managed"),
    "seen": lazy("“I saw you do this”"),
    "more": lazy("A bit more"),
    "details": lazy("All of it"),
    "pace": lazy("How fast, and what stops it"),
    "moved": lazy("Moved"),
    "proposed": lazy("Offered"),
    "talked": lazy("We talked about it"),
    "looked_back": lazy("Whether it was good to talk"),
}
TABLES: dict[str, str | Promise] = {
    "agreement.AgreementVersion": lazy("A version that both accepted"),
    "agreement.AgreementDraft": lazy("A draft"),
    "agreement.Acceptance": lazy("Accepted"),
    "decisions.Decision": lazy("What shall we do about…?"),
    "access.AskedWhy": lazy("I asked why somebody looked"),
    "consent.Invitation": lazy("Invited"),
    "glass.Opening": lazy("Somebody was let in because it could not wait"),
    "notes.Note": lazy("A note"),
    "notes.Withheld": lazy("A part that was not shown for a time"),
    "plain.SayBack": lazy("Explained, and said back"),
    "plain.Wording": lazy("Words I like, and words I don’t"),
    "sharing.Ask": lazy("I was asked to share"),
    "sharing.Breach": lazy("Something was passed on"),
    "together.Paper": lazy("Written together"),
    "together.Typed": lazy("Something was typed"),
    "together.Pen": lazy("Wrote in it"),
    "conversations.Thread": lazy("How our conversation stood"),
    "conversations.Message": lazy("A message"),
    "conversations.Words": lazy("A message in other words, or one that was taken back"),
    "conversations.Receipt": lazy("What was said about messages"),
    "conversations.Became": lazy("What a message became"),
    "topics.Aftercare": lazy("Somebody asks on the day after"),
    "topics.Practice": lazy("It helped"),
    "topics.Topic": lazy("To talk about"),
    "attached.Transcript": lazy("What is said, in writing"),
    "decisions.View": lazy("A worker’s own view"),
    "decisions.Gap": lazy("What was still missing"),
    "glass.Exclusion": lazy("Who shall not look"),
    "reach.ContactRule": lazy("How and when to reach me"),
    "reach.PastHours": lazy("Somebody asked to write outside my hours"),
    "consent.Share": lazy("Shared"),
    "sharing.Receipt": lazy("A receipt; it stands in the file receipts.json"),
    "consent.NamedReader": lazy("Named as a reader"),
}

# What stands in a file of its own beside the page.
BESIDE = {"sharing.Receipt"}

# What stands beside a value, by the name of its column or of its place in one. An empty label says
# that the words stand for themselves; `None`, that it is of no use to a reader.
LABELS: dict[str, str | Promise | None] = {
    "words": "", "text": "", "title": "", "label": "", "question": "", "headline": "",
    "way_kind": "", **{str(point.value): text for point, text in POINTS.items()},
    "saw": lazy("What was seen and told"), "think": lazy("What is thought about it"),
    "happened": lazy("What happened"), "reason": lazy("Why"), "sentence": lazy("Why it could not wait"),
    "situation": lazy("How things are"), "living": lazy("Living with it"), "cost": lazy("What it costs"),
    "certainty": lazy("How sure it is"), "source": lazy("Where this is from"), "source_date": lazy("From when"),
    "authority": lazy("Who has fixed it"), "fixed": lazy("What is fixed"), "still_open": lazy("What is open"),
    "main": lazy("First"), "backup": lazy("If that does not work"), "revisit_if": lazy("I look again if"),
    "review_on": lazy("I look back on"), "why": lazy("Why"), "learned": lazy("What I learned"),
    "what": lazy("What"), "who": lazy("Who"), "until": lazy("Until"), "note": lazy("A note"),
    "must": lazy("Must be"), "weight": lazy("How much it matters, 0 to 5"), "fit": lazy("How well it fits, −2 to 2"),
    "again": lazy("Would I choose it again, 1 to 5"), "by_when": lazy("By when"),
    "can_wait_until": lazy("Can wait until"),
    "seconds": lazy("Seconds"),
    "taken_back_at": lazy("Taken back"), "opened_at": lazy("Opened"), "closed_at": lazy("Closed"),
    "channel": lazy("How"), "number": lazy("Where"), "from_hour": lazy("From"), "to_hour": lazy("To"),
    "voicemail": lazy("Voicemail"), "code_word": lazy("The word that tells it is really us"),
    "never": lazy("Never"), "purpose": lazy("What for"), "shared": lazy("What"), "begins": lazy("From"),
    "ends": lazy("Until"), "withdrawn_at": lazy("Taken back"), "paused_at": lazy("Paused"),
    "holds_from": lazy("Holds from"), "done_at": lazy("Done"), "due": lazy("Until"), "due_at": lazy("Until"),
    "category": lazy("Why"), "closed_until": lazy("Not shown until"), "answered_at": lazy("Answered"),
    "answer": lazy("The answer"), "state": lazy("Where it stands"), "called": lazy("Who"), "where": lazy("Where"),
    "invited_at": lazy("Invited"), "promised_at": lazy("They promised to keep it to themselves"),
    "person_id": lazy("Who"), "who_id": lazy("Who"), "whom_id": lazy("Whom"), "second_id": lazy("Second person"),
    "since": lazy("From"), "edits": None, "drawn_with": None, "order": None, "all_yes": None,
    "good_enough": lazy("Good enough"),
}  # fmt: skip

# Our own few words, where they stand as a value.
WORDS: dict[str, str | Promise] = {
    "stay": lazy("Leave things as they are"), "other": lazy("Something else"),
    "third_person": lazy("it is about somebody else too"), "serious_harm": lazy("it could put somebody in danger"),
    "court_order": lazy("a court said so"), "to_talk": lazy("to talk about"), "not_yet": lazy("not yet"),
    "ready": lazy("ready"), "kept": lazy("kept"), "declined": lazy("no, thank you"),
    "here": lazy("only inside this space"), "call": lazy("by phone call"), "letter": lazy("by letter"),
    "proposed": lazy("written down, and not confirmed"), "corrected": lazy("corrected by whoever spoke"),
    "yes": lazy("yes"), "not_sure": lazy("not sure"), "no": lazy("no"), "client": lazy("the person it is about"),
    "worker": lazy("social worker"), **{reason.value: text for reason, text in URGENT_REASONS.items()},
}  # fmt: skip

_WHO = ("said_by_id", "author_id", "written_by_id", "accepted_by_id", "opened_by_id", "begun_by_id", "asked_by_id",
        "offered_by_id", "named_by_id", "promised_by_id", "explained_by_id",
        "decided_by_id", "given_by_id", "kept_by_id", "by_id")  # fmt: skip
_WHEN = ("said_at", "added_at", "written_at", "accepted_at", "opened_at", "begun_at", "given_at", "asked_at",
         "holds_from", "made_at", "offered_at", "named_at", "explained_at", "invited_at", "done_at", "at", "since",
         "begins", "kept_at")  # fmt: skip
_SORT = ("what", "sort", "mark")
_ORDER = {name: number for number, name in enumerate(LABELS)}
# By their plain values: another house may have known words that this one does not.
_KINDS: dict[str, str | Promise] = {kind.value: name for kind, name in NAMES.items()}
_DONE: dict[str, Promise] = {act.value: sentence for act, sentence in DONE.items()}
_ROLES = {role.value for role in Role}
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")


@dataclass
class Line:
    """A value with what stands beside it; `words` says that a person wrote it."""

    label: str
    text: str
    words: bool = True
    # The name of a file beside the page, where it can be seen or heard.
    picture: str = ""
    sound: str = ""
    # The side on which the text begins, as its first letter says: an English sentence in an Arabic copy, say.
    right_to_left: bool = field(init=False)

    def __post_init__(self) -> None:
        sides = (unicodedata.bidirectional(letter) for letter in self.text)
        first = next((side for side in sides if side in ("L", "R", "AL")), "")
        self.right_to_left = first in ("R", "AL") if first else get_language_bidi()


@dataclass
class Item:
    """One thing that was said or done, with what answers it and what belongs to it."""

    head: str
    who: str = ""
    when: str = ""
    hers: bool = False
    lines: list[Line] = field(default_factory=list)
    under: list[Item] = field(default_factory=list)


@dataclass
class Section:
    """A part of the copy."""

    title: str
    items: list[Item]


@dataclass
class Readable:
    """The whole copy, in the language that is switched on."""

    name: str
    house: str
    made: str
    notes: list[str]
    sections: list[Section]
    looked: list[Item]

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class _Row:
    label: str
    model: Any
    row: dict[str, Any]
    when: str
    under: list[_Row] = field(default_factory=list)


def readable(copy: dict[str, Any]) -> Readable:
    """The copy in words, in the language and the time zone that are switched on."""
    return _Reader(copy).all()


def _file(name: str) -> Line:
    """A photo or a voice note: the page shows it, paper names it."""
    is_picture = name.endswith((".jpg", ".png", ".webp"))
    return Line(_("In the file"), name, words=False, **{"picture" if is_picture else "sound": name})


def day(text: str) -> str:
    return date_format(datetime.date.fromisoformat(text[:10]))


def hour(text: str) -> str:
    return date_format(timezone.localtime(datetime.datetime.fromisoformat(text)), "DATETIME_FORMAT")


class _Reader:
    def __init__(self, copy: dict[str, Any]) -> None:
        self.copy = copy
        self.client = copy["space"]["client"]
        known = [*(one for house in copy["houses"] for one in house["people"]), *copy["people"]]
        self.names: dict[str, str] = {one["id"]: one["called"] for one in known}
        self.rows = self._rows()
        self.titles = {row.row["id"]: self._title(row) for row in self.rows}

    def all(self) -> Readable:
        made = self.copy["made"]
        return Readable(
            name=self.names[self.client],
            house=made["house"],
            made=hour(made["at"]),
            notes=self._notes(),
            sections=self._sections(),
            looked=self._looked(),
        )

    # --- order ---------------------------------------------------------------------------------------

    def _rows(self) -> list[_Row]:
        models = tables_in_a_copy()
        rows = [
            _Row(label, models[label], row, next((row[name] for name in _WHEN if row.get(name)), ""))
            for label, table in self.copy["tables"].items()
            for row in table
        ]
        return sorted(rows, key=lambda one: (one.when, one.label, one.row.get("number") or 0, one.row["id"]))

    def _roots(self) -> list[_Row]:
        """Each row under the one that it answers or belongs to; a row of its own table counts before others."""
        place = {one.row["id"]: number for number, one in enumerate(self.rows)}
        labels = {one.row["id"]: one.label for one in self.rows}
        roots: list[_Row] = []
        for one in self.rows:
            pointed = [
                value
                for name, value in one.row.items()
                if name != "id" and isinstance(value, str) and value in place and self._is_before(one, value, place)
            ]
            pointed.sort(key=lambda value: labels[value] != one.label)
            (self.rows[place[pointed[0]]].under if pointed else roots).append(one)
        return roots

    def _is_before(self, one: _Row, other: str, place: dict[str, int]) -> bool:
        parent = self.rows[place[other]]
        if parent.label == one.label:
            return place[other] < place[one.row["id"]]
        # What belongs to a thing may bear an earlier hour than the thing: a table never points both ways.
        keys = (each for each in one.model._meta.concrete_fields if each.is_relation)
        return any(key.remote_field.model is parent.model for key in keys) or parent.when <= one.when

    def _kind(self, one: _Row) -> str:
        model = one.model
        if getattr(model, "KINDS", ()):
            return str(one.row["kind"])
        kind = getattr(model, "KIND", None)
        return str(kind.value) if kind else Kind.SHARE.value

    def _sections(self) -> list[Section]:
        by_kind: dict[str, list[Item]] = {}
        for one in self._roots():
            by_kind.setdefault(self._kind(one), []).append(self._item(one))
        order = [*(kind.value for kind in FIRST), *sorted(by_kind)]
        return [Section(str(NAMES[Kind(kind)]), by_kind[kind]) for kind in dict.fromkeys(order) if kind in by_kind]

    # --- one thing -----------------------------------------------------------------------------------

    def _item(self, one: _Row) -> Item:
        row = one.row
        who = next((row[name] for name in _WHO if row.get(name)), "")
        when = next((row[name] for name in _WHEN if row.get(name)), "")
        return Item(
            head=self._head(one),
            who=self.names.get(who, ""),
            when=hour(when) if when else "",
            hers=who == self.client,
            lines=self._lines(one),
            under=[self._item(each) for each in one.under],
        )

    def _head(self, one: _Row) -> str:
        said = next((one.row[name] for name in _SORT if isinstance(one.row.get(name), str)), None)
        if one.label in TABLES:
            return str(TABLES[one.label])
        return str(HEADS.get(said or "", ""))

    def _title(self, one: _Row) -> str:
        """What a thing is called where another one names it."""
        for each in one.model._meta.concrete_fields:
            value = one.row.get(each.attname)
            if isinstance(each, EncryptedText) and isinstance(value, dict):
                for name in ("title", "label", "headline", "question"):
                    if isinstance(value.get(name), str) and value[name]:
                        return str(value[name])
        return str(one.row.get("question") or "")

    def _lines(self, one: _Row) -> list[Line]:
        if one.label in ("agreement.AgreementVersion", "agreement.AgreementDraft"):
            return self._agreement(one)
        lines: list[Line] = []
        if one.label in BESIDE:
            return lines
        for each in one.model._meta.concrete_fields:
            name, value = each.attname, one.row.get(each.attname)
            if value in (None, "", [], {}):
                continue
            if isinstance(each, EncryptedBytes):
                lines.append(_file(value["file"]))
            elif isinstance(each, EncryptedText):
                lines += self._texts(name, value)
            elif name in LABELS and name not in (*_SORT, "number") and name not in _WHO:
                lines += self._facts(name, value)
        return lines

    def _texts(self, name: str, value: Any) -> list[Line]:
        """What a person wrote, as deep as it lies."""
        if isinstance(value, dict):
            parts = sorted(value.items(), key=lambda part: _ORDER.get(str(part[0]), len(_ORDER)))
            return [line for key, inner in parts for line in self._texts(str(key), inner)]
        if isinstance(value, list):
            known = [self.titles[each] for each in value if isinstance(each, str) and self.titles.get(each)]
            if known:
                return [Line(self._label(name), " · ".join(known))]
            return [line for inner in value for line in self._texts(name, inner)]
        if value is None or value == "" or value is False or LABELS.get(name, "") is None:
            return []
        ids = _ID.findall(name)
        if ids:  # how she weighed: the place says what is weighed
            what = " · ".join(filter(None, (self.titles.get(each, "") for each in ids)))
            label = self._label(name.split(":")[0])
            return [Line(what, label if value is True else f"{label}: {value}", words=False)] if what else []
        if isinstance(value, bool | int):  # a tap or a number says nothing without its question
            label = self._label(name)
            return [Line(label, _("yes") if value is True else str(value), words=False)] if label else []
        text = str(value)
        if _MOMENT.fullmatch(text):
            return [Line(self._label(name), hour(text), words=False)]
        if _ID.fullmatch(text):
            found = self.titles.get(text) or self.names.get(text, "")
            return [Line(self._label(name), found)] if found else []
        if text in WORDS:
            return [Line(self._label(name), str(WORDS[text]), words=False)]
        if _DAY.fullmatch(text):
            return [Line(self._label(name), day(text), words=False)]
        return [Line(self._label(name), text)]

    def _facts(self, name: str, value: Any) -> list[Line]:
        if isinstance(value, bool):
            return [Line(self._label(name), _("yes"), words=False)] if value else []
        text = str(value)
        if _MOMENT.fullmatch(text):
            text = hour(text)
        elif _DAY.fullmatch(text):
            text = day(text)
        elif _ID.fullmatch(text):
            text = self.names.get(text) or self.titles.get(text, "")
        else:
            text = str(WORDS.get(text, _KINDS.get(text, text)))
        return [Line(self._label(name), text, words=False)] if text else []

    def _label(self, name: str) -> str:
        return str(LABELS.get(name) or "")

    def _agreement(self, one: _Row) -> list[Line]:
        body = one.row["body"]
        names = agreement.Names(self.names[self.client], self._worker(), self.copy["made"]["house"])
        lines = []
        for part in agreement.parts_of(body, names).values():
            shown = [
                Line(line.label if len(part.lines) > 1 else part.title, line.text, line.words) for line in part.lines
            ]
            lines += shown
        for power in agreement.rows_of(body, names):
            lines.append(Line(power.what, " · ".join(filter(None, (power.who, power.note)))))
        return lines

    def _worker(self) -> str:
        seats = [seat for house in self.copy["houses"] for seat in house["seats"] if seat["role"] == Role.WORKER]
        return self.names.get(seats[-1]["person"], "") if seats else ""

    # --- around it -----------------------------------------------------------------------------------

    def _notes(self) -> list[str]:
        """What a reader should know before she reads: what is closed, a hold, an erasure that was asked for."""
        made, notes = self.copy["made"], []
        if made["closed"]:
            number = len(made["closed"])
            notes.append(
                ngettext(
                    "%(number)d thing is there and is not in this copy, because it is not open to you yet. "
                    "You can ask why.",
                    "%(number)d things are there and are not in this copy, because they are not open to you yet. "
                    "You can ask why.",
                    number,
                )
                % {"number": number}
            )
        if made["erased_on"]:
            notes.append(_("You asked that everything is erased on %(day)s.") % {"day": hour(made["erased_on"])})
        notes += [
            _("A legal hold until %(day)s forbids erasing this. Why: %(basis)s. What it is about: %(scope)s.")
            % {"day": hour(hold["until"]), "basis": hold["basis"], "scope": hold["scope"]}
            for hold in made["holds"]
        ]
        for house in self.copy["houses"][:-1]:
            notes.append(
                _("Until %(day)s this was kept at %(house)s, and brought along from there.")
                % {"day": hour(house["until"]), "house": house["name"]}
            )
        return notes

    def _looked(self) -> list[Item]:
        """Who has looked and who has done what, day by day, in plain sentences; what she read herself is hers."""
        items = []
        for house in self.copy["houses"]:
            days: dict[tuple[str, str, str], Counter[str]] = {}
            for line in house["trail"]:
                if line["actor"] == self.client and line["doing"] == READ:
                    continue
                sentence = self._sentence(line)
                if sentence:
                    when = timezone.localtime(from_moment(line["at"])).date().isoformat()
                    days.setdefault((when, line["actor"], line["role"]), Counter())[sentence] += 1
            for (when, actor, role), sentences in days.items():
                items.append(
                    Item(
                        head=self.names.get(actor, "") or house["name"],
                        who=role_name(Role(role)) if role in _ROLES else "",
                        when=day(when),
                        hers=actor == self.client,
                        lines=[
                            Line("", sentence if number == 1 else f"{sentence} (×{number})", words=False)
                            for sentence, number in sentences.items()
                        ],
                    )
                )
        return items

    def _sentence(self, line: dict[str, Any]) -> str:
        if line["doing"] == READ:
            return _("Looked at “%(kind)s”.") % {"kind": _KINDS[line["kind"]]} if line["kind"] in _KINDS else ""
        return str(_DONE.get(line["doing"], ""))
