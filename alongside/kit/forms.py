"""Form pieces: the shape of input, nothing about the world.

Every form carries a random key made when the page was drawn. `write_id()` mixes it with what was
typed, so that a form that arrives twice is one write, and one sent again with other words is not
mistaken for it.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from alongside.kit import ids, text


class WordsField(forms.CharField):
    """A text in somebody's own words: kept to the letter, refused only for what cannot be shown safely."""

    def __init__(self, *, max_length: int = 4000, rows: int = 4, **options: Any) -> None:
        self.length = max_length
        options.setdefault("widget", forms.Textarea(attrs={"rows": rows, "dir": "auto"}))
        super().__init__(strip=False, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The browser does not remember what was typed, so that nobody is offered it later."""
        offered = {} if "autocomplete" in widget.attrs else {"autocomplete": "off"}
        return {**super().widget_attrs(widget), **offered}

    def to_python(self, value: Any) -> str:
        words = text.with_plain_newlines(super().to_python(value) or "")
        return "" if not words.strip() else words

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.length:
            raise forms.ValidationError(
                ngettext_lazy(
                    "This is %(over)d letter too long. Nothing is lost: shorten it and send it again.",
                    "This is %(over)d letters too long. Nothing is lost: shorten it and send it again.",
                    len(value) - self.length,
                ),
                code="too_long",
                params={"over": len(value) - self.length},
            )
        if text.hidden_characters(value):
            raise forms.ValidationError(
                _(
                    "There are hidden characters in this text that can change how it reads. "
                    "Nothing is lost: remove them, or write those words again."
                ),
                code="hidden_characters",
            )


class LineField(WordsField):
    """One line in somebody's own words."""

    def __init__(self, *, max_length: int = 200, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"dir": "auto"}))
        super().__init__(max_length=max_length, **options)

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split("\n"))


class DayField(forms.DateField):
    """A day, picked with the browser's own calendar or typed as year-month-day."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        options.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if isinstance(day, datetime.date) and not 1900 <= day.year <= 2200:
            raise forms.ValidationError(_("Please check the year of this day."), code="far_day")
        return day


class _Typed(DjangoJSONEncoder):
    """What was typed, as a text; a file says by itself what makes it another one."""

    def default(self, o: Any) -> Any:
        as_key = getattr(o, "as_key", None)
        return as_key() if as_key is not None else super().default(o)


class Form(forms.Form):
    """A form whose write may arrive twice. Errors stand next to the field they are about."""

    required_css_class = "required"
    use_required_attribute = False

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        options.setdefault("auto_id", f"{type(self).__name__.lower()}-%s")
        super().__init__(*args, **options)
        self.fields["key"].initial = lambda: str(uuid.uuid4())
        for field in self.fields.values():
            if field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _("Please answer this.")

    # Looks at what was typed when it could be kept, and may refuse once, for another look: see
    # `plain.second_look`. What it has to say stands in `hints`, which the form draws.
    second_look: Callable[[Form], None] | None = None
    hints: Sequence[Any] = ()

    def write_id(self) -> uuid.UUID:
        """Return the id of the write that this form asks for. Call it on a valid form."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        key = self.cleaned_data.get("key") or str(uuid.uuid4())
        return ids.id_from(type(self).__name__, key, json.dumps(typed, cls=_Typed, sort_keys=True))

    def given(self) -> dict[str, Any]:
        """Return what was typed, without the form's own key: the keyword arguments of the action."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}
