"""Who gets an answer at which address, found by walking every address that there is."""

import datetime
import re
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, connections
from django.db.transaction import atomic
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

from alongside.access import policy
from alongside.access.middleware import GetMustNotWrite, get_never_writes
from alongside.kit.ids import new_id
from alongside.people.models import Seat
from alongside.people.rules import Role
from tests.promises.test_forms import asked_on
from tools.reference import all_routes

ROUTES = all_routes()
PART = re.compile(r"<(?:\w+:)?(\w+)>")
IN_A_PLACE = [(address, view) for address, _, view in ROUTES if "<uuid:partnership_id>" in address]
ELSEWHERE = [(address, view) for address, _, view in ROUTES if "<uuid:partnership_id>" not in address]

# What signing in does to a form sent by nobody: 401 with a sentence, or the way to the front door.
MUST_SIGN_IN = {302, 401}


def filled(address, named):
    """An address with its parts filled in; a part that nobody has named fails here."""
    return PART.sub(lambda part: str(named[part.group(1)]), address)


# Opens to a supervisor, and only while nobody answers: `tests/conversations` has that.
ONLY_THEN = {"talk/nobody-answers/", "talk/nobody-answers/seen-to/"}


def shown(answer, named):
    """What an answer shows, without what differs by itself: a nonce, a token, the very ids that were asked for."""
    body = re.sub(r'nonce="[^"]*"|name="(csrfmiddlewaretoken|key)" value="[^"]*"', "", answer.content.decode())
    beside = {"Content-Security-Policy", "Content-Length"}
    headers = repr(sorted((name, value) for name, value in answer.headers.items() if name not in beside))
    body = body.replace(answer.wsgi_request.path, "")
    for part, value in named.items():
        if isinstance(value, uuid.UUID):
            body, headers = body.replace(str(value), part), headers.replace(str(value), part)
    return answer.status_code, headers, body


# --- Every address says who may open it --------------------------------------------------------


def test_every_address_declares_its_policy():
    assert not [address for address, _, view in ROUTES if policy.declared_by(view) is None]
    assert {policy.declared_by(view)[0] for _, view in IN_A_PLACE} == {"place", "invited"}, "only its own come in"
    for address, _, view in ROUTES:
        name, because = policy.declared_by(view)
        assert name != "public" or len(because) > 10, f"{address} is open to all, and must say why"


def test_every_view_that_library_policies_are_for_is_there():
    for prefix in policy.OUTSIDE:
        modules = [getattr(getattr(view, "view_class", view), "__module__", "") for _, _, view in ROUTES]
        assert any(module.startswith(prefix) for module in modules), f"nothing comes from {prefix} any more"


def undeclared(request):
    return HttpResponse("open to all by accident")


@policy.public(because="a control for the test beside it")
def declared(request):
    return HttpResponse("open to all on purpose")


urlpatterns = [path("undeclared/", undeclared), path("declared/", declared)]
handler404 = "alongside.web.views.not_found"


@pytest.mark.urls("tests.promises.test_addresses")
def test_a_view_that_declares_nothing_does_not_answer(monkeypatch):
    monkeypatch.setattr("alongside.web.views.not_found", lambda request, error=None: HttpResponse(status=404))
    assert Client().get("/declared/").status_code == 200, "control"
    monkeypatch.setattr("django.core.handlers.exception.response_for_exception", lambda *_: HttpResponse(status=404))
    assert Client().get("/undeclared/").status_code == 404


# --- To who has no seat, nothing is there ------------------------------------------------------


def end_danas_seat(life):
    """From now on Dana, who wrote half of it, sees nothing of it."""
    Seat.objects.filter(
        person_id=life.cast.accounts["dana"].person_id, partnership_id=life.cast.spaces["rosa"], role=Role.WORKER
    ).update(begins=life.cast.now - datetime.timedelta(days=9), ends=life.cast.now)


@pytest.mark.once
def test_to_who_has_no_seat_every_address_of_a_space_is_absent(life, signed_in):
    named, absent = life.named(), {"partnership_id": new_id()}
    end_danas_seat(life)
    others = ("amir", "lena", "nadia")  # they take turns: it is the same door for all
    for name in ("robin", "dana", *others):
        page = signed_in(name)
        mine = IN_A_PLACE[others.index(name) :: len(others)] if name in others else IN_A_PLACE
        for method in ("get", "post"):
            stranger = shown(getattr(page, method)(f"/space/{absent['partnership_id']}/looked/"), absent)
            for address, _ in mine:
                answer = getattr(page, method)(filled(address, named))
                assert answer.status_code == 404, f"{name} {method} {address}: {answer.status_code}"
                assert shown(answer, named) == stranger, f"{name} can tell at {address} that there is something"


