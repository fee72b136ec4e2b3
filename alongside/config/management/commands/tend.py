"""Does what is due, once. The server does it by itself, every few seconds."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from alongside.config.tend import tend


class Command(BaseCommand):
    help = "Do every duty of the house that is due, once; ends with status 1 when one failed."

    def handle(self, *args: Any, **options: Any) -> None:
        did = tend(timezone.now())
        for name, how_much in did.items():
            self.stdout.write(f"{name}: {'failed' if how_much is None else how_much}")
        if None in did.values():
            raise SystemExit(1)
