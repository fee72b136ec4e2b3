"""Django's settings. What an agency may change stands in `environment.py`; the rest is the house's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from alongside.config import environment as env
from alongside.config.databases import parsed
from alongside.reach.rules import secret_in

PRODUCTION = env.PRODUCTION.is_on()
DEMO = env.DEMO.is_on()
DATA = env.data_folder()
DEBUG = False
SECRET_KEY = env.signing_secret()
ROOT_KEY_FILE = env.root_key_file()
ALLOWED_HOSTS = [host.strip() for host in env.HOSTS.read().split(",") if host.strip()]
if not PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]", "testserver"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "alongside.config",
    "alongside.kit",
    "alongside.vault",
    "alongside.people",
    "alongside.consent",
    "alongside.access",
    "alongside.live",
    "alongside.plain",
    "alongside.attached",
    "alongside.reach",
    "alongside.agreement",
    "alongside.record",
    "alongside.notes",
    "alongside.topics",
    "alongside.decisions",
    "alongside.safety",
    "alongside.conversations",
    "alongside.journeys",
    "alongside.glass",
    "alongside.sharing",
    "alongside.takeaway",
    "alongside.search",
    "alongside.together",
    "alongside.web",
    # After ours, so that our templates take the place of theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "alongside.web.middleware.headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "alongside.people.sessions.keep_short",
    "alongside.access.middleware.who_is_looking",
    "alongside.web.middleware.bad_line",
    "alongside.web.middleware.own_language",
    "alongside.web.middleware.refusals",
    "alongside.access.middleware.closed_by_default",
]
if not PRODUCTION:
    MIDDLEWARE.append("alongside.access.middleware.get_never_writes")

ROOT_URLCONF = "alongside.config.urls"
WSGI_APPLICATION = "alongside.config.wsgi.application"
ASGI_APPLICATION = "alongside.config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "alongside.web.frame.frame",
            ],
        },
    }
]
FORM_RENDERER = "alongside.web.frame.FormRenderer"

# --- Where things are kept ---------------------------------------------------------------------

SQLITE: dict[str, Any] = {
    "ENGINE": "alongside.config.sqlite",
    "CONN_MAX_AGE": None,
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 5},
}
POSTGRESQL: dict[str, Any] = {
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": True,
    "OPTIONS": {
        # A pooler in transaction mode cannot keep prepared statements.
        "prepare_threshold": None,
        # Of several hosts, the one that takes writes; one that is away is left after two seconds.
        "connect_timeout": 2,
        "target_session_attrs": "read-write",
        # A server whose machine died without a word is noticed within about ten seconds.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    },
}


def _database(url: str, file: str) -> dict[str, Any]:
    if not url:
        return {**SQLITE, "NAME": DATA / file, "TEST": {"NAME": ":memory:"}}
    database = parsed(url)
    if "sqlite" in database["ENGINE"]:
        return {**SQLITE, "NAME": database["NAME"]}
    return {**database, **POSTGRESQL, "OPTIONS": {**database.get("OPTIONS", {}), **POSTGRESQL["OPTIONS"]}}


DATABASES = {
    "default": _database(env.DATABASE_URL.read(), "alongside.sqlite3"),
    "keys": {
        **_database(env.KEYS_DATABASE_URL.read(), "keys.sqlite3"),
        "TEST": {"NAME": "test_alongside_keys"} if env.KEYS_DATABASE_URL.read() else {"NAME": ":memory:"},
    },
}
# Who lays the tables of a PostgreSQL; the application itself connects as a role that owns nothing.
DATABASE_OWNER: dict[str, Any] = (
    {part: parsed(env.DATABASE_OWNER_URL.read())[part] for part in ("USER", "PASSWORD", "HOST", "PORT")}
    if env.DATABASE_OWNER_URL.read()
    else {}
)
DATABASE_ROUTERS = ["alongside.vault.router.KeyRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Shared by every thread and process: a one-time code must not be accepted once per process.
    # With the usual 300 entries a flood of wrong sign-ins would push out the limits that stop it.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Signing in --------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["alongside.people.backends.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/"
LOGIN_REDIRECT_URL = "/today/"

# allauth signs in staff, by e-mail address and password. The address is found by its blind index:
# there is no column for it, and allauth's own table of addresses stays empty.
ACCOUNT_ADAPTER = "alongside.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {"login": "alongside.people.forms.StaffSignIn"}
# Five tries an account in five minutes. A whole shelter or library may share one address, so the
# part per address is high and only keeps a machine from being worn out. The account comes first:
# tries on one that is locked do not count against the address.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "5/5m/key,300/m/ip",
    "card": "5/5m/key,300/m/ip",
    "change_password": "5/5m/user",
    "reauthenticate": "10/m/user",
    # The reference of a space has eight letters: nobody guesses one, and nobody tries for long.
    "look_in": "10/10m/user",
}

# The second step of staff: a passkey, or codes from an app. A code counts for its own half minute
# and is remembered as long, so that it is accepted once: no tolerance for earlier ones. There is no
# "trust this device" and no way around.
MFA_ADAPTER = "alongside.people.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 0
MFA_TRUST_ENABLED = False
MFA_FORMS = {
    "authenticate": "alongside.people.forms.SecondStep",
    "reauthenticate": "alongside.people.forms.SecondStepAgain",
    "activate_totp": "alongside.people.forms.SetUpApp",
}

# How long somebody stays signed in stands in `people/rules.py`. This is for a browser in which
# nobody is signed in yet: half-way through signing in, or through joining.
SESSION_ENGINE = "alongside.people.session_store"
SESSION_COOKIE_AGE = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
REFUSED_VIEW = "alongside.web.views.refused"  # draws the page that says why something did not happen
CSRF_FAILURE_VIEW = "alongside.web.views.form_too_old"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Languages ---------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("ar", "العربية")]
LOCALE_PATHS = [env.HOUSE / "alongside" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
FORMAT_MODULE_PATH = ["alongside.config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files ------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- What the browser is told ------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        # "blob:" is what somebody has just recorded, to hear it before it is sent.
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        # "Leave this page" without JavaScript is a form whose answer leads there.
        "form-action": [SELF, "{0.scheme}://{0.netloc}".format(urlsplit(env.LEAVE_TO.read()))],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SILENCED_SYSTEM_CHECKS = ["security.W002"]  # X-Frame-Options is sent by web.middleware.headers
# Nothing to other sites. "no-referrer" would make browsers send `Origin: null` with our own forms, which
# the protection against forged ones must refuse.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrftoken"

# A text of 100,000 letters of any script still gets a sentence, and not the browser's own error.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["alongside.attached.uploads.InMemory"]  # no file ever lies on the disk in clear
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # what leaves goes through `reach.channels` alone

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}, "django.security.csrf": {"level": "ERROR"}},
}

# --- What leaves the house, and comes in by text: see `reach` --------------------------------------

# The demo keeps what would leave in files, so that it can be looked at.
SENT = f"file:{DATA / 'sent'}" if DEMO else ""
TEXT_URL = env.TEXT_URL.read() or SENT
TEXT_KEY = env.kept_in(env.TEXT_KEY_FILE)
TEXT_HEADER = env.TEXT_HEADER.read()
TEXT_METHOD = env.TEXT_METHOD.read()
TEXT_FORMAT = env.TEXT_FORMAT.read()
TEXT_FIELDS = env.TEXT_FIELDS.read()
TEXT_SECRETS = [secret_in(line) for line in env.kept_in(env.TEXT_SECRET_FILE).split()]
TEXT_IN_FIELDS = dict(pair.strip().split("=", 1) for pair in env.TEXT_IN_FIELDS.read().split(","))
COUNTRY_CODE = env.COUNTRY_CODE.read()
MAIL_URL = env.MAIL_URL.read() or SENT
MAIL_FROM = env.MAIL_FROM.read() or ("notes@mail.invalid" if DEMO else "")
PUSH_CONTACT = env.PUSH_CONTACT.read()
PUSH_HOSTS = tuple(host.strip().lower() for host in env.PUSH_HOSTS.read().split(",") if host.strip())
PUSH_KEY_FILE = env.push_key_file()

SITE_TITLE = env.SITE_TITLE.read()
LEAVE_TO = env.LEAVE_TO.read()
KEEP_YEARS = env.KEEP_YEARS.read()
WORDS_FOLDER = env.WORDS.read() or str(DATA / "words")
OFFICERS_FILE = env.OFFICERS.read()
BACKUP_DAYS = int(env.BACKUP_DAYS.read())
KEYS_BACKUP_DAYS = int(env.KEYS_BACKUP_DAYS.read())
ERASED_LIST = env.ERASED_LIST.read() or str(DATA / "erased.txt")
THREADS = int(env.THREADS.read())
TEND_SECONDS = float(env.TEND_SECONDS.read())
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.PROXIES.read())
