import datetime

import pytest
from django.db import connection

from alongside.access.waiting import what_waits
from alongside.agreement import actions, privacy, queries
from alongside.agreement.models import Acceptance, AgreementDraft, AgreementVersion
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.kit.waiting import Waiting


def waits(cast, name, **where):
    return [waiting.sentence for waiting in what_waits(queries.waiting_in(cast.place(name, **where)))]


def test_until_both_agree_the_usual_terms_stand_in_and_say_so(cast, together):
    terms = queries.terms_in(cast.place("dana"))
    assert (terms.are_agreed, terms.version, terms.review_on) == (False, None, None)
    assert (terms.days, terms.opens, terms.closes) == (frozenset(range(5)), datetime.time(9), datetime.time(17))
    assert (terms.within, terms.unit, terms.time_zone) == (1, "days", "Europe/London")
    together.ready()
    together.accept("dana")
    assert not queries.terms_in(cast.place("dana")).are_agreed
    together.accept("rosa")
    terms = queries.terms_in(cast.place("dana"))
    assert (terms.are_agreed, terms.version, terms.review_on) == (True, 1, datetime.date(2026, 5, 31))


def test_terms_cost_one_query(cast, together, django_assert_num_queries):
    together.agreed()
    place = cast.place("rosa")
    queries.terms_in(place)
    with django_assert_num_queries(1):
        queries.terms_in(place)


def test_a_draft_waits_for_whoever_did_not_write_it(cast, together):
    assert waits(cast, "rosa") == waits(cast, "dana") == []
    together.start("dana")
    assert waits(cast, "dana") == []
    assert waits(cast, "rosa") == ["Dana wrote a draft of “How we work together”. Read it."]
    together.ready()
    assert waits(cast, "dana") == ["Rosa wrote a draft of “How we work together”. Read it."]
    together.accept("rosa")
    assert waits(cast, "rosa") == []
    assert waits(cast, "dana") == ["Rosa accepted “How we work together”. Read it, and accept it or change it."]
    assert waits(cast, "samuel") == waits(cast, "amir") == []
    together.accept("dana")
    assert waits(cast, "rosa") == waits(cast, "dana") == []


def test_who_changes_what_they_accepted_is_not_told_by_themselves_but_the_other_is(cast, together):
    together.ready()
    together.accept("dana")
    together.change("dana", "visits", late="Dana’s words")
    assert waits(cast, "dana") == []
    together.accept("rosa")
    together.change("amir", "visits", late="Amir’s words")
    (told,) = waits(cast, "rosa")
    assert told.startswith("Amir changed “How we work together”. So what you accepted before no longer counts")


def test_a_review_waits_for_both_from_its_day_on(cast, together):
    together.agreed()
    before = datetime.datetime(2026, 5, 30, 22, 59, tzinfo=datetime.UTC)
    after = before + datetime.timedelta(minutes=2)  # midnight in London's summer
    for name in ("rosa", "dana"):
        assert waits(cast, name, now=before) == []
        assert waits(cast, name, now=after) == ["It is time to look at how you work together again."]
    assert queries.agreement_in(cast.place("rosa", now=after)).review_is_due
    assert isinstance(what_waits(queries.waiting_in(cast.place("rosa", now=after)))[0], Waiting)


def test_a_sheet_names_people_instead_of_you(cast, together):
    together.agreed()
    for name in ("rosa", "dana"):
        sheet = queries.sheet_in(cast.place(name))
        assert {row.who for row in sheet.rows} == {"Rosa", "Dana", "Together", "Somebody else"}
        assert sheet.reason == "Rosa chose this. Nobody ordered it."
        assert [part.title for part in sheet.parts.values()][:2] == ["Rules of Rosa", "Rules of Dana"]
    rows = queries.agreement_in(cast.place("rosa")).rows
    assert {(row.who, row.pill) for row in rows} == {
        ("You", "me"),
        ("Dana", "them"),
        ("Together", "both"),
        ("Somebody else", "plain"),
    }


def test_a_copy_holds_every_version_and_draft_and_erasing_leaves_none(cast, together):
    together.agreed()
    together.change("rosa", "visits", late="later")
    copy = privacy.export(cast.place("rosa"))
    assert [entry.get("version") for entry in copy] == [1, None, None, None]
    assert [one["by"] for one in copy[0]["accepted"]] == ["Dana", "Rosa"]
    assert copy[-1]["text"]["visits"]["late"] == "later"
    with pytest.raises(NotFound):
        privacy.export(cast.place("robin"))

    place = cast.place("nadia", of="nadia")
    actions.start_draft(by=place.by, about=place, now=cast.now, write_id=new_id())
    privacy.erase(cast.spaces["rosa"])
    left = [model.objects.unguarded(because="test").count() for model in (AgreementDraft, Acceptance, AgreementVersion)]
    assert left == [1, 0, 0]
    assert {held.model for held in privacy.HOLDS} == {AgreementDraft, Acceptance, AgreementVersion}


def test_nothing_that_somebody_wrote_stands_in_clear_in_the_database(cast, together):
    together.ready()
    together.change("rosa", "her_rules", rules="never come unannounced")
    together.accept("rosa")
    together.accept("dana")
    with connection.cursor() as cursor:
        for table in ("agreementdraft", "agreementversion"):
            cursor.execute(f"SELECT body FROM agreement_{table}")
            for (body,) in cursor.fetchall():
                assert b"unannounced" not in bytes(body)
                assert b"rules" not in bytes(body)
