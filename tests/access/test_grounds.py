"""A condition that is kept as SQL opens the same rows as the one that is written out, to everybody and everywhere."""

import pytest
from django.apps import apps

from alongside.access import grounds
from alongside.access.models import PrivateModel

PRIVATE = [model for model in apps.get_models() if issubclass(model, PrivateModel)]
# They go by who has which seat in which space, and are written out each time.
WRITTEN_OUT = {"AskedWhy", "PastHours"}


def kept(model, viewer, within):
    return model.objects.visible_to(viewer, within=within)


def written(model, viewer, within):
    rows = model.objects.unguarded(because="A test.")
    return rows.filter(grounds.written_out(model, viewer, tuple(model.kinds()), within=within))


def ids(rows):
    return set(rows.values_list("pk", flat=True))


def test_kept_and_written_out_open_the_same_rows_to_everybody(life):
    seen = 0
    for name in ("rosa", "dana", "amir", "samuel", "lena", "robin", "priya"):
        for within in (None, life.cast.spaces["rosa"]):
            viewer = life.cast.viewer(name)
            for model in PRIVATE:
                found = ids(kept(model, viewer, within))
                assert found == ids(written(model, viewer, within)), (model, name, within)
                seen += len(found)
    assert seen > 100, "control: there was something to see"


def test_nearly_every_condition_is_kept(life):
    viewer = life.cast.viewer("dana")
    for model in PRIVATE:
        list(kept(model, viewer, None))
    written_out = {key[0].__name__ for key, text in grounds._texts.items() if text is None}
    assert written_out <= WRITTEN_OUT


def test_a_kept_condition_stands_in_a_sub_query_under_another_name(life):
    from alongside.notes.models import Note

    viewer = life.cast.viewer("dana")
    once = Note.objects.visible_to(viewer)
    assert ids(Note.objects.visible_to(viewer).filter(id__in=once.values("id"))) == ids(once) != set()
    nobody = Note.objects.visible_to(life.cast.viewer("robin"))
    assert not Note.objects.visible_to(viewer).filter(id__in=nobody.values("id")).exists()


@pytest.mark.parametrize("more", ["language", "roles_in", "seats"])
def test_a_condition_that_asks_more_of_the_viewer_is_never_kept(cast, monkeypatch, more):
    from alongside.reach.models import ContactRule

    grounds.forget()
    monkeypatch.setattr(ContactRule, "closed_to", classmethod(lambda cls, viewer: getattr(viewer, more) and None))
    list(ContactRule.objects.visible_to(cast.viewer("rosa")))
    assert [text for key, text in grounds._texts.items() if key[0] is ContactRule] == [None]
    grounds.forget()
