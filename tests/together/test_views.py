import base64
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alongside.people import sessions
from alongside.together.models import Paper
from alongside.together.urls import urlpatterns
from tests.together.steps import Page, Sheet, rows, save, start, text
from tests.topics.test_views import page, post

# Views only translate: what they ask of the database is tried on both in the tests of actions.
pytestmark = pytest.mark.once


def url(cast, name, *parts, of="rosa"):
    return reverse(f"together:{name}", args=[cast.spaces[of], *parts])


@pytest.fixture
def paper(cast):
    return start(cast)


def form_of(shown):
    """What the form on a page says that it was drawn from."""
    return shown.split('name="drawn_from" value="', 1)[1].split('"', 1)[0]


def told(answer):
    return answer.status_code, json.loads(answer.content)


# --- with plain forms -----------------------------------------------------------------------------------


def test_two_write_one_letter_with_plain_forms_and_neither_loses_a_word(cast, signed_in):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    answer = post(dana, url(cast, "start"), sort="letter", title="Letter to the school", key="k")
    assert answer.status_code == 303
    here = answer["Location"]
    assert "Letter to the school" in page(rosa, url(cast, "papers"))
    paper = Paper.objects.unguarded(because="test").get().id
    hers, danas = page(rosa, here), page(dana, here)
    post(dana, url(cast, "save", paper), text="Dear school,\nLeo is ill.", drawn_from=form_of(danas), key="k2")
    answer = post(rosa, url(cast, "save", paper), text="سلام 😀\n", drawn_from=form_of(hers), key="k3")
    assert (answer.status_code, answer["Location"]) == (303, here)
    shown = page(dana, here)
    assert "Leo is ill." in shown
    assert "سلام 😀" in shown
    who = page(rosa, url(cast, "who", paper))
    assert who.index(">You<") < who.index("سلام") or who.index(">You<") > who.index(">Dana<")
    assert "by-0" in who
    assert "by-1" in who


def test_what_was_typed_is_drawn_again_when_it_cannot_be_kept(cast, signed_in, paper):
    rosa = signed_in("rosa")
    answer = post(rosa, url(cast, "save", paper), text="my words", drawn_from="broken", key="k")
    assert answer.status_code == 400
    assert "my words" in answer.content.decode()
    too_long = "x" * 30_001
    answer = post(rosa, url(cast, "save", paper), text=too_long, drawn_from="AAA=", key="k")
    assert answer.status_code == 400
    assert too_long in answer.content.decode()
    assert "together.js" not in answer.content.decode(), "what was refused is sent again by the form itself"
    save(cast, "dana", paper, "enough")
    post(signed_in("dana"), url(cast, "finish", paper), key="k")
    answer = post(rosa, url(cast, "save", paper), text="my late words", drawn_from="AAA=", key="k")
    assert answer.status_code == 409
    assert "my late words" in answer.content.decode()
    assert text(paper) == "enough"


def test_a_paper_is_finished_opened_again_and_becomes_a_note(cast, signed_in, paper):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    assert post(rosa, url(cast, "finish", paper), key="k").status_code == 409, "nothing is written"
    save(cast, "rosa", paper, "What we want to say.")
    assert post(rosa, url(cast, "finish", paper), key="k2").status_code == 303
    shown = page(dana, url(cast, "paper", paper))
    assert "What we want to say." in shown
    assert 'id="write"' not in shown
    assert post(dana, url(cast, "go_on", paper), key="k3").status_code == 303
    assert 'id="write"' in page(dana, url(cast, "paper", paper))
    answer = post(dana, url(cast, "into_note", paper), key="k4")
    assert answer.status_code == 303
    note = page(rosa, answer["Location"])
    assert "What we want to say." in note
    assert answer["Location"] in page(rosa, url(cast, "paper", paper))


# --- live -----------------------------------------------------------------------------------------------


def send(client, cast, paper, sheet=None, *, seen=0, edit=None, has=b"\x00"):
    edit = sheet.doc.get_update() if sheet else edit or b""
    return client.post(
        url(cast, "live", paper),
        {"edit": base64.b64encode(edit).decode(), "seen": seen, "has": base64.b64encode(has).decode()},
    )


def test_a_page_sends_what_was_typed_and_gets_what_others_typed(cast, signed_in, paper, settings):
    rosa, dana, hers, danas = signed_in("rosa"), signed_in("dana"), Sheet(3), Sheet(4)
    hers.put(0, "سلام 😀")
    status, answer = told(send(rosa, cast, paper, hers))
    assert (status, answer["number"], answer["edits"], answer["state"]) == (200, 1, [], "writing")
    status, answer = told(send(dana, cast, paper))
    assert status == 200
    for edit in answer["edits"]:
        danas.take(base64.b64decode(edit))
    assert str(danas) == "سلام 😀"
    status, again = told(send(dana, cast, paper, seen=answer["number"]))
    assert again["edits"] == []
    assert "changes" not in again


