"""The shape of what is said in a decision. What ways and matters there are is handed in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from alongside.decisions import rules, wording
from alongside.decisions.rules import Answer, Point, Sort
from alongside.kit.forms import DayField, Form, LineField, WordsField


class AWay(Protocol):
    """What a form needs to know of a way."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def title(self) -> str: ...


class AMatter(Protocol):
    """What a form needs to know of something that matters."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def label(self) -> str: ...


_GONE = _("One of these ways was taken back meanwhile. Please look at the ways again. Nothing you typed is lost.")


def _way_choices(ways: Sequence[AWay]) -> list[tuple[str, str]]:
    return [(str(way.id), way.title) for way in ways]


def _scale() -> forms.RadioSelect:
    return forms.RadioSelect(attrs={"class": "scale"})


class Press(Form):
    """A form that is only a button."""


# --- The question --------------------------------------------------------------------------------


class Question(Form):
    """What shall we do about…? Only the question itself needs an answer."""

    question = LineField(
        label=_("What shall we do about…?"),
        help_text=_("In your own words. For example: Where do we live after 31 March?"),
        max_length=300,
    )
    situation = WordsField(
        label=_("What is it about?"), help_text=_("What happened, and why it is a question now."), required=False
    )
    by_when = DayField(label=_("By when do you want to know?"), required=False)
    can_wait = forms.ChoiceField(
        label=_("Can it wait?"),
        choices=[("yes", _("yes")), ("no", _("no")), ("", _("I don’t know"))],
        widget=_scale(),
        required=False,
    )
    can_wait_until = DayField(label=_("If it can wait: until when?"), required=False)

    def clean_can_wait_until(self) -> Any:
        day = self.cleaned_data["can_wait_until"]
        if day and self.cleaned_data.get("can_wait") == "no":
            raise forms.ValidationError(
                _("You say that it cannot wait, and until when it can. Please change one of the two."), code="both"
            )
        return day

    def given(self) -> dict[str, Any]:
        given = super().given()
        if given["can_wait_until"]:
            given["can_wait"] = "yes"
        return given


class Fixed(Form):
    """Who else has a say, what they have fixed, and what is open."""

    authority = LineField(label=_("Who else has a say in this?"), required=False, max_length=300)
    fixed = WordsField(label=_("What have they fixed already?"), rows=2, required=False)
    still_open = WordsField(label=_("What is still open?"), rows=2, required=False)
    source = LineField(label=_("Where does that stand?"), required=False, max_length=300)


class NewQuestion(Question):
    """A question as it is opened, with what is fixed by others when something is."""

    authority = LineField(
        label=_("Who else has a say in this?"),
        help_text=_("For example a court, an office, the landlord."),
        required=False,
        max_length=300,
    )
    fixed = WordsField(label=_("What have they fixed already?"), rows=2, required=False)
    still_open = WordsField(label=_("What is still open?"), rows=2, required=False)


# --- What either puts on the table ---------------------------------------------------------------


class _Sourced(Form):
    """Where somebody knows it from, and of which day that is."""

    source = LineField(
        label=_("Where do you know this from?"),
        help_text=_("A person, a letter, a web page."),
        required=False,
        max_length=300,
    )
    source_date = DayField(label=_("Of which day is that?"), required=False)


class NewWay(_Sourced):
    """A way, and what is known of it."""

    title = LineField(label=_("What is the way?"))
    living = WordsField(label=_("What would it be like to live with it?"), rows=3, required=False)
    cost = LineField(label=_("What does it cost? Money, time, strength"), required=False, max_length=300)
    certainty = LineField(
        label=_("How sure is it?"),
        help_text=_("What do we know for sure, and what do we not know?"),
        required=False,
        max_length=300,
    )
    field_order = ("title", "living", "cost", "certainty", "source", "source_date")


class NewSide(_Sourced):
    """A good or a hard side of one of the ways."""

    way = forms.ChoiceField(label=_("Of which way?"), error_messages={"invalid_choice": _GONE})
    sort = forms.ChoiceField(
        label=_("Is it a good or a hard side?"),
        choices=[(Sort.GOOD.value, _("good")), (Sort.HARD.value, _("hard"))],
        widget=_scale(),
    )
    text = WordsField(label=_("What is it?"), rows=2)
    field_order = ("way", "sort", "text", "source", "source_date")

    def __init__(self, *args: Any, ways: Sequence[AWay], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["way"]
        field.choices = [("", _("Please choose")), *_way_choices(ways)]

    def given(self) -> dict[str, Any]:
        given = super().given()
        way = given.pop("way")
        return {**given, "way_id": uuid.UUID(way), "sort": Sort(given["sort"])}


class NewMatter(Form):
    """Something that matters."""

    label = LineField(label=_("What matters here?"), help_text=_("For example: the children keep their school."))


class TakeBack(Form):
    """One of one's own additions."""

    addition = forms.ChoiceField(label=_("What do you take back?"))

    def __init__(self, *args: Any, mine: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["addition"]
        field.choices = [("", _("Please choose")), *mine]

    def given(self) -> dict[str, Any]:
        return {"addition_id": uuid.UUID(super().given()["addition"])}


# --- Weighing, as it was drawn and as it is sent -------------------------------------------------


class _Weighing(Form):
    """A form that knows which weighing it was drawn with, so that two windows do not undo each other."""

    drawn_with = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # the key in the weighing of what each field is about, by the name of the field; said by each form
    weighed: Mapping[str, str]

    def show_both(self, *, there: Mapping[str, Any], weighing_id: uuid.UUID) -> None:
        """Say beside each answer that changed elsewhere what it is there, and be sent again as the newest."""
        data = cast(QueryDict, self.data).copy()
        data["drawn_with"] = str(weighing_id)
        self.data = data
        for name, key in self.weighed.items():
            if key in there:
                self[name].help_text = _("In your other window you said: %(answer)s") % {
                    "answer": self.in_words(name, there[key])
                }

    def in_words(self, name: str, answer: Any) -> Any:
        if isinstance(self.fields[name], forms.BooleanField):
            return _("yes") if answer else _("no")
        said = dict(self.fields[name].choices)  # type: ignore[attr-defined]
        return said.get(str(answer), _("nothing yet"))


class Weigh(_Weighing):
    """How much each thing matters, 0 to 5, and which of them must be."""

    def __init__(
        self, *args: Any, matters: Sequence[AMatter], weighing: Mapping[str, Any], weighing_id: uuid.UUID | None,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        self.matters = matters
        self.weighed = {
            **{f"weight_{matter.id}": rules.weight_key(matter.id) for matter in matters},
            **{f"must_{matter.id}": rules.must_key(matter.id) for matter in matters},
        }
        self.fields["drawn_with"].initial = weighing_id
        for matter in matters:
            weight = weighing.get(rules.weight_key(matter.id))
            self.fields[f"weight_{matter.id}"] = forms.ChoiceField(
                label=matter.label,
                choices=wording.WEIGHTS,
                widget=_scale(),
                required=False,
                initial=None if weight is None else str(weight),
            )
            self.fields[f"must_{matter.id}"] = forms.BooleanField(
                label=_("This must be"), required=False, initial=bool(weighing.get(rules.must_key(matter.id)))
            )

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The two fields of each thing that matters."""
        return [(self[f"weight_{matter.id}"], self[f"must_{matter.id}"]) for matter in self.matters]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {
            "drawn_with": given["drawn_with"],
            "weights": {
                matter.id: int(weight) for matter in self.matters if (weight := given[f"weight_{matter.id}"]) != ""
            },
            "musts": {matter.id: given[f"must_{matter.id}"] for matter in self.matters},
        }


class Fit(_Weighing):
    """How well one way fits each thing that matters."""

    def __init__(
        self, *args: Any, way: AWay, matters: Sequence[AMatter], weighing: Mapping[str, Any],
        weighing_id: uuid.UUID | None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        self.way, self.matters = way, matters
        self.weighed = {f"fit_{matter.id}": rules.fit_key(way.id, matter.id) for matter in matters}
        self.fields["drawn_with"].initial = weighing_id
        for matter in matters:
            fit = weighing.get(rules.fit_key(way.id, matter.id))
            self.fields[f"fit_{matter.id}"] = forms.ChoiceField(
                label=matter.label,
                choices=wording.FITS,
                widget=_scale(),
                required=False,
                initial=None if fit is None else str(fit),
            )

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {
            "way_id": self.way.id,
            "drawn_with": given["drawn_with"],
            "fits": {matter.id: int(fit) for matter in self.matters if (fit := given[f"fit_{matter.id}"]) != ""},
        }


# --- Views ---------------------------------------------------------------------------------------


class SealedView(Form):
    """What one would do oneself. Nothing is filled in, and the browser is asked to remember nothing."""

    text = WordsField(
        label=_("What would you do yourself, and why?"),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "autocomplete": "off"}),
    )
    prefers = forms.ChoiceField(
        label=_("Which way would you take?"),
        required=False,
        widget=forms.Select(attrs={"autocomplete": "off"}),
        error_messages={"invalid_choice": _GONE},
    )

    def __init__(self, *args: Any, ways: Sequence[AWay], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["prefers"]
        field.choices = [("", _("I do not say which")), *_way_choices(ways)]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "prefers": uuid.UUID(given["prefers"]) if given["prefers"] else None}


class OpenView(SealedView):
    """The same, once she has spoken or asked: it is read at once."""

    backs = forms.BooleanField(label=_("I see it differently, and I will back your choice."), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].required = False


# --- Leaning, checking, choosing, looking back ---------------------------------------------------


class _Ways(Form):
    """One way or several, and a back-up."""

    main = forms.MultipleChoiceField(
        label=_("Which way?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _GONE, "required": _("Please tick a way. More than one is fine.")},
    )
    backup = forms.MultipleChoiceField(
        label=_("And if that does not work?"),
        help_text=_("Your back-up"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _GONE},
    )

    def __init__(self, *args: Any, ways: Sequence[AWay], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("main", "backup"):
            field: Any = self.fields[name]
            field.choices = _way_choices(ways)

    def clean_backup(self) -> list[str]:
        backup: list[str] = self.cleaned_data["backup"]
        if set(backup) & set(self.cleaned_data.get("main", [])):
            raise forms.ValidationError(_("A way cannot be both your way and your back-up."), code="both")
        return backup

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, **{name: [uuid.UUID(way) for way in given[name]] for name in ("main", "backup")}}


class Lean(_Ways):
    """Where she leans."""

    words = WordsField(label=_("In your own words"), rows=2, required=False)


class Check(Form):
    """The five points. Each can be left out."""

    def __init__(self, *args: Any, answers: Mapping[Point, Answer | None], **options: Any) -> None:
        super().__init__(*args, **options)
        for point, label in wording.POINTS.items():
            answer = answers.get(point)
            self.fields[f"point_{point}"] = forms.ChoiceField(
                label=label,
                choices=[(answer.value, words) for answer, words in wording.ANSWERS.items()],
                widget=_scale(),
                required=False,
                initial=answer.value if answer else None,
            )

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {"answers": {point: Answer(said) for point in Point if (said := given[f"point_{point}"])}}


class AGap(Protocol):
    """What a form needs to know of a gap."""

    @property
    def point(self) -> Point: ...


class PlanGap(Form):
    """What to do about a gap: one action is offered, and can be put in other words."""

    point = forms.ChoiceField(label=_("What is missing?"))
    what = LineField(label=_("What could help?"), max_length=400)
    who = forms.ChoiceField(label=_("Who does it?"), required=False)
    until = DayField(label=_("Until when?"), required=False)

    def __init__(
        self, *args: Any, people: Sequence[tuple[str, str]], gaps: Sequence[AGap], initial: Mapping[str, Any],
        **options: Any,
    ) -> None:  # fmt: skip
        points = [gap.point for gap in gaps]
        asked = next((point for point in points if str(int(point)) == initial.get("point")), None)
        first = asked or next(iter(points), None)
        offer = {"point": int(first), "what": wording.FIRST_ACTION[first]} if first else {}
        super().__init__(*args, initial=offer, **options)
        point: Any = self.fields["point"]
        point.choices = [(int(one), wording.POINTS[one]) for one in points]
        who: Any = self.fields["who"]
        who.choices = [("", _("Not said yet")), *people]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {
            **given,
            "point": Point(int(given["point"])),
            "who": uuid.UUID(given["who"]) if given["who"] else None,
        }


class Choose(_Ways):
    """Her choice, in her words."""

    words = WordsField(label=_("In your own words: what do you choose?"), rows=2)
    reason = WordsField(label=_("Why?"), rows=2, required=False)
    revisit_if = WordsField(
        label=_("Look at it again if…"),
        help_text=_("What would have to happen for you to think again?"),
        rows=2,
        required=False,
    )
    review_on = DayField(label=_("On which day do you want to look back?"), required=False)
    good_enough = forms.BooleanField(label=_("Not everything is clear, and it is good enough for me."), required=False)


class LookBack(Form):
    """Would I choose the same again?"""

    again = forms.TypedChoiceField(
        label=_("Would I choose the same again?"), choices=wording.AGAIN, coerce=int, widget=_scale()
    )
    why = WordsField(label=_("Why?"), rows=2, required=False)
    learned = WordsField(label=_("What I learned"), rows=2, required=False)


class Reopen(Form):
    """Why the question is open again."""

    why = WordsField(label=_("What has changed?"), rows=2)
