"""What must not stand in the code, found by reading every source file of the package."""

import ast
import gc
import importlib
import re
from pathlib import Path

import pytest

import alongside
from alongside.access.private import private_tables
from alongside.kit.prepared import Many, Prepared, _stand_in

PACKAGE = Path(alongside.__file__).parent
SOURCES = {
    str(path.relative_to(PACKAGE)): path.read_text()
    for path in sorted(PACKAGE.rglob("*.py"))
    if "migrations" not in path.parts
}
TEMPLATES = {str(path.relative_to(PACKAGE)): path.read_text() for path in sorted(PACKAGE.rglob("templates/**/*.html"))}

# Each use of the way around the way in, by file and function, and why it is right.
UNGUARDED = {
    "access/grounds.py:_put_into_sql": "its condition is kept as text, and nothing is read",
    "access/privacy.py:erase": "erasing a space",
    "access/queries.py:spaces_that_ask": "where a question waits for somebody's answer, and nothing of it",
    "access/queries.py:_gone_to_the_agency": "a director, who has no seat, answers what nobody else answered in time",
    "plain/privacy.py:erase": "erasing a space",
    "attached/privacy.py:erase": "erasing a space",
    "attached/models.py:_beside_a_closed_one": "whether a photo or a voice note is closed; what belongs to it is too",
    "attached/actions.py:close_to_others": "closed by whoever took back what it lies beside; nothing of it is read",
    "glass/privacy.py:erase": "erasing a space",
    "glass/queries.py:excluded_from": "whether somebody may have a seat; nothing of it is shown",
    "glass/queries.py:asked_by": "whoever asked sees that it waits; nothing of anybody's is in it",
    "glass/queries.py:queue": "who looks after emergencies has no seat; the reading is noted on the ground of a post",
    "glass/queries.py:what_waits": "how many nobody has looked at; nothing of them is shown",
    "glass/actions.py:_opening": "it is agreed to, acknowledged or looked at again by somebody without a seat",
    "reach/privacy.py:erase": "erasing a space",
    "reach/tending.py:_by_her_rule": "her rule decides what leaves; nobody reads it",
    "reach/tending.py:_two_agreed": "whether two people agreed that something leaves; nobody reads why",
    "agreement/privacy.py:erase": "erasing a space",
    "record/privacy.py:erase": "erasing a space",
    "safety/privacy.py:erase": "erasing a space",
    "topics/privacy.py:erase": "erasing a space",
    "notes/privacy.py:erase": "erasing a space",
    "notes/actions.py:_next": "the next number, which counts rows that the writer may not see and shows none",
    "decisions/privacy.py:erase": "erasing a space",
    "conversations/privacy.py:erase": "erasing a space",
    "conversations/actions.py:_look_again": "that something of hers waits, before its delivery too; not what it says",
    "conversations/actions.py:_forget_the_answer": "which answer stands, before it is delivered too; not what it says",
    "conversations/actions.py:hand_over_what_waits": "where an answer is missing; nothing of what was said is read",
    "conversations/queries.py:nobody_to_ask": "where somebody waits and nobody can be asked; nothing of what was said",
    "conversations/actions.py:tell_what_is_delivered": "when something is delivered, so that open pages hear it",
    "takeaway/privacy.py:erase": "erasing a space",
    "together/privacy.py:erase": "erasing a space",
    "takeaway/erasing.py:due": "which spaces are to be erased now, and nothing of what is in them",
    "takeaway/erasing.py:drop_old_copies": "copies that nobody took go away",
    "sharing/privacy.py:erase": "erasing a space",
    "sharing/actions.py:_answer_breach": "a report is answered by the one person to whom it went, seat or not",
    "sharing/queries.py:reports_for": "a report is read by the one person to whom it went; each look is noted there",
    "sharing/queries.py:reports_waiting": "whether a report waits for this one person, and nothing of it",
    "decisions/actions.py:_sealed": "a sealed view is opened, replaced or ended without being shown to anybody",
    "decisions/queries.py:with_seal": "whether there is a sealed view at all, which both may know, and nothing of it",
}
# What is drawn as markup, and why no word of anybody's is in it.
TRUSTED = {
    "journeys/templates/journeys/_card.html": "the square that was drawn from a card's number, by our own hand",
}
# Each place that speaks to the database past the ORM.
RAW_SQL = {
    "access/scanning.py": "asks what the way in gives, and leaves out what Django would make of thousands of rows",
    "access/wall.py": "raises the database's own wall, looks whether it stands, and says for whom a transaction does",
    "access/trail.py": "seals and writes lines, in the same three statements for every request there is",
    "access/verdict.py": "reads lines as the database has them, so that nothing is read generously",
    "config/sqlite/base.py": "sets up each connection to SQLite",
    "config/serve.py": "nodes that start at once wait for each other",
    "config/backup/snapshot.py": "copies whole tables as they stood at one moment, without opening a text",
    "config/tend.py": "nodes agree which of them does a duty now",
    "kit/prepared.py": "asks the same read again without building it anew; see the test of what it reads",
    "vault/keys.py": "empties SQLite's log, in which a key that was destroyed would still stand",
    "takeaway/erasing.py": "deletes past protected keys, which the ORM would follow into tables that are closed to it",
    "live/actions.py": "counts up that something changed, in the same words after every write",
    "live/bridge.py": "PostgreSQL's LISTEN and NOTIFY",
}


def calls(source, wanted):
    """The functions in which one of the `wanted` methods is called, with the calls."""
    for outer in ast.walk(ast.parse(source)):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(outer):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in wanted:
                    yield outer.name, node


