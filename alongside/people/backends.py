"""Checks an e-mail address and a password against the blind index."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password

from alongside.people.models import Account
from alongside.vault.keys import blind_index


def email_index(address: str) -> str:
    """The blind index of an e-mail address; letters' case and outer spaces do not count."""
    return blind_index("email", address.strip().lower())


def card_index(number: str) -> str:
    """The blind index of a card's number; only its digits count."""
    return blind_index("card", "".join(letter for letter in number if letter.isdigit()))


class StaffBackend(BaseBackend):
    """Staff sign in with e-mail and password. The answer takes as long for an unknown address."""

    def authenticate(self, request: Any, email: str = "", password: str = "", **other: Any) -> Account | None:
        account = Account.objects.filter(login=email_index(email), is_staff_account=True, is_active=True).first()
        if account is None:
            make_password(password)
            return None
        return account if account.check_password(password) else None

    def get_user(self, user_id: Any) -> Account | None:
        return Account.objects.select_related("person").filter(pk=user_id, is_active=True).first()
