"""A tree of hashes over a list that only grows (RFC 6962, section 2.1). Pure Python, without Django.

A leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right), the root of nothing SHA-256
of nothing. Whoever keeps a size and a root can tell later, from about log2(n) hashes, whether the list
still begins as it did then (a consistency proof), or whether an entry is in it (an inclusion proof).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two parts that stand side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """A tree that is only appended to: its size, and the roots of its full subtrees, the largest first.

    There is one such root for each bit of `size` that is set, so a line costs O(log n), whatever came before.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Put one more leaf at the end."""
        carried, size = leaf, self.size
        while size & 1:
            carried = node_hash(self.peaks.pop(), carried)
            size >>= 1
        self.peaks.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """The root of everything appended so far."""
        if not self.peaks:
            return hashlib.sha256().digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def packed(self) -> bytes:
        """The peaks as bytes, to be kept."""
        return b"".join(self.peaks)


def unpacked(size: int, peaks: bytes) -> Tree:
    """The tree that `packed` kept. Raise `ValueError` when the two do not belong together."""
    if len(peaks) != HASH_BYTES * size.bit_count():
        raise ValueError("These peaks are not of a tree of this size.")
    return Tree(size, [peaks[start : start + HASH_BYTES] for start in range(0, len(peaks), HASH_BYTES)])


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of a list of leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def _split(size: int) -> int:
    """The largest power of two smaller than `size`: where a tree falls into two."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The hashes that lead from the leaf at `place` (from 0) up to the root, the lowest first."""
    if not 0 <= place < len(leaves):
        raise ValueError("There is no leaf at this place.")
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    left, right = leaves[:middle], leaves[middle:]
    if place < middle:
        return [*inclusion_proof(left, place), root_of(right)]
    return [*inclusion_proof(right, place - middle), root_of(left)]


def is_included(leaf: bytes, place: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that `leaf` stands at `place` in the tree of `size` leaves with this root."""
    if not 0 <= place < size:
        return False
    found, at, last = leaf, place, size - 1
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], before: int) -> list[bytes]:
    """The hashes that show that the list began with the same `before` leaves when it had no more than those."""
    if not 0 <= before <= len(leaves):
        raise ValueError("The list was never that long.")
    if before in (0, len(leaves)):
        return []
    return _subproof(leaves, before, is_whole=True)


def _subproof(leaves: Sequence[bytes], before: int, *, is_whole: bool) -> list[bytes]:
    if before == len(leaves):
        return [] if is_whole else [root_of(leaves)]
    middle = _split(len(leaves))
    left, right = leaves[:middle], leaves[middle:]
    if before <= middle:
        return [*_subproof(left, before, is_whole=is_whole), root_of(right)]
    return [*_subproof(right, before - middle, is_whole=False), root_of(left)]


def is_consistent(before: int, root_before: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `size` leaves begins with the tree of `before` leaves.

    The steps of RFC 9162, section 2.1.4.2; the browser takes the same ones (`static/access/witness.js`).
    """
    if not 0 <= before <= size:
        return False
    if before == size:
        return not proof and root_before == root
    if before == 0:
        return not proof and root_before == Tree().root()
    steps = list(proof)
    if before & (before - 1) == 0:  # the earlier tree is a whole subtree: its root is the first step
        steps.insert(0, root_before)
    if not steps:
        return False
    at, last = before - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    found_before = found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            found_before, found = node_hash(step, found_before), node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found_before == root_before and found == root
