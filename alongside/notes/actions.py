"""Writing, correcting and adding to notes, her own pages, and keeping a part from her for a while.

Every action keeps one new row; nothing that was said is ever changed. Those of one partnership go one
after the other, so that what stands when an action begins still stands when it ends. Each returns the
id of the row it made.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.consent.models import NamedReader
from alongside.kit.errors import ChangedMeanwhile, NotFound, Refused
from alongside.live.actions import tell
from alongside.notes import rules
from alongside.notes.models import Note, Voice, Withheld
from alongside.notes.queries import may_be_asked, may_be_named, may_be_second, side_of
from alongside.notes.rules import NEWS, Agreeing, Audience, Category, Side, WaitsFor, What
from alongside.people.rules import Role


class NothingIsShared(Refused):
    """A partner wrote while nothing was shared with them."""

    status = 403
    code = "nothing_is_shared"
    sentence = _(
        "You can write here while something is shared with you. It was not kept; what you typed is still here."
    )


class NotYoursToRewrite(Refused):
    """A new version of what the other side wrote."""

    status = 403
    code = "not_yours_to_rewrite"
    sentence = _(
        "Only the side that wrote this can write it anew. You can ask for a correction, or say where you see it "
        "differently. What you typed is still here."
    )


class SayWhy(Refused):
    """A correction without a reason."""

    code = "say_why"
    sentence = _("Please say in a few words why you change it. What you typed is still here.")


class NotNow(Refused):
    """Nothing there waits for this: it was answered already, or never asked."""

    code = "not_now"
    sentence = _("Nothing here waits for this now. What you typed is still here.")


class AskedAlready(Refused):
    """The same person was asked to look and can still answer, or there is a challenge that waits for its answer."""

    code = "asked_already"
    sentence = _("This was asked already, and there is still time for an answer. What you typed is still here.")


class NotSomebodyHere(Refused):
    """Somebody was named who has no seat here, or none that suits."""

    code = "not_somebody_here"
    sentence = _("One of the people you chose has no seat here now. What you typed is still here.")


class NeedsASecondPerson(Refused):
    """Nobody withholds alone."""

    code = "needs_a_second_person"
    sentence = _(
        "A second person has to agree: a colleague with a seat here who is not you. "
        "Nothing was kept; what you typed is still here."
    )


class MarkMustBeShown(Refused):
    """The mark was to be hidden without the grounds for it."""

    code = "mark_must_be_shown"
    sentence = _(
        "The mark can be hidden only where it could lead to serious harm, and with a reason of its own. "
        "What you typed is still here."
    )


# --- steps of the actions ----------------------------------------------------------------------------


def _next(model: Any, **of: Any) -> int:
    """The next number. It counts rows that the writer may not see, and is shown to nobody as a count."""
    rows = model.objects.unguarded(because="the next number").filter(**of)
    return 1 + (rows.aggregate(last=Max("number"))["last"] or 0)


def _note(by: Viewer, about: Place, note_id: uuid.UUID, kind: Kind = Kind.NOTE) -> Note:
    note: Note | None = Note.objects.visible_to(by, within=about.id, only=(kind,)).filter(id=note_id).first()
    if note is None:
        raise NotFound
    return note


def _standing(by: Viewer, note: Note, seen: uuid.UUID | None) -> Voice:
    """The version that stands. Raise `ChangedMeanwhile` when it is not the one on the page."""
    standing: Voice = Voice.objects.visible_to(by, within=note.partnership_id).get(note_id=note.id, stands=True)
    if standing.id != seen:
        raise ChangedMeanwhile
    return standing


def _voice(by: Viewer, note: Note, voice_id: uuid.UUID | None, what: What) -> Voice:
    """A voice that still waits for its answer. Raise `NotNow`."""
    voice: Voice | None = (
        Voice.objects.visible_to(by, within=note.partnership_id)
        .filter(note_id=note.id, id=voice_id, what=what, answered=None)
        .first()
    )
    if voice is None:
        raise NotNow
    return voice


def _say(
    what: What,
    *,
    by: Viewer,
    note: Note,
    side: Side,
    now: datetime.datetime,
    write_id: uuid.UUID,
    body: dict[str, Any] | None = None,
    kind: Kind | None = None,
    waits: WaitsFor | None = None,
    **more: Any,
) -> Voice:
    """Keep one voice. What waited in the note for this side waits no more, but for what a third person says."""
    if what is not What.LOOKED:
        Voice.objects.visible_to(by, within=note.partnership_id).filter(
            note_id=note.id, waits=side.value, what__in=sorted(NEWS)
        ).update(waits="")
    voice: Voice = Voice.objects.create(
        id=write_id,
        partnership_id=note.partnership_id,
        kind=kind or note.its_kind(),
        note_id=note.id,
        number=_next(Voice, note_id=note.id),
        what=what,
        stands=True if what is What.VERSION else None,
        body=body,
        side=side,
        said_by_id=by.person_id,
        said_at=now,
        opens_at=note.opens_at,
        waits=waits or "",
        **more,
    )
    return voice


def _record(by: Viewer, act: Act, row: Note | Voice | Withheld, now: datetime.datetime, write_id: uuid.UUID) -> None:
    access.record(
        by, act, partnership_id=row.partnership_id, kind=row.its_kind(), now=now, row_id=row.id, write_id=write_id
    )


def _due(about: Place, now: datetime.datetime) -> datetime.datetime:
    zone = ZoneInfo(about.partnership.organisation.time_zone)
    return rules.working_days_after(now, rules.WORKING_DAYS_TO_ANSWER, zone)


def _name(about: Place, row_id: uuid.UUID, person_id: uuid.UUID, *, now: Any, until: Any) -> None:
    """Let somebody read this one row."""
    NamedReader.objects.create(partnership_id=about.id, row_id=row_id, person_id=person_id, since=now, until=until)


def _answered(voice: Voice, by: Voice | uuid.UUID) -> None:
    voice.answered, voice.waits = (by.id if isinstance(by, Voice) else by), ""
    voice.save(update_fields=["answered", "waits"])


# --- notes -------------------------------------------------------------------------------------------


@atomic
def write_note(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    headline: str,
    happened: str,
    think: str,
    together: bool = False,
    tomorrow: bool = False,
) -> uuid.UUID:
    """Write a note: what happened, and apart from that what one thinks.

    She sees a note of staff at once or, with `tomorrow`, 24 hours later; that moment never moves. A
    note begun `together` is open to both at once. A partner writes what they observed, while something
    is shared with them: raise `NothingIsShared`.
    """
    access.require(by, Act.WRITE_NOTE, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    side = side_of(by.roles_in(about.id))
    if side is Side.GUEST and about.id not in {partnership_id for partnership_id, _kind in by.shared}:
        raise NothingIsShared

    together = together and side is not Side.GUEST
    waits = tomorrow and side is Side.STAFF and not together
    note: Note = Note.objects.create(
        id=write_id,
        partnership_id=about.id,
        kind=Kind.NOTE,
        number=_next(Note, partnership_id=about.id, kind=Kind.NOTE),
        began=side,
        begun_by_id=by.person_id,
        begun_at=now,
        together=together,
        opens_at=now + rules.BY_TOMORROW if waits else now,
    )
    body = {"headline": headline, "happened": happened, "think": think}
    first = uuid.uuid5(write_id, "first version")
    _say(What.VERSION, by=by, note=note, side=side, now=now, write_id=first, body=body, waits=rules.waits_for(side))

    _record(by, Act.WRITE_NOTE, note, now, write_id)

    tell(about.id)
    return note.id


@atomic
def correct_note(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    note_id: uuid.UUID,
    seen: uuid.UUID | None,
    headline: str,
    happened: str,
    think: str,
    reason: str,
    answers: frozenset[uuid.UUID] = frozenset(),
) -> uuid.UUID:
    """Write the next version, with who and why; the one before it stays. It is unsigned.

    `answers` are the asks for a correction that it answers. While a note is drafted together, either
    may write and no reason is needed. Raise `NotYoursToRewrite`, `SayWhy` or, on a stale page, `ChangedMeanwhile`.
    """
    access.require(by, Act.CORRECT_NOTE, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    note, side = _note(by, about, note_id), side_of(by.roles_in(about.id))
    if not rules.may_rewrite(began=Side(note.began), together=note.together, side=side):
        raise NotYoursToRewrite
    standing = _standing(by, note, seen)
    if not reason.strip() and not _is_draft(by, note):
        raise SayWhy
    asked = [_voice(by, note, ask, What.ASKED) for ask in answers]

    standing.stands, standing.waits = None, ""
    standing.save(update_fields=["stands", "waits"])
    body = {"headline": headline, "happened": happened, "think": think, "reason": reason}
    voice = _say(
        What.VERSION, by=by, note=note, side=side, now=now, write_id=write_id, body=body, waits=rules.waits_for(side)
    )
    for ask in asked:
        _answered(ask, voice)

    _record(by, Act.CORRECT_NOTE, voice, now, write_id)

    tell(about.id)
    return voice.id


def _is_draft(by: Viewer, note: Note) -> bool:
    """Still drafted together: nobody has signed, and nobody sees it differently."""
    fixed = [What.SIGNED, What.DIFFERENT]
    return (
        note.together
        and not Voice.objects.visible_to(by, within=note.partnership_id)
        .filter(note_id=note.id, what__in=fixed)
        .exists()
    )


def _beside(
    act: Act,
    what: What,
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    note_id: uuid.UUID,
    seen: uuid.UUID | None,
    words: str | None = None,
) -> uuid.UUID:
    """Keep something that stands beside the version, or marks it. Raise `ChangedMeanwhile` on a stale page."""
    access.require(by, act, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    note, side = _note(by, about, note_id), side_of(by.roles_in(about.id))
    standing = _standing(by, note, seen)
    tapped = what in (What.SIGNED, What.READ)
    if tapped:
        taps = Voice.objects.visible_to(by, within=about.id).filter(note_id=note.id, what=what, about=standing.id)
        done: Voice | None = taps.filter(said_by_id=by.person_id).first()
        if done is not None:
            return done.id
    if what is What.ASKED and not rules.may_ask_correction(began=Side(note.began), together=note.together, side=side):
        raise NotNow
    waits = None if tapped else rules.waits_for(side)

    voice = _say(
        what, by=by, note=note, side=side, now=now, write_id=write_id, waits=waits,
        body=None if words is None else {"words": words}, about=standing.id,
    )  # fmt: skip

    _record(by, act, voice, now, write_id)

    tell(about.id)
    return voice.id


@atomic
def see_differently(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, note_id: uuid.UUID,
    seen: uuid.UUID | None, words: str,
) -> uuid.UUID:  # fmt: skip
    """Put one's own account beside the note. It has the same rank, and nobody else ever changes it."""
    return _beside(
        Act.SEE_DIFFERENTLY, What.DIFFERENT, by=by, about=about, now=now, write_id=write_id, note_id=note_id,
        seen=seen, words=words,
    )  # fmt: skip


