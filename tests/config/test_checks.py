"""What must hold before real people use it: each unsafe setting is found, and good ones pass."""

import os
import secrets
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from alongside.config import checks

HOUSE = Path(__file__).resolve().parents[2]


@pytest.fixture
def good(monkeypatch, tmp_path):
    """Settings with which real people may use it, except for what a test spoils."""
    settings = SimpleNamespace(PRODUCTION=True, DEBUG=False)
    monkeypatch.setattr(checks, "settings", settings)
    settings.ALLOWED_HOSTS = ["notes.example.org"]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir(mode=0o700)
    settings.ROOT_KEY_FILE = tmp_path / "keys" / "root.key"
    settings.ROOT_KEY_FILE.parent.mkdir()
    settings.ROOT_KEY_FILE.write_bytes(secrets.token_bytes(32))
    settings.ROOT_KEY_FILE.chmod(0o400)
    settings.DATABASES = {name: {"ENGINE": checks.SQLITE, "NAME": name} for name in ("default", "keys")}
    return settings


def found():
    every = (
        checks.production_is_on,
        checks.hosts_are_named,
        checks.proxies_are_counted,
        checks.root_key_is_apart,
        checks.data_is_the_owners,
        checks.databases_keep_their_word,
    )
    return [message.id for check in every for message in check()]


def no_debug_off(settings):
    settings.DEBUG = True


def not_production(settings):
    settings.PRODUCTION = False


def no_hosts(settings):
    settings.ALLOWED_HOSTS = []


def any_host(settings):
    settings.ALLOWED_HOSTS = ["notes.example.org", "*"]


def no_proxy(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0


def key_in_the_data_folder(settings):
    settings.ROOT_KEY_FILE = settings.DATA / "deep" / "root.key"


def no_key(settings):
    settings.ROOT_KEY_FILE.unlink()


def key_for_the_group(settings):
    settings.ROOT_KEY_FILE.chmod(0o440)


def half_a_key(settings):
    settings.ROOT_KEY_FILE.chmod(0o600)
    settings.ROOT_KEY_FILE.write_bytes(secrets.token_bytes(16))


def open_data(settings):
    settings.DATA.chmod(0o755)


def postgresql_without_keys(settings):
    settings.DATABASES["default"] = {"ENGINE": "django.db.backends.postgresql", "NAME": "alongside"}


def one_database_for_both(settings):
    for name in ("default", "keys"):
        settings.DATABASES[name] = {"ENGINE": "django.db.backends.postgresql", "NAME": "alongside", "HOST": "db"}


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (no_debug_off, "E001"),
        (not_production, "E002"),
        (no_hosts, "E003"),
        (any_host, "E003"),
        (no_proxy, "E004"),
        (key_in_the_data_folder, "E005"),
        (no_key, "E006"),
        (key_for_the_group, "E007"),
        (half_a_key, "E008"),
        (open_data, "E009"),
        (postgresql_without_keys, "E011"),
        (one_database_for_both, "E012"),
    ],
)
def test_one_unsafe_setting_is_found_and_nothing_else(good, spoil, expected):
    assert found() == []
    spoil(good)
    assert found() == [f"alongside.{expected}"]


def test_an_old_sqlite_is_found(good, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 46, 0))
    assert found() == ["alongside.E010"]


def test_two_postgresql_databases_are_fine(good):
    for name in ("default", "keys"):
        good.DATABASES[name] = {"ENGINE": "django.db.backends.postgresql", "NAME": name, "HOST": "db"}
    assert found() == []


def manage(tmp_path, *command, **changes):
    """Run a command of the house as its host would, in production with good settings and these changes."""
    key = tmp_path / "root.key"
    if not key.exists():
        key.write_bytes(secrets.token_bytes(32))
        key.chmod(0o400)
    given = {
        "ALONGSIDE_DATA": str(tmp_path / "data"),
        "ALONGSIDE_PRODUCTION": "1",
        "ALONGSIDE_HOSTS": "notes.example.org",
        "ALONGSIDE_PROXIES": "1",
        "ALONGSIDE_ROOT_KEY_FILE": str(key),
        "PORT": "0",
        **changes,
    }
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("ALONGSIDE_", "DATABASE", "KEYS"))
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=HOUSE,
        env=clean | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.once
def test_check_deploy_is_clean_with_good_settings_and_not_with_bad_ones(tmp_path):
    command = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    good = manage(tmp_path, *command)
    assert good.returncode == 0, good.stderr
    bad = manage(tmp_path, *command, ALONGSIDE_HOSTS="", ALONGSIDE_ROOT_KEY_FILE="")
    assert bad.returncode == 1
    assert "alongside.E003" in bad.stderr
    assert "alongside.E005" in bad.stderr


@pytest.mark.once
def test_the_server_does_not_start_with_unsafe_settings_and_says_why_in_sentences(tmp_path):
    answer = manage(tmp_path, "-m", "alongside.config.serve", ALONGSIDE_HOSTS="", ALONGSIDE_ROOT_KEY_FILE="")
    assert answer.returncode == 1
    assert "ALONGSIDE_HOSTS does not say" in answer.stderr
    assert "The root key lies in the data folder" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "data" / "root.key").exists(), "in production nothing makes a root key by itself"
    assert not (tmp_path / "data" / "alongside.sqlite3").exists()
