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
TEND_SECONDS = Setting(
    "ALONGSIDE_TEND_SECONDS",
    "Every how many seconds the server does what is due: what is queued leaves, what has ended is put away. "
    "0: this process does not, and another one or `manage.py tend` does.",
    "5",
)
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
OFFICERS = Setting(
    "ALONGSIDE_OFFICERS",
    "The file with the public keys (age) of those who can open a backup, one a line; two at least, so that one lost "
    "key is no loss.",
    "",
)
BACKUP_DAYS = Setting("ALONGSIDE_BACKUP_DAYS", "After how many days a backup of the data is deleted.", "35")
KEYS_BACKUP_DAYS = Setting(
    "ALONGSIDE_KEYS_BACKUP_DAYS",
    "After how many days a backup of the keys is deleted; 7 at most, since an erasure is complete only then.",
    "7",
)
ERASED_LIST = Setting(
    "ALONGSIDE_ERASED_LIST",
    "The file in which each erasure is noted, as a moment and a number without a name, so that an older backup that "
    "is given back is without them. Best on another machine’s disk; `erased.txt` in the data folder by itself.",
    "",
)
TEXT_URL = Setting(
    "ALONGSIDE_TEXT_URL",
    "Where text messages go: an HTTP gateway (https://…), a folder with a file for each (file:/…), or the screen "
    "(console:). Without it no text message leaves. See `docs/how-to/send-texts-and-mail.md`.",
    "",
)
TEXT_KEY_FILE = Setting("ALONGSIDE_TEXT_KEY_FILE", "The file with the key that the gateway gave you.", "")
TEXT_HEADER = Setting(
    "ALONGSIDE_TEXT_HEADER",
    "The header that carries the key, with {key} where it stands.",
    "Authorization: Bearer {key}",
)
TEXT_METHOD = Setting("ALONGSIDE_TEXT_METHOD", "The HTTP method that the gateway wants.", "POST")
TEXT_FORMAT = Setting("ALONGSIDE_TEXT_FORMAT", "How the gateway wants it: json or form.", "json")
TEXT_FIELDS = Setting(
    "ALONGSIDE_TEXT_FIELDS",
    "What the gateway calls the number, the words and the id by which it knows a second arrival; a field of your own "
    "begins with +, as in +from=12345.",
    "to=to,text=text,id=id",
)
TEXT_SECRET_FILE = Setting(
    "ALONGSIDE_TEXT_SECRET_FILE",
    "The file with the secret by which the gateway signs the texts that it hands in, one to a line while one is being "
    "changed. Without it none come in.",
    "",
)
TEXT_IN_FIELDS = Setting(
    "ALONGSIDE_TEXT_IN_FIELDS", "What the gateway calls the sender and the words of a text that it hands in.",
    "from=from,text=text",
)  # fmt: skip
COUNTRY_CODE = Setting(
    "ALONGSIDE_COUNTRY_CODE",
    "The code of the country, without the +, for phone numbers that begin with a single 0, as 44.",
    "",
)
MAIL_URL = Setting(
    "ALONGSIDE_MAIL_URL",
    "Where e-mail goes: smtp://user:password@host:587 or smtps://…:465, both with TLS; file:/… or console: for trying "
    "it out. Without it no e-mail leaves.",
    "",
)
MAIL_FROM = Setting(
    "ALONGSIDE_MAIL_FROM",
    "The address that e-mails come from. Its domain stands in every one of them: pick one that says nothing.",
    "",
)
PUSH_CONTACT = Setting(
    "ALONGSIDE_PUSH_CONTACT",
    "Turns notices on a person’s own phone on (Web Push, without any content), and says how a push service reaches "
    "whoever runs this house: mailto:… or https://…. It stands in every push: pick one that says nothing. "
    "Without it there are none.",
    "",
)
PUSH_HOSTS = Setting(
    "ALONGSIDE_PUSH_HOSTS",
    "The push services that this house may call, by the ends of their names, with commas between them. A browser "
    "names its own; anything else is refused, so that nobody has the server call a machine beside it.",
    "push.services.mozilla.com,fcm.googleapis.com,push.apple.com,notify.windows.com",
)
PUSH_KEY_FILE = Setting(
    "ALONGSIDE_PUSH_KEY_FILE",
    "The file with the key by which push services know this house again, `push.key` in the data folder unless this "
    "names another; made when it is first needed. Several nodes need the same one.",
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
    SECRET_FILE, PROXIES, THREADS, TEND_SECONDS, LEAVE_TO, SITE_TITLE, WORDS, KEEP_YEARS, OFFICERS, BACKUP_DAYS,
    KEYS_BACKUP_DAYS, ERASED_LIST, TEXT_URL,
    TEXT_KEY_FILE, TEXT_HEADER, TEXT_METHOD, TEXT_FORMAT, TEXT_FIELDS, TEXT_SECRET_FILE, TEXT_IN_FIELDS, COUNTRY_CODE,
    MAIL_URL, MAIL_FROM, PUSH_CONTACT, PUSH_HOSTS, PUSH_KEY_FILE, DEMO,
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


def push_key_file() -> Path:
    return Path(PUSH_KEY_FILE.read() or data_folder() / "push.key").expanduser().resolve()


def kept_in(file: Setting) -> str:
    """Return the text in the file that a setting names, or nothing where it names none."""
    return Path(file.read()).expanduser().read_text().strip() if file.read() else ""


def signing_secret() -> str:
    return secret_kept_in(Path(SECRET_FILE.read() or data_folder() / "secret.key").expanduser().resolve())
