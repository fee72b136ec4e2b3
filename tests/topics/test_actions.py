import datetime

import pytest

from alongside.access.models import TrailLine
from alongside.access.way_in import Denied
from alongside.consent.rules import Shared
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Partnership
from alongside.topics import actions, privacy, queries
from alongside.topics.models import Aftercare, Practice, Step, Strength, Topic
from alongside.topics.rules import Audience, Leads, Sort, State
from tests.topics import steps
from tests.topics.steps import HER_WORDS, SEEN, do

DAY = datetime.timedelta(days=1)


def rows(model):
    return list(model.objects.unguarded(because="test").order_by("id"))


def acts():
    return list(TrailLine.objects.exclude(doing__in=("read", "give_seat")).values_list("doing", flat=True))


def texts(page):
    return [one.words for one in page.offered] + [one.words for _, ones in page.kept for one in ones]


# --- strengths and what gets her through -----------------------------------------------------------


def test_what_dana_saw_is_an_offer_that_stands_nowhere_until_rosa_keeps_it(cast, stand_in):
    offered = steps.offer(cast)
    for name in ("rosa", "dana"):
        page = queries.strengths_in(cast.place(name))
        assert [one.words for one in page.offered] == [SEEN]
        assert page.kept == []
    assert texts(queries.strengths_in(cast.place("amir"))) == [], "an offer is between the two"
    do(actions.keep_strength, cast, strength_id=offered.id)
    for name in ("rosa", "dana", "amir"):
        page = queries.strengths_in(cast.place(name))
        assert (page.offered, [(label, [one.words for one in ones]) for label, ones in page.kept]) == (
            [],
            [("I saw you do this", [SEEN])],
        )


def test_kept_in_her_own_words_it_is_in_hers_and_in_no_others(cast):
    offered = steps.offer(cast)
    do(actions.keep_strength, cast, strength_id=offered.id, words=HER_WORDS)
    for name in ("rosa", "dana"):
        assert texts(queries.strengths_in(cast.place(name))) == [HER_WORDS]
        told = privacy.export(cast.place(name))
        assert [one["words"] for one in told] == [HER_WORDS]
        assert SEEN not in repr(told)
    assert SEEN not in repr([row.said for row in rows(Strength)])


def test_no_thanks_leaves_the_act_in_the_trail_and_nothing_else(cast):
    offered = steps.offer(cast)
    do(actions.decline_strength, cast, strength_id=offered.id)
    for name in ("rosa", "dana"):
        assert texts(queries.strengths_in(cast.place(name))) == []
        assert privacy.export(cast.place(name)) == []
    assert rows(Strength) == []
    assert acts() == ["offer_strength", "decline_strength"]


def test_only_rosa_says_yes_or_no_to_an_offer(cast):
    offered = steps.offer(cast)
    for act in (actions.keep_strength, actions.decline_strength):
        with pytest.raises(Denied):
            do(act, cast, "dana", strength_id=offered.id)
        with pytest.raises(Denied):
            do(act, cast, "samuel", strength_id=offered.id)
        with pytest.raises(NotFound):
            do(act, cast, strength_id=offered.id, place=cast.place("nadia", of="nadia"))
    assert rows(Strength)[0].kept_at is None
    do(actions.keep_strength, cast, strength_id=offered.id)  # the control
    assert rows(Strength)[0].kept_at == cast.now
    for act in (actions.keep_strength, actions.decline_strength):
        with pytest.raises(actions.AlreadyKept):
            do(act, cast, strength_id=offered.id)


def test_what_rosa_writes_herself_stands_at_once(cast):
    steps.card(cast)
    page = queries.strengths_in(cast.place("dana"))
    assert [(label, [(one.words, one.when, one.who) for one in ones]) for label, ones in page.kept] == [
        ("What gets me through", [("I walk to the river.", "at night", "Rosa")])
    ]
    with pytest.raises(actions.SeenByAnother):
        steps.offer(cast, name="rosa")


