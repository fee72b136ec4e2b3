import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside.access import Kind
from alongside.access.models import TrailLine
from alongside.access.queries import looked
from alongside.access.way_in import Denied
from alongside.conversations.models import Message
from alongside.journeys import queries as journeys
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Seat
from alongside.people.rules import Role
from alongside.safety import actions, privacy, queries
from alongside.safety.models import Call, HelpLine, LookBack, Plan
from alongside.safety.rules import Audience
from tests.safety import steps
from tests.safety.steps import HELPED, NUMBER, SIGNS, do

HOUR = datetime.timedelta(hours=1)
SATURDAY_NIGHT = datetime.datetime(2026, 2, 28, 2, 10, tzinfo=datetime.UTC)
MONDAY = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)


def rows(model):
    return list(model.objects.unguarded(because="test").order_by("id"))


@pytest.fixture
def now():
    """The night from Friday to Saturday, ten past two."""
    return SATURDAY_NIGHT


@pytest.fixture
def stand_in(cast):
    return Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.COVER,
        begins=cast.now, ends=cast.now + datetime.timedelta(days=9),
    )  # fmt: skip


def said_to(cast, name, **given):
    """What somebody reads of her plan."""
    found = queries.plan_in(cast.place(name, **given))
    return None if found is None else repr(found)


# --- her plan --------------------------------------------------------------------------------------


def test_her_plan_is_hers_alone_until_she_opens_it_and_again_when_she_closes_it(cast, stand_in):
    steps.plan(cast)
    for name, reads in (("rosa", True), ("dana", False), ("amir", False), ("samuel", False)):
        assert (said_to(cast, name) is not None) is reads
        assert (SIGNS in repr(privacy.export(cast.place(name)))) is reads
    steps.opened(cast)
    for name, reads in (("rosa", True), ("dana", True), ("amir", True), ("samuel", False)):
        assert (SIGNS in (said_to(cast, name) or "")) is reads
    steps.opened(cast, Audience.ME)
    for name, reads in (("rosa", True), ("dana", False), ("amir", False), ("samuel", False)):
        assert (SIGNS in (said_to(cast, name) or "")) is reads


def test_what_she_wrote_before_stays_and_is_never_open_to_others(cast):
    first = steps.plan(cast)
    steps.opened(cast)
    second = steps.plan(cast, {"signs": "I do not eat."})
    assert [(row.id, row.number, row.audience) for row in rows(Plan)] == [
        (row.id, row.number, row.audience) for row in sorted(rows(Plan), key=lambda row: row.number)
    ]
    assert {row.id: row.audience for row in rows(Plan)} == {first.id: "me", second.id: "with_me"}
    assert SIGNS not in repr(privacy.export(cast.place("dana")))
    assert "I do not eat." in said_to(cast, "dana"), "the newest is as open as the one before"
    assert SIGNS in repr(privacy.export(cast.place("rosa")))


def test_nothing_has_to_be_said_but_something(cast):
    with pytest.raises(actions.NothingSaid):
        steps.plan(cast, {})
    with pytest.raises(actions.NoPlanYet):
        steps.opened(cast)
    steps.plan(cast, {"number": NUMBER})
    found = queries.plan_in(cast.place("rosa"))
    assert (found.parts, found.who, found.dialled) == ([], "", "02079460111")


def test_nobody_writes_or_opens_it_for_her(cast, stand_in):
    steps.plan(cast)
    for name in ("dana", "amir", "samuel"):
        for act, said in ((steps.plan, {"said": {"signs": "x"}}), (steps.opened, {})):
            with pytest.raises(Denied):
                act(cast, place=cast.place(name), **said)
        with pytest.raises(NotFound):
            queries.plan_to_write(cast.place(name))
    with pytest.raises(NotFound):
        steps.plan(cast, place=cast.place("nadia", of="rosa"))
    assert queries.plan_to_write(cast.place("rosa"))["signs"] == SIGNS, "control"


