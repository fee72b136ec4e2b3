"""Finds an account by its e-mail address or card number, and checks the secret that belongs to it.

Only blind indexes are kept, and an unknown address or number costs as much time as a wrong secret.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db import models

from alongside.kit.prepared import Prepared
from alongside.people.models import Account, OneTimeCode, Seat
from alongside.people.queries import holding
from alongside.people.rules import INVITED_ROLES, digits_of, pieces
from alongside.vault.keys import blind_index


def email_index(address: str) -> str:
    """The blind index of an e-mail address; letters' case and outer spaces do not count."""
    return blind_index("email", address.strip().lower())


def card_index(number: str) -> str:
    """The blind index of a card's number; only its digits count, in whichever script they were typed."""
    return blind_index("card", digits_of(number))


def code_index(code: str) -> str:
    """The blind index of a one-time code; only its digits count."""
    return blind_index("one-time code", digits_of(code))


def card_pieces(account_id: uuid.UUID, digits: str) -> list[str]:
    """Keyed fingerprints of the pieces of a card's number (or of a PIN), to compare the two later.

    The number itself is kept nowhere, so this is what a session remembers of it until a PIN is chosen.
    """
    return [blind_index("piece of a card", f"{account_id}|{piece}")[:16] for piece in pieces(digits)]


# Every request reads this.
_SIGNED_IN = Prepared(
    lambda pk: Account.objects.filter(pk=pk, is_active=True).select_related("person__organisation"),
    pk=models.UUIDField(),
)


class StaffBackend(BaseBackend):
    """Staff sign in with e-mail and password. It also gives back whoever is signed in, staff or client."""

    def authenticate(self, request: Any, email: str, password: str) -> Account | None:  # type: ignore[override]
        account = Account.objects.filter(login=email_index(email), is_staff_account=True, is_active=True).first()
        return account if is_right(account, password) else None

    def get_user(self, user_id: Any) -> Account | None:
        return next(iter(_SIGNED_IN(pk=user_id)), None)


def account_of_card(number: str) -> Account | None:
    """The client's account that this card opens, or `None`. It does not say that anybody may come in."""
    return (
        Account.objects.select_related("person")
        .filter(login=card_index(number), is_staff_account=False, is_active=True)
        .first()
    )


def spend_code(code: str, *, now: datetime.datetime) -> Account | None:
    """Use a one-time code up, and return the account that it opened; `None` for one that opens nothing (any more).

    Two who type the same code at once: one comes in. Whatever is wrong costs one query, and so the same time.
    """
    invited = Seat.objects.filter(holding(now), role__in=sorted(INVITED_ROLES)).values("person_id")
    codes = OneTimeCode.objects.filter(
        code=code_index(code), used_at=None, ends__gt=now, account__is_active=True, account__person__in=invited
    )
    account_id = codes.values_list("account_id", flat=True).first()
    if account_id is None or not codes.update(used_at=now):
        return None
    return Account.objects.select_related("person").get(pk=account_id)


def is_right(account: Account | None, secret: str) -> bool:
    """Whether the password or PIN is right. An account that is not there takes the same time to say no."""
    if account is None:
        make_password(secret)
        return False
    return account.check_password(secret)
