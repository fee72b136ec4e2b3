"""Who may do what, cell by cell; and that each action checks first, says who did it, and leaves its line."""

import ast
import dataclasses
import datetime
import enum
import importlib
import inspect
import pkgutil
import types
import typing
import uuid
from collections.abc import Collection, Mapping

import pytest

import alongside
from alongside import access
from alongside.access import Act, Place, Viewer, way_in
from alongside.access.acts import MAY
from alongside.access.models import TrailLine
from alongside.access.sentences import DONE
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Partnership, Seat, StaffPost
from alongside.people.rules import Post, Role
from tests.promises.acts_by_cast import BY_POST, expected
from tests.sharing.steps import invite

EXPECTED = expected()
NAMES = sorted({name for _, name in EXPECTED})


def modules():
    for found in pkgutil.walk_packages(alongside.__path__, "alongside."):
        if ".actions" in found.name and found.name != "alongside.live.actions":
            yield importlib.import_module(found.name)


ACTIONS = {
    name: function
    for module in modules()
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if not name.startswith("_") and function.__module__ == module.__name__
}
IN_A_PLACE = {name: action for name, action in ACTIONS.items() if "about" in inspect.signature(action).parameters}

# Actions of nobody, and why nobody is there yet or needed.
BY_NOBODY = {
    "found_organisation": "there is nobody yet: it founds the house",
    "employ": "a step of founding the house and of taking on, which says who does it",
    "welcome": "there is nobody yet: whoever has the code from the server's own screen founds the house",
    "welcome_code": "reads the code that stands on the server's own screen",
    "welcome_line": "the line that the server prints at its start",
    "hand_over_what_waits": "the hour itself: nobody answered; a line says so, and that nobody wrote it",
    "tell_what_is_delivered": "the hour itself: it tells open pages, and changes nothing",
    "erase_due": "the hour itself: what was asked for days ago is done, and says so in the agency's own lines",
    "erase_again": "whoever restores a backup, from the server's own command line; each space leaves its line",
    "forget_browser": "a browser that was left or signed out, whoever asks: it keeps nothing any more",
    "close_to_others": "a step of taking a message back, whose line it is",
    "knock": "a step of whatever somebody is told of, whose line it is",
    "keep_call": "a step of asking to be called, whose line it is",
    "mark_heard": "a step of answering or skipping what was heard, whose line it is",
    "new_password": "whoever runs the server, from its own command line",
    "note_seen": "the session itself notes that somebody is still there",
}
# About one's own signing in: it touches no record, and the list of devices shows it.
OWN_SIGN_IN = {
    "choose_pin": "a step of joining, whose line it is",
    "change_pin": "her own PIN",
    "change_password": "one's own password",
    "keep_here": "the list of devices is its trace",
    "keep_on": "the list of devices is its trace",
    "stop_keeping": "the list of devices is its trace",
    "list_device": "the list of devices is its trace",
    "set_language": "the language in which one reads",
    "end_device": "the list of devices is its trace",
    "end_other_devices": "the list of devices is its trace",
}


@pytest.fixture
def people(cast):
    """Everybody of the table, as they stand towards Rosa's space."""
    space = cast.spaces["rosa"]
    Seat.objects.create(
        partnership_id=space, person_id=cast.accounts["amir"].person_id, role=Role.COVER, begins=cast.now,
        ends=cast.now + datetime.timedelta(days=1),
    )  # fmt: skip
    StaffPost.objects.create(person_id=cast.accounts["former"].person_id, post=Post.WORKER, begins=cast.now)
    Seat.objects.create(
        partnership_id=space, person_id=cast.accounts["former"].person_id, role=Role.WORKER,
        begins=cast.now - datetime.timedelta(days=9), ends=cast.now,
    )  # fmt: skip
    invite(cast, "priya")
    return cast


@pytest.fixture
def cast(cast):
    from alongside.journeys.actions import employ

    cast.accounts["former"] = employ(
        organisation=cast.organisation, called="Former", email="former@riverside.example", password=None,
        posts=frozenset(), now=cast.now,
    )  # fmt: skip
    return cast


def answer(by, act, about):
    try:
        access.require(by, act, about=about)
    except access.Denied as denied:
        return "no" if str(denied.sentence) else "no, without a sentence"
    except NotFound:
        return "-"
    return "yes"


def test_each_cell_of_the_table_is_as_it_should_be(people):
    """I1: no staff act chooses, leans, weighs or looks back for her, changes her words, or opens a view."""
    about = Partnership.objects.get(id=people.spaces["rosa"])
    found = {(act.value, name): answer(people.viewer(name), act, about) for act in Act for name in NAMES}
    assert found == EXPECTED
    viewers = {name: people.viewer(name) for name in NAMES}
    buttons = {(act.value, name): access.may(viewers[name], act, about=about) for act in Act for name in NAMES}
    assert buttons == {cell: expected == "yes" for cell, expected in EXPECTED.items()}, (
        "a button shows what the act does"
    )


