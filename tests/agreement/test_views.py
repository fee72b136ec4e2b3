import re

import pytest

from alongside.agreement.models import Acceptance, AgreementDraft, AgreementVersion
from alongside.agreement.rules import Side

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once


def words_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page) or re.search(rf'value="([^"]*)"[^>]*name="{name}"', page)


@pytest.fixture
def url(cast):
    return f"/space/{cast.spaces['rosa']}/agreement/"


def test_they_walk_from_nothing_to_a_text_that_holds_without_javascript(cast, signed_in, url):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    assert "Nothing is agreed yet" in words_of(rosa.get(url))
    assert dana.post(url + "start/", {"key": "k"}).status_code == 303

    form = rosa.get(url + "parts/her_rules/").content.decode()
    sent = {"key": "k", "seen": hidden(form, "seen")[1], "rules": "never come unannounced"}
    assert rosa.post(url + "parts/her_rules/", sent)["Location"] == url + "#in-her_rules"
    form = dana.get(url + "parts/why/").content.decode()
    dana.post(url + "parts/why/", {"key": "k", "seen": hidden(form, "seen")[1], "reason": "voluntary"})

    for browser, side in ((rosa, "client"), (dana, "worker")):
        page = browser.get(url).content.decode()
        assert "I have read it and accept it" in page
        sent = {"key": "k", "seen": hidden(page, "seen")[1], "side": side}
        assert browser.post(url + "accept/", sent).status_code == 303
    page = words_of(rosa.get(url))
    assert "Version 1 holds since" in page
    assert "31 May 2026" in page
    assert "You chose this." in page
    assert "never come unannounced" in words_of(rosa.get(url + "print/"))


@pytest.mark.usefixtures("keeps_context")
def test_every_part_has_a_form_that_can_be_sent_as_it_is(cast, signed_in, together, url):
    together.ready()
    rosa, dana = signed_in("rosa"), signed_in("dana")
    before = together.text().draft
    for part in [*together.text().parts, "row-01"]:
        browser = dana if part == "worker_rules" else rosa
        page = browser.get(f"{url}parts/{part}/")
        assert page.status_code == 200, part
        form = page.context["form"]
        sent = {field.html_name: field.value() for field in form if field.value() is not None}
        assert browser.post(f"{url}parts/{part}/", sent).status_code == 303, part
    assert together.text().draft == before


def test_a_line_of_the_power_card_is_added_changed_and_taken_out(signed_in, together, url):
    together.ready()
    rosa = signed_in("rosa")

    def seen():
        return {"key": "k", "seen": str(together.text().draft.id)}

    line = {"what": "Who has a key", "who": "client", "note": ""}
    assert rosa.post(url + "parts/row-new/", {**seen(), **line})["Location"] == url + "#in-power"
    page = words_of(rosa.get(url))
    assert "Who has a key" in page
    rosa.post(url + "parts/row-09/", {**seen(), **line, "who": "else", "note": "the landlord"})
    assert "the landlord" in words_of(rosa.get(url))
    assert rosa.post(url + "parts/row-09/out/", seen()).status_code == 303
    assert "Who has a key" not in words_of(rosa.get(url))
    assert rosa.post(url + "parts/visits/out/", seen()).status_code == 404
    assert rosa.post(url + "parts/row-new/", {**seen(), "what": "", "who": "queen"}).status_code == 400


def test_a_stale_tab_loses_nothing_and_shows_what_it_says_now(signed_in, together, url):
    seen = together.ready()
    together.change("dana", "visits", late="Dana’s words")
    rosa = signed_in("rosa")
    typed = {"key": "k", "seen": str(seen.id), "visits": "At school", "late": "Rosa’s words"}
    answer = rosa.post(url + "parts/visits/", typed)
    assert answer.status_code == 409
    page = words_of(answer)
    assert "changed while you had it open" in page
    assert "Dana’s words" in page
    assert "Rosa’s words" in page
    again = {**typed, "seen": hidden(answer.content.decode(), "seen")[1]}
    assert rosa.post(url + "parts/visits/", again).status_code == 303
    assert together.text().body["visits"]["late"] == "Rosa’s words"


def test_accepting_from_a_stale_tab_accepts_nothing_and_says_what_changed(signed_in, together, url):
    seen = together.ready()
    together.change("dana", "visits", late="We wait one minute.")
    answer = signed_in("rosa").post(url + "accept/", {"key": "k", "seen": str(seen.id), "side": "client"})
    assert answer.status_code == 409
    page = words_of(answer)
    assert "Nothing was accepted" in page
    assert "We wait one minute." in page
    assert hidden(answer.content.decode(), "seen")[1] == str(together.text().draft.id)
    assert not Acceptance.objects.unguarded(because="test").exists()


def test_two_tabs_that_accept_at_once_accept_once(signed_in, together, url):
    together.ready()
    together.accept("dana")
    sent = {"seen": str(together.text().draft.id), "side": "client"}
    rosa = signed_in("rosa")
    assert rosa.post(url + "accept/", {**sent, "key": "one tab"}).status_code == 303
    assert rosa.post(url + "accept/", {**sent, "key": "one tab"}).status_code == 303
    assert rosa.post(url + "accept/", {**sent, "key": "another"}).status_code == 303
    assert AgreementVersion.objects.unguarded(because="test").count() == 1


