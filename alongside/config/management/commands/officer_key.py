"""Makes an officer's key: the secret part for the officer alone, the public part for the server."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alongside.config.backup import chest


class Command(BaseCommand):
    help = "Make a key for an officer, who can then open backups, as age-keygen does. Best on a machine of their own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="where the secret key goes: a stick that lies in a safe")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            public = chest.make_identity(options["file"])
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}.") from error
        self.stdout.write(public)
        self.stderr.write("Put this line into the file that ALONGSIDE_OFFICERS names. Keep the file in a safe.")
