"""The pages "What I need and hope for", "What I heard", "The picture so far", and the whole record."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
from alongside.plain.second_look import looked_over
from alongside.record import actions, forms, queries
from alongside.record.forms import Seen
from alongside.record.queries import Line, Standing
from alongside.record.rules import Event, Slot, What, can_follow


def _form(kind: type[Seen], seen: uuid.UUID | None, refused: Form | None = None, **initial: str) -> Seen:
    """A form drawn on the entry that stands now; the refused one, with all that was typed, where it is of this kind."""
    if type(refused) is kind:
        refused.drawn_on(seen)
        return refused
    return kind(initial={"seen": seen, **initial})


def _answer(
    request: Request,
    place: Place,
    draw: Callable[..., HttpResponse],
    page: str,
    kind: Callable[..., Form],
    act: Callable[..., Any],
) -> HttpResponseBase:
    """Do what a posted form asks for and go to the page; draw the page again with a refused form."""
    if request.method != "POST":
        return draw(request, place)
    return answer_form(
        looked_over(kind(request.POST, request.FILES), place),
        do=acting(act, request, place),
        then=lambda entry: reverse(page, args=[place.id]),
        again=lambda form, status: draw(request, place, form, status),
    )


# --- the whole record ------------------------------------------------------------------------------


@policy.place
@require_safe
def page(request: Request, place: Place) -> HttpResponseBase:
    """Show the record, newest first; `?before=` goes on from an entry's number."""
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    record = queries.record_in(place, before=before)
    return render(request, "record/page.html", {"record": record})


# --- her words -------------------------------------------------------------------------------------


SAY: dict[What, type[Seen]] = {What.NEED: forms.Need, What.HOPE: forms.Hope}
TAKE_BACK: dict[What, type[Seen]] = {What.NEED: forms.NeedBack, What.HOPE: forms.HopeBack}


def _words_page(request: Request, place: Place, refused: Form | None = None, status: int = 200) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept."""
    found = queries.words_in(place)
    say, back = {}, {}
    for what, line in ((What.NEED, found.pinned.need), (What.HOPE, found.pinned.hope)):
        stands = found.standing.id_in(Slot(what.value))
        say[what.value] = _form(SAY[what], stands, refused, words=line.words if line else "")
        back[what.value] = _form(TAKE_BACK[what], stands)
    may_say = access.may(place.by, Act.SAY_WORDS, about=place)
    context = {
        "words": found,
        "standing": found.standing,
        "say": say,
        "back": back,
        "you_start": forms.YouStart(),
        "wait_for_me": forms.WaitForMe(),
        "refused": refused,
        "adrift": refused if not (may_say and refused in say.values()) else None,
        "may_say": may_say,
        "may_waive": access.may(place.by, Act.WAIVE_WORDS, about=place),
    }
    return render(request, "record/words.html", context, status=status)


@policy.place
@require_safe
def words(request: Request, place: Place) -> HttpResponseBase:
    """Show what she needs and hopes for, and what she said earlier; let her, and only her, say it."""
    return _words_page(request, place)


@policy.place
@read_or_post
def say(request: Request, place: Place, what: What) -> HttpResponseBase:
    """Keep her need or her hope."""
    return _answer(request, place, _words_page, "record:words", SAY[what], partial(actions.say_words, what=what))


@policy.place
@read_or_post
def take_back(request: Request, place: Place, what: What) -> HttpResponseBase:
    """Take her need or her hope back."""
    return _answer(
        request, place, _words_page, "record:words", TAKE_BACK[what], partial(actions.take_back_words, what=what)
    )


@policy.place
@read_or_post
def you_start(request: Request, place: Place) -> HttpResponseBase:
    """Keep her “you start”."""
    return _answer(request, place, _words_page, "record:words", forms.YouStart, actions.waive_words)


@policy.place
@read_or_post
def wait_for_me(request: Request, place: Place) -> HttpResponseBase:
    """Take her “you start” back."""
    return _answer(request, place, _words_page, "record:words", forms.WaitForMe, actions.take_back_waiver)


# --- listening back --------------------------------------------------------------------------------

ACTS = {
    Event.SEND: Act.SEND_LISTENING,
    Event.CORRECT: Act.CORRECT_LISTENING,
    Event.YES: Act.ANSWER_LISTENING,
    Event.NOT_QUITE: Act.ANSWER_LISTENING,
    Event.SKIP: Act.SKIP_LISTENING,
}


def _listening_page(request: Request, place: Place, refused: Form | None = None, status: int = 200) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept."""
    found = queries.listening_in(place)
    stands = found.standing.id_in(Slot.LISTENING)
    can = {
        event.value: can_follow(found.standing.state, event) and access.may(place.by, act, about=place)
        for event, act in ACTS.items()
    }
    write = {
        Event.SEND.value: looked_over(_form(forms.Send, stands, refused), place),
        Event.CORRECT.value: looked_over(
            _form(forms.Correct, stands, refused, words=found.heard.words if found.heard else ""), place
        ),
        Event.NOT_QUITE.value: _form(forms.NotQuite, stands, refused),
    }
    context = {
        "listening": found,
        "state": found.standing.state.value,
        "on": stands,
        "can": can,
        "write": write,
        "yes": _form(forms.Yes, stands),
        "skip": _form(forms.Skip, stands),
        "refused": refused,
        "adrift": refused if not any(can[event] and refused is form for event, form in write.items()) else None,
    }
    return render(request, "record/listening.html", context, status=status)


