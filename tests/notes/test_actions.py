import datetime

import pytest
from django.db import IntegrityError, transaction

from alongside.access.models import TrailLine
from alongside.access.queries import looked
from alongside.access.trail import flush
from alongside.access.waiting import what_waits
from alongside.access.way_in import Denied
from alongside.consent.models import NamedReader
from alongside.consent.rules import Shared
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.notes import actions, privacy, queries
from alongside.notes.models import Note, Voice, Withheld
from alongside.notes.rules import Agreeing, Audience, Category, State, What
from alongside.people.models import Seat
from alongside.people.rules import Role
from tests.notes import steps
from tests.notes.conftest import seat, share
from tests.notes.steps import HER_SIDE, LOUD, THINK

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def acts(*, by=None):
    lines = TrailLine.objects.exclude(doing__in=["read", "give_seat"])
    return list((lines.filter(actor_id=by.person_id) if by else lines).values_list("doing", flat=True))


def refused(kind, code, call, *given, **more):
    with pytest.raises(kind) as refusal:
        call(*given, **more)
    assert refusal.value.code == code
    return refusal.value


def may_read(cast, name, row_id, *, model=Note, now=None):
    return model.objects.visible_to(cast.viewer(name, now=now)).filter(id=row_id).exists()


# --- writing ---------------------------------------------------------------------------------------


def test_a_note_keeps_what_happened_and_what_is_thought_apart_and_rosa_has_it_at_once(cast):
    note_id = steps.write(cast, headline="At the office")
    note = steps.shown(cast, note_id)
    assert (note.now.happened, note.now.think, note.headline) == (LOUD, THINK, "At the office")
    assert note.state == State.SHARED
    assert acts() == ["write_note"]


def test_a_note_that_waits_until_tomorrow_opens_to_rosa_by_the_clock_alone(cast):
    note_id = steps.write(cast, tomorrow=True)
    for name in ("dana", "rosa"):
        assert may_read(cast, name, note_id) is (name == "dana")
    for what in (Note, Voice):
        before = what.objects.visible_to(cast.viewer("rosa", now=cast.now + DAY - HOUR / 60))
        assert not before.exists()
        assert what.objects.visible_to(cast.viewer("rosa", now=cast.now + DAY)).exists()
    assert queries.notes_in(cast.place("rosa")).notes == []
    assert privacy.export(cast.place("rosa")) == []
    assert what_waits(queries.waiting_in(cast.place("rosa"))) == []
    assert LOUD in repr(privacy.export(cast.place("rosa", now=cast.now + DAY)))
    assert steps.shown(cast, note_id, name="dana").opens
    assert not steps.shown(cast, note_id, now=cast.now + DAY).opens


def test_staff_cannot_prolong_the_wait_by_writing_anew(cast):
    note_id = steps.write(cast, tomorrow=True)
    steps.correct(cast, note_id, "Better words.", now=cast.now + 23 * HOUR)
    assert {voice.opens_at for voice in steps.voices(note_id)} == {cast.now + DAY}
    assert steps.shown(cast, note_id, now=cast.now + DAY).now.happened == "Better words."
    later = steps.write(cast, "Another day.", tomorrow=True, now=cast.now + DAY)
    assert steps.note_row(later).opens_at == cast.now + 2 * DAY
    with pytest.raises(NotFound):
        steps.shown(cast, later, now=cast.now + DAY)


def test_what_rosa_writes_waits_for_nobody_whatever_is_ticked(cast):
    for given in ({"tomorrow": True}, {"tomorrow": True, "together": True}):
        note = steps.note_row(steps.write(cast, name="rosa", **given))
        assert note.opens_at == cast.now
    together = steps.note_row(steps.write(cast, tomorrow=True, together=True))
    assert together.opens_at == cast.now
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.unguarded(because="test").filter(id=note.id).update(opens_at=cast.now + DAY)


