"""Beginning a paper, writing in it live or by a form, finishing it, and going on.

Edits of one paper go one after the other. Nothing is kept in memory between two requests: whatever a page
sends is held against what the database has.
"""

from __future__ import annotations

import datetime
import uuid

from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.kit.errors import NotFound, Refused
from alongside.kit.ids import id_from, new_id
from alongside.kit.text import hidden_characters
from alongside.live.actions import tell, tell_of_paper
from alongside.notes import actions as notes
from alongside.together import merging, rules, updates
from alongside.together.merging import Gap, Taken
from alongside.together.models import Paper, Pen, Typed
from alongside.together.queries import News, edits_of, news_for, reads_on
from alongside.together.rules import Sort, State
from alongside.together.updates import Malformed


class NotAnEdit(Refused):
    """Bytes that are no edit of a paper, or one that nobody could see on the page."""

    status = 400
    code = "not_an_edit"
    sentence = _("This could not be read, so nothing was changed. What you typed is still here.")


class SomethingIsMissing(Refused):
    """The edit goes on from letters that are not here; the page sends all that it has."""

    code = "gap"
    sentence = _("Something that was typed before this is not here yet. What you typed is still here.")

    def __init__(self, has: bytes) -> None:
        super().__init__()
        # What is here, so that the page can send all that is not.
        self.has = Typed.as_text(has)


class NotYourPen(Refused):
    """Letters in somebody else's name."""

    status = 403
    code = "not_your_pen"
    sentence = _("This was not typed on your page, so it was not kept.")


class TooLong(Refused):
    """More text than a paper holds."""

    code = "too_long"
    sentence = _(
        "This is more than one paper holds. Take something out, or begin a new one. Nothing you typed is lost."
    )


class PaperIsFull(Refused):
    """So much was typed and taken out again that a browser would become slow."""

    code = "full"
    sentence = _("This paper is full. Finish it, and go on in a new one. What you typed is still here.")


class TooQuick(Refused):
    """More edits in a second than anybody types."""

    status = 429
    code = "too_quick"
    sentence = _("This came too quickly. It will be sent again. What you typed is still here.")


class FinishedMeanwhile(Refused):
    """Somebody finished the paper."""

    code = "finished"
    sentence = _("This paper was finished, so nothing was changed. What you typed is still here.")


class PageTooOld(Refused):
    """A form that does not say what it was drawn from."""

    status = 400
    code = "page_too_old"
    sentence = _(
        "This page does not say which text it began from, so nothing was changed. What you typed is still here: "
        "copy it, and open the paper again."
    )


class NothingWritten(Refused):
    """There is nothing to finish."""

    code = "nothing_written"
    sentence = _("Nothing is written here yet, so there is nothing to finish.")


class NotFinished(Refused):
    """It is being written, or lives on as a note."""

    code = "not_finished"
    sentence = _("There is nothing to open again: it is being written, or it became a note.")


def _record(
    by: Viewer, act: Act, paper: Paper, now: datetime.datetime, write_id: uuid.UUID
) -> None:  # fmt: skip
    access.record(
        by, act, partnership_id=paper.partnership_id, kind=Kind.PAPER, now=now, row_id=paper.id, write_id=write_id
    )


def _paper(by: Viewer, about: Place, paper_id: uuid.UUID) -> Paper:
    """The paper, held until the transaction ends. Raise `NotFound`."""
    rows = Paper.objects.visible_to(by, within=about.id).select_for_update()
    paper: Paper | None = rows.filter(id=paper_id).first()
    if paper is None:
        raise NotFound
    return paper


@atomic
def start_paper(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, sort: Sort, title: str
) -> Paper:
    """Begin a paper. It is open to all who work together here."""
    access.require(by, Act.START_PAPER, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Paper, known)

    paper: Paper = Paper.objects.create(
        id=write_id, partnership_id=about.id, sort=sort.value, title=title, opened_by_id=by.person_id, opened_at=now
    )

    _record(by, Act.START_PAPER, paper, now, write_id)

    tell(about.id)
    return paper