def test_that_she_writes_for_hard_times_stands_on_her_list_of_looks_and_on_no_other(cast):
    steps.plan(cast)
    steps.opened(cast)
    said_to(cast, "dana")
    acts = {line.doing for line in TrailLine.objects.filter(kind=Kind.SAFETY)}
    assert acts == {"write_safety_plan", "open_safety_plan"}
    for name, reads in (("rosa", True), ("dana", False)):
        told = [done for day in looked(cast.place(name)).days for visit in day.visits for done in visit.done]
        assert any("When it gets hard" in done for done in told) is reads


def test_twice_is_once(cast):
    write_id = new_id()
    first, second = steps.plan(cast, write_id=write_id), steps.plan(cast, write_id=write_id)
    assert first.id == second.id
    assert len(rows(Plan)) == 1
    night = new_id()
    for _tap in range(3):
        steps.call(cast, write_id=night)
    assert len(rows(Call)) == len(rows(Message)) == 1


# --- a rough night ---------------------------------------------------------------------------------


def test_asked_at_night_it_reaches_dana_when_she_is_there_and_once(cast):
    """ST1, steps 4 and 6."""
    steps.call(cast)
    [message] = rows(Message)
    assert (message.text, message.deliver_at) == (steps.ROUGH, MONDAY)
    for when in (cast.now + HOUR, MONDAY - datetime.timedelta(seconds=1)):
        assert asked(cast, "dana", when) == []
        assert queries.nights_in(cast.place("dana", now=when)) == []
    assert asked(cast, "dana", MONDAY) == ["Rosa"]
    first, *_ = journeys.waiting_in(cast.place("dana", now=MONDAY))
    assert first.sentence == "It was a rough night. You are asked to call."
    for name in ("amir", "samuel", "robin", "rosa"):
        assert asked(cast, name, MONDAY) == []
    [night] = rows(Call)
    for _tap in range(2):
        do(actions.be_in_touch, cast, "dana", call_id=night.id, now=MONDAY)
    assert asked(cast, "dana", MONDAY) == []
    [shown] = queries.nights_in(cast.place("rosa", now=MONDAY))
    assert (shown.in_touch, shown.in_touch_at) == ("Dana", MONDAY)
    assert TrailLine.objects.filter(doing="be_in_touch").count() == 1


def test_a_look_back_is_offered_to_her_alone_and_can_be_left_out_for_good(cast):
    """ST1, step 7: its day sets itself."""
    night = steps.call(cast)
    assert offers(cast, cast.now + HOUR) == []
    assert offers(cast, MONDAY) == [
        "If you like, until 3 March 2026: look back at the rough night. What helped, what hurt?"
    ]
    assert offers(cast, cast.now + 73 * HOUR) == []
    assert not [one for one in journeys.waiting_in(cast.place("dana", now=MONDAY)) if "look back" in one.sentence]
    do(actions.leave_out_look_back, cast, call_id=night.id, now=MONDAY)
    assert offers(cast, MONDAY) == []
    steps.look_back(cast, night, now=MONDAY)  # it stays possible
    assert queries.nights_in(cast.place("rosa"))[0].looked == [("What helped", HELPED)]


def asked(cast, name, now):
    """Whom somebody is asked to call."""
    return [space.name for space in journeys.staff_today(cast.viewer(name, now=now)).to_call]


def test_a_night_that_she_looked_back_at_costs_her_first_page_nothing(cast):
    def read(now):
        place = cast.place("rosa", now=now)
        with CaptureQueriesContext(connection) as queries:
            journeys.waiting_in(place)
        return [query["sql"] for query in queries if 'FROM "safety_' in query["sql"] and "EXISTS(" not in query["sql"]]

    night = steps.call(cast)
    assert len(read(MONDAY)) == 1, "control: it is offered"
    steps.look_back(cast, night, now=MONDAY)
    assert read(MONDAY) == []


