"""The lines that stood as one text with the agency each become a line of their own."""

from django.db import migrations


def bring_along(apps, schema_editor):
    Organisation = apps.get_model("people", "Organisation")
    HelpLine = apps.get_model("safety", "HelpLine")
    for organisation in Organisation.objects.exclude(crisis_lines=""):
        texts = [line.strip() for line in organisation.crisis_lines.splitlines() if line.strip()]
        for place, text in enumerate(texts, start=1):
            HelpLine.objects.create(
                organisation=organisation, place=place, name=text[:120], hours=text[120:240],
                named_at=organisation.made_at,
            )


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0005_away"),
        ("safety", "0001_initial"),
    ]

    operations = [migrations.RunPython(bring_along, migrations.RunPython.noop, elidable=True)]
