"""Who works here. A post opens nobody's record: only a seat does."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import Q
from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Viewer
from alongside.glass import queries as glass
from alongside.glass.actions import NotThisPerson
from alongside.journeys import rules
from alongside.journeys.actions.spaces import AlreadyThere
from alongside.kit.errors import NotFound, Refused
from alongside.live.actions import tell
from alongside.people.actions import new_password
from alongside.people.backends import email_index
from alongside.people.models import Account, Organisation, Person, Seat, StaffPost
from alongside.people.queries import holding, posts_of
from alongside.people.rules import Post, Role


class NoPost(Refused):
    """Somebody was to be taken on as nothing."""

    status = 400
    code = "no_post"
    sentence = _("Please say what this person works as. Nothing was changed.")


class PasswordWasShown(Refused):
    """The page with the starting password was loaded again: nobody knows it any more."""

    code = "password_was_shown"
    sentence = _("This account was made already, and its starting password was shown once.")


class LastDirector(Refused):
    """Nobody could look after the accounts any more."""

    code = "last_director"
    sentence = _("Somebody must be able to look after the accounts. Give a colleague that post first.")


class SomebodyWouldBeAlone(Refused):
    """Somebody's only social worker was to go, and nobody was named to come."""

    code = "somebody_would_be_alone"
    sentence = _(
        "Some people would be left without a social worker. "
        "Choose a colleague who will be there for them. Nothing was changed."
    )


@dataclass(frozen=True)
class StartingPassword:
    """A password to hand over, at the only moment at which it is known. It must be changed at the first sign-in."""

    password: str
    account: Account


@atomic
def employ(
    *,
    organisation: Organisation,
    called: str,
    email: str,
    password: str | None,
    posts: frozenset[Post],
    now: datetime.datetime,
    language: str = "en",
) -> Account:
    """Take somebody on: a person, an account with e-mail and password, and posts. Raise `AlreadyThere`."""
    login = email_index(email)
    if Account.objects.filter(login=login).exists():
        raise AlreadyThere(_("There is an account with this e-mail address already."))
    person = Person.objects.create(organisation=organisation, key_scope_id=organisation.id, called=called, made_at=now)
    for post in sorted(posts):
        StaffPost.objects.create(person=person, post=post, begins=now)
    account = Account(
        person=person, login=login, address=email.strip(), language=language, is_staff_account=True, made_at=now
    )
    account.set_password(password)
    account.save()
    return account


def _require_director(by: Viewer) -> None:
    if Post.DIRECTOR not in by.posts:
        raise NotFound


def _colleague(by: Viewer, person_id: uuid.UUID) -> Account:
    accounts = Account.objects.select_for_update(of=("self",)).select_related("person")
    account = accounts.filter(
        person_id=person_id, person__organisation_id=by.organisation_id, is_staff_account=True
    ).first()
    if account is None:
        raise NotFound
    return account


def _starting_password(account: Account) -> StartingPassword:
    return StartingPassword(password=new_password(email=account.address or ""), account=account)


@atomic
def take_on(
    *,
    by: Viewer,
    called: str,
    email: str,
    posts: frozenset[Post],
    now: datetime.datetime,
    write_id: uuid.UUID,
    language: str = "en",
) -> StartingPassword:
    """A director takes somebody on, and gets a starting password to hand over. Raise `NoPost`, `AlreadyThere`.

    The same write arriving again at once makes another password for the same account; later, or when
    the account was used, raise `PasswordWasShown`.
    """
    _require_director(by)
    known = access.arrived(by, write_id)
    if known is not None:
        account = _colleague(by, known)
        if account.last_login is not None or not rules.is_double_tap(account.made_at, now):
            raise PasswordWasShown
        return _starting_password(account)
    if not posts:
        raise NoPost

    account = employ(
        organisation=Organisation.objects.get(id=by.organisation_id),
        called=called,
        email=email,
        password=None,
        posts=posts,
        now=now,
        language=language,
    )
    starting = _starting_password(account)

    access.record(by, Act.TAKE_ON, partnership_id=None, kind=None, now=now, row_id=account.person_id, write_id=write_id)
    return starting


