"""Sessions in the database, whose cookie ends with the browser unless the device is hers alone."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db import models
from django.utils import timezone

from alongside.kit.prepared import Prepared

# Every request reads this.
_ALIVE = Prepared(
    lambda key, now: db.SessionStore.get_model_class().objects.filter(session_key=key, expire_date__gt=now),
    key=models.CharField(),
    now=models.DateTimeField(),
)


class SessionStore(db.SessionStore):
    """How long the row lives is said by `people.sessions`; how long the cookie lives, here."""

    def get_expire_at_browser_close(self) -> bool:
        return not self.get("her_own", False)

    def _get_session_from_db(self) -> Any:
        found = _ALIVE(key=self.session_key, now=timezone.now())
        if found:
            return found[0]
        self._session_key = None
        return None
