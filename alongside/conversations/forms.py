"""The shape of a message, of what is said about one, and of what one becomes."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.attached.forms import WithAttachments
from alongside.conversations.rules import MOST_LETTERS, Becomes, What
from alongside.kit.forms import DayField, Form, LineField, WordsField

WHEN_WE_OPEN, AT_ONCE = "open", "now"


class Press(Form):
    """A form that is only a button."""


class _Write(WithAttachments):
    """A message. A sender that may be late names its stream, and numbers what it sends."""

    text = WordsField(label=_("Your message"), max_length=MOST_LETTERS, rows=3, required=False)
    stream = forms.UUIDField(widget=forms.HiddenInput, required=False)
    sequence = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**53)

    def clean(self) -> dict[str, Any]:
        """A message holds words, or something that was added."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not typed["text"] and not self.uploads():
            self.add_error("text", _("There is nothing in it yet. Write something, and send it again."))
        return typed

    def given(self) -> dict[str, Any]:
        given = super().given()
        given = {name: value for name, value in given.items() if name not in ("photos", "voice")}
        return {**given, "sequence": given["sequence"] or 0, "uploads": self.uploads()}


class Write(_Write):
    """She writes."""

    no_answer = forms.BooleanField(label=_("I need no answer to this"), required=False)
    field_order = ("text", "photos", "voice", "no_answer")

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {"needs_answer": not given.pop("no_answer"), **given}


class WriteAsStaff(_Write):
    """Somebody who works with her writes."""

    when = forms.ChoiceField(
        label=_("Your hours are closed now. When does it go?"),
        choices=[
            (WHEN_WE_OPEN, _("When we open")),
            (AT_ONCE, _("Now: it answers something urgent that I was asked for")),
        ],
        initial=WHEN_WE_OPEN,
        widget=forms.RadioSelect,
        required=False,
    )
    field_order = ("text", "photos", "voice", "when")

    def __init__(self, *args: Any, choose_when: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        if not choose_when:
            del self.fields["when"]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {"at_once": given.pop("when", "") == AT_ONCE, **given}


class Correct(Form):
    """Put a message in other words."""

    text = WordsField(label=_("What it should say"), max_length=MOST_LETTERS, rows=4)


class _AsItStood(Form):
    """About all that stood on the page: up to which message, and as it was when."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    as_of = forms.DateTimeField(widget=forms.HiddenInput)


class Seen(_AsItStood):
    """I have read this."""

    def given(self) -> dict[str, Any]:
        return {**super().given(), "what": What.SEEN}


class Understood(_AsItStood):
    """I have understood this; and what, if one wants."""

    words = LineField(label=_("What did you understand?"), max_length=400, required=False)

    def given(self) -> dict[str, Any]:
        return {**super().given(), "what": What.UNDERSTOOD}


class Promise(Form):
    """I will answer by."""

    day = DayField(label=_("On which day?"))
    hour = forms.TimeField(label=_("Until when?"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    reason = LineField(
        label=_("Why later?"), help_text=_("Only if it is later than you agreed."), max_length=400, required=False
    )

    def __init__(self, *args: Any, zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone = ZoneInfo(zone)

    def given(self) -> dict[str, Any]:
        given = super().given()
        due = datetime.datetime.combine(given.pop("day"), given.pop("hour"), self.zone)
        return {**given, "due": due.astimezone(datetime.UTC)}


class _Make(Form):
    what: Becomes

    def given(self) -> dict[str, Any]:
        return {**super().given(), "what": self.what}


class MakeTopic(_Make):
    """Put it on the list of what is hard to talk about."""

    what = Becomes.TOPIC
    headline = LineField(
        label=_("A plain word for it"),
        help_text=_("A word that says nothing to others. What was written lies under it."),
        max_length=80,
    )


class MakeNote(_Make):
    """Keep it as a note."""

    what = Becomes.NOTE
    headline = LineField(label=_("A headline"), max_length=120)


class MakeDecision(_Make):
    """Make a question of it."""

    what = Becomes.DECISION
    headline = LineField(label=_("What shall we do about…?"), help_text=_("Ask it as a question."), max_length=200)


MAKES: tuple[type[_Make], ...] = (MakeTopic, MakeNote, MakeDecision)
