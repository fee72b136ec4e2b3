import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alongside.kit.ids import new_id
from alongside.notes import privacy
from alongside.notes.models import Note, Voice, Withheld
from alongside.notes.rules import Agreeing, Audience, Category, What
from alongside.notes.urls import urlpatterns
from alongside.people.models import Seat
from alongside.plain.models import SayBack
from tests.notes import steps
from tests.notes.conftest import seat, share
from tests.notes.steps import HER_SIDE, LOUD
from tests.record.test_views import hidden, plain, post, shown

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once

DAY = datetime.timedelta(days=1)


def url(cast, name, *named):
    return reverse(f"notes:{name}", args=[cast.spaces["rosa"], *named])


def notes(kind="note"):
    return list(Note.objects.unguarded(because="test").filter(kind=kind).order_by("number"))


def sent(client, cast, name, *named, on=None, **typed):
    """Fill in the form of a page and send it."""
    address = url(cast, name, *named)
    return post(client, address, {**hidden(client.get(on or address), address), **typed})


# --- writing and reading with plain forms ----------------------------------------------------------


def test_dana_writes_and_rosa_reads_sees_it_differently_and_signs_with_plain_forms(cast, signed_in):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    answer = sent(dana, cast, "write", headline="At the office", happened=LOUD, think="She was tired.")
    note_id = notes()[0].id
    page = url(cast, "note", note_id)
    assert (answer.status_code, answer["Location"]) == (303, page)
    assert {LOUD, "She was tired."} <= set(shown(rosa.get(page)))
    assert "an opinion" in rosa.get(page).content.decode()
    for name, typed in (("read", {}), ("differently", {"words": HER_SIDE}), ("sign", {})):
        answer = sent(rosa, cast, name, note_id, on=page, **typed)
        assert (answer.status_code, answer["Location"]) == (303, page)
    assert HER_SIDE in shown(dana.get(page))
    assert [voice.what for voice in steps.voices(note_id)] == ["version", "read", "different", "signed"]


def test_from_a_note_she_is_asked_to_say_it_back_and_the_note_says_how_that_stands(cast, signed_in):
    rosa, dana = signed_in("rosa"), signed_in("dana")
    note_id = steps.write(cast, LOUD)
    page, back = url(cast, "note", note_id), f"/space/{cast.spaces['rosa']}/own-words/"
    assert url(cast, "explain", note_id) in dana.get(page).content.decode()
    assert url(cast, "explain", note_id) not in rosa.get(page).content.decode()
    assert back not in rosa.get(page).content.decode(), "control: nothing was explained yet"

    unfinished = sent(dana, cast, "explain", note_id, on=page, explained="Until 9 March nobody can make you leave.")
    assert unfinished.status_code == 400
    assert "Until 9 March" in unfinished.content.decode(), "with all that was typed"
    told = {"area": "law", "explained": "Until 9 March nobody can make you leave."}
    answer = sent(dana, cast, "explain", note_id, on=page, **told)
    assert (answer.status_code, answer["Location"]) == (303, page)
    assert "Nothing said yet." in dana.get(page).content.decode()
    hers = rosa.get(page).content.decode()
    assert "Say it in your own words" in hers
    assert back in hers
    assert told["explained"] not in hers, "what was explained stands on its own page"

    def explained():
        return list(SayBack.objects.unguarded(because="test").filter(explains=note_id).order_by("explained_at", "id"))

    post(rosa, f"{back}{explained()[0].id}/", {"key": "1", "words": "I have to leave on 9 March?"})
    assert "waits for your answer" in dana.get(page).content.decode()
    post(dana, f"{back}{explained()[0].id}/again/", {"key": "2", "anew": "You can stay. A judge says more on 9 March."})
    assert "Nothing said yet." in dana.get(page).content.decode(), "the better explanation is asked about anew"
    anew = next(one for one in explained() if one.anew_id)
    post(rosa, f"{back}{anew.id}/", {"key": "3", "words": "I can stay for now."})
    post(dana, f"{back}{anew.id}/yes/", {"key": "4"})
    for reader in (rosa, dana):
        shown_now = reader.get(page).content.decode()
        assert "It was said back, and came across well." in shown_now
        assert "Nothing said yet." not in shown_now

    other = steps.write(cast, "Another day.")
    assert "came across well" not in dana.get(url(cast, "note", other)).content.decode(), "it stands with its note"
    for name, status in (("rosa", 403), ("robin", 404)):
        refused = post(signed_in(name), url(cast, "explain", note_id), told | {"key": "5"})
        assert refused.status_code == status
    assert post(dana, url(cast, "explain", new_id()), told | {"key": "6"}).status_code == 404
    assert len(explained()) == 2


