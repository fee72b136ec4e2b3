"""Backups: made while people write, opened by the officers alone, given back without whoever was erased since."""

import contextlib
import datetime
import itertools
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.backends.signals import connection_created

from alongside.access import wall
from alongside.config.backup import chest, making, restoring, snapshot
from alongside.config.backup.chest import CannotBackUp, CannotOpen
from alongside.config.backup.restoring import CannotRestore
from alongside.config.owner import as_owner
from alongside.kit.ids import new_id
from alongside.takeaway import actions as takeaway
from alongside.topics import actions as topics
from alongside.topics.rules import Sort
from tests.house import APPLICATION, ON_POSTGRESQL, OWNER, trail_unlocked

HOUSE = Path(__file__).resolve().parents[2]
WEEK = datetime.timedelta(days=7)
WRITERS = 3
# What counts or changes as people go on, and so is another at another moment.
GOES_ON = {"people_partnership", "access_trailtree", "sqlite_sequence"}

truly = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
on_sqlite = pytest.mark.once


@pytest.fixture
def office(tmp_path, settings):
    """Two officers with a key each, a third who is none, a folder for backups, and one for a new house."""
    settings.OFFICERS_FILE = str(tmp_path / "officers")
    settings.ERASED_LIST = str(tmp_path / "erased.txt")
    public = [chest.make_identity(tmp_path / f"{name}.key") for name in ("lena", "samuel")]
    chest.make_identity(tmp_path / "robin.key")
    Path(settings.OFFICERS_FILE).write_text("# ours\n" + "\n".join(public) + "\n")
    for folder in ("backups", "house"):
        (tmp_path / folder).mkdir(mode=0o700)
    return SimpleNamespace(
        backups=tmp_path / "backups", house=tmp_path / "house", erased=Path(settings.ERASED_LIST),
        lena=tmp_path / "lena.key", samuel=tmp_path / "samuel.key", robin=tmp_path / "robin.key",
    )  # fmt: skip


def offer(cast, of="rosa"):
    """Dana writes something down in somebody's space."""
    write_id = new_id()
    with wall.standing_for_house():
        place = cast.place("dana", of=of)
        topics.offer_strength(
            by=place.by, about=place, now=cast.now, write_id=write_id, sort=Sort.SEEN, words=f"Planted {of} {write_id}"
        )
    return write_id


def erase(cast, of="rosa"):
    with wall.standing_for_house():
        place = cast.place(of, of=of)
        takeaway.ask_erasure(by=place.by, about=place, now=cast.now, write_id=new_id())
    assert takeaway.erase_due(now=cast.now + WEEK) == (1, 0)


def give_back(office, now, *, into=None, moment="", erased=(), key="lena", **options):
    """Give a backup back into a house of its own in this process."""
    into = into or office.house
    pair = restoring.pair_in(office.backups, moment=moment, now=now)
    with snapshot.working_in(into):
        return restoring.give_back(pair, officers=[getattr(office, key)], erased=erased, now=now, **options)


def everything(folder, alias="default"):
    """Every row of a SQLite database, by table."""
    return everything_in(folder / f"{alias}.sqlite3")


