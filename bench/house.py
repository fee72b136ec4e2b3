"""Makes the house that is measured: spaces with 50, 500 and 5,000 entries, a full decision, 28 families.

`python -m bench.house` prints, as JSON, the sessions and the addresses, and how many queries each page takes.
"""

from __future__ import annotations

import datetime
import json
import os
import secrets
import sys
import time
from typing import Any

SIZES = (50, 500, 5000)


def main() -> None:
    """Make the house in ALONGSIDE_DATA and print what to measure."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    from alongside.config import serve

    serve.prepare()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", run_syncdb=True, verbosity=0)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    now = timezone.now() - datetime.timedelta(days=7)

    from alongside.access.middleware import viewer_of
    from alongside.journeys import actions as journeys
    from alongside.people.models import Account
    from alongside.people.rules import Post

    organisation = journeys.found_organisation(name="Bench", now=now)
    dana = journeys.employ(
        organisation=organisation, called="Dana", email="dana@bench.example", password=secrets.token_hex(16),
        posts=frozenset({Post.WORKER}), now=now,
    )  # fmt: skip

    clients: list[Account] = []
    for number in range(28):
        card = journeys.start_partnership(
            by=viewer_of(dana, now=now), called=f"Client {number}", language="en", now=now
        )
        card.account.set_password("480615")
        card.account.joined_at = now
        card.account.save()
        clients.append(card.account)

    spaces = {size: clients[turn].person.key_scope_id for turn, size in enumerate(SIZES)}
    for turn, size in enumerate(SIZES):
        fill_record(clients[turn], dana, size, now)
        fill_yard(spaces[size], size, now)
    decision = fill_decision(clients[0], dana, now)

    first = spaces[SIZES[0]]
    pages = {
        "bare view": "/yard/bare/",
        "bare page of 50 entries": f"/yard/entries/{first}/",
        **{f"record, 50 of {size} entries": f"/space/{spaces[size]}/record/" for size in SIZES},
        "today (client)": "/today/",
        "our plan": f"/space/{first}/plan/",
        "about me": f"/space/{first}/about/",
        "words": f"/space/{first}/words/",
        "listening back": f"/space/{first}/heard/",
        "how we work together": f"/space/{first}/agreement/",
        "a decision": f"/space/{first}/decisions/{decision}/",
        "who has looked": f"/space/{first}/looked/",
        "how to reach me": f"/space/{first}/reach/",
        "today (worker, 28 families)": "/today/",
        "people (worker, 28 families)": "/people/",
    }
    sessions = {name: session_of(dana if "worker" in name else clients[0]) for name in pages}
    for turn, size in enumerate(SIZES):
        sessions[f"record, 50 of {size} entries"] = session_of(clients[turn])
    queries = {name: queries_of(path, sessions[name]) for name, path in pages.items()}
    search = search_of(sessions["people (worker, 28 families)"])
    json.dump({"pages": pages, "sessions": sessions, "queries": queries, "search": search}, sys.stdout)


def search_of(session: str) -> dict[str, float]:
    """How long a worker's search through all spaces takes (median, ms): a word in no text, and one in nearly all."""
    from django.conf import settings
    from django.test import Client

    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session
    medians = {}
    for word in ("zebra", "letter"):
        took = []
        for _ in range(11):
            began = time.perf_counter()
            answer = browser.post("/search/", {"words": word})
            took.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"the search answered {answer.status_code}")
        medians[word] = sorted(took)[len(took) // 2]
    return medians


def session_of(account: Any) -> str:
    """Sign somebody in, second step and all, and return the session's key."""
    from django.conf import settings
    from django.test import Client

    browser = Client()
    browser.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = browser.session
    session["second_factor"] = True
    session["her_own"] = True
    session.save()
    return str(session.session_key)


def queries_of(path: str, session: str) -> int:
    """How many queries a page takes once everything is warm, in both databases."""
    from django.conf import settings
    from django.db import connections
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session
    browser.get(path)
    with CaptureQueriesContext(connections["default"]) as data, CaptureQueriesContext(connections["keys"]) as keys:
        answer = browser.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    said = [query["sql"] for query in data.captured_queries + keys.captured_queries]
    return sum(not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for sql in said)


LETTER = "The letter says we must be out by the end of the month, and I do not understand what it asks of me."


def fill_record(client: Any, worker: Any, size: int, now: datetime.datetime) -> None:
    """Put `size` entries into a record: words, what was heard, pictures in turn."""
    from alongside.record.models import KIND_OF, Entry
    from alongside.record.rules import SLOT_OF, Slot, What

    turn = (What.NEED, What.HEARD, What.NOT_QUITE, What.CORRECTED, What.YES, What.PICTURE, What.HOPE)
    by_worker = {What.HEARD, What.CORRECTED, What.PICTURE}
    newest: dict[Slot, Entry] = {}
    rows = []
    for number in range(1, size + 1):
        what = turn[number % len(turn)]
        body: dict[str, str] | None = {"words": f"{number}: {LETTER}"}
        if what is What.YES:
            body = None
        elif what is What.PICTURE:
            body = {"saw": f"{number}: {LETTER}", "think": LETTER}
        row = Entry(
            partnership_id=client.person.key_scope_id,
            number=number,
            kind=KIND_OF[SLOT_OF[what]],
            what=what,
            body=body,
            said_by_id=worker.person_id if what in by_worker else client.person_id,
            said_at=now + datetime.timedelta(minutes=number),
        )
        newest[SLOT_OF[what]] = row
        rows.append(row)
    for slot, row in newest.items():
        row.stands_as = slot
    Entry.objects.bulk_create(rows, batch_size=500)


def fill_yard(space: Any, size: int, now: datetime.datetime) -> None:
    """The same number of lines, about as long, in a plain table."""
    from bench.yard.models import PlainEntry

    PlainEntry.objects.bulk_create(
        [
            PlainEntry(
                space=space, author="Client 0", kind="What I need", text=f"{number}: {LETTER}",
                at=now + datetime.timedelta(minutes=number),
            )
            for number in range(size)
        ],
        batch_size=500,
    )  # fmt: skip


def fill_decision(client: Any, worker: Any, now: datetime.datetime) -> Any:
    """A decision with four ways, three sides each, and five things that matter, weighed and fitted."""
    from alongside.access.middleware import viewer_of
    from alongside.access.viewer import enter
    from alongside.decisions import actions
    from alongside.decisions.rules import Sort
    from alongside.kit.ids import new_id
    from alongside.people.actions import mark_heard

    space = client.person.key_scope_id
    mark_heard(space, now=now)

    def do(action: Any, account: Any, **given: Any) -> Any:
        viewer = viewer_of(account, now=now)
        return action(by=viewer, about=enter(viewer, space), now=now, write_id=new_id(), **given)

    decision = do(actions.open_decision, client, question="Where do we live after March?").id
    ways = [do(actions.add_way, worker, decision_id=decision, title=f"Way {n}", source="Jo").id for n in range(4)]
    for way in ways:
        for sort in (Sort.GOOD, Sort.GOOD, Sort.HARD):
            do(actions.add_side, worker, decision_id=decision, way_id=way, sort=sort, text=LETTER)
    matters = [do(actions.name_matter, client, decision_id=decision, label=f"Matter {n}").id for n in range(5)]
    newest = do(actions.weigh, client, decision_id=decision, weights=dict.fromkeys(matters, 3), musts={})
    for way in ways:
        newest = do(
            actions.fit_way, client, decision_id=decision, way_id=way,
            fits=dict.fromkeys(matters, 1), drawn_with=newest.id,
        )  # fmt: skip
    return decision


if __name__ == "__main__":
    main()
