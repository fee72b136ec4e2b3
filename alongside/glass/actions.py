"""Being let in for an hour, the second person's yes, telling her, looking at it again; naming who shall not look.

Whoever asks, agrees or looks at it again has no seat there, so the database lets them write as the
house (`access.wall`), after their post was checked, and within their own agency.
"""

from __future__ import annotations

import datetime
import uuid

from django.db.models import Q
from django.db.transaction import atomic
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.glass import queries, rules
from alongside.glass.models import Exclusion, Opening
from alongside.glass.queries import LOOKS_AFTER, MAY_ASK
from alongside.glass.rules import Purpose
from alongside.kit.errors import NotFound, Refused
from alongside.live.actions import tell
from alongside.people.models import Account, Partnership, Seat
from alongside.people.queries import holding, posts_of
from alongside.people.rules import Post, Role
from alongside.reach.actions import knock
from alongside.reach.queries import client_of
from alongside.reach.rules import Because


class NoSuchReference(Refused):
    """No space of this agency has this reference: whether it is mistyped or never was, nobody is told."""

    status = 400
    code = "no_such_reference"
    sentence = gettext_lazy("Nothing was opened. Look at the reference once more, or ask whoever gave it to you.")


class ProveItIsYou(Refused):
    """The last sign-in is longer ago than five minutes, or it was without the second step that this needs."""

    status = 401
    code = "prove_it_is_you"
    sentence = gettext_lazy(
        "Show once more that it is you, then send this again. What you typed is still here. Nothing was opened."
    )


class HaveASeat(Refused):
    """Whoever asks has a seat there, and needs no emergency."""

    code = "have_a_seat"
    sentence = gettext_lazy("You have a seat in this space. Open it under “People”.")


class IsOpen(Refused):
    """The hour has begun, and cannot be made longer."""

    code = "is_open"

    def __init__(self, until: datetime.datetime) -> None:
        super().__init__(
            _("You were let in here already, until %(hour)s. That cannot be made longer.")
            % {"hour": time_format(timezone.localtime(until), "TIME_FORMAT")}
        )


class NeedsAnother(Refused):
    """Whoever asked cannot be the one who agrees, acknowledges or looks at it again."""

    code = "needs_another"
    sentence = gettext_lazy("This needs somebody else than the one who asked. Nothing was changed.")


class AskIsOver(Refused):
    """Nobody agreed within the hour."""

    code = "ask_is_over"
    sentence = gettext_lazy("This was asked for more than an hour ago. Whoever needs it asks anew. Nothing was opened.")


class LookedAtAlready(Refused):
    """Somebody has looked at it and said so; their words stay as they are."""

    code = "looked_at_already"
    sentence = gettext_lazy("Somebody has looked at this already. Their words stand below.")


class NotThisPerson(Refused):
    """The person asked that this colleague does not see their things."""

    code = "not_this_person"
    sentence = gettext_lazy(
        "Somebody whose space this is asked that this colleague does not see their things. "
        "Choose somebody else. Nothing was changed."
    )


class OnlyWorker(Refused):
    """The one she names is the only social worker she has here, and she has not said that she knows."""

    code = "only_worker"

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "%(name)s is your only social worker here. If you go on, they are out at once, and the agency must "
                "give you somebody else: a supervisor is told. If you want that, tick the box and send it again."
            )
            % {"name": name}
        )


class NamedAlready(Refused):
    """She has named this person, and it holds."""

    code = "named_already"
    sentence = gettext_lazy("You have named this person already. They have no seat here.")


class HasAWorker(Refused):
    """Somebody is there as social worker now."""

    code = "has_a_worker"
    sentence = gettext_lazy("There is a social worker in this space now. Nothing was changed.")


# --- Letting in ------------------------------------------------------------------------------------


