import datetime
import itertools
import random
import threading

import pytest
from django.db import connections

from alongside import access
from alongside.access.models import TrailLine
from alongside.access.way_in import Denied
from alongside.conversations import actions, privacy, queries, searching, tending
from alongside.conversations.models import Became, Message, Receipt, Thread, Words
from alongside.conversations.rules import Becomes, Settled, Turn, What
from alongside.decisions.models import Decision
from alongside.kit.errors import NotFound
from alongside.kit.folding import Wanted
from alongside.kit.ids import id_from, new_id
from alongside.notes.models import Note
from alongside.people.models import Partnership
from alongside.reach.models import Outgoing
from alongside.topics.models import Topic
from tests.conversations.steps import do, promise, say, seen

HOUR = datetime.timedelta(hours=1)
NIGHT = datetime.datetime(2026, 3, 7, 2, 10, tzinfo=datetime.UTC)  # a Saturday
MONDAY = datetime.datetime(2026, 3, 9, 9, 0, tzinfo=datetime.UTC)


def rows(model):
    return list(model.objects.unguarded(because="test").order_by("id"))


def thread():
    return Thread.objects.unguarded(because="test").get()


def page(cast, name, now=None):
    return queries.thread_in(cast.place(name, now=now))


def found_by_search(viewer):
    return sum(1 for stream in searching.texts(viewer, Wanted.of("rough")) for _ in stream)


def texts(cast, name, now=None):
    return [line.words for line in page(cast, name, now).lines if not line.automated]


# --- writing, and the hours ------------------------------------------------------------------------


def test_in_the_hours_a_message_is_there_at_once_for_both_and_for_whoever_stands_in(cast, amir):
    say(cast, "I have the letter.")
    say(cast, "Bring it.", "dana")
    for name in ("rosa", "dana", "amir"):
        assert texts(cast, name) == ["I have the letter.", "Bring it."]
    assert [line.is_mine for line in page(cast, "rosa").lines] == [True, False]
    with pytest.raises(NotFound):
        page(cast, "samuel")
    with pytest.raises(Denied):
        say(cast, "x", "samuel")


def test_at_night_she_is_told_when_a_human_reads_it_and_nobody_else_hears_of_it_before(cast, amir):
    message = say(cast, "It was a rough night.", now=NIGHT)
    assert message.deliver_at == MONDAY
    [line] = page(cast, "rosa", NIGHT).lines
    assert line.held_back == "A human reads this on Monday from 09:00."
    before = MONDAY - datetime.timedelta(seconds=1)
    for name in ("dana", "amir"):
        there = page(cast, name, before)
        assert (there.lines, there.standing.turn, there.standing.since) == ([], Turn.NOBODYS, "")
        assert queries.to_answer(cast.viewer(name, now=before)) == []
        assert "rough" not in repr(privacy.export(cast.place(name, now=before)))
        assert found_by_search(cast.viewer(name, now=before)) == 0
        assert texts(cast, name, MONDAY) == ["It was a rough night."]
        assert found_by_search(cast.viewer(name, now=MONDAY)) == 1
    assert page(cast, "rosa", NIGHT).standing.turn is Turn.NOT_YET
    [knock] = Outgoing.objects.filter(effect=message.id)
    assert (knock.person_id, knock.next_try) == (cast.accounts["dana"].person_id, MONDAY)


def test_what_dana_writes_late_is_kept_until_the_hours_open_unless_she_was_asked_for_it(cast):
    evening = cast.now + 11 * HOUR
    held = say(cast, "About Thursday.", "dana", now=evening)
    assert held.deliver_at == cast.now + 24 * HOUR
    assert texts(cast, "rosa", evening) == []
    assert "when your hours open" in page(cast, "dana", evening).lines[0].held_back
    urgent = say(cast, "The shelter is open all night.", "dana", now=evening, at_once=True)
    assert (urgent.deliver_at, urgent.at_once) == (evening, True)
    assert texts(cast, "rosa", evening) == ["The shelter is open all night."]
    assert texts(cast, "rosa", cast.now + 24 * HOUR) == ["About Thursday.", "The shelter is open all night."]
    assert [row.next_try for row in Outgoing.objects.order_by("made_at", "next_try")] == [evening, held.deliver_at]


