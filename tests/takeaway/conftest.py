"""Copies made at once, without a thread, and a life to copy."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from alongside.kit.ids import new_id
from alongside.people.models import Account
from alongside.takeaway import actions, making, packing
from alongside.takeaway.models import Copy, Part
from tests.conftest import Cast
from tests.promises.life import Life


class Copier:
    """Rosa, signed in, and her copies."""

    def __init__(self, cast: Cast, browser: Client, name: str = "rosa") -> None:
        self.cast, self.browser, self.name = cast, browser, name
        self.space = cast.spaces[name]

    @property
    def session_key(self) -> str:
        key = self.browser.session.session_key
        assert key
        return str(key)

    def ask(self) -> Copy:
        place = self.cast.place(self.name)
        copy: Copy = actions.ask_copy(by=place.by, about=place, now=self.cast.now, write_id=new_id())
        return copy

    def order(self, copy: Copy) -> making.Order:
        return making.Order.of(copy, Account.objects.get(pk=self.cast.accounts[self.name].pk), self.session_key)

    def make(self) -> bytes:
        """Ask for a copy and make it: the whole file."""
        copy = self.ask()
        making.make(self.order(copy))
        parts = Part.objects.unguarded(because="test").filter(copy_id=copy.id).order_by("number")
        return b"".join(part.content for part in parts)

    def rows(self) -> dict[str, Any]:
        """What stands in `my-copy.json` of a copy that was just made."""
        return packing.opened(self.make())[0]

    def sign_out(self) -> None:
        Session.objects.filter(session_key=self.session_key).delete()


@pytest.fixture
def copier(life: Life, signed_in: Any) -> Copier:
    return Copier(life.cast, signed_in("rosa"))