def test_a_note_drafted_together_is_open_to_both_and_either_writes_on_until_one_signs(cast):
    note_id = steps.write(cast, "We met.", together=True)
    assert steps.shown(cast, note_id).state == State.DRAFT
    steps.correct(cast, note_id, "We met at Rosa’s.", name="rosa", reason="")
    steps.correct(cast, note_id, "We met at Rosa’s and had tea.", name="dana", reason="")
    assert steps.shown(cast, note_id).state == State.DRAFT
    steps.beside(cast, "sign", note_id)
    assert steps.shown(cast, note_id).state == State.SHARED
    refused(actions.SayWhy, "say_why", steps.correct, cast, note_id, "Something else.", name="dana", reason=" ")
    steps.beside(cast, "sign", note_id, name="dana")
    assert steps.shown(cast, note_id).state == State.SIGNED
    steps.correct(cast, note_id, "And cake.", name="rosa", reason="I forgot the cake.")
    assert steps.shown(cast, note_id).state != State.SIGNED, "a new version is unsigned"


def test_the_same_write_twice_is_one_write(cast):
    write_id = new_id()
    assert steps.write(cast, write_id=write_id) == steps.write(cast, write_id=write_id)
    note_id, once = write_id, new_id()
    for _tap in range(2):
        steps.beside(cast, "differently", note_id, write_id=once)
        steps.beside(cast, "sign", note_id)
    assert [voice.what for voice in steps.voices(note_id)] == ["version", "different", "signed"]
    assert acts() == ["write_note", "see_differently", "sign_note"]


# --- correcting ------------------------------------------------------------------------------------


def test_a_correction_is_a_new_version_with_author_and_reason_and_the_old_one_stays(cast):
    note_id = steps.write(cast)
    first = steps.standing(note_id)
    steps.correct(cast, note_id, LOUD.replace("10:00", "09:30"), reason="It was earlier.")
    old, new = steps.voices(note_id, What.VERSION)
    assert (old.id, old.body["happened"], old.stands) == (first, LOUD, None)
    assert ("09:30" in new.body["happened"], new.body["reason"], new.stands) == (True, "It was earlier.", True)
    assert steps.shown(cast, note_id).state == State.CORRECTED
    assert acts() == ["write_note", "correct_note"]


def test_a_correction_without_a_reason_is_refused(cast):
    note_id = steps.write(cast)
    refused(actions.SayWhy, "say_why", steps.correct, cast, note_id, "x", reason="")
    steps.correct(cast, note_id, "x", reason="why")  # the control


def test_neither_side_writes_anew_what_the_other_wrote(cast):
    hers, danas = steps.write(cast, name="rosa"), steps.write(cast)
    for note_id, other in ((hers, "dana"), (danas, "rosa")):
        refused(actions.NotYoursToRewrite, "not_yours_to_rewrite", steps.correct, cast, note_id, "x", name=other)
        assert len(steps.voices(note_id)) == 1
    steps.correct(cast, hers, "x", name="rosa")  # the controls
    steps.correct(cast, danas, "x", name="dana")


def test_a_stale_tab_changes_nothing(cast):
    note_id = steps.write(cast)
    stale = steps.standing(note_id)
    steps.correct(cast, note_id, "Newer.")
    for call in (
        lambda: steps.correct(cast, note_id, "From the stale tab.", seen=stale),
        *(lambda what=what: steps.beside(cast, what, note_id, seen=stale) for what in steps.BESIDE),
        lambda: steps.look(cast, note_id, seen=stale),
    ):
        refused(actions.ChangedMeanwhile, "changed_meanwhile", call)
    assert len(steps.voices(note_id)) == 2
    for what in steps.BESIDE:
        steps.beside(cast, what, note_id)  # the control


