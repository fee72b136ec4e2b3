"""The shape of what is typed when it cannot wait, and when somebody shall not look."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alongside.glass.queries import PURPOSES
from alongside.glass.rules import Purpose
from alongside.kit.forms import Form, LineField, WordsField


class LookIn(Form):
    """Which space, what for, and why."""

    reference = LineField(
        label=_("The reference of the space"),
        help_text=_("Eight letters and digits. They stand on the card, and under “About me”."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "dir": "ltr"}),
    )
    purpose = forms.ChoiceField(
        label=_("What is it for?"),
        choices=[(purpose.value, words) for purpose, words in PURPOSES.items()],
        widget=forms.RadioSelect,
    )
    reason = WordsField(
        label=_("Why can it not wait?"),
        help_text=_("A sentence or two. The person reads it, and so does whoever looks at this afterwards."),
        max_length=1000,
        rows=3,
    )

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "purpose": Purpose(given["purpose"])}


class OfOpening(Form):
    """A button that belongs to one opening."""

    opening_id = forms.UUIDField(widget=forms.HiddenInput)


class Agree(OfOpening):
    """A button: let them in."""


class Known(OfOpening):
    """A button: I know of this."""


class Review(OfOpening):
    """What was found when somebody looked at it again."""

    words = WordsField(
        label=_("What did you find?"),
        help_text=_("Was it needed? Was no more opened than that? The person reads your words."),
        max_length=2000,
        rows=3,
    )


class Appoint(Form):
    """A social worker for somebody who has none."""

    partnership_id = forms.UUIDField(widget=forms.HiddenInput)
    person_id = forms.ChoiceField(label=_("Who will be there as social worker?"))

    def __init__(self, *args: Any, workers: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person_id"].choices = list(workers)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "person_id": uuid.UUID(given["person_id"])}


class NotThisPerson(Form):
    """Somebody of the agency who shall not see her things."""

    person_id = forms.ChoiceField(label=_("Who shall not see my things?"))
    reason = WordsField(
        label=_("Why, if you want to write it down"),
        help_text=_("Only you can read this."),
        max_length=1000,
        rows=2,
        required=False,
    )
    even_the_only_one = forms.BooleanField(
        label=_("Even if this is my only social worker here"),
        help_text=_("They are out at once. The agency must then give you somebody else; a supervisor is told."),
        required=False,
    )

    def __init__(self, *args: Any, colleagues: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person_id"].choices = list(colleagues)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "person_id": uuid.UUID(given["person_id"])}
