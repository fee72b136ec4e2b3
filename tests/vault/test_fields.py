import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import F
from django.db.transaction import atomic

from alongside.people.models import Account, Person
from alongside.reach.models import ContactRule
from alongside.vault import keys


@pytest.fixture
def rosa(cast):
    return cast.accounts["rosa"].person


def raw(table, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")
        return [bytes(row[0]) for row in cursor.fetchall()]


def test_a_name_reads_back_and_is_not_in_the_table(rosa):
    assert Person.objects.get(pk=rosa.pk).called == "Rosa"
    stored = raw("people_person", "called")
    assert stored
    assert not any(b"Rosa" in value or b"Dana" in value for value in stored)


def test_a_changed_value_is_sealed_anew_and_an_unread_one_stays_as_it_is(rosa):
    before = raw("people_person", "called")
    Person.objects.get(pk=rosa.pk).save()
    assert raw("people_person", "called") == before
    person = Person.objects.get(pk=rosa.pk)
    person.called = "Rosita"
    person.save()
    assert Person.objects.get(pk=rosa.pk).called == "Rosita"
    assert raw("people_person", "called") != before


def test_json_keeps_its_shape_and_no_text_may_be_empty_by_accident(cast):
    place = cast.place("rosa")
    value = {"channel": "text", "hours": [8, 20], "never": "لا في الليل", "voicemail": False}
    rule = ContactRule.objects.create(
        partnership_id=place.id, rule=value, said_by_id=place.by.person_id, said_at=cast.now
    )
    assert ContactRule.objects.visible_to(place.by).get(id=rule.id).rule == value
    with pytest.raises(TypeError), atomic():
        Person.objects.create(
            organisation=cast.organisation, key_scope_id=cast.organisation.id, called=7, made_at=cast.now
        )


def test_a_value_copied_to_another_row_is_refused_unless_it_was_read_first(rosa):
    copy = Person.objects.get(pk=rosa.pk)
    copy.pk, copy._state.adding = None, True
    copy.id = Person._meta.pk.get_default()
    with pytest.raises(TypeError, match="another row"), atomic():
        copy.save()
    copy = Person.objects.get(pk=rosa.pk)
    assert copy.called == "Rosa"
    copy.id, copy._state.adding = Person._meta.pk.get_default(), True
    copy.save(force_insert=True)
    assert Person.objects.get(pk=copy.pk).called == "Rosa"


def test_a_value_moved_by_hand_to_another_row_does_not_open(cast, rosa):
    nadia = cast.accounts["nadia"].person
    with connection.cursor() as cursor:
        cursor.execute("SELECT called FROM people_person WHERE id = %s", [str_id(rosa)])
        (sealed,) = cursor.fetchone()
        cursor.execute("UPDATE people_person SET called = %s WHERE id = %s", [bytes(sealed), str_id(nadia)])
    assert Person.objects.get(pk=rosa.pk).called == "Rosa"
    with pytest.raises(keys.CannotOpen):
        _ = Person.objects.get(pk=nadia.pk).called


def str_id(row):
    return row.pk.hex if connection.vendor == "sqlite" else row.pk


def test_an_encrypted_field_can_be_neither_searched_nor_written_past_its_row(rosa):
    people = Person.objects.all()
    for lookup in ("called", "called__contains", "called__in", "called__gt", "called__startswith"):
        with pytest.raises(FieldError):
            list(people.filter(**{lookup: "Rosa"}))
    with pytest.raises(TypeError), atomic():
        people.update(called="Rosa")
    rosa.called = "Rosa"
    with pytest.raises(TypeError), atomic():
        Person.objects.bulk_update([rosa], ["called"])
    assert Account.objects.filter(address__isnull=True).exists(), "whether there is one may be asked"
    assert Person.objects.get(pk=rosa.pk).called == "Rosa"


def test_values_come_out_sealed_and_serializers_get_nothing(rosa):
    (sealed,) = Person.objects.filter(pk=rosa.pk).values_list("called", flat=True)
    assert b"Rosa" not in sealed
    (sealed,) = Person.objects.filter(pk=rosa.pk).annotate(again=F("called")).values_list("again", flat=True)
    assert b"Rosa" not in sealed
    with pytest.raises(TypeError, match="encrypted"):
        serializers.serialize("json", [rosa])


def test_a_destroyed_key_takes_the_words_with_it_and_leaves_the_row(cast, rosa):
    keys.destroy_key(cast.spaces["rosa"])
    person = Person.objects.get(pk=rosa.pk)
    with pytest.raises(keys.CannotOpen):
        _ = person.called
    assert Person.objects.get(pk=cast.accounts["nadia"].person_id).called == "Nadia"
