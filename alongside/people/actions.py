"""Choosing and changing the secret that one signs in with, and ending devices.

These stand below the trail: they are about an account, not about anything in a partnership, and
keep no content.
"""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Collection
from typing import ClassVar

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside.kit.errors import NotFound, Refused
from alongside.people.backends import card_pieces, email_index
from alongside.people.models import Account, Device, Keeping, Partnership
from alongside.people.rules import Looks, PinFault, pin_fault, to_the_hour

# No letter that is mistaken for another when it is read out or written down.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class NotThisPin(Refused):
    """The PIN is too easy to guess."""

    status = 400
    code = "not_this_pin"

    SENTENCES: ClassVar = {
        PinFault.NOT_DIGITS: _("A PIN has only digits. Please choose another one."),
        PinFault.LENGTH: _("A PIN has 6 to 12 digits. Please choose another one."),
        PinFault.ALL_THE_SAME: _("All digits are the same: that is easy to guess. Please choose another one."),
        PinFault.RUN: _("These digits are in a row: that is easy to guess. Please choose another one."),
        PinFault.FROM_THE_CARD: _("These digits are printed on your card. Please choose other ones."),
    }

    def __init__(self, fault: PinFault) -> None:
        super().__init__(self.SENTENCES[fault])


class PinIsChosen(Refused):
    """There is a PIN already; changing it asks for the old one."""

    code = "pin_is_chosen"
    sentence = _("This card has a PIN already. Please sign in with it.")


class WrongSecret(Refused):
    """The old PIN or password is not right."""

    status = 400
    code = "wrong_secret"


class NotThisPassword(Refused):
    """The password is too short or too well known."""

    status = 400
    code = "not_this_password"


def _check_pin(by: Account, pin: str, pieces_of_card: Collection[str]) -> None:
    fault = pin_fault(pin)
    if fault is None and set(card_pieces(by.pk, pin)) & set(pieces_of_card):
        fault = PinFault.FROM_THE_CARD
    if fault is not None:
        raise NotThisPin(fault)


@atomic
def choose_pin(*, by: Account, pin: str, pieces_of_card: Collection[str] = ()) -> Account:
    """A client chooses her first PIN, in joining. Raise `NotThisPin`, or `PinIsChosen` when there is one.

    `pieces_of_card` is what the session remembers of the card she typed: see `backends.card_pieces`.
    The same PIN sent twice is chosen once.
    """
    account = Account.objects.select_for_update().get(pk=by.pk, is_staff_account=False)
    if account.has_usable_password():
        if account.check_password(pin):
            return account
        raise PinIsChosen
    _check_pin(account, pin, pieces_of_card)
    account.set_password(pin)
    account.save(update_fields=["password"])
    return account


@atomic
def change_pin(*, by: Account, old: str, new: str, pieces_of_card: Collection[str] = ()) -> None:
    """A client changes her PIN. Raise `WrongSecret` or `NotThisPin`. `by` carries the new one afterwards."""
    if not by.check_password(old):
        raise WrongSecret(_("The PIN you have now is not right. Nothing was changed."))
    _check_pin(by, new, pieces_of_card)
    by.set_password(new)
    by.save(update_fields=["password"])


@atomic
def change_password(*, by: Account, old: str, new: str) -> None:
    """Somebody of the staff changes the password. Raise `WrongSecret` or `NotThisPassword`."""
    if not by.check_password(old):
        raise WrongSecret(_("The password you have now is not right. Nothing was changed."))
    if old == new:
        raise NotThisPassword(_("This is the password you have now. Please choose another one."))
    try:
        validate_password(new, by)
    except ValidationError as error:
        raise NotThisPassword(" ".join(error.messages)) from error
    by.set_password(new)
    by.has_starting_password = False
    by.save(update_fields=["password", "has_starting_password"])


