"""What the cast does about sharing, one function a step."""

from __future__ import annotations

import datetime
from typing import Any

from alongside.consent.models import Share
from alongside.consent.rules import Shared
from alongside.kit.ids import new_id
from alongside.people.models import Account, Person
from alongside.people.rules import Role
from alongside.sharing import actions

UNTIL = datetime.date(2026, 6, 30)
WHY = "so that she can help Mateo"


def do(act: Any, cast: Any, name: str, *, of: str = "rosa", **given: Any) -> Any:
    given.setdefault("now", cast.now)
    given.setdefault("write_id", new_id())
    place = cast.place(name, of=of, now=given["now"])
    return act(by=place.by, about=place, **given)


def invite(
    cast: Any, name: str = "priya", *, of: str = "rosa", role: Role = Role.PARTNER, promises: bool = True
) -> Person:
    """Invite somebody, who is one of the cast from now on."""
    person = do(actions.invite, cast, of, of=of, called=name.capitalize(), role=role)
    cast.accounts[name] = Account.objects.get(person=person)
    cast.spaces.setdefault(name, cast.spaces[of])
    if promises:
        do(actions.promise, cast, name, of=of, must_report="")
    return person


def share(cast: Any, *things: Shared, to: str = "priya", of: str = "rosa", **given: Any) -> list[Share]:
    given = {"purpose": WHY, "until": UNTIL, **given}
    person_id = cast.accounts[to].person_id
    return do(actions.share, cast, of, of=of, person_id=person_id, things=list(things), **given)


def take_back(cast: Any, one: Share, *, name: str = "rosa", **given: Any) -> Share:
    return do(actions.withdraw_share, cast, name, share_id=one.id, **given)
