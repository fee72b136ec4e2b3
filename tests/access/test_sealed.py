"""The trail is sealed: whatever is changed by hand is found, with the number of the first bad line."""

import base64
import datetime
import hashlib
import importlib
import io
import json
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import call_command
from django.db import connection

from alongside.access import checkpoints, merkle, sealing, trail, verdict
from alongside.access.models import Checkpoint, TrailLine, TrailTree
from alongside.kit.ids import new_id
from alongside.vault import keys
from tests.access.by_hand import committed, lock_taken_off, undone

LINES = 2000
as_sqlite_keeps_it = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="SQLite alone: PostgreSQL takes no letter that does not fit its column"
)


def line(cast, number, *, of="rosa", write=False):
    return TrailLine(
        at=cast.now + datetime.timedelta(seconds=number, microseconds=number % 3),
        organisation_id=cast.organisation.id,
        partnership_id=cast.spaces[of] if of else None,
        actor_id=cast.accounts["dana"].person_id,
        role="worker",
        doing="say_words" if write else "read",
        kind="reach",
        ground="seat",
        count=1 + number % 5,
        row_id=new_id() if write else None,
        write_id=new_id() if write else None,
    )


def fill(cast, lines=40):
    """Lines in three lists, a few at a time, as requests write them."""
    for number in range(0, lines, 4):
        trail.write([
            line(cast, number), line(cast, number + 1, of="nadia"), line(cast, number + 2, write=True),
            line(cast, number + 3, of=None),
        ])  # fmt: skip


def by_hand(sql, *given):
    with connection.cursor() as cursor:
        cursor.execute(sql, list(given))