def test_rosa_takes_back_anything_and_dana_only_what_is_not_kept(cast, stand_in):
    mine, offered, kept = steps.card(cast), steps.offer(cast), steps.offer(cast, "You came back.")
    do(actions.keep_strength, cast, strength_id=kept.id)
    do(actions.note_practice, cast, strength_id=mine.id, before=8, after=5)
    for strength in (mine, kept):
        with pytest.raises(Denied):
            do(actions.take_back_strength, cast, "dana", strength_id=strength.id)
    with pytest.raises(NotFound):
        do(actions.take_back_strength, cast, "amir", strength_id=offered.id)
    do(actions.take_back_strength, cast, "dana", strength_id=offered.id)
    do(actions.take_back_strength, cast, strength_id=kept.id)
    do(actions.take_back_strength, cast, strength_id=mine.id)
    assert rows(Strength) == rows(Practice) == []


def test_the_same_no_twice_is_one_no(cast):
    offered, write_id = steps.offer(cast), new_id()
    for _tap in range(2):
        do(actions.decline_strength, cast, strength_id=offered.id, write_id=write_id)
    assert acts().count("decline_strength") == 1


def test_she_notes_how_it_was_as_far_as_she_likes(cast):
    card, managed = steps.card(cast), steps.card(cast, "I rang them.", sort=Sort.MANAGED)
    do(actions.note_practice, cast, strength_id=card.id, before=8, after=5, note="on the stairs")
    do(actions.note_practice, cast, strength_id=card.id, before=None, after=None, note="rain")
    with pytest.raises(actions.NothingSaid):
        do(actions.note_practice, cast, strength_id=card.id, before=None, after=None)
    with pytest.raises(NotFound):
        do(actions.note_practice, cast, strength_id=managed.id, before=1, after=1)
    with pytest.raises(Denied):
        do(actions.note_practice, cast, "dana", strength_id=card.id, before=8, after=5)
    [(_, [one]), _] = queries.strengths_in(cast.place("dana")).kept
    assert [(time.before, time.after, time.note) for time in one.tried] == [
        (None, None, "rain"),
        (8, 5, "on the stairs"),
    ]


def test_shared_with_carmen_are_the_kept_ones_without_offers_and_without_practice(cast, carmen, shared):
    card = steps.card(cast)
    steps.offer(cast)
    do(actions.note_practice, cast, strength_id=card.id, before=8, after=5)
    with pytest.raises(NotFound):
        queries.strengths_in(cast.place("carmen"))
    shared(Shared.STRENGTHS)
    page = queries.strengths_in(cast.place("carmen"))
    assert texts(page) == ["I walk to the river."]
    assert page.kept[0][1][0].tried == []
    with pytest.raises(Denied):
        steps.offer(cast, name="carmen")


# --- what is hard to talk about --------------------------------------------------------------------


def test_a_subject_begins_as_to_talk_about_and_only_rosa_moves_it(cast, stand_in):
    topic = steps.name_it(cast)
    assert (topic.state, topic.headline) == (State.TO_TALK, "the thing in May")
    for move in (steps.ready, steps.not_yet):
        for name in ("dana", "amir", "samuel"):
            with pytest.raises(Denied):
                move(cast, topic, place=cast.place(name))
    states = []
    for move in (steps.not_yet, steps.ready):
        states.append(move(cast, topic).state)
    assert states == [State.NOT_YET, State.READY]
    with pytest.raises(actions.NotNow):
        steps.ready(cast, topic)


def test_staff_say_talked_only_after_her_ready_and_she_says_it_whenever_it_was(cast):
    topic, other = steps.name_it(cast), steps.name_it(cast, "blue")
    with pytest.raises(actions.OnlyAfterReady):
        steps.talked(cast, topic)
    steps.not_yet(cast, topic)
    with pytest.raises(actions.OnlyAfterReady):
        steps.talked(cast, topic)
    steps.ready(cast, topic)
    assert steps.talked(cast, topic).state == State.TALKED  # the control
    assert steps.talked(cast, other, name="rosa").state == State.TALKED


