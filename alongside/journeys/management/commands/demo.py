"""Fills an empty house with people who are made up, and says how to sign in as each of them."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from alongside.access import standing_for_house
from alongside.journeys import rules
from alongside.journeys.demo import PASSWORD, PINS, Demo, code_of, fill
from alongside.people import queries as people
from alongside.vault.keys import forget_keys, make_root_key


class Command(BaseCommand):
    help = (
        "Fill an empty house with a made-up agency and a week of life before today, and print how to sign in. "
        "In a house that holds the demonstration already, only print that."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again",
            action="store_true",
            help="throw away everything in this demonstration, and make it anew with today's dates; "
            "a house that is not a demonstration is never touched",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is a house where real people are. There is no demonstration in it.")
        self._lay_tables()
        demo = Demo.found()
        if demo is None and people.the_organisation() is not None:
            raise CommandError(
                f"The house in {settings.DATA} is in use, and is no demonstration. Nothing was changed. "
                "Give the demonstration a data folder of its own with ALONGSIDE_DATA."
            )
        if demo is not None and options["again"]:
            self._throw_away()
            self._lay_tables()
        if people.the_organisation() is None:
            with standing_for_house():
                demo = fill(now=timezone.now())
        assert demo is not None
        self._say_how(demo)

    def _lay_tables(self) -> None:
        make_root_key(settings.ROOT_KEY_FILE)
        for alias in connections:
            call_command("migrate", database=alias, interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)

    def _throw_away(self) -> None:
        """Delete the files of this demonstration's databases."""
        if any(connections[alias].vendor != "sqlite" for alias in connections):
            raise CommandError("Only a demonstration in SQLite is thrown away here. Drop the database yourself.")
        with open(Path(settings.DATA) / "serving.lock", "a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError("The demonstration is being served. Stop that first.") from None
            for alias in connections:
                connections[alias].close()
                for ending in ("", "-wal", "-shm"):
                    Path(f"{settings.DATABASES[alias]['NAME']}{ending}").unlink(missing_ok=True)
            Demo.file().unlink()
        forget_keys()

    def _say_how(self, demo: Demo) -> None:
        host, port = os.environ.get("ALONGSIDE_BIND") or "127.0.0.1", os.environ.get("PORT") or "8000"
        home = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
        lines = [
            "",
            "Everybody here is made up. Open two browsers, or a window and a private window:",
            "",
            f"  at {home}  with a card",
        ]
        for name, what in (("rosa", "has to move out"), ("nadia", "has only begun")):
            number = rules.in_groups(demo.numbers[name])
            lines.append(f"    {name.capitalize():<7} {what:<34} number {number}   PIN {PINS[name]}")
        lines += ["", f"  at {home.rstrip('/')}{reverse('account_login')}  with e-mail, password and six digits"]
        for name, what in (
            ("dana", "social worker of 28 families"),
            ("amir", "social worker, stands in"),
            ("robin", "social worker, knows none of them"),
            ("samuel", "Dana’s supervisor"),
            ("lena", "looks after the accounts"),
        ):
            lines.append(f"    {name.capitalize():<7} {what:<34} {name}@riverside.example")
        lines += [
            "",
            f"    The password of all five:  {PASSWORD}",
            f"    The six digits, each time:  make code WHO=dana   (now {code_of('dana')})",
            "",
        ]
        self.stdout.write("\n".join(lines))
