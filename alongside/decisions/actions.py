"""Writing in a decision. Either puts things on the table; she alone weighs, leans, checks and chooses."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.transaction import atomic
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.decisions import rules
from alongside.decisions.models import Addition, Decision, Gap, Mark, View
from alongside.decisions.rules import Answer, MarkKind, Move, Point, Sort, State, Trigger, WayKind
from alongside.kit.errors import NotFound, Refused
from alongside.kit.ids import id_from
from alongside.live.actions import tell

# --- What can go wrong ---------------------------------------------------------------------------


class ListeningFirst(Refused):
    """She has not said yet that she was understood, nor skipped it."""

    code = "listening_first"
    sentence = _(
        "Listening comes first. Ways and their sides can be added once it is said “yes, that is what I meant”, "
        "or once that is skipped. Nothing was changed, and nothing you typed is lost."
    )


class OnlyInformation(Refused):
    """There are fewer than two ways."""

    code = "only_information"
    sentence = _(
        "There is only one way here, or none. One way is information, not a choice. "
        "Add another way first. Nothing was changed."
    )


class NotNow(Refused):
    """The decision stands somewhere else than this needs."""

    code = "not_now"


class ChangedInAnotherWindow(Refused):
    """Another window of hers said something else since this one was drawn."""

    code = "changed_meanwhile"
    sentence = _(
        "You changed this in another window meanwhile. Nothing is lost: below is what you chose here, and under it "
        "what you said there. Send it again to keep what you chose here."
    )

    def __init__(self, *, there: Mapping[str, Any], weighing_id: uuid.UUID) -> None:
        super().__init__()
        self.there = there
        self.weighing_id = weighing_id


class SealStaysClosed(Refused):
    """She said that somebody is pushing her."""

    code = "seal_stays_closed"
    sentence = _(
        "You said that somebody is pushing you. So nobody’s own view is opened now. "
        "You can change that answer at any time."
    )


class SealHolds(Refused):
    """She has not spoken, nor asked."""

    code = "seal_holds"
    sentence = _("This can be said openly only after she has said where she leans, or has asked. Nothing was changed.")


class TakenBack(Refused):
    """What this is about was taken back meanwhile."""

    code = "taken_back"
    sentence = _("This way was taken back meanwhile. Nothing was changed, and nothing you typed is lost.")


class InHerHands(Refused):
    """She has weighed this already, or leaned to it: it cannot be pulled from under her."""

    code = "in_her_hands"
    sentence = _(
        "This has been weighed or leaned to already, so it stays. If something has changed, say so as a hard side. "
        "Nothing was changed."
    )


class DaysDoNotFit(Refused):
    """A day lies where it cannot."""

    status = 400
    code = "days_do_not_fit"


class NothingSaid(Refused):
    """There is nothing to keep."""

    status = 400
    code = "nothing_said"


_CLOSED = _(
    "A choice has been made here. It stays as it is. Only the person it belongs to can open the question again."
)
_ALREADY_OPEN = _("This question is open. There is no choice yet to look back on or to open again.")
_DAY_HAS_PASSED = _("This day has passed. Please choose today or a later day. Nothing you typed is lost.")


# --- The beats that all share --------------------------------------------------------------------


def _locked(by: Viewer, about: Place, decision_id: uuid.UUID) -> Decision:
    """The decision, held until the transaction ends. Raise `NotFound`."""
    decision: Decision | None = (
        Decision.objects.visible_to(by, within=about.id).select_for_update().filter(id=decision_id).first()
    )
    if decision is None:
        raise NotFound
    return decision


def _open(by: Viewer, about: Place, decision_id: uuid.UUID) -> Decision:
    decision = _locked(by, about, decision_id)
    if decision.state not in rules.OPEN_STATES:
        raise NotNow(_CLOSED)
    return decision


def _way(by: Viewer, decision: Decision, way_id: uuid.UUID) -> Addition:
    way: Addition | None = (
        Addition.objects.visible_to(by, within=decision.partnership_id)
        .filter(decision_id=decision.id, sort=Sort.WAY.value, id=way_id)
        .first()
    )
    if way is None:
        raise NotFound
    if way.taken_back_at is not None:
        raise TakenBack
    return way


def _refuse_other_ways(by: Viewer, decision: Decision, ways: Iterable[uuid.UUID]) -> None:
    """Pass when each of `ways` is on the table; one query, also when there is none to look up."""
    standing = {
        addition.id: addition.taken_back_at is None
        for addition in Addition.objects.visible_to(by, within=decision.partnership_id).filter(
            decision_id=decision.id, sort=Sort.WAY.value
        )
    }
    if not set(ways) <= standing.keys():
        raise NotFound
    if not all(standing[way] for way in ways):
        raise TakenBack


def _refuse_only_information(by: Viewer, decision: Decision) -> None:
    real = Addition.objects.visible_to(by, within=decision.partnership_id).filter(
        decision_id=decision.id, way_kind=WayKind.REAL.value, taken_back_at=None
    )
    if rules.is_only_information(real.count()):
        raise OnlyInformation


def _moved(decision: Decision, move: Move, instead: str | Promise) -> State:
    state = rules.after(State(decision.state), move)
    if state is None:
        raise NotNow(instead)
    return state


def _today(about: Place, now: datetime.datetime) -> datetime.date:
    return rules.day_of(now, about.partnership.organisation.time_zone)


def _keep(decision: Decision, **values: Any) -> int:
    """Count one more thing put down, keep what changed on the decision itself, and return the thing's number."""
    decision.count += 1
    for name, value in values.items():
        setattr(decision, name, value)
    decision.save(update_fields=["count", *values])
    return decision.count


