import datetime
import uuid

import pytest
from django.db import DatabaseError, transaction

from alongside.access.models import TrailLine
from alongside.access.waiting import what_waits
from alongside.access.way_in import Denied
from alongside.agreement import actions, queries
from alongside.agreement.models import Acceptance, AgreementDraft, AgreementVersion
from alongside.agreement.rules import AnswerUnit, Side
from alongside.kit.errors import NotFound
from alongside.kit.ids import new_id
from alongside.people.models import Account

RULES = "never come unannounced\ndon’t speak about rent before the kids"


def test_it_holds_only_when_both_have_accepted(cast, together):
    together.ready()
    together.change("rosa", "her_rules", rules=RULES)
    together.accept("dana")
    assert together.text().holding is None
    assert not queries.terms_in(cast.place("rosa")).are_agreed

    together.accept("rosa")
    holding = together.text().holding
    assert holding.number == 1
    assert holding.review_on == datetime.date(2026, 5, 31)
    assert holding.body["her_rules"]["rules"] == RULES
    assert together.text().draft is None


def test_nobody_accepts_for_the_other_side(cast, together):
    together.ready()
    for name in ("dana", "amir", "samuel"):
        with pytest.raises(Denied):
            together.accept(name, side=Side.CLIENT)
    for name in ("amir", "samuel"):
        with pytest.raises(Denied):
            together.accept(name, side=Side.WORKER)
    with pytest.raises(Denied):
        together.accept("rosa", side=Side.WORKER)
    with pytest.raises(NotFound):
        together.accept("robin")
    assert not Acceptance.objects.unguarded(because="test").exists()
    together.accept("rosa")
    together.accept("dana")
    assert together.text().holding.number == 1


def test_the_worker_s_own_acceptance_twice_is_not_both(together):
    together.ready()
    first, second = together.accept("dana"), together.accept("dana")
    assert first.id == second.id
    assert together.text().holding is None


def test_a_change_takes_an_acceptance_back_and_says_so_to_both(cast, together):
    together.ready()
    together.accept("dana")
    assert together.text("rosa").accepted_by(Side.WORKER)
    together.change("rosa", "visits", visits="Only at the school.")
    for name in ("rosa", "dana"):
        text = together.text(name)
        assert text.accepted == []
        assert [one.name for one in text.taken_back] == ["Dana"]
    assert "no longer counts" in what_waits(queries.waiting_in(cast.place("dana")))[0].sentence

    together.accept("rosa")
    assert together.text().holding is None
    together.accept("dana")
    assert together.text().holding.body["visits"]["visits"] == "Only at the school."


def test_only_exactly_the_text_that_was_read_can_be_accepted(together):
    read = together.ready()
    together.change("dana", "visits", late="We wait one minute.")
    with pytest.raises(actions.ChangedBeforeAccepting):
        together.accept("rosa", seen=read.id)
    with pytest.raises(actions.ChangedBeforeAccepting):
        together.accept("rosa", seen=uuid.uuid4())
    assert not Acceptance.objects.unguarded(because="test").exists()
    assert together.accept("rosa").side == Side.CLIENT


def test_an_acceptance_of_an_older_text_does_not_count_for_the_newer(together):
    read = together.ready()
    together.accept("rosa", seen=read.id)
    together.change("dana", "visits", late="We wait one minute.")
    with pytest.raises(actions.ChangedBeforeAccepting):
        together.accept("rosa", seen=read.id)
    together.accept("dana")
    assert together.text().holding is None


def test_nothing_is_accepted_before_it_says_whether_it_is_ordered(together):
    together.start("rosa")
    with pytest.raises(actions.NotComplete):
        together.accept("rosa")
    together.change("dana", "why", reason="ordered", purpose="", ordered_by="Linden court", fixed="", open="", on_no="")
    with pytest.raises(actions.NotComplete):
        together.accept("rosa")
    together.change(
        "dana", "why", fixed="Two meetings a month.", open="What we talk about.", on_no="The court is told."
    )
    together.accept("rosa")
    together.accept("dana")
    assert "Linden court" in together.text().reason