@atomic
def break_glass(
    *, by: Viewer, reference: str, purpose: Purpose, reason: str, proved: bool, now: datetime.datetime,
    write_id: uuid.UUID,
) -> Opening:  # fmt: skip
    """Let `by` in for 60 minutes, to read and nothing else; she, her worker and the supervisors see it at once.

    `proved`: they signed in, or showed again that it is them, within the last five minutes. Where she
    named them as one who shall not look, nothing opens before a second person has agreed.
    Raise `ProveItIsYou`, `NoSuchReference`, `HaveASeat`, `IsOpen`.
    """
    if not by.posts & MAY_ASK:
        raise NotFound
    with access.standing_for_house(by.organisation_id):
        known = access.arrived(by, write_id)
        if known is not None:
            return _opening(by, known)
        if not proved:
            raise ProveItIsYou
        partnership_id = queries.space_of(reference, organisation_id=by.organisation_id)
        if partnership_id is None:
            raise NoSuchReference
        Partnership.objects.select_for_update().get(id=partnership_id)
        _must_be_a_stranger(by, partnership_id, now)

        needs_second = queries.is_excluded(
            by.person_id, from_any_of=[partnership_id], organisation_id=by.organisation_id
        )
        opening: Opening = Opening.objects.create(
            id=write_id,
            partnership_id=partnership_id,
            opened_by_id=by.person_id,
            purpose=purpose,
            reason=reason,
            asked_at=now,
            needs_second=needs_second,
        )
        if not needs_second:
            _let_in(opening, now)

        access.record(
            by, Act.BREAK_GLASS, partnership_id=partnership_id, kind=Kind.SHARE, now=now,
            row_id=opening.id, write_id=write_id,
        )  # fmt: skip

        tell(partnership_id)
        return opening


def _must_be_a_stranger(by: Viewer, partnership_id: uuid.UUID, now: datetime.datetime) -> None:
    """Raise where somebody has a seat there now: read from the table, as the lock on the space holds it still."""
    held = list(Seat.objects.filter(holding(now), partnership_id=partnership_id, person_id=by.person_id))
    emergency = next((seat for seat in held if seat.role == Role.EMERGENCY), None)
    if emergency is not None and emergency.ends is not None:
        raise IsOpen(emergency.ends)
    if held:
        raise HaveASeat


def _let_in(opening: Opening, now: datetime.datetime) -> None:
    opening.seat = Seat.objects.create(
        partnership_id=opening.partnership_id,
        person_id=opening.opened_by_id,
        role=Role.EMERGENCY,
        begins=now,
        ends=rules.ends_of(now),
    )
    opening.opened_at = now
    opening.save(update_fields=["seat", "opened_at", "agreed_by"])
    # She is told by her own rule, and only so; her worker is told to tell her, or she reads it here.
    knock(
        partnership_id=opening.partnership_id, person_id=client_of(opening.partnership_id), because=Because.LET_IN,
        effect=opening.id, now=now,
    )  # fmt: skip


def _opening(by: Viewer, opening_id: uuid.UUID) -> Opening:
    """One opening of the agency, locked."""
    openings = Opening.objects.unguarded(because="an opening is agreed to, acknowledged or looked at without a seat")
    opening: Opening | None = (
        openings.select_for_update(of=("self",))
        .filter(id=opening_id, partnership__organisation_id=by.organisation_id)
        .first()
    )
    if opening is None:
        raise NotFound
    return opening


def _looked_after(by: Viewer, opening_id: uuid.UUID) -> Opening:
    """The opening, for whoever looks after them; never for the one who asked."""
    if not by.posts & LOOKS_AFTER:
        raise NotFound
    opening = _opening(by, opening_id)
    if opening.opened_by_id == by.person_id:
        raise NeedsAnother
    return opening


@atomic
def agree_to_opening(*, by: Viewer, opening_id: uuid.UUID, proved: bool, now: datetime.datetime) -> Opening:
    """The second person's yes, where she named the one who asks: only now the hour begins.

    `proved`: a second step of signing in within the last five minutes. Raise `ProveItIsYou`,
    `NeedsAnother` (also for somebody whom she named too), `AskIsOver`.
    """
    with access.standing_for_house(by.organisation_id):
        opening = _looked_after(by, opening_id)
        if opening.opened_at is not None:
            return opening
        if queries.is_excluded(by.person_id, from_any_of=[opening.partnership_id], organisation_id=by.organisation_id):
            raise NeedsAnother
        if not rules.ask_stands(opening.asked_at, now) or not posts_of(opening.opened_by_id, now=now) & MAY_ASK:
            raise AskIsOver
        if not proved:
            raise ProveItIsYou

        opening.agreed_by_id = by.person_id
        _let_in(opening, now)

        access.record(
            by, Act.AGREE_TO_OPENING, partnership_id=opening.partnership_id, kind=Kind.SHARE, now=now, row_id=opening.id
        )

        tell(opening.partnership_id)
        return opening