def everything_in(file):
    with contextlib.closing(sqlite3.connect(file)) as there:
        names = [name for (name,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: set(there.execute(f'SELECT * FROM "{name}"')) for name in names}


def stamp(now):
    return now.strftime(making.STAMP)


# --- the drill -------------------------------------------------------------------------------------


@truly
@on_sqlite
def test_a_backup_made_while_people_write_is_one_moment_of_the_house_and_comes_back_whole(cast, office):
    written = [[] for _ in range(WRITERS)]
    enough = [threading.Event() for _ in range(WRITERS)]
    over = threading.Event()

    def write(number):
        try:
            for turn in itertools.count():
                written[number].append(offer(cast, of=("rosa", "nadia")[number % 2]).hex)
                if turn == 3:
                    enough[number].set()
                if over.is_set():
                    return
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=[number]) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        assert all(event.wait(20) for event in enough)
        before = [len(ids) for ids in written]
        made = making.back_up(to=office.backups, now=cast.now)
        after = [len(ids) for ids in written]
    finally:
        over.set()
        for thread in threads:
            thread.join(20)
    assert len(made.files) == 2
    assert sum(after) > sum(before), "control: they did write meanwhile"

    given = give_back(office, cast.now)
    assert given.spaces == 2
    assert given.trail_holds, given.trail
    back = everything(office.house)
    with contextlib.closing(sqlite3.connect(snapshot.file_of("default"))) as live:
        now = {name: set(live.execute(f'SELECT * FROM "{name}"')) for name in back}
    ids = {row[0] for row in back["topics_strength"]}
    for number, mine in enumerate(written):
        kept = [each in ids for each in mine]
        assert kept == sorted(kept, reverse=True), "what came first is there, or nothing after it"
        assert before[number] <= sum(kept) <= after[number] + 1
    assert sum(len(mine) for mine in written) > len(ids), "control: they went on writing"
    for name in back.keys() - GOES_ON - set(snapshot.PASSING):
        assert back[name] <= now[name], f"{name}: a row that never was"
    assert everything(office.house, "keys")["vault_wrappedkey"] == everything_of_keys()["vault_wrappedkey"]


def everything_of_keys():
    return everything_in(snapshot.file_of("keys"))


@truly
@on_sqlite
def test_whoever_was_erased_after_a_backup_stays_erased_when_it_is_given_back(cast, office, tmp_path):
    for of in ("rosa", "nadia"):
        offer(cast, of=of)
    making.back_up(to=office.backups, now=cast.now)
    there = give_back(office, cast.now)
    assert (there.spaces, there.erased) == (2, 0), "control: from before, both are there"

    erase(cast)
    assert str(cast.spaces["rosa"]) in office.erased.read_text()
    assert cast.accounts["rosa"].person_id.hex not in office.erased.read_text().replace("-", "")
    later = cast.now + WEEK - datetime.timedelta(hours=1)
    by_list = tmp_path / "by-list"
    by_list.mkdir()
    given = give_back(office, later, into=by_list)
    assert (given.spaces, given.erased, given.trail_holds) == (1, 1, True), "struck out by the list"

    office.erased.rename(tmp_path / "burned with the house")
    making.back_up(to=office.backups, now=later)
    by_keys = tmp_path / "by-keys"
    by_keys.mkdir()
    given = give_back(office, later, into=by_keys, moment=stamp(cast.now))
    assert (given.spaces, given.erased, given.trail_holds) == (1, 1, True), "their key is not among newer ones"
    for house in (by_list, by_keys):
        scopes = {row[0] for row in everything(house, "keys")["vault_wrappedkey"]}
        assert scopes == {cast.spaces["nadia"].hex, cast.organisation.id.hex}
        left = {
            name for name, rows in everything(house).items() for row in rows if cast.spaces["rosa"].hex in map(str, row)
        }
        assert {name for name in left if not name.startswith("access_trail")} == set()
        for file in house.iterdir():
            assert cast.spaces["rosa"].bytes not in file.read_bytes()


@truly
@on_sqlite
def test_nobody_comes_back_signed_in_and_nothing_readable_is_left_beside(cast, office, signed_in, settings):
    session = signed_in("rosa").session.session_key
    with contextlib.closing(sqlite3.connect(snapshot.file_of("default"))) as live:
        assert live.execute("SELECT count(*) FROM django_session").fetchone()[0], "control"
    making.back_up(to=office.backups, now=cast.now)
    give_back(office, cast.now)
    assert everything(office.house)["django_session"] == set()
    assert not everything(office.house)["cache"]
    for file in [*office.backups.iterdir()]:
        content = file.read_bytes()
        assert b"SQLite" not in content
        assert session.encode() not in content
        assert file.stat().st_mode & 0o077 == 0
    assert not [
        path for path in settings.DATA.iterdir() if path.name.startswith((f".{making.WORK}-", f".{restoring.WORK}-"))
    ]
    assert sorted(path.name for path in office.house.iterdir()) == ["default.sqlite3", "keys.sqlite3"]


