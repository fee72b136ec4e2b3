"""What we wrote, one note with all its voices, her own pages, and parts that are not shown."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from alongside import access
from alongside.access import Act, Place, policy
from alongside.access.answers import acting
from alongside.access.requests import Request
from alongside.kit.answers import answer_form, read_or_post
from alongside.kit.forms import Form
from alongside.notes import actions, forms, queries
from alongside.notes.queries import Shown
from alongside.plain import actions as plain
from alongside.plain.forms import Explain
from alongside.plain.queries import explained_beside
from alongside.plain.second_look import looked_over


def _number(request: Request, name: str) -> int | None:
    asked = request.GET.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None


def _not_drawn(refused: Form | None, drawn: dict[str, Any]) -> Form | None:
    """The refused form, where the page has no place for it any more: what was typed is given back at its top."""
    places = [form for some in drawn.values() for form in (some.values() if isinstance(some, dict) else [some])]
    return refused if not any(form is refused for form in places) else None


# --- what we wrote -----------------------------------------------------------------------------------


@policy.place
@require_safe
def page(request: Request, place: Place) -> HttpResponseBase:
    """Every note, newest first; `?before=` goes on from a note's number."""
    context = {
        "notes": queries.notes_in(place, before=_number(request, "before")),
        "may_write": access.may(place.by, Act.WRITE_NOTE, about=place),
        "may_keep_own": access.may(place.by, Act.KEEP_OWN, about=place),
    }
    return render(request, "notes/page.html", context)


def _write_page(request: Request, place: Place, form: Form | None = None, status: int = 200) -> HttpResponse:
    may = access.may(place.by, Act.WRITE_NOTE, about=place)
    kind = forms.Write if place.is_client else forms.WriteAsStaff
    context = {"form": looked_over(form or kind(), place), "may_write": may}
    return render(request, "notes/write.html", context, status=status)


@policy.place
@read_or_post
def write(request: Request, place: Place) -> HttpResponseBase:
    """Write a note."""
    if request.method != "POST":
        return _write_page(request, place)
    return answer_form(
        looked_over((forms.Write if place.is_client else forms.WriteAsStaff)(request.POST), place),
        do=acting(actions.write_note, request, place),
        then=lambda note_id: reverse("notes:note", args=[place.id, note_id]),
        again=lambda form, status: _write_page(request, place, form, status),
    )


# --- one note ----------------------------------------------------------------------------------------


def _explain(*, note_id: uuid.UUID, **given: Any) -> uuid.UUID:
    return plain.explain(explains=note_id, **given).id


DO: dict[str, tuple[type[Form], Callable[..., uuid.UUID]]] = {
    "correct": (forms.Correct, actions.correct_note),
    "differently": (forms.Differently, actions.see_differently),
    "add": (forms.Add, actions.add_to_note),
    "now": (forms.Now, actions.say_how_i_see_it_now),
    "sign": (forms.Sign, actions.sign_note),
    "read": (forms.Read, actions.mark_read),
    "ask": (forms.Ask, actions.ask_correction),
    "leave": (forms.Leave, actions.leave_as_is),
    "look": (forms.Look, actions.ask_to_look),
    "answer": (forms.Answer, actions.answer_look),
    "challenge": (forms.Challenge, actions.challenge),
    "explain": (Explain, _explain),
}


def _options(place: Place, note: Shown, name: str) -> dict[str, Any]:
    """What a form needs to know of the note."""
    if name == "correct":
        return {"asks": [(str(ask.id), ask.words) for ask in note.asks]}
    if name == "look":
        side = queries.side_of(place.roles)
        return {"people": queries.may_be_asked(place, side=side, not_to=place.by.person_id)}
    return {}


