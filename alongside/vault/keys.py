"""Keys: made, wrapped, found again, destroyed; and what is done with them.

Algorithms: AES-256-GCM with random 96-bit nonces (NIST SP 800-38D); HKDF-SHA-256 (RFC 5869) derives
from the root key one key for wrapping, one for blind indexes and one for signing checkpoints of the
trail; HMAC-SHA-256 for indexes; Ed25519 (RFC 8032) for signatures.

A sealed value is: one byte of format version, 12 bytes of nonce, ciphertext with its 16-byte tag.
Its associated data name the scope, table, column and row, so that a value moved elsewhere does not open.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import os
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connections

from alongside.vault.models import WrappedKey

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32
# How long an unwrapped key stays in memory. A key destroyed by one process opens nothing in
# another one after this time.
SECONDS_IN_MEMORY = 60.0


class CannotOpen(Exception):
    """A sealed value does not open: its key is gone, or it is not where it was sealed."""


class _Cache:
    def __init__(self) -> None:
        self._keys: dict[uuid.UUID, tuple[float, AESGCM, bytes]] = {}
        self._lock = threading.Lock()

    def get(self, scope: uuid.UUID) -> tuple[AESGCM, bytes] | None:
        found = self._keys.get(scope)
        if found is None or found[0] < time.monotonic():
            return None
        return found[1], found[2]

    def put(self, scope: uuid.UUID, key: bytes) -> tuple[AESGCM, bytes]:
        cipher = AESGCM(key)
        with self._lock:
            if len(self._keys) > 5000:
                self._keys.clear()
            self._keys[scope] = (time.monotonic() + SECONDS_IN_MEMORY, cipher, key)
        return cipher, key

    def forget(self, scope: uuid.UUID | None = None) -> None:
        with self._lock:
            if scope is None:
                self._keys.clear()
            else:
                self._keys.pop(scope, None)


_cache = _Cache()


def make_root_key(path: Path) -> None:
    """Write a new root key to `path`, readable by its owner alone; leave an existing one as it is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


@lru_cache(maxsize=4)
def _derived(path: Path, purpose: bytes) -> bytes:
    root = path.read_bytes()
    if len(root) != KEY_BYTES:
        raise CannotOpen(f"The root key must have {KEY_BYTES} bytes.")
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(root)


def _wrapping_key() -> AESGCM:
    return AESGCM(_derived(settings.ROOT_KEY_FILE, b"alongside wrap 1"))


def make_key(scope: uuid.UUID, *, now: datetime.datetime) -> None:
    """Make the key of a new scope and put it, wrapped, in the key store."""
    key = secrets.token_bytes(KEY_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    wrapped = VERSION + nonce + _wrapping_key().encrypt(nonce, key, b"key|" + scope.bytes)
    WrappedKey.objects.create(scope=scope, wrapped=wrapped, made_at=now)


def destroy_key(scope: uuid.UUID) -> None:
    """Destroy the key of a scope: what it sealed can never be opened again."""
    WrappedKey.objects.filter(scope=scope).delete()
    _cache.forget(scope)
    _empty_the_log()


def _empty_the_log() -> None:
    """SQLite writes to a log first: a key that was destroyed would stand there until the log comes round again."""
    store = connections[WrappedKey.objects.db]
    if store.vendor == "sqlite" and not store.in_atomic_block:
        with store.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def forget_keys() -> None:
    """Drop all unwrapped keys from memory."""
    _cache.forget()


def _unwrapped(scope: uuid.UUID, row: bytes | memoryview) -> tuple[AESGCM, bytes]:
    wrapped = bytes(row)
    nonce, sealed = wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
    try:
        key = _wrapping_key().decrypt(nonce, sealed, b"key|" + scope.bytes)
    except InvalidTag as error:
        raise CannotOpen("The key of this part does not open with this root key.") from error
    return _cache.put(scope, key)


def _key(scope: uuid.UUID) -> tuple[AESGCM, bytes]:
    found = _cache.get(scope)
    if found:
        return found
    row = WrappedKey.objects.filter(scope=scope).values_list("wrapped", flat=True).first()
    if row is None:
        raise CannotOpen("The key of this part is gone.")
    return _unwrapped(scope, row)


def load_keys(scopes: list[uuid.UUID]) -> None:
    """Unwrap many scopes' keys with one query, before a list that needs them all is shown."""
    missing = [scope for scope in set(scopes) if _cache.get(scope) is None]
    if not missing:
        return
    for scope, row in WrappedKey.objects.filter(scope__in=missing).values_list("scope", "wrapped"):
        _unwrapped(scope, row)


def _place(scope: uuid.UUID | str, table: str, column: str, row: str) -> bytes:
    return f"{scope}|{table}|{column}|{row}|1".encode()


def seal(plain: bytes, *, scope: uuid.UUID, table: str, column: str, row: str) -> bytes:
    """Encrypt `plain` for one place: this scope, table, column and row."""
    cipher, _ = _key(scope)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + cipher.encrypt(nonce, plain, _place(scope, table, column, row))


def open_sealed(sealed: bytes, *, scope: uuid.UUID, table: str, column: str, row: str) -> bytes:
    """Decrypt what `seal` made for the same place. Raise `CannotOpen` otherwise."""
    if sealed[:1] != VERSION:
        raise CannotOpen("This was sealed in a format that this version does not know.")
    cipher, _ = _key(scope)
    if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES:
        raise CannotOpen("A part of this is missing.")
    try:
        return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], _place(scope, table, column, row))
    except InvalidTag as error:
        raise CannotOpen("This part was changed, or moved from where it was sealed.") from error


def opener(scope: uuid.UUID, *, table: str, column: str) -> Callable[[bytes, str], bytes]:
    """Return a function that does what `open_sealed` does for many rows of one column: `open(sealed, row)`."""
    cipher, _ = _key(scope)
    start = 1 + NONCE_BYTES

    def open_row(sealed: bytes, row: str) -> bytes:
        if sealed[:1] != VERSION or len(sealed) < start + TAG_BYTES:
            raise CannotOpen("This is not whole, or of a format that this version does not know.")
        try:
            return cipher.decrypt(sealed[1:start], sealed[start:], _place(scope_text, table, column, row))
        except InvalidTag as error:
            raise CannotOpen("This part was changed, or moved from where it was sealed.") from error

    scope_text = str(scope)
    return open_row


def blind_index(kind: str, value: str) -> str:
    """Return a keyed fingerprint (64 hex digits) that finds an exact value again without storing it."""
    key = _derived(settings.ROOT_KEY_FILE, b"alongside index 1")
    return hmac.new(key, f"{kind}|{value}".encode(), hashlib.sha256).hexdigest()


def fingerprint(scope: uuid.UUID, text: str) -> str:
    """Return a fingerprint (64 hex digits) of a text that only the holder of the scope's key can check."""
    _, key = _key(scope)
    return hmac.new(key, b"fingerprint|" + text.encode(), hashlib.sha256).hexdigest()


def _signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derived(settings.ROOT_KEY_FILE, b"alongside trail 1"))


def sign(text: bytes) -> bytes:
    """Sign a text as this house (64 bytes). Whoever has the database alone cannot."""
    return _signing_key().sign(text)


def public_key() -> bytes:
    """The key with which anybody can check what `sign` signed (32 bytes)."""
    return _signing_key().public_key().public_bytes_raw()