def told(*args):
    """What the command says, and the status it ends with."""
    out = io.StringIO()
    try:
        call_command("trail", *args, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


# --- sealing -----------------------------------------------------------------------------------


def test_each_list_has_its_own_places_and_its_root_is_that_of_its_lines(cast):
    fill(cast)
    trees = {tree.id: tree for tree in TrailTree.objects.all()}
    assert set(trees) == {*cast.spaces.values(), cast.organisation.id}
    for tree in trees.values():
        lines = list(TrailLine.objects.filter(tree_id=tree.id).order_by("place"))
        assert [each.place for each in lines] == list(range(tree.size))
        assert [each.seq for each in lines] == sorted(each.seq for each in lines)
        assert [bytes(each.leaf) for each in lines] == [merkle.leaf_hash(sealing.entry_of(each)) for each in lines]
        assert merkle.root_of([bytes(each.leaf) for each in lines]) == bytes(tree.root)


def test_an_entry_is_canonical_json_of_every_column_but_its_own_hash(cast):
    trail.write([line(cast, 5, write=True)])
    entry = sealing.entry_of(TrailLine.objects.latest("seq"))
    assert json.loads(entry).keys() == {field.attname for field in TrailLine._meta.concrete_fields} - {"leaf"}
    assert entry.decode("ascii") == json.dumps(json.loads(entry), sort_keys=True, separators=(",", ":"))
    assert b'"at":"2026-03-02T09:00:05.000002Z"' in entry


@committed
def test_lines_that_were_there_before_are_sealed_by_the_migration(cast):
    fill(cast)
    migration = importlib.import_module("alongside.access.migrations.0003_sealed")
    kept = list(TrailTree.objects.order_by("id").values())
    TrailTree.objects.all().delete()
    with lock_taken_off():
        for each in TrailLine.objects.order_by("-seq"):
            each.leaf, each.place = b"", each.place + 10_000
            each.save()
        migration.seal(importlib.import_module("django.apps").apps, None)
    assert list(TrailTree.objects.order_by("id").values()) == kept
    assert verdict.examine().holds


def test_what_life_leaves_holds(cast, frozen, life):

    said, status = told("verify")
    assert status == 0
    assert "All is as it was written" in said
    assert verdict.examine().lines == TrailLine.objects.count() > 50


# --- every bit ---------------------------------------------------------------------------------


@pytest.mark.once
def test_every_flip_of_a_bit_in_two_thousand_entries_is_found(cast, capsys):
    """In memory, on the bytes that are sealed and on the seals: the first bad line is the one that was touched."""
    entries, leaves, tree = [], [], merkle.Tree()
    for number in range(LINES):
        each = line(cast, number, write=number % 3 == 0)
        each.seq, each.tree_id = number + 1, each.partnership_id
        sealing.seal(each, tree)
        entries.append(sealing.entry_of(each))
        leaves.append(each.leaf)
    flips = found = 0
    masks, digest = [1 << bit for bit in range(8)], hashlib.sha256
    for entry, leaf in zip(entries, leaves, strict=True):
        raw = bytearray(b"\x00" + entry)  # as `leaf_hash` does it, without a copy for each of eight million
        for place in range(1, len(raw)):
            for mask in masks:
                raw[place] ^= mask
                found += digest(raw).digest() != leaf
                raw[place] ^= mask
        assert digest(raw).digest() == leaf == merkle.leaf_hash(entry), "control"
        seal = int.from_bytes(leaf, "big")
        found += sum(seal ^ 1 << bit != seal for bit in range(8 * len(leaf)))
        flips += 8 * (len(entry) + len(leaf))
    assert found == flips
    assert merkle.root_of(leaves) == tree.root()
    with capsys.disabled():
        print(f"\n[trail] one-bit flips in {LINES} sealed entries: {found} of {flips} found")


TYPES = {"seq": int, "place": int, "count": int, "leaf": bytes}


def flip(value, bit):
    if isinstance(value, int):
        return value ^ 1 << bit % 20
    raw = bytearray(value)
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    return bytes(raw)


@as_sqlite_keeps_it
def test_flips_in_the_database_itself_are_found_and_named(cast, capsys):
    """In every column of random lines, as SQLite keeps it on the disk; each is put back afterwards."""
    fill(cast)
    assert verdict.examine().holds, "control"
    chance, flips = random.Random(55), 0
    with lock_taken_off():
        for column in (*sealing.COLUMNS, "leaf"):
            is_text = column not in TYPES
            read = f"CAST({column} AS BLOB)" if is_text else column
            write = "CAST(%s AS TEXT)" if is_text else "%s"
            for _ in range(20):
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"SELECT rowid, {read}, {column} FROM access_trailline WHERE {column} IS NOT NULL "
                        f"AND length({column}) > 0 ORDER BY rowid LIMIT 1 OFFSET {chance.randrange(10)}"
                    )
                    seq, raw, _ = cursor.fetchone()
                changed = flip(raw, chance.randrange(2000))
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"UPDATE OR IGNORE access_trailline SET {column} = {write} WHERE seq = %s", [changed, seq]
                    )
                    if not cursor.rowcount:
                        continue  # the table itself refused: two lines at one place, or with one number
                at = changed if column == "seq" else seq
                found = verdict.examine()
                assert not found.holds, (column, raw, changed)
                assert any(sentence.startswith("Line ") for sentence in found.wrong), found.wrong
                flips += 1
                by_hand(f"UPDATE access_trailline SET {column} = {write} WHERE seq = %s", raw, at)
    assert verdict.examine().holds
    assert flips > 200
    with capsys.disabled():
        print(f"\n[trail] one-bit flips in the database: {flips} of {flips} found")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("access_trailtree", column) for column in ("id", "organisation_id", "size", "peaks", "root")
    ] + [
        ("access_checkpoint", column) for column in ("id", "organisation_id", "number", "at", "heads", "note")
    ],
)  # fmt: skip
@as_sqlite_keeps_it
def test_flips_in_what_is_kept_about_the_lists_are_found(cast, table, column):
    fill(cast)
    checkpoints.make(cast.organisation.id, now=cast.now)
    assert verdict.examine().holds, "control"
    is_number, is_bytes = column in ("size", "number"), column in ("peaks", "root", "heads")
    read = column if is_number or is_bytes else f"CAST({column} AS BLOB)"
    write = "%s" if is_number or is_bytes else "CAST(%s AS TEXT)"
    chance = random.Random(column)
    with lock_taken_off():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT rowid, {read} FROM {table} LIMIT 1")
            row, raw = cursor.fetchone()
        for _ in range(12):
            changed = flip(raw, chance.randrange(256))
            by_hand(f"UPDATE {table} SET {column} = {write} WHERE rowid = %s", changed, row)
            assert not verdict.examine().holds, (raw, changed)
        by_hand(f"UPDATE {table} SET {column} = {write} WHERE rowid = %s", raw, row)
    assert verdict.examine().holds


# --- what somebody with the database might do --------------------------------------------------


def seal_again(tree_id):
    """Work every seal of a list out anew, as somebody would who can write to the database."""
    tree = merkle.Tree()
    for each in TrailLine.objects.filter(tree_id=tree_id).order_by("place"):
        sealing.seal(each, tree)
        TrailLine.objects.filter(seq=each.seq).update(place=each.place, leaf=each.leaf)
    TrailTree.objects.filter(id=tree_id).update(size=tree.size, peaks=tree.packed(), root=tree.root())


