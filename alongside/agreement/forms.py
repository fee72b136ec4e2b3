"""The shape of each part. Every part has a small form of its own, filled with what it says now."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from alongside.agreement import rules
from alongside.agreement.rules import AnswerUnit, Decides, Reason, Side, Words
from alongside.agreement.wording import LABELS, Names
from alongside.kit.days import WEEKDAYS
from alongside.kit.forms import DayField, Form, LineField, WordsField


class SeenField(forms.Field):
    """The id of the text that was on the page. One that cannot be read is no text that anybody saw."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> uuid.UUID | None:
        try:
            return uuid.UUID(str(value))
        except ValueError:
            return None


class OfWhatWasSeen(Form):
    """A form that says which text was on the page when it was drawn."""

    seen = SeenField(required=False)

    def show_anew(self, seen: uuid.UUID) -> None:
        """Draw what was typed once more, now as an answer to the text `seen`."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = str(seen)
        self.data = data


class AcceptText(OfWhatWasSeen):
    """I have read this text, and I accept it, for my side."""

    side = forms.ChoiceField(
        widget=forms.HiddenInput,
        choices=[(side.value, side.value) for side in Side],
        error_messages={name: _("Please open this page again.") for name in ("required", "invalid_choice")},
    )


class StartDraft(Form):
    """Begin a draft. Nothing to fill in."""


class PartForm(OfWhatWasSeen):
    """One part of the agreement."""

    def __init__(self, *args: Any, names: Names, part: str, **options: Any) -> None:
        self.names = names
        self.part = part
        super().__init__(*args, **options)

    def words(self) -> Words:
        """What was typed, as the part's words. Call it on a valid form."""
        given = self.given()
        return {field: given[field] for field in rules.fields_of(self.part)}


def _some_words(field: str, help_text: Any = "", rows: int = 3) -> WordsField:
    return WordsField(label=LABELS[field], help_text=help_text, required=False, max_length=600, rows=rows)


class Rules(PartForm):
    rules = WordsField(
        label=LABELS["rules"],
        help_text=_("One rule on a line. For example: never come without asking first."),
        required=False,
        max_length=1000,
        rows=6,
    )


class Why(PartForm):
    reason = forms.ChoiceField(
        label=_("Was this chosen, or ordered by somebody?"),
        choices=[
            (Reason.VOLUNTARY.value, _("Chosen: nobody ordered it")),
            (Reason.ORDERED.value, _("Ordered by a court or an office")),
        ],
        widget=forms.RadioSelect,
    )
    purpose = _some_words("purpose")
    ordered_by = LineField(
        label=_("If it is ordered: by whom?"), required=False, help_text=_("The name of the court or office.")
    )
    fixed = _some_words("fixed", _("What nobody here can change."))
    open = _some_words("open", _("What we can decide ourselves."))
    on_no = _some_words("on_no", _("What can follow when somebody says no to this."))


class Who(PartForm):
    who = WordsField(label=_("Who it is, and who pays"), required=False, max_length=600)


class Private(PartForm):
    stays = _some_words("stays")
    limits = _some_words("limits", _("Name the law where you can, in plain words."))


class Times(PartForm):
    days = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=list(WEEKDAYS.items()), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    opens = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}))
    closes = forms.TimeField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}))
    within = forms.IntegerField(label=_("An answer comes within"), min_value=1, max_value=40)
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=[
            (AnswerUnit.DAYS.value, _("working days")),
            (AnswerUnit.HOURS.value, _("hours in which we work")),
        ],
    )
    channels = _some_words("channels", rows=2)
    cover = _some_words("cover")

    def words(self) -> Words:
        words = super().words()
        return {**words, "opens": f"{words['opens']:%H:%M}", "closes": f"{words['closes']:%H:%M}"}


class Power(PartForm):
    influence = _some_words("influence")
    cannot = _some_words("cannot")


class Visits(PartForm):
    visits = _some_words("visits")
    late = _some_words("late")


class Closeness(PartForm):
    gifts = _some_words("gifts", rows=2)
    money = _some_words("money", rows=2)
    online = _some_words("online", rows=2)
    touch = _some_words("touch", rows=2)
    photos = _some_words("photos", rows=2)


class Disagree(PartForm):
    disagree = WordsField(label=_("What we do then"), required=False, max_length=600)


class Complain(PartForm):
    change_worker = _some_words("change_worker")
    complain = _some_words("complain")


class Written(PartForm):
    written = WordsField(label=_("What, and who reads it"), required=False, max_length=600)


class Ending(PartForm):
    ending = WordsField(label=_("How we do it"), required=False, max_length=600)


class Review(PartForm):
    on = DayField(
        label=LABELS["on"], help_text=_("Leave it empty for 90 days after both have accepted."), required=False
    )

    def words(self) -> Words:
        day = self.cleaned_data["on"]
        return {"on": day.isoformat() if day else ""}


class Row(PartForm):
    """One line of "Who can decide what"."""

    what = LineField(label=_("What is to be decided?"), max_length=120)
    who = forms.ChoiceField(label=_("Who decides?"), widget=forms.RadioSelect)
    note = LineField(
        label=_("A note, if it needs one"),
        help_text=_("For somebody else: who that is. For example the court, the landlord, an office."),
        max_length=160,
        required=False,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        who = self.fields["who"]
        assert isinstance(who, forms.ChoiceField)
        who.choices = [
            (Decides.CLIENT.value, self.names.client),
            (Decides.WORKER.value, self.names.worker),
            (Decides.TOGETHER.value, _("Together")),
            (Decides.ELSE.value, _("Somebody else")),
        ]


class TakeRowOut(PartForm):
    """Take one line of "Who can decide what" out. Nothing to fill in."""

    def words(self) -> Words:
        return {}


FORMS: dict[str, type[PartForm]] = {
    rules.HER_RULES: Rules,
    rules.WORKER_RULES: Rules,
    rules.WHY: Why,
    "who": Who,
    "private": Private,
    rules.TIMES: Times,
    rules.POWER: Power,
    "visits": Visits,
    "closeness": Closeness,
    "disagree": Disagree,
    "complain": Complain,
    "written": Written,
    "ending": Ending,
    rules.REVIEW: Review,
}


def form_for(part: str, names: Names, **options: Any) -> PartForm:
    """The form of a part; that of a line of the power card for every other name."""
    return FORMS.get(part, Row)(names=names, part=part, **options)