def test_an_ask_is_answered_by_a_version_or_left_with_a_reason_and_all_of_it_stays(cast):
    note_id = steps.write(cast)
    time, opinion = steps.beside(cast, "ask", note_id, "It was 09:30."), steps.beside(cast, "ask", note_id, "Not so.")
    version = steps.correct(cast, note_id, LOUD.replace("10:00", "09:30"), answers=frozenset({time}))
    left = steps.leave(cast, note_id, opinion, "It is how I saw it.")
    asked = {voice.id: voice.answered for voice in steps.voices(note_id, What.ASKED)}
    assert asked == {time: version, opinion: left}
    refused(actions.NotNow, "not_now", steps.leave, cast, note_id, opinion)
    refused(actions.NotNow, "not_now", steps.correct, cast, note_id, "x", answers=frozenset({time}))
    page = steps.shown(cast, note_id)
    assert {"It was 09:30.", "Not so.", "It is how I saw it."} <= {voice.words for voice in page.voices}


def test_one_asks_the_other_side_and_not_oneself(cast):
    note_id = steps.write(cast)
    refused(actions.NotNow, "not_now", steps.beside, cast, "ask", note_id, name="dana")
    steps.beside(cast, "ask", note_id, name="rosa")  # the control
    refused(actions.NotYoursToRewrite, "not_yours_to_rewrite", steps.leave, cast, note_id,
            steps.voices(note_id, What.ASKED)[0].id, name="rosa")  # fmt: skip


# --- beside it -------------------------------------------------------------------------------------


def test_rosas_own_account_stands_beside_the_note_and_nobody_changes_it(cast):
    note_id = steps.write(cast)
    steps.beside(cast, "differently", note_id)
    steps.beside(cast, "differently", note_id, "And they laughed.")
    steps.correct(cast, note_id, "New.")
    page = steps.shown(cast, note_id, name="dana")
    assert page.state == State.TWO_VIEWS
    assert [(view.who, view.words) for view in page.views] == [("Rosa", HER_SIDE), ("Rosa", "And they laughed.")]
    steps.beside(cast, "differently", steps.write(cast, name="rosa"), "I saw it so.", name="dana")  # any side may


def test_both_can_sign_after_two_views_and_it_says_so(cast):
    note_id = steps.write(cast)
    steps.beside(cast, "sign", note_id, name="dana")
    steps.beside(cast, "differently", note_id)
    steps.beside(cast, "sign", note_id, name="rosa")
    assert steps.shown(cast, note_id).state == State.TWO_VIEWS, "Dana signed before there were two views"
    steps.correct(cast, note_id, "As we both see it.")
    steps.beside(cast, "sign", note_id, name="dana")
    steps.beside(cast, "sign", note_id, name="rosa")
    assert steps.shown(cast, note_id).state == State.SIGNED


def test_years_later_one_can_say_how_one_sees_it_now(cast):
    note_id = steps.write(cast)
    later = cast.now + datetime.timedelta(days=800)
    steps.beside(cast, "now", note_id, "Today I would laugh.", now=later)
    assert [voice.label for voice in steps.shown(cast, note_id, now=later).voices] == ["How I see it now"]


# --- a third person looks --------------------------------------------------------------------------


def test_samuel_reads_only_the_note_he_was_asked_about_and_only_for_as_long(cast):
    asked, other = steps.write(cast), steps.write(cast, "Another thing.")
    steps.beside(cast, "differently", asked)
    assert not may_read(cast, "samuel", asked)
    look = steps.look(cast, asked)
    assert may_read(cast, "samuel", asked)
    assert not may_read(cast, "samuel", other)
    page = steps.shown(cast, asked, name="samuel")
    assert HER_SIDE in repr(page)
    assert LOUD in repr(page), "both voices, for him too"
    answered = cast.now + 3 * HOUR
    steps.answer(cast, asked, look, now=answered)
    assert may_read(cast, "samuel", asked, now=answered + 7 * DAY - HOUR)
    assert not may_read(cast, "samuel", asked, now=answered + 7 * DAY)
    assert "Both can be true." in repr(steps.shown(cast, asked, now=answered))