@truly
@on_sqlite
def test_a_try_says_what_would_come_back_and_changes_nothing(cast, office, frozen, capsys):
    making.back_up(to=office.backups, now=cast.now)
    call_command("restore", str(office.backups), identity=[office.samuel], check=True)
    said = capsys.readouterr().out
    assert "Spaces: 2. Erased since, and erased again: 0." in said
    assert "It could be given back. Nothing was changed." in said
    assert cast.place("rosa").client_name == "Rosa", "the house that is at work is untouched"


# --- what is refused -------------------------------------------------------------------------------


@truly
@on_sqlite
def test_a_wrong_key_a_cut_and_a_changed_bit_are_refused_each_with_a_sentence(cast, office, tmp_path):
    made = making.back_up(to=office.backups, now=cast.now)
    with pytest.raises(CannotOpen, match="does not open"):
        give_back(office, cast.now, key="robin")
    lena = chest.identities([office.lena])
    spoiled = tmp_path / "spoiled.age"
    refused = 0
    for path in made.files:
        whole = path.read_bytes()
        assert chest.look_into(path, lena).about["house"], "control: the whole one opens"
        step = len(whole) // 25
        for cut in [*range(0, len(whole), step), len(whole) - 1]:
            spoiled.write_bytes(whole[:cut])
            with pytest.raises(CannotOpen, match="damaged"):
                chest.look_into(spoiled, lena)
            refused += 1
        for place in [*range(25, len(whole), step), len(whole) - 1]:
            spoiled.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
            with pytest.raises(CannotOpen, match=r"damaged|does not open"):
                chest.look_into(spoiled, lena)
            refused += 1
    print(f"{refused} damaged backups, {refused} refused")
    assert not list(office.house.iterdir()), "and nothing was laid down"


@truly
@on_sqlite
def test_a_backup_never_takes_the_place_of_a_house(cast, office):
    making.back_up(to=office.backups, now=cast.now)
    give_back(office, cast.now)
    before = {path: path.read_bytes() for path in office.house.iterdir()}
    with pytest.raises(CannotRestore, match="There is a house here already"):
        give_back(office, cast.now)
    (office.house / "default.sqlite3").unlink()
    with pytest.raises(CannotRestore, match="There is a house here already"):
        give_back(office, cast.now)
    (office.house / "keys.sqlite3").rename(office.house / "kept")
    (office.house / "default.sqlite3-wal").write_bytes(b"left behind")
    with pytest.raises(CannotRestore, match=r"default\.sqlite3-wal"):
        give_back(office, cast.now)
    (office.house / "kept").rename(office.house / "keys.sqlite3")
    assert (office.house / "keys.sqlite3").read_bytes() == before[office.house / "keys.sqlite3"]


@truly
@on_sqlite
def test_the_root_key_must_be_the_one_and_comes_from_the_officers_when_it_is_gone(cast, office, tmp_path, settings):
    making.back_up(to=office.backups, now=cast.now)
    own = settings.ROOT_KEY_FILE
    paper = tmp_path / "paper"
    call_command("backup", root_key_to=paper)
    assert paper.read_text().startswith("-----BEGIN AGE ENCRYPTED FILE-----")
    assert own.read_bytes() not in paper.read_bytes()
    settings.ROOT_KEY_FILE = tmp_path / "elsewhere" / "root.key"
    with pytest.raises(CannotRestore, match="The root key is not at"):
        give_back(office, cast.now)
    assert not give_back(office, cast.now, only_try=True).tried, "without it, it is only opened"
    with pytest.raises(CannotOpen):
        restoring.give_back_root_key(paper, officers=[office.robin])
    restoring.give_back_root_key(paper, officers=[office.lena])
    assert settings.ROOT_KEY_FILE.read_bytes() == own.read_bytes()
    assert settings.ROOT_KEY_FILE.stat().st_mode & 0o377 == 0
    with pytest.raises(CannotRestore, match="It stays"):
        restoring.give_back_root_key(paper, officers=[office.lena])
    settings.ROOT_KEY_FILE = tmp_path / "another.key"
    settings.ROOT_KEY_FILE.write_bytes(os.urandom(32))
    with pytest.raises(CannotRestore, match="the root key of another house"):
        give_back(office, cast.now)
    assert not list(office.house.iterdir())