def test_each_side_writes_its_own_rules(cast, together):
    together.ready()
    for name in ("dana", "amir"):
        with pytest.raises(Denied, match="denied"):
            together.change(name, "her_rules", rules="always be on time")
    with pytest.raises(Denied):
        together.change("rosa", "worker_rules", rules="Dana always comes")
    together.change("rosa", "her_rules", rules=RULES)
    together.change("amir", "worker_rules", rules="I call back.")
    body = together.text().body
    assert (body["her_rules"]["rules"], body["worker_rules"]["rules"]) == (RULES, "I call back.")


def test_a_supervisor_reads_and_does_not_write_and_a_stranger_does_neither(cast, together):
    together.ready()
    assert together.text("samuel").body
    with pytest.raises(Denied):
        together.change("samuel", "visits", late="x")
    with pytest.raises(Denied):
        together.start("samuel")
    with pytest.raises(NotFound):
        together.start("robin")
    with pytest.raises(NotFound):
        together.text("robin")
    together.change("amir", "visits", late="x")
    assert together.text().body["visits"]["late"] == "x"


# --- versions ----------------------------------------------------------------------------------


def test_a_new_draft_starts_as_a_copy_while_the_old_version_goes_on_holding(cast, together):
    first = together.agreed()
    draft = together.start("rosa")
    assert draft.body == first.body
    together.change("dana", "times", closes="18:00", unit="hours", within=6)
    terms = queries.terms_in(cast.place("rosa"))
    assert (terms.version, terms.closes, terms.unit) == (1, datetime.time(17), AnswerUnit.DAYS)
    assert next(change.before for change in together.text().changes).endswith("17:00")

    together.accept("rosa")
    together.accept("dana")
    terms = queries.terms_in(cast.place("rosa"))
    assert (terms.version, terms.closes, terms.within, terms.unit) == (2, datetime.time(18), 6, AnswerUnit.HOURS)
    text = together.text()
    assert [version.number for version in text.versions] == [2, 1]
    assert text.versions[1].body == first.body


def test_a_change_to_what_holds_begins_a_draft(together):
    first = together.agreed()
    draft = together.change("rosa", "visits", visits="At the library.")
    assert (draft.version, draft.revision) == (2, 1)
    text = together.text()
    assert text.holding.body == first.body
    assert [change.now for change in text.changes] == ["At the library."]


@pytest.mark.parametrize("model", [AgreementDraft, Acceptance, AgreementVersion])
def test_the_database_refuses_to_alter_what_was_written_or_accepted(together, model):
    together.agreed()
    rows = model.objects.unguarded(because="test")
    field = {"AgreementDraft": "revision", "Acceptance": "side", "AgreementVersion": "review_on"}[model.__name__]
    with pytest.raises(DatabaseError, match="never altered"), transaction.atomic():
        rows.update(**{field: rows.values_list(field, flat=True)[0]})


def test_a_review_day_of_their_own(together):
    together.ready()
    for wrong in ("2026-03-02", "2025-01-01", "2028-01-01"):
        with pytest.raises(actions.ReviewDayDoesNotMakeSense):
            together.change("rosa", "review", on=wrong)
    together.change("rosa", "review", on="2026-04-15")
    together.accept("rosa")
    together.accept("dana")
    assert together.text().holding.review_on == datetime.date(2026, 4, 15)


# --- stale tabs, two at once, twice ------------------------------------------------------------


def test_a_part_that_was_changed_meanwhile_is_not_overwritten(together):
    seen = together.ready()
    together.change("dana", "visits", late="Dana’s words")
    with pytest.raises(actions.TextChanged):
        together.change("rosa", "visits", seen=seen.id, late="Rosa’s words")
    assert together.text().body["visits"]["late"] == "Dana’s words"
    together.change("rosa", "visits", late="Rosa’s words")
    assert together.text().body["visits"]["late"] == "Rosa’s words"


