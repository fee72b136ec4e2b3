"""What many tests begin with is made once, through the actions, and after that put back row by row.

    life = remembered("life", lambda: Life(gather(now)))

The first call of a process makes it in the empty house and keeps every row of every table; later
calls write these rows and give back a copy of what the first one gave. It is the same house to the
last bit, ids and keys included, at a hundredth of the cost.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import connections, transaction

Made = TypeVar("Made")
NOT_OURS = ("django_migrations", "django_content_type", "auth_permission")


@dataclass(frozen=True)
class _Rows:
    alias: str
    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


_kept: dict[Any, tuple[list[_Rows], Any]] = {}


def remembered(key: Any, make: Callable[[], Made]) -> Made:
    """What `make` gives and leaves in the empty house, from memory when it was made before in this process."""
    if key not in _kept:
        made = make()
        _kept[key] = (_rows_of_the_house(), copy.deepcopy(made))
        return made
    tables, made = _kept[key]
    for alias in connections:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            for kept in tables:
                if kept.alias == alias:
                    columns = ", ".join(f'"{name}"' for name in kept.columns)
                    values = ", ".join(["%s"] * len(kept.columns))
                    cursor.executemany(f'INSERT INTO "{kept.table}" ({columns}) VALUES ({values})', kept.rows)
    return copy.deepcopy(made)


def _rows_of_the_house() -> list[_Rows]:
    """Every row there is, table by table, those first to which others point."""
    found = []
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in _in_order(connections[alias].introspection.table_names(cursor)):
                cursor.execute(f'SELECT * FROM "{table}"')
                rows = [tuple(row) for row in cursor.fetchall()]
                if rows:
                    found.append(_Rows(alias, table, tuple(column[0] for column in cursor.description), rows))
    return found


def _in_order(tables: list[str]) -> list[str]:
    """Our tables, with each behind those that its keys lead to."""
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    ordered: list[str] = []

    def place(table: str) -> None:
        if table in ordered:
            return
        model = models.get(table)
        for field in model._meta.concrete_fields if model else ():
            leads_to = field.related_model._meta.db_table if field.is_relation and field.related_model else table
            if leads_to != table:
                place(leads_to)
        ordered.append(table)

    for table in sorted(tables):
        if table not in NOT_OURS:
            place(table)
    return [table for table in ordered if table in tables and table in models and table not in NOT_OURS]
