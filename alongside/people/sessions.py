"""How long somebody stays signed in, on which device, and what is still missing before they are.

A session's row in the database carries the moment at which it ends, so that whoever asks for it
later, in whichever process, finds nothing. How long that is stands in `rules.py`.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from allauth.account.authentication import get_authentication_records
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from alongside.kit.errors import Refused
from alongside.people import actions, rules
from alongside.people.backends import account_of_card, card_index, card_pieces, code_index, is_right, spend_code
from alongside.people.models import Account, Device, Keeping
from alongside.people.rules import Stay

# What a session remembers. Nothing in it says who somebody is, apart from the account's id.
BEGAN = "began"
SEEN = "seen"
HER_OWN = "her_own"
SECOND_FACTOR = "second_factor"
JOINING = "joining"
CARD = "card"
CARD_PIECES = "card_pieces"


class SignedOut(Refused):
    """A form arrived after its sender's session had ended."""

    status = 401
    code = "signed_out"
    sentence = _("You were signed out while this page was open. Please sign in again. Nothing was changed.")


class WrongCardOrPin(Refused):
    """The number, the PIN or both are wrong: which of them, nobody is told."""

    status = 400
    code = "wrong_card_or_pin"
    sentence = _("This card number and this PIN do not go together. Please look at both again.")


class WrongCode(Refused):
    """No code, a used one, an old one or one that was ended: which of them, nobody is told."""

    status = 400
    code = "wrong_code"
    sentence = _("This code opens nothing, or nothing any more. Please ask for a new one.")


class TooManyTries(Refused):
    """Too many wrong tries in a short time."""

    status = 429
    code = "too_many_tries"
    sentence = _("That was tried too often. Please wait five minutes, then try again. Nothing is lost.")


# --- Staying -----------------------------------------------------------------------------------


def stay_of(account: Account, session: Any) -> Stay:
    """How long this session may last."""
    if account.is_staff_account:
        return rules.STAFF
    return rules.HER_OWN if session.get(HER_OWN) else rules.SHARED


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC)


