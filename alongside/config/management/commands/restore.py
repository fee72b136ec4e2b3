"""Gives a backup back into an empty house, without whoever was erased since; or only tries whether it could."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from alongside.config import serve
from alongside.config.backup import restoring
from alongside.config.backup.chest import CannotBackUp, CannotOpen
from alongside.config.backup.restoring import CannotRestore


class Command(BaseCommand):
    help = "Give a backup back into an empty house; with --check, open it, look through all of it and change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder with the backups")
        parser.add_argument("--identity", type=Path, action="append", required=True, help="an officer’s secret key")
        parser.add_argument(
            "--moment", default="", help="which data, as in its name: 20260302T090000Z; else the newest"
        )
        parser.add_argument("--erased", type=Path, nargs="*", default=[], help="lists of the erased, from elsewhere")
        parser.add_argument(
            "--though-expired", action="store_true", help="even when the newest keys are past their time"
        )
        parser.add_argument("--root-key", type=Path, help="first put this copy of the root key where it belongs")
        parser.add_argument("--check", action="store_true", help="try it all, and keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            if options["check"] and options["root_key"]:
                raise CannotRestore("With --check nothing is written, and --root-key writes: use one of the two.")
            if not options["check"]:
                serve.hold_the_data()
            pair = restoring.pair_in(
                options["folder"], moment=options["moment"], now=now, though_expired=options["though_expired"]
            )
            if options["root_key"]:
                restoring.give_back_root_key(options["root_key"], officers=options["identity"])
            given = restoring.give_back(
                pair, officers=options["identity"], erased=options["erased"], now=now, only_try=options["check"]
            )
        except (CannotBackUp, CannotRestore, CannotOpen, serve.CannotStart) as reason:
            raise CommandError(str(reason)) from reason
        self._say(given, only_try=options["check"])
        if not given.trail_holds:
            raise SystemExit(1)

    def _say(self, given: restoring.Given, *, only_try: bool) -> None:
        self.stdout.write(f"Data of {given.made_at:%d %B %Y, %H:%M} UTC, keys of {given.keys_of:%d %B %Y, %H:%M} UTC.")
        if not given.tried:
            self.stdout.write("Both open and are whole. They were not laid down: no root key, or not on SQLite.")
            return
        self.stdout.write(f"Spaces: {given.spaces}. Erased since, and erased again: {given.erased}.")
        for sentence in given.trail:
            self.stdout.write(sentence)
        if only_try:
            self.stdout.write("It could be given back. Nothing was changed.")
        else:
            self.stdout.write(
                "Given back. Whoever was erased after the keys were taken and stands in no list that was named is here "
                "again: ask the officers. Everybody signs in anew. Start the server."
            )