def test_she_cannot_choose_to_be_read_at_night(cast):
    assert say(cast, "now", now=NIGHT, at_once=True).deliver_at == MONDAY


def test_nothing_and_too_much_are_refused_with_a_sentence(cast):
    for text, refusal in (("", actions.NothingSaid), (" \n ", actions.NothingSaid), ("x" * 4001, actions.TooLong)):
        with pytest.raises(refusal):
            say(cast, text)
    assert rows(Message) == []
    say(cast, "x" * 4000)
    assert texts(cast, "dana") == ["x" * 4000]


# --- whose turn it is ------------------------------------------------------------------------------


def test_it_is_their_turn_since_she_asked_first_and_until_they_answer(cast):
    assert page(cast, "rosa").standing.turn is Turn.NOBODYS
    first = say(cast, "When is the hearing?")
    say(cast, "And where?", now=cast.now + HOUR)
    row = thread()
    assert (row.question, row.waits_since, row.due) == (first.id, cast.now, cast.now + 24 * HOUR)
    assert [one.partnership_id for one in queries.to_answer(cast.viewer("dana"))] == [cast.spaces["rosa"]]
    assert queries.to_answer(cast.viewer("robin")) == []
    say(cast, "On the 12th, in room 4.", "dana", now=cast.now + 2 * HOUR)
    assert (thread().question, thread().due, thread().hand_at) == (None, None, None)
    say(cast, "Thank you.", now=cast.now + 3 * HOUR, needs_answer=False)
    assert thread().question is None


def test_an_answer_written_at_night_leaves_what_she_wrote_meanwhile_waiting(cast):
    friday = cast.now + 4 * 24 * HOUR + 7 * HOUR
    say(cast, "Can you call them?", now=friday)
    late = say(cast, "It was a rough night.", now=NIGHT)
    say(cast, "I called them.", "dana", now=NIGHT + 30 * HOUR)
    assert (thread().question, thread().waits_since) == (late.id, MONDAY)


def test_what_she_takes_back_waits_for_nobody_and_an_answer_taken_back_leaves_her_waiting(cast):
    question = say(cast, "When?")
    do(actions.take_back_message, cast, message_id=question.id)
    assert thread().question is None
    question = say(cast, "When?")
    answer = say(cast, "On Thursday.", "dana")
    assert thread().question is None
    do(actions.take_back_message, cast, "dana", message_id=answer.id)
    assert thread().question == question.id


# --- receipts and promises -------------------------------------------------------------------------


def test_seen_says_who_in_which_role_and_when_and_only_of_what_stood_on_the_page(cast, amir):
    say(cast, "one")
    seen(cast, 1)
    seen(cast, 1, "amir", now=cast.now + HOUR)
    say(cast, "two", now=cast.now + HOUR)
    one, two = page(cast, "rosa", cast.now + 2 * HOUR).lines
    assert [(said.who, said.role, said.at) for said in one.said] == [
        ("Dana", "social worker", cast.now), ("Amir", "stand-in", cast.now + HOUR),
    ]  # fmt: skip
    assert two.said == []
    for number in (0, 3):
        with pytest.raises(NotFound):
            seen(cast, number)
    assert thread().question is not None, "seen is no answer"


def test_looking_at_the_page_says_nothing_about_anybody(cast, signed_in):
    say(cast, "one")
    signed_in("dana").get(f"/space/{cast.spaces['rosa']}/talk/")
    assert page(cast, "rosa").lines[0].said == []
    assert rows(Receipt) == []


