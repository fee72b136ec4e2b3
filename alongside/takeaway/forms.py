"""The shape of what can be asked in this room. Nobody is asked why."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import DayField, Form, LineField, WordsField
from alongside.takeaway import rules


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


@dataclass(frozen=True)
class File:
    """A file that was sent, and what makes it another one."""

    content: bytes

    def as_key(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class BringIn(Form):
    """A copy from another house, and who will work with her."""

    file = forms.FileField(
        label=_("The copy"),
        help_text=_("The file as it was taken, up to 8 MB. It is never put on our disk as it is."),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        allow_empty_file=True,
    )
    worker = forms.ChoiceField(label=_("Who will work with this person here?"))

    def __init__(self, *args: Any, workers: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["worker"].choices = [("", _("Please choose")), *workers]  # type: ignore[attr-defined]

    def clean_file(self) -> File:
        sent = self.cleaned_data["file"]
        if sent.size > rules.MOST_BYTES_BY_PAGE:
            raise forms.ValidationError(
                _(
                    "This file has more than 8 MB. Nothing was brought in. "
                    "Whoever looks after the server can bring it in there."
                ),
                code="too_large",
            )
        return File(sent.read())

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {"file": given["file"].content, "worker_id": uuid.UUID(given["worker"])}


class AskHold(Form):
    """A director asks for a legal hold."""

    reference = LineField(label=_("The reference of the space"), max_length=20, help_text=_("It stands on the card."))
    basis = WordsField(label=_("Which law, or which court’s order"), rows=2, max_length=1000)
    scope = WordsField(label=_("What it is about"), rows=2, max_length=1000)
    ends = DayField(label=_("Until which day, within a year"))


class OnHold(Form):
    """Something is done about a hold."""

    hold = forms.UUIDField(widget=forms.HiddenInput)
