"""A second look at what staff typed: once, before it is kept, and never in the way.

    form = looked_over(forms.Picture(request.POST), place)

Drawn through `looked_over` too, its fields say where `hints.js` asks for the same hints while they are typed.
A form of staff in which a word could be hard or hurt comes back once with hints and everything that
was typed. Sent again, changed or not, it is kept. Nothing is ever said about what a client types,
nor about what could not be kept anyway: whatever else is amiss is said first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

from alongside.access import Place
from alongside.kit.errors import Refused
from alongside.kit.forms import Form, WordsField
from alongside.plain import queries
from alongside.plain.queries import Look


class LookOnceMore(Refused):
    """There are hints; the same form sent again is kept."""

    status = 400
    code = "look_once_more"
    sentence = gettext_lazy(
        "Nothing is lost. Look at some words once more; then change them, or send it again as it is."
    )


F = TypeVar("F", bound=Form)

# Sent along when the page was drawn with hints.
SEEN = "as_it_is"
# Where something stands is named as it is named there.
NOT_LOOKED_AT = frozenset({"source", "ordered_by", "where", "when", "part"})


@dataclass(frozen=True)
class Looked:
    """One field with what there is to say about it."""

    label: str
    look: Look


def looked_over(form: F, place: Place) -> F:
    """The same form, which looks at its texts when it is used, and while they are typed. For a client, as it is."""
    if place.is_client or not place.is_staff:
        return form
    for field in _looked_at(form).values():
        field.widget.attrs["data-hints"] = reverse("plain:while_typing", args=[place.id])
    if not form.data.get(SEEN):
        form.second_look = lambda typed: _look(typed, place)
    return form


def _looked_at(form: Form) -> dict[str, WordsField]:
    return {
        name: field
        for name, field in form.fields.items()
        if isinstance(field, WordsField) and name not in NOT_LOOKED_AT
    }


def _look(form: Form, place: Place) -> None:
    texts: list[tuple[str, str]] = [
        (str(field.label or ""), form.cleaned_data[name])
        for name, field in _looked_at(form).items()
        if form.cleaned_data.get(name)
    ]
    if not texts:
        return
    liked, disliked = queries.wording_in(place).for_look()
    language: Any = get_language() or "en"
    looks = [
        Looked(label, queries.look_at(text, language=language[:2], liked=liked, disliked=disliked))
        for label, text in texts
    ]
    form.hints = [one for one in looks if one.look.hints or one.look.hard]
    if form.hints:
        raise LookOnceMore
