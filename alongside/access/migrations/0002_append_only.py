"""The database itself refuses to change or delete a line of the trail."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER trail_no_update BEFORE UPDATE ON access_trailline
       BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END""",
    """CREATE TRIGGER trail_no_delete BEFORE DELETE ON access_trailline
       BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END""",
    # REPLACE deletes the row that is in its way without asking the trigger above.
    """CREATE TRIGGER trail_no_replace BEFORE INSERT ON access_trailline
       WHEN EXISTS (SELECT 1 FROM access_trailline AS line WHERE line.seq = NEW.seq
                    OR (line.actor_id = NEW.actor_id AND line.write_id = NEW.write_id))
       BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION trail_append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the trail is append-only'; END $$""",
    """CREATE TRIGGER trail_append_only BEFORE UPDATE OR DELETE ON access_trailline
       FOR EACH ROW EXECUTE FUNCTION trail_append_only()""",
    """CREATE TRIGGER trail_no_truncate BEFORE TRUNCATE ON access_trailline
       FOR EACH STATEMENT EXECUTE FUNCTION trail_append_only()""",
]


def lock(apps, schema_editor):  # type: ignore[no-untyped-def]
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


def unlock(apps, schema_editor):  # type: ignore[no-untyped-def]
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER trail_no_update")
        schema_editor.execute("DROP TRIGGER trail_no_delete")
        schema_editor.execute("DROP TRIGGER trail_no_replace")
    else:
        schema_editor.execute("DROP TRIGGER trail_append_only ON access_trailline")
        schema_editor.execute("DROP TRIGGER trail_no_truncate ON access_trailline")
        schema_editor.execute("DROP FUNCTION trail_append_only()")


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(lock, unlock)]