def test_nobody_but_rosa_gives_rosa_s_acceptance(signed_in, together, url):
    together.ready()
    sent = {"key": "k", "seen": str(together.text().draft.id), "side": "client"}
    for name in ("dana", "amir", "samuel"):
        assert signed_in(name).post(url + "accept/", sent).status_code == 403, name
    assert signed_in("robin").post(url + "accept/", sent).status_code == 404
    assert not Acceptance.objects.unguarded(because="test").exists()
    assert signed_in("rosa").post(url + "accept/", sent).status_code == 303
    assert Acceptance.objects.unguarded(because="test").get().side == Side.CLIENT


def test_samuel_reads_and_does_not_write(signed_in, together, url):
    together.ready()
    samuel = signed_in("samuel")
    page = words_of(samuel.get(url))
    assert "Who can decide what" in page
    assert "/parts/" not in page
    assert "I have read it" not in page
    assert "<textarea" not in words_of(samuel.get(url + "parts/visits/"))
    sent = {"key": "k", "seen": str(together.text().draft.id), "visits": "x", "late": "samuel was here"}
    answer = samuel.post(url + "parts/visits/", sent)
    assert answer.status_code == 403
    assert "samuel was here" not in together.text().body["visits"]["late"]
    assert samuel.post(url + "start/", {"key": "k"}).status_code == 403


def test_robin_finds_nothing_on_any_route(signed_in, together, url):
    together.agreed()
    robin, rosa = signed_in("robin"), signed_in("rosa")
    reads = ["", "print/", "versions/1/", "parts/visits/", "parts/row-01/", "accept/", "start/"]
    writes = ["start/", "accept/", "parts/visits/", "parts/row-01/", "parts/row-01/out/"]
    for path in reads:
        assert rosa.get(url + path).status_code in (200, 302), path
        assert robin.get(url + path).status_code == 404, path
    for path in writes:
        assert robin.post(url + path, {"key": "k"}).status_code == 404, path
    assert AgreementDraft.objects.unguarded(because="test").count() == 2


def test_dana_cannot_write_rosa_s_rules_and_what_she_typed_is_not_kept(signed_in, together, url):
    together.ready()
    sent = {"key": "k", "seen": str(together.text().draft.id), "rules": "be on time"}
    answer = signed_in("dana").post(url + "parts/her_rules/", sent)
    assert answer.status_code == 403
    assert "Only Rosa writes these rules" in words_of(answer)
    assert "parts/her_rules" not in words_of(signed_in("dana").get(url))
    assert together.text().body["her_rules"]["rules"] == ""


@pytest.mark.parametrize(
    ("part", "bad"),
    [
        ("visits", {"visits": "x" * 100_000}),
        ("visits", {"late": "hid\u202eden"}),
        ("visits", {"late": "zero\x00byte"}),
        ("review", {"on": "31 February"}),
        ("review", {"on": "0001-01-01"}),
        ("times", {"days": ["0"], "opens": "17:00", "closes": "09:00", "within": "1", "unit": "days"}),
        ("times", {"days": ["9"], "opens": "late", "closes": "", "within": "-1", "unit": "moons"}),
        ("why", {"reason": "magic"}),
    ],
)
def test_bad_input_gets_a_sentence_and_loses_nothing(signed_in, together, url, part, bad):
    together.ready()
    sent = {"key": "k", "seen": str(together.text().draft.id), **bad}
    answer = signed_in("rosa").post(f"{url}parts/{part}/", sent)
    assert answer.status_code == 400
    assert 'class="error' in answer.content.decode()
    for typed in bad.values():
        if isinstance(typed, str) and typed.isprintable():
            assert typed in answer.content.decode()
    assert together.text().draft.revision == 2


@pytest.mark.parametrize("seen", ["not an id", ""])
def test_a_form_that_does_not_say_what_was_seen_changes_nothing_and_keeps_what_was_typed(
    signed_in, together, url, seen
):
    together.ready()
    rosa = signed_in("rosa")
    answer = rosa.post(url + "parts/visits/", {"key": "k", "seen": seen, "late": "kept"})
    assert answer.status_code == 409
    assert "kept" in answer.content.decode()
    assert rosa.post(url + "accept/", {"key": "k", "seen": seen, "side": "client"}).status_code == 409
    assert rosa.post(url + "accept/", {"key": "k", "side": "nobody"}).status_code == 400
    assert together.text().draft.revision == 2


def test_parts_and_versions_that_are_not_there_are_not_found(signed_in, together, url):
    rosa = signed_in("rosa")
    assert rosa.get(url + "parts/visits/").status_code == 404
    assert rosa.get(url + "print/").status_code == 404
    together.agreed()
    for path in ("parts/nothing/", "parts/row-1/", "versions/2/", "versions/0/"):
        assert rosa.get(url + path).status_code == 404, path
    assert rosa.post(url + "parts/nothing/", {"key": "k"}).status_code == 404


def test_the_page_shows_what_would_change(signed_in, together, url):
    together.agreed()
    together.change("dana", "times", within=2)
    page = words_of(signed_in("rosa").get(url))
    assert "Version 1 goes on holding" in page
    assert "within 1 working day" in page
    assert "within 2 working days" in page
    assert "within 2 working days" not in words_of(signed_in("rosa").get(url + "versions/1/"))


def test_the_page_costs_the_same_few_queries_however_much_there_is(
    signed_in, together, url, django_assert_max_num_queries
):
    together.agreed()
    for number in range(6):
        together.change("dana", "visits", late=f"{number}")
        together.accept("rosa")
    rosa = signed_in("rosa")
    rosa.get(url)
    with django_assert_max_num_queries(12):
        rosa.get(url)
    with django_assert_max_num_queries(12):
        rosa.get(url + "parts/visits/")
    with django_assert_max_num_queries(12):
        rosa.get(url + "print/")
