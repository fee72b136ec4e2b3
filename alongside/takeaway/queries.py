"""Reading where a copy stands, where a space stands on the way to its end, and the holds of an agency."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.access import Kind, Place, Viewer, wall
from alongside.access.models import TrailLine
from alongside.access.trail import READ
from alongside.glass.queries import reference_of
from alongside.glass.rules import as_printed
from alongside.kit.errors import NotFound
from alongside.kit.waiting import Perhaps, Waiting
from alongside.people.models import Person, StaffPost
from alongside.people.queries import colleagues, holding, posts_of
from alongside.people.rules import Post
from alongside.takeaway import packing, rules
from alongside.takeaway.fields import from_moment
from alongside.takeaway.gathering import rooms
from alongside.takeaway.models import CameFrom, Copy, Erasure, Hold
from alongside.takeaway.rules import State
from alongside.vault.models import WrappedKey

# Who may set, confirm, look at and lift a hold.
HOLDERS = frozenset({Post.DIRECTOR, Post.SUPERVISOR})


def must_be_hers(place: Place) -> None:
    """Pass for the client alone; to everybody else here nothing is there."""
    if not place.is_client:
        raise NotFound


# --- my copy ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CopyPage:
    """Where her newest copy stands: being made, ready, stopped, or `None` when there is none to take."""

    copy: Copy | None
    is_ready: bool
    is_being_made: bool
    has_stopped: bool
    # 0 to 100
    percent: int
    megabytes: float
    goes_on: datetime.datetime | None
    came_from: list[tuple[str, str]]


def newest_copy(place: Place) -> Copy | None:
    """The newest copy that can still be taken or is being made, in one query."""
    copies = Copy.objects.visible_to(place.by, within=place.id).filter(taken_at=None)
    copy: Copy | None = copies.order_by("-asked_at", "-id").first()
    return None if copy is None or rules.is_over(copy.asked_at, place.by.now) else copy


def copy_page(place: Place) -> CopyPage:
    """Her copy, as it stands now. Raise `NotFound` for everybody else."""
    must_be_hers(place)
    copy = newest_copy(place)
    ready = copy is not None and copy.ready_at is not None
    stopped = copy is not None and not ready and rules.has_stopped(copy.beat_at, place.by.now)
    came = next(iter(CameFrom.objects.visible_to(place.by, within=place.id)), None)
    return CopyPage(
        copy=copy,
        is_ready=ready,
        is_being_made=copy is not None and not ready and not stopped,
        has_stopped=stopped,
        percent=100 * copy.pieces_done // copy.pieces if copy else 0,
        megabytes=copy.length / 1e6 if copy else 0.0,
        goes_on=copy.asked_at + rules.KEPT_FOR if copy else None,
        came_from=[(house["name"], house["until"][:10]) for house in came.houses] if came else [],
    )


# --- erasing ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HoldSeen:
    """A legal hold, as she and those who set it see it."""

    id: uuid.UUID
    reference: str
    basis: str
    scope: str
    asked_by: str
    confirmed_by: str
    confirmed_at: datetime.datetime | None
    # the last moment that belongs to it: a hold ends with a day
    until: datetime.datetime
    look_again_on: datetime.datetime | None
    look_is_late: bool
    lift_asked_by: str
    lifted_at: datetime.datetime | None
    holds: bool
    # what the viewer may do about it
    may_confirm: bool
    may_lift: bool


@dataclass(frozen=True)
class ErasurePage:
    """Where the space stands on the way to its end, and what that means."""

    state: State
    asked_at: datetime.datetime | None
    due_at: datetime.datetime | None
    done_by: datetime.datetime | None
    by_her: bool
    holds: list[HoldSeen]
    # until when the agency keeps a space in which nothing is done; empty for as long as she wants
    kept_until: datetime.datetime | None
    years: int | None
    what: list[str]


def asked_in(place: Place) -> Erasure | None:
    """What she asked, as long as she did not take it back."""
    asked: Erasure | None = Erasure.objects.visible_to(place.by, within=place.id).filter(taken_back_at=None).first()
    return asked


def years_kept() -> int | None:
    """How many years an agency keeps a space in which nothing is done any more; `None`: as long as she wants."""
    return int(settings.KEEP_YEARS) if settings.KEEP_YEARS else None


def last_done(partnership_id: uuid.UUID) -> datetime.datetime | None:
    """When something was done in a space last, by anybody; reading does not count."""
    lines = TrailLine.objects.filter(partnership_id=partnership_id).exclude(doing=READ)
    last: datetime.datetime | None = lines.aggregate(last=Max("at"))["last"]
    return last


def falls_due(place: Place, asked: Erasure | None) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """(when it falls due, or `None`; until when the agency keeps it by its own rule)."""
    years = years_kept()
    kept = rules.kept_until(last_done(place.id) or place.partnership.began_at, years) if years is not None else None
    if asked is not None:
        return asked.due_at, kept
    return (kept if kept is not None and kept <= place.by.now else None), kept


def erasure_page(place: Place) -> ErasurePage:
    """For her, and for those who work with her: what was asked, when it is done, and what holds it back."""
    if not place.sees(Kind.SHARE) or place.is_invited:
        raise NotFound
    asked = asked_in(place)
    due_at, kept = falls_due(place, asked)
    holds = [_seen(hold, place.by) for hold in _read(_holds(partnership_id=place.id), place.by)]
    is_held = any(hold.holds for hold in holds)
    return ErasurePage(
        state=rules.state_of(due_at=due_at, is_held=is_held, now=place.by.now),
        asked_at=asked.asked_at if asked else None,
        due_at=due_at,
        done_by=due_at + rules.DONE_WITHIN if due_at else None,
        by_her=asked is not None,
        holds=holds,
        kept_until=kept,
        years=years_kept(),
        what=what_goes(),
    )


def what_goes() -> list[str]:
    """What is kept about her, room by room: all of it goes."""
    return [str(held.what) for privacy in rooms() for held in privacy.HOLDS]


def _holds(*, partnership_id: uuid.UUID | None = None, organisation_id: uuid.UUID | None = None) -> list[Hold]:
    holds = Hold.objects.select_related("asked_by", "confirmed_by", "lift_asked_by", "lifted_by")
    if partnership_id is not None:
        holds = holds.filter(partnership_id=partnership_id)
    if organisation_id is not None:
        holds = holds.filter(partnership__organisation_id=organisation_id)
    return list(holds.order_by("-asked_at", "-id"))


def _read(holds: list[Hold], viewer: Viewer) -> list[Hold]:
    """Note that these were read, each in the trail of its space: what a hold says, it says about somebody."""
    for partnership_id, count in Counter(hold.partnership_id for hold in holds).items():
        viewer.note_reading(Kind.SHARE, partnership_id, count)
    return holds


def holds_back(hold: Hold, now: datetime.datetime) -> bool:
    """Whether this hold forbids erasing now."""
    return rules.holds_back(confirmed_at=hold.confirmed_at, ends=hold.ends, lifted_at=hold.lifted_at, now=now)


def _seen(hold: Hold, viewer: Viewer) -> HoldSeen:
    def name(person: Person | None) -> str:
        return person.called if person else ""

    looked_at = hold.reviewed_at or hold.confirmed_at
    again = min(looked_at + rules.REVIEW_AFTER, hold.ends) if looked_at else None
    stands = hold.lifted_at is None and viewer.now < hold.ends
    return HoldSeen(
        id=hold.id,
        reference=as_printed(reference_of(hold.partnership_id)),
        basis=hold.basis,
        scope=hold.scope,
        asked_by=name(hold.asked_by),
        confirmed_by=name(hold.confirmed_by),
        confirmed_at=hold.confirmed_at,
        until=hold.ends - datetime.timedelta(microseconds=1),
        look_again_on=again,
        look_is_late=bool(stands and again and again <= viewer.now),
        lift_asked_by=name(hold.lift_asked_by),
        lifted_at=hold.lifted_at,
        holds=holds_back(hold, viewer.now),
        may_confirm=stands and hold.confirmed_at is None and hold.asked_by_id != viewer.person_id,
        may_lift=stands and hold.confirmed_at is not None and hold.lift_asked_by_id != viewer.person_id,
    )


def reference(place: Place) -> str:
    """The reference of the space, as it stands on the card."""
    return as_printed(reference_of(place.id))


def holds_of(viewer: Viewer) -> list[HoldSeen]:
    """The holds of the agency, for those who set them: the number of the space, and nobody's name from it.

    Reading them leaves a line in the trail of each of these spaces, on the ground of a post.
    """
    if not posts_of(viewer.person_id, now=viewer.now) & HOLDERS:
        raise NotFound
    with wall.standing_for_house(viewer.organisation_id):
        return [_seen(hold, viewer) for hold in _read(_holds(organisation_id=viewer.organisation_id), viewer)]


# --- bringing in -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What a copy says of itself: whose it is, from where and when, and how much is in it. None of her words."""

    called: str
    house: str
    made_at: datetime.datetime
    rows: int
    files: int
    is_here: bool


