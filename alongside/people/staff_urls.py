"""Signing in of staff: allauth's pages that are needed, by the names that allauth looks them up with."""

from allauth.account.views import login
from allauth.mfa.base.views import authenticate
from django.urls import path

from alongside.people import second_step

urlpatterns = [
    path("sign-in/", login, name="account_login"),
    path("confirm/", second_step.confirm_with_password, name="account_reauthenticate"),
    path("sign-in/code/", authenticate, name="mfa_authenticate"),
    path("second-step/", second_step.overview, name="mfa_index"),
    path("second-step/confirm/", second_step.confirm_with_code, name="mfa_reauthenticate"),
    path("second-step/app/", second_step.set_up_app, name="mfa_activate_totp"),
    path("second-step/app/remove/", second_step.remove_app, name="mfa_deactivate_totp"),
    path("second-step/passkeys/", second_step.passkeys, name="mfa_list_webauthn"),
    path("second-step/passkeys/add/", second_step.add_passkey, name="mfa_add_webauthn"),
    path("second-step/passkeys/confirm/", second_step.confirm_with_passkey, name="mfa_reauthenticate_webauthn"),
    path("second-step/passkeys/<int:pk>/remove/", second_step.remove_passkey, name="mfa_remove_webauthn"),
    path("second-step/recovery-codes/", second_step.show_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-step/recovery-codes/new/", second_step.new_recovery_codes, name="mfa_generate_recovery_codes"),
]
