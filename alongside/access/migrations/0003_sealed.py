"""Each line of the trail is sealed into the tree of its list; signed checkpoints; asking why.

Lines that were written before are sealed now, in the order in which they were written.
"""

import importlib

import alongside.kit.ids
import alongside.vault.fields
import django.db.models.deletion
from django.db import migrations, models

from alongside.access import sealing

before = importlib.import_module("alongside.access.migrations.0002_append_only")

SQLITE = [
    """CREATE TRIGGER trail_no_update BEFORE UPDATE ON access_trailline
       BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END""",
    """CREATE TRIGGER trail_no_delete BEFORE DELETE ON access_trailline
       BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END""",
    # REPLACE deletes the row that is in its way without asking the trigger above.
    """CREATE TRIGGER trail_no_replace BEFORE INSERT ON access_trailline
       WHEN EXISTS (SELECT 1 FROM access_trailline AS line WHERE line.seq = NEW.seq)
         OR EXISTS (SELECT 1 FROM access_trailline AS line
                    WHERE line.actor_id = NEW.actor_id AND line.write_id = NEW.write_id)
         OR EXISTS (SELECT 1 FROM access_trailline AS line
                    WHERE line.tree_id = NEW.tree_id AND line.place = NEW.place)
       BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END""",
    """CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON access_checkpoint
       BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END""",
    """CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON access_checkpoint
       BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END""",
    """CREATE TRIGGER checkpoint_no_replace BEFORE INSERT ON access_checkpoint
       WHEN EXISTS (SELECT 1 FROM access_checkpoint AS made WHERE made.id = NEW.id
                    OR (made.organisation_id = NEW.organisation_id AND made.number = NEW.number))
       BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END""",
]
POSTGRESQL = [
    *before.POSTGRESQL,
    """CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE ON access_checkpoint
       FOR EACH ROW EXECUTE FUNCTION trail_append_only()""",
    """CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON access_checkpoint
       FOR EACH STATEMENT EXECUTE FUNCTION trail_append_only()""",
]
OFF = {
    "sqlite": [
        f"DROP TRIGGER {name}"
        for name in (
            "trail_no_update", "trail_no_delete", "trail_no_replace",
            "checkpoint_no_update", "checkpoint_no_delete", "checkpoint_no_replace",
        )
    ],
    "postgresql": [
        "DROP TRIGGER trail_append_only ON access_trailline",
        "DROP TRIGGER trail_no_truncate ON access_trailline",
        "DROP TRIGGER checkpoint_append_only ON access_checkpoint",
        "DROP TRIGGER checkpoint_no_truncate ON access_checkpoint",
        "DROP FUNCTION trail_append_only()",
    ],
}


def lock(apps, schema_editor):  # type: ignore[no-untyped-def]
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def unlock(apps, schema_editor):  # type: ignore[no-untyped-def]
    for statement in OFF[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def seal(apps, schema_editor):  # type: ignore[no-untyped-def]
    """Give each line its place and its leaf, and each list its root."""
    line_model, tree_model = apps.get_model("access", "TrailLine"), apps.get_model("access", "TrailTree")
    trees, waiting = {}, []
    for line in line_model.objects.order_by("seq").iterator(chunk_size=2000):
        line.tree_id = line.partnership_id or line.organisation_id
        tree = trees.setdefault(line.tree_id, (line.organisation_id, sealing.Tree()))[1]
        sealing.seal(line, tree)
        waiting.append(line)
        if len(waiting) == 500:
            line_model.objects.bulk_update(waiting, ["tree_id", "place", "leaf"])
            waiting = []
    line_model.objects.bulk_update(waiting, ["tree_id", "place", "leaf"])
    tree_model.objects.bulk_create(
        tree_model(id=tree_id, organisation_id=organisation_id, size=tree.size, peaks=tree.packed(), root=tree.root())
        for tree_id, (organisation_id, tree) in trees.items()
    )


class Migration(migrations.Migration):
    dependencies = [("access", "0002_append_only"), ("people", "0001_initial")]

    operations = [
        migrations.RunPython(before.unlock, before.lock),
        migrations.CreateModel(
            name="TrailTree",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation_id", models.UUIDField(db_index=True)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("peaks", models.BinaryField(default=b"")),
                ("root", models.BinaryField(default=b"")),
            ],
        ),
        migrations.AddField("trailline", "tree_id", models.UUIDField(null=True)),
        migrations.AddField("trailline", "place", models.PositiveBigIntegerField(null=True)),
        migrations.AddField("trailline", "leaf", models.BinaryField(null=True)),
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("organisation_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("heads", models.BinaryField()),
                ("note", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "number"), name="checkpoints_have_an_order")
                ],
            },
        ),
        migrations.CreateModel(
            name="AskedWhy",
            fields=[
                ("id", models.UUIDField(default=alongside.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(null=True)),
                ("answer", alongside.vault.fields.EncryptedText(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person")),
                ("asked_of", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person")),
                ("partnership", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.partnership")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("taken_back_at", None)), fields=("partnership", "last"), name="a_visit_is_asked_about_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer__isnull", True), ("answered_at__isnull", True), ("answered_by__isnull", True)),
                            models.Q(("answer__isnull", False), ("answered_at__isnull", False), ("answered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_answer_is_whole",
                    ),
                ],
            },
        ),
    ]