@atomic
def note_opening(*, by: Viewer, opening_id: uuid.UUID, now: datetime.datetime) -> Opening:
    """A supervisor or director says that they know. The first one who does so is kept."""
    with access.standing_for_house(by.organisation_id):
        opening = _looked_after(by, opening_id)
        if opening.told_supervisor_at is not None:
            return opening

        _known_to(by, opening, now)
        opening.save(update_fields=["told_supervisor_at", "told_supervisor"])

        access.record(
            by, Act.NOTE_OPENING, partnership_id=opening.partnership_id, kind=Kind.SHARE, now=now, row_id=opening.id
        )

        tell(opening.partnership_id)
        return opening


def _known_to(by: Viewer, opening: Opening, now: datetime.datetime) -> None:
    opening.told_supervisor_at = now
    opening.told_supervisor_id = by.person_id


@atomic
def review_opening(
    *, by: Viewer, opening_id: uuid.UUID, words: str, now: datetime.datetime, write_id: uuid.UUID
) -> Opening:
    """Say what was found: was it needed, was no more opened than that. She reads it. Raise `LookedAtAlready`."""
    if not by.posts & LOOKS_AFTER:
        raise NotFound
    with access.standing_for_house(by.organisation_id):
        if access.arrived(by, write_id) is not None:
            return _opening(by, opening_id)
        opening = _looked_after(by, opening_id)
        if opening.opened_at is None:
            raise NotFound
        if opening.reviewed_at is not None:
            raise LookedAtAlready

        opening.reviewed_at = now
        opening.reviewed_by_id = by.person_id
        opening.review = words
        if opening.told_supervisor_at is None:
            _known_to(by, opening, now)
        opening.save(update_fields=["reviewed_at", "reviewed_by", "review", "told_supervisor_at", "told_supervisor"])

        access.record(
            by, Act.REVIEW_OPENING, partnership_id=opening.partnership_id, kind=Kind.SHARE, now=now,
            row_id=opening.id, write_id=write_id,
        )  # fmt: skip

        tell(opening.partnership_id)
        return opening


# --- Telling her -----------------------------------------------------------------------------------


def _opened_in(about: Place, opening_id: uuid.UUID) -> Opening:
    rows = Opening.objects.visible_to(about.by, within=about.id).select_for_update(of=("self",))
    opening: Opening | None = rows.filter(id=opening_id, opened_at__isnull=False).first()
    if opening is None:
        raise NotFound
    return opening


@atomic
def say_it_was_told(*, by: Viewer, about: Place, opening_id: uuid.UUID, now: datetime.datetime) -> Opening:
    """Somebody who works with her says that they told her, by the way she chose. The first time is kept."""
    access.require(by, Act.SAY_IT_WAS_TOLD, about=about)
    opening = _opened_in(about, opening_id)
    if opening.told_her_at is not None:
        return opening

    opening.told_her_at = now
    opening.told_by_id = by.person_id
    opening.save(update_fields=["told_her_at", "told_by"])

    access.record(by, Act.SAY_IT_WAS_TOLD, partnership_id=about.id, kind=Kind.SHARE, now=now, row_id=opening.id)

    tell(about.id)
    return opening


@atomic
def see_opening(*, by: Viewer, about: Place, opening_id: uuid.UUID, now: datetime.datetime) -> Opening:
    """She says that she has read it; it stays on its page, and leaves Today."""
    access.require(by, Act.SEE_OPENING, about=about)
    opening = _opened_in(about, opening_id)
    if opening.seen_at is not None:
        return opening

    opening.seen_at = now
    opening.save(update_fields=["seen_at"])

    access.record(by, Act.SEE_OPENING, partnership_id=about.id, kind=Kind.SHARE, now=now, row_id=opening.id)

    tell(about.id)
    return opening


# --- Who shall not look ----------------------------------------------------------------------------


