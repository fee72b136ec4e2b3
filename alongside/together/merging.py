"""Merging edits, with the same rules in the house as in the browser (pycrdt here, yjs there). Nothing is kept
in memory between two requests. No Django here.

Edits are merged by applying them to one document. `pycrdt.merge_updates` would be quicker, but loses
letters that were taken out, now and then, and `Doc.from_snapshot` breaks down on snapshots of its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Snapshot, Text

from alongside.notes.rules import Change, difference
from alongside.together import updates
from alongside.together.rules import length_of
from alongside.together.updates import ROOT, Block, Edit, Malformed


class Gap(ValueError):
    """The edit goes on from letters that the house does not have: the page must send all that it has."""


def _text(doc: Doc[Any]) -> str:
    found: Text = doc.get(ROOT, type=Text)
    return str(found)


def _state(doc: Doc[Any]) -> dict[int, int]:
    """How many letters there are of each pen."""
    return updates.read_state(bytes(doc.get_state()))


def _apply(doc: Doc[Any], edit: bytes) -> None:
    """Apply an edit. Raise `Malformed` for whatever the library makes of bytes that it cannot use."""
    try:
        doc.apply_update(edit)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # what breaks inside of the library is no `Exception`
        raise Malformed("it cannot be applied") from error


def _doc(edits: list[bytes], *, forgets: bool = False) -> Doc[Any]:
    doc: Doc[Any] = Doc(skip_gc=not forgets)
    for edit in edits:
        _apply(doc, edit)
    return doc


@dataclass(frozen=True)
class Taken:
    """What an edit made of a paper."""

    text: str
    # who held the pens: each that wrote something new
    pens: frozenset[int]
    is_news: bool


def take(edits: list[bytes], edit: bytes) -> Taken:
    """What the paper is with one more edit. Raise `Malformed`, `Gap`."""
    said = updates.read(edit)
    doc = _doc(edits)
    before = _state(doc)
    was = doc.get_update() if said.taken_out else b""
    for pen, blocks in said.blocks.items():
        if blocks[0].clock > before.get(pen, 0):
            raise Gap
    _apply(doc, edit)
    after = _state(doc)
    for pen, blocks in said.blocks.items():
        if after.get(pen, 0) < blocks[-1].end:
            raise Gap
    for pen, ranges in said.taken_out.items():
        if any(end > after.get(pen, 0) for _, end in ranges):
            raise Gap
    new = frozenset(pen for pen in said.blocks if after[pen] > before.get(pen, 0))
    return Taken(text=_text(doc), pens=new, is_news=bool(new) or (bool(said.taken_out) and doc.get_update() != was))


def text_of(edits: list[bytes]) -> str:
    """The text of a paper."""
    return _text(_doc(edits))


def whole(edits: list[bytes], *, forgets: bool = False) -> bytes:
    """All edits as one. With `forgets`, without the letters that were taken out; their ids stay."""
    return bytes(_doc(edits, forgets=forgets).get_update())


def missing(edits: list[bytes], state: bytes) -> bytes:
    """What a page does not have that says what it has, out of a whole paper. Raise `Malformed`."""
    updates.read_state(state)
    doc = _doc(edits)
    try:
        return bytes(doc.get_update(state))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise Malformed("it does not say what it has") from error


def state_of(edits: list[bytes]) -> bytes:
    """What there is, said so that a page can send what is missing."""
    return bytes(_doc(edits).get_state())


def moment_of(edits: list[bytes]) -> bytes:
    """How the paper stands now, by the ids of its letters: what a form was drawn from."""
    return Snapshot.from_doc(_doc(edits)).encode()


def typed_in_form(edits: list[bytes], *, drawn_from: bytes, typed: str, pen: int) -> bytes:
    """The edit of somebody who got the text as it stood then, and made `typed` of it without a line in between.

    Word by word: what they left alone stays as others have it by now, what they changed is put beside
    what others made of the same place. Raise `Malformed` when `drawn_from` is no moment of this paper.
    """
    moment = updates.read_moment(drawn_from)
    then = updates.Sequence(updates.read(whole(edits)), moment=moment).then(moment)
    edit, blocks, at, clock = Edit(), [], 0, 0
    taken_out: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for piece in difference(then.text, typed):
        length = length_of(piece.text)
        if piece.change is Change.NEW:
            left, right = then.between(at)
            blocks.append(Block(pen, clock, length, left, right, piece.text))
            clock += length
            continue
        if piece.change is Change.GONE:
            for whose, letters in then.ids(at, at + length):
                taken_out[whose].append(letters)
        at += length
    if blocks:
        edit.blocks[pen] = blocks
    edit.taken_out = dict(taken_out)
    return updates.written(edit)


@dataclass(frozen=True)
class Run:
    """Letters side by side from one pen."""

    pen: int
    text: str


def runs_of(edits: list[bytes]) -> list[Run]:
    """The text, and which pen wrote which part of it."""
    runs: list[Run] = []
    for pen, text in updates.Sequence(updates.read(whole(edits))).shown():
        if runs and runs[-1].pen == pen:
            runs[-1] = Run(pen, runs[-1].text + text)
        else:
            runs.append(Run(pen, text))
    return runs
