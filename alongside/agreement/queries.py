"""Reading how we work together: what holds, what is being drafted, who accepted, and the terms it sets."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from alongside import access
from alongside.access import Act, Place
from alongside.agreement import rules, wording
from alongside.agreement.models import Acceptance, AgreementDraft, AgreementVersion
from alongside.agreement.rules import Body, Side, Terms
from alongside.agreement.wording import Change, Names, Part, PowerRow
from alongside.kit.errors import NotFound
from alongside.kit.waiting import Perhaps, Waiting
from alongside.people.models import Account
from alongside.people.rules import Role


def side_of(place: Place) -> Side | None:
    """The side for which the viewer can accept; `None` for everybody else with a seat."""
    if Role.CLIENT in place.roles:
        return Side.CLIENT
    return Side.WORKER if Role.WORKER in place.roles else None


def names_in(place: Place) -> Names:
    """What the two sides and the organisation are called, as the viewer reads it."""
    return Names(
        client=place.client_name,
        worker=place.worker_name or _("the worker"),
        organisation=place.partnership.organisation.name,
        reader=side_of(place),
    )


def today_in(place: Place) -> datetime.date:
    """The day it is where the organisation is."""
    return place.by.now.astimezone(ZoneInfo(place.partnership.organisation.time_zone)).date()


def language_of_client(place: Place) -> str:
    """The language in which a draft to start from is written: hers, whoever begins it."""
    return Account.objects.values_list("language", flat=True).get(person_id=place.client_id)


@dataclass(frozen=True)
class Accepted:
    """One side's acceptance, as it is shown."""

    side: Side
    name: str
    at: datetime.datetime


@dataclass(frozen=True)
class Agreement:
    """Everything the page shows: the text that holds, the open draft if there is one, and who accepted it."""

    names: Names
    today: datetime.date
    versions: list[AgreementVersion]
    draft: AgreementDraft | None
    accepted: list[Accepted]
    taken_back: list[Accepted]
    # Who wrote the newest revision of the draft; empty when there is none.
    changed_by: str
    # The parts that the viewer may put into words.
    writable: frozenset[str]

    @property
    def holding(self) -> AgreementVersion | None:
        """The newest version: the one that holds."""
        return self.versions[0] if self.versions else None

    @property
    def current(self) -> AgreementDraft | AgreementVersion | None:
        """The text that a change would change: the open draft, or else what holds."""
        return self.draft or self.holding

    @cached_property
    def body(self) -> Body:
        """The current text; empty when there is none."""
        body: Body = self.current.body if self.current else {}
        return body

    @cached_property
    def parts(self) -> dict[str, Part]:
        return wording.parts_of(self.body, self.names)

    @cached_property
    def rows(self) -> list[PowerRow]:
        return wording.rows_of(self.body, self.names)

    @property
    def both_rules(self) -> list[Part]:
        """Her rules and the worker's, side by side on top."""
        return [self.parts[rules.HER_RULES], self.parts[rules.WORKER_RULES]]

    @property
    def folds(self) -> list[Part]:
        """Every other part, in the order in which they are read."""
        return [part for name, part in self.parts.items() if name not in (rules.HER_RULES, rules.WORKER_RULES)]

    @property
    def until_agreed(self) -> dict[str, str]:
        """The usual hours and answer time, in words: they stand in until something is agreed."""
        terms = rules.terms_from(rules.USUAL_TIMES, time_zone="UTC")
        return {"hours": wording.hours_in_words(terms), "answer": wording.answer_in_words(terms)}

    @property
    def reason(self) -> str:
        """Whether it was chosen or ordered: shown on top, never folded away."""
        return wording.reason_in_words(self.body.get(rules.WHY, {}), self.names)

    @cached_property
    def changes(self) -> list[Change]:
        """What the open draft would change in what holds."""
        if self.holding is None or self.draft is None:
            return []
        return wording.changes(self.holding.body, self.draft.body, self.names)

    @cached_property
    def missing(self) -> list[tuple[str, str]]:
        """What must be said before the draft can be accepted."""
        return wording.missing_in_words(rules.what_is_missing(self.body, today=self.today)) if self.draft else []

    def accepted_by(self, side: Side) -> Accepted | None:
        """The acceptance that one side gave to exactly the open draft, if it did."""
        return next((accepted for accepted in self.accepted if accepted.side == side), None)

    @property
    def still_to_accept(self) -> list[str]:
        """The sides whose acceptance of the open draft is missing, by name."""
        sides = [(Side.CLIENT, self.names.client), (Side.WORKER, self.names.worker)]
        return [name for side, name in sides if not self.accepted_by(side)]

    @property
    def i_accepted(self) -> Accepted | None:
        return self.accepted_by(self.names.reader) if self.names.reader else None

    @property
    def other_accepted(self) -> Accepted | None:
        """The acceptance that a change by the viewer would take back (for a stand-in: any)."""
        others = [accepted for accepted in self.accepted if accepted.side != self.names.reader]
        return others[0] if others else None

    @property
    def review_is_due(self) -> bool:
        return self.holding is not None and self.holding.review_on <= self.today

    def seen(self, seen: uuid.UUID | None) -> AgreementDraft | AgreementVersion | None:
        """What somebody had before them when they sent a form, when it is on the page still."""
        return next((text for text in (self.draft, self.holding) if text is not None and text.id == seen), None)