def found_in(viewer: Viewer, file: bytes) -> Found:
    """What somebody who brings a copy in may know of it. Raise `packing.CannotBeRead`; nothing is brought in."""
    if Post.DIRECTOR not in viewer.posts:
        raise NotFound
    copy, files = packing.opened(file)
    space = copy["space"]
    return Found(
        called=next((one["called"] for one in copy["people"] if one["id"] == space["client"]), ""),
        house=copy["made"]["house"],
        made_at=from_moment(copy["made"]["at"]),
        rows=sum(map(len, copy["tables"].values())),
        files=sum(name.startswith(rules.ATTACHED) for name in files),
        is_here=WrappedKey.objects.filter(scope=uuid.UUID(space["id"])).exists(),
    )


def workers(viewer: Viewer) -> list[tuple[str, str]]:
    """The social workers of the agency: (person id, first name). Three queries."""
    now = viewer.now
    posts = StaffPost.objects.filter(holding(now), post=Post.WORKER, person__organisation_id=viewer.organisation_id)
    at_work = set(posts.values_list("person_id", flat=True))
    found = [(str(one.id), one.called) for one in colleagues(viewer.organisation_id, now=now) if one.id in at_work]
    return sorted(found, key=lambda pair: pair[1].casefold())


def waiting_in(place: Place) -> list[Perhaps]:
    """What those who work with her should know: she asked that all of it is erased, and by when."""
    if place.is_client or not place.is_staff or not place.sees(Kind.SHARE):
        return []
    asked = Erasure.objects.visible_to(place.by, within=place.id).filter(taken_back_at=None)
    told = Waiting(_("Everything here will be erased: it was asked for."), reverse("takeaway:erasure", args=[place.id]))
    return [Perhaps(asked, lambda: [told])]
