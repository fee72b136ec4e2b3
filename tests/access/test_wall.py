"""The second wall, on a real PostgreSQL: every known way around row-level security, each with a control that leaks.

What a test does by hand stands for the house (see `tests/house.py`); `ask` opens a line of its own, as
whichever role, for whomever it says.
"""

import contextlib
import datetime
import os
import time
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.http import StreamingHttpResponse
from django.test.client import ClientHandler

from alongside.access import middleware, trail, wall
from alongside.access.models import TrailLine
from alongside.access.viewer import enter
from alongside.config import checks
from alongside.config.owner import as_owner
from alongside.journeys import actions as journeys
from alongside.kit.ids import new_id
from alongside.people.models import Partnership, Seat
from alongside.people.rules import Post
from alongside.record import queries as record
from alongside.record.models import Entry
from tests.house import APPLICATION, OWNER
from tests.record import steps
from tests.record.many import many

ON_POSTGRESQL = connection.vendor == "postgresql"
behind_the_wall = pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no row-level security")
committed = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
HERS, NADIAS = "the letter about the flat", "the letter about the school"


@pytest.fixture
def said(cast):
    """Rosa and Nadia each said what they need; and there is another agency, with a space of its own."""
    steps.say(cast, HERS)
    steps.say(cast, NADIAS, place=cast.place("nadia", of="nadia"), seen=None)
    other = journeys.found_organisation(name="Hillside", now=cast.now)
    account = journeys.employ(
        organisation=other, called="Jo", email="jo@hillside.example", password="a long enough password",
        posts=frozenset({Post.WORKER}), now=cast.now,
    )  # fmt: skip
    jo = middleware.viewer_of(account, now=cast.now)
    card = journeys.start_partnership(by=jo, called="Ida", language="en", now=cast.now)
    ida = middleware.viewer_of(card.account, now=cast.now)
    place = enter(ida, card.partnership_id)
    steps.say(cast, "another agency’s", place=place, seen=None)
    return SimpleNamespace(cast=cast, jo=jo, ida=place, rosa=cast.spaces["rosa"], nadia=cast.spaces["nadia"])


@contextlib.contextmanager
def line_of(role, *, superuser=False):
    """A line to the test's database by itself, as a role."""
    with psycopg.connect(
        os.environ["ALONGSIDE_TEST_POSTGRESQL"],
        dbname=connection.settings_dict["NAME"],
        user="postgres" if superuser else role,
        autocommit=True,
    ) as line:
        yield line


def ask(sql, *, role=APPLICATION, organisation="", viewer="", now=""):
    """What one transaction of its own gets to see."""
    with line_of(role) as line, line.transaction():
        line.execute(wall.SAY, [str(organisation), str(viewer), str(now)])
        return line.execute(sql).fetchall()


def seen_by(who, *, sql="SELECT partnership_id FROM record_entry", **other):
    said = {"organisation": who.organisation_id, "viewer": who.person_id, "now": who.now.isoformat()}
    return {found for (found,) in ask(sql, **said | other)}


EVERY_ENTRY = "SELECT partnership_id FROM record_entry"


@contextlib.contextmanager
def spoiled(*statements):
    """The database, spoiled by its superuser for a moment."""
    with line_of("", superuser=True) as line:
        for statement in statements:
            line.execute(statement)
    try:
        yield
    finally:
        with line_of("", superuser=True) as line:
            line.execute(
                "DROP VIEW IF EXISTS all_entries; DROP FUNCTION IF EXISTS every_entry; DROP TABLE IF EXISTS part"
            )
            line.execute("DROP TABLE IF EXISTS naive; DROP INDEX IF EXISTS oracle")
            line.execute("ALTER TABLE record_entry DROP CONSTRAINT IF EXISTS cascading")
        with as_owner():
            wall.raise_wall(role=APPLICATION)
        assert wall.amiss() == wall.amiss_with_role() == [], "the wall stands again"


