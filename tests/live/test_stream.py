"""The live address: who may listen, what goes over the wire, and when it ends."""

import asyncio
import datetime
import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alongside.access.models import TrailLine
from alongside.journeys import actions as journeys
from alongside.live import hub as hub_module
from alongside.live.actions import tell
from alongside.live.bridge import lead_to
from alongside.people.models import Seat
from tests.live.conftest import Page, do


def end_seat(cast, name):
    """Dana ends the seat of a colleague."""
    seat = Seat.objects.get(person_id=cast.accounts[name].person_id, partnership_id=cast.spaces["rosa"])
    journeys.end_seat(by=cast.viewer("dana"), about=cast.place("dana"), seat_id=seat.id, now=timezone.now())


def test_an_open_page_hears_how_many_changes_there_are_and_each_new_one(cast, session, with_hub):
    space, key = cast.spaces["rosa"], session("rosa")

    async def story(hub):
        page = Page(key, space).open(hub)
        first = await page.heard("hello")
        await do(tell, space)
        hub.heard(space)
        assert await page.heard("changed") == first + 1
        assert page.status == 200
        assert page.headers["content-type"].startswith("text/event-stream")
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-accel-buffering"] == "no"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "content-encoding" not in page.headers

    with_hub(story)


def test_nothing_but_counters_goes_over_the_wire(cast, session, with_hub):
    space, keys = cast.spaces["rosa"], [session("rosa"), session("samuel")]

    async def story(hub):
        pages = [Page(key, space).open(hub) for key in keys]
        for page in pages:
            await page.heard("hello")
        await do(tell, space)
        hub.heard(space)
        for page in pages:
            await page.heard("changed")
        await do(end_seat, cast, "samuel")
        hub.heard(space)
        await pages[1].heard("ended")
        allowed = rb"(retry: \d{4}\n)?event: (hello|changed|ended)\ndata: \d+\n\n|:\n\n"
        for page in pages:
            assert re.fullmatch(rb"(" + allowed + rb")+", b"".join(page.sent))

    with_hub(story)


def test_a_burst_of_changes_is_told_without_loss_and_a_page_that_heard_all_hears_nothing(cast, session, with_hub):
    space, key = cast.spaces["rosa"], session("rosa")

    async def story(hub):
        page = Page(key, space).open(hub)
        first = await page.heard("hello")
        for _ in range(30):
            await do(tell, space)
            hub.heard(space)
        await page.until(lambda page: page.all("changed") and page.all("changed")[-1] == first + 30)
        told = len(page.sent)
        hub.look_at_all()
        await asyncio.sleep(0.2)
        assert len(page.sent) == told

    with_hub(story)


def test_what_is_typed_in_a_paper_is_told_to_open_pages_of_that_paper_alone(cast, session, with_hub):
    space, keys = cast.spaces["rosa"], {name: session(name) for name in ("rosa", "dana", "samuel", "robin")}
    one, other = uuid.uuid4(), uuid.uuid4()

    def of(name, paper, place=space):
        return Page(keys[name], place, query_string=f"paper={paper}".encode())

    async def story(hub):
        writes, also = of("rosa", one).open(hub), of("dana", one).open(hub)
        apart = [Page(keys["rosa"], space).open(hub), of("dana", other).open(hub)]
        for page in (writes, also, *apart):
            await page.heard("hello")
        for count in (1, 3, 2):
            hub.heard(space, one, count)
        for page in (writes, also):
            assert await page.heard("paper") == 3, "the newest stands for all"
        hub.heard(uuid.uuid4(), one, 9)
        await asyncio.sleep(0.1)
        assert [page.all("paper") for page in (writes, *apart)] == [[3], [], []]

        # Whose seat opens no paper, or nothing, does not get in with that question; without it a seat does.
        for name in ("samuel", "robin"):
            refused = of(name, one).open(hub)
            await refused.until(lambda page: page.is_over)
            assert refused.status == 404
        listens = Page(keys["samuel"], space).open(hub)
        await listens.heard("hello")
        for nonsense in (b"paper=", b"paper=x"):
            refused = Page(keys["rosa"], space, query_string=nonsense).open(hub)
            await refused.until(lambda page: page.is_over)
            assert refused.status == 404

        # When signals may have been lost, a page of a paper is greeted again, and asks; others hear what they missed.
        hub.look_at_all()
        await writes.heard("hello", 2)
        assert len(apart[0].all("hello")) == 1

        # Dana is a supervisor here from now on: before the next letter is told, her page of the paper is let go.
        await do(Seat.objects.filter(person_id=cast.accounts["dana"].person_id).update, role="supervisor")
        hub.heard(space, one, 4)
        assert await writes.heard("paper", 2) == 4
        await also.heard("ended")
        assert also.all("paper") == [3]

    with_hub(story)


