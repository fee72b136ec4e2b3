"""The second wall: on PostgreSQL the database itself keeps every row from whom it is not open to.

Each transaction says for whom it stands: an organisation, a viewer and a moment, or the house
itself. Row-level security, forced on every table about a partnership, shows and takes only rows of
a partnership of that organisation in which that viewer holds a seat then. A transaction that says
nothing sees nothing. The way in (`access.private`) is narrower and stays the first wall: this one is
for the day on which somebody walks around it by mistake.

`raise_wall` runs after every `migrate`, so that no table can be forgotten, and does nothing to what
stands already. SQLite has no such thing: there, one installation is one organisation.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models
from django.db.transaction import atomic, set_rollback

if TYPE_CHECKING:
    from alongside.access.viewer import Viewer

# What `alongside.viewer` says in a transaction that stands for the house itself: a command, the
# founding, an erasure. Inside a request it never reaches beyond the organisation.
HOUSE = "house"
POLICY = "wall"
# Tables about a partnership that stand in front of the wall, and why.
IN_FRONT = {"people_seat": "sight comes from here: the wall itself asks it"}

# --- For whom a transaction stands -----------------------------------------------------------------

SAY = """SELECT set_config('alongside.organisation', %s, true), set_config('alongside.viewer', %s, true),
                set_config('alongside.now', %s, true)"""
SAID = """SELECT current_setting('alongside.organisation', true), current_setting('alongside.viewer', true),
                 current_setting('alongside.now', true)"""


def _say(organisation: str, viewer: str, now: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SAY, [organisation, viewer, now])


def _said() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(SAID)
        return tuple(value or "" for value in cursor.fetchone())


@contextmanager
def _standing(organisation: str, viewer: str, now: str) -> Iterator[Callable[[], None]]:
    if connection.vendor != "postgresql":
        yield lambda: None
        return
    inside = connection.in_atomic_block
    with atomic():
        before = _said() if inside else None
        _say(organisation, viewer, now)
        yield lambda: set_rollback(True)
        if before is not None and not connection.needs_rollback:
            _say(before[0], before[1], before[2])


def standing_for(viewer: Viewer) -> AbstractContextManager[Callable[[], None]]:
    """One transaction that stands for `viewer`; on SQLite, nothing. Gives a function that undoes it all at the end."""
    return _standing(str(viewer.organisation_id), str(viewer.person_id), viewer.now.isoformat())


def standing_for_house(
    organisation_id: uuid.UUID | None = None,
) -> AbstractContextManager[Callable[[], None]]:
    """One transaction that stands for the house itself; only for one organisation when it is named."""
    return _standing(str(organisation_id or ""), HOUSE, "")


def standing_for_nobody() -> AbstractContextManager[Callable[[], None]]:
    """One transaction that stands for nobody, and so sees nothing."""
    return _standing("", "", "")


@contextmanager
def house_lays_tables() -> Iterator[None]:
    """Let migrations see every row: they run as the tables' owner, which is behind the wall like everybody."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('alongside.viewer', %s, false)", [HOUSE])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('alongside.viewer', '', false)")


# --- What the wall is made of ----------------------------------------------------------------------

# `true` and `nullif`: a setting that was never made is NULL, one whose transaction has ended is ''.
ORGANISATION = "nullif(current_setting('alongside.organisation', true), '')::uuid"
VIEWER = f"nullif(nullif(current_setting('alongside.viewer', true), ''), '{HOUSE}')::uuid"
NOW = "nullif(current_setting('alongside.now', true), '')::timestamptz"
# Each stands in a sub-query of its own, so that it is worked out once a statement and not once a row.
IS_HOUSE = f"(SELECT current_setting('alongside.viewer', true) = '{HOUSE}') " + (
    f"AND organisation_id = coalesce((SELECT {ORGANISATION}), organisation_id)"
)
OF_THE_ORGANISATION = f"organisation_id = (SELECT {ORGANISATION})"
HOLDS_A_SEAT = f"""partnership_id IN (SELECT seat.partnership_id FROM people_seat AS seat
    WHERE seat.person_id = {VIEWER} AND seat.begins <= {NOW} AND (seat.ends IS NULL OR seat.ends > {NOW}))"""  # noqa: S608  (of our own words alone)
OPEN = f"({OF_THE_ORGANISATION} AND {HOLDS_A_SEAT}) OR ({IS_HOUSE})"
# A line of the trail is written by whoever did or read something, with a seat or, for what a post
# allows, without; they may find their own lines again, so that a write arrives once.
OWN_LINE = f"({OF_THE_ORGANISATION} AND (actor_id = (SELECT {VIEWER}) OR {HOLDS_A_SEAT})) OR ({IS_HOUSE})"
MAY_WRITE_LINE = f"({OF_THE_ORGANISATION}) OR ({IS_HOUSE})"

FILL = """CREATE OR REPLACE FUNCTION wall_organisation() RETURNS trigger LANGUAGE plpgsql AS
   $$ BEGIN SELECT organisation_id INTO NEW.organisation_id FROM people_partnership WHERE id = NEW.partnership_id;
      RETURN NEW; END $$"""


