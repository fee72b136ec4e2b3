"""The house's own settings, with the yardstick beside it."""

from alongside.config.settings import *  # noqa: F403
from alongside.config.settings import INSTALLED_APPS, MIDDLEWARE, TEMPLATES

INSTALLED_APPS = [*INSTALLED_APPS, "bench.yard"]
ROOT_URLCONF = "bench.urls"
MIGRATION_MODULES = {"yard": None}
TEMPLATES = [{**TEMPLATES[0], "DIRS": ["bench/templates"]}]
# As in production: the check that looking writes nothing is for tests and development.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.endswith("get_never_writes")]
