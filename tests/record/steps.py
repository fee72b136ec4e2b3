"""What the cast does in this room, one function a step. Each returns the entry it made."""

from __future__ import annotations

from typing import Any

from alongside.kit.ids import new_id
from alongside.record import actions, queries
from alongside.record.models import Entry
from alongside.record.rules import Slot, UrgentReason, What

NEED = "I must be out on the 31st and don’t understand the letter"
HOPE = "that my children can stay in their school and I sleep again"


def _do(act: Any, cast: Any, name: str, given: dict[str, Any]) -> Entry:
    place = given.pop("place", None) or cast.place(name)
    given.setdefault("write_id", new_id())
    given.setdefault("now", cast.now)
    entry: Entry = act(by=place.by, about=place, **given)
    return entry


def _seen(cast: Any, slot: Slot) -> Any:
    entry = queries.standing_in(cast.place("rosa")).of(slot)
    return entry.id if entry else None


def say(cast: Any, words: str = NEED, *, name: str = "rosa", what: What = What.NEED, **given: Any) -> Entry:
    given.setdefault("seen", _seen(cast, Slot(what.value)))
    return _do(actions.say_words, cast, name, {"what": what, "words": words, **given})


def take_back(cast: Any, *, name: str = "rosa", what: What = What.NEED, **given: Any) -> Entry:
    given.setdefault("seen", _seen(cast, Slot(what.value)))
    return _do(actions.take_back_words, cast, name, {"what": what, **given})


def you_start(cast: Any, *, name: str = "rosa", **given: Any) -> Entry:
    return _do(actions.waive_words, cast, name, given)


def wait_for_me(cast: Any, *, name: str = "rosa", **given: Any) -> Entry:
    return _do(actions.take_back_waiver, cast, name, given)


def picture(cast: Any, saw: str = "A letter from the landlord.", *, name: str = "dana", **given: Any) -> Entry:
    given.setdefault("seen", _seen(cast, Slot.PICTURE))
    return _do(actions.write_picture, cast, name, {"saw": saw, "think": "Time is short.", **given})


def urgent(cast: Any, *, name: str = "dana", **given: Any) -> Entry:
    given.setdefault("seen", _seen(cast, Slot.PICTURE))
    given = {
        "reason": UrgentReason.COURT_TODAY,
        "sentence": "The hearing is at noon.",
        "saw": "The court’s letter.",
        "think": "",
        **given,
    }
    return _do(actions.take_urgent_path, cast, name, given)


def _listen(act: Any, cast: Any, name: str, given: dict[str, Any]) -> Entry:
    given.setdefault("seen", _seen(cast, Slot.LISTENING))
    return _do(act, cast, name, given)


def send(cast: Any, words: str = "You are afraid about money.", *, name: str = "dana", **given: Any) -> Entry:
    return _listen(actions.send_listening, cast, name, {"words": words, **given})


def correct(cast: Any, words: str = "It is about the school.", *, name: str = "dana", **given: Any) -> Entry:
    return _listen(actions.correct_listening, cast, name, {"words": words, **given})


def not_quite(
    cast: Any, words: str = "it’s not about money, it’s the school", *, name: str = "rosa", **given: Any
) -> Entry:
    return _listen(actions.answer_not_quite, cast, name, {"words": words, **given})


def yes(cast: Any, *, name: str = "rosa", **given: Any) -> Entry:
    return _listen(actions.answer_yes, cast, name, given)


def skip(cast: Any, *, name: str = "rosa", **given: Any) -> Entry:
    return _listen(actions.skip_listening, cast, name, given)
