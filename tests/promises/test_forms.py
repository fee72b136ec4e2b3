"""What a person may be asked, found by walking every form that there is."""

import importlib
import inspect
import pkgutil
from html.parser import HTMLParser

from django import forms
from django.utils import translation

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


# --- And on the pages themselves ---------------------------------------------------------------


class _Asked(HTMLParser):
    """The questions of each form of a page that must be answered and are not answered yet, as they are drawn."""

    VOID = frozenset({"input", "br", "img", "hr", "meta", "link", "path", "circle", "rect"})

    def __init__(self):
        super().__init__()
        self.forms, self.depth, self.field, self.inside = [], 0, None, ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.forms.append([])
        if tag == "div" and self.field is None and "field" in (given.get("class") or "").split():
            self.field, self.depth = {"asked": True, "id": ""}, 0
        if self.field is None:
            return
        self.depth += tag not in self.VOID
        self.inside = tag
        if "optional" in (given.get("class") or "").split() or given.get("type") == "checkbox":
            self.field["asked"] = False
        if "checked" in given or ("selected" in given and given.get("value")):
            self.field["asked"] = False
        if tag == "input" and given.get("type") not in ("radio", "hidden") and given.get("value"):
            self.field["asked"] = False
        if tag in ("input", "textarea", "select"):
            self.field["id"] = given.get("id") or given.get("name", "")

    def handle_data(self, data):
        if self.field is not None and self.inside == "textarea" and data.strip():
            self.field["asked"] = False

    def handle_endtag(self, tag):
        if self.field is None:
            return
        self.depth -= 1
        self.inside = ""
        if self.depth == 0:
            if self.field["asked"] and self.forms:
                self.forms[-1].append(self.field["id"])
            self.field = None


def asked_on(page):
    """For each form of a page, the questions that must be answered."""
    reader = _Asked()
    reader.feed(page)
    reader.close()
    return reader.forms


def drawn(form):
    with translation.override("en"):
        return f"<form>{form}</form>"


def test_the_count_on_a_page_agrees_with_the_form_and_leaves_out_what_can_be_left_out():
    class Six(Form):
        one, two, three = (LineField(label="x") for _ in range(3))
        four = WordsField(label="x")
        five = forms.ChoiceField(label="x", choices=[("a", "a")], widget=forms.RadioSelect)
        six = forms.ChoiceField(label="x", choices=[("", ""), ("a", "a")])
        seven = LineField(label="x", required=False)
        eight = forms.BooleanField(label="x", required=False)

    assert len(asked_on(drawn(Six()))[0]) == 6, "control: more than five is found"
    assert len(asked_on(drawn(Six({"one": "a", "four": "b", "five": "a", "six": "a"})))[0]) == 2
    for form in (form for form in FORMS if issubclass(form, Form)):
        try:
            empty = form()
        except TypeError:  # it needs to know what there is to choose from: the pages draw it
            continue
        # A box that must be ticked looks like one that need not be; the count of the forms themselves has it.
        ticks = {name for name, field in form.base_fields.items() if isinstance(field, forms.BooleanField)}
        found = asked_on(drawn(empty))[0]
        assert len(found) == len(set(must_answer(form)) - ticks), (form.__qualname__, found)
