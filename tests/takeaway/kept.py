"""Which of the planted words are kept in which space, by opening every sealed value of its tables."""

from __future__ import annotations

import json

from alongside.access.private import private_tables
from alongside.takeaway.gathering import tables_of_a_space
from alongside.vault.fields import EncryptedText
from tests.promises.life import Life


def kept_in(life: Life, name: str) -> dict[str, str]:
    """The words that were planted in this space, and no others."""
    texts = []
    for model in tables_of_a_space().values():
        rows = model._base_manager
        if model._meta.db_table in private_tables():
            rows = rows.unguarded(because="test")
        sealed = [field.attname for field in model._meta.concrete_fields if isinstance(field, EncryptedText)]
        for row in rows.filter(partnership_id=life.cast.spaces[name]) if sealed else ():
            texts += [repr(getattr(row, column)) for column in sealed]
    together = json.dumps(texts)
    return {what: word for what, word in life.planted.items() if word in together}