def test_a_note_for_tomorrow_is_on_no_page_of_rosas_until_then(cast, signed_in, frozen):
    dana = signed_in("dana")
    sent(dana, cast, "write", happened=LOUD, tomorrow="on")
    note_id = notes()[0].id
    rosa = signed_in("rosa")
    for address in (url(cast, "page"), "/today/"):
        assert "At the" not in rosa.get(address).content.decode()
        assert "wrote a note" not in rosa.get(address).content.decode()
    assert rosa.get(url(cast, "note", note_id)).status_code == 404
    assert "sees it from" in dana.get(url(cast, "note", note_id)).content.decode()
    frozen.shift(DAY)
    rosa = signed_in("rosa")
    assert LOUD in shown(rosa.get(url(cast, "note", note_id)))
    assert "wrote a note" in rosa.get("/today/").content.decode()


def test_the_whole_of_story_two_with_plain_forms(cast, signed_in):
    rosa, dana, samuel = signed_in("rosa"), signed_in("dana"), signed_in("samuel")
    note_id = steps.write(cast)
    page = url(cast, "note", note_id)
    sent(rosa, cast, "ask", note_id, on=page, words="It was 09:30.")
    ask = steps.voices(note_id, What.ASKED)[0].id
    sent(rosa, cast, "ask", note_id, on=page, words="I was not at my end.")
    opinion = steps.voices(note_id, What.ASKED)[1].id
    answer = sent(
        dana, cast, "correct", note_id, on=page, happened=LOUD.replace("10:00", "09:30"), think=steps.THINK,
        reason="Rosa remembers the time.", answers=str(ask),
    )  # fmt: skip
    assert answer.status_code == 303
    assert post(dana, url(cast, "leave", note_id), {"ask": str(opinion), "words": "So I saw it."}).status_code == 303
    samuels = str(cast.accounts["samuel"].person_id)
    assert samuel.get(page).status_code == 404
    assert sent(rosa, cast, "look", note_id, on=page, whom=samuels, words="Is this fair?").status_code == 303
    look = steps.voices(note_id, What.LOOK)[0].id
    assert samuel.get(page).status_code == 200
    assert post(samuel, url(cast, "answer", note_id), {"look": str(look), "words": "Both."}).status_code == 303
    versions = rosa.get(url(cast, "versions", note_id)).content.decode()
    assert re.search(r"<del>.*10:00 </del><ins>.*09:30 </ins>", versions)
    assert {"Both.", "So I saw it.", "Is this fair?"} <= set(shown(rosa.get(page)))


def test_two_tabs_at_once_overwrite_nothing_and_lose_nothing(cast, signed_in):
    dana, note_id = signed_in("dana"), steps.write(cast)
    page, address = url(cast, "note", note_id), url(cast, "correct", note_id)
    one, two = (hidden(dana.get(page), address) for _tab in range(2))
    typed = {"think": "", "reason": "why"}
    assert post(dana, address, {**one, **typed, "happened": "from the first"}).status_code == 303
    answer = post(dana, address, {**two, **typed, "happened": "from the second"})
    assert answer.status_code == 409
    assert "from the second</textarea>" in answer.content.decode()
    assert "from the first" in shown(answer)
    again = post(dana, address, {**hidden(answer, address), **typed, "happened": "from the second"})
    assert again.status_code == 303
    assert [voice.body["happened"] for voice in steps.voices(note_id)] == [LOUD, "from the first", "from the second"]


