import datetime

import pytest
from django.db import IntegrityError, transaction

from alongside.access.models import TrailLine
from alongside.access.way_in import Denied
from alongside.kit.errors import NotFound, Refused
from alongside.kit.ids import new_id
from alongside.people.models import Partnership
from alongside.record import actions, privacy, queries
from alongside.record.models import Entry
from alongside.record.rules import TRANSITIONS, Event, State, UrgentReason, What
from alongside.vault.keys import fingerprint
from tests.record import steps
from tests.record.steps import HOPE, NEED


def entries():
    return list(Entry.objects.unguarded(because="test").order_by("number"))


def acts():
    return list(TrailLine.objects.exclude(doing="read").exclude(doing="give_seat").values_list("doing", flat=True))


# --- her words -------------------------------------------------------------------------------------


def test_rosa_says_her_need_and_her_hope_and_both_stand_to_the_letter(cast):
    steps.say(cast, NEED)
    steps.say(cast, HOPE, what=What.HOPE)
    standing = queries.standing_in(cast.place("dana"))
    assert (standing.need.body["words"], standing.hope.body["words"]) == (NEED, HOPE)
    assert standing.need.fingerprint == fingerprint(cast.spaces["rosa"], NEED)
    assert standing.need.fingerprint != fingerprint(cast.spaces["rosa"], NEED + " ")
    assert standing.need.fingerprint != fingerprint(cast.spaces["nadia"], NEED)


def test_only_rosa_can_say_change_or_take_back_her_words(cast):
    steps.say(cast, NEED)
    for name, refusal in (("dana", Denied), ("samuel", Denied), ("robin", NotFound), ("nadia", NotFound)):
        with pytest.raises(refusal):
            steps.say(cast, "cleaned up", name=name, place=stand(cast, name))
        with pytest.raises(refusal):
            steps.take_back(cast, name=name, place=stand(cast, name))
        with pytest.raises(refusal):
            steps.you_start(cast, name=name, place=stand(cast, name))
    assert [entry.body["words"] for entry in entries()] == [NEED]
    steps.say(cast, "my own change")  # the control: she can
    assert [entry.body["words"] for entry in entries()] == [NEED, "my own change"]


def stand(cast, name):
    """Rosa's space, forced open for somebody who may have no seat in it."""
    place = cast.place("rosa")
    return type(place)(by=cast.viewer(name), partnership=place.partnership, seats=place.seats, roles=frozenset())


def test_every_earlier_version_stays_and_can_be_read_by_her_and_by_dana(cast):
    steps.say(cast, "one")
    steps.say(cast, "two")
    steps.take_back(cast)
    steps.say(cast, "three")
    for name in ("rosa", "dana"):
        page = queries.words_in(cast.place(name))
        assert page.pinned.need.words == "three"
        assert [line.words for line in page.earlier] == ["", "two", "one"]
        assert "taken back" in page.earlier[0].label


def test_words_taken_back_are_pinned_no_more_and_cannot_be_taken_back_twice(cast):
    steps.say(cast)
    steps.take_back(cast)
    assert queries.words_in(cast.place("rosa")).pinned.need is None
    with pytest.raises(actions.ChangedMeanwhile):
        steps.take_back(cast)


def test_the_same_write_twice_is_one_write(cast):
    write_id = new_id()
    first, second = steps.say(cast, write_id=write_id, seen=None), steps.say(cast, write_id=write_id, seen=None)
    assert first.id == second.id
    assert len(entries()) == 1
    assert acts() == ["say_words"]


def test_a_stale_tab_changes_nothing_until_she_has_seen_what_stands(cast):
    steps.say(cast, "from the first tab", seen=None)
    with pytest.raises(actions.ChangedMeanwhile):
        steps.say(cast, "from the second tab", seen=None)
    assert [entry.body["words"] for entry in entries()] == ["from the first tab"]
    steps.say(cast, "from the second tab")
    assert queries.words_in(cast.place("rosa")).pinned.need.words == "from the second tab"


def test_the_database_itself_keeps_two_from_standing_in_one_place(cast):
    one = steps.say(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            partnership_id=one.partnership_id, number=2, kind="words", what="need", stands_as="need",
            body=None, said_by_id=one.said_by_id, said_at=one.said_at,
        )  # fmt: skip


# --- the order lock --------------------------------------------------------------------------------


def test_danas_picture_waits_for_rosas_words(cast):
    with pytest.raises(actions.WaitingForTheirWords) as refusal:
        steps.picture(cast)
    assert (refusal.value.code, refusal.value.status) == ("waiting_for_client_words", 409)
    assert "Rosa" in str(refusal.value.sentence)
    assert entries() == []
    steps.say(cast, HOPE, what=What.HOPE)  # the control: one of the two is enough
    steps.picture(cast)
    assert queries.picture_in(cast.place("rosa")).standing_lines[0].more == (
        ("What I saw and was told", "A letter from the landlord."),
        ("What I think", "Time is short."),
    )


