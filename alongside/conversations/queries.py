"""Reading the conversation: a page of it, one message, how it stands, and what waits."""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.access.way_in import role_name
from alongside.agreement.queries import terms_in
from alongside.agreement.rules import Terms
from alongside.attached.queries import Attached
from alongside.attached.queries import attachments as attached
from alongside.conversations import rules
from alongside.conversations.models import Became, Message, Receipt, Thread, Words
from alongside.conversations.rules import Becomes, Line, Reader, Settled, Sort, Turn, What
from alongside.conversations.wording import BECAME, SETTLED, moment_in_words, reads_from
from alongside.kit.errors import NotFound
from alongside.kit.text import isolated
from alongside.kit.waiting import Perhaps, Waiting
from alongside.people.models import Away, Seat
from alongside.people.queries import holding
from alongside.people.rules import Post, Role, holds

# More is said about messages than this only in years; what is older stands in the copy.
MOST_RECEIPTS = 200


def _must_see(place: Place) -> None:
    """To a seat that does not open messages the page is not there."""
    if not place.sees(Kind.MESSAGE):
        raise NotFound


def zone_of(place: Place) -> str:
    """The time zone in which hours are agreed."""
    zone: str = place.partnership.organisation.time_zone
    return zone


def _who(place: Place, person_id: uuid.UUID | None) -> str:
    if person_id is None:
        return ""
    return _("You") if person_id == place.by.person_id else place.names.get(person_id, "")


def _in_words(place: Place, moment: datetime.datetime) -> str:
    return moment_in_words(moment, now=place.by.now, zone=zone_of(place))


# --- who answers -----------------------------------------------------------------------------------


def who_answers(seats: Iterable[Seat], *, now: datetime.datetime) -> list[Reader]:
    """Who answers in a space, in the order in which they are asked; whoever is away is passed over.

    No query: the seats of a space say who is away, as they were read at `now`.
    """
    held = [seat for seat in seats if holds(begins=seat.begins, ends=seat.ends, now=now)]
    return rules.readers(
        [(seat.person_id, Role(seat.role)) for seat in held],
        away={seat.person_id for seat in held if seat.is_away},
        named={seat.person_id for seat in held if seat.stands_in},
    )


# --- a page of the conversation --------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What somebody said about a message without writing one: who, in which role, when."""

    what: What
    who: str
    role: str
    is_mine: bool
    is_hers: bool
    at: datetime.datetime
    words: str


@dataclass(frozen=True)
class Shown:
    """A line of the conversation as its page shows it."""

    id: uuid.UUID
    number: int
    is_mine: bool
    who: str
    role: str
    said_at: datetime.datetime
    # Empty where it was taken back, and is somebody else's.
    words: str
    versions: int
    attachments: list[Attached]
    taken_back_at: datetime.datetime | None
    # Said to whoever wrote it, while the other side does not have it yet.
    held_back: str
    came_later: datetime.datetime | None
    at_once: bool
    # What the programme says; empty for what a person wrote.
    automated: str
    said: list[Said]

    @property
    def is_gone(self) -> bool:
        """Taken back, and its words closed to whoever looks."""
        return self.taken_back_at is not None and not self.versions


@dataclass(frozen=True)
class Promised:
    """“I will answer by …”: by whom, until when, and how it ended."""

    who: str
    role: str
    is_mine: bool
    due: str
    reason: str
    settled: str
    is_late: bool


@dataclass(frozen=True)
class Standing:
    """How the conversation stands: whose turn it is, since when, by when; and whether somebody works now."""

    turn: Turn
    since: str
    due: str
    is_late: bool
    # Who answers: her worker, or whoever stands in. Empty when there is nobody.
    reader: str
    reader_role: str
    reader_is_me: bool
    # Her worker is away, and somebody else reads.
    away: str
    handed_to: str
    promise: Promised | None
    earlier_promises: list[Promised]
    hours_are_open: bool
    # When a human reads what is written now; empty in the hours.
    read_from: str


@dataclass(frozen=True)
class Talk:
    """One page of the conversation, newest at the bottom."""

    lines: list[Shown]
    earlier: str
    is_newest: bool
    number: int
    as_of: datetime.datetime
    standing: Standing

    @property
    def has_something_of_others(self) -> bool:
        return any(not line.is_mine and not line.automated for line in self.lines)


