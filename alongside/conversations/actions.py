"""Sending, correcting and taking back; saying that something was seen, understood, or when it is answered."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError
from django.db.models import Q
from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.agreement.queries import terms_in
from alongside.agreement.rules import Terms, answer_due
from alongside.attached.actions import close_to_others, keep
from alongside.attached.rules import Upload
from alongside.conversations import queries, rules
from alongside.conversations.models import Became, Message, Receipt, Thread, Words
from alongside.conversations.rules import Answered, Asked, Becomes, Line, Sort, What
from alongside.decisions.actions import open_decision
from alongside.kit.errors import NotFound, Refused
from alongside.kit.ids import id_from
from alongside.live.actions import tell
from alongside.notes.actions import write_note
from alongside.people.queries import seats_in
from alongside.people.rules import Role
from alongside.reach.actions import knock
from alongside.reach.rules import Because
from alongside.topics.actions import name_topic
from alongside.topics.rules import Audience


class NothingSaid(Refused):
    """There is nothing in it."""

    status = 400
    code = "nothing_said"
    sentence = _("There is nothing in it yet. Write something, and send it again.")


class TooLong(Refused):
    """More letters than a message holds."""

    status = 400
    code = "too_long"
    sentence = _("This is too long for one message. Nothing is lost: make two of it.")


class NotYours(Refused):
    """Only its author can do this."""

    status = 403
    code = "not_yours"
    sentence = _("Only who wrote this can do that. Nothing was changed.")


class TakenBack(Refused):
    """It was taken back before."""

    code = "taken_back"
    sentence = _("This was taken back. You can write it anew.")


class NothingWaits(Refused):
    """There is nothing to answer now."""

    code = "nothing_waits"
    sentence = _("Nothing waits for an answer now. Nothing was changed.")


class NotInHours(Refused):
    """An answer cannot be promised for this moment."""

    status = 400
    code = "not_in_hours"
    sentence = _("Choose a time ahead, within your hours, and no more than a month away. Nothing you typed is lost.")


class SayWhy(Refused):
    """Later than agreed needs a reason."""

    status = 400
    code = "say_why"
    sentence = _("This is later than you agreed. Please say why. Nothing you typed is lost.")


def _record(by: Viewer, act: Act, about: Place, now: datetime.datetime, write_id: uuid.UUID, row_id: uuid.UUID) -> None:
    access.record(by, act, partnership_id=about.id, kind=Kind.MESSAGE, now=now, row_id=row_id, write_id=write_id)


def _thread(by: Viewer, about: Place) -> Thread:
    """How the conversation stands, held until the transaction ends; made when there is none yet."""
    rows = Thread.objects.visible_to(by, within=about.id).select_for_update()
    thread: Thread | None = rows.first()
    if thread is None:
        try:
            with atomic():
                Thread.objects.create(partnership_id=about.id)
        except IntegrityError:
            pass  # somebody else wrote the first message at this very moment
        thread = rows.all().first()
    if thread is None:
        raise NotFound
    return thread


def _message(by: Viewer, about: Place, message_id: uuid.UUID) -> Message:
    """A message that somebody wrote. Raise `NotFound`."""
    rows = Message.objects.visible_to(by, within=about.id).select_for_update()
    message: Message | None = rows.filter(id=message_id, sort=Sort.WORDS.value).first()
    if message is None:
        raise NotFound
    return message


def _own(by: Viewer, about: Place, message_id: uuid.UUID) -> Message:
    """A message of one's own that stands. Raise `NotFound`, `NotYours`, `TakenBack`."""
    message = _message(by, about, message_id)
    if message.author_id != by.person_id:
        raise NotYours
    if message.taken_back_at is not None:
        raise TakenBack
    return message


def _role(by: Viewer, about: Place) -> Role:
    """As what somebody writes here."""
    for role in (Role.CLIENT, Role.WORKER, Role.COVER, Role.SUPERVISOR):
        if role in by.roles_in(about.id):
            return role
    raise NotFound


# --- how the conversation stands -------------------------------------------------------------------


def _answer(thread: Thread, answered: Answered) -> None:
    thread.answered_number, thread.answered_at = answered.number, answered.at