def test_a_page_drawn_before_a_message_was_delivered_does_not_say_that_it_was_seen(cast):
    say(cast, "in the night", now=NIGHT)
    seen(cast, 1, as_of=NIGHT + HOUR, now=MONDAY + HOUR)
    assert page(cast, "rosa", MONDAY + HOUR).lines[0].said == []
    seen(cast, 1, as_of=MONDAY + HOUR, now=MONDAY + HOUR)
    assert len(page(cast, "rosa", MONDAY + HOUR).lines[0].said) == 1


def test_understood_by_those_who_work_with_her_is_an_answer_and_by_her_it_is_none(cast):
    say(cast, "I cannot come on Friday.")
    seen(cast, 1, "dana", what=What.UNDERSTOOD, words="not on Friday")
    assert thread().question is None
    [line] = page(cast, "rosa").lines
    assert [(said.what, said.words) for said in line.said] == [(What.UNDERSTOOD, "not on Friday")]
    say(cast, "Is Monday all right?")
    seen(cast, 2, "rosa", what=What.UNDERSTOOD)
    assert thread().question is not None


def test_a_promise_is_kept_by_the_answer(cast):
    say(cast, "When?")
    due = cast.now + 5 * HOUR
    promise(cast, due)
    assert thread().due == due
    standing = page(cast, "rosa").standing
    assert (standing.promise.who, standing.promise.role, standing.promise.due) == (
        "Dana", "social worker", "today 14:00",
    )  # fmt: skip
    seen(cast, 1, what=What.UNDERSTOOD)
    assert thread().question is not None, "who promised an answer owes one"
    say(cast, "On Thursday.", "dana", now=cast.now + 2 * HOUR)
    [kept] = Receipt.objects.unguarded(because="test").filter(what=What.PROMISE)
    assert (kept.settled, kept.settled_at) == (Settled.KEPT, cast.now + 2 * HOUR)
    assert [one.settled for one in page(cast, "rosa").standing.earlier_promises] == ["kept"]


def test_later_than_agreed_needs_a_reason_and_a_new_time_before_the_old_one_renegotiates_it(cast):
    say(cast, "When?")
    with pytest.raises(actions.SayWhy):
        promise(cast, cast.now + 50 * HOUR)
    for bad in (cast.now - HOUR, cast.now + 12 * HOUR, cast.now + 5 * 24 * HOUR):
        with pytest.raises(actions.NotInHours):
            promise(cast, bad)
    promise(cast, cast.now + 5 * HOUR)
    promise(cast, cast.now + 50 * HOUR, reason="I must ask the court.", now=cast.now + 4 * HOUR)
    promise(cast, cast.now + 74 * HOUR, reason="They have not answered.", now=cast.now + 51 * HOUR)
    settled = [row.settled for row in Receipt.objects.unguarded(because="test").order_by("said_at")]
    assert settled == [Settled.RENEGOTIATED, Settled.LATE, ""]
    say(cast, "On the 12th.", "dana", now=cast.now + 76 * HOUR)
    settled = [row.settled for row in Receipt.objects.unguarded(because="test").order_by("said_at")]
    assert settled == [Settled.RENEGOTIATED, Settled.LATE, Settled.LATE]
    with pytest.raises(Denied):
        promise(cast, cast.now + HOUR, "rosa")
    with pytest.raises(actions.NothingWaits):
        promise(cast, cast.now + 80 * HOUR, now=cast.now + 77 * HOUR)


# --- correcting and taking back --------------------------------------------------------------------


def test_a_correction_keeps_what_was_said_first_and_both_can_read_both(cast):
    message = say(cast, "on the 21st")
    do(actions.correct_message, cast, message_id=message.id, text="on the 12th")
    for name in ("rosa", "dana"):
        one = queries.message_in(cast.place(name), message.id)
        assert [version.words for version in one.versions] == ["on the 21st", "on the 12th"]
        assert texts(cast, name) == ["on the 12th"]
    with pytest.raises(actions.NotYours):
        do(actions.correct_message, cast, "dana", message_id=message.id, text="x")
    with pytest.raises(actions.NothingSaid):
        do(actions.correct_message, cast, message_id=message.id, text=" ")


