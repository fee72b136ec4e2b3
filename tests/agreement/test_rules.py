import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.agreement import rules, wording
from alongside.agreement.rules import AnswerUnit, Missing, Terms
from alongside.agreement.wording import Names

pytestmark = pytest.mark.once

UTC = datetime.UTC


def terms(**changes):
    given = {
        "days": frozenset(range(5)),
        "opens": datetime.time(9),
        "closes": datetime.time(17),
        "within": 1,
        "unit": AnswerUnit.DAYS,
        "time_zone": "Europe/London",
        **changes,
    }
    return Terms(**given)


def at(text, zone=UTC):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zone)


# 2 March 2026 is a Monday; London is on UTC until 29 March, when its clocks go forward.
@pytest.mark.parametrize(
    ("asked", "changes", "due"),
    [
        ("2026-03-02T10:00", {}, "2026-03-03T10:00"),
        ("2026-03-02T09:00", {}, "2026-03-03T09:00"),
        ("2026-03-02T17:00", {}, "2026-03-03T17:00"),
        ("2026-03-02T17:01", {}, "2026-03-04T09:00"),
        ("2026-03-06T10:00", {}, "2026-03-09T10:00"),
        ("2026-03-07T02:10", {}, "2026-03-10T09:00"),
        ("2026-03-02T10:00", {"within": 3}, "2026-03-05T10:00"),
        ("2026-03-27T10:00", {}, "2026-03-30T09:00"),
        ("2026-03-02T09:00", {"within": 8, "unit": AnswerUnit.HOURS}, "2026-03-02T17:00"),
        ("2026-03-02T16:00", {"within": 2, "unit": AnswerUnit.HOURS}, "2026-03-03T10:00"),
        ("2026-03-06T22:00", {"within": 4, "unit": AnswerUnit.HOURS}, "2026-03-09T13:00"),
        ("2026-03-02T09:00", {"within": 20, "unit": AnswerUnit.HOURS}, "2026-03-04T13:00"),
        ("2026-03-03T12:00", {"days": frozenset({1, 4})}, "2026-03-06T12:00"),
        ("2026-03-04T12:00", {"days": frozenset({1, 4})}, "2026-03-10T09:00"),
        ("2026-03-02T14:30", {"time_zone": "America/New_York"}, "2026-03-03T14:30"),
    ],
)
def test_an_answer_is_due_when_the_agreement_says(asked, changes, due):
    assert rules.answer_due(terms(**changes), at(asked)) == at(due)


@pytest.mark.parametrize(
    ("moment", "within", "human"),
    [
        ("2026-03-02T08:59", False, "2026-03-02T09:00"),
        ("2026-03-02T09:00", True, "2026-03-02T09:00"),
        ("2026-03-02T17:00", True, "2026-03-02T17:00"),
        ("2026-03-02T17:01", False, "2026-03-03T09:00"),
        ("2026-03-06T21:30", False, "2026-03-09T09:00"),
        ("2026-03-07T02:10", False, "2026-03-09T09:00"),
        ("2026-03-30T08:30", True, "2026-03-30T08:30"),  # half past nine in London's summer
    ],
)
def test_hours_are_those_of_the_agency_s_own_clock(moment, within, human):
    assert rules.is_within_hours(terms(), at(moment)) is within
    assert rules.next_human_moment(terms(), at(moment)) == at(human)


ZONES = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "America/Santiago",  # clocks change at midnight
    "Africa/Cairo",
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
]
times_of_day = st.integers(0, 24 * 60 - 1).map(lambda minutes: datetime.time(*divmod(minutes, 60)))
any_terms = st.builds(
    lambda days, hours, within, unit, zone: terms(
        days=days,
        opens=min(hours),
        closes=max(hours),
        within=min(within, rules.MOST_WITHIN[unit]),
        unit=unit,
        time_zone=zone,
    ),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sets(times_of_day, min_size=2, max_size=2),
    st.integers(1, 40),
    st.sampled_from(AnswerUnit),
    st.sampled_from(ZONES),
)
moments = st.datetimes(
    min_value=datetime.datetime(2026, 1, 1), max_value=datetime.datetime(2029, 1, 1), timezones=st.just(UTC)
)


@given(any_terms, moments)
def test_an_answer_is_never_due_outside_the_hours_nor_before_the_question(agreed, asked):
    due = rules.answer_due(agreed, asked)
    assert rules.is_within_hours(agreed, due)
    assert due > asked or not rules.is_within_hours(agreed, asked)
    assert due >= rules.next_human_moment(agreed, asked)


@given(any_terms, moments, st.timedeltas(min_value=datetime.timedelta(), max_value=datetime.timedelta(days=9)))
def test_who_asks_later_is_never_answered_earlier(agreed, asked, later):
    assert rules.answer_due(agreed, asked) <= rules.answer_due(agreed, asked + later)
    assert rules.next_human_moment(agreed, asked) <= rules.next_human_moment(agreed, asked + later)


@given(any_terms, moments)
def test_the_next_human_moment_is_the_first_within_the_hours(agreed, moment):
    human = rules.next_human_moment(agreed, moment)
    assert human >= moment
    assert rules.is_within_hours(agreed, human)
    if rules.is_within_hours(agreed, moment):
        assert human == moment
    else:
        assert not rules.is_within_hours(agreed, moment + (human - moment) / 2)