def _look_again(thread: Thread, about: Place, terms: Terms) -> None:
    """Work out what waits longest now, and by when it is to be answered."""
    answered = Answered(thread.answered_number, thread.answered_at) if thread.answered_at else None
    hers = Message.objects.unguarded(because="that something of hers waits, also before it is delivered").filter(
        partnership_id=about.id, author_id=about.client_id, needs_answer=True, taken_back_at=None
    )
    if answered is not None:
        hers = hers.filter(Q(number__gte=answered.number) | Q(deliver_at__gt=answered.at))
    found = rules.first_waiting((Asked(*row) for row in hers.values_list("id", "number", "deliver_at")), answered)
    if found is not None and found.id == thread.question:
        return
    thread.handed_at = thread.handed_to = thread.seen_to_at = None
    if found is None:
        thread.question = thread.waits_since = thread.due = thread.hand_at = None
        return
    thread.question, thread.waits_since = found.id, found.delivered
    thread.due = answer_due(terms, found.delivered)
    thread.hand_at = rules.hand_over_at(terms, found.delivered, thread.due)


def _tell_when_delivered(thread: Thread, moment: datetime.datetime, now: datetime.datetime) -> None:
    if moment > now:
        thread.tell_at = min(moment, thread.tell_at or moment)


def _open_promise(by: Viewer, about: Place) -> Receipt | None:
    rows = Receipt.objects.visible_to(by, within=about.id).select_for_update()
    promise: Receipt | None = rows.filter(what=What.PROMISE.value, settled="").first()
    return promise


def _settle(promise: Receipt | None, now: datetime.datetime, *, answered: bool) -> None:
    if promise is not None:
        assert promise.due is not None
        promise.settled = rules.promise_ends(due=promise.due, now=now, answered=answered).value
        promise.settled_at = now
        promise.save(update_fields=["settled", "settled_at"])


# --- writing ---------------------------------------------------------------------------------------


@atomic
def send_message(
    *,
    by: Viewer,
    about: Place,
    text: str,
    uploads: Sequence[Upload] = (),
    now: datetime.datetime,
    write_id: uuid.UUID,
    needs_answer: bool = True,
    at_once: bool = False,
    stream: uuid.UUID | None = None,
    sequence: int = 0,
) -> Message:
    """Keep what somebody writes; the other side gets it in the hours, which its author is told at once.

    `needs_answer` is hers to say. `at_once` is what staff say when they answer something urgent out of
    hours. `uploads` are kept with it, and open when it does. A sender whose messages may overtake
    each other names its `stream`, and numbers them. Raise `NothingSaid`, `TooLong`.
    """
    access.require(by, Act.SEND_MESSAGE, about=about)
    thread = _thread(by, about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Message, known)
    if not rules.says_something(text, uploads):
        raise NothingSaid
    if len(text) > rules.MOST_LETTERS:
        raise TooLong
    if stream is not None and _counted_before(by, about, stream, sequence):
        stream, sequence = None, 0  # a sender that counts wrong loses its place, and nothing of what it sends
    terms, hers = terms_in(about), by.person_id == about.client_id
    delivered = rules.deliver_at(terms, now, at_once=at_once and not hers)

    kept = [
        keep(
            by=by, about=about, kind=Kind.MESSAGE, upload=upload, now=now, beside=write_id, opens_at=delivered,
            write_id=id_from(str(write_id), "upload", str(number)),
        ).id
        for number, upload in enumerate(uploads)
    ]  # fmt: skip
    thread.count += 1
    message: Message = Message.objects.create(
        id=write_id,
        partnership_id=about.id,
        thread=thread,
        number=thread.count,
        anchor=_place_of(by, about, thread, stream, sequence),
        stream=stream,
        sequence=sequence,
        author_id=by.person_id,
        role=_role(by, about).value,
        said_at=now,
        deliver_at=delivered,
        at_once=at_once and not hers and rules.deliver_at(terms, now) > now,
        needs_answer=hers and needs_answer,
        attachments=[str(one) for one in kept],
        text=text,
    )
    _tell_when_delivered(thread, delivered, now)
    if hers:
        if thread.for_her_at is not None and thread.for_her_at <= now:
            thread.from_her = thread.for_her
    else:
        _settle(_open_promise(by, about), now, answered=True)
        _answer(thread, Answered(message.number, now))
        if thread.for_her_at is None or thread.for_her <= thread.from_her or thread.for_her_at < now - rules.TOLD_FOR:
            thread.for_her_at = delivered
        thread.for_her = message.number
    _look_again(thread, about, terms)
    thread.save()

    _record(by, Act.SEND_MESSAGE, about, now, write_id, message.id)

    _knock(message, about, now)
    tell(about.id)
    return message