def test_a_correction_at_night_is_read_in_the_morning(cast):
    message = say(cast, "on the 21st")
    evening = cast.now + 11 * HOUR
    do(actions.correct_message, cast, message_id=message.id, text="on the 12th", now=evening)
    assert (texts(cast, "rosa", evening), texts(cast, "dana", evening)) == (["on the 12th"], ["on the 21st"])
    assert texts(cast, "dana", cast.now + 24 * HOUR) == ["on the 12th"]


def test_what_she_takes_back_is_hers_alone_and_a_line_says_so(cast, amir):
    message = say(cast, "what I should not have said")
    with pytest.raises(actions.NotYours):
        do(actions.take_back_message, cast, "dana", message_id=message.id)
    do(actions.take_back_message, cast, message_id=message.id)
    for name in ("dana", "amir"):
        [line] = page(cast, name).lines
        assert (line.words, line.taken_back_at, line.is_gone) == ("", cast.now, True)
        assert "should not" not in repr(privacy.export(cast.place(name)))
        with pytest.raises(NotFound):
            queries.as_quoted(cast.place(name), rows(Message)[0])
    assert texts(cast, "rosa") == ["what I should not have said"]
    assert "should not" in repr(privacy.export(cast.place("rosa")))
    for act, given in ((actions.take_back_message, {}), (actions.correct_message, {"text": "x"})):
        with pytest.raises(actions.TakenBack):
            do(act, cast, message_id=message.id, **given)


def test_what_dana_takes_back_stays_with_rosa_who_got_it_and_never_comes_when_she_had_not(cast):
    got = say(cast, "I will drive you.", "dana")
    do(actions.take_back_message, cast, "dana", message_id=got.id)
    assert texts(cast, "rosa") == ["I will drive you."]
    evening = cast.now + 11 * HOUR
    never = say(cast, "Or not.", "dana", now=evening)
    do(actions.take_back_message, cast, "dana", message_id=never.id, now=evening)
    assert texts(cast, "rosa", cast.now + 25 * HOUR) == ["I will drive you.", ""]
    assert texts(cast, "dana", cast.now + 25 * HOUR) == ["I will drive you.", "Or not."]


# --- what a message becomes ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rosa", "dana"])
def test_either_makes_a_subject_a_note_or_a_question_of_it_with_a_way_there(cast, name):
    message = say(cast, "My son does not sleep.")
    for what, model in ((Becomes.TOPIC, Topic), (Becomes.NOTE, Note), (Becomes.DECISION, Decision)):
        write_id = new_id()
        for _tap in range(2):
            became = do(
                actions.make_of_message,
                cast,
                name,
                message_id=message.id,
                what=what,
                headline=f"a {what}",
                write_id=write_id,
            )
        [row] = rows(model)
        assert (became.row_id, became.what) == (row.id, what)
    other = {"rosa": "dana", "dana": "rosa"}[name]
    one = queries.message_in(cast.place(other), message.id)
    assert [label for label, _ in one.became] == ["Something to talk about", "A note", "A question to decide"]
    assert rows(Decision)[0].situation == "Rosa wrote on 2026-03-02:\nMy son does not sleep."
    assert all(str(row.row_id) in address for row, (_, address) in zip(rows(Became), one.became, strict=True))


# --- when nobody answers ---------------------------------------------------------------------------


def lines_of_the_programme(cast, name, now):
    return [line.automated for line in page(cast, name, now).lines if line.automated]


