"""The shape of a contact rule."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.days import WEEKDAYS
from alongside.kit.forms import Form, LineField, WordsField
from alongside.reach.channels import is_set_up
from alongside.reach.rules import Channel, Sentence
from alongside.reach.wording import SENTENCES, WAYS


class HowToReach(Form):
    """How and when to reach me. Only the first question needs an answer."""

    channel = forms.ChoiceField(
        label=_("How may we reach you?"),
        choices=[(channel.value, name) for channel, name in WAYS.items() if channel is not Channel.PUSH],
        widget=forms.RadioSelect,
        initial=Channel.HERE.value,
    )
    number = LineField(label=_("Phone number or address, if you want to give one"), required=False)
    from_hour = forms.TimeField(
        label=_("Not before"), initial="09:00", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    to_hour = forms.TimeField(
        label=_("Not after"), initial="20:00", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    voicemail = forms.BooleanField(label=_("You may leave a voicemail"), required=False)
    code_word = LineField(
        label=_("A word that tells you it is really us"),
        help_text=_("We say it first when we call. Leave it empty if you need none."),
        required=False,
        max_length=40,
    )
    never = LineField(
        label=_("What must never happen?"),
        help_text=_("For example: never ring after 6, never speak to anybody else who picks up."),
        required=False,
        max_length=400,
    )
    even_so = forms.BooleanField(
        label=_("Text messages and e-mails from the computer are fine even so"),
        help_text=_(
            "A computer cannot read what must never happen. If something stands there and this is not ticked, "
            "the computer sends nothing."
        ),
        required=False,
    )

    def given(self) -> dict[str, Any]:
        """The rule as the action takes it: hours that were left empty are from nine to eight in the evening."""
        given = super().given()
        given["channel"] = Channel(given["channel"])
        given["from_hour"] = given["from_hour"] or datetime.time(9)
        given["to_hour"] = given["to_hour"] or datetime.time(20)
        return given


class HowToReachInFull(HowToReach):
    """The same, with what can wait until she has come in: days, and the words that go out."""

    field_order = ("channel", "number", "from_hour", "to_hour", "days", "sentence", "own_sentence")

    days = forms.TypedMultipleChoiceField(
        label=_("Only on these days"),
        help_text=_("Leave them all empty if every day is fine."),
        choices=[(day + 1, name) for day, name in WEEKDAYS.items()],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    sentence = forms.ChoiceField(
        label=_("What shall stand in a text message or e-mail?"),
        help_text=_("It never says who you are, who we are, or what it is about."),
        choices=[
            *((sentence.value, words) for sentence, words in SENTENCES.items()),
            (Sentence.OWN.value, _("My own words")),
        ],
        initial=Sentence.NEWS.value,
        required=False,
    )
    own_sentence = LineField(
        label=_("My own words for it"),
        help_text=_("They go out as they are. Write nothing that others may not read."),
        required=False,
        max_length=120,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_set_up(Channel.PUSH):
            self.fields["channel"].choices = [(way.value, name) for way, name in WAYS.items()]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """The rule as the action takes it."""
        given = super().given()
        given["sentence"] = Sentence(given["sentence"] or Sentence.NEWS)
        return given


class Press(Form):
    """A button that says all there is to say."""


class WakeHere(Form):
    """Being woken on this phone; the script fills in where."""

    endpoint = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)


class CannotWait(Form):
    """Asking to write outside her hours."""

    reason = WordsField(label=_("Why can it not wait?"), rows=2, max_length=1000)
