"""What the cast does in this room, one function a step."""

from __future__ import annotations

from typing import Any

from alongside.kit.ids import new_id
from alongside.topics import actions
from alongside.topics.rules import Move, Sort

SEEN = "You asked the landlord for the paper, and stayed calm."
HER_WORDS = "I asked for the paper. I did not shout."


def do(act: Any, cast: Any, name: str = "rosa", **given: Any) -> Any:
    place = given.pop("place", None) or cast.place(name, now=given.get("now"))
    given.setdefault("write_id", new_id())
    given.setdefault("now", cast.now)
    return act(by=place.by, about=place, **given)


def offer(cast: Any, words: str = SEEN, *, name: str = "dana", **given: Any) -> Any:
    return do(
        actions.offer_strength, cast, name, **{"sort": Sort.SEEN, "where": "at the office", **given, "words": words}
    )


def card(cast: Any, words: str = "I walk to the river.", **given: Any) -> Any:
    return do(actions.offer_strength, cast, **{"sort": Sort.HELPS, "when": "at night", **given, "words": words})


def name_it(cast: Any, headline: str = "the thing in May", *, name: str = "rosa", **given: Any) -> Any:
    return do(actions.name_topic, cast, name, headline=headline, **given)


def ready(cast: Any, topic: Any, **given: Any) -> Any:
    return do(actions.move_topic, cast, topic_id=topic.id, to=Move.READY, **given)


def not_yet(cast: Any, topic: Any, **given: Any) -> Any:
    return do(actions.move_topic, cast, topic_id=topic.id, to=Move.NOT_YET, **given)


def talked(cast: Any, topic: Any, *, name: str = "dana", **given: Any) -> Any:
    return do(actions.say_talked, cast, name, topic_id=topic.id, **given)
