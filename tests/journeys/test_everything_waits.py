"""How often a page asks the database on a day on which everything waits at once."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alongside.attached.models import Attachment
from alongside.conversations import actions as talk
from alongside.journeys import actions
from alongside.kit.ids import new_id
from tests.attached import steps as attached
from tests.attached.files import said, seen
from tests.conversations import steps
from tests.conversations.steps import do, promise, say

pytestmark = pytest.mark.once
HOUR = datetime.timedelta(hours=1)
# Whoever sees to it that somebody stands in reads once more who is away, and where they are missing.
MOST_FOR_TODAY = {"dana": 12, "samuel": 13, "lena": 12, "robin": 12}
# Each room that has something to say is asked once for it; all others share one question.
MOST_FOR_A_PLAN = {"dana": 18, "rosa": 12}


def asked(client, url):
    """How often a page asks the database."""
    client.get(url)  # the first time unwraps keys
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def away(cast, of, cover):
    return actions.say_away(
        by=cast.viewer("samuel"), person_id=cast.accounts[of].person_id, cover_id=cast.accounts[cover].person_id,
        first=cast.now.date(), last=None, now=cast.now, write_id=new_id(),
    )  # fmt: skip


def test_todays_of_all_who_work_here_and_a_plan_stay_cheap_when_everything_waits(life, signed_in, frozen):
    """In this stretch of life every room has something; and two are away, and Nadia waits where nobody is."""
    cast = life.cast
    space = cast.spaces["rosa"]
    say(cast, "x", "nadia", of="nadia")
    say(cast, "x")
    later = cast.now + 7 * HOUR
    talk.hand_over_what_waits(now=later)
    away(cast, "amir", "robin")
    frozen.move_to(later)
    found = {name: asked(signed_in(name), "/today/") for name in MOST_FOR_TODAY}
    plans = {name: asked(signed_in(name), f"/space/{space}/plan/") for name in MOST_FOR_A_PLAN}
    print(f"today: {found}, our plan: {plans}")
    assert all(found[name] <= most for name, most in MOST_FOR_TODAY.items()), found
    assert all(plans[name] <= most for name, most in MOST_FOR_A_PLAN.items()), plans


def test_a_thread_with_all_there_can_be_on_it_takes_twelve(cast, signed_in):
    away(cast, "dana", "amir")
    message = say(cast, "x")
    do(talk.correct_message, cast, message_id=message.id, text="y")
    spoken = say(cast, "", uploads=[said(), seen()])
    voice = Attachment.objects.unguarded(because="test").get(beside=spoken.id, sort="voice")
    attached.write_down(cast, voice, "heard", name="amir")
    attached.right(cast, voice, "said")
    steps.seen(cast, 2)
    promise(cast, cast.now + 2 * HOUR, "amir")
    thread = reverse("conversations:thread", args=[cast.spaces["rosa"]])
    found = {name: asked(signed_in(name), thread) for name in ("rosa", "dana", "amir")}
    print(f"a thread: {found}")
    assert max(found.values()) <= 12, found
