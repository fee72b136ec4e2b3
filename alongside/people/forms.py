"""The shape of what is typed to sign in."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.internal.flows.login import perform_password_login
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.mfa.utils import decrypt, encrypt
from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import Form
from alongside.people.rules import CARD_DIGITS, CODE_DIGITS, digits_of


def pin_input() -> forms.PasswordInput:
    # Nothing offers to keep it: the browser may be somebody else's.
    return forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr", "size": 12})


class PinField(forms.CharField):
    """A PIN, in whichever script's digits it is typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=pin_input(), max_length=64, **options)

    def to_python(self, value: Any) -> str:
        pin = super().to_python(value) or ""
        digits = digits_of(pin)
        return digits if len(digits) == len(pin) else pin


class PinOrNothing(PinField):
    """A PIN, or nothing by somebody who has none yet."""

    def validate(self, value: Any) -> None:
        """Nothing is refused here: whether it is right is for the card to say."""


class KeepHere(Form):
    """She lets this device keep things for her."""

    alone = forms.BooleanField(
        label=_("This device is mine alone. Nobody else opens it."),
        error_messages={"required": _("Only a device that is yours alone may keep things. So nothing was changed.")},
    )

    def given(self) -> dict[str, Any]:
        """The tick is all there is to it, and is said by sending the form at all."""
        return {}


class CardSignIn(Form):
    """The number on the card, and the PIN unless the card is new."""

    number = forms.CharField(
        label=_("The number on your card"),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr", "size": 20}),
        error_messages={"required": _("Please type the number on your card.")},
    )
    pin = PinOrNothing(
        label=_("Your PIN"),
        help_text=_("Is this your first time here? Then leave the PIN empty."),
    )
    her_own = forms.BooleanField(
        label=_("This device is mine alone"),
        required=False,
        help_text=_("You then stay signed in here for 12 hours. If not, for 10 minutes: that is safer."),
    )
    next = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    def clean_number(self) -> str:
        digits = digits_of(self.cleaned_data["number"])
        if len(digits) != CARD_DIGITS:
            raise forms.ValidationError(_("The number on your card has 16 digits. Please look at it again."))
        return digits


class CodeSignIn(Form):
    """A code that somebody was given, to come in once."""

    code = forms.CharField(
        label=_("The code"),
        help_text=_("12 digits. It works once."),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr", "size": 20}),
        error_messages={"required": _("Please type the code.")},
    )

    def clean_code(self) -> str:
        digits = digits_of(self.cleaned_data["code"])
        if len(digits) != CODE_DIGITS:
            raise forms.ValidationError(_("The code has 12 digits. Please look at it again."))
        return digits


class ChangePin(Form):
    """The PIN she has, and the one she wants, twice."""

    old = PinField(label=_("The PIN you have now"))
    new = PinField(label=_("The new PIN"), help_text=_("6 to 12 digits that nobody can guess."))
    again = PinField(label=_("The new PIN once more"))

    def clean_again(self) -> str:
        if self.cleaned_data["again"] != self.cleaned_data.get("new"):
            raise forms.ValidationError(_("The new PIN is not the same both times. Please type it again."))
        again: str = self.cleaned_data["again"]
        return again


def password_input(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete, "dir": "ltr"})


class ChangePassword(Form):
    """The password somebody has, and the one they want, twice."""

    old = forms.CharField(
        label=_("The password you have now"), strip=False, max_length=1000, widget=password_input("current-password")
    )
    new = forms.CharField(
        label=_("The new password"),
        strip=False,
        max_length=1000,
        widget=password_input("new-password"),
        help_text=_("At least 12 letters. A sentence is easier to remember than signs."),
    )
    again = forms.CharField(
        label=_("The new password once more"), strip=False, max_length=1000, widget=password_input("new-password")
    )

    def clean_again(self) -> str:
        if self.cleaned_data["again"] != self.cleaned_data.get("new"):
            raise forms.ValidationError(_("The new password is not the same both times. Please type it again."))
        again: str = self.cleaned_data["again"]
        return again


# --- allauth's forms, with our words and without an address in the session ----------------------


class StaffSignIn(LoginForm):  # type: ignore[misc]
    """E-mail and password."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        self.use_required_attribute = False
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = _("E-mail address"), _("Password")
        login.widget.attrs = {"autocomplete": "username", "dir": "ltr"}
        login.widget.input_type = "email"
        password.widget.attrs = {"autocomplete": "current-password", "dir": "ltr"}

    def _clean_with_password(self, credentials: dict[str, str]) -> dict[str, Any]:
        cleaned: dict[str, Any] = super()._clean_with_password(credentials)
        self._login.email = None  # or allauth would keep the address, in clear, in the session
        return cleaned

    def _login_with_password(self, request: Any, redirect_url: str | None, credentials: dict[str, str]) -> Any:
        self._login.redirect_url = redirect_url
        return perform_password_login(request, {}, self._login)


def _with_our_words(form: forms.Form) -> None:
    form.label_suffix = ""
    form.use_required_attribute = False
    form.fields["code"].label = _("The code")
    form.fields["code"].widget.attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr"}


class SecondStep(AuthenticateForm):  # type: ignore[misc]
    """A code from the app, or a recovery code."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _with_our_words(self)


class SecondStepAgain(ReauthenticateForm):  # type: ignore[misc]
    """The same, to confirm that it is still the same person."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _with_our_words(self)


class SetUpApp(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app. Until it is typed, the secret waits in the session, sealed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.user = options.pop("user")
        super(ActivateTOTPForm, self).__init__(*args, **options)
        _with_our_words(self)
        waiting = context.request.session.get(SECRET_SESSION_KEY) if self.is_bound else None
        self.secret = decrypt(waiting) if waiting else generate_totp_secret()
        if not waiting:
            context.request.session[SECRET_SESSION_KEY] = encrypt(self.secret)