@pytest.mark.once
def test_not_even_the_length_of_the_answer_tells(life, signed_in):
    page, named = signed_in("robin"), life.named()
    absent = {**named, "partnership_id": new_id()}
    for address, _ in IN_A_PLACE:
        hidden, stranger = page.get(filled(address, named)), page.get(filled(address, absent))
        assert hidden.headers["Content-Length"] == stranger.headers["Content-Length"], address


@pytest.mark.once
def test_no_other_method_opens_what_get_and_post_do_not(life, signed_in):
    page, named = signed_in("robin"), life.named()
    for number, (address, _) in enumerate(IN_A_PLACE):
        for method in ("head", ("put", "patch", "delete", "options")[number % 4]):
            assert getattr(page, method)(filled(address, named)).status_code == 404, f"{method} {address}"


@pytest.mark.once
def test_who_is_not_signed_in_is_asked_to_and_learns_nothing(life):
    page, named = Client(), life.named()
    absent = {part: new_id() if isinstance(value, uuid.UUID) else value for part, value in named.items()}
    for address, view in [*IN_A_PLACE, *ELSEWHERE]:
        if policy.declared_by(view)[0] == "public":
            continue
        for method in ("get", "post"):
            answers = [getattr(page, method)(filled(address, which)) for which in (named, absent)]
            assert answers[0].status_code in MUST_SIGN_IN, f"{method} {address}: {answers[0].status_code}"
            assert answers[0].status_code == answers[1].status_code
            assert answers[0].headers.get("Location", "").startswith("/") or answers[0].status_code == 401


@pytest.mark.once
def test_the_same_addresses_open_to_rosa(life, signed_in):
    """The control of all of the above: it is not that nothing answers."""
    rosa, dana, priya, named = signed_in("rosa"), signed_in("dana"), signed_in("priya"), life.named()
    answers: dict[str, list[int]] = {}
    for method in ("get", "post"):  # looking first: some of what is posted ends a seat
        for address, _ in IN_A_PLACE:
            for page in (rosa, dana, priya):
                status = getattr(page, method)(filled(address, named)).status_code
                answers.setdefault(address, []).append(status)
                if method == "get" and status != 404:
                    break  # whoever has a seat looks at all of them below
    for address, statuses in answers.items():
        if address.split(">/")[-1] in ONLY_THEN:
            continue
        assert any(status != 404 for status in statuses), f"{address} opens to nobody"
        assert all(status < 500 for status in statuses), f"{address}: {statuses}"
    assert Counter(status for statuses in answers.values() for status in statuses)[200] > 20


@pytest.mark.once
def test_another_spaces_rows_are_absent_in_ones_own(life, signed_in):
    """Rosa asks in her own space for what is Nadia's, and gets the answer for what does not exist."""
    page, named = signed_in("nadia"), life.named()
    named["partnership_id"] = life.cast.spaces["nadia"]
    absent = {
        part: new_id() if isinstance(value, uuid.UUID) and part != "partnership_id" else value
        for part, value in named.items()
    }
    for address, _ in IN_A_PLACE:
        if any(isinstance(named[part], uuid.UUID) and part != "partnership_id" for part in PART.findall(address)):
            for method in ("get", "post"):
                hidden, stranger = (getattr(page, method)(filled(address, which)) for which in (named, absent))
                assert shown(hidden, named) == shown(stranger, absent), f"{method} {address}"
                # A page of many rows is drawn without this one, an empty form is refused: as for any id.
                fine = (302, 303, 403, 404, 405, 200 if method == "get" else 400)
                assert hidden.status_code in fine, f"{method} {address}: {hidden.status_code}"


# Of everybody in the agency, though it is about somebody else, and why.
THEIRS_TOO = {("samuel", "/staff/away/<uuid:away_id>/back/"): "whoever supervises says that a colleague is back"}


def test_what_is_anothers_outside_a_space_is_absent(life, signed_in):
    signed_in("rosa")
    named = life.named()
    for name in ("robin", "nadia", "samuel"):
        page = signed_in(name)
        for address, _ in ELSEWHERE:
            if "<uuid:" in address:
                for method in ("get", "post"):
                    if (name, address) not in THEIRS_TOO:
                        assert getattr(page, method)(filled(address, named)).status_code in (404, 405), (name, address)


# --- Looking changes nothing, and says nothing outside the page --------------------------------


@dataclass
class Seen:
    """What one look at one address gave, and what it cost."""

    by: str
    address: str
    answer: Any
    queries: list[str]
    # how many of the queries went to the store of keys, which a running server asks once a minute
    keys: int
    # what must not be seen outside the page
    words: list[str]

    def __str__(self):
        return f"{self.by} {self.address} ({self.answer.status_code}, {len(self.queries)} queries)"


_walk = []