def walled() -> dict[str, type[models.Model]]:
    """Every table that says which partnership its rows are about, by name."""
    return {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table not in IN_FRONT
        and any(field.attname == "partnership_id" for field in model._meta.local_concrete_fields)
    }


def _has(model: Any, column: str) -> bool:
    return any(field.column == column for field in model._meta.local_concrete_fields)


def _policy(table: str) -> str:
    using, check = (OWN_LINE, MAY_WRITE_LINE) if table == "access_trailline" else (OPEN, OPEN)
    return f"CREATE POLICY {POLICY} ON {table} FOR ALL USING ({using}) WITH CHECK ({check})"


def _pairs(model: Any) -> Iterator[tuple[str, str, str, str]]:
    """The keys that must not lead out of the partnership or organisation: (beside, column, other table, its key).

    A key by itself would take a row of anybody: the database checks keys without asking the wall.
    """
    for field in model._meta.local_concrete_fields:
        if not field.is_relation:
            continue
        other = field.related_model._meta
        for beside in ("partnership_id", "organisation_id"):
            if _has(other.model, beside):
                yield beside, field.column, other.db_table, other.pk.column
                break


def _named(*parts: str) -> str:
    return "wall_" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


def _key(table: str, pair: tuple[str, str, str, str]) -> tuple[str, str]:
    beside, column, other, key = pair
    name = _named(table, *pair)
    return name, (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({beside}, {column}) "
        f"REFERENCES {other} ({beside}, {key}) DEFERRABLE INITIALLY DEFERRED"
    )


def _unique(pair: tuple[str, str, str, str]) -> tuple[str, str, str]:
    beside, _column, other, key = pair
    name = _named("unique", other, beside, key)
    return other, name, f"ALTER TABLE {other} ADD CONSTRAINT {name} UNIQUE ({beside}, {key})"


# --- Raising it ------------------------------------------------------------------------------------


def raise_wall(role: str = "") -> None:
    """Put the wall before every table that lacks a part of it, as the owner of the tables; let `role` use them.

    May be done any number of times; what stands is left alone.
    """
    if connection.vendor != "postgresql":
        return
    with standing_for_house(), connection.cursor() as cursor:
        there = _tables(cursor)
        tables = {table: model for table, model in walled().items() if table in there}
        if any(amiss_with(cursor, table, model) for table, model in tables.items()):
            cursor.execute(FILL)
            for table, model in tables.items():
                _give_organisation(cursor, table, model)
            for table, model in tables.items():
                _tie_keys(cursor, table, model, there)
            for table in tables:
                _close(cursor, table)
        if role:
            _let_in(cursor, role)


def _tables(cursor: Any) -> set[str]:
    cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'")
    return {name for (name,) in cursor.fetchall()}


def _give_organisation(cursor: Any, table: str, model: Any) -> None:
    """A column that the ORM does not know, filled from the transaction or, where that names none, the partnership."""
    if _has(model, "organisation_id"):
        return
    cursor.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS organisation_id uuid")
    cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE organisation_id IS NULL)")  # noqa: S608  (a name of ours)
    if cursor.fetchone()[0]:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # some refuse every change
        fill = f"UPDATE {table} SET organisation_id = space.organisation_id FROM people_partnership AS space "  # noqa: S608
        cursor.execute(f"{fill} WHERE space.id = {table}.partnership_id")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    cursor.execute(
        f"ALTER TABLE {table} ALTER organisation_id SET DEFAULT {ORGANISATION}, ALTER organisation_id SET NOT NULL"
    )
    cursor.execute(
        f"CREATE OR REPLACE TRIGGER wall_organisation BEFORE INSERT ON {table} FOR EACH ROW "
        "WHEN (NEW.organisation_id IS NULL) EXECUTE FUNCTION wall_organisation()"
    )


def _tie_keys(cursor: Any, table: str, model: Any, there: set[str]) -> None:
    for pair in _pairs(model):
        if pair[2] not in there:
            continue
        other, name, unique = _unique(pair)
        for constraint, on, statement in ((name, other, unique), (*_key(table, pair)[:1], table, _key(table, pair)[1])):
            cursor.execute("SELECT FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass", [constraint, on])
            if cursor.fetchone() is None:
                cursor.execute(statement)


def _close(cursor: Any, table: str) -> None:
    cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP POLICY "{name}" ON {table}')
    cursor.execute(_policy(table))
    cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    # The database keeps the policy in words of its own: what they were when we made it is written beside it.
    cursor.execute(f"COMMENT ON POLICY {POLICY} ON {table} IS '{_mark(cursor, table)}'")


def _mark(cursor: Any, table: str) -> str:
    cursor.execute(
        "SELECT pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy "
        "WHERE polrelid = %s::regclass AND polname = %s",
        [table, POLICY],
    )
    return hashlib.sha256(f"{_policy(table)}|{cursor.fetchone()}".encode()).hexdigest()