# --- It stands, before every table -----------------------------------------------------------------


@behind_the_wall
def test_no_table_about_anybody_is_without_the_wall():
    assert wall.amiss() == []
    assert wall.amiss_with_role() == []
    assert {"access_trailline", "record_entry", "decisions_view"} <= set(wall.walled())
    assert "people_seat" not in wall.walled(), "the one table that the wall itself asks"
    print(f"\nthe wall stands before {len(wall.walled())} tables")


@behind_the_wall
@committed
@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DROP POLICY wall ON record_entry", "has not the one policy"),
        ("CREATE POLICY too_kind ON record_entry USING (true)", "has not the one policy"),
        ("ALTER POLICY wall ON record_entry USING (true)", "not the one that the code says"),
        ("ALTER TABLE record_entry DISABLE ROW LEVEL SECURITY", "is off"),
        ("ALTER TABLE record_entry NO FORCE ROW LEVEL SECURITY", "for the table's owner"),
        ("ALTER TABLE record_entry ALTER organisation_id DROP NOT NULL", "without an organisation"),
        (
            "ALTER TABLE record_entry ADD CONSTRAINT cascading FOREIGN KEY (partnership_id) "
            "REFERENCES people_partnership ON DELETE CASCADE",
            "deletes or changes its rows",
        ),
        ("CREATE UNIQUE INDEX oracle ON record_entry (fingerprint)", "tells whether another space"),
        ("CREATE VIEW all_entries AS SELECT * FROM record_entry", "this view"),
        (
            "CREATE FUNCTION every_entry() RETURNS bigint LANGUAGE sql SECURITY DEFINER "
            "AS 'SELECT count(*) FROM record_entry'",
            "this function",
        ),
        ("CREATE TABLE part () INHERITS (record_entry)", "this part of a table"),
    ],
)
def test_each_part_that_is_missing_is_found(statement, found):
    with spoiled(statement):
        assert [sentence for sentence in wall.amiss() if found in sentence]
        with pytest.raises(CommandError, match=found):
            call_command("wall", "--check", verbosity=0)


@behind_the_wall
@committed
def test_a_table_that_comes_later_gets_the_wall_with_the_migration_that_makes_it(monkeypatch, said):
    with spoiled(
        "DROP POLICY wall ON record_entry",
        "ALTER TABLE record_entry NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE record_entry DROP COLUMN organisation_id CASCADE",
    ):
        assert len(ask(EVERY_ENTRY)) == 3, "control: a new table without a policy is open to everybody"
        call_command("migrate", verbosity=0)
        assert ask(EVERY_ENTRY) == []
        assert seen_by(said.cast.viewer("rosa")) == {said.rosa}, "its rows have found their organisation"


# --- Who sees what ---------------------------------------------------------------------------------


@behind_the_wall
@committed
def test_whoever_has_a_seat_sees_their_spaces_and_nothing_else(said):
    cast = said.cast
    assert seen_by(cast.viewer("rosa")) == {said.rosa}
    assert seen_by(cast.viewer("dana")) == {said.rosa, said.nadia}
    assert seen_by(said.jo) == {said.ida.id}
    assert seen_by(cast.viewer("robin")) == set()
    assert seen_by(cast.viewer("dana"), viewer=wall.HOUSE) == {said.rosa, said.nadia}, "one organisation’s house"
    assert len(ask(EVERY_ENTRY, viewer=wall.HOUSE)) == 3, "control: they are there"


@behind_the_wall
@committed
def test_nothing_opens_with_half_of_what_is_needed(said):
    dana, before = said.cast.viewer("dana"), said.cast.now - datetime.timedelta(days=1)
    for half in ({"viewer": ""}, {"organisation": ""}, {"now": ""}, {"now": before.isoformat()}):
        assert seen_by(dana, **half) == set(), half
    assert seen_by(dana, organisation=said.jo.organisation_id) == set(), "another agency’s"
    Seat.objects.filter(person_id=dana.person_id, partnership_id=said.rosa).update(ends=said.cast.now)
    assert seen_by(dana) == {said.nadia}, "a seat that has ended opens nothing"


