import datetime

import pytest

from alongside.access.models import TrailLine
from alongside.access.way_in import Denied
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.reach import actions, queries
from alongside.reach.rules import Channel


def said(cast, name, **changes):
    place = cast.place(name)
    given = {
        "channel": Channel.TEXT,
        "number": "07700 900123",
        "from_hour": datetime.time(8),
        "to_hour": datetime.time(20),
        "voicemail": False,
        "code_word": "",
        "never": "",
        **changes,
    }
    return actions.say_how_to_reach(
        by=place.by, about=place, now=cast.now, write_id=given.pop("write_id", new_id()), **given
    )


def test_rosa_says_how_to_reach_her_and_dana_reads_it(cast):
    said(cast, "rosa", never="never ring the bell")
    assert queries.rule_in(cast.place("dana")).rule["never"] == "never ring the bell"


def test_only_rosa_can_say_it(cast):
    said(cast, "rosa")
    with pytest.raises(Denied):
        said(cast, "dana", number="another")
    with pytest.raises(NotFound):
        said(cast, "robin", number="another")
    assert queries.rule_in(cast.place("rosa")).rule["number"] == "07700 900123"


def test_the_same_write_twice_is_one_write(cast):
    write_id = new_id()
    first, second = said(cast, "rosa", write_id=write_id), said(cast, "rosa", write_id=write_id)
    assert first.id == second.id
    assert TrailLine.objects.filter(doing="say_how_to_reach").count() == 1


def test_hours_that_end_before_they_begin_are_refused(cast):
    with pytest.raises(actions.HoursDoNotMakeSense):
        said(cast, "rosa", from_hour=datetime.time(20), to_hour=datetime.time(8))
