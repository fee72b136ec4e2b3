"""Offering and keeping a strength; naming a hard subject, saying how, moving it on, and the contact afterwards."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Denied, Kind, Place, Viewer
from alongside.kit.errors import NotFound, Refused
from alongside.live.actions import tell
from alongside.people.rules import Role
from alongside.topics import rules
from alongside.topics.models import Aftercare, Practice, Step, Strength, Topic
from alongside.topics.queries import comforts_in
from alongside.topics.rules import Audience, Leads, Move, Settled, Sort, State, What


class AlreadyKept(Refused):
    """She has kept this already."""

    code = "already_kept"
    sentence = _("This is kept already. Nothing was changed, and nothing you typed is lost.")


class SeenByAnother(Refused):
    """“I saw you do this” is what somebody else says."""

    status = 400
    code = "seen_by_another"
    sentence = _("What you did yourself is something that you managed. Nothing you typed is lost.")


class NotNow(Refused):
    """The subject does not stand where this could follow."""

    code = "not_now"
    sentence = _("This was changed after you opened the page, or it is not the moment for this. Nothing was changed.")


class OnlyAfterReady(Refused):
    """Somebody else said “talked” before she said that she was ready."""

    code = "only_after_ready"
    sentence = _("This can be said only after the person it is about has said “ready”. Nothing was changed.")


class ItWasTalkedAbout(Refused):
    """A subject that was talked about stays."""

    code = "it_was_talked_about"
    sentence = _("You have talked about this, so it stays here. You can say “not yet” to it at any time.")


class NotBeforeItsDay(Refused):
    """The contact is promised for a later day."""

    code = "not_before_its_day"
    sentence = _("This is promised for the day after. You can say that you were in touch from then on.")


class NothingSaid(Refused):
    """There is nothing to keep."""

    status = 400
    code = "nothing_said"
    sentence = _("There is nothing to keep yet. Everything here can be left out, but not all of it at once.")


def _record(by: Viewer, act: Act, row: Any, now: datetime.datetime, write_id: uuid.UUID, kind: Kind) -> None:
    access.record(by, act, partnership_id=row.partnership_id, kind=kind, now=now, row_id=row.id, write_id=write_id)


# --- strengths and what gets her through -----------------------------------------------------------


def _strength(by: Viewer, about: Place, strength_id: uuid.UUID) -> Strength:
    """What was offered or kept, held until the transaction ends. Raise `NotFound`."""
    rows = Strength.objects.visible_to(by, within=about.id).select_for_update()
    strength: Strength | None = rows.filter(id=strength_id).first()
    if strength is None:
        raise NotFound
    return strength


@atomic
def offer_strength(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    sort: Sort,
    words: str,
    when: str = "",
    where: str = "",
) -> Strength:
    """Keep what she writes; keep what somebody else writes as an offer, until she says yes. Raise `SeenByAnother`."""
    access.require(by, Act.OFFER_STRENGTH, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Strength, known)
    hers = by.person_id == about.client_id
    if hers and sort not in rules.HER_SORTS:
        raise SeenByAnother

    strength: Strength = Strength.objects.create(
        id=write_id,
        partnership_id=about.id,
        sort=sort.value,
        said={"words": words, "when": when, "where": where, "in_her_words": hers},
        offered_by_id=by.person_id,
        offered_at=now,
        kept_at=now if hers else None,
    )

    _record(by, Act.OFFER_STRENGTH, strength, now, write_id, Kind.STRENGTH)

    tell(about.id)
    return strength


@atomic
def keep_strength(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    strength_id: uuid.UUID,
    words: str = "",
) -> Strength:
    """She keeps what was offered, as it stands or in her own words. Then only hers are kept. Raise `AlreadyKept`."""
    access.require(by, Act.CONFIRM_STRENGTH, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Strength, known)
    strength = _strength(by, about, strength_id)
    if strength.kept_at is not None:
        raise AlreadyKept

    if words:
        strength.said = {**strength.said, "words": words, "in_her_words": True}
    strength.kept_at = now
    strength.save(update_fields=["said", "kept_at"])

    _record(by, Act.CONFIRM_STRENGTH, strength, now, write_id, Kind.STRENGTH)

    tell(about.id)
    return strength


@atomic
def decline_strength(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, strength_id: uuid.UUID
) -> None:
    """She says “no, thanks”: the offer is gone for everybody, and nothing of it is kept. Raise `AlreadyKept`."""
    access.require(by, Act.DECLINE_STRENGTH, about=about)
    if access.arrived(by, write_id) is not None:
        return
    strength = _strength(by, about, strength_id)
    if strength.kept_at is not None:
        raise AlreadyKept

    _delete(by, strength)

    _record(by, Act.DECLINE_STRENGTH, strength, now, write_id, Kind.STRENGTH)

    tell(about.id)


@atomic
def take_back_strength(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, strength_id: uuid.UUID
) -> None:
    """She takes anything back; somebody else what they offered, until she keeps it. It is gone for everybody.

    Raise `Denied`.
    """
    access.require(by, Act.TAKE_BACK_STRENGTH, about=about)
    if access.arrived(by, write_id) is not None:
        return
    strength = _strength(by, about, strength_id)
    hers, own = by.person_id == about.client_id, by.person_id == strength.offered_by_id
    if not rules.may_take_back(hers=hers, own=own, kept=strength.kept_at is not None):
        raise Denied(_("Only the person whose life this is about can take this back. Nothing was changed."))

    _delete(by, strength)

    _record(by, Act.TAKE_BACK_STRENGTH, strength, now, write_id, Kind.STRENGTH)

    tell(about.id)


def _delete(by: Viewer, strength: Strength) -> None:
    within = strength.partnership_id
    Practice.objects.visible_to(by, within=within).filter(strength_id=strength.id).delete()
    Strength.objects.visible_to(by, within=within).filter(id=strength.id).delete()


@atomic
def note_practice(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    strength_id: uuid.UUID,
    before: int | None,
    after: int | None,
    note: str = "",
) -> Practice:
    """She notes how big it felt before and after (0 to 10), all of it optional. Raise `NothingSaid`."""
    access.require(by, Act.NOTE_PRACTICE, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Practice, known)
    strength = _strength(by, about, strength_id)
    if strength.sort != Sort.HELPS or strength.kept_at is None:
        raise NotFound
    if before is None and after is None and not note:
        raise NothingSaid

    practice: Practice = Practice.objects.create(
        id=write_id,
        partnership_id=about.id,
        strength=strength,
        said={"before": before, "after": after, "note": note},
        done_at=now,
    )

    _record(by, Act.NOTE_PRACTICE, practice, now, write_id, Kind.STRENGTH)

    tell(about.id)
    return practice


# --- what is hard to talk about --------------------------------------------------------------------


def _topic(by: Viewer, about: Place, topic_id: uuid.UUID) -> Topic:
    """The subject, held until the transaction ends. Raise `NotFound`."""
    rows = Topic.objects.visible_to(by, within=about.id).select_for_update()
    topic: Topic | None = rows.filter(id=topic_id).first()
    if topic is None:
        raise NotFound
    return topic


def _step(
    topic: Topic,
    what: What,
    said: dict[str, Any],
    *,
    by: Viewer,
    now: datetime.datetime,
    audience: Audience = Audience.ALL,
) -> Step:
    topic.count += 1
    topic.save(update_fields=["count"])
    step: Step = Step.objects.create(
        partnership_id=topic.partnership_id,
        topic=topic,
        number=topic.count,
        what=what.value,
        audience=audience.value,
        said=said,
        said_by_id=by.person_id,
        said_at=now,
    )
    return step


def _tell_layers(topic: Topic, layers: dict[What, str], *, by: Viewer, now: datetime.datetime, only: Audience) -> int:
    """Keep each layer that has words, and say how many. The headline is for everybody who works with her."""
    told = {what: words for what, words in layers.items() if words}
    for what, words in told.items():
        _step(topic, what, {"words": words}, by=by, now=now, audience=only)
    return len(told)


@atomic
def name_topic(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    headline: str,
    more: str = "",
    details: str = "",
    audience: Audience = Audience.WORKER,
) -> Topic:
    """Either puts something on the list, by a plain word; a bit more and all of it lie deeper.

    `audience` says who sees what lies deeper, besides her. The subject begins as “to talk about”.
    """
    access.require(by, Act.NAME_TOPIC, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Topic, known)

    topic: Topic = Topic.objects.create(
        id=write_id, partnership_id=about.id, headline=headline, named_by_id=by.person_id, named_at=now
    )
    _tell_layers(topic, {What.MORE: more, What.DETAILS: details}, by=by, now=now, only=audience)

    _record(by, Act.NAME_TOPIC, topic, now, write_id, Kind.TOPIC)

    tell(about.id)
    return topic


@atomic
def tell_more(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    topic_id: uuid.UUID,
    more: str = "",
    details: str = "",
    audience: Audience = Audience.WORKER,
) -> Topic:
    """She tells a bit more, or all of it; what she told before stays, among what is earlier. Raise `NothingSaid`."""
    access.require(by, Act.TELL_MORE, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Topic, known)
    topic = _topic(by, about, topic_id)
    if not _tell_layers(topic, {What.MORE: more, What.DETAILS: details}, by=by, now=now, only=audience):
        raise NothingSaid

    _record(by, Act.TELL_MORE, topic, now, write_id, Kind.TOPIC)

    tell(about.id)
    return topic


@atomic
def say_pace(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    topic_id: uuid.UUID,
    how_much: str = "",
    how_long: str = "",
    where: str = "",
    leads: Leads | None = None,
    stop_sign: str = "",
    companion: uuid.UUID | None = None,
    somebody_else: str = "",
    helps_now: Sequence[uuid.UUID] = (),
    helps_after: str = "",
) -> Topic:
    """She says how: how much, how long, where, who leads, what stops it at once, who is beside her, what helps after.

    `companion` is somebody with a seat here, `somebody_else` a name in her own words; `helps_now`, which of her own
    entries under “What gets me through” stand beside it. Raise `NothingSaid`.
    """
    access.require(by, Act.SAY_PACE, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Topic, known)
    topic = _topic(by, about, topic_id)
    if companion is not None and companion not in {seat.person_id for seat in about.seats_now}:
        raise NotFound
    if not {str(one) for one in helps_now} <= {one for one, _ in comforts_in(about)}:
        raise NotFound
    said = {
        "how_much": how_much,
        "how_long": how_long,
        "where": where,
        "leads": leads.value if leads else "",
        "stop_sign": stop_sign,
        "companion": str(companion) if companion else "",
        "somebody_else": somebody_else,
        "helps_now": [str(one) for one in helps_now],
        "helps_after": helps_after,
    }
    if not any(said.values()):
        raise NothingSaid

    _step(topic, What.PACE, said, by=by, now=now)

    _record(by, Act.SAY_PACE, topic, now, write_id, Kind.TOPIC)

    tell(about.id)
    return topic


def _move(topic: Topic, move: Move, state: State, *, by: Viewer, now: datetime.datetime) -> None:
    topic.state = state.value
    topic.proposed_by = topic.proposed_at = None
    if state is State.TALKED:
        topic.talked_at = now
    topic.save(update_fields=["state", "proposed_by", "proposed_at", "talked_at"])
    _step(topic, What.MOVED, {"to": move.value}, by=by, now=now)


@atomic
def move_topic(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    topic_id: uuid.UUID,
    to: Move,
) -> Topic:
    """She says “ready” or “not yet”, also after talking. Hers alone. Raise `NotNow`."""
    access.require(by, Act.MOVE_TOPIC, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Topic, known)
    topic = _topic(by, about, topic_id)
    state = rules.follows(State(topic.state), to, hers=True)
    if state is None or to is Move.TALKED:
        raise NotNow

    _move(topic, to, state, by=by, now=now)

    _record(by, Act.MOVE_TOPIC, topic, now, write_id, Kind.TOPIC)

    tell(about.id)
    return topic


@atomic
def propose_topic(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    topic_id: uuid.UUID,
    words: str = "",
) -> Topic:
    """Staff ask whether this is a good time, once until she has said. It moves nothing. Raise `NotNow`."""
    access.require(by, Act.PROPOSE_TOPIC, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Topic, known)
    topic = _topic(by, about, topic_id)
    if not rules.can_be_proposed(State(topic.state)) or topic.proposed_at is not None:
        raise NotNow

    topic.proposed_by_id, topic.proposed_at = by.person_id, now
    topic.save(update_fields=["proposed_by", "proposed_at"])
    _step(topic, What.PROPOSED, {"words": words}, by=by, now=now)

    _record(by, Act.PROPOSE_TOPIC, topic, now, write_id, Kind.TOPIC)

    tell(about.id)
    return topic


@atomic
def say_talked(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, topic_id: uuid.UUID) -> Topic:
    """Either says “we talked”; staff only after her “ready”. Somebody promises to be in touch on the next day.

    It is whoever of the staff says so, else her worker. Raise `OnlyAfterReady`, `NotNow`.
    """
    access.require(by, Act.TALKED, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Topic, known)
    topic = _topic(by, about, topic_id)
    hers, stands = by.person_id == about.client_id, State(topic.state)
    state = rules.follows(stands, Move.TALKED, hers=hers)
    if state is None:
        raise NotNow if hers or stands is State.TALKED else OnlyAfterReady

    _move(topic, Move.TALKED, state, by=by, now=now)
    promised_by = _who_is_in_touch(about, by)
    if promised_by is not None:
        Aftercare.objects.create(
            partnership_id=about.id,
            topic=topic,
            promised_by_id=promised_by,
            talked_at=now,
            due=rules.day_after(now, time_zone=about.partnership.organisation.time_zone),
        )

    _record(by, Act.TALKED, topic, now, write_id, Kind.TOPIC)

    tell(about.id)
    return topic


def _who_is_in_touch(about: Place, by: Viewer) -> uuid.UUID | None:
    """Whoever says so if they work with her, else her worker, else who stands in; nobody when there is nobody."""
    if by.person_id != about.client_id:
        return by.person_id
    for role in (Role.WORKER, Role.COVER):
        for seat in about.seats_now:
            if seat.role == role:
                found: uuid.UUID = seat.person_id
                return found
    return None


@atomic
def take_off_topic(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, topic_id: uuid.UUID
) -> None:
    """She takes it off the list, whoever named it: nothing of it is kept. Raise `ItWasTalkedAbout`."""
    access.require(by, Act.TAKE_OFF_TOPIC, about=about)
    if access.arrived(by, write_id) is not None:
        return
    topic = _topic(by, about, topic_id)
    if not rules.can_be_taken_off(talked_once=topic.talked_at is not None):
        raise ItWasTalkedAbout

    Step.objects.visible_to(by, within=about.id).filter(topic_id=topic.id).delete()
    Topic.objects.visible_to(by, within=about.id).filter(id=topic.id).delete()

    _record(by, Act.TAKE_OFF_TOPIC, topic, now, write_id, Kind.TOPIC)

    tell(about.id)


@atomic
def look_back_at_topic(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    topic_id: uuid.UUID,
    glad: int | None,
    words: str = "",
) -> Topic:
    """She says whether it was good to talk (1 to 5), or skips it (`None`). Raise `NotNow`."""
    access.require(by, Act.LOOK_BACK_AT_TOPIC, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Topic, known)
    topic = _topic(by, about, topic_id)
    if topic.talked_at is None:
        raise NotNow

    _step(topic, What.LOOKED_BACK, {"glad": glad, "words": words}, by=by, now=now)

    _record(by, Act.LOOK_BACK_AT_TOPIC, topic, now, write_id, Kind.TOPIC)

    tell(about.id)
    return topic


# --- the day after ---------------------------------------------------------------------------------


def _aftercare(by: Viewer, about: Place, aftercare_id: uuid.UUID) -> Aftercare:
    rows = Aftercare.objects.visible_to(by, within=about.id).select_for_update()
    aftercare: Aftercare | None = rows.filter(id=aftercare_id).first()
    if aftercare is None:
        raise NotFound
    return aftercare


def _settle(aftercare: Aftercare, settled: Settled, *, by: Viewer, now: datetime.datetime) -> None:
    if aftercare.settled:
        raise NotNow
    aftercare.settled, aftercare.settled_by_id, aftercare.settled_at = settled.value, by.person_id, now
    aftercare.save(update_fields=["settled", "settled_by", "settled_at"])


@atomic
def keep_aftercare(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, aftercare_id: uuid.UUID
) -> Aftercare:
    """Staff were in touch, on the promised day or later. Raise `NotBeforeItsDay`, `NotNow`."""
    access.require(by, Act.KEEP_AFTERCARE, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Aftercare, known)
    aftercare = _aftercare(by, about, aftercare_id)
    if rules.day_of(now, time_zone=about.partnership.organisation.time_zone) < aftercare.due:
        raise NotBeforeItsDay

    _settle(aftercare, Settled.KEPT, by=by, now=now)

    _record(by, Act.KEEP_AFTERCARE, aftercare, now, write_id, Kind.TOPIC)

    tell(about.id)
    return aftercare


@atomic
def decline_aftercare(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, aftercare_id: uuid.UUID
) -> Aftercare:
    """She does not want the contact: it is settled, and nobody is late. Raise `NotNow`."""
    access.require(by, Act.DECLINE_AFTERCARE, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Aftercare, known)
    aftercare = _aftercare(by, about, aftercare_id)

    _settle(aftercare, Settled.DECLINED, by=by, now=now)

    _record(by, Act.DECLINE_AFTERCARE, aftercare, now, write_id, Kind.TOPIC)

    tell(about.id)
    return aftercare
