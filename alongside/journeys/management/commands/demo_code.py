"""Prints the six digits with which a member of the demonstration's staff signs in now."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alongside.journeys.demo import STAFF, Demo, code_of
from alongside.kit.errors import NotFound

SECONDS_OF_A_CODE = 30


class Command(BaseCommand):
    help = "Print the code with which somebody of the demonstration's staff signs in now. Only in a demonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("who", nargs="?", default="dana", help="the first name: " + ", ".join(STAFF))

    def handle(self, *args: Any, **options: Any) -> None:
        if Demo.found() is None:
            raise CommandError("This house is no demonstration: its codes are nobody's but their owner's.")
        who = (options["who"] or "dana").lower()
        try:
            code = code_of(who)
        except NotFound as error:
            raise CommandError(f"Nobody of the staff is called “{who}”. There are: {', '.join(STAFF)}.") from error
        left = SECONDS_OF_A_CODE - int(time.time()) % SECONDS_OF_A_CODE
        self.stdout.write(f"{code}   (for {left} seconds more, and once)")
