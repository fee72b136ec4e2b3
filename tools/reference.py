"""Pages of reference that are made from the code, so that they cannot say something else than it does.

tools/reference.py            write docs/reference/*.md
tools/reference.py --check    change nothing; fail when a page says something else than the code
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[1]
PAGES = HOUSE / "docs" / "reference"
MADE = "<!-- Made from the code by `make docs`. Change the code, not this page. -->"
sys.path.insert(0, str(HOUSE))


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def first_paragraph(thing: Any) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def rooms_with(file: str) -> dict[str, Any]:
    """The rooms that have this file, with the module, by name."""
    found = sorted(path.parent.name for path in (HOUSE / "alongside").glob(f"*/{file}.py"))
    return {room: importlib.import_module(f"alongside.{room}.{file}") for room in found}


# --- The pages ---------------------------------------------------------------------------------


def who_can_see_what() -> str:
    from alongside.access.kinds import NAMES, OPENED_BY, SEES, Kind
    from alongside.access.private import private_tables
    from alongside.access.way_in import role_name
    from alongside.people.rules import Role
    from alongside.sharing.wording import THINGS

    tables: dict[Kind, list[Any]] = {}
    for model in private_tables().values():
        for kind in model.kinds():
            tables.setdefault(kind, []).append(model)
    seen = table(
        ["what", *(role_name(role) for role in Role)],
        ([str(NAMES[kind]), *("sees" if kind in SEES[role] else "" for role in Role)] for kind in Kind),
    )
    shared = table(
        ["she shares", "it opens"],
        ([str(THINGS[one]), ", ".join(str(NAMES[kind]) for kind in sorted(kinds))] for one, kinds in OPENED_BY.items()),
    )
    where = table(
        ["what", "table", "what stays closed even so"],
        (
            [NAMES[kind], f"`{model._meta.label}`", first_paragraph(model.hidden) if model.hidden() else ""]
            for kind in Kind
            for model in sorted(tables.get(kind, ()), key=lambda model: str(model._meta.label))
        ),
    )
    return f"""# Who can see what

Sight comes from a seat in a partnership, from its beginning up to its end: not from a post in the agency, not from
having written something. Whoever has no seat gets the answer of an address that does not exist.

{seen}
## What she can share

With whom she invites, one thing at a time, for a purpose, until a day. A seat of somebody invited opens nothing else,
but for a single row for which they were named.

{shared}
## Where it is kept

{where}"""


def acts() -> str:
    from alongside.access.acts import MAY, Act
    from alongside.access.sentences import DONE
    from alongside.access.way_in import role_name
    from alongside.people.rules import Role

    rows = ([f"`{act}`", str(DONE[act]), *("may" if role in MAY[act] else "" for role in Role)] for act in Act)
    return f"""# Who can do what

Each act leaves a line in the trail, in these words. An act that no seat may do is done by a post in the agency, and
opens nobody's record.

{table(["act", "what the trail says", *(role_name(role) for role in Role)], rows)}"""


def data_map() -> str:
    from alongside.vault.fields import EncryptedText

    parts = []
    for room, privacy in rooms_with("privacy").items():
        if not hasattr(privacy, "HOLDS"):
            continue
        parts.append(f"## {room}\n\n{first_paragraph(importlib.import_module(f'alongside.{room}'))}\n")
        for held in privacy.HOLDS:
            fields = held.model._meta.concrete_fields
            sealed = [f"`{field.column}`" for field in fields if isinstance(field, EncryptedText)]
            clear = [f"`{field.column}`" for field in fields if not isinstance(field, EncryptedText)]
            parts.append(
                table(
                    [f"`{held.model._meta.label}`", ""],
                    [
                        ["what", held.what],
                        ["why", held.why],
                        ["until", held.until],
                        ["encrypted", ", ".join(sealed) or "nothing"],
                        ["in clear", ", ".join(clear)],
                    ],
                )
            )
    return "\n".join(
        [
            """# What is kept about a person

