"""Letting in, and naming who shall not look: what opens, until when, and what does not."""

import datetime

import pytest
from django.db import DatabaseError
from django.db.transaction import atomic

from alongside import access
from alongside.access import Act
from alongside.access.acts import MAY
from alongside.access.models import TrailLine
from alongside.access.private import all_of
from alongside.access.queries import looked
from alongside.access.trail import flush
from alongside.access.waiting import what_waits
from alongside.glass import actions, queries
from alongside.glass.actions import (
    AskIsOver,
    HasAWorker,
    HaveASeat,
    IsOpen,
    LookedAtAlready,
    NamedAlready,
    NeedsAnother,
    NoSuchReference,
    NotThisPerson,
    OnlyWorker,
    ProveItIsYou,
)
from alongside.glass.models import Exclusion, Opening
from alongside.journeys import actions as journeys
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.live.queries import standing
from alongside.people.models import Seat, StaffPost
from alongside.people.rules import Role
from alongside.reach.actions import say_how_to_reach
from alongside.reach.rules import Channel
from alongside.record.models import Entry
from tests.glass import steps
from tests.record import steps as record


def minutes(number):
    return datetime.timedelta(minutes=number)


def rows(model):
    return model.objects.unguarded(because="test")


# --- the hour --------------------------------------------------------------------------------------


def test_robin_is_let_in_for_an_hour_and_not_a_second_longer(cast):
    record.say(cast, "I want to stay here")
    with pytest.raises(NotFound):
        cast.place("robin")
    steps.look_in(cast, "robin")
    last = cast.now + minutes(60) - datetime.timedelta(seconds=1)
    assert cast.place("robin", now=last).roles == {Role.EMERGENCY}
    assert [row.body["words"] for row in Entry.objects.visible_to(cast.viewer("robin", now=last))] == [
        "I want to stay here"
    ]
    over = cast.now + minutes(60)
    with pytest.raises(NotFound):
        cast.place("robin", now=over)
    assert not list(Entry.objects.visible_to(cast.viewer("robin", now=over)))


def test_it_opens_her_space_and_no_other(cast):
    steps.look_in(cast, "robin")
    with pytest.raises(NotFound):
        cast.place("robin", of="nadia")


def test_nothing_can_be_done_with_it_but_to_read(cast):
    steps.look_in(cast, "robin")
    place = cast.place("robin")
    assert not [act for act in Act if access.may(place.by, act, about=place)]
    assert not [act for act in MAY if Role.EMERGENCY in MAY[act]]
    assert access.may(cast.viewer("dana"), Act.PRINT_CARD, about=cast.place("dana")), "control"


def test_what_is_read_is_in_her_trail_under_its_own_ground(cast):
    record.say(cast, "I want to stay here")
    steps.look_in(cast, "robin")
    viewer = cast.viewer("robin", now=cast.now + minutes(5))
    list(Entry.objects.visible_to(viewer))
    flush(viewer)
    line = TrailLine.objects.get(actor_id=viewer.person_id, doing="read")
    assert (line.role, line.ground, line.kind) == ("emergency", "seat", "words")


def test_a_reason_and_a_fresh_sign_in_are_needed(cast):
    with pytest.raises(ProveItIsYou):
        steps.look_in(cast, "robin", proved=False)
    assert not rows(Opening).exists()
    steps.look_in(cast, "robin")
    assert rows(Opening).get().opened_at == cast.now, "control: the same, proved"


@pytest.mark.parametrize("typed", ["", "ABCD-EFGH", "x" * 40, "'; --"])
def test_a_reference_that_is_nobodys_opens_nothing(cast, typed):
    with pytest.raises(NoSuchReference):
        steps.look_in(cast, "robin", reference=typed)
    assert not rows(Opening).exists()


def test_a_reference_is_read_as_people_type_it(cast):
    typed = (
        f" {queries.reference_of(cast.spaces['rosa']).lower()[:4]} - {queries.reference_of(cast.spaces['rosa'])[4:]} "
    )
    assert steps.look_in(cast, "robin", reference=typed).partnership_id == cast.spaces["rosa"]


def test_the_reference_of_another_agency_is_nobodys(cast, now):
    other = journeys.found_organisation(name="Elsewhere", now=now, time_zone="UTC")
    robin = cast.viewer("robin")
    assert queries.space_of(queries.reference_of(cast.spaces["rosa"]), organisation_id=other.id) is None
    assert queries.space_of(queries.reference_of(cast.spaces["rosa"]), organisation_id=robin.organisation_id)


@pytest.mark.parametrize("name", ["lena", "rosa", "nadia"])
def test_neither_a_director_nor_a_client_breaks_the_glass(cast, name):
    with pytest.raises(NotFound):
        steps.look_in(cast, name)
    steps.look_in(cast, "samuel", of="nadia")  # control: a supervisor without a seat there


