"""The ground of a share, and of being named: what it opens, to whom, and when not."""

import datetime

import pytest

from alongside import access
from alongside.access import Kind, Viewer
from alongside.access.kinds import OPENED_BY, SEES
from alongside.access.models import TrailLine
from alongside.access.trail import flush
from alongside.consent.models import NamedReader, Share
from alongside.consent.rules import Shared
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Seat
from alongside.people.rules import INVITED_ROLES, Role
from alongside.record.models import Entry
from alongside.sharing import actions
from tests.promises.test_tables import PRIVATE
from tests.record import steps as record
from tests.sharing.steps import do, invite, share, take_back

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def space(cast):
    """Rosa's words and a picture, and Priya, who was invited and sees nothing yet."""
    record.say(cast)
    record.picture(cast)
    record.send(cast)
    invite(cast)
    return cast.spaces["rosa"]


def kinds_read(viewer, model=Entry, **where):
    return {row.its_kind() for row in model.objects.visible_to(viewer, **where)}


@pytest.mark.parametrize("shared", Shared)
def test_a_share_opens_exactly_its_kinds(cast, space, shared):
    share(cast, shared)
    place = cast.place("priya")
    assert {kind for kind in Kind if place.sees(kind)} == OPENED_BY[shared]
    assert kinds_read(place.by) == OPENED_BY[shared] & set(Entry.KINDS)
    for model in PRIVATE:
        for row in model.objects.visible_to(cast.viewer("priya")):
            assert row.its_kind() in OPENED_BY[shared], model


def test_without_a_share_an_invited_seat_opens_nothing(cast, space):
    assert all(SEES[role] == frozenset() for role in INVITED_ROLES)
    for model in PRIVATE:
        assert not model.objects.visible_to(cast.viewer("priya")).exists(), model
    share(cast, Shared.WORDS)
    assert kinds_read(cast.viewer("priya")) == {Kind.WORDS}, "control"


def given(cast):
    return share(cast, Shared.WORDS)[0]


def reads(cast, *, now=None):
    return bool(kinds_read(cast.viewer("priya", now=now)))


def test_it_opens_from_its_beginning_up_to_and_not_including_its_end(cast, space):
    one = given(cast)
    assert not reads(cast, now=one.begins - datetime.timedelta(microseconds=1))
    assert reads(cast, now=one.begins)
    assert reads(cast, now=one.ends - datetime.timedelta(microseconds=1))
    assert not reads(cast, now=one.ends)
    assert not reads(cast, now=one.ends + MINUTE)


def test_it_opens_nothing_while_it_is_paused_and_again_afterwards(cast, space):
    given(cast)
    do(actions.pause_shares, cast, "rosa")
    assert not reads(cast)
    do(actions.go_on_sharing, cast, "rosa")
    assert reads(cast)


def test_it_opens_nothing_after_it_was_taken_back_not_even_when_sharing_goes_on(cast, space):
    one = given(cast)
    assert reads(cast)
    take_back(cast, one)
    assert not reads(cast)
    do(actions.go_on_sharing, cast, "rosa")
    assert not reads(cast)


def test_what_was_taken_back_while_it_was_paused_stays_taken_back(cast, space):
    one = given(cast)
    do(actions.pause_shares, cast, "rosa")
    take_back(cast, one)
    do(actions.go_on_sharing, cast, "rosa")
    assert not reads(cast)


def test_it_opens_nothing_where_the_seat_has_ended_though_there_is_one_elsewhere(cast, space):
    given(cast)
    Seat.objects.filter(person_id=cast.accounts["priya"].person_id).update(ends=cast.now + MINUTE)
    Seat.objects.create(
        partnership_id=cast.spaces["nadia"], person_id=cast.accounts["priya"].person_id, role=Role.SUPPORTER,
        begins=cast.now,
    )  # fmt: skip
    assert reads(cast), "control"
    assert not reads(cast, now=cast.now + MINUTE)


def test_it_opens_nothing_once_the_seat_has_ended(cast, space):
    given(cast)
    Seat.objects.filter(person_id=cast.accounts["priya"].person_id).update(ends=cast.now + MINUTE)
    assert reads(cast)
    assert not reads(cast, now=cast.now + MINUTE)
    with pytest.raises(NotFound):
        cast.place("priya", now=cast.now + MINUTE)


def test_it_opens_nothing_without_any_seat(cast, space):
    given(cast)
    Seat.objects.filter(person_id=cast.accounts["priya"].person_id).update(begins=cast.now + MINUTE)
    assert not reads(cast)
    assert reads(cast, now=cast.now + MINUTE), "control"


def test_it_opens_nothing_of_another_space(cast, space):
    record.you_start(cast, place=cast.place("nadia", of="nadia"))
    given(cast)
    nadia = cast.spaces["nadia"]
    assert not Entry.objects.visible_to(cast.viewer("priya"), within=nadia).exists()
    Seat.objects.create(
        partnership_id=nadia, person_id=cast.accounts["priya"].person_id, role=Role.SUPPORTER, begins=cast.now
    )
    assert not Entry.objects.visible_to(cast.viewer("priya"), within=nadia).exists(), "nor with a seat there"
    assert {row.partnership_id for row in Entry.objects.visible_to(cast.viewer("priya"))} == {space}