@pytest.mark.parametrize(
    "knock",
    [
        pytest.param(lambda cast, key: Page(key("robin"), cast.spaces["rosa"]), id="a colleague without a seat"),
        pytest.param(lambda cast, key: Page(key("nadia"), cast.spaces["rosa"]), id="another client"),
        pytest.param(lambda cast, key: Page(key("rosa"), uuid.uuid4()), id="a space that is not there"),
        pytest.param(lambda cast, key: Page("nonsense", cast.spaces["rosa"]), id="a session that is not there"),
        pytest.param(lambda cast, key: Page("", cast.spaces["rosa"], headers={"cookie": None}), id="no cookie"),
        pytest.param(lambda cast, key: Page(key("rosa"), "x"), id="no id at all"),
        pytest.param(lambda cast, key: Page(key("rosa"), str(cast.spaces["rosa"]).upper()), id="another spelling"),
        pytest.param(lambda cast, key: Page(key("rosa"), cast.spaces["rosa"], method="POST"), id="a POST"),
        pytest.param(
            lambda cast, key: Page(key("rosa"), cast.spaces["rosa"], headers={"host": "evil.example"}), id="other host"
        ),
        pytest.param(lambda cast, key: Page(key("rosa"), cast.spaces["rosa"], headers={"host": None}), id="no host"),
        pytest.param(
            lambda cast, key: Page(key("rosa"), cast.spaces["rosa"], headers={"origin": "https://evil.example"}),
            id="a foreign origin",
        ),
        pytest.param(
            lambda cast, key: Page(key("rosa"), cast.spaces["rosa"], headers={"origin": "null"}), id="no origin"
        ),
        pytest.param(
            lambda cast, key: Page(key("rosa"), cast.spaces["rosa"], headers={"sec-fetch-site": "cross-site"}),
            id="another site",
        ),
        pytest.param(
            lambda cast, key: Page(key("rosa"), cast.spaces["rosa"], headers={"sec-fetch-site": "same-site"}),
            id="a sister site",
        ),
    ],
)
def test_everybody_else_finds_nothing_and_always_the_same_nothing(cast, session, with_hub, knock):
    key, space = session("rosa"), cast.spaces["rosa"]

    async def story(hub):
        refused = (await do(knock, cast, session)).open(hub)
        await refused.until(lambda page: page.is_over)
        assert (refused.status, refused.sent) == (404, [])
        assert refused.headers["content-length"] == "0"
        assert refused.headers["cache-control"] == "no-store"
        assert len(hub) == 0
        right = Page(key, space, headers={"origin": "http://localhost", "sec-fetch-site": "same-origin"}).open(hub)
        await right.heard("hello")

    with_hub(story)


def test_staff_without_the_second_factor_hear_nothing(cast, signed_in, with_hub):
    browser = signed_in("dana")
    kept = browser.session
    del kept["second_factor"]
    kept.save()

    async def story(hub):
        page = Page(kept.session_key, cast.spaces["rosa"]).open(hub)
        await page.until(lambda page: page.is_over)
        assert page.status == 404

    with_hub(story)


