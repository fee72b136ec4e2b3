"""The picture so far as both put it together: three columns, her own view beside every line, and where each stands."""

import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alongside import access
from alongside.access import Act, Kind
from alongside.access.way_in import Denied
from alongside.consent.models import Share
from alongside.consent.rules import Shared
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Account, Person, Seat
from alongside.people.rules import Role
from alongside.record import actions, privacy, queries
from alongside.record.models import Entry
from alongside.record.rules import What, WorrySort
from alongside.vault.keys import fingerprint
from tests.record import steps

HERS = "I am not stubborn. I was not told."


def do(act, cast, name, **given):
    place = cast.place(name)
    given.setdefault("write_id", new_id())
    given.setdefault("now", cast.now)
    return act(by=place.by, about=place, **given)


def add(cast, name="dana", words="You sleep two hours a night.", what=What.WORRY, **given):
    if what is What.WORRY:
        given.setdefault("sort", WorrySort.PAST)
    return do(actions.add_to_picture, cast, name, what=what, words=words, **given)


def differ(cast, line, words=HERS, **given):
    return do(actions.see_it_differently, cast, "rosa", line=line.thread or line.id, words=words, **given)


def page(cast, name="rosa"):
    return queries.picture_in(cast.place(name))


def entries():
    return list(Entry.objects.unguarded(because="test").order_by("number"))


@pytest.fixture
def carmen(cast):
    """Somebody to whom Rosa shows the picture, and nothing else."""
    space = cast.spaces["rosa"]
    person = Person.objects.create(
        organisation=cast.organisation, key_scope_id=space, called="Carmen", made_at=cast.now
    )
    cast.accounts["carmen"] = Account.objects.create(
        person=person, login="c" * 64, is_staff_account=False, joined_at=cast.now, made_at=cast.now
    )
    Seat.objects.create(partnership_id=space, person=person, role=Role.SUPPORTER, begins=cast.now)
    Share.objects.create(
        partnership_id=space, person=person, shared=Shared.PICTURE.value, purpose="to know", given_at=cast.now,
        begins=cast.now, ends=cast.now.replace(year=2027),
    )  # fmt: skip
    return person


# --- the columns -----------------------------------------------------------------------------------


def test_what_both_put_down_stands_side_by_side_in_three_columns(cast):
    steps.say(cast)
    add(cast)
    add(cast, "rosa", "The letters.", sort=WorrySort.FUTURE)
    add(cast, "rosa", "Carmen’s kitchen.", What.HELPS)
    add(cast, "dana", "You rang them yourself.", What.HELPS)
    for name in ("rosa", "dana"):
        found = [
            (str(column.heading), [line.words for line in column.hers], [line.words for line in column.theirs])
            for column in page(cast, name).columns
        ]
        assert found == [
            ("What worries us?", ["The letters."], ["You sleep two hours a night."]),
            ("What already helps?", ["Carmen’s kitchen."], ["You rang them yourself."]),
            ("What do we want to see?", [], []),
        ]
    worry = page(cast).columns[0]
    assert (worry.theirs[0].who, worry.theirs[0].to, worry.theirs[0].sort_label) == (
        "Dana", "Rosa", "Something that happened",
    )  # fmt: skip
    assert (worry.hers[0].to, worry.hers[0].sort_label) == ("", "Something that may come")


def test_danas_lines_wait_for_rosas_words_and_rosas_own_do_not(cast):
    add(cast, "rosa", "The letters.")
    for act, given in (
        (actions.add_to_picture, {"what": What.HELPS, "words": "x"}),
        (actions.say_where_it_stands, {"number": 3}),
    ):
        with pytest.raises(actions.WaitingForTheirWords) as refusal:
            do(act, cast, "dana", **given)
        assert refusal.value.status == 409
    steps.you_start(cast)  # the control
    add(cast)
    assert [entry.what for entry in entries()] == [What.WORRY, What.YOU_START, What.WORRY]


def test_you_start_cannot_be_taken_back_once_dana_has_put_a_line_down_but_after_rosas_own_it_can(cast):
    steps.you_start(cast)
    add(cast, "rosa", "The letters.")
    steps.wait_for_me(cast)
    steps.you_start(cast)
    add(cast)
    with pytest.raises(actions.WaiverIsUsed):
        steps.wait_for_me(cast)


