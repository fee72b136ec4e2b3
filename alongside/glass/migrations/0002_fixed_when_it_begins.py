"""The database itself keeps an opening as it was asked for, and its hour as it began. Erasing a space may delete them."""

from django.db import migrations

FIXED = ("partnership_id", "opened_by_id", "purpose", "reason", "asked_at", "needs_second")
ONCE = (
    "agreed_by_id", "seat_id", "opened_at", "told_supervisor_at", "told_supervisor_id", "told_her_at", "told_by_id",
    "seen_at", "reviewed_at", "reviewed_by_id", "review",
)  # fmt: skip
CHANGED = " OR ".join(
    [f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED]
    + [f"(OLD.{name} IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name})" for name in ONCE]
)
LONGER = """OLD.role = 'emergency' AND (NEW.role <> OLD.role OR NEW.begins <> OLD.begins OR NEW.ends IS NULL
    OR NEW.ends > OLD.ends OR NEW.person_id <> OLD.person_id OR NEW.partnership_id <> OLD.partnership_id)"""
MADE_SO = "NEW.role = 'emergency' AND OLD.role <> NEW.role"
TOO_LONG = {
    "sqlite": "NEW.role = 'emergency' AND (NEW.ends IS NULL OR julianday(NEW.ends) - julianday(NEW.begins) > 60.01 / 1440)",
    "postgresql": "NEW.role = 'emergency' AND (NEW.ends IS NULL OR NEW.ends > NEW.begins + interval '60 minutes')",
}
SAYS = {
    "opening": "what was asked for in an emergency is never altered",
    "hour": "the hour of an emergency is fixed when it begins",
}


def triggers(vendor):  # type: ignore[no-untyped-def]
    return [
        ("glass_opening_fixed", "BEFORE UPDATE ON glass_opening", CHANGED, "opening"),
        ("glass_hour_fixed", "BEFORE UPDATE ON people_seat", f"({LONGER}) OR ({MADE_SO})", "hour"),
        ("glass_hour_begins", "BEFORE INSERT ON people_seat", TOO_LONG[vendor], "hour"),
    ]


def lock(apps, schema_editor):  # type: ignore[no-untyped-def]
    vendor = schema_editor.connection.vendor
    for name, when, condition, says in triggers(vendor):
        if vendor == "sqlite":
            schema_editor.execute(
                f"CREATE TRIGGER {name} {when} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{SAYS[says]}'); END"
            )
        else:
            schema_editor.execute(
                f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION '{SAYS[says]}'; END $$"""
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} {when} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
            )


def unlock(apps, schema_editor):  # type: ignore[no-untyped-def]
    vendor = schema_editor.connection.vendor
    for name, when, _condition, _says in triggers(vendor):
        if vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER {name} ON {when.split()[-1]}")
            schema_editor.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):
    dependencies = [("glass", "0001_initial"), ("people", "0001_initial")]
    operations = [migrations.RunPython(lock, unlock)]
