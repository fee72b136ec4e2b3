"""Raises the wall in the database, or says what is amiss with it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from alongside.access import wall
from alongside.config.owner import as_owner


class Command(BaseCommand):
    help = "On PostgreSQL, raise the wall before every table about somebody; with --check, only say what is amiss."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, and end with 1 if something is amiss")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            self.stdout.write("This house keeps its rows in SQLite, which is one agency’s alone: there is no wall.")
            return
        if not options["check"]:
            with as_owner():
                wall.raise_wall(role=settings.DATABASES["default"]["USER"] if settings.DATABASE_OWNER else "")
        amiss = [*wall.amiss_with_role(), *wall.amiss()]
        if amiss:
            raise CommandError("\n".join(amiss))
        self.stdout.write(f"The wall stands before {len(wall.walled())} tables.")
