"""Reading “When it gets hard”: who reads now, and when a human is here next, in sentences that stay true offline.

The page may be read days later on a phone without a line. So it carries the hours of the coming days,
each with its two sentences, and its script shows the one that is true by the phone's own clock.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from alongside.access import Kind, Place
from alongside.agreement import queries as agreement
from alongside.agreement.rules import Terms, next_human_moment
from alongside.agreement.wording import answer_in_words, hours_in_words
from alongside.journeys import away
from alongside.kit.text import isolated
from alongside.safety import queries as safety

DAYS_AHEAD = 14


@dataclass(frozen=True)
class Window:
    """A stretch of hours in which somebody reads, with what is to be said before it and in it."""

    begins: int  # seconds since 1970
    ends: int
    before: str
    during: str


@dataclass(frozen=True)
class Reads:
    """Whether a human of the agency reads now; `windows` for the days to come, none while nobody stands in."""

    sentence: str
    when_old: str
    hours: str
    answer: str
    are_agreed: bool
    windows: list[Window]
    away: list[away.StandsIn]


def who_reads(place: Place) -> Reads:
    """Who reads here now, else when next, by the agreement's hours and who is away. Two queries."""
    terms = agreement.terms_in(place)
    absent = away.standing_in(place)
    agency = isolated(place.partnership.organisation.name)
    nobody = _("Nobody from %(agency)s reads this now.") % {"agency": agency}
    windows = _windows(place, terms, absent)
    is_now = bool(windows) and windows[0].begins <= place.by.now.timestamp()
    said = (windows[0].during if is_now else windows[0].before) if windows else nobody
    return Reads(
        sentence=said,
        when_old=nobody,
        hours=hours_in_words(terms),
        answer=answer_in_words(terms),
        are_agreed=terms.are_agreed,
        windows=windows,
        away=absent,
    )


def _windows(place: Place, terms: Terms, absent: list[away.StandsIn]) -> list[Window]:
    now = place.by.now
    today = timezone.localdate(now)
    found = []
    for number in range(DAYS_AHEAD + 1):
        window = terms.window(today + datetime.timedelta(days=number))
        if window is None or window[1] <= now:
            continue
        who = _who(place, absent, max(now, window[0]))
        if who:
            found.append(_window(place, *window, who=who))
    return found


def _who(place: Place, absent: list[away.StandsIn], moment: datetime.datetime) -> str:
    """Who reads at a moment: the social worker, or whoever stands in; empty when nobody does."""
    for one in absent:
        if one.away.begins <= moment and (one.away.ends is None or moment < one.away.ends):
            return one.cover
    return place.worker_name


def _window(place: Place, begins: datetime.datetime, ends: datetime.datetime, *, who: str) -> Window:
    zone = timezone.get_current_timezone()
    opens, closes = begins.astimezone(zone), ends.astimezone(zone)
    said = {
        "agency": isolated(place.partnership.organisation.name),
        "name": isolated(who),
        "day": date_format(opens, "DATE_FORMAT"),
        "weekday": date_format(opens, "l"),
        "hour": time_format(opens),
        "end": time_format(closes),
    }
    return Window(
        begins=int(begins.timestamp()),
        ends=int(ends.timestamp()),
        before=_(
            "Nobody from %(agency)s reads this now. "
            "The next human is here on %(weekday)s, %(day)s, at %(hour)s: %(name)s."
        )
        % said,
        during=_("%(name)s reads here in these hours: now, until %(end)s.") % said,
    )


@dataclass(frozen=True)
class Hard:
    """The whole page."""

    reads: Reads | None
    lines: list[safety.Line]
    plan: safety.Said | None
    nights: list[safety.Night]


def page_of(place: Place) -> Hard:
    """What stands on “When it gets hard”, as each seat may see it."""
    sees = place.sees(Kind.MESSAGE)
    return Hard(
        reads=who_reads(place) if place.sees(Kind.AGREEMENT) else None,
        lines=safety.lines(place.by.organisation_id),
        plan=safety.plan_in(place) if sees else None,
        nights=safety.nights_in(place) if sees else [],
    )


def opens_at(place: Place, now: datetime.datetime) -> datetime.datetime:
    """When those who work with her see that she asked to be called: at once in hours, else when they begin."""
    return next_human_moment(agreement.terms_in(place), now)