def test_his_reading_is_in_the_trail_on_the_ground_that_he_was_named(cast):
    note_id = steps.write(cast)
    steps.look(cast, note_id)
    place = cast.place("samuel")
    queries.note_in(place, note_id)
    flush(place.by)
    line = TrailLine.objects.get(actor_id=place.by.person_id, doing="read", kind="note")
    assert line.ground == "named"


def test_an_answer_is_due_in_two_working_days_and_the_page_says_plainly_when_there_is_none(cast):
    note_id = steps.write(cast)
    steps.look(cast, note_id)
    due = cast.now + 2 * DAY  # from a Monday
    assert steps.voices(note_id, What.LOOK)[0].due == due
    assert "An answer is due by" in repr(steps.shown(cast, note_id))
    refused(actions.AskedAlready, "asked_already", steps.look, cast, note_id, now=due - HOUR)
    late = steps.shown(cast, note_id, now=due)
    assert "has not answered by" in repr(late)
    assert [one.sentence for one in what_waits(queries.waiting_in(cast.place("rosa", now=due)))] == [
        "Samuel has not answered about a note. You can ask somebody else.",
    ]
    seat(cast, "amir", Role.COVER)
    again = steps.look(cast, note_id, whom="amir", now=due)
    assert what_waits(queries.waiting_in(cast.place("rosa", now=due))) == []
    steps.answer(cast, note_id, again, name="amir", now=due)
    assert not may_read(cast, "samuel", note_id, now=due + 7 * DAY)


def test_who_was_not_asked_does_not_answer_and_nobody_answers_twice(cast, amir):
    note_id = steps.write(cast)
    look = steps.look(cast, note_id)
    refused(actions.NotNow, "not_now", steps.answer, cast, note_id, look, name="amir")
    steps.answer(cast, note_id, look)  # the control
    refused(actions.NotNow, "not_now", steps.answer, cast, note_id, look)


def test_she_may_ask_anybody_with_a_seat_and_staff_only_colleagues(cast, priya):
    note_id = steps.write(cast)
    for name, whom in (("rosa", "robin"), ("rosa", "rosa"), ("dana", "priya"), ("dana", "rosa"), ("dana", "dana")):
        refused(actions.NotSomebodyHere, "not_somebody_here", steps.look, cast, note_id, whom=whom, name=name)
    look = steps.look(cast, note_id, whom="priya", name="rosa")
    steps.look(cast, note_id, whom="samuel", name="dana")
    assert [one.id for one in queries.named_to_me(cast.place("priya"))] == [note_id]
    steps.answer(cast, note_id, look, name="priya")


def test_ending_the_seat_ends_what_was_opened_by_name(cast):
    note_id = steps.write(cast)
    steps.look(cast, note_id)
    Seat.objects.filter(person_id=cast.accounts["samuel"].person_id).update(ends=cast.now + HOUR)
    assert may_read(cast, "samuel", note_id)
    assert not may_read(cast, "samuel", note_id, now=cast.now + HOUR)


# --- partners --------------------------------------------------------------------------------------


def test_a_partner_writes_what_they_observed_and_has_no_authors_right_to_see_it(cast, priya):
    refused(actions.NothingIsShared, "nothing_is_shared", steps.write, cast, "Homework in the stairwell.", name="priya")
    words = share(cast, "priya", Shared.WORDS)
    note_id = steps.write(cast, "Homework in the stairwell.", name="priya", think="", tomorrow=True, together=True)
    assert steps.shown(cast, note_id).now.happened == "Homework in the stairwell."
    assert not may_read(cast, "priya", note_id)
    notes = share(cast, "priya", Shared.NOTES)
    assert may_read(cast, "priya", note_id)
    for one in (words, notes):
        one.withdrawn_at = cast.now
        one.save()
    assert not may_read(cast, "priya", note_id)
    refused(actions.NothingIsShared, "nothing_is_shared", steps.write, cast, "Again.", name="priya")
    steps.beside(cast, "differently", note_id, "He likes the stairwell.")
    assert "stairwell" in repr(steps.shown(cast, note_id, name="dana")), "it stays in her space"


