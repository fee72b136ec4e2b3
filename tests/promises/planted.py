"""Lives a life in a house of its own and leaves without a word: what is on the disk then, a thief or a court has.

Run by `test_raw_bytes.py` as a process of its own, with `ALONGSIDE_DATA` naming an empty folder.
Prints the words that were planted, as JSON, and stops without closing the database, so that its
write-ahead log is there as after a power cut.
"""

from __future__ import annotations

import json
import os
import sys

import alongside  # noqa: F401  (the newer SQLite first)
from alongside.config import serve

serve.prepare()

import time_machine  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.test import Client  # noqa: E402

from alongside.people.models import Account  # noqa: E402
from tests.conftest import MONDAY, PASSWORD, gather  # noqa: E402
from tests.promises.life import Life  # noqa: E402


def visit(life: Life) -> None:
    """Sessions, caches and pages that come back with what was typed, right and wrong."""
    settings.ALLOWED_HOSTS.append("testserver")
    space = life.cast.spaces["rosa"]
    for name in ("rosa", "dana"):
        page = Client()
        page.force_login(life.cast.accounts[name], backend="alongside.people.backends.StaffBackend")
        session = page.session
        session["second_factor"] = True
        session.save()
        for address in ("/today/", f"/space/{space}/reach/", f"/space/{space}/record/", f"/space/{space}/looked/"):
            assert page.get(address).status_code == 200, address
        wrong = {"channel": "text", "number": life.says(f"typed by {name}"), "never": "\u202e", "key": "k"}
        assert page.post(f"/space/{space}/reach/", wrong).status_code in (400, 403)
        page.post("/language/", {"language": "es", "next": "/"})
    life.says("a wrong address")
    wrong_address = f"{life.planted['a wrong address']}@riverside.example"
    Client().post("/account/sign-in/", {"login": wrong_address, "password": life.says("a wrong password")})
    Client().post("/", {"number": "1234 5678 9012 3456", "pin": life.says("a wrong PIN")})
    cache.set("control", life.says("a word in the cache"))


def main() -> None:
    with time_machine.travel(MONDAY):
        life = Life(gather(MONDAY))
        life.goes_on()
        visit(life)
    organisation = life.cast.organisation
    organisation.name = life.says("a word in clear")
    organisation.save()
    address = Account.objects.get(pk=life.cast.accounts["hired"].pk).address
    words = {**life.planted, "PIN": "738291", "password": PASSWORD, "e-mail": "dana@riverside.example"}
    json.dump({"planted": words, "reads back": address}, sys.stdout)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
