"""The chest: files packed into one that only an officer's key opens (age, https://age-encryption.org/v1).

Inside is a plain tar: `about.json` first, which says what it is; then the files; `contents.json` last, which says of
each how long it is and its SHA-256. age itself notices every changed, missing or added byte.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

import pyrage

Identity: TypeAlias = Any
Recipient: TypeAlias = Any

ABOUT, CONTENTS = "about.json", "contents.json"
NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9]+)?(/[a-z0-9_-]+\.[a-z0-9]+)?")
PART = ".{name}.part"
AT_ONCE = 1024 * 1024
LARGEST_PAPER = 64 * 1024 * 1024  # of about.json and contents.json, which are read whole


class CannotBackUp(Exception):
    """No backup can be made, and the text says why to whoever runs it."""


class CannotOpen(Exception):
    """A chest does not open, or holds something else than was put into it; the text says which."""


@dataclass(frozen=True)
class Sealed:
    """A file that was encrypted: its SHA-256 and its length."""

    digest: str
    length: int


# --- Keys --------------------------------------------------------------------------------------------


def officers(path: Path) -> list[Recipient]:
    """The officers' public keys in a file, one a line. Raise `CannotBackUp` when there is none, or one is no key."""
    found = []
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise CannotBackUp(f"The file with the officers’ keys, {path}, cannot be read: {error.strerror}.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            found.append(pyrage.x25519.Recipient.from_str(line.strip()))
        except pyrage.RecipientError as error:
            raise CannotBackUp(f"Line {number} of {path} is no public key; one begins with age1.") from error
    if not found:
        raise CannotBackUp(f"There is no officer’s key in {path}: nobody could open the backup.")
    return found


def identities(paths: Iterable[Path]) -> list[Identity]:
    """The secret keys in some files, as `age-keygen` and `manage.py officer_key` write them. Raise `CannotOpen`."""
    found = []
    for path in paths:
        try:
            lines = [line.strip() for line in path.read_text().splitlines()]
            found += [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
        except OSError as error:
            raise CannotOpen(f"The officer’s key {path} cannot be read: {error.strerror}.") from error
        except (UnicodeDecodeError, pyrage.IdentityError) as error:
            raise CannotOpen(f"{path} is no officer’s key; one begins with AGE-SECRET-KEY-1.") from error
    if not found:
        raise CannotOpen("There is no officer’s key: name the file with --identity.")
    return found


def make_identity(path: Path) -> str:
    """Write a new secret key for its owner alone and return its public key. Raise `FileExistsError`."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"# public key: {public}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return public


# --- Packing -----------------------------------------------------------------------------------------


def pack(to: Path, about: dict[str, Any], files: Iterable[tuple[str, Path]], keys: list[Recipient]) -> Sealed:
    """Pack `files` (name, where it is now) for `keys` into the file `to`, which is there whole or not at all.

    It is opened again before it gets its name: with a key that is made for this, and gone when this is done.
    """
    part = to.with_name(PART.format(name=to.name))
    trial = pyrage.x25519.Identity.generate()
    try:
        contents: dict[str, Any] = {}
        with _private(part) as file, _running(lambda end: _tar(end, about, files, contents)) as plain:
            pyrage.encrypt_io(plain, file, [*keys, trial.to_public()])
            file.flush()
            os.fsync(file.fileno())
        opened = look_into(part, [trial])
        if opened.about != about or opened.contents != contents:
            raise CannotBackUp(f"What was written to {to.parent} is not what was read. Is the disk sound?")
        sealed = digest_of(part)
        os.replace(part, to)
        settle(to.parent)
    except OSError as error:
        raise CannotBackUp(f"The backup cannot be written to {to.parent}: {error.strerror or error}.") from error
    except CannotOpen as error:
        raise CannotBackUp(f"What was written to {to.parent} does not open again: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return sealed


def pack_text(to: Path, secret: bytes, keys: list[Recipient]) -> Sealed:
    """Encrypt something short for `keys` into the new file `to`, as lines of letters that can be printed and typed."""
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pyrage.encrypt(secret, keys, armored=True))
        file.flush()
        os.fsync(file.fileno())
    settle(to.parent)
    return digest_of(to)


def unpack_text(file: Path, keys: list[Identity]) -> bytes:
    """Open what `pack_text` made. Raise `CannotOpen`."""
    try:
        return bytes(pyrage.decrypt(file.read_bytes(), keys))
    except OSError as error:
        raise CannotOpen(f"{file.name} cannot be read: {error.strerror}.") from error
    except pyrage.DecryptError as error:
        raise CannotOpen(f"This officer’s key does not open {file.name}, or it is damaged.") from error


def digest_of(path: Path) -> Sealed:
    """The SHA-256 of a file, in hex, and its length."""
    with path.open("rb") as file:
        return Sealed(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file


def settle(folder: Path) -> None:
    """Put the names of the files in a folder on disk: a file that was renamed is there for good when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tar(to: IO[bytes], about: dict[str, Any], files: Iterable[tuple[str, Path]], contents: dict[str, Any]) -> None:
    with tarfile.open(fileobj=to, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, ABOUT, _paper(about))
        for name, path in files:
            if not NAME.fullmatch(name):
                raise CannotBackUp(f"A file cannot be called {name} in a backup.")
            with path.open("rb") as file:
                hashing = _Hashing(file)
                length = os.fstat(file.fileno()).st_size
                _add(tar, name, hashing, length)
            contents[name] = {"bytes": length, "sha256": hashing.sum.hexdigest()}
        _add(tar, CONTENTS, _paper(contents))


def _paper(value: dict[str, Any]) -> io.BytesIO:
    return io.BytesIO(json.dumps(value, indent=1, sort_keys=True).encode())


def _add(tar: tarfile.TarFile, name: str, file: Any, length: int | None = None) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = length if length is not None else len(file.getvalue()), stat.S_IRUSR | stat.S_IWUSR
    tar.addfile(entry, file)


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sum = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.sum.update(piece)
        return piece


# --- Opening -----------------------------------------------------------------------------------------


@dataclass
class Opened:
    """What was in a chest. `contents` has length and SHA-256 of each file, by name."""

    about: dict[str, Any]
    contents: dict[str, Any]


def look_into(file: Path, keys: list[Identity]) -> Opened:
    """Open a chest, check every byte of it, and keep nothing. Raise `CannotOpen`."""
    return _open(file, keys, None, lambda about: None)


def unpack(file: Path, keys: list[Identity], into: Path, *, if_fit: Callable[[dict[str, Any]], None]) -> Opened:
    """Open a chest into an empty folder. Raise `CannotOpen`; what lies in the folder then is not to be used.

    `if_fit` is asked about what the chest says of itself before anything is written, and raises if it is not to be.
    """
    return _open(file, keys, into, if_fit)


def _open(file: Path, keys: list[Identity], into: Path | None, if_fit: Callable[[dict[str, Any]], None]) -> Opened:
    try:
        with file.open("rb") as sealed, _running(lambda end: pyrage.decrypt_io(sealed, end, keys)) as plain:
            opened = _untar(plain, into, if_fit)
            while plain.read(AT_ONCE):  # to the end: only there does age know that it is whole
                pass
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise CannotOpen(
                f"This officer’s key does not open {file.name}: it was made for other keys, or its head is damaged."
            ) from error
        raise CannotOpen(f"{file.name} is damaged, or is no backup. Take another one.") from error
    except (OSError, tarfile.TarError, ValueError, KeyError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise CannotOpen(f"{file.name} cannot be read: {error.strerror}.") from error
        raise CannotOpen(f"{file.name} is damaged: it is not what was written. Take another one.") from error
    return opened


def _untar(plain: IO[bytes], into: Path | None, if_fit: Callable[[dict[str, Any]], None]) -> Opened:
    about: dict[str, Any] | None = None
    promised: dict[str, Any] | None = None
    found: dict[str, Any] = {}
    with tarfile.open(fileobj=plain, mode="r|") as tar:
        for entry in tar:
            content = tar.extractfile(entry)
            if content is None or promised is not None or not NAME.fullmatch(entry.name) or entry.name in found:
                raise ValueError(entry.name)
            if entry.name in (ABOUT, CONTENTS):
                if entry.size > LARGEST_PAPER:
                    raise ValueError(entry.name)
                paper = json.loads(content.read())
                if entry.name == CONTENTS:
                    promised = paper
                else:
                    about = paper
                    if_fit(paper)
            elif about is None:
                raise ValueError(entry.name)
            else:
                found[entry.name] = _take(content, into / entry.name if into is not None else None)
    if about is None or promised is None or promised != found:
        raise ValueError("not what it says")
    return Opened(about, found)


def _take(content: IO[bytes], to: Path | None) -> dict[str, Any]:
    hashing, length = _Hashing(content), 0
    if to is not None:
        to.parent.mkdir(mode=0o700, exist_ok=True)
    with _private(to) if to is not None else open(os.devnull, "wb") as file:
        while piece := hashing.read(AT_ONCE):
            file.write(piece)
            length += len(piece)
        file.flush()
        if to is not None:
            os.fsync(file.fileno())
    return {"bytes": length, "sha256": hashing.sum.hexdigest()}


@contextmanager
def _running(work: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """Have `work` write into a pipe in a thread of its own, and give the other end. Its error comes before ours."""
    read_end, write_end = os.pipe()
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(write_end, "wb") as end:
                work(end)
        except BrokenPipeError:
            pass  # nobody reads any more: they have an error of their own
        except BaseException as error:
            wrong.append(error)

    thread = threading.Thread(target=run, name="chest")
    thread.start()
    try:
        with os.fdopen(read_end, "rb") as plain:
            yield plain
    except CannotOpen:  # that it is not fit to be read: the other end then only finds nobody there
        thread.join()
        raise
    except Exception:
        thread.join()
        if wrong:
            raise wrong[0] from None
        raise
    thread.join()
    if wrong:
        raise wrong[0]
