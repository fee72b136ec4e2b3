"""Querysets that refuse to read until told who is looking.

The refusal sits where SQL is made (`_GuardedQuery.get_compiler`), so that it holds for lists,
counts, sub-queries, related look-ups and everything else that becomes a SELECT.
"""

from __future__ import annotations

import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from django.db import models
from django.db.models import Q
from django.db.models.sql import Query

from alongside.people.models import Seat
from alongside.people.queries import holding

if TYPE_CHECKING:
    from alongside.access.viewer import Viewer


class WhoIsLooking(Exception):
    """Private rows were asked for without saying who is looking."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(
            f"{model.__name__} is private. Use {model.__name__}.objects.visible_to(viewer), or "
            f"access.see(viewer, {model.__name__}, id); for erasure, retention and tests there is "
            f'unguarded(because="…").'
        )


class _GuardedQuery(Query):
    unlocked = False

    def get_compiler(self, *args: Any, **options: Any) -> Any:
        if not self.unlocked:
            raise WhoIsLooking(cast(type[models.Model], self.model))
        return super().get_compiler(*args, **options)


_M = TypeVar("_M", bound=models.Model)


class PrivateQuerySet(models.QuerySet[_M]):
    """Rows of a private model. Locked until `visible_to` or `unguarded`."""

    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query if query is not None else _GuardedQuery(model), using, hints)
        self._viewer: Viewer | None = None
        self._within: uuid.UUID | None = None

    def _clone(self) -> Any:
        clone = super()._clone()  # type: ignore[misc]
        clone._viewer, clone._within = self._viewer, self._within
        return clone

    def _unlocked(self) -> Any:
        clone = self._chain()  # type: ignore[attr-defined]
        clone.query.unlocked = True
        return clone

    def visible_to(self, viewer: Viewer, *, within: uuid.UUID | None = None) -> PrivateQuerySet[_M]:
        """The rows that `viewer` may see now, in one query; in one partnership when `within` is given.

        Every evaluation leaves a line in the viewer's trail. Consent and seats are read at the time
        of reading, so that ending one needs no sweep.
        """
        from alongside.access.kinds import roles_that_see

        kind = self.model.KIND  # type: ignore[attr-defined]
        seats = Seat.objects.filter(
            holding(viewer.now), person_id=viewer.person_id, role__in=sorted(roles_that_see(kind))
        )
        if within is not None:
            seats = seats.filter(partnership_id=within)
        rows = self._unlocked().filter(partnership__in=seats.values("partnership_id"))
        if within is not None:
            rows = rows.filter(partnership_id=within)
        hidden: Q | None = self.model.hidden()  # type: ignore[attr-defined]
        if hidden is not None:
            rows = rows.exclude(hidden)
        rows._viewer, rows._within = viewer, within
        return cast("PrivateQuerySet[_M]", rows)

    def unguarded(self, *, because: str) -> PrivateQuerySet[_M]:
        """All rows, for erasure, retention and tests. Each use is on a list that a test reads."""
        if not because:
            raise WhoIsLooking(self.model)
        return cast("PrivateQuerySet[_M]", self._unlocked())

    # --- every way of reading notes the read -----------------------------------------------------

    def _note(self, partnership_id: uuid.UUID | None, count: int) -> None:
        if self._viewer is not None:
            self._viewer.note_reading(self.model.KIND, partnership_id or self._within, count)  # type: ignore[attr-defined]

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        if not fresh or self._viewer is None:
            return
        rows = self._result_cache or []
        if self._within is not None or not rows or not isinstance(rows[0], models.Model):
            self._note(self._within, len(rows))
            return
        for partnership_id, count in Counter(row.partnership_id for row in rows).items():  # type: ignore[attr-defined]
            self._note(partnership_id, count)

    def count(self) -> int:
        known = self._result_cache is not None
        number = super().count()
        if not known:
            self._note(None, number)
        return number

    def exists(self) -> bool:
        known = self._result_cache is not None
        found = super().exists()
        if not known:
            self._note(None, int(found))
        return found

    def aggregate(self, *args: Any, **options: Any) -> dict[str, Any]:
        found = super().aggregate(*args, **options)
        self._note(None, 1)
        return found

    def iterator(self, *args: Any, **options: Any) -> Any:
        for row in super().iterator(*args, **options):
            self._note(getattr(row, "partnership_id", None), 1)
            yield row

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
        if not cast(_GuardedQuery, self.query).unlocked:
            raise WhoIsLooking(self.model)


class PrivateManager(models.Manager[_M]):
    """The only manager of a private model."""

    def get_queryset(self) -> PrivateQuerySet[_M]:
        return PrivateQuerySet(self.model, using=self._db)

    def visible_to(self, viewer: Viewer, *, within: uuid.UUID | None = None) -> PrivateQuerySet[_M]:
        """See `PrivateQuerySet.visible_to`."""
        return self.get_queryset().visible_to(viewer, within=within)

    def unguarded(self, *, because: str) -> PrivateQuerySet[_M]:
        """See `PrivateQuerySet.unguarded`."""
        return self.get_queryset().unguarded(because=because)

    def raw(self, *args: Any, **options: Any) -> NoReturn:
        raise WhoIsLooking(self.model)
