"""The file itself: packed with a list of what is in it, and opened only when nothing in it was changed.

At the end of the file stands the hash of all that comes before, so that every bit that was changed is
found. Somebody who has unpacked the file and packed it again loses that mark; then the list of the
files and their hashes counts. Nothing is ever unpacked onto a disk.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alongside.kit.errors import Refused
from alongside.takeaway import rules
from alongside.takeaway.fields import amiss
from alongside.takeaway.gathering import schema

SEAL = b"alongside my copy sha256 "
SEAL_BYTES = len(SEAL) + 64
_AT = (2020, 1, 1, 0, 0, 0)  # the hour of packing is in the file already


class CannotBeRead(Refused):
    """A file that was brought is not a copy, or not a whole one."""

    status = 400
    code = "cannot_be_read"
    SENTENCES: ClassVar[dict[str, str | Promise]] = {
        "not_a_copy": _("This file is not a copy from a house like this one. Nothing was brought in."),
        "damaged": _("This file is damaged, or was changed. Nothing was brought in. Please take the copy again."),
        "too_large": _("This file is larger inside than a copy can be. Nothing was brought in."),
        "other_version": _(
            "This copy was made by another version of the house, and this one does not know all that is in it. "
            "Nothing was brought in."
        ),
    }

    def __init__(self, why: str, where: str = "") -> None:
        super().__init__(self.SENTENCES[why])
        self.code, self.where = why, where
        self.args = (why, where)


def manifest(files: dict[str, bytes], copy: dict[str, Any]) -> bytes:
    """What is in the file: each name, how long it is, and its SHA-256."""
    listed = [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]
    said = {
        "format": rules.FORMAT,
        "version": rules.VERSION,
        "made_at": copy["made"]["at"],
        "checkpoint": copy["houses"][-1]["checkpoint"],
        "files": listed,
    }
    return json.dumps(said, indent=1, ensure_ascii=False).encode()


def packed(files: dict[str, bytes], copy: dict[str, Any]) -> bytes:
    """The whole file, with its list and its mark."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, content in {**files, rules.MANIFEST: manifest(files, copy)}.items():
            entry = zipfile.ZipInfo(name, date_time=_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
        archive.comment = b" " * SEAL_BYTES
    whole = into.getvalue()[:-SEAL_BYTES]
    return whole + SEAL + hashlib.sha256(whole).hexdigest().encode()


def opened(file: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What stands in `my-copy.json`, and all files by name. Raise `CannotBeRead` for whatever is not a whole copy."""
    files = _unpacked(file)
    if rules.MANIFEST not in files or rules.ROWS not in files:
        raise CannotBeRead("not_a_copy")
    try:
        listed = {one["name"]: one["sha256"] for one in json.loads(files.pop(rules.MANIFEST))["files"]}
    except (ValueError, KeyError, TypeError) as error:
        raise CannotBeRead("damaged", rules.MANIFEST) from error
    if set(listed) != set(files):
        raise CannotBeRead("damaged", rules.MANIFEST)
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != listed[name]:
            raise CannotBeRead("damaged", name)
    return _rows(files[rules.ROWS]), files


def _rows(content: bytes) -> dict[str, Any]:
    try:
        copy = json.loads(content)
        is_ours = copy["format"] == rules.FORMAT
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CannotBeRead("not_a_copy", rules.ROWS) from error
    if not is_ours:
        raise CannotBeRead("not_a_copy", rules.ROWS)
    wrong = amiss(copy, schema())
    if wrong is not None:
        raise CannotBeRead("other_version", wrong)
    found: dict[str, Any] = copy
    return found


def _unpacked(file: bytes) -> dict[str, bytes]:
    has_seal = file[-SEAL_BYTES:].startswith(SEAL)
    if has_seal and file[-64:] != hashlib.sha256(file[:-SEAL_BYTES]).hexdigest().encode():
        raise CannotBeRead("damaged")
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            if archive.comment and not has_seal:
                raise CannotBeRead("damaged")
            entries = archive.infolist()
            _refuse_to_grow(entries, len(file))
            return {entry.filename: _one(archive, entry) for entry in entries}
    except CannotBeRead:
        raise
    except zipfile.BadZipFile as error:
        raise CannotBeRead("damaged" if has_seal or file[:2] == b"PK" else "not_a_copy") from error
    except Exception as error:  # whatever a file that somebody made up does to the library
        raise CannotBeRead("damaged") from error


def _refuse_to_grow(entries: list[zipfile.ZipInfo], length: int) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > rules.MOST_FILES or sum(entry.file_size for entry in entries) > min(
        rules.MOST_BYTES, length * rules.MOST_TO_ONE
    ):
        raise CannotBeRead("too_large")
    if len(set(names)) != len(names) or not all(map(_is_plain, names)):
        raise CannotBeRead("damaged")


def _is_plain(name: str) -> bool:
    """A name that leads nowhere else."""
    return not (name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or "\0" in name)


def _one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One file, read no further than it says it goes."""
    with archive.open(entry) as inside:
        content = inside.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise CannotBeRead("too_large")
    return content
