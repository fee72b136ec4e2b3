"""Giving a backup back: into an empty house, with the root key that it had, and without whoever was erased since.

On SQLite everything is done in a folder beside, and only what is sound and whole gets its place. The key of each
space that was erased after the data were taken is not among the newer keys, or it stands in the list of the erased
and is struck out. What is left of such a space is deleted before anybody can ask for it.
"""

from __future__ import annotations

import datetime
import os
import shutil
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from alongside.access import verdict
from alongside.access.wall import standing_for_house
from alongside.config.backup import chest, snapshot
from alongside.config.backup.making import FORMAT, PARTS, STAMP, VERSION, Kept, kept_in, working_folder
from alongside.people.models import Organisation, Partnership
from alongside.takeaway import actions as takeaway
from alongside.takeaway import erasing
from alongside.vault import keys
from alongside.vault.models import WrappedKey

WORK = "restoring"


class CannotRestore(Exception):
    """Nothing was given back, and the text says why."""


@dataclass
class Given:
    """What was given back, or would be."""

    made_at: datetime.datetime
    keys_of: datetime.datetime
    spaces: int = 0
    erased: int = 0
    tried: bool = False
    trail: list[str] = field(default_factory=list)
    trail_holds: bool = True


@dataclass(frozen=True)
class Pair:
    """The data of one moment, and the newest keys there are."""

    data: Kept
    keys: Kept


def pair_in(folder: Path, *, moment: str, now: datetime.datetime, though_expired: bool = False) -> Pair:
    """Choose what to give back: the newest data, or those of `moment`, and the newest keys. Raise `CannotRestore`."""
    if not folder.is_dir():
        raise CannotRestore(f"There is no folder {folder}.")
    data = [kept for kept in kept_in(folder) if kept.part == "data" and moment in ("", _stamp(kept))]
    newest = [kept for kept in kept_in(folder) if kept.part == "keys"]
    if not data or not newest:
        raise CannotRestore(
            f"There is no {'keys' if data else 'data'} file {f'of {moment} ' * (not data and moment != '')}in {folder}."
        )
    pair = Pair(data[-1], newest[-1])
    if pair.keys.made_at < pair.data.made_at:
        raise CannotRestore("The newest keys are older than the data: some of it could not be read.")
    if pair.keys.is_past(now) and not though_expired:
        raise CannotRestore(
            f"The newest keys are of {_stamp(pair.keys)} and past their time: whoever was erased since would be "
            "here again. If nothing is newer, name every list of the erased that there is (--erased) and say "
            "--though-expired."
        )
    return pair


def _stamp(kept: Kept) -> str:
    return kept.made_at.strftime(STAMP)


