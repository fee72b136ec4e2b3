"""The shape of a search. It is posted, so that no word of it stands in an address, and kept nowhere."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import Form, LineField

MOST = 100_000


class SearchFor(Form):
    """What to look for, and after how many hits to go on."""

    words = LineField(label=_("What are you looking for?"), max_length=100)
    after = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=MOST)

    def clean_after(self) -> int:
        return self.cleaned_data["after"] or 0