def test_every_way_around_the_way_in_has_a_reason_and_none_is_stale():
    found = {
        f"{name}:{function}"
        for name, source in SOURCES.items()
        if name != "access/private.py"
        for function, _ in calls(source, {"unguarded"})
    }
    assert found == set(UNGUARDED)


def test_only_a_search_goes_through_rows_without_noting_each():
    """What it shows it notes by itself, hit by hit."""
    found = {name for name, source in SOURCES.items() if ".scanned()" in source and name != "access/private.py"}
    assert found == {"access/scanning.py", "record/searching.py", "notes/searching.py", "agreement/searching.py"}
    asks = {name for name, source in SOURCES.items() if re.search(r"import .*\bscan\b", source)}
    rooms = ("record", "attached", "notes", "topics", "decisions", "agreement", "conversations")
    assert asks == {f"{room}/searching.py" for room in rooms}


def test_no_name_for_a_way_around_is_borrowed():
    """`unlocked`, a bare `Query` or another manager would open what the way in keeps closed."""
    borrowed = re.compile(r"\.unlocked\b|_GuardedQuery|sql\.Query\b|_raw_delete|from_queryset|as_manager")
    assert not [name for name, source in SOURCES.items() if name != "access/private.py" and borrowed.search(source)]
    assert borrowed.search(SOURCES["access/private.py"]), "control"


PAST_THE_ORM = re.compile(
    r"\bRawSQL\b|\.extra\(|\.raw\(|\.cursor\(\)|connection\.execute\(|cursor\.execute\(|\bexecute\(\s*f?[\"']"
)


def test_nothing_speaks_to_the_database_past_the_orm_unless_it_says_why():
    found = {name for name, source in SOURCES.items() if name != "access/private.py" and PAST_THE_ORM.search(source)}
    assert found == set(RAW_SQL)


def test_no_read_that_is_prepared_touches_a_private_table():
    """It would leave no note that somebody looked."""
    modules = [name for name, source in SOURCES.items() if "Prepared(" in source and name != "kit/prepared.py"]
    for name in modules:
        importlib.import_module(f"alongside.{name.removesuffix('.py').replace('/', '.')}")
    prepared = [thing for thing in gc.get_objects() if type(thing) is Prepared]  # what is lazy would wake up when asked
    assert len(prepared) >= len(modules) > 0
    for read in prepared:
        given = {
            name: [_stand_in(kind.field)] if isinstance(kind, Many) else _stand_in(kind)
            for name, kind in read._kinds.items()
        }
        rows = read._build(**given)
        str(rows.query)  # joins are laid when it is turned into SQL
        tables = {table.table_name for table in rows.query.alias_map.values()}
        assert not tables & set(private_tables()), tables


TRANSLATES = re.compile(r"(^|/)(views|forms)(/.*)?\.py$")


def test_views_and_forms_ask_no_table():
    asks = re.compile(r"\.objects\b|\.save\(|\.delete\(\)|\batomic\b|select_related|prefetch_related")
    read = {name: source for name, source in SOURCES.items() if TRANSLATES.search(name)}
    assert len(read) > 10
    assert not [(name, found) for name, source in read.items() for found in asks.findall(source)]
    assert asks.search("Entry.objects.all()"), "control"


def test_models_hold_no_rules_and_nothing_listens_behind_anybodys_back():
    hidden = re.compile(r"def (save|delete|full_clean)\(|post_save|pre_save\.connect|@receiver")
    read = {name: source for name, source in SOURCES.items() if name not in ("vault/fields.py", "access/private.py")}
    assert not [name for name, source in read.items() if hidden.search(source)]


def test_the_clock_is_read_at_the_edge_only():
    """`now` comes from outside, so that what is due can be tried at any moment."""
    edge = {
        "access/middleware.py": "the edge of every request",
        "people/sessions.py": "the edge of signing in, before anybody is known",
        "people/adapters.py": "allauth asks, and has no clock to give",
        "people/session_store.py": "Django asks for a session before there is a request's clock",
    }
    clock = re.compile(r"timezone\.now\(\)|datetime\.now\(|date\.today\(\)|datetime\.utcnow")
    rooms = {"agreement", "record", "decisions", "reach", "access", "journeys", "people", "vault", "kit"}
    found = {name for name, source in SOURCES.items() if name.split("/")[0] in rooms and clock.search(source)}
    assert found - {name for name in found if "/management/" in name} == set(edge)


def test_nothing_leaves_the_house_but_by_one_door():
    """I3: what is sent goes through `reach`, which keeps her contact rules; it is handed over in one place alone."""
    sends = re.compile(
        r"send_mail|EmailMessage|mail_admins|smtplib|urllib\.request|http\.client|\brequests\.(get|post|put|request|Session)\b|httpx|aiohttp"
    )
    assert [name for name, source in SOURCES.items() if sends.search(source)] == ["reach/channels.py"]
    hands_over = re.compile(r"channels\.hand_over\b|channels import .*hand_over|\bParcel\b")
    asks = {name for name, source in SOURCES.items() if hands_over.search(source)}
    assert asks == {"reach/channels.py", "reach/tending.py"}
    assert sends.search("from django.core.mail import send_mail"), "control"


def test_no_comment_waits_for_a_better_day():
    waiting = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert not [name for name, source in {**SOURCES, **TEMPLATES}.items() if waiting.search(source)]


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_runs_nothing_from_elsewhere_and_trusts_no_words(name):
    """What somebody wrote is never markup, and a page asks nobody but us."""
    amiss = re.compile(r"autoescape off|mark_safe|\son\w+=\"|javascript:|src=\"https?:|href=\"https?:|\{% csrf_exempt")
    assert not amiss.findall(TEMPLATES[name])
    assert bool(re.search(r"\|safe\b|\|safeseq\b", TEMPLATES[name])) == (name in TRUSTED)
