"""Beginning a draft, changing it part by part, and accepting exactly what was read."""

from __future__ import annotations

import datetime
import uuid

from django.db.transaction import atomic
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import access
from alongside.access import Act, Denied, Kind, Place, Viewer
from alongside.agreement import queries, rules, wording
from alongside.agreement.models import Acceptance, AgreementDraft, AgreementVersion
from alongside.agreement.queries import Agreement
from alongside.agreement.rules import Body, Side, Words
from alongside.kit.errors import NotFound, Refused
from alongside.kit.ids import new_id
from alongside.live.actions import tell


class TextChanged(Refused):
    """The text is no longer the one that was on the page when the form was sent."""

    code = "text_changed"
    sentence = gettext_lazy(
        "This was changed while you had it open. Nothing was sent, and nothing you typed is lost. "
        "Look at what it says now, and send yours again if you still want to."
    )


class ChangedBeforeAccepting(Refused):
    """The draft is no longer the one that was read."""

    code = "text_changed"
    sentence = gettext_lazy(
        "The draft was changed while you were reading. Nothing was accepted. Read what changed, and then decide."
    )


class HoldsByNow(Refused):
    """Both accepted the draft while somebody was still changing it."""

    code = "holds_by_now"
    sentence = gettext_lazy(
        "Both sides accepted this in the meantime, so it holds now. Nothing you typed is lost: "
        "send it again, and a new draft begins with it."
    )


class NotComplete(Refused):
    """Something must be said before anybody can accept."""

    code = "not_complete"


class TimesDoNotMakeSense(Refused):
    """No day, hours that end before they begin, or an answer that never comes."""

    status = 400
    code = "times_do_not_make_sense"
    sentence = gettext_lazy(
        "Choose at least one day, a last hour after the first, and an answer time of at most 10 days or 40 hours. "
        "Nothing was changed."
    )


class ReviewDayDoesNotMakeSense(Refused):
    """A day that has passed, or lies more than a year ahead."""

    status = 400
    code = "review_day_does_not_make_sense"
    sentence = gettext_lazy("Choose a day after today and within a year. Nothing was changed.")


class PowerCardIsFull(Refused):
    """There is no room for one more line."""

    code = "power_card_is_full"
    sentence = gettext_lazy("There is no room for one more line. Change a line, or take one out. Nothing was changed.")


def _one_at_a_time(about: Place) -> Agreement:
    """Wait until nobody else is changing or accepting here, then read what there is."""
    access.in_turn(about)
    return queries.agreement_in(about)


def _write(
    body: Body,
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    agreement: Agreement,
) -> AgreementDraft:
    draft, holding = agreement.draft, agreement.holding
    written: AgreementDraft = AgreementDraft.objects.create(
        id=write_id,
        partnership_id=about.id,
        version=draft.version if draft else (holding.number if holding else 0) + 1,
        revision=draft.revision + 1 if draft else 1,
        body=body,
        written_by_id=by.person_id,
        written_at=now,
    )

    access.record(
        by,
        Act.DRAFT_AGREEMENT,
        partnership_id=about.id,
        kind=Kind.AGREEMENT,
        now=now,
        row_id=written.id,
        write_id=write_id,
    )

    tell(about.id)
    return written


