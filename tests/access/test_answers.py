"""What a posted form hands on to an action."""

from types import SimpleNamespace

from alongside.access.answers import acting
from alongside.kit.forms import Form, LineField
from alongside.kit.ids import id_from


class Say(Form):
    words = LineField()


HERE = SimpleNamespace(by="Rosa")


def asked(path="/one/", **options):
    """What the action was given when the same form was posted to this address."""
    form = Say({"words": "my words", "key": "k"})
    assert form.is_valid()
    request = SimpleNamespace(now="now", path=path)
    return form, acting(lambda **given: given, request, HERE, **options)(form)


def test_the_action_gets_who_where_when_the_write_what_was_typed_and_the_row():
    form, given = asked(row_id="a row")
    assert given == {
        "by": "Rosa",
        "about": HERE,
        "now": "now",
        "write_id": form.write_id(),
        "words": "my words",
        "row_id": "a row",
    }


def test_only_where_the_address_counts_is_the_same_form_at_another_address_another_write():
    def ids(**options):
        return [asked(path, **options)[1]["write_id"] for path in ("/one/", "/one/", "/two/")]

    anywhere = ids()
    assert len(set(anywhere)) == 1
    first, again, elsewhere = ids(at_address=True)
    assert first == again != elsewhere
    assert first == id_from(str(anywhere[0]), "/one/")
