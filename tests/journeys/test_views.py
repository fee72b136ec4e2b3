import re
from html.parser import HTMLParser
from typing import ClassVar

import pytest
from django.test import Client

from alongside.access.models import TrailLine
from alongside.journeys import actions
from alongside.people.backends import card_index, email_index
from alongside.people.models import Account, Organisation, Partnership, Seat, StaffPost
from alongside.people.rules import Post

PIN = "271828"
NUMBER = re.compile(r"\d{4} \d{4} \d{4} \d{4}")


class Fields(HTMLParser):
    """The fields that a page asks for: name → whether it may be left out."""

    def __init__(self, page):
        super().__init__()
        self.names = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "submit"):
            self.names[given["name"]] = given


def number_on(answer):
    return NUMBER.search(answer.content.decode()).group().replace(" ", "")


def started(page, **typed):
    return page.post("/people/", {"called": "Jo", "language": "en", "key": "one", **typed})


def opened(number):
    """A browser in which a fresh card was typed, and nobody is signed in."""
    page = Client()
    answer = page.post("/", {"number": number, "pin": "", "key": "k"})
    assert (answer.status_code, answer["Location"]) == (303, "/join/")
    return page


class TestStartingASpace:
    def test_one_field_and_a_card_that_is_shown_once(self, signed_in):
        page = signed_in("dana")
        asked = Fields(page.get("/people/").content.decode()).names
        assert set(asked) - {"language"} == {"called"}
        answer = started(page)
        assert answer.status_code == 200
        number = number_on(answer)
        account = Account.objects.get(login=card_index(number))
        for url in ("/people/", f"/space/{account.person.key_scope_id}/about/card/"):
            assert not NUMBER.search(page.get(url).content.decode())

    def test_a_double_tap_makes_one_space(self, signed_in):
        page = signed_in("dana")
        before = Partnership.objects.count()
        first, second = number_on(started(page)), number_on(started(page))
        assert Partnership.objects.count() == before + 1
        assert first != second
        assert Account.objects.filter(login=card_index(second)).exists()

    def test_the_page_loaded_again_later_shows_no_number_and_kills_no_card(self, signed_in, frozen):
        page = signed_in("dana")
        number = number_on(started(page))
        frozen.shift(60)
        answer = started(page)
        assert answer.status_code == 409
        assert not NUMBER.search(answer.content.decode())
        assert Account.objects.filter(login=card_index(number)).exists()

    def test_the_card_is_in_its_own_language_and_does_not_say_what_it_is_for(self, signed_in):
        answer = started(signed_in("dana"), language="ar").content.decode()
        card = answer[answer.index('<section class="handed"') : answer.index("</section>", answer.index("handed"))]
        assert 'lang="ar" dir="rtl"' in card
        assert "<svg" in card
        for word in ("Jo", "social", "Alongside", "Riverside", "Dana"):
            assert word not in card

    def test_a_bad_name_loses_nothing_typed(self, signed_in):
        for typed in ("", "x" * 61, "Jo\u202e"):
            answer = started(signed_in("dana"), called=typed)
            assert answer.status_code == 400
            assert typed in answer.content.decode()
        assert Partnership.objects.count() == 2

    def test_who_is_no_social_worker_starts_none(self, signed_in):
        assert started(signed_in("rosa")).status_code == 404
        assert signed_in("rosa").get("/people/").status_code == 404
        samuel = signed_in("samuel")
        assert "Start a space" not in samuel.get("/people/").content.decode()
        assert started(samuel).status_code == 404
        assert Partnership.objects.count() == 2

    def test_everybody_lists_only_their_own(self, signed_in):
        assert "Rosa" in signed_in("dana").get("/people/").content.decode()
        assert "Rosa" in signed_in("samuel").get("/people/").content.decode()
        for name in ("robin", "lena"):
            assert "Rosa" not in signed_in(name).get("/people/").content.decode()

    @pytest.mark.parametrize("url", ["/people/", "/today/"])
    def test_the_list_costs_the_same_with_one_family_and_with_twenty_eight(
        self, cast, signed_in, url, django_assert_max_num_queries
    ):
        page = signed_in("dana")

        def start(called):
            actions.start_partnership(by=cast.viewer("dana"), called=called, language="en", now=cast.now)

        def cost():
            page.get(url)  # the first time unwraps keys
            with django_assert_max_num_queries(12) as queries:
                assert page.get(url).status_code == 200
            return len(queries)

        few = cost()
        for number in range(26):
            start(f"Family {number}")
        assert cost() == few


