"""Founding the organisation of an installation, once."""

from __future__ import annotations

import base64
import datetime

from django.db.transaction import atomic
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.journeys import rules
from alongside.journeys.actions.staffing import employ
from alongside.kit.errors import NotFound, Refused
from alongside.people import queries as people
from alongside.people.models import Account, Organisation
from alongside.people.rules import Post
from alongside.vault.keys import make_key


class WrongCode(Refused):
    """The code is not the one that the server printed."""

    status = 403
    code = "wrong_code"
    sentence = gettext_lazy(
        "This is not the code that stands in the window where the house was started. "
        "Nothing is lost: look there, and type it again."
    )


@atomic
def found_organisation(*, name: str, now: datetime.datetime, time_zone: str = "UTC") -> Organisation:
    """Found the organisation of this installation. Done once, by whoever sets up the house."""
    organisation = Organisation(name=name, time_zone=time_zone, made_at=now)
    make_key(organisation.id, now=now)
    organisation.save(force_insert=True)
    return organisation


def welcome_code() -> str:
    """Return the code that lets whoever started the house, and nobody else, found it.

    Made from the secret of this installation, so that every process knows the same one and none keeps
    it; 60 bits, and of no use once there is an organisation.
    """
    digest = salted_hmac("alongside.journeys.welcome", "the first to come in", algorithm="sha256").digest()
    return rules.in_groups(base64.b32encode(digest).decode()[:12], between="-")


def welcome_line(address: str) -> str | None:
    """Return what to say at the start of an empty house at `address`, or `None` when it is founded."""
    if people.the_organisation() is not None:
        return None
    return _("This house is empty. Open %(address)swelcome/ and type this code: %(code)s") % {
        "address": address,
        "code": welcome_code(),
    }


@atomic
def welcome(
    *,
    code: str,
    agency: str,
    time_zone: str,
    called: str,
    email: str,
    password: str,
    now: datetime.datetime,
    language: str = "en",
) -> Account:
    """Found the agency and its first account, which is social worker and director. Raise `WrongCode`.

    In a house that has an organisation there is nothing to found, whatever the code.
    """
    if people.the_organisation() is not None:
        raise NotFound
    if not constant_time_compare(_bare(code), _bare(welcome_code())):
        raise WrongCode
    organisation = found_organisation(name=agency, now=now, time_zone=time_zone)
    return employ(
        organisation=organisation,
        called=called,
        email=email,
        password=password,
        posts=frozenset({Post.WORKER, Post.DIRECTOR}),
        now=now,
        language=language,
    )


def _bare(code: str) -> str:
    """The code as it was meant: letters' case, spaces and dashes do not count, and there is no 0, 1 or 8 in it."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return letters.translate(str.maketrans("018", "OIB"))
