"""On what grounds rows are open to a viewer: one condition, which filters a list and decides a single row.

Building the condition and turning it into SQL takes Django many times as long as the database takes to
answer it, and nearly every read of a page needs one. Its text depends on the model, the kinds and a few
yes-or-nos, never on who looks; so the text is kept, and person, moment and place are put into it each time.
"""

from __future__ import annotations

import datetime
import re
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connections, models
from django.db.models import F, Q
from django.db.models.expressions import Expression

from alongside.access.kinds import Kind, roles_that_see, shares_that_open
from alongside.consent.queries import partnerships_shared_with
from alongside.consent.rules import Shared
from alongside.people.models import Seat
from alongside.people.queries import holding
from alongside.people.rules import INVITED_ROLES

if TYPE_CHECKING:
    from alongside.access.viewer import Viewer
    from alongside.people.rules import Role

# The aliases that Django gives to the tables of a sub-query.
_ALIAS = re.compile(r"\b[A-Z]{1,2}\d+\b")


def open_to(model: Any, viewer: Viewer, kinds: tuple[Kind, ...], *, within: uuid.UUID | None, using: str) -> Any:
    """The condition under which rows of `model` are open to `viewer` now, as `filter` takes it.

    It is the same as `written_out`, put into SQL once. Where a model's condition needs more of the
    viewer than who it is and when, it is written out each time.
    """
    if viewer.supposing is None:
        text = _text_of(model, kinds, viewer.may_be_shared_with_in(within), within is not None, using)
        if text is not None:
            return _Kept(text, (viewer.person_id, viewer.now, within), F("pk")) if text.sql else Q(pk__in=[])
    return written_out(model, viewer, kinds, within=within)


def written_out(model: Any, viewer: Viewer, kinds: tuple[Kind, ...], *, within: uuid.UUID | None) -> Q:
    """The condition itself: some ground opens the row, and nothing closes it. Deny wins."""
    seats = Seat.objects.filter(holding(viewer.now), person_id=viewer.person_id)
    if within is not None:
        seats = seats.filter(partnership_id=within)
    condition = _grounds(model, viewer, seats, kinds, within=within)
    if within is not None:
        condition &= Q(partnership_id=within)
    for closed in (model.hidden(), model.closed_to(viewer)):
        if closed is not None:
            condition &= ~closed
    return condition


def _grounds(model: Any, viewer: Viewer, seats: Any, kinds: tuple[Kind, ...], *, within: uuid.UUID | None) -> Q:
    """On what grounds rows of these kinds are open to the viewer. Nobody sees anything unless a ground here says so.

    A seat that the kind belongs to; what she shares with the viewer; and being named for a single
    row. The last two need a seat as well, whichever it is, so that ending the seat ends them all.
    """
    several = bool(model.KINDS)
    is_shared_with = viewer.may_be_shared_with_in(within)
    opened_by: dict[tuple[frozenset[Role], frozenset[Shared]], list[Kind]] = {}
    for kind in kinds:
        shared = shares_that_open(kind) if is_shared_with else frozenset()
        opened_by.setdefault((roles_that_see(kind), shared), []).append(kind)
    grounds = Q(pk__in=[])
    for (roles, shared), opened in opened_by.items():
        ground = Q(partnership__in=seats.filter(role__in=sorted(roles)).values("partnership_id"))
        if shared:
            ground |= _shared(viewer, seats, shared)
        grounds |= ground & Q(kind__in=opened) if several else ground
    named: Q | None = model.opened_to(viewer)
    if named is not None:
        by_name = named & Q(partnership__in=seats.values("partnership_id"))
        grounds |= by_name & Q(kind__in=kinds) if several else by_name
    return grounds


def _shared(viewer: Viewer, seats: Any, shared: frozenset[Shared]) -> Q:
    """The ground of a share; a supposed one counts like a given one, for showing what it would open."""
    if viewer.supposing is not None:
        partnership_id, supposed = viewer.supposing
        return Q(partnership=partnership_id) if shared & supposed else Q(pk__in=[])
    partnerships = partnerships_shared_with(viewer.person_id, shared, now=viewer.now)
    invited = seats.filter(role__in=sorted(INVITED_ROLES)).values("partnership_id")
    return Q(partnership__in=partnerships) & Q(partnership__in=invited)


