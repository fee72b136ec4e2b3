"""Rows as they stand in a copy, and back again; and the schema that both sides are held to.

One table says for each sort of column what it is in JSON (`_SORTS`). Writing a row, reading one and
the published schema are all made from it, so that they cannot say different things.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from alongside.takeaway import rules
from alongside.vault.fields import EncryptedBytes, EncryptedJSON, EncryptedText
from alongside.vault.keys import fingerprint

UUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
MOMENT = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$"}
DAY = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
HOUR = {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}:[0-9]{2}$"}
# Bytes stand in a file of their own beside the rows: which one, how long it is, and its SHA-256.
FILE = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "pattern": "^attached/[0-9a-f-]{36}[.][0-9a-z]{1,5}$"},
        "bytes": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    "required": ["file", "bytes", "sha256"],
    "additionalProperties": False,
}
# Which words of the row are pinned, by the way to them, and their SHA-256: anybody can check it.
PINNED = {
    "type": "object",
    "properties": {
        "words": {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    "required": ["words", "sha256"],
    "additionalProperties": False,
}


def moment(value: datetime.datetime) -> str:
    """A moment as it stands in a copy: in UTC, to the microsecond."""
    return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_moment(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.UTC)


@dataclass(frozen=True)
class _Sort:
    """How a sort of column is written, read, and described."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    schema: Callable[[models.Field[Any, Any]], dict[str, Any]]


def _as_it_is(value: Any) -> Any:
    return value


def _text(field: models.Field[Any, Any]) -> dict[str, Any]:
    longest = {"maxLength": field.max_length} if field.max_length else {}
    words = [*({""} if field.blank else ()), *(value for value, _ in field.flatchoices)] if field.choices else []
    return {"type": "string", **({"enum": words} if words else longest)}


def _number(field: models.Field[Any, Any]) -> dict[str, Any]:
    lowest = {"minimum": 0} if isinstance(field, models.PositiveIntegerField | models.PositiveSmallIntegerField) else {}
    return {
        "type": "integer",
        **lowest,
        "maximum": 2**63 - 1 if isinstance(field, models.BigIntegerField) else 2**31 - 1,
    }


# The first that fits counts.
_SORTS: list[tuple[type[models.Field[Any, Any]], _Sort]] = [
    (EncryptedBytes, _Sort(_as_it_is, _as_it_is, lambda field: FILE)),
    (EncryptedJSON, _Sort(_as_it_is, _as_it_is, lambda field: {})),
    (EncryptedText, _Sort(_as_it_is, _as_it_is, lambda field: {"type": "string"})),
    (models.ForeignKey, _Sort(str, uuid.UUID, lambda field: UUID)),
    (models.UUIDField, _Sort(str, uuid.UUID, lambda field: UUID)),
    (models.DateTimeField, _Sort(moment, from_moment, lambda field: MOMENT)),
    (models.DateField, _Sort(datetime.date.isoformat, datetime.date.fromisoformat, lambda field: DAY)),
    (models.TimeField, _Sort(lambda hour: hour.strftime("%H:%M:%S"), datetime.time.fromisoformat, lambda field: HOUR)),
    (models.BooleanField, _Sort(_as_it_is, _as_it_is, lambda field: {"type": "boolean"})),
    (models.CharField, _Sort(_as_it_is, _as_it_is, _text)),
    (models.TextField, _Sort(_as_it_is, _as_it_is, _text)),
    (models.IntegerField, _Sort(_as_it_is, _as_it_is, _number)),
]


def _sort(field: models.Field[Any, Any]) -> _Sort:
    for kind, sort in _SORTS:
        if isinstance(field, kind):
            return sort
    raise TypeError(
        f"{field} is of a sort that a copy does not know yet: say in takeaway/fields.py what it is in JSON."
    )


def columns(model: Any) -> list[Any]:
    """The columns of a table that stand in a copy. The partnership is the whole copy's."""
    return [field for field in model._meta.concrete_fields if field.name != "partnership"]


def _is_pin(field: Any) -> bool:
    """A keyed fingerprint means nothing without the key of this house; what it pins does."""
    return bool(field.name == "fingerprint")


# --- writing ---------------------------------------------------------------------------------------


def _texts(value: Any, way: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield way, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, (*way, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*way, number))


def _pinned(row: Any, field: Any) -> dict[str, Any] | None:
    """Where the words are that a fingerprint pins; `None` when there is none, or when they are not these any more."""
    stored = getattr(row, field.attname)
    if not stored:
        return None
    for other in columns(type(row)):
        if isinstance(other, EncryptedText):
            for way, words in _texts(getattr(row, other.attname), (other.name,)):
                if fingerprint(row.partnership_id, words) == stored:
                    return {"words": list(way), "sha256": hashlib.sha256(words.encode()).hexdigest()}
    return None


