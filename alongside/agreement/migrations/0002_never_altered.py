"""The database itself refuses to change a draft's revision, an acceptance or a version. Erasing a space may delete them."""

from django.db import migrations

TABLES = ["agreement_agreementdraft", "agreement_acceptance", "agreement_agreementversion"]


def lock(apps, schema_editor):  # type: ignore[no-untyped-def]
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    if not on_sqlite:
        schema_editor.execute(
            """CREATE FUNCTION agreement_never_altered() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'what was written or accepted here is never altered'; END $$"""
        )
    for table in TABLES:
        if on_sqlite:
            schema_editor.execute(
                f"""CREATE TRIGGER {table}_never_altered BEFORE UPDATE ON {table}
                    BEGIN SELECT RAISE(ABORT, 'what was written or accepted here is never altered'); END"""
            )
        else:
            schema_editor.execute(
                f"""CREATE TRIGGER {table}_never_altered BEFORE UPDATE ON {table}
                    FOR EACH ROW EXECUTE FUNCTION agreement_never_altered()"""
            )


def unlock(apps, schema_editor):  # type: ignore[no-untyped-def]
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    for table in TABLES:
        schema_editor.execute(f"DROP TRIGGER {table}_never_altered" + ("" if on_sqlite else f" ON {table}"))
    if not on_sqlite:
        schema_editor.execute("DROP FUNCTION agreement_never_altered()")


class Migration(migrations.Migration):
    dependencies = [("agreement", "0001_initial")]
    operations = [migrations.RunPython(lock, unlock)]
