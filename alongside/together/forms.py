"""The shape of a new paper, of its whole text, and of what a page that writes live sends."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import Form, LineField, WordsField
from alongside.together.rules import LARGEST_EDIT, LARGEST_PAPER, LONGEST_TEXT, Sort
from alongside.together.wording import SORTS


class BytesField(forms.CharField):
    """Bytes in base64, which no person types."""

    def __init__(self, *, largest: int, **options: Any) -> None:
        super().__init__(
            required=False, strip=False, max_length=largest * 4 // 3 + 4, widget=forms.HiddenInput, **options
        )

    def to_python(self, value: Any) -> Any:
        return super().to_python(value) or ""

    def clean(self, value: Any) -> Any:
        try:
            return base64.b64decode(super().clean(value), validate=True)
        except (binascii.Error, ValueError) as error:
            raise forms.ValidationError("not base64", code="not_base64") from error


class PaperField(WordsField):
    """The text of a paper. One that is empty is a text as well."""

    def validate(self, value: str) -> None:
        if value:
            super().validate(value)


class Press(Form):
    """A form that is only a button."""


class Start(Form):
    """A new paper."""

    sort = forms.ChoiceField(
        label=_("What is it?"),
        choices=[(sort.value, label) for sort, label in SORTS.items()],
        widget=forms.RadioSelect,
    )
    title = LineField(label=_("What is it called?"), help_text=_("A few words are enough."))

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "sort": Sort(given["sort"])}


class Whole(Form):
    """The whole text of a paper, and the moment from which somebody began to write."""

    text = PaperField(
        label=_("The text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto", "maxlength": LONGEST_TEXT}),
    )
    drawn_from = forms.CharField(required=False, widget=forms.HiddenInput, max_length=LARGEST_PAPER)

    def clean_drawn_from(self) -> str:
        try:
            base64.b64decode(self.cleaned_data["drawn_from"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise forms.ValidationError(
                _("This page is too old. Please copy what you typed, and open it again."), code="too_old"
            ) from error
        return str(self.cleaned_data["drawn_from"])

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "drawn_from": base64.b64decode(given["drawn_from"])}


class Live(forms.Form):
    """What a page that writes live sends: an edit or none, the number it has seen, and what it has."""

    edit = BytesField(largest=LARGEST_EDIT)
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    has = BytesField(largest=LARGEST_EDIT)
