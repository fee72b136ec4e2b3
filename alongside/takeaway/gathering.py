"""Everything about a space, gathered for its client: as rows, and as each room tells it.

The way in (`visible_to`) decides what she sees, here as on every page; nothing is read past it.
A table that is about a space stands in the copy, or in `LEFT_OUT` with the reason.
"""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey

from alongside.access import Kind, Place
from alongside.access.models import TrailTree
from alongside.access.private import private_tables
from alongside.access.queries import lines_for
from alongside.people.models import Person
from alongside.takeaway import rules
from alongside.takeaway.fields import (
    MOMENT,
    UUID,
    an_object,
    canonical,
    columns,
    moment,
    or_null,
    schema_of,
    written,
)  # fmt: skip
from alongside.takeaway.models import CameFrom, Erasure, Hold

# Tables about a space that stand in no copy, and why.
LEFT_OUT = {
    "people.Seat": "stands in `houses`: who had a seat where is what a house did, and ends with it",
    "reach.Outgoing": "what this house sends, or sent: another one must not send it again",
    "reach.Unplaced": "that a text came which this house could not put anywhere: nothing of it is kept",
    "reach.KnownNumber": "a keyed index of the number that stands in her rule, made with this house's key",
    "reach.PushDevice": "where this house wakes her phone: another one cannot, and she turns it on there",
    "takeaway.Copy": "the copies themselves: a file that waits in this house, and nothing of her life",
    "takeaway.Part": "the copies themselves: a file that waits in this house, and nothing of her life",
    "takeaway.CameFrom": "stands in `houses`, word for word",
    "takeaway.Erasure": "stands in `made`: it is asked of this house, and must not be done by another",
    "takeaway.Hold": "stands in `made`: it binds this house, and no other",
}


def tables_of_a_space() -> dict[str, Any]:
    """Every table that says which space its rows are about, by label, private or not."""
    return {
        model._meta.label: model
        for model in apps.get_models(include_auto_created=True)
        if any(field.name == "partnership" and field.is_relation for field in model._meta.local_concrete_fields)
    }


def tables_in_a_copy() -> dict[str, Any]:
    """The tables whose rows stand in a copy, by label."""
    return {label: model for label, model in sorted(tables_of_a_space().items()) if label not in LEFT_OUT}


def rows_of(place: Place, model: Any) -> Any:
    """The rows of a table that she sees. Those of a floor below the way in are all hers."""
    if model._meta.db_table in private_tables():
        return model.objects.visible_to(place.by, within=place.id)
    return model._default_manager.filter(partnership_id=place.id)


def piece(place: Place, model: Any, after: uuid.UUID | None) -> list[Any]:
    """A table's next rows in the order of their ids, so many at once; nothing is kept open between two pieces."""
    rows = rows_of(place, model)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.order_by("pk")[: at_once(model)])


def at_once(model: Any) -> int:
    """How many rows of a table are read in one piece: fewer where each is large."""
    return int(getattr(model, "AT_ONCE", rules.ROWS_AT_ONCE))


def to_persons(model: Any) -> list[str]:
    """The columns of a table that name a person."""
    return [
        field.attname
        for field in columns(model)
        if isinstance(field, ForeignKey) and field.remote_field.model is Person
    ]


# Her place, asked for anew: whoever reads a piece of a copy must still be who they were.
Here = Callable[[], AbstractContextManager[Place]]


def gather(here: Here, files: dict[str, bytes]) -> dict[str, Any]:
    """All that stands in `my-copy.json`, read piece by piece; each piece asks for the place anew.

    Photos and voice notes are put into `files`, which stand beside it.
    """
    with here() as place:
        came = next(iter(CameFrom.objects.visible_to(place.by, within=place.id)), None)
        known_as = {here_id: there for there, here_id in came.known_as.items()} if came else {}
        copy = {
            "format": rules.FORMAT,
            "version": rules.VERSION,
            "made": _made(place),
            "space": _space(place, known_as),
        }
        names, named = place.names, {str(place.client_id)}
    tables: dict[str, list[dict[str, Any]]] = {}
    for label, model in tables_in_a_copy().items():
        persons, tables[label], last = to_persons(model), [], None
        while True:
            with here() as place:
                found = piece(place, model, last)
                for row in (written(each, files) for each in found):
                    named |= {row[column] for column in persons if row[column]}
                    row.update({column: known_as.get(row[column], row[column]) for column in persons})
                    tables[label].append(row)
            if len(found) < at_once(model):
                break
            last = found[-1].pk
    with here() as place:
        houses = [*(came.houses if came else []), _this_house(place, came)]
    people = [{"id": known_as.get(one, one), "called": names.get(uuid.UUID(one), "")} for one in sorted(named)]
    return {**copy, "people": sorted(people, key=lambda one: one["id"]), "tables": tables, "houses": houses}


def _space(place: Place, known_as: dict[str, str]) -> dict[str, Any]:
    client, heard_at = str(place.client_id), place.partnership.heard_at
    return {
        "id": str(place.id),
        "client": known_as.get(client, client),
        "began_at": moment(place.partnership.began_at),
        "heard_at": moment(heard_at) if heard_at else None,
    }


