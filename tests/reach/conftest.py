"""A gateway and a mail server to send to, and how Rosa says how to reach her."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from alongside.kit.ids import new_id
from alongside.people.actions import keep_here
from alongside.people.rules import Looks
from alongside.reach import actions
from alongside.reach.models import PushDevice
from alongside.reach.rules import Because, Channel
from tests.reach.outside import Gateway, MailServer, PushService, standing

PHONE = "+447700900123"


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    with standing(Gateway()) as server:
        settings.TEXT_URL = server.url
        settings.COUNTRY_CODE = "44"
        yield server


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with standing(MailServer()) as server:
        settings.MAIL_URL = server.url
        settings.MAIL_FROM = "notes@mail.example"
        yield server


@pytest.fixture
def pushes(settings: Any, tmp_path: Any) -> Iterator[PushService]:
    with standing(PushService()) as server:
        settings.PUSH_CONTACT = "mailto:notes@mail.example"
        settings.PUSH_HOSTS = ("127.0.0.1",)
        settings.PUSH_KEY_FILE = tmp_path / "push.key"
        yield server


def keeps(cast: Any, name: str = "rosa", session_key: str = "a session") -> Any:
    """A phone of somebody's that keeps things for them: the id of its permission."""
    return keep_here(by=cast.accounts[name], session_key=session_key, looks=Looks.PHONE, her_own=True, now=cast.now).id


def wakes(cast: Any, endpoint: str, name: str = "rosa", *, of: str = "rosa", **changes: Any) -> Any:
    """Turn notices on, on a phone of somebody's."""
    place = cast.place(name, of=of)
    given = {"device": None, "write_id": new_id(), **changes}
    given["device"] = given["device"] or keeps(cast, name)
    actions.wake_device(by=place.by, about=place, now=cast.now, endpoint=endpoint, **given)
    return PushDevice.objects.get(id=given["write_id"])


def said(cast: Any, name: str = "rosa", *, of: str = "rosa", **changes: Any) -> Any:
    """Say how to reach Rosa: by text, from eight to eight, unless it is said otherwise."""
    place = cast.place(name, of=of)
    given = {
        "channel": Channel.TEXT,
        "number": PHONE,
        "from_hour": datetime.time(8),
        "to_hour": datetime.time(20),
        "voicemail": False,
        "code_word": "",
        "never": "",
        **changes,
    }
    return actions.say_how_to_reach(
        by=place.by, about=place, now=given.pop("now", cast.now), write_id=given.pop("write_id", new_id()), **given
    )


def knock(cast: Any, name: str = "rosa", *, of: str = "rosa", **changes: Any) -> Any:
    """Let somebody know that there is something; return the effect's id."""
    given = {"because": Because.TODAY, "effect": new_id(), "now": cast.now, **changes}
    actions.knock(partnership_id=cast.spaces[of], person_id=cast.accounts[name].person_id, **given)
    return given["effect"]
