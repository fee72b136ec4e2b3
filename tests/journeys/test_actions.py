import datetime

import pytest
from django.db import IntegrityError

from alongside import access
from alongside.access import enter
from alongside.access.acts import Act
from alongside.access.models import TrailLine
from alongside.access.way_in import Denied
from alongside.journeys import actions, queries
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.backends import card_index
from alongside.people.models import Account, Card, Organisation, Partnership, Seat, StaffPost
from alongside.people.rules import Post, Role

LATER = datetime.timedelta(minutes=2)
NEXT_WEEK = datetime.timedelta(days=7)


def started(cast, *, write_id=None, now=None, by="dana"):
    now = now or cast.now
    return actions.start_partnership(
        by=cast.viewer(by, now=now), called="Jo", language="es", now=now, write_id=write_id or new_id()
    )


class TestStartingASpace:
    def test_a_first_name_is_enough_and_the_worker_has_a_seat(self, cast):
        card = started(cast)
        roles = Seat.objects.filter(partnership_id=card.partnership_id).values_list("role", flat=True)
        assert sorted(roles) == ["client", "worker"]
        assert Account.objects.get(login=card_index(card.number)).person.called == "Jo"

    def test_a_double_tap_makes_one_space_and_the_card_that_is_seen_works(self, cast):
        write_id = new_id()
        before = Partnership.objects.count()
        first, second = started(cast, write_id=write_id), started(cast, write_id=write_id)
        assert Partnership.objects.count() == before + 1
        assert not Account.objects.filter(login=card_index(first.number)).exists()
        assert Account.objects.filter(login=card_index(second.number)).exists()

    def test_when_two_arrive_at_once_the_second_writes_nothing_and_finds_the_first(self, cast, monkeypatch):
        write_id = new_id()
        started(cast, write_id=write_id)
        before = Partnership.objects.count()
        with monkeypatch.context() as patch:
            patch.setattr(access, "arrived", lambda by, write_id: None, raising=False)
            with pytest.raises(IntegrityError):
                started(cast, write_id=write_id)
        assert Partnership.objects.count() == before
        assert started(cast, write_id=write_id)
        assert Partnership.objects.count() == before

    def test_the_same_page_loaded_again_later_does_not_kill_the_card(self, cast):
        write_id = new_id()
        card = started(cast, write_id=write_id)
        with pytest.raises(actions.CardWasShown):
            started(cast, write_id=write_id, now=cast.now + LATER)
        assert Account.objects.filter(login=card_index(card.number)).exists()

    def test_who_is_no_social_worker_starts_no_space(self, cast):
        for name in ("samuel", "lena", "rosa"):
            with pytest.raises(NotFound):
                started(cast, by=name)


class TestAnotherCard:
    def printed(self, cast, name="dana", *, now=None, write_id=None):
        place = cast.place(name, now=now)
        return actions.print_card(by=place.by, about=place, now=now or cast.now, write_id=write_id or new_id())

    def test_the_old_number_dies_and_the_pin_stays(self, cast):
        before = Account.objects.get(pk=cast.accounts["rosa"].pk)
        card = self.printed(cast)
        after = Account.objects.get(login=card_index(card.number))
        assert after.pk == before.pk
        assert after.login != before.login
        assert after.password == before.password
        assert Card.objects.filter(account=after, ended_at=None).count() == 1

    def test_the_same_page_loaded_again_later_does_not_kill_the_card(self, cast):
        write_id = new_id()
        self.printed(cast, write_id=write_id)
        self.printed(cast, write_id=write_id)
        with pytest.raises(actions.CardWasShown):
            self.printed(cast, write_id=write_id, now=cast.now + LATER)

    def test_only_her_worker_prints_it(self, cast):
        for name in ("rosa", "samuel"):
            with pytest.raises(Denied):
                self.printed(cast, name)
        place = cast.place("dana")
        with pytest.raises(NotFound):
            actions.print_card(by=cast.viewer("robin"), about=place, now=cast.now)


