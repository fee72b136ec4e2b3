"""Erasing: on the day that she was told, all of it, for good; and held back by two people or not at all."""

import datetime
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, connections, transaction

from alongside.access import Denied, Kind
from alongside.access.models import TrailLine
from alongside.access.private import private_tables
from alongside.access.trail import READ
from alongside.access.waiting import what_waits
from alongside.glass.queries import reference_of
from alongside.journeys import actions as journeys
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Account, Partnership, Person, Seat
from alongside.people.rules import Role
from alongside.takeaway import actions, gathering, queries, rules
from alongside.takeaway.actions import HeldBack, HoldTooLong, NoSuchSpace, NotNow, TakesTwo
from alongside.takeaway.models import Hold
from alongside.takeaway.rules import State
from alongside.vault.fields import EncryptedText
from alongside.vault.keys import CannotOpen
from alongside.vault.models import WrappedKey
from tests.house import lay

HOUSE = Path(__file__).resolve().parents[2]
WEEK = datetime.timedelta(days=7)


class Leaving:
    """Rosa on her way out; `now` can be moved."""

    def __init__(self, cast):
        self.cast, self.space = cast, cast.spaces["rosa"]

    def do(self, action, name="rosa", **given):
        place = self.cast.place(name)
        if action is not actions.erase_now:
            given.setdefault("write_id", new_id())
        return action(by=place.by, about=place, now=self.cast.now, **given)

    def agency(self, action, name, **given):
        return action(by=self.cast.viewer(name), now=self.cast.now, write_id=new_id(), **given)

    def later(self, delta):
        self.cast.now = self.cast.now + delta

    def state(self, name="rosa"):
        return queries.erasure_page(self.cast.place(name)).state

    def hold(self, days=30):
        row = self.agency(
            actions.hold, "lena", reference=reference_of(self.space), basis="A court’s order", scope="All of it",
            ends=self.cast.now.date() + datetime.timedelta(days=days),
        )  # fmt: skip
        self.agency(actions.confirm_hold, "samuel", hold_id=row.id)
        return row


@pytest.fixture
def leaving(cast, frozen):
    return Leaving(cast)


def due(leaving):
    return actions.erase_due(now=leaving.cast.now)


# --- asking, and the way back ----------------------------------------------------------------------


def test_she_asks_and_has_seven_days_to_take_it_back(leaving):
    assert leaving.state() is State.ACTIVE
    asked = leaving.do(actions.ask_erasure)
    assert asked.due_at - asked.asked_at == WEEK
    assert leaving.do(actions.ask_erasure).id == asked.id, "asked twice, it is asked once"
    leaving.later(WEEK - datetime.timedelta(seconds=1))
    assert leaving.state() is State.ASKED
    assert due(leaving) == (0, 0)
    with pytest.raises(NotNow):
        leaving.do(actions.erase_now)
    leaving.do(actions.take_back_erasure)
    leaving.later(WEEK)
    assert due(leaving) == (0, 0)
    assert leaving.state() is State.ACTIVE


def test_when_the_days_are_over_it_is_erased_in_the_next_round_or_at_once_if_she_wants(leaving):
    leaving.do(actions.ask_erasure)
    leaving.later(WEEK)
    assert leaving.state() is State.DUE
    assert due(leaving) == (1, 0)
    assert due(leaving) == (0, 0)
    assert not Partnership.objects.filter(id=leaving.space).exists()
    assert not Account.objects.filter(pk=leaving.cast.accounts["rosa"].pk).exists()


def test_only_she_asks_takes_back_and_erases(leaving):
    for action in (actions.ask_erasure, actions.take_back_erasure, actions.erase_now):
        for name in ("dana", "samuel"):
            with pytest.raises(Denied):
                leaving.do(action, name)
        place = leaving.cast.place("dana")
        given = {} if action is actions.erase_now else {"write_id": new_id()}
        with pytest.raises(NotFound):
            action(by=leaving.cast.viewer("robin"), about=place, now=leaving.cast.now, **given)