def test_words_that_were_taken_back_open_nothing(cast):
    steps.say(cast)
    steps.take_back(cast)
    with pytest.raises(actions.WaitingForTheirWords):
        steps.picture(cast)


def test_you_start_is_hers_and_lets_dana_write(cast):
    steps.you_start(cast)
    steps.picture(cast)
    assert [entry.what for entry in entries()] == [What.YOU_START, What.PICTURE]
    assert entries()[0].said_by_id == cast.accounts["rosa"].person_id
    assert acts() == ["waive_words", "write_picture"]


def test_you_start_can_be_taken_back_while_nothing_was_written(cast):
    steps.you_start(cast)
    steps.wait_for_me(cast)
    with pytest.raises(actions.WaitingForTheirWords):
        steps.picture(cast)
    steps.you_start(cast)
    steps.picture(cast)
    with pytest.raises(actions.WaiverIsUsed):
        steps.wait_for_me(cast)


def test_you_start_said_twice_is_said_once(cast):
    assert steps.you_start(cast).id == steps.you_start(cast).id
    assert len(entries()) == 1


@pytest.mark.parametrize("reason", list(UrgentReason))
def test_the_urgent_path_is_shown_to_rosa_at_once_with_who_when_and_why(cast, reason):
    steps.urgent(cast, reason=reason)
    for page in (queries.words_in(cast.place("rosa")), queries.picture_in(cast.place("rosa"))):
        notice = page.pinned.urgent
        assert notice.who == "Dana"
        assert "2026" in notice.when
        assert notice.more[0] == ("Why it could not wait", str(queries.URGENT_REASONS[reason]))
        assert notice.more[1] == ("What was going on", "The hearing is at noon.")
    assert acts() == ["take_urgent_path"]


def test_the_urgent_path_opens_the_way_for_one_version_only(cast):
    steps.urgent(cast)
    with pytest.raises(actions.WaitingForTheirWords):
        steps.picture(cast)
    steps.urgent(cast, sentence="It moved to one o’clock.")
    assert len(entries()) == 2


def test_the_urgent_path_is_closed_when_her_words_are_there(cast):
    steps.say(cast)
    with pytest.raises(actions.TheirWordsAreThere):
        steps.urgent(cast)
    assert [entry.what for entry in entries()] == [What.NEED]


def test_only_who_works_with_her_writes_the_picture(cast):
    steps.say(cast)
    for name, refusal in (("rosa", Denied), ("samuel", Denied), ("robin", NotFound)):
        with pytest.raises(refusal):
            steps.picture(cast, name=name, place=stand(cast, name))
        with pytest.raises(refusal):
            steps.urgent(cast, name=name, place=stand(cast, name))
    steps.picture(cast)


# --- listening back --------------------------------------------------------------------------------


def test_listening_back_goes_from_sent_over_not_quite_and_corrected_to_yes(cast):
    states = []
    for step in (steps.send, steps.not_quite, steps.correct, steps.yes):
        step(cast)
        states.append(queries.standing_in(cast.place("rosa")).state)
    assert states == [State.SENT, State.NOT_QUITE, State.CORRECTED, State.YES]
    for name in ("rosa", "dana"):
        thread = queries.listening_in(cast.place(name)).thread
        assert [line.words for line in thread] == [
            "You are afraid about money.",
            "it’s not about money, it’s the school",
            "It is about the school.",
            "",
        ]
    assert len({entry.thread for entry in entries()}) == 1
    assert queries.heard_right(cast.place("dana")) == queries.HeardRight(
        confirmed=1, sent=1, corrections=1, corrections_answered=1
    )


PATHS = {
    State.NOTHING: (),
    State.SENT: (steps.send,),
    State.NOT_QUITE: (steps.send, steps.not_quite),
    State.CORRECTED: (steps.send, steps.not_quite, steps.correct),
    State.YES: (steps.send, steps.yes),
    State.SKIPPED: (steps.send, steps.skip),
}
DOES = {
    Event.SEND: steps.send,
    Event.YES: steps.yes,
    Event.NOT_QUITE: steps.not_quite,
    Event.CORRECT: steps.correct,
    Event.SKIP: steps.skip,
}


@pytest.mark.parametrize("state", list(State))
def test_from_each_state_only_what_the_table_says_can_follow(cast, state):
    for step in PATHS[state]:
        step(cast)
    for event, step in DOES.items():
        before = [entry.id for entry in entries()]
        if event in TRANSITIONS[state]:
            with transaction.atomic():
                step(cast)
                assert queries.standing_in(cast.place("rosa")).state is TRANSITIONS[state][event]
                transaction.set_rollback(True)
        else:
            with pytest.raises(actions.NotNow):
                step(cast)
        assert [entry.id for entry in entries()] == before


