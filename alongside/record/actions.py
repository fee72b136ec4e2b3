"""Saying and changing her words, letting staff start, the picture so far, and listening back.

Every action keeps one new entry; none is ever changed. Those of one partnership go one after the
other, so that what stands when an action begins still stands when it ends.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any, ClassVar

from django.db.transaction import atomic
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.attached.actions import keep
from alongside.attached.rules import Upload, Voice
from alongside.kit.errors import ChangedMeanwhile, NotFound, Refused
from alongside.kit.ids import id_from
from alongside.live.actions import tell
from alongside.people.actions import mark_heard
from alongside.record import rules
from alongside.record.models import KIND_OF, Entry
from alongside.record.queries import Standing, standing_in, voice_of
from alongside.record.rules import COLUMNS, PICTURES, SLOT_OF, Event, UrgentReason, What, WorrySort
from alongside.vault.keys import fingerprint


class WaitingForTheirWords(Refused):
    """Staff wrote a picture before she said what she needs or hopes for, or “you start”."""

    code = "waiting_for_client_words"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("This waits for the words of %(name)s. It was not kept; what you typed is still here.") % {"name": name}
        )


class TheirWordsAreThere(Refused):
    """The urgent path is only for when her words are not there yet."""

    code = "their_words_are_there"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("The words of %(name)s are here now, so you can write without a reason. What you typed is still here.")
            % {"name": name}
        )


class NotYourLine(Refused):
    """Somebody else put this line into the picture."""

    status = 403
    code = "not_your_line"
    sentence = gettext_lazy("Only whoever wrote this line can change it or take it back. Nothing was changed.")


class WaiverIsUsed(Refused):
    """Something was written on the strength of her “you start”."""

    code = "waiver_is_used"
    sentence = gettext_lazy(
        "Something was written after you said “you start”, so it cannot be taken back. "
        "You can still say your own words at any time."
    )


class NotNow(Refused):
    """Listening back does not stand where this could follow."""

    code = "not_now"
    sentences: ClassVar[dict[Event, str | Promise]] = {
        Event.SEND: gettext_lazy("What you sent before still waits for its end. Only one can be open at a time."),
        Event.YES: gettext_lazy("Nothing here waits for your answer now."),
        Event.NOT_QUITE: gettext_lazy(
            "There is nothing here that waits for your answer. What you typed is still here."
        ),
        Event.CORRECT: gettext_lazy("There is no “not quite” that waits for you. What you typed is still here."),
        Event.SKIP: gettext_lazy("There is nothing here that you could skip."),
    }

    def __init__(self, event: Event) -> None:
        super().__init__(self.sentences[event])


def _in_turn(about: Place) -> Standing:
    """Wait until every other action on this record is done, then say what stands."""
    access.in_turn(about)
    return standing_in(about)


def _must_have_seen(entry: Entry | None, seen: uuid.UUID | None) -> None:
    if (entry.id if entry else None) != seen:
        raise ChangedMeanwhile


def _keep(
    what: What,
    body: dict[str, Any] | None,
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    standing: Standing,
    thread: uuid.UUID | None = None,
    place: str | None = None,
) -> Entry:
    """Keep a new entry, which now stands in its slot, or in a place of its own. Her own words get a fingerprint."""
    stands_as = place or SLOT_OF[what].value
    before = standing.at(stands_as)
    if before is not None:
        before.stands_as = None
        before.save(update_fields=["stands_as"])
    hers = body is not None and bool(body.get("words")) and by.person_id == about.client_id
    entry: Entry = Entry.objects.create(
        id=write_id,
        partnership_id=about.id,
        number=standing.next_number,
        kind=Kind.PICTURE if place else KIND_OF[SLOT_OF[what]],
        what=what,
        stands_as=stands_as,
        thread=thread,
        body=body,
        fingerprint=fingerprint(about.id, body["words"]) if body is not None and hers else "",
        said_by_id=by.person_id,
        said_at=now,
    )
    return entry


def _record(by: Viewer, act: Act, entry: Entry, now: datetime.datetime) -> None:
    access.record(
        by,
        act,
        partnership_id=entry.partnership_id,
        kind=entry.its_kind(),
        now=now,
        row_id=entry.id,
        write_id=entry.id,
    )


# --- her words -------------------------------------------------------------------------------------


@atomic
def say_words(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    what: What,
    words: str,
    seen: uuid.UUID | None,
    voice: Upload | None = None,
) -> Entry:
    """Keep what she needs (`What.NEED`) or hopes for (`What.HOPE`), to the letter. Hers alone.

    A voice note stands beside her words, or in their place: then what she says yes to of its written
    form are her words. It stays when she changes them, until she says another one or takes them back.
    `seen` is the version that she had before her when she wrote. Earlier versions stay. Raise `ChangedMeanwhile`.
    """
    access.require(by, Act.SAY_WORDS, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    stands = standing.of(SLOT_OF[what])
    _must_have_seen(stands, seen)

    said = voice_of(stands) if stands is not None else None
    if voice is not None:
        voice_id, kind = id_from(str(write_id), "voice"), KIND_OF[SLOT_OF[what]]
        kept = keep(by=by, about=about, kind=kind, upload=voice, now=now, write_id=voice_id, beside=write_id)
        said = Voice(kept.id, kept.seconds or 0, kept.size)
    body = {"words": words, **(said.as_body() if said is not None else {})}
    entry = _keep(what, body, by=by, about=about, now=now, write_id=write_id, standing=standing)

    _record(by, Act.SAY_WORDS, entry, now)

    tell(about.id)
    return entry


@atomic
def take_back_words(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, what: What, seen: uuid.UUID | None
) -> Entry:
    """Take her need or her hope back. What she said stays among the earlier versions. Raise `ChangedMeanwhile`."""
    access.require(by, Act.SAY_WORDS, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    stands = standing.of(SLOT_OF[what])
    _must_have_seen(stands, seen)
    if stands is None or stands.is_taken_back:
        raise ChangedMeanwhile

    entry = _keep(what, None, by=by, about=about, now=now, write_id=write_id, standing=standing)

    _record(by, Act.SAY_WORDS, entry, now)

    tell(about.id)
    return entry


@atomic
def waive_words(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> Entry:
    """She says “you start”: staff may write before she has said her words. Hers alone to say."""
    access.require(by, Act.WAIVE_WORDS, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    if standing.start is not None and standing.waived:
        return standing.start

    entry = _keep(What.YOU_START, None, by=by, about=about, now=now, write_id=write_id, standing=standing)

    _record(by, Act.WAIVE_WORDS, entry, now)

    tell(about.id)
    return entry


@atomic
def take_back_waiver(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> Entry:
    """She says “wait for my words” after all, as long as nothing was written since. Raise `WaiverIsUsed`."""
    access.require(by, Act.WAIVE_WORDS, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    if not standing.waived:
        raise ChangedMeanwhile
    if not standing.waiver_can_be_taken_back:
        raise WaiverIsUsed

    entry = _keep(What.WAIT_FOR_ME, None, by=by, about=about, now=now, write_id=write_id, standing=standing)

    _record(by, Act.WAIVE_WORDS, entry, now)

    tell(about.id)
    return entry


# --- the picture so far ----------------------------------------------------------------------------


@atomic
def write_picture(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    saw: str,
    think: str,
    seen: uuid.UUID | None,
) -> Entry:
    """Keep a version of what staff saw and were told, and what they think. She sees it at once.

    Raise `WaitingForTheirWords` before she has spoken or said “you start”; `ChangedMeanwhile` on a stale page.
    """
    access.require(by, Act.WRITE_PICTURE, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    if not standing.picture_is_open:
        raise WaitingForTheirWords(about.client_name)
    _must_have_seen(standing.picture, seen)

    body = {"saw": saw, "think": think}
    entry = _keep(What.PICTURE, body, by=by, about=about, now=now, write_id=write_id, standing=standing)

    _record(by, Act.WRITE_PICTURE, entry, now)

    tell(about.id)
    return entry


@atomic
def take_urgent_path(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    reason: UrgentReason,
    sentence: str,
    saw: str,
    think: str,
    seen: uuid.UUID | None,
) -> Entry:
    """Keep a picture before her words, with a reason from the short list and a sentence. She sees all of it at once.

    It opens the way for this one version only. Raise `TheirWordsAreThere` when it is not needed,
    `ChangedMeanwhile` on a stale page.
    """
    access.require(by, Act.TAKE_URGENT_PATH, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    if standing.picture_is_open:
        raise TheirWordsAreThere(about.client_name)
    _must_have_seen(standing.picture, seen)

    body = {"reason": reason.value, "sentence": sentence, "saw": saw, "think": think}
    entry = _keep(What.URGENT, body, by=by, about=about, now=now, write_id=write_id, standing=standing)

    _record(by, Act.TAKE_URGENT_PATH, entry, now)

    tell(about.id)
    return entry


# --- the three columns -----------------------------------------------------------------------------


def _must_be_open(by: Viewer, about: Place, standing: Standing) -> None:
    """She may begin at any time; what others put into the picture waits for her words."""
    if by.person_id != about.client_id and not standing.picture_is_open:
        raise WaitingForTheirWords(about.client_name)


def _own_line(standing: Standing, line: uuid.UUID, by: Viewer, seen: uuid.UUID | None) -> Entry:
    stands = standing.line(line)
    if stands is None or stands.what == What.SCALE:
        raise NotFound
    if stands.said_by_id != by.person_id:
        raise NotYourLine
    _must_have_seen(stands, seen)
    return stands


@atomic
def add_to_picture(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    what: What,
    words: str,
    sort: WorrySort | None = None,
    line: uuid.UUID | None = None,
    seen: uuid.UUID | None = None,
) -> Entry:
    """Keep a line in one of the columns, or a new version of one's own line. A worry says its sort.

    Raise `WaitingForTheirWords` when staff come before her words, `NotYourLine`, `ChangedMeanwhile` on a stale page.
    """
    access.require(by, Act.ADD_TO_PICTURE, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    _must_be_open(by, about, standing)
    stands = _own_line(standing, line, by, seen) if line else None
    if what not in COLUMNS or (stands is not None and stands.what != what):
        raise NotFound

    body = {"words": words, "sort": (sort or WorrySort.FUTURE).value} if what is What.WORRY else {"words": words}
    hers = by.person_id == about.client_id
    entry = _keep(
        what,
        body,
        by=by,
        about=about,
        now=now,
        write_id=write_id,
        standing=standing,
        thread=line or write_id,
        place=stands.stands_as if stands else rules.own_place(standing.next_number, hers=hers),
    )

    _record(by, Act.ADD_TO_PICTURE, entry, now)

    tell(about.id)
    return entry


@atomic
def take_back_line(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    line: uuid.UUID,
    seen: uuid.UUID | None = None,
) -> Entry:
    """Take one's own line back, or her “I see it differently” beside it. It stays among what stood there earlier.

    Raise `NotYourLine`, `ChangedMeanwhile` on a stale page.
    """
    access.require(by, Act.ADD_TO_PICTURE, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    beside = standing.beside(line)
    if beside is not None and by.person_id == about.client_id:
        stands = beside
        _must_have_seen(stands, seen)
    else:
        stands = _own_line(standing, line, by, seen)
    if stands.is_taken_back:
        raise ChangedMeanwhile

    entry = _keep(
        What(stands.what),
        None,
        by=by,
        about=about,
        now=now,
        write_id=write_id,
        standing=standing,
        thread=line,
        place=stands.stands_as,
    )

    _record(by, Act.ADD_TO_PICTURE, entry, now)

    tell(about.id)
    return entry


@atomic
def say_where_it_stands(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, number: int, words: str = ""
) -> Entry:
    """Keep where it stands for the one who says it, from 0 to 10. Nobody's number is put together with another's.

    Raise `WaitingForTheirWords` when staff come before her words.
    """
    access.require(by, Act.ADD_TO_PICTURE, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    _must_be_open(by, about, standing)

    before, hers = standing.scale_of(by.person_id), by.person_id == about.client_id
    entry = _keep(
        What.SCALE,
        {"number": number, "words": words},
        by=by,
        about=about,
        now=now,
        write_id=write_id,
        standing=standing,
        thread=before.thread if before else write_id,
        place=before.stands_as if before else rules.own_place(standing.next_number, hers=hers),
    )

    _record(by, Act.ADD_TO_PICTURE, entry, now)

    tell(about.id)
    return entry


@atomic
def see_it_differently(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    line: uuid.UUID,
    words: str,
    seen: uuid.UUID | None = None,
) -> Entry:
    """She says how she sees a line, or a picture, that somebody else wrote. It stands beside it from then on.

    `line` is the entry that began it, `seen` her earlier answer if there is one. Raise `ChangedMeanwhile`.
    """
    access.require(by, Act.DIFFER_ON_PICTURE, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    begun = access.see(by, Entry, line, within=about.id)
    is_a_line = begun.what in COLUMNS and begun.thread == begun.id
    if begun.said_by_id == by.person_id or not (is_a_line or begun.what in PICTURES):
        raise NotFound
    before = standing.beside(line)
    _must_have_seen(before, seen)

    entry = _keep(
        What.DIFFERENTLY,
        {"words": words},
        by=by,
        about=about,
        now=now,
        write_id=write_id,
        standing=standing,
        thread=line,
        place=before.stands_as if before else rules.own_place(standing.next_number, hers=True),
    )

    _record(by, Act.DIFFER_ON_PICTURE, entry, now)

    tell(about.id)
    return entry


# --- listening back --------------------------------------------------------------------------------


def _listen(
    act: Act,
    event: Event,
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    seen: uuid.UUID | None,
    words: str | None = None,
) -> Entry:
    """Take one step of the table `rules.TRANSITIONS`. Raise `NotNow` or, on a stale page, `ChangedMeanwhile`."""
    access.require(by, act, about=about)
    standing = _in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Entry, known)
    stands = standing.listening
    if not rules.can_follow(standing.state, event):
        raise NotNow(event)
    _must_have_seen(stands, seen)

    begins = event is Event.SEND or stands is None
    entry = _keep(
        rules.LEAVES[event],
        None if words is None else {"words": words},
        by=by,
        about=about,
        now=now,
        write_id=write_id,
        standing=standing,
        thread=write_id if begins or stands is None else stands.thread,
    )
    if rules.she_was_heard(rules.TRANSITIONS[standing.state][event]):
        mark_heard(about.id, now)

    _record(by, act, entry, now)

    tell(about.id)
    return entry


@atomic
def send_listening(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, words: str, seen: uuid.UUID | None
) -> Entry:
    """Staff say back what they heard. Only one thread is open at a time. Raise `NotNow`, `ChangedMeanwhile`."""
    return _listen(
        Act.SEND_LISTENING, Event.SEND, by=by, about=about, now=now, write_id=write_id, seen=seen, words=words
    )


@atomic
def correct_listening(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, words: str, seen: uuid.UUID | None
) -> Entry:
    """Staff write again what they heard, after her “not quite”. Raise `NotNow`, `ChangedMeanwhile`."""
    return _listen(
        Act.CORRECT_LISTENING, Event.CORRECT, by=by, about=about, now=now, write_id=write_id, seen=seen, words=words
    )


@atomic
def answer_not_quite(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, words: str, seen: uuid.UUID | None
) -> Entry:
    """She says “not quite”, and in her own sentence what she meant. Raise `NotNow`, `ChangedMeanwhile`."""
    return _listen(
        Act.ANSWER_LISTENING, Event.NOT_QUITE, by=by, about=about, now=now, write_id=write_id, seen=seen, words=words
    )


@atomic
def answer_yes(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, seen: uuid.UUID | None
) -> Entry:
    """She says “yes, that is what I meant” to the version `seen`. Raise `NotNow`, `ChangedMeanwhile`."""
    return _listen(Act.ANSWER_LISTENING, Event.YES, by=by, about=about, now=now, write_id=write_id, seen=seen)


@atomic
def skip_listening(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, seen: uuid.UUID | None
) -> Entry:
    """She goes on without it, at any time, also before anything was sent. Raise `NotNow`, `ChangedMeanwhile`."""
    return _listen(Act.SKIP_LISTENING, Event.SKIP, by=by, about=about, now=now, write_id=write_id, seen=seen)
