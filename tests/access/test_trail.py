"""Every read and every write leaves a line; no line, no read; no line is ever changed."""

import datetime
import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections
from django.db.transaction import atomic

from alongside import access
from alongside.access import Act, Kind, trail
from alongside.access.models import TrailLine
from alongside.journeys.actions import end_seat
from alongside.kit.ids import new_id
from alongside.people.models import Seat
from alongside.reach.actions import say_how_to_reach
from alongside.reach.models import ContactRule
from alongside.reach.rules import Channel


def say(cast, *, write_id=None, times=1):
    place = cast.place("rosa")
    for _ in range(times):
        rule = say_how_to_reach(
            by=place.by, about=place, now=cast.now, write_id=write_id or new_id(), channel=Channel.HERE, number="",
            from_hour=datetime.time(9), to_hour=datetime.time(20), voicemail=False, code_word="", never="at night",
        )  # fmt: skip
    return rule


def reads():
    return TrailLine.objects.filter(doing="read")


def test_each_page_that_shows_something_leaves_one_line_with_the_number_of_rows(cast, signed_in):
    say(cast, times=3)
    page, url = signed_in("dana"), f"/space/{cast.spaces['rosa']}/reach/"
    for opened in range(1, 6):
        page.get(url)
        assert reads().count() == opened
    line = reads().last()
    assert (line.actor_id, line.partnership_id) == (cast.accounts["dana"].person_id, cast.spaces["rosa"])
    assert (line.kind, line.role, line.ground, line.count) == ("reach", "worker", "seat", 1)
    viewer = cast.viewer("dana")
    list(ContactRule.objects.visible_to(viewer))
    trail.flush(viewer)
    assert reads().last().count == 3
    signed_in("rosa").get(url)
    assert (reads().last().role, reads().last().ground) == ("client", "about_you")


def test_what_shows_nothing_leaves_no_line(cast, signed_in):
    url = f"/space/{cast.spaces['rosa']}/reach/"
    assert signed_in("dana").get(url).status_code == 200, "there is no rule yet"
    say(cast)
    assert signed_in("robin").get(url).status_code == 404
    assert not reads().exists()


def test_a_write_leaves_its_line_and_no_content(cast):
    rule = say(cast)
    line = TrailLine.objects.get(doing=Act.SAY_HOW_TO_REACH)
    assert (line.row_id, line.role, line.ground, line.kind) == (rule.id, "client", "about_you", Kind.REACH)
    columns = {field.name for field in TrailLine._meta.fields}
    assert columns == {
        "seq", "at", "organisation_id", "partnership_id", "actor_id", "role", "doing", "kind", "ground", "count",
        "row_id", "write_id", "tree_id", "place", "leaf",
    }  # fmt: skip


def test_what_fails_half_way_leaves_neither_a_row_nor_a_line(cast, monkeypatch):
    from alongside.reach import actions

    def break_down(partnership_id):
        raise RuntimeError

    monkeypatch.setattr(actions, "tell", break_down)
    before = TrailLine.objects.count()
    with pytest.raises(RuntimeError):
        say(cast)
    assert TrailLine.objects.count() == before
    assert not ContactRule.objects.unguarded(because="test").exists()


def test_names_fit_their_columns():
    assert all(len(act) <= TrailLine._meta.get_field("doing").max_length for act in Act)
    assert all(len(kind) <= TrailLine._meta.get_field("kind").max_length for kind in Kind)


# --- no line, no read --------------------------------------------------------------------------


def test_nothing_is_shown_when_the_trail_cannot_be_written(cast, signed_in, monkeypatch):
    say(cast)
    page, url = signed_in("dana"), f"/space/{cast.spaces['rosa']}/reach/"
    assert "at night" in page.get(url).content.decode(), "control: it is shown when the trail works"

    def full(lines):
        raise DatabaseError("disk full")

    monkeypatch.setattr(trail, "write", full)
    answer = page.get(url)
    assert answer.status_code == 503
    assert "at night" not in answer.content.decode()
    assert "could not write down that somebody is looking" in answer.content.decode()