def thread_in(place: Place, *, before: tuple[int, int] | None = None) -> Talk:
    """A page of the conversation: the newest, or those `before` a place.

    Three queries, one more where something was corrected, and two for what was added.
    """
    _must_see(place)
    rows = Message.objects.visible_to(place.by, within=place.id)
    if before is not None:
        anchor, sequence = before
        rows = rows.filter(Q(anchor__lt=anchor) | Q(anchor=anchor, sequence__lt=sequence))
    found = list(rows.select_related("thread").order_by("-anchor", "-sequence")[: rules.ON_A_PAGE + 1])
    page = found[: rules.ON_A_PAGE][::-1]
    terms, receipts = terms_in(place), _receipts(place)
    words, added = _words_of(place, page), _added_to(place, page)
    return Talk(
        lines=_marked(place, [_shown(place, row, words[row.id], added) for row in page], page, receipts),
        earlier=f"{page[0].anchor}-{page[0].sequence}" if len(found) > len(page) else "",
        is_newest=before is None,
        number=max((row.number for row in page), default=0),
        as_of=place.by.now,
        standing=_standing(place, found[0].thread if found else None, terms, receipts),
    )


def _receipts(place: Place) -> list[Receipt]:
    rows = Receipt.objects.visible_to(place.by, within=place.id).order_by("-said_at", "-id")
    return list(rows[:MOST_RECEIPTS])[::-1]


@dataclass(frozen=True)
class Version:
    """What a message said from a moment on."""

    words: str
    at: datetime.datetime
    held_back: bool


def _words_of(place: Place, rows: Iterable[Message]) -> dict[uuid.UUID, list[Version]]:
    """What each of these says, as far as it is open: first and as it was put right. One query, where any was."""
    rows = list(rows)
    found: dict[uuid.UUID, list[Version]] = {row.id: [] for row in rows}
    for row in rows:
        if row.text is not None:
            found[row.id].append(Version(row.text, row.said_at, row.deliver_at > place.by.now))
    changed = [row.id for row in rows if row.versions > 1 or row.taken_back_at is not None]
    if changed:
        words = Words.objects.visible_to(place.by, within=place.id).filter(message_id__in=changed)
        for one in words.order_by("version"):
            found[one.message_id].append(Version(one.text, one.said_at, one.deliver_at > place.by.now))
    return found


def _added_to(place: Place, rows: Iterable[Message]) -> dict[uuid.UUID, Attached]:
    ids = [uuid.UUID(one) for row in rows for one in row.attachments]
    return attached(place, ids) if ids else {}


def _shown(place: Place, row: Message, words: list[Version], added: dict[uuid.UUID, Attached]) -> Shown:
    is_mine, now = row.author_id == place.by.person_id, place.by.now
    held = row.deliver_at > now
    return Shown(
        id=row.id,
        number=row.number,
        is_mine=is_mine,
        who=_who(place, row.author_id),
        role=role_name(Role(row.role)) if row.role and row.role != Role.CLIENT else "",
        said_at=row.said_at,
        words=words[-1].words if words else "",
        versions=len(words),
        attachments=[added[one] for one in map(uuid.UUID, row.attachments) if one in added] if words else [],
        taken_back_at=row.taken_back_at,
        held_back=_held_back(place, row) if held and row.taken_back_at is None else "",
        came_later=row.deliver_at if row.deliver_at > row.said_at and not held else None,
        at_once=row.at_once,
        automated=_automated(place, row.line) if row.line else "",
        said=[],
    )


def _held_back(place: Place, row: Message) -> str:
    if place.is_client:
        return reads_from(row.deliver_at, now=place.by.now, zone=zone_of(place))
    return _("%(name)s gets this when your hours open: %(moment)s.") % {
        "name": isolated(place.client_name),
        "moment": _in_words(place, row.deliver_at),
    }