def test_every_act_has_a_row_and_a_sentence():
    assert set(MAY) == set(DONE) == set(Act)
    assert {act for act, _ in EXPECTED} == set(Act)


# --- Each action -------------------------------------------------------------------------------


def takes(name, parameter):
    return parameter in inspect.signature(ACTIONS[name]).parameters


def test_every_action_says_who_does_it_in_words():
    """Keyword-only, and `by`; the exceptions have reasons, and each is still needed."""
    for name, action in ACTIONS.items():
        assert inspect.getdoc(action), f"{name} has no docstring"
        if takes(name, "by"):
            kinds = {parameter.kind for parameter in inspect.signature(action).parameters.values()}
            assert kinds == {inspect.Parameter.KEYWORD_ONLY}, name
    assert {name for name in ACTIONS if not takes(name, "by")} == set(BY_NOBODY)


def test_every_action_in_a_place_takes_the_clock_and_the_place():
    for name in IN_A_PLACE:
        assert takes(name, "by"), name
        assert takes(name, "now"), name


def dummy(hint):
    """Something of the right type; it is never looked at, because the check comes first."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return None if type(None) in inner else dummy(inner[0])
    if isinstance(origin, type):
        return {} if issubclass(origin, Mapping) else frozenset() if issubclass(origin, frozenset) else []
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    if isinstance(hint, type) and issubclass(hint, Collection) and hint is not str:
        return []
    if dataclasses.is_dataclass(hint):
        return object.__new__(hint)
    return {
        uuid.UUID: new_id(), str: "x", int: 1, bool: False, datetime.date: datetime.date(2026, 3, 9),
        datetime.datetime: datetime.datetime(2026, 3, 9, tzinfo=datetime.UTC), datetime.time: datetime.time(9),
    }[hint]  # fmt: skip


def call(action, by, about, now):
    hints = typing.get_type_hints(action)
    given = {
        name: dummy(hints[name])
        for name, parameter in inspect.signature(action).parameters.items()
        if parameter.default is parameter.empty and name not in ("by", "about", "now")
    }
    parameters = inspect.signature(action).parameters
    given |= {name: value for name, value in (("about", about), ("now", now)) if name in parameters}
    return action(by=by, **given)


@pytest.fixture
def required(monkeypatch):
    """The acts that were asked for, in order."""
    acts, really = [], way_in.require

    def note(by, act, *, about):
        acts.append(act)
        really(by, act, about=about)

    monkeypatch.setattr(way_in, "require", note)
    return acts


def test_each_action_checks_first_whoever_calls_it_with_whatever(people, required):
    """Called past every page and form, with a place that was got from somebody who may be there."""
    about, before = people.place("dana"), TrailLine.objects.count()
    acts = set()
    for name, action in IN_A_PLACE.items():
        required.clear()
        with pytest.raises(NotFound):
            call(action, people.viewer("robin"), about, people.now)
        assert len(required) == 1, f"{name} does not check before all else"
        act = required[0]
        acts.add(act)
        for who in NAMES:
            wanted = EXPECTED[act.value, who]
            if wanted != "yes":
                with pytest.raises(access.Denied if wanted == "no" else NotFound):
                    call(action, people.viewer(who), about, people.now)
    assert TrailLine.objects.count() == before
    assert {act.value for act in Act if act not in acts} == set(BY_POST) - {"start_partnership"}, "an act nobody can do"


@pytest.mark.parametrize("name", sorted(BY_POST))
def test_what_a_post_does_is_absent_without_it(people, name):
    before = TrailLine.objects.count()
    for who in NAMES:
        if who not in BY_POST[name]:
            with pytest.raises(NotFound):
                call(ACTIONS[name], people.viewer(who), None, people.now)
    assert TrailLine.objects.count() == before


def test_every_act_that_life_does_leaves_its_line(cast, frozen, life):
    done = set(TrailLine.objects.exclude(doing="read").values_list("doing", flat=True))
    assert done == {act.value for act in Act}, "tests/promises/life.py does every act once"


def recording(module):
    """The functions of a module that reach `access.record`, through others of the module if need be."""
    tree = ast.parse(inspect.getsource(module))
    calls = {
        node.name: {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    found = {"access.record"}
    while True:
        more = {name for name, called in calls.items() if called & found} | found
        if more == found:
            return found
        found = more


def test_every_action_leaves_a_line_or_says_why_not():
    silent = {
        name
        for name, action in ACTIONS.items()
        if name not in recording(importlib.import_module(action.__module__)) and name not in BY_NOBODY
    }
    assert silent == set(OWN_SIGN_IN)


def test_who_acts_and_who_reads_are_of_the_right_type():
    for name in IN_A_PLACE:
        hints = typing.get_type_hints(IN_A_PLACE[name])
        assert hints["by"] is Viewer, name
        assert hints["about"] is Place, name
