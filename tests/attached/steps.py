"""What the cast does in this room, one function a step."""

from __future__ import annotations

from typing import Any

from alongside.access import Kind
from alongside.attached import actions, queries
from alongside.kit.ids import new_id
from tests.attached.files import said


def do(act: Any, cast: Any, name: str = "rosa", **given: Any) -> Any:
    place = given.pop("place", None) or cast.place(name)
    given.setdefault("write_id", new_id())
    given.setdefault("now", cast.now)
    return act(by=place.by, about=place, **given)


def keep(cast: Any, upload: Any = None, *, name: str = "rosa", kind: Kind = Kind.WORDS, **given: Any) -> Any:
    return do(actions.keep, cast, name, kind=kind, upload=upload or said(), **given)


def seen(cast: Any, voice: Any) -> Any:
    """The version that stands, as a page would say."""
    written = queries.attachments(cast.place("rosa"), [voice.id])[voice.id].written
    return written.id if written else None


def write_down(cast: Any, voice: Any, words: str, *, name: str = "dana", **given: Any) -> Any:
    if "seen" not in given:
        given["seen"] = seen(cast, voice)
    return do(actions.write_down, cast, name, attachment_id=voice.id, words=words, **given)


def right(cast: Any, voice: Any, words: str, *, name: str = "rosa", **given: Any) -> Any:
    if "seen" not in given:
        given["seen"] = seen(cast, voice)
    return do(actions.say_it_is_right, cast, name, attachment_id=voice.id, words=words, **given)
