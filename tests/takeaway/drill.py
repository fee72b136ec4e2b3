"""A life of 1,000 words in a house of its own, a backup of the data, and then the erasure.

Run by `test_erasing.py` as a process of its own, with `ALONGSIDE_DATA` naming an empty folder and the
folder for the backups as its argument. Prints the words and the space as JSON.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import sys
from pathlib import Path

import alongside  # noqa: F401  (the newer SQLite first)
from alongside.config import serve

serve.prepare()

import time_machine  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.test import Client  # noqa: E402

from alongside.kit.ids import new_id  # noqa: E402
from alongside.record import actions as record  # noqa: E402
from alongside.record.queries import standing_in  # noqa: E402
from alongside.record.rules import What  # noqa: E402
from alongside.takeaway import actions, making  # noqa: E402
from tests.conftest import MONDAY, gather  # noqa: E402
from tests.promises.life import Life  # noqa: E402
from tests.takeaway.kept import kept_in  # noqa: E402

WORDS = 1000


def main(backups: Path) -> None:
    with time_machine.travel(MONDAY, tick=False) as clock:
        life = Life(gather(MONDAY))
        life.goes_on()
        hers = kept_in(life, "rosa")
        while len(hers) < WORDS:
            place = life.cast.place("rosa")
            record.say_words(
                by=place.by, about=place, now=MONDAY, write_id=new_id(), what=What.HOPE,
                words=life.says(f"a word {len(hers)}"), seen=standing_in(place).hope.id,
            )  # fmt: skip
            hers[f"a word {len(hers)}"] = life.planted[f"a word {len(hers)}"]
        settings.ALLOWED_HOSTS.append("testserver")
        page = Client()
        page.force_login(life.cast.accounts["rosa"], backend="alongside.people.backends.StaffBackend")
        space = life.cast.spaces["rosa"]
        assert page.get(f"/space/{space}/record/").status_code == 200
        cache.set("something", "that is in the cache")
        place = life.cast.place("rosa")
        copy = actions.ask_copy(by=place.by, about=place, now=MONDAY, write_id=new_id())
        making.make(making.Order.of(copy, life.cast.accounts["rosa"], page.session.session_key or ""))
        actions.ask_erasure(by=place.by, about=place, now=MONDAY, write_id=new_id())
        shutil.copytree(settings.DATA, backups / "before", ignore=shutil.ignore_patterns("static"))
        clock.shift(datetime.timedelta(days=7))
        assert actions.erase_due(now=MONDAY + datetime.timedelta(days=7))[0] == 1
        shutil.copytree(settings.DATA, backups / "after", ignore=shutil.ignore_patterns("static"))
    print(json.dumps({"words": hers, "space": str(space)}))
    sys.stdout.flush()
    os._exit(0)  # as in a power cut: nothing is closed or tidied


if __name__ == "__main__":
    main(Path(sys.argv[1]))
