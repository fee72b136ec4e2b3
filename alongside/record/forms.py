"""The shape of what can be written in this room."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import Form, WordsField
from alongside.record.queries import URGENT_REASONS
from alongside.record.rules import UrgentReason


class Seen(Form):
    """A form that says which entry stood on the page when it was drawn, so that a stale tab changes nothing."""

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def drawn_on(self, entry_id: uuid.UUID | None) -> None:
        """Draw the form anew on what stands now, with everything that was typed."""
        self.data = {**dict(self.data.items()), "seen": "" if entry_id is None else str(entry_id)}


class Need(Seen):
    """What she needs, in her own words."""

    words = WordsField(label=_("What do you need?"))


class Hope(Seen):
    """What she hopes for, in her own words."""

    words = WordsField(label=_("What do you hope for?"))


class NeedBack(Seen):
    """A button: take my need back."""


class HopeBack(Seen):
    """A button: take my hope back."""


class YouStart(Form):
    """A button: you start."""


class WaitForMe(Form):
    """A button: wait for my words after all."""


class Send(Seen):
    """What staff heard."""

    words = WordsField(label=_("What did you hear?"), rows=5)


class Correct(Seen):
    """What staff heard now, after “not quite”."""

    words = WordsField(label=_("What did you hear now?"), rows=5)


class NotQuite(Seen):
    """What she meant, in her own words."""

    words = WordsField(label=_("What did you mean?"))


class Yes(Seen):
    """A button: yes, that is what I meant."""


class Skip(Seen):
    """A button: go on without this."""


class Picture(Seen):
    """What was seen and told apart from what is thought."""

    saw = WordsField(
        label=_("What I saw and was told"),
        help_text=_("Only what happened and what was said, and by whom."),
        rows=5,
    )
    think = WordsField(
        label=_("What I think"),
        help_text=_("Your own view, marked as yours."),
        rows=4,
        required=False,
    )


class Urgent(Picture):
    """A picture before her words: with a reason from the short list, and one sentence."""

    reason = forms.ChoiceField(
        label=_("Why can this not wait?"),
        choices=[(reason.value, sentence) for reason, sentence in URGENT_REASONS.items()],
        widget=forms.RadioSelect,
    )
    sentence = WordsField(label=_("What is going on, in one sentence"), max_length=400, rows=2)

    field_order = ("reason", "sentence", "saw", "think")

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "reason": UrgentReason(given["reason"])}
