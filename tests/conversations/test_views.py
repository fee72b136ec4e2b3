import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alongside.access.waiting import what_waits
from alongside.conversations import queries, tending
from alongside.conversations.models import Message, Thread
from alongside.conversations.rules import ON_A_PAGE, What
from alongside.conversations.urls import urlpatterns
from tests.conversations.steps import promise, say, seen
from tests.pages import only, page, post

# Views only translate: what they ask of the database is tried on both in the tests of actions.
pytestmark = pytest.mark.once

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def url(cast, name, *parts, of="rosa"):
    return reverse(f"conversations:{name}", args=[cast.spaces[of], *parts])


def test_the_two_write_with_plain_forms_and_a_double_tap_is_one_message(cast, signed_in):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    for _tap in range(2):
        answer = post(rosa, url(cast, "send"), text="Line one\nline two", key="k")
        assert (answer.status_code, answer["Location"]) == (303, url(cast, "thread") + "#newest")
    shown = page(dana, url(cast, "thread"))
    assert shown.count("Line one\nline two") == 1
    assert "Your turn" in shown
    assert "It is the turn of Dana" in page(rosa, url(cast, "thread"))
    number, stood = (
        re.search(r'name="number" value="(\d+)"', shown)[1],
        re.search(r'name="as_of" value="([^"]+)"', shown)[1],
    )
    assert post(dana, url(cast, "seen"), number=number, as_of=stood, key="s").status_code == 303
    assert "<bdi>Dana</bdi>, social worker, has seen it." in page(rosa, url(cast, "thread"))
    assert post(dana, url(cast, "promise"), day="2026-03-03", hour="09:00", key="p").status_code == 303
    assert "“I will answer by Tuesday 09:00.”" in page(rosa, url(cast, "thread"))
    assert (
        post(dana, url(cast, "understood"), number=number, as_of=stood, words="both lines", key="u").status_code == 303
    )
    assert "both lines" in page(rosa, url(cast, "thread"))
    assert post(dana, url(cast, "send"), text="Here is the answer.", key="a").status_code == 303
    assert "Nothing of yours waits" in page(rosa, url(cast, "thread"))


def test_her_own_and_theirs_are_told_apart_by_more_than_a_colour(cast, signed_in):
    say(cast, "mine")
    say(cast, "theirs", "dana")
    shown = page(signed_in("rosa"), url(cast, "thread"))
    bubble = r'<li class="note (me|them)"[^>]*>\s*<p class="who"><bdi>(\w+)</bdi>( · social worker)?'
    assert re.findall(bubble, shown) == [
        ("me", "You", ""), ("them", "Dana", " · social worker"),
    ]  # fmt: skip


def test_what_cannot_be_kept_is_drawn_again_with_all_that_was_typed(cast, signed_in):
    say(cast, "When?")
    rosa, dana, message = signed_in("rosa"), signed_in("dana"), only(Message).id
    long = "x" * 4001
    for client, address, form, status, kept in (
        (rosa, url(cast, "send"), {"text": " "}, 400, "There is nothing in it yet."),
        (rosa, url(cast, "send"), {"text": long}, 400, long),
        (dana, url(cast, "promise"), {"day": "2026-03-07", "hour": "12:00", "reason": "the court"}, 400, "the court"),
        (dana, url(cast, "promise"), {"day": "2026-03-12", "hour": "12:00"}, 400, "Please say why"),
        (dana, url(cast, "correct", message), {"text": "not mine to change"}, 403, "not mine to change"),
        (rosa, url(cast, "to_decision", message), {"headline": "q" * 201}, 400, "q" * 201),
        (
            rosa,
            url(cast, "promise"),
            {"day": "2026-03-03", "hour": "09:00", "reason": "typed by her"},
            403,
            "typed by her",
        ),
    ):
        answer = post(client, address, **form, key="k")
        assert answer.status_code == status, address
        assert kept in answer.content.decode(), address
    assert only(Thread).count == 1
    assert 'value="k"' in post(rosa, url(cast, "send"), text=long, key="k").content.decode(), (
        "sent again it is the same"
    )


