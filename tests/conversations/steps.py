"""What the cast does in this room, one function a step."""

from __future__ import annotations

import datetime
from typing import Any

from alongside.conversations import actions
from alongside.conversations.rules import What
from alongside.kit.ids import new_id


def do(act: Any, cast: Any, name: str = "rosa", **given: Any) -> Any:
    place = given.pop("place", None) or cast.place(name, of=given.pop("of", "rosa"), now=given.get("now"))
    given.setdefault("write_id", new_id())
    given.setdefault("now", cast.now)
    return act(by=place.by, about=place, **given)


def say(cast: Any, text: str, name: str = "rosa", **given: Any) -> Any:
    return do(actions.send_message, cast, name, text=text, **given)


def seen(cast: Any, number: int, name: str = "dana", *, what: What = What.SEEN, **given: Any) -> Any:
    given.setdefault("as_of", given.get("now", cast.now))
    return do(actions.acknowledge, cast, name, number=number, what=what, **given)


def promise(cast: Any, due: datetime.datetime, name: str = "dana", **given: Any) -> Any:
    return do(actions.promise_answer, cast, name, due=due, **given)
