"""A private row is read only by saying who is looking. Each way that Django offers is tried."""

import datetime

import pytest
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.transaction import atomic
from django.test.utils import CaptureQueriesContext

from alongside import access
from alongside.access import Kind
from alongside.access.kinds import SEES
from alongside.access.private import WhoIsLooking
from alongside.decisions.models import Decision, View
from alongside.journeys.actions import end_seat
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Partnership, Seat
from alongside.people.rules import Role
from alongside.reach.models import ContactRule
from alongside.record.models import Entry
from tests.decisions.story import Story
from tests.record import steps


@pytest.fixture
def rule(cast):
    place = cast.place("rosa")
    return ContactRule.objects.create(
        partnership_id=place.id,
        rule={"channel": "here", "number": "", "never": "at night", "from_hour": "09:00", "to_hour": "20:00"},
        said_by_id=place.by.person_id,
        said_at=cast.now,
    )


WAYS_TO_READ = {
    "all": lambda rows: list(rows.all()),
    "get": lambda rows: rows.get(),
    "get by id": lambda rows: rows.get(id=new_id()),
    "filter": lambda rows: list(rows.filter(said_at__year=2026)),
    "exclude": lambda rows: list(rows.exclude(said_at=None)),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.order_by("id").last(),
    "latest": lambda rows: rows.latest("said_at"),
    "earliest": lambda rows: rows.earliest("said_at"),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "contains": lambda rows: rows.contains(ContactRule(id=new_id())),
    "aggregate": lambda rows: rows.aggregate(Count("id")),
    "annotate": lambda rows: list(rows.annotate(n=Count("id"))),
    "values": lambda rows: list(rows.values()),
    "values_list": lambda rows: list(rows.values_list("id", flat=True)),
    "dates": lambda rows: list(rows.datetimes("said_at", "day")),
    "iterator": lambda rows: list(rows.iterator()),
    "aiterator": lambda rows: rows.aiterator(),
    "in_bulk": lambda rows: rows.in_bulk(),
    "in_bulk of ids": lambda rows: rows.in_bulk([new_id()]),
    "slice": lambda rows: list(rows.all()[:1]),
    "index": lambda rows: rows.all()[0],
    "bool": lambda rows: bool(rows.all()),
    "len": lambda rows: len(rows.all()),
    "repr": lambda rows: repr(rows.all()),
    "explain": lambda rows: rows.all().explain(),
    "raw": lambda rows: rows.raw("SELECT * FROM reach_contactrule"),
    "raw of a queryset": lambda rows: rows.all().raw("SELECT * FROM reach_contactrule"),
    "select_related": lambda rows: list(rows.select_related("partnership")),
    "prefetch_related": lambda rows: list(rows.prefetch_related("partnership")),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "union": lambda rows: list(rows.all().union(rows.all())),
    "or": lambda rows: list(rows.filter(id=new_id()) | rows.all()),
    "get_or_create": lambda rows: rows.get_or_create(id=new_id()),
    "update": lambda rows: rows.update(said_at=None),
    "delete": lambda rows: rows.all().delete(),
    "bulk_update": lambda rows: rows.bulk_update([ContactRule(id=new_id())], ["said_at"]),
    "another manager's using": lambda rows: list(rows.using("default")),
    "the base manager": lambda rows: list(ContactRule._base_manager.all()),
    "the default manager": lambda rows: list(ContactRule._default_manager.all()),
    "a sub-query": lambda rows: list(Partnership.objects.filter(id__in=rows.values("partnership_id"))),
    "Subquery": lambda rows: list(Partnership.objects.annotate(x=Subquery(rows.values("id")[:1]))),
    "Exists": lambda rows: list(Partnership.objects.filter(Exists(rows.filter(partnership=OuterRef("id"))))),
}


@pytest.mark.parametrize("way", WAYS_TO_READ)
def test_no_way_of_reading_opens_without_a_viewer(rule, way):
    with atomic(), pytest.raises(WhoIsLooking):
        WAYS_TO_READ[way](ContactRule.objects)


# What asks for nothing (a wrong id) or writes finds its own end; all else must work for who may look.
OTHERWISE = {"get by id", "aiterator", "raw", "raw of a queryset", "union", "get_or_create", "update", "delete",
             "bulk_update", "another manager's using", "the base manager", "the default manager"}  # fmt: skip


