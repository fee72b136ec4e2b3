"""What an agreement consists of, when it is complete, and the arithmetic of hours and answer time.

The body of an agreement is a dict of parts, each a dict of fields; everything in it is text, number
or list, so that it can be kept encrypted as one JSON value. Lines of the power card are parts too,
named `row-01`, `row-02` and so on.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

Body = dict[str, dict[str, Any]]
Words = dict[str, Any]


class Side(StrEnum):
    """The two who must both accept."""

    CLIENT = "client"
    WORKER = "worker"

    @property
    def other(self) -> Side:
        return Side.WORKER if self is Side.CLIENT else Side.CLIENT


class Reason(StrEnum):
    """Whether the two meet because she wants to, or because somebody ordered it."""

    VOLUNTARY = "voluntary"
    ORDERED = "ordered"


class AnswerUnit(StrEnum):
    """In what an answer time is counted: hours and days in which somebody works."""

    HOURS = "hours"
    DAYS = "days"


class Decides(StrEnum):
    """Who decides one line of the power card."""

    CLIENT = "client"
    WORKER = "worker"
    TOGETHER = "together"
    ELSE = "else"


# --- the parts ---------------------------------------------------------------------------------

HER_RULES = "her_rules"
WORKER_RULES = "worker_rules"
TIMES = "times"
WHY = "why"
POWER = "power"
REVIEW = "review"

# In the order in which they are read.
FIELDS: dict[str, tuple[str, ...]] = {
    HER_RULES: ("rules",),
    WORKER_RULES: ("rules",),
    WHY: ("reason", "purpose", "ordered_by", "fixed", "open", "on_no"),
    TIMES: ("days", "opens", "closes", "within", "unit", "channels", "cover"),
    POWER: ("influence", "cannot"),
    "private": ("stays", "limits"),
    "who": ("who",),
    "visits": ("visits", "late"),
    "closeness": ("gifts", "money", "online", "touch", "photos"),
    "disagree": ("disagree",),
    "complain": ("change_worker", "complain"),
    "written": ("written",),
    "ending": ("ending",),
    REVIEW: ("on",),
}
ROW_FIELDS = ("what", "who", "note")
NEW_ROW = "row-new"
MOST_ROWS = 12
_ROW = re.compile(r"row-\d\d")

# What only one side may put into words. Everything else either side may change.
WRITTEN_BY = {HER_RULES: Side.CLIENT, WORKER_RULES: Side.WORKER}


def is_theirs_to_write(part: str, side: Side) -> bool:
    """Whether somebody who stands on this side (for a stand-in: the worker's) may put a part into words."""
    return WRITTEN_BY.get(part, side) is side


def is_row(part: str) -> bool:
    """Whether a part's name is that of a line of the power card."""
    return _ROW.fullmatch(part) is not None


def is_part(part: str) -> bool:
    """Whether there can be a part of this name, a line still to be added included."""
    return part in FIELDS or part == NEW_ROW or is_row(part)


def fields_of(part: str) -> tuple[str, ...]:
    """The fields that a part consists of."""
    return FIELDS.get(part, ROW_FIELDS)


def rows_of(body: Body) -> list[str]:
    """The names of the power card's lines, in order."""
    return sorted(part for part in body if is_row(part))


def name_of_new_row(body: Body) -> str | None:
    """The name for one more line, or `None` when the power card is full."""
    rows = rows_of(body)
    taken = {int(row[-2:]) for row in rows}
    if len(rows) >= MOST_ROWS:
        return None
    after_last = max(taken, default=0) + 1
    free = after_last if after_last <= 99 else next(number for number in range(1, 99) if number not in taken)
    return f"row-{free:02}"


def with_change(body: Body, part: str, words: Words) -> Body:
    """A copy of `body` in which one part says `words`; a line of the power card without words is taken out."""
    changed = deepcopy(body)
    if words:
        changed[part] = {field: words[field] for field in fields_of(part)}
    else:
        changed.pop(part, None)
    return changed


def drawn_up_anew(body: Body) -> Body:
    """What a new draft starts from: the text that holds, with the day of the review still to come."""
    return with_change(body, REVIEW, {"on": ""})


# --- complete enough to be accepted ------------------------------------------------------------

REVIEW_AFTER = datetime.timedelta(days=90)
REVIEW_WITHIN = datetime.timedelta(days=366)


class Missing(StrEnum):
    """What must be said before anybody can accept."""

    REASON = "reason"
    ORDER = "order"
    REVIEW = "review"


def what_is_missing(body: Body, *, today: datetime.date) -> list[Missing]:
    """What must still be said: never hide whether it is ordered, and by whom, and what a no would mean."""
    missing = []
    why = body.get(WHY, {})
    if not why.get("reason"):
        missing.append(Missing.REASON)
    if why.get("reason") == Reason.ORDERED and not all(
        (why.get(field) or "").strip() for field in ("ordered_by", "fixed", "open", "on_no")
    ):
        missing.append(Missing.ORDER)
    if not review_day_makes_sense(chosen_review_day(body), today=today):
        missing.append(Missing.REVIEW)
    return missing


def chosen_review_day(body: Body) -> datetime.date | None:
    """The day they chose to look at it again, or `None` for the usual ninety days."""
    chosen = body.get(REVIEW, {}).get("on")
    return datetime.date.fromisoformat(chosen) if chosen else None


def review_day_makes_sense(chosen: datetime.date | None, *, today: datetime.date) -> bool:
    """A chosen day lies after today and within a year."""
    return chosen is None or today < chosen <= today + REVIEW_WITHIN


def review_day(body: Body, *, accepted_on: datetime.date) -> datetime.date:
    """When an agreement that begins to hold on `accepted_on` is to be looked at again."""
    return chosen_review_day(body) or accepted_on + REVIEW_AFTER


# --- hours and answer time ---------------------------------------------------------------------

MOST_WITHIN = {AnswerUnit.HOURS: 40, AnswerUnit.DAYS: 10}


def times_make_sense(times: Words) -> bool:
    """At least one day, the last hour after the first, and an answer time of at least one and not endless."""
    try:
        days = [int(day) for day in times["days"]]
        opens, closes = _time(times["opens"]), _time(times["closes"])
        most = MOST_WITHIN[AnswerUnit(times["unit"])]
        return bool(days) and all(0 <= day <= 6 for day in days) and opens < closes and 1 <= times["within"] <= most
    except (KeyError, TypeError, ValueError):
        return False


def _time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text)


