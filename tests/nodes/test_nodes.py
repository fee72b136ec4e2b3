"""Two nodes behind nginx on one PostgreSQL; and a primary that dies with everybody at work."""

import os
import shutil
import subprocess
import threading
import time
import uuid
from itertools import pairwise

import pytest

from alongside.config.databases import parsed
from tests.nodes import front, postgresql
from tests.nodes.running import (
    Door,
    Listener,
    Node,
    Writer,
    acknowledged,
    at_work,
    clean_environment,
    free_port,
    make_spaces,
    running,
    until,
)

pytestmark = pytest.mark.once
takes_minutes = pytest.mark.skipif(not os.environ.get("SLOW_TESTS"), reason="takes some minutes: SLOW_TESTS=1")
needs_nginx = pytest.mark.skipif(not front.program(), reason="needs nginx, which is not here")


# --- the files that hosts get ----------------------------------------------------------------------


@needs_nginx
def test_the_file_for_nginx_is_one_that_nginx_takes(tmp_path):
    main, _ = front.configure(tmp_path, (8001, 8002))
    look = [front.program(), "-t", "-p", str(tmp_path), "-c", str(main), "-e", f"{tmp_path}/error.log"]
    said = subprocess.run(look, capture_output=True, text=True, timeout=20, check=False)
    assert said.returncode == 0, said.stderr
    site = tmp_path / "alongside.conf"
    site.write_text(site.read_text().replace("least_conn;", "at_least_conn;"))
    assert subprocess.run(look, capture_output=True, timeout=20, check=False).returncode, "control: an error is one"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze, which is not here")
def test_the_files_for_systemd_are_ones_that_systemd_takes(tmp_path):
    for path in front.DEPLOY.glob("alongside*"):
        text = path.read_text().replace("/srv/alongside/.venv/bin/python", "/bin/true")
        (tmp_path / path.name.replace("@.", "@8001.")).write_text(text)

    def complaints():
        said = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        return [line for line in said.stderr.splitlines() if "alongside" in line]

    assert complaints() == []
    service = tmp_path / "alongside@8001.service"
    service.write_text(service.read_text().replace("NoNewPrivileges=yes", "NoNewPrivilege=yes"))
    assert complaints(), "control: a word that is none is found"


def test_every_setting_in_the_file_for_nodes_is_one_that_there_is():
    from alongside.config import environment

    known = {setting.name for setting in environment.SETTINGS}
    lines = (front.DEPLOY / "house.env").read_text().splitlines()
    named = {line.split("=")[0] for line in lines if line and not line.startswith("#")}
    assert named <= known
    assert {"DATABASE_URL", "KEYS_DATABASE_URL", "ALONGSIDE_ROOT_KEY_FILE", "ALONGSIDE_SECRET_FILE"} <= named


# --- an address with several hosts -----------------------------------------------------------------


def test_several_hosts_in_an_address_are_all_tried():
    two = parsed("postgres://me:it%2Cs@db1.internal:5432,db2.internal:5433/house?sslmode=require")
    assert (two["HOST"], two["PORT"]) == ("db1.internal,db2.internal", "5432,5433")
    assert (two["USER"], two["PASSWORD"], two["NAME"]) == ("me", "it,s", "house")
    assert two["OPTIONS"] == {"sslmode": "require"}
    assert parsed("postgres://me@[::1]:5,[::2]/house")["HOST"] == "::1,::2"
    assert parsed("postgres://me@[::1]:5,[::2]/house")["PORT"] == "5,5432"
    one = parsed("postgres://me@db1.internal:5432/house")
    assert (one["HOST"], one["PORT"]) == ("db1.internal", 5432)


# --- two nodes -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def house(disk):
    """Give PostgreSQL servers, two nodes on them set up as in production, and spaces; each kind is made once."""
    made = {}

    def ready(*, with_standby=False):
        if with_standby not in made:
            folder = disk / ("pair" if with_standby else "single")
            folder.mkdir(mode=0o711)
            made[with_standby] = make(folder, with_standby)
        return made[with_standby]

    yield ready
    for servers, _, _ in made.values():
        for server in servers:
            server.kill()


def make(folder, with_standby):
    servers = [postgresql.primary(folder)]
    key, secret = folder / "root.key", folder / "secret.key"
    key.write_bytes(os.urandom(32))
    key.chmod(0o400)
    shared = clean_environment(
        ALONGSIDE_PRODUCTION="1", ALONGSIDE_HOSTS="localhost", ALONGSIDE_PROXIES="1",
        ALONGSIDE_ROOT_KEY_FILE=str(key), ALONGSIDE_SECRET_FILE=str(secret),
    )  # fmt: skip
    nodes = []
    for port in (free_port(), free_port()):
        data = folder / f"node-{port}"
        data.mkdir(mode=0o700)
        nodes.append(Node(shared | {"ALONGSIDE_DATA": str(data)}, port))
    # Laying the tables need not wait for the disk: nobody has been told anything yet.
    # And what is made here by hand is made by the house itself.
    in_haste = {"PGOPTIONS": "-c synchronous_commit=off -c alongside.viewer=house"}
    spaces = make_spaces(nodes[0].environment | postgresql.addresses(servers[0]) | in_haste, 8 if with_standby else 20)
    if with_standby:
        servers.append(postgresql.standby_of(servers[0], folder))
    for node in nodes:
        node.environment |= postgresql.addresses(*servers)
    return servers, nodes, spaces


def in_the_open(nodes):
    """The same nodes without nginx before them, and so without HTTPS."""
    return [Node(node.environment | {"ALONGSIDE_PRODUCTION": "0"}, node.port) for node in nodes]


def strengths(server):
    """The ids of what was written, as the database has them."""
    return [uuid.UUID(str(each)) for (each,) in server.ask("SELECT id FROM topics_strength", "house")]


