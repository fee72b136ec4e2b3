"""Says how what leaves the house stands, for whoever runs it. Names nobody."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from alongside.reach import channels, queries
from alongside.reach.rules import BY_ITSELF


class Command(BaseCommand):
    help = (
        "Say which ways out are set up, what is amiss with them, and how many left, wait or came in over thirty days."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for way in sorted(BY_ITSELF):
            self.stdout.write(f"{way}: {'set up' if channels.is_set_up(way) else 'not set up'}")
        for name, number in queries.standing(timezone.now()).items():
            self.stdout.write(f"{name}: {number}")
        amiss = channels.amiss()
        if amiss:
            raise CommandError("\n".join(amiss))
