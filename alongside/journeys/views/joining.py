"""Joining: from a fresh card to Today, one step a screen. Each step is a plain form, and the browser's Back works.

Nobody is signed in before the PIN is chosen; until then the session remembers only which card was typed.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.debug import sensitive_post_parameters

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.journeys import actions, queries
from alongside.journeys.forms import ChoosePin
from alongside.kit.answers import SeeOther, answer_form
from alongside.people import sessions
from alongside.reach import actions as reach_actions
from alongside.reach.forms import HowToReach

# The steps that were read, in the session.
READ = "joining_read"
HOLDS_A_CARD = "it is for whoever typed the number of a card that nobody has opened yet"


def _place(request: Request) -> Place | None:
    session = request.session
    return queries.joining(session.get(sessions.JOINING), card=session.get(sessions.CARD), now=request.now)


def _back_to_the_start() -> HttpResponse:
    return redirect("people:sign_in")


def _draw(request: Request, step: str, place: Place, status: int = 200, **context: object) -> HttpResponse:
    context |= {"name": place.client_name, "worker": place.worker_name}
    return render(request, f"journeys/join_{step}.html", context, status=status)


@policy.public(because=HOLDS_A_CARD)
def language(request: Request) -> HttpResponseBase:
    """Pick a language. The page itself is in the one of the card."""
    place = _place(request)
    if place is None:
        return _back_to_the_start()
    translation.activate(queries.language_of_card(place))
    return _draw(request, "language", place)


def _notice(request: Request, step: str, onward: str, *, after: str | None = None) -> HttpResponseBase:
    """A page to read, and a button that says that it was read."""
    place = _place(request)
    if place is None:
        return _back_to_the_start()
    read = set(request.session.get(READ, []))
    if after is not None and after not in read:
        return redirect(f"journeys:join_{after}")
    if request.method == "POST":
        request.session[READ] = sorted(read | {step})
        return SeeOther(reverse(f"journeys:join_{onward}"))
    return _draw(request, step, place)


@policy.public(because=HOLDS_A_CARD)
def safety(request: Request) -> HttpResponseBase:
    """What leaving a page does, and what it does not."""
    return _notice(request, "safety", "limits")


@policy.public(because=HOLDS_A_CARD)
def limits(request: Request) -> HttpResponseBase:
    """What the worker must tell others, before the first story."""
    return _notice(request, "limits", "pin", after="safety")


@policy.public(because=HOLDS_A_CARD)
@sensitive_post_parameters("pin", "again")
def pin(request: Request) -> HttpResponseBase:
    """Choose a PIN, and come in."""
    place = _place(request)
    if place is None:
        return _back_to_the_start()
    if "limits" not in request.session.get(READ, []):
        return redirect("journeys:join_limits")
    if request.method != "POST":
        return _draw(request, "pin", place, form=ChoosePin())

    def join(form: ChoosePin) -> object:
        account = actions.join(
            by=place.by,
            about=place,
            pin=form.cleaned_data["pin"],
            pieces_of_card=request.session.get(sessions.CARD_PIECES, ()),
            language=translation.get_language() or settings.LANGUAGE_CODE,
            now=request.now,
        )
        request.session.pop(READ, None)
        sessions.sign_in(request, account, her_own=form.cleaned_data["her_own"])
        return account

    return answer_form(
        ChoosePin(request.POST),
        do=join,
        then=lambda account: reverse("journeys:join_reach", args=[place.id]),
        again=lambda form, status: _draw(request, "pin", place, status, form=form),
    )


@policy.place
def reach(request: Request, place: Place) -> HttpResponseBase:
    """How and when to reach me: the last step, and the only one that can wait."""
    access.require(place.by, Act.SAY_HOW_TO_REACH, about=place)

    def page(form: HowToReach, status: int = 200) -> HttpResponse:
        return render(request, "journeys/join_reach.html", {"form": form}, status=status)

    if request.method != "POST":
        return page(HowToReach())
    return answer_form(
        HowToReach(request.POST),
        do=acting(reach_actions.say_how_to_reach, request, place),
        then=lambda rule: reverse("journeys:today"),
        again=page,
    )
