"""What must hold before real people use it: `manage.py check --deploy` says so, and the server does not start.

Each is about ALONGSIDE_PRODUCTION=1; Django adds its own about cookies, HTTPS and headers.
"""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from alongside.access import wall
from alongside.config.sqlite.base import refuse_unsafe_sqlite
from alongside.reach import channels
from alongside.vault.keys import KEY_BYTES

SQLITE = "alongside.config.sqlite"
POSTGRESQL = "django.db.backends.postgresql"


@register(Tags.security, deploy=True)
def production_is_on(**options: Any) -> list[CheckMessage]:
    """Without it, cookies go over plain HTTP."""
    if settings.PRODUCTION and not settings.DEBUG:
        return []
    if settings.DEBUG:
        return [Error("DEBUG is on: it shows the inside of the house to everybody.", id="alongside.E001")]
    return [Error("ALONGSIDE_PRODUCTION is not set to 1.", id="alongside.E002")]


@register(Tags.security, deploy=True)
def hosts_are_named(**options: Any) -> list[CheckMessage]:
    """A name that is not ours could be put into links and forms."""
    if settings.ALLOWED_HOSTS and not any(host in ("*", ".") for host in settings.ALLOWED_HOSTS):
        return []
    return [
        Error(
            "ALONGSIDE_HOSTS does not say which host names this installation answers to.",
            hint="Set it to the name in people's address bar, for example ALONGSIDE_HOSTS=notes.example.org.",
            id="alongside.E003",
        )
    ]


@register(Tags.security, deploy=True)
def proxies_are_counted(**options: Any) -> list[CheckMessage]:
    """Behind an uncounted proxy everybody seems to have one address, and five wrong PINs lock out all."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT > 0:
        return []
    return [
        Error(
            "ALONGSIDE_PROXIES is 0, but HTTPS needs a proxy in front of this server.",
            hint="Set it to the number of proxies, mostly 1. Each must set X-Forwarded-For and X-Forwarded-Proto.",
            id="alongside.E004",
        )
    ]


@register(Tags.security, deploy=True)
def root_key_is_apart(**options: Any) -> list[CheckMessage]:
    """A copy of the data folder must not open what is in it."""
    path: Path = settings.ROOT_KEY_FILE
    make_one = f"Make one with: umask 277; head -c {KEY_BYTES} /dev/urandom > FILE; keep a copy in a safe."
    if path.is_relative_to(settings.DATA):
        return [
            Error(
                "The root key lies in the data folder: whoever copies the one has the other.",
                hint=f"Name a file elsewhere with ALONGSIDE_ROOT_KEY_FILE. {make_one}",
                id="alongside.E005",
            )
        ]
    try:
        found = path.stat()
    except OSError:
        return [Error("ALONGSIDE_ROOT_KEY_FILE names a file that cannot be read.", hint=make_one, id="alongside.E006")]
    messages: list[CheckMessage] = []
    if stat.S_IMODE(found.st_mode) & 0o077:
        messages.append(
            Error("Others than its owner can read the root key.", hint=f"Run: chmod 400 {path}", id="alongside.E007")
        )
    if found.st_size != KEY_BYTES:
        messages.append(Error(f"The root key must have {KEY_BYTES} bytes.", hint=make_one, id="alongside.E008"))
    return messages


@register(Tags.security, deploy=True)
def data_is_the_owners(**options: Any) -> list[CheckMessage]:
    """Texts are encrypted; who has a space with whom is not."""
    if not stat.S_IMODE(settings.DATA.stat().st_mode) & 0o077:
        return []
    return [
        Error(
            "Others than its owner can look into the data folder.",
            hint=f"Run: chmod 700 {settings.DATA}",
            id="alongside.E009",
        )
    ]


@register(Tags.security, deploy=True)
def databases_keep_their_word(**options: Any) -> list[CheckMessage]:
    """A sound SQLite; and keys in a database of their own."""
    default, keys = settings.DATABASES["default"], settings.DATABASES["keys"]
    messages: list[CheckMessage] = []
    if SQLITE in (default["ENGINE"], keys["ENGINE"]):
        try:
            refuse_unsafe_sqlite(sqlite3.sqlite_version_info)
        except ImproperlyConfigured as error:
            messages.append(Error(str(error), id="alongside.E010"))
    if default["ENGINE"] != SQLITE and keys["ENGINE"] == SQLITE:
        messages.append(
            Error(
                "DATABASE_URL names a PostgreSQL and KEYS_DATABASE_URL none: other nodes would not find the keys.",
                hint="Name a second database, whose backups are kept for a short time only.",
                id="alongside.E011",
            )
        )
    elif _where(default) == _where(keys):
        messages.append(
            Error(
                "DATABASE_URL and KEYS_DATABASE_URL name the same database.",
                hint="Name a second database, whose backups are kept for a short time only.",
                id="alongside.E012",
            )
        )
    return messages


@register(Tags.security, deploy=True)
def the_wall_stands(**options: Any) -> list[CheckMessage]:
    """On PostgreSQL the application is somebody for whom the database's own wall holds, and it stands."""
    if settings.DATABASES["default"]["ENGINE"] != POSTGRESQL:
        return []
    if not settings.DATABASE_OWNER or settings.DATABASE_OWNER["USER"] == settings.DATABASES["default"]["USER"]:
        return [
            Error(
                "DATABASE_OWNER_URL does not name a role of its own that lays the tables.",
                hint="Give DATABASE_URL a role that owns nothing, and DATABASE_OWNER_URL the one that owns the tables.",
                id="alongside.E013",
            )
        ]
    try:
        amiss = [*wall.amiss_with_role(), *wall.amiss()]
    except DatabaseError as error:
        return [Error(f"The database cannot be asked about its wall: {error}", id="alongside.E014")]
    mend = "Look at “PostgreSQL” in docs/how-to/host.md, then run: manage.py wall"
    return [Error(sentence, hint=mend, id="alongside.E015") for sentence in amiss]


@register(Tags.security, deploy=True)
def what_leaves_is_safe(**options: Any) -> list[CheckMessage]:
    """A number or an address is somebody's secret on the way, too."""
    look = "Look at docs/how-to/send-texts-and-mail.md."
    return [Error(sentence, hint=look, id="alongside.E016") for sentence in channels.amiss()]


def _where(database: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(str(database.get(part) or "") for part in ("ENGINE", "HOST", "PORT", "NAME"))
