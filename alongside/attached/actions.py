"""Keeping a photo or a voice note, writing down what is said in it, and saying that this is right."""

from __future__ import annotations

import datetime
import uuid

from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.attached import rules
from alongside.attached.models import KINDS, Attachment, Content, Transcript
from alongside.attached.rules import Sort, State, Upload
from alongside.kit.errors import ChangedMeanwhile, NotFound, Refused
from alongside.kit.ids import id_from
from alongside.live.actions import tell
from alongside.vault.keys import fingerprint


class NotYourVoice(Refused):
    """Somebody else spoke."""

    status = 403
    code = "not_your_voice"
    sentence = _("Only whoever spoke can say that it is written right. What you typed is still here.")


class AlreadyRight(Refused):
    """Whoever spoke has said what is right."""

    code = "already_right"
    sentence = _("Whoever spoke has said that it is written right. Nothing was changed.")


def _record(by: Viewer, act: Act, row: Attachment | Transcript, now: datetime.datetime, write_id: uuid.UUID) -> None:
    access.record(
        by, act, partnership_id=row.partnership_id, kind=row.its_kind(), now=now, row_id=row.id, write_id=write_id
    )


@atomic
def keep(
    *,
    by: Viewer,
    about: Place,
    kind: Kind,
    upload: Upload,
    now: datetime.datetime,
    write_id: uuid.UUID,
    beside: uuid.UUID | None = None,
    opens_at: datetime.datetime | None = None,
) -> Attachment:
    """Keep a photo or a voice note that `forms` made ready; `beside` is the row that it stands with.

    It is of the `kind` of that row, and seen by whoever sees it: others see it from `opens_at` on, where that row
    waits for its hour. Beside her words only she keeps something.
    """
    access.require(by, Act.ATTACH, about=about)
    if kind is not Kind.MESSAGE:
        access.require(by, Act.SAY_WORDS, about=about)
    if kind not in KINDS:
        raise NotFound
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Attachment, known)

    attachment: Attachment = Attachment.objects.create(
        id=write_id,
        partnership_id=about.id,
        kind=kind.value,
        sort=upload.sort.value,
        beside=beside,
        size=len(upload.content),
        seconds=upload.seconds,
        kept_by_id=by.person_id,
        kept_at=now,
        opens_at=opens_at or now,
    )
    Content.objects.create(
        partnership_id=about.id,
        kind=kind.value,
        attachment=attachment,
        media=upload.media.value,
        content=upload.content,
    )

    _record(by, Act.ATTACH, attachment, now, write_id)

    tell(about.id)
    return attachment


@atomic
def close_to_others(*, partnership_id: uuid.UUID, beside: uuid.UUID) -> None:
    """What lies beside a row whose words are closed is closed with them: a step of taking back, which checks who asks.

    Its bytes and its written forms, whoever wrote them, are then open to whoever kept it, and to nobody else.
    """
    because = "it is closed together with the words beside which it lies; nothing of it is read"
    rows = Attachment.objects.unguarded(because=because).filter(partnership_id=partnership_id, beside=beside)
    rows.update(opens_at=None)


# --- the written form -------------------------------------------------------------------------------


def _voice(by: Viewer, about: Place, attachment_id: uuid.UUID) -> Attachment:
    """A voice note, held until the transaction ends. Raise `NotFound`."""
    rows = Attachment.objects.visible_to(by, within=about.id).select_for_update()
    found: Attachment | None = rows.filter(id=attachment_id, sort=Sort.VOICE.value).first()
    if found is None:
        raise NotFound
    return found


def _standing(by: Viewer, voice: Attachment, seen: uuid.UUID | None) -> Transcript | None:
    """The version that stands. Raise `ChangedMeanwhile` when it is not the one that was seen."""
    rows = Transcript.objects.visible_to(by, within=voice.partnership_id)
    stands: Transcript | None = rows.filter(attachment_id=voice.id, number=voice.versions).first()
    if (stands.id if stands else None) != seen:
        raise ChangedMeanwhile
    return stands


def _written(
    voice: Attachment, state: State, words: str, *, by: Viewer, now: datetime.datetime, row_id: uuid.UUID
) -> Transcript:
    voice.versions += 1
    voice.written = state.value
    voice.save(update_fields=["versions", "written"])
    row: Transcript = Transcript.objects.create(
        id=row_id,
        partnership_id=voice.partnership_id,
        kind=voice.kind,
        attachment=voice,
        number=voice.versions,
        state=state.value,
        words=words,
        fingerprint=fingerprint(voice.partnership_id, words) if state is State.YES else "",
        said_by_id=by.person_id,
        said_at=now,
    )
    return row


@atomic
def write_down(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    attachment_id: uuid.UUID,
    words: str,
    seen: uuid.UUID | None,
) -> Transcript:
    """Somebody who listened writes down what they heard: a proposal, until whoever spoke says what is right.

    What the speaker writes is theirs: see `say_it_is_right`. Raise `AlreadyRight`, `ChangedMeanwhile`.
    """
    access.require(by, Act.WRITE_DOWN, about=about)
    voice = _voice(by, about, attachment_id)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Transcript, known)
    stands = _standing(by, voice, seen)
    if not rules.can_be_proposed(State(stands.state) if stands else None):
        raise AlreadyRight

    proposed = _written(voice, State.PROPOSED, words, by=by, now=now, row_id=write_id)

    _record(by, Act.WRITE_DOWN, proposed, now, write_id)

    tell(about.id)
    return proposed


@atomic
def say_it_is_right(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    attachment_id: uuid.UUID,
    words: str,
    seen: uuid.UUID | None,
) -> Transcript:
    """Whoever spoke says: these words are what I said. Kept to the letter.

    What they changed stands as their correction. They can say it anew at any time.
    Raise `NotYourVoice`, `ChangedMeanwhile`.
    """
    access.require(by, Act.SAY_IT_IS_RIGHT, about=about)
    voice = _voice(by, about, attachment_id)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Transcript, known)
    if voice.kept_by_id != by.person_id:
        raise NotYourVoice
    stands = _standing(by, voice, seen)
    if stands is not None and stands.state == State.YES and stands.words == words:
        return stands

    if stands is not None and stands.words != words:
        _written(voice, State.CORRECTED, words, by=by, now=now, row_id=id_from(str(write_id), State.CORRECTED))
    right = _written(voice, State.YES, words, by=by, now=now, row_id=write_id)

    _record(by, Act.SAY_IT_IS_RIGHT, right, now, write_id)

    tell(about.id)
    return right
