"""Model fields whose values are encrypted before they leave the process.

A model with such a field has `key_scope()` (whose key) and a primary key known before it is saved.
Values open when they are first read, one by one, so that a list costs only what it shows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from alongside.vault import keys

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class Sealed(bytes):
    """A value as the database has it: encrypted."""


class _OpensOnRead(DeferredAttribute):
    field: EncryptedText

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = self.field.opened(instance, value)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedText(_Field):
    """A text of any length, encrypted with AES-256-GCM and bound to its row and column."""

    descriptor_class = _OpensOnRead
    empty_strings_allowed = True
    description = "encrypted text"

    def get_internal_type(self) -> str:
        return "BinaryField"

    def _place(self, instance: Any) -> dict[str, Any]:
        return {
            "scope": instance.key_scope(),
            "table": instance._meta.db_table,
            "column": self.column,
            "row": str(instance.pk),
        }

    def opened(self, instance: Any, sealed: Sealed) -> Any:
        return self.from_plain(keys.open_sealed(bytes(sealed), **self._place(instance)))

    def from_plain(self, plain: bytes) -> Any:
        return plain.decode()

    def to_plain(self, value: Any) -> bytes:
        if not isinstance(value, str):
            raise TypeError(f"{self.name} takes a str, not {type(value).__name__}.")
        return value.encode()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: Any, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed) and add:
            raise TypeError(f"{self.name} was sealed for another row: read it before it is written to a new one.")
        if value is None or isinstance(value, Sealed):
            return value
        return Sealed(keys.seal(self.to_plain(value), **self._place(model_instance)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise TypeError(f"{self.name} is encrypted: it can be neither compared nor written without its row.")
        return None if value is None else connection.Database.Binary(bytes(value))

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_to_string(self, obj: Any) -> str:
        raise TypeError(f"{self.name} is encrypted and is not written out by a serializer.")


class EncryptedJSON(EncryptedText):
    """A value made of dicts, lists, texts and numbers, encrypted as one JSON text."""

    description = "encrypted JSON"

    def from_plain(self, plain: bytes) -> Any:
        return json.loads(plain)

    def to_plain(self, value: Any) -> bytes:
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True).encode()


class EncryptedBytes(EncryptedText):
    """Bytes, a picture or a piece of a file, encrypted like a text."""

    description = "encrypted bytes"

    def from_plain(self, plain: bytes) -> Any:
        return plain

    def to_plain(self, value: Any) -> bytes:
        if not isinstance(value, bytes):
            raise TypeError(f"{self.name} takes bytes, not {type(value).__name__}.")
        return value