def test_supporters_and_peers_write_no_notes(cast, priya):
    share(cast, "priya")
    for role in (Role.SUPPORTER, Role.PEER):
        Seat.objects.filter(person_id=cast.accounts["priya"].person_id).update(role=role)
        with pytest.raises(Denied):
            steps.write(cast, name="priya")


# --- her own pages ---------------------------------------------------------------------------------


def test_nobody_else_opens_her_own_page_or_learns_that_there_is_one(cast, amir, priya):
    seat(cast, "lena", Role.SUPERVISOR)
    share(cast, "priya")
    before = cast.place("dana").partnership.changes
    own_id = steps.own(cast, "Nobody knows this.")
    steps.rewrite_own(cast, own_id, "Nobody knows this yet.")
    steps.own_now(cast, own_id)
    for name in ("dana", "amir", "samuel", "lena", "priya"):
        for model in (Note, Voice):
            assert not model.objects.visible_to(cast.viewer(name)).exists(), name
        with pytest.raises(NotFound):
            queries.own_page(cast.place(name), own_id)
        assert privacy.export(cast.place(name)) == []
    for name in ("dana", "amir"):
        told = repr(looked(cast.place(name)))
        assert "own pages" not in told
    assert "own pages" in repr(looked(cast.place("rosa")))
    assert cast.place("dana").partnership.changes == before, "no open page is told that she writes"
    assert "Nobody knows this yet." in repr(privacy.export(cast.place("rosa")))
    assert queries.own_page(cast.place("rosa"), own_id)  # the control
    note_id = steps.write(cast)
    assert steps.note_row(note_id).number == 1, "notes are counted apart from her pages"


def test_only_rosa_keeps_own_pages_and_says_who_reads_them(cast):
    own_id = steps.own(cast)
    for name in ("dana", "samuel"):
        with pytest.raises(Denied):
            steps.own(cast, name=name)
        with pytest.raises(Denied):
            steps.audience(cast, own_id, Audience.WORKER, name=name)
        with pytest.raises(Denied):
            steps.rewrite_own(cast, own_id, "x", name=name)


def test_she_opens_a_page_to_her_worker_or_to_people_by_name_and_closes_it_at_once(cast, amir, priya):
    own_id = steps.own(cast)
    readers = {}

    def reading():
        return {name for name in ("dana", "amir", "samuel", "priya", "robin") if may_read(cast, name, own_id)}

    for to, names, wanted in (
        (Audience.WORKER, (), {"dana"}),
        (Audience.NAMED, ("samuel", "priya"), {"samuel", "priya"}),
        (Audience.NAMED, ("priya",), {"priya"}),
        (Audience.ME, (), set()),
        (Audience.NAMED, ("priya", "dana"), {"priya", "dana"}),
    ):
        steps.audience(cast, own_id, to, *names)
        readers[to] = reading()
        assert readers[to] == wanted
    assert queries.own_page(cast.place("dana"), own_id).now.happened
    assert [one.id for one in queries.notes_in(cast.place("dana")).shown_to_me] == [own_id]
    assert [one.id for one in queries.named_to_me(cast.place("priya"))] == [own_id]
    steps.audience(cast, own_id, Audience.ME)
    assert queries.notes_in(cast.place("dana")).shown_to_me == []
    assert NamedReader.objects.filter(row_id=own_id, until=None).count() == 0


def test_a_worker_who_comes_later_does_not_read_what_was_opened_to_the_one_before(cast):
    own_id = steps.own(cast)
    steps.audience(cast, own_id, Audience.WORKER)
    seat(cast, "amir", Role.WORKER)
    assert not may_read(cast, "amir", own_id)
    steps.audience(cast, own_id, Audience.WORKER)
    assert may_read(cast, "amir", own_id)  # the control


