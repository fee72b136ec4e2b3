"""The shape of what can be asked on “Who has looked”."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import Form, LineField, WordsField


class AskWhy(Form):
    """A button: ask why, about one visit."""

    first = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    last = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)


class TakeBackWhy(Form):
    """A button: take the question back."""


class AnswerWhy(Form):
    """Why somebody looked, in a sentence."""

    answer = WordsField(label=_("Why was that looked at?"), max_length=1000, rows=3)


class WrittenDown(Form):
    """A code that she wrote down earlier."""

    code = LineField(label=_("The code that you wrote down"), max_length=60)