def change(space):
    TrailLine.objects.filter(tree_id=space, place=5).update(ground="share")


def swap(space):
    first, second = (TrailLine.objects.get(tree_id=space, place=place) for place in (4, 9))
    TrailLine.objects.filter(seq=first.seq).update(place=10_000)
    TrailLine.objects.filter(seq=second.seq).update(place=4)
    TrailLine.objects.filter(seq=first.seq).update(place=9)


def drop(space):
    TrailLine.objects.filter(tree_id=space, place=5).delete()


def insert(space):
    last = TrailLine.objects.filter(tree_id=space).latest("place")
    last.place, last.seq, last.write_id = last.place + 1, last.seq + 1000, None
    last.leaf = merkle.leaf_hash(sealing.entry_of(last))
    last.save(force_insert=True)


def insert_inside(space):
    for each in TrailLine.objects.filter(tree_id=space, place__gte=5).order_by("-place"):
        TrailLine.objects.filter(seq=each.seq).update(place=each.place + 1)
    added = TrailLine.objects.get(tree_id=space, place=4)
    added.place, added.seq, added.write_id = 5, TrailLine.objects.latest("seq").seq + 1, None
    added.leaf = merkle.leaf_hash(sealing.entry_of(added))
    added.save(force_insert=True)


def cut_the_tail(space):
    TrailLine.objects.filter(tree_id=space, place__gte=12).delete()


def take_out_the_list(space):
    TrailLine.objects.filter(tree_id=space).delete()
    TrailTree.objects.filter(id=space).delete()


ALL = [change, swap, drop, insert, insert_inside, cut_the_tail]


@committed
def test_what_is_changed_by_hand_is_found_without_any_witness(cast):
    fill(cast)
    assert told("verify")[1] == 0, "control"
    for do in ALL:
        with lock_taken_off(), undone():
            do(cast.spaces["rosa"])
            said, status = told("verify")
        assert status == 1, do
        assert "SOMETHING IS WRONG" in said, do
        assert str(cast.spaces["rosa"]) in said, do
        assert told("verify")[1] == 0, "control: it was the change that was found"


@committed
def test_the_first_bad_line_is_named(cast):
    fill(cast)
    touched = TrailLine.objects.get(tree_id=cast.spaces["rosa"], place=5)
    with lock_taken_off():
        change(cast.spaces["rosa"])
        TrailLine.objects.filter(tree_id=cast.spaces["nadia"], seq__gt=touched.seq).update(count=9)
    wrong = [sentence for sentence in verdict.examine().wrong if sentence.startswith("Line")]
    assert wrong[0] == f"Line {touched.seq}, in the list {cast.spaces['rosa']}, was changed after it was written."


@committed
def test_what_is_changed_and_sealed_again_is_found_with_a_checkpoint_or_a_file(cast, tmp_path):
    """A rewrite by somebody who has the whole database: found by the checkpoint, whose key they have not; and when they
    take the checkpoint out as well, by the file that somebody else holds."""
    fill(cast)
    space, file = cast.spaces["rosa"], tmp_path / "held"
    said, status = told("checkpoint", "--to", str(file))
    assert status == 0, said
    fill(cast, 8)
    assert told("verify", "--against", str(file))[1] == 0, "control: a list that only grew is no trouble"
    for do in (change, swap, drop, insert_inside, cut_the_tail):
        shows_by_itself = do in (swap, insert_inside)  # numbers out of order
        with lock_taken_off(), undone():
            do(space)
            seal_again(space)
            found = verdict.examine()
            assert found.wrong, do
            assert shows_by_itself or all("checkpoint 1" in sentence for sentence in found.wrong), found.wrong
            Checkpoint.objects.all().delete()
            assert shows_by_itself or verdict.examine().holds, "without any witness nobody could tell"
            said, status = told("verify", "--against", str(file))
        assert status == 1, do
        assert "in the file that somebody holds" in said, do


@committed
def test_a_list_that_is_taken_out_whole_is_found_with_a_witness(cast, tmp_path):
    fill(cast)
    told("checkpoint", "--to", str(tmp_path / "held"))
    with lock_taken_off():
        take_out_the_list(cast.spaces["rosa"])
    said, status = told("verify", "--against", str(tmp_path / "held"))
    assert (status, "it was cut" in said) == (1, True)


