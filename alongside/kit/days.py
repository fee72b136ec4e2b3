"""The days of the week in our own words, which stand before Django's in every date: Spanish writes them small."""

from django.utils.translation import gettext_lazy as _

# Monday is 0, as in `datetime.date.weekday`.
WEEKDAYS = {
    0: _("Monday"),
    1: _("Tuesday"),
    2: _("Wednesday"),
    3: _("Thursday"),
    4: _("Friday"),
    5: _("Saturday"),
    6: _("Sunday"),
}
