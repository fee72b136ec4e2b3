"""Reading decisions: the list, one page whole, what waits, what is missing, and the measures.

A page costs the same few queries whatever is on the table. Nothing here can read a sealed view: the
one query that knows of them knows only that they are there.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from alongside import access
from alongside.access import Act, Place
from alongside.decisions import rules, wording
from alongside.decisions.models import Addition, Decision, Gap, Mark, View
from alongside.decisions.rules import Answer, MarkKind, Missing, Point, Sort, State, Step, Trigger, WayKind
from alongside.kit.errors import NotFound
from alongside.kit.text import isolated
from alongside.kit.waiting import Waiting

# --- What a page consists of ---------------------------------------------------------------------


@dataclass(frozen=True)
class Added:
    """Something on the table: who put it there, and whether they took it back."""

    id: uuid.UUID
    sort: Sort
    author: str
    mine: bool
    by_client: bool
    added_at: datetime.datetime
    taken_back: bool
    said: Mapping[str, Any]

    @property
    def lacks_source(self) -> bool:
        """Staff say where they know something from; her own words need no source."""
        return bool(self.author) and not self.by_client and not self.said.get("source")

    @property
    def source_date(self) -> datetime.date | None:
        day = self.said.get("source_date")
        return datetime.date.fromisoformat(day) if day else None

    @property
    def short(self) -> str:
        """The words by which it is known in a list."""
        for name in ("title", "text", "label", "fixed", "authority", "still_open"):
            if self.said.get(name):
                return str(self.said[name])
        return ""


@dataclass(frozen=True)
class TakenBack:
    """What its author took back, with the sides that others had added to it: those words are not lost."""

    added: Added
    sides: tuple[Added, ...]


@dataclass(frozen=True)
class Matter:
    """Something that matters, and how much."""

    id: uuid.UUID
    added: Added
    label: str
    weight: int | None
    must: bool


@dataclass(frozen=True)
class Way:
    """A way, with its sides and how she says it fits."""

    id: uuid.UUID
    kind: WayKind
    title: str
    added: Added
    good: tuple[Added, ...]
    hard: tuple[Added, ...]
    fits: Mapping[uuid.UUID, int]
    fitted: int

    @property
    def is_real(self) -> bool:
        return self.kind is WayKind.REAL


@dataclass(frozen=True)
class Bar:
    """What her own numbers add up to for one way: points of most, and their share between −1 and 1."""

    way: Way
    points: int
    most: int
    share: float
    missed: tuple[Matter, ...]
    is_partial: bool

    @property
    def reach(self) -> float:
        """How long the bar is, of 100 on either side."""
        return round(abs(self.share) * 100, 2)

    @property
    def start(self) -> float:
        """Where the bar begins, on a line from 0 to 200 with its middle at 100."""
        return round(100 + min(self.share, 0) * 100, 2)


@dataclass(frozen=True)
class Leaning:
    """Where she leans, or what she chose: ways of hers, in her words."""

    said_at: datetime.datetime
    main: tuple[str, ...]
    backup: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Choice(Leaning):
    """A choice, as she recorded it."""

    reason: str
    revisit_if: str
    review_on: datetime.date | None
    good_enough: bool


@dataclass(frozen=True)
class LookBack:
    """What she says about an earlier choice."""

    said_at: datetime.datetime
    again: int
    why: str
    learned: str

    @property
    def in_words(self) -> str | Promise:
        return dict(wording.AGAIN)[str(self.again)]


@dataclass(frozen=True)
class OpenedView:
    """A view that she opened, or that was written after she had."""

    author: str
    mine: bool
    text: str
    prefers: str
    backs: bool
    written_at: datetime.datetime
    opened_at: datetime.datetime
    trigger: Trigger
    # written before she had spoken, and sealed until she did
    was_sealed: bool


@dataclass(frozen=True)
class Seal:
    """All that anybody can know of views that are not open yet."""

    exists: bool
    is_mine: bool
    trigger: Trigger | None
    triggered_at: datetime.datetime | None


@dataclass(frozen=True)
class Plan:
    """What somebody does about a gap."""

    id: uuid.UUID
    what: str
    who: str
    until: datetime.date | None
    is_done: bool
    done_by: str


@dataclass(frozen=True)
class CheckPoint:
    """One of the five points: her answer, and what is done about it."""

    point: Point
    answer: Answer | None
    is_gap: bool
    plans: tuple[Plan, ...]

    @property
    def label(self) -> Promise:
        return wording.POINTS[self.point]

    @property
    def first_action(self) -> Promise:
        return wording.FIRST_ACTION[self.point]


@dataclass(frozen=True)
class Round:
    """From opening, or reopening, up to a choice and looking back at it."""

    number: int
    lean: Leaning | None
    choice: Choice | None
    asked_at: datetime.datetime | None
    looked_back: tuple[LookBack, ...]
    reopened_because: str
    views: tuple[OpenedView, ...]


@dataclass(frozen=True)
class Hint:
    """Something that is not said yet, and the ways that it is about."""

    what: Missing
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Unbalanced:
    """Ways that are described less evenly than others."""

    uneven: bool
    no_good: tuple[Way, ...]
    no_hard: tuple[Way, ...]

    def __bool__(self) -> bool:
        return bool(self.uneven or self.no_good or self.no_hard)


@dataclass(frozen=True)
class Wording:
    """How the question was put before she said it anew."""

    question: str
    situation: str
    until: datetime.datetime


@dataclass(frozen=True)
class DecisionPage:
    """A decision, whole, as one reader sees it."""

    id: uuid.UUID
    question: str
    situation: str
    worded_by: str
    worded_by_client: bool
    earlier_wordings: tuple[Wording, ...]
    by_when: datetime.date | None
    can_wait: str
    can_wait_until: datetime.date | None
    state: State
    round: int
    order: str
    ways: tuple[Way, ...]
    real_ways: int
    frames: tuple[Added, ...]
    matters: tuple[Matter, ...]
    mine: tuple[Added, ...]
    taken_back: tuple[TakenBack, ...]
    bars: tuple[Bar, ...]
    weighing: Mapping[str, Any]
    weighing_id: uuid.UUID | None
    total_weight: int
    unbalanced: Unbalanced
    hints: tuple[Hint, ...]
    seal: Seal
    check: tuple[CheckPoint, ...]
    check_is_known: bool
    is_ready: bool
    is_pushed: bool
    now_round: Round
    earlier: tuple[Round, ...]
    next: Step
    way_to_fit: Way | None

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN_STATES

    @property
    def only_information(self) -> bool:
        return rules.is_only_information(self.real_ways)

    @property
    def weighed(self) -> int:
        """How many things that matter have a weight."""
        return sum(matter.weight is not None for matter in self.matters)

    @property
    def ways_and_bars(self) -> list[tuple[Way, Bar | None]]:
        """Every way in the order drawn, with its bar where there is one."""
        bars = {bar.way.id: bar for bar in self.bars}
        return [(way, bars.get(way.id)) for way in self.ways]

    @property
    def gaps(self) -> tuple[CheckPoint, ...]:
        return tuple(point for point in self.check if point.is_gap)

    @property
    def gaps_and_plans(self) -> tuple[CheckPoint, ...]:
        """What is missing, and what was planned for something that no longer is."""
        return tuple(point for point in self.check if point.is_gap or point.plans)


@dataclass(frozen=True)
class Listed:
    """A decision in the list."""

    id: uuid.UUID
    question: str
    state: State
    by_when: datetime.date | None
    review_on: datetime.date | None
    is_open: bool


# --- The page ------------------------------------------------------------------------------------


def decision_page(
    place: Place, decision_id: uuid.UUID, *, order: str | None = None, way_to_fit: uuid.UUID | None = None
) -> DecisionPage:
    """One decision with all that is on its table, its ways drawn in `order` or a fresh one. Raise `NotFound`.

    Costs five queries at most, whatever the number of ways and sides. A view that is not open
    yet is not read: of those the answer says only that there is one.
    """
    decision: Any = with_seal(place).filter(id=decision_id).first()
    if decision is None:
        raise NotFound
    return _Table(place, decision, rules.order_or_new(order)).page(way_to_fit)


def with_seal(place: Place) -> Any:
    """Decisions, each with whether views are sealed in it and whether any is open."""
    sealed = View.objects.unguarded(because="the seal says only that a view exists").filter(
        decision=OuterRef("pk"), opened_at=None, ended_at=None
    )
    open_views = View.objects.unguarded(because="an open view is then read through the way in").filter(
        decision=OuterRef("pk"), opened_at__isnull=False
    )
    return Decision.objects.visible_to(place.by, within=place.id).annotate(
        has_sealed=Exists(sealed),
        has_sealed_of_mine=Exists(sealed.filter(author_id=place.by.person_id)),
        has_open=Exists(open_views),
        has_open_now=Exists(open_views.filter(round=OuterRef("round"))),
    )


def marks_in(place: Place) -> Any:
    """What she put down in her decisions, in order; what is for her own eyes only she herself reads."""
    marks = Mark.objects.visible_to(place.by, within=place.id)
    if not place.is_client:
        marks = marks.exclude(mark__in=sorted(rules.FOR_HER_EYES))
    return marks.order_by("number")


def gaps_in(place: Place) -> Any:
    """What is planned for gaps; what she plans about being pushed only she herself reads."""
    gaps = Gap.objects.visible_to(place.by, within=place.id)
    if not place.is_client:
        gaps = gaps.exclude(point=Point.NOT_PUSHED)
    return gaps.order_by("planned_at", "id")


def _title(addition: Addition, decision: Decision) -> str:
    kind = WayKind(addition.way_kind)
    if kind is WayKind.OTHER:
        return _("Something else")
    if kind is WayKind.REAL:
        return str(addition.said["title"])
    until = decision.can_wait_until or decision.by_when
    if until is None:
        return _("Stay undecided for now")
    return _("Stay undecided until %(day)s") % {"day": date_format(until, "DATE_FORMAT")}


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


class _Table:
    """The rows of one decision, laid out once and put together into a page."""

    def __init__(self, place: Place, decision: Any, order: str) -> None:
        self.place, self.decision, self.order = place, decision, order
        self.additions: list[Addition] = list(
            Addition.objects.visible_to(place.by, within=place.id).filter(decision_id=decision.id).order_by("number")
        )
        # Older weighings stay in the database, for her copy; a page needs the newest.
        self.marks: list[Mark] = list(
            marks_in(place)
            .filter(decision_id=decision.id)
            .exclude(Q(mark=MarkKind.WEIGHING.value) & ~Q(number=decision.weighed))
        )
        self.gaps: list[Gap] = list(gaps_in(place).filter(decision_id=decision.id))
        self.views: list[View] = (
            list(
                View.objects.visible_to(place.by, within=place.id)
                .filter(decision_id=decision.id)
                .order_by("opened_at", "id")
            )
            if decision.has_open
            else []
        )
        self.titles = {
            str(addition.id): _title(addition, decision)
            for addition in self.additions
            if addition.sort == Sort.WAY.value
        }

    def page(self, asked_way: uuid.UUID | None) -> DecisionPage:
        place, decision = self.place, self.decision
        added = {addition.id: self._added(addition) for addition in self.additions}
        weighing = next((mark for mark in reversed(self.marks) if mark.mark == MarkKind.WEIGHING.value), None)
        flat: Mapping[str, Any] = weighing.said if weighing else {}
        matters = self._matters(added, flat)
        ways = self._ways(added, matters, flat)
        real = [way for way in ways if way.is_real]
        bars = self._bars(ways, matters)
        rounds = [self._round(number) for number in range(1, decision.round + 1)]
        check, check_is_known, answers = self._check()
        to_fit = [way for way in ways if way.fitted < len(matters)]
        unbalanced = self._unbalanced(real)
        return DecisionPage(
            id=decision.id,
            question=decision.question,
            situation=decision.situation,
            worded_by=self._name(decision.worded_by_id),
            worded_by_client=decision.worded_by_id == place.client_id,
            earlier_wordings=tuple(
                Wording(question=mark.said["question"], situation=mark.said["situation"], until=mark.said_at)
                for mark in self.marks
                if mark.mark == MarkKind.WORDING.value
            ),
            by_when=decision.by_when,
            can_wait=decision.can_wait,
            can_wait_until=decision.can_wait_until,
            state=State(decision.state),
            round=decision.round,
            order=self.order,
            ways=ways,
            real_ways=len(real),
            frames=tuple(one for one in added.values() if one.sort is Sort.FRAME and not one.taken_back),
            matters=matters,
            mine=tuple(one for one in added.values() if one.mine and not one.taken_back),
            taken_back=self._taken_back(added),
            bars=bars,
            weighing=flat,
            weighing_id=weighing.id if weighing else None,
            total_weight=sum(matter.weight or 0 for matter in matters),
            unbalanced=unbalanced,
            hints=self._hints(real),
            seal=Seal(
                exists=decision.has_sealed,
                is_mine=decision.has_sealed_of_mine,
                trigger=Trigger(decision.trigger) if decision.trigger else None,
                triggered_at=decision.triggered_at,
            ),
            check=check,
            check_is_known=check_is_known,
            is_ready=rules.is_ready(answers),
            is_pushed=rules.is_pushed(answers),
            now_round=rounds[-1],
            earlier=tuple(rounds[:-1]),
            next=rules.next_step(
                rules.Standing(
                    state=State(decision.state),
                    real_ways=len(real),
                    one_sided=bool(unbalanced.no_good or unbalanced.no_hard),
                    matters=len(matters),
                    weighed=sum(matter.weight is not None for matter in matters),
                    ways_to_fit=len([way for way in to_fit if way.is_real]),
                    leaned=rounds[-1].lean is not None,
                    checked=check_is_known,
                )
            ),
            way_to_fit=next((way for way in ways if way.id == asked_way), None)
            or next((way for way in to_fit if way.is_real), None),
        )

    def _name(self, person_id: uuid.UUID | None) -> str:
        return self.place.names.get(person_id, "") if person_id else ""

    def _added(self, addition: Addition) -> Added:
        return Added(
            id=addition.id,
            sort=Sort(addition.sort),
            author=self._name(addition.author_id),
            mine=addition.author_id == self.place.by.person_id,
            by_client=addition.author_id == self.place.client_id,
            added_at=addition.added_at,
            taken_back=addition.taken_back_at is not None,
            said=addition.said,
        )

    def _taken_back(self, added: Mapping[uuid.UUID, Added]) -> tuple[TakenBack, ...]:
        sides: dict[uuid.UUID | None, list[Added]] = {}
        for addition in self.additions:
            if addition.sort in rules.SIDES and addition.taken_back_at is None:
                sides.setdefault(addition.way_id, []).append(added[addition.id])
        return tuple(
            TakenBack(added=one, sides=tuple(sides.get(one.id, ()))) for one in added.values() if one.taken_back
        )

    def _matters(self, added: Mapping[uuid.UUID, Added], flat: Mapping[str, Any]) -> tuple[Matter, ...]:
        return tuple(
            Matter(
                id=one.id,
                added=one,
                label=one.said["label"],
                weight=flat.get(rules.weight_key(one.id)),
                must=bool(flat.get(rules.must_key(one.id))),
            )
            for one in added.values()
            if one.sort is Sort.MATTER and not one.taken_back
        )

    def _ways(
        self, added: Mapping[uuid.UUID, Added], matters: Sequence[Matter], flat: Mapping[str, Any]
    ) -> tuple[Way, ...]:
        sides: dict[tuple[uuid.UUID | None, str], list[Added]] = {}
        for addition in self.additions:
            if addition.sort in rules.SIDES and addition.taken_back_at is None:
                sides.setdefault((addition.way_id, addition.sort), []).append(added[addition.id])
        standing = {
            addition.id: addition
            for addition in self.additions
            if addition.sort == Sort.WAY.value and addition.taken_back_at is None
        }
        ways = []
        for way_id in rules.drawn(standing, self.order):
            fits = {matter.id: flat[key] for matter in matters if (key := rules.fit_key(way_id, matter.id)) in flat}
            ways.append(
                Way(
                    id=way_id,
                    kind=WayKind(standing[way_id].way_kind),
                    title=self.titles[str(way_id)],
                    added=added[way_id],
                    good=tuple(sides.get((way_id, Sort.GOOD.value), ())),
                    hard=tuple(sides.get((way_id, Sort.HARD.value), ())),
                    fits=fits,
                    fitted=len(fits),
                )
            )
        return tuple(ways)

    def _bars(self, ways: Sequence[Way], matters: Sequence[Matter]) -> tuple[Bar, ...]:
        weights = {matter.id: matter.weight for matter in matters if matter.weight is not None}
        musts = {matter.id: matter for matter in matters if matter.must}
        bars = []
        for way in ways:
            share = rules.normalised(weights, way.fits)
            if share is None or not way.fitted:
                continue
            bars.append(
                Bar(
                    way=way,
                    points=rules.lean(weights, way.fits),
                    most=rules.widest(weights),
                    share=share,
                    missed=tuple(musts[matter_id] for matter_id in rules.missed(musts, way.fits)),
                    is_partial=any(matter_id not in way.fits for matter_id in weights),
                )
            )
        return tuple(bars)

    def _unbalanced(self, real: Sequence[Way]) -> Unbalanced:
        weighed = rules.balance([(len(way.good), len(way.hard)) for way in real])
        # With nothing said on any side there is nothing to be out of balance: the hints say so.
        nothing_yet = weighed.share is None
        return Unbalanced(
            uneven=weighed.share is not None and weighed.share < rules.BALANCED,
            no_good=() if nothing_yet else tuple(real[n] for n in weighed.no_good),
            no_hard=() if nothing_yet else tuple(real[n] for n in weighed.no_hard),
        )

    def _hints(self, real: Sequence[Way]) -> tuple[Hint, ...]:
        facts = [
            rules.WayFacts(
                good=len(way.good),
                hard=len(way.hard),
                says_how_it_is_to_live_with=bool(way.added.said["living"]),
                needs_source=any(one.lacks_source for one in (way.added, *way.good, *way.hard)),
                needs_date=any(
                    one.said.get("source") and not one.source_date for one in (way.added, *way.good, *way.hard)
                ),
            )
            for way in real
        ]
        found = rules.missing(
            says_situation=bool(self.decision.situation), says_when=bool(self.decision.by_when), ways=facts
        )
        return tuple(Hint(what=what, ways=tuple(real[n].title for n in positions)) for what, positions in found)

    def _check(self) -> tuple[tuple[CheckPoint, ...], bool, dict[Point, Answer]]:
        answers: dict[Point, Answer] = {}
        known = False
        for mark in self.marks:
            if mark.mark == MarkKind.CHECK.value and mark.round == self.decision.round:
                known = True
                answers = {key: value for key, value in answers.items() if key is Point.NOT_PUSHED}
                answers |= {Point(int(key)): Answer(value) for key, value in mark.said["answers"].items()}
            elif mark.mark == MarkKind.PUSHED.value:
                answers.pop(Point.NOT_PUSHED, None)
                if mark.said["answer"]:
                    answers[Point.NOT_PUSHED] = Answer(mark.said["answer"])
        gaps = rules.gaps(answers)
        plans: dict[int, list[Plan]] = {}
        for gap in self.gaps:
            if gap.round == self.decision.round:
                plans.setdefault(gap.point, []).append(
                    Plan(
                        id=gap.id,
                        what=gap.what,
                        who=self._name(gap.who_id),
                        until=gap.until,
                        is_done=gap.done_at is not None,
                        done_by=self._name(gap.done_by_id),
                    )
                )
        points = tuple(
            CheckPoint(
                point=point,
                answer=answers.get(point),
                is_gap=point in gaps,
                plans=tuple(plans.get(point, ())),
            )
            for point in Point
            if self.place.is_client or point is not Point.NOT_PUSHED
        )
        return points, known, answers

    def _titles(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.titles[one] for one in ids if one in self.titles)

    def _round(self, number: int) -> Round:
        lean: Leaning | None = None
        choice: Choice | None = None
        asked_at: datetime.datetime | None = None
        looked_back: list[LookBack] = []
        because = ""
        for mark in self.marks:
            if mark.round != number:
                continue
            match MarkKind(mark.mark):
                case MarkKind.LEAN:
                    lean = Leaning(
                        said_at=mark.said_at,
                        main=self._titles(mark.said["main"]),
                        backup=self._titles(mark.said["backup"]),
                        words=mark.said["words"],
                    )
                case MarkKind.ASK:
                    asked_at = mark.said_at
                case MarkKind.CHOICE:
                    choice = Choice(
                        said_at=mark.said_at,
                        main=self._titles(mark.said["main"]),
                        backup=self._titles(mark.said["backup"]),
                        words=mark.said["words"],
                        reason=mark.said["reason"],
                        revisit_if=mark.said["revisit_if"],
                        review_on=_day(mark.said["review_on"]),
                        good_enough=mark.said["good_enough"],
                    )
                case MarkKind.LOOKING_BACK:
                    looked_back.append(
                        LookBack(
                            said_at=mark.said_at,
                            again=mark.said["again"],
                            why=mark.said["why"],
                            learned=mark.said["learned"],
                        )
                    )
                case MarkKind.REOPENING:
                    because = mark.said["why"]
                case _:
                    pass
        return Round(
            number=number,
            lean=lean,
            choice=choice,
            asked_at=asked_at,
            looked_back=tuple(looked_back),
            reopened_because=because,
            views=tuple(self._opened(view) for view in self.views if view.round == number),
        )

    def _opened(self, view: View) -> OpenedView:
        assert view.opened_at is not None
        return OpenedView(
            author=self._name(view.author_id),
            mine=view.author_id == self.place.by.person_id,
            text=view.said["text"],
            prefers=self.titles.get(view.said["prefers"], ""),
            backs=view.said["backs"],
            written_at=view.written_at,
            opened_at=view.opened_at,
            trigger=Trigger(view.trigger),
            was_sealed=view.was_sealed,
        )


def what_is_missing(page: DecisionPage) -> tuple[Hint, ...]:
    """What would make a decision clearer to decide on: situation, ways, both sides, living with it, sources, dates."""
    return page.hints


# --- The list, and what waits --------------------------------------------------------------------


def decisions_in(place: Place) -> list[Listed]:
    """Every decision here: those still open first, then the others, the newest first. One query."""
    listed = [
        Listed(
            id=row.id,
            question=row.question,
            state=State(row.state),
            by_when=row.by_when,
            review_on=row.review_on,
            is_open=row.state in rules.OPEN_STATES,
        )
        for row in place.once(_newest_first)
    ]
    return sorted(listed, key=lambda one: not one.is_open)


def _newest_first(place: Place) -> list[Any]:
    return list(with_seal(place).order_by("-opened_at", "-id"))


@dataclass(frozen=True)
class Outline:
    """A question as she may show it to somebody: the ways, and what she chose, in her words."""

    question: str
    situation: str
    state: State
    by_when: datetime.date | None
    ways: tuple[str, ...]
    chosen: tuple[str, ...]
    words: str


def outlines_in(place: Place) -> list[Outline]:
    """Every question here, with the ways and the choice that holds, in three queries. No sides, weights or views."""
    decisions = {
        row.id: row for row in Decision.objects.visible_to(place.by, within=place.id).order_by("-opened_at", "-id")
    }
    ways: dict[uuid.UUID, dict[str, str]] = {}
    for way in (
        Addition.objects.visible_to(place.by, within=place.id)
        .filter(sort=Sort.WAY.value, taken_back_at=None)
        .order_by("number")
    ):
        ways.setdefault(way.decision_id, {})[str(way.id)] = _title(way, decisions[way.decision_id])
    choices = {(mark.decision_id, mark.round): mark for mark in marks_in(place).filter(mark=MarkKind.CHOICE.value)}
    outlines = []
    for row in decisions.values():
        titles, choice = ways.get(row.id, {}), choices.get((row.id, row.round))
        outlines.append(
            Outline(
                question=row.question,
                situation=row.situation,
                state=State(row.state),
                by_when=row.by_when,
                ways=tuple(titles.values()),
                chosen=tuple(titles[way] for way in choice.said["main"] if way in titles) if choice else (),
                words=choice.said["words"] if choice else "",
            )
        )
    return outlines


OPENED_LATELY = datetime.timedelta(days=7)


def waiting_in(place: Place) -> list[Waiting]:
    """What waits for whoever looks: a day that comes near, a view just opened, a view asked for, a look back due."""
    now = place.by.now
    today = rules.day_of(now, place.partnership.organisation.time_zone)
    waiting: list[Waiting] = []
    for decision in place.once(_newest_first)[::-1]:
        if decision.state not in rules.OPEN_STATES and (decision.review_on is None or decision.review_on > today):
            continue
        url = reverse("decisions:page", args=[place.id, decision.id])
        for sentence in _sentences(place, decision, today=today, now=now):
            waiting.append(Waiting(sentence=sentence % {"question": isolated(decision.question)}, url=url))
    return waiting


def _sentences(place: Place, decision: Any, *, today: datetime.date, now: datetime.datetime) -> list[str]:
    if decision.state not in rules.OPEN_STATES:
        if place.is_client:
            return [_("You wanted to look back today: “%(question)s”")]
        return [_("A look back is due: “%(question)s”")]
    found = []
    if rules.is_near(decision.by_when, today):
        found.append(
            _("It was to be decided by now: “%(question)s”")
            if decision.by_when < today
            else _("It is to be decided soon: “%(question)s”")
        )
    if decision.has_open_now and now - decision.triggered_at <= OPENED_LATELY:
        found.append(_("A worker’s own view is open to read: “%(question)s”"))
    asked = decision.trigger == Trigger.CLIENT_ASK.value
    if asked and not decision.has_open_now and access.may(place.by, Act.WRITE_VIEW, about=place):
        found.append(_("You are asked for your own view: “%(question)s”"))
    return found


# --- Measures ------------------------------------------------------------------------------------


def qualities_in(place: Place) -> list[rules.Quality]:
    """M8 and M9 of each decision here, in three queries; M10 is `rules.control` of them."""
    today = rules.day_of(place.by.now, place.partnership.organisation.time_zone)
    decisions = list(Decision.objects.visible_to(place.by, within=place.id).order_by("opened_at", "id"))
    additions: dict[uuid.UUID, list[Addition]] = {}
    for addition in Addition.objects.visible_to(place.by, within=place.id).filter(taken_back_at=None):
        additions.setdefault(addition.decision_id, []).append(addition)
    marks: dict[uuid.UUID, list[Mark]] = {}
    for mark in (
        Mark.objects.visible_to(place.by, within=place.id)
        .filter(mark__in=[MarkKind.CHOICE.value, MarkKind.LOOKING_BACK.value])
        .order_by("number")
    ):
        marks.setdefault(mark.decision_id, []).append(mark)
    return [
        _quality(place, additions.get(decision.id, []), marks.get(decision.id, []), today) for decision in decisions
    ]


def _quality(place: Place, additions: list[Addition], marks: list[Mark], today: datetime.date) -> rules.Quality:
    real = [one.id for one in additions if one.way_kind == WayKind.REAL.value]
    balance = rules.balance(
        [
            (
                sum(one.way_id == way and one.sort == Sort.GOOD.value for one in additions),
                sum(one.way_id == way and one.sort == Sort.HARD.value for one in additions),
            )
            for way in real
        ]
    )
    choice = next((mark for mark in reversed(marks) if mark.mark == MarkKind.CHOICE.value), None)
    looks = [mark for mark in marks if choice and mark.mark != choice.mark and mark.round == choice.round]
    review_on = _day(choice.said["review_on"]) if choice else None
    zone = place.partnership.organisation.time_zone
    in_time: bool | None = None
    if review_on and looks:
        in_time = rules.day_of(looks[0].said_at, zone) <= review_on
    elif review_on and review_on < today:
        in_time = False
    return rules.Quality(
        enough_ways=not rules.is_only_information(len(real)),
        both_sides=bool(real) and not balance.no_good and not balance.no_hard,
        ready=choice.said["all_yes"] or choice.said["good_enough"] if choice else None,
        recorded_by_her=choice.said_by_id == place.client_id if choice else None,
        reviewed_in_time=in_time,
        again=looks[-1].said["again"] if looks else None,
        balance=balance.share,
    )
