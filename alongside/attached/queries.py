"""Reading what was kept: what stands beside words, one file, and the written form of a voice note."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alongside import access
from alongside.access import Act, Kind, Place
from alongside.attached import rules
from alongside.attached.models import Attachment, Content, Transcript
from alongside.attached.rules import ENDINGS, Media, Sort, State, Voice
from alongside.kit.errors import NotFound
from alongside.kit.waiting import Perhaps, Waiting

# The page on which each of them stands.
PAGES = {Kind.WORDS: "record:words", Kind.MESSAGE: "conversations:thread"}
STATES = {
    State.PROPOSED: lazy("Written down by somebody who listened. Whoever spoke has not said yet whether it is right."),
    State.CORRECTED: lazy("Corrected by whoever spoke."),
    State.YES: lazy("Whoever spoke says: this is what I said."),
}


@dataclass(frozen=True)
class Written:
    """One version of what is said in a voice note."""

    id: uuid.UUID
    state: State
    label: str
    words: str
    who: str
    at: datetime.datetime


@dataclass(frozen=True)
class Attached:
    """A photo or a voice note as a page shows it."""

    id: uuid.UUID
    is_photo: bool
    is_mine: bool
    who: str
    # When it was kept; not asked for where a line shows the hour at which it was said.
    at: datetime.datetime | None
    kilobytes: int
    seconds: int
    # “0:40”, as players write it.
    length: str
    # As a file to keep, and for our own pages to show or play.
    url: str
    show_url: str
    # Where its written form is worked on; empty for a photo.
    written_url: str
    # The version that stands, if somebody wrote it down.
    written: Written | None

    @property
    def is_right(self) -> bool:
        """Whether whoever spoke has said that it is written right."""
        return self.written is not None and self.written.state is State.YES

    @property
    def words(self) -> str:
        """What was said, in writing, if whoever spoke has said that this is it."""
        return self.written.words if self.written is not None and self.is_right else ""


def _drawn(place: Place, row: Attachment, written: Transcript | None) -> Attached:
    facts = Voice(row.id, row.seconds or 0, row.size)
    return _of(place, facts, row.kept_by_id, written, is_photo=row.sort == Sort.PHOTO, at=row.kept_at)


def _of(
    place: Place,
    facts: Voice,
    kept_by: uuid.UUID,
    written: Transcript | None,
    *,
    is_photo: bool = False,
    at: datetime.datetime | None = None,
) -> Attached:
    url = reverse("attached:one", args=[place.id, facts.id])
    return Attached(
        id=facts.id,
        is_photo=is_photo,
        is_mine=kept_by == place.by.person_id,
        who=place.names.get(kept_by, ""),
        at=at,
        kilobytes=max(1, round(facts.size / 1000)),
        seconds=facts.seconds,
        length=f"{facts.seconds // 60}:{facts.seconds % 60:02}",
        url=url,
        show_url=f"{url}?show",
        written_url="" if is_photo else reverse("attached:written", args=[place.id, facts.id]),
        written=_version(place, written) if written is not None else None,
    )


def _version(place: Place, row: Transcript) -> Written:
    state = State(row.state)
    return Written(
        id=row.id,
        state=state,
        label=str(STATES[state]),
        words=row.words,
        who=place.names.get(row.said_by_id, ""),
        at=row.said_at,
    )


def _drawn_all(place: Place, rows: list[Attachment]) -> dict[uuid.UUID, Attached]:
    spoken = {row.id: row.versions for row in rows if row.versions}
    stands = {}
    if spoken:
        written = Transcript.objects.visible_to(place.by, within=place.id).filter(attachment_id__in=spoken)
        stands = {one.attachment_id: one for one in written if one.number == spoken[one.attachment_id]}
    return {row.id: _drawn(place, row, stands.get(row.id)) for row in rows}


def attachments(place: Place, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Attached]:
    """Those of these that the viewer may see, by id, each with the written form that stands. Two queries at most."""
    wanted = set(ids)
    if not wanted:
        return {}
    return _drawn_all(place, list(Attachment.objects.visible_to(place.by, within=place.id).filter(id__in=wanted)))


def voices(place: Place, said: Mapping[Voice, uuid.UUID]) -> dict[uuid.UUID, Attached]:
    """The same, of voice notes of which the viewer sees the row that keeps them, each with who spoke. One query.

    What those rows know of them is not asked for again: only what was written down is read.
    """
    if not said:
        return {}
    written = Transcript.objects.visible_to(place.by, within=place.id)
    found = written.filter(attachment_id__in=[voice.id for voice in said]).order_by("number")
    stands = {one.attachment_id: one for one in found}  # the newest comes last
    return {voice.id: _of(place, voice, who, stands.get(voice.id)) for voice, who in said.items()}


def attachments_beside(place: Place, rows: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Attached]]:
    """What stands beside each of these rows, in the order in which it was kept. Two queries at most."""
    wanted = set(rows)
    if not wanted:
        return {}
    found = Attachment.objects.visible_to(place.by, within=place.id).filter(beside__in=wanted)
    ordered = list(found.order_by("kept_at", "id"))
    drawn = _drawn_all(place, ordered)
    beside: dict[uuid.UUID, list[Attached]] = {}
    for row in ordered:
        beside.setdefault(row.beside, []).append(drawn[row.id])
    return beside


# --- one file --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    """The bytes of one, with what they are and what a browser may call them when it keeps them."""

    media: str
    content: bytes
    name: str


def file_of(place: Place, attachment_id: uuid.UUID) -> File:
    """One photo or voice note, opened. Raise `NotFound`, the same for absent and hidden."""
    rows = Content.objects.visible_to(place.by, within=place.id)
    found: Content | None = rows.filter(attachment_id=attachment_id).first()
    if found is None:
        raise NotFound
    media = Media(found.media)
    # A name that says nothing: it may stand in a list of downloads that others read.
    return File(media.value, found.content, f"{'photo' if media is Media.JPEG else 'voice'}.{ENDINGS[media]}")


# --- the written form of a voice note ---------------------------------------------------------------


@dataclass(frozen=True)
class WrittenPage:
    """A voice note with every version of its written form, and what its reader may do."""

    voice: Attached
    earlier: list[Written]  # newest first
    may_say_it: bool
    may_propose: bool
    back: str


def written_page(place: Place, attachment_id: uuid.UUID) -> WrittenPage:
    """A voice note and what was written down of it. Raise `NotFound` for anything else."""
    row = access.see(place.by, Attachment, attachment_id, within=place.id)
    if row.sort != Sort.VOICE:
        raise NotFound
    found = Transcript.objects.visible_to(place.by, within=place.id).filter(attachment_id=row.id).order_by("-number")
    versions = list(found)
    voice = _drawn(place, row, versions[0] if versions else None)
    return WrittenPage(
        voice=voice,
        earlier=[_version(place, one) for one in versions[1:]],
        may_say_it=voice.is_mine and access.may(place.by, Act.SAY_IT_IS_RIGHT, about=place),
        may_propose=not voice.is_mine
        and access.may(place.by, Act.WRITE_DOWN, about=place)
        and rules.can_be_proposed(voice.written.state if voice.written else None),
        back=reverse(PAGES[row.its_kind()], args=[place.id]),
    )


def waiting_in(place: Place) -> list[Perhaps]:
    """What waits for whoever looks: what somebody wrote down of what they said, to say whether it is right."""
    if not (place.sees(Kind.WORDS) or place.sees(Kind.MESSAGE)):
        return []
    rows = Attachment.objects.visible_to(place.by, within=place.id)
    mine = rows.filter(written=State.PROPOSED.value, kept_by_id=place.by.person_id, opens_at__isnull=False)
    return [Perhaps(mine, lambda: _to_confirm(place, mine))]


def _to_confirm(place: Place, rows: Any) -> list[Waiting]:
    asked = _("What you said was written down. Is it right?")
    return [
        Waiting(asked, reverse("attached:written", args=[place.id, row.id])) for row in rows.order_by("kept_at", "id")
    ]