def _knock(message: Message, about: Place, now: datetime.datetime) -> None:
    """Let the other side know, not before the hours in which they get it."""
    if message.author_id == about.client_id:
        reader = rules.reads_now(queries.who_answers(about.seats, now=now))
        person_id, because = (reader.person_id if reader else None), Because.MESSAGE
    else:
        person_id, because = about.client_id, Because.ANSWER
    if person_id is not None:
        knock(
            partnership_id=about.id, person_id=person_id, because=because, effect=message.id, now=now,
            not_before=message.deliver_at,
        )  # fmt: skip


def _counted_before(by: Viewer, about: Place, stream: uuid.UUID, sequence: int) -> bool:
    rows = Message.objects.visible_to(by, within=about.id)
    return bool(rows.filter(author_id=by.person_id, stream=stream, sequence=sequence).exists())


def _place_of(by: Viewer, about: Place, thread: Thread, stream: uuid.UUID | None, sequence: int) -> int:
    """Where it stands: at the end, or before what the same sender wrote after it and what was faster."""
    if stream is not None:
        later = Message.objects.visible_to(by, within=about.id).filter(
            author_id=by.person_id, stream=stream, sequence__gt=sequence
        )
        anchor: int | None = later.order_by("anchor").values_list("anchor", flat=True).first()
        if anchor is not None:
            return anchor
    return thread.count


def _words(
    message: Message,
    version: int,
    text: str,
    said_at: datetime.datetime,
    delivered: datetime.datetime,
    *,
    only_authors: bool = False,
) -> None:
    Words.objects.create(
        partnership_id=message.partnership_id,
        message=message,
        version=version,
        text=text,
        author_id=message.author_id,
        said_at=said_at,
        deliver_at=delivered,
        only_authors=only_authors,
    )


@atomic
def correct_message(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, message_id: uuid.UUID, text: str
) -> Message:
    """Its author puts it in other words; what was said before stays and can be read.

    Out of hours the other side gets that later too. Raise `NotYours`, `TakenBack`, `NothingSaid`, `TooLong`.
    """
    access.require(by, Act.CORRECT_MESSAGE, about=about)
    thread = _thread(by, about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Message, known)
    message = _own(by, about, message_id)
    if not text.strip():
        raise NothingSaid
    if len(text) > rules.MOST_LETTERS:
        raise TooLong

    delivered = max(message.deliver_at, rules.deliver_at(terms_in(about), now))
    message.versions += 1
    message.save(update_fields=["versions"])
    _words(message, message.versions, text, now, delivered)
    _tell_when_delivered(thread, delivered, now)
    thread.save(update_fields=["tell_at"])

    _record(by, Act.CORRECT_MESSAGE, about, now, write_id, message.id)

    tell(about.id)
    return message


@atomic
def take_back_message(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, message_id: uuid.UUID
) -> Message:
    """Its author takes it back: a line says so, and its words are the author's alone.

    What staff wrote and she had got already stays with her: it was said to her. Raise `NotYours`, `TakenBack`.
    """
    access.require(by, Act.TAKE_BACK_MESSAGE, about=about)
    thread = _thread(by, about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Message, known)
    message = _own(by, about, message_id)

    hers = by.person_id == about.client_id
    later = Words.objects.visible_to(by, within=about.id).filter(message_id=message.id)
    (later if hers else later.filter(deliver_at__gt=now)).update(only_authors=True)
    if hers or message.deliver_at > now:
        _words(message, 1, message.text or "", message.said_at, message.deliver_at, only_authors=True)
        message.text = None
        close_to_others(partnership_id=about.id, beside=message.id)
    message.taken_back_at = now
    message.save(update_fields=["text", "taken_back_at"])
    if message.number == thread.answered_number:
        _forget_the_answer(thread, about)
    _look_again(thread, about, terms_in(about))
    thread.save()

    _record(by, Act.TAKE_BACK_MESSAGE, about, now, write_id, message.id)

    tell(about.id)
    return message


def _forget_the_answer(thread: Thread, about: Place) -> None:
    """What was answered by a message that was taken back waits again, since it waits."""
    before = (
        Message.objects.unguarded(because="that something of hers waits, also before it is delivered")
        .filter(partnership_id=about.id, sort=Sort.WORDS.value, taken_back_at=None)
        .exclude(author_id=about.client_id)
        .order_by("-number")
        .values_list("number", "said_at")
        .first()
    )
    thread.answered_number, thread.answered_at = before or (0, None)