# --- nobody changes a line ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda: TrailLine.objects.update(count=0),
        lambda: TrailLine.objects.all().delete(),
        lambda: TrailLine.objects.first().delete(),
        lambda: TrailLine.objects.first().save(),
        lambda: by_hand("UPDATE access_trailline SET count = 7"),
        lambda: by_hand("DELETE FROM access_trailline"),
        lambda: by_hand("INSERT INTO access_trailline SELECT * FROM access_trailline"),
        lambda: by_hand("REPLACE INTO access_trailline SELECT * FROM access_trailline"),
        lambda: by_hand(
            "REPLACE INTO access_trailline (at, organisation_id, actor_id, role, doing, kind, ground, count, write_id, "
            "tree_id, place, leaf) SELECT at, organisation_id, actor_id, role, doing, kind, ground, count, write_id, "
            "tree_id, place + 1000, leaf FROM access_trailline"
        ),
        lambda: by_hand(
            "REPLACE INTO access_trailline (at, organisation_id, actor_id, role, doing, kind, ground, count, "
            "tree_id, place, leaf) SELECT at, organisation_id, actor_id, role, doing, kind, ground, count, "
            "tree_id, place, leaf FROM access_trailline"
        ),
        lambda: by_hand("TRUNCATE access_trailline"),
    ],
)
def test_no_line_can_be_changed_or_deleted_even_by_hand(cast, change):
    say(cast)
    before = list(TrailLine.objects.order_by("seq").values())
    with pytest.raises(DatabaseError), atomic():
        change()
    assert before
    assert list(TrailLine.objects.order_by("seq").values()) == before