@behind_the_wall
@committed
def test_nobody_writes_into_a_space_without_a_seat_or_another_agencys_trail(said):
    def write(viewer, partnership_id):
        with connection.cursor() as cursor, wall.standing_for(viewer):
            cursor.execute(
                "INSERT INTO record_entry (id, partnership_id, number, kind, what, fingerprint, said_by_id, said_at) "
                "VALUES (%s, %s, 99, 'words', 'need', '', %s, now())",
                [new_id(), partnership_id, viewer.person_id],
            )

    write(said.cast.viewer("rosa"), said.rosa)
    for viewer, partnership_id in ((said.cast.viewer("robin"), said.rosa), (said.jo, said.rosa)):
        with pytest.raises(DatabaseError, match="row-level security"):
            write(viewer, partnership_id)
    line = {"at": said.cast.now, "actor_id": said.jo.person_id, "doing": "read", "kind": "words"}
    line |= {"tree_id": new_id(), "place": 1, "leaf": b""}
    with wall.standing_for(said.jo):
        TrailLine.objects.create(organisation_id=said.jo.organisation_id, **line)
    with pytest.raises(DatabaseError, match="row-level security"), wall.standing_for(said.jo):
        TrailLine.objects.create(organisation_id=said.cast.organisation.id, **line)


@behind_the_wall
@committed
def test_the_trail_is_read_by_who_has_a_seat_and_ones_own_lines_by_oneself(said):
    spaces = "SELECT DISTINCT partnership_id FROM access_trailline WHERE partnership_id IS NOT NULL"
    assert seen_by(said.cast.viewer("rosa"), sql=spaces) == {said.rosa}
    assert seen_by(said.cast.viewer("robin"), sql=spaces) == set()
    assert seen_by(said.cast.viewer("dana"), sql=spaces) == {said.rosa, said.nadia}
    Seat.objects.filter(person_id=said.cast.accounts["dana"].person_id).update(ends=said.cast.now)
    own = "SELECT DISTINCT actor_id FROM access_trailline"
    assert seen_by(said.cast.viewer("dana"), sql=own) == {said.cast.accounts["dana"].person_id}


@behind_the_wall
@committed
@pytest.mark.usefixtures("keeps_context")
def test_a_query_that_forgets_the_way_in_meets_the_wall(said, signed_in, monkeypatch):
    """What the second wall is for."""
    page = f"/space/{said.rosa}/record/"

    def careless(place, *only):
        return Entry.objects.unguarded(because="a mistake")

    for partnership in (said.nadia, said.ida.id):
        assert Entry.objects.unguarded(because="test").filter(partnership_id=partnership).exists()
    assert HERS in signed_in("rosa").get(page).content.decode()
    monkeypatch.setattr(record, "_entries", careless)
    with_wall = [line.words for line in signed_in("rosa").get(page).context["record"].lines]
    assert with_wall == [HERS]
    monkeypatch.setattr(middleware.wall, "standing_for", lambda viewer: wall.standing_for_house())
    with pytest.raises(Exception):  # noqa: B017, PT011  (names of people who are not there)
        signed_in("rosa").get(page)


# --- The known ways around, one by one ---------------------------------------------------------------


@behind_the_wall
@committed
def test_1_the_owner_of_the_tables_is_behind_the_wall_too(said):
    assert ask(EVERY_ENTRY, role=OWNER) == []
    with spoiled("ALTER TABLE record_entry NO FORCE ROW LEVEL SECURITY"):
        assert len(ask(EVERY_ENTRY, role=OWNER)) == 3, "control: enabled, but not forced"


