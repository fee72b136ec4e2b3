"""Makes a backup while the house is at work: two files that only the officers can open."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from alongside.config.backup import making
from alongside.config.backup.chest import CannotBackUp


class Command(BaseCommand):
    help = "Make a backup into a folder, encrypted for the officers, and drop the ones that are past their time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("to", type=Path, nargs="?", help="the folder for the backups, on another disk or machine")
        parser.add_argument(
            "--root-key-to", type=Path, help="instead, write the root key for the officers to this file, to be printed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["root_key_to"]:
                made = making.keep_root_key(to=options["root_key_to"])
                self.stdout.write(f"{options['root_key_to']}  SHA-256 {made.digest}")
                self.stdout.write("Print it, keep it in a safe, and not beside the backups; then delete the file.")
                return
            if options["to"] is None:
                raise CannotBackUp("Say into which folder: manage.py backup /mnt/backups")
            done = making.back_up(to=options["to"], now=timezone.now())
        except CannotBackUp as reason:
            raise CommandError(str(reason)) from reason
        for path, sealed in done.files.items():
            self.stdout.write(f"{path}  {sealed.length:,} bytes  SHA-256 {sealed.digest}")
        for path in done.dropped:
            self.stdout.write(f"Past its time and deleted: {path.name}")
        days = making.days_kept()
        self.stdout.write(
            f"Written, opened again and found whole. Kept {days['data']} days, the keys {days['keys']} days; "
            "the same must hold for every other copy of these files. "
            f"To try it with an officer’s key: manage.py restore {options['to']} --identity FILE --check"
        )
        if not settings.ROOT_KEY_FILE.is_relative_to(settings.DATA):
            self.stdout.write("The root key is not in it: keep that apart (--root-key-to).")
