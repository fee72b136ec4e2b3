import pytest

from alongside.attached.rules import State, can_be_proposed, is_too_long, range_of

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", None), ("bytes=0-", (0, 99)), ("bytes=0-1", (0, 1)), ("bytes=10-500", (10, 99)), ("bytes=-5", (95, 99)),
        ("bytes=-500", (0, 99)), ("bytes=5-2", None), ("bytes=0-1,4-5", None), ("lines=0-1", None), ("bytes=a-b", None),
        ("bytes=-", None), ("bytes=" + "9" * 30 + "-", None),
    ],
)  # fmt: skip
def test_a_part_is_given_as_it_is_asked_for(asked, given):
    assert range_of(asked, 100) == given


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=-0"])
def test_a_part_behind_the_end_is_not_there(asked):
    with pytest.raises(ValueError):  # noqa: PT011
        range_of(asked, 100)


def test_others_write_down_until_whoever_spoke_has_said_what_is_right():
    assert [can_be_proposed(state) for state in (None, *State)] == [True, True, False, False]


def test_a_minute_and_what_a_recorder_needs_to_stop():
    assert not is_too_long(60)
    assert not is_too_long(62)
    assert is_too_long(62.1)
