"""The page "Who can see what", giving and taking back; the one page of somebody invited; and reports to answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.consent.rules import Shared
from alongside.kit.answers import answer_form, read_or_post
from alongside.kit.forms import Form
from alongside.people.rules import Post
from alongside.sharing import actions, forms, queries, rules
from alongside.sharing.rules import Answer

# --- who can see what ------------------------------------------------------------------------------


def _page(
    request: Request, place: Place, refused: Form | None = None, status: int = 200, *, ask: forms.AskFor | None = None
) -> HttpResponse:
    """`refused` is a button that could not do what it says; `ask` the form in which staff ask."""

    def may(act: Act) -> bool:
        return access.may(place.by, act, about=place)

    context = {
        "sharing": queries.page_in(place),
        "press": forms.Press(auto_id=False),
        "refused": refused,
        "ask": (ask or forms.AskFor(people=queries.can_be_given_to(place))) if may(Act.ASK_FOR_SHARE) else None,
        "may_share": may(Act.SHARE),
        "may_withdraw": may(Act.WITHDRAW_SHARE),
        "may_make_code": may(Act.MAKE_CODE),
    }
    return render(request, "sharing/page.html", context, status=status)


@policy.place
@require_safe
def page(request: Request, place: Place) -> HttpResponseBase:
    """Who has a seat and what it opens, and what she shares, with whom, why and until when."""
    return _page(request, place)


def _press(request: Request, place: Place, act: Act, do: Callable[..., Any], **about: Any) -> HttpResponseBase:
    """Do what a button says and go back to the page."""
    access.require(place.by, act, about=place)
    return answer_form(
        forms.Press(request.POST),
        do=acting(do, request, place, at_address=True, **about),
        then=lambda done: reverse("sharing:page", args=[place.id]),
        again=lambda form, status: _page(request, place, form, status),
    )


@policy.place
@require_POST
def take_back(request: Request, place: Place, share_id: uuid.UUID) -> HttpResponseBase:
    """Take one share back. It holds with the next look."""
    return _press(request, place, Act.WITHDRAW_SHARE, actions.withdraw_share, share_id=share_id)


@policy.place
@require_POST
def pause(request: Request, place: Place) -> HttpResponseBase:
    """Pause all sharing."""
    return _press(request, place, Act.PAUSE_SHARES, actions.pause_shares)


@policy.place
@require_POST
def go_on(request: Request, place: Place) -> HttpResponseBase:
    """Let sharing go on."""
    return _press(request, place, Act.PAUSE_SHARES, actions.go_on_sharing)


@policy.place
@require_POST
def end_invitation(request: Request, place: Place, guest_id: uuid.UUID) -> HttpResponseBase:
    """End somebody's invitation, and all that was shared by it."""
    return _press(request, place, Act.END_INVITATION, actions.end_invitation, person_id=guest_id)


@policy.place
@require_POST
def say_no(request: Request, place: Place, asked_id: uuid.UUID, answer: Answer) -> HttpResponseBase:
    """She says no, or not now, to an ask."""
    return _press(request, place, Act.ANSWER_ASK, actions.answer_ask, ask_id=asked_id, answer=answer)


@policy.place
@require_POST
def ask_for(request: Request, place: Place) -> HttpResponseBase:
    """Staff ask her to share something."""
    access.require(place.by, Act.ASK_FOR_SHARE, about=place)
    return answer_form(
        forms.AskFor(request.POST, people=queries.can_be_given_to(place)),
        do=acting(actions.ask_for_share, request, place),
        then=lambda ask: reverse("sharing:page", args=[place.id]) + "#asks",
        again=lambda form, status: _page(request, place, status=status, ask=form),
    )


# --- inviting, and the code --------------------------------------------------------------------------


@policy.place
@read_or_post
def invite(request: Request, place: Place) -> HttpResponseBase:
    """She invites somebody from outside."""
    access.require(place.by, Act.INVITE, about=place)

    def again(form: forms.Invite, status: int = 200) -> HttpResponse:
        return render(request, "sharing/invite.html", {"form": form}, status=status)

    if request.method != "POST":
        return again(forms.Invite())
    return answer_form(
        forms.Invite(request.POST),
        do=acting(actions.invite, request, place),
        then=lambda person: reverse("sharing:give", args=[place.id]) + f"?to={person.id}",
        again=again,
    )