def test_those_who_work_with_her_know_that_it_was_asked_and_others_do_not(leaving):
    leaving.do(actions.ask_erasure)
    assert [one.sentence for one in what_waits(queries.waiting_in(leaving.cast.place("dana")))]
    assert leaving.state("dana") is State.ASKED
    assert not queries.waiting_in(leaving.cast.place("rosa"))
    assert not queries.waiting_in(leaving.cast.place("samuel"))
    with pytest.raises(NotFound):
        leaving.state("samuel")


def test_every_state_can_be_reached_and_each_move_is_in_the_table():
    reached, moves = {State.ACTIVE}, [State.ACTIVE]
    while moves:
        for then in rules.TRANSITIONS[moves.pop()].values():
            if then not in reached:
                reached.add(then)
                moves.append(then)
    assert reached == set(rules.STATES)
    assert not rules.can_follow(State.ON_HOLD, rules.Event.ERASE)
    assert not rules.can_follow(State.ASKED, rules.Event.ERASE)


# --- how long an agency keeps ----------------------------------------------------------------------


def test_an_agency_may_keep_for_some_years_and_says_so(leaving, settings):
    assert queries.erasure_page(leaving.cast.place("rosa")).kept_until is None, "as long as she wants"
    settings.KEEP_YEARS = "3"
    until = queries.erasure_page(leaving.cast.place("rosa")).kept_until
    assert until.year == 2029
    leaving.later(datetime.timedelta(days=3 * 365))
    assert due(leaving) == (0, 0)
    leaving.later(datetime.timedelta(days=2))
    assert due(leaving) == (2, 0), "Rosa's and Nadia's: nothing was done in either"


def test_three_years_from_a_leap_day_end_on_the_first_of_march():
    leap = datetime.datetime(2024, 2, 29, 9, tzinfo=datetime.UTC)
    assert rules.kept_until(leap, 3) == datetime.datetime(2027, 3, 1, 9, tzinfo=datetime.UTC)
    assert rules.kept_until(leap, None) is None


# --- what is left ----------------------------------------------------------------------------------


def everything():
    """Every value in every table of both databases, by table."""
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f"SELECT * FROM {connections[alias].ops.quote_name(table)}")
                for row in cursor.fetchall():
                    for value in row:
                        yield table, value.hex if isinstance(value, uuid.UUID) else str(value)


def where(*ids):
    wanted = {form for each in ids for form in (each.hex, str(each))}
    return {table for table, value in everything() if any(form in value for form in wanted)}


def test_nothing_of_the_space_is_left_but_lines_of_the_trail(copier, life):
    cast, space = life.cast, life.cast.spaces["rosa"]
    client, account = cast.accounts["rosa"].person_id, cast.accounts["rosa"].pk
    session = copier.session_key
    copier.make()
    life.by("rosa", actions.ask_erasure, write_id=new_id())
    before = where(space)
    assert {model._meta.db_table for model in private_tables().values()} <= before, "control: it was everywhere"
    others = counts(cast.spaces["nadia"])
    life.by("rosa", actions.erase_now, now=cast.now + WEEK)

    trail = {table for table in before if table.startswith("access_")}
    assert "access_trailline" in trail
    assert where(space) <= trail
    assert where(client) <= trail
    assert where(account) == set()
    assert not Session.objects.filter(session_key=session).exists()
    assert not WrappedKey.objects.filter(scope=space).exists()
    assert counts(cast.spaces["nadia"]) == others, "and nothing of anybody else's is gone"
    assert cast.place("nadia", of="nadia").client_name == "Nadia"
    lines = TrailLine.objects.filter(doing="erase", row_id=space)
    assert [(line.partnership_id, line.kind) for line in lines] == [(None, "")], "the receipt: a space, and no name"


def counts(space):
    return {
        label: model._base_manager.unguarded(because="test").filter(partnership_id=space).count()
        if model._meta.db_table in private_tables()
        else model._default_manager.filter(partnership_id=space).count()
        for label, model in gathering.tables_of_a_space().items()
    }


