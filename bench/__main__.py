"""`make bench`: every main page beside the yardstick, in one run; then live delivery and memory.

Prints as it goes and writes `docs/reference/bench.md`. `SECONDS=0.5` makes a quick, rough run.
"""

# ruff: noqa: E501  (rows of a table are long)

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil

from bench import live, load, messages, together

HOUSE = Path(__file__).resolve().parents[1]
SECONDS = float(os.environ.get("SECONDS", "3"))
PAGE_OF_RECORD = "record, 50 of 50 entries"
BARE_PAGE = "bare page of 50 entries"


def main() -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as folder:
        house = _make_house(Path(folder))
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
        with live.serving(Path(folder)) as (base_url, pid):
            idle = psutil.Process(pid).memory_info().rss / 2**20
            rows = [_measure(base_url, name, house) for name in house["pages"]]
            again = {name: _measure(base_url, name, house) for name in ("bare view", BARE_PAGE, PAGE_OF_RECORD)}
        os.environ.pop("DJANGO_SETTINGS_MODULE")
    print("live …", flush=True)
    delivery = live.measure(seconds=max(SECONDS, 2))
    print("a crowd …", flush=True)
    crowd = live.crowd()
    print("messages …", flush=True)
    sent = messages.measure(seconds=max(SECONDS, 2))
    print("writing together …", flush=True)
    written = together.measure(seconds=max(SECONDS, 2))
    text = _page(rows, again, idle, delivery, house["search"], written, crowd, sent)
    (HOUSE / "docs/reference/bench.md").write_text(text)
    print(text)


def _make_house(folder: Path) -> dict[str, Any]:
    print("making the house …", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "bench.house"],
        cwd=HOUSE,
        env={**os.environ, "ALONGSIDE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "bench.settings"},
        stdout=subprocess.PIPE,
        check=True,
    )
    house: dict[str, Any] = json.loads(made.stdout)
    return house


def _measure(base_url: str, name: str, house: dict[str, Any]) -> dict[str, Any]:
    host, _, port = base_url.removeprefix("http://").partition(":")
    cookie = f"sessionid={house['sessions'][name]}"
    path = house["pages"][name]
    load.run(host, int(port), path, cookie=cookie, clients=1, seconds=min(0.5, SECONDS))  # warm
    one = load.run(host, int(port), path, cookie=cookie, clients=1, seconds=SECONDS)
    many = load.run(host, int(port), path, cookie=cookie, clients=16, seconds=SECONDS)
    if one.wrong or many.wrong:
        raise SystemExit(f"{name}: {one.wrong + many.wrong} answers were not 200")
    row = {
        "name": name,
        "per_second": one.per_second,
        "p50": one.quantile(0.5),
        "p99": one.quantile(0.99),
        "per_second_16": many.per_second,
        "p50_16": many.quantile(0.5),
        "p99_16": many.quantile(0.99),
        "kilobytes": one.wire_bytes / 1000,
        "queries": house["queries"][name],
    }
    print(f"{name}: {row['per_second']:.0f}/s, p50 {row['p50']:.1f} ms, {row['queries']} queries", flush=True)
    return row


