"""The agreement in words: its titles and labels, the draft to start from, and how a text is read.

The draft to start from is written once, in the client's language, and belongs to both from then on.
It uses names instead of "I" and "you", so that it reads the same for both and on paper.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alongside.agreement import rules
from alongside.agreement.rules import AnswerUnit, Body, Decides, Missing, Reason, Side, Terms, Words
from alongside.kit.days import WEEKDAYS


@dataclass(frozen=True)
class Names:
    """What the two sides are called, and which of them is reading, if either."""

    client: str
    worker: str
    organisation: str
    reader: Side | None = None

    def on_paper(self) -> Names:
        """The same names as they stand on paper, where nobody in particular is reading."""
        return Names(self.client, self.worker, self.organisation)

    @property
    def both(self) -> dict[str, str]:
        return {"client": self.client, "worker": self.worker, "organisation": self.organisation}


@dataclass(frozen=True)
class Line:
    """One field as it is read. `words` says that a person wrote it, and that it is not ours to translate."""

    field: str
    label: str
    text: str
    words: bool


@dataclass(frozen=True)
class Part:
    """One part of the agreement as it is read; `summary` is its first line when it is folded."""

    name: str
    title: str
    lines: list[Line]
    summary: str


@dataclass(frozen=True)
class PowerRow:
    """One line of "Who can decide what". `pill` says who that is to the reader: me, them, both or plain."""

    name: str
    what: str
    who: str
    note: str
    pill: str


@dataclass(frozen=True)
class Change:
    """What one field said before and says now."""

    title: str
    label: str
    before: str
    now: str


# --- titles and labels -------------------------------------------------------------------------


def title_of(part: str, names: Names) -> str:
    """The heading of a part."""
    if part == rules.HER_RULES:
        return _("My rules") if names.reader is Side.CLIENT else _("Rules of %(client)s") % names.both
    if part == rules.WORKER_RULES:
        return _("My rules") if names.reader is Side.WORKER else _("Rules of %(worker)s") % names.both
    return {
        rules.WHY: _("Why we meet"),
        "who": _("Who %(worker)s is, and who pays") % names.both,
        "private": _("What stays between us, and what cannot"),
        rules.TIMES: _("Hours and answers"),
        rules.POWER: _("Who can decide what"),
        "visits": _("Visits and being late"),
        "closeness": _("Gifts, money, photos and touch"),
        "disagree": _("When we do not agree"),
        "complain": _("Another worker, or a complaint"),
        "written": _("What is written down, and who reads it"),
        "ending": _("How we end"),
        rules.REVIEW: _("When we look at this again"),
    }.get(part, _("Who can decide what"))


LABELS: dict[str, str | Promise] = {
    "rules": gettext_lazy("Rules"),
    "reason": gettext_lazy("Wanted or ordered"),
    "purpose": gettext_lazy("What we want to do together"),
    "ordered_by": gettext_lazy("Ordered by"),
    "fixed": gettext_lazy("What is fixed"),
    "open": gettext_lazy("What is open"),
    "on_no": gettext_lazy("What happens on a no"),
    "stays": gettext_lazy("What stays between us"),
    "limits": gettext_lazy("What cannot stay between us"),
    "hours": gettext_lazy("Hours"),
    "answer": gettext_lazy("Answer time"),
    "channels": gettext_lazy("How we write and talk"),
    "cover": gettext_lazy("When nobody answers, or somebody is away"),
    "influence": gettext_lazy("What the worker can push for"),
    "cannot": gettext_lazy("What the worker cannot decide or change"),
    "visits": gettext_lazy("Visits"),
    "late": gettext_lazy("Being late, or not coming"),
    "gifts": gettext_lazy("Gifts"),
    "money": gettext_lazy("Money"),
    "online": gettext_lazy("Social media"),
    "touch": gettext_lazy("Touch"),
    "photos": gettext_lazy("Photos and recordings"),
    "change_worker": gettext_lazy("To get another worker"),
    "complain": gettext_lazy("To complain"),
    "on": gettext_lazy("Day"),
    "row": gettext_lazy("Who decides"),
}


def label_of(field: str) -> str:
    """The label of a field; empty where the title of its part says it already."""
    return str(LABELS.get(field, ""))


# --- reading a text ----------------------------------------------------------------------------


def days_in_words(days: frozenset[int]) -> str:
    """Weekdays as people say them: "Monday to Friday", "Monday, Tuesday and Friday"."""
    listed = sorted(days)
    if len(listed) > 2 and listed == list(range(listed[0], listed[-1] + 1)):
        return _("%(first)s to %(last)s") % {"first": WEEKDAYS[listed[0]], "last": WEEKDAYS[listed[-1]]}
    return get_text_list([str(WEEKDAYS[day]) for day in listed], _("and"))


def hours_in_words(terms: Terms) -> str:
    """On which days, from when to when."""
    return _("%(days)s, %(opens)s to %(closes)s") % {
        "days": days_in_words(terms.days),
        "opens": time_format(terms.opens),
        "closes": time_format(terms.closes),
    }


def answer_in_words(terms: Terms) -> str:
    """How long an answer may take."""
    if terms.unit is AnswerUnit.HOURS:
        return ngettext(
            "within %(number)d hour in which we work", "within %(number)d hours in which we work", terms.within
        ) % {"number": terms.within}
    return ngettext("within %(number)d working day", "within %(number)d working days", terms.within) % {
        "number": terms.within
    }


def reason_in_words(why: Words, names: Names) -> str:
    """Whether they meet because she wants to or because it was ordered. It is never left out."""
    if why.get("reason") == Reason.VOLUNTARY:
        if names.reader is Side.CLIENT:
            return _("You chose this. Nobody ordered it.")
        return _("%(client)s chose this. Nobody ordered it.") % names.both
    if why.get("reason") == Reason.ORDERED:
        if (why.get("ordered_by") or "").strip():
            return _("This was ordered by: %(ordered_by)s") % why
        return _("This was ordered.")
    return _("Not said yet: was this chosen, or ordered by somebody?")


def review_in_words(words: Words) -> str:
    chosen = words.get("on")
    if chosen:
        return date_format(datetime.date.fromisoformat(chosen))
    return ngettext(
        "%(number)d day after both have accepted", "%(number)d days after both have accepted", rules.REVIEW_AFTER.days
    ) % {"number": rules.REVIEW_AFTER.days}


def who_decides(who: str, names: Names) -> str:
    """Who decides a line of the power card, to this reader."""
    if names.reader and who == names.reader.value:
        return _("You")
    return {
        Decides.CLIENT: names.client,
        Decides.WORKER: names.worker,
        Decides.TOGETHER: _("Together"),
        Decides.ELSE: _("Somebody else"),
    }[Decides(who)]


def row_of(name: str, words: Words, names: Names) -> PowerRow:
    """One line of the power card, as it is read."""
    who = Decides(words["who"])
    pill = {Decides.TOGETHER: "both", Decides.ELSE: "plain"}.get(who, "them")
    return PowerRow(
        name=name,
        what=words["what"],
        who=who_decides(who, names),
        note=words["note"],
        pill="me" if names.reader and who.value == names.reader.value else pill,
    )


def rows_of(body: Body, names: Names) -> list[PowerRow]:
    """The power card's lines, in order."""
    return [row_of(row, body[row], names) for row in rules.rows_of(body)]


