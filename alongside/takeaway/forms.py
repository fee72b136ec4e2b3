"""The shape of what can be asked in this room. Nobody is asked why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import DayField, Form, LineField, WordsField


class AskCopy(Form):
    """She asks for a copy."""


class TakeCopy(Form):
    """She takes it."""


class AskErasure(Form):
    """She asks that everything is erased."""

    understood = forms.BooleanField(
        label=_("Yes, erase everything in 7 days."),
        error_messages={"required": _("Please tick this when you are sure. Nothing was done.")},
    )


class TakeBack(Form):
    """She keeps everything after all."""


class EraseNow(Form):
    """The days are over: she does not wait for the next round."""


class AskHold(Form):
    """A director asks for a legal hold."""

    reference = LineField(label=_("The reference of the space"), max_length=20, help_text=_("It stands on the card."))
    basis = WordsField(label=_("Which law, or which court’s order"), rows=2, max_length=1000)
    scope = WordsField(label=_("What it is about"), rows=2, max_length=1000)
    ends = DayField(label=_("Until which day, within a year"))


class OnHold(Form):
    """Something is done about a hold."""

    hold = forms.UUIDField(widget=forms.HiddenInput)
