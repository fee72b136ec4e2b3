import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alongside.kit.text import REORDERING
from alongside.record import queries
from alongside.record.models import Entry
from alongside.record.urls import urlpatterns
from alongside.vault.keys import fingerprint
from tests.record import steps
from tests.record.many import many
from tests.record.steps import HOPE, NEED

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once


class _Words(HTMLParser):
    """The texts of a page that are marked as somebody's own words."""

    def __init__(self):
        super().__init__()
        self.depth, self.texts = 0, []

    def handle_starttag(self, tag, attributes):
        if self.depth:
            self.depth += 1
        elif "words" in dict(attributes).get("class", "").split():
            self.depth = 1
            self.texts.append("")

    def handle_endtag(self, tag):
        self.depth = max(0, self.depth - 1)

    def handle_data(self, data):
        if self.depth:
            self.texts[-1] += data


def shown(answer):
    page = _Words()
    page.feed(answer.content.decode().partition("</main>")[0])
    return page.texts


def url(cast, name, of="rosa"):
    return reverse(f"record:{name}", args=[cast.spaces[of]])


def post(client, address, form):
    """As a browser sends a form: each end of a line as CR LF."""
    body = urlencode({name: value.replace("\n", "\r\n") for name, value in form.items()})
    return client.post(address, body, content_type="application/x-www-form-urlencoded")


def plain(answer):
    """A page without the token and the nonce that are new in each answer."""
    return re.sub(r'(csrfmiddlewaretoken" value=|nonce=)"[^"]*"', r"\1", answer.content.decode())


def hidden(answer, address):
    """The hidden fields of the page's form that posts to `address`."""
    form = re.search(rf'<form[^>]*action="{re.escape(address)}".*?</form>', answer.content.decode(), re.S)
    fields = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form[0])
    found = {}
    for field in fields:
        value = re.search(r'value="([^"]*)"', field)
        found[re.search(r'name="([^"]*)"', field)[1]] = value[1] if value else ""
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


def entries(what=None):
    found = Entry.objects.unguarded(because="test").order_by("number")
    return list(found.filter(what=what) if what else found)


# --- her words, to the letter ----------------------------------------------------------------------


def test_rosa_says_her_words_with_plain_forms_and_both_see_them_pinned_everywhere(cast, signed_in):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    for name, words in (("say_need", NEED), ("say_hope", HOPE)):
        address = url(cast, name)
        answer = post(rosa, address, {**hidden(rosa.get(url(cast, "words")), address), "words": words})
        assert (answer.status_code, answer["Location"]) == (303, url(cast, "words"))
    for client in (rosa, dana):
        for page in ("words", "listening", "picture", "page"):
            assert {NEED, HOPE} <= set(shown(client.get(url(cast, page))))


letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="".join(REORDERING))
pieces = st.one_of(
    letters,
    st.sampled_from(
        ["\n", "\n\n", "\t", "  ", " ", "\u00a0", "\u200d", "\u200f", "\u200e", "\ufeff", "e\u0301", "é",
         "السلام عليكم", "👩‍👩‍👧‍👦", "🏳️‍🌈", "<b>", "&amp;", "&#39;", "</div>", "{{ place }}", "%s", "\\", '"', "\u2028"]
    ),
)  # fmt: skip
texts = st.lists(pieces, min_size=1, max_size=60).map("".join).filter(str.strip)


def typed_in(answer, box):
    """What a browser puts into a box of the page."""
    html = answer.content.decode()
    found = re.search(rf'<textarea[^>]*id="{box}"[^>]*>\n(.*?)</textarea>', html, re.S)
    return unescape(found[1])


@pytest.mark.once
def test_her_words_go_through_form_database_and_page_without_one_letter_changed(cast, signed_in):
    rosa, dana = signed_in("rosa"), signed_in("dana")

    @settings(max_examples=30, deadline=None, database=None)
    @given(words=texts)
    @example(words="  trailing and leading  \n\n")
    @example(words="\n\tطابق\u200d 👩‍👩‍👧 e\u0301\n")
    def goes_through(words):
        stands = queries.standing_in(cast.place("rosa")).need
        answer = post(rosa, url(cast, "say_need"), {"words": words, "seen": str(stands.id) if stands else ""})
        assert answer.status_code == 303
        kept = queries.standing_in(cast.place("rosa")).need
        assert kept.body["words"].encode() == words.encode()
        assert kept.fingerprint == fingerprint(cast.spaces["rosa"], words)
        assert shown(dana.get(url(cast, "picture")))[0] == words
        page = rosa.get(url(cast, "words"))
        assert shown(page)[0] == words
        assert typed_in(page, "need-words") == words

    goes_through()