def test_a_double_tap_keeps_one(cast, signed_in):
    rosa, note_id = signed_in("rosa"), steps.write(cast)
    address = url(cast, "differently", note_id)
    form = {**hidden(rosa.get(url(cast, "note", note_id)), address), "words": HER_SIDE}
    assert [post(rosa, address, form).status_code for _tap in range(2)] == [303, 303]
    assert len(steps.voices(note_id, What.DIFFERENT)) == 1
    form = {**hidden(rosa.get(url(cast, "write")), url(cast, "write")), "happened": "Once."}
    assert [post(rosa, url(cast, "write"), form).status_code for _tap in range(2)] == [303, 303]
    assert len(notes()) == 2


BAD = {"empty": "", "blank": " \n", "too long": "long " + "x" * 30_001, "hidden": "pay \u202eyrtnuoc"}


@pytest.mark.parametrize("bad", list(BAD), ids=list(BAD))
@pytest.mark.parametrize(
    ("name", "field", "who"),
    [
        ("write", "happened", "dana"),
        ("correct", "happened", "dana"),
        ("differently", "words", "rosa"),
        ("ask", "words", "rosa"),
        ("write_own", "happened", "rosa"),
        ("withhold", "part", "dana"),
    ],
)
def test_bad_input_gets_a_sentence_and_loses_nothing(cast, signed_in, name, field, who, bad):
    note_id = steps.write(cast)
    named = () if name.startswith("write") else (note_id,)
    second = str(cast.accounts["samuel"].person_id)
    fine = {"think": "my own view", "reason": "why", "category": "third_person", "second": second, "days": "5"}
    before = Voice.objects.unguarded(because="test").count()
    typed = {**fine, field: BAD[bad], "seen": str(steps.standing(note_id))}
    answer = post(signed_in(who), url(cast, name, *named), typed)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'class="errors"' in page
    if BAD[bad].strip():
        assert BAD[bad][:9] in page
        assert len(page) > len(BAD[bad])
    assert Voice.objects.unguarded(because="test").count() == before
    fine_now = post(signed_in(who), url(cast, name, *named), {**typed, field: "all is well"})
    assert fine_now.status_code == 303  # the control


def test_a_refused_answer_stands_in_its_own_place_with_what_was_typed(cast, signed_in):
    note_id = steps.write(cast)
    asks = [steps.beside(cast, "ask", note_id, words) for words in ("One.", "Two.")]
    answer = post(signed_in("dana"), url(cast, "leave", note_id), {"ask": str(asks[1]), "words": ""})
    assert answer.status_code == 400
    assert answer.content.decode().count('class="errors"') == 1
    steps.leave(cast, note_id, asks[1])
    late = post(signed_in("dana"), url(cast, "leave", note_id), {"ask": str(asks[1]), "words": "typed in vain"})
    assert late.status_code == 409
    assert "typed in vain" in late.content.decode()


# --- every way out ---------------------------------------------------------------------------------


def named_in(cast, note_id, own_id, withheld_id):
    return {"note_id": note_id, "own_id": own_id, "withheld_id": withheld_id}


def addresses(cast, named):
    """Every address of this room, filled in."""
    for pattern in urlpatterns:
        wanted = re.findall(r"<uuid:(\w+)>", str(pattern.pattern))
        yield pattern.name, url(cast, pattern.name, *(named[each] for each in wanted))