def _let_in(cursor: Any, role: str) -> None:
    """The application's role reads and writes rows, and owns nothing."""
    whom = f'"{role}"'
    for what, on in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
        cursor.execute(f"GRANT {what} ON ALL {on} IN SCHEMA public TO {whom}")
        cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {what} ON {on} TO {whom}")


# --- Looking whether it stands ---------------------------------------------------------------------


def amiss() -> list[str]:
    """What is amiss with the wall, a sentence each; nothing where it stands, and nothing on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        there = _tables(cursor)
        found = [
            sentence
            for table, model in sorted(walled().items())
            if table in there
            for sentence in amiss_with(cursor, table, model)
        ]
        return [*found, *_ways_around(cursor)]


def amiss_with(cursor: Any, table: str, model: Any) -> list[str]:
    """What is amiss with the wall before one table."""
    found = []
    cursor.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table])
    enabled, forced = cursor.fetchone()
    if not enabled:
        found.append(f"{table}: row-level security is off.")
    if not forced:
        found.append(f"{table}: row-level security does not hold for the table's owner.")
    cursor.execute(
        "SELECT polname, polpermissive, polcmd::text, polroles = '{0}', obj_description(oid, 'pg_policy') "
        "FROM pg_policy WHERE polrelid = %s::regclass",
        [table],
    )
    policies = cursor.fetchall()
    if [row[:4] for row in policies] != [(POLICY, True, "*", True)]:
        found.append(f"{table}: it has not the one policy that it should have.")
    elif policies[0][4] != _mark(cursor, table):
        found.append(f"{table}: its policy is not the one that the code says.")
    cursor.execute(
        "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'organisation_id'", [table]
    )
    if (cursor.fetchone() or (False,)) != (True,):
        found.append(f"{table}: a row can be without an organisation.")
    cursor.execute(
        "SELECT conname, confdeltype::text, convalidated FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    keys = {name: (on_delete, is_valid) for name, on_delete, is_valid in cursor.fetchall()}
    there = _tables(cursor)
    for pair in _pairs(model):
        if pair[2] in there and not keys.get(_key(table, pair)[0], ("", False))[1]:
            found.append(f"{table}: {pair[1]} may name a row of another space.")
    if any(on_delete not in "ar" for on_delete, _ in keys.values()):
        found.append(f"{table}: the database itself deletes or changes its rows when another goes.")
    # An id cannot be guessed, and so a collision with one tells nobody anything; anything else can.
    cursor.execute(
        "SELECT indexrelid::regclass::text FROM pg_index "
        "JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey) WHERE indrelid = %s::regclass "
        "AND indisunique AND NOT indisprimary GROUP BY indexrelid HAVING NOT bool_or(atttypid = 'uuid'::regtype)",
        [table],
    )
    found += [f"{table}: {name} tells whether another space has the same." for (name,) in cursor.fetchall()]
    return found


def _ways_around(cursor: Any) -> list[str]:
    """Views, functions, partitions and children that read a walled table with somebody else's rights."""
    tables = sorted(walled())
    cursor.execute(
        """SELECT DISTINCT view.relname FROM pg_depend
           JOIN pg_rewrite ON pg_rewrite.oid = pg_depend.objid AND pg_depend.classid = 'pg_rewrite'::regclass
           JOIN pg_class AS view ON view.oid = pg_rewrite.ev_class
           JOIN pg_class AS source ON source.oid = pg_depend.refobjid
           WHERE source.relname = ANY(%s) AND view.oid <> source.oid AND (view.relkind = 'm' OR NOT
             coalesce(view.reloptions::text[], '{}') && ARRAY['security_invoker=true', 'security_invoker=on'])""",
        [tables],
    )
    found = [f"{name}: this view reads with its owner’s rights." for (name,) in cursor.fetchall()]
    cursor.execute(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = current_schema()::regnamespace",
    )
    found += [f"{name}: this function works with its owner’s rights." for (name,) in cursor.fetchall()]
    cursor.execute(
        "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid "
        "JOIN pg_class AS parent ON parent.oid = inhparent WHERE parent.relname = ANY(%s) OR child.relname = ANY(%s)",
        [tables, tables],
    )
    return found + [f"{name}: this part of a table can be read by itself." for (name,) in cursor.fetchall()]


def amiss_with_role() -> list[str]:
    """Why the role that the application connects as could walk around the wall; nothing when it cannot."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        name, is_super, bypasses = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND pg_has_role(current_user, relowner, 'MEMBER')",
            [sorted(walled())],
        )
        owns = cursor.fetchone()[0]
    found = []
    if is_super:
        found.append(f"The role {name} is a superuser, and no rule of the database holds for one.")
    if bypasses:
        found.append(f"The role {name} has BYPASSRLS: the database shows it every row.")
    if owns and not is_super:
        found.append(
            f"The role {name} owns the tables, or belongs to the role that does, and could take the wall down."
        )
    return found