@policy.place
@require_safe
def listening(request: Request, place: Place) -> HttpResponseBase:
    """Show what was heard and what she answered to it, every version."""
    return _listening_page(request, place)


@policy.place
@read_or_post
def send(request: Request, place: Place) -> HttpResponseBase:
    """Staff say back what they heard."""
    return _answer(request, place, _listening_page, "record:listening", forms.Send, actions.send_listening)


@policy.place
@read_or_post
def correct(request: Request, place: Place) -> HttpResponseBase:
    """Staff write again what they heard, after “not quite”."""
    return _answer(request, place, _listening_page, "record:listening", forms.Correct, actions.correct_listening)


@policy.place
@read_or_post
def not_quite(request: Request, place: Place) -> HttpResponseBase:
    """She says “not quite”, and what she meant."""
    return _answer(request, place, _listening_page, "record:listening", forms.NotQuite, actions.answer_not_quite)


@policy.place
@read_or_post
def yes(request: Request, place: Place) -> HttpResponseBase:
    """She says “yes, that is what I meant”."""
    return _answer(request, place, _listening_page, "record:listening", forms.Yes, actions.answer_yes)


@policy.place
@read_or_post
def skip(request: Request, place: Place) -> HttpResponseBase:
    """She goes on without it."""
    return _answer(request, place, _listening_page, "record:listening", forms.Skip, actions.skip_listening)


# --- the picture so far ----------------------------------------------------------------------------


COLUMN_FORMS: dict[What, type[forms.OnLine]] = {
    What.WORRY: forms.Worry,
    What.HELPS: forms.Helps,
    What.WANT: forms.Want,
}


@dataclass(frozen=True)
class LineDrawn:
    """A line of the picture with the forms that its reader may use on it."""

    line: Line
    change: Form | None = None
    back: Form | None = None
    differ: Form | None = None
    take_back_answer: Form | None = None


@dataclass(frozen=True)
class ColumnDrawn:
    """A column with its lines and the form to put another one there."""

    what: What
    heading: str
    hers: list[LineDrawn]
    theirs: list[LineDrawn]
    add: Form | None


def _on_line(kind: type[forms.OnLine], line: Line, seen: uuid.UUID | None, refused: Form | None, **more: Any) -> Form:
    """The form of one line, named after it; the refused one where it is about this line."""
    if type(refused) is kind and refused.data.get("line") == str(line.begun_by):
        refused.drawn_on(seen)
        refused.auto_id = f"{kind.__name__.lower()}-{line.number}-%s"
        return refused
    initial = {"line": line.begun_by, "seen": seen, **more.pop("initial", {})}
    return kind(initial=initial, auto_id=f"{kind.__name__.lower()}-{line.number}-%s", **more)


def _line_drawn(place: Place, line: Line, standing: Standing, refused: Form | None) -> LineDrawn:
    what, written = What(line.what), {"words": line.words, "sort": line.sort}
    if line.side == "me" and what in COLUMN_FORMS and access.may(place.by, Act.ADD_TO_PICTURE, about=place):
        return LineDrawn(
            line,
            change=_on_line(
                COLUMN_FORMS[what], line, line.version, refused, initial=written, **_written_to(place, what)
            ),
            back=_on_line(forms.LineBack, line, line.version, None),
        )
    if line.side == "me" or not access.may(place.by, Act.DIFFER_ON_PICTURE, about=place):
        return LineDrawn(line)
    answer = line.beside[0] if line.beside else None
    about = answer or line
    stands = standing.beside(about.begun_by) if about.begun_by else None
    seen = stands.id if stands else None
    return LineDrawn(
        line,
        differ=_on_line(forms.Differently, about, seen, refused, initial={"words": answer.words if answer else ""}),
        take_back_answer=_on_line(forms.LineBack, about, seen, None) if answer else None,
    )