def test_both_voices_stand_on_every_page_that_gives_the_note_to_anybody(cast, signed_in, priya):
    share(cast, "priya")
    note_id, own_id = steps.write(cast), steps.own(cast)
    steps.beside(cast, "differently", note_id)
    steps.look(cast, note_id)
    steps.look(cast, note_id, whom="priya")
    withheld_id = steps.withhold(cast, note_id)
    pages, where = 0, set()
    for name in ("rosa", "dana", "samuel", "priya"):
        client = signed_in(name)
        for address_name, address in addresses(cast, named_in(cast, note_id, own_id, withheld_id)):
            page = client.get(address)
            if page.status_code == 200 and LOUD in shown(page):
                pages, where = pages + 1, where | {address_name}
                assert HER_SIDE in shown(page), (name, address_name)
    assert where >= {"page", "note", "print", "versions", "for_you"}
    print(f"pages that give the note: {pages}; with both voices: {pages}")
    for name in ("rosa", "dana"):
        copy = repr(privacy.export(cast.place(name)))
        assert LOUD in copy
        assert HER_SIDE in copy


# --- her own pages ---------------------------------------------------------------------------------


def test_her_own_page_answers_everybody_else_like_one_that_is_not_there(cast, signed_in, priya):
    rosa = signed_in("rosa")
    sent(rosa, cast, "write_own", happened="Only mine.")
    own_id = notes("own")[0].id
    assert "Only mine." in shown(rosa.get(url(cast, "own_page", own_id)))
    nowhere = "00000000-0000-7000-8000-000000000000"
    for name in ("dana", "samuel", "lena", "robin", "nadia", "priya"):
        client = signed_in(name)
        for address_name in ("own_page", "rewrite_own", "own_now", "readers"):
            there, absent = url(cast, address_name, own_id), url(cast, address_name, nowhere)
            answer = client.get(there)
            assert answer.status_code == 404
            assert plain(client.get(absent)).replace(nowhere, str(own_id)) == plain(answer)
            posted = post(client, there, {"words": "x", "happened": "x", "audience": "me", "seen": str(own_id)})
            assert posted.status_code == (405 if address_name == "own_page" and name in ("dana", "samuel") else 404)
        for page in ("page", "own", "note"):
            got = client.get(url(cast, page, *([own_id] if page == "note" else [])))
            assert "Only mine." not in got.content.decode()
    assert len(steps.voices(own_id)) == 1


def test_she_says_who_reads_her_page_and_takes_it_back(cast, signed_in):
    rosa, dana, own_id = signed_in("rosa"), signed_in("dana"), steps.own(cast, "Not for all.")
    page = url(cast, "own_page", own_id)
    assert dana.get(page).status_code == 404
    assert sent(rosa, cast, "readers", own_id, on=page, audience="worker").status_code == 303
    assert "Dana" in rosa.get(page).content.decode()
    assert "Not for all." in shown(dana.get(page))
    assert "Not for all." in dana.get(url(cast, "page")).content.decode()
    assert "<textarea" not in dana.get(page).content.decode(), "she reads, and changes nothing"
    answer = sent(rosa, cast, "readers", own_id, on=page, audience="named")
    assert answer.status_code == 409
    assert dana.get(page).status_code == 200
    assert sent(rosa, cast, "readers", own_id, on=page, audience="me").status_code == 303
    assert dana.get(page).status_code == 404


# --- withheld parts --------------------------------------------------------------------------------