def test_who_has_a_seat_needs_no_emergency(cast):
    with pytest.raises(HaveASeat):
        steps.look_in(cast, "dana")


def test_the_hour_cannot_be_made_longer(cast):
    steps.look_in(cast, "robin")
    with pytest.raises(IsOpen):
        steps.look_in(cast, "robin", now=cast.now + minutes(59))
    steps.look_in(cast, "robin", now=cast.now + minutes(60))
    assert rows(Opening).count() == 2, "after its end it is asked for anew, with another reason that she sees"


def test_the_same_form_twice_is_one_opening(cast):
    key = new_id()
    assert steps.look_in(cast, "robin", write_id=key).id == steps.look_in(cast, "robin", write_id=key).id
    assert Seat.objects.filter(role=Role.EMERGENCY).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"ends": datetime.timedelta(minutes=61)},
        {"ends": None},
        {"begins": datetime.timedelta(minutes=-5)},
        {"role": "worker"},
    ],
    ids=["a minute longer", "without an end", "begun earlier", "made a worker's"],
)
def test_the_database_itself_keeps_the_hour(cast, change):
    opening = steps.look_in(cast, "robin")
    values = {
        name: cast.now + value if isinstance(value, datetime.timedelta) else value for name, value in change.items()
    }
    with pytest.raises(DatabaseError, match="fixed when it begins"), atomic():
        Seat.objects.filter(id=opening.seat_id).update(**values)
    Seat.objects.filter(id=opening.seat_id).update(ends=cast.now + minutes(1))  # control: shorter is right


@pytest.mark.parametrize("ends", [None, datetime.timedelta(minutes=61)])
def test_no_emergency_seat_is_made_longer_than_an_hour(cast, ends):
    person = cast.accounts["robin"].person_id
    given = {"partnership_id": cast.spaces["rosa"], "person_id": person, "role": Role.EMERGENCY, "begins": cast.now}
    with pytest.raises(DatabaseError, match="fixed when it begins"), atomic():
        Seat.objects.create(**given, ends=cast.now + ends if ends else None)
    Seat.objects.create(**given, ends=cast.now + minutes(60))  # control
    with pytest.raises(DatabaseError, match="fixed when it begins"), atomic():
        Seat.objects.filter(person_id=cast.accounts["samuel"].person_id).update(role=Role.EMERGENCY)


@pytest.mark.parametrize("column", ["reason", "purpose", "asked_at", "opened_at", "opened_by", "needs_second"])
def test_what_was_asked_for_is_never_altered(cast, column):
    opening = steps.look_in(cast, "robin")
    value = {
        "reason": "another", "purpose": "BTG", "asked_at": cast.now - minutes(1), "opened_at": cast.now + minutes(1),
        "opened_by": StaffPost.objects.get(person_id=cast.accounts["amir"].person_id).person, "needs_second": True,
    }[column]  # fmt: skip
    setattr(opening, column, value)
    with pytest.raises(DatabaseError), atomic():
        opening.save(update_fields=[column])


def test_her_worker_may_end_it_before_its_time(cast):
    opening = steps.look_in(cast, "robin")
    place = cast.place("dana")
    journeys.end_seat(by=place.by, about=place, seat_id=opening.seat_id, now=cast.now)
    with pytest.raises(NotFound):
        cast.place("robin")


# --- she is told, and somebody looks at it again -----------------------------------------------------


def test_it_waits_for_her_and_for_who_works_with_her_until_she_knows(cast):
    opening = steps.look_in(cast, "robin")
    assert len(what_waits(queries.waiting_in(cast.place("rosa")))) == 1
    assert not what_waits(queries.waiting_in(cast.place("dana"))), "until she says how, she is told only here"
    place = cast.place("rosa")
    say_how_to_reach(
        by=place.by, about=place, now=cast.now, write_id=new_id(), channel=Channel.CALL, number="1",
        from_hour=datetime.time(8), to_hour=datetime.time(20), voicemail=False, code_word="", never="",
    )  # fmt: skip
    assert "Rosa" in what_waits(queries.waiting_in(cast.place("dana")))[0].sentence
    assert not what_waits(queries.waiting_in(cast.place("samuel"))), "a supervisor's seat does not open this"
    steps.told(cast, "dana", opening)
    assert not what_waits(queries.waiting_in(cast.place("dana")))
    assert what_waits(queries.waiting_in(cast.place("rosa"))), "told by phone, she can still read it"
    steps.seen(cast, opening)
    assert not what_waits(queries.waiting_in(cast.place("rosa")))
    assert rows(Opening).get().told_by_id == cast.accounts["dana"].person_id


def test_robin_himself_reads_nothing_of_it_and_cannot_say_that_she_was_told(cast):
    opening = steps.look_in(cast, "robin")
    assert not list(Opening.objects.visible_to(cast.viewer("robin")))
    with pytest.raises(access.Denied):
        steps.told(cast, "robin", opening)


