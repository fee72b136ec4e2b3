"""What may stand in a table, found by walking every model that there is."""

import importlib
import re

import pytest
from django.apps import apps
from django.db import models

from alongside.access.kinds import NAMES, SEES, Kind
from alongside.access.models import PrivateModel
from alongside.access.private import PrivateManager, private_tables
from alongside.people.models import Account, Person
from alongside.people.rules import Role
from alongside.vault.fields import EncryptedText

MODELS = apps.get_models(include_auto_created=True)
PRIVATE = [model for model in MODELS if issubclass(model, PrivateModel)]

# Every table that is not private, and why that is right.
PUBLIC = {
    "people.Organisation": "the agency's own name and time zone: nobody's life",
    "safety.HelpLine": "who answers when the agency does not, for everybody to read: nobody's life",
}
HOUSEKEEPING = {
    "people.Person": "what somebody is called, encrypted; shown only beside a seat or a post",
    "people.StaffPost": "what staff are employed as; it opens nobody's record",
    "people.Account": "how somebody signs in; the login is a blind index, the address encrypted",
    "people.Partnership": "an id, two moments and a count of changes; every sight of it goes through a seat",
    "people.Seat": "who has a seat where: sight itself comes from here, so it cannot be behind sight",
    "people.Away": "which of the staff is away from when until when, and who stands in; no reason is kept",
    "people.Card": "when a card was printed and by whom; its number is kept nowhere",
    "people.OneTimeCode": "the blind index of a code that opens once; the code is kept nowhere",
    "people.Device": "where somebody is signed in, for their own list of devices",
    "people.Keeping": "which browser may keep pages for its owner; the id in its cookie opens nothing",
    "reach.Outgoing": "for whom something is to leave, and when it was tried: ids and moments, no word and no number",
    "reach.PushDevice": "where a phone of hers is woken, encrypted, since when; she alone sees that it is",
    "reach.KnownNumber": "the blind index of the number in a rule, by which a text finds its space",
    "reach.Unplaced": "when a text came that could not be put anywhere, and nothing of it",
    "reach.CameIn": "that a text came in, by a hash of the gateway's id: no number, no word, no space",
    "takeaway.Hold": "what two people of an agency say about the end of a space, encrypted; it opens nothing",
    "consent.Share": "who may see which kind until when, purpose encrypted: sight itself comes from here",
    "consent.Invitation": "who was invited, and what they promised, encrypted; it opens nothing",
    "consent.NamedReader": "who was named for which row: sight itself comes from here",
    "access.TrailLine": "who did or read what kind, never any content; read only through access.queries",
    "access.TrailTree": "how long each list of the trail is, and the root of its tree of hashes",
    "access.Checkpoint": "how all lists stood at a moment, signed: ids, sizes and hashes",
    "vault.WrappedKey": "wrapped keys, in a database of their own",
    "sessions.Session": "Django's sessions: an account's id, and nothing that anybody wrote",
    "account.EmailAddress": "allauth's own table; it stays empty, addresses are encrypted in people.Account",
    "account.EmailConfirmation": "allauth's own table; it stays empty, no mail is sent",
    "mfa.Authenticator": "the second step of staff; its secrets are encrypted by our adapter",
    "contenttypes.ContentType": "Django's list of models",
    "auth.Permission": "Django's own, unused: what somebody may do stands in access.acts",
    "auth.Group": "Django's own, unused",
    "auth.Group_permissions": "Django's own, unused",
}

# Texts in clear in a private table or about a person, and why no word of anybody's is in them.
CLEAR = {
    "attached.Attachment.kind": "one of our kinds",
    "attached.Content.kind": "one of our kinds",
    "attached.Transcript.kind": "one of our kinds",
    "attached.Transcript.fingerprint": "a keyed fingerprint, which says nothing without the key",
    "decisions.Decision.can_wait": "yes, no or empty",
    "decisions.Decision.trigger": "what broke the seal, one of a few words that the database checks",
    "decisions.View.trigger": "what opened the view, one of a few words that the database checks",
    "notes.Note.kind": "one of our kinds",
    "notes.Voice.kind": "one of our kinds",
    "notes.Withheld.kind": "one of our kinds",
    "record.Entry.kind": "one of our kinds",
    "record.Entry.what": "one of our own few words",
    "record.Entry.stands_as": "one of our own few words",
    "record.Entry.fingerprint": "a keyed fingerprint, which says nothing without the key",
    "people.Account.login": "a keyed blind index",
    "people.Account.password": "hashed with Argon2",
    "people.Account.language": "one of our languages",
}


def label(model):
    return model._meta.label


def test_every_table_is_private_public_or_housekeeping_and_says_so():
    named = {*PUBLIC, *HOUSEKEEPING}
    assert {label(model) for model in MODELS if model not in PRIVATE} == named, "each table needs a reason, none twice"
    assert not PUBLIC.keys() & HOUSEKEEPING.keys()
    assert all(len(reason) > 10 for reason in [*PUBLIC.values(), *HOUSEKEEPING.values()])


@pytest.mark.parametrize("model", PRIVATE, ids=label)
def test_a_private_table_has_one_way_in(model):
    managers = [model._default_manager, model._base_manager, *model._meta.managers]
    assert all(isinstance(manager, PrivateManager) for manager in managers)
    assert model in private_tables().values()
    assert all(isinstance(kind, Kind) for kind in model.kinds())
    assert len(model.kinds()) == 1 or model._meta.get_field("kind")
    assert not model._meta.many_to_many, "the table between two others would be open"
    assert not model._meta.parents, "a parent's table would be open"
    assert model.save is models.Model.save
    assert model.delete is models.Model.delete


def leaves_a_way_round(field):
    return field.is_relation and not field.remote_field.hidden


