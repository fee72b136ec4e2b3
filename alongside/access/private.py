"""Querysets that refuse to read until told who is looking.

The refusal sits where SQL is made (`_GuardedQuery.get_compiler`), so that it holds for lists,
counts, sub-queries, related look-ups and everything else that becomes a SELECT.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import F
from django.db.models.sql import Query
from django.db.models.sql.datastructures import Join

from alongside.access.grounds import open_to
from alongside.access.kinds import Kind, roles_that_see, shares_that_open

if TYPE_CHECKING:
    from alongside.access.viewer import Viewer
    from alongside.consent.rules import Shared
    from alongside.people.rules import Role


class WhoIsLooking(Exception):
    """Private rows were asked for without saying who is looking, or by a way that leads around the question."""

    def __init__(self, model: type[models.Model], *, reached_from: type[models.Model] | None = None) -> None:
        way = f" It was reached from {reached_from.__name__}, whose readers may not all see it." if reached_from else ""
        super().__init__(
            f"{model.__name__} is private.{way} Use {model.__name__}.objects.visible_to(viewer), or "
            f"access.see(viewer, {model.__name__}, id); for erasure, retention and tests there is "
            f'unguarded(because="…").'
        )


@cache
def private_tables() -> dict[str, Any]:
    """Every private model by the name of its table."""
    return {
        model._meta.db_table: model for model in apps.get_models() if isinstance(model._base_manager, PrivateManager)
    }


class _GuardedQuery(Query):
    unlocked = False
    viewer: Viewer | None = None
    is_scan = False
    within: uuid.UUID | None = None
    kinds: tuple[Kind, ...] = ()

    def get_compiler(self, *args: Any, **options: Any) -> Any:
        if not self.unlocked:
            raise WhoIsLooking(cast(type[models.Model], self.model))
        if self.viewer is not None:
            self._refuse_to_lead_elsewhere()
        return super().get_compiler(*args, **options)

    def combine(self, rhs: Any, connector: str) -> None:
        """Join two conditions; a locked side would widen the other to everything."""
        if not (self.unlocked and rhs.unlocked):
            raise WhoIsLooking(cast(type[models.Model], self.model))
        super().combine(rhs, connector)

    def as_sql(self, *args: Any, **options: Any) -> Any:
        """Become a part of another query: that too is a read."""
        sql = super().as_sql(*args, **options)
        self.note(1)
        return sql

    def _joined(self) -> Iterator[Any]:
        """The other private models that this query reads from."""
        for alias, table in self.alias_map.items():
            if self.alias_refcount[alias] and isinstance(table, Join) and table.table_name in private_tables():
                yield private_tables()[table.table_name]
        yield from _followed(self.model, self.select_related)
        for name in (*self._ordered_by(), *self.distinct_fields):  # these joins are laid last of all
            for step in self.names_to_path(name.lstrip("+-").split("__"), self.get_meta())[0]:
                if step.to_opts.db_table in private_tables():
                    yield private_tables()[step.to_opts.db_table]

    def _ordered_by(self) -> Iterator[str]:
        item: Any
        for item in self.order_by:
            if isinstance(item, str):
                if "__" in item:
                    yield item
            else:
                parts = (cast(Any, part).name for part in item.flatten() if isinstance(part, F))
                yield from (name for name in parts if "__" in name)

    def _refuse_to_lead_elsewhere(self) -> None:
        """Whoever sees these rows must see what is joined to them as well, all of it."""
        readers = set().union(*(_openers(kind) for kind in self.kinds))
        for other in self._joined():
            if other.is_narrowed() or not all(readers <= _openers(kind) for kind in other.kinds()):
                raise WhoIsLooking(other, reached_from=cast(type[models.Model], self.model))

    def note(self, count: int, partnership_id: uuid.UUID | None = None, kind: Kind | None = None) -> None:
        """Note that `count` rows were read; what found nothing showed nothing, and leaves no line.

        What was read across several partnerships at once (a count, a sub-query) is noted in each.
        """
        if self.viewer is None or self.is_scan or not count:
            return
        partnership_id = partnership_id or self.within
        kinds = {*([kind] if kind else self.kinds), *(kind for other in self._joined() for kind in other.kinds())}
        for each in sorted(kinds):
            if partnership_id is not None:
                self.viewer.note_reading(each, partnership_id, count)
                continue
            for opened in self.viewer.partnerships_that_open(each):
                self.viewer.note_reading(each, opened, 1)


def _openers(kind: Kind) -> frozenset[Role | Shared]:
    """Everything that opens this kind: seats and shares."""
    return frozenset({*roles_that_see(kind), *shares_that_open(kind)})


def _followed(model: Any, asked: Any) -> Iterator[Any]:
    """The private models that `select_related` reaches from `model`."""
    for field in model._meta.fields if asked else ():
        if not field.is_relation or (isinstance(asked, dict) and field.name not in asked):
            continue
        if field.related_model._meta.db_table in private_tables():
            yield field.related_model
        if isinstance(asked, dict):
            yield from _followed(field.related_model, asked[field.name])


def _whose(row: Any) -> tuple[uuid.UUID | None, Kind | None]:
    """The partnership and the kind of a row as a queryset yields it, where it says so."""
    if isinstance(row, dict):
        return row.get("partnership_id"), None
    if isinstance(row, models.Model):
        return row.partnership_id, row.its_kind()  # type: ignore[attr-defined]
    return None, None


_M = TypeVar("_M", bound=models.Model)


class PrivateQuerySet(models.QuerySet[_M]):
    """Rows of a private model. Locked until `visible_to` or `unguarded`."""

    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query if query is not None else _GuardedQuery(model), using, hints)

    @property
    def _guarded(self) -> _GuardedQuery:
        return cast(_GuardedQuery, self.query)

    def _unlocked(self) -> Any:
        clone = self._chain()  # type: ignore[attr-defined]
        clone.query.unlocked = True
        return clone

    def visible_to(
        self, viewer: Viewer, *, within: uuid.UUID | None = None, only: tuple[Kind, ...] = ()
    ) -> PrivateQuerySet[_M]:
        """The rows that `viewer` may see now, in one query; in one partnership when `within` is given.

        In a table whose rows are of several kinds, `only` narrows to some of them. Every evaluation
        leaves a line in the viewer's trail. Consent and seats are read at the time of reading, so
        that ending one needs no sweep.
        """
        kinds = tuple(kind for kind in self.model.kinds() if not only or kind in only)  # type: ignore[attr-defined]
        rows = self._unlocked().filter(open_to(self.model, viewer, kinds, within=within, using=self.db))
        rows.query.viewer, rows.query.within, rows.query.kinds = viewer, within, kinds
        return cast("PrivateQuerySet[_M]", rows)

    def scanned(self) -> PrivateQuerySet[_M]:
        """The same rows, for `access.scanning`: gone through by a machine, which shows none, they leave no line."""
        clone = self._chain()  # type: ignore[attr-defined]
        clone.query.is_scan = True
        return cast("PrivateQuerySet[_M]", clone)

    def unguarded(self, *, because: str) -> PrivateQuerySet[_M]:
        """All rows, for erasure, retention and tests. Each use is on a list that a test reads."""
        if not because:
            raise WhoIsLooking(self.model)
        return cast("PrivateQuerySet[_M]", self._unlocked())

    # --- every way of reading notes the read -----------------------------------------------------

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        if fresh and self._guarded.viewer is not None:
            for whose, count in Counter(map(_whose, self._result_cache or ())).items():
                self._guarded.note(count, *whose)

    def count(self) -> int:
        known = self._result_cache is not None
        number = super().count()
        if not known:
            self._guarded.note(number)
        return number

    def exists(self) -> bool:
        known = self._result_cache is not None
        found = super().exists()
        if not known:
            self._guarded.note(int(found))
        return found

    def aggregate(self, *args: Any, **options: Any) -> dict[str, Any]:
        found = super().aggregate(*args, **options)
        self._guarded.note(1)
        return found

    def iterator(self, *args: Any, **options: Any) -> Any:
        for row in super().iterator(*args, **options):
            self._guarded.note(1, *_whose(row))
            yield row

    def aiterator(self, *args: Any, **options: Any) -> NoReturn:
        raise WhoIsLooking(self.model)

    def _combinator_query(self, *args: Any, **options: Any) -> NoReturn:
        """A union would hide the other side's reads from the trail."""
        raise WhoIsLooking(self.model)

    # --- writing many rows at once needs the same care -------------------------------------------

    def update(self, **values: Any) -> int:
        self._refuse_when_locked()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_when_locked()
        return super().delete()

    def raw(self, *args: Any, **options: Any) -> NoReturn:
        raise WhoIsLooking(self.model)

    def _refuse_when_locked(self) -> None:
        if not self._guarded.unlocked:
            raise WhoIsLooking(self.model)