def test_a_changed_pin_shuts_the_door_to_a_session_from_before(cast, session, with_hub):
    key, account, space = session("rosa"), cast.accounts["rosa"], cast.spaces["rosa"]

    def change():
        account.set_password("another pin")
        account.save()

    async def story(hub):
        page = Page(key, space).open(hub)
        await page.heard("hello")
        await do(change)
        hub.heard(space)
        await page.heard("ended")
        assert page.is_over
        again = Page(key, space).open(hub)
        await again.until(lambda page: page.is_over)
        assert again.status == 404
        assert await do(Session.objects.filter(session_key=key).exists), "listening writes nothing"

    with_hub(story)


def test_an_ended_seat_hears_no_more_at_the_next_change(cast, session, with_hub):
    space, keys = cast.spaces["rosa"], {name: session(name) for name in ("rosa", "samuel")}

    async def story(hub):
        pages = {name: Page(key, space).open(hub) for name, key in keys.items()}
        for page in pages.values():
            await page.heard("hello")
        await do(end_seat, cast, "samuel")
        hub.heard(space)
        await pages["rosa"].heard("changed")
        await pages["samuel"].heard("ended")
        assert pages["samuel"].is_over
        assert not pages["samuel"].all("changed")
        assert len(hub) == 1

    with_hub(story)


@pytest.mark.parametrize("end", ["session", "expiry", "seat", "account"])
def test_an_idle_page_is_closed_when_its_session_seat_or_account_ends(cast, session, with_hub, monkeypatch, end):
    monkeypatch.setattr(hub_module, "SECONDS_BETWEEN_LOOKS", 0.02)
    space, key, other = cast.spaces["rosa"], session("samuel"), session("rosa")
    past = timezone.now() - datetime.timedelta(seconds=1)

    def finish():
        if end == "session":
            Session.objects.filter(session_key=key).delete()
        elif end == "expiry":
            Session.objects.filter(session_key=key).update(expire_date=past)
        elif end == "seat":
            Seat.objects.filter(person_id=cast.accounts["samuel"].person_id).update(begins=past, ends=past)
        else:
            account = cast.accounts["samuel"]
            account.is_active = False
            account.save()

    async def story(hub):
        page, stays = Page(key, space).open(hub), Page(other, space).open(hub)
        await page.heard("hello")
        await stays.heard("hello")
        await asyncio.sleep(0.1)
        assert not page.is_over
        await do(finish)
        await page.heard("ended")
        assert page.is_over
        assert not stays.is_over

    with_hub(story)


def test_a_quiet_line_is_kept_alive_and_a_lost_signal_is_made_up_for(cast, session, with_hub, monkeypatch):
    monkeypatch.setattr(hub_module, "SECONDS_BETWEEN_LOOKS", 0.02)
    monkeypatch.setattr(hub_module, "SECONDS_BETWEEN_HEARTBEATS", 0.05)
    space, key = cast.spaces["rosa"], session("rosa")

    async def story(hub):
        page = Page(key, space).open(hub)
        await page.heard("hello")
        await page.until(lambda page: b":\n\n" in page.sent)
        await do(tell, space)  # and nobody tells the hub
        await page.heard("changed")

    with_hub(story)


def test_nobody_is_told_on_a_guess_when_the_database_does_not_answer(cast, session, with_hub, monkeypatch, caplog):
    monkeypatch.setattr(hub_module, "SECONDS_AFTER_AN_ERROR", 0.05)
    space, key = cast.spaces["rosa"], session("rosa")

    async def story(hub):
        page = Page(key, space).open(hub)
        await page.heard("hello")
        works, asked = hub._ask, []

        async def fails(question):
            asked.append(question)
            raise OSError

        hub._ask = fails
        await do(tell, space)
        hub.heard(space)
        while len(asked) < 2:
            await asyncio.sleep(0.01)
        assert not page.all("changed")
        hub._ask = works
        await page.heard("changed")

    with_hub(story)
    assert "could not be told" in caplog.text
    assert str(space) not in caplog.text.split("Traceback")[0]


