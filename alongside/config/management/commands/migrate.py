"""Django's own `migrate`, as the role that owns the tables, with every row in sight."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from alongside.access.wall import house_lays_tables
from alongside.config.owner import as_owner


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner(options["database"]):
            if options["database"] != "default":
                super().handle(*args, **options)
            else:
                with house_lays_tables():
                    super().handle(*args, **options)
