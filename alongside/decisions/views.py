"""The list, the page of one decision, its printed sheet, and what is posted to them.

The page is one long thing folded into parts, and draws only the form that is asked for: `?show=`
names a part or a form, so that a link leads to it without JavaScript. A form that could not be used
is drawn again in its part.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.decisions import actions, forms, queries, wording
from alongside.decisions.queries import DecisionPage
from alongside.decisions.rules import Step
from alongside.kit.answers import answer_form
from alongside.kit.errors import NotFound
from alongside.kit.forms import Form
from alongside.plain.second_look import looked_over

# Where each form stands: the part of the page, and the act that it asks for.
FORMS: dict[str, tuple[Step | None, Act]] = {
    "reword": (None, Act.REWORD_DECISION),
    "fixed": (None, Act.OPEN_DECISION),
    "add_way": (Step.WAYS, Act.ADD_WAY),
    "add_side": (Step.WAYS, Act.ADD_SIDE),
    "take_back": (Step.WAYS, Act.TAKE_BACK),
    "name_matter": (Step.MATTERS, Act.NAME_MATTER),
    "weigh": (Step.MATTERS, Act.WEIGH),
    "fit_way": (Step.FIT, Act.WEIGH),
    "say_lean": (Step.LEAN, Act.LEAN),
    "ask": (Step.LEAN, Act.ASK_FOR_VIEW),
    "write_view": (Step.LEAN, Act.WRITE_VIEW),
    "take_back_view": (Step.LEAN, Act.WRITE_VIEW),
    "five_points": (Step.CHECK, Act.CHECK_READINESS),
    "plan_gap": (Step.CHECK, Act.PLAN_GAP),
    "close_gap": (Step.CHECK, Act.CLOSE_GAP),
    "choose": (Step.CHOICE, Act.CHOOSE),
    "look_back": (Step.AFTER, Act.LOOK_BACK),
    "reopen": (Step.AFTER, Act.REOPEN),
}


def _asked_way(request: Request) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get("way", ""))
    except ValueError:
        return None


def _read(request: Request, place: Place, decision_id: uuid.UUID, *, way: uuid.UUID | None = None) -> DecisionPage:
    order = request.headers.get("X-Order")
    return queries.decision_page(place, decision_id, order=order, way_to_fit=way or _asked_way(request))


# --- The forms of a page -------------------------------------------------------------------------


def _weighing(page: DecisionPage) -> dict[str, Any]:
    return {"matters": page.matters, "weighing": page.weighing, "weighing_id": page.weighing_id}


def _people(place: Place) -> list[tuple[str, str]]:
    return [(str(seat.person_id), place.names[seat.person_id]) for seat in place.seats_now]


def _view_form(page: DecisionPage) -> type[forms.SealedView]:
    return forms.OpenView if page.seal.trigger else forms.SealedView


def _usable(place: Place, page: DecisionPage) -> set[str]:
    """The forms that make sense on this page now, whoever may use them."""
    if not page.is_open:
        return {"look_back", "reopen", "close_gap"} | ({"write_view"} if page.seal.trigger else set())
    usable = set(FORMS) - {"look_back", "reopen"}
    if not place.partnership.heard_at:
        usable -= {"add_way", "add_side"}
    if page.only_information:
        usable -= {"weigh", "fit_way", "say_lean", "choose"}
    if not page.matters:
        usable -= {"weigh", "fit_way"}
    if not page.mine:
        usable -= {"take_back"}
    if page.seal.trigger:
        usable -= {"ask"}
    if not page.seal.is_mine:
        usable -= {"take_back_view"}
    return usable


def _made(name: str, place: Place, page: DecisionPage, asked: Mapping[str, Any], data: Any = None) -> Form:
    """One form of the page: empty, filled with what holds, or bound to what was sent."""
    match name:
        case "reword":
            return forms.Question(data, initial=vars(page))
        case "fixed":
            return forms.Fixed(data)
        case "add_way":
            return forms.NewWay(data)
        case "add_side":
            return forms.NewSide(data, ways=page.ways, initial={"way": asked.get("way")})
        case "take_back":
            return forms.TakeBack(data, mine=[(str(one.id), one.short) for one in page.mine])
        case "name_matter":
            return forms.NewMatter(data)
        case "weigh":
            return forms.Weigh(data, **_weighing(page))
        case "fit_way" if page.way_to_fit:
            return forms.Fit(data, way=page.way_to_fit, **_weighing(page))
        case "say_lean":
            return forms.Lean(data, ways=page.ways)
        case "write_view":
            return _view_form(page)(data, ways=page.ways)
        case "five_points":
            return forms.Check(data, answers={point.point: point.answer for point in page.check})
        case "plan_gap":
            return forms.PlanGap(data, people=_people(place), gaps=page.gaps, initial={"point": asked.get("point")})
        case "choose":
            return forms.Choose(data, ways=page.ways)
        case "look_back":
            return forms.LookBack(data)
        case "reopen":
            return forms.Reopen(data)
        case _:
            return forms.Press(data, auto_id=f"{name}-%s")


def _offered(place: Place, page: DecisionPage, step: Step, asked: str) -> set[str]:
    """The forms to draw: the one that is asked for, what the open part begins with, and plain buttons."""
    first = {
        Step.MATTERS: "weigh" if page.matters else "name_matter",
        Step.FIT: "fit_way",
        Step.LEAN: "" if page.now_round.lean else "say_lean",
        Step.CHECK: "" if page.check_is_known else "five_points",
        Step.CHOICE: "choose",
    }
    offered = {asked, "" if asked in FORMS else first.get(step, ""), "ask", "take_back_view", "close_gap"}
    return offered if page.way_to_fit else offered - {"fit_way"}


def _typed(form: Form) -> list[str]:
    """What was typed or chosen in a form, as it came."""
    sent = cast(QueryDict, form.data)
    return [text for name in form.fields if name not in ("key", "drawn_with") for text in sent.getlist(name) if text]


def _draw(
    request: Request, place: Place, page: DecisionPage, *, bound: tuple[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    can = {name for name in _usable(place, page) if access.may(place.by, FORMS[name][1], about=place)}
    asked = bound[0] if bound else request.GET.get("show", "")
    step = FORMS[asked][0] if asked in FORMS else Step(asked) if asked in set(Step) else None
    if step is None:
        # She is led on; whoever is with her sees the ways first.
        step = page.next if place.is_client or not page.is_open else Step.WAYS
    drawn = {
        name: looked_over(_made(name, place, page, request.GET), place)
        for name in can & _offered(place, page, step, asked)
    }
    if bound and asked in can:
        drawn[asked] = bound[1]
    lost = bound[1] if bound and asked not in can else None
    context = {
        "page": page,
        "order": page.order,
        "forms": drawn,
        "can": dict.fromkeys(can, True),
        "shown": step.value,
        "state": wording.STATES[page.state],
        # A form that has no place on the page any more: what was typed is given back at its top.
        "lost": lost,
        "typed": _typed(lost) if lost else [],
    }
    return render(request, "decisions/page.html", context, status=status)


# --- Reading -------------------------------------------------------------------------------------


@policy.place
def decisions(request: Request, place: Place) -> HttpResponseBase:
    """Every question here, those still open first."""
    listed = [(one, wording.STATES[one.state]) for one in queries.decisions_in(place)]
    context = {"listed": listed, "may_open": access.may(place.by, Act.OPEN_DECISION, about=place)}
    return render(request, "decisions/list.html", context)


@policy.place
def page(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """One decision, whole and folded."""
    return _draw(request, place, _read(request, place, decision_id))


@policy.place
def on_the_way(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """All that she weighs on one page, so that it can be done in one go and without a line."""
    access.require(place.by, Act.WEIGH, about=place)
    read = _read(request, place, decision_id)
    if not {"weigh", "fit_way"} <= _usable(place, read):
        return redirect("decisions:page", place.id, decision_id)
    fits = [
        forms.Fit(way=way, auto_id=f"fit-{number}-%s", **_weighing(read)) for number, way in enumerate(read.ways, 1)
    ]
    context = {"page": read, "order": read.order, "weigh": forms.Weigh(**_weighing(read)), "fits": fits}
    return render(request, "decisions/on_the_way.html", context)


@policy.place
def print_page(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """One decision on paper, to take along: never a worker's own view, never her check."""
    read = _read(request, place, decision_id)
    return render(
        request, "decisions/print.html", {"page": read, "order": read.order, "state": wording.STATES[read.state]}
    )


