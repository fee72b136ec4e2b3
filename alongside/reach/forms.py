"""The shape of a contact rule."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import Form, LineField
from alongside.reach.rules import Channel


class HowToReach(Form):
    """How and when to reach me. Only the first question needs an answer."""

    channel = forms.ChoiceField(
        label=_("How may we reach you?"),
        choices=[
            (Channel.HERE.value, _("Only here, inside this space")),
            (Channel.TEXT.value, _("By text message, without any content")),
            (Channel.CALL.value, _("By phone call")),
            (Channel.LETTER.value, _("By letter")),
        ],
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

    def given(self) -> dict[str, Any]:
        """The rule as the action takes it: hours that were left empty are from nine to eight in the evening."""
        given = super().given()
        given["channel"] = Channel(given["channel"])
        given["from_hour"] = given["from_hour"] or datetime.time(9)
        given["to_hour"] = given["to_hour"] or datetime.time(20)
        return given