@atomic
def new_password(*, email: str, without_second_step: bool = False) -> str:
    """An administrator gives somebody of the staff a new password, which is returned and kept nowhere.

    It opens nothing until they have changed it themselves, and every session of theirs ends. With
    `without_second_step` the passkeys, the app and the recovery codes are removed too, for somebody
    who lost them: the next sign-in sets up new ones. Raise `NotFound`.
    """
    account = Account.objects.select_for_update().filter(login=email_index(email), is_staff_account=True).first()
    if account is None:
        raise NotFound
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    account.set_password(password)
    account.has_starting_password = True
    account.save(update_fields=["password", "has_starting_password"])
    if without_second_step:
        Authenticator.objects.filter(user_id=account.pk).delete()
    end_other_devices(by=account, this_one=None)
    return password


# --- Devices -----------------------------------------------------------------------------------


@atomic
def list_device(*, by: Account, session_key: str, looks: Looks, her_own: bool, now: datetime.datetime) -> None:
    """Put a browser that was just signed in on its owner's list, and take off what has run out."""
    Session.objects.filter(expire_date__lte=now).delete()
    Device.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    Device.objects.update_or_create(
        session_key=session_key,
        defaults={
            "account": by,
            "looks_like": looks,
            "her_own": her_own,
            "signed_in_at": now,
            "seen_at": to_the_hour(now),
        },
    )


def note_seen(*, session_key: str, now: datetime.datetime) -> None:
    """Keep, to the hour, that a device was used."""
    Device.objects.filter(session_key=session_key).update(seen_at=to_the_hour(now))


@atomic
def end_device(*, by: Account, device_id: uuid.UUID) -> None:
    """Sign out one's own device: its next request is refused. Raise `NotFound` for anybody else's."""
    device = Device.objects.filter(id=device_id, account=by).first()
    if device is None:
        raise NotFound
    Session.objects.filter(session_key=device.session_key).delete()
    Keeping.objects.filter(account=by, session_key=device.session_key).delete()
    device.delete()


@atomic
def end_other_devices(*, by: Account, this_one: str | None) -> None:
    """Sign out every device of one's own but `this_one`, named by its session's key."""
    Keeping.objects.filter(account=by).exclude(session_key=this_one or "").delete()
    others = Device.objects.filter(account=by).exclude(session_key=this_one or "")
    Session.objects.filter(session_key__in=list(others.values_list("session_key", flat=True))).delete()
    others.delete()


class NotHersAlone(Refused):
    """She did not say, when she came in, that the device is hers alone."""

    code = "not_hers_alone"
    sentence = _(
        "When you came in here, you did not say that this device is yours alone. So nothing is kept on it. "
        "Nothing was changed."
    )


@atomic
def keep_here(*, by: Account, session_key: str, looks: Looks, her_own: bool, now: datetime.datetime) -> Keeping:
    """Let this browser keep pages and unsent texts, until she takes it back. Said twice it is said once.

    Raise `NotHersAlone`.
    """
    if by.is_staff_account or not her_own:
        raise NotHersAlone
    known = Keeping.objects.filter(account=by, session_key=session_key).first()
    if known is not None:
        return known
    return Keeping.objects.create(account=by, session_key=session_key, looks_like=looks, since=now)


def keep_on(*, by: Account, keeping_id: uuid.UUID, session_key: str) -> None:
    """Note that a browser which keeps things for its owner is used by her in another session."""
    Keeping.objects.filter(id=keeping_id, account=by).exclude(session_key=session_key).update(session_key=session_key)


@atomic
def stop_keeping(*, by: Account, keeping_id: uuid.UUID) -> None:
    """Have a browser of one's own forget what it keeps, at its next contact. Raise `NotFound` for anybody else's."""
    if not Keeping.objects.filter(id=keeping_id, account=by).delete()[0]:
        raise NotFound


def forget_browser(*, keeping_id: uuid.UUID) -> None:
    """A browser was left or signed out: it keeps nothing any more, whoever asks."""
    Keeping.objects.filter(id=keeping_id).delete()


def mark_heard(partnership_id: uuid.UUID, now: datetime.datetime) -> None:
    """Keep when she was heard, or went on without it, for the first time. Call it inside the action that says so."""
    Partnership.objects.filter(id=partnership_id, heard_at=None).update(heard_at=now)


def set_language(*, by: Account, code: str) -> None:
    """Keep the language in which somebody reads; it goes with them to every device."""
    by.language = code
    by.save(update_fields=["language"])
