"""Django's own `createcachetable`, as the role that owns the tables."""

from typing import Any

from django.core.management.commands.createcachetable import Command as CreateCacheTable

from alongside.config.owner import as_owner


class Command(CreateCacheTable):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner(options["database"]):
            super().handle(*args, **options)