def any_of(several: Sequence[PrivateQuerySet[Any]]) -> list[bool]:
    """Whether each of these has a row, in one query for all of them; noted as `exists` notes it."""
    parts, values, asked = [], [], []
    for number, rows in enumerate(several):
        try:
            sql, given = rows.query.exists().get_compiler(using=rows.db).as_sql()
        except EmptyResultSet:
            continue
        parts.append(f"EXISTS({sql})")
        values.extend(given)
        asked.append(number)
    found = [False] * len(several)
    if parts:
        with connections[several[0].db].cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", values)
            for number, there in zip(asked, cursor.fetchone(), strict=True):
                found[number] = bool(there)
                several[number]._guarded.note(int(found[number]))
    return found


def all_of(several: Sequence[models.QuerySet[Any, Any]]) -> list[list[tuple[uuid.UUID, str]]]:
    """The rows of each of these in one query for all of them, in the order of their words.

    Each gives two columns: the id of a space, and a text. What the way in gave is noted row by row.
    """
    parts, values = [], []
    for number, rows in enumerate(several):
        try:
            sql, given = rows.query.get_compiler(using=rows.db).as_sql()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT {number}, part{number}.* FROM ({sql}) AS part{number}")  # noqa: S608  (what the ORM made)
        values.extend(given)
    found: list[list[tuple[uuid.UUID, str]]] = [[] for _ in several]
    if parts:
        with connections[several[0].db].cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), values)
            for number, space, text in cursor.fetchall():
                found[number].append((space if isinstance(space, uuid.UUID) else uuid.UUID(space), text))
    for rows, told in zip(several, found, strict=True):
        told.sort(key=lambda one: one[1])
        if isinstance(rows, PrivateQuerySet):
            for space, _ in told:
                rows._guarded.note(1, space)
    return found


class PrivateManager(models.Manager[_M]):
    """The only manager of a private model."""

    def get_queryset(self) -> PrivateQuerySet[_M]:
        return PrivateQuerySet(self.model, using=self._db)

    def visible_to(
        self, viewer: Viewer, *, within: uuid.UUID | None = None, only: tuple[Kind, ...] = ()
    ) -> PrivateQuerySet[_M]:
        """See `PrivateQuerySet.visible_to`."""
        return self.get_queryset().visible_to(viewer, within=within, only=only)

    def unguarded(self, *, because: str) -> PrivateQuerySet[_M]:
        """See `PrivateQuerySet.unguarded`."""
        return self.get_queryset().unguarded(because=because)

    def raw(self, *args: Any, **options: Any) -> NoReturn:
        raise WhoIsLooking(self.model)
