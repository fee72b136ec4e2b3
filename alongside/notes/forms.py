"""The shape of what can be written in this room."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import Form, LineField, WordsField
from alongside.notes.queries import AUDIENCES, CATEGORIES
from alongside.notes.rules import WITHHELD_DAYS, Agreeing, Audience, Category

# As long as a paper that was written together, so that it can be taken over (see `together.rules`).
LONG = 30_000
AGREEING = {
    Agreeing.YES: _("Yes, I agree"),
    Agreeing.MARKED: _("It may be left out, but with a mark that says so"),
    Agreeing.NO: _("No. Then it is shown at once"),
}


class Seen(Form):
    """A form that says which version stood on the page when it was drawn, so that a stale tab changes nothing."""

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def drawn_on(self, version_id: uuid.UUID) -> None:
        """Draw the form anew on what stands now, with everything that was typed."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = str(version_id)
        self.data = data


class _Parts(forms.Form):
    """What happened, apart from what one thinks."""

    headline = LineField(label=_("Headline, if you want one"), required=False)
    happened = WordsField(
        label=_("What happened"),
        help_text=_("What was seen, said and done, and by whom."),
        max_length=LONG,
        rows=6,
    )
    think = WordsField(
        label=_("What I think"),
        help_text=_("Your own view. It is marked as an opinion, and as yours."),
        max_length=LONG,
        rows=4,
        required=False,
    )


class Write(Form, _Parts):
    """A note by her: shared at once, or written together."""

    together = forms.BooleanField(
        label=_("We write this together"),
        help_text=_("Both of us can change it, until one of us signs it."),
        required=False,
    )

    field_order: tuple[str, ...] = ("headline", "happened", "think", "together")


class WriteAsStaff(Write):
    """A note by staff, which she sees at once or tomorrow."""

    tomorrow = forms.BooleanField(
        label=_("Show it tomorrow at this time, not now"),
        help_text=_("This time cannot be moved later. A note that is written together is always open to both."),
        required=False,
    )

    field_order = ("headline", "happened", "think", "together", "tomorrow")


class Observe(Form, _Parts):
    """What a partner observed."""

    field_order = ("headline", "happened", "think")


