"""The request as our views get it."""

from __future__ import annotations

import datetime

from django.http import HttpRequest

from alongside.access.viewer import Place, Viewer
from alongside.people.models import Account


class Request(HttpRequest):
    """A request with the clock at the edge and, for whoever is signed in, the viewer; in a space, the place."""

    now: datetime.datetime
    viewer: Viewer
    place: Place
    account: Account | None