def test_what_lies_deeper_is_for_her_worker_unless_she_opens_it_wider(cast, stand_in):
    topic = steps.name_it(cast, more="a bit", details="all of it")
    for name, sees in (("rosa", True), ("dana", True), ("amir", False)):
        page = queries.topic_in(cast.place(name), topic.id)
        assert page.topic.headline == "the thing in May"
        assert bool(page.more and page.details) is sees
        assert ("all of it" in repr(privacy.export(cast.place(name)))) is sees
    do(actions.tell_more, cast, topic_id=topic.id, details="what I tell everybody", audience=Audience.ALL)
    amir = queries.topic_in(cast.place("amir"), topic.id)
    assert (amir.more, amir.details.words) == (None, "what I tell everybody")
    dana = queries.topic_in(cast.place("dana"), topic.id)
    assert [layer.words for layer in dana.earlier] == ["all of it"]


def test_what_amir_names_he_can_read_too(cast, stand_in):
    topic = steps.name_it(cast, name="amir", more="why I ask", audience=Audience.WORKER)
    assert queries.topic_in(cast.place("amir"), topic.id).more.words == "why I ask"


def test_rosa_says_how_she_wants_to_talk_and_the_newest_holds(cast):
    topic, dana = steps.name_it(cast), cast.accounts["dana"].person_id
    with pytest.raises(actions.NothingSaid):
        do(actions.say_pace, cast, topic_id=topic.id)
    do(actions.say_pace, cast, topic_id=topic.id, stop_sign="red", how_long="ten minutes")
    do(actions.say_pace, cast, topic_id=topic.id, stop_sign="my hand", companion=dana, leads=Leads.ME, where="outside")
    page = queries.topic_in(cast.place("rosa"), topic.id)
    assert page.pace.parts == [
        ("What stops it at once", "my hand"), ("Who is there too", "Dana"), ("Where", "outside"), ("Who leads", "I do"),
    ]  # fmt: skip
    with pytest.raises(Denied):
        do(actions.say_pace, cast, "dana", topic_id=topic.id, stop_sign="none")
    with pytest.raises(NotFound):
        do(actions.say_pace, cast, topic_id=topic.id, companion=cast.accounts["robin"].person_id)


def test_staff_can_ask_once_and_it_moves_nothing(cast):
    topic = steps.name_it(cast)
    steps.not_yet(cast, topic)
    do(actions.propose_topic, cast, "dana", topic_id=topic.id, words="on Thursday?")
    page = queries.topic_in(cast.place("rosa"), topic.id)
    assert (page.topic.state, page.proposed_by, page.proposed_words) == (State.NOT_YET, "Dana", "on Thursday?")
    with pytest.raises(actions.NotNow):
        do(actions.propose_topic, cast, "dana", topic_id=topic.id)
    with pytest.raises(Denied):
        do(actions.propose_topic, cast, topic_id=topic.id)
    steps.ready(cast, topic)
    assert not queries.topic_in(cast.place("rosa"), topic.id).topic.is_proposed


def test_rosa_takes_off_what_dana_named_as_long_as_it_was_not_talked_about(cast):
    topic, talked = steps.name_it(cast, "your evenings", name="dana", more="wine"), steps.name_it(cast)
    with pytest.raises(Denied):
        do(actions.take_off_topic, cast, "dana", topic_id=topic.id)
    do(actions.take_off_topic, cast, topic_id=topic.id)
    steps.talked(cast, talked, name="rosa")
    steps.not_yet(cast, talked)
    with pytest.raises(actions.ItWasTalkedAbout):
        do(actions.take_off_topic, cast, topic_id=talked.id)
    assert [row.id for row in rows(Topic)] == [talked.id]
    assert {row.topic_id for row in rows(Step)} == {talked.id}


# --- the day after ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "promised"), [("dana", "dana"), ("amir", "amir"), ("rosa", "dana")])
def test_talking_makes_a_promise_for_the_next_day(cast, stand_in, who, promised):
    topic = steps.name_it(cast)
    steps.ready(cast, topic)
    steps.talked(cast, topic, name=who)
    [aftercare] = rows(Aftercare)
    assert (aftercare.due, aftercare.promised_by_id) == (
        datetime.date(2026, 3, 3),
        cast.accounts[promised].person_id,
    )