@atomic
def add_to_note(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, note_id: uuid.UUID,
    seen: uuid.UUID | None, words: str,
) -> uuid.UUID:  # fmt: skip
    """Add something to the note, whoever wrote it."""
    return _beside(
        Act.ADD_TO_NOTE, What.ADDED, by=by, about=about, now=now, write_id=write_id, note_id=note_id, seen=seen,
        words=words,
    )  # fmt: skip


@atomic
def say_how_i_see_it_now(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, note_id: uuid.UUID,
    seen: uuid.UUID | None, words: str,
) -> uuid.UUID:  # fmt: skip
    """Say how one sees a note now, weeks or years later."""
    return _beside(
        Act.ADD_TO_NOTE, What.LATER, by=by, about=about, now=now, write_id=write_id, note_id=note_id, seen=seen,
        words=words,
    )  # fmt: skip


@atomic
def sign_note(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, note_id: uuid.UUID,
    seen: uuid.UUID | None,
) -> uuid.UUID:  # fmt: skip
    """Sign the version that stands: this is how I see it too. A later version is unsigned."""
    return _beside(
        Act.SIGN_NOTE, What.SIGNED, by=by, about=about, now=now, write_id=write_id, note_id=note_id, seen=seen
    )


@atomic
def mark_read(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, note_id: uuid.UUID,
    seen: uuid.UUID | None,
) -> uuid.UUID:  # fmt: skip
    """Say that one has read the version that stands, and nothing about whether it is right."""
    return _beside(Act.SIGN_NOTE, What.READ, by=by, about=about, now=now, write_id=write_id, note_id=note_id, seen=seen)


