"""What tests of signing in need: a printed card's number, the codes of an app, and all that the databases hold."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client

from alongside.journeys import actions as journeys
from tests.conftest import PASSWORD, PIN, Cast


@pytest.fixture
def numbers(cast: Cast) -> dict[str, str]:
    """The number on each client's newest card."""
    return {
        name: journeys.print_card(by=cast.viewer("dana"), about=cast.place("dana", of=name), now=cast.now).number
        for name in ("rosa", "nadia")
    }


@pytest.fixture
def new_card(cast: Cast) -> str:
    """The number of a card that nobody has used yet."""
    return journeys.start_partnership(by=cast.viewer("dana"), called="Jo", language="en", now=cast.now).number


def come_in(number: str, pin: str = PIN, client: Client | None = None, **more: str):
    """Type number and PIN on the first page; return the answer, which carries the browser as `client`."""
    return (client or Client()).post("/", {"number": number, "pin": pin, **more})


def is_in(client: Client) -> bool:
    return client.get("/devices/").status_code == 200


def sign_in_staff(name: str, password: str = PASSWORD, client: Client | None = None, **more: str):
    typed = {"login": f"{name}@riverside.example", "password": password, **more}
    return (client or Client()).post("/account/sign-in/", typed)


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or some half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def set_up_app(client: Client) -> str:
    """Set up an app for codes in a browser in which staff signed in with a password; return its secret."""
    page = client.get("/account/second-step/app/").content.decode()
    secret = re.search(r"<code[^>]*>([A-Z2-7=]+)</code>", page)[1]
    answer = client.post("/account/second-step/app/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


@pytest.fixture
def everything_kept() -> Callable[[], str]:
    """All that both databases hold, as one text: every value of every table, and the sessions opened too."""

    def values() -> Iterator[str]:
        for alias in ("default", "keys"):
            with connections[alias].cursor() as cursor:
                for table in connections[alias].introspection.table_names(cursor):
                    cursor.execute(f'SELECT * FROM "{table}"')
                    for row in cursor.fetchall():
                        for value in row:
                            is_bytes = isinstance(value, bytes | memoryview)
                            yield bytes(value).decode("latin-1") if is_bytes else str(value)
        for session in Session.objects.all():
            yield json.dumps(session.get_decoded())

    return lambda: "\n".join(values())
