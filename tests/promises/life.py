"""A stretch of life in Rosa's space and in Nadia's, made through the actions, in which every table gets rows.

Each text that a person could write carries a word of its own (`planted`), by which it can be found
again wherever it should not be.
"""

from __future__ import annotations

import datetime
import secrets
from contextlib import nullcontext
from typing import Any

from django.test import override_settings

from alongside.access.kinds import Kind
from alongside.access.models import TrailLine
from alongside.agreement import rules as agreement_rules
from alongside.attached.models import Attachment
from alongside.consent.rules import Shared
from alongside.conversations import actions as conversations
from alongside.conversations.rules import Becomes
from alongside.conversations.rules import What as SaidAbout
from alongside.decisions import actions as decisions
from alongside.decisions.rules import Answer, Point, Sort
from alongside.glass import actions as glass
from alongside.glass.queries import reference_of
from alongside.glass.rules import Purpose
from alongside.journeys import actions as journeys
from alongside.kit.ids import new_id
from alongside.notes.rules import Audience
from alongside.notes.rules import What as Said
from alongside.people import actions as people
from alongside.people.actions import keep_here
from alongside.people.models import Account, Device, Seat, StaffPost
from alongside.people.rules import Looks, Post, Role
from alongside.plain import actions as plain
from alongside.plain.rules import Area, Feeling
from alongside.reach import actions as reach
from alongside.reach.actions import say_how_to_reach
from alongside.reach.rules import Channel, Sentence
from alongside.record import actions as record
from alongside.record.rules import What, WorrySort
from alongside.safety import actions as safety
from alongside.safety.rules import Audience as SafetyAudience
from alongside.safety.rules import Looked, Part
from alongside.sharing import actions as sharing
from alongside.sharing.models import Receipt
from alongside.sharing.rules import Answer as NoOrNotNow
from alongside.takeaway import actions as takeaway
from alongside.takeaway import bringing, gathering, making, packing
from alongside.takeaway.fields import canonical, moment
from alongside.together import actions as together
from alongside.together.rules import Sort as PaperSort
from alongside.topics import actions as topics
from alongside.topics.models import Aftercare
from alongside.topics.rules import Move
from alongside.topics.rules import Sort as StrengthSort
from tests.agreement.conftest import VOLUNTARY, Together
from tests.attached import steps as attached
from tests.attached.files import said, seen
from tests.conftest import Cast
from tests.decisions.story import Story
from tests.notes import steps as notes
from tests.record import steps
from tests.together import steps as papers


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
        self.topics()
        self.hard_times()
        self.notes()
        self.papers()
        self.decision()
        self.emergencies()
        self.plain_words()
        self.sharing()
        self.messages()
        self.asking()

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
        self.keeping = people.keep_here(
            by=self.cast.accounts["rosa"], session_key="her own phone", looks=Looks.PHONE, her_own=True, now=now
        )
        self.leave()

    def leave(self) -> None:
        """Amir was away for a moment in which nobody was named for anything; Dana will be, and is not wanted back."""
        lena, now = self.cast.viewer("lena"), self.cast.now
        people = self.cast.accounts
        self.line = safety.name_line(
            by=lena, name="a line of help", number="020 7946 0018", hours="at night", languages="", cost="free",
            now=now, write_id=new_id(),
        )  # fmt: skip
        other = safety.name_line(
            by=lena, name="another line", number="", hours="", languages="", cost="", now=now, write_id=new_id()
        )
        safety.take_off_line(by=lena, line_id=other.id, now=now, write_id=new_id())
        first = now.date() + datetime.timedelta(days=300)
        away = journeys.say_away(
            by=lena, person_id=people["dana"].person_id, cover_id=people["robin"].person_id, first=first,
            last=first + datetime.timedelta(days=1), now=now, write_id=new_id(),
        )  # fmt: skip
        journeys.end_away(by=lena, away_id=away.id, now=now, write_id=new_id())
        self.away = journeys.say_away(
            by=lena, person_id=people["hired"].person_id, cover_id=people["robin"].person_id, first=first, last=None,
            now=now, write_id=new_id(),
        )  # fmt: skip

    def hard_times(self) -> None:
        """Her plan, opened to those who work with her; a rough night, a call, and a look back."""
        said = {part.value: self.says(f"her plan: {part.value}") for part in Part}
        self.by("rosa", safety.write_plan, said=said, write_id=new_id())
        self.by("rosa", safety.open_plan, audience=SafetyAudience.WITH_ME, write_id=new_id())
        self.call = self.by("rosa", journeys.ask_to_call, words=self.says("a rough night"), write_id=new_id())
        self.by("dana", safety.be_in_touch, call_id=self.call.id, write_id=new_id())
        looked = {part.value: self.says(f"a look back: {part.value}") for part in Looked}
        self.by(
            "rosa", safety.look_back_at_night, call_id=self.call.id, said=looked, audience=SafetyAudience.ME,
            write_id=new_id(),
        )  # fmt: skip
        other = self.by("rosa", journeys.ask_to_call, words=self.says("another rough night"), write_id=new_id())
        self.by("rosa", safety.leave_out_look_back, call_id=other.id, write_id=new_id())

    def how_to_reach(self) -> None:
        """At first only on Tuesdays: on a Monday Dana asks to write all the same, and Samuel agrees."""
        self.by(
            "rosa", say_how_to_reach, write_id=new_id(), channel=Channel.TEXT, number="+44 7700 900123",
            from_hour=datetime.time(8), to_hour=datetime.time(20), voicemail=False, code_word="", never="", days=[2],
            sentence=Sentence.OWN, own_sentence=self.says("words that go out"),
        )  # fmt: skip
        with override_settings(TEXT_URL="console:"):
            self.by("rosa", reach.try_it_out, write_id=new_id())
            asked = self.by(
                "dana", reach.ask_past_hours, reason=self.says("why it cannot wait until Tuesday"), write_id=new_id()
            )
        self.asked_past = self.by("samuel", reach.agree_past_hours, asked_id=asked.id)
        self.by("dana", reach.see_to_it, write_id=new_id())
        phone = keep_here(
            by=self.cast.accounts["rosa"], session_key="her phone", looks=Looks.PHONE, her_own=True, now=self.cast.now
        )
        self.woken_id = new_id()
        with override_settings(PUSH_CONTACT="mailto:notes@mail.example"):
            self.by(
                "rosa", reach.wake_device, write_id=self.woken_id, device=phone.id,
                endpoint="https://fcm.googleapis.com/fcm/send/abc",
            )  # fmt: skip
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
        steps.say(cast, self.says("a hope"), what=What.HOPE, voice=said())
        self.voice()
        steps.send(cast, self.says("what was heard"))
        steps.not_quite(cast, self.says("not quite"))
        steps.correct(cast, self.says("heard again"))
        steps.yes(cast)
        steps.picture(cast, self.says("what was seen"), think=self.says("what is thought"))
        self.columns()
        with_nadia = cast.place("nadia", of="nadia"), cast.place("dana", of="nadia")
        steps.you_start(cast, place=with_nadia[0])
        steps.wait_for_me(cast, place=with_nadia[0])
        steps.urgent(
            cast, place=with_nadia[1], seen=None, sentence=self.says("why it cannot wait"),
            saw=self.says("an urgent sight"), think=self.says("an urgent thought"),
        )  # fmt: skip
        steps.skip(cast, place=with_nadia[0], seen=None)

    def voice(self) -> None:
        """Rosa said her hope as well; Dana writes down what she heard, Rosa corrects it. And a photo of a letter."""
        cast = self.cast
        (self.voice_note,) = Attachment.objects.visible_to(cast.viewer("rosa"), within=cast.spaces["rosa"])
        attached.write_down(cast, self.voice_note, self.says("what was heard in a voice note"))
        attached.right(cast, self.voice_note, self.says("what she said in a voice note"))
        attached.keep(cast, seen(), name="dana", kind=Kind.MESSAGE)

    def columns(self) -> None:
        """Both put something into the picture, and Rosa sees one line differently."""
        line = self.by(
            "dana", record.add_to_picture, what=What.WORRY, sort=WorrySort.FUTURE, words=self.says("a worry"),
            write_id=new_id(),
        )  # fmt: skip
        self.by("rosa", record.see_it_differently, line=line.id, words=self.says("how she sees it"), write_id=new_id())
        self.by("rosa", record.add_to_picture, what=What.HELPS, words=self.says("what helps"), write_id=new_id())
        self.by("dana", record.add_to_picture, what=What.WANT, words=self.says("what to see"), write_id=new_id())
        self.by("rosa", record.say_where_it_stands, number=3, words=self.says("what puts it there"), write_id=new_id())

    def topics(self) -> None:
        """What gets Rosa through: her own, an offer kept in her words, two that are gone; and what is hard to say."""
        card = self.strength = self.by(
            "rosa", topics.offer_strength, sort=StrengthSort.HELPS, words=self.says("what gets her through"),
            when=self.says("when it helps"), write_id=new_id(),
        )  # fmt: skip
        self.by(
            "rosa", topics.note_practice, strength_id=card.id, before=8, after=5, note=self.says("how it was"),
            write_id=new_id(),
        )  # fmt: skip
        kept, declined, back = (
            self.by(
                "dana", topics.offer_strength, sort=StrengthSort.SEEN, words=f"what Dana saw {number}",
                where=self.says("where it was seen") if number == 1 else "", write_id=new_id(),
            )
            for number in (1, 2, 3)
        )  # fmt: skip
        self.by(
            "rosa", topics.keep_strength, strength_id=kept.id, words=self.says("what she kept in her words"),
            write_id=new_id(),
        )  # fmt: skip
        self.by("rosa", topics.decline_strength, strength_id=declined.id, write_id=new_id())
        self.by("dana", topics.take_back_strength, strength_id=back.id, write_id=new_id())

        def step(name: str, action: Any, **given: Any) -> Any:
            return self.by(name, action, topic_id=topic.id, write_id=new_id(), **given)

        topic = self.topic = self.by(
            "rosa", topics.name_topic, headline=self.says("a word for it"), more=self.says("a bit more"),
            details=self.says("all of it"), write_id=new_id(),
        )  # fmt: skip
        step("rosa", topics.tell_more, details=self.says("all of it, later"))
        step(
            "rosa", topics.say_pace, stop_sign=self.says("what stops it"), where=self.says("where to talk"),
            companion=self.cast.accounts["dana"].person_id, somebody_else=self.says("who is beside her"),
            helps_after=self.says("what helps after"),
        )  # fmt: skip
        step("rosa", topics.move_topic, to=Move.NOT_YET)
        step("dana", topics.propose_topic, words=self.says("is it a good time"))
        step("rosa", topics.move_topic, to=Move.READY)
        step("dana", topics.say_talked)
        step("rosa", topics.look_back_at_topic, glad=4, words=self.says("if it was good"))
        places = Aftercare.objects.unguarded(because="test")
        self.aftercare = places.get(topic_id=topic.id)
        self.by(
            "dana", topics.keep_aftercare, aftercare_id=self.aftercare.id, write_id=new_id(),
            now=self.cast.now + datetime.timedelta(days=1),
        )  # fmt: skip
        again = self.by("dana", topics.name_topic, headline=self.says("what Dana named"), write_id=new_id())
        self.by("rosa", topics.say_talked, topic_id=again.id, write_id=new_id())
        open_one = places.get(topic_id=again.id)
        self.by("rosa", topics.decline_aftercare, aftercare_id=open_one.id, write_id=new_id())
        off = self.by("dana", topics.name_topic, headline="what is taken off", write_id=new_id())
        self.by("rosa", topics.take_off_topic, topic_id=off.id, write_id=new_id())

    def papers(self) -> None:
        """Rosa and Dana write a plan together, by a form and live, and a letter that becomes a note."""
        cast, dana = self.cast, self.cast.place("dana")
        plan = papers.start(cast, title=self.says("a plan's title"), sort=PaperSort.PLAN)
        papers.save(cast, "rosa", plan, self.says("what she wrote in a plan"))
        papers.Page(cast, "dana", plan).types(self.says("what was typed live"), at=0)
        self.by("dana", together.finish_paper, paper_id=plan, write_id=new_id())
        self.by("rosa", together.go_on_writing, paper_id=plan, write_id=new_id())
        self.paper = plan
        letter = papers.start(cast, "dana", title=self.says("a letter's title"))
        papers.save(cast, "dana", letter, self.says("a letter"))
        together.finish_paper(
            by=dana.by, about=dana, now=cast.now, write_id=new_id(), paper_id=letter, into_note=True
        )  # fmt: skip

    def notes(self) -> None:
        """A note in two voices that Samuel looks at, a part of it left out, and a page of Rosa's own."""
        cast = self.cast
        note = self.note = notes.write(
            cast, self.says("what happened"), headline=self.says("a headline"), think=self.says("an opinion")
        )
        time, word = (notes.beside(cast, "ask", note, self.says(f"an ask {number}")) for number in (1, 2))
        notes.correct(
            cast, note, self.says("what really happened"), reason=self.says("why it was changed"),
            answers=frozenset({time}),
        )  # fmt: skip
        notes.leave(cast, note, word, self.says("why it stays"))
        notes.beside(cast, "differently", note, self.says("her own account"))
        notes.beside(cast, "add", note, self.says("what was added"))
        notes.beside(cast, "now", note, self.says("how she sees it now"))
        notes.beside(cast, "sign", note)
        look = notes.look(cast, note, words=self.says("what to look at"))
        notes.answer(cast, note, look, self.says("what a third person says"))
        left_out = self.withheld = notes.withhold(
            cast, note, self.says("what is not shown"), reason=self.says("why it is not shown")
        )
        notes.agree(cast, left_out)
        marker = notes.voices(note, Said.MARKER)[0].id
        notes.challenge(cast, note, marker, self.says("why not"))
        notes.answer_challenge(cast, left_out, self.says("because"))
        notes.write(cast, self.says("what is for tomorrow"), tomorrow=True, think="")
        self.own = notes.own(cast, self.says("a page of her own"), headline=self.says("its headline"))
        notes.rewrite_own(cast, self.own, self.says("a page of her own, anew"))
        notes.own_now(cast, self.own, self.says("how she sees her page now"))
        notes.audience(cast, self.own, Audience.WORKER)

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

    def leaving(self) -> None:
        """Rosa asks for a copy, asks for erasure and takes it back; Fatima goes, all is erased, and she comes back."""
        cast, now, lena, samuel = self.cast, self.cast.now, self.cast.viewer("lena"), self.cast.viewer("samuel")
        copy = self.by("rosa", takeaway.ask_copy, write_id=new_id())
        work = making.Work(making.Order.of(copy, cast.accounts["rosa"], ""))
        making.put_down(work, cast.place("rosa"), b"a copy that waits")
        before = {"name": self.says("a house before"), "organisation": str(new_id()), "until": moment(now),
                  "people": [], "seats": [], "trail": [], "checkpoint": None}  # fmt: skip
        bringing.keep_history(cast.spaces["rosa"], [before], {}, now=now)
        self.by("rosa", takeaway.ask_erasure, write_id=new_id())
        self.by("rosa", takeaway.take_back_erasure, write_id=new_id())
        hold = takeaway.hold(
            by=lena, reference=reference_of(cast.spaces["rosa"]), basis=self.says("a basis"),
            scope=self.says("a scope"), ends=now.date() + datetime.timedelta(days=30), now=now, write_id=new_id(),
        )  # fmt: skip
        takeaway.confirm_hold(by=samuel, hold_id=hold.id, now=now, write_id=new_id())
        takeaway.lift_hold(by=lena, hold_id=hold.id, now=now, write_id=new_id())
        takeaway.lift_hold(by=samuel, hold_id=hold.id, now=now, write_id=new_id())

        dana = cast.viewer("dana")
        card = journeys.start_partnership(by=dana, called="Fatima", language="ar", now=now, write_id=new_id())
        cast.accounts["fatima"], cast.spaces["fatima"] = card.account, card.partnership_id
        self.by("fatima", journeys.join, of="fatima", pin="738291", language="ar")
        rows = gathering.gather(lambda: nullcontext(cast.place("fatima", of="fatima")), {})
        file = packing.packed({"my-copy.json": canonical(rows)}, rows)
        self.by("fatima", takeaway.ask_erasure, of="fatima", write_id=new_id())
        self.by("fatima", takeaway.erase_now, of="fatima", now=now + datetime.timedelta(days=7))
        takeaway.bring_in(by=cast.viewer("dana"), file=file, now=now, write_id=new_id())

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
        self.leaving()

    def emergencies(self) -> None:
        """Rosa names Amir, who is let in all the same with a second person's yes; Carmen is given a worker anew."""
        cast, now = self.cast, self.cast.now
        amir, lena = cast.accounts["amir"].person_id, cast.viewer("lena")
        named = self.by("rosa", glass.exclude, person_id=amir, reason=self.says("why not Amir"), write_id=new_id())
        opening = glass.break_glass(
            by=cast.viewer("amir"), reference=reference_of(cast.spaces["rosa"]), purpose=Purpose.TREATMENT,
            reason=self.says("why it could not wait"), proved=True, now=now, write_id=new_id(),
        )  # fmt: skip
        glass.agree_to_opening(by=lena, opening_id=opening.id, proved=True, now=now)
        glass.note_opening(by=lena, opening_id=opening.id, now=now)
        glass.review_opening(
            by=lena, opening_id=opening.id, words=self.says("what was found"), now=now, write_id=new_id()
        )
        self.by("dana", glass.say_it_was_told, opening_id=opening.id)
        self.by("rosa", glass.see_opening, opening_id=opening.id)
        seat = Seat.objects.get(partnership_id=cast.spaces["rosa"], role=Role.EMERGENCY)
        self.by("dana", journeys.end_seat, seat_id=seat.id)
        self.by("rosa", glass.lift_exclusion, exclusion_id=named.id)
        self.opening, self.exclusion = opening, named

        dana = cast.accounts["dana"].person_id
        only = self.by("carmen", glass.exclude, of="carmen", person_id=dana, even_the_only_one=True, write_id=new_id())
        self.by("carmen", glass.lift_exclusion, of="carmen", exclusion_id=only.id)
        glass.appoint_worker(by=lena, partnership_id=cast.spaces["carmen"], person_id=dana, now=now, write_id=new_id())

    def plain_words(self) -> None:
        for word in ("a good word", "a word that is taken back"):
            kept = self.by("rosa", plain.say_wording, feeling=Feeling.LIKE, word=self.says(word), write_id=new_id())
        self.by("rosa", plain.take_back_wording, wording_id=kept.id)
        self.wording = self.by(
            "rosa", plain.say_wording, feeling=Feeling.DISLIKE, word=self.says("a bad word"),
            instead=self.says("a better word"), write_id=new_id(),
        )  # fmt: skip
        explained = self.by(
            "dana", plain.explain, area=Area.LAW, explained=self.says("an explanation"), write_id=new_id()
        )
        self.by("rosa", plain.say_back, explained_id=explained.id, words=self.says("her own words"), write_id=new_id())
        self.explained = self.by(
            "dana", plain.answer_said_back, explained_id=explained.id, anew=self.says("a better explanation"),
            write_id=new_id(),
        )  # fmt: skip

    def sharing(self) -> None:
        """Rosa invites Priya and Jo, shares, refuses, takes back, pauses. Priya promises; Jo passes it on and goes."""
        cast, person = self.cast, {}
        for name, role in {"priya": Role.PARTNER, "jo": Role.SUPPORTER}.items():
            person[name] = self.by(
                "rosa", sharing.invite, called=self.says(f"what {name} is called"), role=role, write_id=new_id()
            )
            cast.accounts[name] = Account.objects.get(person=person[name])
            self.by("dana", sharing.make_code, person_id=person[name].id, write_id=new_id())
        self.by("priya", sharing.promise, must_report=self.says("what must be reported"), write_id=new_id())
        until = cast.now.date() + datetime.timedelta(days=90)

        def share(*things: Shared, to: str = "priya") -> Any:
            return self.by(
                "rosa", sharing.share, person_id=person[to].id, things=list(things), until=until,
                purpose=self.says(f"why {to} may see {things[0]}"), write_id=new_id(),
            )  # fmt: skip

        self.share, back = share(Shared.WORDS, Shared.REACH)
        share(Shared.PICTURE, to="jo")
        self.by("dana", sharing.withdraw_share, share_id=back.id, write_id=new_id())
        self.by("rosa", sharing.pause_shares, write_id=new_id())
        self.by("rosa", sharing.go_on_sharing, write_id=new_id())
        self.asked = self.by(
            "dana", sharing.ask_for_share, person_id=None, called=self.says("whom it is for"), shared=Shared.NOTES,
            why=self.says("why it is asked"), until=until, write_id=new_id(),
        )  # fmt: skip
        self.by("rosa", sharing.answer_ask, ask_id=self.asked.id, answer=NoOrNotNow.NO, write_id=new_id())
        breach = self.by(
            "rosa", sharing.report_breach, person_id=person["jo"].id, words=self.says("what was passed on"),
            write_id=new_id(),
        )  # fmt: skip
        sharing.answer_breach(
            by=cast.viewer("samuel"), breach_id=breach.id, words=self.says("what was done about it"), now=cast.now,
            write_id=new_id(),
        )  # fmt: skip
        self.by("rosa", sharing.end_invitation, person_id=person["jo"].id, write_id=new_id())
        self.by("priya", sharing.ask_no_more, write_id=new_id())
        self.receipt = Receipt.objects.unguarded(because="test").filter(about=self.share.id).get()

    def messages(self) -> None:
        """Rosa waited for days; Samuel saw to it, Dana promised, answered, and took something back."""
        now, ago = self.cast.now, datetime.timedelta(days=4)

        def say(name: str, text: str, **given: Any) -> Any:
            return self.by(name, conversations.send_message, text=self.says(text), write_id=new_id(), **given)

        def change(name: str, action: Any, message: Any, **given: Any) -> Any:
            return self.by(name, action, message_id=message.id, write_id=new_id(), **given)

        first = say("rosa", "a message", now=now - ago)
        conversations.hand_over_what_waits(now=now)
        self.by("samuel", conversations.see_it_answered, write_id=new_id())
        self.by(
            "dana", conversations.promise_answer, due=now + datetime.timedelta(hours=5), write_id=new_id(),
            reason=self.says("why an answer takes longer"),
        )  # fmt: skip
        say("dana", "an answer")
        self.message = say("rosa", "a message with a mistake")
        change("rosa", conversations.correct_message, self.message, text=self.says("a message put right"))
        change("rosa", conversations.take_back_message, say("rosa", "a message that is taken back"))
        for name, about in (("dana", SaidAbout.SEEN), ("rosa", SaidAbout.UNDERSTOOD)):
            self.by(
                name, conversations.acknowledge, number=4, as_of=now, what=about, write_id=new_id(),
                words=self.says(f"what {name} understood"),
            )  # fmt: skip
        change(
            "dana",
            conversations.make_of_message,
            first,
            what=Becomes.NOTE,
            headline=self.says("what became of a message"),
        )

    def asking(self) -> None:
        """Rosa asks Dana why she looked, and gets an answer; Nadia takes a question back, and asks another in vain."""
        dana, later = self.cast.accounts["dana"].person_id, self.cast.now + datetime.timedelta(days=3)

        def ask(name: str) -> Any:
            line = TrailLine.objects.filter(partnership_id=self.cast.spaces[name], actor_id=dana).latest("seq").seq
            return self.by(name, journeys.ask_why, of=name, first=line, last=line, write_id=new_id())

        self.ask = ask("rosa")
        self.by(
            "dana", journeys.answer_why, ask_id=self.ask.id, answer=self.says("why it was looked at"), write_id=new_id()
        )
        self.by("nadia", journeys.take_back_why, of="nadia", ask_id=ask("nadia").id, write_id=new_id())
        journeys.answer_passed_on(
            by=self.cast.viewer("lena", now=later), ask_id=ask("nadia").id, now=later, write_id=new_id(),
            answer=self.says("what the agency answers"),
        )  # fmt: skip

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
            "away_id": self.away.id,
            "space_id": self.cast.spaces["rosa"],
            "line_id": self.line.id,
            "call_id": self.call.id,
            "strength_id": self.strength.id,
            "topic_id": self.topic.id,
            "message_id": self.message.id,
            "attachment_id": self.voice_note.id,
            "note_id": self.note,
            "own_id": self.own,
            "paper_id": self.paper,
            "withheld_id": self.withheld,
            "aftercare_id": self.aftercare.id,
            "device_id": device.id if device else new_id(),
            "keeping_id": self.keeping.id,
            "opening_id": self.opening.id,
            "exclusion_id": self.exclusion.id,
            "wording_id": self.wording.id,
            "explained_id": self.explained.id,
            "ask_id": self.ask.id,
            "share_id": self.share.id,
            "asked_id": self.asked.id,
            "asked_past_id": self.asked_past.id,
            "woken_id": self.woken_id,
            "receipt_id": self.receipt.id,
            "guest_id": self.cast.accounts["priya"].person_id,
            "number": 1,
            "part": self.part,
            "pk": 1,
        }
