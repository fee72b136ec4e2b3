"""A stretch of life in Rosa's space and in Nadia's, made through the actions, in which every table gets rows.

Each text that a person could write carries a word of its own (`planted`), by which it can be found
again wherever it should not be.
"""

from __future__ import annotations

import datetime
import secrets
from typing import Any

from alongside.agreement import rules as agreement_rules
from alongside.decisions import actions as decisions
from alongside.decisions.rules import Answer, Point, Sort
from alongside.journeys import actions as journeys
from alongside.kit.ids import new_id
from alongside.people.models import Account, Device, Seat, StaffPost
from alongside.people.rules import Post, Role
from alongside.reach.actions import say_how_to_reach
from alongside.reach.rules import Channel
from alongside.record.rules import What
from tests.agreement.conftest import VOLUNTARY, Together
from tests.conftest import Cast
from tests.decisions.story import Story
from tests.record import steps


class Life:
    """Everything up to the leaning; `sealed` is what Dana wrote and nobody may read yet. `goes_on` does the rest."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.planted: dict[str, str] = {}
        self.gap_id = new_id()
        self.in_the_agency()
        self.how_to_reach()
        self.agreement()
        self.words()
        self.decision()

    def says(self, what: str) -> str:
        """A text with a word of its own in it."""
        self.planted[what] = f"zq{secrets.token_hex(6)}"
        return f"{what} {self.planted[what]} … «ñ» نص"

    def by(self, name: str, action: Any, *, of: str = "rosa", **given: Any) -> Any:
        place = self.cast.place(name, of=of)
        given.setdefault("now", self.cast.now)
        return action(by=place.by, about=place, **given)

    # --- one room after the other ----------------------------------------------------------------

    def in_the_agency(self) -> None:
        lena, now = self.cast.viewer("lena"), self.cast.now
        self.says("an address")
        hired = journeys.take_on(
            by=lena, called=self.says("a colleague's name"), email=f"{self.planted['an address']}@riverside.example",
            posts=frozenset({Post.WORKER}), now=now, write_id=new_id(),
        ).account  # fmt: skip
        self.cast.accounts["hired"] = hired
        post = journeys.give_post(by=lena, person_id=hired.person_id, post=Post.SUPERVISOR, now=now)
        journeys.end_post(by=lena, post_id=post.id, now=now + datetime.timedelta(minutes=1))
        self.post = StaffPost.objects.get(person_id=self.cast.accounts["robin"].person_id)

        card = journeys.start_partnership(
            by=self.cast.viewer("dana"), called=self.says("a client's name"), language="es", now=now, write_id=new_id()
        )
        self.cast.accounts["carmen"], self.cast.spaces["carmen"] = card.account, card.account.person.key_scope_id
        self.by("carmen", journeys.join, of="carmen", pin="738291", language="es")
        self.by("dana", journeys.print_card, of="carmen", write_id=new_id())
        amir = self.cast.accounts["amir"].person_id
        seat = self.by(
            "dana", journeys.give_seat, of="carmen", person_id=amir, role=Role.COVER,
            ends=now + datetime.timedelta(days=3), write_id=new_id(),
        )  # fmt: skip
        self.by("dana", journeys.end_seat, of="carmen", seat_id=seat.id)
        self.seat = Seat.objects.get(partnership_id=self.cast.spaces["rosa"], role=Role.SUPERVISOR)

    def how_to_reach(self) -> None:
        self.by(
            "rosa", say_how_to_reach, write_id=new_id(), channel=Channel.TEXT, number=self.says("a number"),
            from_hour=datetime.time(8), to_hour=datetime.time(20), voicemail=False,
            code_word=self.says("a code word"), never=self.says("what must never happen"),
        )  # fmt: skip

    def agreement(self) -> None:
        self.together = Together(self.cast)
        self.together.start("dana")
        self.together.change("rosa", "why", **VOLUNTARY | {"purpose": self.says("why we meet")})
        self.together.accept("dana")
        self.together.accept("rosa")
        self.part = agreement_rules.TIMES

    def words(self) -> None:
        cast = self.cast
        steps.say(cast, self.says("a need"))
        steps.say(cast, self.says("a hope"), what=What.HOPE)
        steps.send(cast, self.says("what was heard"))
        steps.not_quite(cast, self.says("not quite"))
        steps.correct(cast, self.says("heard again"))
        steps.yes(cast)
        steps.picture(cast, self.says("what was seen"), think=self.says("what is thought"))
        with_nadia = cast.place("nadia", of="nadia"), cast.place("dana", of="nadia")
        steps.you_start(cast, place=with_nadia[0])
        steps.wait_for_me(cast, place=with_nadia[0])
        steps.urgent(
            cast, place=with_nadia[1], seen=None, sentence=self.says("why it cannot wait"),
            saw=self.says("an urgent sight"), think=self.says("an urgent thought"),
        )  # fmt: skip
        steps.skip(cast, place=with_nadia[0], seen=None)

    def decision(self) -> None:
        story = self.story = Story(self.cast)
        story.opened(question=self.says("a question"), situation=self.says("a situation"))
        story.do(
            decisions.say_what_is_fixed, "dana", authority=self.says("an authority"), fixed=self.says("what is fixed"),
            still_open=self.says("what is open"), source=self.says("a source of what is fixed"),
        )  # fmt: skip
        story.do(
            decisions.reword_decision, "rosa", question=self.says("other words"), situation=self.says("a new situation")
        )
        for letter, name in {"A": "dana", "B": "dana", "C": "rosa", "D": "rosa"}.items():
            said = {
                part: self.says(f"{part} of way {letter}")
                for part in ("title", "living", "cost", "certainty", "source")
            }
            story.ways[letter] = story.do(decisions.add_way, name, **said).id
            story.side(
                letter, Sort.GOOD, name, self.says(f"good side of {letter}"), source=self.says(f"its source {letter}")
            )
            story.side(letter, Sort.HARD, "rosa", self.says(f"hard side of {letter}"))
        for label in ("school", "cost", "safe", "space", "long-term"):
            story.matters[label] = story.do(decisions.name_matter, "rosa", label=self.says(f"what matters: {label}")).id
        late = story.do(decisions.add_way, "dana", title=self.says("a way that is taken back"))
        story.do(decisions.take_back, "dana", addition_id=late.id)
        weights = dict.fromkeys(story.matters.values(), 3)
        newest = story.do(decisions.weigh, "rosa", weights=weights, musts={story.matters["school"]: True})
        story.fit("A", (2, 1, 1, 0, -1), drawn_with=newest.id)
        story.view(text=self.says("a sealed view"))
        self.sealed = self.planted["a sealed view"]

    def goes_on(self) -> None:
        """She asks for the view and leans, checks, chooses, looks back and opens the question again."""
        story = self.story
        story.ask()
        story.do(
            decisions.record_lean,
            "rosa",
            main=[story.ways["C"]],
            backup=[story.ways["A"]],
            words=self.says("a leaning"),
        )
        story.check(had_enough=Answer.NOT_SURE)
        self.gap_id = story.do(
            decisions.plan_gap, "rosa", point=Point.HAD_ENOUGH, what=self.says("what is still missing"),
            who=story.cast.accounts["dana"].person_id, until=self.cast.now.date() + datetime.timedelta(days=3),
        ).id  # fmt: skip
        story.do(decisions.close_gap, "dana", gap_id=self.gap_id)
        story.do(
            decisions.record_choice, "rosa", main=[story.ways["C"]], backup=[story.ways["A"]],
            words=self.says("a choice"), reason=self.says("a reason"), revisit_if=self.says("when to look again"),
        )  # fmt: skip
        story.do(
            decisions.look_back, "rosa", again=4, why=self.says("why again"), learned=self.says("what was learned")
        )
        story.do(decisions.reopen_decision, "rosa", why=self.says("why the question is open again"))

    # --- where to find what addresses name -------------------------------------------------------

    def named(self) -> dict[str, Any]:
        """What the parts of an address may stand for, by the part's name."""
        rosa: Account = self.cast.accounts["rosa"]
        device = Device.objects.filter(account=rosa).first()
        return {
            "partnership_id": self.cast.spaces["rosa"],
            "decision_id": self.story.id,
            "way_id": self.story.ways["A"],
            "gap_id": self.gap_id,
            "seat_id": self.seat.id,
            "post_id": self.post.id,
            "device_id": device.id if device else new_id(),
            "number": 1,
            "part": self.part,
            "pk": 1,
        }