def test_out_of_hours_both_are_told_before_and_after_they_write(cast, signed_in, frozen):
    frozen.shift(11 * HOUR)
    rosa, dana = signed_in("rosa"), signed_in("dana")
    before = page(rosa, url(cast, "thread"))
    assert "Nobody reads this now." in before
    assert "A human reads this on Tuesday from 09:00." in before
    assert reverse("safety:hard", args=[cast.spaces["rosa"]]) in before
    assert "Your hours are closed now" in page(dana, url(cast, "thread"))
    post(rosa, url(cast, "send"), text="in the night", key="k")
    assert page(rosa, url(cast, "thread")).count("A human reads this on Tuesday from 09:00.") == 2
    assert "in the night" not in page(dana, url(cast, "thread"))
    assert "Waiting for an answer" not in page(dana, "/today/")
    post(dana, url(cast, "send"), text="for tomorrow", when="open", key="d")
    post(dana, url(cast, "send"), text="for tonight", when="now", key="e")
    shown = page(rosa, url(cast, "thread"))
    assert ("for tomorrow" in shown, "for tonight" in shown) == (False, True)
    assert "because it was urgent" in shown
    frozen.shift(13 * HOUR)
    rosa, dana = signed_in("rosa"), signed_in("dana")
    assert "in the night" in page(dana, url(cast, "thread"))
    assert "for tomorrow" in page(rosa, url(cast, "thread"))


def test_today_says_who_waits_and_by_when_and_nothing_of_what_was_written(cast, signed_in):
    assert "Waiting for an answer" not in page(signed_in("dana"), "/today/")
    say(cast, "a secret word")
    shown = page(signed_in("dana"), "/today/")
    assert "Waiting for an answer" in shown
    assert "secret" not in shown
    assert "A message was written." not in shown
    say(cast, "a hidden thing", "dana")
    shown = page(signed_in("rosa"), "/today/")
    assert "There is a message for you." in shown
    assert "hidden thing" not in shown


def waits(cast, name, now=None):
    said = [one.sentence for one in what_waits(queries.waiting_in(cast.place(name, now=now)))]
    return [sentence.replace("\u2068", "").replace("\u2069", "") for sentence in said]


def test_what_waits_waits_until_it_is_answered_and_never_presses_her(cast, amir):
    assert waits(cast, "rosa") == waits(cast, "dana") == []
    say(cast, "When?")
    assert waits(cast, "dana") == waits(cast, "amir") == ["Rosa waits for an answer, by Tuesday 09:00."]
    assert waits(cast, "dana", cast.now + 2 * DAY) == ["Rosa waits for an answer. It was agreed by Tuesday 09:00."]
    assert waits(cast, "samuel") == waits(cast, "rosa") == []
    say(cast, "On Thursday.", "dana")
    assert (waits(cast, "dana"), waits(cast, "rosa")) == ([], ["There is a message for you."])
    assert waits(cast, "rosa", cast.now + 7 * DAY) == []
    seen(cast, 2, "rosa", what=What.SEEN)
    assert waits(cast, "rosa") == []
    say(cast, "And bring the letter.", "dana")
    assert waits(cast, "rosa") == ["There is a message for you."]
    say(cast, "Yes.")
    assert waits(cast, "rosa") == []


def test_older_ones_stand_behind_a_plain_link_and_each_stands_on_one_page(cast, signed_in):
    for number in range(2 * ON_A_PAGE + 3):
        say(cast, f"message {number}.", ("rosa", "dana")[number % 2])
    rosa, address, found = signed_in("rosa"), url(cast, "thread"), []
    for _page in range(3):
        shown = page(rosa, address)
        found = re.findall(r"message \d+\.", shown) + found
        link = re.search(r'href="(\?before=[0-9-]+)"', shown)
        address = url(cast, "thread") + (link[1] if link else "")
    assert found == [f"message {number}." for number in range(2 * ON_A_PAGE + 3)]
    assert link is None
    assert 'id="write"' not in shown
    for amiss in ("x", "1", "-1-2", "١-٢", "9" * 40 + "-1"):
        assert rosa.get(url(cast, "thread"), {"before": amiss}).status_code == 404


