"""Into another house and back: nothing is lost on the way, and nothing that was changed comes in."""

import base64
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Partnership, Person
from alongside.record.models import Entry
from alongside.takeaway import actions, gathering, packing, rules
from alongside.takeaway.actions import IsHere
from alongside.takeaway.fields import canonical
from alongside.takeaway.packing import CannotBeRead
from alongside.vault.models import WrappedKey
from tests.house import lay

HOUSE = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder():
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="alongside-tests-") as made:
        yield Path(made)


@pytest.mark.once
def test_out_into_another_house_and_out_again_is_the_same(copier, life, folder):
    """Story H 15: what is hers is the same to the byte; what the first house did comes along word for word."""
    first_file = copier.make()
    first, first_files = packing.opened(first_file)
    (folder / "notes.zip").write_bytes(first_file)
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ALONGSIDE_") and "DATABASE" not in name
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.takeaway.another_house", str(folder / "notes.zip")],
        cwd=HOUSE, env=clean | {"ALONGSIDE_DATA": str(lay(folder / "data")), "PYTHONPATH": str(HOUSE)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    told = json.loads(ran.stdout)
    second, second_files = packing.opened(base64.b64decode(told["file"]))

    assert gathering.content(second) == gathering.content(first)
    photos_and_voices = {name: file for name, file in first_files.items() if name.startswith(rules.ATTACHED)}
    assert photos_and_voices
    assert photos_and_voices.items() <= second_files.items(), "the same to the byte"
    assert second["houses"][: len(first["houses"])] == first["houses"]
    assert len(second["houses"]) == len(first["houses"]) + 1
    assert second["houses"][-1]["name"] == "Hillside"
    assert second["made"]["house"] == "Hillside"
    rows = sum(map(len, first["tables"].values()))
    print(f"export, import, export: {rows} rows, {len(gathering.content(first))} bytes, identical")

    entry = next(row for row in first["tables"]["record.Entry"] if row["what"] == "need")
    here = Entry.objects.unguarded(because="test").get(id=entry["id"])
    assert told["need"] == entry["body"]["words"]
    assert len(told["fingerprint"]) == 64
    assert told["fingerprint"] != here.fingerprint, "pinned anew, under another key"
    assert "Dana" in told["from elsewhere"]
    assert told["seats that hold"] == ["Ines", "Rosa"]
    assert set(told["pages"].values()) == {200}, told["pages"]
    assert "The number of the card is:" in told["said"]


# --- what does not come in -------------------------------------------------------------------------


@pytest.fixture
def nadias(life):
    """A small copy, and its rows."""
    from contextlib import nullcontext

    rows = gathering.gather(lambda: nullcontext(life.cast.place("nadia", of="nadia")), {})
    return packing.packed({rules.ROWS: canonical(rows), rules.PAGE: b"<p>a page</p>"}, rows), rows


def refused(file, by):
    with pytest.raises(CannotBeRead) as found:
        actions.bring_in(by=by.viewer("dana"), file=file, now=by.now, write_id=new_id())
    assert str(found.value.sentence)
    return found.value.args[0]


def test_a_file_in_which_one_bit_is_different_is_refused(life, nadias):
    file, _ = nadias
    packing.opened(file)  # control: whole, it opens
    some = random.Random(3)
    places = {*range(64), *range(len(file) - 256, len(file)), *(some.randrange(len(file)) for _ in range(3000))}
    missed = 0
    for place in places:
        for bit in (0, some.randrange(1, 8)):
            flipped = bytearray(file)
            flipped[place] ^= 1 << bit
            try:
                packing.opened(bytes(flipped))
                missed += 1
            except CannotBeRead:
                pass
    print(f"one-bit flips in a copy: {2 * len(places)}, missed {missed}")
    assert not missed


def test_a_file_that_is_cut_short_or_something_else_is_refused(life, nadias):
    file, _ = nadias
    for length in (0, 1, 30, len(file) // 2, len(file) - 1):
        assert refused(file[:length], life.cast) in ("damaged", "not_a_copy")
    assert refused(b"%PDF-1.7 something", life.cast) == "not_a_copy"
    assert refused(zipped({"a.txt": b"hello"}), life.cast) == "not_a_copy"


def zipped(files, comment=b""):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return into.getvalue()


def test_packed_again_by_hand_it_still_opens_if_nothing_was_changed(life, nadias):
    file, rows = nadias
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert packing.opened(zipped(files))[0] == rows
    assert refused(zipped({**files, rules.ROWS: files[rules.ROWS].replace(b"Nadia", b"Nadja")}), life.cast) == "damaged"
    assert refused(zipped({**files, "more.txt": b"x"}), life.cast) == "damaged"
    assert refused(zipped(files, b"signed by me"), life.cast) == "damaged"


def test_names_that_lead_elsewhere_and_files_that_grow_are_refused(life, nadias):
    _, rows = nadias
    content = canonical(rows)
    for name in ("../../etc/passwd", "/etc/passwd", "a\\..\\b", "c:evil"):
        files = {rules.ROWS: content, name: b"x"}
        assert refused(zipped({**files, rules.MANIFEST: packing.manifest(files, rows)}), life.cast) == "damaged"
    bomb = {rules.ROWS: content, "zeros": b"\0" * 40_000_000}
    assert refused(zipped({**bomb, rules.MANIFEST: packing.manifest(bomb, rows)}), life.cast) == "too_large"


def again(rows, change):
    changed = json.loads(canonical(rows))
    change(changed)
    return packing.packed({rules.ROWS: canonical(changed)}, changed)


def test_rows_that_are_not_as_the_schema_says_are_refused(life, nadias):
    _, rows = nadias
    before = Person.objects.count()

    def table(copy):
        return copy["tables"]["record.Entry"][0]

    for change in (
        lambda copy: copy.update(version=99),
        lambda copy: copy["tables"].update({"people.Account": []}),
        lambda copy: copy["tables"].pop("record.Entry"),
        lambda copy: table(copy).update(id="1 OR 1=1"),
        lambda copy: table(copy).update(said_at="yesterday"),
        lambda copy: table(copy).update(number="7"),
        lambda copy: table(copy).update(partnership_id=str(life.cast.spaces["rosa"])),
    ):
        assert refused(again(rows, change), life.cast) == "other_version"
    assert Person.objects.count() == before


def test_rows_that_cannot_be_together_leave_nothing_behind(life, nadias):
    """A copy that somebody made up: every hash is right, and yet it does not fit."""
    _, rows = nadias
    new = str(new_id())

    def elsewhere(copy):  # another space, so that it is not here already
        copy["space"]["id"] = new

    def pinned(copy):
        elsewhere(copy)
        copy["tables"]["record.Entry"][0]["fingerprint"] = {"words": ["body", "nothing"], "sha256": "0" * 64}

    def nobody(copy):
        elsewhere(copy)
        copy["people"] = [{"id": str(new_id()), "called": "x"}]

    before = Person.objects.count(), Entry.objects.unguarded(because="test").count()
    for change in (elsewhere, pinned, nobody):  # the ids of its rows and seats are here already
        assert refused(again(rows, change), life.cast) == "damaged"
    assert (Person.objects.count(), Entry.objects.unguarded(because="test").count()) == before
    assert not Partnership.objects.filter(id=new).exists()
    assert not WrappedKey.objects.filter(scope=new).exists(), "nor a key"


def test_a_space_that_is_here_already_is_not_brought_in_and_its_key_stays(life, nadias):
    file, _ = nadias
    with pytest.raises(IsHere):
        actions.bring_in(by=life.cast.viewer("dana"), file=file, now=life.cast.now, write_id=new_id())
    assert life.cast.place("nadia", of="nadia").client_name == "Nadia"


def test_only_a_social_worker_brings_in(life, nadias):
    file, _ = nadias
    for name in ("lena", "samuel", "rosa"):
        with pytest.raises(NotFound):
            actions.bring_in(by=life.cast.viewer(name), file=file, now=life.cast.now, write_id=new_id())


def test_who_was_known_under_a_taken_id_is_exported_under_the_old_one(life, nadias):
    """Two who move from one house to the same other one both bring their worker along."""
    file, rows = nadias
    actions._erase(life.cast.spaces["nadia"], life.cast.now)
    dana = str(life.cast.accounts["dana"].person_id)
    brought = actions.bring_in(by=life.cast.viewer("amir"), file=file, now=life.cast.now, write_id=new_id())
    assert Person.objects.filter(key_scope_id=brought.partnership_id).count() == len(
        {one["id"] for house in rows["houses"] for one in house["people"]} | {one["id"] for one in rows["people"]}
    )
    entry = Entry.objects.unguarded(because="test").filter(partnership_id=brought.partnership_id, what="urgent").get()
    assert str(entry.said_by_id) != dana, "she is still herself in this house, and did not say this here"
    from contextlib import nullcontext

    from alongside.access import enter
    from alongside.access.middleware import viewer_of
    from alongside.people.models import Account

    account = Account.objects.get(person_id=rows["space"]["client"])
    place = enter(viewer_of(account, now=life.cast.now), brought.partnership_id)
    again_out = gathering.gather(lambda: nullcontext(place), {})
    assert gathering.content(again_out) == gathering.content(rows)
