"""The second look at what staff type, her own words for things, and saying back."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside.access.models import TrailLine
from alongside.access.waiting import what_waits
from alongside.kit.ids import new_id
from alongside.plain import actions, queries
from alongside.plain.models import SayBack, Wording
from alongside.plain.rules import Area, Feeling, SaidBack
from alongside.record.models import Entry
from tests.promises.test_addresses import IN_A_PLACE, filled
from tests.record import steps as record

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once

ONCE_MORE = "Look at some words once more"
HARD = "The client is non-compliant and aggressive."


def shows_hints(answer):
    return 'name="as_it_is"' in answer.content.decode()


def pictures():
    return Entry.objects.unguarded(because="test").filter(what="picture")


@pytest.fixture
def dana(cast, signed_in):
    record.say(cast, "I want to stay here")
    return signed_in("dana")


def picture_of(cast):
    return f"/space/{cast.spaces['rosa']}/picture/"


# --- the second look -------------------------------------------------------------------------------


def test_a_form_of_staff_comes_back_once_with_hints_and_everything_that_was_typed(cast, dana):
    typed = {"saw": HARD, "think": "She sees it differently.", "seen": "", "key": "1"}
    answer = dana.post(picture_of(cast), typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert shows_hints(answer)
    assert HARD in page
    assert "She sees it differently." in page
    assert "say what got in the way" in page
    assert not pictures().exists()
    again = dana.post(picture_of(cast), typed | {"as_it_is": "1"})
    assert again.status_code == 303, "as it is"
    assert [row.body["saw"] for row in pictures()] == [HARD]


def test_a_text_without_such_words_is_kept_at_once(cast, dana):
    answer = dana.post(picture_of(cast), {"saw": "Rosa told me that the rent is late.", "seen": "", "key": "1"})
    assert answer.status_code == 303


def test_what_she_said_between_quotation_marks_is_left_alone(cast, dana):
    answer = dana.post(picture_of(cast), {"saw": "Rosa said: “I was so aggressive.”", "seen": "", "key": "1"})
    assert answer.status_code == 303


def test_a_form_that_is_wrong_is_put_right_first(cast, dana):
    answer = dana.post(picture_of(cast), {"saw": "", "think": HARD, "key": "1"})
    assert answer.status_code == 400
    assert not shows_hints(answer), "one thing after the other"


def test_a_long_and_hard_text_says_so(cast, dana):
    hard = "Considerable intergenerational difficulties complicated subsequent institutional communication. " * 5
    answer = dana.post(picture_of(cast), {"saw": hard, "key": "1"})
    assert "hard to read" in answer.content.decode()


def test_her_words_win_and_warn_the_next_who_writes(cast, dana):
    place = cast.place("rosa")
    for feeling, word, instead in ((Feeling.LIKE, "aggressive", ""), (Feeling.DISLIKE, "mother", "mum")):
        actions.say_wording(
            by=place.by, about=place, feeling=feeling, word=word, instead=instead, now=cast.now, write_id=new_id()
        )
    page = dana.post(picture_of(cast), {"saw": "Her mother was aggressive.", "key": "1"}).content.decode()
    assert "“mother”" in page
    assert "mum" in page
    assert "“aggressive”" not in page


# Where staff write, with what has to be filled in beside the text. The control of the walk below.
STAFF_WRITE = {
    "picture/": {"saw": HARD},
    "heard/send/": {"words": HARD},
    "decisions/open/": {"question": HARD},
    "own-words/": {"area": "law", "explained": HARD},
}


@pytest.mark.parametrize("address", STAFF_WRITE)
def test_staff_are_asked_to_look_again_wherever_they_write(cast, dana, address):
    assert ASKS_WHILE_TYPING in dana.get(f"/space/{cast.spaces['rosa']}/{address}").content.decode()
    answer = dana.post(f"/space/{cast.spaces['rosa']}/{address}", {"key": "1"} | STAFF_WRITE[address])
    assert shows_hints(answer), address
    again = dana.post(f"/space/{cast.spaces['rosa']}/{address}", {"key": "1", "as_it_is": "1"} | STAFF_WRITE[address])
    assert again.status_code == 303, "never in the way"


ASKS_WHILE_TYPING = "data-hints="
FIELD = re.compile(r"<(?:textarea|input)[^>]*name=\"(\w+)\"")


@pytest.mark.once
def test_her_own_words_are_never_checked(cast, signed_in, life_so_far):
    """I13: every form that opens to her, filled with words of the list; and the same for staff, as the control."""
    life = life_so_far
    named, asked = life.named(), {"rosa": 0, "dana": 0}
    hooks: dict[str, set[str]] = {"rosa": set(), "dana": set()}
    comes_back: set[str] = set()
    for name in asked:
        page = signed_in(name)
        for address, _ in IN_A_PLACE:
            where = filled(address, named)
            drawn = page.get(where)
            if drawn.status_code != 200 or "text/html" not in drawn.headers.get("Content-Type", ""):
                fields = {"words", "text", "title", "question", "saw", "what", "happened", "explained", "headline"}
            else:
                fields = {*FIELD.findall(drawn.content.decode()), "words"} - {"csrfmiddlewaretoken"}
                hooks[name] |= {address} if ASKS_WHILE_TYPING in drawn.content.decode() else set()
            typed = dict.fromkeys(fields - {"as_it_is", "seen", "number", "from_hour", "to_hour"}, HARD)
            answer = page.post(where, typed | {"area": "law", "sort": "good", "key": str(uuid.uuid4())})
            if "text/html" in answer.headers.get("Content-Type", ""):
                asked[name] += shows_hints(answer)
                comes_back |= {address} if shows_hints(answer) and drawn.status_code == 200 else set()
                assert shows_hints(answer) == (ONCE_MORE in answer.content.decode()), f"{where} cannot be sent again"
    print(f"\nforms that came back with hints: {asked}")
    assert asked["rosa"] == 0
    assert asked["dana"] >= len(STAFF_WRITE), "control"
    assert not hooks["rosa"], "nor while she types"
    assert not comes_back - hooks["dana"], "what comes back with hints says so while it is typed, too"
    assert comes_back, "control"


# --- while staff type ------------------------------------------------------------------------------


def lines_about_her_words(cast):
    return TrailLine.objects.filter(partnership_id=cast.spaces["rosa"], kind="wording", doing="read").count()


def test_while_staff_type_they_are_told_the_same_and_nothing_is_kept(cast, dana, caplog):
    place = cast.place("rosa")
    actions.say_wording(
        by=place.by, about=place, feeling=Feeling.DISLIKE, word="mother", instead="mum", now=cast.now, write_id=new_id()
    )
    asking, before = f"/space/{cast.spaces['rosa']}/hints/", lines_about_her_words(cast)
    shown = dana.post(asking, {"text": HARD + " Her mother said so."}).content.decode()
    for said in ("say what got in the way", "“mother”", "mum", "These are only hints."):
        assert said in shown
    with CaptureQueriesContext(connection) as queries_again:
        assert dana.post(asking, {"text": "Rosa told me that the rent is late."}).content.strip() == b""
    assert len(queries_again) <= 8
    assert not [query for query in queries_again if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert lines_about_her_words(cast) == before + 1, "one line, however long somebody types"
    assert HARD not in caplog.text
    assert asking not in "".join(map(str, TrailLine.objects.values_list("doing", "kind", "ground")))


@pytest.mark.parametrize("text", ["", "x" * 30_001, "turned \u202e round"])
def test_what_could_not_be_kept_gets_no_hints(cast, dana, text):
    answer = dana.post(f"/space/{cast.spaces['rosa']}/hints/", {"text": text})
    assert (answer.status_code, answer.content) == (400, b"")


def test_nobody_else_may_ask_for_hints(cast, signed_in):
    asking = f"/space/{cast.spaces['rosa']}/hints/"
    statuses = {name: signed_in(name).post(asking, {"text": HARD}).status_code for name in cast.accounts}
    assert statuses.pop("dana") == statuses.pop("samuel") == 200, "control: staff with a seat here"
    assert set(statuses.values()) == {404}, statuses
    assert signed_in("dana").get(asking).status_code == 405, "never in an address"


# --- her words for things --------------------------------------------------------------------------


def test_she_says_which_words_and_staff_read_them(cast, signed_in):
    rosa, page = signed_in("rosa"), f"/space/{cast.spaces['rosa']}/wording/"
    assert rosa.post(f"{page}like/", {"word": "family", "key": "1"}).status_code == 303
    assert rosa.post(f"{page}not/", {"word": "case", "instead": "us", "key": "2"}).status_code == 303
    shown = signed_in("dana").get(page).content.decode()
    assert "family" in shown
    assert "case" in shown
    assert signed_in("dana").post(f"{page}like/", {"word": "x", "key": "3"}).status_code == 403
    for name in ("samuel", "robin"):
        assert signed_in(name).get(page).status_code == 404
    row = Wording.objects.unguarded(because="test").get(feeling=Feeling.DISLIKE)
    rosa.post(f"{page}{row.id}/back/")
    assert queries.wording_in(cast.place("dana")).disliked == []


# --- in my own words -------------------------------------------------------------------------------


def explain(cast, text="The court decides on 9 March. Until then nobody can make you leave."):
    place = cast.place("dana")
    return actions.explain(by=place.by, about=place, area=Area.LAW, explained=text, now=cast.now, write_id=new_id())


def test_she_says_it_in_her_own_words_and_the_explanation_gets_better(cast, signed_in):
    row, rosa, dana = explain(cast), signed_in("rosa"), signed_in("dana")
    page = f"/space/{cast.spaces['rosa']}/own-words/"
    assert "Something was explained to you." in rosa.get("/today/").content.decode()
    assert rosa.post(f"{page}{row.id}/", {"words": "I have to go on 9 March?", "key": "1"}).status_code == 303
    assert "Something was explained to you." not in rosa.get("/today/").content.decode()
    assert "I have to go on 9 March?" in dana.get(page).content.decode()
    dana.post(f"{page}{row.id}/again/", {"anew": "You do not have to go. A judge says more on 9 March.", "key": "2"})
    anew = SayBack.objects.unguarded(because="test").get(anew=row.id)
    rosa.post(f"{page}{anew.id}/", {"words": "I can stay for now.", "key": "3"})
    dana.post(f"{page}{anew.id}/yes/", {"key": "4"})
    assert [one.state for one in queries.said_back_in(cast.place("rosa"))] == [SaidBack.YES, SaidBack.ANEW]


def test_she_may_leave_it_out_and_nobody_answers_what_was_not_said(cast, signed_in):
    row, page = explain(cast), f"/space/{cast.spaces['rosa']}/own-words/"
    assert signed_in("dana").post(f"{page}{row.id}/yes/", {"key": "1"}).status_code == 409
    assert signed_in("dana").post(f"{page}{row.id}/", {"words": "mine", "key": "1"}).status_code == 403
    assert signed_in("rosa").post(f"{page}{row.id}/out/", {"key": "2"}).status_code == 303
    assert signed_in("rosa").post(f"{page}{row.id}/", {"words": "late", "key": "3"}).status_code == 409
    assert not what_waits(queries.waiting_in(cast.place("rosa")))
    assert signed_in("robin").get(page).status_code == 404
