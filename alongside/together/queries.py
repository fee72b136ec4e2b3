"""Reading papers: the list, one paper, what is new in it for a page that is open, and who wrote what."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from alongside import access
from alongside.access import Kind, Place, Viewer
from alongside.kit.errors import NotFound
from alongside.kit.ids import id_from
from alongside.together import merging, rules
from alongside.together.models import Paper, Pen, Typed
from alongside.together.rules import Sort, State
from alongside.together.updates import Malformed
from alongside.together.wording import SORTS, STATES


@dataclass(frozen=True)
class Listed:
    """A paper as it stands in the list."""

    id: uuid.UUID
    title: str
    sort: str
    state: State
    label: str
    who: str
    at: datetime.datetime
    note_id: uuid.UUID | None


@dataclass(frozen=True)
class PapersPage:
    """The papers that are being written, and those that are finished; the newest first."""

    open: list[Listed]
    done: list[Listed]


def papers_in(place: Place) -> PapersPage:
    """What is written together here. One query."""
    if not place.sees(Kind.PAPER):
        raise NotFound
    rows = Paper.objects.visible_to(place.by, within=place.id).order_by("-opened_at", "-id")
    listed = [_listed(place, row) for row in rows]
    return PapersPage(
        open=[one for one in listed if one.state is State.WRITING],
        done=[one for one in listed if one.state is not State.WRITING],
    )


def _listed(place: Place, row: Paper) -> Listed:
    return Listed(
        id=row.id,
        title=row.title,
        sort=str(SORTS[Sort(row.sort)]),
        state=State(row.state),
        label=str(STATES[State(row.state)]),
        who=_who(place, row.opened_by_id),
        at=row.opened_at,
        note_id=row.note_id,
    )


def _who(place: Place, person_id: uuid.UUID | None) -> str:
    if person_id is None:
        return ""
    return _("You") if person_id == place.by.person_id else place.names.get(person_id, "")


@dataclass(frozen=True)
class PaperPage:
    """One paper. `edits` is all of it for a browser that writes live, `number` the newest edit in that.

    `moment` is how it stood when the page was drawn, for the form that works without a script.
    """

    paper: Listed
    text: str
    finished_by: str
    finished_at: datetime.datetime | None
    number: int
    edits: str
    moment: str

    @property
    def is_open(self) -> bool:
        return self.paper.state is State.WRITING


def paper_in(place: Place, paper_id: uuid.UUID) -> PaperPage:
    """One paper, to read and to write on. Two queries; one where it is not written on any more."""
    row = access.see(place.by, Paper, paper_id, within=place.id)
    edits = edits_of(place.by, row) if row.state == State.WRITING else []
    data = [edit.data for edit in edits]
    return PaperPage(
        paper=_listed(place, row),
        text=row.text,
        finished_by=_who(place, row.finished_by_id),
        finished_at=row.finished_at,
        number=row.count,
        edits=Typed.as_text(merging.whole(data, forgets=True)) if edits else "",
        moment=Typed.as_text(merging.moment_of(data)),
    )


def edits_of(viewer: Viewer, paper: Paper, *, since: int = 0) -> list[Typed]:
    """Every edit of a paper after number `since`, in order."""
    rows = Typed.objects.visible_to(viewer, within=paper.partnership_id).filter(paper_id=paper.id, number__gt=since)
    return list(rows.order_by("number"))


# --- A page that is open --------------------------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """What a page gets that has everything up to some number: edits to apply in this order."""

    edits: list[str]
    number: int
    state: State


def news_in(place: Place, paper_id: uuid.UUID, *, seen: int, has: bytes) -> News:
    """What is new in a paper since edit number `seen`. Two queries. Raise `NotFound`.

    An edit that was merged with older ones holds all of them, so nothing before it is needed.

    The trail has one line of it in ten minutes for each reader, as decision 0026 says.
    """
    row = access.see(place.by, Paper, paper_id, within=place.id)
    reads_on(place.by, row)
    return news_for(row, edits_of(place.by, row, since=seen), seen=seen, has=has)


def reads_on(viewer: Viewer, paper: Paper) -> None:
    """Count what this request reads of a paper as a part of a longer look at it."""
    spell_id = id_from("reading", str(paper.id), str(viewer.person_id), rules.spell_of(viewer.now))
    viewer.reads_on(Kind.PAPER, paper.partnership_id, row_id=paper.id, spell_id=spell_id)


def news_for(
    paper: Paper, edits: Sequence[Typed], *, seen: int, has: bytes, own: uuid.UUID | None = None
) -> News:  # fmt: skip
    """The edits after number `seen`, without the `own` one that a page has just sent.

    Where some of them were merged with older ones, all that the page lacks by what it says it `has`.
    """
    new = [edit for edit in edits if edit.number > seen and edit.id != own]
    if any(edit.written_by_id is None for edit in new):
        data = [edit.data for edit in edits]
        try:
            found = [Typed.as_text(merging.missing(data, has))]
        except Malformed:  # it gets all of it
            found = [Typed.as_text(merging.whole(data, forgets=True))]
    else:
        found = [edit.edits for edit in new]
    return News(edits=found, number=paper.count, state=State(paper.state))


# --- Who wrote what -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A stretch of the text that one person wrote; `turn` counts the people, for the way it is marked."""

    who: str
    is_mine: bool
    turn: int
    text: str


@dataclass(frozen=True)
class WhoWrote:
    """A paper by who wrote what, and the names of those who did."""

    paper: Listed
    parts: list[Part]
    people: list[Part]


def who_wrote(place: Place, paper_id: uuid.UUID) -> WhoWrote:
    """The text of a paper, each stretch with who wrote it. Three queries."""
    row = access.see(place.by, Paper, paper_id, within=place.id)
    parts: list[Part] = []
    turns: dict[uuid.UUID, int] = {}
    for person_id, text in wrote_in(place.by, row):
        turn = turns.setdefault(person_id, len(turns))
        parts.append(Part(_who(place, person_id), person_id == place.by.person_id, turn, text))
    people = {part.turn: Part(part.who, part.is_mine, part.turn, "") for part in parts}
    return WhoWrote(paper=_listed(place, row), parts=parts, people=[people[turn] for turn in sorted(people)])


def wrote_in(viewer: Viewer, paper: Paper) -> list[tuple[uuid.UUID, str]]:
    """Who wrote which stretch of a paper's text, in its order. Two queries."""
    edits = edits_of(viewer, paper)
    pens = Pen.objects.visible_to(viewer, within=paper.partnership_id).filter(paper_id=paper.id)
    hands = {pen.number: pen.person_id for pen in pens}
    found: list[tuple[uuid.UUID, str]] = []
    for run in merging.runs_of([edit.data for edit in edits]):
        person_id = hands[run.pen]
        if found and found[-1][0] == person_id:
            found[-1] = (person_id, found[-1][1] + run.text)
        else:
            found.append((person_id, run.text))
    return found
