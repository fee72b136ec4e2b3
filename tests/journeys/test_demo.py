import datetime
import io

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.test import Client

from alongside.access import enter
from alongside.access.middleware import viewer_of
from alongside.access.models import TrailLine
from alongside.agreement import queries as agreements
from alongside.decisions import queries as decisions
from alongside.decisions.rules import State as Thinking
from alongside.journeys import demo, queries
from alongside.kit.errors import NotFound
from alongside.people.backends import card_index, email_index
from alongside.people.models import Account, Organisation
from alongside.record import queries as records
from alongside.record.rules import State

# A Wednesday, so that the week before it has a weekend in it.
WEDNESDAY = datetime.datetime(2026, 3, 4, 16, 20, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _leaves_nothing_behind():
    yield
    demo.Demo.file().unlink(missing_ok=True)


@pytest.fixture
def filled(frozen):
    frozen.move_to(WEDNESDAY)
    return demo.fill(now=WEDNESDAY)


def standing(name, of="rosa"):
    login = card_index(demo.Demo.found().numbers[of])
    space = Account.objects.get(login=login).person.key_scope_id
    account = Account.objects.get(login=login if name == of else email_index(f"{name}@riverside.example"))
    return enter(viewer_of(account, now=WEDNESDAY), space)


class TestTheStory:
    def test_rosa_was_heard_and_agreed_and_has_still_to_choose(self, filled):
        rosa = standing("rosa")
        words = records.words_in(rosa).pinned
        assert words.need.words.startswith("Tengo que salir del piso el 2 de abril")
        assert records.standing_in(rosa).state is State.YES
        agreement = agreements.agreement_in(rosa)
        assert agreement.holding.number == 1
        assert "sin avisar" in agreement.body["her_rules"]["rules"]
        [question] = decisions.decisions_in(rosa)
        assert question.question == "Where do we live after 2 April?"
        assert question.by_when == datetime.date(2026, 3, 22)
        page = decisions.decision_page(rosa, question.id, order="0" * 16)
        assert len([way for way in page.ways if way.is_real]) == 4
        assert question.state is Thinking.THINKING

    def test_everything_is_behind_us_and_in_order(self, filled):
        for name in ("rosa", "nadia"):
            lines = TrailLine.objects.filter(partnership_id=standing("dana", name).id).order_by("seq")
            moments = [line.at for line in lines]
            assert moments == sorted(moments)
            assert moments[-1] < WEDNESDAY
            assert all(moment.weekday() < 5 for moment in moments)

    def test_robin_has_no_seat_with_anybody(self, filled):
        with pytest.raises(NotFound):
            standing("robin")

    def test_dana_works_with_twenty_eight_families(self, filled):
        assert len(queries.my_spaces(standing("dana").by)) == 28

    def test_a_card_and_a_pin_open_it(self, filled):
        page = Client()
        for name, pin in demo.PINS.items():
            answer = page.post("/", {"number": filled.numbers[name], "pin": pin, "key": "k"})
            assert (answer.status_code, answer["Location"]) == (303, "/today/")
            assert page.get("/today/").status_code == 200

    def test_the_code_is_the_one_that_staff_sign_in_with(self, filled):
        account = Account.objects.get(login=email_index("dana@riverside.example"))
        step = TOTP(Authenticator.objects.get(user=account))
        assert step.validate_code(demo.code_of("dana"))
        assert not step.validate_code(demo.code_of("amir"))
        assert account.check_password(demo.PASSWORD)


class TestTheCommand:
    def said(self, name="demo", *args, **options):
        out = io.StringIO()
        call_command(name, *args, stdout=out, **options)
        return out.getvalue()

    def test_it_says_how_to_sign_in_and_the_second_time_only_says_so(self, now, monkeypatch):
        monkeypatch.setenv("PORT", "8123")
        first = self.said()
        number = demo.Demo.found().numbers["rosa"]
        assert f"{number[:4]} {number[4:8]}" in first
        assert "http://127.0.0.1:8123/" in first
        assert demo.PASSWORD in first
        assert Organisation.objects.count() == 1
        assert f"{number[:4]} {number[4:8]}" in self.said()
        assert Organisation.objects.count() == 1
        assert len(self.said("demo_code", "lena").split()[0]) == 6

    def test_a_house_in_use_is_left_alone(self, cast):
        for options in ({}, {"again": True}):
            with pytest.raises(CommandError):
                self.said(**options)
        assert Account.objects.filter(is_staff_account=True).count() == 5
        assert demo.Demo.found() is None

    def test_there_are_no_codes_outside_a_demonstration(self, cast):
        with pytest.raises(CommandError):
            self.said("demo_code", "dana")

    def test_nor_any_demonstration_where_real_people_are(self, settings):
        settings.PRODUCTION = True
        with pytest.raises(CommandError):
            self.said()
        assert not Organisation.objects.exists()