def test_listening_leaves_no_line_in_the_trail_and_does_not_make_a_session_longer(cast, session, with_hub):
    space, key = cast.spaces["rosa"], session("rosa")
    lines, row = TrailLine.objects.count(), Session.objects.get(session_key=key)

    async def story(hub):
        page = Page(key, space).open(hub)
        await page.heard("hello")
        hub.look_at_all()
        await asyncio.sleep(0.05)

    with_hub(story)
    assert TrailLine.objects.count() == lines
    now = Session.objects.get(session_key=key)
    assert (now.expire_date, now.session_data) == (row.expire_date, row.session_data)


def test_telling_a_crowd_costs_two_queries(cast, session, with_hub):
    space, keys = cast.spaces["rosa"], [session(name) for name in ("rosa", "dana", "samuel") for _ in range(4)]

    async def story(hub):
        pages = [Page(key, space).open(hub) for key in keys]
        for page in pages:
            await page.heard("hello")
        await do(tell, space)
        works, asked = hub._ask, []

        def counted(question):
            with CaptureQueriesContext(connection) as queries:
                answer = question()
            asked.append(len(queries))
            return answer

        hub._ask = lambda question: works(lambda: counted(question))
        hub.heard(space)
        for page in pages:
            await page.heard("changed")
        assert asked == [2]

    with_hub(story)


def test_one_session_cannot_hold_streams_without_end(cast, session, with_hub, monkeypatch):
    monkeypatch.setattr(hub_module, "STREAMS_TO_A_SESSION", 2)
    space, key = cast.spaces["rosa"], session("rosa")

    async def story(hub):
        pages = [Page(key, space).open(hub) for _ in range(2)]
        for page in pages:
            await page.heard("hello")
        third = Page(key, space).open(hub)
        await third.until(lambda page: page.is_over)
        assert third.status == 503
        pages[0].leave()
        while len(hub) > 1:
            await asyncio.sleep(0.01)
        await Page(key, space).open(hub).heard("hello")

    with_hub(story)


def test_a_line_that_is_stuck_delays_nobody_and_hears_the_newest_in_the_end(cast, session, with_hub):
    space, keys = cast.spaces["rosa"], {name: session(name) for name in ("rosa", "dana")}

    async def story(hub):
        stuck, free = (Page(keys[name], space).open(hub) for name in ("rosa", "dana"))
        first = await stuck.heard("hello")
        await free.heard("hello")
        loose, send = asyncio.Event(), stuck.send

        async def slow(message):
            await loose.wait()
            await send(message)

        next(one for one in hub._all() if one._send == stuck.send)._send = slow
        for _ in range(5):
            await do(tell, space)
            hub.heard(space)
            await free.heard("changed")
            free.sent.clear()
        loose.set()
        await stuck.until(lambda page: page.all("changed") and page.all("changed")[-1] == first + 5)
        assert len(stuck.all("changed")) <= 2

    with_hub(story)


def test_a_signal_reaches_the_hub_from_another_thread_when_the_transaction_is_on_disk(
    cast, session, with_hub, django_capture_on_commit_callbacks, settings
):
    space, key = cast.spaces["rosa"], session("rosa")
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        pytest.skip("PostgreSQL carries the signal itself: see test_bridge")

    def act():
        with django_capture_on_commit_callbacks(execute=True):
            tell(space)

    async def story(hub):
        lead_to(hub)
        try:
            page = Page(key, space).open(hub)
            await page.heard("hello")
            await do(act)
            await page.heard("changed")
        finally:
            lead_to(None)

    with_hub(story)


def test_without_a_hub_an_action_is_told_to_nobody_and_does_not_mind(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(cast.spaces["rosa"])


def test_when_the_hub_closes_every_page_is_let_go_without_a_word(cast, session, with_hub):
    space, key = cast.spaces["rosa"], session("rosa")
    pages = []

    async def story(hub):
        pages.append(Page(key, space).open(hub))
        await pages[0].heard("hello")
        await hub.close()
        await pages[0].until(lambda page: page.is_over)
        assert not pages[0].all("ended")
        late = Page(key, space).open(hub)
        await late.until(lambda page: page.is_over)
        assert late.status == 503

    with_hub(story)