@truly
@on_sqlite
def test_keys_past_their_time_are_deleted_and_refused(cast, office):
    made = making.back_up(to=office.backups, now=cast.now)
    data, wrapped = made.files
    later = cast.now + WEEK + datetime.timedelta(minutes=1)
    with pytest.raises(CannotRestore, match="past their time"):
        give_back(office, later)
    assert restoring.pair_in(office.backups, moment="", now=later, though_expired=True)
    made = making.back_up(to=office.backups, now=later)
    assert made.dropped == [wrapped], "the keys after a week"
    assert data.exists()
    assert making.back_up(to=office.backups, now=cast.now + datetime.timedelta(days=36)).dropped[0] == data
    (office.backups / f"alongside-{stamp(later)}-keys.age").unlink(missing_ok=True)


def test_who_could_not_be_helped_is_told_before_anything_is_written(office, settings, now):
    def refused(match):
        with pytest.raises(CannotBackUp, match=match):
            making.back_up(to=office.backups, now=now)
        assert not list(office.backups.iterdir())

    settings.KEYS_BACKUP_DAYS = 8
    refused("7 is the most")
    settings.KEYS_BACKUP_DAYS = 7
    Path(settings.OFFICERS_FILE).write_text("# nobody\n")
    refused("nobody could open")
    Path(settings.OFFICERS_FILE).write_text("age1nonsense\n")
    refused("Line 1 .* is no public key")
    settings.OFFICERS_FILE = str(office.house / "none")
    refused("cannot be read")
    settings.OFFICERS_FILE = ""
    with pytest.raises(CommandError, match="Nobody is named"):
        call_command("backup", str(office.backups))


def test_an_empty_folder_and_a_damaged_list_are_said_in_a_sentence(office, now, tmp_path):
    with pytest.raises(CannotRestore, match="There is no data file"):
        restoring.pair_in(office.backups, moment="", now=now)
    with pytest.raises(CannotRestore, match="There is no folder"):
        restoring.pair_in(tmp_path / "none", moment="", now=now)
    office.erased.write_text("2026-03-02T09:00:00+00:00 0190\n")
    with pytest.raises(CannotRestore, match="damaged: line 1"):
        restoring.struck_out([])


@pytest.mark.parametrize("name", ["../above.sqlite3", "/etc/passwd", "a/b/c.toml", "A.sqlite3", ".hidden"])
def test_a_name_that_leads_out_of_the_folder_is_never_packed(name, office, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CannotBackUp, match="cannot be called"):
        chest.pack(tmp_path / "x.age", {}, [(name, tmp_path / "file")], chest.officers(tmp_path / "officers"))
    assert not (tmp_path / "x.age").exists()


def test_an_erasure_that_cannot_be_noted_does_not_happen(cast, frozen, settings, tmp_path):
    place = cast.place("rosa")
    takeaway.ask_erasure(by=place.by, about=place, now=cast.now, write_id=new_id())
    settings.ERASED_LIST = str(tmp_path / "not mounted" / "erased.txt")
    with pytest.raises(OSError, match="not mounted"):
        takeaway.erase_due(now=cast.now + WEEK)
    assert cast.place("rosa").client_name == "Rosa", "nothing has happened, and the next round tries again"
    settings.ERASED_LIST = str(tmp_path / "erased.txt")
    assert takeaway.erase_due(now=cast.now + WEEK) == (1, 0)


# --- PostgreSQL ------------------------------------------------------------------------------------


on_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="PostgreSQL’s own: set ALONGSIDE_TEST_ON=postgresql")


@contextlib.contextmanager
def each_new_line_standing_for_nobody():
    """As on a server: a new line to the database stands for nobody, while in a test it stands for the house."""

    def for_nobody(connection, **_):
        if connection.alias == "default":
            connection.cursor().execute("SELECT set_config('alongside.viewer', '', false)")

    connection_created.connect(for_nobody)
    try:
        yield
    finally:
        connection_created.disconnect(for_nobody)
        for line in connections.all():
            line.close()


