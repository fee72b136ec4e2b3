"""The hub: which streams are open in this process, and what each was told last.

What waits is a set of partnerships, and one message for each stream whose line is slow: every
message says how many changes there are by now, so a newer one takes the place of an older one. So
nothing can overflow and nothing is dropped. (The page of a paper asks after each of them what is new in
its paper, so there too the newest stands for all.) Before anything is told, the database is asked who may
still hear it; an ended seat or session closes the stream instead.
"""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from django.utils import timezone

from alongside.live.queries import Standing, standing

log = logging.getLogger(__name__)

T = TypeVar("T")
Ask = Callable[[Callable[[], Any]], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
# By partnership and paper, how many edits there are by now.
Papers = Mapping[tuple[uuid.UUID, uuid.UUID], int]
NO_PAPERS: Papers = {}

# A page whose session was ended elsewhere notices after this time at most, and a lost signal is made up for.
SECONDS_BETWEEN_LOOKS = 5.0
# Proxies drop a line on which nothing was said for a minute, some after half of one.
SECONDS_BETWEEN_HEARTBEATS = 25.0
SECONDS_AFTER_AN_ERROR = 1.0
STREAMS_TO_A_LOOK = 500
# Far more than anybody has windows in sight at once.
STREAMS_TO_A_SESSION = 12
# Between these a browser picks up a lost line, so that a restart is not followed by everybody at once.
MILLISECONDS_TO_RETRY = (1000, 3000)

HEARTBEAT = b":\n\n"
ENDED = b"event: ended\ndata: 0\n\n"


class Stream:
    """One open page of somebody in one partnership."""

    __slots__ = (
        "_busy", "_over", "_send", "_unsaid", "account_id", "paper_id", "partnership_id", "proof", "session_key",
        "told",
    )  # fmt: skip

    def __init__(
        self,
        *,
        partnership_id: uuid.UUID,
        account_id: uuid.UUID,
        session_key: str,
        proof: int,
        send: Send,
        paper_id: uuid.UUID | None = None,
    ) -> None:
        self.partnership_id = partnership_id
        self.account_id = account_id
        self.session_key = session_key
        self.proof = proof
        # The paper whose page it is, if it is one.
        self.paper_id = paper_id
        # How many changes it has heard of; -1 before the first word.
        self.told = -1
        self._send = send
        self._unsaid: bytes | None = None
        self._busy: asyncio.Task[None] | None = None
        self._over = False

    def say(self, words: bytes, *, last: bool = False) -> None:
        """Send `words` as soon as the line is free; what was not sent yet is overtaken by them."""
        if self._over:
            return
        self._over = last
        self._unsaid = words
        if self._busy is None:
            self._busy = asyncio.get_running_loop().create_task(self._send_all())

    def beat(self) -> None:
        """Show that the line is alive, unless something is under way on it anyway."""
        if self._busy is None:
            self.say(HEARTBEAT)

    async def _send_all(self) -> None:
        try:
            while self._unsaid is not None:
                words, self._unsaid = self._unsaid, None
                await self._send({"type": "http.response.body", "body": words, "more_body": not self._over})
        finally:
            self._busy = None


class Hub:
    """Tells the streams of a partnership that something changed there. Lives in one event loop."""

    def __init__(self, ask: Ask) -> None:
        """`ask` calls a function that asks the database, somewhere else than in the loop's thread."""
        self._ask = ask
        self._loop = asyncio.get_running_loop()
        self._streams: dict[uuid.UUID, set[Stream]] = {}
        self._of_session: Counter[str] = Counter()
        self._to_look_at: set[uuid.UUID] = set()
        self._papers: dict[tuple[uuid.UUID, uuid.UUID], int] = {}
        self._something_to_do = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.is_closing = False

    def __len__(self) -> int:
        return sum(len(streams) for streams in self._streams.values())

    def open(self) -> None:
        """Begin to listen and to tell."""
        self._tasks = [self._loop.create_task(self._tell_what_was_heard()), self._loop.create_task(self._keep_watch())]

    async def close(self) -> None:
        """Let every stream go; each page comes back by itself to whoever answers then."""
        self.is_closing = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for stream in self._all():
            stream.say(b"", last=True)

    # --- streams come and go --------------------------------------------------------------------

    def has_room_for(self, session_key: str) -> bool:
        return self._of_session[session_key] < STREAMS_TO_A_SESSION

    def join(self, stream: Stream) -> None:
        """Take in a stream. Its first word follows once it was looked at, like every later one."""
        self._streams.setdefault(stream.partnership_id, set()).add(stream)
        self._of_session[stream.session_key] += 1
        self.heard(stream.partnership_id)

    def leave(self, stream: Stream) -> None:
        streams = self._streams.get(stream.partnership_id, set())
        if stream not in streams:
            return
        streams.discard(stream)
        if not streams:
            del self._streams[stream.partnership_id]
        self._of_session[stream.session_key] -= 1
        if not self._of_session[stream.session_key]:
            del self._of_session[stream.session_key]

    # --- signals come in ------------------------------------------------------------------------

    def heard(self, partnership_id: uuid.UUID, paper_id: uuid.UUID | None = None, count: int = 0) -> None:
        """Something changed in this partnership; or, with a paper, there are so many edits in that by now."""
        if partnership_id not in self._streams:
            return
        if paper_id is None:
            self._to_look_at.add(partnership_id)
        else:
            known = self._papers.get((partnership_id, paper_id), 0)
            self._papers[partnership_id, paper_id] = max(known, count)
        self._something_to_do.set()

    def heard_elsewhere(self, partnership_id: uuid.UUID, paper_id: uuid.UUID | None = None, count: int = 0) -> None:
        """The same, told from another thread than the hub's own."""
        if not self.is_closing:
            self._loop.call_soon_threadsafe(self.heard, partnership_id, paper_id, count)

    def look_at_all(self) -> None:
        """Something may have changed anywhere: signals may have been lost."""
        for partnership_id, streams in self._streams.items():
            for stream in streams:
                if stream.paper_id is not None:
                    stream.told = -1  # nobody knows how far its paper is: it is greeted again, and asks
            self.heard(partnership_id)

    # --- and are told to whoever may hear them --------------------------------------------------

    async def _tell_what_was_heard(self) -> None:
        while True:
            await self._something_to_do.wait()
            self._something_to_do.clear()
            partnerships, self._to_look_at = self._to_look_at, set()
            papers, self._papers = self._papers, {}
            concerned = [
                stream
                for partnership_id in partnerships | {within for within, _ in papers}
                for stream in self._streams.get(partnership_id, ())
                if partnership_id in partnerships or (partnership_id, stream.paper_id) in papers
            ]
            if not await self._look(concerned, papers):
                await asyncio.sleep(SECONDS_AFTER_AN_ERROR)
                for partnership_id in partnerships:
                    self.heard(partnership_id)
                for (partnership_id, paper_id), count in papers.items():
                    self.heard(partnership_id, paper_id, count)

    async def _keep_watch(self) -> None:
        last_beat = self._loop.time()
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            if not await self._look(self._all()):
                continue
            if self._loop.time() - last_beat >= SECONDS_BETWEEN_HEARTBEATS:
                last_beat = self._loop.time()
                for stream in self._all():
                    stream.beat()

    async def _look(self, streams: Iterable[Stream], papers: Papers = NO_PAPERS) -> bool:
        """Ask who may hear what, and tell them. Return False, having told nobody, when there was no answer."""
        for some in _portions(list(streams)):
            question = partial(
                standing,
                {stream.partnership_id for stream in some},
                {stream.session_key for stream in some},
                now=timezone.now(),
            )
            try:
                found: Standing = await self._ask(question)
            except Exception:
                # Nobody may be told on a guess. A broken loop would leave every page silent for ever.
                log.exception("Open pages could not be told that something changed; trying again.")
                return False
            for stream in some:
                self._tell(stream, found, papers)
        return True

    def _tell(self, stream: Stream, found: Standing, papers: Papers) -> None:
        who = (stream.partnership_id, stream.account_id)
        may_hear = stream.paper_id is None or who in found.writers
        if found.seats.get(who) != stream.proof or stream.session_key not in found.sessions or not may_hear:
            stream.say(ENDED, last=True)
            self.leave(stream)
            return
        # Somebody invited hears when what is shared with them ends, and not when others are at work.
        is_invited = who in found.invited
        changes = 0 if is_invited else found.changes[stream.partnership_id]
        if stream.told < 0:
            stream.say(b"retry: %d\nevent: hello\ndata: %d\n\n" % (random.randint(*MILLISECONDS_TO_RETRY), changes))  # noqa: S311
        elif stream.told < changes:
            stream.say(b"event: changed\ndata: %d\n\n" % changes)
        elif stream.paper_id is not None and (stream.partnership_id, stream.paper_id) in papers:
            stream.say(b"event: paper\ndata: %d\n\n" % papers[stream.partnership_id, stream.paper_id])
        stream.told = max(stream.told, changes)

    def _all(self) -> list[Stream]:
        return [stream for streams in self._streams.values() for stream in streams]


def _portions(streams: list[Stream]) -> Iterator[list[Stream]]:
    for start in range(0, len(streams), STREAMS_TO_A_LOOK):
        yield streams[start : start + STREAMS_TO_A_LOOK]