def test_a_supervisor_sees_that_somebody_waits_and_says_so(cast, signed_in, frozen):
    samuel, here = signed_in("samuel"), url(cast, "nobody_answers")
    say(cast, "a secret word")
    assert samuel.get(here).status_code == 404
    frozen.shift(6 * HOUR)
    tending.hand_over(cast.now + 6 * HOUR)
    samuel = signed_in("samuel")
    assert here in page(samuel, "/today/")
    assert "secret" not in page(samuel, here)
    assert post(samuel, url(cast, "see_it_answered"), key="k").status_code == 303
    assert "You said that you see to it" in page(samuel, here)
    assert "sees to it that somebody answers" in page(signed_in("rosa"), url(cast, "thread"))
    assert samuel.get(url(cast, "thread")).status_code == 404


def test_a_photo_comes_with_its_words_and_alone(cast, signed_in, photo):
    rosa = signed_in("rosa")
    for text in ("the letter", ""):
        answer = rosa.post(url(cast, "send"), {"text": text, "photos": [photo("letter.png")], "key": text or "alone"})
        assert answer.status_code == 303, answer.content.decode()[:2000]
    assert page(signed_in("dana"), url(cast, "thread")).count("/attached/") >= 2


@pytest.fixture
def photo():
    from io import BytesIO

    from PIL import Image

    def make(name):
        held = BytesIO()
        Image.new("RGB", (8, 8), (20, 120, 90)).save(held, "PNG")
        return SimpleUploadedFile(name, held.getvalue(), content_type="image/png")

    return make


# --- who may, and what it costs --------------------------------------------------------------------


def every_address(cast, message, of="rosa"):
    for pattern in urlpatterns:
        parts = [message] if "message_id" in str(pattern.pattern) else []
        yield pattern.name, url(cast, pattern.name, *parts, of=of)


def test_robin_and_samuel_find_nothing_on_any_route_and_dana_does(cast, signed_in):
    say(cast, "between us")
    message = only(Message).id
    clients = {name: signed_in(name) for name in ("robin", "nadia", "samuel", "dana")}
    for name, address in every_address(cast, message):
        for who in ("robin", "nadia", "samuel"):
            assert clients[who].get(address).status_code == 404, (who, name)
            answer = post(clients[who], address, key="k").status_code
            reads_only = name in ("thread", "message", "nobody_answers")
            assert answer == (405 if who == "samuel" and reads_only else 404), (who, name)
        if name not in ("nobody_answers", "see_it_answered"):
            assert clients["dana"].get(address).status_code == 200, name
    for name, address in every_address(cast, message, of="nadia"):
        if "message_id" in address or str(message) in address:
            assert clients["dana"].get(address).status_code == 404, name


def test_no_other_method_is_answered(cast, signed_in):
    say(cast, "x")
    rosa = signed_in("rosa")
    for _name, address in every_address(cast, only(Message).id):
        assert rosa.put(address).status_code == 405


def test_a_page_costs_no_more_than_twelve_queries_however_much_was_written(cast, signed_in, amir, photo):
    for number in range(30):
        say(cast, f"{number}", ("rosa", "dana", "amir")[number % 3])
        seen(cast, number + 1, ("dana", "rosa", "rosa")[number % 3])
    say(cast, "waits")
    promise(cast, cast.now + 2 * HOUR)
    signed_in("rosa").post(url(cast, "send"), {"text": "x", "photos": [photo("letter.png")], "key": "k"})
    found = {}
    for name in ("rosa", "dana"):
        client = signed_in(name)
        for address in (
            url(cast, "thread"),
            url(cast, "message", Message.objects.unguarded(because="t").first().id),
            "/today/",
        ):
            client.get(address)
            with CaptureQueriesContext(connection) as caught:
                assert client.get(address).status_code == 200
            found[name, address.split("/")[-2][:8]] = len(caught)
            if len(caught) > 12 and address != "/today/":
                print("\n".join(query["sql"][:160] for query in caught))
    print(found)
    assert all(count <= 12 for (_, address), count in found.items() if address != "today"), found