@pytest.mark.parametrize("way", [way for way in WAYS_TO_READ if way not in OTHERWISE])
def test_the_same_way_opens_for_who_may_look_and_leaves_a_note(cast, rule, way):
    viewer = cast.viewer("dana")
    with atomic():
        WAYS_TO_READ[way](ContactRule.objects.visible_to(viewer))
    noted = way not in {"explain", "contains", "in_bulk of ids"}  # these found no row, and nothing was shown
    assert set(viewer.readings) == ({(cast.spaces["rosa"], Kind.REACH)} if noted else set()) or way in ACROSS


# Counted across every space at once: noted in each of Dana's.
ACROSS = {"count", "exists", "aggregate", "values_list", "dates", "a sub-query", "Subquery", "Exists"}


@pytest.mark.parametrize("way", sorted(ACROSS))
def test_what_is_counted_across_spaces_is_noted_in_each(cast, rule, way):
    viewer = cast.viewer("dana")
    WAYS_TO_READ[way](ContactRule.objects.visible_to(viewer))
    assert set(viewer.readings) == {(cast.spaces[name], Kind.REACH) for name in ("rosa", "nadia")}


def test_a_locked_side_never_widens_an_open_one(cast, rule):
    robin = ContactRule.objects.visible_to(cast.viewer("robin"))
    for widen in (lambda: robin | ContactRule.objects.all(), lambda: ContactRule.objects.all() | robin):
        with pytest.raises(WhoIsLooking):
            list(widen())
    with pytest.raises(WhoIsLooking):
        list(robin.union(ContactRule.objects.unguarded(because="test")))


@pytest.fixture
def view(cast):
    """Dana's own view of Rosa's question, open because Rosa asked for it."""
    story = Story(cast).opened().with_ways()
    story.view()
    story.ask()
    return story


FOLLOWS = {
    "select_related": lambda rows: [view.decision.question for view in rows.select_related("decision")],
    "filter": lambda rows: list(rows.filter(decision__state="thinking")),
    "values": lambda rows: list(rows.values("decision__question")),
    "order_by": lambda rows: list(rows.order_by("decision__opened_at")),
    "order_by an expression": lambda rows: list(rows.order_by(F("decision__opened_at").desc())),
    "annotate": lambda rows: list(rows.annotate(state=F("decision__state"))),
    "all of select_related": lambda rows: list(rows.select_related()),
}


@pytest.mark.usefixtures("rules_read_anew")
@pytest.mark.parametrize("way", FOLLOWS)
def test_a_join_leads_only_to_what_every_reader_sees_and_is_noted(cast, view, way, monkeypatch):
    rows = View.objects.visible_to(viewer := cast.viewer("dana"))
    assert FOLLOWS[way](rows), "control: whoever sees a view sees its decision"
    assert {kind for _, kind in viewer.readings} == {Kind.VIEW, Kind.DECISION}
    with monkeypatch.context() as narrower:
        narrower.setitem(SEES, Role.SUPERVISOR, SEES[Role.SUPERVISOR] - {Kind.DECISION})
        with pytest.raises(WhoIsLooking, match="reached from View"):
            FOLLOWS[way](View.objects.visible_to(viewer))
    monkeypatch.setattr(Decision, "hidden", classmethod(lambda cls: Q(state="thinking")))
    with pytest.raises(WhoIsLooking):
        FOLLOWS[way](View.objects.visible_to(viewer))


def test_following_a_key_row_by_row_asks_who_is_looking(cast, view):
    (found,) = View.objects.visible_to(cast.viewer("dana"))
    with pytest.raises(WhoIsLooking):
        _ = found.decision
    with pytest.raises(WhoIsLooking):
        list(View.objects.visible_to(cast.viewer("dana")).prefetch_related("decision"))
    decisions = Decision.objects.visible_to(viewer := cast.viewer("dana"))
    (found,) = View.objects.visible_to(viewer).prefetch_related(Prefetch("decision", decisions))
    assert found.decision.question
    assert {kind for _, kind in viewer.readings} == {Kind.VIEW, Kind.DECISION}