def test_no_key_from_or_to_a_private_table_opens_a_way_round():
    keys = [field for model in MODELS for field in model._meta.local_fields if field.is_relation]
    between = [field for field in keys if field.model in PRIVATE or field.related_model in PRIVATE]
    assert between
    assert not [str(field) for field in between if leaves_a_way_round(field)]
    assert leaves_a_way_round(Account._meta.get_field("person")), "control: this one may, and is found"
    for model in MODELS:
        inward = [field for field in model._meta.related_objects if field.related_model in PRIVATE]
        assert not inward, f"{label(model)} leads to {inward}"


def texts_in_clear():
    plain = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)
    for model in [*PRIVATE, Person, Account]:
        for field in model._meta.concrete_fields:
            if isinstance(field, plain) and not isinstance(field, EncryptedText) and not field.choices:
                yield f"{label(model)}.{field.name}"


def test_every_text_of_a_person_is_encrypted_or_says_why_not():
    assert set(texts_in_clear()) == set(CLEAR)


def test_every_kind_has_a_name_and_a_table_and_every_role_a_row():
    assert set(NAMES) == set(Kind)
    assert set(SEES) == set(Role)
    assert {kind for model in PRIVATE for kind in model.kinds()} == set(Kind)


def test_nothing_is_kept_about_her_that_she_cannot_read():
    """I2: the client's seat opens every kind; what is closed even so is named here, with what opens it."""
    closed = {"decisions.View": "a worker's sealed view, until she leans or asks; it is emptied when it can never open"}
    assert SEES[Role.CLIENT] == set(Kind)
    assert {label(model) for model in PRIVATE if model.hidden() is not None} == set(closed)


def test_what_is_closed_is_closed_to_every_seat_and_in_every_copy(cast, frozen, life_so_far):
    """Nothing but the way in stands between a sealed row and a query, so it is tried without any page."""
    life = life_so_far
    for model in (model for model in PRIVATE if model.hidden() is not None):
        closed = everything(model, cast.spaces["rosa"]).filter(model.hidden())
        assert closed.exists(), f"control: tests/promises/life.py leaves no {label(model)} closed"
        for name in ("rosa", "dana", "samuel"):
            assert not model.objects.visible_to(cast.viewer(name)).filter(pk__in=closed.values("pk")).exists()
    told = [
        importlib.import_module(f"{room}.privacy").export(cast.place(name))
        for room in ROOMS
        for name in ("rosa", "dana")
    ]
    assert life.sealed not in repr(told)


# --- What is kept, and how it leaves -----------------------------------------------------------


def privacy_of(model):
    return importlib.import_module(f"{model.__module__.rsplit('.', 1)[0]}.privacy")


ROOMS = sorted({model.__module__.rsplit(".", 1)[0] for model in PRIVATE})


def test_every_private_table_stands_in_its_rooms_privacy_once():
    for room in ROOMS:
        privacy = importlib.import_module(f"{room}.privacy")
        held = [entry.model for entry in privacy.HOLDS]
        assert sorted(held, key=label) == sorted(
            (model for model in PRIVATE if model.__module__.startswith(room + ".")), key=label
        )
        for entry in privacy.HOLDS:
            assert all(len(str(text)) > 15 for text in (entry.what, entry.why, entry.until)), entry


def everything(model, space):
    return model.objects.unguarded(because="test").filter(partnership_id=space)


def test_life_fills_every_private_table(life):
    """Without this, what follows would be true of nothing."""
    for model in PRIVATE:
        assert everything(model, life.cast.spaces["rosa"]).exists(), f"tests/promises/life.py makes no {label(model)}"


def test_her_copy_holds_every_word_and_nobody_elses(life):
    """I5: her words, and what was written about her, are in her copy to the letter."""
    told = repr([importlib.import_module(f"{room}.privacy").export(life.cast.place("rosa")) for room in ROOMS])
    elsewhere = {
        "what the agency answers",
        "a colleague's name", "an address", "a client's name", "why it cannot wait", "an urgent sight",
        "an urgent thought", "what is not shown", "why it is not shown", "what is for tomorrow",
    }  # fmt: skip
    missing = [what for what, word in life.planted.items() if word not in told and what not in elsewhere]
    assert not missing
    assert not [what for what in elsewhere if life.planted[what] in told]


def test_erasing_a_space_leaves_nothing_of_it_and_all_of_the_others(life):
    rosa, nadia = life.cast.spaces["rosa"], life.cast.spaces["nadia"]
    before = {model: everything(model, nadia).count() for model in PRIVATE}
    assert any(before.values())
    for room in ROOMS:
        importlib.import_module(f"{room}.privacy").erase(rosa)
    assert not [label(model) for model in PRIVATE if everything(model, rosa).exists()]
    assert {model: everything(model, nadia).count() for model in PRIVATE} == before


# --- The never list, where a schema could break it ---------------------------------------------

# 7, 8, 19 and I14: no score about a person, no streak, no badge, no counter of engagement.
NEVER = re.compile(
    r"(^|_)(streaks?|points|badges?|scores?|scoring|risks?|ranks?|ranking|leaderboard|complian(t|ce)|motivation"
    r"|engagement|vulnerab(le|ility)|karma|rating|flags?|flagged|overdue|failed|failure)(_|$)"
)


def names():
    for model in MODELS:
        if model.__module__.startswith("alongside."):
            yield model._meta.db_table
            for field in model._meta.concrete_fields:
                yield field.column
                yield from (str(value) for value, _ in field.choices or ())


def test_no_table_counts_ranks_or_scores_anybody():
    assert not [name for name in names() if NEVER.search(name)]
    assert NEVER.search("client_risk"), "control"
    assert NEVER.search("risk_level"), "control"
