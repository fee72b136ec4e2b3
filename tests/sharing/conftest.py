"""Rosa's space with something in each room, and Priya, who was invited and has promised."""

import datetime

import pytest

from alongside.decisions import actions as decisions
from alongside.reach.actions import say_how_to_reach
from alongside.reach.rules import Channel
from alongside.record.rules import What
from tests.agreement.conftest import VOLUNTARY, Together
from tests.decisions.story import Story
from tests.record import steps as record
from tests.sharing.steps import do, invite

# A word of its own in each part, by which it is found wherever it is shown.
WORDS = {
    "words": "zqneed",
    "picture": "zqpicture",
    "notes": "zqnote",
    "decisions": "zqquestion",
    "agreement": "zqagreed",
    "strengths": "zqstrength",
    "reach": "zqnumber",
}


@pytest.fixture
def full(cast, frozen):
    """Rosa's space, in which each thing that she can share has something in it."""
    from alongside.notes.actions import write_note
    from alongside.topics.actions import offer_strength
    from alongside.topics.rules import Sort

    record.say(cast, f"a need {WORDS['words']}")
    record.say(cast, "a hope zqhope", what=What.HOPE)
    record.send(cast, "zqheard")
    record.yes(cast)
    record.picture(cast, f"seen {WORDS['picture']}", think="zqthought")
    do(
        write_note, cast, "dana", headline="a note", happened=f"written {WORDS['notes']}", think="zqopinion",
    )  # fmt: skip
    story = Story(cast).opened(question=f"what now {WORDS['decisions']}")
    story.do(decisions.add_way, "dana", title="zqaway")
    together = Together(cast)
    together.start("dana")
    together.change("rosa", "why", **VOLUNTARY | {"purpose": f"why {WORDS['agreement']}"})
    together.accept("dana")
    together.accept("rosa")
    do(
        offer_strength, cast, "rosa", sort=Sort.GOOD_AT, words=f"I go on {WORDS['strengths']}",
    )  # fmt: skip
    do(
        say_how_to_reach, cast, "rosa", channel=Channel.TEXT, number=WORDS["reach"], from_hour=datetime.time(8),
        to_hour=datetime.time(20), voicemail=False, code_word="zqcodeword", never="zqnever",
    )  # fmt: skip
    invite(cast)
    return cast