@pytest.mark.parametrize("state", list(State))
def test_she_counts_as_heard_only_after_her_yes_or_her_skip(cast, state):
    for step in PATHS[state]:
        step(cast)
    heard_at = Partnership.objects.get(id=cast.spaces["rosa"]).heard_at
    assert heard_at == (cast.now if state in (State.YES, State.SKIPPED) else None)


def test_she_can_go_on_without_it_before_anything_was_sent(cast):
    steps.skip(cast)
    assert Partnership.objects.get(id=cast.spaces["rosa"]).heard_at == cast.now


def test_the_moment_she_was_first_heard_stays(cast):
    steps.send(cast)
    steps.yes(cast)
    steps.send(cast)
    steps.yes(cast, now=cast.now + datetime.timedelta(hours=1))
    assert Partnership.objects.get(id=cast.spaces["rosa"]).heard_at == cast.now


def test_a_yes_to_a_version_she_has_not_seen_does_not_count(cast):
    first = steps.send(cast)
    steps.not_quite(cast)
    steps.correct(cast)
    with pytest.raises(actions.ChangedMeanwhile):
        steps.yes(cast, seen=first.id)
    assert Partnership.objects.get(id=cast.spaces["rosa"]).heard_at is None
    steps.yes(cast)


def test_only_one_thread_is_open_and_a_new_one_can_follow(cast):
    steps.send(cast)
    with pytest.raises(actions.NotNow):
        steps.send(cast, "another")
    steps.yes(cast)
    steps.send(cast, "another")
    page = queries.listening_in(cast.place("rosa"))
    assert [line.words for line in page.thread] == ["another"]
    assert [line.words for line in page.earlier] == ["You are afraid about money.", ""]


def test_her_side_of_listening_is_hers_and_theirs_is_theirs(cast):
    with pytest.raises(Denied):
        steps.send(cast, name="rosa")
    steps.send(cast)
    for step in (steps.yes, steps.not_quite, steps.skip):
        with pytest.raises(Denied):
            step(cast, name="dana")
        with pytest.raises(NotFound):
            step(cast, name="robin", place=stand(cast, "robin"))
    steps.not_quite(cast)
    with pytest.raises(Denied):
        steps.correct(cast, name="rosa")
    with pytest.raises(NotFound):
        steps.correct(cast, name="robin", place=stand(cast, "robin"))
    steps.correct(cast)
    steps.yes(cast)


def test_what_she_says_in_not_quite_has_a_fingerprint_too(cast):
    steps.send(cast)
    steps.not_quite(cast, "the school")
    sent, answer = entries()
    assert answer.fingerprint == fingerprint(cast.spaces["rosa"], "the school")
    assert sent.fingerprint == ""


# --- what is true of every entry -------------------------------------------------------------------


def test_every_write_leaves_one_line_in_the_trail_and_one_signal(cast):
    def signals():
        return Partnership.objects.get(id=cast.spaces["rosa"]).changes

    before = signals()
    for step in (
        steps.you_start, steps.wait_for_me, steps.urgent, steps.say, steps.picture, steps.take_back,
        steps.send, steps.not_quite, steps.correct, steps.yes, steps.skip,
    ):  # fmt: skip
        try:
            step(cast)
        except Refused:
            assert step is steps.skip  # the control: a refusal leaves nothing
    lines = TrailLine.objects.exclude(doing__in=("read", "give_seat"))
    assert [line.row_id for line in lines] == [entry.id for entry in entries()]
    assert [line.kind for line in lines] == [entry.kind for entry in entries()]
    assert signals() - before == len(entries()) == 10


def test_the_export_carries_both_voices_and_her_words_to_the_letter(cast):
    words = "  Ich brauch’\tRuhe \n\nمرحبا 👩‍👩‍👧 e\u0301 "
    steps.say(cast, words)
    steps.picture(cast)
    steps.send(cast)
    steps.not_quite(cast)
    told = privacy.export(cast.place("rosa"))
    assert [one["what"] for one in told] == ["need", "picture", "heard", "not_quite"]
    assert [one["said_by"] for one in told] == ["Rosa", "Dana", "Dana", "Rosa"]
    assert told[0]["words"].encode() == words.encode()
    assert told[1]["saw"] == "A letter from the landlord."


def test_the_export_of_another_space_has_none_of_it_and_erasing_leaves_the_other_alone(cast):
    steps.say(cast)
    nadia = cast.place("nadia", of="nadia")
    steps.say(cast, "Nadia’s own", name="nadia", place=nadia, seen=None)
    assert [one["words"] for one in privacy.export(nadia)] == ["Nadia’s own"]
    privacy.erase(cast.spaces["rosa"])
    assert [entry.body["words"] for entry in entries()] == ["Nadia’s own"]