def open_draft(place: Place, holding: AgreementVersion | None) -> AgreementDraft | None:
    """The newest revision of the draft that is not agreed yet, or `None` when nothing is being drafted."""
    draft = (
        AgreementDraft.objects.visible_to(place.by, within=place.id)
        .filter(version__gt=holding.number if holding else 0)
        .order_by("-version", "-revision")
    )
    return draft.first()


def agreement_in(place: Place) -> Agreement:
    """How we work together, as the viewer sees it, in three queries; `NotFound` where their seat opens none."""
    if not place.sees(AgreementVersion.KIND):
        raise NotFound
    versions = list(AgreementVersion.objects.visible_to(place.by, within=place.id).order_by("-number"))
    draft = open_draft(place, versions[0] if versions else None)
    accepted: list[Accepted] = []
    taken_back: dict[Side, Accepted] = {}
    if draft is not None:
        given = Acceptance.objects.visible_to(place.by, within=place.id).filter(draft__version=draft.version)
        for acceptance in given.order_by("accepted_at", "id"):
            one = Accepted(
                side=Side(acceptance.side),
                name=place.names[acceptance.accepted_by_id],
                at=acceptance.accepted_at,
            )
            if acceptance.draft_id == draft.id:
                accepted.append(one)
            else:
                taken_back[one.side] = one
    again = {one.side for one in accepted}
    current = draft or (versions[0] if versions else None)
    return Agreement(
        names=names_in(place),
        today=today_in(place),
        versions=versions,
        draft=draft,
        accepted=accepted,
        taken_back=[one for side, one in taken_back.items() if side not in again],
        changed_by=place.names[draft.written_by_id] if draft else "",
        writable=_writable(place, current.body if current else {}),
    )


def _writable(place: Place, body: Body) -> frozenset[str]:
    if not access.may(place.by, Act.DRAFT_AGREEMENT, about=place):
        return frozenset()
    side = Side.CLIENT if place.is_client else Side.WORKER
    parts = [*rules.FIELDS, *rules.rows_of(body), rules.NEW_ROW]
    return frozenset(part for part in parts if rules.is_theirs_to_write(part, side))


@dataclass(frozen=True)
class PartToChange:
    """One part of the current text, for changing it."""

    agreement: Agreement
    name: str
    title: str
    says: Part
    words: dict[str, Any]
    seen: uuid.UUID
    may_write: bool

    @property
    def can_be_taken_out(self) -> bool:
        """Whether it is a line of the power card that is there."""
        return self.may_write and rules.is_row(self.name) and bool(self.words)


def part_to_change(place: Place, part: str) -> PartToChange:
    """One part as it stands now. Raise `NotFound` when there is no text yet, or no such part."""
    agreement = agreement_in(place)
    if agreement.current is None or not rules.is_part(part):
        raise NotFound
    return PartToChange(
        agreement=agreement,
        name=part,
        title=wording.title_of(part, agreement.names),
        says=wording.part_of(part, agreement.body, agreement.names),
        words=agreement.body.get(part, {}),
        seen=agreement.current.id,
        may_write=part in agreement.writable or (rules.is_row(part) and rules.NEW_ROW in agreement.writable),
    )