def test_before_the_time_is_gone_amir_is_asked_by_name_once_and_both_can_read_it(cast, amir):
    say(cast, "When?")
    asked = thread().hand_at
    assert asked == cast.now + 6 * HOUR
    assert tending.hand_over(asked - datetime.timedelta(seconds=1)) == 0
    assert [tending.hand_over(asked), tending.hand_over(asked), tending.hand_over(asked + HOUR)] == [1, 0, 0]
    for name in ("rosa", "dana", "amir"):
        [said] = lines_of_the_programme(cast, name, asked)
        assert said.replace("\u2068", "").replace("\u2069", "") == (
            "There is no answer yet. Amir, stand-in, was asked to answer by Tuesday 09:00."
        )
    row = thread()
    assert (row.handed_to_id, row.handed_at, row.due) == (amir.person_id, asked, cast.now + 24 * HOUR)
    assert Outgoing.objects.filter(person_id=amir.person_id).count() == 1
    assert [one.came_to_me for one in queries.to_answer(cast.viewer("amir", now=asked))] == [True]
    say(cast, "On Thursday.", "amir", now=asked + HOUR)
    assert (thread().handed_at, thread().question) == (None, None)


def test_an_answer_before_that_and_nobody_else_is_asked(cast, amir):
    say(cast, "When?")
    say(cast, "On Thursday.", "dana")
    assert tending.hand_over(cast.now + 100 * HOUR) == 0


def test_a_promise_moves_the_moment_and_when_it_comes_near_somebody_is_asked_all_the_same(cast, amir):
    say(cast, "When?")
    promise(cast, cast.now + 48 * HOUR, reason="I must ask the court.")
    assert tending.hand_over(cast.now + 6 * HOUR) == 0
    asked = thread().hand_at
    assert cast.now + 24 * HOUR < asked < cast.now + 48 * HOUR
    assert tending.hand_over(asked) == 1


def test_while_dana_is_away_amir_reads_and_samuel_is_asked_next_who_never_sees_a_word(cast, dana_is_away):
    message = say(cast, "When?")
    assert [row.person_id for row in Outgoing.objects.filter(effect=message.id)] == [cast.accounts["amir"].person_id]
    standing = page(cast, "rosa").standing
    assert (standing.reader, standing.reader_role, standing.away) == ("Amir", "stand-in", "Dana")
    samuel = cast.place("samuel", now=cast.now + 7 * HOUR)
    with pytest.raises(NotFound):
        queries.nobody_answers_in(samuel)
    tending.hand_over(cast.now + 6 * HOUR)
    assert thread().handed_to_id == cast.accounts["samuel"].person_id
    waits = queries.nobody_answers_in(samuel)
    assert (waits.name, waits.reader, waits.is_late) == ("Rosa", "Amir", False)
    assert [one.opens for one in queries.to_answer(samuel.by)] == [False]
    for model in (Message, Words, Receipt, Became):
        assert not model.objects.visible_to(samuel.by).exists()
    write_id = new_id()
    for _tap in range(2):
        do(actions.see_it_answered, cast, "samuel", write_id=write_id, now=cast.now + 7 * HOUR)
    assert "sees to it that somebody answers" in lines_of_the_programme(cast, "rosa", cast.now + 7 * HOUR)[-1]
    assert queries.to_answer(cast.viewer("samuel", now=cast.now + 7 * HOUR)) == []
    with pytest.raises(actions.NothingWaits):
        do(actions.see_it_answered, cast, "samuel", now=cast.now + 8 * HOUR)


def test_where_nobody_else_is_the_line_says_so_and_names_who_owes_the_answer(cast):
    nadia = cast.place("nadia", of="nadia")
    say(cast, "When?", place=nadia)
    assert tending.hand_over(cast.now + 7 * HOUR) == 1
    [_, line] = queries.thread_in(cast.place("nadia", of="nadia", now=cast.now + 7 * HOUR)).lines
    assert "nobody stands in here" in line.automated
    assert "Riverside" in line.automated


def test_open_pages_are_told_when_what_was_held_back_is_delivered(cast):
    say(cast, "one", now=NIGHT)
    say(cast, "two", now=NIGHT + HOUR)
    before = Partnership.objects.get(id=cast.spaces["rosa"]).changes
    assert tending.deliver(MONDAY - HOUR) == 0
    assert [tending.deliver(MONDAY), tending.deliver(MONDAY)] == [1, 0]
    assert Partnership.objects.get(id=cast.spaces["rosa"]).changes == before + 1


