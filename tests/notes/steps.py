"""What the cast does in this room, one function a step. Each returns the id of what it made."""

from __future__ import annotations

import uuid
from typing import Any

from alongside.kit.ids import new_id
from alongside.notes import actions, queries
from alongside.notes.models import Note, Voice, Withheld
from alongside.notes.rules import Agreeing, Audience, Category, What

LOUD = "Rosa raised her voice at 10:00 and said “you don’t listen”."
THINK = "I think she was at the end of her strength."
HER_SIDE = "I was loud because nobody had answered for three weeks."


def _do(act: Any, cast: Any, name: str, given: dict[str, Any]) -> uuid.UUID:
    now = given.get("now", cast.now)
    place = given.pop("place", None) or cast.place(name, of=given.pop("of", "rosa"), now=now)
    given.setdefault("write_id", new_id())
    given["now"] = now
    made: uuid.UUID = act(by=place.by, about=place, **given)
    return made


def note_row(note_id: uuid.UUID) -> Any:
    return Note.objects.unguarded(because="test").get(id=note_id)


def voices(note_id: uuid.UUID, what: What | None = None) -> list[Any]:
    rows = Voice.objects.unguarded(because="test").filter(note_id=note_id).order_by("number")
    return list(rows.filter(what=what) if what else rows)


def withheld_row(withheld_id: uuid.UUID) -> Any:
    return Withheld.objects.unguarded(because="test").get(id=withheld_id)


def standing(note_id: uuid.UUID) -> uuid.UUID:
    return next(voice.id for voice in voices(note_id) if voice.stands)


def write(cast: Any, happened: str = LOUD, *, name: str = "dana", **given: Any) -> uuid.UUID:
    return _do(actions.write_note, cast, name, {"headline": "", "think": THINK, "happened": happened, **given})


def correct(cast: Any, note_id: uuid.UUID, happened: str, *, name: str = "dana", **given: Any) -> uuid.UUID:
    given.setdefault("seen", standing(note_id))
    given = {"headline": "", "think": THINK, "reason": "The time was wrong.", "happened": happened, **given}
    return _do(actions.correct_note, cast, name, {"note_id": note_id, **given})


BESIDE = {
    "differently": actions.see_differently,
    "add": actions.add_to_note,
    "now": actions.say_how_i_see_it_now,
    "ask": actions.ask_correction,
    "sign": actions.sign_note,
    "read": actions.mark_read,
}


def beside(cast: Any, what: str, note_id: uuid.UUID, words: str = "", *, name: str = "rosa", **given: Any) -> uuid.UUID:
    given.setdefault("seen", standing(note_id))
    if what not in ("sign", "read"):
        given["words"] = words or HER_SIDE
    return _do(BESIDE[what], cast, name, {"note_id": note_id, **given})


def leave(cast: Any, note_id: uuid.UUID, ask: uuid.UUID, words: str = "It is how I saw it.", *, name: str = "dana",
          **given: Any) -> uuid.UUID:  # fmt: skip
    return _do(actions.leave_as_is, cast, name, {"note_id": note_id, "ask": ask, "words": words, **given})


def look(cast: Any, note_id: uuid.UUID, *, whom: str = "samuel", name: str = "rosa", **given: Any) -> uuid.UUID:
    given.setdefault("seen", standing(note_id))
    given.setdefault("words", "Is this fair?")
    return _do(actions.ask_to_look, cast, name, {"note_id": note_id, "whom": cast.accounts[whom].person_id, **given})


def answer(cast: Any, note_id: uuid.UUID, look_id: uuid.UUID, words: str = "Both can be true.", *,
           name: str = "samuel", **given: Any) -> uuid.UUID:  # fmt: skip
    return _do(actions.answer_look, cast, name, {"note_id": note_id, "look": look_id, "words": words, **given})


def own(cast: Any, happened: str = "I cannot say this to anybody.", *, name: str = "rosa", **given: Any) -> uuid.UUID:
    return _do(actions.keep_own, cast, name, {"headline": "", "happened": happened, **given})


def rewrite_own(cast: Any, own_id: uuid.UUID, happened: str, *, name: str = "rosa", **given: Any) -> uuid.UUID:
    given.setdefault("seen", standing(own_id))
    return _do(actions.rewrite_own, cast, name, {"own_id": own_id, "headline": "", "happened": happened, **given})


def own_now(cast: Any, own_id: uuid.UUID, words: str = "It is easier now.", *, name: str = "rosa",
            **given: Any) -> uuid.UUID:  # fmt: skip
    given.setdefault("seen", standing(own_id))
    return _do(actions.say_how_i_see_mine_now, cast, name, {"own_id": own_id, "words": words, **given})


def audience(cast: Any, own_id: uuid.UUID, to: Audience, *names: str, name: str = "rosa", **given: Any) -> uuid.UUID:
    named = frozenset(cast.accounts[one].person_id for one in names)
    return _do(actions.set_audience, cast, name, {"own_id": own_id, "audience": to, "names": named, **given})


def withhold(cast: Any, note_id: uuid.UUID, part: str = "Her neighbour told me this.", *, second: str = "samuel",
             name: str = "dana", **given: Any) -> uuid.UUID:  # fmt: skip
    given = {"category": Category.THIRD_PERSON, "reason": "The neighbour asked for it.", "days": 30, **given}
    person = cast.accounts[second].person_id
    return _do(actions.withhold, cast, name, {"note_id": note_id, "part": part, "second": person, **given})


def agree(cast: Any, withheld_id: uuid.UUID, says: Agreeing = Agreeing.YES, *, name: str = "samuel",
          **given: Any) -> uuid.UUID:  # fmt: skip
    return _do(actions.answer_withheld, cast, name, {"withheld_id": withheld_id, "answer": says, **given})


def challenge(cast: Any, note_id: uuid.UUID, marker: uuid.UUID, words: str = "Why not?", *, name: str = "rosa",
              **given: Any) -> uuid.UUID:  # fmt: skip
    return _do(actions.challenge, cast, name, {"note_id": note_id, "marker": marker, "words": words, **given})


def answer_challenge(cast: Any, withheld_id: uuid.UUID, words: str = "It is about the neighbour.", *,
                     name: str = "samuel", opens: bool = False, **given: Any) -> uuid.UUID:  # fmt: skip
    return _do(
        actions.answer_challenge, cast, name, {"withheld_id": withheld_id, "words": words, "opens": opens, **given}
    )


def shown(cast: Any, note_id: uuid.UUID, *, name: str = "rosa", **given: Any) -> queries.Shown:
    return queries.note_in(cast.place(name, **given), note_id)