def keep_short(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let a session live on while somebody is there, writing that down at most five times in its idle time.

    An open page that asks again because somebody else changed something is no sign of anybody being there.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and "X-Live" not in request.headers:
            _stay_on(request, request.user, timezone.now())
        return get_response(request)

    return answer


def _stay_on(request: HttpRequest, account: Account, now: datetime.datetime) -> None:
    session = request.session
    stay, seen = stay_of(account, session), _moment(session[SEEN])
    if not stay.is_due(seen=seen, now=now):
        return
    session[SEEN] = int(now.timestamp())
    session.set_expiry(stay.until(began=_moment(session[BEGAN]), now=now))
    if rules.to_the_hour(now) != rules.to_the_hour(seen) and session.session_key:
        actions.note_seen(session_key=session.session_key, now=now)


def note_sign_in(sender: object, request: HttpRequest, user: Account, **others: object) -> None:
    """Hooked into Django's and so allauth's signing in: begin the stay, and list the device."""
    session, now = request.session, timezone.now()
    if session.session_key is None:
        session.create()
    assert session.session_key is not None
    session[BEGAN] = session[SEEN] = int(now.timestamp())
    session.set_expiry(stay_of(user, session).until(began=now, now=now))
    actions.list_device(
        by=user,
        session_key=session.session_key,
        looks=rules.looks_like(request.META.get("HTTP_USER_AGENT", "")),
        her_own=bool(session.get(HER_OWN)),
        now=now,
    )
    keeping_id = keeping_id_of(request)
    if keeping_id is not None:
        actions.keep_on(by=user, keeping_id=keeping_id, session_key=session.session_key)


def note_sign_out(sender: object, request: HttpRequest, **others: object) -> None:
    """Hooked into Django's signing out, from wherever it is called: the device leaves the list."""
    if request.session.session_key:
        Device.objects.filter(session_key=request.session.session_key).delete()


def secret_changed(request: Any) -> None:
    """After a new PIN or password: this session goes on under a new key, every other one ends."""
    old_key = request.session.session_key
    update_session_auth_hash(request, request.account)
    Device.objects.filter(session_key=old_key).update(session_key=request.session.session_key)
    Keeping.objects.filter(session_key=old_key).update(session_key=request.session.session_key)
    actions.end_other_devices(by=request.account, this_one=request.session.session_key)


# --- What this browser keeps -------------------------------------------------------------------

KEEPING = "keeps"
# Longer than anything that is kept: while something lies in the browser, it must be possible to say "forget it".
KEEPING_LASTS = 400 * 24 * 3600
# Said to the scripts of ours in the browser that are not told by Clear-Site-Data.
FORGET = "X-Forget"


def keeping_id_of(request: HttpRequest) -> uuid.UUID | None:
    """The id in the cookie of a browser that keeps things for its owner, or kept them once."""
    try:
        return uuid.UUID(request.COOKIES[KEEPING])
    except (KeyError, ValueError):
        return None


def whose(account: Account) -> str:
    """A name for whoever is signed in that says nothing about them: what waits in a browser is sent as nobody else."""
    return salted_hmac("alongside.people.whose", str(account.pk)).hexdigest()[:22]


def begin_keeping(answer: HttpResponseBase, keeping_id: uuid.UUID) -> None:
    """From this answer on, the browser says that it keeps things."""
    answer.set_cookie(
        KEEPING,
        str(keeping_id),
        max_age=KEEPING_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def end_keeping(request: HttpRequest, answer: HttpResponseBase) -> None:
    """The browser forgets, by this answer, all that it keeps of ours."""
    keeping_id = keeping_id_of(request)
    if keeping_id is not None:
        actions.forget_browser(keeping_id=keeping_id)
        tell_to_forget(answer)


def tell_to_forget(answer: HttpResponseBase) -> None:
    """Have the browser drop its stores. Older ones do not know the first header; our scripts there heed the second."""
    if not answer.has_header("Clear-Site-Data"):
        answer["Clear-Site-Data"] = '"storage"'
    answer[FORGET] = "all"
    answer.delete_cookie(KEEPING, samesite="Lax")


# --- Coming in ---------------------------------------------------------------------------------


def safe_next(path: str) -> str:
    """The path to go on to if it is one of ours, or an empty text."""
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else ""


def ask_to_sign_in(request: Any) -> HttpResponse:
    """Send whoever only looks to the sign-in page; give whoever sent a form back what they typed."""
    if request.method not in ("GET", "HEAD"):
        say_so: Callable[[Any, Refused], HttpResponse] = import_string(settings.REFUSED_VIEW)
        return say_so(request, SignedOut())
    entrance, path = reverse("people:sign_in"), safe_next(request.path)
    return redirect(f"{entrance}?next={quote(path)}" if path and path != entrance else entrance)


def has_given_second_factor(request: Any) -> bool:
    """Whether the second step was taken, or set up, in this session."""
    return bool(request.session.get(SECOND_FACTOR))


def has_second_factor(account: Account) -> bool:
    """Whether the account has a second step at all. Recovery codes alone are none."""
    steps = Authenticator.objects.filter(user_id=account.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool(steps.exists())


def has_just_proved(request: Any, *, second_step: bool = False) -> bool:
    """Whether whoever is signed in showed who they are within the last five minutes.

    By password or second step, when signing in or asked again; with `second_step`, by that alone.
    """
    counts = {"mfa"} if second_step else {"mfa", "password"}
    proofs = [proof for proof in get_authentication_records(request, request.account) if proof["method"] in counts]
    age = request.now.timestamp() - max((proof["at"] for proof in proofs), default=0)
    return bool(age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def count_try(request: Any, action: str) -> None:
    """Count a try of something that could be guessed. Raise `TooManyTries` past the limit in the settings."""
    if not ratelimit.consume(request, action=action, user=request.account):
        raise TooManyTries


def recovery_codes_were_shown(account: Account) -> bool:
    """Whether the recovery codes have been on a screen already. `True` as well when there are none."""
    codes = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return codes is None or bool(codes.wrap().did_view)


def second_factor_set_up(request: Any) -> None:
    """A second step was just set up here: it is given, and whoever came in elsewhere without it is out."""
    request.session[SECOND_FACTOR] = True
    actions.end_other_devices(by=request.account, this_one=request.session.session_key)


def what_is_missing(request: Any) -> str | None:
    """The address that has to be seen to before anything else opens; `None` when signing in is finished."""
    if request.account.is_staff_account and not has_given_second_factor(request):
        return "mfa_index"
    return "people:change_password" if request.account.has_starting_password else None


def must_sign_in(request: Any) -> HttpResponse | None:
    """Return where to go first: signing in, or finishing it (staff need a second step, and a password of their own)."""
    if request.account is None:
        return ask_to_sign_in(request)
    missing = what_is_missing(request)
    return redirect(missing) if missing and request.path != reverse(missing) else None


def come_in(request: Any, *, number: str, pin: str, her_own: bool) -> bool:
    """Sign a client in with card and PIN. Return `False` when the card is new and joining comes first.

    A wrong number and a wrong PIN raise the same `WrongCardOrPin` after the same time. Five tries a
    card in five minutes, then `TooManyTries`: for this card, not for others at the same address.
    """
    if not ratelimit.consume(request, action="card", key=card_index(number)):
        raise TooManyTries
    account = account_of_card(number)
    if account is not None and not account.has_usable_password():
        ratelimit.clear(request, action="card", key=card_index(number))
        _leave_quietly(request)
        _remember_card(request, account, number)
        request.session[JOINING] = str(account.pk)
        return False
    if not is_right(account, pin) or account is None:
        raise WrongCardOrPin
    ratelimit.clear(request, action="card", key=card_index(number))
    _leave_quietly(request)
    _remember_card(request, account, number)
    sign_in(request, account, her_own=her_own)
    return True


def come_in_once(request: Any, *, code: str) -> None:
    """Sign somebody from outside in with a one-time code, as on a device that others use too.

    Whatever is wrong with a code raises the same `WrongCode` after the same time. Limited like a card.
    """
    if not ratelimit.consume(request, action="card", key=code_index(code)):
        raise TooManyTries
    account = spend_code(code, now=timezone.now())
    if account is None:
        raise WrongCode
    _leave_quietly(request)
    sign_in(request, account)


def _leave_quietly(request: Any) -> None:
    # Whoever was here before, signed in or half-way through joining, is not any more; and a session
    # key that somebody else put into this browser opens nothing.
    if request.user.is_authenticated:
        logout(request)
    else:
        request.session.flush()


def _remember_card(request: Any, account: Account, number: str) -> None:
    request.session[CARD] = card_index(number)  # another card may be printed before she has joined
    request.session[CARD_PIECES] = card_pieces(account.pk, rules.digits_of(number))


def sign_in(request: Any, account: Account, *, her_own: bool = False) -> None:
    """Sign a client in: after her PIN, or at the end of joining. `her_own`: this device is hers alone."""
    request.session.pop(JOINING, None)
    request.session[HER_OWN] = her_own
    login(request, account, backend="alongside.people.backends.StaffBackend")
    request.account = account
