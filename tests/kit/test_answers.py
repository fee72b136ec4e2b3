import pytest
from django.db import IntegrityError
from django.http import HttpResponse

from alongside.kit.answers import answer_form
from alongside.kit.errors import NotFound, Refused
from alongside.kit.forms import Form, LineField


class Say(Form):
    words = LineField()


class NotNow(Refused):
    status = 409
    sentence = "Not now. Nothing is lost."


def answer(do, typed=None):
    drawn = []

    def again(form, status):
        drawn.append(form)
        return HttpResponse(str(form.errors) + str(form["words"]), status=status)

    return answer_form(
        Say(typed if typed is not None else {"words": "my words"}), do=do, then=lambda made: f"/{made}/", again=again
    )


def refuse(form):
    raise NotNow


def test_what_was_done_leads_to_the_page_that_shows_it():
    done = answer(lambda form: form.cleaned_data["words"].replace(" ", "-"))
    assert (done.status_code, done.headers["Location"]) == (303, "/my-words/")


def test_a_page_that_is_shown_only_once_is_the_answer_itself():
    once = answer_form(
        Say({"words": "a"}),
        do=lambda form: "number",
        then=lambda made: HttpResponse(made),
        again=lambda form, status: None,
    )
    assert (once.status_code, once.content) == (200, b"number")


def test_an_invalid_form_does_nothing_and_comes_back_with_what_was_typed():
    done = []
    again = answer(done.append, {"words": "pay\u202e later"})
    assert again.status_code == 400
    assert "later" in again.content.decode()
    assert not done


def test_a_refusal_comes_back_with_its_sentence_its_status_and_what_was_typed():
    again = answer(refuse)
    assert again.status_code == 409
    assert "Not now. Nothing is lost." in again.content.decode()
    assert "my words" in again.content.decode()


def test_what_is_absent_is_no_matter_of_the_form():
    def absent(form):
        raise NotFound

    with pytest.raises(NotFound):
        answer(absent)


def test_of_two_arrivals_that_race_the_loser_finds_what_the_winner_wrote():
    tries = []

    def lose_once(form):
        tries.append(form)
        if len(tries) == 1:
            raise IntegrityError
        return "found"

    assert answer(lose_once).headers["Location"] == "/found/"
    tries.clear()

    def lose_always(form):
        raise IntegrityError

    with pytest.raises(IntegrityError):
        answer(lose_always)