# --- the kept text -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Text:
    """A condition in SQL, in which {row} stands for the table's alias. Empty when it can never be true.

    Of each parameter, `params` has the place of the value that takes its place, or the fixed value.
    """

    sql: str
    params: tuple[tuple[int | None, Any], ...]


@dataclass
class _SomebodyAt:
    """Somebody who looks, of whom a kept condition may know no more than this: all else is an AttributeError."""

    person_id: uuid.UUID
    now: datetime.datetime
    is_shared_with: bool
    supposing: None = None

    def may_be_shared_with_in(self, partnership_id: uuid.UUID | None) -> bool:
        return self.is_shared_with


_FIELDS: tuple[models.Field[Any, Any], ...] = (models.UUIDField(), models.DateTimeField(), models.UUIDField())
_texts: dict[tuple[Any, ...], _Text | None] = {}


def forget() -> None:
    """Put every condition into SQL anew: for tests that change a rule."""
    _texts.clear()


def _text_of(model: Any, kinds: tuple[Kind, ...], is_shared_with: bool, is_within: bool, using: str) -> _Text | None:
    key = (model, kinds, is_shared_with, is_within, using)
    if key not in _texts:
        # Put into SQL for two who have nothing in common: whatever differs is not only in the values.
        one, other = (_put_into_sql(model, kinds, is_shared_with, is_within, using) for _ in range(2))
        _texts[key] = one if one == other else None
    return _texts[key]


def _put_into_sql(
    model: Any, kinds: tuple[Kind, ...], is_shared_with: bool, is_within: bool, using: str
) -> _Text | None:
    connection: Any = connections[using]
    moment = datetime.datetime.fromtimestamp(secrets.randbelow(2**31), tz=datetime.UTC)
    person_id, within = uuid.uuid4(), uuid.uuid4()
    somebody: Any = _SomebodyAt(person_id, moment, is_shared_with)
    try:
        rows = model.objects.unguarded(because="Only a condition is made of it, and nothing is read.").filter(
            written_out(model, somebody, kinds, within=within if is_within else None)
        )
        compiler = rows.query.get_compiler(using)
        compiler.pre_sql_setup()
        sql, params = compiler.compile(rows.query.where)
    except EmptyResultSet:
        return _Text("", ())
    except (AttributeError, FullResultSet):
        return None
    if sum(map(bool, rows.query.alias_refcount.values())) > 1 or "{" in sql:
        return None
    # Its sub-queries get aliases of their own, which no query has into which the condition is put.
    sql = _ALIAS.sub(r"kept_\g<0>", sql).replace(f"{connection.ops.quote_name(model._meta.db_table)}.", "{row}.")
    places = {
        field.get_db_prep_value(value, connection): place
        for place, (field, value) in enumerate(zip(_FIELDS, (person_id, moment, within), strict=True))
    }
    return _Text(sql, tuple((place, None if place is not None else param) for param in params
                            for place in [places.get(param) if param.__hash__ else None]))  # fmt: skip


class _Kept(Expression):
    """A kept condition, for somebody at a moment. `row` knows under which alias the table stands in a query."""

    def __init__(self, text: _Text, values: tuple[Any, ...], row: Any) -> None:
        super().__init__(output_field=models.BooleanField())
        self.text, self.values, self.row = text, values, row

    def get_source_expressions(self) -> list[Any]:
        return [self.row]

    def set_source_expressions(self, expressions: Any) -> None:
        (self.row,) = expressions

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        ready = [
            None if value is None else field.get_db_prep_value(value, connection)
            for field, value in zip(_FIELDS, self.values, strict=True)
        ]
        params = [fixed if place is None else ready[place] for place, fixed in self.text.params]
        return f"({self.text.sql.format(row=compiler.quote_name_unless_alias(self.row.alias))})", params