@atomic
def give_post(*, by: Viewer, person_id: uuid.UUID, post: Post, now: datetime.datetime) -> StaffPost:
    """Give somebody who works or worked here a post, and open their account again if it was closed."""
    _require_director(by)
    account = _colleague(by, person_id)
    held = StaffPost.objects.filter(holding(now), person_id=person_id, post=post).first()
    if held is not None:
        return held

    given = StaffPost.objects.create(person_id=person_id, post=post, begins=now)
    if not account.is_active:
        account.is_active = True
        account.save(update_fields=["is_active"])

    access.record(by, Act.GIVE_POST, partnership_id=None, kind=None, now=now, row_id=given.id)
    return given


@atomic
def end_post(
    *, by: Viewer, post_id: uuid.UUID, now: datetime.datetime, successor_id: uuid.UUID | None = None
) -> StaffPost:
    """End a post now, and with it the seats that need it; with the last post, the account and its sessions.

    Whoever would be left without a social worker gets `successor_id` as one, seen by them at once;
    without a successor, raise `SomebodyWouldBeAlone`, and `NotThisPerson` for one
    whom somebody named. The last director stays: raise `LastDirector`.
    """
    _require_director(by)
    posts = StaffPost.objects.select_for_update().filter(holding(now), person__organisation_id=by.organisation_id)
    ending = next((post for post in posts if post.id == post_id), None)
    if ending is None:
        raise NotFound
    if ending.post == Post.DIRECTOR and all(post == ending for post in posts if post.post == Post.DIRECTOR):
        raise LastDirector
    if successor_id is not None and (
        successor_id == ending.person_id or Post.WORKER not in posts_of(successor_id, now=now)
    ):
        raise NotFound
    account = _colleague(by, ending.person_id)

    ending.ends = now
    ending.save(update_fields=["ends"])
    _end_seats(by, ending, now=now, successor_id=successor_id)
    if all(post == ending for post in posts if post.person_id == ending.person_id):
        account.is_active = False
        account.save(update_fields=["is_active"])

    access.record(by, Act.END_POST, partnership_id=None, kind=None, now=now, row_id=ending.id)
    return ending


def _end_seats(by: Viewer, ending: StaffPost, *, now: datetime.datetime, successor_id: uuid.UUID | None) -> None:
    """End the seats that need this post, in every space, each seen by the person whose space it is."""
    roles = sorted(rules.seats_that_end_with(Post(ending.post)))
    seats = list(
        Seat.objects.select_for_update()
        .filter(Q(ends=None) | Q(ends__gt=now), person_id=ending.person_id, role__in=roles)
        .order_by("id")
    )
    accompanied = set(
        Seat.objects.filter(holding(now), role=Role.WORKER, partnership_id__in=[seat.partnership_id for seat in seats])
        .exclude(person_id=ending.person_id)
        .values_list("partnership_id", flat=True)
    )
    alone = [
        seat.partnership_id for seat in seats if seat.role == Role.WORKER and seat.partnership_id not in accompanied
    ]
    if successor_id is not None and glass.is_excluded(
        successor_id, from_any_of=alone, organisation_id=by.organisation_id
    ):
        raise NotThisPerson
    for seat in seats:
        if seat.role == Role.WORKER and seat.partnership_id not in accompanied:
            if successor_id is None:
                raise SomebodyWouldBeAlone
            given = Seat.objects.create(
                partnership_id=seat.partnership_id, person_id=successor_id, role=Role.WORKER, begins=now
            )
            access.record(
                by, Act.GIVE_SEAT, partnership_id=seat.partnership_id, kind=Kind.REACH, now=now, row_id=given.id
            )
        seat.ends = max(now, seat.begins)  # one that begins later never opens anything
        seat.save(update_fields=["ends"])
        access.record(by, Act.END_SEAT, partnership_id=seat.partnership_id, kind=Kind.REACH, now=now, row_id=seat.id)
        tell(seat.partnership_id)
