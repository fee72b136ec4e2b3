"""What can be searched in this room: notes with all that was said in them, her own pages, and parts that are not shown.

Whoever finds a note is shown the other voice with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from alongside.access import Kind, Viewer
from alongside.access.scanning import Found, Opened, Voices, scan
from alongside.kit.folding import Wanted
from alongside.notes.models import Voice, Withheld
from alongside.notes.rules import What

PARTS = ("headline", "happened", "think", "part", "reason", "words")
SAYS_NOTHING = (What.SIGNED, What.READ, What.MARKER, What.LOOK)


def _words(body: dict[str, Any] | None) -> tuple[str, ...]:
    return tuple(str(body[part]) for part in PARTS if body.get(part)) if body else ()


def _texts(row: Opened) -> tuple[str, ...]:
    return tuple(text for body in row.said() for text in _words(body))


def texts(viewer: Viewer, wanted: Wanted, *, within: uuid.UUID | None = None) -> list[Iterator[Found]]:
    """Whatever in notes can hold what is wanted, in two queries."""
    voices = scan(
        Voice, viewer, wanted, "body", at="said_at", beside=("note_id", "what", "stands"), within=within,
        narrow=lambda rows: rows.exclude(what__in=SAYS_NOTHING),
    )  # fmt: skip
    withheld = scan(Withheld, viewer, wanted, "body", at="asked_at", beside=("note_id",), within=within)
    return [map(_voice, voices), map(_withheld, withheld)]


def _voice(row: Opened) -> Found:
    note_id, what, stands = row.beside
    is_own, is_earlier = row.kind is Kind.OWN, what == What.VERSION and not stands
    label = _("My own pages") if is_own else _("A note")
    return Found(
        id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=row.at, thread=note_id,
        label=_("%(note)s, as it was before") % {"note": label} if is_earlier else label,
        texts=partial(_texts, row),
        page="notes:own_page" if is_own else "notes:versions" if is_earlier else "notes:note", args=(note_id,),
    )  # fmt: skip


def _withheld(row: Opened) -> Found:
    return Found(
        id=row.id, kind=row.kind, partnership_id=row.partnership_id, at=row.at, thread=row.beside[0],
        label=_("Something that isn’t shown"), texts=partial(_texts, row), page="notes:withheld", args=(row.id,),
    )  # fmt: skip


def voices(viewer: Viewer, found: Collection[Found]) -> Voices:
    """The other voices in the notes that were found: views beside the version, or the version beside a view."""
    notes = {one.thread for one in found}
    if not notes:
        return {}
    said: dict[Any, list[Voice]] = {}
    both = Q(what=What.DIFFERENT) | Q(stands=True)
    for voice in Voice.objects.visible_to(viewer).scanned().filter(both, note_id__in=notes).order_by("number"):
        said.setdefault(voice.note_id, []).append(voice)
    labels = {What.DIFFERENT: _("I see it differently")}
    return {
        one.id: tuple(
            (labels.get(What(voice.what), _("The note")), "\n".join(_words(voice.body)))
            for voice in said.get(one.thread, ())
            if voice.id != one.id and (len(said[one.thread]) > 1)
        )
        for one in found
    }