def lines_of(part: str, words: Words, names: Names) -> list[Line]:
    """The fields of a part that say something, as they are read."""
    lines = []
    if part == rules.WHY:
        lines.append(Line("reason", label_of("reason"), reason_in_words(words, names), words=False))
    if part == rules.REVIEW:
        lines.append(Line("on", label_of("on"), review_in_words(words), words=False))
    if part == rules.TIMES and words:
        terms = rules.terms_from(words, time_zone="UTC")
        lines.append(Line("hours", label_of("hours"), hours_in_words(terms), words=False))
        lines.append(Line("answer", label_of("answer"), answer_in_words(terms), words=False))
    if rules.is_row(part):
        if not words:
            return []
        row = row_of(part, words, names)
        return [Line("row", label_of("row"), "\n".join(filter(None, [row.what, row.who, row.note])), words=True)]
    shown = {"reason", "on", "days", "opens", "closes", "within", "unit"}
    lines += [
        Line(field, label_of(field), words[field], words=True)
        for field in rules.fields_of(part)
        if field not in shown and words.get(field)
    ]
    return lines


def part_of(part: str, body: Body, names: Names) -> Part:
    """One part, as it is read."""
    lines = lines_of(part, body.get(part, {}), names)
    if part == rules.TIMES and len(lines) > 1:
        summary = _("%(hours)s; answer %(answer)s") % {"hours": lines[0].text, "answer": lines[1].text}
    elif part == rules.POWER:
        number = len(rules.rows_of(body))
        summary = ngettext("%(number)d line", "%(number)d lines", number) % {"number": number}
    else:
        summary = " ".join(lines[0].text.split()) if lines else ""
    return Part(
        name=part,
        title=title_of(part, names),
        lines=lines,
        summary=Truncator(summary).chars(80) if summary else _("Nothing said yet"),
    )


def parts_of(body: Body, names: Names) -> dict[str, Part]:
    """Every part by its name, the lines of the power card apart."""
    return {part: part_of(part, body, names) for part in rules.FIELDS}


def changes(before: Body, now: Body, names: Names) -> list[Change]:
    """What differs between two texts, field by field, as it is read."""
    found = []
    for part in [*rules.FIELDS, *sorted({*rules.rows_of(before), *rules.rows_of(now)})]:
        if before.get(part) == now.get(part):
            continue
        old = {line.field: line for line in lines_of(part, before.get(part, {}), names)}
        new = {line.field: line for line in lines_of(part, now.get(part, {}), names)}
        for field in [*old, *(field for field in new if field not in old)]:
            was, says = old.get(field), new.get(field)
            if (was and was.text) != (says and says.text):
                found.append(
                    Change(
                        title=title_of(part, names),
                        label=label_of(field),
                        before=was.text if was else "",
                        now=says.text if says else "",
                    )
                )
    return found