@committed
def test_two_files_that_tell_two_stories_are_found(cast, tmp_path):
    """A fork: one list is shown to one witness, another to the second."""
    fill(cast)
    told("checkpoint", "--to", str(tmp_path / "one"))
    with lock_taken_off():
        Checkpoint.objects.all().delete()
        change(cast.spaces["rosa"])
        seal_again(cast.spaces["rosa"])
    told("checkpoint", "--to", str(tmp_path / "two"))
    assert told("verify", "--against", str(tmp_path / "two"))[1] == 0, "control: to one alone it looks well"
    assert told("verify", "--against", str(tmp_path / "one"), str(tmp_path / "two"))[1] == 1


# --- checkpoints and proofs --------------------------------------------------------------------


def test_a_checkpoint_is_a_signed_note_that_anybody_can_check(cast):
    fill(cast)
    made = checkpoints.make(cast.organisation.id, now=cast.now)
    text, _, signatures = made.note.partition("\n\n")
    origin, size, root, *more = text.split("\n")
    heads = checkpoints.opened(made).heads
    assert (origin, size) == (f"alongside/{cast.organisation.id}", "3")
    assert base64.b64decode(root) == merkle.root_of([merkle.leaf_hash(head.packed()) for head in heads])
    assert more == ["number 1", "at 2026-03-02T09:00:00.000000Z", f"lines {TrailLine.objects.count()}"]
    dash, name, blob = signatures.strip().split(" ")
    assert (dash, name) == ("—", origin)
    Ed25519PublicKey.from_public_bytes(keys.public_key()).verify(base64.b64decode(blob)[4:], f"{text}\n".encode())
    assert checkpoints.make(cast.organisation.id, now=cast.now).number == 2


@pytest.mark.parametrize("change", ["note", "heads", "number", "at", "format", "rubbish", "none"])
def test_a_file_that_this_house_did_not_sign_is_refused(cast, tmp_path, change):
    fill(cast)
    file = tmp_path / "held"
    told("checkpoint", "--to", str(file))
    if change == "none":
        file.unlink()
    elif change == "rubbish":
        file.write_bytes(b"\xff{")
    else:
        held = json.loads(file.read_text())
        held[change] = {
            "note": held["note"].replace("lines ", "lines 1"), "heads": held["heads"][1:], "number": 7,
            "at": "2026-03-03T09:00:00.000000Z", "format": "another",
        }[change]  # fmt: skip
        file.write_text(json.dumps(held))
    said, status = told("verify", "--against", str(file))
    assert (status, "no checkpoint that this house signed" in said) == (1, True)


def test_one_line_can_be_proved_to_somebody_who_has_only_the_note(cast):
    fill(cast)
    note, _ = told("checkpoint")
    wanted = TrailLine.objects.get(tree_id=cast.spaces["rosa"], place=7)
    proof = json.loads(told("prove", str(wanted.seq))[0])
    shown, made = proof["list"], proof["checkpoint"]
    assert made["note"] == note.rstrip("\n") + "\n"
    steps = [bytes.fromhex(step) for step in shown["proof"]]
    leaf = merkle.leaf_hash(proof["entry"].encode())
    root = bytes.fromhex(shown["root"])
    assert merkle.is_included(leaf, shown["place"], shown["size"], steps, root)
    assert made["head"].endswith(shown["root"])
    steps, head = [bytes.fromhex(step) for step in made["proof"]], merkle.leaf_hash(bytes.fromhex(made["head"]))
    assert merkle.is_included(head, made["place"], made["size"], steps, base64.b64decode(note.split("\n")[2]))
    fill(cast, 4)
    with pytest.raises(Exception, match="no such line"):
        told("prove", str(TrailLine.objects.latest("seq").seq))


@pytest.mark.parametrize(
    "change",
    [
        lambda: Checkpoint.objects.update(number=7),
        lambda: Checkpoint.objects.all().delete(),
        lambda: by_hand("UPDATE access_checkpoint SET note = ''"),
        lambda: by_hand("REPLACE INTO access_checkpoint SELECT * FROM access_checkpoint"),
        lambda: by_hand("TRUNCATE access_checkpoint"),
    ],
)
def test_no_checkpoint_can_be_changed_or_deleted_even_by_hand(cast, change):
    from django.db import DatabaseError
    from django.db.transaction import atomic

    checkpoints.make(cast.organisation.id, now=cast.now)
    before = list(Checkpoint.objects.values())
    with pytest.raises(DatabaseError), atomic():
        change()
    assert list(Checkpoint.objects.values()) == before