@pytest.mark.parametrize("name", ["robin", "samuel", "lena", "amir"])
def test_nothing_is_shared_with_colleagues(cast, space, name):
    """Colleagues get seats, which she sees; a share with one opens nothing, whatever seat they have."""
    person_id = cast.accounts[name].person_id
    Share.objects.create(
        partnership_id=space, person_id=person_id, shared=Shared.WORDS, purpose="by mistake", begins=cast.now,
        ends=cast.now + MINUTE, given_at=cast.now,
    )  # fmt: skip
    assert not kinds_read(cast.viewer(name))
    Seat.objects.create(partnership_id=space, person_id=person_id, role=Role.PARTNER, begins=cast.now)
    assert not kinds_read(cast.viewer(name)), "nor with an invited seat"


def test_a_share_with_a_client_opens_nothing_without_an_invited_seat(cast, space):
    Share.objects.create(
        partnership_id=space, person_id=cast.accounts["nadia"].person_id, shared=Shared.WORDS, purpose="by mistake",
        begins=cast.now, ends=cast.now + MINUTE, given_at=cast.now,
    )  # fmt: skip
    assert not kinds_read(cast.viewer("nadia"), within=space)


@pytest.mark.usefixtures("rules_read_anew")
def test_what_is_hidden_or_closed_to_somebody_stays_so_whatever_is_shared(cast, space, monkeypatch):
    from django.db.models import Q

    given(cast)
    assert reads(cast)
    priya = cast.accounts["priya"].person_id
    with monkeypatch.context() as patch:
        patch.setattr(Entry, "hidden", classmethod(lambda cls: Q(what="need")))
        assert not reads(cast)
        assert not any(row.what == "need" for row in Entry.objects.visible_to(cast.viewer("rosa"))), "nor to her"
    with monkeypatch.context() as patch:
        closed = classmethod(lambda cls, viewer: Q(what="need") if viewer.person_id == priya else None)
        patch.setattr(Entry, "closed_to", closed)
        assert not reads(cast)
        assert any(row.what == "need" for row in Entry.objects.visible_to(cast.viewer("rosa")))
    assert reads(cast), "control"


# --- named for a single row ------------------------------------------------------------------------


@pytest.fixture
def named(cast, space, monkeypatch, rules_read_anew):
    """The first entry, for which Priya was named as a reader."""
    from django.db.models import Q

    from alongside.consent.queries import rows_named_to

    monkeypatch.setattr(
        Entry,
        "opened_to",
        classmethod(lambda cls, viewer: Q(id__in=rows_named_to(viewer.person_id, now=viewer.now))),
    )
    entry = Entry.objects.unguarded(because="test").filter(partnership_id=space).order_by("number").first()
    NamedReader.objects.create(
        partnership_id=space, row_id=entry.id, person_id=cast.accounts["priya"].person_id, since=cast.now,
        until=cast.now + MINUTE,
    )  # fmt: skip
    return entry


def test_a_named_reader_reads_that_row_and_no_other(cast, named):
    assert [row.id for row in Entry.objects.visible_to(cast.viewer("priya"))] == [named.id]
    assert access.see(cast.viewer("priya"), Entry, named.id).id == named.id
    assert "one thing" in " ".join(access.why(cast.viewer("priya"), named))


def test_a_named_reader_reads_only_while_named_and_only_with_a_seat(cast, named):
    assert not reads(cast, now=cast.now - MINUTE)
    assert not reads(cast, now=cast.now + MINUTE)
    Seat.objects.filter(person_id=cast.accounts["priya"].person_id).update(ends=cast.now)
    assert not reads(cast)


# --- supposing, and what is noted ------------------------------------------------------------------


@pytest.mark.parametrize("things", [{Shared.WORDS}, {Shared.WORDS, Shared.PICTURE}, set(Shared)], ids=len)
def test_what_is_supposed_opens_the_same_as_what_is_given_and_is_nobodys_look(cast, space, things):
    priya = cast.viewer("priya")
    supposed = Viewer(
        person_id=priya.person_id, organisation_id=priya.organisation_id, now=cast.now,
        supposing=(space, frozenset(things)),
    )  # fmt: skip
    before = {model: {row.id for row in model.objects.visible_to(supposed)} for model in PRIVATE}
    assert not supposed.readings
    share(cast, *things)
    given = cast.viewer("priya")
    assert {model: {row.id for row in model.objects.visible_to(given)} for model in PRIVATE} == before
    assert supposed.shared == given.shared
    assert given.readings, "control: a real look is noted"


def test_what_is_supposed_in_one_space_opens_nothing_of_another(cast, space):
    record.you_start(cast, place=cast.place("nadia", of="nadia"))
    priya = cast.viewer("priya")
    supposed = Viewer(
        person_id=priya.person_id, organisation_id=priya.organisation_id, now=cast.now,
        supposing=(space, frozenset(Shared)),
    )  # fmt: skip
    assert {row.partnership_id for row in Entry.objects.visible_to(supposed)} == {space}


def test_a_look_by_a_share_says_so_in_her_trail(cast, space):
    given(cast)
    viewer = cast.viewer("priya")
    list(Entry.objects.visible_to(viewer))
    flush(viewer)
    line = TrailLine.objects.filter(doing="read", actor_id=viewer.person_id).get()
    assert (line.ground, line.kind, line.partnership_id) == ("share", "words", space)
    assert "shared with you" in " ".join(
        access.why(cast.viewer("priya"), Entry.objects.visible_to(cast.viewer("priya"))[0])
    )


def test_a_row_that_is_not_there_and_one_that_is_not_shared_look_the_same(cast, space):
    given(cast)
    picture = Entry.objects.visible_to(cast.viewer("rosa"), only=(Kind.PICTURE,)).get()
    for row_id in (picture.id, new_id()):
        with pytest.raises(NotFound):
            access.see(cast.viewer("priya"), Entry, row_id)
