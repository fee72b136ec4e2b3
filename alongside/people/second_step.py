"""allauth's pages for the second step, behind our doors and drawn in our frame.

Only these are mounted (see `staff_urls.py`): no signing up, no e-mail addresses, no reset by mail.
"""

from __future__ import annotations

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from alongside.kit.errors import Refused
from alongside.people import doors, sessions


class OnlySecondStep(Refused):
    """The only second step cannot be removed."""

    code = "only_second_step"

    def __init__(self) -> None:
        super().__init__(get_adapter().error_messages["cannot_delete_authenticator"])


class _SetUpApp(totp.ActivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        sessions.second_factor_set_up(self.request)
        return answer


class _AddPasskey(webauthn.AddWebAuthnView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        sessions.second_factor_set_up(self.request)
        return answer


class _RemovePasskey(webauthn.RemoveWebAuthnView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponseBase:
        if not get_adapter().can_delete_authenticator(self.get_object()):
            raise OnlySecondStep
        answer: HttpResponseBase = super().form_valid(form)
        return answer


class _ShowRecoveryCodes(recovery_codes.ViewRecoveryCodesView):  # type: ignore[misc]
    """The codes are shown once. Asking for the page does not use that once up: pressing the button does."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if sessions.recovery_codes_were_shown(request.account):
            answer: HttpResponse = super().get(request, *args, **kwargs)
            return answer
        return render(request, "mfa/recovery_codes/before.html")

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer


overview = doors.second_step(base.index)
confirm_with_password = doors.second_step(ReauthenticateView.as_view())
confirm_with_code = doors.second_step(base.reauthenticate)
confirm_with_passkey = doors.second_step(webauthn.reauthenticate_webauthn)
set_up_app = doors.second_step(_SetUpApp.as_view())
remove_app = doors.second_step(totp.deactivate_totp)
passkeys = doors.second_step(webauthn.list_webauthn)
add_passkey = doors.second_step(_AddPasskey.as_view())
remove_passkey = doors.second_step(_RemovePasskey.as_view())
show_recovery_codes = doors.second_step(_ShowRecoveryCodes.as_view())
new_recovery_codes = doors.second_step(recovery_codes.generate_recovery_codes)