def fold_of(part: str) -> str:
    """The part of the page on which a part is read: the lines of the power card are read together."""
    return part if part in rules.FIELDS else rules.POWER


@dataclass(frozen=True)
class Sheet:
    """A text as it is printed: with names, and without "you"."""

    names: Names
    version: AgreementVersion | None
    holds: bool
    parts: dict[str, Part]
    rows: list[PowerRow]
    reason: str
    accepted: list[Accepted]


def sheet_in(place: Place, number: int | None = None) -> Sheet:
    """A version to read or print: the one of this number, else the one that holds, else the open draft.

    Raise `NotFound` when there is none.
    """
    agreement = agreement_in(place)
    version = agreement.holding
    if number is not None:
        version = next((version for version in agreement.versions if version.number == number), None)
    text = version if number is not None else version or agreement.draft
    if text is None:
        raise NotFound
    names = agreement.names.on_paper()
    accepted = agreement.accepted
    if version is not None:
        accepted = [
            Accepted(Side.CLIENT, place.names[version.by_client_id], version.by_client_at),
            Accepted(Side.WORKER, place.names[version.by_worker_id], version.by_worker_at),
        ]
    return Sheet(
        names=names,
        version=version,
        holds=version is not None and version is agreement.holding,
        parts=wording.parts_of(text.body, names),
        rows=wording.rows_of(text.body, names),
        reason=wording.reason_in_words(text.body[rules.WHY], names),
        accepted=accepted,
    )


def changes_since(place: Place, seen: uuid.UUID | None, agreement: Agreement) -> list[Change]:
    """What changed between the draft that somebody had before them and the text as it is now."""
    old: AgreementDraft | None = AgreementDraft.objects.visible_to(place.by, within=place.id).filter(id=seen).first()
    return wording.changes(old.body, agreement.body, agreement.names) if old else []


def terms_in(place: Place) -> Terms:
    """Hours and answer time as they hold now, in one query; the usual ones, marked as such, until both have agreed."""
    zone = place.partnership.organisation.time_zone
    holding: AgreementVersion | None = (
        AgreementVersion.objects.visible_to(place.by, within=place.id).order_by("-number").first()
    )
    if holding is None:
        return rules.terms_from(rules.USUAL_TIMES, time_zone=zone)
    return rules.terms_from(
        holding.body[rules.TIMES], time_zone=zone, version=holding.number, review_on=holding.review_on
    )


def waiting_in(place: Place) -> list[Perhaps]:
    """What waits here for the viewer: a draft to read and accept, or a review that is due."""
    side = side_of(place)
    if side is None:
        return []
    versions = AgreementVersion.objects.visible_to(place.by, within=place.id)
    newest = versions.order_by("-number").values("number")[:1]
    drafts = AgreementDraft.objects.visible_to(place.by, within=place.id).filter(
        version__gt=Coalesce(Subquery(newest), 0)
    )
    return [
        Perhaps(drafts, lambda: _drafted(place, side)),
        Perhaps(versions.filter(review_on__lte=today_in(place)), lambda: _to_review(place)),
    ]


def _to_review(place: Place) -> list[Waiting]:
    agreement = place.once(agreement_in)
    if agreement.draft is not None or not agreement.review_is_due:
        return []
    url = reverse("agreement:page", args=[place.id])
    return [Waiting(_("It is time to look at how you work together again."), url)]


def _drafted(place: Place, side: Side) -> list[Waiting]:
    agreement = place.once(agreement_in)
    url = reverse("agreement:page", args=[place.id])
    draft = agreement.draft
    if draft is None or agreement.accepted_by(side):
        return []
    name = place.names[draft.written_by_id]
    by_another = draft.written_by_id != place.by.person_id
    if by_another and any(one.side == side for one in agreement.taken_back):
        sentence = _(
            "%(name)s changed “How we work together”. So what you accepted before no longer counts: read it again."
        )
        return [Waiting(sentence % {"name": name}, url)]
    other = agreement.accepted_by(side.other)
    if other:
        sentence = _("%(name)s accepted “How we work together”. Read it, and accept it or change it.")
        return [Waiting(sentence % {"name": other.name}, url)]
    if by_another:
        return [Waiting(_("%(name)s wrote a draft of “How we work together”. Read it.") % {"name": name}, url)]
    return []