class TestAnotherCard:
    def test_her_worker_prints_another_and_it_is_shown_once(self, cast, signed_in, frozen):
        page, url = signed_in("dana"), f"/space/{cast.spaces['rosa']}/about/card/"
        assert not NUMBER.search(page.get(url).content.decode())
        number = number_on(page.post(url, {"key": "k"}))
        assert Account.objects.get(login=card_index(number)) == cast.accounts["rosa"]
        frozen.shift(60)
        again = page.post(url, {"key": "k"})
        assert again.status_code == 409
        assert not NUMBER.search(again.content.decode())

    def test_nobody_else_does(self, cast, signed_in):
        before = Account.objects.get(pk=cast.accounts["rosa"].pk).login
        url = f"/space/{cast.spaces['rosa']}/about/card/"
        for name, status in (("rosa", 403), ("samuel", 403), ("robin", 404), ("nadia", 404)):
            page = signed_in(name)
            assert page.get(url).status_code == status
            assert page.post(url, {"key": "k"}).status_code == status
        assert Account.objects.get(pk=cast.accounts["rosa"].pk).login == before


class TestJoining:
    @pytest.fixture
    def number(self, signed_in):
        return number_on(started(signed_in("dana"), language="en"))

    def walked(self, page, language="es"):
        """Walk from the card to the PIN as a browser does. Return where that leads, and the fields asked on the way."""
        asked = {}
        for url, typed in (
            ("/join/", {"language": language, "next": "/join/safety/"}),
            ("/join/safety/", {}),
            ("/join/limits/", {}),
            ("/join/pin/", {"pin": PIN, "again": PIN, "key": "k"}),
        ):
            drawn = page.get(url)
            assert drawn.status_code == 200, url
            asked |= Fields(drawn.content.decode()).names
            answer = page.post("/language/" if url == "/join/" else url, typed)
            assert answer.status_code == 303, url
        return answer["Location"], asked

    def test_from_the_card_to_today_in_her_language_with_five_fields_at_most(self, number):
        page = opened(number)
        onward, asked = self.walked(page)
        reach = page.get(onward)
        asked |= Fields(reach.content.decode()).names
        account = Account.objects.get(login=card_index(number))
        assert account.language == "es"
        assert account.joined_at is not None
        answer = page.post(onward, {"channel": "text", "number": "07700 900123", "key": "k"})
        assert (answer.status_code, answer["Location"]) == (303, "/today/")
        assert page.get("/today/").status_code == 200
        needed = {"number", "pin", "again", "channel"}
        assert needed <= set(asked) | {"number"}
        for name in set(asked) - needed:
            assert name in {"her_own", "number", "from_hour", "to_hour", "voicemail", "code_word", "never", "even_so"}

    def test_how_to_reach_her_can_wait(self, number):
        page = opened(number)
        onward, _asked = self.walked(page)
        assert 'href="/today/"' in page.get(onward).content.decode()
        assert page.get("/today/").status_code == 200

    def test_the_notices_come_before_the_pin(self, number):
        page = opened(number)
        assert page.get("/join/pin/")["Location"] == "/join/limits/"
        assert page.get("/join/limits/")["Location"] == "/join/safety/"
        assert page.post("/join/pin/", {"pin": PIN, "again": PIN}).status_code == 302
        assert Account.objects.get(login=card_index(number)).joined_at is None
        page.post("/join/safety/")
        page.post("/join/limits/")
        assert page.get("/join/safety/").status_code == 200

    def test_the_first_page_is_in_the_language_of_the_card(self, signed_in):
        page = opened(number_on(started(signed_in("dana"), language="ar")))
        assert 'lang="ar" dir="rtl"' in page.get("/join/").content.decode()

    @pytest.mark.parametrize(("pin", "again"), [("", ""), (PIN, "161803"), ("123456", "123456"), ("12ab", "12ab")])
    def test_a_pin_that_does_not_do_is_refused_with_a_sentence(self, number, pin, again):
        page = opened(number)
        page.post("/join/safety/")
        page.post("/join/limits/")
        answer = page.post("/join/pin/", {"pin": pin, "again": again, "key": "k"})
        assert answer.status_code == 400
        assert Account.objects.get(login=card_index(number)).joined_at is None
        assert page.post("/join/pin/", {"pin": PIN, "again": PIN, "key": "k"}).status_code == 303

    def test_digits_of_the_card_are_no_pin(self, number):
        page = opened(number)
        page.post("/join/safety/")
        page.post("/join/limits/")
        assert page.post("/join/pin/", {"pin": number[3:9], "again": number[3:9]}).status_code == 400

    def test_without_a_card_there_is_nothing_to_join(self, signed_in):
        for page in (Client(), signed_in("dana"), signed_in("rosa")):
            for url in ("/join/", "/join/safety/", "/join/limits/", "/join/pin/"):
                assert page.get(url)["Location"] == "/"
                assert page.post(url, {"pin": PIN, "again": PIN})["Location"] == "/"

    def test_once_she_has_joined_nobody_joins_for_her(self, number):
        mine, another = opened(number), opened(number)
        another.post("/join/safety/")
        another.post("/join/limits/")
        self.walked(mine)
        account = Account.objects.get(login=card_index(number))
        answer = another.post("/join/pin/", {"pin": "161803", "again": "161803"})
        assert answer["Location"] == "/"
        assert Account.objects.get(pk=account.pk).check_password(PIN)
        fresh = Client().post("/", {"number": number, "pin": "", "key": "k"})
        assert fresh.status_code == 400

    def test_the_worker_cannot_join_for_her_after_she_has_joined_not_even_with_another_card(self, number, signed_in):
        self.walked(opened(number))
        account = Account.objects.get(login=card_index(number))
        again = signed_in("dana").post(f"/space/{account.person.key_scope_id}/about/card/", {"key": "k"})
        answer = Client().post("/", {"number": number_on(again), "pin": "", "key": "k"})
        assert answer.status_code == 400
        answer = Client().post("/", {"number": number_on(again), "pin": PIN, "key": "k"})
        assert answer.status_code == 303

    def test_a_lost_card_joins_nobody_once_another_one_was_printed(self, number, signed_in):
        lost = opened(number)
        lost.post("/join/safety/")
        lost.post("/join/limits/")
        account = Account.objects.get(login=card_index(number))
        again = signed_in("dana").post(f"/space/{account.person.key_scope_id}/about/card/", {"key": "k"})
        assert lost.post("/join/pin/", {"pin": PIN, "again": PIN})["Location"] == "/"
        assert Account.objects.get(pk=account.pk).joined_at is None
        self.walked(opened(number_on(again)))
        assert Account.objects.get(pk=account.pk).joined_at is not None

    def test_whoever_joined_first_is_seen(self, number):
        page = opened(number)
        self.walked(page, "en")
        account = Account.objects.get(login=card_index(number))
        assert "and the PIN was chosen" in page.get(f"/space/{account.person.key_scope_id}/about/").content.decode()

    def test_only_she_says_how_to_reach_her_here(self, cast, signed_in):
        url = f"/space/{cast.spaces['rosa']}/join/reach/"
        for name, status in (("dana", 403), ("samuel", 403), ("robin", 404), ("nadia", 404)):
            assert signed_in(name).get(url).status_code == status
            assert signed_in(name).post(url, {"channel": "text", "key": "k"}).status_code == status


