"""Reads that Django turns into SQL once.

Building a query set and turning it into SQL takes Django many times as long as the database takes
to answer it. For the few reads that every request makes, the text is kept and only values change:

    SEATS_IN = Prepared(
        lambda partnership_id: Seat.objects.filter(partnership_id=partnership_id).select_related("person"),
        partnership_id=models.UUIDField(),
    )
    seats = SEATS_IN(partnership_id=…)

The query set is built with a stand-in for each value, so its shape must not depend on them. It may
give whole rows, with their relations and what they are annotated with, or `values_list`.
"""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import query

if TYPE_CHECKING:
    Field = models.Field[Any, Any]
    Rows = models.QuerySet[Any, Any]


@dataclass(frozen=True)
class Many:
    """A list of values, for `__in`. It is filled up to one of these lengths, so that there are few texts."""

    field: Field
    lengths: tuple[int, ...] = (1, 8, 64, 512)

    def filled(self, values: list[Any]) -> list[Any]:
        """The same values, the last one repeated."""
        length = next((length for length in self.lengths if len(values) <= length), len(values))
        return values + values[-1:] * (length - len(values))


def _stand_in(field: Field) -> Any:
    """A value of the field's kind that occurs nowhere else."""
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if isinstance(field, models.DateTimeField):
        return datetime.datetime.fromtimestamp(secrets.randbelow(2**31), tz=datetime.UTC)
    return secrets.token_hex(16)


class Prepared:
    """A read that is asked often. Call it with its values; it gives a list."""

    def __init__(self, build: Callable[..., Rows], **kinds: Field | Many) -> None:
        self._build = build
        self._kinds = kinds
        self._texts: dict[tuple[str, tuple[int, ...]], _Text] = {}

    def __call__(self, **values: Any) -> list[Any]:
        lists = {}
        for name, kind in self._kinds.items():
            lists[name] = kind.filled(list(values[name])) if isinstance(kind, Many) else [values[name]]
            if not lists[name]:
                return []  # nothing is in an empty list
        connection: Any = connections[DEFAULT_DB_ALIAS]
        key = (connection.vendor, tuple(map(len, lists.values())))
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = self._put_into_sql(connection, key[1])
        return text.ask(connection, [value for some in lists.values() for value in some])

    def _put_into_sql(self, connection: Any, lengths: tuple[int, ...]) -> _Text:
        given, fields, places = {}, [], []
        for (name, kind), length in zip(self._kinds.items(), lengths, strict=True):
            field = kind.field if isinstance(kind, Many) else kind
            stand_ins = [_stand_in(field) for _ in range(length)]
            given[name] = stand_ins if isinstance(kind, Many) else stand_ins[0]
            fields += [field] * length
            places += stand_ins
        return _Text(self._build(**given), connection, fields, places)


class _Text:
    """One query set as SQL for one kind of database."""

    def __init__(self, rows: Rows, connection: Any, fields: list[Field], stand_ins: list[Any]) -> None:
        compiler: Any = rows.query.get_compiler(connection.alias)
        self._sql, params = compiler.as_sql()
        self._fields = fields
        place_of = {
            field.get_db_prep_value(value, connection): place
            for place, (field, value) in enumerate(zip(fields, stand_ins, strict=True))
        }
        self._params = [(param, place_of.get(param)) for param in params]
        if {place for _, place in self._params if place is not None} != set(range(len(fields))):
            raise TypeError("A value of the prepared read does not occur in its SQL.")
        self._converters = compiler.get_converters([column for column, *_ in compiler.select])
        self._convert = compiler.apply_converters
        self._row = self._reader(rows._iterable_class, compiler, connection.alias)

    @staticmethod
    def _reader(kind: Any, compiler: Any, alias: str) -> Callable[[Any], Any]:
        """How a row of the answer becomes what the query set would give; as in `ModelIterable`."""
        if kind is query.FlatValuesListIterable:
            return lambda row: row[0]
        if kind is not query.ModelIterable:
            return tuple
        select, about = compiler.select, compiler.klass_info
        start, end = about["select_fields"][0], about["select_fields"][-1] + 1
        names = [column.target.attname for column, *_ in select[start:end]]
        related: Any = query.get_related_populators
        model, populators = about["model"], related(about, select, alias)
        annotated = list(compiler.annotation_col_map.items())

        def read(row: Any) -> Any:
            found = model.from_db(alias, names, row[start:end])
            for populator in populators:
                populator.populate(row, found)
            for name, place in annotated:
                setattr(found, name, row[place])
            return found

        return read

    def ask(self, connection: Any, values: list[Any]) -> list[Any]:
        ready = [field.get_db_prep_value(value, connection) for field, value in zip(self._fields, values, strict=True)]
        params = [fixed if place is None else ready[place] for fixed, place in self._params]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            rows = cursor.fetchall()
        if self._converters:
            rows = self._convert(rows, self._converters)
        return [self._row(row) for row in rows]
