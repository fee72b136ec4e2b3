"""The published schema: true of every copy, held by others' implementation too, and the same as the code."""

import json
from pathlib import Path

import jsonschema
import pytest
from django.db import models

from alongside.access import Kind
from alongside.attached.models import Content
from alongside.takeaway import fields, gathering
from tests.attached import steps as attached
from tests.attached.files import seen

HOUSE = Path(__file__).resolve().parents[2]


def changes(copy):
    """Copies in which one thing is amiss."""
    label, rows = next((label, rows) for label, rows in copy["tables"].items() if rows)
    for name in copy:
        yield {part: value for part, value in copy.items() if part != name}
    yield {**copy, "more": 1}
    for name in rows[0]:
        for wrong in (7.5, [], {"x": 1}, "\x00"):
            yield {**copy, "tables": {**copy["tables"], label: [{**rows[0], name: wrong}]}}


def test_a_copy_is_as_its_schema_says_by_our_reading_and_by_that_of_others(copier):
    copy, schema = copier.rows(), gathering.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    others = jsonschema.Draft202012Validator(schema)
    assert others.is_valid(copy)
    assert fields.amiss(copy, schema) is None
    tried = refused = 0
    for changed in changes(copy):
        ours, theirs = fields.amiss(changed, schema) is None, others.is_valid(changed)
        assert ours == theirs
        tried, refused = tried + 1, refused + (not ours)
    assert refused > tried / 2, "control: most of these are amiss"


def test_the_published_schema_is_the_one_of_the_code():
    published = HOUSE / "docs" / "reference" / "my-copy.schema.json"
    assert json.loads(published.read_text()) == gathering.schema()


def test_the_schema_uses_no_word_that_our_reading_does_not_know():
    known = {
        "$schema", "title", "description", "type", "properties", "required", "additionalProperties", "items", "anyOf",
        "const", "enum", "pattern", "maxLength", "minimum", "maximum", "minItems",
    }  # fmt: skip

    def words(schema):
        yield from schema
        for name, inner in schema.items():
            if name == "properties":
                for each in inner.values():
                    yield from words(each)
            elif isinstance(inner, dict):
                yield from words(inner)
            elif name == "anyOf":
                for each in inner:
                    yield from words(each)

    assert set(words(gathering.schema())) <= known


def test_a_sort_of_column_that_nobody_has_thought_about_is_refused():
    with pytest.raises(TypeError, match="what it is in JSON"):
        fields._sort(models.DurationField())


def test_a_photo_that_is_missing_or_is_another_one_is_refused(cast):
    files = {}
    place = cast.place("rosa")
    attached.keep(cast, seen(), kind=Kind.MESSAGE)
    row = fields.written(Content.objects.visible_to(place.by, within=place.id).get(), files)
    ((name, content),) = files.items()
    assert fields.read(Content, row, partnership_id=place.id, files=files).content == content, "control"
    for changed in ({}, {name: content + b"x"}, {name: content[:-1] + b"x"}, {f"{name}x": content}):
        with pytest.raises(fields.WordsWereChanged):
            fields.read(Content, row, partnership_id=place.id, files=changed)