def _automated(place: Place, line: dict[str, Any]) -> str:
    """What the programme has to tell, in the words of whoever reads it."""
    person = uuid.UUID(line["to"]) if line["to"] else None
    said = {
        "who": isolated(place.names.get(person, "")) if person else "",
        "role": role_name(Role(line["role"])) if line["role"] else "",
        "organisation": isolated(place.partnership.organisation.name),
    }
    if line["what"] == Line.SEEN_TO:
        return _("%(who)s, %(role)s, sees to it that somebody answers.") % said
    said["due"] = _in_words(place, datetime.datetime.fromisoformat(line["due"]))
    if person is None:
        return (
            _("There is no answer yet, and nobody stands in here. %(organisation)s owes an answer by %(due)s.") % said
        )
    if line["role"] == Role.SUPERVISOR:
        return (
            _(
                "There is no answer yet. %(who)s, %(role)s, was asked to see to it that somebody answers by %(due)s. "
                "%(who)s does not read what you write to each other."
            )
            % said
        )
    return _("There is no answer yet. %(who)s, %(role)s, was asked to answer by %(due)s.") % said


def _marked(place: Place, lines: list[Shown], rows: list[Message], receipts: list[Receipt]) -> list[Shown]:
    """Each line with what others said about it: under the newest one that they mean, as it is about all above."""
    by_id: dict[uuid.UUID, list[Said]] = defaultdict(list)
    newest: dict[tuple[uuid.UUID, str], tuple[uuid.UUID, Receipt]] = {}
    for receipt in receipts:
        if receipt.what == What.PROMISE:
            continue
        meant = [row for row in rows if row.author_id not in (None, receipt.author_id) and _covers(receipt, row)]
        if meant:
            newest[receipt.author_id, receipt.what] = (meant[-1].id, receipt)
    for message_id, receipt in newest.values():
        by_id[message_id].append(_said(place, receipt))
    return [_with(line, by_id[line.id]) for line in lines]


def _covers(receipt: Receipt, row: Message) -> bool:
    return rules.covers(number=receipt.number, as_of=receipt.as_of, message=row.number, delivered=row.deliver_at)


def _with(line: Shown, said: list[Said]) -> Shown:
    line.said.extend(said)
    return line


def _said(place: Place, receipt: Receipt) -> Said:
    return Said(
        what=What(receipt.what),
        who=_who(place, receipt.author_id),
        role=role_name(Role(receipt.role)),
        is_mine=receipt.author_id == place.by.person_id,
        is_hers=receipt.role == Role.CLIENT,
        at=receipt.said_at,
        words=receipt.said["words"],
    )


def _promised(place: Place, receipt: Receipt) -> Promised:
    assert receipt.due is not None
    open_and_late = not receipt.settled and rules.is_late(due=receipt.due, now=place.by.now)
    return Promised(
        who=_who(place, receipt.author_id),
        role=role_name(Role(receipt.role)),
        is_mine=receipt.author_id == place.by.person_id,
        due=_in_words(place, receipt.due),
        reason=receipt.said["words"],
        settled=str(SETTLED[Settled(receipt.settled)]) if receipt.settled else "",
        is_late=open_and_late or receipt.settled == Settled.LATE,
    )


def _standing(place: Place, thread: Thread | None, terms: Terms, receipts: list[Receipt]) -> Standing:
    now = place.by.now
    order = who_answers(place.seats, now=now)
    reader = rules.reads_now(order)
    waits_since = thread.waits_since if thread else None
    turn = rules.turn(waits_since=waits_since, now=now)
    # That something of hers is on its way is hers to know until it is delivered.
    if turn is Turn.NOT_YET and not place.is_client:
        turn, waits_since = Turn.NOBODYS, None
    promises = [_promised(place, one) for one in receipts if one.what == What.PROMISE]
    opens = rules.deliver_at(terms, now)
    workers = [seat.person_id for seat in place.seats_now if seat.role == Role.WORKER]
    is_there = reader is not None and (reader.role is Role.WORKER or not workers)
    handed = thread.handed_to_id if thread and thread.handed_at and turn is Turn.THEIRS else None
    return Standing(
        turn=turn,
        since=_in_words(place, waits_since) if waits_since else "",
        due=_in_words(place, thread.due) if thread and thread.due and waits_since else "",
        is_late=turn is Turn.THEIRS and rules.is_late(due=thread.due if thread else None, now=now),
        reader=place.names.get(reader.person_id, "") if reader else "",
        reader_role=role_name(reader.role) if reader else "",
        reader_is_me=reader is not None and reader.person_id == place.by.person_id,
        away="" if is_there else place.names.get(workers[0], "") if workers else "",
        handed_to=place.names.get(handed, "") if handed else "",
        promise=next((one for one in reversed(promises) if not one.settled), None),
        earlier_promises=[one for one in promises if one.settled][::-1],
        hours_are_open=opens <= now,
        read_from=reads_from(opens, now=now, zone=zone_of(place)) if opens > now else "",
    )


