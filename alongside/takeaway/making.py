"""Making a copy, behind the page that shows how far it is.

It is made in a thread of this process, piece by piece; after each piece it is asked again whether she
is still signed in and still has her seat. Nothing of it lies anywhere in clear: the finished file is
put, encrypted with her space's key, into the database, from where any process can hand it out. When
the server is started anew in between, the copy has stopped, its page says so, and one tap makes it
again from the beginning: what is half made is worth nothing.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from alongside.access import Kind, Place, Viewer, enter, trail, wall
from alongside.access.middleware import viewer_of
from alongside.kit.errors import NotFound
from alongside.live.queries import proof_of, standing
from alongside.people.models import Account
from alongside.takeaway import rules
from alongside.takeaway.fields import canonical
from alongside.takeaway.gathering import gather, tables_in_a_copy
from alongside.takeaway.models import Copy, Part
from alongside.takeaway.packing import packed
from alongside.takeaway.paper import paper
from alongside.takeaway.readable import Readable, readable

log = logging.getLogger(__name__)

# One copy at a time in one process, so that others are not kept waiting by it.
_turn = threading.Lock()


class Stopped(Exception):
    """She signed out, her seat ended, or the copy was given up: nothing of it is kept."""


@dataclass(frozen=True)
class Order:
    """What a copy is made for: whose, where, and in which session it was asked for."""

    copy_id: uuid.UUID
    partnership_id: uuid.UUID
    account_id: uuid.UUID
    session_key: str
    proof: int

    @classmethod
    def of(cls, copy: Copy, account: Account, session_key: str) -> Order:
        return cls(copy.id, copy.partnership_id, account.pk, session_key, proof_of(account.password))


def start(order: Order) -> None:
    """Begin to make it, in a thread of its own."""
    threading.Thread(target=_behind, args=(order,), name="my copy", daemon=True).start()


def _behind(order: Order) -> None:
    try:
        with _turn:
            make(order)
    except Stopped:
        pass  # as it should be
    except Exception:
        log.exception("A copy could not be made; its page says so, and it can be asked for again.")
    finally:
        connections.close_all()


class Work:
    """One copy while it is made."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.readings: dict[tuple[uuid.UUID, Kind], int] = defaultdict(int)
        self.done = 0
        self.pieces = len(tables_in_a_copy()) + 6

    @contextlib.contextmanager
    def place(self) -> Iterator[Place]:
        """Her place, asked for anew, in a transaction that stands for her. Raise `Stopped` when it is hers no more.

        What is read is noted together, and written to the trail before the copy can be taken.
        """
        order, now = self.order, timezone.now()
        with wall.standing_for_house():
            holds = standing([order.partnership_id], [order.session_key], now=now)
            if holds.seats.get((order.partnership_id, order.account_id)) != order.proof:
                raise Stopped
            if order.session_key not in holds.sessions:
                raise Stopped
            account = Account.objects.select_related("person__organisation").get(pk=order.account_id)
        viewer = viewer_of(account, now=now)
        viewer.readings = self.readings
        with (
            wall.standing_for(viewer),
            timezone.override(account.person.organisation.time_zone),
            translation.override(account.language),
        ):
            yield self._entered(viewer)

    def _entered(self, viewer: Viewer) -> Place:
        try:
            place = enter(viewer, self.order.partnership_id)
        except NotFound as error:
            raise Stopped from error
        if not place.is_client:
            raise Stopped
        return place

    def copies(self, place: Place) -> Any:
        """The copy that is being made, as long as it is waited for."""
        return Copy.objects.visible_to(place.by, within=place.id).filter(id=self.order.copy_id, ready_at=None)

    @contextlib.contextmanager
    def piece(self) -> Iterator[Place]:
        """The next piece of the work: say how far it is, and go on where she stands. Raise `Stopped`."""
        with self.place() as place:
            if not self.copies(place).update(pieces_done=self.done, pieces=self.pieces, beat_at=place.by.now):
                raise Stopped
        with self.place() as place:
            yield place
        self.done = min(self.done + 1, self.pieces - 1)


def make(order: Order) -> None:
    """Make the copy and put its file, encrypted, where she can take it. Raise `Stopped`."""
    work = Work(order)
    files: dict[str, bytes] = {}
    copy = gather(work.piece, files)
    with work.piece():
        files |= {rules.ROWS: canonical(copy), rules.RECEIPTS: receipts(copy)}
        told = readable(copy)
    with work.piece():
        files[rules.PAGE] = page(told, has_attached=any(name.startswith(rules.ATTACHED) for name in files))
    with work.piece():
        files[rules.PAPER] = paper(told)
    with work.piece():
        whole = packed(files, copy)
    with work.place() as place:
        put_down(work, place, whole)


def receipts(copy: dict[str, Any]) -> bytes:
    """Each receipt as it was handed out, for whoever reads receipts by machine."""
    handed_out = [row["said"] for row in copy["tables"]["sharing.Receipt"]]
    return json.dumps(handed_out, ensure_ascii=False, indent=1).encode()


def page(told: Readable, *, has_attached: bool = False) -> bytes:
    """The readable page, in the language that is switched on."""
    context = {
        "copy": told,
        "language": translation.get_language(),
        "right_to_left": translation.get_language_bidi(),
        "site_title": settings.SITE_TITLE,
        "files": [
            (rules.PAPER, _("the same on paper, as a PDF")),
            (rules.ROWS, _("all rows, for another house like this one")),
            *([(rules.ATTACHED, _("the photos and voice notes of this page"))] if has_attached else []),
            (rules.RECEIPTS, _("a receipt for each thing that was shared, for programs that read receipts")),
            (rules.MANIFEST, _("a list of the files, by which anybody can tell whether one was changed")),
        ],
    }
    return render_to_string("takeaway/copy.html", context).encode()


@transaction.atomic
def put_down(work: Work, place: Place, whole: bytes) -> None:
    """Keep the finished file, encrypted and in parts, and write to the trail what was read for it. Raise `Stopped`."""
    for number, begins in enumerate(range(0, len(whole), rules.PART_BYTES)):
        content = whole[begins : begins + rules.PART_BYTES]
        Part.objects.create(partnership_id=place.id, copy_id=work.order.copy_id, number=number, content=content)
    now = place.by.now
    if not work.copies(place).update(
        pieces_done=work.pieces, pieces=work.pieces, beat_at=now, ready_at=now, length=len(whole)
    ):
        raise Stopped
    trail.flush(place.by)