class TestJoining:
    PIN = "271828"

    def joined(self, cast, card, *, now=None):
        place = queries.joining(str(card.account.pk), card=card.account.login, now=now or cast.now)
        return actions.join(by=place.by, about=place, pin=self.PIN, language="ar", now=now or cast.now)

    def test_the_space_is_hers_from_then_on(self, cast):
        card = started(cast)
        account = self.joined(cast, card)
        assert account.joined_at == cast.now
        assert account.language == "ar"
        assert account.check_password(self.PIN)
        line = TrailLine.objects.get(doing=Act.JOIN)
        assert (line.actor_id, line.role) == (account.person_id, "client")

    def test_a_card_is_joined_once(self, cast):
        card = started(cast)
        place = queries.joining(str(card.account.pk), card=card.account.login, now=cast.now)
        self.joined(cast, card)
        with pytest.raises(actions.AlreadyJoined):
            actions.join(by=place.by, about=place, pin="999999", language="en", now=cast.now)
        assert Account.objects.get(pk=card.account.pk).check_password(self.PIN)
        assert queries.joining(str(card.account.pk), card=card.account.login, now=cast.now) is None

    def test_her_worker_cannot_join_as_herself(self, cast):
        card = started(cast)
        place = enter(cast.viewer("dana"), card.partnership_id)
        with pytest.raises(Denied):
            actions.join(by=place.by, about=place, pin=self.PIN, language="en", now=cast.now)


class TestSeats:
    def given(self, cast, by="dana", *, to="amir", role=Role.COVER, ends=NEXT_WEEK, write_id=None):
        place = cast.place(by)
        return actions.give_seat(
            by=place.by,
            about=place,
            person_id=cast.accounts[to].person_id,
            role=role,
            ends=None if ends is None else cast.now + ends,
            now=cast.now,
            write_id=write_id or new_id(),
        )

    def test_a_stand_in_sees_until_the_last_day_and_not_after(self, cast):
        self.given(cast)
        assert cast.place("amir").roles == {Role.COVER}
        with pytest.raises(NotFound):
            cast.place("amir", now=cast.now + NEXT_WEEK)

    def test_a_stand_in_needs_a_last_day(self, cast):
        for ends in (None, datetime.timedelta(0), -NEXT_WEEK):
            with pytest.raises(actions.CoverNeedsAnEnd):
                self.given(cast, ends=ends)
        assert self.given(cast).role == Role.COVER

    def test_a_seat_needs_the_post_that_goes_with_it(self, cast):
        with pytest.raises(NotFound):
            self.given(cast, to="lena")
        with pytest.raises(NotFound):
            self.given(cast, to="amir", role=Role.SUPERVISOR)
        with pytest.raises(NotFound):
            self.given(cast, to="rosa", role=Role.CLIENT)

    def test_the_same_write_twice_is_one_seat(self, cast):
        write_id = new_id()
        assert self.given(cast, write_id=write_id) == self.given(cast, write_id=write_id)
        with pytest.raises(actions.AlreadyThere):
            self.given(cast)

    def test_only_her_worker_gives_and_ends_seats(self, cast):
        seat = self.given(cast)
        for name in ("rosa", "samuel", "amir"):
            with pytest.raises(Denied):
                self.given(cast, by=name)
            place = cast.place(name)
            with pytest.raises(Denied):
                actions.end_seat(by=place.by, about=place, seat_id=seat.id, now=cast.now)
        with pytest.raises(NotFound):
            actions.end_seat(by=cast.viewer("robin"), about=cast.place("dana"), seat_id=seat.id, now=cast.now)

    def ended(self, cast, seat, *, about="rosa"):
        place = cast.place("dana", of=about)
        return actions.end_seat(by=place.by, about=place, seat_id=seat.id, now=cast.now)

    def test_an_ended_seat_opens_nothing(self, cast):
        self.ended(cast, self.given(cast))
        with pytest.raises(NotFound):
            cast.place("amir")

    def test_nobody_ends_the_seat_of_the_person_or_of_the_last_worker(self, cast):
        place = cast.place("dana")
        client, worker = (next(seat for seat in place.seats if seat.role == role) for role in ("client", "worker"))
        with pytest.raises(NotFound):
            self.ended(cast, client)
        with pytest.raises(actions.LastWorker):
            self.ended(cast, worker)
        self.given(cast, role=Role.WORKER, ends=None)
        assert self.ended(cast, worker).ends == cast.now

    def test_a_seat_of_another_space_is_not_there(self, cast):
        seat = self.given(cast)
        with pytest.raises(NotFound):
            self.ended(cast, seat, about="nadia")