@policy.place
def open_question(request: Request, place: Place) -> HttpResponseBase:
    """Open a question."""
    access.require(place.by, Act.OPEN_DECISION, about=place)

    def again(form: forms.NewQuestion, status: int) -> HttpResponse:
        return render(request, "decisions/open.html", {"form": form}, status=status)

    if request.method != "POST":
        return again(looked_over(forms.NewQuestion(), place), 200)
    return answer_form(
        looked_over(forms.NewQuestion(request.POST), place),
        do=acting(actions.open_decision, request, place),
        then=lambda decision: reverse("decisions:page", args=[place.id, decision.id]),
        again=again,
    )


# --- Posting -------------------------------------------------------------------------------------


def _post(
    request: Request,
    place: Place,
    decision_id: uuid.UUID,
    name: str,
    do: Callable[..., object],
    *,
    way: uuid.UUID | None = None,
    then: Step | None = None,
    **more: Any,
) -> HttpResponseBase:
    """Answer a small form of the page: do what it asks and go back to its part, or draw the page again with it."""
    step, act = FORMS[name]
    address = reverse("decisions:page", args=[place.id, decision_id])
    if request.method != "POST":
        return redirect(address)
    # A form that is not theirs is refused as such, whatever is in it.
    access.require(place.by, act, about=place)
    page = _read(request, place, decision_id, way=way)
    if way and (page.way_to_fit is None or page.way_to_fit.id != way):
        raise actions.TakenBack if way in {one.added.id for one in page.taken_back} else NotFound

    # `at_address`: one button stands beside several gaps.
    done = acting(do, request, place, at_address=True, decision_id=decision_id, **more)

    def act_on(form: Form) -> object:
        try:
            return done(form)
        except actions.ChangedInAnotherWindow as changed:
            if isinstance(form, forms.Weigh | forms.Fit):
                form.show_both(there=changed.there, weighing_id=changed.weighing_id)
            raise

    part = then or step
    return answer_form(
        looked_over(_made(name, place, page, {}, request.POST), place),
        do=act_on,
        then=lambda _: f"{address}?show={part}#{part}" if part else address,
        again=lambda form, status: _draw(
            request, place, _read(request, place, decision_id, way=way), bound=(name, form), status=status
        ),
    )


