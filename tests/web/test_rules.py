import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.web.rules import dialled, parts_of

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("Samaritans 116 123, day and night, free", ["116123"]),
        ("Night line: +44 (0)20 7946 0018", ["+4402079460018"]),
        ("Call 112 or 999.", ["112", "999"]),
        ("1-800-273-8255 (English, Español)", ["18002738255"]),
        ("خط المساعدة ٠٨٠٠ ١١١ ٢٢٢", ["0800111222"]),
        ("Mon to Fri 9-17, open 24/7, 8.30-20.00", []),
        ("Text “HELP” to a friend", []),
    ],
)
def test_a_thumb_can_call_the_numbers_in_a_line(line, numbers):
    assert [part.number for part in parts_of(line) if part.number] == numbers


@given(st.text(max_size=200))
def test_no_letter_of_a_line_is_lost(line):
    assert "".join(part.text for part in parts_of(line)) == line


@given(st.text(max_size=60))
def test_what_is_dialled_has_only_digits(text):
    assert dialled(text).removeprefix("+").isascii()
    assert dialled(text).removeprefix("+").isdigit() or dialled(text) == ""