class TestWhoWorksHere:
    def taken_on(
        self, cast, by="lena", *, write_id=None, now=None, posts=frozenset({Post.WORKER}), email="mia@x.example"
    ):
        now = now or cast.now
        return actions.take_on(
            by=cast.viewer(by, now=now), called="Mia", email=email, posts=posts, now=now, write_id=write_id or new_id()
        )

    def test_a_director_takes_somebody_on_with_a_password_shown_once(self, cast):
        write_id = new_id()
        first, second = self.taken_on(cast, write_id=write_id), self.taken_on(cast, write_id=write_id)
        assert first.account == second.account
        account = Account.objects.get(pk=first.account.pk)
        assert account.check_password(second.password)
        with pytest.raises(actions.PasswordWasShown):
            self.taken_on(cast, write_id=write_id, now=cast.now + LATER)
        assert TrailLine.objects.filter(doing=Act.TAKE_ON, partnership_id=None).count() == 1

    def test_nobody_else_does(self, cast):
        for name in ("dana", "samuel", "rosa"):
            with pytest.raises(NotFound):
                self.taken_on(cast, by=name)

    def test_somebody_is_taken_on_as_something_and_once(self, cast):
        with pytest.raises(actions.NoPost):
            self.taken_on(cast, posts=frozenset())
        self.taken_on(cast)
        with pytest.raises(actions.AlreadyThere):
            self.taken_on(cast, email=" MIA@x.example")

    def ended(self, cast, name, post=Post.WORKER, *, successor=None, by="lena"):
        held = StaffPost.objects.get(person_id=cast.accounts[name].person_id, post=post, ends=None)
        return actions.end_post(
            by=cast.viewer(by),
            post_id=held.id,
            now=cast.now,
            successor_id=cast.accounts[successor].person_id if successor else None,
        )

    def test_with_the_last_post_go_the_seats_and_the_account(self, cast):
        self.ended(cast, "samuel", Post.SUPERVISOR)
        assert not Account.objects.get(pk=cast.accounts["samuel"].pk).is_active
        with pytest.raises(NotFound):
            cast.place("samuel")
        line = TrailLine.objects.get(doing=Act.END_SEAT)
        assert (line.partnership_id, line.ground) == (cast.spaces["rosa"], "post")

    def test_nobody_is_left_without_a_social_worker(self, cast):
        with pytest.raises(actions.SomebodyWouldBeAlone):
            self.ended(cast, "dana")
        assert cast.place("dana").roles
        with pytest.raises(NotFound):
            self.ended(cast, "dana", successor="samuel")
        self.ended(cast, "dana", successor="amir")
        for name in ("rosa", "nadia"):
            assert cast.place("amir", of=name).roles == {Role.WORKER}
            with pytest.raises(NotFound):
                cast.place("dana", of=name)

    def test_ending_a_post_opens_nothing_to_the_director(self, cast):
        self.ended(cast, "dana", successor="amir")
        with pytest.raises(NotFound):
            cast.place("lena")

    def test_the_last_director_stays(self, cast):
        with pytest.raises(actions.LastDirector):
            self.ended(cast, "lena", Post.DIRECTOR)
        actions.give_post(
            by=cast.viewer("lena"), person_id=cast.accounts["amir"].person_id, post=Post.DIRECTOR, now=cast.now
        )
        assert self.ended(cast, "lena", Post.DIRECTOR).ends == cast.now

    def test_only_a_director_ends_and_gives_posts(self, cast):
        with pytest.raises(NotFound):
            self.ended(cast, "amir", by="dana")
        with pytest.raises(NotFound):
            actions.give_post(
                by=cast.viewer("dana"), person_id=cast.accounts["dana"].person_id, post=Post.DIRECTOR, now=cast.now
            )
        assert self.ended(cast, "amir").ends == cast.now

    def test_whoever_comes_back_can_sign_in_again(self, cast):
        self.ended(cast, "amir")
        actions.give_post(
            by=cast.viewer("lena"), person_id=cast.accounts["amir"].person_id, post=Post.WORKER, now=cast.now
        )
        assert Account.objects.get(pk=cast.accounts["amir"].pk).is_active


class TestAnEmptyHouse:
    def welcomed(self, now, **changes):
        given = {
            "code": actions.welcome_code(),
            "agency": "Riverside",
            "time_zone": "Europe/London",
            "called": "Lena",
            "email": "lena@riverside.example",
            "password": "a long enough password",
            "now": now,
            **changes,
        }
        return actions.welcome(**given)

    def test_the_first_to_come_in_is_worker_and_director(self, now):
        assert actions.welcome_code() in actions.welcome_line("http://127.0.0.1:8000/")
        account = self.welcomed(now, code=actions.welcome_code().lower().replace("-", " "))
        posts = StaffPost.objects.filter(person_id=account.person_id).values_list("post", flat=True)
        assert set(posts) == {Post.WORKER, Post.DIRECTOR}
        assert actions.welcome_line("http://127.0.0.1:8000/") is None

    def test_without_the_code_nobody_comes_in(self, now):
        with pytest.raises(actions.WrongCode):
            self.welcomed(now, code="ABCD-EFGH-IJKL")
        assert not Organisation.objects.exists()

    def test_a_founded_house_is_not_founded_again(self, now):
        self.welcomed(now)
        with pytest.raises(NotFound):
            self.welcomed(now, email="other@riverside.example")
        assert Organisation.objects.count() == 1