# --- writing in it --------------------------------------------------------------------------------------


@atomic
def type_in(
    *, by: Viewer, about: Place, now: datetime.datetime, paper_id: uuid.UUID, edit: bytes, seen: int, has: bytes
) -> News:
    """Take what a page typed, and give it what others did meanwhile. The same edit may arrive any number of times.

    The trail has one line of it in ten minutes for each person and paper. Raise `NotAnEdit`,
    `SomethingIsMissing`, `NotYourPen`, `TooLong`, `PaperIsFull`, `TooQuick`, `FinishedMeanwhile`.
    """
    access.require(by, Act.WRITE_TOGETHER, about=about)
    paper = _paper(by, about, paper_id)
    reads_on(by, paper)
    edits = edits_of(by, paper)
    own, edits = _keep(by, paper, edits, edit, now=now)

    if own is not None:
        spell_id = id_from("writing", str(paper.id), str(by.person_id), rules.spell_of(now))
        if access.arrived(by, spell_id) is None:
            _record(by, Act.WRITE_TOGETHER, paper, now, spell_id)

            tell(about.id)
        tell_of_paper(about.id, paper.id, paper.count)
    return news_for(paper, edits, seen=seen, has=has, own=own)


@atomic
def save_form(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    paper_id: uuid.UUID,
    drawn_from: bytes,
    text: str,
) -> Paper:
    """Take the whole text from a form that was drawn at the moment `drawn_from`, and merge it with what stands now.

    What others wrote meanwhile stays, and so does each word that was typed in the form: where both changed
    the same words, both stand there. Raise `PageTooOld`, and what `type_in` raises.
    """
    access.require(by, Act.WRITE_TOGETHER, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Paper, known)
    paper = _paper(by, about, paper_id)
    edits = edits_of(by, paper)
    held = set(Pen.objects.visible_to(by, within=about.id).filter(paper_id=paper.id).values_list("number", flat=True))
    pen = next(number for number in range(1 + write_id.int % (2**32 - 2**16), 2**32) if number not in held)
    try:
        edit = merging.typed_in_form([each.data for each in edits], drawn_from=drawn_from, typed=text, pen=pen)
    except Malformed as error:
        raise PageTooOld from error

    _keep(by, paper, edits, edit, now=now, travelled=False)

    _record(by, Act.WRITE_TOGETHER, paper, now, write_id)

    tell(about.id)
    return paper


def _keep(
    by: Viewer, paper: Paper, edits: list[Typed], edit: bytes, *, now: datetime.datetime, travelled: bool = True
) -> tuple[uuid.UUID | None, list[Typed]]:
    """Keep one edit when there is news in it, and merge all when they are many. Return its id, and all there is now."""
    if paper.state != State.WRITING:
        raise FinishedMeanwhile
    taken = _taken(paper, edits, edit, travelled=travelled)
    if not taken.is_news:
        return None, edits
    if travelled and rules.too_quick([each.written_at for each in edits if each.written_by_id == by.person_id], now):
        raise TooQuick
    _hold_pens(by, paper, taken.pens, now=now)
    paper.text = taken.text
    paper.count += 1
    paper.save(update_fields=["text", "count"])
    typed: Typed = Typed.objects.create(
        id=new_id(),
        partnership_id=paper.partnership_id,
        paper_id=paper.id,
        number=paper.count,
        edits=Typed.as_text(edit),
        written_by_id=by.person_id,
        written_at=now,
    )
    edits = [*edits, typed]
    if len(edits) >= rules.MERGE_AT or _size(edits) > rules.LARGEST_PAPER:
        edits = _merge(by, paper, edits, now=now)
        if _size(edits) > rules.LARGEST_PAPER:
            raise PaperIsFull
    return typed.id, edits


def _size(edits: list[Typed]) -> int:
    return sum(len(edit.edits) for edit in edits) * 3 // 4


