"""Another installation: brings a copy in, takes it again, and says what came of it.

Run by `test_bringing.py` as a process of its own, with `ALONGSIDE_DATA` naming an empty folder and the
copy's path as its argument. Prints JSON.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path

import alongside  # noqa: F401  (the newer SQLite first)
from alongside.config import serve

serve.prepare()

import time_machine  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from alongside.access import enter  # noqa: E402
from alongside.access.middleware import viewer_of  # noqa: E402
from alongside.journeys import actions as journeys  # noqa: E402
from alongside.kit.ids import new_id  # noqa: E402
from alongside.people.models import Account, Person, Seat  # noqa: E402
from alongside.people.rules import Post  # noqa: E402
from alongside.record.models import Entry  # noqa: E402
from alongside.takeaway import making, packing  # noqa: E402
from alongside.takeaway.actions import ask_copy  # noqa: E402
from alongside.takeaway.models import Part  # noqa: E402
from tests.conftest import MONDAY, PASSWORD  # noqa: E402


def main(path: Path) -> None:
    with time_machine.travel(MONDAY, tick=False):
        house = journeys.found_organisation(name="Hillside", now=MONDAY, time_zone="Europe/Madrid")
        journeys.employ(
            organisation=house, called="Ines", email="ines@hillside.example", password=PASSWORD,
            posts=frozenset({Post.WORKER}), now=MONDAY,
        )  # fmt: skip
        said = io.StringIO()
        call_command("bring_in", str(path), "--worker", "ines@hillside.example", stdout=said)
        space = packing.opened(path.read_bytes())[0]["space"]
        account = Account.objects.get(person_id=space["client"])
        page = Client()
        page.force_login(account, backend="alongside.people.backends.StaffBackend")
        place = enter(viewer_of(account, now=MONDAY), account.person.key_scope_id)
        copy = ask_copy(by=place.by, about=place, now=MONDAY, write_id=new_id())
        making.make(making.Order.of(copy, account, page.session.session_key or ""))
        parts = Part.objects.unguarded(because="test").filter(copy_id=copy.id).order_by("number")
        entry = Entry.objects.visible_to(place.by, within=place.id).filter(what="need").first()
        print(
            json.dumps(
                {
                    "said": said.getvalue(),
                    "file": base64.b64encode(b"".join(part.content for part in parts)).decode(),
                    "need": entry.body["words"],
                    "fingerprint": entry.fingerprint,
                    "from elsewhere": sorted(
                        person.called for person in Person.objects.filter(key_scope_id=place.id, account=None)
                    ),
                    "seats that hold": sorted(
                        seat.person.called for seat in Seat.objects.filter(partnership_id=place.id, ends=None)
                    ),
                    "pages": {
                        address: page.get(f"/space/{place.id}/{address}").status_code
                        for address in ("plan/", "record/", "about/", "looked/", "my-copy/", "words/", "agreement/")
                    },
                }
            )
        )


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main(Path(sys.argv[1]))
