"""The worker that answers without a line: one script, put together from files of ours, without any tool to build it.

Its version is the hash of all that it is made of and of all that it keeps, so that a browser takes the
new one when, and only when, something changed.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse

FOLDER = Path(__file__).parent / "static" / "web"
# `keep.js` is on the pages as well: what waits is sent by the same lines, whoever sends it.
PARTS = ("keep.js", "worker.js")
# What a kept page needs to look and work as usual. Nothing of anybody's is in it.
FILES = ("web/alongside.css", "web/icon.png", "web/leave.js", "web/live.js", "web/keep.js", "web/outbox.js")


@cache
def worker() -> str:
    """Return the source of the worker."""
    files = [static(name) for name in FILES]
    own = [(FOLDER / name).read_text() for name in PARTS]
    version = hashlib.sha256("\n".join([*own, *files]).encode()).hexdigest()[:16]
    known = {
        "version": version,
        "files": files,
        "page": reverse("web:without_a_line"),
        "leave": reverse("web:leave"),
    }
    return "\n".join([f"self.KNOWN = {json.dumps(known)};", *own])
