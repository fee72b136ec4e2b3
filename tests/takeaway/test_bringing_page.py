"""A director brings a copy in: she learns whose it is, and nothing of what is in it."""

import re
import time
from contextlib import nullcontext

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from alongside.access.models import TrailLine
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Account, Partnership, Seat
from alongside.people.rules import Role
from alongside.takeaway import actions, gathering, packing, rules
from alongside.takeaway.fields import canonical
from alongside.vault.models import WrappedKey

PAGE = "/bring-in/"


@pytest.fixture
def nadias(life):
    """A copy of Nadia's space, which was erased here since."""
    rows = gathering.gather(lambda: nullcontext(life.cast.place("nadia", of="nadia")), {})
    actions._erase(life.cast.spaces["nadia"], life.cast.now)
    return packing.packed({rules.ROWS: canonical(rows), rules.PAGE: b"<p>a page</p>"}, rows), rows


def sent(cast, file, *, worker="amir", key="1", **more):
    return {
        "file": SimpleUploadedFile("notes.zip", file, content_type="application/zip"),
        "worker": str(cast.accounts[worker].person_id), "key": key, **more,
    }  # fmt: skip


def said(rows):
    """Whatever somebody wrote in this copy, longer than a word."""
    found = re.findall(r'"(?:words|text|question|title|saw|think|called|word)":"([^"]{12,})"', canonical(rows).decode())
    assert found, "control"
    return set(found)


def test_a_director_looks_whose_it_is_and_brings_it_in_for_a_worker(life, nadias, signed_in, capsys):
    file, rows = nadias
    cast, lena = life.cast, signed_in("lena")
    assert PAGE in lena.get("/staff/").content.decode()
    first = lena.post(PAGE, sent(cast, file, look="1"))
    page = first.content.decode()
    assert first.status_code == 200
    assert "Nadia" in page
    assert "Riverside" in page
    assert "Nothing was brought in yet." in page
    assert not Partnership.objects.filter(id=cast.spaces["nadia"]).exists()

    began = time.monotonic()
    done = lena.post(PAGE, sent(cast, file))
    took = time.monotonic() - began
    space, amir = cast.spaces["nadia"], cast.accounts["amir"].person_id
    page = done.content.decode()
    assert "is here now" in page
    assert "Amir" in page
    assert not [words for words in said(rows) if words in page + first.content.decode()]
    assert not re.search(r"\d{15,}", re.sub(r'nonce="[^"]*"|value="[^"]*"', "", page)), "no card for a director"
    assert set(Seat.objects.filter(partnership_id=space, ends=None).values_list("person_id", "role")) == {
        (Seat.objects.get(partnership_id=space, role=Role.CLIENT, ends=None).person_id, Role.CLIENT),
        (amir, Role.WORKER),
    }
    for address in ("plan/", "record/", "about/", "looked/", "about/card/"):
        assert lena.get(f"/space/{space}/{address}").status_code == 404, "nor has she a seat"
    line = TrailLine.objects.get(partnership_id=space, doing="bring_in")
    assert (line.actor_id, line.ground) == (cast.accounts["lena"].person_id, "post")
    with capsys.disabled():
        count = sum(map(len, rows["tables"].values()))
        print(f"\n[bringing in by a page] {len(file)} bytes, {count} rows: {took:.2f} s")

    # The worker prints her card, and she comes in as herself.
    worker = signed_in("amir")
    assert worker.get(f"/space/{space}/plan/").status_code == 200
    printed = worker.post(f"/space/{space}/about/card/", {"key": "2"})
    assert printed.status_code == 200
    account = Account.objects.get(person_id=rows["space"]["client"])
    assert account.joined_at is None

    again = lena.post(PAGE, sent(cast, file))
    assert "is here now" in again.content.decode(), "the same write once more is the same answer"
    twice = lena.post(PAGE, sent(cast, file, key="3"))
    assert twice.status_code == 409
    assert "in this house already" in twice.content.decode()
    assert "in this house already" in lena.post(PAGE, sent(cast, file, key="4", look="1")).content.decode()
    assert Seat.objects.filter(partnership_id=space, role=Role.WORKER, ends=None).count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda file: file[:500] + bytes([file[500] ^ 1]) + file[501:], "is damaged, or was changed"),
        (lambda file: file[:-1] + bytes([file[-1] ^ 1]), "is damaged, or was changed"),
        (lambda file: file[: len(file) // 2], "is damaged, or was changed"),
        (lambda file: b"%PDF-1.7 something", "not a copy from a house like this one"),
        (lambda file: b"", "not a copy from a house like this one"),
        (lambda file: file + b"x" * (rules.MOST_BYTES_BY_PAGE + 1 - len(file)), "has more than 8 MB"),
    ],
)
def test_what_is_no_whole_copy_is_refused_in_a_sentence_and_leaves_nothing(life, nadias, signed_in, change, says):
    file, _ = nadias
    lena, before = signed_in("lena"), (WrappedKey.objects.count(), TrailLine.objects.count())
    files = {path for path in settings.DATA.rglob("*") if "alongside.sqlite3" not in path.name}
    for more in ({"look": "1"}, {}):
        answer = lena.post(PAGE, sent(life.cast, change(file), **more))
        assert answer.status_code == 400
        assert says in answer.content.decode()
    assert (WrappedKey.objects.count(), TrailLine.objects.count()) == before
    assert {path for path in settings.DATA.rglob("*") if "alongside.sqlite3" not in path.name} == files, "nor a file"


def test_nobody_but_a_director_has_this_page_and_only_a_worker_is_seated(life, nadias, signed_in):
    file, _ = nadias
    cast = life.cast
    for name in ("robin", "dana", "samuel", "rosa"):
        for answer in (signed_in(name).get(PAGE), signed_in(name).post(PAGE, sent(cast, file))):
            assert answer.status_code in (403, 404), name
        with pytest.raises(NotFound):
            actions.bring_in(
                by=cast.viewer(name), file=file, now=cast.now, write_id=new_id(),
                worker_id=cast.accounts["amir"].person_id,
            )  # fmt: skip
    lena = signed_in("lena")
    for worker in ("samuel", "lena", "rosa"):
        assert lena.post(PAGE, sent(cast, file, worker=worker)).status_code == 400
        with pytest.raises(NotFound):
            actions.bring_in(
                by=cast.viewer("lena"), file=file, now=cast.now, write_id=new_id(),
                worker_id=cast.accounts[worker].person_id,
            )  # fmt: skip
    assert not Partnership.objects.filter(id=cast.spaces["nadia"]).exists()
    assert lena.post(PAGE, sent(cast, file)).status_code == 200, "control"