@pytest.mark.once
def test_a_hidden_mark_leaves_each_page_the_same_to_the_byte(cast, signed_in):
    note_id = steps.write(cast)
    named = named_in(cast, note_id, steps.own(cast), note_id)
    rosa = signed_in("rosa")

    def drawn(address):
        """A page without the random keys of its forms, and the trail's own mark, which her own looks change as well."""
        return re.sub(r'name="key" value="[^"]*"|<code[^>]*>[^<]*</code>', "", plain(rosa.get(address)))

    def pages():
        return {address: drawn(address) for _name, address in addresses(cast, named)}

    for address in ("/today/", url(cast, "page")):
        rosa.get(address)
    before, looked = pages(), drawn(f"/space/{cast.spaces['rosa']}/looked/")
    given = {"category": Category.SERIOUS_HARM, "hide": True, "why_hidden": "He reads her phone."}
    withheld_id = steps.withhold(cast, note_id, **given)
    assert pages() == before, "while it waits"
    steps.agree(cast, withheld_id)
    assert pages() == before, "and when it holds"
    assert drawn(f"/space/{cast.spaces['rosa']}/looked/") == looked, "the trail is silent too"
    assert rosa.get(url(cast, "withheld", withheld_id)).status_code == 404
    other = steps.write(cast, "With a mark.")
    steps.agree(cast, steps.withhold(cast, other))
    assert pages() != before, "control: a mark that is shown changes the list"


def test_withholding_goes_through_its_pages(cast, signed_in):
    note_id = steps.write(cast)
    dana, samuel, rosa = signed_in("dana"), signed_in("samuel"), signed_in("rosa")
    samuels = str(cast.accounts["samuel"].person_id)
    answer = sent(
        dana, cast, "withhold", note_id, part="The neighbour’s words.", category="third_person", reason="He asked.",
        second=samuels, days="30",
    )  # fmt: skip
    assert answer.status_code == 303
    withheld_id = Withheld.objects.unguarded(because="test").get().id
    page = url(cast, "withheld", withheld_id)
    assert "Waits for" in dana.get(url(cast, "note", note_id)).content.decode()
    assert {"The neighbour’s words.", "He asked."} <= set(shown(samuel.get(page)))
    assert samuel.get(url(cast, "note", note_id)).status_code == 404
    assert rosa.get(page).status_code == 404
    assert sent(samuel, cast, "agree", withheld_id, on=page, answer=Agreeing.YES.value).status_code == 303
    hers = rosa.get(url(cast, "note", note_id)).content.decode()
    assert "Something isn’t shown here" in hers
    assert "The neighbour" not in hers
    marker = steps.voices(note_id, What.MARKER)[0].id
    challenged = post(rosa, url(cast, "challenge", note_id), {"marker": str(marker), "words": "Why not?"})
    assert challenged.status_code == 303
    assert "Why not?" in shown(samuel.get(page))
    assert (
        sent(samuel, cast, "answer_challenge", withheld_id, on=page, words="Now you see it.", opens="on").status_code
        == 303
    )
    assert {"The neighbour’s words.", "Now you see it."} <= set(shown(rosa.get(url(cast, "note", note_id))))


def test_where_there_is_no_second_person_the_form_says_so(cast, signed_in):
    note_id, dana = steps.write(cast), signed_in("dana")
    assert "<textarea" in dana.get(url(cast, "withhold", note_id)).content.decode()
    Seat.objects.filter(person_id=cast.accounts["samuel"].person_id).update(begins=cast.now - DAY, ends=cast.now)
    page = dana.get(url(cast, "withhold", note_id)).content.decode()
    assert "Nobody leaves something out alone" in page
    assert "<textarea" not in page


# --- partners and supporters -----------------------------------------------------------------------


def test_priya_writes_what_she_observed_only_while_something_is_shared(cast, signed_in, priya):
    client, address = signed_in("priya"), url(cast, "write_observation")
    assert "<textarea" not in client.get(address).content.decode()
    refused = post(client, address, {"happened": "Homework in the stairwell."})
    assert refused.status_code == 403
    assert "Homework in the stairwell." in refused.content.decode()
    given = share(cast, "priya")
    answer = sent(client, cast, "write_observation", happened="Homework in the stairwell.")
    assert (answer.status_code, answer["Location"]) == (303, address + "?kept")
    assert "It is kept" in client.get(answer["Location"]).content.decode()
    note_id = notes()[0].id
    rosa = signed_in("rosa")
    assert "Homework in the stairwell." in shown(rosa.get(url(cast, "note", note_id)))
    given.withdrawn_at = cast.now
    given.save()
    assert "<textarea" not in client.get(address).content.decode()
    assert "Homework" in rosa.get(url(cast, "page")).content.decode(), "it stays in her space"


