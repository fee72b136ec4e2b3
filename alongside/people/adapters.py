"""How allauth is made to fit: no e-mail address kept in clear, no message, secrets sealed.

allauth calls these; nothing else does.
"""

from __future__ import annotations

import base64
import uuid
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.internal.ratelimit import truncate_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alongside.people import sessions
from alongside.people.backends import email_index
from alongside.people.models import Account
from alongside.vault import keys

TOO_MANY = _("That was tried too often. Please wait five minutes, then try again. Nothing is lost.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in of staff."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and this password do not go together."),
        "incorrect_password": _("This password is not right."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Account) -> None:
        """Called when every step has been taken; note whether the second was one of them."""
        super().login(request, user)
        if any(record["method"] == "mfa" for record in get_authentication_records(request, user)):
            request.session[sessions.SECOND_FACTOR] = True

    def reauthenticate(self, user: Account, password: str) -> bool:
        found = self.authenticate(context.request, email=user.address, password=password)
        return bool(found == user)

    def is_reauthentication_required(self, *, app: str, **others: Any) -> bool:
        """Whoever signed in a moment ago need not say the password again."""
        began: int = context.request.session.get(sessions.BEGAN, 0)
        return timezone.now().timestamp() - began >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def add_message(self, request: HttpRequest, level: int, *args: Any, **options: Any) -> None:
        """The pages say what happened. Only what went wrong, and sends somebody to another page, goes along."""
        if level >= messages.ERROR:
            super().add_message(request, level, *args, **options)

    def get_client_ip(self, request: HttpRequest) -> str:
        """A fingerprint in the place of the address: the limits need to tell addresses apart, not to know them."""
        return keys.blind_index("address", truncate_ip(super().get_client_ip(request)))[:32]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return email_index(credentials.get("email", ""))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second step of staff."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or it has been used. Please take the next one."),
        "cannot_delete_authenticator": _("This is your only second step. Please set up another one first."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret with the key of the organisation of whoever is signed in."""
        scope: uuid.UUID = context.request.user.person.organisation_id
        return f"{scope.hex}.{base64.b64encode(keys.seal(text.encode(), **_place(scope))).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        scope, _dot, sealed = encrypted_text.partition(".")
        return keys.open_sealed(base64.b64decode(sealed), **_place(uuid.UUID(scope))).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Staff always keep a second step."""
        model = type(authenticator)
        others = model.objects.filter(user_id=authenticator.user_id).exclude(type=model.Type.RECOVERY_CODES)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def get_totp_issuer(self) -> str:
        title: str = settings.SITE_TITLE
        return title

    def get_totp_label(self, user: Account) -> str:
        called: str = user.person.called
        return called

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": settings.SITE_TITLE}

    def get_public_key_credential_user_entity(self, user: Account) -> dict[str, Any]:
        return {"id": user.pk.hex.encode(), "name": user.person.called, "display_name": user.person.called}


def _place(scope: uuid.UUID) -> dict[str, Any]:
    return {"scope": scope, "table": "mfa_authenticator", "column": "data", "row": "secret"}
