import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command

from alongside.kit.errors import NotFound
from alongside.people import actions
from alongside.people.backends import card_pieces
from alongside.people.models import Account, Device
from alongside.people.rules import PinFault
from tests.conftest import PASSWORD, PIN
from tests.people.conftest import is_in, set_up_app, sign_in_staff


@pytest.fixture
def fresh(new_card):
    """The account of a card that nobody has used yet."""
    return Account.objects.get(person__seats__partnership__isnull=False, is_staff_account=False, joined_at=None)


def test_a_first_pin_is_chosen_once_and_the_same_one_twice_is_once(fresh):
    actions.choose_pin(by=fresh, pin="480615")
    assert Account.objects.get(pk=fresh.pk).check_password("480615")
    actions.choose_pin(by=fresh, pin="480615")
    with pytest.raises(actions.PinIsChosen):
        actions.choose_pin(by=fresh, pin="906172")
    assert Account.objects.get(pk=fresh.pk).check_password("480615")


@pytest.mark.parametrize("pin", ["111111", "234567", "48061", "4806a5"])
def test_a_pin_that_is_easy_to_guess_is_refused_and_nothing_is_kept(fresh, pin):
    with pytest.raises(actions.NotThisPin):
        actions.choose_pin(by=fresh, pin=pin)
    assert not Account.objects.get(pk=fresh.pk).has_usable_password()


def test_a_pin_may_not_be_copied_from_the_card(fresh, new_card):
    on_the_card = card_pieces(fresh.pk, new_card)
    for copied in (new_card[:6], new_card[-8:], "90" + new_card[4:12]):
        with pytest.raises(actions.NotThisPin) as refused:
            actions.choose_pin(by=fresh, pin=copied, pieces_of_card=on_the_card)
        assert refused.value.sentence == actions.NotThisPin.SENTENCES[PinFault.FROM_THE_CARD]
    one_digit_off = new_card[:5] + str((int(new_card[5]) + 5) % 10)
    actions.choose_pin(by=fresh, pin=one_digit_off, pieces_of_card=on_the_card)


def test_staff_have_no_pin_to_choose(cast):
    with pytest.raises(Account.DoesNotExist):
        actions.choose_pin(by=cast.accounts["dana"], pin="480615")


def test_changing_the_pin_asks_for_the_old_one(cast):
    rosa = cast.accounts["rosa"]
    with pytest.raises(actions.WrongSecret):
        actions.change_pin(by=rosa, old="000000", new="906172")
    assert Account.objects.get(pk=rosa.pk).check_password(PIN)
    actions.change_pin(by=rosa, old=PIN, new="906172")
    assert Account.objects.get(pk=rosa.pk).check_password("906172")


def test_a_new_password_is_long_and_not_a_well_known_one(cast):
    dana = cast.accounts["dana"]
    for weak in ("short", "password1234"):
        with pytest.raises(actions.NotThisPassword):
            actions.change_password(by=dana, old=PASSWORD, new=weak)
    actions.change_password(by=dana, old=PASSWORD, new="three herons at the weir")
    assert Account.objects.get(pk=dana.pk).check_password("three herons at the weir")


def test_an_administrator_gives_a_new_password_and_every_session_ends(cast, signed_in, capsys):
    laptop = signed_in("dana")
    call_command("new_password", "--email", "DANA@riverside.example")
    password = capsys.readouterr().out.split("The new password is:")[1].split()[0]
    assert not is_in(laptop)
    assert sign_in_staff("dana").status_code == 200, "the old password is refused"
    assert sign_in_staff("dana", password).status_code == 302


def test_a_new_password_leaves_the_second_step_unless_it_was_lost(cast, frozen):
    set_up_app(sign_in_staff("dana").client)
    actions.new_password(email="dana@riverside.example")
    assert Authenticator.objects.filter(user=cast.accounts["dana"]).count() == 2
    actions.new_password(email="dana@riverside.example", without_second_step=True)
    assert not Authenticator.objects.filter(user=cast.accounts["dana"]).exists()


def test_a_new_password_for_nobody_is_said_so(cast):
    with pytest.raises(CommandError):
        call_command("new_password", "--email", "nobody@riverside.example")


def test_robin_cannot_end_rosas_device(cast, signed_in):
    phone = signed_in("rosa")
    device = Device.objects.get(account=cast.accounts["rosa"])
    with pytest.raises(NotFound):
        actions.end_device(by=cast.accounts["robin"], device_id=device.id)
    assert is_in(phone)
    actions.end_device(by=cast.accounts["rosa"], device_id=device.id)
    assert not is_in(phone)


def test_ending_the_others_leaves_this_one_and_everybody_elses(cast, signed_in):
    phone, library, danas = signed_in("rosa"), signed_in("rosa"), signed_in("dana")
    actions.end_other_devices(by=cast.accounts["rosa"], this_one=phone.session.session_key)
    assert (is_in(phone), is_in(library), is_in(danas)) == (True, False, True)
    assert Session.objects.count() == Device.objects.count() == 2
