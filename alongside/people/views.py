"""The way in for clients, and the pages about one's own account: devices, PIN, password."""

from __future__ import annotations

import uuid

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from alongside.kit.answers import SeeOther, answer_form
from alongside.people import actions, doors, queries, sessions
from alongside.people.doors import Request
from alongside.people.forms import CardSignIn, ChangePassword, ChangePin, CodeSignIn, KeepHere
from alongside.people.rules import looks_like


def _sign_in_page(
    request: Request, form: CardSignIn, status: int = 200, *, with_code: CodeSignIn | None = None
) -> HttpResponse:
    onward = sessions.safe_next(form["next"].value() or "")
    context = {"form": form, "with_code": with_code or CodeSignIn(), "onward": onward}
    return render(request, "people/sign_in.html", context, status=status)


def _with_code(request: Request) -> HttpResponseBase:
    """Come in once, with a code that somebody gave."""
    return answer_form(
        CodeSignIn(request.POST),
        do=lambda form: sessions.come_in_once(request, **form.given()),
        then=lambda done: settings.LOGIN_REDIRECT_URL,
        again=lambda form, status: _sign_in_page(request, CardSignIn(), status, with_code=form),
    )


@doors.public(because="everybody comes in here")
@sensitive_post_parameters("number", "pin", "code")
def sign_in(request: Request) -> HttpResponseBase:
    """Card number and PIN, or a one-time code; a card's first use leads into joining."""
    if request.method != "POST":
        if request.account is not None:
            # The empty fragment takes the place of a card's number that a scanned code brought along.
            return redirect(f"{settings.LOGIN_REDIRECT_URL}#")
        if queries.the_organisation() is None:
            return redirect("journeys:welcome")
        return _sign_in_page(request, CardSignIn(initial={"next": sessions.safe_next(request.GET.get("next", ""))}))

    if "code" in request.POST:
        return _with_code(request)

    def come_in(form: CardSignIn) -> str:
        given = form.given()
        onward = sessions.safe_next(given.pop("next")) or settings.LOGIN_REDIRECT_URL
        return onward if sessions.come_in(request, **given) else reverse("journeys:join")

    return answer_form(
        CardSignIn(request.POST),
        do=come_in,
        then=str,
        again=lambda form, status: _sign_in_page(request, form, status),
    )


@doors.public(because="signing out twice must not ask anybody to sign in")
@require_POST
def sign_out(request: Request) -> HttpResponseBase:
    """Sign out of this browser."""
    logout(request)
    answer = SeeOther(reverse("people:sign_in"))
    answer["Clear-Site-Data"] = '"storage"'  # what the device kept: pages, unsent texts, the witness of the trail
    sessions.end_keeping(request, answer)
    return answer


@doors.signed_in
def devices(request: Request) -> HttpResponse:
    """Where am I signed in?"""
    assert request.account is not None
    found = queries.devices_of(request.account, this_one=request.session.session_key, now=request.now)
    is_staff = request.account.is_staff_account
    keeps = [] if is_staff else queries.keepings_of(request.account, this_one=sessions.keeping_id_of(request))
    context = {"devices": found, "keeps": keeps, "changed": "changed" in request.GET}
    return render(request, "people/devices.html", context)


@doors.client
def on_this_device(request: Request) -> HttpResponseBase:
    """What this device may keep for her when there is no line: nothing, until she says yes here."""
    assert request.account is not None
    by, session_key = request.account, request.session.session_key or ""

    def page(form: KeepHere, status: int = 200) -> HttpResponse:
        here = sessions.keeping_id_of(request)
        mine = [one for one in queries.keepings_of(by, this_one=here) if one.is_this_one]
        context = {"form": form, "mine": mine, "hers_alone": bool(request.session.get(sessions.HER_OWN))}
        return render(request, "people/on_this_device.html", context, status=status)

    def said_yes(keeping_id: uuid.UUID) -> HttpResponseBase:
        answer = SeeOther(reverse("people:on_this_device"))
        sessions.begin_keeping(answer, keeping_id)
        return answer

    if request.method != "POST":
        return page(KeepHere())
    return answer_form(
        KeepHere(request.POST),
        do=lambda form: (
            actions.keep_here(
                by=by,
                session_key=session_key,
                looks=looks_like(request.META.get("HTTP_USER_AGENT", "")),
                her_own=bool(request.session.get(sessions.HER_OWN)),
                now=request.now,
            ).id
        ),
        then=said_yes,
        again=page,
    )


@doors.client
@require_POST
def stop_keeping(request: Request, keeping_id: uuid.UUID) -> HttpResponseBase:
    """Have one of her own browsers forget what it keeps."""
    assert request.account is not None
    actions.stop_keeping(by=request.account, keeping_id=keeping_id)
    is_here = keeping_id == sessions.keeping_id_of(request)
    answer = SeeOther(reverse("people:on_this_device" if is_here else "people:devices"))
    if is_here:
        sessions.tell_to_forget(answer)
    return answer


@doors.signed_in
@require_POST
def end_device(request: Request, device_id: uuid.UUID) -> HttpResponseBase:
    """End one of one's own devices."""
    assert request.account is not None
    actions.end_device(by=request.account, device_id=device_id)
    return SeeOther(reverse("people:devices"))


@doors.signed_in
@require_POST
def end_others(request: Request) -> HttpResponseBase:
    """End every device of one's own but this one."""
    assert request.account is not None
    actions.end_other_devices(by=request.account, this_one=request.session.session_key)
    return SeeOther(reverse("people:devices"))


def _limit_tries(request: Request) -> None:
    if not ratelimit.consume(request, action="change_password", user=request.account):
        raise sessions.TooManyTries


@doors.client
@sensitive_post_parameters("old", "new", "again")
def change_pin(request: Request) -> HttpResponseBase:
    """A client chooses another PIN; her other devices are signed out."""
    assert request.account is not None
    by = request.account

    def page(form: ChangePin, status: int = 200) -> HttpResponse:
        return render(request, "people/change_pin.html", {"form": form}, status=status)

    def change(form: ChangePin) -> None:
        _limit_tries(request)
        actions.change_pin(
            by=by,
            old=form.cleaned_data["old"],
            new=form.cleaned_data["new"],
            pieces_of_card=request.session.get(sessions.CARD_PIECES, ()),
        )
        sessions.secret_changed(request)

    if request.method != "POST":
        return page(ChangePin())
    return answer_form(
        ChangePin(request.POST), do=change, then=lambda done: f"{reverse('people:devices')}?changed", again=page
    )


@doors.staff
@sensitive_post_parameters("old", "new", "again")
def change_password(request: Request) -> HttpResponseBase:
    """Somebody of the staff chooses another password; their other devices are signed out."""
    assert request.account is not None
    by = request.account

    def page(form: ChangePassword, status: int = 200) -> HttpResponse:
        return render(request, "people/change_password.html", {"form": form}, status=status)

    def change(form: ChangePassword) -> None:
        _limit_tries(request)
        actions.change_password(by=by, old=form.cleaned_data["old"], new=form.cleaned_data["new"])
        sessions.secret_changed(request)

    if request.method != "POST":
        return page(ChangePassword())
    return answer_form(
        ChangePassword(request.POST), do=change, then=lambda done: f"{reverse('people:devices')}?changed", again=page
    )
