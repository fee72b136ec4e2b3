"""An explanation knows what it is about, when it was begun beside it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("plain", "0001_initial")]

    operations = [migrations.AddField("sayback", "explains", models.UUIDField(null=True))]
