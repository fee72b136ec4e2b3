"""Rosa's question of story H, made through the actions, for every test of this room."""

from __future__ import annotations

import datetime

from alongside.decisions import actions, queries, rules
from alongside.decisions.rules import Answer, Point, Sort
from alongside.kit.ids import new_id

WEIGHTS = {"school": 5, "cost": 4, "safe": 5, "space": 2, "long-term": 3}
FITS = {"A": (2, 1, 1, 0, -1), "B": (-2, 2, 2, -2, 0), "C": (2, 0, -1, 1, 1), "D": (1, -2, 0, -2, -1)}
POINTS = {"A": 16, "B": 4, "C": 10, "D": -10}
SHARES = {"A": 0.421, "B": 0.105, "C": 0.263, "D": -0.263}
QUESTION = "Where do we live after 31 March?"


class Story:
    """A decision and who acts in it. Each verb is one action, by the person named."""

    def __init__(self, cast, *, heard: bool = True, of: str = "rosa") -> None:
        self.cast, self.of = cast, of
        self.ways: dict[str, object] = {}
        self.matters: dict[str, object] = {}
        partnership = cast.place(of, of=of).partnership
        partnership.heard_at = cast.now if heard else None
        partnership.save(update_fields=["heard_at"])

    def do(self, action, name, **given):
        place = self.cast.place(name, of=self.of)
        given.setdefault("write_id", new_id())
        given.setdefault("now", self.cast.now)
        if hasattr(self, "id") and action is not actions.open_decision:
            given.setdefault("decision_id", self.id)
        return action(by=place.by, about=place, **given)

    def opened(self, name="rosa", **given):
        given = {"question": QUESTION, "by_when": datetime.date(2026, 3, 20), **given}
        self.id = self.do(actions.open_decision, name, **given).id
        return self

    def way(self, letter, name="dana", **given):
        self.ways[letter] = self.do(actions.add_way, name, title=f"way {letter}", **given).id
        return self.ways[letter]

    def side(self, letter, sort=Sort.GOOD, name="dana", text="a side", **given):
        return self.do(actions.add_side, name, way_id=self.ways[letter], sort=sort, text=text, **given)

    def matter(self, label, name="rosa"):
        self.matters[label] = self.do(actions.name_matter, name, label=label).id
        return self.matters[label]

    def with_ways(self, letters="ABCD"):
        for letter in letters:
            self.way(letter, "rosa" if letter == "C" else "dana", source="Jo, on 1 March")
            self.side(letter, Sort.GOOD)
            self.side(letter, Sort.HARD, "rosa")
        return self

    def weighed(self):
        for label in WEIGHTS:
            self.matter(label)
        weights = {self.matters[label]: weight for label, weight in WEIGHTS.items()}
        newest = self.do(actions.weigh, "rosa", weights=weights, musts={self.matters["school"]: True})
        for letter, fits in FITS.items():
            newest = self.fit(letter, fits, drawn_with=newest.id)
        self.newest = newest
        return self

    def fit(self, letter, fits, **given):
        values = dict(zip(self.matters.values(), fits, strict=True))
        return self.do(actions.fit_way, "rosa", way_id=self.ways[letter], fits=values, **given)

    def view(self, name="dana", text="I would take A now.", letter="A", **given):
        prefers = self.ways[letter] if letter else None
        return self.do(actions.write_view, name, text=text, prefers=prefers, **given)

    def lean(self, name="rosa", main="C", backup="A", **given):
        return self.do(
            actions.record_lean,
            name,
            main=[self.ways[letter] for letter in main],
            backup=[self.ways[letter] for letter in backup],
            words="I want to try to stay.",
            **given,
        )

    def ask(self, name="rosa"):
        return self.do(actions.ask_for_view, name)

    def check(self, name="rosa", **changes):
        answers = dict.fromkeys(Point, Answer.YES)
        answers |= {Point[point.upper()]: answer for point, answer in changes.items()}
        return self.do(actions.check_readiness, name, answers=answers)

    def choose(self, name="rosa", main="C", backup="A", **given):
        return self.do(
            actions.record_choice,
            name,
            main=[self.ways[letter] for letter in main],
            backup=[self.ways[letter] for letter in backup],
            **{"words": "We stay and contest it.", **given},
        )

    def page(self, name="rosa", order=None, **given):
        place = self.cast.place(name, of=self.of)
        return queries.decision_page(place, self.id, order=order or rules.new_order(), **given)

    def url(self, tail=""):
        return f"/space/{self.cast.spaces[self.of]}/decisions/{self.id}/{tail}"
