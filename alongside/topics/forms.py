"""The shape of what is offered, kept, named and said in this room. Almost everything can be left out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import Form, LineField, WordsField
from alongside.topics import wording
from alongside.topics.rules import HER_SORTS, Audience, Leads, Move, Sort


def _scale() -> forms.RadioSelect:
    return forms.RadioSelect(attrs={"class": "scale"})


class Press(Form):
    """A form that is only a button."""


# --- strengths and what gets her through -----------------------------------------------------------


class HerOwn(Form):
    """What she writes herself: it stands at once."""

    sort = forms.ChoiceField(
        label=_("What is it?"),
        choices=[(sort.value, wording.SORTS[sort]) for sort in HER_SORTS],
        widget=forms.RadioSelect,
    )
    words = WordsField(label=_("What do you do, or what did you manage?"), rows=3)
    when = LineField(
        label=_("When does it help?"), help_text=_("If it is something that gets you through."), required=False
    )

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "sort": Sort(given["sort"])}


class Offer(Form):
    """What somebody who works with her offers: what they saw, and where."""

    sort = forms.ChoiceField(
        label=_("What do you want to say?"),
        choices=[(sort.value, label) for sort, label in wording.OFFERED.items()],
        widget=forms.RadioSelect,
    )
    words = WordsField(
        label=_("What did you see?"),
        help_text=_("What was done, not what somebody is like. Say it as you would say it face to face: “you”."),
        rows=3,
    )
    where = LineField(label=_("Where, and when?"), required=False)

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "sort": Sort(given["sort"])}


class MyWords(Form):
    """Yes, keep it, but in my words."""

    words = WordsField(label=_("How do you say it?"), rows=3)


class Tried(Form):
    """How big it felt before and after. All of it can be left out, but not all at once."""

    before = forms.TypedChoiceField(
        label=_("How big did it feel before? 0 is nothing, 10 is as big as it can be"),
        choices=wording.BIG,
        coerce=int,
        empty_value=None,
        widget=_scale(),
        required=False,
    )
    after = forms.TypedChoiceField(
        label=_("And after?"),
        choices=wording.BIG,
        coerce=int,
        empty_value=None,
        widget=_scale(),
        required=False,
    )
    note = LineField(label=_("What else?"), max_length=400, required=False)


# --- what is hard to talk about --------------------------------------------------------------------


class _Audience(Form):
    audience = forms.ChoiceField(
        label=_("Who can read what lies under the word?"),
        choices=[(audience.value, label) for audience, label in wording.AUDIENCES.items()],
        initial=Audience.WORKER.value,
        widget=forms.RadioSelect,
        required=False,
    )

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "audience": Audience(given["audience"] or Audience.WORKER.value)}


class Name(_Audience):
    """She puts something on the list."""

    headline = LineField(
        label=_("A word for it"),
        help_text=_("Any word you like, that says nothing to others: “the thing in May”, “blue”."),
        max_length=80,
    )
    more = WordsField(label=_("A bit more"), rows=2, required=False)
    details = WordsField(label=_("All of it"), rows=3, required=False)
    field_order = ("headline", "more", "details", "audience")


class NameForThem(Form):
    """Somebody who works with her puts something on the list."""

    headline = LineField(
        label=_("A plain word for it"),
        help_text=_("A word that says nothing to others. What it is really about, say when you talk, or below."),
        max_length=80,
    )
    more = WordsField(
        label=_("A bit more"), help_text=_("Write it as you would say it: “you”."), rows=3, required=False
    )

    def given(self) -> dict[str, Any]:
        return {**super().given(), "audience": Audience.ALL}


class More(_Audience):
    """A bit more, or all of it; or in other words than before."""

    more = WordsField(label=_("A bit more"), rows=2, required=False)
    details = WordsField(label=_("All of it"), rows=4, required=False)
    field_order = ("more", "details", "audience")


class Pace(Form):
    """How she wants to talk about it. Any of these can be left out."""

    stop_sign = LineField(
        label=_("What stops it at once?"),
        help_text=_("A word or a sign. When you give it, we stop. You need not say why."),
        required=False,
    )
    companion = forms.ChoiceField(label=_("Who shall be there too?"), required=False)
    somebody_else = LineField(label=_("Or somebody else?"), required=False)
    how_much = LineField(label=_("How much at once?"), required=False)
    how_long = LineField(label=_("How long?"), required=False)
    where = LineField(label=_("Where?"), help_text=_("A place, a walk, the telephone."), required=False)
    leads = forms.ChoiceField(
        label=_("Who leads?"),
        choices=[(leads.value, label) for leads, label in wording.LEADS.items()],
        widget=forms.RadioSelect,
        required=False,
    )
    helps_now = forms.MultipleChoiceField(
        label=_("What shall stand beside it while we talk?"),
        help_text=_("From what gets you through. Those who work with you see it here."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    helps_after = WordsField(label=_("What helps you afterwards?"), rows=2, required=False)

    def __init__(
        self,
        *args: Any,
        companions: Sequence[tuple[str, str]],
        comforts: Sequence[tuple[str, str]] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        helps: Any = self.fields["helps_now"]
        helps.choices = list(comforts)
        if not comforts:
            del self.fields["helps_now"]
        field: Any = self.fields["companion"]
        field.choices = [("", _("Nobody from here")), *companions]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {
            **given,
            "leads": Leads(given["leads"]) if given["leads"] else None,
            "companion": uuid.UUID(given["companion"]) if given["companion"] else None,
            "helps_now": [uuid.UUID(one) for one in given.get("helps_now", [])],
        }


class MoveTo(Form):
    """A button: ready, or not yet."""

    to = forms.ChoiceField(
        choices=[(move.value, move.value) for move in (Move.READY, Move.NOT_YET)], widget=forms.HiddenInput
    )

    def given(self) -> dict[str, Any]:
        return {"to": Move(super().given()["to"])}


class Propose(Form):
    """Is this a good time?"""

    words = WordsField(label=_("What do you want to say with it?"), rows=2, required=False)


class LookBack(Form):
    """Whether it was good to talk; sent without an answer it means: skip."""

    glad = forms.TypedChoiceField(
        label=_("Was it good to talk?"),
        choices=[(str(number), label) for number, label in wording.GLADNESS.items()],
        coerce=int,
        empty_value=None,
        widget=_scale(),
        required=False,
    )
    words = WordsField(label=_("What else do you want to say?"), rows=2, required=False)
