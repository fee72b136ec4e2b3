import secrets
import stat
import uuid
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from alongside.vault import keys
from alongside.vault.models import WrappedKey

PLACE = {"table": "a_table", "column": "a_column", "row": "1"}


@pytest.fixture
def scope(now):
    made = uuid.uuid4()
    keys.make_key(made, now=now)
    return made


@pytest.fixture
def other_root_key(tmp_path, settings):
    """The root key of another house."""
    settings.ROOT_KEY_FILE = tmp_path / "root.key"
    keys.make_root_key(settings.ROOT_KEY_FILE)


@pytest.mark.parametrize("words", ["", "a", "Ich kann nicht mehr – لا أستطيع 🌿\u0000", "long " * 20_000])
def test_what_was_sealed_opens_again(scope, words):
    sealed = keys.seal(words.encode(), scope=scope, **PLACE)
    assert keys.open_sealed(sealed, scope=scope, **PLACE).decode() == words
    assert len(words) < 8 or words.encode() not in sealed


@pytest.mark.parametrize("moved", [{"table": "b"}, {"column": "b"}, {"row": "2"}])
def test_what_was_sealed_opens_nowhere_else(scope, moved):
    sealed = keys.seal(b"words", scope=scope, **PLACE)
    with pytest.raises(keys.CannotOpen):
        keys.open_sealed(sealed, scope=scope, **(PLACE | moved))
    assert keys.open_sealed(sealed, scope=scope, **PLACE) == b"words"


def test_one_persons_words_do_not_open_with_anothers_key(scope, now):
    other = uuid.uuid4()
    keys.make_key(other, now=now)
    with pytest.raises(keys.CannotOpen):
        keys.open_sealed(keys.seal(b"words", scope=scope, **PLACE), scope=other, **PLACE)


def test_each_flipped_bit_and_each_cut_is_found(scope):
    sealed = keys.seal(b"words", scope=scope, **PLACE)
    flipped = [
        sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :] for at in range(len(sealed)) for bit in range(8)
    ]
    cut = [sealed[:end] for end in range(len(sealed))]
    for damaged in [*flipped, *cut, sealed + b"\0", b""]:
        with pytest.raises(keys.CannotOpen):
            keys.open_sealed(damaged, scope=scope, **PLACE)


def test_no_nonce_comes_twice(scope):
    nonces = {keys.seal(b"", scope=scope, **PLACE)[1 : 1 + keys.NONCE_BYTES] for _ in range(10_000)}
    assert len(nonces) == 10_000


def test_the_key_lies_wrapped_and_does_not_open_with_another_root_key(scope, request):
    sealed = keys.seal(b"words", scope=scope, **PLACE)
    keys.forget_keys()
    request.getfixturevalue("other_root_key")
    with pytest.raises(keys.CannotOpen):
        keys.open_sealed(sealed, scope=scope, **PLACE)
    with pytest.raises(keys.CannotOpen):
        keys.load_keys([scope])


def test_a_wrapped_key_put_in_anothers_place_does_not_open(scope, now):
    other = uuid.uuid4()
    WrappedKey.objects.create(scope=other, wrapped=WrappedKey.objects.get(scope=scope).wrapped, made_at=now)
    with pytest.raises(keys.CannotOpen):
        keys.seal(b"words", scope=other, **PLACE)


def test_a_destroyed_key_opens_nothing_ever_again(scope):
    sealed = keys.seal(b"words", scope=scope, **PLACE)
    keys.destroy_key(scope)
    with pytest.raises(keys.CannotOpen):
        keys.open_sealed(sealed, scope=scope, **PLACE)
    assert not WrappedKey.objects.exists()


def test_a_key_destroyed_by_another_process_is_forgotten_in_time(scope, monkeypatch):
    sealed = keys.seal(b"words", scope=scope, **PLACE)
    WrappedKey.objects.all().delete()
    assert keys.open_sealed(sealed, scope=scope, **PLACE) == b"words", "control: it is in memory still"
    seconds = keys.time.monotonic() + keys.SECONDS_IN_MEMORY + 1
    monkeypatch.setattr(keys.time, "monotonic", lambda: seconds)
    with pytest.raises(keys.CannotOpen):
        keys.open_sealed(sealed, scope=scope, **PLACE)


def test_many_keys_are_loaded_with_one_query_and_then_with_none(now):
    scopes = [uuid.uuid4() for _ in range(20)]
    for scope in scopes:
        keys.make_key(scope, now=now)
    with CaptureQueriesContext(connections["keys"]) as queries:
        keys.load_keys(scopes)
        for scope in scopes:
            keys.seal(b"words", scope=scope, **PLACE)
        keys.load_keys(scopes)
    assert len(queries) == 1


def test_a_root_key_is_for_its_owner_alone_and_is_never_replaced(tmp_path):
    path = tmp_path / "folder" / "root.key"
    keys.make_root_key(path)
    first = path.read_bytes()
    keys.make_root_key(path)
    assert path.read_bytes() == first
    assert len(first) == keys.KEY_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_a_root_key_of_another_length_is_refused(tmp_path, settings, now):
    settings.ROOT_KEY_FILE = Path(tmp_path / "short.key")
    settings.ROOT_KEY_FILE.write_bytes(secrets.token_bytes(16))
    with pytest.raises(keys.CannotOpen):
        keys.make_key(uuid.uuid4(), now=now)


def test_an_index_finds_the_same_value_and_says_nothing_about_it(request):
    index = keys.blind_index("email", "rosa@example.org")
    assert index == keys.blind_index("email", "rosa@example.org")
    assert index != keys.blind_index("card", "rosa@example.org")
    assert "rosa" not in index
    request.getfixturevalue("other_root_key")
    assert index != keys.blind_index("email", "rosa@example.org"), "without the root key it cannot be guessed"


def test_a_fingerprint_is_of_one_text_and_one_scope(scope, now):
    other = uuid.uuid4()
    keys.make_key(other, now=now)
    mark = keys.fingerprint(scope, "my words")
    assert mark == keys.fingerprint(scope, "my words")
    assert mark != keys.fingerprint(scope, "my words ")
    assert mark != keys.fingerprint(other, "my words")
