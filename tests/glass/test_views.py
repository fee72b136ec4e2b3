"""The pages, in a browser without JavaScript."""

import datetime
import time

import pytest

from alongside.access.models import TrailLine
from alongside.glass.models import Opening
from alongside.glass.queries import reference_of
from alongside.glass.rules import as_printed
from alongside.kit.ids import new_id
from alongside.people.models import Seat
from alongside.people.rules import Role
from tests.conftest import PASSWORD
from tests.glass import steps
from tests.record import steps as record

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once


@pytest.fixture
def fresh(cast, signed_in):
    """Somebody signed in who has just shown that it is them: password and second step."""

    def sign_in(name, *methods):
        page = signed_in(name)
        session = page.session
        session["account_authentication_methods"] = [
            {"method": method, "at": time.time()} for method in methods or ("password", "mfa")
        ]
        session["account_authentication_methods_user"] = str(cast.accounts[name].pk)
        session.save()
        return page

    return sign_in


@pytest.fixture
def typed(cast):
    return {
        "reference": reference_of(cast.spaces["rosa"]), "purpose": "ETREAT", "key": str(new_id()),
        "reason": "She called and did not finish.",
    }  # fmt: skip


def test_robin_is_let_in_and_every_page_says_so(cast, fresh, typed):
    record.say(cast, "I want to stay here")
    robin, plan = fresh("robin"), f"/space/{cast.spaces['rosa']}/plan/"
    assert robin.get(plan).status_code == 404
    answer = robin.post("/look-in/", typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, plan)
    for page in (plan, f"/space/{cast.spaces['rosa']}/about/", f"/space/{cast.spaces['rosa']}/words/"):
        shown = robin.get(page).content.decode()
        assert "You were let in for an emergency until 10:00" in shown, page
    assert "I want to stay here" in shown
    assert (
        reference_of(cast.spaces["rosa"])[:4] not in robin.get(f"/space/{cast.spaces['rosa']}/about/").content.decode()
    )
    assert TrailLine.objects.filter(role="emergency", doing="read").exists()


def test_the_sixty_first_minute_is_a_strangers(cast, fresh, typed, frozen):
    robin, plan = fresh("robin"), f"/space/{cast.spaces['rosa']}/plan/"
    robin.post("/look-in/", typed)
    words = f"/space/{cast.spaces['rosa']}/words/need/"
    assert robin.post(words, {"words": "mine"}).status_code == 403, "to read, and nothing else"
    for minute in range(10, 60, 10):  # somebody who stays there, so that the session lasts
        frozen.move_to(cast.now + datetime.timedelta(minutes=minute))
        assert robin.get(plan).status_code == 200
    frozen.move_to(cast.now + datetime.timedelta(minutes=59, seconds=59))
    assert robin.get(plan).status_code == 200
    frozen.move_to(cast.now + datetime.timedelta(minutes=60))
    assert robin.get(plan).status_code == 404


def test_without_a_reason_nothing_opens_and_what_was_typed_stays(cast, fresh, typed):
    robin = fresh("robin")
    answer = robin.post("/look-in/", typed | {"reason": "  "})
    assert answer.status_code == 400
    assert typed["reference"] in answer.content.decode()
    assert not Seat.objects.filter(role=Role.EMERGENCY).exists()
    assert robin.post("/look-in/", typed).status_code == 303, "control"


def test_who_signed_in_longer_ago_shows_once_more_that_it_is_them(cast, fresh, typed, frozen):
    robin = fresh("robin")
    assert "Show that it is me" not in robin.get("/look-in/").content.decode()
    frozen.shift(datetime.timedelta(minutes=5))
    answer = robin.post("/look-in/", typed)
    assert answer.status_code == 401
    assert "She called and did not finish." in answer.content.decode()
    assert "Show that it is me" in answer.content.decode()
    assert not Seat.objects.filter(role=Role.EMERGENCY).exists()


def test_the_password_once_more_is_enough_to_ask(cast, signed_in, typed):
    robin = signed_in("robin")
    assert robin.post("/look-in/", typed).status_code == 401
    robin.post("/account/confirm/", {"password": PASSWORD, "next": "/look-in/"})
    assert "Show that it is me" not in robin.get("/look-in/").content.decode()
    assert robin.post("/look-in/", typed).status_code == 303


def test_a_wrong_reference_tells_nothing_and_tries_are_counted(cast, fresh, typed):
    robin = fresh("robin")
    for number in range(10):
        answer = robin.post("/look-in/", typed | {"reference": f"ABCD-EFG{number}", "key": str(new_id())})
        assert answer.status_code == 400
        assert "Nothing was opened." in answer.content.decode()
    assert robin.post("/look-in/", typed).status_code == 429
    assert fresh("amir").post("/look-in/", typed).status_code == 303, "control: another person's first try"


