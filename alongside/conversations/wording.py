"""The room's fixed words, and how a moment is said. Kept in one place for forms and pages."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.conversations.rules import Becomes, Settled

BECAME = {
    Becomes.TOPIC: gettext_lazy("Something to talk about"),
    Becomes.NOTE: gettext_lazy("A note"),
    Becomes.DECISION: gettext_lazy("A question to decide"),
}
SETTLED = {
    Settled.KEPT: gettext_lazy("kept"),
    Settled.RENEGOTIATED: gettext_lazy("another time was promised before it was due"),
    Settled.LATE: gettext_lazy("late"),
}

WEEK = datetime.timedelta(days=6)


def moment_in_words(moment: datetime.datetime, *, now: datetime.datetime, zone: str) -> str:
    """“today 17:00”, “Monday 9:00”, or with its date when it is not within a week."""
    there, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    hour = time_format(there.time())
    if there.date() == today:
        return _("today %(hour)s") % {"hour": hour}
    if abs(there.date() - today) <= WEEK:
        return _("%(day)s %(hour)s") % {"day": date_format(there, "l"), "hour": hour}
    return _("%(day)s, %(hour)s") % {"day": date_format(there, "DATE_FORMAT"), "hour": hour}


def reads_from(moment: datetime.datetime, *, now: datetime.datetime, zone: str) -> str:
    """When a human reads what is written out of hours."""
    there, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    said = {"hour": time_format(there.time())}
    if there.date() == today:
        return _("A human reads this today from %(hour)s.") % said
    if there.date() - today <= WEEK:
        return _("A human reads this on %(day)s from %(hour)s.") % {**said, "day": date_format(there, "l")}
    return _("A human reads this on %(day)s from %(hour)s.") % {**said, "day": date_format(there, "DATE_FORMAT")}
