"""The lists, her words, and what was said back."""

from __future__ import annotations

import datetime
import logging
import tomllib
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside.access import Kind, Place
from alongside.kit.errors import NotFound
from alongside.kit.ids import id_from
from alongside.kit.waiting import Perhaps, Waiting
from alongside.plain import rules
from alongside.plain.models import SayBack, Wording
from alongside.plain.rules import Area, Ease, Feeling, Hint, Index, Phrase, SaidBack, Sort

log = logging.getLogger(__name__)
LISTS = Path(__file__).parent / "lists"

WHY: dict[Sort, Promise] = {
    Sort.JARGON: gettext_lazy("an expert’s word"),
    Sort.OFFICE: gettext_lazy("office talk"),
    Sort.HURTS: gettext_lazy("can hurt"),
    Sort.POWER: gettext_lazy("puts the blame on the person"),
    Sort.DESCRIBE: gettext_lazy("say what happened"),
    Sort.DISLIKED: gettext_lazy("they do not want this word"),
}
AREAS: dict[Area, Promise] = {
    Area.LAW: gettext_lazy("the law, a court, an office"),
    Area.MONEY: gettext_lazy("money, rent, debts"),
    Area.HEALTH: gettext_lazy("health, medicine"),
    Area.SAFETY: gettext_lazy("being safe"),
}


# --- The lists -------------------------------------------------------------------------------------


@cache
def list_of(language: str) -> Index:
    """The phrases of a language: the house's list, and over it the agency's own. Read once, at first use."""
    found: dict[str, Phrase] = {}
    for folder in (LISTS, Path(settings.WORDS_FOLDER)):
        file = folder / f"{language}.toml"
        if not file.is_file():
            continue
        try:
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
            for sort, entries in tables.items():
                gone = [rules.phrases_in({sort: {written: ""}}) for written, value in entries.items() if value is False]
                found = {
                    written: phrase for written, phrase in found.items() if not any(written in one for one in gone)
                }
                found |= rules.phrases_in({sort: {written: value for written, value in entries.items() if value}})
        except (ValueError, AttributeError):
            log.exception("The list of words in %s cannot be read; it is left out.", file)
    return Index(language, found.values())


@dataclass(frozen=True)
class Look:
    """What there is to say about a text of staff: hints, and how hard it is to read if it is hard."""

    hints: list[tuple[Hint, str]]
    hard: Ease | None


def look_at(text: str, *, language: str, liked: list[str], disliked: dict[str, str]) -> Look:
    """Look at one text. Her own words win over every list."""
    spoken = rules.language_of(text, language)
    found = rules.hints(text, spoken, list_of(spoken), allowed=liked, disliked=disliked)
    measured = rules.ease(text, spoken)
    return Look(
        hints=[(hint, str(WHY[hint.sort])) for hint in found],
        hard=measured if measured is not None and not measured.is_easy else None,
    )


# --- Her words -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HerWording:
    """The words she likes, and those she does not like with what she says instead."""

    liked: list[Wording]
    disliked: list[Wording]

    def for_look(self) -> tuple[list[str], dict[str, str]]:
        """What `look_at` takes; what she says instead of a word is a word that she likes."""
        liked = [one.word for one in self.liked] + [one.instead for one in self.disliked if one.instead]
        return liked, {one.word: one.instead or "" for one in self.disliked}


def wording_in(place: Place) -> HerWording:
    """What she said about words, for her and for those who write here; nothing for who may not see it."""
    rows = list(
        Wording.objects.visible_to(place.by, within=place.id).filter(taken_back_at=None).order_by("said_at", "id")
    )
    return HerWording(
        liked=[row for row in rows if row.feeling == Feeling.LIKE],
        disliked=[row for row in rows if row.feeling == Feeling.DISLIKE],
    )


def wording_page(place: Place) -> HerWording:
    """The page “Words I like, and words I don’t”."""
    if not place.sees(Kind.WORDING):
        raise NotFound
    return wording_in(place)


def look_while_typing(place: Place, text: str) -> Look:
    """What there is to say about a text while staff type it, by the same rules as when it is sent.

    Raise `NotFound` for everybody else: her own words are never looked at. Nothing of the text is kept; in the trail
    it is one line in ten minutes, that her words for things were read.
    """
    if place.is_client or not place.is_staff:
        raise NotFound
    spell_id = id_from("typing", str(place.id), str(place.by.person_id), rules.spell_of(place.by.now))
    place.by.reads_on(Kind.WORDING, place.id, row_id=place.id, spell_id=spell_id)
    liked, disliked = wording_in(place).for_look()
    return look_at(text, language=(get_language() or "en")[:2], liked=liked, disliked=disliked)


# --- Saying back -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Explained:
    """An explanation, and how she said it in her own words."""

    id: uuid.UUID
    area: str
    explained: str
    by: str
    at: datetime.datetime
    said: str
    said_at: datetime.datetime | None
    state: SaidBack


def said_back_in(place: Place) -> list[Explained]:
    """What was explained here and how she said it, the newest first."""
    if not place.sees(Kind.LISTENING):
        raise NotFound
    return _explained(place, SayBack.objects.visible_to(place.by, within=place.id))


def explained_beside(place: Place, row_id: uuid.UUID) -> list[Explained]:
    """What was explained about one thing that stands here, as it was said last. One query; none for who sees none."""
    if not place.sees(Kind.LISTENING):
        return []
    found = _explained(place, SayBack.objects.visible_to(place.by, within=place.id).filter(explains=row_id))
    return [one for one in found if one.state is not SaidBack.ANEW]


def _explained(place: Place, rows: Any) -> list[Explained]:
    return [
        Explained(
            id=row.id,
            area=str(AREAS[Area(row.area)]),
            explained=row.explained,
            by=place.names[row.explained_by_id],
            at=row.explained_at,
            said=row.said or "",
            said_at=row.said_at,
            state=state_of(row),
        )
        for row in rows.order_by("-explained_at", "-id")
    ]


def state_of(row: SayBack) -> SaidBack:
    return rules.stands(said=row.said_at is not None, left_out=row.left_out_at is not None, is_it=row.is_it)


def waiting_in(place: Place) -> list[Perhaps]:
    """She is asked to say something in her own words; staff, to read how she said it."""
    if place.is_invited or place.let_in_until is not None or not place.sees(Kind.LISTENING):
        return []
    rows = SayBack.objects.visible_to(place.by, within=place.id)
    if place.is_client:
        rows = rows.filter(said_at=None, left_out_at=None)
        sentence = _(
            "Something was explained to you. Say it in your own words, if you like: it shows if we said it well."
        )
    else:
        rows = rows.filter(said_at__isnull=False, is_it=None)
        sentence = _("%(name)s said in their own words what you explained.") % {"name": place.client_name}
    return [Perhaps(rows, lambda: [Waiting(sentence, reverse("plain:say_back", args=[place.id]))])]