def written(row: Any, files: dict[str, bytes]) -> dict[str, Any]:
    """A row as it stands in a copy: every column, encrypted ones opened, ids kept. Bytes are put into `files`."""
    found: dict[str, Any] = {}
    for field in columns(type(row)):
        if _is_pin(field):
            found[field.name] = _pinned(row, field)
            continue
        if isinstance(field, EncryptedBytes):
            found[field.attname] = _put_beside(row, getattr(row, field.attname), files)
            continue
        value = getattr(row, field.attname)
        found[field.attname] = None if value is None else _sort(field).write(value)
    return found


def _put_beside(row: Any, content: bytes, files: dict[str, bytes]) -> dict[str, Any]:
    name = f"{rules.ATTACHED}{row.file_name()}"
    files[name] = content
    return {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


# --- reading ---------------------------------------------------------------------------------------


class WordsWereChanged(Exception):
    """Words that were pinned are not the same any more, to the letter."""


def _words_at(row: dict[str, Any], way: list[str | int]) -> str:
    value: Any = row
    for step in way:
        value = value[step]
    if not isinstance(value, str):
        raise WordsWereChanged
    return value


def read(model: Any, row: dict[str, Any], *, partnership_id: uuid.UUID, files: dict[str, bytes]) -> Any:
    """A row of a copy, whose schema was checked, as a row of this house; its words are pinned under the new key."""
    given: dict[str, Any] = {"partnership_id": partnership_id}
    for field in columns(model):
        value = row[field.name if _is_pin(field) else field.attname]
        if _is_pin(field):
            given[field.name] = "" if value is None else _pin(row, value, partnership_id)
        elif isinstance(field, EncryptedBytes):
            given[field.attname] = _found_beside(value, files)
        else:
            given[field.attname] = None if value is None else _sort(field).read(value)
    return model(**given)


def _found_beside(said: dict[str, Any], files: dict[str, bytes]) -> bytes:
    content = files.get(said["file"], b"")
    if len(content) != said["bytes"] or hashlib.sha256(content).hexdigest() != said["sha256"]:
        raise WordsWereChanged
    return content


def _pin(row: dict[str, Any], pinned: dict[str, Any], partnership_id: uuid.UUID) -> str:
    try:
        words = _words_at(row, pinned["words"])
    except (KeyError, IndexError, TypeError) as error:
        raise WordsWereChanged from error
    if hashlib.sha256(words.encode()).hexdigest() != pinned["sha256"]:
        raise WordsWereChanged
    return fingerprint(partnership_id, words)


# --- the schema ------------------------------------------------------------------------------------


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, or nothing."""
    return {"anyOf": [schema, {"type": "null"}]} if schema else {}


def schema_of(model: Any) -> dict[str, Any]:
    """The JSON schema of a table's rows."""
    properties = {}
    for field in columns(model):
        if _is_pin(field):
            properties[field.name] = or_null(PINNED)
        else:
            schema = _sort(field).schema(field)
            properties[field.attname] = or_null(schema) if field.null else schema
    return an_object(properties)


def an_object(properties: dict[str, Any]) -> dict[str, Any]:
    """An object with these properties, all of them, and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def amiss(value: Any, schema: dict[str, Any], where: str = "") -> str | None:
    """Where a value is not as its schema says, or `None`. Knows the words of JSON Schema that ours uses, and no others.

    A test holds it against an implementation that others wrote.
    """
    if "anyOf" in schema:
        tried = [amiss(value, each, where) for each in schema["anyOf"]]
        return None if None in tried else tried[0]
    wanted = schema.get("type", [])
    types = [wanted] if isinstance(wanted, str) else wanted
    if types and not any(_TYPES[each](value) for each in types):
        return where
    if "const" in schema and value != schema["const"]:
        return where
    if "enum" in schema and value not in schema["enum"]:
        return where
    if isinstance(value, str):
        return where if _text_amiss(value, schema) else None
    if isinstance(value, int) and not isinstance(value, bool):
        lowest, highest = schema.get("minimum"), schema.get("maximum")
        return where if (lowest is not None and value < lowest) or (highest is not None and value > highest) else None
    if isinstance(value, list) and "items" in schema:
        if len(value) < schema.get("minItems", 0):
            return where
        return next(
            (wrong for n, each in enumerate(value) if (wrong := amiss(each, schema["items"], f"{where}/{n}"))), None
        )
    if isinstance(value, dict) and "properties" in schema:
        return _object_amiss(value, schema, where)
    return None


def _text_amiss(value: str, schema: dict[str, Any]) -> bool:
    longest, pattern = schema.get("maxLength"), schema.get("pattern")
    return (longest is not None and len(value) > longest) or (pattern is not None and not re.fullmatch(pattern, value))


def _object_amiss(value: dict[str, Any], schema: dict[str, Any], where: str) -> str | None:
    properties = schema["properties"]
    for name in (*(name for name in schema.get("required", ()) if name not in value),
                 *(name for name in value if name not in properties)):  # fmt: skip
        return f"{where}/{name}"
    return next(
        (wrong for name, each in value.items() if (wrong := amiss(each, properties[name], f"{where}/{name}"))), None
    )


def canonical(value: Any) -> bytes:
    """The one way in which a value is written, so that the same is the same to the byte."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
