"""What a person may be asked, found by walking every form that there is."""

import importlib
import inspect
import pkgutil

from django import forms

import alongside
from alongside.journeys.forms import ChoosePin
from alongside.kit.forms import Form, LineField, WordsField
from alongside.people.forms import CardSignIn
from alongside.reach.forms import HowToReach
from alongside.record.forms import Need

FORMS = sorted(
    {
        thing
        for found in pkgutil.walk_packages(alongside.__path__, "alongside.")
        if found.name.endswith(".forms")
        for _, thing in inspect.getmembers(importlib.import_module(found.name), inspect.isclass)
        if issubclass(thing, forms.Form) and thing.__module__ == found.name and thing is not Form
    },
    key=lambda form: form.__qualname__,
)
# From the card in her hand to her first words (never 21).
JOINING = [CardSignIn, ChoosePin, HowToReach, Need]


def must_answer(form):
    """The fields that are shown, required, and not answered already."""
    return [
        name
        for name, field in form.base_fields.items()
        if field.required and not isinstance(field.widget, forms.HiddenInput) and field.initial is None
    ]


def test_joining_asks_no_more_than_five_things_that_must_be_answered():
    asked = [name for form in JOINING for name in must_answer(form)]
    assert 1 <= len(asked) <= 5, asked


def test_no_form_asks_more_than_five_things_that_must_be_answered():
    assert len(FORMS) > 20
    assert not {form.__qualname__: must_answer(form) for form in FORMS if len(must_answer(form)) > 5}


def test_nothing_is_ticked_beforehand():
    """Never 4 and never 2: no consent, no preference is put in anybody's mouth."""
    ticked = [
        f"{form.__qualname__}.{name}"
        for form in FORMS
        for name, field in form.base_fields.items()
        if isinstance(field, forms.BooleanField) and field.initial
    ]
    assert not ticked


def test_every_field_has_words_beside_it():
    silent = [
        f"{form.__qualname__}.{name}"
        for form in FORMS
        for name, field in form.base_fields.items()
        if not isinstance(field.widget, forms.HiddenInput) and not str(field.label or "").strip()
    ]
    assert not silent


def test_what_somebody_writes_is_kept_to_the_letter_and_never_corrected():
    """I5 and never 18. Fields for numbers, codes and addresses are named here, all others keep every letter."""
    codes = {"number", "pin", "again", "old", "new", "password", "password1", "code", "login", "email", "next", "name"}
    changed = [
        f"{form.__qualname__}.{name}"
        for form in FORMS
        for name, field in form.base_fields.items()
        if isinstance(field, forms.CharField)
        and not isinstance(field, WordsField | LineField)
        and not isinstance(field.widget, forms.HiddenInput)
        and name not in codes
    ]
    assert not changed
