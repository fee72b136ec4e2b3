"""What the cast does in this room, one function a step."""

from __future__ import annotations

from typing import Any

from alongside.journeys import actions as journeys
from alongside.kit.ids import new_id
from alongside.safety import actions
from alongside.safety.rules import Audience

SIGNS = "I do not answer the phone any more."
NUMBER = "020 7946 0111"
PLAN = {"signs": SIGNS, "alone": "I walk to the river.", "who": "Carmen", "number": NUMBER}
ROUGH = "It was a rough night. Please call me."
HELPED = "The river."


def do(act: Any, cast: Any, name: str = "rosa", **given: Any) -> Any:
    place = given.pop("place", None) or cast.place(name, now=given.get("now"))
    given.setdefault("write_id", new_id())
    given.setdefault("now", cast.now)
    return act(by=place.by, about=place, **given)


def plan(cast: Any, said: Any = PLAN, **given: Any) -> Any:
    return do(actions.write_plan, cast, said=said, **given)


def opened(cast: Any, audience: Audience = Audience.WITH_ME, **given: Any) -> Any:
    return do(actions.open_plan, cast, audience=audience, **given)


def call(cast: Any, words: str = ROUGH, **given: Any) -> Any:
    return do(journeys.ask_to_call, cast, words=words, **given)


def look_back(cast: Any, night: Any, audience: Audience = Audience.ME, **given: Any) -> Any:
    said = {"helped": HELPED, "hurt": "", "change": ""}
    return do(actions.look_back_at_night, cast, call_id=night.id, said=said, audience=audience, **given)


def line(cast: Any, name: str = "Night line", *, by: str = "lena", **given: Any) -> Any:
    said = {"number": "0800 111 222", "hours": "at night", "languages": "English", "cost": "free", **given}
    return actions.name_line(by=cast.viewer(by), name=name, now=cast.now, write_id=new_id(), **said)