def test_a_supervisor_looks_at_it_again_and_she_reads_what_they_found(cast):
    opening = steps.look_in(cast, "robin")
    late = cast.now + datetime.timedelta(hours=72)
    assert [one.is_late for one in queries.queue(cast.viewer("samuel")).to_review] == [False]
    assert [one.is_late for one in queries.queue(cast.viewer("lena", now=late)).to_review] == [True]
    steps.review(cast, "samuel", opening, "It was needed; no more was opened than that.")
    [found] = queries.openings_in(cast.place("rosa")).openings
    assert found.review == "It was needed; no more was opened than that."
    assert found.told_supervisor == "Samuel"
    with pytest.raises(LookedAtAlready):
        steps.review(cast, "lena", opening, "Something else.")
    assert rows(Opening).get().review == found.review


def test_nobody_looks_at_their_own(cast):
    opening = steps.look_in(cast, "samuel", of="nadia")
    for act in (
        steps.review,
        lambda *given: actions.note_opening(by=cast.viewer("samuel"), opening_id=opening.id, now=cast.now),
    ):
        with pytest.raises(NeedsAnother):
            act(cast, "samuel", opening)
    steps.review(cast, "lena", opening)  # control


def test_what_was_opened_is_counted_from_the_trail_and_only_within_the_hour(cast):
    record.say(cast, "one")
    steps.look_in(cast, "robin")
    viewer = cast.viewer("robin", now=cast.now + minutes(10))
    list(Entry.objects.visible_to(viewer))
    flush(viewer)
    again = cast.now + minutes(90)
    steps.look_in(cast, "robin", now=again)
    viewer = cast.viewer("robin", now=again + minutes(1))
    for _ in range(2):
        list(Entry.objects.visible_to(viewer))
    flush(viewer)
    found = {one.asked_at: one.opened for one in queries.queue(cast.viewer("lena", now=again)).to_review}
    assert found == {
        cast.now: [("What I need, what I hope for", 1)],
        again: [("What I need, what I hope for", 2)],
    }


def test_reading_the_queue_leaves_a_line_on_the_ground_of_a_post(cast):
    steps.look_in(cast, "robin")
    viewer = cast.viewer("lena")
    queries.queue(viewer)
    flush(viewer)
    line = TrailLine.objects.get(actor_id=viewer.person_id, doing="read")
    assert (line.partnership_id, line.kind, line.ground) == (cast.spaces["rosa"], "share", "post")


# --- not this person -------------------------------------------------------------------------------


def test_naming_somebody_ends_every_seat_of_theirs_at_once(cast):
    assert cast.place("samuel")
    steps.exclude(cast, "samuel", reason="He is my uncle.")
    with pytest.raises(NotFound):
        cast.place("samuel")
    with pytest.raises(NamedAlready):
        steps.exclude(cast, "samuel")


def test_the_list_is_hers_alone(cast):
    steps.exclude(cast, "robin", reason="He is my uncle.")
    assert len(Exclusion.objects.visible_to(cast.viewer("rosa"))) == 1
    for name in ("dana", "samuel", "lena", "robin"):
        assert not Exclusion.objects.visible_to(cast.viewer(name)).exists()
    told = [visit for day in looked(cast.place("dana")).days for visit in day.visits if visit.called == "Rosa"]
    assert not told, "nor does the trail tell staff"


def give(cast, name, role=Role.COVER):
    place = cast.place("dana")
    return journeys.give_seat(
        by=place.by, about=place, person_id=cast.accounts[name].person_id, role=role, now=cast.now,
        ends=cast.now + datetime.timedelta(days=1), write_id=new_id(),
    )  # fmt: skip


def test_nobody_gives_a_seat_to_whom_she_named(cast):
    exclusion = steps.exclude(cast, "robin")
    for role in (Role.COVER, Role.WORKER):
        with pytest.raises(NotThisPerson):
            give(cast, "robin", role)
    give(cast, "amir")  # control: another colleague
    place = cast.place("rosa")
    actions.lift_exclusion(by=place.by, about=place, exclusion_id=exclusion.id, now=cast.now)
    give(cast, "robin")  # control: when she takes it back


def test_nobody_she_named_comes_after_a_worker_who_leaves(cast):
    steps.exclude(cast, "robin")
    post = StaffPost.objects.get(person_id=cast.accounts["dana"].person_id)
    ending = {"by": cast.viewer("lena"), "post_id": post.id, "now": cast.now}
    with pytest.raises(NotThisPerson):
        journeys.end_post(**ending, successor_id=cast.accounts["robin"].person_id)
    assert cast.place("dana"), "nothing was changed"
    journeys.end_post(**ending, successor_id=cast.accounts["amir"].person_id)
    assert cast.place("amir").roles == {Role.WORKER}