def test_the_promise_is_kept_on_its_day_by_those_who_work_with_her(cast):
    topic = steps.name_it(cast)
    steps.talked(cast, topic, name="rosa")
    [aftercare] = rows(Aftercare)
    with pytest.raises(actions.NotBeforeItsDay):
        do(actions.keep_aftercare, cast, "dana", aftercare_id=aftercare.id)
    with pytest.raises(Denied):
        do(actions.keep_aftercare, cast, "rosa", aftercare_id=aftercare.id)
    tomorrow = cast.now + DAY
    do(actions.keep_aftercare, cast, "dana", aftercare_id=aftercare.id, now=tomorrow)
    with pytest.raises(actions.NotNow):
        do(actions.decline_aftercare, cast, aftercare_id=aftercare.id, now=tomorrow)
    counted = queries.hard_topics(cast.place("dana", now=tomorrow))
    assert (counted.contacts, counted.within_48_hours) == (1, 1)


def test_a_late_contact_shows_to_staff_and_never_to_her(cast):
    topic = steps.name_it(cast)
    steps.talked(cast, topic, name="rosa")
    later = cast.now + 4 * DAY
    for name, late in (("dana", True), ("rosa", False)):
        assert [one.is_late for one in queries.topic_in(cast.place(name, now=later), topic.id).contacts] == [late]
    do(actions.keep_aftercare, cast, "dana", aftercare_id=rows(Aftercare)[0].id, now=later)
    for name, late in (("dana", True), ("rosa", False)):
        assert [one.is_late for one in queries.topic_in(cast.place(name, now=later), topic.id).contacts] == [late]
    counted = queries.hard_topics(cast.place("dana", now=later))
    assert (counted.contacts, counted.within_48_hours) == (1, 0)


def test_she_need_not_have_the_contact_and_then_nobody_is_late(cast):
    topic = steps.name_it(cast)
    steps.talked(cast, topic, name="rosa")
    [aftercare] = rows(Aftercare)
    with pytest.raises(Denied):
        do(actions.decline_aftercare, cast, "dana", aftercare_id=aftercare.id)
    do(actions.decline_aftercare, cast, aftercare_id=aftercare.id)
    later = cast.now + 4 * DAY
    assert not queries.topic_in(cast.place("dana", now=later), topic.id).contacts[0].is_late
    assert queries.hard_topics(cast.place("dana", now=later)).contacts == 0


def test_she_says_if_it_was_good_to_talk_or_skips_it(cast):
    one, two, three = (steps.name_it(cast, headline) for headline in ("blue", "red", "green"))
    with pytest.raises(actions.NotNow):
        do(actions.look_back_at_topic, cast, topic_id=one.id, glad=5)
    for topic, glad in ((one, 5), (two, None), (three, 2)):
        steps.talked(cast, topic, name="rosa")
        do(actions.look_back_at_topic, cast, topic_id=topic.id, glad=glad)
    with pytest.raises(Denied):
        do(actions.look_back_at_topic, cast, "dana", topic_id=one.id, glad=5)
    counted = queries.hard_topics(cast.place("rosa"))
    assert counted.glad == {1: 0, 2: 1, 3: 0, 4: 0, 5: 1}
    assert counted.states[State.TALKED] == 3


# --- what is true of every act ---------------------------------------------------------------------


def test_every_write_leaves_one_line_and_one_signal_and_twice_is_once(cast):
    def changes():
        return Partnership.objects.get(id=cast.spaces["rosa"]).changes

    before = changes()
    topic, write_id = steps.name_it(cast), new_id()
    for _tap in range(2):
        steps.ready(cast, topic, write_id=write_id)
    assert acts() == ["name_topic", "move_topic"]
    assert changes() - before == 2
    assert len(rows(Step)) == 1


def test_erasing_takes_all_of_it_and_leaves_the_others(cast):
    steps.offer(cast)
    steps.talked(cast, steps.name_it(cast, more="x"), name="rosa")
    nadia = cast.place("nadia", of="nadia")
    steps.name_it(cast, "hers", place=nadia)
    privacy.erase(cast.spaces["rosa"])
    assert [row.headline for row in rows(Topic)] == ["hers"]
    assert rows(Strength) == rows(Aftercare) == rows(Step) == []
