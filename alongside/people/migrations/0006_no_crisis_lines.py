from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0005_away"),
        # they stand in a table of their own from then on
        ("safety", "0002_lines_of_the_agency"),
    ]

    operations = [migrations.RemoveField(model_name="organisation", name="crisis_lines")]
