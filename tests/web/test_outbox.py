"""What a browser kept without a line, and sends later: once, as nobody else, answered so that a script can read it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import alongside
from alongside.notes.models import Voice
from alongside.people import sessions
from alongside.safety.models import LookBack
from alongside.topics.models import Step, Topic
from alongside.web import offline
from tests.conftest import PIN
from tests.decisions.story import Story
from tests.notes import steps as notes
from tests.people.conftest import numbers  # noqa: F401  (a fixture)
from tests.safety import steps as safety
from tests.topics import steps as topics

HOUSE = Path(alongside.__file__).parent
TEMPLATES = {path.name: path.read_text() for path in HOUSE.glob("*/templates/**/*.html")}
SCRIPTS = {path.name: path.read_text() for path in HOUSE.glob("web/static/web/*.js")}

# The forms that may wait and go out later, and why that is safe: what each does is the same an hour later, a second
# arrival is the same write, and nobody else's turn hangs on it.
MAY_WAIT = {
    "conversations:send": "a message",
    "safety:call": "a message in words that she has seen; the page says who reads it when",
    "decisions:weigh": "her own weights; what another device said meanwhile is joined with it, or shown beside it",
    "decisions:fit": "the same for one way",
    "decisions:name_matter": "something that matters; it only adds",
    "decisions:add_way": "a way; it only adds",
    "decisions:add_side": "a side of a way; it only adds",
    "notes:write_own": "a page of her own",
    "notes:rewrite_own": "a page of her own, anew; on top of newer words it is refused and comes back",
    "notes:own_now": "how she sees a page of her own now; it only adds",
    "notes:differently": "her own account beside a note; beside another version than the one she read it is refused",
    "notes:add": "something beside a note, in the same way",
    "notes:now": "the same, about a signed note",
    "topics:name": "something to talk about; it only adds",
    "topics:more": "more of that; it only adds",
    "safety:look_back": "her look back at a night, and who reads it, ticked beside the words",
    "to_say": "her need and her hope; an older form does not push out newer words",
}


def whose(cast, name):
    return sessions.whose(cast.accounts[name])


def send(browser, address, typed, name):
    return browser.post(address, typed, headers={"X-Outbox": name})


def test_only_forms_that_may_wait_do():
    found = set()
    for source in TEMPLATES.values():
        for form in re.findall(r"<form [^>]*data-outbox[^>]*>", re.sub(r"\{% csrf_token %\}", "", source)):
            name = re.search(r"""\{% url ["']([\w:]+)["']""", form)
            found.add(name[1] if name else re.search(r"action=\"\{\{ (\w+) \}\}", form)[1])
    assert found == MAY_WAIT.keys()


def test_a_script_is_told_where_to_go_and_a_second_arrival_is_the_same_write(cast, signed_in):
    rosa = signed_in("rosa")
    typed = {"text": "a message", "key": "k1"}
    address = reverse("conversations:send", args=[cast.spaces["rosa"]])
    first = send(rosa, address, typed, whose(cast, "rosa"))
    assert (first.status_code, first["X-Outbox"]) == (204, "done")
    assert first["X-Go-To"].startswith(f"/space/{cast.spaces['rosa']}/talk/")
    assert not first.has_header("Location")
    again = send(rosa, address, typed, "-")
    assert (again.status_code, again["X-Outbox"]) == (204, "done")
    page = rosa.get(reverse("conversations:thread", args=[cast.spaces["rosa"]])).content.decode()
    assert page.count("a message") == 1
    assert rosa.post(address, {**typed, "key": "k2"}).status_code == 303, "a form without a script goes on as ever"


def test_each_of_her_forms_may_arrive_twice(cast, signed_in):
    story = Story(cast).opened()
    ways = [story.way(letter) for letter in "AB"]
    matter = story.matter("school")
    rosa, at = signed_in("rosa"), story.url
    forms = {
        at("weigh/"): {f"weight_{matter}": "5"},
        at(f"fit/{ways[0]}/"): {f"fit_{matter}": "2"},
        at("matters/"): {"label": "the price"},
        at("ways/"): {"title": "another way"},
        at("sides/"): {"way": str(ways[0]), "sort": "good", "text": "near"},
        reverse("safety:call", args=[cast.spaces["rosa"]]): {"words": "A rough night. Please call me."},
        f"/space/{cast.spaces['rosa']}/words/need/": {"words": "a place"},
        f"/space/{cast.spaces['rosa']}/words/hope/": {"words": "to sleep"},
    }
    for number, (address, typed) in enumerate(forms.items()):
        for _ in range(2):
            answer = send(rosa, address, {**typed, "key": f"k{number}"}, whose(cast, "rosa"))
            assert (answer.status_code, answer.get("X-Outbox")) == (204, "done"), (address, answer.content.decode())
    page = story.page()
    assert [one.label for one in page.matters].count("the price") == 1
    assert [one.title for one in page.ways].count("another way") == 1


def test_notes_topics_and_looking_back_may_arrive_twice_too(cast, signed_in):
    rosa, here = signed_in("rosa"), f"/space/{cast.spaces['rosa']}/"
    note, topic, night = notes.write(cast), topics.name_it(cast).id, safety.call(cast).id
    version = str(Voice.objects.unguarded(because="test").get().id)
    forms = {
        reverse("notes:differently", args=[cast.spaces["rosa"], note]): {"words": "I was not late", "seen": version},
        reverse("notes:add", args=[cast.spaces["rosa"], note]): {"words": "the bus came late", "seen": version},
        reverse("topics:name", args=[cast.spaces["rosa"]]): {"headline": "the thing in June"},
        reverse("topics:more", args=[cast.spaces["rosa"], topic]): {"more": "it was at night"},
        reverse("safety:look_back", args=[cast.spaces["rosa"], night]): {"helped": "the radio", "audience": "me"},
    }
    rows = {Voice: 2, Topic: 1, Step: 1, LookBack: 1}
    before = {model: model.objects.unguarded(because="test").count() for model in rows}
    for number, (address, typed) in enumerate(forms.items()):
        assert address.startswith(here)
        for _ in range(2):
            answer = send(rosa, address, {**typed, "key": f"k{number}"}, whose(cast, "rosa"))
            assert (answer.status_code, answer.get("X-Outbox")) == (204, "done"), (address, answer.content.decode())
    for model, more in rows.items():
        assert model.objects.unguarded(because="test").count() == before[model] + more, model


def test_what_rosa_wrote_is_never_sent_as_somebody_else(cast, signed_in):
    nadia = signed_in("nadia")
    typed = {"text": "a message", "key": "k1"}
    talk = reverse("conversations:send", args=[cast.spaces["nadia"]])
    answer = send(nadia, talk, typed, whose(cast, "rosa"))
    assert (answer.status_code, answer["X-Outbox"]) == (401, "somebody else")
    assert not answer.content
    assert "a message" not in nadia.get(reverse("conversations:thread", args=[cast.spaces["nadia"]])).content.decode()
    assert send(nadia, talk, typed, whose(cast, "nadia")).status_code == 204, "control"


def test_who_is_signed_out_is_asked_to_sign_in_and_nothing_is_lost(cast):
    talk = reverse("conversations:send", args=[cast.spaces["rosa"]])
    answer = send(Client(), talk, {"text": "a message", "key": "k1"}, whose(cast, "rosa"))
    assert answer.status_code == 401
    assert answer.get("X-Outbox") is None


def test_robin_is_answered_as_if_nothing_were_there(cast, signed_in):
    talk = reverse("conversations:send", args=[cast.spaces["rosa"]])
    assert send(signed_in("robin"), talk, {"text": "x", "key": "k"}, whose(cast, "robin")).status_code == 404


def test_a_refusal_comes_with_its_page(cast, signed_in):
    talk = reverse("conversations:send", args=[cast.spaces["rosa"]])
    answer = send(signed_in("rosa"), talk, {"text": "y" * 100_000, "key": "k"}, "-")
    assert answer.status_code == 400
    assert 'class="error"' in answer.content.decode()
    assert answer.get("X-Outbox") is None


def test_an_old_token_is_told_apart_from_a_refusal_and_the_door_gives_one_of_today(cast, signed_in, numbers, frozen):  # noqa: F811
    strict = Client(enforce_csrf_checks=True)
    here = strict.get("/door/").json()
    assert here["whose"] == ""
    strict.post("/", {"number": numbers["rosa"], "pin": PIN, "csrfmiddlewaretoken": here["token"]})
    talk = reverse("conversations:send", args=[cast.spaces["rosa"]])
    typed = {"text": "a message", "key": "k1"}
    old = send(strict, talk, {**typed, "csrfmiddlewaretoken": "x" * 64}, whose(cast, "rosa"))
    assert (old.status_code, old["X-Outbox"]) == (403, "token")
    here = strict.get("/door/").json()
    assert here["whose"] == whose(cast, "rosa")
    assert send(strict, talk, {**typed, "csrfmiddlewaretoken": here["token"]}, here["whose"]).status_code == 204


def test_the_door_says_nothing_of_who_somebody_is(cast, signed_in):
    answer = signed_in("rosa").get("/door/")
    assert answer.json()["whose"] == whose(cast, "rosa")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not answer.has_header("Access-Control-Allow-Origin")
    for name in ("Rosa", str(cast.accounts["rosa"].pk), str(cast.accounts["rosa"].person_id)):
        assert name not in answer.content.decode()
    assert len({whose(cast, name) for name in cast.accounts}) == len(cast.accounts)


def test_without_a_line_no_agency_is_named(cast, settings):
    page = Client().get("/without-a-line/").content.decode()
    assert "There is no line" in page
    assert "Riverside" not in page
    assert "Alongside" not in page
    assert f"<title>{settings.SITE_TITLE}</title>" in page


@pytest.mark.once
def test_the_worker_is_one_script_of_our_own_files_with_the_version_of_what_is_in_it(monkeypatch, tmp_path):
    answer = Client().get("/worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    source = answer.content.decode()
    version = re.search(r'"version": "(\w{16})"', source)[1]
    assert all(SCRIPTS[name] in source for name in offline.PARTS)
    assert source.count("/static/web/") == len(offline.FILES)
    offline.worker.cache_clear()
    for name in offline.PARTS:
        (tmp_path / name).write_text(SCRIPTS[name] + "\n")
    monkeypatch.setattr(offline, "FOLDER", tmp_path)
    assert re.search(r'"version": "(\w{16})"', offline.worker())[1] != version
    offline.worker.cache_clear()


@pytest.mark.once
@pytest.mark.parametrize("name", ["keep.js", "outbox.js", "worker.js", "leave.js", "live.js"])
def test_the_scripts_are_written_for_a_phone_of_2018(name):
    """Chrome 70 knows ES2018. What came later, by its marks."""
    newer = re.compile(
        r"\?\.[a-zA-Z_\[(]|\?\?|\.flat\(|\.flatMap\(|\bcatch \{|\.at\(|replaceAll|\d_\d|#\w+ =|\bimport\("
    )
    source = re.sub(r"/\*.*?\*/", "", SCRIPTS[name], flags=re.DOTALL)
    assert not newer.findall(source)
    assert not re.search(r"^\s*(?:const \w+ = )?await ", re.sub(r"\{.*\}", "", source, flags=re.DOTALL), re.MULTILINE)
    assert newer.search("a?.b"), "control"


@pytest.mark.once
def test_what_a_page_of_a_space_loads_stays_small(cast, signed_in):
    """No more than 20 KB of scripts, compressed, however they wait: prepaid data are dear."""
    import gzip

    size = sum(
        len(gzip.compress(SCRIPTS[name].encode(), 9)) for name in ("keep.js", "outbox.js", "live.js", "leave.js")
    )
    assert size <= 20 * 1024, size
    assert len(gzip.compress(offline.worker().encode(), 9)) <= 10 * 1024