def _code(
    request: Request, place: Place, guest_id: uuid.UUID, form: Form | None = None, status: int = 200
) -> HttpResponse:
    access.require(place.by, Act.MAKE_CODE, about=place)
    context = {"called": queries.name_of_invited(place, guest_id), "form": form or forms.Press(), "guest_id": guest_id}
    return render(request, "sharing/code.html", context, status=status)


@policy.place
@read_or_post
def code(request: Request, place: Place, guest_id: uuid.UUID) -> HttpResponseBase:
    """Make a code for somebody invited, and show it once: in the answer that made it."""
    if request.method != "POST":
        return _code(request, place, guest_id)

    def shown(new: actions.NewCode) -> HttpResponse:
        home = request.build_absolute_uri("/").split("://", 1)[1].rstrip("/")
        context = {
            "called": queries.name_of_invited(place, new.person_id),
            "code": rules.in_groups(new.digits),
            "ends": new.ends,
            "address": home,
        }
        return render(request, "sharing/new_code.html", context)

    return answer_form(
        forms.Press(request.POST),
        do=acting(actions.make_code, request, place, at_address=True, person_id=guest_id),
        then=shown,
        again=lambda form, status: _code(request, place, guest_id, form, status),
    )


# --- giving a share ----------------------------------------------------------------------------------