class TestASpace:
    @pytest.mark.parametrize("page", ["plan", "about"])
    def test_who_has_a_seat_opens_it_and_robin_finds_nothing(self, cast, signed_in, page):
        url = f"/space/{cast.spaces['rosa']}/{page}/"
        for name in ("rosa", "dana", "samuel"):
            assert signed_in(name).get(url).status_code == 200
        for name in ("robin", "lena", "amir", "nadia"):
            assert signed_in(name).get(url).status_code == 404
        assert Client().get(url).status_code == 302

    @pytest.mark.parametrize("url", ["/today/", "/space/{}/plan/", "/space/{}/about/"])
    def test_her_pages_take_twelve_queries_at_most(self, cast, signed_in, url, django_assert_max_num_queries):
        page, url = signed_in("rosa"), url.format(cast.spaces["rosa"])
        page.get(url)
        with django_assert_max_num_queries(12):
            assert page.get(url).status_code == 200

    def test_a_seat_is_given_until_a_day_and_seen_by_her(self, cast, signed_in):
        dana, url = signed_in("dana"), f"/space/{cast.spaces['rosa']}/about/seats/"
        typed = {"colleague": str(cast.accounts["amir"].person_id), "role": "cover", "until": "2026-03-06", "key": "k"}
        assert dana.post(url, typed).status_code == 303
        seat = Seat.objects.get(person_id=cast.accounts["amir"].person_id, partnership_id=cast.spaces["rosa"])
        assert seat.ends.isoformat() == "2026-03-07T00:00:00+00:00"  # midnight in London
        page = signed_in("rosa").get(f"/space/{cast.spaces['rosa']}/about/").content.decode()
        assert "Amir" in page
        assert "until and with" in page
        assert signed_in("amir").get(f"/space/{cast.spaces['rosa']}/plan/").status_code == 200
        assert dana.post(f"{url}{seat.id}/end/").status_code == 303
        assert signed_in("amir").get(f"/space/{cast.spaces['rosa']}/plan/").status_code == 404

    @pytest.mark.parametrize(
        ("changes", "status"),
        [({"until": ""}, 400), ({"until": "2026-02-01"}, 400), ({"until": "soon"}, 400), ({"colleague": "x"}, 400)],
    )
    def test_a_bad_form_says_so_and_gives_no_seat(self, cast, signed_in, changes, status):
        typed = {"colleague": str(cast.accounts["amir"].person_id), "role": "cover", "until": "2026-03-06"} | changes
        answer = signed_in("dana").post(f"/space/{cast.spaces['rosa']}/about/seats/", typed)
        assert answer.status_code == status
        assert Seat.objects.filter(partnership_id=cast.spaces["rosa"]).count() == 3

    def test_nobody_else_gives_or_ends_a_seat(self, cast, signed_in):
        url = f"/space/{cast.spaces['rosa']}/about/seats/"
        samuel = Seat.objects.get(person_id=cast.accounts["samuel"].person_id)
        typed = {"colleague": str(cast.accounts["robin"].person_id), "role": "cover", "until": "2026-03-06"}
        for name, status in (("rosa", 403), ("samuel", 403), ("robin", 404), ("nadia", 404)):
            assert signed_in(name).post(url, typed).status_code == status
            assert signed_in(name).post(f"{url}{samuel.id}/end/").status_code == status
        assert Seat.objects.get(pk=samuel.pk).ends is None