@pytest.mark.usefixtures("rules_read_anew")
def test_rows_of_several_kinds_are_each_seen_and_noted_as_their_own(cast, monkeypatch):
    steps.say(cast)
    steps.send(cast)
    steps.picture(cast)
    list(Entry.objects.visible_to(viewer := cast.viewer("dana")))
    assert {kind for _, kind in viewer.readings} == {Kind.WORDS, Kind.LISTENING, Kind.PICTURE}
    list(Entry.objects.visible_to(viewer := cast.viewer("dana"), only=(Kind.WORDS,)))
    assert {kind for _, kind in viewer.readings} == {Kind.WORDS}
    assert not Entry.objects.visible_to(cast.viewer("samuel")).exists()
    monkeypatch.setitem(SEES, Role.SUPERVISOR, SEES[Role.SUPERVISOR] | {Kind.PICTURE})
    assert {entry.its_kind() for entry in Entry.objects.visible_to(cast.viewer("samuel"))} == {Kind.PICTURE}


def test_the_error_tells_how_to_mend_it():
    with pytest.raises(WhoIsLooking) as raised:
        list(ContactRule.objects.all())
    assert "ContactRule.objects.visible_to(viewer)" in str(raised.value)
    with pytest.raises(WhoIsLooking):
        ContactRule.objects.unguarded(because="")


def test_no_join_leads_in_from_outside():
    for model in (Partnership, Seat):
        names = {field.name for field in model._meta.get_fields()}
        assert not any("contactrule" in name or "rule" in name for name in names)


def test_visible_to_is_one_query(cast, rule):
    viewer = cast.viewer("dana")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert [found.rule["never"] for found in ContactRule.objects.visible_to(viewer)] == ["at night"]
    assert len(queries) == 1
    viewer = cast.viewer("dana")
    with CaptureQueriesContext(connection) as queries:
        list(ContactRule.objects.visible_to(viewer, within=cast.spaces["rosa"]))
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("name", "sees"),
    [("rosa", True), ("dana", True), ("nadia", False), ("robin", False), ("samuel", False), ("lena", False)],
)
def test_the_seat_opens_the_kind_and_nothing_else_does(cast, rule, name, sees):
    viewer = cast.viewer(name)
    assert list(ContactRule.objects.visible_to(viewer)) == ([rule] if sees else [])
    assert list(ContactRule.objects.visible_to(viewer, within=cast.spaces["rosa"])) == ([rule] if sees else [])
    assert list(ContactRule.objects.visible_to(viewer, within=cast.spaces["nadia"])) == []
    if sees:
        assert access.see(viewer, ContactRule, rule.id) == rule
        assert access.why(viewer, rule)
    else:
        assert access.why(viewer, rule) == []
        with pytest.raises(NotFound) as hidden:
            access.see(viewer, ContactRule, rule.id)
        with pytest.raises(NotFound) as absent:
            access.see(viewer, ContactRule, new_id())
        assert str(hidden.value) == str(absent.value)


def test_a_seat_holds_from_its_beginning_up_to_its_end(cast, rule):
    begins, ends = cast.now + datetime.timedelta(hours=1), cast.now + datetime.timedelta(hours=2)
    Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER,
        begins=begins, ends=ends,
    )  # fmt: skip
    instant = datetime.timedelta(microseconds=1)
    for moment, sees in [(begins - instant, False), (begins, True), (ends - instant, True), (ends, False)]:
        viewer = cast.viewer("amir", now=moment)
        assert bool(ContactRule.objects.visible_to(viewer)) is sees, moment
        assert bool(viewer.roles_in(cast.spaces["rosa"])) is sees
        if sees:
            assert access.enter(viewer, cast.spaces["rosa"]).roles == {Role.COVER}
        else:
            with pytest.raises(NotFound):
                access.enter(viewer, cast.spaces["rosa"])


def test_who_loses_the_seat_is_blind_on_the_next_request(cast, rule, signed_in):
    seat = Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER, begins=cast.now
    )
    page, url = signed_in("amir"), f"/space/{cast.spaces['rosa']}/reach/"
    assert page.get(url).status_code == 200
    end_seat(by=cast.viewer("dana"), about=cast.place("dana"), seat_id=seat.id, now=cast.now)
    assert page.get(url).status_code == 404