def test_the_lines_that_stay_hold_ids_and_our_own_words_and_nothing_else(life):
    life.by("rosa", actions.ask_erasure, write_id=new_id())
    life.by("rosa", actions.erase_now, now=life.cast.now + WEEK)
    kept = [value for table, value in everything() if table.startswith("access_")]
    assert kept
    assert not [what for what, word in life.planted.items() if any(word in value for value in kept)]
    assert "Rosa" not in kept
    assert "Dana" not in kept


def test_somebody_who_has_a_seat_elsewhere_keeps_it_and_is_called_nothing(leaving):
    """Rosa is a peer in Nadia's space. Her name was sealed with the key that is destroyed."""
    cast = leaving.cast
    peer = cast.accounts["rosa"].person_id
    Seat.objects.create(partnership_id=cast.spaces["nadia"], person_id=peer, role=Role.PEER, begins=cast.now)
    leaving.do(actions.ask_erasure)
    leaving.later(WEEK)
    assert due(leaving) == (1, 0)
    assert Person.objects.get(id=peer).called == ""
    assert cast.place("nadia", of="nadia").names[peer] == ""
    assert not Account.objects.filter(person_id=peer).exists()


def test_if_it_breaks_off_nothing_has_happened(leaving, monkeypatch):
    leaving.do(actions.ask_erasure)
    leaving.later(WEEK)

    def breaks(scope):
        raise OSError("the key store is away")

    monkeypatch.setattr(actions, "destroy_key", breaks)
    with pytest.raises(OSError, match="away"), transaction.atomic():
        due(leaving)
    monkeypatch.undo()
    assert leaving.cast.place("rosa").client_name == "Rosa"
    assert due(leaving) == (1, 0), "and the next round does it"


# --- legal hold ------------------------------------------------------------------------------------


def test_a_hold_forbids_erasing_and_she_sees_it_with_its_reason_and_both_names(leaving):
    leaving.do(actions.ask_erasure)
    row = leaving.hold()
    leaving.later(WEEK)
    assert leaving.state() is State.ON_HOLD
    assert due(leaving) == (0, 1)
    with pytest.raises(HeldBack):
        leaving.do(actions.erase_now)
    [seen] = queries.erasure_page(leaving.cast.place("rosa")).holds
    assert (seen.id, seen.basis, seen.asked_by, seen.confirmed_by) == (row.id, "A court’s order", "Lena", "Samuel")
    leaving.later(datetime.timedelta(days=30))
    assert leaving.state() is State.DUE, "it has an end"
    assert due(leaving) == (1, 0)