class TestToday:
    def test_her_words_are_next(self, cast, signed_in):
        page = signed_in("rosa").get("/today/").content.decode()
        assert "Hello, Rosa" in page
        assert f"/space/{cast.spaces['rosa']}/words/" in page

    def test_dana_sees_where_something_happened_until_she_looks(self, cast, signed_in):
        dana = signed_in("dana")
        typed = {"channel": "text", "number": "07700 900123", "key": "k"}
        signed_in("rosa").post(f"/space/{cast.spaces['rosa']}/reach/", typed)
        today = dana.get("/today/").content.decode()
        assert f"/space/{cast.spaces['rosa']}/plan/" in today
        assert f"/space/{cast.spaces['nadia']}/plan/" not in today
        assert "07700" not in today
        dana.get(f"/space/{cast.spaces['rosa']}/about/")
        assert f"/space/{cast.spaces['rosa']}/plan/" not in dana.get("/today/").content.decode()

    def test_a_list_of_ones_people_opens_nobodys_record(self, cast, signed_in):
        dana = signed_in("dana")
        before = TrailLine.objects.count()
        dana.get("/today/")
        dana.get("/people/")
        assert TrailLine.objects.count() == before

    def test_a_supervisor_is_not_told_of_what_the_seat_does_not_open(self, cast, signed_in):
        typed = {"channel": "text", "number": "07700 900123", "key": "k"}
        signed_in("rosa").post(f"/space/{cast.spaces['rosa']}/reach/", typed)
        assert "Rosa" not in signed_in("samuel").get("/today/").content.decode()