For each table: what is in it, why, until when; which columns are encrypted with the key of that one partnership, and
which are in clear. Whoever gets hold of the database alone can read what is in clear and nothing else.
""",
            *parts,
        ]
    )


def states() -> str:
    parts = []
    for room, rules in rooms_with("rules").items():
        moves = getattr(rules, "TRANSITIONS", None)
        if moves is None:
            continue
        drawn = [f"    [*] --> {next(iter(rules.STATES))}"]
        drawn += [f"    {state} --> {then}: {move}" for state, move, then in each_move(moves)]
        parts.append(f"## {room}\n\n```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```\n")
    return "\n".join(
        [
            "# States\n\nWhat can happen from where, and nothing else can. No state is a failure.\n",
            *parts,
        ]
    )


def each_move(moves: dict[Any, Any]) -> Iterable[tuple[str, str, str]]:
    """Every (state, move, state after it) of a table, which a room writes flat or nested as suits it."""
    for key, value in moves.items():
        if isinstance(value, dict):
            yield from ((key, move, then) for move, then in value.items())
        else:
            yield *key, value


def settings() -> str:
    from alongside.config.environment import HOUSE as ROOT
    from alongside.config.environment import SETTINGS

    rows = (
        [
            f"`{setting.name}`",
            setting.meaning,
            f"`{setting.default.replace(str(ROOT), '.')}`" if setting.default else "",
        ]
        for setting in SETTINGS
    )
    return f"""# Settings

All are environment variables, and none is needed to try the house out. `ALONGSIDE_PRODUCTION=1` asks for the ones that
make it safe, and does not start without them.

{table(["name", "what it does", "when it is not set"], rows)}"""


def routes() -> str:
    from alongside.access.policy import declared_by
    from alongside.live import stream

    rows = []
    for address, name, view in all_routes():
        policy, because = declared_by(view) or ("nobody", "it declares no policy, and so does not answer")
        rows.append([f"`{address}`", f"`{name}`" if name else "", policy, because])
    rows.append([f"`{stream.PREFIX}<partnership id>`", "", "place", "an open page listens here, outside Django"])
    return f"""# Addresses

An address whose view declares no policy does not answer. *place* is open to whoever has a seat in the partnership that
the address names; to anybody else it is not there. What the seat then opens stands in
[who can see what](who-can-see-what.md).

{table(["address", "name", "open to", "because"], rows)}"""


def all_routes(urls: Any = None, prefix: str = "/", space: str = "") -> list[tuple[str, str, Any]]:
    """Every address of the house, as (address, full name, view)."""
    from django.urls import URLPattern, get_resolver

    found: list[tuple[str, str, Any]] = []
    for pattern in get_resolver().url_patterns if urls is None else urls:
        address = prefix + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLPattern):
            found.append((address, f"{space}{pattern.name}" if pattern.name else "", pattern.callback))
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found += all_routes(pattern.url_patterns, address, inner)
    return found


def copy_schema() -> str:
    """The schema of `my-copy.json`, as JSON: another house may hold a copy to it."""
    import json

    from alongside.takeaway.gathering import schema

    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


MAKERS: dict[str, Callable[[], str]] = {
    "who-can-see-what": who_can_see_what,
    "acts": acts,
    "data-map": data_map,
    "states": states,
    "settings": settings,
    "routes": routes,
}


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as data:
        # As it is for somebody who has set nothing; the house's own data are not touched.
        for name in [name for name in os.environ if name.startswith("ALONGSIDE_")]:
            del os.environ[name]
        os.environ["ALONGSIDE_DATA"] = data
        os.environ["DJANGO_SETTINGS_MODULE"] = "alongside.config.settings"
        import django
        from django.utils import translation

        import alongside  # noqa: F401  (the newer SQLite first)

        django.setup()
        translation.deactivate_all()
        stale = []
        pages = {f"{name}.md": f"{MADE}\n\n{make().rstrip()}\n" for name, make in MAKERS.items()}
        pages["my-copy.schema.json"] = copy_schema()
        for name, page in pages.items():
            path = PAGES / name
            if not path.exists() or path.read_text() != page:
                stale.append(str(path.relative_to(HOUSE)))
                if not check:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(page)
    if stale:
        print(f"{'Out of date' if check else 'Made anew'}: {', '.join(stale)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