def _fresh(place: Place, note: Shown, name: str, refused: Form | None) -> Any:
    """A form of the note's page, drawn on the version that stands; the refused one where it is this one.

    Answers are one form for each thing that waits for an answer, by its id.
    """
    kind = DO[name][0]
    waiting = {
        "leave": ("ask", [ask.id for ask in note.asks]),
        "answer": ("look", [voice.id for voice in note.voices if voice.is_mine_to_answer]),
        "challenge": ("marker", [voice.id for voice in note.voices if voice.what == "marker"]),
    }
    if name in waiting:
        field, ids = waiting[name]
        return {
            one: refused
            if type(refused) is kind and refused.data.get(field) == str(one)
            else looked_over(kind(initial={field: one}, auto_id=f"{name}-{one}-%s"), place)
            for one in ids
        }
    if type(refused) is kind:
        if isinstance(refused, forms.Seen):
            refused.drawn_on(note.now.id)
        return refused
    initial: dict[str, Any] = {"seen": note.now.id}
    if name == "correct":
        initial |= {"headline": note.now.headline, "happened": note.now.happened, "think": note.now.think}
    return looked_over(kind(initial=initial, **_options(place, note, name)), place)


def _note_page(
    request: Request, place: Place, note_id: uuid.UUID, refused: Form | None = None, status: int = 200
) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept."""
    found = queries.note_in(place, note_id)
    can = queries.can_do(place, found)
    write = {name: _fresh(place, found, name, refused) for name in DO if name in can}
    context = {
        "note": found,
        "explained": explained_beside(place, note_id),
        "write": write,
        "can": dict.fromkeys(can, True),
        "refused": refused,
        "adrift": _not_drawn(refused, write),
    }
    return render(request, "notes/note.html", context, status=status)


@policy.place
@require_safe
def note(request: Request, place: Place, note_id: uuid.UUID) -> HttpResponseBase:
    """One note with all its voices, and what can be done with it."""
    return _note_page(request, place, note_id)


@policy.place
@read_or_post
def do(request: Request, place: Place, note_id: uuid.UUID, name: str) -> HttpResponseBase:
    """Do one of the things that can be done with a note."""
    if request.method != "POST":
        return _note_page(request, place, note_id)
    kind, act = DO[name]
    options = {}
    if name in ("correct", "look", "explain"):
        options = _options(place, queries.note_in(place, note_id), name)
    return answer_form(
        looked_over(kind(request.POST, **options), place),
        do=acting(act, request, place, note_id=note_id),
        then=lambda _voice_id: reverse("notes:note", args=[place.id, note_id]),
        again=lambda form, status: _note_page(request, place, note_id, form, status),
    )


@policy.place
@require_safe
def print_page(request: Request, place: Place, note_id: uuid.UUID) -> HttpResponseBase:
    """One note for paper, with all its voices."""
    return render(request, "notes/print.html", {"note": queries.note_in(place, note_id)})


@policy.place
@require_safe
def versions(request: Request, place: Place, note_id: uuid.UUID) -> HttpResponseBase:
    """Every version of a note, and what differs between two of them: `?old=1&new=3`."""
    found = queries.versions_of(place, note_id, old=_number(request, "old"), new=_number(request, "new"))
    return render(request, "notes/versions.html", {"found": found})


# --- her own pages -----------------------------------------------------------------------------------


@policy.place
@require_safe
def own(request: Request, place: Place) -> HttpResponseBase:
    """Her own pages, newest first."""
    return render(request, "notes/own.html", {"own": queries.own_pages(place, before=_number(request, "before"))})


def _write_own_page(request: Request, place: Place, form: Form | None = None, status: int = 200) -> HttpResponse:
    may = access.may(place.by, Act.KEEP_OWN, about=place)
    return render(request, "notes/write_own.html", {"form": form or forms.Own(), "may_write": may}, status=status)


@policy.place
@read_or_post
def write_own(request: Request, place: Place) -> HttpResponseBase:
    """Begin a page of her own."""
    if request.method != "POST":
        return _write_own_page(request, place)
    return answer_form(
        forms.Own(request.POST),
        do=acting(actions.keep_own, request, place),
        then=lambda own_id: reverse("notes:own_page", args=[place.id, own_id]),
        again=lambda form, status: _write_own_page(request, place, form, status),
    )


DO_WITH_OWN: dict[str, tuple[type[Form], Callable[..., uuid.UUID]]] = {
    "rewrite": (forms.RewriteOwn, actions.rewrite_own),
    "now": (forms.Now, actions.say_how_i_see_mine_now),
    "readers": (forms.Readers, actions.set_audience),
}


def _own_form(place: Place, found: Shown, name: str, refused: Form | None) -> Form:
    kind = DO_WITH_OWN[name][0]
    if type(refused) is kind:
        if isinstance(refused, forms.Seen):
            refused.drawn_on(found.now.id)
        return refused
    if name == "readers":
        return forms.Readers(people=queries.may_be_named(place))
    return kind(initial={"seen": found.now.id, "headline": found.now.headline, "happened": found.now.happened})


def _own_page(
    request: Request, place: Place, own_id: uuid.UUID, refused: Form | None = None, status: int = 200
) -> HttpResponse:
    found = queries.own_page(place, own_id)
    write = {name: _own_form(place, found, name, refused) for name in DO_WITH_OWN} if place.is_client else {}
    context = {"note": found, "write": write, "refused": refused, "adrift": _not_drawn(refused, write)}
    return render(request, "notes/own_page.html", context, status=status)


@policy.place
@require_safe
def own_page(request: Request, place: Place, own_id: uuid.UUID) -> HttpResponseBase:
    """One of her own pages, for her and whomever she named."""
    return _own_page(request, place, own_id)


@policy.place
@read_or_post
def do_with_own(request: Request, place: Place, own_id: uuid.UUID, name: str) -> HttpResponseBase:
    """Write a page of her own anew, say how she sees it now, or say who may read it."""
    if request.method != "POST":
        return _own_page(request, place, own_id)
    kind, act = DO_WITH_OWN[name]
    options = {"people": queries.may_be_named(place)} if name == "readers" else {}
    return answer_form(
        kind(request.POST, **options),
        do=acting(act, request, place, own_id=own_id),
        then=lambda _row_id: reverse("notes:own_page", args=[place.id, own_id]),
        again=lambda form, status: _own_page(request, place, own_id, form, status),
    )


# --- parts that are not shown ------------------------------------------------------------------------


def _withhold_page(
    request: Request, place: Place, note_id: uuid.UUID, form: Form | None = None, status: int = 200
) -> HttpResponse:
    people = queries.may_be_second(place, not_to=place.by.person_id)
    context = {
        "note": queries.note_in(place, note_id),
        "form": form or forms.Withhold(people=people),
        "may_withhold": access.may(place.by, Act.WITHHOLD, about=place),
        "has_second": bool(people),
    }
    return render(request, "notes/withhold.html", context, status=status)


@policy.place
@read_or_post
def withhold(request: Request, place: Place, note_id: uuid.UUID) -> HttpResponseBase:
    """Write a part of a note that is not shown to her for a while, and ask a second person."""
    if request.method != "POST":
        return _withhold_page(request, place, note_id)
    return answer_form(
        forms.Withhold(request.POST, people=queries.may_be_second(place, not_to=place.by.person_id)),
        do=acting(actions.withhold, request, place, note_id=note_id),
        then=lambda _withheld_id: reverse("notes:note", args=[place.id, note_id]),
        again=lambda form, status: _withhold_page(request, place, note_id, form, status),
    )


def _withheld_page(
    request: Request, place: Place, withheld_id: uuid.UUID, refused: Form | None = None, status: int = 200
) -> HttpResponse:
    found = queries.withheld_part(place, withheld_id)
    write: dict[str, Form] = {}
    if found.part.is_mine_to_answer:
        agrees = isinstance(refused, forms.Agree)
        write["agree"] = refused if agrees and refused else forms.Agree(is_unmarked=found.part.is_unmarked)
    if found.may_answer_challenge:
        answers = isinstance(refused, forms.AnswerChallenge)
        write["answer"] = refused if answers and refused else forms.AnswerChallenge()
    context = {"found": found, "write": write, "adrift": _not_drawn(refused, write)}
    return render(request, "notes/withheld.html", context, status=status)


@policy.place
@require_safe
def withheld(request: Request, place: Place, withheld_id: uuid.UUID) -> HttpResponseBase:
    """One part that is not shown to her, for who is asked about it."""
    return _withheld_page(request, place, withheld_id)


@policy.place
@read_or_post
def agree(request: Request, place: Place, withheld_id: uuid.UUID) -> HttpResponseBase:
    """The second person says whether they agree."""
    if request.method != "POST":
        return _withheld_page(request, place, withheld_id)
    return answer_form(
        forms.Agree(request.POST, is_unmarked=True),
        do=acting(actions.answer_withheld, request, place, withheld_id=withheld_id),
        then=lambda _row_id: _after_withheld(place, withheld_id),
        again=lambda form, status: _withheld_page(request, place, withheld_id, form, status),
    )


def _after_withheld(place: Place, withheld_id: uuid.UUID) -> str:
    return reverse("notes:withheld", args=[place.id, withheld_id])


@policy.place
@read_or_post
def answer_challenge(request: Request, place: Place, withheld_id: uuid.UUID) -> HttpResponseBase:
    """The second person, or a supervisor, answers her challenge."""
    if request.method != "POST":
        return _withheld_page(request, place, withheld_id)
    return answer_form(
        forms.AnswerChallenge(request.POST),
        do=acting(actions.answer_challenge, request, place, withheld_id=withheld_id),
        then=lambda _row_id: _after_withheld(place, withheld_id),
        again=lambda form, status: _withheld_page(request, place, withheld_id, form, status),
    )


# --- for whoever was invited ---------------------------------------------------------------------------


def _observe_page(request: Request, place: Place, form: Form | None = None, status: int = 200) -> HttpResponse:
    context = {
        "form": form or forms.Observe(),
        "may_write": queries.may_observe(place),
        "is_kept": "kept" in request.GET,
    }
    return render(request, "notes/observe.html", context, status=status)


@policy.invited
@read_or_post
def write_observation(request: Request, place: Place) -> HttpResponseBase:
    """Let a partner write down what they observed. They read it back only if notes are shared with them."""
    if request.method != "POST":
        return _observe_page(request, place)
    return answer_form(
        forms.Observe(request.POST),
        do=acting(actions.write_note, request, place),
        then=lambda _note_id: reverse("notes:write_observation", args=[place.id]) + "?kept",
        again=lambda form, status: _observe_page(request, place, form, status),
    )


def _for_you_page(
    request: Request, place: Place, refused: forms.Answer | None = None, status: int = 200
) -> HttpResponse:
    notes = queries.named_to_me(place)
    waiting = [voice.id for note in notes for voice in note.voices if voice.is_mine_to_answer]
    write: dict[str, Any] = {
        "answer": {
            look: refused
            if refused and refused.data.get("look") == str(look)
            else forms.Answer(initial={"look": look}, auto_id=f"answer-{look}-%s")
            for look in waiting
        }
    }
    context = {
        "notes": notes,
        "write": write,
        "adrift": _not_drawn(refused, write),
        "may_observe": queries.may_observe(place),
    }
    return render(request, "notes/for_you.html", context, status=status)


@policy.invited
@require_safe
def for_you(request: Request, place: Place) -> HttpResponseBase:
    """The single notes and own pages that were opened to somebody by name."""
    return _for_you_page(request, place)


@policy.invited
@read_or_post
def answer_for_you(request: Request, place: Place, note_id: uuid.UUID) -> HttpResponseBase:
    """Let somebody who was invited answer what they were asked to look at."""
    if request.method != "POST":
        return _for_you_page(request, place)
    return answer_form(
        forms.Answer(request.POST),
        do=acting(actions.answer_look, request, place, note_id=note_id),
        then=lambda _voice_id: reverse("notes:for_you", args=[place.id]),
        again=lambda form, status: _for_you_page(request, place, form, status),
    )
