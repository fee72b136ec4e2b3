"""Keeps wrapped keys in a database of their own, and nothing else there."""

from typing import Any


class KeyRouter:
    """Sends the vault's table to the `keys` database."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "keys" if model._meta.app_label == "vault" else None

    db_for_write = db_for_read

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool | None:
        return obj1._meta.app_label == obj2._meta.app_label or None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == "keys") == (app_label == "vault")
