"""The shape of what can be written in this room."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.attached.forms import VoiceField
from alongside.kit.forms import Form, WordsField
from alongside.record.queries import URGENT_REASONS, WORRY_SORTS
from alongside.record.rules import SCALE, UrgentReason, WorrySort


class Seen(Form):
    """A form that says which entry stood on the page when it was drawn, so that a stale tab changes nothing."""

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def drawn_on(self, entry_id: uuid.UUID | None) -> None:
        """Draw the form anew on what stands now, with everything that was typed."""
        self.data = {**dict(self.data.items()), "seen": "" if entry_id is None else str(entry_id)}


class HerWords(Seen):
    """Her own words, typed or said: one of the two is enough."""

    words = WordsField(label=_("What do you need?"))
    voice = VoiceField(label=_("Or say it"))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("voice") is not None and self.has_error("words", "required"):
            del self.errors["words"]
            given["words"] = ""
        return given


class Need(HerWords):
    """What she needs, in her own words."""


class Hope(HerWords):
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


# --- the three columns -----------------------------------------------------------------------------


class OnLine(Seen):
    """A form about one line of the picture, by the entry that began it."""

    line = forms.UUIDField(widget=forms.HiddenInput, required=False)


class Worry(OnLine):
    """What worries somebody. Those who work with her write it to her."""

    words = WordsField(label=_("What worries you?"), rows=3)
    sort = forms.ChoiceField(
        label=_("Is it…"),
        choices=[(sort.value, label) for sort, label in WORRY_SORTS.items()],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, to: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        if to:
            self.fields["words"].label = _("What worries you? Write it to %(name)s, and say “you”") % {"name": to}
            self.fields["words"].help_text = _("For example: “You told me that you sleep two hours. I worry that …”")

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "sort": WorrySort(given["sort"])}


class Helps(OnLine):
    """What already helps."""

    words = WordsField(label=_("What already helps?"), help_text=_("People, places, what you do yourself."), rows=3)


class Want(OnLine):
    """What somebody wants to see."""

    words = WordsField(label=_("What do you want to see?"), help_text=_("What would be different then?"), rows=3)


class Differently(OnLine):
    """How she sees it."""

    words = WordsField(label=_("How do you see it?"), rows=3)


class LineBack(OnLine):
    """A button: take this back."""


class Where(Form):
    """Where it stands, for the one who says it."""

    number = forms.TypedChoiceField(
        label=_("Where do we stand? 0: it can’t go on like this. 10: this can be closed."),
        choices=[(str(number), str(number)) for number in SCALE],
        coerce=int,
        widget=forms.RadioSelect(attrs={"class": "scale"}),
    )
    words = WordsField(label=_("What puts it there?"), rows=2, required=False)
