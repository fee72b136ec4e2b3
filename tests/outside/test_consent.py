"""Receipts as others defined them: Kantara's own schema and example, and the mandatory fields of ISO/IEC TS 27560."""

import csv
import datetime
import json
import re
from pathlib import Path

import jsonschema
import pytest

from alongside.consent.rules import Shared
from alongside.people.models import Person
from alongside.sharing import actions
from alongside.sharing.models import Receipt
from alongside.sharing.rules import Answer
from tests.sharing.steps import do, invite, share, take_back

WHERE = Path(__file__).resolve().parents[3] / "shared" / "data" / "consent"
KANTARA = WHERE / "kantara-cr-1.1/CR_v1_1"
pytestmark = pytest.mark.skipif(not KANTARA.exists(), reason="the standards' own files are not beside the checkout")


@pytest.fixture
def schema():
    text = (KANTARA / "kantara-consent-receipt-v1_1-schema.json").read_text()
    return json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))


@pytest.fixture
def receipts(cast, frozen):
    """One for something given, one for something refused, one for something taken back."""
    invite(cast)
    (one,) = share(cast, Shared.WORDS)
    take_back(cast, one, name="dana")
    ask = do(
        actions.ask_for_share, cast, "dana", called="a teacher", shared=Shared.NOTES, why="They could help.",
        until=datetime.date(2026, 6, 30),
    )  # fmt: skip
    do(actions.answer_ask, cast, "rosa", ask_id=ask.id, answer=Answer.NO)
    return {row.event: row.said for row in Receipt.objects.unguarded(because="test")}


@pytest.fixture
def mandatory():
    with (WHERE / "dpv/iso27560-fields-from-dpv-guide.csv").open() as file:
        return [row["iso27560_term"] for row in csv.DictReader(file) if row["iso_required"] == "Mandatory"]


def test_each_receipt_has_kantaras_shape(receipts, schema):
    assert set(receipts) == {"given", "refused", "withdrawn"}
    for said in receipts.values():
        jsonschema.validate(said, schema, cls=jsonschema.Draft4Validator)


def test_kantaras_own_example_passes_and_each_field_that_is_missing_is_found(receipts, schema):
    example = json.loads((KANTARA / "kantara-consent-receipt-v1_1-example.json").read_text(), strict=False)
    jsonschema.validate(example, schema, cls=jsonschema.Draft4Validator)
    for field in schema["required"]:
        broken = {name: value for name, value in receipts["given"].items() if name != field}
        with pytest.raises(jsonschema.ValidationError, match=field):
            jsonschema.validate(broken, schema, cls=jsonschema.Draft4Validator)


def test_each_receipt_holds_the_twenty_five_fields_or_says_why_not(receipts, mandatory):
    assert len(mandatory) == 25
    for event, said in receipts.items():
        fields = said["iso27560"]
        assert not [name for name in mandatory if name not in fields], event
        empty = [name for name in mandatory if not fields[name]]
        assert not empty, event
        unsaid = {name: fields[name] for name in mandatory if str(fields[name]).startswith("not ")}
        assert all(":" in reason for reason in unsaid.values()), "what cannot be said has its reason"
    parts = receipts["given"]["iso27560"]
    assert (parts["event state"], parts["withdrawal method"][:7]) == ("ConsentGiven", "One tap")
    assert receipts["withdrawn"]["collectionMethod"] == "Said in person to Dana, who wrote it down at once"


def test_a_receipt_names_her_by_a_number_alone(receipts, cast):
    for said in receipts.values():
        assert "Rosa" not in json.dumps(said)
        assert said["piiPrincipalId"] == str(Person.objects.get(account=cast.accounts["rosa"]).id)
