"""Edits as they travel between browsers and the house: yjs's own format, version 1, read strictly. No Django here.

A paper is one text and nothing else, so of all that the format knows only plain strings are taken: what
nobody could see on the page (another text, a map, a picture, a mark) is refused and never kept.

Each letter of a text has an id: the number of the pen that wrote it (a page that is open somewhere), and
its place among all that this pen wrote. `Sequence` puts the letters in order as yjs does, so that it can
be said who wrote which, and what stood there when a page was drawn.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

# The name of the one text in a paper.
ROOT = "text"

_GC, _DELETED, _STRING, _SKIP = 0, 1, 4, 10
_HAS_LEFT, _HAS_RIGHT, _HAS_KEY, _WHAT = 0x80, 0x40, 0x20, 0x1F
# Numbers of pens are 32 bits, as yjs draws them; more than 53 bits a browser could not hold.
_LARGEST = 2**53 - 1

Id = tuple[int, int]


class Malformed(ValueError):
    """These bytes are no edit of a paper."""


@dataclass(frozen=True)
class Block:
    """Letters that one pen wrote in one go, and the ids of the letters they were put between."""

    pen: int
    clock: int
    length: int
    left: Id | None
    right: Id | None
    # `None` when they were taken out again, and what they were is gone.
    text: str | None

    @property
    def end(self) -> int:
        return self.clock + self.length


@dataclass
class Edit:
    """What an edit says: what was written, and which letters were taken out, as (from, to) by pen."""

    blocks: dict[int, list[Block]] = field(default_factory=dict)
    taken_out: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def texts(self) -> Iterator[str]:
        """Every stretch of text that was written."""
        return (block.text for blocks in self.blocks.values() for block in blocks if block.text)


class _Reader:
    """Reads numbers and texts from the front; refuses what is cut off."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise Malformed("it ends too early")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 53:
                raise Malformed("a number is too large")
        if value > _LARGEST:
            raise Malformed("a number is too large")
        return value

    def text(self) -> str:
        length = self.number()
        if length > len(self.data) - self.at:
            raise Malformed("it ends too early")
        self.at += length
        try:
            return self.data[self.at - length : self.at].decode()
        except UnicodeDecodeError as error:
            raise Malformed("a text is not UTF-8") from error

    def id(self) -> Id:
        return (self.number(), self.number())


def read(data: bytes) -> Edit:
    """Read an edit. Raise `Malformed` for anything that is not plain text in the one text of a paper."""
    reader, edit = _Reader(data), Edit()
    for _ in range(reader.number()):
        count, pen, clock = reader.number(), reader.number(), reader.number()
        if pen in edit.blocks or not count:
            raise Malformed("a pen stands there twice, or with nothing")
        blocks = edit.blocks[pen] = []
        for _ in range(count):
            block = _block(reader, pen, clock)
            blocks.append(block)
            clock = block.end
    edit.taken_out = _taken_out(reader)
    if reader.at != len(data):
        raise Malformed("something follows it")
    return edit


def _block(reader: _Reader, pen: int, clock: int) -> Block:
    info = reader.byte()
    what = info & _WHAT
    if what not in (_STRING, _DELETED):
        raise Malformed("it is not plain text")
    left = reader.id() if info & _HAS_LEFT else None
    right = reader.id() if info & _HAS_RIGHT else None
    if left is None and right is None and (reader.number() != 1 or reader.text() != ROOT or info & _HAS_KEY):
        raise Malformed("it is another text")
    text = None
    if what == _STRING:
        text = reader.text()
        length = len(text.encode("utf-16-le")) // 2
    else:
        length = reader.number()
    if not length:
        raise Malformed("nothing is written")
    return Block(pen, clock, length, left, right, text)


class _Writer:
    """Writes numbers and texts one after the other."""

    def __init__(self) -> None:
        self.data = bytearray()

    def number(self, value: int) -> None:
        while value > 0x7F:
            self.data.append(0x80 | (value & 0x7F))
            value >>= 7
        self.data.append(value)

    def text(self, text: str) -> None:
        data = text.encode()
        self.number(len(data))
        self.data += data


def written(edit: Edit) -> bytes:
    """An edit as it travels."""
    writer = _Writer()
    writer.number(len(edit.blocks))
    for pen, blocks in edit.blocks.items():
        for number in (len(blocks), pen, blocks[0].clock):
            writer.number(number)
        for block in blocks:
            flags = (_HAS_LEFT if block.left else 0) | (_HAS_RIGHT if block.right else 0)
            writer.data.append(flags | _STRING)
            for number in (*(block.left or ()), *(block.right or ())):
                writer.number(number)
            if not flags:
                writer.number(1)
                writer.text(ROOT)
            writer.text(block.text or "")
    writer.number(len(edit.taken_out))
    for pen, ranges in edit.taken_out.items():
        writer.number(pen)
        writer.number(len(ranges))
        for start, end in ranges:
            writer.number(start)
            writer.number(end - start)
    return bytes(writer.data)


