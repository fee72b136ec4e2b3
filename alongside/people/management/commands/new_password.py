"""Gives somebody of the staff a new password; there is no reset by mail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alongside.kit.errors import NotFound
from alongside.people import actions


class Command(BaseCommand):
    help = "Give a staff account a new password, print it once, and end every session of that account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="the address that the account signs in with")
        parser.add_argument(
            "--without-second-step",
            action="store_true",
            help="also remove its passkeys, app and recovery codes: for somebody who has lost them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            password = actions.new_password(email=options["email"], without_second_step=options["without_second_step"])
        except NotFound as error:
            raise CommandError("There is no staff account with this address.") from error
        self.stdout.write(
            f"The new password is:  {password}\n"
            "It is shown only now. Hand it over in person. It must be changed at the first sign-in.\n"
            "Every session of this account has ended."
        )