def test_nobody_is_named_who_has_no_seat_here(cast):
    own_id = steps.own(cast)
    for names in (("robin",), ("dana", "nadia"), ("rosa",), ()):
        refused(actions.NotSomebodyHere, "not_somebody_here", steps.audience, cast, own_id, Audience.NAMED, *names)
    assert not NamedReader.objects.exists()
    steps.audience(cast, own_id, Audience.NAMED, "dana")  # the control


def test_readers_of_an_own_page_can_do_nothing_with_it(cast):
    own_id = steps.own(cast)
    steps.audience(cast, own_id, Audience.WORKER)
    for call in (
        lambda: steps.beside(cast, "differently", own_id, name="dana"),
        lambda: steps.correct(cast, own_id, "x"),
        lambda: steps.look(cast, own_id, name="dana"),
        lambda: steps.withhold(cast, own_id),
    ):
        with pytest.raises(NotFound):
            call()
    assert len(steps.voices(own_id)) == 1


# --- withheld parts --------------------------------------------------------------------------------

PART = "Her neighbour told me this."


def sees_part(cast, name, note_id, **given):
    return PART in repr(steps.shown(cast, note_id, name=name, **given))


def test_nothing_is_withheld_by_one_person_alone(cast):
    note_id = steps.write(cast)
    for second in ("dana", "robin", "rosa", "amir"):
        refused(actions.NeedsASecondPerson, "needs_a_second_person", steps.withhold, cast, note_id, second=second)
    assert not Withheld.objects.unguarded(because="test").exists()
    withheld_id = steps.withhold(cast, note_id)  # the control
    row = steps.withheld_row(withheld_id)
    row.second_id = row.decided_by_id
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_until_the_second_person_agrees_nothing_shows_and_after_a_day_it_is_open_to_her(cast):
    note_id = steps.write(cast)
    plain = steps.shown(cast, note_id)
    steps.withhold(cast, note_id)
    assert steps.shown(cast, note_id) == plain
    assert sees_part(cast, "dana", note_id)
    assert steps.shown(cast, note_id, name="dana").parts[0].is_waiting
    assert not sees_part(cast, "rosa", note_id, now=cast.now + DAY - HOUR)
    assert sees_part(cast, "rosa", note_id, now=cast.now + DAY)
    assert PART in repr(privacy.export(cast.place("rosa", now=cast.now + DAY)))


def test_with_two_people_it_stays_closed_until_the_day_and_rosa_finds_a_mark(cast):
    note_id = steps.write(cast)
    withheld_id = steps.withhold(cast, note_id, days=30)
    steps.agree(cast, withheld_id)
    page = steps.shown(cast, note_id, now=cast.now + 2 * DAY)
    assert page.parts == []
    assert [voice.words for voice in page.voices] == [
        "It is about somebody else’s private life. Until 1 April 2026 at the latest. Decided by Dana, agreed by Samuel."
    ]
    told = repr(privacy.export(cast.place("rosa")))
    assert PART not in told
    assert "third_person" in told, "the mark is in her copy"
    assert "The neighbour asked for it." not in told
    assert not sees_part(cast, "rosa", note_id, now=cast.now + 30 * DAY - HOUR)
    assert sees_part(cast, "rosa", note_id, now=cast.now + 30 * DAY), "it opens by itself"
    assert sees_part(cast, "dana", note_id)


def test_a_no_opens_it_at_once(cast):
    note_id = steps.write(cast)
    steps.agree(cast, steps.withhold(cast, note_id), Agreeing.NO)
    assert sees_part(cast, "rosa", note_id)


