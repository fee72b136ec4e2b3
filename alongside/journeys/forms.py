"""The shape of what is typed on the pages that cross rooms."""

from __future__ import annotations

import uuid
import zoneinfo
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.translation import gettext_lazy as _

from alongside.kit.forms import DayField, Form, LineField, WordsField
from alongside.people.forms import PinField
from alongside.people.rules import Post, Role

POSTS = [
    (Post.WORKER.value, _("social worker")),
    (Post.SUPERVISOR.value, _("supervisor")),
    (Post.DIRECTOR.value, _("looks after the accounts")),
]


def _language(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE)


class StartSpace(Form):
    """A space with only a first name."""

    called = LineField(
        label=_("First name"),
        help_text=_("Or whatever else this person wants to be called. Nothing more is needed."),
        max_length=60,
    )
    language = _language(_("Language of the card"))


class Press(Form):
    """A button: nothing is typed, but it may be pressed twice."""


class ChoosePin(Form):
    """Her first PIN, twice, and whether this device is hers alone."""

    pin = PinField(label=_("Your PIN"), help_text=_("6 to 12 digits that nobody can guess. Not a birthday."))
    again = PinField(label=_("Your PIN once more"))
    her_own = forms.BooleanField(
        label=_("This device is mine alone"),
        help_text=_("You then stay signed in here for 12 hours. If not, for 10 minutes: that is safer."),
        required=False,
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("pin"):
            raise forms.ValidationError(_("The PIN is not the same both times. Please type it again."))
        return again


class GiveSeat(Form):
    """A colleague, what they come as, and until when."""

    colleague = forms.ChoiceField(label=_("Who"))
    role = forms.ChoiceField(
        label=_("As"),
        choices=[(Role.COVER.value, _("stand-in")), (Role.SUPERVISOR.value, _("supervisor"))],
        widget=forms.RadioSelect,
        initial=Role.COVER.value,
    )
    until = DayField(
        label=_("Until and with this day"),
        help_text=_("A stand-in needs a last day. A supervisor may stay without one."),
        required=False,
    )

    def __init__(self, *args: Any, colleagues: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["colleague"].choices = list(colleagues)  # type: ignore[attr-defined]


class TakeOn(Form):
    """Somebody who starts to work here."""

    called = LineField(label=_("First name"), max_length=60)
    email = forms.EmailField(label=_("E-mail"), help_text=_("To sign in with. No mail is sent."), max_length=254)
    posts = forms.MultipleChoiceField(
        label=_("Works as"),
        choices=POSTS,
        widget=forms.CheckboxSelectMultiple,
        initial=[Post.WORKER.value],
        required=False,
    )
    language = _language(_("Language"))


class GivePost(Form):
    """A post for somebody who works or worked here."""

    person = forms.ChoiceField(label=_("Who"))
    post = forms.ChoiceField(label=_("Works as"), choices=POSTS)

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].choices = list(people)  # type: ignore[attr-defined]


class EndPost(Form):
    """Who will be there for the people that somebody leaves behind."""

    successor = forms.ChoiceField(label=_("Who will be there for the people they work with?"), required=False)

    def __init__(self, *args: Any, workers: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["successor"].choices = [("", _("Nobody is left alone")), *workers]  # type: ignore[attr-defined]


class SayAway(Form):
    """Who is away, from which day until which, and who stands in."""

    who = forms.ChoiceField(label=_("Who is away"))
    first = DayField(label=_("From this day"))
    last = DayField(
        label=_("Until and with this day"),
        help_text=_("Leave it empty where nobody knows yet: the one who is back says so here."),
        required=False,
    )
    cover = forms.ChoiceField(label=_("Who stands in"))

    def __init__(
        self, *args: Any, of_whom: Iterable[tuple[str, str]], workers: Iterable[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        of_whom, nobody = list(of_whom), [("", _("Please choose"))]
        self.fields["who"].choices = of_whom if len(of_whom) == 1 else nobody + of_whom  # type: ignore[attr-defined]
        self.fields["cover"].choices = nobody + [  # type: ignore[attr-defined]
            pair for pair in workers if [pair] != of_whom
        ]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {
            "person_id": uuid.UUID(given["who"]),
            "cover_id": uuid.UUID(given["cover"]),
            "first": given["first"],
            "last": given["last"],
        }


class AskToCall(Form):
    """She asks to be called, in words that she sees before they go."""

    words = WordsField(label=_("What it says"), max_length=2000, rows=3)


class NameCover(Form):
    """Somebody else stands in, in one space."""

    cover = forms.ChoiceField(label=_("Who stands in here"))

    def __init__(self, *args: Any, workers: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["cover"].choices = [("", _("Please choose")), *workers]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        return {"cover_id": uuid.UUID(self.cleaned_data["cover"])}


class Welcome(Form):
    """The agency and the first account, in an empty house."""

    code = forms.CharField(
        label=_("The code"),
        help_text=_("It stands in the window where the house was started."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    agency = LineField(label=_("Name of the agency"), max_length=120)
    time_zone = forms.ChoiceField(label=_("Where it is (time zone)"), initial="UTC")
    called = LineField(label=_("Your first name"), max_length=60)
    email = forms.EmailField(label=_("Your e-mail"), help_text=_("To sign in with. No mail is sent."), max_length=254)
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.fields["time_zone"].choices = [("UTC", "UTC"), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password