def _taken(paper: Paper, edits: list[Typed], edit: bytes, *, travelled: bool) -> Taken:
    """What the paper is with one more edit, if it may be taken."""
    if travelled and len(edit) > rules.LARGEST_EDIT:
        raise NotAnEdit
    try:
        if any(hidden_characters(text) for text in updates.read(edit).texts()):
            raise NotAnEdit
        taken = merging.take([each.data for each in edits], edit)
    except Malformed as error:
        raise NotAnEdit from error
    except Gap as error:
        raise SomethingIsMissing(merging.state_of([each.data for each in edits])) from error
    length = rules.length_of(taken.text)
    if length > rules.LONGEST_TEXT and length > rules.length_of(paper.text):
        raise TooLong
    return taken


def _hold_pens(by: Viewer, paper: Paper, numbers: frozenset[int], *, now: datetime.datetime) -> None:
    """Note whose pens these are. Raise `NotYourPen` for one that somebody else holds."""
    if not numbers:
        return
    pens = Pen.objects.visible_to(by, within=paper.partnership_id).filter(paper_id=paper.id, number__in=numbers)
    held = {pen.number: pen.person_id for pen in pens}
    if any(person_id != by.person_id for person_id in held.values()):
        raise NotYourPen
    for number in sorted(numbers - set(held)):
        Pen.objects.create(
            partnership_id=paper.partnership_id, paper_id=paper.id, number=number, person_id=by.person_id, since=now
        )


def _merge(
    by: Viewer, paper: Paper, edits: list[Typed], *, now: datetime.datetime, forgets: bool = False
) -> list[Typed]:
    """Put one edit in the place of all of them. Whose letters they are stands in the pens."""
    data = merging.whole([edit.data for edit in edits], forgets=forgets)
    Typed.objects.visible_to(by, within=paper.partnership_id).filter(paper_id=paper.id).delete()
    merged: Typed = Typed.objects.create(
        id=new_id(),
        partnership_id=paper.partnership_id,
        paper_id=paper.id,
        number=paper.count,
        edits=Typed.as_text(data),
        written_at=now,
    )
    return [merged]


# --- finishing it ---------------------------------------------------------------------------------------


@atomic
def finish_paper(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    paper_id: uuid.UUID,
    into_note: bool = False,
) -> Paper:
    """Say that a paper is done. With `into_note` it becomes a note that both can change until one of them signs it.

    What became a note lives on there: what was typed here and taken out again is then forgotten.
    Raise `FinishedMeanwhile`, `NothingWritten`.
    """
    access.require(by, Act.FINISH_PAPER, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Paper, known)
    paper = _paper(by, about, paper_id)
    if not rules.may_finish(State(paper.state)):
        raise FinishedMeanwhile
    if not paper.text.strip():
        raise NothingWritten

    paper.state, paper.finished_by_id, paper.finished_at = State.FINISHED.value, by.person_id, now
    if into_note:
        paper.state = State.TAKEN_OVER.value
        paper.note_id = notes.write_note(
            by=by, about=about, now=now, write_id=id_from(str(write_id), "note"),
            headline=paper.title, happened=paper.text, think="", together=True,
        )  # fmt: skip
    paper.save(update_fields=["state", "finished_by", "finished_at", "note_id"])
    _merge(by, paper, edits_of(by, paper), now=now, forgets=into_note)

    _record(by, Act.FINISH_PAPER, paper, now, write_id)

    tell(about.id)
    return paper


@atomic
def go_on_writing(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, paper_id: uuid.UUID
) -> Paper:
    """Open a finished paper again. Raise `NotFinished`."""
    access.require(by, Act.GO_ON_WRITING, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Paper, known)
    paper = _paper(by, about, paper_id)
    if not rules.may_go_on(State(paper.state)):
        raise NotFinished

    paper.state, paper.finished_by_id, paper.finished_at = State.WRITING.value, None, None
    paper.save(update_fields=["state", "finished_by", "finished_at"])

    _record(by, Act.GO_ON_WRITING, paper, now, write_id)

    tell(about.id)
    return paper