def _put(
    decision: Decision, sort: Sort, said: Mapping[str, Any], *, by: Viewer, now: datetime.datetime,
    id: uuid.UUID, way: Addition | None = None,
) -> Addition:  # fmt: skip
    added: Addition = Addition.objects.create(
        id=id,
        partnership_id=decision.partnership_id,
        decision=decision,
        number=_keep(decision),
        sort=sort.value,
        way_kind=WayKind.REAL.value if sort is Sort.WAY else "",
        way=way,
        author_id=by.person_id,
        said=dict(said),
        added_at=now,
    )
    return added


def _mark(
    decision: Decision, mark: MarkKind, said: Mapping[str, Any], *, by: Viewer, now: datetime.datetime,
    id: uuid.UUID, **values: Any,
) -> Mark:  # fmt: skip
    number = _keep(decision, **values)
    made: Mark = Mark.objects.create(
        id=id,
        partnership_id=decision.partnership_id,
        decision=decision,
        number=number,
        round=decision.round,
        mark=mark.value,
        said=dict(said),
        said_by_id=by.person_id,
        said_at=now,
    )
    return made


def _done(
    by: Viewer, act: Act, about: Place, now: datetime.datetime, row_id: uuid.UUID, write_id: uuid.UUID,
    kind: Kind = Kind.DECISION,
) -> None:  # fmt: skip
    access.record(by, act, partnership_id=about.id, kind=kind, now=now, row_id=row_id, write_id=write_id)
    tell(about.id)


