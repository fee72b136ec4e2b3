"""Every setting that an agency can make, in one table; `docs/reference/settings.md` is made from it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
TRUE = {"1", "true", "yes", "on"}


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, what it does, and what holds when it is not set."""

    name: str
    meaning: str
    default: str = ""

    def read(self) -> str:
        return os.environ.get(self.name, "") or self.default

    def is_on(self) -> bool:
        return self.read().lower() in TRUE


DATA = Setting(
    "ALONGSIDE_DATA", "The folder that holds the database, the keys and everything uploaded.", str(HOUSE / "data")
)
PORT = Setting("PORT", "The port that the server listens on.", "8000")
BIND = Setting("ALONGSIDE_BIND", "The address that the server listens on.", "127.0.0.1")
PRODUCTION = Setting(
    "ALONGSIDE_PRODUCTION",
    "Set to 1 where real people use it: HTTPS is required and unsafe settings stop the start.",
    "0",
)
HOSTS = Setting("ALONGSIDE_HOSTS", "The host names it answers to, with commas between them. Needed in production.", "")
DATABASE_URL = Setting(
    "DATABASE_URL", "The database. SQLite in the data folder unless this names a PostgreSQL (postgres://…).", ""
)
DATABASE_OWNER_URL = Setting(
    "DATABASE_OWNER_URL",
    "The same PostgreSQL as DATABASE_URL, with the role that owns the tables; only laying them uses it. The role in "
    "DATABASE_URL owns nothing, and is neither a superuser nor BYPASSRLS, so that the database’s own wall holds for "
    "it. Needed in production with PostgreSQL.",
    "",
)
KEYS_DATABASE_URL = Setting(
    "KEYS_DATABASE_URL",
    "The store of wrapped keys, apart from the data so that its backups can be short-lived. "
    "Needed with PostgreSQL; a second SQLite file otherwise.",
    "",
)
ROOT_KEY_FILE = Setting(
    "ALONGSIDE_ROOT_KEY_FILE",
    "The file with the root key that wraps all others. In production it must lie outside the data folder.",
    "",
)
SECRET_FILE = Setting(
    "ALONGSIDE_SECRET_FILE", "The file with the secret that signs sessions; made at the first start.", ""
)
PROXIES = Setting("ALONGSIDE_PROXIES", "How many trusted proxies stand in front, whose X-Forwarded-For counts.", "0")
THREADS = Setting("ALONGSIDE_THREADS", "How many requests are worked on at once in one process.", "4")
LEAVE_TO = Setting(
    "ALONGSIDE_LEAVE_TO",
    "The harmless public page that “Leave this page” opens. Pick one without a history of its own.",
    "https://www.wikipedia.org/",
)
SITE_TITLE = Setting(
    "ALONGSIDE_SITE_TITLE", "The neutral name in the browser's tab and history, the same on every page.", "Notes"
)
KEEP_YEARS = Setting(
    "ALONGSIDE_KEEP_YEARS",
    "How many years a space is kept in which nothing is done any more; then it is erased. She sees it. "
    "Nothing: as long as she wants.",
    "",
)
WORDS = Setting(
    "ALONGSIDE_WORDS",
    "The folder with the agency’s own lists of words, en.toml, es.toml and ar.toml, which add to the house’s "
    "and change them; `words` in the data folder unless this names another.",
    "",
)
DEMO = Setting("ALONGSIDE_DEMO", "Set by `make demo`: shows a line that the people are made up.", "0")

SETTINGS = (
    DATA, PORT, BIND, PRODUCTION, HOSTS, DATABASE_URL, DATABASE_OWNER_URL, KEYS_DATABASE_URL, ROOT_KEY_FILE,
    SECRET_FILE, PROXIES, THREADS, LEAVE_TO, SITE_TITLE, WORDS, KEEP_YEARS, DEMO,
)  # fmt: skip


def data_folder() -> Path:
    """Return the data folder, made with access for its owner alone if it was not there."""
    folder = Path(DATA.read()).expanduser().resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def root_key_file() -> Path:
    return Path(ROOT_KEY_FILE.read() or data_folder() / "root.key").expanduser().resolve()


def secret_kept_in(path: Path) -> str:
    """Return the text in `path`; the first time, write 50 random bytes there for its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
        file.flush()
        os.fsync(file.fileno())
    return path.read_text().strip()


def signing_secret() -> str:
    return secret_kept_in(Path(SECRET_FILE.read() or data_folder() / "secret.key").expanduser().resolve())