def test_only_whoever_wrote_a_line_changes_it_and_every_version_stays(cast):
    steps.say(cast)
    hers, danas = add(cast, "rosa", "one", What.WANT), add(cast)
    for name, line in (("dana", hers), ("rosa", danas)):
        with pytest.raises(actions.NotYourLine):
            add(cast, name, "cleaned up", What(line.what), line=line.thread, seen=line.id)
        with pytest.raises(actions.NotYourLine):
            do(actions.take_back_line, cast, name, line=line.thread, seen=line.id)
    second = add(cast, "rosa", "two", What.WANT, line=hers.thread, seen=hers.id)
    with pytest.raises(actions.ChangedMeanwhile):
        add(cast, "rosa", "from a stale tab", What.WANT, line=hers.thread, seen=hers.id)
    with pytest.raises(NotFound):
        add(cast, "rosa", "in another column", What.HELPS, line=hers.thread, seen=second.id)
    assert [line.words for line in page(cast).columns[2].hers] == ["two"]
    assert second.fingerprint == fingerprint(cast.spaces["rosa"], "two")
    do(actions.take_back_line, cast, "rosa", line=hers.thread, seen=second.id)
    for name in ("rosa", "dana"):
        assert page(cast, name).columns[2].hers == []
        assert [line.words for line in page(cast, name).earlier] == ["two", "one"]


def test_each_says_where_it_stands_and_nothing_is_put_together(cast):
    steps.say(cast)
    do(actions.say_where_it_stands, cast, "dana", number=6)
    do(actions.say_where_it_stands, cast, "rosa", number=2, words="the letters")
    do(actions.say_where_it_stands, cast, "rosa", number=3)
    for name in ("rosa", "dana"):
        assert [line.label for line in page(cast, name).scales] == [
            "Where we stand, from 0 to 10: 3", "Where we stand, from 0 to 10: 6",
        ]  # fmt: skip
        assert [line.label[-1] for line in page(cast, name).earlier] == ["2"]


def test_who_supervises_or_is_a_stranger_puts_nothing_into_it(cast):
    steps.say(cast)
    with pytest.raises(Denied):
        add(cast, "samuel")
    with pytest.raises(NotFound):
        page(cast, "samuel")
    line = add(cast)
    with pytest.raises(Denied):
        do(actions.see_it_differently, cast, "dana", line=line.thread, words="x")
    nadia = cast.place("nadia", of="nadia")
    with pytest.raises(NotFound):
        actions.see_it_differently(
            by=nadia.by, about=nadia, now=cast.now, write_id=new_id(), line=line.thread, words="x"
        )


# --- I see it differently --------------------------------------------------------------------------


def test_her_view_stands_beside_the_line_in_every_view_and_export(cast, carmen):
    steps.say(cast)
    line = add(cast)
    differ(cast, line)
    changed = add(cast, words="You sleep three hours.", line=line.thread, seen=line.id)
    for name in ("rosa", "dana", "carmen"):
        found = page(cast, name)
        assert [one.words for one in found.columns[0].theirs[0].beside] == [HERS]
        assert [one.words for one in found.lines[0].beside] == [HERS]
        assert [[one.words for one in old.beside] for old in found.earlier] == [[HERS]]
        record = queries.record_in(cast.place(name))
        beside = {one.number: [other.words for other in one.beside] for one in record.lines}
        assert beside[line.number] == beside[changed.number] == [HERS]
        told = {one["number"]: one for one in privacy.export(cast.place(name))}
        for number in (line.number, changed.number):
            assert told[number]["seen_differently"]["words"] == HERS


def test_she_differs_on_what_staff_saw_and_think_and_a_new_version_does_not_push_it_aside(cast):
    steps.urgent(cast)
    written = entries()[0]
    differ(cast, written)
    assert [one.words for one in page(cast).pinned.urgent.beside] == [HERS]
    steps.say(cast)
    steps.picture(cast, "The same, again.")
    found = page(cast, "dana")
    assert [one.words for one in found.standing_lines[0].beside] == [HERS]
    assert [[one.words for one in old.beside] for old in found.earlier] == [[HERS]]


def test_she_changes_and_takes_back_her_view_and_nobody_differs_from_themselves(cast):
    steps.say(cast)
    line, own = add(cast), add(cast, "rosa", "The letters.")
    first = differ(cast, line)
    with pytest.raises(actions.ChangedMeanwhile):
        differ(cast, line, "from a stale tab")
    second = differ(cast, line, "another", seen=first.id)
    do(actions.take_back_line, cast, "rosa", line=line.thread, seen=second.id)
    assert page(cast).columns[0].theirs[0].beside == ()
    assert "seen_differently" not in repr(privacy.export(cast.place("rosa")))
    again = differ(cast, line, "once more", seen=entries()[-1].id)
    assert again.stands_as == first.stands_as
    for mine in (own, again):
        with pytest.raises(NotFound):
            do(actions.see_it_differently, cast, "rosa", line=mine.id, words="x")


