"""Dana is away: who stands in, where, until when; and what nobody is told."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside.access.models import TrailLine
from alongside.conversations.actions import hand_over_what_waits
from alongside.glass import actions as glass
from alongside.glass import queries as glass_queries
from alongside.glass.actions import NotThisPerson
from alongside.glass.rules import as_printed
from alongside.journeys import actions, away, queries, tending
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people import queries as people
from alongside.people.models import Away, Seat
from alongside.people.rules import Post, Role
from tests.conversations import steps as talk

DAY = datetime.timedelta(days=1)
TODAY = datetime.date(2026, 3, 2)
FRIDAY = datetime.date(2026, 3, 6)


def said(sentence):
    """A sentence without the marks that keep names apart from what is around them."""
    return sentence.replace("\u2068", "").replace("\u2069", "")


def say(cast, name="dana", *, of="dana", cover="amir", first=TODAY, last=FRIDAY, now=None, write_id=None):
    now = now or cast.now
    return actions.say_away(
        by=cast.viewer(name, now=now), person_id=cast.accounts[of].person_id,
        cover_id=cast.accounts[cover].person_id, first=first, last=last, now=now, write_id=write_id or new_id(),
    )  # fmt: skip


def away_now(now):
    """Who is away at a moment, and who stands in."""
    return {away.person_id: away.cover_id for away in Away.objects.filter(people.holding(now))}


def covers(cast, space="rosa", *, at=None):
    """Who stands in in a space at a moment."""
    names = {account.person_id: name for name, account in cast.accounts.items()}
    seats = Seat.objects.filter(people.holding(at or cast.now), partnership_id=cast.spaces[space], role=Role.COVER)
    return sorted(names[seat.person_id] for seat in seats)


def name_cover(cast, leave, cover, *, by="samuel", space="rosa", now=None):
    now = now or cast.now
    return actions.name_cover(
        by=cast.viewer(by, now=now), away_id=leave.id, partnership_id=cast.spaces[space],
        cover_id=cast.accounts[cover].person_id, now=now, write_id=new_id(),
    )  # fmt: skip


def back(cast, leave, name="dana", *, now=None):
    now = now or cast.now
    return actions.end_away(by=cast.viewer(name, now=now), away_id=leave.id, now=now, write_id=new_id())


def not_amir(cast):
    return glass.exclude(
        by=cast.viewer("rosa"), about=cast.place("rosa"), person_id=cast.accounts["amir"].person_id, now=cast.now,
        write_id=new_id(),
    )  # fmt: skip


def test_whoever_stands_in_has_a_seat_in_each_space_for_that_time_and_not_longer(cast):
    write_id = new_id()
    leave = say(cast, write_id=write_id)
    assert say(cast, write_id=write_id).id == leave.id, "twice is once"
    for space in ("rosa", "nadia"):
        assert covers(cast, space) == covers(cast, space, at=cast.now + 4 * DAY) == ["amir"]
        assert covers(cast, space, at=cast.now + 5 * DAY) == []
        assert cast.place("amir", of=space).roles == {Role.COVER}
    with pytest.raises(NotFound):
        cast.place("amir", now=cast.now + 5 * DAY)
    assert away_now(cast.now) == {cast.accounts["dana"].person_id: cast.accounts["amir"].person_id}
    assert away_now(cast.now + 5 * DAY) == {}
    lines = TrailLine.objects.filter(doing__in=("say_away", "name_cover")).order_by("seq")
    assert [(line.doing, line.partnership_id) for line in lines] == [
        *(("name_cover", space) for space in sorted(cast.spaces.values())), ("say_away", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (TODAY, FRIDAY, "Dana is away until and with 6 March 2026. Amir stands in."),
        (TODAY, None, "Dana is away. Amir stands in until Dana is back."),
        (FRIDAY, FRIDAY, "Dana is away from 6 March 2026 until and with 6 March 2026. Amir stands in then."),
        (FRIDAY, None, "Dana is away from 6 March 2026. Amir stands in from then on, until Dana is back."),
    ],
)
def test_rosa_reads_who_stands_in_until_when_and_never_why(cast, first, last, sentence):
    say(cast, first=first, last=last)
    assert sentence in [said(one.sentence) for one in queries.waiting_in(cast.place("rosa"))]
    assert [said(one.sentence) for one in away.standing_in(cast.place("dana"))] == [sentence]
    assert not [one for one in queries.waiting_in(cast.place("dana")) if "away" in one.sentence]
    assert {field.name for field in Away._meta.fields} == {
        "id", "person", "begins", "ends", "cover", "said_by", "said_at",
    }, "there is no place for a reason"  # fmt: skip


def test_a_leave_without_an_end_ends_when_dana_is_back_and_the_seats_with_it(cast):
    leave = say(cast, "samuel", last=None)
    later = cast.now + 40 * DAY
    assert covers(cast, at=later) == ["amir"]
    for name in ("robin", "amir"):
        with pytest.raises(NotFound):
            back(cast, leave, name, now=later)
    back(cast, leave, now=later)
    assert covers(cast, at=later) == []
    assert away_now(later) == {}
    assert away.standing_in(cast.place("rosa", now=later)) == []


def test_a_leave_that_is_not_taken_after_all_never_opens_anything(cast):
    leave = say(cast, first=FRIDAY)
    assert covers(cast) == []
    back(cast, leave)
    assert covers(cast, at=cast.now + 4 * DAY) == []
    assert people.away_or_soon(cast.organisation.id, cast.now) == []
    say(cast, first=FRIDAY)  # the control: the days are free again
    assert covers(cast, at=cast.now + 4 * DAY) == ["amir"]


def test_only_dana_says_it_of_herself_and_supervisors_and_directors_of_anybody(cast):
    for name in ("robin", "amir", "rosa", "nadia"):
        with pytest.raises(NotFound):
            say(cast, name)
    with pytest.raises(NotFound):
        say(cast, cover="dana")
    with pytest.raises(NotFound):
        say(cast, cover="lena")  # she works here, and is no social worker
    for name in ("samuel", "lena", "dana"):
        back(cast, say(cast, name), "lena")


def test_the_days_must_be_possible_and_whoever_stands_in_must_be_there(cast):
    yesterday = TODAY - DAY
    for first, last in ((yesterday, FRIDAY), (FRIDAY, TODAY)):
        with pytest.raises(actions.NotTheseDays):
            say(cast, first=first, last=last)
    say(cast, first=FRIDAY, last=None)
    with pytest.raises(actions.AwayAlready):
        say(cast, last=FRIDAY)
    with pytest.raises(actions.CoverIsAway):
        say(cast, "amir", of="amir", cover="dana", last=FRIDAY)
    say(cast, last=FRIDAY - DAY)  # the control: the days before are free


def test_rosa_does_not_want_amir_so_somebody_else_is_named_for_her_space_alone(cast):
    not_amir(cast)
    leave = say(cast)
    assert (covers(cast), covers(cast, "nadia")) == ([], ["amir"])
    [one] = away.standing_in(cast.place("rosa"))
    assert said(one.sentence) == "Dana is away until and with 6 March 2026. We look for somebody who stands in."
    assert [len(away.to_fill(cast.viewer(name))) for name in ("samuel", "lena", "amir", "dana")] == [1, 1, 0, 0]
    [here] = away.who_is_away(cast.viewer("samuel")).to_fill
    assert (here.missing, here.name) == ("Dana", "Rosa"), "Samuel has a seat there"
    assert away.who_is_away(cast.viewer("lena")).to_fill[0].name == "", "Lena has none, and reads a reference"
    with pytest.raises(NotThisPerson):
        name_cover(cast, leave, "amir")
    with pytest.raises(NotFound):
        name_cover(cast, leave, "robin", by="dana")
    name_cover(cast, leave, "robin", by="lena")
    assert covers(cast) == ["robin"]
    assert "Robin stands in" in said(away.standing_in(cast.place("rosa"))[0].sentence)
    with pytest.raises(actions.SomebodyStandsIn):
        name_cover(cast, leave, "amir", space="nadia")
    assert away.gaps(cast.organisation.id, now=cast.now) == []
    back(cast, leave)
    assert covers(cast) == covers(cast, "nadia") == []


def test_named_while_the_leave_is_still_to_come_amir_never_gets_in(cast):
    """Rosa says so when his seat has not begun: it must not begin after all."""
    say(cast, first=FRIDAY)
    not_amir(cast)
    assert covers(cast, at=cast.now + 4 * DAY) == []
    with pytest.raises(NotFound):
        cast.place("amir", now=cast.now + 4 * DAY)
    assert covers(cast, "nadia", at=cast.now + 4 * DAY) == ["amir"], "control"
    assert tending.fill_seats(cast.now) == 0, "nor by the round of what is due"


def test_who_leaves_the_agency_meanwhile_does_not_stand_in_later(cast):
    say(cast, first=FRIDAY)
    post = people.StaffPost.objects.get(person_id=cast.accounts["amir"].person_id, post=Post.WORKER)
    actions.end_post(by=cast.viewer("lena"), post_id=post.id, now=cast.now)
    assert covers(cast, at=cast.now + 4 * DAY) == []


def test_whoever_stands_in_falls_ill_and_a_third_person_comes(cast):
    say(cast, last=None)
    say(cast, "samuel", of="amir", cover="robin", last=FRIDAY)
    assert covers(cast) == ["amir", "robin"]
    assert "Robin stands in" in said(away.standing_in(cast.place("rosa"))[0].sentence)
    assert covers(cast, at=cast.now + 9 * DAY) == ["amir"]


def test_a_space_that_is_begun_meanwhile_is_filled_by_the_round_and_what_was_ended_by_hand_stays_so(cast):
    say(cast)
    assert tending.fill_seats(cast.now) == 0
    card = actions.start_partnership(by=cast.viewer("dana"), called="Jo", language="en", now=cast.now)
    assert tending.fill_seats(cast.now) == 1
    assert Seat.objects.get(partnership_id=card.partnership_id, role=Role.COVER).away_id is not None
    seat = Seat.objects.get(partnership_id=cast.spaces["rosa"], role=Role.COVER)
    actions.end_seat(by=cast.viewer("dana"), about=cast.place("dana"), seat_id=seat.id, now=cast.now)
    assert tending.fill_seats(cast.now) == 0
    assert [gap.partnership_id for gap in away.gaps(cast.organisation.id, now=cast.now)] == [cast.spaces["rosa"]]


def test_where_amir_works_already_he_needs_no_other_seat(cast):
    Seat.objects.create(
        partnership_id=cast.spaces["rosa"], person_id=cast.accounts["amir"].person_id, role=Role.WORKER, begins=cast.now
    )
    say(cast)
    assert (covers(cast), covers(cast, "nadia")) == ([], ["amir"])
    assert "Amir stands in" in said(away.standing_in(cast.place("rosa"))[0].sentence)


# --- nobody is there who could be asked ------------------------------------------------------------


@pytest.fixture
def in_vain(cast):
    """Dana is ill and nobody has said so. Nadia has no stand-in and no supervisor; Rosa has Samuel."""
    talk.say(cast, "zqWAITS", "nadia", of="nadia")
    talk.say(cast, "zqWAITS")
    later = cast.now + datetime.timedelta(hours=7)
    assert hand_over_what_waits(now=later) == 2
    return later


def waits_in_vain(cast, name, now):
    return queries.staff_today(cast.viewer(name, now=now)).nobody_to_ask


def test_whoever_leads_the_agency_is_told_how_many_wait_where_nobody_could_be_asked(cast, in_vain):
    told = {name: waits_in_vain(cast, name, in_vain) for name in ("lena", "samuel", "dana", "amir", "robin")}
    assert told == {"lena": 1, "samuel": 0, "dana": 0, "amir": 0, "robin": 0}
    assert queries.staff_today(cast.viewer("samuel", now=in_vain)).to_answer, (
        "control: Rosa waits too, and he was asked"
    )
    talk.say(cast, "Sorry.", "dana", of="nadia", now=in_vain)
    assert waits_in_vain(cast, "lena", in_vain) == 0


def test_it_is_done_when_somebody_is_there_and_told_once_where_somebody_was_said_to_be_away(cast, in_vain):
    glass.exclude(
        by=cast.viewer("nadia"), about=cast.place("nadia", of="nadia"), person_id=cast.accounts["amir"].person_id,
        now=cast.now, write_id=new_id(),
    )  # fmt: skip
    leave = say(cast, "lena", last=None, now=in_vain)
    today = queries.staff_today(cast.viewer("lena", now=in_vain))
    assert (today.to_fill, today.nobody_to_ask) == (1, 0)
    name_cover(cast, leave, "robin", by="lena", space="nadia", now=in_vain)
    today = queries.staff_today(cast.viewer("lena", now=in_vain))
    assert (today.to_fill, today.nobody_to_ask) == (0, 0)
    assert [one.opens for one in queries.staff_today(cast.viewer("robin", now=in_vain)).to_answer] == [True]


def test_a_stand_in_who_is_away_too_is_not_there(cast, in_vain):
    Seat.objects.create(
        partnership_id=cast.spaces["nadia"], person_id=cast.accounts["amir"].person_id, role=Role.COVER, begins=cast.now
    )
    assert waits_in_vain(cast, "lena", in_vain) == 0
    say(cast, "samuel", of="amir", cover="robin", now=in_vain)
    Seat.objects.filter(person_id=cast.accounts["robin"].person_id).update(ends=in_vain)
    assert waits_in_vain(cast, "lena", in_vain) == 1


@pytest.mark.once
def test_the_page_tells_lena_which_reference_and_who_works_there_and_nobody_else_anything(
    cast, in_vain, signed_in, frozen
):
    frozen.move_to(in_vain)
    reference = glass_queries.reference_of(cast.spaces["nadia"])
    shown = {name: signed_in(name).get("/today/").content.decode() for name in ("lena", "samuel", "robin")}
    assert [name for name, page in shown.items() if 'id="nobody-to-ask"' in page] == ["lena"]
    assert "In 1 space somebody waits for an answer" in shown["lena"]
    pages = {name: signed_in(name).get("/staff/away/").content.decode() for name in shown}
    assert [name for name, page in pages.items() if as_printed(reference) in page] == ["lena"]
    there = pages["lena"][pages["lena"].index('id="in-vain"') :]
    assert "Dana" in there[: there.index("</section>")]
    for page in (*shown.values(), *pages.values()):
        assert "Nadia" not in page
        assert "zqWAITS" not in page


# --- the pages -------------------------------------------------------------------------------------


@pytest.mark.once
def test_the_page_is_walked_with_plain_forms(cast, signed_in):
    not_amir(cast)
    dana, samuel, here = signed_in("dana"), signed_in("samuel"), "/staff/away/"
    amir = str(cast.accounts["amir"].person_id)
    dana_id = str(cast.accounts["dana"].person_id)
    form = {"who": dana_id, "first": "2026-03-02", "last": "2026-03-06", "cover": amir, "key": "k"}
    shown = dana.get(here).content.decode()
    assert "Everybody is here." in shown
    assert f'<option value="{amir}"' in shown
    assert dana.post(here, {**form, "first": "2026-03-01"}).status_code == 400
    answer = dana.post(here, form)
    assert (answer.status_code, answer["Location"]) == (303, here)
    shown = dana.get(here).content.decode()
    assert "2 March 2026 until and with 6 March 2026" in shown
    assert "Nobody stands in" not in shown
    leave = Away.objects.get()
    assert 'href="/staff/away/"' in samuel.get("/today/").content.decode()
    fill = f"/staff/away/{leave.id}/{cast.spaces['rosa']}/"
    assert fill in samuel.get(here).content.decode()
    answer = samuel.post(fill, {"cover": amir, "key": "k"})
    assert answer.status_code == 409
    assert str(NotThisPerson().sentence) in answer.content.decode()
    robin = str(cast.accounts["robin"].person_id)
    assert samuel.post(fill, {"cover": robin, "key": "k"}).status_code == 303
    assert "Robin" in signed_in("rosa").get("/today/").content.decode()
    assert "Robin" in signed_in("robin").get(f"/space/{cast.spaces['rosa']}/plan/").content.decode()
    assert dana.post(f"/staff/away/{leave.id}/back/", {"key": "k"}).status_code == 303
    assert covers(cast) == []


@pytest.mark.once
def test_robin_and_rosa_find_nothing_to_end_and_nothing_to_fill(cast, signed_in):
    not_amir(cast)
    leave = say(cast)
    robin = signed_in("robin")
    page = robin.get("/staff/away/")
    assert page.status_code == 200
    shown = page.content.decode()
    assert f"/staff/away/{leave.id}/" not in shown
    assert "Rosa" not in shown
    assert robin.post(f"/staff/away/{leave.id}/back/", {"key": "k"}).status_code == 404
    fill = f"/staff/away/{leave.id}/{cast.spaces['rosa']}/"
    assert robin.post(fill, {"cover": str(cast.accounts["robin"].person_id)}).status_code == 404
    assert robin.get(f"/space/{cast.spaces['rosa']}/plan/").status_code == 404
    for address in ("/staff/away/", fill, f"/staff/away/{leave.id}/back/"):
        assert signed_in("rosa").post(address, {"key": "k"}).status_code == 404
    assert covers(cast, "nadia") == ["amir"], "control"


@pytest.mark.once
def test_with_many_spaces_the_page_asks_as_often_as_with_few(cast, signed_in):
    samuel = signed_in("samuel")
    say(cast)

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            samuel.get("/staff/away/")
        return len(asked)

    few = asked()
    for number in range(4):
        actions.start_partnership(by=cast.viewer("dana"), called=f"Jo {number}", language="en", now=cast.now)
    assert asked() == few <= 16