@truly
@on_postgresql
def test_on_postgresql_the_rows_come_back_behind_their_wall_and_the_erased_do_not(cast, office, monkeypatch):
    kept = [offer(cast, of=of) for of in ("rosa", "nadia", "nadia")]
    making.back_up(to=office.backups, now=cast.now)
    erase(cast)
    pair = restoring.pair_in(office.backups, moment="", now=cast.now)
    with pytest.raises(CannotRestore, match="There are tables in the database"):
        restoring.give_back(pair, officers=[office.lena], erased=[], now=cast.now)

    monkeypatch.setattr(snapshot, "has_tables", lambda alias: False)
    with as_owner(), trail_unlocked():
        call_command("flush", database="default", interactive=False, verbosity=0)
    call_command("flush", database="keys", interactive=False, verbosity=0)
    with each_new_line_standing_for_nobody():
        given = restoring.give_back(pair, officers=[office.lena], erased=[], now=cast.now)
    assert (given.spaces, given.erased, given.trail_holds) == (1, 1, True), given.trail
    with wall.standing_for_house(), connections["default"].cursor() as cursor:
        cursor.execute("SELECT id FROM topics_strength")
        assert {id for (id,) in cursor.fetchall()} == set(kept[1:])
    with wall.standing_for_nobody(), connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM topics_strength")
        assert cursor.fetchone()[0] == 0, "nobody sees a row who does not say who they are"
    assert wall.amiss() == []
    offer(cast, of="nadia")  # numbers that the database gives go on behind the last one


@truly
@on_postgresql
@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("SLOW_TESTS"), reason="lays all tables anew: SLOW_TESTS=1")
def test_on_postgresql_it_comes_back_into_two_empty_databases_behind_their_wall(cast, office, settings, tmp_path):
    kept = [offer(cast, of=of) for of in ("rosa", "nadia", "nadia")]
    made = making.back_up(to=office.backups, now=cast.now)
    erase(cast)
    names = {alias: f"given_back_{alias}_{os.getpid()}" for alias in ("default", "keys")}
    server = os.environ["ALONGSIDE_TEST_POSTGRESQL"]
    with psycopg.connect(server, autocommit=True) as there:
        for name in names.values():
            there.execute(f"CREATE DATABASE {name} OWNER {OWNER}")

    def address(alias, role):
        scheme, _, rest = server.partition("://")
        before, _, after = rest.partition("@")[2].partition("?")
        return f"{scheme}://{role}:@{before.rsplit('/', 1)[0]}/{names[alias]}?{after}"

    environment = {
        **os.environ, "DATABASE_URL": address("default", APPLICATION), "DATABASE_OWNER_URL": address("default", OWNER),
        "KEYS_DATABASE_URL": address("keys", OWNER), "ALONGSIDE_DATA": str(office.house),
        "ALONGSIDE_ROOT_KEY_FILE": str(settings.ROOT_KEY_FILE), "DJANGO_SETTINGS_MODULE": "alongside.config.settings",
    }  # fmt: skip

    def manage(*command):
        return subprocess.run(
            [sys.executable, "manage.py", *command], cwd=HOUSE, env=environment, capture_output=True, text=True,
            timeout=900, check=False,
        )  # fmt: skip

    try:
        order = ["restore", str(office.backups), "--identity", str(office.lena), "--erased", str(office.erased)]
        # The files are of March 2026, and the server's clock is not.
        answer = manage(*order, "--though-expired")
        assert answer.returncode == 0, answer.stderr
        assert "Spaces: 1. Erased since, and erased again: 1." in answer.stdout
        with psycopg.connect(address("default", OWNER), autocommit=True) as there:
            there.execute("SELECT set_config('alongside.viewer', 'house', false)")
            rows = {id for (id,) in there.execute("SELECT id FROM topics_strength")}
            assert rows == set(kept[1:])
        assert "The wall stands before" in manage("wall", "--check").stdout
        assert "There are tables in the database" in manage(*order, "--though-expired").stderr
        assert len(made.files) == 2
    finally:
        connections.close_all()
        with psycopg.connect(server, autocommit=True) as there:
            for name in names.values():
                there.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
