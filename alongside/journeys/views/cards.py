"""My people, starting a space with only a first name, and the card: shown once, in the answer that made it."""

from __future__ import annotations

import segno
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.glass.queries import MAY_ASK
from alongside.journeys import actions, queries, rules
from alongside.journeys.actions import PrintedCard
from alongside.journeys.forms import Press, StartSpace
from alongside.kit.answers import answer_form
from alongside.people.rules import Post


def _printed(request: Request, card: PrintedCard) -> HttpResponse:
    """The page with the card, in the card's own language. No other answer ever shows the number."""
    home = request.build_absolute_uri("/")
    square = segno.make(f"{home}#{card.number}", error="m", micro=False)
    language = card.account.language
    with translation.override(language):
        drawn = render_to_string(
            "journeys/_card.html",
            {
                "number": rules.in_groups(card.number),
                "address": home.split("://", 1)[1].rstrip("/"),
                "square": square.svg_inline(scale=4, border=2, light="#fff"),
                "language": language,
                "reads": "rtl" if translation.get_language_bidi() else "ltr",
                "has_joined": card.account.joined_at is not None,
                "reference": queries.printed_reference(card.partnership_id),
            },
            request,
        )
    context = {"drawn": drawn, "name": card.account.person.called, "space": card.partnership_id}
    return render(request, "journeys/card.html", context)


def _people(request: Request, form: StartSpace | None = None, status: int = 200) -> HttpResponse:
    context = {
        "spaces": queries.my_spaces(request.viewer),
        "form": form or StartSpace(),
        "may_start": Post.WORKER in request.viewer.posts,
        "may_look_in": bool(request.viewer.posts & MAY_ASK),
    }
    return render(request, "journeys/people.html", context, status=status)


@policy.staff
def people(request: Request) -> HttpResponseBase:
    """List the spaces where I have a seat; start another, and answer with its card."""
    if request.method != "POST":
        return _people(request)
    return answer_form(
        StartSpace(request.POST),
        do=lambda form: actions.start_partnership(
            by=request.viewer, now=request.now, write_id=form.write_id(), **form.given()
        ),
        then=lambda card: _printed(request, card),
        again=lambda form, status: _people(request, form, status),
    )


def _another_card(request: Request, place: Place, form: Press | None = None, status: int = 200) -> HttpResponse:
    access.require(place.by, Act.PRINT_CARD, about=place)
    context = {"form": form or Press(), "card": queries.card_facts(place)}
    return render(request, "journeys/another_card.html", context, status=status)


@policy.place
def another_card(request: Request, place: Place) -> HttpResponseBase:
    """Say what another card does, and print it."""
    if request.method != "POST":
        return _another_card(request, place)
    return answer_form(
        Press(request.POST),
        do=acting(actions.print_card, request, place),
        then=lambda card: _printed(request, card),
        again=lambda form, status: _another_card(request, place, form, status),
    )