def test_whom_she_named_is_not_let_in_without_a_second_person(cast):
    steps.exclude(cast, "robin")
    opening = steps.look_in(cast, "robin")
    assert opening.opened_at is None
    with pytest.raises(NotFound):
        cast.place("robin")
    [asked] = queries.openings_in(cast.place("rosa")).openings
    assert asked.waits, "she sees that it was tried"
    with pytest.raises(ProveItIsYou):
        steps.agree(cast, "samuel", opening, proved=False)
    later = cast.now + minutes(30)
    steps.agree(cast, "samuel", opening, now=later)
    assert cast.place("robin", now=later + minutes(59)).roles == {Role.EMERGENCY}
    with pytest.raises(NotFound):
        cast.place("robin", now=later + minutes(60))


def test_the_second_person_is_another_and_looks_after_such_things(cast):
    steps.exclude(cast, "samuel")
    opening = steps.look_in(cast, "samuel")
    with pytest.raises(NeedsAnother):
        steps.agree(cast, "samuel", opening)
    for name in ("dana", "amir", "robin", "rosa"):
        with pytest.raises(NotFound):
            steps.agree(cast, name, opening)
    steps.exclude(cast, "lena")
    with pytest.raises(NeedsAnother):
        steps.agree(cast, "lena", opening)


def test_a_yes_that_comes_too_late_opens_nothing(cast):
    steps.exclude(cast, "robin")
    opening = steps.look_in(cast, "robin")
    with pytest.raises(AskIsOver):
        steps.agree(cast, "lena", opening, now=cast.now + minutes(60))
    assert not Seat.objects.filter(role=Role.EMERGENCY).exists()
    steps.agree(cast, "lena", opening, now=cast.now + minutes(59))  # control


def test_the_database_keeps_the_second_person_too(cast):
    steps.exclude(cast, "robin")
    opening = steps.look_in(cast, "robin")
    seat = Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["robin"].person_id, role=Role.EMERGENCY,
        begins=cast.now, ends=cast.now + minutes(60),
    )  # fmt: skip
    for agreed in (None, cast.accounts["robin"].person_id):
        with pytest.raises(DatabaseError), atomic():
            rows(Opening).filter(id=opening.id).update(opened_at=cast.now, seat=seat, agreed_by=agreed)


def waits(cast, name):
    """How much waits on the queue, as the first page tells it."""
    return sum(map(len, all_of(queries.what_waits(cast.viewer(name)))))


def test_her_only_social_worker_goes_only_when_she_knows_what_follows(cast):
    with pytest.raises(OnlyWorker) as refused:
        steps.exclude(cast, "dana")
    assert "Dana" in str(refused.value.sentence)
    assert cast.place("dana")
    assert waits(cast, "lena") == 0
    steps.exclude(cast, "dana", even_the_only_one=True)
    with pytest.raises(NotFound):
        cast.place("dana")
    assert cast.place("dana", of="nadia"), "in Nadia's space nothing changed"
    assert [waits(cast, name) for name in ("lena", "samuel", "dana")] == [1, 1, 0]


def appoint(cast, by, name, of="rosa"):
    return actions.appoint_worker(
        by=cast.viewer(by), partnership_id=cast.spaces[of], person_id=cast.accounts[name].person_id, now=cast.now,
        write_id=new_id(),
    )  # fmt: skip


def test_the_agency_gives_her_another_and_opens_nothing_to_itself(cast):
    with pytest.raises(HasAWorker):
        appoint(cast, "lena", "amir")
    steps.exclude(cast, "dana", even_the_only_one=True)
    with pytest.raises(NotThisPerson):
        appoint(cast, "lena", "dana")
    with pytest.raises(NotFound):
        appoint(cast, "robin", "robin")
    with pytest.raises(NotFound):
        appoint(cast, "lena", "samuel")
    appoint(cast, "lena", "amir")
    assert cast.place("amir").roles == {Role.WORKER}
    with pytest.raises(NotFound):
        cast.place("lena")


def test_an_excluded_worker_with_a_colleague_beside_them_goes_at_once(cast):
    place = cast.place("dana")
    journeys.give_seat(
        by=place.by, about=place, person_id=cast.accounts["amir"].person_id, role=Role.WORKER, now=cast.now
    )
    steps.exclude(cast, "dana")
    with pytest.raises(NotFound):
        cast.place("dana")


def test_an_open_page_hears_nothing_after_the_hour(cast):
    """The stream asks this again whenever something is told, and while nothing is."""
    steps.look_in(cast, "robin")
    space, robin = cast.spaces["rosa"], cast.accounts["robin"].pk
    assert (space, robin) in standing([space], [], now=cast.now + minutes(59)).seats, "control"
    assert (space, robin) not in standing([space], [], now=cast.now + minutes(60)).seats
