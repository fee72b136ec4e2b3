"""The request as our views get it."""

from __future__ import annotations

import datetime

from django.http import HttpRequest

from alongside.access.viewer import Viewer
from alongside.people.models import Account


class Request(HttpRequest):
    """A request with the clock at the edge and, for whoever is signed in, the viewer."""

    now: datetime.datetime
    viewer: Viewer
    account: Account | None
