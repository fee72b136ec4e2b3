"""Fields for photos and a voice note, for the forms of every room; and the written form of a voice note.

A form with such a field takes files: `<form method="post" enctype="multipart/form-data">`, and
`Kind(request.POST, request.FILES)`. What could not be kept for another reason is drawn again inside
the form, like everything that was typed, so that nobody has to speak or photograph twice.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alongside.attached.pictures import redrawn
from alongside.attached.rules import (
    MOST_AT_ONCE,
    MOST_BYTES_IN,
    MOST_SECONDS,
    CannotBeKept,
    Sort,
    Upload,
    Why,
)
from alongside.attached.sounds import understood
from alongside.kit.forms import Form, WordsField

SENTENCES: dict[Why, str | Promise] = {
    Why.EMPTY: gettext_lazy("There is nothing in this file. Please choose it again, or leave it out."),
    Why.TOO_LARGE: gettext_lazy("This file is too large. Please take a smaller one, or make it shorter."),
    Why.NOT_A_PHOTO: gettext_lazy("This is not a photo that can be opened here. Please send it as JPEG, PNG or WebP."),
    Why.TOO_MANY_POINTS: gettext_lazy("This photo is larger than can be opened here. Please send a smaller one."),
    Why.NOT_A_SOUND: gettext_lazy(
        "This is not a voice note that can be kept here. Please record it on this page, or send it as M4A, OGG or WebM."
    ),
    Why.TOO_LONG: gettext_lazy("This voice note is longer than 60 seconds. Please make it shorter, or say it in two."),
}


@dataclass
class _Given:
    """What came with a form: files, and what had come with it before and stood in it as text."""

    files: list[Any]
    before: list[str]


class _Again(list[Upload]):
    """What was sent and is drawn again."""

    def __str__(self) -> str:
        return " · ".join(_called(upload) for upload in self)


def _called(upload: Upload) -> str:
    if upload.sort is Sort.PHOTO:
        return _("A photo")
    seconds = upload.seconds or 0
    return ngettext("A voice note, %(number)d second", "A voice note, %(number)d seconds", seconds) % {
        "number": seconds
    }


class _FilesInput(forms.Widget):
    """Files, and those that came before and are still here."""

    needs_multipart_form = True
    template_name = "attached/photos.html"
    accepts = "image/jpeg,image/png,image/webp"
    several = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> _Given:
        several: Callable[[Any, str], list[Any]] = lambda where, key: (  # noqa: E731
            where.getlist(key) if hasattr(where, "getlist") else [where[key]] if key in where else []
        )
        return _Given(several(files, name), several(data, f"{name}-before"))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files and f"{name}-before" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, attrs)
        context["widget"] |= {"accepts": self.accepts, "several": self.several, "seconds": MOST_SECONDS}
        before = value if isinstance(value, _Again) else []
        context["before"] = [
            {"called": _called(upload), "content": base64.b64encode(upload.content).decode()} for upload in before
        ]
        return context


class _VoiceInput(_FilesInput):
    """A voice note: recorded on the page, or a file where there is no script."""

    template_name = "attached/voice.html"
    accepts = "audio/*"
    several = False


class _FilesField(forms.Field):
    widget = _FilesInput
    look: Callable[[bytes], Upload] = staticmethod(redrawn)
    most = MOST_AT_ONCE

    def _uploads(self, given: _Given) -> list[Upload]:
        """Each file, looked at and made anew; once, however often it is asked for. Raise `CannotBeKept`."""
        for file in given.files:
            if not hasattr(file, "upload"):
                if file.size > MOST_BYTES_IN:
                    raise CannotBeKept(Why.TOO_LARGE)
                file.seek(0)
                file.upload = self.look(file.read())
        found = [file.upload for file in given.files]
        # A new one takes the place of what stood here before where there is room for one alone.
        before = [self.look(_bytes(text)) for text in given.before[: self.most]] if self.most > len(found) else []
        return [*before, *found]

    def clean(self, value: Any) -> Any:
        """Return the uploads, a list. Raise `ValidationError`."""
        try:
            uploads = self._uploads(value)
        except CannotBeKept as refused:
            raise forms.ValidationError(str(SENTENCES[refused.why]), code=refused.why.value) from refused
        if len(uploads) > self.most:
            raise forms.ValidationError(
                ngettext(
                    "Please send no more than %(number)d photo at a time.",
                    "Please send no more than %(number)d photos at a time.",
                    self.most,
                )
                % {"number": self.most},
                code="too_many",
            )
        if self.required and not uploads:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return uploads

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What is drawn again of a form that could not be taken."""
        try:
            return _Again(self._uploads(data))
        except CannotBeKept:
            return None


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


class PhotosField(_FilesField):
    """Up to three photos. Clean gives a list of `Upload`, each drawn anew."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("Photos, of a letter for example"))
        options.setdefault("help_text", gettext_lazy("What is kept does not say where the photo was taken."))
        super().__init__(**{"required": False, **options})


class VoiceField(_FilesField):
    """One voice note of a minute at most. Clean gives an `Upload`, or `None`."""

    widget = _VoiceInput
    look = staticmethod(understood)
    most = 1

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("A voice note"))
        options.setdefault("help_text", gettext_lazy("At most 60 seconds. You can hear it before you send it."))
        super().__init__(**{"required": False, **options})

    def clean(self, value: Any) -> Any:
        """Return the upload, or `None`. Raise `ValidationError`."""
        uploads = super().clean(value)
        return uploads[0] if uploads else None


class WithAttachments(Form):
    """A form that takes photos and a voice note beside its words."""

    photos = PhotosField()
    voice = VoiceField()

    def uploads(self) -> list[Upload]:
        """What came with a valid form, in order."""
        voice = self.cleaned_data["voice"]
        return [*self.cleaned_data["photos"], *([voice] if voice else [])]


# --- the written form of a voice note ---------------------------------------------------------------


class _OnVersion(Form):
    """A form that says which version stood on the page when it was drawn."""

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def drawn_on(self, version: uuid.UUID | None) -> None:
        """Draw the form anew on what stands now, with everything that was typed."""
        self.data = {**dict(self.data.items()), "seen": "" if version is None else str(version)}


class WriteDown(_OnVersion):
    """What somebody hears in a voice note of somebody else’s."""

    words = WordsField(label=gettext_lazy("What do you hear? Write it word for word"), rows=6)


class ItIsRight(_OnVersion):
    """What the one who spoke says that they said."""

    words = WordsField(label=gettext_lazy("This is what I said"), rows=6)