@given(any_terms, moments)
def test_working_hours_run_only_while_somebody_works(agreed, asked):
    if agreed.unit is not AnswerUnit.HOURS:
        return
    start, due = rules.next_human_moment(agreed, asked), rules.answer_due(agreed, asked)
    day, worked = start.date() - datetime.timedelta(days=2), datetime.timedelta()
    while day <= due.date() + datetime.timedelta(days=2):
        window = agreed.window(day)
        if window:
            worked += max(min(window[1], due) - max(window[0], start), datetime.timedelta())
        day += datetime.timedelta(days=1)
    assert worked == datetime.timedelta(hours=agreed.within)


def test_terms_that_never_open_cannot_be_made():
    for nonsense in ({"days": frozenset()}, {"closes": datetime.time(9)}, {"within": 0}):
        with pytest.raises(ValueError, match="without hours"):
            terms(**nonsense)


@pytest.mark.parametrize(
    "change",
    [
        {"days": []},
        {"days": [7]},
        {"opens": "17:00"},
        {"opens": ""},
        {"closes": "25:00"},
        {"within": 0},
        {"within": None},
        {"within": 11},
        {"unit": "weeks"},
        {"unit": AnswerUnit.HOURS, "within": 41},
    ],
)
def test_times_that_mean_nothing_do_not_make_sense(change):
    assert rules.times_make_sense(rules.USUAL_TIMES)
    assert not rules.times_make_sense({**rules.USUAL_TIMES, **change})


# --- the text ----------------------------------------------------------------------------------

NAMES = Names(client="Rosa", worker="Dana", organisation="Riverside")
TODAY = datetime.date(2026, 3, 2)


def started():
    return wording.draft_to_start_from(NAMES)


def test_the_draft_to_start_from_has_every_part_and_is_never_silent_on_orders():
    body = started()
    assert set(rules.FIELDS) <= set(body)
    for part, words in body.items():
        assert tuple(words) == rules.fields_of(part) or set(words) == set(rules.fields_of(part))
    assert rules.what_is_missing(body, today=TODAY) == [Missing.REASON]
    assert "ordered by somebody?" in wording.reason_in_words(body["why"], NAMES)


@pytest.mark.parametrize("left_out", ["ordered_by", "fixed", "open", "on_no"])
def test_an_order_must_say_by_whom_and_what_a_no_would_mean(left_out):
    why = {"reason": "ordered", "purpose": "", "ordered_by": "Linden court", "fixed": "a", "open": "b", "on_no": "c"}
    body = rules.with_change(started(), "why", why)
    assert rules.what_is_missing(body, today=TODAY) == []
    body = rules.with_change(body, "why", {**why, left_out: " "})
    assert rules.what_is_missing(body, today=TODAY) == [Missing.ORDER]


def test_the_review_is_after_ninety_days_unless_another_day_is_chosen():
    body = started()
    assert rules.review_day(body, accepted_on=TODAY) == datetime.date(2026, 5, 31)
    body = rules.with_change(body, "review", {"on": "2026-04-01"})
    assert rules.review_day(body, accepted_on=TODAY) == datetime.date(2026, 4, 1)
    assert Missing.REVIEW in rules.what_is_missing(body, today=datetime.date(2026, 4, 1))
    assert rules.drawn_up_anew(body)["review"]["on"] == ""
    assert rules.review_day_makes_sense(None, today=TODAY)
    assert not rules.review_day_makes_sense(datetime.date(2027, 6, 1), today=TODAY)


def test_a_change_leaves_the_text_it_starts_from_alone():
    body = started()
    changed = rules.with_change(body, "row-01", {})
    assert "row-01" in body
    assert "row-01" not in changed
    assert rules.name_of_new_row(changed) == "row-09"
    for number in range(9, 13):
        body = rules.with_change(body, f"row-{number:02}", {"what": "x", "who": "client", "note": ""})
    assert rules.name_of_new_row(body) is None


def test_what_changed_is_told_field_by_field():
    body = started()
    changed = rules.with_change(body, "times", {**body["times"], "closes": "18:00"})
    changed = rules.with_change(changed, "row-02", {})
    changed = rules.with_change(changed, "her_rules", {"rules": "never come unannounced"})
    told = wording.changes(body, changed, NAMES)
    assert [(change.before, change.now) for change in told] == [
        ("", "never come unannounced"),
        ("Monday to Friday, 09:00 to 17:00", "Monday to Friday, 09:00 to 18:00"),
        ("What Rosa wants to reach, and what comes first\nRosa", ""),
    ]
    assert wording.changes(body, body, NAMES) == []


def syllables(word):
    found = len(re.findall(r"[aeiouy]+", word))
    return max(found - (word.endswith("e") and not word.endswith("le")), 1)


def grade(text):
    """The Flesch-Kincaid grade (Kincaid et al. 1975)."""
    sentences = [sentence for sentence in re.split(r"[.!?:\n]+", text) if sentence.strip()]
    words = re.findall(r"[a-z’']+", text.lower())
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_the_draft_to_start_from_reads_at_grade_seven_or_below():
    texts = [line.text for part in wording.parts_of(started(), NAMES).values() for line in part.lines if line.words]
    rows = [f"{row.what}. {row.note}" for row in wording.rows_of(started(), NAMES)]
    assert grade("\n".join(texts + rows)) <= 7
    for text in texts:
        assert grade(text) <= 9, text
    assert grade("The aforementioned organisation retains discretionary authority regarding confidentiality.") > 12
