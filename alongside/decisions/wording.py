"""The room's fixed words: the five points, the scales, the states. Kept in one place for forms and pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from alongside.decisions.rules import Answer, Point, State

STATES = {
    State.THINKING: _("thinking"),
    State.LEANING: _("leaning"),
    State.DECIDED: _("decided"),
    State.LOOKING_BACK: _("looking back"),
    State.REOPENED: _("open again"),
}

# Our own check; it has not been validated, and the page says so.
POINTS = {
    Point.KNOW_THE_WAYS: _("I know the ways I could go."),
    Point.KNOW_THE_SIDES: _("I understand the good and the hard side of each."),
    Point.KNOW_WHAT_MATTERS: _("I know what matters most to me."),
    Point.HAD_ENOUGH: _("I have had enough time, facts and people to talk to."),
    Point.NOT_PUSHED: _("Nobody is pushing me."),
}
ANSWERS = {
    Answer.YES: _("yes"),
    Answer.NOT_SURE: _("not sure"),
    Answer.NO: _("no"),
}
# One action offered for each gap; she or the worker puts it in other words.
FIRST_ACTION = {
    Point.KNOW_THE_WAYS: _("Ask what other ways there are."),
    Point.KNOW_THE_SIDES: _("Find out more about the good and the hard sides."),
    Point.KNOW_WHAT_MATTERS: _("Talk about what matters most to me."),
    Point.HAD_ENOUGH: _("Take more time, or talk to one more person."),
    Point.NOT_PUSHED: _("Take some time for myself first."),
}

WEIGHTS = [(str(number), str(number)) for number in range(6)]
FITS = [
    ("-2", _("not at all")),
    ("-1", _("not well")),
    ("0", _("so‑so")),
    ("1", _("well")),
    ("2", _("very well")),
]
AGAIN = [
    ("1", _("no")),
    ("2", _("rather not")),
    ("3", _("I don’t know")),
    ("4", _("rather yes")),
    ("5", _("yes")),
]
