"""The page "How we work together", its parts, and the sheet to print."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.agreement import actions, queries
from alongside.agreement.forms import AcceptText, PartForm, StartDraft, TakeRowOut, form_for
from alongside.agreement.rules import Side
from alongside.kit.answers import answer_form
from alongside.plain.second_look import looked_over


def _page(
    request: Request, place: Place, sent: AcceptText | StartDraft | None = None, status: int = 200
) -> HttpResponse:
    agreement = queries.agreement_in(place)
    side = agreement.names.reader
    context: dict[str, Any] = {
        "agreement": agreement,
        "may_draft": access.may(place.by, Act.DRAFT_AGREEMENT, about=place),
        "may_accept": access.may(place.by, Act.ACCEPT_AGREEMENT, about=place),
        "start": StartDraft(),
        "sent": sent,
        "accept": None,
        "since": [],
    }
    if agreement.draft is not None and side is not None:
        # Always a fresh form: it stands for the text that is on this very page.
        context["accept"] = AcceptText(initial={"seen": agreement.draft.id, "side": side})
    if status == 409 and isinstance(sent, AcceptText):
        context["since"] = queries.changes_since(place, sent.cleaned_data["seen"], agreement)
    return render(request, "agreement/page.html", context, status=status)


@policy.place
@require_safe
def page(request: Request, place: Place) -> HttpResponseBase:
    """Show what holds and what is being drafted."""
    return _page(request, place)


@policy.place
def start(request: Request, place: Place) -> HttpResponseBase:
    """Begin a draft."""
    if request.method != "POST":
        return redirect("agreement:page", place.id)
    return answer_form(
        StartDraft(request.POST),
        do=acting(actions.start_draft, request, place),
        then=lambda draft: reverse("agreement:page", args=[place.id]),
        again=lambda form, status: _page(request, place, form, status),
    )


@policy.place
def accept(request: Request, place: Place) -> HttpResponseBase:
    """Accept the draft that was on the page."""
    if request.method != "POST":
        return redirect("agreement:page", place.id)

    def do(form: AcceptText) -> object:
        return actions.accept_draft(
            by=place.by,
            about=place,
            now=request.now,
            write_id=form.write_id(),
            side=Side(form.cleaned_data["side"]),
            seen=form.cleaned_data["seen"],
        )

    return answer_form(
        AcceptText(request.POST),
        do=do,
        then=lambda acceptance: reverse("agreement:page", args=[place.id]),
        again=lambda form, status: _page(request, place, form, status),
    )


def _part(request: Request, place: Place, part: str, form: PartForm | None = None, status: int = 200) -> HttpResponse:
    current = queries.part_to_change(place, part)
    names = current.agreement.names
    if form is not None and status == 409:
        form.show_anew(current.seen)
    context = {
        "current": current,
        "form": form or looked_over(form_for(part, names, initial={**current.words, "seen": current.seen}), place),
        "take_out": None,
        "says_now": status == 409,
    }
    if current.can_be_taken_out:
        context["take_out"] = TakeRowOut(names=names, part=part, initial={"seen": current.seen})
    return render(request, "agreement/part.html", context, status=status)


def _change(request: Request, place: Place, part: str, form: PartForm) -> HttpResponseBase:
    def redrawn(refused: PartForm, status: int) -> HttpResponse:
        return _part(request, place, part, refused, status)

    return answer_form(
        form,
        do=lambda valid: actions.change_draft(
            by=place.by,
            about=place,
            now=request.now,
            write_id=valid.write_id(),
            part=part,
            seen=valid.cleaned_data["seen"],
            words=valid.words(),
        ),
        then=lambda text: reverse("agreement:page", args=[place.id]) + f"#in-{queries.fold_of(part)}",
        again=redrawn,
    )


@policy.place
def change(request: Request, place: Place, part: str) -> HttpResponseBase:
    """Show one part in a form of its own; say it in other words."""
    if request.method != "POST":
        return _part(request, place, part)
    return _change(request, place, part, looked_over(form_for(part, queries.names_in(place), data=request.POST), place))


@policy.place
def take_out(request: Request, place: Place, part: str) -> HttpResponseBase:
    """Take one line of "Who can decide what" out."""
    if request.method != "POST":
        return redirect("agreement:change", place.id, part)
    return _change(request, place, part, TakeRowOut(request.POST, names=queries.names_in(place), part=part))


@policy.place
@require_safe
def on_paper(request: Request, place: Place) -> HttpResponseBase:
    """What holds, or else the draft, on two pages to print."""
    return render(request, "agreement/sheet.html", {"sheet": queries.sheet_in(place)})


@policy.place
@require_safe
def version(request: Request, place: Place, number: int) -> HttpResponseBase:
    """One version, as it was accepted."""
    return render(request, "agreement/sheet.html", {"sheet": queries.sheet_in(place, number)})