def test_what_is_opened_to_priya_by_name_is_on_her_own_page_and_she_answers_there(cast, signed_in, priya):
    client, address = signed_in("priya"), url(cast, "for_you")
    note_id, own_id = steps.write(cast), steps.own(cast, "For Priya.")
    assert "Nothing is opened" in client.get(address).content.decode()
    look = steps.look(cast, note_id, whom="priya")
    steps.audience(cast, own_id, Audience.NAMED, "priya")
    assert {LOUD, "For Priya."} <= set(shown(client.get(address)))
    answer = sent(client, cast, "answer_for_you", note_id, on=address, words="I see both.")
    assert answer.status_code == 303
    assert "I see both." in shown(signed_in("rosa").get(url(cast, "note", note_id)))
    assert steps.voices(note_id, What.LOOK)[0].answered
    assert look


# --- who finds nothing -----------------------------------------------------------------------------


def test_robin_finds_nothing_on_any_route(cast, signed_in):
    note_id, own_id = steps.write(cast), steps.own(cast)
    withheld_id = steps.withhold(cast, note_id)
    named = named_in(cast, note_id, own_id, withheld_id)
    full = {"words": "x", "happened": "x", "seen": str(steps.standing(note_id)), "answer": "yes", "audience": "me"}
    robin, dana, rosa = signed_in("robin"), signed_in("dana"), signed_in("rosa")
    nowhere = "00000000-0000-7000-8000-000000000000"
    before = Voice.objects.unguarded(because="test").count()
    for _name, address in addresses(cast, named):
        elsewhere = address.replace(str(cast.spaces["rosa"]), nowhere)
        absent = robin.get(elsewhere)
        assert absent.status_code == 404
        assert plain(robin.get(address)) == plain(absent).replace(elsewhere, address)
        assert post(robin, address, full).status_code == 404
        invited_only = "observation" in address or "for-you" in address
        seen_by_one = {dana.get(address).status_code, rosa.get(address).status_code}
        assert (200 in seen_by_one) is not invited_only  # the control
    assert Voice.objects.unguarded(because="test").count() == before


def test_looking_keeps_nothing(cast, signed_in):
    seat(cast, "amir", "cover")
    note_id, own_id = steps.write(cast), steps.own(cast)
    named = named_in(cast, note_id, own_id, steps.withhold(cast, note_id))
    before = Voice.objects.unguarded(because="test").count()
    for name in ("rosa", "dana", "amir"):
        client = signed_in(name)
        for _name, address in addresses(cast, named):
            assert client.get(address).status_code in (200, 404)
            assert client.head(address).status_code in (200, 404)
    assert Voice.objects.unguarded(because="test").count() == before


def test_no_page_of_the_room_takes_more_than_twelve_queries(cast, signed_in):
    note_id, own_id = steps.write(cast), steps.own(cast)
    steps.look(cast, note_id)
    steps.audience(cast, own_id, Audience.WORKER)
    withheld_id = steps.withhold(cast, note_id)
    steps.agree(cast, withheld_id)
    costs = {}
    for name in ("rosa", "dana"):
        client = signed_in(name)
        client.get(url(cast, "page"))  # the first look of a session writes that somebody is there
        for address_name, address in addresses(cast, named_in(cast, note_id, own_id, withheld_id)):
            with CaptureQueriesContext(connection) as caught:
                if client.get(address).status_code == 200:
                    costs[name, address_name] = len(caught)
    print(f"queries of the pages of this room: {sorted(set(costs.values()))}")
    assert len(costs) > 30
    assert not {page: cost for page, cost in costs.items() if cost > 12}