def test_the_picture_costs_two_queries_however_much_is_in_it(cast):
    steps.say(cast)
    costs = []
    for _round in range(2):
        for number in range(6):
            differ(cast, add(cast, words=f"line {number}"))
            add(cast, "rosa", f"hers {number}", What.WANT)
        for read in (queries.picture_in, queries.record_in, queries.words_in):
            place = cast.place("dana")
            _ = place.names, place.client_name
            with CaptureQueriesContext(connection) as caught:
                read(place)
            costs.append(len(caught))
    assert costs == [2] * 6


# --- the page --------------------------------------------------------------------------------------


def url(cast, name):
    return reverse(f"record:{name}", args=[cast.spaces["rosa"]])


def post(client, address, **form):
    return client.post(address, urlencode(form), content_type="application/x-www-form-urlencoded")


def test_a_worry_is_written_to_her_and_can_be_looked_at_before_it_is_kept(cast, signed_in):
    steps.say(cast)
    dana, rosa, here = signed_in("dana"), signed_in("rosa"), url(cast, "picture")
    assert "Write it to Rosa, and say “you”" in dana.get(here).content.decode()
    assert "Write it to Rosa" not in rosa.get(here).content.decode()
    form = {"words": "You sleep two hours. I worry that you fall ill.", "sort": "future", "key": "k"}
    before = len(entries())
    looked = post(dana, url(cast, "worry"), **form, look="1")
    assert looked.status_code == 200
    assert "This is how it reads to <bdi>Rosa</bdi>" in looked.content.decode()
    assert len(entries()) == before
    assert post(dana, url(cast, "worry"), **form).status_code == 303
    body = rosa.get(here).content.decode()
    assert re.search(r"<bdi>Rosa</bdi>,</p>\s*<div class=\"words\" dir=\"auto\">You sleep two hours", body)


def test_every_question_says_why_who_and_what_if_not(cast, signed_in):
    steps.say(cast)
    for name in ("rosa", "dana"):
        body = signed_in(name).get(url(cast, "picture")).content.decode()
        questions = body.partition("</main>")[0].split('<section class="card stack" id="')[1:]
        assert len(questions) == 4
        for question in questions:
            for said in ("Why we ask", "Who sees it", "If you skip it"):
                assert said in question, question[:20]


def test_the_columns_are_walked_with_plain_forms(cast, signed_in):
    steps.say(cast)
    rosa, dana, here = signed_in("rosa"), signed_in("dana"), url(cast, "picture")
    for client, name, form in (
        (dana, "helps", {"words": "You rang them."}),
        (rosa, "want", {"words": "I sleep."}),
        (rosa, "where", {"number": "3", "words": ""}),
        (dana, "where", {"number": "6"}),
    ):
        answer = post(client, url(cast, name), **form, key="k")
        assert (answer.status_code, answer["Location"]) == (303, here)
    [danas] = [entry for entry in entries() if entry.what == What.HELPS]
    answer = post(rosa, url(cast, "differently"), line=str(danas.thread), words=HERS, key="k")
    assert answer.status_code == 303
    for client in (rosa, dana):
        for address in (here, url(cast, "page")):
            body = client.get(address).content.decode()
            assert body.index("You rang them.") < body.rindex(HERS)
    stale = post(rosa, url(cast, "differently"), line=str(danas.thread), words="what I typed", key="k2")
    assert stale.status_code == 409
    assert "what I typed</textarea>" in stale.content.decode()
    for name, form in (("worry", {"words": "x"}), ("where", {"number": "11"}), ("want", {"words": " "})):
        assert post(rosa, url(cast, name), **form, key="k3").status_code == 400
    assert post(dana, url(cast, "differently"), line=str(danas.thread), words="x", key="k").status_code == 403


def test_before_rosas_words_danas_line_answers_409_and_loses_nothing(cast, signed_in):
    dana = signed_in("dana")
    assert url(cast, "helps") not in dana.get(url(cast, "picture")).content.decode()
    answer = post(dana, url(cast, "helps"), words="You rang them.", key="k")
    assert answer.status_code == 409
    assert "You rang them." in answer.content.decode()
    assert entries() == []


def test_carmen_to_whom_it_is_shared_reads_it_with_names_and_nothing_of_the_rest(cast, carmen):
    steps.say(cast, "the letter")
    differ(cast, add(cast))
    steps.picture(cast, "A letter from the landlord.")
    place = cast.place("carmen")
    found = queries.picture_in(place)
    assert [(line.who, line.to) for line in found.lines] == [("Dana", "Rosa"), ("Dana", "")]
    assert (found.pinned.need, found.standing.need) == (None, None)
    assert dict(place.by.readings).keys() == {(cast.spaces["rosa"], Kind.PICTURE)}
    for act in (Act.ADD_TO_PICTURE, Act.DIFFER_ON_PICTURE, Act.WRITE_PICTURE):
        assert not access.may(place.by, act, about=place)
    with pytest.raises(NotFound):
        queries.words_in(place)