def changes(server):
    return {str(space): count for space, count in server.ask("SELECT id, changes FROM people_partnership", "house")}


def quantile(times, share):
    times = sorted(times)
    return times[min(len(times) - 1, int(share * len(times)))]


@pytest.mark.slow
@takes_minutes
@needs_nginx
def test_two_nodes_are_one_house_and_are_started_anew_one_after_the_other_without_a_failed_request(house, tmp_path):
    servers, nodes, spaces = house()
    spaces = spaces[:6]
    over = threading.Event()
    with running(*nodes), front.nginx(tmp_path, tuple(node.port for node in nodes)) as door:
        writers = [Writer(door, space, over, pause=0.1) for space in spaces]
        listeners = [Listener(door, space, over) for space in spaces]
        with at_work(*listeners, *writers, over=over):
            until(lambda: all(listener.count > 0 for listener in listeners))
            time.sleep(5)
            for node in nodes:
                node.stop()
                node.start()
                time.sleep(2)
            time.sleep(2)
        told = acknowledged(writers)
        answers = {
            status: sum(w.told.answers.get(status, 0) for w in writers) for status in (303, 500, 502, 503, 504, 0)
        }
        print(f"two nodes behind nginx, each started anew under {len(writers)} writers: answers {answers}")
        assert sum(writer.told.sent_again for writer in writers) == 0, "no request failed"
    rows = strengths(servers[0])
    assert len(rows) == len(set(rows))
    assert set(told) <= set(rows)


@pytest.mark.slow
@takes_minutes
def test_what_is_written_on_one_node_is_heard_on_the_other(house):
    servers, nodes, spaces = house()
    nodes = in_the_open(nodes)
    doors = [Door(node.port) for node in nodes]
    with running(*nodes):
        # Whoever writes without a breath waits in line behind the others; people who write every second do not.
        for number, pause in ((1, 0.05), (20, 1.0), (20, 0.05)):
            over, done = threading.Event(), threading.Event()
            some = spaces[:number]
            writers = [Writer(doors[turn % 2], space, done, pause=pause) for turn, space in enumerate(some)]
            listeners = [Listener(doors[1 - turn % 2], space, over) for turn, space in enumerate(some)]
            before = changes(servers[0])
            with at_work(*listeners, over=over):
                until(lambda listeners=listeners: all(listener.count >= 0 for listener in listeners))
                with at_work(*writers, over=done):
                    time.sleep(3)  # the pages that they begin with are not counted
                    counted_from = time.monotonic()
                    time.sleep(15)
                after = changes(servers[0])
                until(lambda ls=listeners, after=after: all(each.count == after[each.space.id] for each in ls), 10)
            times = []
            for writer, listener in zip(writers, listeners, strict=True):
                for count, begun in enumerate(writer.told.begun, before[writer.space.id] + 1):
                    if begun >= counted_from:
                        times.append(1000 * (next(at for known, at in listener.heard if known >= count) - begun))
            print(
                f"written on one node, heard on the other, {number} writers with about {pause} s from answer to write: "
                f"{len(times)} writes, p50 {quantile(times, 0.5):.0f} ms, p99 {quantile(times, 0.99):.0f} ms, 0 missing"
            )


# --- a primary that dies ---------------------------------------------------------------------------


@pytest.mark.slow
@takes_minutes
def test_when_the_primary_dies_no_acknowledged_write_is_lost_and_open_pages_are_right_again(house):
    (first, second), nodes, spaces = house(with_standby=True)
    nodes = in_the_open(nodes)
    doors = [Door(node.port) for node in nodes]
    over, done = threading.Event(), threading.Event()
    with running(*nodes):
        writers = [Writer(doors[turn % 2], space, done, pause=0.05) for turn, space in enumerate(spaces)]
        # Each page is open on the other node than the one that is written to.
        listeners = [Listener(doors[1 - turn % 2], space, over) for turn, space in enumerate(spaces)]
        with at_work(*listeners, *writers, over=over):
            until(lambda: all(listener.count > 0 for listener in listeners))
            time.sleep(8)
            lines = [listener.lines for listener in listeners]
            killed = time.monotonic()
            first.kill()
            before = acknowledged(writers)
            time.sleep(1)  # what watches over the servers needs a moment to be sure
            postgresql.run("pg_ctl", "promote", "-D", str(second.folder), "-w", "-t", "30")
            promoted = time.monotonic()
            until(lambda: all(max(w.told.acknowledged.values()) > promoted for w in writers), 60)
            time.sleep(8)
            later = acknowledged(writers)
            done.set()
            for writer in writers:
                writer.join(60)
            count = changes(second)
            until(lambda: all(each.count == count[each.space.id] for each in listeners), 15)
            back = [listener.lines for listener in listeners]
        told = acknowledged(writers)
        moments = sorted(told.values())
        gap = max(b - a for a, b in pairwise(moments))
        back_after = min(at for at in moments if at > promoted) - killed
    rows = strengths(second)
    lost = [each for each in told if each not in rows]
    print(
        f"failover under {len(writers)} writers on 2 nodes: {len(told)} acknowledged ({len(before)} before the kill, "
        f"{len(later) - len(before)} within {max(later.values()) - killed:.0f} s of it), {len(lost)} lost, "
        f"{len(rows) - len(set(rows))} doubled, first write {back_after:.1f} s after the kill (promoted after "
        f"{promoted - killed:.1f} s), longest silence {gap:.1f} s, "
        f"{sum(w.told.sent_again for w in writers)} sent again, {len(listeners)} open pages right again, "
        f"{sum(back) - sum(lines)} of them on a new line"
    )
    assert lost == []
    assert len(rows) == len(set(rows))
    assert back_after <= 10
