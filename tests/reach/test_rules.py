"""Her rule, against a reading of it that was written apart: minute by minute, on the clock on her wall."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alongside.reach import rules
from alongside.reach.rules import BY_ITSELF, Channel, Go, No, Terms, Wait, Why, may_go

MINUTE = datetime.timedelta(minutes=1)
ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "UTC"]
LONDON = ZoneInfo("Europe/London")


def wall_clock(zone, at):
    """What the clock shows there, as text: how a person would read it."""
    return at.astimezone(ZoneInfo(zone)).strftime("%u %H:%M")


def within(zone, days, start, end, at):
    """The oracle: the weekday is one of hers, and the hands stand between her hours."""
    day, hour = wall_clock(zone, at).split()
    return (not days or int(day) in days) and start <= hour < end


def terms(start="08:00", end="20:00", *, zone="Europe/London", days=(), channel=Channel.TEXT, for_a_person=False):
    return Terms(
        channel=channel,
        from_hour=datetime.time.fromisoformat(start),
        to_hour=datetime.time.fromisoformat(end),
        zone=ZoneInfo(zone),
        days=frozenset(days),
        for_a_person=for_a_person,
    )


hours = st.times(max_value=datetime.time(23, 59)).map(lambda time: time.strftime("%H:%M"))
windows = st.tuples(hours, hours).filter(lambda both: both[0] < both[1])
# Around the nights on which clocks change, and anywhere else.
changes = [(2026, 3, 29), (2026, 10, 25), (2026, 3, 8), (2026, 11, 1), (2026, 4, 5), (2026, 10, 4), (2026, 9, 6)]
moments = st.one_of(
    st.datetimes(datetime.datetime(2024, 1, 1), datetime.datetime(2030, 1, 1)),
    st.tuples(st.sampled_from(changes), st.integers(-2000, 2000)).map(
        lambda drawn: datetime.datetime(*drawn[0]) + drawn[1] * MINUTE
    ),
).map(lambda at: at.replace(tzinfo=datetime.UTC, microsecond=0))


@settings(max_examples=80)
@given(st.sampled_from(ZONES), windows, st.frozensets(st.integers(1, 7), max_size=3), moments)
@example("Europe/London", ("01:30", "02:30"), frozenset(), datetime.datetime(2026, 3, 29, 0, 0, tzinfo=datetime.UTC))
@example("Europe/London", ("01:10", "01:20"), frozenset({7}), datetime.datetime(2026, 3, 29, tzinfo=datetime.UTC))
@example("Europe/London", ("00:30", "01:45"), frozenset(), datetime.datetime(2026, 10, 25, 0, 50, tzinfo=datetime.UTC))
@example(
    "Australia/Lord_Howe", ("01:45", "02:10"), frozenset(), datetime.datetime(2026, 10, 3, 15, tzinfo=datetime.UTC)
)
def test_it_goes_within_her_hours_and_waits_for_the_first_minute_of_them(zone, window, days, at):
    start, end = window
    verdict = may_go(terms(start, end, zone=zone, days=days), Channel.TEXT, at)
    if within(zone, days, start, end, at):
        assert verdict == Go()
        return
    assert isinstance(verdict, Wait)
    assert within(zone, days, start, end, verdict.until)
    assert not within(zone, days, start, end, verdict.until - MINUTE)
    ahead = int((verdict.until - at) / MINUTE)
    # A window does not hide between two looks that are no further apart than it is long; near a change of
    # the clocks it may be shorter, so there it is each minute.
    length = int((start_of(end) - start_of(start)) / MINUTE)
    looks = {*range(1, ahead, length), *range(max(1, ahead - 200), ahead), *range(1, min(ahead, 200))}
    at = at.replace(second=0)
    assert not [later for later in looks if within(zone, days, start, end, at + later * MINUTE)]


def start_of(hour):
    return datetime.datetime.fromisoformat(f"2026-01-01 {hour}")


def test_nothing_is_left_out_in_a_whole_year_with_its_clock_changes():
    """Open exactly when the oracle says so, and nothing waits past a window."""
    rule, at = terms("12:10", "12:30", days={2, 4}), datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    opened = 0
    for quarter in range(0, 365 * 96, 23):
        moment = at + quarter * 15 * MINUTE
        verdict = may_go(rule, Channel.TEXT, moment)
        assert (verdict == Go()) == within("Europe/London", {2, 4}, "12:10", "12:30", moment)
        opened += verdict == Go()
        if isinstance(verdict, Wait):
            assert moment < verdict.until <= moment + datetime.timedelta(days=5, hours=1)
    assert opened > 1, "control"


@given(
    st.sampled_from(Channel),
    st.sampled_from(Channel),
    st.booleans(),
    windows,
    st.frozensets(st.integers(1, 7)),
    moments,
)
def test_no_hour_of_any_day_opens_what_she_closed(said, asked, for_a_person, window, days, at):
    rule = terms(*window, days=days, channel=said, for_a_person=for_a_person)
    allowed = said == asked and said in BY_ITSELF and not for_a_person
    for decide in (may_go, rules.may_go_at_once):
        assert isinstance(decide(rule, asked, at), No) == (not allowed)
    if allowed:
        assert rules.may_go_at_once(rule, asked, at) == Go(), "two people pass her hours, and nothing else"


@given(st.sampled_from(Channel), moments)
def test_who_has_said_nothing_is_reached_only_here(channel, at):
    assert may_go(None, channel, at) == No(Why.NOT_SAID)


def test_each_no_says_why():
    at = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
    assert may_go(terms(channel=Channel.HERE), Channel.TEXT, at) == No(Why.ONLY_HERE)
    assert may_go(terms(channel=Channel.EMAIL), Channel.TEXT, at) == No(Why.ANOTHER_WAY)
    assert may_go(terms(channel=Channel.CALL), Channel.CALL, at) == No(Why.A_PERSON)
    assert may_go(terms(for_a_person=True), Channel.TEXT, at) == No(Why.A_PERSON)
    assert may_go(terms(), Channel.TEXT, at) == Go(), "control"


# --- trying again, numbers, signatures -------------------------------------------------------------


def test_trying_again_ends_within_a_day():
    at = start = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
    tries = 1
    while (again := rules.next_try(tries, at)) is not None:
        assert again > at
        at, tries = again, tries + 1
    assert tries == 8
    assert at - start < datetime.timedelta(days=1)
    assert datetime.timedelta(minutes=2) < rules.LEASE, "longer than a try with all its waits"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 (0)7700 900 123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("+44 7700 900123", "+447700900123"),
        ("٠٧٧٠٠٩٠٠١٢٣", "+447700900123"),
        ("Elm Street 4", None),
        ("07700 900123 (mother)", None),
        ("12", None),
        ("", None),
    ],
)
def test_a_number_is_understood_as_it_is_dialled_and_nothing_else_is(typed, found):
    assert rules.phone_of(typed, country="44") == found


def test_an_address_holds_nothing_that_could_break_out_of_a_header():
    assert rules.address_of(" rosa@mail.example ") == "rosa@mail.example"
    for bad in ("rosa", "rosa@mail", "a@b.example\r\nBcc: x@y.example", "<a@b.example>", "a@b.example,c@d.example"):
        assert rules.address_of(bad) is None


def test_a_signature_is_what_standard_webhooks_says():
    """The example of the specification's own reference code."""
    secret = rules.secret_in("whsec_plJ3nmyCDGBKInavdOK15jsl")
    body = b'{"event_type":"ping","data":{"success":true}}'
    assert (
        rules.signature_of(secret, "msg_loFOjxBNrRLzqYUf", "1731705121", body)
        == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
    )


def test_a_signature_is_refused_when_anything_differs_or_it_is_old():
    now = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
    stamp = str(int(now.timestamp()))
    good = {
        "gateway_id": "1", "timestamp": stamp, "body": b"{}", "now": now,
        "signatures": rules.signature_of(b"secret", "1", stamp, b"{}"),
    }  # fmt: skip
    assert rules.is_signed([b"old", b"secret"], **good), "control"
    later = now + rules.REPLAY_WINDOW + datetime.timedelta(seconds=1)
    for change in (
        {"gateway_id": "2"}, {"body": b"{ }"}, {"now": later}, {"timestamp": str(int(later.timestamp()))},
        {"signatures": ""}, {"signatures": "v1,é"}, {"timestamp": "now"}, {"timestamp": ""},
    ):  # fmt: skip
        assert not rules.is_signed([b"secret"], **{**good, **change}), change
    assert not rules.is_signed([], **good)
