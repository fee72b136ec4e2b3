"""A page that writes live, played in Python: what `together.js` does, with pycrdt in the place of yjs."""

from __future__ import annotations

import base64
import datetime
import secrets
from typing import Any

from pycrdt import Doc, Text

from alongside.access.trail import flush
from alongside.kit.ids import new_id
from alongside.together import actions, merging, queries
from alongside.together.models import Paper, Typed
from alongside.together.rules import Sort
from alongside.together.updates import ROOT


def offset(text: str, letters: int) -> int:
    """A place in a text as pycrdt counts it."""
    return len(text[:letters].encode())


class Sheet:
    """A text on somebody's page, with what was typed and not sent yet."""

    def __init__(self, pen: int | None = None) -> None:
        self.doc: Doc[Any] = Doc(client_id=pen or secrets.randbelow(2**32 - 1) + 1, skip_gc=True)
        self._text: Text = self.doc.get(ROOT, type=Text)
        self.unsent: list[bytes] = []

    def __str__(self) -> str:
        return str(self._text)

    @property
    def pen(self) -> int:
        return self.doc.client_id

    def put(self, at: int, words: str) -> None:
        self._change(lambda text: self._text.insert(offset(text, at), words))

    def take_out(self, start: int, end: int) -> None:
        def delete(text: str) -> None:
            del self._text[offset(text, start) : offset(text, end)]

        self._change(delete)

    def _change(self, do: Any) -> None:
        before = self.doc.get_state()
        do(str(self))
        self.unsent.append(self.doc.get_update(before))

    def take(self, edit: bytes) -> None:
        self.doc.apply_update(edit)


class Page(Sheet):
    """A sheet of somebody of the cast, on a paper of Rosa's space."""

    def __init__(self, cast: Any, who: str, paper_id: Any, **options: Any) -> None:
        super().__init__(**options)
        self.cast, self.who, self.paper_id, self.number = cast, who, paper_id, 0
        self.now = cast.now

    def place(self) -> Any:
        return self.cast.place(self.who, now=self.now)

    def sync(self) -> Page:
        """Send what was typed, and take what others typed."""
        place = self.place()
        has = self.doc.get_state()
        edits = self.unsent or [b""]
        for edit in edits:
            self.now += datetime.timedelta(milliseconds=120)
            if edit:
                news = actions.type_in(
                    by=place.by, about=place, now=self.now, paper_id=self.paper_id, edit=edit, seen=self.number, has=has
                )
            else:
                news = queries.news_in(place, self.paper_id, seen=self.number, has=has)
            self.number = news.number
            for each in news.edits:
                self.take(base64.b64decode(each))
        flush(place.by)
        self.unsent = []
        return self

    def types(self, words: str, at: int | None = None) -> Page:
        """Type something, send it, and take what is new."""
        self.sync()
        self.put(len(str(self)) if at is None else at, words)
        return self.sync()


def do(cast: Any, who: str, action: Any, *, now: Any = None, of: str = "rosa", **given: Any) -> Any:
    place = cast.place(who, of=of, now=now)
    given.setdefault("write_id", new_id())
    return action(by=place.by, about=place, now=now or cast.now, **given)


def start(cast: Any, who: str = "rosa", title: str = "Our letter to the school", sort: Sort = Sort.LETTER) -> Any:
    return do(cast, who, actions.start_paper, sort=sort, title=title).id


def save(cast: Any, who: str, paper_id: Any, text: str, *, drawn_from: bytes | None = None, **given: Any) -> Any:
    if drawn_from is None:
        drawn_from = moment(cast, paper_id)
    return do(cast, who, actions.save_form, paper_id=paper_id, text=text, drawn_from=drawn_from, **given)


def moment(cast: Any, paper_id: Any, who: str = "rosa") -> bytes:
    """What a form that is drawn now says that it was drawn from."""
    return base64.b64decode(queries.paper_in(cast.place(who), paper_id).moment)


def rows(paper_id: Any) -> list[Typed]:
    return list(Typed.objects.unguarded(because="test").filter(paper_id=paper_id).order_by("number"))


def text(paper_id: Any) -> str:
    """The text as it is kept, which is the same as what its edits come to."""
    kept: str = Paper.objects.unguarded(because="test").get(id=paper_id).text
    assert merging.text_of([row.data for row in rows(paper_id)]) == kept
    return kept