@dataclass(frozen=True)
class Terms:
    """Hours and answer time: what every room that promises an answer goes by.

    `days` are weekdays, Monday 0. `version` is `None` while nothing is agreed and the usual terms stand in.
    """

    days: frozenset[int]
    opens: datetime.time
    closes: datetime.time
    within: int
    unit: AnswerUnit
    time_zone: str
    version: int | None = None
    review_on: datetime.date | None = None

    def __post_init__(self) -> None:
        if not self.days or not self.opens < self.closes or self.within < 1:
            raise ValueError("Terms without hours would never come to an answer.")

    @property
    def are_agreed(self) -> bool:
        return self.version is not None

    def window(self, day: datetime.date) -> tuple[datetime.datetime, datetime.datetime] | None:
        """The first and the last moment of the hours on one day, in UTC; `None` when nobody works then.

        When clocks go back, the hours last through both passes of the repeated hour; when they go
        forward across the whole of the hours, that day has none.
        """
        if day.weekday() not in self.days:
            return None
        zone = ZoneInfo(self.time_zone)
        opening = datetime.datetime.combine(day, self.opens, zone).astimezone(datetime.UTC)
        closing = datetime.datetime.combine(day, self.closes, zone).replace(fold=1).astimezone(datetime.UTC)
        return (opening, closing) if opening < closing else None


USUAL_TIMES: Words = {
    "days": [0, 1, 2, 3, 4],
    "opens": "09:00",
    "closes": "17:00",
    "within": 1,
    "unit": AnswerUnit.DAYS.value,
    "channels": "",
    "cover": "",
}


def terms_from(
    times: Words, *, time_zone: str, version: int | None = None, review_on: datetime.date | None = None
) -> Terms:
    """The terms that a body's part about times says; `USUAL_TIMES` gives those that stand in until both agree."""
    return Terms(
        days=frozenset(int(day) for day in times["days"]),
        opens=_time(times["opens"]),
        closes=_time(times["closes"]),
        within=times["within"],
        unit=AnswerUnit(times["unit"]),
        time_zone=time_zone,
        version=version,
        review_on=review_on,
    )


def _windows_from(terms: Terms, moment: datetime.datetime) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """Each stretch of hours that ends at or after `moment`, in order."""
    day = moment.astimezone(ZoneInfo(terms.time_zone)).date()
    while True:
        window = terms.window(day)
        if window is not None and window[1] >= moment:
            yield window
        day += datetime.timedelta(days=1)


def is_within_hours(terms: Terms, moment: datetime.datetime) -> bool:
    """Whether somebody works at `moment`. The first and the last moment of the hours belong to them."""
    opening, _closing = next(_windows_from(terms, moment))
    return opening <= moment


def next_human_moment(terms: Terms, moment: datetime.datetime) -> datetime.datetime:
    """The first moment, from `moment` on, at which somebody works."""
    opening, _closing = next(_windows_from(terms, moment))
    return max(opening, moment.astimezone(datetime.UTC))


def answer_due(terms: Terms, asked_at: datetime.datetime) -> datetime.datetime:
    """The last moment for the answer to what was asked at `asked_at`; it lies within the hours.

    The clock starts at the next human moment. Working hours run only while somebody works. One
    working day later is the same stretch into the next day's hours, or the end of that day when its
    hours are shorter: asked on Friday at ten, with one working day, the answer is due on Monday at ten.
    """
    start = next_human_moment(terms, asked_at)
    windows = _windows_from(terms, start)
    opening, closing = next(windows)
    if terms.unit is AnswerUnit.DAYS:
        into_the_day = start - opening
        for _day in range(terms.within):
            opening, closing = next(windows)
        return min(opening + into_the_day, closing)
    left = datetime.timedelta(hours=terms.within)
    while left > closing - start:
        left -= closing - start
        opening, closing = next(windows)
        start = opening
    return start + left