def _asked(request: Request, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def _give(
    request: Request, place: Place, form: forms.Give | None = None, status: int = 200, *, refused: Form | None = None
) -> HttpResponse:
    access.require(place.by, Act.SHARE, about=place)
    people, ask_id = queries.can_be_given_to(place), _asked(request, "ask")
    ask = queries.ask_in(place, ask_id) if ask_id else None
    if form is None:
        to = _asked(request, "to") or (ask.person_id if ask else None)
        form = forms.Give(people=people, initial={"person": str(to), "until": ask.until if ask else None})
    context = {"form": form, "people": people, "ask": ask, "refused": refused}
    return render(request, "sharing/give.html", context, status=status)


def _preview(
    request: Request,
    place: Place,
    preview: queries.Preview,
    confirm: forms.Confirm,
    purpose: str,
    until: Any,
    status: int = 200,
) -> HttpResponse:
    context = {"preview": preview, "confirm": confirm, "purpose": purpose, "until": until}
    return render(request, "sharing/preview.html", context, status=status)


@policy.place
@read_or_post
def give(request: Request, place: Place) -> HttpResponseBase:
    """With whom, what, why and until when; then exactly what they would see. Nothing is shared by that."""
    if request.method != "POST":
        return _give(request, place)
    access.require(place.by, Act.SHARE, about=place)

    def look(form: forms.Give) -> HttpResponse:
        said = form.cleaned_data
        if not rules.may_end_on(
            said["until"], today=rules.day_of(request.now, time_zone=place.partnership.organisation.time_zone)
        ):
            raise actions.NotUntilThen
        things = [Shared(thing) for thing in said["things"]]
        confirm = forms.Confirm(
            initial={
                "person": said["person"],
                "things": said["things"],
                "purpose": form.purpose,
                "until": said["until"],
                "ask": _asked(request, "ask"),
            }
        )
        preview = queries.preview(place, uuid.UUID(said["person"]), things)
        return _preview(request, place, preview, confirm, form.purpose, said["until"])

    return answer_form(
        forms.Give(request.POST, people=queries.can_be_given_to(place)),
        do=look,
        then=lambda answer: answer,
        again=lambda form, status: _give(request, place, form, status),
    )


@policy.place
@read_or_post
def share(request: Request, place: Place) -> HttpResponseBase:
    """Share what she has just seen."""
    if request.method != "POST":
        return _give(request, place)
    access.require(place.by, Act.SHARE, about=place)

    def again(form: forms.Confirm, status: int) -> HttpResponse:
        if status == 400 and not form.cleaned_data.get("until"):
            return _give(request, place, status=status, refused=form)
        given = form.given()
        preview = queries.preview(place, given["person_id"], given["things"])
        return _preview(request, place, preview, form, given["purpose"], given["until"], status)

    return answer_form(
        forms.Confirm(request.POST),
        do=acting(actions.share, request, place),
        then=lambda shares: reverse("sharing:page", args=[place.id]),
        again=again,
    )


# --- receipts ----------------------------------------------------------------------------------------


@policy.place
@require_safe
def receipts(request: Request, place: Place) -> HttpResponseBase:
    """Every receipt: what was given, refused and taken back."""
    return render(request, "sharing/receipts.html", {"receipts": queries.receipts_in(place)})


@policy.place
@require_safe
def receipt(request: Request, place: Place, receipt_id: uuid.UUID) -> HttpResponseBase:
    """One receipt, to read or print."""
    return render(request, "sharing/receipt.html", {"receipt": queries.receipt_in(place, receipt_id)})


@policy.place
@require_safe
def receipt_file(request: Request, place: Place, receipt_id: uuid.UUID) -> HttpResponseBase:
    """One receipt as a file for programs."""
    kept = queries.receipt_in(place, receipt_id)
    answer = JsonResponse(kept.said, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = 'attachment; filename="receipt.json"'
    return answer


# --- the one page of somebody invited ----------------------------------------------------------------


def _shared(
    request: Request, place: Place, form: Form | None = None, status: int = 200, *, name: str = ""
) -> HttpResponse:
    found = queries.shared_with(place)
    if found is None:
        # The same for what ended, was paused, was taken back or was never shared; and it listens for nothing.
        del request.place
        return render(request, "sharing/not_shared.html", status=404)
    context = {
        "shared": found,
        "seen": found.seen,
        "promise": form if name == "promise" else forms.Promise(),
        "press": forms.Press(auto_id=False),
        "refused": form if name == "press" else None,
    }
    return render(request, "sharing/shared.html", context, status=status)


@policy.invited
@require_safe
def shared(request: Request, place: Place) -> HttpResponseBase:
    """Exactly what is shared with whoever looks, and what they promised."""
    return _shared(request, place)


def _as_invited(
    request: Request, place: Place, form: Form, act: Callable[..., Any], name: str, **about: Any
) -> HttpResponseBase:
    return answer_form(
        form,
        do=acting(act, request, place, at_address=True, **about),
        then=lambda done: reverse("sharing:shared", args=[place.id]),
        again=lambda form, status: _shared(request, place, form, status, name=name),
    )


@policy.invited
@require_POST
def promise(request: Request, place: Place) -> HttpResponseBase:
    """Promise not to pass it on."""
    return _as_invited(request, place, forms.Promise(request.POST), actions.promise, "promise")


@policy.invited
@require_POST
def no_more(request: Request, place: Place) -> HttpResponseBase:
    """Ask to be shown nothing more."""
    return _as_invited(request, place, forms.Press(request.POST), actions.ask_no_more, "press")


@policy.invited
@require_POST
def leave(request: Request, place: Place) -> HttpResponseBase:
    """End one's own invitation."""
    me = place.by.person_id
    return answer_form(
        forms.Press(request.POST),
        do=acting(actions.end_invitation, request, place, at_address=True, person_id=me),
        then=lambda done: render(request, "sharing/left.html"),
        again=lambda form, status: _shared(request, place, form, status, name="press"),
    )


# --- when something was passed on --------------------------------------------------------------------


@policy.place
@read_or_post
def passed_on(request: Request, place: Place, guest_id: uuid.UUID) -> HttpResponseBase:
    """She says that somebody passed on what she shared."""
    access.require(place.by, Act.REPORT_BREACH, about=place)
    called = queries.name_of_invited(place, guest_id)

    def again(form: forms.PassedOn, status: int = 200) -> HttpResponse:
        return render(request, "sharing/passed_on.html", {"form": form, "called": called}, status=status)

    if request.method != "POST":
        return again(forms.PassedOn())
    return answer_form(
        forms.PassedOn(request.POST),
        do=acting(actions.report_breach, request, place, person_id=guest_id),
        then=lambda breach: reverse("sharing:page", args=[place.id]) + "#passed-on",
        again=again,
    )


def _reports(request: Request, form: forms.AnswerReport | None = None, status: int = 200) -> HttpResponse:
    found = []
    for report in queries.reports_for(request.viewer):
        is_this = form is not None and form["report"].value() == str(report.id)
        empty = partial(forms.AnswerReport, initial={"report": report.id}, auto_id=f"answer-{report.id}-%s")
        found.append((report, form if is_this else None if report.answered_at else empty()))
    return render(request, "sharing/reports.html", {"reports": found}, status=status)


@policy.posts(Post.SUPERVISOR, Post.DIRECTOR)
@read_or_post
def reports(request: Request) -> HttpResponseBase:
    """Reports that went to whoever looks, by name, and their answers."""
    if request.method != "POST":
        return _reports(request)
    return answer_form(
        forms.AnswerReport(request.POST),
        do=lambda form: actions.answer_breach(
            by=request.viewer, now=request.now, write_id=form.write_id(), **form.given()
        ),
        then=lambda breach: reverse("sharing:reports"),
        again=lambda form, status: _reports(request, form, status),
    )
