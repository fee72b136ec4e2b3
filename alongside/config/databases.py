"""Where a database is, from one address; several hosts with commas between them are a primary and its standbys."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dj_database_url

USUAL_PORT = "5432"


def parsed(url: str) -> dict[str, Any]:
    """Django's settings for `url`; with `a:1,b:2` as its host, the driver tries one after the other."""
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return {**dj_database_url.parse(url)}
    named = [_host_and_port(host) for host in hosts.split(",")]
    one = urlunsplit(parts._replace(netloc=f"{user}{at}several"))
    return {
        **dj_database_url.parse(one),
        "HOST": ",".join(host for host, _ in named),
        "PORT": ",".join(port for _, port in named),
    }


def _host_and_port(place: str) -> tuple[str, str]:
    host, colon, port = place.rpartition(":")
    if not colon or port.endswith("]"):  # no port: the colon, if there is one, is inside of [::1]
        host, port = place, USUAL_PORT
    return host.removeprefix("[").removesuffix("]"), port