def place_of(cursor: str) -> tuple[int, int] | None:
    """The place that an “Earlier” link names; `None` for anything else."""
    anchor, _dash, sequence = cursor.partition("-")
    if anchor.isascii() and anchor.isdigit() and sequence.isascii() and sequence.isdigit() and len(cursor) < 30:
        return int(anchor), int(sequence)
    return None


# --- one message -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class One:
    """One message with all that was said in it and about it, and what it became."""

    line: Shown
    versions: list[Version]
    became: list[tuple[str, str]]
    can_change: bool


def message_in(place: Place, message_id: uuid.UUID) -> One:
    """One message. Five queries. Raise `NotFound`."""
    row = access.see(place.by, Message, message_id, within=place.id)
    if row.sort != Sort.WORDS:
        raise NotFound
    words = _words_of(place, [row])[row.id]
    about = [one for one in _receipts(place) if one.what != What.PROMISE and _covers(one, row)]
    became = Became.objects.visible_to(place.by, within=place.id).filter(message_id=row.id).order_by("made_at", "id")
    shown = _with(
        _shown(place, row, words, _added_to(place, [row])),
        [_said(place, one) for one in about if one.author_id != row.author_id],
    )
    return One(
        line=shown,
        versions=words,
        became=[(str(BECAME[Becomes(one.what)]), _where(place, one)) for one in became],
        can_change=shown.is_mine and row.taken_back_at is None,
    )


def _where(place: Place, became: Became) -> str:
    """The page of what a message became."""
    page = {
        Becomes.TOPIC: "topics:topic",
        Becomes.NOTE: "notes:note",
        Becomes.DECISION: "decisions:page",
    }[Becomes(became.what)]
    return reverse(page, args=[place.id, became.row_id])


def as_quoted(place: Place, message: Message) -> str:
    """A message's words with who said them and when, for another room. Raise `NotFound` where they are closed."""
    words = _words_of(place, [message])[message.id]
    if not words:
        raise NotFound
    day = message.said_at.astimezone(ZoneInfo(zone_of(place))).date()
    head = _("%(name)s wrote on %(day)s:") % {
        "name": place.names.get(message.author_id, "") if message.author_id else "",
        "day": day.isoformat(),
    }
    return f"{head}\n{words[-1].words}"


# --- what waits ------------------------------------------------------------------------------------


def waiting_in(place: Place) -> list[Perhaps]:
    """What waits in this room for whoever looks, without a word of what it is about.

    To her it never presses: after a week, or when she says anything, it rests on its page.
    """
    now, page = place.by.now, reverse("conversations:thread", args=[place.id])
    rows = Thread.objects.visible_to(place.by, within=place.id)
    if place.is_client:
        fresh = rows.filter(for_her__gt=F("from_her"), for_her_at__lte=now, for_her_at__gt=now - rules.TOLD_FOR)
        return [Perhaps(fresh, lambda: [Waiting(_("There is a message for you."), page)])]
    if place.sees(Kind.MESSAGE):
        return [Perhaps(rows.filter(waits_since__lte=now), lambda: _waits_here(place, page))]
    if Role.SUPERVISOR in place.roles:
        come = rows.filter(handed_to=place.by.person_id, handed_at__isnull=False, seen_to_at=None)
        url = reverse("conversations:nobody_answers", args=[place.id])
        return [Perhaps(come, lambda: [Waiting(_("Nobody has answered %(name)s yet.") % _name(place), url)])]
    return []


def _name(place: Place) -> dict[str, str]:
    return {"name": isolated(place.client_name)}


def _waits_here(place: Place, page: str) -> list[Waiting]:
    thread = Thread.objects.visible_to(place.by, within=place.id).get()
    said = {**_name(place), "due": _in_words(place, thread.due)}
    if rules.is_late(due=thread.due, now=place.by.now):
        return [Waiting(_("%(name)s waits for an answer. It was agreed by %(due)s.") % said, page)]
    return [Waiting(_("%(name)s waits for an answer, by %(due)s.") % said, page)]