# --- what is said about messages -------------------------------------------------------------------


@atomic
def acknowledge(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    number: int,
    as_of: datetime.datetime,
    what: What,
    words: str = "",
) -> Receipt:
    """Say that everything up to `number`, as the page stood at `as_of`, was seen or understood.

    Understood by those who work with her, it is an answer, unless one was promised. Raise `NotFound`.
    """
    access.require(by, Act.ACKNOWLEDGE, about=about)
    thread = _thread(by, about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Receipt, known)
    if what is What.PROMISE or not 0 < number <= thread.count:
        raise NotFound
    as_of = min(as_of, now)

    same = Receipt.objects.visible_to(by, within=about.id).filter(
        what=what.value, author_id=by.person_id, number__gte=number, as_of__gte=as_of
    )
    receipt = next((one for one in same.order_by("said_at")[:9] if one.said["words"] == words), None)
    if receipt is None:
        receipt = _say(by, about, write_id, now, number, as_of, what, words)
    if by.person_id == about.client_id:
        thread.from_her = max(thread.from_her, number)
    elif what is What.UNDERSTOOD and _is_news(thread, as_of) and _open_promise(by, about) is None:
        _answer(thread, Answered(max(number + 1, thread.answered_number), as_of))
        _look_again(thread, about, terms_in(about))
    thread.save()

    _record(by, Act.ACKNOWLEDGE, about, now, write_id, receipt.id)

    tell(about.id)
    return receipt


def _is_news(thread: Thread, as_of: datetime.datetime) -> bool:
    """Whether somebody who saw the page as it stood then knew as much as whoever answered last."""
    return thread.answered_at is None or as_of >= thread.answered_at


def _say(
    by: Viewer,
    about: Place,
    write_id: uuid.UUID,
    now: datetime.datetime,
    number: int,
    as_of: datetime.datetime,
    what: What,
    words: str,
    due: datetime.datetime | None = None,
) -> Receipt:
    receipt: Receipt = Receipt.objects.create(
        id=write_id,
        partnership_id=about.id,
        what=what.value,
        author_id=by.person_id,
        role=_role(by, about).value,
        number=number,
        as_of=as_of,
        said_at=now,
        said={"words": words},
        due=due,
    )
    return receipt


@atomic
def promise_answer(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    due: datetime.datetime,
    reason: str = "",
) -> Receipt:
    """Staff say by when they answer: within what was agreed, or later and why. From then on that time holds.

    Made before the last one is due, it renegotiates it; made after, the last one is late. Nobody else is
    asked before a share of the new time is gone. Raise `NothingWaits`, `NotInHours`, `SayWhy`.
    """
    access.require(by, Act.PROMISE_ANSWER, about=about)
    thread = _thread(by, about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Receipt, known)
    if thread.waits_since is None or thread.waits_since > now:
        raise NothingWaits
    terms = terms_in(about)
    if not rules.can_be_promised(terms, due, now=now):
        raise NotInHours
    if due > answer_due(terms, thread.waits_since) and not reason.strip():
        raise SayWhy

    _settle(_open_promise(by, about), now, answered=False)
    promise = _say(by, about, write_id, now, thread.count, now, What.PROMISE, reason, due)
    thread.due, thread.hand_at = due, rules.hand_over_at(terms, now, due)
    thread.handed_at = thread.handed_to = thread.seen_to_at = None
    thread.save()

    _record(by, Act.PROMISE_ANSWER, about, now, write_id, promise.id)

    tell(about.id)
    return promise


# --- what a message becomes ------------------------------------------------------------------------


