"""Searching: every room's texts that the viewer may see, opened in memory and gone through, newest first."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from dataclasses import dataclass
from heapq import merge
from itertools import repeat
from typing import Any

from django.urls import reverse

from alongside.access import Place, Viewer
from alongside.access.scanning import Found, Voices
from alongside.agreement import searching as agreement
from alongside.attached import searching as attached
from alongside.conversations import searching as conversations
from alongside.decisions import searching as decisions
from alongside.kit.folding import Wanted
from alongside.notes import searching as notes
from alongside.people.queries import clients_of
from alongside.record import searching as record
from alongside.search.rules import HITS, Excerpt, excerpts
from alongside.topics import searching as topics

ROOMS = (record, attached, notes, topics, decisions, agreement, conversations)
# The rooms in which somebody may see it differently: one voice is never shown without the other.
OF_TWO_VOICES = (record, notes)


@dataclass(frozen=True)
class Hit:
    """One place in which everything that was searched for stands."""

    label: str
    at: datetime.datetime
    address: str
    excerpts: list[Excerpt]
    # what stands beside it with the same rank: (label, words)
    voices: tuple[tuple[str, str], ...]
    # Whose space it is; empty where only one is searched.
    whose: str


@dataclass(frozen=True)
class Hits:
    """A page of hits, newest first; `next` says where the following page begins, if there is one."""

    hits: list[Hit]
    next: int | None


def found_in(place: Place, words: str, *, after: int = 0) -> Hits:
    """What was searched for, in one space."""
    return _search(place.by, words, after=after, within=place.id)


def found_by(viewer: Viewer, words: str, *, after: int = 0) -> Hits:
    """What was searched for, in every space in which the viewer has a seat."""
    return _search(viewer, words, after=after, within=None)


def _search(viewer: Viewer, words: str, *, after: int, within: uuid.UUID | None) -> Hits:
    """The search leaves a line for each space and kind of which something is shown: with how many hits."""
    wanted = Wanted.of(words)
    if not wanted.words:
        return Hits([], None)
    streams = [zip(texts, repeat(room)) for room in ROOMS for texts in room.texts(viewer, wanted, within=within)]
    shown: list[tuple[Found, Any, list[Excerpt]]] = []
    for found, room in merge(*streams, key=lambda offer: offer[0].at, reverse=True):
        stands_in = excerpts(found.texts(), wanted)
        if stands_in:
            shown.append((found, room, stands_in))
        if len(shown) > after + HITS:
            break
    page = shown[after : after + HITS]
    for (kind, partnership_id), count in Counter((one.kind, one.partnership_id) for one, *_ in page).items():
        viewer.note_reading(kind, partnership_id, count)
    whose = clients_of({one.partnership_id for one, *_ in page}) if within is None else {}
    beside: Voices = {}
    for room in OF_TWO_VOICES:
        beside |= room.voices(viewer, [one for one, of, _ in page if of is room])
    return Hits(
        hits=[
            Hit(
                label=found.label,
                at=found.at,
                address=reverse(found.page, args=[found.partnership_id, *found.args]),
                excerpts=stands_in,
                voices=beside.get(found.id, ()),
                whose=whose[found.partnership_id].called if whose else "",
            )
            for found, _, stands_in in page
        ],
        next=after + HITS if len(shown) > after + HITS else None,
    )