def _page(
    rows: list[dict[str, Any]],
    again: dict[str, Any],
    idle: float,
    delivery: dict[str, Any],
    search: dict[str, float],
    written: dict[str, Any],
    crowd: dict[str, float] | str,
    sent: dict[str, dict[str, float]],
) -> str:
    by_name = {row["name"]: row for row in rows}
    bare = by_name["bare view"]
    record, yard = by_name[PAGE_OF_RECORD], by_name[BARE_PAGE]
    ratios = [record["p50"] / yard["p50"], again[PAGE_OF_RECORD]["p50"] / again[BARE_PAGE]["p50"]]
    longest = by_name["record, 50 of 5000 entries"]["p50"] / record["p50"]
    one, twenty, streams = delivery["pair"], delivery["20 writers"], delivery["idle streams"]
    most = max(row["queries"] for row in rows if "yard" not in row["name"])
    promises = [
        ("record page ≤ 1.5 × the bare signed-in page of its size (two pairs)",
         " and ".join(f"{ratio:.2f} ×" for ratio in ratios), max(ratios) <= 1.5),
        ("5,000 entries behind the page ≤ 1.1 × 50 entries", f"{longest:.2f} ×", longest <= 1.1),
        ("a page takes ≤ 12 queries", f"{most}", most <= 12),
        ("record page at 16 clients, p99 ≤ 250 ms", f"{record['p99_16']:.0f} ms", record["p99_16"] <= 250),
        ("live delivery with 20 writers, p99 ≤ 150 ms", f"{twenty['p99_ms']:.0f} ms", twenty["p99_ms"] <= 150),
        ("1,000 idle streams ≤ 40 MB more", f"{streams['more_mb']:.0f} MB", streams["more_mb"] <= 40),
        ("a search through 5,500 encrypted entries of a caseload ≤ 150 ms (a word in none, a word in nearly all)",
         " and ".join(f"{took:.0f} ms" for took in search.values()), max(search.values()) <= 150),
        ("a keystroke on another's page, p50 ≤ 150 ms and p95 ≤ 250 ms",
         f"{written['ours']['p50_ms']:.0f} and {written['ours']['p95_ms']:.0f} ms",
         written["ours"]["p50_ms"] <= 150 and written["ours"]["p95_ms"] <= 250),
        ("a paper of 1,000 edits, merged to one, opens in ≤ 20 ms", f"{written['1,000 edits']['open_ms']:.1f} ms",
         written["1,000 edits"]["open_ms"] <= 20),
        ("a message while 20 send without a pause, p99 ≤ 1,000 ms", f"{sent['20 senders']['p99_ms']:.0f} ms",
         sent["20 senders"]["p99_ms"] <= 1000),
        *([] if isinstance(crowd, str) else [
            ("5,000 idle streams in one process ≤ 40 KiB each", f"{crowd['kib_a_stream']:.0f} KiB",
             crowd["streams"] == live.CROWD and crowd["kib_a_stream"] <= 40),
        ]),
        ("idle memory ≤ 120 MiB", f"{idle:.0f} MiB", idle <= 120),
    ]  # fmt: skip
    lines = [
        "# Bench",
        "",
        f"Measured on {datetime.date.today():%d %B %Y} with `make bench`, on {os.cpu_count()} cores "
        f"({platform.machine()}, Python {platform.python_version()}), SQLite, one process, the load from the same machine. "
        "Absolute figures move with the machine: compare only within one run. × is the time beside the bare view of the same server.",
        "",
        "| promise | measured | holds |",
        "|---|---|---|",
        *(f"| {what} | {measured} | {'yes' if holds else '**no**'} |" for what, measured, holds in promises),
        "",
        "## Pages",
        "",
        "| page | req/s | p50 ms | p99 ms | × bare | req/s at 16 | p50 at 16 | p99 at 16 | × bare at 16 | queries | kB on the wire |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row['name']} | {row['per_second']:.0f} | {row['p50']:.1f} | {row['p99']:.1f} | "
            f"{row['p50'] / bare['p50']:.1f} | {row['per_second_16']:.0f} | {row['p50_16']:.0f} | {row['p99_16']:.0f} | "
            f"{row['p50_16'] / bare['p50_16']:.1f} | {row['queries']} | {row['kilobytes']:.1f} |"
        )
    lines += [
        "",
        "The bare view answers `ok` through the same server and middleware. The bare page reads 50 plain rows, fills a template of the "
        "record page's size and writes one plain log row; it checks no seat and decrypts nothing. kB are of the page alone, not compressed.",
        "",
        "## Live",
        "",
        "From the start of a POST (checked, encrypted, on disk, in the trail) to the signal on another's open page.",
        "",
        "| writers | writes/s | p50 ms | p99 ms | missing |",
        "|---|---|---|---|---|",
        f"| 1 | {one['writes_per_second']:.0f} | {one['p50_ms']:.1f} | {one['p99_ms']:.1f} | {one['missing']} |",
        f"| 20 | {twenty['writes_per_second']:.0f} | {twenty['p50_ms']:.1f} | {twenty['p99_ms']:.1f} | {twenty['missing']} |",
        "",
        f"Memory: {idle:.0f} MiB idle; {streams['streams']:,} open streams {streams['more_mb']:.0f} MB more.",
        "",
        *_crowd(crowd),
        "",
        "## Messages",
        "",
        "A message, posted as a browser does: checked, encrypted, on disk, in the trail, told to whoever answers and to their open page. The echo "
        "answers the same posts behind the same uvicorn and mount, knows nobody and keeps nothing.",
        "",
        "| | messages/s | p50 ms | p99 ms | × the echo's p50 |",
        "|---|---|---|---|---|",
        *(_sent(name, row, sent.get(f"{name}, echo")) for name, row in sent.items()),
        "",
        "## Writing together",
        "",
        "From a keystroke (seven a second, sent at most every 120 ms, checked, encrypted, on disk, in the trail) to the letter on another's "
        "page; and what the server's memory grows by for each of 100 open papers of 5,000 letters. y-websocket stores nothing and asks nobody.",
        "",
        "| | p50 ms | p95 ms | p99 ms | KiB a paper |",
        "|---|---|---|---|---|",
        *(_written(name, written[name]) for name in ("ours", "y-websocket")),
        "",
        f"1,000 edits: merged in {written['1,000 edits']['merge_ms']:.0f} ms to {written['1,000 edits']['bytes']:,.0f} bytes, "
        f"opened in {written['1,000 edits']['open_ms']:.1f} ms, read by who wrote what in {written['1,000 edits']['who_ms']:.0f} ms.",
        "",
    ]
    return "\n".join(lines)


def _crowd(row: dict[str, float] | str) -> list[str]:
    if isinstance(row, str):
        return ["", f"A crowd was not measured: {row}."]
    return [
        "",
        f"{row['streams']:,} idle streams in one process: {row['kib_a_stream']:.0f} KiB each, opened in {row['opened_in_s']:.0f} s, "
        f"{row['idle_cpu_percent']:.1f} % of a core. One write reaches one page among them in {row['p50_ms']:.0f} ms (p99 {row['p99_ms']:.0f} ms; "
        f"{row['alone_p50_ms']:.0f} ms when that page is alone). It wakes {row['others_woken']} of the others, and costs the server "
        f"{row['cpu_for_the_others_ms']:.1f} ms of CPU on top of its own {row['cpu_of_a_write_ms']:.1f} ms.",
    ]


def _sent(name: str, row: dict[str, float], echo: dict[str, float] | None) -> str:
    beside = f"{row['p50_ms'] / echo['p50_ms']:.1f}" if echo else ""
    return f"| {name} | {row['per_second']:.0f} | {row['p50_ms']:.1f} | {row['p99_ms']:.1f} | {beside} |"


def _written(name: str, row: dict[str, float] | str) -> str:
    if isinstance(row, str):
        return f"| {name} | {row} | | | |"
    return f"| {name} | {row['p50_ms']:.1f} | {row['p95_ms']:.1f} | {row['p99_ms']:.1f} | {row['kib_a_paper']:.0f} |"


if __name__ == "__main__":
    main()