def test_it_takes_two_to_set_one_and_two_to_lift_one(leaving):
    row = leaving.agency(
        actions.hold, "lena", reference=reference_of(leaving.space).lower(), basis="A law", scope="All",
        ends=leaving.cast.now.date() + datetime.timedelta(days=30),
    )  # fmt: skip
    leaving.do(actions.ask_erasure)
    leaving.later(WEEK)
    assert leaving.state() is State.DUE, "one person alone holds nothing back"
    with pytest.raises(TakesTwo):
        leaving.agency(actions.confirm_hold, "lena", hold_id=row.id)
    leaving.agency(actions.confirm_hold, "samuel", hold_id=row.id)
    assert leaving.state() is State.ON_HOLD
    leaving.agency(actions.lift_hold, "samuel", hold_id=row.id)
    with pytest.raises(TakesTwo):
        leaving.agency(actions.lift_hold, "samuel", hold_id=row.id)
    assert leaving.state() is State.ON_HOLD
    leaving.agency(actions.lift_hold, "lena", hold_id=row.id)
    assert leaving.state() is State.DUE
    for broken in (
        {"confirmed_by_id": row.asked_by_id},
        {"lift_asked_by_id": row.asked_by_id, "lifted_by_id": row.asked_by_id},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Hold.objects.filter(id=row.id).update(**broken)


def test_a_hold_opens_nothing_to_those_who_set_it(leaving, signed_in):
    leaving.hold()
    for name in ("lena", "samuel"):
        [seen] = queries.holds_of(leaving.cast.viewer(name))
        assert "Rosa" not in repr(seen)
    page = signed_in("lena")
    assert page.get(f"/space/{leaving.space}/record/").status_code == 404
    shown = page.get("/holds/")
    assert shown.status_code == 200
    assert "Rosa" not in shown.content.decode()


@pytest.mark.parametrize(("name", "address"), [("dana", "erasure"), ("lena", "holds"), ("samuel", "holds")])
def test_who_reads_what_a_hold_says_leaves_a_line_where_she_sees_it(leaving, signed_in, name, address):
    where = f"/space/{leaving.space}/erasure/" if address == "erasure" else "/holds/"

    def lines():
        person = leaving.cast.accounts[name].person_id
        here = TrailLine.objects.filter(partnership_id=leaving.space, actor_id=person, doing=READ, kind=Kind.SHARE)
        return sum(line.count for line in here)

    page = signed_in(name)
    page.get(where)
    assert lines() == 0, "control: there was nothing to read yet"
    leaving.hold()
    assert "A court’s order" in page.get(where).content.decode()
    assert lines() == 1
    page.get(where)
    assert lines() == 2


def test_who_may_set_confirm_and_lift(leaving):
    row = leaving.hold()
    for name in ("dana", "amir", "robin", "rosa", "samuel"):
        with pytest.raises(NotFound):
            leaving.agency(
                actions.hold, name, reference=reference_of(leaving.space), basis="x", scope="x",
                ends=leaving.cast.now.date() + WEEK,
            )  # fmt: skip
    for action in (actions.confirm_hold, actions.review_hold, actions.lift_hold):
        for name in ("dana", "amir", "robin", "rosa"):
            with pytest.raises(NotFound):
                leaving.agency(action, name, hold_id=row.id)
        with pytest.raises(NotFound):
            leaving.agency(action, "lena", hold_id=new_id())


def test_a_hold_has_an_end_within_a_year_and_names_a_space(leaving):
    for days in (-2, 367):
        with pytest.raises(HoldTooLong):
            leaving.hold(days)
    with pytest.raises(NoSuchSpace):
        leaving.agency(
            actions.hold, "lena", reference="AAAA-AAAA", basis="x", scope="x", ends=leaving.cast.now.date() + WEEK
        )
    assert not Hold.objects.exists()


def test_after_ninety_days_somebody_must_have_looked_again_and_all_see_when_not(leaving):
    row = leaving.hold(days=300)
    seen = queries.erasure_page(leaving.cast.place("rosa")).holds[0]
    assert seen.look_again_on - leaving.cast.now == rules.REVIEW_AFTER
    assert not seen.look_is_late
    leaving.later(rules.REVIEW_AFTER)
    assert queries.erasure_page(leaving.cast.place("rosa")).holds[0].look_is_late
    leaving.agency(actions.review_hold, "samuel", hold_id=row.id)
    assert not queries.erasure_page(leaving.cast.place("rosa")).holds[0].look_is_late


# --- the drill -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drilled():
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="alongside-tests-") as made:
        folder = Path(made)
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("ALONGSIDE_") and "DATABASE" not in name
        }
        ran = subprocess.run(
            [sys.executable, "-m", "tests.takeaway.drill", str(folder)],
            cwd=HOUSE, env=clean | {"ALONGSIDE_DATA": str(lay(folder / "data")), "PYTHONPATH": str(HOUSE)},
            capture_output=True, text=True, timeout=400, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr[-3000:]
        yield folder, json.loads(ran.stdout)


def derived(root):
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"alongside wrap 1").derive(root))


def opened(cipher, sealed, beside):
    try:
        return cipher.decrypt(sealed[1:13], sealed[13:], beside)
    except InvalidTag:
        return None


