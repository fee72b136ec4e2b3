"""Erases what is due, and drops copies that nobody took. Run it once a day, or more often."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from alongside.takeaway import actions


class Command(BaseCommand):
    help = "Erase every space that is due, with its key, and drop copies that nobody took. To be run each hour or day."

    def handle(self, *args: Any, **options: Any) -> None:
        erased, held = actions.erase_due(now=timezone.now())
        self.stdout.write(f"Spaces erased: {erased}. Held back by a legal hold: {held}.")