def test_what_a_phone_kept_is_sent_like_any_form_that_waited_and_never_as_somebody_else(cast, signed_in, paper):
    rosa, sheet = signed_in("rosa"), Sheet(3)
    sheet.put(0, "written without a line")
    typed = {"edit": base64.b64encode(sheet.doc.get_update()).decode(), "seen": 0, "has": "AA=="}
    hers, danas = (sessions.whose(cast.accounts[name]) for name in ("rosa", "dana"))
    address = url(cast, "live", paper)
    assert rosa.post(address, typed, headers={"X-Outbox": danas}).status_code == 401
    assert signed_in("robin").post(address, typed, headers={"X-Outbox": "-"}).status_code == 404
    assert rows(paper) == []
    for _ in range(2):
        answer = rosa.post(address, typed, headers={"X-Outbox": hers})
        assert (answer.status_code, answer["X-Outbox"]) == (204, "done")
    assert text(paper) == "written without a line"
    assert len(rows(paper)) == 1
    post(signed_in("dana"), url(cast, "finish", paper), key="k")
    answer = rosa.post(address, typed, headers={"X-Outbox": hers})
    assert answer.status_code == 409
    assert "was finished" in answer.content.decode(), "the sentence stands where a script finds it"
    assert 'class="errors"' in answer.content.decode()


def test_nonsense_is_refused_with_a_sentence_and_no_harm(cast, signed_in, paper):
    rosa = signed_in("rosa")
    for given in ({}, {"edit": "%%%", "seen": 0}, {"edit": "AAAA", "seen": 0}, {"seen": "x"}, {"edit": "A" * 200_000}):
        status, answer = told(rosa.post(url(cast, "live", paper), given))
        assert (status, answer["code"]) == (400, "not_an_edit")
        assert "still here" in answer["sentence"]
    assert rows(paper) == []
    status, _ = told(send(rosa, cast, paper, has=b"\xff\xff"))
    assert status == 200, "who does not say what they have gets all of it"


def test_without_its_token_nothing_is_taken(cast, signed_in, paper):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in("rosa").cookies
    hers = Sheet(3)
    hers.put(0, "x")
    assert send(strict, cast, paper, hers).status_code == 403
    assert rows(paper) == []


@pytest.mark.parametrize("who", ["robin", "nadia", "samuel"])
def test_for_others_nothing_is_there(cast, signed_in, paper, who):
    client, sheet = signed_in(who), Sheet(3)
    sheet.put(0, "x")
    for pattern in urlpatterns:
        parts = [paper] if "paper_id" in str(pattern.pattern) else []
        address = url(cast, pattern.name, *parts)
        assert client.get(address).status_code == 404, address
        assert client.post(address).status_code == 404 or who == "samuel", address
    assert send(client, cast, paper, sheet).status_code in ((403, 404) if who == "samuel" else (404,))
    assert text(paper) == ""
    assert send(signed_in("rosa"), cast, paper, sheet).status_code == 200, "control"


def is_asked(sql):
    """Whether a statement asks or changes something, and does not only say for whom or begin and end."""
    return not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")) and "_config('" not in sql


def test_a_page_takes_few_questions_and_a_keystroke_no_more(cast, signed_in, paper):
    rosa, sheet = signed_in("rosa"), Sheet(3)
    Page(cast, "dana", paper).types("words ")
    page(rosa, url(cast, "paper", paper))
    with CaptureQueriesContext(connection) as opened:
        page(rosa, url(cast, "paper", paper))
    sheet.put(0, "x")
    send(rosa, cast, paper, sheet)
    sheet.put(0, "y")
    with CaptureQueriesContext(connection) as typed:
        assert send(rosa, cast, paper, sheet).status_code == 200
    with CaptureQueriesContext(connection) as read_on:
        assert send(rosa, cast, paper, seen=3).status_code == 200
    opened, typed, read_on = ([one["sql"] for one in some if is_asked(one["sql"])] for some in (opened, typed, read_on))
    print(f"\nopening {len(opened)}, a keystroke {len(typed)}, reading on {len(read_on)} queries in all")
    assert len(opened) <= 12
    assert not [sql for sql in read_on if sql.startswith(("INSERT", "UPDATE"))], "reading on writes nothing"


def test_our_plan_leads_to_it(cast, signed_in):
    assert url(cast, "papers") in page(signed_in("rosa"), f"/space/{cast.spaces['rosa']}/plan/")


def test_the_bundle_is_what_was_built_and_small_enough_for_an_old_phone():
    import gzip
    import hashlib
    from pathlib import Path

    import alongside.together

    vendor = Path(alongside.together.__file__).parent / "static/together/vendor"
    listed = dict(reversed(line.split()) for line in (vendor / "yjs.sha256").read_text().splitlines())
    assert {name: hashlib.sha256((vendor / name).read_bytes()).hexdigest() for name in listed} == listed
    size = len(gzip.compress((vendor / "yjs.js").read_bytes()))
    ours = len(gzip.compress((vendor.parent / "together.js").read_bytes()))
    print(f"\nyjs {size} bytes compressed, ours {ours}")
    assert size + ours <= 30_000
    assert "MIT" in (vendor / "yjs.LICENSE").read_text()