def test_who_is_asked_to_call_leaves_a_line_only_where_somebody_asked(cast):
    steps.call(cast)
    dana = cast.viewer("dana", now=MONDAY)
    assert len(dana.partnerships_that_open(Kind.MESSAGE)) > 1, "control: there are others"
    assert len(journeys.staff_today(dana).to_call) == 1
    assert {partnership for partnership, _kind in dana.readings} == {cast.spaces["rosa"]}


def offers(cast, now):
    waiting = journeys.waiting_in(cast.place("rosa", now=now))
    return [one.sentence for one in waiting if "look back" in one.sentence]


def test_her_look_back_is_open_to_whom_she_says_and_its_newest_holds(cast, stand_in):
    night = steps.call(cast)
    steps.look_back(cast, night, now=MONDAY)
    for name, reads in (("rosa", True), ("dana", False), ("amir", False)):
        [shown] = queries.nights_in(cast.place(name, now=MONDAY))
        assert bool(shown.looked) is reads
    steps.look_back(cast, night, Audience.WITH_ME, now=MONDAY)
    for name in ("rosa", "dana", "amir"):
        assert queries.nights_in(cast.place(name, now=MONDAY))[0].looked
    steps.look_back(cast, night, now=MONDAY)
    assert queries.nights_in(cast.place("dana", now=MONDAY))[0].looked == []
    assert [row.audience for row in rows(LookBack)] == ["me", "me", "me"]
    assert offers(cast, MONDAY) == []


def test_only_she_asks_looks_back_and_leaves_out_and_only_those_with_her_are_in_touch(cast, stand_in):
    night = steps.call(cast)
    for name in ("dana", "amir", "samuel"):
        for act in (steps.call, lambda cast, **given: steps.look_back(cast, night, **given)):
            with pytest.raises(Denied):
                act(cast, place=cast.place(name))
        with pytest.raises(Denied):
            do(actions.leave_out_look_back, cast, name, call_id=night.id)
    for name in ("rosa", "samuel"):
        with pytest.raises(Denied):
            do(actions.be_in_touch, cast, name, call_id=night.id, now=MONDAY)
    with pytest.raises(NotFound):
        do(actions.be_in_touch, cast, "dana", call_id=night.id)  # it has not reached her yet
    with pytest.raises(NotFound):
        steps.look_back(cast, night, place=cast.place("nadia", of="nadia"))


def test_nothing_is_scored_counted_or_read_by_a_machine():
    """The tables hold her words, days and who may read them, and no figure of how she is."""
    kept = {field.name for model in (Plan, Call, LookBack) for field in model._meta.fields}
    assert kept == {
        "id", "partnership", "number", "said", "audience", "written_at", "asked_at", "opens_at", "settled",
        "settled_by", "settled_at", "left_at", "call", "said_at",
    }  # fmt: skip


# --- the lines of help -----------------------------------------------------------------------------


def test_a_director_names_changes_and_takes_off_and_everybody_reads(cast):
    assert queries.lines_for_everybody(None) == []
    first, second = steps.line(cast), steps.line(cast, "Text line", number="text HELP")
    assert [(one.name, one.dialled) for one in queries.lines_for_everybody(None)] == [
        ("Night line", "0800111222"), ("Text line", ""),
    ]  # fmt: skip
    steps.line(cast, "Night line, new number", number="0800 3", instead_of=first.id)
    assert [one.name for one in queries.lines(cast.organisation.id)] == ["Night line, new number", "Text line"]
    actions.take_off_line(by=cast.viewer("lena"), line_id=second.id, now=cast.now, write_id=new_id())
    assert [one.name for one in queries.lines(cast.organisation.id)] == ["Night line, new number"]
    assert HelpLine.objects.count() == 3, "what stood there is known"
    for name in ("dana", "samuel", "rosa", "robin"):
        with pytest.raises(NotFound):
            steps.line(cast, by=name)
        with pytest.raises(NotFound):
            queries.lines_to_change(cast.viewer(name))
    with pytest.raises(NotFound):
        steps.line(cast, instead_of=first.id)  # it was changed already