@pytest.fixture
def walk(request):
    """Every address, looked at once by each of those who have a seat; walked once, read by several tests."""
    if not _walk:
        life, signed_in = request.getfixturevalue("life"), request.getfixturevalue("signed_in")
        named = life.named()
        for name in ("rosa", "dana", "samuel"):
            page = signed_in(name)
            page.get("/today/")  # the first look of a session writes that somebody is there
            for address, _ in [*IN_A_PLACE, *ELSEWHERE]:
                with CaptureQueriesContext(connection) as queries, CaptureQueriesContext(connections["keys"]) as keys:
                    answer = page.get(filled(address, named))
                sql = [query["sql"] for query in [*queries, *keys]]
                words = [*life.planted.values(), "Rosa", "Dana"]
                _walk.append(Seen(name, address, answer, sql, len(keys), words))
    return _walk


@pytest.mark.once
def test_every_look_gets_an_answer(walk):
    assert not [str(seen) for seen in walk if seen.answer.status_code >= 500]
    assert Counter(seen.by for seen in walk if seen.answer.status_code == 200)["rosa"] > 8


READING = r"\s*(SELECT|SAVEPOINT|RELEASE|BEGIN|COMMIT|PRAGMA|SET|SHOW|WITH)\b"
# A session remembers that somebody is there; a cache counts tries. Neither holds anybody's words.
ALLOWED = (
    r'(\d+ times: )?((INSERT INTO|UPDATE) "access_trail(line|tree)"'
    r'|(INSERT INTO|UPDATE|DELETE FROM) "(django_session|cache|people_device)")'
)


def changed(queries):
    return [sql for sql in queries if not re.match(READING, sql, re.IGNORECASE) and not re.match(ALLOWED, sql)]


@pytest.mark.once
def test_looking_at_a_page_writes_nothing_but_the_trail(walk):
    """The guard in the middleware refuses a view that writes; this looks at what is written around it."""
    assert not [(str(seen), changed(seen.queries)) for seen in walk if changed(seen.queries)]
    assert any('INSERT INTO "access_trailline"' in sql for seen in walk for sql in seen.queries)
    assert changed(["UPDATE people_seat", 'DELETE FROM "access_trailline"']), "control"


def test_a_page_that_writes_when_it_is_looked_at_is_refused(cast, rf):
    def writes(request):
        Seat.objects.filter(id=new_id()).update(ends=None)
        return HttpResponse()

    with pytest.raises(GetMustNotWrite), atomic():
        get_never_writes(writes)(rf.get("/"))
    assert get_never_writes(writes)(rf.post("/")).status_code == 200, "control"


@pytest.mark.once
def test_no_title_address_or_header_holds_a_word_of_anybodys(walk, settings):
    titles = set()
    for seen in walk:
        page = seen.answer.content.decode(errors="replace")
        titles |= set(re.findall(r"<title>(.*?)</title>", page, re.DOTALL))
        links = re.findall(r'(?:href|action|src)="([^"]*)"', page)
        outside = repr([*seen.answer.headers.items(), *seen.answer.cookies.items(), *links])
        assert not [word for word in seen.words if word in outside], str(seen)
    assert titles == {settings.SITE_TITLE}


@pytest.mark.once
def test_a_persons_page_takes_no_more_than_twelve_queries(walk):
    pages = [seen for seen in walk if seen.by == "rosa" and seen.answer.status_code == 200]
    assert not [str(seen) for seen in pages if len(seen.queries) - seen.keys > 12]


@pytest.mark.once
def test_no_form_on_any_page_asks_more_than_five_things_that_must_be_answered(walk):
    """Never 21: counted where it is drawn, so that forms count that are made for what there is."""
    asked = {
        (seen.by, seen.address): asked_on(seen.answer.content.decode(errors="replace"))
        for seen in walk
        if seen.answer.status_code == 200
    }
    most = max(len(form) for page in asked.values() for form in page)
    print(f"\n{sum(len(page) for page in asked.values())} forms on {len(asked)} pages; the longest asks {most} things")
    assert not {where: form for where, page in asked.items() for form in page if len(form) > 5}
    assert most >= 2, "control"


@pytest.mark.once
def test_what_is_sealed_is_on_no_page_of_anybody(cast, signed_in, life_so_far):
    """I1 and never 2: not in a page, a page's source, a header or a print, and not for its author either."""
    life = life_so_far
    named = life.named()
    for name in ("rosa", "dana", "samuel"):
        page = signed_in(name)
        for address, _ in IN_A_PLACE:
            answer = page.get(filled(address, named))
            told = answer.content.decode(errors="replace") + repr(dict(answer.headers))  # a voice note is no text
            assert life.sealed not in told, f"{name} {address}"
    life.story.ask()
    asked = signed_in("rosa").get(filled("/space/<uuid:partnership_id>/decisions/<uuid:decision_id>/", named))
    assert life.sealed in asked.content.decode(), "control: when she asks, it opens"