def _iso(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""


# --- The question --------------------------------------------------------------------------------


def _refuse_bad_days(
    *, by_when: datetime.date | None, can_wait_until: datetime.date | None, today: datetime.date,
    known: Iterable[datetime.date | None] = (),
) -> None:  # fmt: skip
    if any(day is not None and day < today and day not in known for day in (by_when, can_wait_until)):
        raise DaysDoNotFit(_DAY_HAS_PASSED)
    if by_when and can_wait_until and can_wait_until < by_when:
        raise DaysDoNotFit(
            _("If it can wait, then until a day after the one by which you want to know. Nothing you typed is lost.")
        )


@atomic
def open_decision(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, question: str, situation: str = "",
    by_when: datetime.date | None = None, can_wait: str = "", can_wait_until: datetime.date | None = None,
    authority: str = "", fixed: str = "", still_open: str = "",
) -> Decision:  # fmt: skip
    """Ask what shall be done about something. "Stay undecided" and "something else" are ways from the start."""
    access.require(by, Act.OPEN_DECISION, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Decision, known)
    _refuse_bad_days(by_when=by_when, can_wait_until=can_wait_until, today=_today(about, now))

    decision: Decision = Decision.objects.create(
        id=write_id,
        partnership_id=about.id,
        question=question,
        situation=situation,
        worded_by_id=by.person_id,
        by_when=by_when,
        can_wait=can_wait,
        can_wait_until=can_wait_until,
        opened_by_id=by.person_id,
        opened_at=now,
    )
    for kind in rules.ALWAYS_THERE:
        Addition.objects.create(
            id=id_from(str(write_id), kind.value),
            partnership_id=about.id,
            decision=decision,
            number=_keep(decision),
            sort=Sort.WAY.value,
            way_kind=kind.value,
            said=_way_said(),
            added_at=now,
        )
    if authority or fixed or still_open:
        _put(
            decision,
            Sort.FRAME,
            {"authority": authority, "fixed": fixed, "still_open": still_open, "source": ""},
            by=by,
            now=now,
            id=id_from(str(write_id), Sort.FRAME.value),
        )

    _done(by, Act.OPEN_DECISION, about, now, decision.id, write_id)
    return decision


@atomic
def reword_decision(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID, question: str,
    situation: str = "", by_when: datetime.date | None = None, can_wait: str = "",
    can_wait_until: datetime.date | None = None,
) -> Mark:  # fmt: skip
    """Say the question anew, in her own words; how it was put before is kept."""
    access.require(by, Act.REWORD_DECISION, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Mark, known)
    decision = _open(by, about, decision_id)
    _refuse_bad_days(
        by_when=by_when,
        can_wait_until=can_wait_until,
        today=_today(about, now),
        known=(decision.by_when, decision.can_wait_until),
    )

    before = {"question": decision.question, "situation": decision.situation, "by_when": _iso(decision.by_when)}
    mark = _mark(
        decision, MarkKind.WORDING, before, by=by, now=now, id=write_id,
        question=question, situation=situation, worded_by_id=by.person_id,
        by_when=by_when, can_wait=can_wait, can_wait_until=can_wait_until,
    )  # fmt: skip

    _done(by, Act.REWORD_DECISION, about, now, mark.id, write_id)
    return mark


@atomic
def say_what_is_fixed(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID,
    authority: str = "", fixed: str = "", still_open: str = "", source: str = "",
) -> Addition:  # fmt: skip
    """Say who else has a say here, what they have fixed, and what is left open."""
    access.require(by, Act.OPEN_DECISION, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Addition, known)
    decision = _open(by, about, decision_id)
    if not (authority or fixed or still_open):
        raise NothingSaid(_("Please say who has a say, what is fixed, or what is still open."))

    said = {"authority": authority, "fixed": fixed, "still_open": still_open, "source": source}
    added = _put(decision, Sort.FRAME, said, by=by, now=now, id=write_id)

    _done(by, Act.OPEN_DECISION, about, now, added.id, write_id)
    return added


# --- What either puts on the table ---------------------------------------------------------------


def _way_said(
    *, title: str = "", living: str = "", cost: str = "", certainty: str = "", source: str = "",
    source_date: datetime.date | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "title": title,
        "living": living,
        "cost": cost,
        "certainty": certainty,
        "source": source,
        "source_date": _iso(source_date),
    }


def _refuse_before_listening(about: Place) -> None:
    if about.partnership.heard_at is None:
        raise ListeningFirst


@atomic
def add_way(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID, title: str,
    living: str = "", cost: str = "", certainty: str = "", source: str = "", source_date: datetime.date | None = None,
) -> Addition:  # fmt: skip
    """Put a way on the table."""
    access.require(by, Act.ADD_WAY, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Addition, known)
    decision = _open(by, about, decision_id)
    _refuse_before_listening(about)

    said = _way_said(title=title, living=living, cost=cost, certainty=certainty, source=source, source_date=source_date)
    added = _put(decision, Sort.WAY, said, by=by, now=now, id=write_id)

    _done(by, Act.ADD_WAY, about, now, added.id, write_id)
    return added


@atomic
def add_side(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID,
    way_id: uuid.UUID, sort: Sort, text: str, source: str = "", source_date: datetime.date | None = None,
) -> Addition:  # fmt: skip
    """Add a good or a hard side to a way, anybody's."""
    access.require(by, Act.ADD_SIDE, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Addition, known)
    decision = _open(by, about, decision_id)
    _refuse_before_listening(about)
    way = _way(by, decision, way_id)
    if sort not in rules.SIDES:
        raise NotFound

    said = {"text": text, "source": source, "source_date": _iso(source_date)}
    added = _put(decision, sort, said, by=by, now=now, id=write_id, way=way)

    _done(by, Act.ADD_SIDE, about, now, added.id, write_id)
    return added


@atomic
def name_matter(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID, label: str
) -> Addition:
    """Name something that matters here. How much it does, she alone says."""
    access.require(by, Act.NAME_MATTER, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Addition, known)
    decision = _open(by, about, decision_id)

    added = _put(decision, Sort.MATTER, {"label": label}, by=by, now=now, id=write_id)

    _done(by, Act.NAME_MATTER, about, now, added.id, write_id)
    return added


def _is_in_her_hands(by: Viewer, decision: Decision, added: Addition) -> bool:
    """Whether she has weighed or fitted this, or leaned to it in this round."""
    marks = Mark.objects.visible_to(by, within=decision.partnership_id).filter(decision_id=decision.id)
    weighing: Mark | None = marks.filter(mark=MarkKind.WEIGHING.value, number=decision.weighed).first()
    if weighing is not None and any(str(added.id) in key for key in weighing.said):
        return True
    leans = marks.filter(mark=MarkKind.LEAN.value, round=decision.round)
    return any(str(added.id) in (*lean.said["main"], *lean.said["backup"]) for lean in leans)


@atomic
def take_back(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID,
    addition_id: uuid.UUID,
) -> Addition:  # fmt: skip
    """Take back something of one's own. It is kept, as taken back.

    What she has weighed or leaned to already, a worker cannot take away from under her any more.
    """
    access.require(by, Act.TAKE_BACK, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Addition, known)
    decision = _open(by, about, decision_id)
    added: Addition | None = (
        Addition.objects.visible_to(by, within=about.id).filter(decision_id=decision.id, id=addition_id).first()
    )
    if added is None:
        raise NotFound
    if added.author_id != by.person_id:
        raise access.Denied(_("Only who said this can take it back. Nothing was changed."))
    if not about.is_client and _is_in_her_hands(by, decision, added):
        raise InHerHands

    if added.taken_back_at is None:
        added.taken_back_at = now
        added.save(update_fields=["taken_back_at"])

    _done(by, Act.TAKE_BACK, about, now, added.id, write_id)
    return added


# --- What she alone says: weighing ---------------------------------------------------------------


def _weighed(
    by: Viewer, decision: Decision, said: Mapping[str, int | bool | None], drawn_with: uuid.UUID | None,
    *, now: datetime.datetime, id: uuid.UUID,
) -> Mark:  # fmt: skip
    """Keep a new weighing, joined with what another window said since `drawn_with`. Raise `ChangedInAnotherWindow`."""
    weighings = Mark.objects.visible_to(by, within=decision.partnership_id).filter(
        decision_id=decision.id, mark=MarkKind.WEIGHING.value
    )
    newest: Mark | None = weighings.filter(number=decision.weighed).first()
    drawn: Mark | None = weighings.filter(id=drawn_with).first() if drawn_with else None
    joined, clashes = rules.merged(drawn.said if drawn else {}, newest.said if newest else {}, said)
    if clashes and newest is not None:
        raise ChangedInAnotherWindow(there=clashes, weighing_id=newest.id)
    return _mark(decision, MarkKind.WEIGHING, joined, by=by, now=now, id=id, weighed=decision.count + 1)


def _matters(by: Viewer, decision: Decision) -> set[uuid.UUID]:
    return set(
        Addition.objects.visible_to(by, within=decision.partnership_id)
        .filter(decision_id=decision.id, sort=Sort.MATTER.value)
        .values_list("id", flat=True)
    )


@atomic
def weigh(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID,
    weights: Mapping[uuid.UUID, int | None], musts: Mapping[uuid.UUID, bool], drawn_with: uuid.UUID | None = None,
) -> Mark:  # fmt: skip
    """Say how much each thing matters, 0 to 5, and what must be. `None` leaves it unsaid."""
    access.require(by, Act.WEIGH, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Mark, known)
    decision = _open(by, about, decision_id)
    _refuse_only_information(by, decision)
    if not (weights.keys() | musts.keys()) <= _matters(by, decision):
        raise NotFound

    said: dict[str, int | bool | None] = {}
    said |= {rules.weight_key(matter): weight for matter, weight in weights.items()}
    said |= {rules.must_key(matter): must or None for matter, must in musts.items()}
    mark = _weighed(by, decision, said, drawn_with, now=now, id=write_id)

    _done(by, Act.WEIGH, about, now, mark.id, write_id)
    return mark


@atomic
def fit_way(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID,
    way_id: uuid.UUID, fits: Mapping[uuid.UUID, int | None], drawn_with: uuid.UUID | None = None,
) -> Mark:  # fmt: skip
    """Say how well one way fits each thing that matters, −2 to 2. `None` leaves it unsaid."""
    access.require(by, Act.WEIGH, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Mark, known)
    decision = _open(by, about, decision_id)
    _refuse_only_information(by, decision)
    way = _way(by, decision, way_id)
    if not fits.keys() <= _matters(by, decision):
        raise NotFound

    said = {rules.fit_key(way.id, matter): fit for matter, fit in fits.items()}
    mark = _weighed(by, decision, said, drawn_with, now=now, id=write_id)

    _done(by, Act.WEIGH, about, now, mark.id, write_id)
    return mark


# --- The seal ------------------------------------------------------------------------------------


def _sealed(decision: Decision) -> Any:
    """The views that are sealed in this decision, locked. Whoever calls this never shows one."""
    return View.objects.unguarded(because="a sealed view is opened, replaced or ended without being shown").filter(
        decision_id=decision.id, opened_at=None, ended_at=None
    )


def _end_views(views: Iterable[View], *, now: datetime.datetime) -> None:
    """End sealed views and empty them: a text that nobody may ever read is not kept."""
    for view in views:
        view.said = {}
        view.ended_at = now
        view.save(update_fields=["said", "ended_at"])


def _is_pushed(by: Viewer, decision: Decision) -> bool:
    newest = (
        Mark.objects.visible_to(by, within=decision.partnership_id)
        .filter(decision_id=decision.id, mark=MarkKind.PUSHED.value)
        .order_by("-number")
        .first()
    )
    return newest is not None and newest.said["answer"] == Answer.NO.value


def _break_seal(
    by: Viewer, act: Act, about: Place, decision: Decision, trigger: Trigger, *, now: datetime.datetime
) -> None:
    """Open every sealed view of this decision to all who may see views here, and write that down."""
    if decision.trigger:
        return
    for view in _sealed(decision):
        view.opened_at = now
        view.trigger = trigger.value
        view.save(update_fields=["opened_at", "trigger"])
        access.record(by, act, partnership_id=about.id, kind=Kind.VIEW, now=now, row_id=view.id)
    decision.trigger = trigger.value
    decision.triggered_at = now
    decision.save(update_fields=["trigger", "triggered_at"])


@atomic
def write_view(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID, text: str = "",
    prefers: uuid.UUID | None = None, backs: bool = False,
) -> None:  # fmt: skip
    """Write what one would do oneself. Sealed until she speaks or asks; open at once when she has.

    A sealed one replaces the author's earlier sealed one. `backs` says "I see it differently, and I
    will back your choice", which can only be said openly. Returns nothing: a sealed view is shown
    to nobody.
    """
    access.require(by, Act.WRITE_VIEW, about=about)
    if access.arrived(by, write_id) is not None:
        return
    decision = _locked(by, about, decision_id)
    spoken = bool(decision.trigger)
    if not spoken and decision.state not in rules.OPEN_STATES:
        raise NotNow(_CLOSED)
    if backs and not spoken:
        raise SealHolds
    if not text and not backs:
        raise NothingSaid(_("Please write something, or leave it."))
    # Looked up whether or not a way is named: both take the same path.
    _refuse_other_ways(by, decision, [prefers] if prefers else [])

    if not spoken:
        _end_views(_sealed(decision).filter(author_id=by.person_id), now=now)
    View.objects.create(
        id=write_id,
        partnership_id=about.id,
        decision=decision,
        round=decision.round,
        author_id=by.person_id,
        said={"text": text, "prefers": str(prefers or ""), "backs": backs},
        written_at=now,
        was_sealed=not spoken,
        opened_at=now if spoken else None,
        trigger=decision.trigger,
    )

    _done(by, Act.WRITE_VIEW, about, now, write_id, write_id, kind=Kind.VIEW)


@atomic
def take_back_view(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID
) -> None:
    """Take back one's own sealed view, without seeing it again. What is open has been said and stays."""
    access.require(by, Act.WRITE_VIEW, about=about)
    if access.arrived(by, write_id) is not None:
        return
    decision = _locked(by, about, decision_id)
    mine = list(_sealed(decision).filter(author_id=by.person_id))
    if not mine:
        raise NotNow(_("You have no sealed view here. Nothing was changed."))

    _end_views(mine, now=now)

    _done(by, Act.TAKE_BACK, about, now, mine[0].id, write_id, kind=Kind.VIEW)


# --- What she alone says: leaning, asking, checking ----------------------------------------------


@atomic
def record_lean(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID,
    main: Sequence[uuid.UUID], backup: Sequence[uuid.UUID] = (), words: str = "",
) -> Mark:  # fmt: skip
    """Say where she leans. It opens the sealed views, unless she said that somebody is pushing her."""
    access.require(by, Act.LEAN, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Mark, known)
    decision = _open(by, about, decision_id)
    _refuse_only_information(by, decision)
    _refuse_other_ways(by, decision, [*main, *backup])
    if not main:
        raise NothingSaid(_("Please say which way you lean to. More than one is fine."))
    state = _moved(decision, Move.LEAN, _CLOSED)

    said = {"main": [str(way) for way in main], "backup": [str(way) for way in backup], "words": words}
    mark = _mark(decision, MarkKind.LEAN, said, by=by, now=now, id=write_id, state=state.value)
    if not _is_pushed(by, decision):
        _break_seal(by, Act.LEAN, about, decision, Trigger.CLIENT_LEAN, now=now)

    _done(by, Act.LEAN, about, now, mark.id, write_id)
    return mark


@atomic
def ask_for_view(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID
) -> Mark:
    """Ask to hear what the worker would do: asking for advice is deciding, too. It opens the sealed views."""
    access.require(by, Act.ASK_FOR_VIEW, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Mark, known)
    decision = _open(by, about, decision_id)
    if _is_pushed(by, decision):
        raise SealStaysClosed

    mark = _mark(decision, MarkKind.ASK, {}, by=by, now=now, id=write_id)
    _break_seal(by, Act.ASK_FOR_VIEW, about, decision, Trigger.CLIENT_ASK, now=now)

    _done(by, Act.ASK_FOR_VIEW, about, now, mark.id, write_id)
    return mark


@atomic
def check_readiness(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID,
    answers: Mapping[Point, Answer],
) -> Mark:  # fmt: skip
    """Answer the five points, or some of them. A "no" to the fifth keeps what is sealed sealed, even when she leans."""
    access.require(by, Act.CHECK_READINESS, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Mark, known)
    decision = _open(by, about, decision_id)

    pushed = answers.get(Point.NOT_PUSHED)
    # Both marks are written whatever she answers: what is there does not tell what she said.
    _mark(
        decision, MarkKind.PUSHED, {"answer": pushed.value if pushed else ""}, by=by, now=now,
        id=id_from(str(write_id), MarkKind.PUSHED.value),
    )  # fmt: skip
    mark = _mark(
        decision,
        MarkKind.CHECK,
        {"answers": {str(int(point)): answer.value for point, answer in answers.items() if point != Point.NOT_PUSHED}},
        by=by,
        now=now,
        id=write_id,
    )

    _done(by, Act.CHECK_READINESS, about, now, mark.id, write_id)
    return mark


@atomic
def plan_gap(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID, point: Point,
    what: str, who: uuid.UUID | None = None, until: datetime.date | None = None,
) -> Gap:  # fmt: skip
    """Plan something that closes a gap. About being pushed only she plans, and only she reads it."""
    access.require(by, Act.PLAN_GAP, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Gap, known)
    decision = _open(by, about, decision_id)
    if point is Point.NOT_PUSHED and not about.is_client:
        raise NotFound
    if who is not None and who not in {seat.person_id for seat in about.seats_now}:
        raise NotFound
    if until is not None and until < _today(about, now):
        raise DaysDoNotFit(_DAY_HAS_PASSED)

    _keep(decision)
    gap: Gap = Gap.objects.create(
        id=write_id,
        partnership_id=about.id,
        decision=decision,
        round=decision.round,
        point=point,
        what=what,
        who_id=who,
        until=until,
        planned_by_id=by.person_id,
        planned_at=now,
    )

    _done(by, Act.PLAN_GAP, about, now, gap.id, write_id)
    return gap


@atomic
def close_gap(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID,
    gap_id: uuid.UUID,
) -> Gap:  # fmt: skip
    """Say that what was planned is done."""
    access.require(by, Act.CLOSE_GAP, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Gap, known)
    decision = _locked(by, about, decision_id)
    gap: Gap | None = Gap.objects.visible_to(by, within=about.id).filter(decision_id=decision.id, id=gap_id).first()
    if gap is None or (gap.point == Point.NOT_PUSHED and not about.is_client):
        raise NotFound

    if gap.done_at is None:
        gap.done_at = now
        gap.done_by_id = by.person_id
        gap.save(update_fields=["done_at", "done_by"])

    _done(by, Act.CLOSE_GAP, about, now, gap.id, write_id)
    return gap


# --- The choice, and after -----------------------------------------------------------------------


def _answers(by: Viewer, decision: Decision) -> dict[Point, Answer]:
    """Her newest answers to all five points in this round."""
    marks = (
        Mark.objects.visible_to(by, within=decision.partnership_id)
        .filter(
            decision_id=decision.id,
            round=decision.round,
            mark__in=[MarkKind.CHECK.value, MarkKind.PUSHED.value],
        )
        .order_by("-number")
    )
    answers: dict[Point, Answer] = {}
    for mark in list(marks)[:2]:
        if mark.mark == MarkKind.CHECK.value:
            answers |= {Point(int(point)): Answer(answer) for point, answer in mark.said["answers"].items()}
        elif mark.said["answer"]:
            answers[Point.NOT_PUSHED] = Answer(mark.said["answer"])
    return answers


@atomic
def record_choice(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID,
    main: Sequence[uuid.UUID], backup: Sequence[uuid.UUID] = (), words: str = "", reason: str = "",
    revisit_if: str = "", review_on: datetime.date | None = None, good_enough: bool = False,
) -> Mark:  # fmt: skip
    """Record her choice, in her words. Views that are still sealed expire with it and are never shown."""
    access.require(by, Act.CHOOSE, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Mark, known)
    decision = _locked(by, about, decision_id)
    state = _moved(decision, Move.CHOOSE, _CLOSED)
    _refuse_only_information(by, decision)
    _refuse_other_ways(by, decision, [*main, *backup])
    if not main:
        raise NothingSaid(_("Please say which way you choose. More than one is fine."))
    if review_on is not None and review_on < _today(about, now):
        raise DaysDoNotFit(_DAY_HAS_PASSED)

    said = {
        "main": [str(way) for way in main],
        "backup": [str(way) for way in backup],
        "words": words,
        "reason": reason,
        "revisit_if": revisit_if,
        "review_on": _iso(review_on),
        "good_enough": good_enough,
        "all_yes": rules.is_ready(_answers(by, decision)),
    }
    mark = _mark(decision, MarkKind.CHOICE, said, by=by, now=now, id=write_id, state=state.value, review_on=review_on)
    _end_views(_sealed(decision), now=now)

    _done(by, Act.CHOOSE, about, now, mark.id, write_id)
    return mark


@atomic
def look_back(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID, again: int,
    why: str = "", learned: str = "",
) -> Mark:  # fmt: skip
    """Say whether she would choose the same again, 1 to 5, why, and what she learned. At any time she wants."""
    access.require(by, Act.LOOK_BACK, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Mark, known)
    decision = _locked(by, about, decision_id)
    state = _moved(decision, Move.LOOK_BACK, _ALREADY_OPEN)

    said = {"again": again, "why": why, "learned": learned}
    mark = _mark(decision, MarkKind.LOOKING_BACK, said, by=by, now=now, id=write_id, state=state.value, review_on=None)

    _done(by, Act.LOOK_BACK, about, now, mark.id, write_id)
    return mark


@atomic
def reopen_decision(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, decision_id: uuid.UUID, why: str
) -> Mark:
    """Open the question again: a new round begins, the earlier choice stays to be read."""
    access.require(by, Act.REOPEN, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Mark, known)
    decision = _locked(by, about, decision_id)
    state = _moved(decision, Move.REOPEN, _ALREADY_OPEN)

    mark = _mark(
        decision, MarkKind.REOPENING, {"why": why}, by=by, now=now, id=write_id,
        state=state.value, round=decision.round + 1, trigger="", triggered_at=None, review_on=None,
    )  # fmt: skip

    _done(by, Act.REOPEN, about, now, mark.id, write_id)
    return mark
