"""N reads leave N lines, whichever way they go; and when the trail cannot be written, nothing is read."""

import datetime
import importlib
import re

import pytest
from django.db import DatabaseError
from django.db.models import Count, Max

from alongside.access import trail
from alongside.access.models import TrailLine
from alongside.kit.ids import new_id
from alongside.reach.actions import say_how_to_reach
from alongside.reach.models import ContactRule
from alongside.reach.rules import Channel
from tests.promises.test_addresses import IN_A_PLACE, filled

RULES = 7
# Not behind the way in: names, which stand beside seats, and what the agency says about keeping a space for longer.
IN_FRONT = {"what priya is called", "a basis", "a scope"}
SENTENCE = "We could not write down that somebody is looking, so we show nothing."


def say(cast, times=RULES):
    place = cast.place("rosa")
    for _ in range(times):
        say_how_to_reach(
            by=place.by, about=place, now=cast.now, write_id=new_id(), channel=Channel.HERE, number="",
            from_hour=datetime.time(9), to_hour=datetime.time(20), voicemail=False, code_word="", never="at night",
        )  # fmt: skip


def lines():
    return TrailLine.objects.filter(doing="read")


WAYS = {
    "a list": (lambda rows: list(rows), RULES),
    "an iterator": (lambda rows: list(rows.iterator()), RULES),
    "a count": (lambda rows: rows.count(), RULES),
    "whether there is one": (lambda rows: rows.exists(), 1),
    "an aggregate": (lambda rows: rows.aggregate(Max("said_at")), 1),
    "a number worked out in the database": (lambda rows: rows.aggregate(Count("id")), 1),
    "the first": (lambda rows: rows.first(), 1),
    "values": (lambda rows: list(rows.values("id", "partnership_id")), RULES),
    "a part": (lambda rows: list(rows[:3]), 3),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_reading_leaves_its_lines(cast, way):
    say(cast)
    read, expected = WAYS[way]
    for times in (1, 2, 3):
        viewer = cast.viewer("dana")
        read(ContactRule.objects.visible_to(viewer, within=cast.spaces["rosa"]))
        trail.flush(viewer)
        assert sum(lines().values_list("count", flat=True)) == times * expected
        assert lines().count() == times, "what one request read of a kind is one line that says how much"


def test_every_page_leaves_a_line_each_time_it_is_asked_for_again_too(cast, signed_in):
    say(cast)
    page, url = signed_in("dana"), f"/space/{cast.spaces['rosa']}/reach/"
    for asked in range(1, 6):
        headers = {"X-Live": "1"} if asked % 2 else {}
        assert page.get(url, headers=headers).status_code == 200
        assert lines().count() == asked


def test_an_answer_that_refuses_a_form_leaves_a_line_for_what_it_shows(cast, signed_in):
    say(cast)
    answer = signed_in("dana").post(f"/space/{cast.spaces['rosa']}/reach/", {"channel": "nonsense"})
    assert answer.status_code in (400, 403)
    assert bool(lines().count()) == ("at night" in answer.content.decode())


def unwritable(monkeypatch):
    """The store of the trail takes nothing any more."""
    monkeypatch.setattr(trail, "WRITE", trail.WRITE.replace("access_trailline", "a_disk_that_is_full"))


@pytest.mark.once
def test_with_the_trail_unwritable_every_page_is_refused_and_no_word_leaves(
    cast, frozen, signed_in, monkeypatch, capsys, life
):
    planted = {what: word for what, word in life.planted.items() if what not in IN_FRONT}
    named, pages = life.named(), {name: signed_in(name) for name in ("rosa", "dana")}
    addresses = [filled(address, named) for address, _ in IN_A_PLACE]
    before = {(name, url): page.get(url) for name, page in pages.items() for url in addresses}
    shows = {
        key for key, answer in before.items()
        if answer.streaming or any(word.encode() in answer.content for word in planted.values())
    }  # fmt: skip
    assert len(shows) > 20, "control: with the trail at work these show what somebody wrote, or hand out a file"
    count = TrailLine.objects.count()
    unwritable(monkeypatch)
    refused, got_out = 0, set()
    for name, url in shows:
        for headers in ({}, {"X-Live": "1"}):
            answer = pages[name].get(url, headers=headers)
            told = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = told.decode(errors="replace")
            got_out |= {(name, url, what) for what, word in planted.items() if word in text}
            assert (answer.status_code, SENTENCE in re.sub(r"\s+", " ", text)) == (503, True), (name, url)
            refused += 1
    assert not got_out
    assert TrailLine.objects.count() == count
    with capsys.disabled():
        print(f"\n[trail] store unwritable: {refused} of {refused} reads refused at {len(addresses)} addresses")


def test_with_the_trail_unwritable_a_form_does_nothing_and_shows_nothing(cast, signed_in, monkeypatch):
    say(cast)
    page, url = signed_in("rosa"), f"/space/{cast.spaces['rosa']}/reach/"
    typed = {"channel": "here", "from_hour": "9:00", "to_hour": "20:00", "never": "not on Sundays", "key": "k"}
    unwritable(monkeypatch)
    answer = page.post(url, typed)
    assert answer.status_code == 503
    assert "at night" not in answer.content.decode()
    assert ContactRule.objects.unguarded(because="test").count() == RULES
    monkeypatch.undo()
    assert page.post(url, typed).status_code == 303, "control"
    assert ContactRule.objects.unguarded(because="test").count() == RULES + 1


@pytest.mark.parametrize("way", WAYS)
def test_with_the_trail_unwritable_no_way_of_reading_gets_out(cast, monkeypatch, way):
    """A count and a copy too: whoever asks outside a page writes the trail before they hand anything on."""
    say(cast)
    viewer = cast.viewer("dana")
    WAYS[way][0](ContactRule.objects.visible_to(viewer, within=cast.spaces["rosa"]))
    unwritable(monkeypatch)
    from django.db.transaction import atomic

    with pytest.raises(DatabaseError), atomic():
        trail.flush(viewer)
    assert viewer.readings, "what was read is still to be written"


def test_a_copy_leaves_a_line_for_all_that_it_holds(cast, frozen, life):
    place, before = cast.place("dana"), TrailLine.objects.count()
    held = importlib.import_module("alongside.record.privacy").export(place)
    trail.flush(place.by)
    written = TrailLine.objects.order_by("-seq")[: TrailLine.objects.count() - before]
    assert sum(line.count for line in written) == len(held)