def test_only_the_one_who_was_asked_agrees_in_time_and_once(cast, amir):
    note_id = steps.write(cast)
    withheld_id = steps.withhold(cast, note_id)
    for name in ("dana", "amir"):
        refused(actions.NotNow, "not_now", steps.agree, cast, withheld_id, name=name)
    with pytest.raises(Denied):
        steps.agree(cast, withheld_id, name="rosa")
    refused(actions.NotNow, "not_now", steps.agree, cast, withheld_id, now=cast.now + DAY)
    steps.agree(cast, withheld_id)  # the control
    refused(actions.NotNow, "not_now", steps.agree, cast, withheld_id, Agreeing.NO)


def test_the_second_person_reads_the_part_and_nothing_else(cast):
    note_id = steps.write(cast)
    withheld_id = steps.withhold(cast, note_id)
    other = steps.withhold(cast, note_id, "Another part.", second="samuel")
    place = cast.place("samuel")
    assert queries.withheld_part(place, withheld_id).part.part == PART
    assert not may_read(cast, "samuel", note_id)
    assert Withheld.objects.visible_to(place.by).count() == 2
    with pytest.raises(NotFound):
        queries.withheld_part(cast.place("rosa"), other)
    after = cast.place("samuel", now=cast.now + 30 * DAY)
    with pytest.raises(NotFound):
        queries.withheld_part(after, withheld_id)


