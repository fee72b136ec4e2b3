"""Prepared reads give what the query set gives, for every value, on either database."""

import uuid

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from alongside.kit.prepared import Many, Prepared
from alongside.people.models import Account, Partnership, Seat
from alongside.people.queries import holding


def seats(partnerships, now):
    return (
        Seat.objects.filter(holding(now), partnership_id__in=partnerships)
        .select_related("person__account", "partnership__organisation")
        .order_by("begins", "id")
    )


SEATS = Prepared(seats, partnerships=Many(models.UUIDField(), lengths=(1, 3)), now=models.DateTimeField())


def whole(seat):
    related = (seat.person, seat.person.account, seat.partnership, seat.partnership.organisation)
    return [
        {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} for row in (seat, *related)
    ]


@pytest.mark.parametrize("how_many", [0, 1, 2, 5])
def test_the_rows_and_their_relations_are_those_of_the_query_set(cast, how_many):
    spaces = [*cast.spaces.values(), uuid.uuid4(), uuid.uuid4(), uuid.uuid4()][:how_many]
    for _ in range(2):  # the second time from the text that was kept
        found = SEATS(partnerships=spaces, now=cast.now)
        assert [whole(seat) for seat in found] == [whole(seat) for seat in seats(spaces, cast.now)]
        assert bool(found) == bool(how_many)


def test_one_query_brings_the_relations_too(cast):
    SEATS(partnerships=cast.spaces.values(), now=cast.now)
    with CaptureQueriesContext(connection) as queries:
        for seat in SEATS(partnerships=cast.spaces.values(), now=cast.now):
            whole(seat)
    assert len(queries) == 1


def test_values_are_the_same_too(cast):
    by_login = Account.objects.filter(is_active=True)
    pairs = Prepared(lambda login: by_login.filter(login=login).values_list("id", "language"), login=models.CharField())
    flat = Prepared(lambda login: by_login.filter(login=login).values_list("id", flat=True), login=models.CharField())
    for account in cast.accounts.values():
        assert pairs(login=account.login) == [(account.id, account.language)]
        assert flat(login=account.login) == [account.id]
    assert flat(login="nobody") == []


def test_what_changed_since_is_seen(cast):
    read = Prepared(
        lambda pk: Partnership.objects.filter(pk=pk).values_list("changes", flat=True), pk=models.UUIDField()
    )
    before = read(pk=cast.spaces["rosa"])[0]
    Partnership.objects.filter(pk=cast.spaces["rosa"]).update(changes=before + 1)
    assert read(pk=cast.spaces["rosa"]) == [before + 1]


def test_a_read_whose_value_is_not_used_is_refused():
    with pytest.raises(TypeError, match="does not occur"):
        Prepared(lambda pk: Partnership.objects.all(), pk=models.UUIDField())(pk=uuid.uuid4())