@dataclass(frozen=True)
class ToAnswer:
    """Where somebody waits for an answer: since when, by when; never what they wrote."""

    partnership_id: uuid.UUID
    since: datetime.datetime
    due: datetime.datetime
    is_late: bool
    # It came to whoever looks because nobody had answered.
    came_to_me: bool
    # Whoever looks sees the messages; a supervisor sees that something waits.
    opens: bool


def to_answer(viewer: Viewer) -> list[ToAnswer]:
    """Where an answer of theirs is waited for, in all their spaces, the first due on top. One query."""
    seats = {seat.partnership_id: Role(seat.role) for seat in viewer.seats if seat.role != Role.CLIENT}
    works = {space for space, role in seats.items() if role in (Role.WORKER, Role.COVER)}
    supervised = {space for space, role in seats.items() if role is Role.SUPERVISOR} - works
    if not works | supervised:
        return []
    theirs = Q(partnership_id__in=sorted(works)) | Q(
        partnership_id__in=sorted(supervised), handed_to=viewer.person_id, seen_to_at=None
    )
    rows = Thread.objects.visible_to(viewer).filter(theirs, waits_since__lte=viewer.now)
    return [
        ToAnswer(
            partnership_id=row.partnership_id,
            since=row.waits_since,
            due=row.due,
            is_late=rules.is_late(due=row.due, now=viewer.now),
            came_to_me=row.handed_to_id == viewer.person_id,
            opens=row.partnership_id in works,
        )
        for row in rows.order_by("due", "id")
    ]


def nobody_to_ask(viewer: Viewer) -> Any:
    """Where she waits and nobody is left to be asked, for whoever leads the agency: rows for `all_of`, of none else.

    The watch asked for somebody and found no stand-in and no supervisor; nor is one there by now who is not away.
    Nothing is read of what was said, nor who waits.
    """
    because = "where somebody waits and nobody is there to be asked; nothing of what was said is read"
    gone = Away.objects.filter(holding(viewer.now), person=OuterRef("person"))
    there = Seat.objects.filter(
        holding(viewer.now), partnership=OuterRef("partnership"), role__in=(Role.COVER, Role.SUPERVISOR)
    ).exclude(Exists(gone))
    waiting = Thread.objects.unguarded(because=because).filter(
        ~Exists(there), partnership__organisation_id=viewer.organisation_id, waits_since__lte=viewer.now,
        handed_at__isnull=False, handed_to=None, seen_to_at=None,
    )  # fmt: skip
    told = waiting if Post.DIRECTOR in viewer.posts else waiting.none()
    return told.values_list("partnership_id", Cast("due", TextField()))


@dataclass(frozen=True)
class NobodyAnswers:
    """What a supervisor sees: that somebody waits, since when and by when, and who was asked."""

    name: str
    since: str
    due: str
    is_late: bool
    reader: str
    seen_to_at: datetime.datetime | None


def nobody_answers_in(place: Place) -> NobodyAnswers:
    """That an answer is missing, for the supervisor of a space. Two queries. Raise `NotFound` when none is."""
    if Role.SUPERVISOR not in place.roles:
        raise NotFound
    thread: Thread | None = Thread.objects.visible_to(place.by, within=place.id).filter(handed_at__isnull=False).first()
    if thread is None or thread.waits_since is None or thread.due is None:
        raise NotFound
    reader = rules.reads_now(who_answers(place.seats, now=place.by.now))
    return NobodyAnswers(
        name=place.client_name,
        since=_in_words(place, thread.waits_since),
        due=_in_words(place, thread.due),
        is_late=rules.is_late(due=thread.due, now=place.by.now),
        reader=place.names.get(reader.person_id, "") if reader else "",
        seen_to_at=thread.seen_to_at,
    )


def buttons_for(place: Place, talk: Talk) -> dict[str, bool]:
    """What a page of the conversation offers its reader; the actions check the same."""

    def may(act: Act) -> bool:
        return access.may(place.by, act, about=place)

    return {
        "write": may(Act.SEND_MESSAGE),
        "acknowledge": may(Act.ACKNOWLEDGE) and talk.is_newest and talk.has_something_of_others,
        "promise": may(Act.PROMISE_ANSWER) and talk.is_newest and talk.standing.turn is Turn.THEIRS,
        "choose_when": not place.is_client and not talk.standing.hours_are_open,
    }
