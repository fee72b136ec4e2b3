from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Access(AppConfig):
    name = "alongside.access"
    label = "access"

    def ready(self) -> None:
        post_migrate.connect(_raise_wall, sender=self)


def _raise_wall(using: str, **others: Any) -> None:
    """After every `migrate`, and so for every table there ever will be."""
    from django.conf import settings

    from alongside.access.wall import raise_wall

    if using == "default":
        raise_wall(role=settings.DATABASES["default"]["USER"] if settings.DATABASE_OWNER else "")