@atomic
def exclude(
    *, by: Viewer, about: Place, person_id: uuid.UUID, now: datetime.datetime, write_id: uuid.UUID,
    reason: str = "", even_the_only_one: bool = False,
) -> Exclusion:  # fmt: skip
    """She names a colleague who shall not see her things. Every seat of theirs here ends at once.

    Raise `OnlyWorker` where nobody else is there as social worker, until she says `even_the_only_one`;
    the agency then finds her space among those that need one. Raise `NamedAlready`.
    """
    access.require(by, Act.EXCLUDE, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        found: Exclusion = access.see(by, Exclusion, known, within=about.id)
        return found
    access.in_turn(about)
    if not Account.objects.filter(
        person_id=person_id, person__organisation_id=by.organisation_id, is_staff_account=True
    ).exists():
        raise NotFound
    if queries.is_excluded(person_id, from_any_of=[about.id], organisation_id=by.organisation_id):
        raise NamedAlready
    # One that begins later, for whoever is to stand in, must end as well.
    held = list(Seat.objects.select_for_update().filter(Q(ends=None) | Q(ends__gt=now), partnership_id=about.id))
    seats = [seat for seat in held if seat.person_id == person_id]
    workers = {seat.person_id for seat in held if seat.role == Role.WORKER and seat.begins <= now}
    if workers == {person_id} and not even_the_only_one:
        raise OnlyWorker(about.names[person_id])

    exclusion: Exclusion = Exclusion.objects.create(
        id=write_id, partnership_id=about.id, person_id=person_id, reason=reason or None, since=now
    )
    for seat in seats:
        seat.ends = max(now, seat.begins)
        seat.save(update_fields=["ends"])

    access.record(
        by, Act.EXCLUDE, partnership_id=about.id, kind=Kind.OWN, now=now, row_id=exclusion.id, write_id=write_id
    )
    for seat in seats:
        access.record(by, Act.END_SEAT, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=seat.id)

    tell(about.id)
    return exclusion


@atomic
def lift_exclusion(*, by: Viewer, about: Place, exclusion_id: uuid.UUID, now: datetime.datetime) -> Exclusion:
    """She takes it back. The colleague gets no seat by that: they may be given one again."""
    access.require(by, Act.LIFT_EXCLUSION, about=about)
    rows = Exclusion.objects.visible_to(by, within=about.id).select_for_update(of=("self",))
    exclusion: Exclusion | None = rows.filter(id=exclusion_id).first()
    if exclusion is None:
        raise NotFound
    if exclusion.lifted_at is not None:
        return exclusion

    exclusion.lifted_at = now
    exclusion.save(update_fields=["lifted_at"])

    access.record(by, Act.LIFT_EXCLUSION, partnership_id=about.id, kind=Kind.OWN, now=now, row_id=exclusion.id)

    tell(about.id)
    return exclusion


@atomic
def appoint_worker(
    *, by: Viewer, partnership_id: uuid.UUID, person_id: uuid.UUID, now: datetime.datetime, write_id: uuid.UUID
) -> Seat:
    """A supervisor or director gives a social worker to somebody who has none. It opens nothing to whoever gives it.

    Raise `HasAWorker`, and `NotThisPerson` for one whom she named.
    """
    if not by.posts & LOOKS_AFTER:
        raise NotFound
    with access.standing_for_house(by.organisation_id):
        known = access.arrived(by, write_id)
        if known is not None:
            return Seat.objects.get(id=known)
        space = (
            Partnership.objects.select_for_update()
            .filter(id=partnership_id, organisation_id=by.organisation_id)
            .first()
        )
        if space is None or Post.WORKER not in posts_of(person_id, now=now):
            raise NotFound
        if queries.is_excluded(person_id, from_any_of=[partnership_id], organisation_id=by.organisation_id):
            raise NotThisPerson
        if Seat.objects.filter(holding(now), partnership_id=partnership_id, role=Role.WORKER).exists():
            raise HasAWorker

        seat = Seat.objects.create(partnership_id=partnership_id, person_id=person_id, role=Role.WORKER, begins=now)

        access.record(
            by, Act.APPOINT_WORKER, partnership_id=partnership_id, kind=Kind.REACH, now=now,
            row_id=seat.id, write_id=write_id,
        )  # fmt: skip

        tell(partnership_id)
        return seat