def _written_to(place: Place, what: What) -> dict[str, str]:
    """A worry of those who work with her is written to her."""
    return {"to": place.client_name} if what is What.WORRY and not place.is_client else {}


def _picture_page(
    request: Request, place: Place, refused: Form | None = None, status: int = 200, *, preview: bool = False
) -> HttpResponse:
    """`refused` is the one of the page's forms that could not be kept; in a preview, the one to look at first."""
    found = queries.picture_in(place)
    standing, is_open = found.standing, found.standing.picture_is_open
    stands = standing.id_in(Slot.PICTURE)
    written = found.written
    may_write = access.may(place.by, Act.WRITE_PICTURE, about=place)
    may_add = access.may(place.by, Act.ADD_TO_PICTURE, about=place) and (is_open or place.is_client)
    offered = (forms.Picture if is_open else forms.Urgent) if may_write else None
    if isinstance(refused, forms.Picture) and type(refused) is not offered:
        # What was typed goes on in the form that is offered now.
        written = {part: refused.data.get(part, "") for part in written}
    form = _form(offered, stands, refused, **written) if offered else None

    def drawn(lines: list[Line]) -> list[LineDrawn]:
        return [_line_drawn(place, line, standing, refused) for line in lines]

    def new(what: What) -> Form | None:
        kind = COLUMN_FORMS[what]
        if type(refused) is kind and not refused.data.get("line"):
            return refused
        return kind(**_written_to(place, what)) if may_add else None

    columns = [
        ColumnDrawn(column.what, column.heading, drawn(column.hers), drawn(column.theirs), new(column.what))
        for column in found.columns
    ]
    pictures = drawn(found.standing_lines)
    where = refused if isinstance(refused, forms.Where) else forms.Where() if may_add else None
    on_lines = [one for column in columns for one in [*column.hers, *column.theirs]] + pictures
    shown = [form, where, *(column.add for column in columns)]
    shown += [each for one in on_lines for each in (one.change, one.differ)]
    for each in filter(None, shown):
        looked_over(each, place)
    context = {
        "picture": found,
        "columns": columns,
        "pictures": pictures,
        "where": where,
        "is_open": is_open,
        "on": stands,
        "form": form,
        "refused": refused,
        "preview": refused.data.get("words", "") if preview and refused is not None else "",
        "adrift": refused if refused is not None and not any(refused is each for each in shown) else None,
        "may_write": may_write,
        "may_add": may_add,
    }
    return render(request, "record/picture.html", context, status=status)


@policy.place
@read_or_post
def picture(request: Request, place: Place) -> HttpResponseBase:
    """Show the picture so far and its earlier versions; let staff write it after her words."""
    return _answer(request, place, _picture_page, "record:picture", forms.Picture, actions.write_picture)


@policy.place
@read_or_post
def urgent(request: Request, place: Place) -> HttpResponseBase:
    """Let staff write before her words, with a reason that she sees at once."""
    return _answer(request, place, _picture_page, "record:picture", forms.Urgent, actions.take_urgent_path)


@policy.place
@read_or_post
def add(request: Request, place: Place, what: What) -> HttpResponseBase:
    """Put a line into a column, or a new version of one's own; staff can look first at how a worry reads to her."""
    form = COLUMN_FORMS[what](request.POST, **_written_to(place, what))
    if request.method == "POST" and "look" in request.POST and form.is_valid():
        return _picture_page(request, place, form, preview=True)
    return _answer(
        request,
        place,
        _picture_page,
        "record:picture",
        partial(COLUMN_FORMS[what], **_written_to(place, what)),
        partial(actions.add_to_picture, what=what),
    )


@policy.place
@read_or_post
def where(request: Request, place: Place) -> HttpResponseBase:
    """Each says where it stands for them."""
    return _answer(request, place, _picture_page, "record:picture", forms.Where, actions.say_where_it_stands)


@policy.place
@read_or_post
def differently(request: Request, place: Place) -> HttpResponseBase:
    """She says how she sees a line that somebody else wrote."""
    return _answer(request, place, _picture_page, "record:picture", forms.Differently, actions.see_it_differently)


@policy.place
@read_or_post
def line_back(request: Request, place: Place) -> HttpResponseBase:
    """Take one's own line back."""
    return _answer(request, place, _picture_page, "record:picture", forms.LineBack, actions.take_back_line)