@policy.place
def reword(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Say the question anew."""
    return _post(request, place, decision_id, "reword", actions.reword_decision)


@policy.place
def say_what_is_fixed(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Say what others have fixed."""
    return _post(request, place, decision_id, "fixed", actions.say_what_is_fixed)


@policy.place
def add_way(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Put a way on the table."""
    return _post(request, place, decision_id, "add_way", actions.add_way)


@policy.place
def add_side(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Add a good or a hard side."""
    return _post(request, place, decision_id, "add_side", actions.add_side)


@policy.place
def name_matter(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Name something that matters."""
    return _post(request, place, decision_id, "name_matter", actions.name_matter)


@policy.place
def take_back(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Take back something of one's own."""
    return _post(request, place, decision_id, "take_back", actions.take_back)


@policy.place
def weigh(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Say how much each thing matters."""
    return _post(request, place, decision_id, "weigh", actions.weigh, then=Step.FIT)


@policy.place
def fit(request: Request, place: Place, decision_id: uuid.UUID, way_id: uuid.UUID) -> HttpResponseBase:
    """Say how well one way fits."""
    return _post(request, place, decision_id, "fit_way", actions.fit_way, way=way_id)


@policy.place
def write_view(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Write what one would do oneself. Its words can stand only in the answer to this very form, when it failed."""
    return _post(request, place, decision_id, "write_view", actions.write_view)


@policy.place
def take_back_view(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Take back one's own sealed view, unseen."""
    return _post(request, place, decision_id, "take_back_view", actions.take_back_view)


@policy.place
def lean(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Say where she leans."""
    return _post(request, place, decision_id, "say_lean", actions.record_lean)


@policy.place
def ask(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Ask to hear the worker's own view."""
    return _post(request, place, decision_id, "ask", actions.ask_for_view)


@policy.place
def check(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Answer the five points."""
    return _post(request, place, decision_id, "five_points", actions.check_readiness)


@policy.place
def plan_gap(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Plan something that closes a gap."""
    return _post(request, place, decision_id, "plan_gap", actions.plan_gap)


@policy.place
def close_gap(request: Request, place: Place, decision_id: uuid.UUID, gap_id: uuid.UUID) -> HttpResponseBase:
    """Say that what was planned is done."""
    return _post(request, place, decision_id, "close_gap", actions.close_gap, gap_id=gap_id)


@policy.place
def choose(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Record her choice."""
    return _post(request, place, decision_id, "choose", actions.record_choice, then=Step.AFTER)


@policy.place
def look_back(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Look back at a choice."""
    return _post(request, place, decision_id, "look_back", actions.look_back)


@policy.place
def reopen(request: Request, place: Place, decision_id: uuid.UUID) -> HttpResponseBase:
    """Open the question again."""
    return _post(request, place, decision_id, "reopen", actions.reopen_decision, then=Step.WAYS)