def missing_in_words(missing: list[Missing]) -> list[tuple[str, str]]:
    """What must be said before anybody can accept: (part where it is said, sentence)."""
    sentences = {
        Missing.REASON: (rules.WHY, _("Say whether this was chosen or ordered.")),
        Missing.ORDER: (
            rules.WHY,
            _("Say who ordered it, what is fixed, what is open, and what happens on a no."),
        ),
        Missing.REVIEW: (rules.REVIEW, _("The day to look at this again has passed. Choose another.")),
    }
    return [sentences[one] for one in missing]


# --- the draft to start from -------------------------------------------------------------------


def draft_to_start_from(names: Names) -> Body:
    """A draft in plain words, in the language that is active. Nothing in it says whether it is chosen or ordered."""
    texts = {
        rules.HER_RULES: {"rules": ""},
        rules.WORKER_RULES: {
            "rules": _(
                "If you cannot come, send a word when you can.\n"
                "If one of us shouts, we stop and try again later.\n"
                "I say so when I do not know something."
            )
        },
        rules.WHY: {"reason": "", "purpose": "", "ordered_by": "", "fixed": "", "open": "", "on_no": ""},
        "who": {
            "who": _(
                "%(worker)s is a social worker. %(worker)s works for %(organisation)s and is paid by them. "
                "%(client)s pays nothing."
            )
        },
        "private": {
            "stays": _("What %(client)s tells stays with those who have a seat in this space."),
            "limits": _(
                "If a child or a life is in danger, or a court asks, %(worker)s may have to tell others. "
                "%(worker)s says so to %(client)s first, unless that makes the danger bigger. "
                "%(worker)s tells only what is needed."
            ),
        },
        rules.TIMES: {
            **rules.USUAL_TIMES,
            "channels": _("We write here in our space. We call in these hours."),
            "cover": _(
                "Outside these hours nobody here reads. When %(worker)s is away, %(worker)s says here who stands in."
            ),
        },
        rules.POWER: {
            "influence": _(
                "%(worker)s can ask, write and speak up at offices, and can ask their own boss for more time or help."
            ),
            "cannot": _(
                "%(worker)s cannot change the law, what a court says, or what a landlord or an office decides."
            ),
        },
        "visits": {
            "visits": _("We fix each visit before. Nobody comes without asking."),
            "late": _("If one of us is late, they send a word. We wait 15 minutes. Not coming is no reason to end."),
        },
        "closeness": {
            "gifts": _("No gifts are needed. A drawing or a cup of tea is fine."),
            "money": _("%(worker)s lends no money and takes none."),
            "online": _("We are not friends on social media. %(worker)s does not look %(client)s up there."),
            "touch": _("We shake hands if both want to. %(worker)s asks before any other touch."),
            "photos": _("No photo and no recording without a yes each time, from both of us."),
        },
        "disagree": {
            "disagree": _(
                "Each of us may say no and may see it another way. We write down both views. "
                "About %(client)s’s own life, %(client)s decides, where no law or court does."
            )
        },
        "complain": {
            "change_worker": _("%(client)s can ask %(worker)s or the office for another worker at any time."),
            "complain": _(
                "%(client)s can complain to the head of %(organisation)s, or to somebody outside. "
                "A complaint takes no help away."
            ),
        },
        "written": {
            "written": _(
                "We write down what we agree, decide and promise. %(client)s can read all of it here, "
                "and see who has looked. If there is a supervisor, they see this page and the decisions."
            )
        },
        "ending": {
            "ending": _(
                "We talk about the end before it comes, and say goodbye. "
                "%(client)s can take a copy along, and can come back."
            )
        },
        rules.REVIEW: {"on": ""},
    }
    filled = {
        part: {field: text % names.both if isinstance(text, str) and text else text for field, text in words.items()}
        for part, words in texts.items()
    }
    rows = [
        (_("What %(client)s tells, and what not"), Decides.CLIENT, ""),
        (_("What %(client)s wants to reach, and what comes first"), Decides.CLIENT, ""),
        (_("Who is told about %(client)s, and what"), Decides.CLIENT, _("Apart from what cannot stay between us.")),
        (_("When and where we meet"), Decides.TOGETHER, ""),
        (_("Letters and calls for %(client)s"), Decides.TOGETHER, _("Nothing goes out before %(client)s has seen it.")),
        (
            _("What %(worker)s writes down"),
            Decides.WORKER,
            _("%(client)s reads it and can put another view beside it."),
        ),
        (_("Money, homes and other help from an office"), Decides.ELSE, _("The office decides, by its rules.")),
        (_("What the law or a court has fixed"), Decides.ELSE, _("The court decides. We can ask it to look again.")),
    ]
    for number, (what, who, note) in enumerate(rows, start=1):
        filled[f"row-{number:02}"] = {"what": what % names.both, "who": who.value, "note": note % names.both}
    return filled
