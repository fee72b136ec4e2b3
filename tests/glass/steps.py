"""What is done again and again in the tests of this room."""

from alongside.glass import actions
from alongside.glass.queries import reference_of
from alongside.glass.rules import Purpose
from alongside.kit.ids import new_id


def look_in(cast, name, *, now=None, of="rosa", **given):
    """Ask to be let in, with everything that is needed."""
    given = {
        "reference": reference_of(cast.spaces[of]), "purpose": Purpose.TREATMENT,
        "reason": "She called and did not finish the sentence.", "proved": True, "write_id": new_id(),
    } | given  # fmt: skip
    return actions.break_glass(by=cast.viewer(name, now=now), now=now or cast.now, **given)


def exclude(cast, name, *, by="rosa", of="rosa", **given):
    """Rosa names a colleague."""
    place = cast.place(by, of=of)
    return actions.exclude(
        by=place.by, about=place, person_id=cast.accounts[name].person_id, now=cast.now, write_id=new_id(), **given
    )


def agree(cast, name, opening, *, now=None, proved=True):
    return actions.agree_to_opening(
        by=cast.viewer(name, now=now), opening_id=opening.id, proved=proved, now=now or cast.now
    )


def review(cast, name, opening, words="It was needed.", *, now=None):
    return actions.review_opening(
        by=cast.viewer(name, now=now), opening_id=opening.id, words=words, now=now or cast.now, write_id=new_id()
    )


def told(cast, name, opening):
    place = cast.place(name)
    return actions.say_it_was_told(by=place.by, about=place, opening_id=opening.id, now=cast.now)


def seen(cast, opening, name="rosa"):
    place = cast.place(name)
    return actions.see_opening(by=place.by, about=place, opening_id=opening.id, now=cast.now)