# --- As it stood at a moment ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """How a paper stood once: how many letters there were of each pen, and which had been taken out."""

    letters: dict[int, int]
    taken_out: dict[int, list[tuple[int, int]]]


def read_moment(data: bytes) -> Moment:
    """Read a moment: yjs's own format of a snapshot. Raise `Malformed`."""
    reader = _Reader(data)
    taken_out = _taken_out(reader)
    letters = read_state(reader)
    if reader.at != len(data):
        raise Malformed("something follows it")
    return Moment(letters, taken_out)


def read_state(data: bytes | _Reader) -> dict[int, int]:
    """How many letters there are of each pen. Raise `Malformed`."""
    reader = _Reader(data) if isinstance(data, bytes) else data
    return {reader.number(): reader.number() for _ in range(reader.number())}


def _taken_out(reader: _Reader) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for _ in range(reader.number()):
        pen = reader.number()
        ranges = found.setdefault(pen, [])
        for _ in range(reader.number()):
            start, length = reader.number(), reader.number()
            if not length:
                raise Malformed("nothing is taken out")
            ranges.append((start, start + length))
    return found


# --- In order ------------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Piece:
    """A part of a block that nothing was put into: its letters stand side by side for ever."""

    pen: int
    clock: int
    end: int
    left: Id | None
    right: Id | None
    text: str | None
    is_out: bool
    before: Piece | None = None
    after: Piece | None = None


class Sequence:
    """All letters of a paper in their order, those that were taken out too."""

    def __init__(self, edit: Edit, *, moment: Moment | None = None) -> None:
        """`moment` is one that will be asked for: pieces are cut so that each was there then as a whole, or not."""
        self._out = _Ranges(edit.taken_out)
        self._first: Piece | None = None
        self._starts: dict[Id, Piece] = {}
        self._ends: dict[Id, Piece] = {}
        cuts = _cuts(edit, moment)
        waiting = {pen: list(self._cut(blocks, cuts[pen]))[::-1] for pen, blocks in edit.blocks.items()}
        self._place_all(waiting)

    def __iter__(self) -> Iterator[Piece]:
        piece = self._first
        while piece is not None:
            yield piece
            piece = piece.after

    def shown(self) -> Iterator[tuple[int, str]]:
        """What stands there now: the pen and its letters, piece by piece."""
        return ((piece.pen, piece.text) for piece in self if piece.text and not piece.is_out)

    def then(self, moment: Moment) -> Then:
        """The paper as it stood at the moment that this was made with. Raise `Malformed` when it never stood so."""
        return Then([piece for piece in self if piece.clock < moment.letters.get(piece.pen, 0)], moment)

    def _cut(self, blocks: list[Block], cuts: list[int]) -> Iterator[Piece]:
        for block in blocks:
            units = block.text.encode("utf-16-le") if block.text is not None else None
            inside = cuts[bisect_right(cuts, block.clock) : bisect_left(cuts, block.end)]
            start = block.clock
            for end in (*inside, block.end):
                text = None
                if units is not None:
                    part = units[2 * (start - block.clock) : 2 * (end - block.clock)]
                    text = part.decode("utf-16-le", "replace")
                left = block.left if start == block.clock else (block.pen, start - 1)
                is_out = text is None or self._out.has(block.pen, start)
                yield Piece(block.pen, start, end, left, block.right, text, is_out)
                start = end

    def _place_all(self, waiting: dict[int, list[Piece]]) -> None:
        """Place every piece after those that it was put between. Raise `Malformed` when one of them is missing."""
        for pen in sorted(waiting):
            needs = [pen]
            while needs:
                stack = waiting.get(needs[-1])
                if not stack:
                    needs.pop()
                    continue
                missing = self._missing(stack[-1])
                if missing is None:
                    self._place(stack.pop())
                    if len(needs) > 1:  # whoever waited for this looks again
                        needs.pop()
                elif missing in needs or not waiting.get(missing):
                    raise Malformed("it was put beside letters that are not there")
                else:
                    needs.append(missing)

    def _missing(self, piece: Piece) -> int | None:
        if piece.left is not None and (piece.left[0], piece.left[1] + 1) not in self._ends:
            return piece.left[0]
        if piece.right is not None and piece.right not in self._starts:
            return piece.right[0]
        return None

    def _left_of(self, piece: Piece) -> Piece | None:
        return None if piece.left is None else self._ends[piece.left[0], piece.left[1] + 1]

    def _place(self, piece: Piece) -> None:
        """Yjs's own rule for two who write in one place: the smaller number of a pen comes first."""
        left = self._left_of(piece)
        right = None if piece.right is None else self._starts[piece.right]
        other = self._first if left is None else left.after
        if other is not right:
            conflicting: set[int] = set()
            passed: set[int] = set()
            while other is not None and other is not right:
                passed.add(id(other))
                conflicting.add(id(other))
                if other.left == piece.left:
                    if other.pen < piece.pen:
                        left = other
                        conflicting.clear()
                    elif other.right == piece.right:
                        break
                else:
                    its_left = self._left_of(other)
                    if its_left is None or id(its_left) not in passed:
                        break
                    if id(its_left) not in conflicting:
                        left = other
                        conflicting.clear()
                other = other.after
        piece.before = left
        piece.after = self._first if left is None else left.after
        if piece.after is not None:
            piece.after.before = piece
        if left is None:
            self._first = piece
        else:
            left.after = piece
        self._starts[piece.pen, piece.clock] = piece
        self._ends[piece.pen, piece.end] = piece


