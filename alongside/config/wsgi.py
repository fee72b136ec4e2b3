"""Django's synchronous side."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")

from django.core.wsgi import get_wsgi_application

import alongside  # noqa: F401  (the newer SQLite first)

application = get_wsgi_application()