@atomic
def start_draft(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> AgreementDraft:
    """Begin a draft: as a copy of what holds, which goes on holding, or else from the ready-made text.

    The ready-made text is in the client's language, whoever begins. When a draft is open already,
    that one is returned and nothing changes.
    """
    access.require(by, Act.DRAFT_AGREEMENT, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, AgreementDraft, known)
    agreement = _one_at_a_time(about)
    if agreement.draft is not None:
        return agreement.draft
    if agreement.holding is not None:
        body = rules.drawn_up_anew(agreement.holding.body)
    else:
        with translation.override(queries.language_of_client(about)):
            body = wording.draft_to_start_from(queries.names_in(about))
    return _write(body, by=by, about=about, now=now, write_id=write_id, agreement=agreement)


@atomic
def change_draft(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    part: str,
    seen: uuid.UUID | None,
    words: Words,
) -> AgreementDraft | AgreementVersion:
    """Say one part in other words: a new revision of the draft, or the beginning of one when a version holds.

    `seen` is the text that was on the page (a draft or the version that holds). When this very part
    was changed since, nothing happens and `TextChanged` is raised; a change to another part is no
    conflict. No words take a line of the power card out. Words that change nothing write nothing.
    Acceptances belong to one revision: a change takes them back. Return the text as it then is.
    """
    access.require(by, Act.DRAFT_AGREEMENT, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, AgreementDraft, known)
    if not rules.is_part(part) or not (words or rules.is_row(part)):
        raise NotFound
    _require_own_words(about, part)
    if part == rules.TIMES and not rules.times_make_sense(words):
        raise TimesDoNotMakeSense
    agreement = _one_at_a_time(about)
    if agreement.current is None:
        raise NotFound
    if part == rules.REVIEW and not rules.review_day_makes_sense(
        rules.chosen_review_day({part: words}), today=agreement.today
    ):
        raise ReviewDayDoesNotMakeSense
    _require_same_part(about, agreement, part, seen)
    if part == rules.NEW_ROW:
        row = rules.name_of_new_row(agreement.body)
        if row is None:
            raise PowerCardIsFull
        part = row
    body = rules.with_change(agreement.body, part, words)
    if body == agreement.body:
        return agreement.current
    if agreement.draft is None and part != rules.REVIEW:
        body = rules.drawn_up_anew(body)
    return _write(body, by=by, about=about, now=now, write_id=write_id, agreement=agreement)


def _require_own_words(about: Place, part: str) -> None:
    """Each side's own rules are theirs to write: hers by her alone, the worker's by those who work with her."""
    if rules.is_theirs_to_write(part, Side.CLIENT if about.is_client else Side.WORKER):
        return
    if about.is_client:
        raise Denied(_("These are the worker’s own rules. Nothing was changed."))
    raise Denied(_("Only %(name)s writes these rules. Nothing was changed.") % {"name": about.client_name})


def _require_same_part(about: Place, agreement: Agreement, part: str, seen: uuid.UUID | None) -> None:
    """Raise when the part is not what it was in the text that was `seen`."""
    base = agreement.seen(seen)
    if base is None:
        base = AgreementDraft.objects.visible_to(about.by, within=about.id).filter(id=seen).first()
        if isinstance(base, AgreementDraft) and agreement.holding and base.version <= agreement.holding.number:
            raise TextChanged if agreement.draft else HoldsByNow
    if base is None or base.body.get(part) != agreement.body.get(part):
        raise TextChanged


@atomic
def accept_draft(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, side: Side, seen: uuid.UUID | None
) -> Acceptance:
    """Accept, for one's own side, exactly the draft that was read. When both have, it holds as the next version.

    Raise `Denied` for the other side's acceptance, `ChangedBeforeAccepting` when `seen` is not the
    draft any more, `NotComplete` while something must still be said.
    """
    access.require(by, Act.ACCEPT_AGREEMENT, about=about)
    if side is not queries.side_of(about):
        raise Denied(_("Each side accepts for itself. Nothing was accepted."))
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, Acceptance, known)
    agreement = _one_at_a_time(about)
    draft, holding = agreement.draft, agreement.holding
    if seen is not None and seen in (draft and draft.id, holding and holding.draft_id):
        given: Acceptance | None = (
            Acceptance.objects.visible_to(by, within=about.id).filter(draft_id=seen, side=side).first()
        )
        if given is not None:
            return given
    if draft is None or draft.id != seen:
        raise ChangedBeforeAccepting
    if agreement.missing:
        raise NotComplete(" ".join(sentence for _part, sentence in agreement.missing))

    acceptance: Acceptance = Acceptance.objects.create(
        id=write_id,
        partnership_id=about.id,
        draft_id=draft.id,
        side=side,
        accepted_by_id=by.person_id,
        accepted_at=now,
    )
    first = Acceptance.objects.visible_to(by, within=about.id).filter(draft_id=draft.id, side=side.other).first()
    if first is not None:
        both: dict[str, Acceptance] = {side: acceptance, side.other: first}
        AgreementVersion.objects.create(
            id=new_id(),
            partnership_id=about.id,
            number=draft.version,
            draft_id=draft.id,
            body=draft.body,
            holds_from=now,
            review_on=rules.review_day(draft.body, accepted_on=agreement.today),
            by_client_id=both[Side.CLIENT].accepted_by_id,
            by_client_at=both[Side.CLIENT].accepted_at,
            by_worker_id=both[Side.WORKER].accepted_by_id,
            by_worker_at=both[Side.WORKER].accepted_at,
        )

    access.record(
        by,
        Act.ACCEPT_AGREEMENT,
        partnership_id=about.id,
        kind=Kind.AGREEMENT,
        now=now,
        row_id=acceptance.id,
        write_id=write_id,
    )

    tell(about.id)
    return acceptance
