"""Making a backup: two files in a folder, one with the data and one with the wrapped keys, for the officers alone.

They are two because they are kept for different times: whoever is erased is gone for good when the last copy of
their key is, and she was told by when that is. The root key is in neither.
"""

from __future__ import annotations

import datetime
import fcntl
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from alongside.config.backup import chest, snapshot
from alongside.config.backup.chest import CannotBackUp, Sealed
from alongside.vault import keys

FORMAT, VERSION = "alongside-backup", 1
# What is in each of the two, by the database that it comes from.
PARTS = {"data": "default", "keys": "keys"}
STAMP = "%Y%m%dT%H%M%SZ"
FILE = re.compile(r"alongside-(\d{8}T\d{6}Z)-(data|keys)\.age")
# The paper that she prints says that her key is in no backup after so many days: see decision 0019.
MOST_DAYS_FOR_KEYS = 7
WORK = "backup"


@dataclass
class Made:
    """A backup: its two files, and which old ones were dropped."""

    files: dict[Path, Sealed] = field(default_factory=dict)
    dropped: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class Kept:
    """A file of a backup, by its name."""

    path: Path
    made_at: datetime.datetime
    part: str

    def is_past(self, now: datetime.datetime) -> bool:
        """Whether it should not be there any more."""
        return now - self.made_at > datetime.timedelta(days=days_kept()[self.part])


def days_kept() -> dict[str, int]:
    """How many days each part of a backup is kept."""
    return {"data": settings.BACKUP_DAYS, "keys": settings.KEYS_BACKUP_DAYS}


def kept_in(folder: Path) -> list[Kept]:
    """The files of backups in a folder, oldest first."""
    found = []
    for path in folder.iterdir():
        match = FILE.fullmatch(path.name)
        if match:
            made_at = datetime.datetime.strptime(match[1], STAMP).replace(tzinfo=datetime.UTC)
            found.append(Kept(path, made_at, match[2]))
    return sorted(found, key=lambda kept: (kept.made_at, kept.part))


def back_up(*, to: Path, now: datetime.datetime) -> Made:
    """Make a backup into the folder `to` while the house is at work, then drop those that are past their time.

    Raise `CannotBackUp`; then there is no new file, and no old one is gone.
    """
    officers = _officers()
    if settings.KEYS_BACKUP_DAYS > MOST_DAYS_FOR_KEYS:
        raise CannotBackUp(
            f"ALONGSIDE_KEYS_BACKUP_DAYS is {settings.KEYS_BACKUP_DAYS}, and {MOST_DAYS_FOR_KEYS} is the most: people "
            "are told that an erasure is complete then."
        )
    if not to.is_dir():
        raise CannotBackUp(f"There is no folder {to}. Is the disk that it should be on there?")
    made = Made()
    stamp = now.astimezone(datetime.UTC).strftime(STAMP)
    with working_folder(WORK) as folder:
        # The data first: every row in it finds its key among those that are read after it.
        for part, alias in PARTS.items():
            path = to / f"alongside-{stamp}-{part}.age"
            if path.exists():
                raise CannotBackUp(f"{path} is there already.")
            about = {
                "format": FORMAT,
                "version": VERSION,
                "part": part,
                "made_at": now.isoformat(),
                "engine": snapshot.engine(alias),
                "house": keys.public_key().hex(),
                "migrations": snapshot.laid(alias),
            }
            files = snapshot.take(alias, folder)
            if part == "data":
                files += _words()
            try:
                made.files[path] = chest.pack(path, about, files, officers)
            except BaseException:
                for written in made.files:  # data without its keys is no backup
                    written.unlink(missing_ok=True)
                raise
    for begun in to.glob(chest.PART.format(name="alongside-*.age")):
        begun.unlink(missing_ok=True)  # of a run that was killed
    for kept in kept_in(to):
        if kept.is_past(now):
            kept.path.unlink()
            made.dropped.append(kept.path)
    return made


def keep_root_key(*, to: Path) -> Sealed:
    """Write the root key to a file of its own, as text that can be printed, for the officers. Raise `CannotBackUp`."""
    officers = _officers()
    if to.exists():
        raise CannotBackUp(f"{to} is there already.")
    try:
        return chest.pack_text(to, settings.ROOT_KEY_FILE.read_bytes(), officers)
    except OSError as error:
        raise CannotBackUp(f"The root key cannot be read or written: {error.strerror}.") from error


def _officers() -> list[chest.Recipient]:
    if not settings.OFFICERS_FILE:
        raise CannotBackUp(
            "Nobody is named who could open a backup. Put the officers’ public keys into a file, one a line, and name "
            "it with ALONGSIDE_OFFICERS. An officer makes a key with: manage.py officer_key FILE"
        )
    return chest.officers(Path(settings.OFFICERS_FILE))


def _words() -> list[tuple[str, Path]]:
    """The agency's own lists of words."""
    folder = Path(settings.WORDS_FOLDER)
    return [(f"words/{path.name}", path) for path in sorted(folder.glob("*.toml"))] if folder.is_dir() else []


@contextmanager
def working_folder(work: str) -> Iterator[Path]:
    """A folder for our eyes alone beside the data; what a run that was killed left there is removed first."""
    with open(settings.DATA / f".{work}.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotBackUp("Somebody else is at this right now. Wait until that is done.") from error
        for old in settings.DATA.glob(f".{work}-*"):
            shutil.rmtree(old, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{work}-", dir=settings.DATA))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