def test_words_are_shown_as_text_and_never_run(cast, signed_in):
    steps.say(cast, "<script>alert(1)</script>")
    page = signed_in("dana").get(url(cast, "page")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_same_form_sent_twice_is_kept_once(cast, signed_in):
    rosa, address = signed_in("rosa"), url(cast, "say_need")
    form = {**hidden(rosa.get(url(cast, "words")), address), "words": NEED}
    assert [post(rosa, address, form).status_code for _tap in range(2)] == [303, 303]
    assert len(entries()) == 1


def test_two_tabs_at_once_lose_nothing_and_overwrite_nothing(cast, signed_in):
    rosa, address = signed_in("rosa"), url(cast, "say_need")
    one, two = (hidden(rosa.get(url(cast, "words")), address) for _tab in range(2))
    assert post(rosa, address, {**one, "words": "from the first"}).status_code == 303
    answer = post(rosa, address, {**two, "words": "from the second"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "was changed after you opened the page" in page
    assert "from the second</textarea>" in page
    assert "from the first" in shown(answer)
    again = post(rosa, address, {**hidden(answer, address), "words": "from the second"})
    assert again.status_code == 303
    assert [entry.body["words"] for entry in entries()] == ["from the first", "from the second"]


def test_a_stale_tab_cannot_take_back_what_it_did_not_show(cast, signed_in):
    rosa, address = signed_in("rosa"), url(cast, "take_back_need")
    steps.say(cast, "old")
    stale = hidden(rosa.get(url(cast, "words")), address)
    steps.say(cast, "new")
    assert post(rosa, address, stale).status_code == 409
    assert queries.words_in(cast.place("rosa")).pinned.need.words == "new"
    assert post(rosa, address, hidden(rosa.get(url(cast, "words")), address)).status_code == 303
    assert queries.words_in(cast.place("rosa")).pinned.need is None


BAD = {
    "empty": "",
    "only blanks": " \n\t ",
    "far too long": "only this long " + "x" * 100_000,
    "a control character": "ring me \x07 at nine",
    "a reordering character": "pay to \u202eyrtnuoc",
}


@pytest.mark.parametrize("bad", list(BAD), ids=list(BAD))
@pytest.mark.parametrize(
    ("name", "page", "field", "who"),
    [
        ("say_need", "words", "words", "rosa"),
        ("say_hope", "words", "words", "rosa"),
        ("send", "listening", "words", "dana"),
        ("picture", "picture", "saw", "dana"),
        ("urgent", "picture", "sentence", "dana"),
    ],
)
def test_bad_input_gets_a_sentence_and_loses_nothing(cast, signed_in, name, page, field, who, bad):
    if name == "picture":
        steps.you_start(cast)
    client, address = signed_in(who), url(cast, name)
    before = len(entries())
    fine = {"saw": "what was seen", "think": "what is thought", "sentence": "now", "reason": "court_today"}
    form = {**hidden(client.get(url(cast, page)), address), **fine, field: BAD[bad]}
    answer = post(client, address, form)
    assert answer.status_code == 400
    body = answer.content.decode()
    assert 'class="errors"' in body
    if BAD[bad].strip():
        assert BAD[bad][:14] in body
        assert len(body) > len(BAD[bad])
    if field != "words":
        assert "what is thought" in body
    assert len(entries()) == before
    assert post(client, address, {**form, field: "all is well"}).status_code == 303  # the control


# --- who may ---------------------------------------------------------------------------------------


def test_dana_cannot_write_alter_or_take_back_rosas_words_by_form_or_raw_request(cast, signed_in):
    steps.say(cast, NEED)
    stands = str(entries()[0].id)
    dana, rosa = signed_in("dana"), signed_in("rosa")
    for name in ("say_need", "say_hope", "take_back_need", "take_back_hope", "you_start", "wait_for_me"):
        answer = post(dana, url(cast, name), {"words": "better words", "seen": stands, "key": "k"})
        assert answer.status_code == 403
    for method in ("put", "patch", "delete"):
        for name in ("words", "say_need", "take_back_need", "page"):
            assert getattr(dana, method)(url(cast, name), "words=x").status_code == 405
    assert "<textarea" not in dana.get(url(cast, "words")).content.decode()
    assert [entry.body["words"] for entry in entries()] == [NEED]
    assert post(rosa, url(cast, "say_need"), {"words": "mine", "seen": stands, "key": "k"}).status_code == 303


def test_robin_finds_nothing_on_any_route_and_neither_does_samuel(cast, signed_in):
    steps.say(cast)
    steps.send(cast)
    before = [entry.id for entry in entries()]
    full = {
        "words": "x", "saw": "x", "think": "x", "sentence": "x", "reason": "court_today",
        "seen": str(before[0]), "key": "k",
    }  # fmt: skip
    nowhere = "00000000-0000-7000-8000-000000000000"
    clients = {name: signed_in(name) for name in ("robin", "nadia", "samuel", "dana")}
    for pattern in urlpatterns:
        address = url(cast, pattern.name)
        elsewhere = address.replace(str(cast.spaces["rosa"]), nowhere)
        absent = clients["robin"].get(elsewhere)
        assert absent.status_code == 404
        assert plain(clients["robin"].get(address)) == plain(absent).replace(elsewhere, address)
        for name in ("robin", "nadia", "samuel"):
            assert clients[name].get(address).status_code == 404
            reads_only = pattern.name in ("page", "words", "listening") and name == "samuel"
            assert post(clients[name], address, full).status_code == (405 if reads_only else 404)
        assert clients["dana"].get(address).status_code == 200  # the control
    assert [entry.id for entry in entries()] == before


def test_reading_any_page_keeps_no_entry(cast, signed_in):
    for client in (signed_in("rosa"), signed_in("dana")):
        for pattern in urlpatterns:
            assert client.get(url(cast, pattern.name)).status_code == 200
            assert client.head(url(cast, pattern.name)).status_code == 200
    assert entries() == []


# --- the order lock --------------------------------------------------------------------------------


def test_posting_a_picture_before_rosas_words_answers_409_and_keeps_what_was_typed(cast, signed_in):
    dana = signed_in("dana")
    form = {"saw": "The letter names the 31st.", "think": "It is real.", "key": "k"}
    answer = post(dana, url(cast, "picture"), form)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "waits for the words of Rosa" in page
    assert "The letter names the 31st." in page
    assert "It is real." in page
    assert entries() == []
    steps.say(cast)
    assert post(dana, url(cast, "picture"), form).status_code == 303  # the control
    assert "The letter names the 31st." in shown(signed_in("rosa").get(url(cast, "picture")))


def test_rosa_taps_you_start_and_takes_it_back(cast, signed_in):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    address, back = url(cast, "you_start"), url(cast, "wait_for_me")
    assert post(rosa, address, hidden(rosa.get(url(cast, "words")), address)).status_code == 303
    assert "said: “You start”" in dana.get(url(cast, "words")).content.decode()
    assert post(rosa, back, hidden(rosa.get(url(cast, "words")), back)).status_code == 303
    assert post(dana, url(cast, "picture"), {"saw": "x"}).status_code == 409
    assert post(rosa, address, hidden(rosa.get(url(cast, "words")), address)).status_code == 303
    assert post(dana, url(cast, "picture"), {"saw": "x"}).status_code == 303
    page = rosa.get(url(cast, "words")).content.decode()
    assert f'action="{back}"' not in page
    assert post(rosa, back, {"key": "again"}).status_code == 409


def test_the_urgent_path_needs_a_reason_and_a_sentence_and_stands_on_rosas_pages(cast, signed_in):
    dana, rosa, address = signed_in("dana"), signed_in("rosa"), url(cast, "urgent")
    form = {**hidden(dana.get(url(cast, "picture")), address), "saw": "The court’s letter."}
    assert post(dana, address, form).status_code == 400
    assert post(dana, address, {**form, "reason": "i_am_busy", "sentence": "x"}).status_code == 400
    assert post(dana, address, {**form, "reason": "court_today"}).status_code == 400
    assert entries() == []
    done = post(dana, address, {**form, "reason": "court_today", "sentence": "The hearing is at noon."})
    assert done.status_code == 303
    for page in ("words", "listening", "picture", "page"):
        body = rosa.get(url(cast, page)).content.decode()
        assert "<bdi>Dana</bdi> wrote before these words were there" in body
        assert {"A court wants it today", "The hearing is at noon."} <= set(shown(rosa.get(url(cast, page))))
    assert "The court’s letter." in shown(rosa.get(url(cast, "picture")))


def test_an_urgent_text_that_meets_rosas_words_goes_on_in_the_plain_form(cast, signed_in):
    dana, address = signed_in("dana"), url(cast, "urgent")
    form = {
        **hidden(dana.get(url(cast, "picture")), address),
        "saw": "What I saw at the door.", "think": "", "reason": "court_today", "sentence": "At noon.",
    }  # fmt: skip
    steps.say(cast)
    answer = post(dana, address, form)
    assert answer.status_code == 409
    plain = hidden(answer, url(cast, "picture"))
    assert "What I saw at the door.</textarea>" in answer.content.decode()
    assert post(dana, url(cast, "picture"), {**plain, "saw": "What I saw at the door."}).status_code == 303


# --- listening back --------------------------------------------------------------------------------


def test_listening_back_is_walked_with_plain_forms(cast, signed_in):
    rosa, dana, page = signed_in("rosa"), signed_in("dana"), url(cast, "listening")
    for client, name, words in (
        (dana, "send", "You are afraid about money."),
        (rosa, "not_quite", "it’s not about money, it’s the school"),
        (dana, "correct", "It is about the school."),
        (rosa, "yes", ""),
    ):
        address = url(cast, name)
        before = client.get(page)
        assert before.status_code == 200
        answer = post(client, address, {**hidden(before, address), "words": words})
        assert (answer.status_code, answer["Location"]) == (303, page)
    for client in (rosa, dana):
        texts = shown(client.get(page))
        assert texts == [
            "You are afraid about money.", "it’s not about money, it’s the school", "It is about the school.",
        ]  # fmt: skip
    assert cast.place("rosa").partnership.heard_at == cast.now


def test_a_button_is_offered_only_to_whom_the_table_lets_press_it(cast, signed_in):
    def offered(name):
        page = signed_in(name).get(url(cast, "listening")).content.decode()
        return {each for each in ("send", "yes", "not_quite", "correct", "skip") if f'"{url(cast, each)}"' in page}

    assert (offered("rosa"), offered("dana")) == ({"skip"}, {"send"})
    steps.send(cast)
    assert (offered("rosa"), offered("dana")) == ({"yes", "not_quite", "skip"}, set())
    steps.not_quite(cast)
    assert (offered("rosa"), offered("dana")) == ({"skip"}, {"correct"})
    steps.correct(cast)
    steps.yes(cast)
    assert (offered("rosa"), offered("dana")) == (set(), {"send"})


def test_a_text_that_came_too_late_is_given_back(cast, signed_in):
    rosa, address = signed_in("rosa"), url(cast, "not_quite")
    steps.send(cast)
    form = hidden(rosa.get(url(cast, "listening")), address)
    steps.skip(cast)
    answer = post(rosa, address, {**form, "words": "no, I meant the school"})
    assert answer.status_code == 409
    assert "no, I meant the school" in shown(answer)


def test_dana_cannot_answer_for_rosa(cast, signed_in):
    steps.send(cast)
    seen = str(entries()[0].id)
    for name in ("yes", "not_quite", "skip"):
        answer = post(signed_in("dana"), url(cast, name), {"seen": seen, "words": "of course", "key": "k"})
        assert answer.status_code == 403
    assert post(signed_in("rosa"), url(cast, "yes"), {"seen": seen, "key": "k"}).status_code == 303


# --- the whole record ------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["0", "-1", "x", "99999999999999999999", "²", ""])
def test_a_strange_page_number_is_answered(cast, signed_in, before):
    steps.say(cast)
    assert signed_in("rosa").get(url(cast, "page"), {"before": before}).status_code == 200


def test_older_lines_are_one_link_away(cast, signed_in):
    many(cast, 60)
    rosa = signed_in("rosa")
    first = rosa.get(url(cast, "page"))
    assert "?before=11#lines" in first.content.decode()
    second = rosa.get(url(cast, "page"), {"before": 11})
    assert "Entry 10:" in second.content.decode()
    assert "Entry 11:" not in second.content.decode()
    assert "#lines" in second.content.decode()
    assert "#lines" not in second.content.decode().replace(
        f'"{url(cast, "page")}#lines"', ""
    )  # only back to the newest


@pytest.mark.parametrize("page", ["words", "listening", "picture", "page"])
def test_a_page_costs_the_same_few_queries_whatever_lies_behind_it(cast, signed_in, page):
    costs = []
    rosa = signed_in("rosa")
    for number in (70, 420):
        many(cast, number)
        rosa.get(url(cast, page))
        with CaptureQueriesContext(connection) as caught:
            assert rosa.get(url(cast, page)).status_code == 200
        costs.append(len(caught))
    assert costs[0] == costs[1] <= 12


@pytest.mark.parametrize("page", ["words", "listening", "picture", "page"])
def test_no_title_and_no_address_carries_content(cast, signed_in, page):
    steps.say(cast, "Elm Street")
    steps.send(cast, "Elm Street")
    body = signed_in("dana").get(url(cast, page)).content.decode()
    assert "Elm" not in re.search(r"<title>(.*?)</title>", body, re.S)[1]
    assert not [address for address in re.findall(r'(?:href|action|src)="([^"]*)"', body) if "Elm" in address]
