"""What holds across rooms: how long a secret may be shown again, which seat needs which post, when a day ends."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
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


def start_of(day: datetime.date, *, time_zone: str) -> datetime.datetime:
    """The moment at which `day` begins where the agency is."""
    return datetime.datetime.combine(day, datetime.time(), tzinfo=ZoneInfo(time_zone))


def day_of(moment: datetime.datetime, *, time_zone: str) -> datetime.date:
    """The day of a moment where the agency is."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def last_day(ends: datetime.datetime, *, time_zone: str) -> datetime.date:
    """The last day that belongs to what ends at a moment."""
    return day_of(ends - datetime.timedelta(microseconds=1), time_zone=time_zone)


@dataclass(frozen=True)
class Span:
    """A stretch of time; without an end where nobody knows it yet."""

    begins: datetime.datetime
    ends: datetime.datetime | None

    def meets(self, other: Span) -> bool:
        """Whether some moment belongs to both."""
        return (self.ends is None or other.begins < self.ends) and (other.ends is None or self.begins < other.ends)

    def within(self, other: Span) -> Span:
        """The part of this one that belongs to the other as well. Only for two that meet."""
        known = [ends for ends in (self.ends, other.ends) if ends is not None]
        return Span(max(self.begins, other.begins), min(known) if known else None)

    def holds_all_of(self, other: Span) -> bool:
        """Whether every moment of the other belongs to this one."""
        return self.begins <= other.begins and (
            self.ends is None or (other.ends is not None and other.ends <= self.ends)
        )

    def joined_with(self, other: Span) -> Span:
        """From where the first begins to where the last ends."""
        known = [ends for ends in (self.ends, other.ends) if ends is not None]
        return Span(min(self.begins, other.begins), max(known) if len(known) == 2 else None)


def seats_that_end_with(post: Post) -> frozenset[Role]:
    """The seats that nobody can hold any more when they lose this post."""
    return frozenset(role for role, needed in POST_FOR_SEAT.items() if needed is post)