def by_hand(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


# --- a write arrives once ----------------------------------------------------------------------


def test_a_write_that_arrives_twice_is_one_write(cast):
    write_id = new_id()
    assert access.arrived(cast.viewer("rosa"), None) is None
    assert access.arrived(cast.viewer("rosa"), write_id) is None
    first, second = say(cast, write_id=write_id), say(cast, write_id=write_id)
    assert first.id == second.id == access.arrived(cast.viewer("rosa"), write_id)
    assert access.arrived(cast.viewer("dana"), write_id) is None, "another's write is another write"
    with pytest.raises(IntegrityError), atomic():
        trail.record(
            cast.viewer("rosa"), Act.SAY_HOW_TO_REACH, partnership_id=cast.spaces["rosa"], kind=Kind.REACH,
            now=cast.now, write_id=write_id,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_of_two_arrivals_that_race_one_wins_and_the_other_finds_what_it_wrote(cast, signed_in):
    url = f"/space/{cast.spaces['rosa']}/reach/"
    typed = {"channel": "here", "never": "at night", "key": "the same form"}
    pages, answers, start = [signed_in("rosa") for _ in range(4)], [], threading.Barrier(4)

    def send(page):
        start.wait(10)
        answers.append(page.post(url, typed).status_code)
        connections.close_all()

    threads = [threading.Thread(target=send, args=[page]) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == [303] * 4
    assert ContactRule.objects.unguarded(because="test").count() == 1
    assert TrailLine.objects.filter(doing=Act.SAY_HOW_TO_REACH).count() == 1


# --- the page ----------------------------------------------------------------------------------


def visits(page):
    return [visit for day in page.context["trail"].days for visit in day.visits]


@pytest.fixture
def looked_at(cast, signed_in, keeps_context):
    """Rosa said how to reach her, Dana looked twice, and Rosa looked at it herself."""
    say(cast)
    url = f"/space/{cast.spaces['rosa']}/reach/"
    for name in ("dana", "dana", "rosa"):
        signed_in(name).get(url)
    return f"/space/{cast.spaces['rosa']}/looked/"


def test_rosa_reads_who_looked_what_they_did_and_on_what_ground(cast, signed_in, looked_at):
    page = signed_in("rosa").get(looked_at)
    words = page.content.decode()
    assert page.status_code == 200
    assert "Dana" in words
    assert "social worker" in words
    assert "How and when to reach me" in words
    assert "They could, because they have a seat here as social worker." in words
    assert "Looked at “How and when to reach me”, 2 times." in words
    assert "“How and when to reach me” was written." in words
    assert "at night" not in words, "never any content"
    dana = next(visit for visit in visits(page) if visit.read)
    assert (dana.called, dana.read) == ("Dana", {"How and when to reach me": 2})
    rosa = next(visit for visit in visits(page) if visit.is_you)
    assert (rosa.role, rosa.ground, rosa.read) == ("", "", {}), "to her she is You, and no reason is needed"


def test_what_rosa_opened_herself_is_for_her_alone(cast, signed_in, looked_at):
    own = signed_in("rosa").get(looked_at + "?own")
    (own_visit,) = visits(own)
    assert (own_visit.is_you, own_visit.read) == (True, {"How and when to reach me": 1})
    assert signed_in("dana").get(looked_at + "?own").status_code == 404
    dana = signed_in("dana").get(looked_at)
    assert not [visit for visit in visits(dana) if visit.called == "Rosa" and visit.read]


def test_dana_sees_the_same_list_and_leaves_a_line_by_it_and_rosa_does_not(cast, signed_in, looked_at):
    before = TrailLine.objects.count()
    signed_in("rosa").get(looked_at)
    assert TrailLine.objects.count() == before
    signed_in("dana").get(looked_at)
    assert TrailLine.objects.filter(kind=Kind.TRAIL).count() == 1
    assert "Who has looked" in signed_in("rosa").get(looked_at).content.decode()


@pytest.mark.parametrize("name", ["robin", "samuel", "lena", "nadia"])
def test_the_list_is_not_there_for_who_does_not_work_with_her(signed_in, looked_at, name):
    assert signed_in(name).get(looked_at).status_code == 404


def test_somebody_whose_seat_ended_stays_in_the_list_by_name(cast, signed_in, looked_at, frozen):
    seat = Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role="cover", begins=cast.now
    )
    signed_in("amir").get(looked_at.replace("looked", "reach"))
    end_seat(by=cast.viewer("dana"), about=cast.place("dana"), seat_id=seat.id, now=cast.now)
    frozen.shift(datetime.timedelta(minutes=1))
    words = signed_in("rosa").get(looked_at).content.decode()
    assert "Amir" in words
    assert "stand-in" in words


def test_reading_that_goes_on_is_one_visit(cast, signed_in, looked_at, frozen):
    url = looked_at.replace("looked", "reach")
    for minutes in (10, 20, 20, 45):
        frozen.shift(datetime.timedelta(minutes=minutes))
        signed_in("dana").get(url)
    read = [sum(visit.read.values()) for visit in visits(signed_in("rosa").get(looked_at)) if visit.called == "Dana"]
    assert read == [1, 5, 0], "the last one gave the seats, before there was anything to read"


@pytest.mark.usefixtures("keeps_context")
def test_days_are_those_of_the_place_where_the_agency_is(cast, signed_in, frozen):
    late = datetime.datetime(2026, 6, 1, 23, 30, tzinfo=datetime.UTC)  # in London it is the 2nd already
    frozen.move_to(late)
    say(cast)
    line = TrailLine(
        at=late, organisation_id=cast.organisation.id, partnership_id=cast.spaces["rosa"],
        actor_id=cast.accounts["dana"].person_id, role="worker", doing="read", kind="reach", ground="seat",
    )  # fmt: skip
    trail.write([line])
    page = signed_in("rosa").get(f"/space/{cast.spaces['rosa']}/looked/")
    assert page.context["trail"].days[0].date == datetime.date(2026, 6, 2)
    assert "00:30" in page.content.decode()


@pytest.mark.usefixtures("keeps_context")
def test_fifty_lines_a_page_and_the_older_ones_behind_it(cast, signed_in, django_assert_num_queries):
    actor, space = cast.accounts["dana"].person_id, cast.spaces["rosa"]
    trail.write([
        TrailLine(
            at=cast.now - datetime.timedelta(hours=130 - hour), organisation_id=cast.organisation.id,
            partnership_id=space, actor_id=actor, role="worker", doing="read", kind="reach", ground="seat",
        )
        for hour in range(120)
    ])  # fmt: skip
    before = TrailLine.objects.filter(partnership_id=space, at__lt=cast.now).count()
    page, url, seen = signed_in("rosa"), f"/space/{space}/looked/", []
    while url:
        trail_page = page.get(url).context["trail"]
        lines = [visit for day in trail_page.days for visit in day.visits if visit.read]
        assert len(lines) <= 50
        seen += [visit.last for visit in lines]
        url = f"/space/{space}/looked/?before={trail_page.older}" if trail_page.older else None
    assert len(seen) == len(set(seen)) == before == 120
    assert seen == sorted(seen, reverse=True)


def test_the_page_costs_the_same_whatever_is_on_it(cast, signed_in):
    from django.test.utils import CaptureQueriesContext

    page, url = signed_in("rosa"), f"/space/{cast.spaces['rosa']}/looked/"
    page.get(url)
    with CaptureQueriesContext(connection) as few:
        page.get(url)
    say(cast, times=60)
    with CaptureQueriesContext(connection) as many:
        page.get(url)
    assert len(many) == len(few) <= 12


@pytest.mark.parametrize("before", ["", "x", "-1", "١٢", "9" * 40, "0", "1e3"])
def test_a_strange_place_to_begin_is_no_trouble(cast, signed_in, before):
    assert signed_in("rosa").get(f"/space/{cast.spaces['rosa']}/looked/", {"before": before}).status_code == 200
