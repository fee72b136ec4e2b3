"""No line without its seal from here on, and the lock back on. Apart from the sealing itself: PostgreSQL
refuses to change a table in the transaction in which its rows were changed.
"""

import importlib

from django.db import migrations, models

before = importlib.import_module("alongside.access.migrations.0003_sealed")


class Migration(migrations.Migration):
    dependencies = [("access", "0003_sealed")]

    operations = [
        migrations.AlterField("trailline", "tree_id", models.UUIDField()),
        migrations.AlterField("trailline", "place", models.PositiveBigIntegerField()),
        migrations.AlterField("trailline", "leaf", models.BinaryField()),
        migrations.AddConstraint(
            "trailline", models.UniqueConstraint(fields=("tree_id", "place"), name="one_line_at_each_place")
        ),
        migrations.RunPython(before.lock, before.unlock),
    ]