@atomic
def ask_correction(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, note_id: uuid.UUID,
    seen: uuid.UUID | None, words: str,
) -> uuid.UUID:  # fmt: skip
    """Ask the side that wrote the note to correct something in it."""
    return _beside(
        Act.ASK_CORRECTION, What.ASKED, by=by, about=about, now=now, write_id=write_id, note_id=note_id, seen=seen,
        words=words,
    )  # fmt: skip


@atomic
def leave_as_is(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, note_id: uuid.UUID, ask: uuid.UUID,
    words: str,
) -> uuid.UUID:  # fmt: skip
    """Answer an ask for a correction with the reason why it stays as it is. Both stay to be read. Raise `NotNow`."""
    access.require(by, Act.LEAVE_AS_IS, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    note, side = _note(by, about, note_id), side_of(by.roles_in(about.id))
    if not rules.may_rewrite(began=Side(note.began), together=note.together, side=side):
        raise NotYoursToRewrite
    asked = _voice(by, note, ask, What.ASKED)

    voice = _say(
        What.LEFT, by=by, note=note, side=side, now=now, write_id=write_id, body={"words": words}, about=asked.id,
        waits=rules.waits_for(side),
    )  # fmt: skip
    _answered(asked, voice)

    _record(by, Act.LEAVE_AS_IS, voice, now, write_id)

    tell(about.id)
    return voice.id


# --- a third person looks ----------------------------------------------------------------------------


@atomic
def ask_to_look(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    note_id: uuid.UUID,
    seen: uuid.UUID | None,
    whom: uuid.UUID,
    words: str,
) -> uuid.UUID:
    """Ask somebody with a seat here to look at this one note, and say what they think within two working days.

    They may read the note from now on, whatever their seat opens, until a week after their answer. She
    may ask anybody; staff only colleagues. Raise `NotSomebodyHere`, `AskedAlready`.
    """
    access.require(by, Act.ASK_TO_LOOK, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    note, side = _note(by, about, note_id), side_of(by.roles_in(about.id))
    _standing(by, note, seen)
    if whom not in may_be_asked(about, side=side, not_to=by.person_id):
        raise NotSomebodyHere
    open_now = Voice.objects.visible_to(by, within=about.id).filter(note_id=note.id, what=What.LOOK, answered=None)
    if open_now.filter(whom_id=whom, due__gt=now).exists():
        raise AskedAlready

    # Whoever let the time pass may still answer, and is waited for no more.
    open_now.filter(said_by_id=by.person_id, due__lte=now).update(waits="")
    due = _due(about, now)
    voice = _say(
        What.LOOK, by=by, note=note, side=side, now=now, write_id=write_id, whom_id=whom, due=due, waits=WaitsFor.WHOM,
        body={"words": words} if words.strip() else None,
    )  # fmt: skip
    _name(about, note.id, whom, now=now, until=due + rules.LOOK_ENDS_AFTER)

    _record(by, Act.ASK_TO_LOOK, voice, now, write_id)

    tell(about.id)
    return voice.id


@atomic
def answer_look(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, note_id: uuid.UUID, look: uuid.UUID,
    words: str,
) -> uuid.UUID:  # fmt: skip
    """The person who was asked says what they think. It stands with the note; a week later they read it no more."""
    access.require(by, Act.ANSWER_LOOK, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    note = _note(by, about, note_id)
    asked = _voice(by, note, look, What.LOOK)
    if asked.whom_id != by.person_id:
        raise NotNow

    voice = _say(
        What.LOOKED, by=by, note=note, side=side_of(by.roles_in(about.id)), now=now, write_id=write_id,
        body={"words": words}, about=asked.id, waits=WaitsFor(asked.side),
    )  # fmt: skip
    _answered(asked, voice)
    NamedReader.objects.filter(row_id=note.id, person_id=by.person_id, until__gt=now).update(
        until=now + rules.LOOK_ENDS_AFTER
    )

    _record(by, Act.ANSWER_LOOK, voice, now, write_id)

    tell(about.id)
    return voice.id


# --- her own pages -----------------------------------------------------------------------------------


@atomic
def keep_own(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, headline: str, happened: str
) -> uuid.UUID:
    """She begins a page of her own, which nobody else can open."""
    access.require(by, Act.KEEP_OWN, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known

    note: Note = Note.objects.create(
        id=write_id,
        partnership_id=about.id,
        kind=Kind.OWN,
        number=_next(Note, partnership_id=about.id, kind=Kind.OWN),
        began=Side.CLIENT,
        begun_by_id=by.person_id,
        begun_at=now,
        opens_at=now,
    )
    _say(
        What.VERSION, by=by, note=note, side=Side.CLIENT, now=now, write_id=uuid.uuid5(write_id, "first version"),
        body={"headline": headline, "happened": happened},
    )  # fmt: skip

    _record(by, Act.KEEP_OWN, note, now, write_id)

    # Nobody is told: nobody else has this page before them, and that she writes is hers to know.
    return note.id


@atomic
def rewrite_own(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, own_id: uuid.UUID,
    seen: uuid.UUID | None, headline: str, happened: str,
) -> uuid.UUID:  # fmt: skip
    """She writes a page of her own anew; what it said before stays, for her. Raise `ChangedMeanwhile`."""
    access.require(by, Act.KEEP_OWN, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    note = _note(by, about, own_id, Kind.OWN)
    standing = _standing(by, note, seen)

    standing.stands = None
    standing.save(update_fields=["stands"])
    voice = _say(
        What.VERSION, by=by, note=note, side=Side.CLIENT, now=now, write_id=write_id,
        body={"headline": headline, "happened": happened},
    )  # fmt: skip

    _record(by, Act.KEEP_OWN, voice, now, write_id)

    _tell_readers(note)
    return voice.id


@atomic
def say_how_i_see_mine_now(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, own_id: uuid.UUID,
    seen: uuid.UUID | None, words: str,
) -> uuid.UUID:  # fmt: skip
    """She says how she sees a page of her own now. Raise `ChangedMeanwhile`."""
    access.require(by, Act.KEEP_OWN, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    note = _note(by, about, own_id, Kind.OWN)
    standing = _standing(by, note, seen)

    voice = _say(
        What.LATER, by=by, note=note, side=Side.CLIENT, now=now, write_id=write_id, body={"words": words},
        about=standing.id,
    )  # fmt: skip

    _record(by, Act.KEEP_OWN, voice, now, write_id)

    _tell_readers(note)
    return voice.id


def _tell_readers(note: Note) -> None:
    """Tell open pages, where somebody else may have this one open."""
    if note.audience != Audience.ME:
        tell(note.partnership_id)


@atomic
def set_audience(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, own_id: uuid.UUID, audience: Audience,
    names: frozenset[uuid.UUID],
) -> uuid.UUID:  # fmt: skip
    """She says who may read a page of her own: nobody, who is her worker now, or people she names.

    It holds from this moment, in both directions. A worker who comes later reads nothing until she
    says so again. Raise `NotSomebodyHere`.
    """
    access.require(by, Act.SET_AUDIENCE, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    note = _note(by, about, own_id, Kind.OWN)
    here = may_be_named(about)
    wanted = {
        Audience.ME: frozenset[uuid.UUID](),
        Audience.WORKER: frozenset(seat.person_id for seat in about.seats_now if seat.role == Role.WORKER),
        Audience.NAMED: names,
    }[audience]
    if not wanted <= here.keys() or (audience is not Audience.ME and not wanted):
        raise NotSomebodyHere

    readers = NamedReader.objects.filter(row_id=note.id, until=None)
    readers.exclude(person_id__in=wanted).update(until=now)
    for person_id in sorted(wanted - set(readers.values_list("person_id", flat=True))):
        _name(about, note.id, person_id, now=now, until=None)
    note.audience = audience
    note.save(update_fields=["audience"])

    _record(by, Act.SET_AUDIENCE, note, now, write_id)

    tell(about.id)
    return note.id


# --- withheld parts ----------------------------------------------------------------------------------


@atomic
def withhold(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    note_id: uuid.UUID,
    part: str,
    category: Category,
    reason: str,
    second: uuid.UUID,
    days: int,
    hide: bool = False,
    why_hidden: str = "",
) -> uuid.UUID:
    """Write a part of a note that is kept from her for `days` days, ninety at most, once a second person agrees.

    Until they do, a day at most, nothing of it is shown to her; if they have not by then, or say no, it
    is open to her like any text. Raise `NeedsASecondPerson`, `MarkMustBeShown`.
    """
    access.require(by, Act.WITHHOLD, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    note = _note(by, about, note_id)
    if second not in may_be_second(about, not_to=by.person_id):
        raise NeedsASecondPerson
    if hide and not rules.may_hide_marker(category=category, reason=why_hidden):
        raise MarkMustBeShown
    if not 1 <= days <= rules.WITHHELD_DAYS:
        raise NotNow

    until = now + datetime.timedelta(days=days)
    withheld: Withheld = Withheld.objects.create(
        id=write_id,
        partnership_id=about.id,
        kind=Kind.SHIELDED if hide else Kind.WITHHELD,
        note_id=note.id,
        category=category,
        body={"part": part, "reason": reason, "why_hidden": why_hidden if hide else ""},
        decided_by_id=by.person_id,
        asked_at=now,
        until=until,
        second_id=second,
        closed_until=min(now + rules.AGREED_WITHIN, until),
        opens_at=note.opens_at,
    )

    _record(by, Act.WITHHOLD, withheld, now, write_id)

    _tell_of(withheld)
    return withheld.id


@atomic
def answer_withheld(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, withheld_id: uuid.UUID, answer: Agreeing
) -> uuid.UUID:
    """The second person agrees that a part is not shown, or that it is not shown but marked, or says no.

    With a yes it stays closed until the day that was fixed, and she finds a mark in its place; with a no
    it opens at once. Raise `NotNow` when they were not asked, or it is too late.
    """
    access.require(by, Act.AGREE_TO_WITHHOLD, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    withheld: Withheld = access.see(by, Withheld, withheld_id, within=about.id)
    asked = withheld.agreed_at is None and withheld.refused_at is None and withheld.closed_until > now
    if withheld.second_id != by.person_id or not asked:
        raise NotNow

    if answer is Agreeing.NO:
        withheld.refused_at, withheld.closed_until = now, now
    else:
        withheld.agreed_at, withheld.closed_until = now, withheld.until
        if answer is Agreeing.MARKED:
            withheld.kind = Kind.WITHHELD
        if withheld.its_kind() is Kind.WITHHELD:
            _mark(withheld, by=by, now=now, write_id=write_id)
            _name(about, withheld.id, by.person_id, now=now, until=withheld.until)
    withheld.save(update_fields=["refused_at", "agreed_at", "closed_until", "kind"])

    _record(by, Act.AGREE_TO_WITHHOLD, withheld, now, write_id)

    _tell_of(withheld)
    return withheld.id


def _tell_of(withheld: Withheld) -> None:
    """Tell open pages, but for a part without a mark: her page would ask itself again, and find nothing new."""
    if withheld.its_kind() is Kind.WITHHELD or withheld.refused_at:
        tell(withheld.partnership_id)


def _mark(withheld: Withheld, *, by: Viewer, now: datetime.datetime, write_id: uuid.UUID) -> None:
    """Put the mark in the place of the part: the category, until when, who decided and who agreed."""
    Voice.objects.create(
        id=uuid.uuid5(write_id, "mark"),
        partnership_id=withheld.partnership_id,
        kind=Kind.WITHHELD,
        note_id=withheld.note_id,
        number=_next(Voice, note_id=withheld.note_id),
        what=What.MARKER,
        body={"category": withheld.category, "until": withheld.until, "decided_by": withheld.decided_by_id},
        side=Side.STAFF,
        said_by_id=by.person_id,
        said_at=now,
        opens_at=withheld.opens_at,
        withheld_id=withheld.id,
        waits=WaitsFor.CLIENT,
    )


@atomic
def challenge(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, note_id: uuid.UUID, marker: uuid.UUID,
    words: str,
) -> uuid.UUID:  # fmt: skip
    """She challenges that something is not shown. The second person or a supervisor answers within two working days.

    Raise `NotNow` where there is no such mark, `AskedAlready` while a challenge waits for its answer.
    """
    access.require(by, Act.CHALLENGE, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    note = _note(by, about, note_id)
    mark = _voice(by, note, marker, What.MARKER)
    waiting = Voice.objects.visible_to(by, within=about.id).filter(note_id=note.id, what=What.CHALLENGE, answered=None)
    if waiting.filter(withheld_id=mark.withheld_id).exists():
        raise AskedAlready

    voice = _say(
        What.CHALLENGE, by=by, note=note, side=Side.CLIENT, now=now, write_id=write_id, body={"words": words},
        about=mark.id, kind=Kind.WITHHELD, withheld_id=mark.withheld_id, due=_due(about, now), waits=WaitsFor.SECOND,
    )  # fmt: skip
    assert mark.withheld_id is not None
    assert voice.due is not None
    for seat in about.seats_now:
        if seat.role == Role.SUPERVISOR:
            _name(about, mark.withheld_id, seat.person_id, now=now, until=voice.due + rules.LOOK_ENDS_AFTER)

    _record(by, Act.CHALLENGE, voice, now, write_id)

    tell(about.id)
    return voice.id


@atomic
def answer_challenge(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, withheld_id: uuid.UUID, words: str,
    opens: bool,
) -> uuid.UUID:  # fmt: skip
    """The second person, or a supervisor, answers her challenge; with `opens` the part is shown to her at once.

    Whoever decided that it is not shown does not answer it. Raise `NotNow`.
    """
    access.require(by, Act.ANSWER_CHALLENGE, about=about)
    access.in_turn(about)
    known = access.arrived(by, write_id)
    if known is not None:
        return known
    withheld: Withheld = access.see(by, Withheld, withheld_id, within=about.id)
    voices = Voice.objects.visible_to(by, within=about.id, only=(Kind.WITHHELD,))
    asked: Voice | None = voices.filter(withheld_id=withheld.id, what=What.CHALLENGE, answered=None).first()
    answers = by.person_id == withheld.second_id or Role.SUPERVISOR in by.roles_in(about.id)
    if asked is None or not answers or by.person_id == withheld.decided_by_id:
        raise NotNow

    voice: Voice = Voice.objects.create(
        id=write_id,
        partnership_id=about.id,
        kind=Kind.WITHHELD,
        note_id=withheld.note_id,
        number=_next(Voice, note_id=withheld.note_id),
        what=What.ANSWERED,
        body={"words": words},
        side=Side.STAFF,
        said_by_id=by.person_id,
        said_at=now,
        opens_at=withheld.opens_at,
        about=asked.id,
        withheld_id=withheld.id,
        waits=WaitsFor.CLIENT,
    )
    _answered(asked, voice)
    if opens and withheld.closed_until > now:
        withheld.closed_until = now
        withheld.save(update_fields=["closed_until"])

    _record(by, Act.ANSWER_CHALLENGE, voice, now, write_id)

    tell(about.id)
    return voice.id
