"""What signing in leaves in the databases."""

from tests.conftest import PIN
from tests.people.conftest import come_in, is_in

LONG_PIN = "480615903172"


def test_neither_number_nor_pin_is_kept_in_clear(cast, numbers, new_card, frozen, everything_kept):
    phone = come_in(numbers["rosa"]).client
    assert phone.post("/pin/", {"old": PIN, "new": LONG_PIN, "again": LONG_PIN}).status_code == 303
    assert is_in(phone)
    come_in(numbers["nadia"], "906172")
    come_in(new_card, "")
    kept = everything_kept()
    assert cast.accounts["rosa"].pk.hex in kept.replace("-", ""), "control: it was looked for in the right place"
    for number in (numbers["rosa"], numbers["nadia"], new_card):
        assert not any(number[start : start + 8] in kept for start in range(9))
    assert LONG_PIN not in kept
    assert "127.0.0.1" not in kept, "nor the address of the network"