@contextlib.contextmanager
def connected_as(*gift):
    """This thread's connection as a role of its own, with the rights of the application's and one gift more."""
    role = f"gifted_{connection.settings_dict['NAME']}"
    with line_of("", superuser=True) as line:
        line.execute(f"CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
        for statement in gift:
            line.execute(statement.format(role=role))
    ours = connections["default"]
    connections["default"] = theirs = ours.copy()
    theirs.settings_dict["USER"] = role
    try:
        yield role
    finally:
        theirs.close()
        connections["default"] = ours
        with line_of("", superuser=True) as line:
            line.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


@behind_the_wall
@committed
@pytest.mark.parametrize(
    ("gift", "found"),
    [
        ("ALTER ROLE {role} SUPERUSER", "is a superuser"),
        ("ALTER ROLE {role} BYPASSRLS", "has BYPASSRLS"),
        (f"GRANT {OWNER} TO {{role}}", "owns the tables"),
    ],
)
def test_2_a_role_that_could_walk_around_it_is_refused(said, gift, found):
    with connected_as():
        assert checks.the_wall_stands() == [], "control: without the gift"
    with connected_as(gift) as role:
        if "ALTER" in gift:
            assert len(ask(EVERY_ENTRY, role=role)) == 3, "control: every row is open to it"
        (message,) = checks.the_wall_stands()
        assert (message.id, found in message.msg) == ("alongside.E015", True)
        with pytest.raises(CommandError, match=found):
            call_command("wall", "--check", verbosity=0)


@behind_the_wall
def test_2_production_needs_an_owner_apart(settings):
    settings.DATABASE_OWNER = {}
    assert [message.id for message in checks.the_wall_stands()] == ["alongside.E013"]
    settings.DATABASE_OWNER = {"USER": settings.DATABASES["default"]["USER"]}
    assert [message.id for message in checks.the_wall_stands()] == ["alongside.E013"]


@behind_the_wall
@committed
def test_3_a_view_or_function_with_its_owners_rights_is_found(said):
    view = "CREATE VIEW all_entries {} AS SELECT * FROM record_entry; GRANT SELECT ON all_entries TO PUBLIC"
    with spoiled(view.format("")):
        assert len(ask("SELECT id FROM all_entries")) == 3, "control: it leaks"
        assert wall.amiss() == ["all_entries: this view reads with its owner’s rights."]
    with spoiled(view.format("WITH (security_invoker = true)")):
        assert ask("SELECT id FROM all_entries") == []
        assert wall.amiss() == []
    function = "CREATE FUNCTION every_entry() RETURNS bigint LANGUAGE sql {} AS 'SELECT count(*) FROM record_entry'"
    with spoiled(function.format("SECURITY DEFINER")):
        assert ask("SELECT every_entry()") == [(3,)], "control: it leaks"
        assert wall.amiss() == ["every_entry: this function works with its owner’s rights."]
    with spoiled(function.format("")):
        assert ask("SELECT every_entry()") == [(0,)]


@behind_the_wall
@committed
def test_4_what_one_transaction_said_is_gone_for_the_next_on_the_same_line(said):
    rosa = said.cast.viewer("rosa")
    words = [str(rosa.organisation_id), str(rosa.person_id), rosa.now.isoformat()]
    with line_of(APPLICATION) as line:
        with line.transaction():
            line.execute(wall.SAY, words)
            assert len(line.execute(EVERY_ENTRY).fetchall()) == 1
        assert line.execute(EVERY_ENTRY).fetchall() == []
        for name, value in zip(("organisation", "viewer", "now"), words, strict=True):
            line.execute(f"SET alongside.{name} = '{value}'")
        assert len(line.execute(EVERY_ENTRY).fetchall()) == 1, "control: a plain SET stays for whoever comes next"


@behind_the_wall
@committed
def test_5_a_row_cannot_name_another_spaces_row_nor_another_agencys_person(said):
    """Keys are checked without asking the wall: alone they would take, and so confirm, anybody's row."""
    entry = Entry.objects.unguarded(because="test").get(partnership_id=said.ida.id)
    columns = "(id, partnership_id, number, kind, what, fingerprint, said_by_id, said_at, organisation_id)"

    def insert(**given):
        row = {"partnership": said.rosa, "by": said.cast.accounts["rosa"].person_id} | given
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute(
                f"INSERT INTO record_entry {columns} VALUES (%s, %s, 98, 'words', 'need', '', %s, now(), %s)",
                [new_id(), row["partnership"], row["by"], said.cast.organisation.id],
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)

    insert()
    for foreign in ({"partnership": said.ida.id}, {"by": entry.said_by_id}):
        with pytest.raises(DatabaseError, match="violates foreign key"):
            insert(**foreign)
    names = [wall._key("record_entry", pair)[0] for pair in wall._pairs(Entry)]
    with spoiled(*(f"ALTER TABLE record_entry DROP CONSTRAINT {name}" for name in names)):
        insert(partnership=said.ida.id)
        insert(by=entry.said_by_id)  # control: plain keys take both
        assert any("may name a row of another space" in sentence for sentence in wall.amiss())


@behind_the_wall
@committed
def test_6_the_same_number_in_two_spaces_is_no_collision(said):
    numbers = Entry.objects.unguarded(because="test").values_list("number", flat=True)
    assert list(numbers) == [1, 1, 1], "each space counts for itself, so a number tells nothing of another one’s"


def delete_by_hand(partnership_id):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_seat WHERE partnership_id = %s", [partnership_id])
        cursor.execute("DELETE FROM people_partnership WHERE id = %s", [partnership_id])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@behind_the_wall
@committed
def test_7_nothing_is_deleted_across_agencies_by_the_database_itself(said):
    with pytest.raises(DatabaseError, match="violates foreign key"), transaction.atomic():
        delete_by_hand(said.ida.id)
    assert Partnership.objects.filter(id=said.ida.id).exists()


@behind_the_wall
@committed
def test_8_no_part_of_a_table_can_be_read_by_itself(said):
    with spoiled("CREATE TABLE part () INHERITS (record_entry); GRANT SELECT ON part TO PUBLIC"):
        with line_of("", superuser=True) as line:
            line.execute("INSERT INTO part SELECT * FROM record_entry")
        assert len(ask("SELECT id FROM part")) == 3, "control: a part has rules of its own, and this one has none"
        assert wall.amiss() == ["part: this part of a table can be read by itself."]


@behind_the_wall
@committed
def test_9_an_empty_setting_is_nobody_and_no_error(said):
    assert ask(EVERY_ENTRY) == []
    with (
        spoiled(
            "CREATE TABLE naive (organisation_id uuid); GRANT SELECT ON naive TO PUBLIC",
            "INSERT INTO naive VALUES (NULL)",
            "ALTER TABLE naive ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY wall ON naive USING (organisation_id = current_setting('alongside.now', true)::uuid)",
        ),
        pytest.raises(psycopg.errors.InvalidTextRepresentation),
    ):
        ask("SELECT * FROM naive")  # control: after a transaction the setting is '', and not NULL


@behind_the_wall
@committed
def test_10_a_copy_by_a_plain_role_fails_instead_of_being_half_empty(said):
    """`pg_dump` turns row security off and expects an error; a role for backups needs BYPASSRLS."""
    with line_of(APPLICATION) as line:
        assert line.execute(EVERY_ENTRY).fetchall() == [], "control: else it would copy nothing, and not say so"
        line.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            line.execute(EVERY_ENTRY)


# --- One request, one transaction --------------------------------------------------------------------


@behind_the_wall
@committed
def test_a_page_that_breaks_down_undoes_what_it_did(cast, signed_in, monkeypatch):
    from alongside.record import views

    page, url = signed_in("rosa"), f"/space/{cast.spaces['rosa']}/words/need/"
    page.raise_request_exception = False

    real = views.answer_form

    def answer_and_break(form, **options):
        real(form, **options)
        raise RuntimeError("half-way")

    monkeypatch.setattr(views, "answer_form", answer_and_break)
    assert page.post(url, {"words": HERS, "key": "one"}).status_code == 500
    assert not Entry.objects.unguarded(because="test").exists()
    monkeypatch.setattr(views, "answer_form", real)
    assert page.post(url, {"words": HERS, "key": "one"}).status_code == 303
    assert Entry.objects.unguarded(because="test").count() == 1, "control: the same form, when nothing breaks"


@behind_the_wall
@committed
def test_when_the_commit_fails_nobody_is_told_that_it_worked(cast, signed_in, monkeypatch):
    page, url = signed_in("rosa"), f"/space/{cast.spaces['rosa']}/words/need/"
    real = middleware.trail.flush

    def and_a_bad_key(viewer):
        with connection.cursor() as cursor:  # a key that leads nowhere is found at the commit
            cursor.execute(
                "INSERT INTO people_device (id, account_id, session_key, looks_like, her_own, signed_in_at, seen_at) "
                "VALUES (%s, %s, 'x', '', false, now(), now())",
                [new_id(), new_id()],
            )
        real(viewer)

    monkeypatch.setattr(middleware.trail, "flush", and_a_bad_key)
    assert page.post(url, {"words": HERS, "key": "one"}).status_code == 503
    assert not Entry.objects.unguarded(because="test").exists()
    monkeypatch.setattr(middleware.trail, "flush", real)
    assert page.post(url, {"words": HERS, "key": "one"}).status_code == 303


@behind_the_wall
def test_whoever_is_not_signed_in_sees_nothing(said):
    with wall.standing_for_nobody():
        assert not Entry.objects.unguarded(because="test").exists()
        with wall.standing_for(said.cast.viewer("rosa")):
            assert Entry.objects.unguarded(because="test").count() == 1
        assert not Entry.objects.unguarded(because="test").exists(), "afterwards it is as before"
    assert Entry.objects.unguarded(because="test").count() == 3, "control: a test’s own hand is the house’s"


def test_what_is_read_while_an_answer_is_under_way_is_noted_before_it_leaves(cast, rf):
    steps.say(cast, HERS)
    viewer = cast.viewer("dana")

    def parts():
        for _ in range(2):
            (entry,) = Entry.objects.visible_to(viewer, within=cast.spaces["rosa"])
            yield entry.body["words"].encode()

    request = rf.get("/")
    request.viewer = viewer
    answer = middleware._noted(request, lambda request: StreamingHttpResponse(parts()))
    before = TrailLine.objects.filter(doing=trail.READ).count()
    for turn, part in enumerate(answer.streaming_content, start=1):
        assert part.decode() == HERS
        assert TrailLine.objects.filter(doing=trail.READ).count() == before + turn


# --- What it costs -----------------------------------------------------------------------------------


@behind_the_wall
@committed
def test_what_the_wall_costs_the_record_page(cast, signed_in, monkeypatch):
    monkeypatch.setattr(ClientHandler, "__call__", ClientHandler.__call__.__wrapped__)
    many(cast, 70)
    page, url = signed_in("rosa"), f"/space/{cast.spaces['rosa']}/record/"

    def milliseconds():
        took = []
        for _ in range(60):
            began = time.perf_counter()
            assert page.get(url).status_code == 200
            took.append((time.perf_counter() - began) * 1000)
        return sorted(took)[len(took) // 2]

    milliseconds()
    with_wall = milliseconds()
    off = [f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in wall.walled()]
    with spoiled(*off), monkeypatch.context() as without:
        without.setattr(middleware.wall, "standing_for", lambda viewer: contextlib.nullcontext(lambda: None))
        without_wall = milliseconds()
    print(f"\nrecord page on PostgreSQL: {with_wall:.1f} ms behind the wall, {without_wall:.1f} ms without: "
          f"{with_wall / without_wall:.2f} ×")  # fmt: skip
    assert with_wall / without_wall < 1.5