def _made(place: Place) -> dict[str, Any]:
    """What belongs to this house and this moment, and is not brought into another one."""
    asked = Erasure.objects.visible_to(place.by, within=place.id).filter(taken_back_at=None).first()
    return {
        "at": moment(place.by.now),
        "house": place.partnership.organisation.name,
        "language": place.by.language,
        "erased_on": moment(asked.due_at) if asked else None,
        "holds": [
            {"basis": hold.basis, "scope": hold.scope, "from": moment(hold.confirmed_at), "until": moment(hold.ends)}
            for hold in Hold.objects.filter(partnership_id=place.id, lifted_at=None).order_by("asked_at", "id")
            if hold.confirmed_at
        ],
        "closed": _closed(place),
    }


def _closed(place: Place) -> list[dict[str, Any]]:
    """What is there and is not opened: the rooms say of which of their things."""
    found: list[tuple[Kind, uuid.UUID]] = []
    for privacy in rooms():
        found += getattr(privacy, "closed", lambda place: [])(place)
    return [{"kind": str(kind), "of": str(row_id)} for kind, row_id in found]


def _this_house(place: Place, came: CameFrom | None) -> dict[str, Any]:
    """What this house did: who had a seat, and who has looked. What came along stands before it, word for word."""
    brought = {seat["id"] for house in (came.houses if came else []) for seat in house["seats"]}
    seats = [seat for seat in place.seats if str(seat.id) not in brought or came is None]
    return {
        "name": place.partnership.organisation.name,
        "organisation": str(place.partnership.organisation_id),
        "until": moment(place.by.now),
        "people": [
            {"id": str(person_id), "called": place.names.get(person_id, "")}
            for person_id in sorted({seat.person_id for seat in seats})
        ],
        "seats": [
            {
                "id": str(seat.id),
                "person": str(seat.person_id),
                "role": seat.role,
                "begins": moment(seat.begins),
                "ends": moment(seat.ends) if seat.ends else None,
            }
            for seat in sorted(seats, key=lambda seat: (seat.begins, seat.id))
        ],
        "trail": [
            {
                "at": moment(line.at),
                "actor": str(line.actor_id),
                "role": line.role,
                "doing": line.doing,
                "kind": line.kind,
                "ground": line.ground,
                "count": line.count,
                "row": str(line.row_id) if line.row_id else None,
            }
            for line in lines_for(place).order_by("seq")
        ],
        "checkpoint": _checkpoint(place),
    }


def _checkpoint(place: Place) -> dict[str, Any] | None:
    """How long her part of the trail is, and its root: whoever holds the copy can tell if a line goes later."""
    tree = TrailTree.objects.filter(id=place.id).first()
    return {"tree": str(tree.id), "size": tree.size, "root": bytes(tree.root).hex()} if tree else None


def content(copy: dict[str, Any]) -> bytes:
    """What is hers in a copy, written in the one way: the same in every house that it is brought to."""
    return canonical({part: copy[part] for part in ("format", "version", "space", "people", "tables")})


def rooms() -> list[Any]:
    """The `privacy` of every room that keeps something private, in the order of the floors."""
    names = dict.fromkeys(
        model.__module__.rsplit(".", 1)[0].removesuffix(".models") for model in private_tables().values()
    )
    return [importlib.import_module(f"{name}.privacy") for name in names]


# --- the schema ------------------------------------------------------------------------------------

_MAYBE_MOMENT = or_null(MOMENT)
_TEXT = {"type": "string"}
_PERSON = an_object({"id": UUID, "called": _TEXT})
_HOUSE = an_object(
    {
        "name": _TEXT,
        "organisation": UUID,
        "until": MOMENT,
        "people": {"type": "array", "items": _PERSON},
        "seats": {
            "type": "array",
            "items": an_object({"id": UUID, "person": UUID, "role": _TEXT, "begins": MOMENT, "ends": _MAYBE_MOMENT}),
        },
        "trail": {
            "type": "array",
            "items": an_object(
                {
                    "at": MOMENT,
                    "actor": UUID,
                    "role": _TEXT,
                    "doing": _TEXT,
                    "kind": _TEXT,
                    "ground": _TEXT,
                    "count": {"type": "integer", "minimum": 0},
                    "row": or_null(UUID),
                }
            ),
        },
        "checkpoint": or_null(
            an_object(
                {
                    "tree": UUID,
                    "size": {"type": "integer", "minimum": 0},
                    "root": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                }
            )
        ),
    }
)


def schema() -> dict[str, Any]:
    """The JSON schema of `my-copy.json`: published, and what a copy that is brought in is held to."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "my-copy.json",
        "description": (
            "Everything about one person's space. `space`, `people` and `tables` are hers and the same in every house; "
            "`made` is of the house and the moment; `houses` says what each house did, the first one first."
        ),
        **an_object(
            {
                "format": {"const": rules.FORMAT},
                "version": {"const": rules.VERSION},
                "made": an_object(
                    {
                        "at": MOMENT,
                        "house": _TEXT,
                        "language": {"type": "string", "maxLength": 8},
                        "erased_on": _MAYBE_MOMENT,
                        "holds": {
                            "type": "array",
                            "items": an_object({"basis": _TEXT, "scope": _TEXT, "from": MOMENT, "until": MOMENT}),
                        },
                        "closed": {"type": "array", "items": an_object({"kind": _TEXT, "of": UUID})},
                    }
                ),
                "space": an_object({"id": UUID, "client": UUID, "began_at": MOMENT, "heard_at": _MAYBE_MOMENT}),
                "people": {"type": "array", "items": _PERSON, "minItems": 1},
                "tables": an_object(
                    {label: {"type": "array", "items": schema_of(model)} for label, model in tables_in_a_copy().items()}
                ),
                "houses": {"type": "array", "items": _HOUSE, "minItems": 1},
            }
        ),
    }
