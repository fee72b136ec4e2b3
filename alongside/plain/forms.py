"""The shape of what is said about words, and of what is explained and said back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import Form, LineField, WordsField
from alongside.plain.queries import AREAS
from alongside.plain.rules import Area, Feeling

# No field of staff takes more.
MOST_LOOKED_AT = 30_000


class Like(Form):
    """A word that she likes."""

    word = LineField(label=_("A word I like, or what I call something"), max_length=80)

    def given(self) -> dict[str, Any]:
        return {**super().given(), "feeling": Feeling.LIKE}


class Dislike(Form):
    """A word that she does not want, and what she says instead."""

    word = LineField(label=_("A word I do not want to read about me"), max_length=80)
    instead = LineField(label=_("What I say instead"), max_length=80, required=False)

    def given(self) -> dict[str, Any]:
        return {**super().given(), "feeling": Feeling.DISLIKE}


class Typing(Form):
    """What staff have typed so far, in whichever form."""

    text = WordsField(max_length=MOST_LOOKED_AT, widget=forms.HiddenInput)


class Explain(Form):
    """What staff explained."""

    area = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[(area.value, words) for area, words in AREAS.items()],
        widget=forms.RadioSelect,
    )
    explained = WordsField(
        label=_("What did you explain?"), help_text=_("Short sentences, the most important thing first."), rows=4
    )

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "area": Area(given["area"])}


class SayIt(Form):
    """How she says it."""

    words = WordsField(label=_("In my own words"), rows=3)


class LeaveOut(Form):
    """A button: I leave this out."""

    def given(self) -> dict[str, Any]:
        return {"words": ""}


class ThatIsIt(Form):
    """A button: yes, that is it."""


class SayAgain(Form):
    """A better explanation."""

    anew = WordsField(label=_("How do you say it now?"), rows=4)