@atomic
def make_of_message(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    message_id: uuid.UUID,
    what: Becomes,
    headline: str,
) -> Became:
    """Make a subject to talk about, a note or a question of it, in that room and by its rules.

    Its words go along with who said them and when; of a subject they lie under the plain word. Raise `TakenBack`.
    """
    access.require(by, Act.MAKE_OF_MESSAGE, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Became, known)
    message = _message(by, about, message_id)
    if message.taken_back_at is not None:
        raise TakenBack
    words = queries.as_quoted(about, message)
    shared: dict[str, Any] = {"by": by, "about": about, "now": now, "write_id": id_from(str(write_id), what.value)}

    if what is Becomes.TOPIC:
        row_id = name_topic(**shared, headline=headline, more=words, audience=Audience.ALL).id
    elif what is Becomes.NOTE:
        row_id = write_note(**shared, headline=headline, happened=words, think="")
    else:
        row_id = open_decision(**shared, question=headline, situation=words).id
    became: Became = Became.objects.create(
        id=write_id,
        partnership_id=about.id,
        message=message,
        what=what.value,
        row_id=row_id,
        made_by_id=by.person_id,
        made_at=now,
    )

    _record(by, Act.MAKE_OF_MESSAGE, about, now, write_id, became.id)

    tell(about.id)
    return became


# --- when nobody answers ---------------------------------------------------------------------------


def _line(thread: Thread, what: Line, now: datetime.datetime, **said: Any) -> None:
    """A line of the programme's own, which says that it is one."""
    thread.count += 1
    Message.objects.create(
        id=id_from(what.value, str(thread.question), str(thread.due)),
        partnership_id=thread.partnership_id,
        thread=thread,
        sort=Sort.AUTOMATED.value,
        number=thread.count,
        anchor=thread.count,
        said_at=now,
        deliver_at=now,
        attachments=[],
        line={"what": what.value, **said},
    )


@atomic
def hand_over_what_waits(*, now: datetime.datetime) -> int:
    """Ask somebody else, by name, wherever an answer is still to come and its time is nearly gone.

    Whoever stands in for a worker is asked, else a supervisor. A line in the conversation says so, and
    that it was not written by anybody. May be called at any time, by several nodes at once.
    """
    because = "who is asked when nobody answers; nothing of what was said is read"
    waiting = Thread.objects.unguarded(because=because).filter(hand_at__lte=now)
    handed = 0
    for thread in waiting.order_by("id").select_for_update():
        order = queries.who_answers(seats_in(thread.partnership_id, now=now), now=now)
        first, next_one = rules.reads_now(order), rules.asked_next(order)
        thread.hand_at, thread.handed_at = None, now
        thread.handed_to_id = next_one.person_id if next_one else None
        _line(
            thread, Line.HANDED, now,
            to=str(next_one.person_id) if next_one else "", role=next_one.role.value if next_one else "",
            instead_of=str(first.person_id) if first else "", due=thread.due.isoformat() if thread.due else "",
        )  # fmt: skip
        thread.save()
        if next_one is not None:
            knock(
                partnership_id=thread.partnership_id, person_id=next_one.person_id, because=Because.MESSAGE,
                effect=id_from("handed", str(thread.question), str(thread.due)), now=now,
            )  # fmt: skip
        tell(thread.partnership_id)
        handed += 1
    return handed


@atomic
def tell_what_is_delivered(*, now: datetime.datetime) -> int:
    """Tell open pages where a message that was held back is delivered now."""
    because = "that something is delivered now; nothing of it is read"
    told = 0
    for thread in Thread.objects.unguarded(because=because).filter(tell_at__lte=now).order_by("id").select_for_update():
        later = [
            rows.unguarded(because=because)
            .filter(partnership_id=thread.partnership_id, deliver_at__gt=now)
            .order_by("deliver_at")
            .values_list("deliver_at", flat=True)
            .first()
            for rows in (Message.objects, Words.objects)
        ]
        thread.tell_at = min((moment for moment in later if moment), default=None)
        thread.save(update_fields=["tell_at"])
        tell(thread.partnership_id)
        told += 1
    return told


@atomic
def see_it_answered(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> Thread:
    """A supervisor to whom it came says that they see to it that somebody answers. Raise `NothingWaits`."""
    access.require(by, Act.SEE_IT_ANSWERED, about=about)
    rows = Thread.objects.visible_to(by, within=about.id).select_for_update()
    thread: Thread | None = rows.first()
    known = access.arrived(by, write_id)
    if thread is None or (known is None and (thread.seen_to_at is not None or thread.waits_since is None)):
        raise NothingWaits
    if known is not None:
        return thread

    thread.seen_to_at = now
    _line(thread, Line.SEEN_TO, now, to=str(by.person_id), role=Role.SUPERVISOR.value)
    thread.save()

    _record(by, Act.SEE_IT_ANSWERED, about, now, write_id, thread.id)

    tell(about.id)
    return thread