def give_back(
    pair: Pair, *, officers: list[Path], erased: Iterable[Path], now: datetime.datetime, only_try: bool = False
) -> Given:
    """Open both files, check every byte, and lay the house down where the settings say; or only try it.

    Raise `CannotRestore` or `chest.CannotOpen`: then nothing was given back.
    """
    is_sqlite = snapshot.engine("default") == "sqlite"
    if not only_try:
        _refuse_if_somebody_lives_here(is_sqlite)
    gone = struck_out(erased)
    with working_folder(WORK) as folder:
        identities = chest.identities(officers)
        about = {
            part: chest.unpack(kept.path, identities, folder, if_fit=_fits(part, kept)).about
            for part, kept in (("data", pair.data), ("keys", pair.keys))
        }
        if about["data"]["house"] != about["keys"]["house"]:
            raise CannotRestore("The data and the keys are of two different houses.")
        given = Given(pair.data.made_at, pair.keys.made_at)
        can_open = _has_root_key(about["data"], needed=not only_try)
        if is_sqlite:
            _give_back_files(folder, given, gone, now=now, only_try=only_try, can_open=can_open)
        elif not only_try:
            for alias in PARTS.values():
                call_command("migrate", database=alias, interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            for alias in reversed(PARTS.values()):
                snapshot.lay_postgresql(alias, folder)
            _settle(given, gone, now=now)
        if not only_try:
            _give_back_words(folder)
    return given


def _give_back_files(
    folder: Path, given: Given, gone: dict[uuid.UUID, datetime.datetime], *, now: datetime.datetime, only_try: bool,
    can_open: bool,
) -> None:  # fmt: skip
    for alias in PARTS.values():
        amiss = snapshot.look_through(folder / f"{alias}.sqlite3")
        if amiss:
            raise CannotRestore(f"The database {alias} in this backup is not sound: {amiss}.")
    if can_open:
        with snapshot.working_in(folder):
            for alias in PARTS.values():
                if _known() - _made(snapshot.laid(alias)):
                    call_command("migrate", database=alias, interactive=False, verbosity=0)
            _settle(given, gone, now=now)
    if not only_try:
        for alias in reversed(PARTS.values()):
            _put(folder / f"{alias}.sqlite3", snapshot.file_of(alias))


def _put(file: Path, place: Path) -> None:
    """Give a file its place; where that is on another disk, through a copy beside it."""
    part = place.with_name(f".{place.name}.part")
    shutil.copyfile(file, part) if file.stat().st_dev != place.parent.stat().st_dev else os.replace(file, part)
    os.chmod(part, 0o600)
    with part.open("rb") as copy:
        os.fsync(copy.fileno())
    os.replace(part, place)
    chest.settle(place.parent)


def _settle(given: Given, gone: dict[uuid.UUID, datetime.datetime], *, now: datetime.datetime) -> None:
    """Strike out the keys of the erased, delete what is left of them, and look whether the trail is whole."""
    keys.forget_keys()
    for scope, at in gone.items():
        WrappedKey.objects.filter(scope=scope, made_at__lte=at).delete()
    with standing_for_house():
        houses = set(Organisation.objects.values_list("id", flat=True))
        if houses - set(WrappedKey.objects.filter(scope__in=houses).values_list("scope", flat=True)):
            raise CannotRestore("The key of the agency itself is not among the keys: they do not belong to these data.")
    given.erased = takeaway.erase_again(now=now)
    with standing_for_house():
        given.spaces = Partnership.objects.count()
        found = verdict.examine([])
    given.trail, given.trail_holds, given.tried = list(found.sentences()), found.holds, True


def struck_out(lists: Iterable[Path]) -> dict[uuid.UUID, datetime.datetime]:
    """Whose keys are struck out, and when they were erased: from the house's own list, if there is one, and others."""
    gone: dict[uuid.UUID, datetime.datetime] = {}
    own = Path(settings.ERASED_LIST)
    for path in [*([own] if own.exists() else []), *lists]:
        try:
            noted = erasing.noted_in(path)
        except OSError as error:
            raise CannotRestore(f"The list of the erased, {path}, cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise CannotRestore(f"The list of the erased, {path}, is damaged: {error}.") from error
        for scope, at in noted:
            gone[scope] = max(at, gone.get(scope, at))
    return gone


# --- What must hold first ----------------------------------------------------------------------------


def _refuse_if_somebody_lives_here(is_sqlite: bool) -> None:
    for alias in PARTS.values():
        place = snapshot.file_of(alias) if is_sqlite else None
        # A log that was left behind would be written into whatever database lies beside it.
        for file in (place, Path(f"{place}-wal"), Path(f"{place}-journal")) if place else ():
            if file.exists():
                raise CannotRestore(
                    f"There is a house here already: {file}. A backup never takes the place of one; give it a data "
                    "folder of its own with ALONGSIDE_DATA."
                )
        if not is_sqlite and snapshot.has_tables(alias):
            raise CannotRestore(
                f"There are tables in the database “{alias}” already. A backup never takes the place of a house; "
                "create two empty databases for it."
            )


def _has_root_key(about: dict[str, Any], *, needed: bool) -> bool:
    if not settings.ROOT_KEY_FILE.exists():
        if needed:
            raise CannotRestore(
                f"The root key is not at {settings.ROOT_KEY_FILE}. Without it nobody can read anything. Put it there, "
                "from the safe or with --root-key."
            )
        return False
    if keys.public_key().hex() != about["house"]:
        raise CannotRestore(f"{settings.ROOT_KEY_FILE} is the root key of another house: it would open nothing here.")
    return True


def _fits(part: str, kept: Kept) -> Callable[[dict[str, Any]], None]:
    """What a chest must say of itself before anything in it is believed."""

    def fits(about: dict[str, Any]) -> None:
        if about.get("format") != FORMAT or about.get("part") != part:
            raise chest.CannotOpen(f"{kept.path.name} is no {part} file of a backup.")
        if about["version"] != VERSION:
            raise chest.CannotOpen(f"{kept.path.name} was made by a newer version of this program: use that one.")
        if datetime.datetime.fromisoformat(about["made_at"]).replace(microsecond=0) != kept.made_at:
            raise chest.CannotOpen(f"{kept.path.name} was renamed: it is of {about['made_at']}.")
        if about["engine"] != snapshot.engine(PARTS[part]):
            raise chest.CannotOpen(
                f"{kept.path.name} was made on {about['engine']}, and the settings name another kind of database."
            )
        _fits_the_code(kept, about)

    return fits


def _fits_the_code(kept: Kept, about: dict[str, Any]) -> None:
    """SQLite's files can be brought up to date; rows for PostgreSQL need tables exactly as they were."""
    known, made = _known(), _made(about["migrations"])
    is_exact = about["engine"] == "sqlite" or made == known
    if made - known or not is_exact:
        raise chest.CannotOpen(
            f"{kept.path.name} was made by another version of this program. Give it back with that one, then update."
        )


def _known() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)


def _made(migrations: dict[str, list[str]]) -> set[tuple[str, str]]:
    return {(app, name) for app, names in migrations.items() for name in names}


def _give_back_words(folder: Path) -> None:
    there = Path(settings.WORDS_FOLDER)
    if (folder / "words").is_dir() and not there.exists():
        shutil.copytree(folder / "words", there)


def give_back_root_key(file: Path, *, officers: list[Path]) -> None:
    """Put the officers' copy of the root key where the settings say; one that is there stays. Raise `CannotRestore`."""
    place = settings.ROOT_KEY_FILE
    if place.exists():
        raise CannotRestore(f"There is a root key at {place} already. It stays.")
    key = chest.unpack_text(file, chest.identities(officers))
    if len(key) != keys.KEY_BYTES:
        raise CannotRestore(f"{file.name} holds no root key.")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