def test_two_who_change_different_parts_at_once_both_get_their_words_in(together):
    seen = together.ready()
    together.change("dana", "visits", seen=seen.id, late="Dana’s words")
    together.change("rosa", "her_rules", seen=seen.id, rules=RULES)
    together.change("dana", "row-new", seen=seen.id, what="one", who="together", note="")
    together.change("rosa", "row-new", seen=seen.id, what="two", who="client", note="")
    body = together.text().body
    assert (body["visits"]["late"], body["her_rules"]["rules"]) == ("Dana’s words", RULES)
    assert [body[row]["what"] for row in sorted(body) if row in ("row-09", "row-10")] == ["one", "two"]


def test_a_change_to_a_text_that_holds_by_now_is_given_back(together):
    seen = together.ready()
    together.accept("dana")
    together.accept("rosa")
    with pytest.raises(actions.HoldsByNow):
        together.change("rosa", "visits", seen=seen.id, late="later")
    assert together.text().draft is None
    together.change("rosa", "visits", late="later")
    assert together.text().draft.version == 2


def test_a_text_of_another_space_is_not_a_text_that_was_seen(cast, together):
    together.ready()
    place = cast.place("nadia", of="nadia")
    other = actions.start_draft(by=place.by, about=place, now=cast.now, write_id=new_id())
    with pytest.raises(actions.TextChanged):
        together.change("rosa", "visits", seen=other.id, late="x")
    with pytest.raises(actions.ChangedBeforeAccepting):
        together.accept("rosa", seen=other.id)


def test_the_same_write_twice_is_one_write(together):
    together.ready()
    change, accept = new_id(), new_id()
    seen = together.text().draft.id
    first = together.change("rosa", "visits", write_id=change, seen=seen, late="once")
    again = together.change("rosa", "visits", write_id=change, seen=seen, late="once")
    assert first.id == again.id
    assert together.accept("rosa", write_id=accept).id == together.accept("rosa", write_id=accept).id
    assert TrailLine.objects.filter(write_id__in=[change, accept]).count() == 2


def test_the_last_acceptance_twice_is_one_version(together):
    together.ready()
    together.accept("dana")
    seen = together.text().draft.id
    first = together.accept("rosa", seen=seen)
    again = together.accept("rosa", seen=seen)
    assert first.id == again.id
    assert AgreementVersion.objects.unguarded(because="test").count() == 1


def test_starting_twice_is_one_draft_and_words_that_change_nothing_write_nothing(together):
    first = together.start("dana")
    assert together.start("rosa").id == first.id
    assert together.change("rosa", "visits", **together.text().body["visits"]).id == first.id
    assert AgreementDraft.objects.unguarded(because="test").count() == 1


# --- bad input ---------------------------------------------------------------------------------


def test_times_and_parts_that_make_no_sense_are_refused(together):
    together.ready()
    with pytest.raises(actions.TimesDoNotMakeSense):
        together.change("rosa", "times", opens="18:00")
    with pytest.raises(NotFound):
        together.change("rosa", "no_such_part", words="x")
    for number in range(4):
        together.change("rosa", "row-new", what=str(number), who="client", note="")
    with pytest.raises(actions.PowerCardIsFull):
        together.change("rosa", "row-new", what="too much", who="client", note="")
    together.change("rosa", "row-03")
    together.change("rosa", "row-new", what="fits again", who="client", note="")
    assert together.text().body["row-13"]["what"] == "fits again"


def test_there_is_nothing_to_change_before_a_draft_begins(cast, together):
    place = cast.place("rosa")
    with pytest.raises(NotFound):
        actions.change_draft(
            by=place.by,
            about=place,
            now=cast.now,
            write_id=new_id(),
            part="visits",
            seen=new_id(),
            words={"visits": "x", "late": "y"},
        )


def test_the_draft_to_start_from_is_in_her_language(cast, together):
    Account.objects.filter(pk=cast.accounts["rosa"].pk).update(language="ar")
    together.start("dana")
    assert queries.language_of_client(cast.place("dana")) == "ar"
    assert together.text().body["who"]["who"]