# --- what is true of every act ---------------------------------------------------------------------


def test_every_write_leaves_one_line_and_twice_is_once(cast):
    write_id = new_id()
    for _tap in range(2):
        say(cast, "once", write_id=write_id)
        seen(cast, 1, write_id=id_from(str(write_id)))
    assert len(rows(Message)) == len(rows(Receipt)) == 1
    acts = TrailLine.objects.exclude(doing__in=("read", "give_seat")).order_by("seq").values_list("doing", flat=True)
    assert list(acts) == ["send_message", "acknowledge"]


def test_erasing_takes_all_of_it_and_leaves_the_others(cast):
    message = say(cast, "hers")
    do(actions.correct_message, cast, message_id=message.id, text="hers again")
    seen(cast, 1)
    do(actions.make_of_message, cast, message_id=message.id, what=Becomes.NOTE, headline="x")
    say(cast, "Nadia’s", place=cast.place("nadia", of="nadia"))
    privacy.erase(cast.spaces["rosa"])
    assert [row.text for row in rows(Message)] == ["Nadia’s"]
    assert len(rows(Thread)) == 1
    assert rows(Receipt) == rows(Became) == rows(Words) == []


# --- out of order, twice, at once ------------------------------------------------------------------


def test_what_arrives_out_of_order_stands_in_its_senders_order(cast):
    stream, orders = new_id(), list(itertools.permutations(range(4)))
    for which, order in enumerate(random.Random(4).sample(orders, 6)):
        stream = new_id()
        for sequence in order:
            say(cast, f"{which}-{sequence}", stream=stream, sequence=sequence)
            say(cast, "answer", "dana")
    hers = [line for line in privacy.export(cast.place("rosa")) if line.get("by") == "Rosa"]
    said = [line["versions"][0]["words"] for line in hers]
    assert len(said) == 24
    for which in range(6):
        assert [one for one in said if one.startswith(f"{which}-")] == [f"{which}-{number}" for number in range(4)]
    say(cast, "counted twice", stream=stream, sequence=3)
    assert len(rows(Message)) == 24 + 24 + 1


SENDERS, EACH = ("rosa", "nadia", "dana", "dana"), 50


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_hundred_messages_from_four_senders_each_arriving_twice_and_out_of_order(cast, capsys):
    """0 lost, 0 doubled, and each sender's order kept."""
    spaces = ("rosa", "nadia", "rosa", "nadia")
    wrong: list[BaseException] = []

    def send(index):
        name, of, stream = SENDERS[index], spaces[index], new_id()
        chance = random.Random(index)
        arrivals = [number for number in range(EACH) for _twice in range(2)]
        for at in range(0, len(arrivals), 8):  # overtaken by up to eight others
            part = arrivals[at : at + 8]
            chance.shuffle(part)
            arrivals[at : at + 8] = part
        try:
            place = cast.place(name, of=of)
            for number in arrivals:
                with access.standing_for(place.by):
                    actions.send_message(
                        by=place.by, about=place, text=f"{index}-{number}", now=cast.now, stream=stream,
                        sequence=number, write_id=id_from("load", str(index), str(number)),
                    )  # fmt: skip
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(index,)) for index in range(len(SENDERS))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert wrong == []
    found = {
        of: [line["versions"][0]["words"] for line in privacy.export(cast.place(of, of=of)) if line["what"] == "words"]
        for of in ("rosa", "nadia")
    }
    said = [words for of in found for words in found[of]]
    lost = {f"{index}-{number}" for index in range(4) for number in range(EACH)} - set(said)
    with capsys.disabled():
        print(f"\n{len(said)} messages of {4 * EACH}: {len(lost)} lost, {len(said) - len(set(said))} doubled")
    assert (lost, len(said)) == (set(), 4 * EACH)
    for index, of in enumerate(spaces):
        mine = [int(words.split("-")[1]) for words in found[of] if words.startswith(f"{index}-")]
        assert mine == list(range(EACH))
