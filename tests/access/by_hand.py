"""What somebody may do who has the whole database: as its owner, past the application, over a line of their own.

On PostgreSQL the application does not own the trail and cannot take its lock off. So what is tampered with there was
really written before: such a test is marked `committed`, and no lock of its own stands in the owner's way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from alongside.config.owner import as_owner
from tests.house import ON_POSTGRESQL, trail_unlocked

committed = pytest.mark.django_db(transaction=ON_POSTGRESQL, databases=["default", "keys"])


@contextmanager
def lock_taken_off() -> Iterator[None]:
    """The append-only lock is off the trail and its checkpoints, and the owner does whatever is done meanwhile."""
    with as_owner():
        if ON_POSTGRESQL:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
        with trail_unlocked():
            yield


@contextmanager
def undone() -> Iterator[None]:
    """Whatever was done meanwhile never was: the next thing is tried on the trail as it had been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
