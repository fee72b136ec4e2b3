"""What lies beside a message opens when the message does, also where it was kept before this column was there."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def as_its_message(apps: Any, schema_editor: Any) -> None:
    attachments = apps.get_model("attached", "Attachment")._base_manager
    messages = apps.get_model("conversations", "Message")._base_manager
    attachments.update(opens_at=F("kept_at"))
    beside_one = attachments.filter(beside__in=messages.values("id"))
    its_message = messages.filter(id=OuterRef("beside"))
    beside_one.update(opens_at=Subquery(its_message.values("deliver_at")[:1]))
    closed = messages.filter(taken_back_at__isnull=False, text__isnull=True)
    attachments.filter(beside__in=closed.values("id")).update(opens_at=None)


class Migration(migrations.Migration):
    dependencies = [
        ("attached", "0001_initial"),
        ("conversations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="opens_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(as_its_message, migrations.RunPython.noop),
    ]
