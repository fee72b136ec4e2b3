"""What holds across rooms: how long a secret may be shown again, which seat needs which post, when a day ends."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from alongside.people.rules import Post, Role

# A double tap sends a form twice, and only the second answer is seen. After this time the same form
# is a page that was loaded again, and must not kill a card that has been handed over.
SECONDS_OF_A_DOUBLE_TAP = 15

# Which post a colleague needs for which seat. A post alone opens nothing.
POST_FOR_SEAT = {
    Role.WORKER: Post.WORKER,
    Role.COVER: Post.WORKER,
    Role.SUPERVISOR: Post.SUPERVISOR,
}


def is_double_tap(first: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether the same form that arrives again at `now` is the second tap of one finger."""
    return now - first <= datetime.timedelta(seconds=SECONDS_OF_A_DOUBLE_TAP)


def in_groups(text: str, size: int = 4, between: str = " ") -> str:
    """`1234567812345678` as `1234 5678 1234 5678`, so that it can be read aloud and typed."""
    return between.join(text[start : start + size] for start in range(0, len(text), size))


def end_of(day: datetime.date, *, time_zone: str) -> datetime.datetime:
    """The moment at which `day` is over where the agency is."""
    return datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), tzinfo=ZoneInfo(time_zone))


def seats_that_end_with(post: Post) -> frozenset[Role]:
    """The seats that nobody can hold any more when they lose this post."""
    return frozenset(role for role, needed in POST_FOR_SEAT.items() if needed is post)