class _Ranges:
    """Which letters are in a list of ranges."""

    def __init__(self, ranges: dict[int, list[tuple[int, int]]]) -> None:
        self._sorted = {pen: _joined(sorted(some)) for pen, some in ranges.items()}

    def has(self, pen: int, clock: int) -> bool:
        ranges = self._sorted.get(pen, [])
        at = bisect_right(ranges, (clock, _LARGEST))
        return at > 0 and clock < ranges[at - 1][1]


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in ranges:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _cuts(edit: Edit, moment: Moment | None) -> dict[int, list[int]]:
    """Where blocks are cut, by pen: wherever something was put in between, or taken out."""
    cuts: dict[int, set[int]] = defaultdict(set)
    for blocks in edit.blocks.values():
        for block in blocks:
            if block.left is not None:
                cuts[block.left[0]].add(block.left[1] + 1)
            if block.right is not None:
                cuts[block.right[0]].add(block.right[1])
    then = moment.taken_out if moment else {}
    for pen, ranges in (*edit.taken_out.items(), *then.items()):
        for start, end in ranges:
            cuts[pen] |= {start, end}
    for pen, clock in (moment.letters if moment else {}).items():
        cuts[pen].add(clock)
    found: dict[int, list[int]] = defaultdict(list)
    for pen, several in cuts.items():
        found[pen] = sorted(several)
    return found


class Then:
    """A paper as it stood at a moment, and edits of it that somebody made without a line from then on."""

    def __init__(self, pieces: list[Piece], moment: Moment) -> None:
        out = _Ranges(moment.taken_out)
        self._pieces = pieces
        # where each piece that was shown begins, counted in letters of the text, and which one it is
        self._begins: list[int] = []
        self._shown: list[int] = []
        texts, length = [], 0
        for number, piece in enumerate(pieces):
            if out.has(piece.pen, piece.clock):
                continue
            if piece.text is None:
                raise Malformed("what stood there then is gone")
            self._begins.append(length)
            self._shown.append(number)
            texts.append(piece.text)
            length += piece.end - piece.clock
        self.length = length
        self.text = "".join(texts)

    def between(self, at: int) -> tuple[Id | None, Id | None]:
        """The ids of the letters left and right of a place in the text; one that was taken out may be the right one."""
        if not at:
            return None, self._start(0)
        which = bisect_right(self._begins, at - 1) - 1
        number = self._shown[which]
        piece, clock = self._pieces[number], self._pieces[number].clock + at - 1 - self._begins[which]
        right = self._start(number + 1) if clock + 1 == piece.end else (piece.pen, clock + 1)
        return (piece.pen, clock), right

    def _start(self, number: int) -> Id | None:
        return (self._pieces[number].pen, self._pieces[number].clock) if number < len(self._pieces) else None

    def ids(self, start: int, end: int) -> Iterator[tuple[int, tuple[int, int]]]:
        """The letters from one place to another, as (pen, (from, to))."""
        which = bisect_right(self._begins, start) - 1
        while start < end:
            piece = self._pieces[self._shown[which]]
            clock = piece.clock + start - self._begins[which]
            until = min(piece.end, clock + end - start)
            yield piece.pen, (clock, until)
            start += until - clock
            which += 1