class TestWhoWorksHere:
    TYPED: ClassVar = {
        "called": "Mia",
        "email": "mia@riverside.example",
        "posts": ["worker"],
        "language": "en",
        "key": "k",
    }

    def test_only_lena_opens_it(self, cast, signed_in):
        post = StaffPost.objects.get(person_id=cast.accounts["amir"].person_id)
        for name in ("dana", "robin", "samuel", "rosa"):
            page = signed_in(name)
            assert page.get("/staff/").status_code == 404
            assert page.post("/staff/", self.TYPED).status_code == 404
            assert page.post("/staff/posts/", {}).status_code == 404
            assert page.post(f"/staff/posts/{post.id}/end/", {}).status_code == 404
        page = signed_in("lena").get("/staff/").content.decode()
        assert "Dana" in page
        assert "Rosa" not in page

    def test_somebody_is_taken_on_with_a_password_shown_once(self, signed_in, frozen):
        lena = signed_in("lena")
        answer = lena.post("/staff/", self.TYPED)
        password = re.search(r"<code[^>]*>([^<]+)</code>", answer.content.decode()).group(1)
        account = Account.objects.get(login=email_index("mia@riverside.example"))
        assert account.check_password(password)
        assert password not in lena.get("/staff/").content.decode()
        frozen.shift(60)
        assert lena.post("/staff/", self.TYPED).status_code == 409

    def test_a_starting_password_opens_nothing_until_it_is_changed(self, cast, signed_in):
        answer = signed_in("lena").post("/staff/", self.TYPED)
        password = re.search(r"<code[^>]*>([^<]+)</code>", answer.content.decode()).group(1)
        cast.accounts["mia"] = Account.objects.get(login=email_index("mia@riverside.example"))
        mia = signed_in("mia")
        for url in ("/today/", "/people/", "/devices/"):
            assert mia.get(url)["Location"] == "/password/"
        assert mia.get("/password/").status_code == 200
        own = "a password of my own"
        assert mia.post("/password/", {"old": password, "new": own, "again": own, "key": "k"}).status_code == 303
        assert mia.get("/today/").status_code == 200

    def test_a_bad_form_loses_nothing_typed(self, signed_in):
        answer = signed_in("lena").post("/staff/", {**self.TYPED, "email": "not an address"})
        assert answer.status_code == 400
        assert "not an address" in answer.content.decode()
        assert signed_in("lena").post("/staff/", {**self.TYPED, "posts": []}).status_code == 400

    def test_a_post_ends_and_so_do_the_sessions(self, cast, signed_in):
        amir, lena = signed_in("amir"), signed_in("lena")
        assert amir.get("/people/").status_code == 200
        post = StaffPost.objects.get(person_id=cast.accounts["amir"].person_id)
        assert lena.get(f"/staff/posts/{post.id}/end/").status_code == 200
        assert lena.post(f"/staff/posts/{post.id}/end/", {"successor": ""}).status_code == 303
        assert amir.get("/people/").status_code == 302
        typed = {"person": str(cast.accounts["amir"].person_id), "post": "worker", "key": "k"}
        assert lena.post("/staff/posts/", typed).status_code == 303
        assert lena.get(f"/staff/posts/{post.id}/end/").status_code == 404

    def test_whoever_would_be_alone_is_asked_about(self, cast, signed_in):
        lena = signed_in("lena")
        post = StaffPost.objects.get(person_id=cast.accounts["dana"].person_id)
        url = f"/staff/posts/{post.id}/end/"
        assert lena.post(url, {"successor": ""}).status_code == 409
        assert lena.post(url, {"successor": str(cast.accounts["lena"].person_id)}).status_code == 400
        assert lena.post(url, {"successor": str(cast.accounts["amir"].person_id)}).status_code == 303


class TestAnEmptyHouse:
    TYPED: ClassVar = {
        "agency": "Riverside",
        "time_zone": "Europe/London",
        "called": "Lena",
        "email": "lena@riverside.example",
        "password": "a long enough password",
        "key": "k",
    }

    def test_the_first_to_come_in_founds_it_once(self):
        page = Client()
        assert page.get("/welcome/").status_code == 200
        typed = {**self.TYPED, "code": actions.welcome_code()}
        assert page.post("/welcome/", typed).status_code == 303
        assert set(StaffPost.objects.values_list("post", flat=True)) == {Post.WORKER, Post.DIRECTOR}
        assert page.get("/welcome/").status_code == 404
        assert page.post("/welcome/", typed).status_code == 404
        assert Organisation.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "status"), [({"code": "AAAA-BBBB-CCCC"}, 403), ({"password": "short"}, 400), ({"email": "x"}, 400)]
    )
    def test_what_does_not_do_is_refused_and_nothing_typed_is_lost(self, changes, status):
        typed = {**self.TYPED, "code": actions.welcome_code(), **changes}
        answer = Client().post("/welcome/", typed)
        assert answer.status_code == status
        assert "Riverside" in answer.content.decode()
        assert "a long enough password" not in answer.content.decode()
        assert not Organisation.objects.exists()

    def test_a_founded_house_has_no_such_page(self, cast, signed_in):
        assert Client().get("/welcome/").status_code == 404
        assert signed_in("lena").get("/welcome/").status_code == 404