class Correct(Seen, _Parts):
    """The next version of a note, and why."""

    reason = WordsField(
        label=_("Why do you change it?"), max_length=2000, rows=2, required=False,
    )  # fmt: skip
    answers = forms.MultipleChoiceField(
        label=_("This answers"), required=False, widget=forms.CheckboxSelectMultiple, choices=[]
    )

    field_order = ("headline", "happened", "think", "reason", "answers")

    def __init__(self, *args: Any, asks: Iterable[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        asks = list(asks)
        if asks:
            self.fields["answers"].choices = asks  # type: ignore[attr-defined]
        else:
            del self.fields["answers"]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "answers": frozenset(uuid.UUID(ask) for ask in given.get("answers", ()))}


class Differently(Seen):
    """Her own account, beside the note."""

    words = WordsField(label=_("How do you see it?"), max_length=LONG, rows=6)


class Add(Seen):
    """Something to add."""

    words = WordsField(label=_("What do you want to add?"), max_length=LONG)


class Now(Seen):
    """How one sees it now."""

    words = WordsField(label=_("How do you see it now?"), max_length=LONG)


class Ask(Seen):
    """What should be corrected."""

    words = WordsField(label=_("What should be corrected, and how is it right?"), max_length=LONG)


class Sign(Seen):
    """A button: this is how I see it too."""


class Read(Seen):
    """A button: I have read it."""


class Leave(Form):
    """Why it stays as it is."""

    ask = forms.UUIDField(widget=forms.HiddenInput)
    words = WordsField(label=_("Why does it stay as it is?"), max_length=LONG, rows=3)


class Look(Seen):
    """Who is asked to look, and what they should look at."""

    whom = forms.ChoiceField(label=_("Who should look at it?"), widget=forms.RadioSelect)
    words = WordsField(label=_("What should they look at?"), max_length=2000, rows=3, required=False)

    def __init__(self, *args: Any, people: Mapping[uuid.UUID, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["whom"].choices = [(str(one), name) for one, name in people.items()]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "whom": uuid.UUID(given["whom"])}


class Answer(Form):
    """What the person who was asked to look has to say."""

    look = forms.UUIDField(widget=forms.HiddenInput)
    words = WordsField(label=_("What do you say to it?"), max_length=LONG, rows=5)


class Challenge(Form):
    """Her question why something is not shown."""

    marker = forms.UUIDField(widget=forms.HiddenInput)
    words = WordsField(label=_("What do you want to say or ask about it?"), max_length=LONG, rows=3)


class Own(Form):
    """A page of her own."""

    headline = LineField(label=_("Headline, if you want one"), required=False)
    happened = WordsField(label=_("What do you want to write?"), max_length=LONG, rows=8)


class RewriteOwn(Seen):
    """A page of her own, written anew."""

    headline = LineField(label=_("Headline, if you want one"), required=False)
    happened = WordsField(label=_("What do you want to write?"), max_length=LONG, rows=8)


class Readers(Form):
    """Who may read a page of her own."""

    audience = forms.ChoiceField(
        label=_("Who may read it?"),
        choices=[(audience.value, label) for audience, label in AUDIENCES.items()],
        widget=forms.RadioSelect,
    )
    names = forms.MultipleChoiceField(
        label=_("If you name people: who?"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, people: Mapping[uuid.UUID, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["names"].choices = [(str(one), name) for one, name in people.items()]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        given = super().given()
        audience = Audience(given["audience"])
        named = given["names"] if audience is Audience.NAMED else ()
        return {"audience": audience, "names": frozenset(uuid.UUID(one) for one in named)}


class Withhold(Form):
    """A part that is not shown for a while: on what ground, why, who agrees, and how long."""

    part = WordsField(label=_("What is not shown"), max_length=LONG, rows=4)
    category = forms.ChoiceField(
        label=_("On what ground?"),
        choices=[(category.value, label) for category, label in CATEGORIES.items()],
        widget=forms.RadioSelect,
    )
    reason = WordsField(label=_("Why?"), help_text=_("The second person reads this."), max_length=2000, rows=3)
    second = forms.ChoiceField(label=_("Who has to agree?"), widget=forms.RadioSelect)
    days = forms.IntegerField(
        label=_("For how many days?"),
        help_text=_("90 at most. It opens by itself then. It cannot be made longer later."),
        min_value=1,
        max_value=WITHHELD_DAYS,
    )
    hide = forms.BooleanField(
        label=_("Do not even show the mark"),
        help_text=_(
            "Only where the mark itself could lead to serious harm. The second person has to agree to this too."
        ),
        required=False,
    )
    why_hidden = WordsField(
        label=_("If the mark is not shown: why?"), max_length=2000, rows=2, required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, people: Mapping[uuid.UUID, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["second"].choices = [(str(one), name) for one, name in people.items()]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "category": Category(given["category"]), "second": uuid.UUID(given["second"])}


class Agree(Form):
    """What the second person says."""

    answer = forms.ChoiceField(
        label=_("Do you agree that this is not shown?"),
        choices=[(answer.value, label) for answer, label in AGREEING.items()],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, is_unmarked: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_unmarked:
            choices = [(answer.value, label) for answer, label in AGREEING.items() if answer is not Agreeing.MARKED]
            self.fields["answer"].choices = choices  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        return {"answer": Agreeing(super().given()["answer"])}


class AnswerChallenge(Form):
    """The answer to her question why something is not shown."""

    words = WordsField(label=_("Your answer"), max_length=LONG, rows=4)
    opens = forms.BooleanField(label=_("Show it now"), required=False)
