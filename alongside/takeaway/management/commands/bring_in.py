"""Brings a copy from another house into this one."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from alongside.access.middleware import viewer_of
from alongside.kit.errors import NotFound, Refused
from alongside.kit.ids import new_id
from alongside.people.backends import email_index
from alongside.people.models import Account
from alongside.takeaway import actions


class Command(BaseCommand):
    help = "Bring a copy that somebody took from another house into this one, and print the card that opens it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the copy, as it was taken")
        parser.add_argument("--worker", required=True, help="the address of the social worker who will work with her")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.select_related("person").filter(login=email_index(options["worker"])).first()
        if account is None:
            raise CommandError("There is no staff account with this address.")
        now = timezone.now()
        try:
            file = options["file"].read_bytes()
            brought = actions.bring_in(by=viewer_of(account, now=now), file=file, now=now, write_id=new_id())
        except OSError as error:
            raise CommandError(f"The file cannot be opened: {error.strerror}.") from error
        except NotFound as error:
            raise CommandError("This account is not the account of a social worker.") from error
        except Refused as refusal:
            raise CommandError(str(refusal.sentence)) from refusal
        self.stdout.write(
            f"Brought in. The number of the card is:  {brought.number}\n"
            "It is shown only now. Hand it over in person; she chooses her PIN when she opens it."
        )