@pytest.mark.parametrize("name", ["rosa", "lena"])
def test_the_page_is_not_there_for_who_may_not(fresh, typed, name):
    page = fresh(name)
    assert page.get("/look-in/").status_code == page.post("/look-in/", typed).status_code == 404


def test_she_reads_on_today_who_was_let_in_and_says_that_she_has(cast, signed_in):
    opening = steps.look_in(cast, "robin")
    rosa = signed_in("rosa")
    assert "was let in for an emergency" in rosa.get("/today/").content.decode()
    page = f"/space/{cast.spaces['rosa']}/emergencies/"
    shown = rosa.get(page).content.decode()
    assert "Robin" in shown
    assert "She called and did not finish the sentence." in shown
    rosa.post(f"{page}{opening.id}/read/")
    assert "was let in for an emergency" not in rosa.get("/today/").content.decode()
    assert Opening.objects.unguarded(because="test").get().seen_at == cast.now


def test_the_queue_names_nobody_and_is_for_supervisors_and_directors(cast, signed_in):
    opening = steps.look_in(cast, "robin")
    for name in ("dana", "robin", "rosa"):
        assert signed_in(name).get("/emergencies/").status_code == 404
    lena = signed_in("lena")
    assert "Look at it" in lena.get("/today/").content.decode()
    shown = lena.get("/emergencies/").content.decode()
    assert "Rosa" not in shown
    assert as_printed(reference_of(cast.spaces["rosa"])) in shown
    assert lena.post("/emergencies/review/", {"opening_id": opening.id, "words": ""}).status_code == 400
    lena.post("/emergencies/known/", {"opening_id": opening.id})
    lena.post("/emergencies/review/", {"opening_id": opening.id, "words": "It was needed.", "key": "1"})
    assert "It was needed." in signed_in("rosa").get(f"/space/{cast.spaces['rosa']}/emergencies/").content.decode()
    assert "Look at it" not in lena.get("/today/").content.decode()


def test_a_yes_needs_the_second_step_a_moment_ago(cast, fresh):
    steps.exclude(cast, "robin")
    opening = steps.look_in(cast, "robin")
    lena = fresh("lena", "password")
    assert "Yes, let them in" not in lena.get("/emergencies/").content.decode()
    assert lena.post("/emergencies/agree/", {"opening_id": opening.id}).status_code == 401
    assert not Seat.objects.filter(role=Role.EMERGENCY).exists()
    lena = fresh("lena", "password", "mfa")
    assert "Yes, let them in" in lena.get("/emergencies/").content.decode()
    assert lena.post("/emergencies/agree/", {"opening_id": opening.id}).status_code == 303
    assert Seat.objects.filter(role=Role.EMERGENCY).exists()


def test_she_names_somebody_and_takes_it_back(cast, signed_in):
    rosa, page = signed_in("rosa"), f"/space/{cast.spaces['rosa']}/not-this-person/"
    assert signed_in("dana").get(page).status_code == 404
    dana = {"person_id": cast.accounts["dana"].person_id, "reason": "I know his sister.", "key": "1"}
    answer = rosa.post(page, dana)
    assert answer.status_code == 409
    assert "Dana is your only social worker here." in answer.content.decode()
    assert "I know his sister." in answer.content.decode()
    samuel = dana | {"person_id": cast.accounts["samuel"].person_id}
    assert rosa.post(page, samuel).status_code == 303
    assert signed_in("samuel").get(f"/space/{cast.spaces['rosa']}/plan/").status_code == 404
    shown = rosa.get(page).content.decode()
    assert "I know his sister." in shown
    lift = shown.split(f"{page}")[1].split("/back/")[0]
    rosa.post(f"{page}{lift}/back/")
    assert "Take this back" not in rosa.get(page).content.decode()


def test_the_reference_stands_on_the_card_and_under_about_me(cast, signed_in):
    printed = as_printed(reference_of(cast.spaces["rosa"]))
    dana = signed_in("dana")
    card = dana.post(f"/space/{cast.spaces['rosa']}/about/card/", {"key": "1"})
    assert printed in card.content.decode()
    for page in (dana, signed_in("rosa")):
        assert printed in page.get(f"/space/{cast.spaces['rosa']}/about/").content.decode()


def test_a_client_without_a_worker_is_given_one(cast, signed_in):
    steps.exclude(cast, "dana", even_the_only_one=True)
    lena, amir = signed_in("lena"), cast.accounts["amir"].person_id
    assert as_printed(reference_of(cast.spaces["rosa"])) in lena.get("/emergencies/").content.decode()
    given = {"partnership_id": cast.spaces["rosa"], "key": "1"}
    refused = lena.post("/emergencies/social-worker/", given | {"person_id": cast.accounts["dana"].person_id})
    assert refused.status_code == 409
    assert lena.post("/emergencies/social-worker/", given | {"person_id": amir}).status_code == 303
    assert signed_in("amir").get(f"/space/{cast.spaces['rosa']}/plan/").status_code == 200