def keys_in(folder, root, scopes):
    """Every key that the store still has, and every one that lies about in its files, at whatever place."""
    wrapping, found = derived(root), {}
    for path in folder.glob("keys.sqlite3*"):
        data = path.read_bytes()
        at = data.find(b"\x01")
        while at >= 0:
            if len(data) - at >= 61:
                for scope in scopes:
                    key = opened(wrapping, data[at : at + 61], b"key|" + scope.bytes)
                    if key:
                        found[scope] = AESGCM(key)
            at = data.find(b"\x01", at + 1)
    return found


def rows_in(database):
    """(table, column, row, sealed) of every encrypted value that a database file still shows."""
    with sqlite3.connect(database) as file:
        for model in apps.get_models():
            sealed = [field for field in model._meta.concrete_fields if isinstance(field, EncryptedText)]
            if not sealed:
                continue
            names = ", ".join(f'"{field.column}"' for field in [model._meta.pk, *sealed])
            for key, *values in file.execute(f'SELECT {names} FROM "{model._meta.db_table}"'):
                for field, value in zip(sealed, values, strict=True):
                    if value is not None:
                        yield model._meta.db_table, field.column, str(uuid.UUID(key)), bytes(value)


def recovered(words, data_folders, keys, scope):
    """The words that come to light: in the bytes of any file, or by trying every key on every sealed value."""
    texts = []
    for folder in data_folders:
        for path in folder.iterdir():
            if path.is_file() and not path.name.startswith("keys."):
                texts.append(path.read_bytes())
        for table, column, row, sealed in rows_in(folder / "alongside.sqlite3"):
            for of, key in keys.items():
                plain = opened(key, sealed, f"{of}|{table}|{column}|{row}|1".encode())
                texts.append(plain or opened(key, sealed, f"{scope}|{table}|{column}|{row}|1".encode()) or b"")
    together = b"\n".join(texts)
    return {what for what, word in words.items() if word.encode() in together}


@pytest.mark.once
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the files are SQLite's; the rows are looked at above")
def test_of_a_thousand_words_none_comes_back_when_the_backup_of_the_key_is_gone(drilled):
    """S20: the old data, its log, the cache and all backups are at hand, and the root key; only the old key is not."""
    folder, told = drilled
    words, space = told["words"], uuid.UUID(told["space"])
    before, after = folder / "before", folder / "after"
    root = (before / "root.key").read_bytes()
    with sqlite3.connect(before / "keys.sqlite3") as store:
        scopes = [uuid.UUID(scope) for (scope,) in store.execute("SELECT scope FROM vault_wrappedkey")]
    assert len(words) == 1000
    assert space in scopes

    old, left = keys_in(before, root, scopes), keys_in(after, root, scopes)
    assert space in old, "control"
    with_old_keys = recovered(words, [before], old, space)
    print(f"before the erasure, with the keys: {len(with_old_keys)} of {len(words)} words recovered")
    assert len(with_old_keys) == len(words), "control: by the same attempt they are found"

    assert space not in left, "it is not in any byte of the store"
    assert left, "the others' keys are still there, and are tried"
    found = recovered(words, [before, after], left, space)
    print(f"after the erasure, with every file, {len(left)} keys left and the root key: {len(found)} of {len(words)}")
    assert found == set()


def test_what_was_sealed_for_her_does_not_open_in_this_process_either(leaving):
    account = Account.objects.select_related("person").get(pk=leaving.cast.accounts["rosa"].pk)
    person = Person.objects.get(pk=account.person_id)
    leaving.do(actions.ask_erasure)
    leaving.later(WEEK)
    due(leaving)
    assert not Partnership.objects.filter(id=leaving.space).exists()
    with pytest.raises(CannotOpen):
        _ = person.called


def test_what_nobody_asked_for_stays(leaving):
    journeys.start_partnership(by=leaving.cast.viewer("dana"), called="Noor", language="en", now=leaving.cast.now)
    leaving.later(datetime.timedelta(days=4000))
    assert due(leaving) == (0, 0)
