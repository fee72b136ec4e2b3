"""These houses are processes of their own, with a database of their own: the tests' own one is not needed."""

import os
import tempfile
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _django_db_marker() -> None:
    """Make no database."""


@pytest.fixture(autouse=True)
def _every_test_has_the_house() -> None:
    """Nor a house in it."""


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> None:
    """Each server collects its own."""


@pytest.fixture
def folder():
    """A folder in memory, where there is room: a kill takes nothing from a disk, so nothing need wait for one."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def disk():
    """A folder on a disk that other users may walk to: PostgreSQL runs as one, and pytest shuts its own folders."""
    with tempfile.TemporaryDirectory(prefix="alongside-nodes-") as made:
        Path(made).chmod(0o711)
        yield Path(made)
