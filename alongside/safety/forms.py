"""The shape of what is written when it gets hard. Nothing has to be filled in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import Form, LineField, WordsField
from alongside.safety.rules import Audience, Looked, Part
from alongside.safety.wording import AUDIENCES, LOOKED, PARTS


class Press(Form):
    """A form that is only a button."""


def _words(part: Part, help_text: Any = "") -> WordsField:
    return WordsField(label=PARTS[part], help_text=help_text, required=False, max_length=1500, rows=3)


class WritePlan(Form):
    """Her plan, part by part."""

    signs = _words(Part.SIGNS, _("In your body, in your head, or in what you do."))
    alone = _words(Part.ALONE, _("One thing on a line. Small things count."))
    company = _words(Part.COMPANY)
    who = LineField(label=PARTS[Part.WHO], help_text=_("One person. Ask them before."), required=False, max_length=120)
    number = LineField(label=PARTS[Part.NUMBER], required=False, max_length=60)
    safer = _words(Part.SAFER, _("What you put away, where you go, whom you let in."))
    harder = _words(Part.HARDER, _("Being safer can cost something too. Think of it before."))
    keeps = _words(Part.KEEPS)

    def given(self) -> dict[str, Any]:
        return {"said": super().given()}


def _audience(label: Any, initial: Audience = Audience.ME) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[(audience.value, AUDIENCES[audience]) for audience in Audience],
        initial=initial.value,
        widget=forms.RadioSelect,
    )


class OpenPlan(Form):
    """Who may read her plan."""

    audience = _audience(_("Who may read this?"))

    def given(self) -> dict[str, Any]:
        return {"audience": Audience(self.cleaned_data["audience"])}


class LookBack(Form):
    """What helped, what hurt, what she would change."""

    helped = WordsField(label=LOOKED[Looked.HELPED], required=False, max_length=1500, rows=3)
    hurt = WordsField(label=LOOKED[Looked.HURT], required=False, max_length=1500, rows=3)
    change = WordsField(label=LOOKED[Looked.CHANGE], required=False, max_length=1500, rows=3)
    audience = _audience(_("Who may read this?"))

    def given(self) -> dict[str, Any]:
        said = super().given()
        return {"audience": Audience(said.pop("audience")), "said": said}


class NameLine(Form):
    """A line of help, for everybody to read."""

    name = LineField(label=_("What it is called"), max_length=120)
    number = LineField(label=_("Number"), help_text=_("As one dials it."), required=False, max_length=60)
    hours = LineField(label=_("When somebody answers"), required=False, max_length=120)
    languages = LineField(label=_("In which languages"), required=False, max_length=120)
    cost = LineField(label=_("What it costs"), required=False, max_length=120)
