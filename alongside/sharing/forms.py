"""The shape of what is typed about sharing. Nothing is ever ticked beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.consent.rules import Shared
from alongside.kit.forms import DayField, Form, LineField, WordsField
from alongside.people.rules import Role
from alongside.sharing.wording import PURPOSES, ROLES, THINGS

SOMEBODY_NEW = "new"
_THINGS = [(shared.value, name) for shared, name in THINGS.items()]


class Press(Form):
    """A button: nothing is typed, but it may be pressed twice."""


class Invite(Form):
    """A first name, and what they are to her."""

    called = LineField(label=_("What are they called?"), help_text=_("A first name is enough."), max_length=60)
    role = forms.ChoiceField(label=_("Who is it?"), choices=ROLES, widget=forms.RadioSelect)

    def given(self) -> dict[str, Any]:
        return {"called": self.cleaned_data["called"], "role": Role(self.cleaned_data["role"])}


class Give(Form):
    """With whom, what, why, and until when."""

    person = forms.ChoiceField(label=_("Who may see it?"), widget=forms.RadioSelect)
    things = forms.MultipleChoiceField(
        label=_("What may they see?"),
        help_text=_("Each is for itself: you can take back one and leave the others."),
        choices=_THINGS,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.ChoiceField(label=_("Why?"), choices=PURPOSES, widget=forms.RadioSelect, required=False)
    own_words = LineField(label=_("Or in your own words"), required=False)
    until = DayField(label=_("Until and with this day"), help_text=_("One year at most. You can end it before."))

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].choices = list(people)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("reason") and not cleaned.get("own_words"):
            self.add_error("reason", _("Please say why: pick one, or use your own words."))
        return cleaned

    @property
    def purpose(self) -> str:
        """Her own words, or else the sentence that she picked."""
        return self.cleaned_data["own_words"] or str(dict(PURPOSES)[self.cleaned_data["reason"]])


class Confirm(Form):
    """The button under the preview: all was said before, and she has seen what they will see."""

    person = forms.UUIDField(widget=forms.HiddenInput)
    things = forms.MultipleChoiceField(choices=_THINGS, widget=forms.MultipleHiddenInput)
    purpose = LineField(widget=forms.HiddenInput)
    until = DayField(widget=forms.HiddenInput)
    ask = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def given(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "person_id": cleaned["person"],
            "things": [Shared(thing) for thing in cleaned["things"]],
            "purpose": cleaned["purpose"],
            "until": cleaned["until"],
            "ask_id": cleaned["ask"],
        }


class AskFor(Form):
    """What staff ask her to share: with whom, what, why, and until when."""

    person = forms.ChoiceField(label=_("Who should see it?"), widget=forms.RadioSelect)
    called = LineField(label=_("If it is somebody new: what are they called?"), max_length=60, required=False)
    thing = forms.ChoiceField(label=_("What should they see?"), choices=_THINGS)
    why = WordsField(label=_("Why? What would be better by it?"), rows=3)
    until = DayField(label=_("Until and with this day"))

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].choices = [*people, (SOMEBODY_NEW, _("Somebody new"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("person") == SOMEBODY_NEW and not cleaned.get("called"):
            self.add_error("called", _("Please say what they are called."))
        return cleaned

    def given(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        is_new = cleaned["person"] == SOMEBODY_NEW
        return {
            "person_id": None if is_new else forms.UUIDField().to_python(cleaned["person"]),
            "called": cleaned["called"] if is_new else "",
            "shared": Shared(cleaned["thing"]),
            "why": cleaned["why"],
            "until": cleaned["until"],
        }


class Promise(Form):
    """What somebody invited promises before they see anything, and what they must report by law."""

    promised = forms.BooleanField(label=_("I won’t pass this on."))
    must_report = WordsField(
        label=_("Must you report some things by law? Say which."),
        help_text=_("The person who shares this with you reads it. If you must report nothing, leave it empty."),
        rows=2,
        max_length=600,
        required=False,
    )

    def given(self) -> dict[str, Any]:
        return {"must_report": self.cleaned_data["must_report"]}


class PassedOn(Form):
    """What was passed on, in her words."""

    words = WordsField(label=_("What happened? What do you want to happen now?"), rows=5)


class AnswerReport(Form):
    """What was done about it."""

    report = forms.UUIDField(widget=forms.HiddenInput)
    words = WordsField(label=_("What did you find, and what was done?"), rows=5)

    def given(self) -> dict[str, Any]:
        return {"breach_id": self.cleaned_data["report"], "words": self.cleaned_data["words"]}