def test_ninety_days_is_the_most_and_the_database_holds_it(cast):
    note_id = steps.write(cast)
    for days in (0, 91):
        refused(actions.NotNow, "not_now", steps.withhold, cast, note_id, days=days)
    withheld_id = steps.withhold(cast, note_id, days=90)
    rows = Withheld.objects.unguarded(because="test").filter(id=withheld_id)
    for change in (
        {"until": cast.now + 90 * DAY + HOUR},
        {"closed_until": cast.now + 91 * DAY},
        {"kind": "shielded"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    rows.update(until=cast.now + 89 * DAY)  # the control


def test_a_hidden_mark_shows_nothing_at_all_until_the_day(cast):
    note_id = steps.write(cast)
    plain, copy = steps.shown(cast, note_id), repr(privacy.export(cast.place("rosa")))
    trail = repr(looked(cast.place("rosa")))
    given = {"category": Category.SERIOUS_HARM, "hide": True}
    refused(actions.MarkMustBeShown, "mark_must_be_shown", steps.withhold, cast, note_id, **given, why_hidden="")
    refused(actions.MarkMustBeShown, "mark_must_be_shown", steps.withhold, cast, note_id, hide=True, why_hidden="x")
    withheld_id = steps.withhold(cast, note_id, **given, why_hidden="He reads her phone.")
    steps.agree(cast, withheld_id)
    place = cast.place("dana")
    queries.note_in(place, note_id)
    flush(place.by)
    assert steps.shown(cast, note_id) == plain
    assert repr(privacy.export(cast.place("rosa"))) == copy
    her_trail = repr(looked(cast.place("rosa")))
    assert "not shown" not in her_trail
    assert "isn’t shown" not in her_trail
    assert trail.count("A note was written.") == her_trail.count("A note was written.")
    assert not NamedReader.objects.filter(row_id=withheld_id).exists(), "it would stand in her copy"
    assert "not shown for a while" in repr(looked(cast.place("dana"))), "control: those who work with her see it"
    after = cast.now + 30 * DAY
    assert "He reads her phone." in repr(steps.shown(cast, note_id, now=after)), "then she reads all of it"
    assert "not shown for a while" in repr(looked(cast.place("rosa", now=cast.now + 90 * DAY)))


def test_the_second_person_can_have_the_mark_shown(cast):
    note_id = steps.write(cast)
    hidden = {"category": Category.SERIOUS_HARM, "hide": True, "why_hidden": "He reads her phone."}
    steps.agree(cast, steps.withhold(cast, note_id, **hidden), Agreeing.MARKED)
    page = steps.shown(cast, note_id)
    assert [voice.what for voice in page.voices] == ["marker"]
    assert not sees_part(cast, "rosa", note_id)


def test_rosa_challenges_the_mark_and_somebody_else_than_the_author_answers(cast, amir):
    note_id = steps.write(cast)
    withheld_id = steps.withhold(cast, note_id, second="amir")
    steps.agree(cast, withheld_id, name="amir")
    marker = steps.voices(note_id, What.MARKER)[0].id
    with pytest.raises(NotFound):
        queries.withheld_part(cast.place("samuel"), withheld_id)
    steps.challenge(cast, note_id, marker)
    refused(actions.AskedAlready, "asked_already", steps.challenge, cast, note_id, marker, "Again!")
    assert steps.voices(note_id, What.CHALLENGE)[0].due == cast.now + 2 * DAY
    assert "asks why something is not shown" in repr(what_waits(queries.waiting_in(cast.place("samuel"))))
    refused(actions.NotNow, "not_now", steps.answer_challenge, cast, withheld_id, name="dana")
    steps.answer_challenge(cast, withheld_id, "It stays.", name="samuel")
    assert "It stays." in repr(steps.shown(cast, note_id))
    assert not sees_part(cast, "rosa", note_id)
    steps.challenge(cast, note_id, marker, "Once more.")
    steps.answer_challenge(cast, withheld_id, "You are right.", name="amir", opens=True)
    assert sees_part(cast, "rosa", note_id)


def test_no_share_ever_opens_what_is_withheld_or_its_mark(cast, priya):
    share(cast, "priya")
    note_id = steps.write(cast)
    steps.agree(cast, steps.withhold(cast, note_id))
    marker = steps.voices(note_id, What.MARKER)[0].id
    steps.challenge(cast, note_id, marker)
    for now in (cast.now, cast.now + 60 * DAY):
        page = steps.shown(cast, note_id, name="priya", now=now)
        assert (page.voices, page.parts) == ([], [])
        assert not Withheld.objects.visible_to(cast.viewer("priya", now=now)).exists()
    assert LOUD in repr(page)  # the control


# --- robin -----------------------------------------------------------------------------------------


def test_robin_and_nadia_can_do_nothing_at_all(cast):
    note_id, own_id = steps.write(cast), steps.own(cast)
    withheld_id = steps.withhold(cast, note_id)
    before = len(acts())
    place = cast.place("rosa")
    for name in ("robin", "nadia", "lena"):
        forced = type(place)(by=cast.viewer(name), partnership=place.partnership, seats=place.seats, roles=frozenset())
        for call in (
            lambda given: steps.write(cast, **given),
            lambda given: steps.correct(cast, note_id, "x", **given),
            *(lambda given, what=what: steps.beside(cast, what, note_id, **given) for what in steps.BESIDE),
            lambda given: steps.leave(cast, note_id, note_id, **given),
            lambda given: steps.look(cast, note_id, **given),
            lambda given: steps.answer(cast, note_id, note_id, **given),
            lambda given: steps.own(cast, **given),
            lambda given: steps.rewrite_own(cast, own_id, "x", **given),
            lambda given: steps.own_now(cast, own_id, **given),
            lambda given: steps.audience(cast, own_id, Audience.ME, **given),
            lambda given: steps.withhold(cast, note_id, **given),
            lambda given: steps.agree(cast, withheld_id, **given),
            lambda given: steps.challenge(cast, note_id, note_id, **given),
            lambda given: steps.answer_challenge(cast, withheld_id, **given),
        ):
            with pytest.raises(NotFound):
                call({"name": name, "place": forced})
    assert len(acts()) == before
    for model in (Note, Voice, Withheld):
        assert not model.objects.visible_to(cast.viewer("robin")).exists()
        assert model.objects.visible_to(cast.viewer("dana")).exists()  # the control


def test_erasing_leaves_nothing(cast):
    note_id = steps.write(cast)
    steps.agree(cast, steps.withhold(cast, note_id))
    steps.own(cast)
    privacy.erase(cast.spaces["rosa"])
    for model in (Note, Voice, Withheld):
        assert not model.objects.unguarded(because="test").exists()
