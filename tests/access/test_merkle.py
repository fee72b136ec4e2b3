"""The tree of hashes: known answers, another hand's tree on random lists, and what a forger might try."""

import hashlib
import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, InvalidProof, verify_consistency

from alongside.access import merkle
from alongside.access.merkle import Tree, leaf_hash, node_hash

# The entries and roots by which makers of Certificate Transparency logs check one another.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
TREES = 1000


def leaves(size, seed=0):
    return [leaf_hash(f"{seed} {place}".encode()) for place in range(size)]


def test_the_known_roots():
    for size, root in enumerate(ROOTS):
        assert merkle.root_of(LEAVES[:size]).hex() == root


def test_the_proofs_that_the_standard_draws():
    """RFC 6962, section 2.1.3: a tree of seven, built three, four, six, seven at a time."""
    a, b, c, d, e, f, j = LEAVES[:7]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, ell = node_hash(g, h), node_hash(i, j)
    seven = LEAVES[:7]
    assert merkle.root_of(seven) == node_hash(k, ell)
    assert merkle.inclusion_proof(seven, 0) == [b, h, ell]
    assert merkle.inclusion_proof(seven, 3) == [c, g, ell]
    assert merkle.inclusion_proof(seven, 4) == [f, j, k]
    assert merkle.inclusion_proof(seven, 6) == [i, k]
    assert merkle.consistency_proof(seven, 3) == [c, d, g, ell]
    assert merkle.consistency_proof(seven, 4) == [ell]
    assert merkle.consistency_proof(seven, 6) == [i, j, k]


def test_a_tree_that_grows_line_by_line_is_the_tree_of_its_list():
    tree, all_leaves = Tree(), leaves(130)
    for size, leaf in enumerate(all_leaves, start=1):
        tree.append(leaf)
        assert tree.root() == merkle.root_of(all_leaves[:size])
        assert len(tree.peaks) == size.bit_count()
        again = merkle.unpacked(tree.size, tree.packed())
        assert (again.size, again.peaks) == (tree.size, tree.peaks)
    with pytest.raises(ValueError, match="of this size"):
        merkle.unpacked(1, tree.packed())


def by_the_letter(entries, before, is_whole=True):
    """SUBPROOF of RFC 6962, section 2.1.2, as it is written there, on entries and with hashes of its own."""

    def mth(part):
        if len(part) == 1:
            return hashlib.sha256(b"\x00" + part[0]).digest()
        k = max(2**power for power in range(10) if 2**power < len(part))
        return hashlib.sha256(b"\x01" + mth(part[:k]) + mth(part[k:])).digest()

    if before == len(entries):
        return [] if is_whole else [mth(entries)]
    k = max(2**power for power in range(10) if 2**power < len(entries))
    if before <= k:
        return [*by_the_letter(entries[:k], before, is_whole), mth(entries[k:])]
    return [*by_the_letter(entries[k:], before - k, False), mth(entries[:k])]


@pytest.mark.once
def test_it_agrees_with_other_hands(capsys):
    """A thousand random lists: roots and inclusion proofs are pymerkle's, byte for byte; consistency proofs, which
    pymerkle writes in a form of its own, are the standard's, and both come to the same verdict.
    """
    warnings.simplefilter("ignore", DeprecationWarning)
    chance, proofs = random.Random(6962), 0
    for seed in range(TREES):
        size = chance.randint(1, 200)
        entries = [f"{seed} {place}".encode() for place in range(size)]
        ours, theirs = [leaf_hash(entry) for entry in entries], InmemoryTree(algorithm="sha256")
        for entry in entries:
            theirs.append_entry(entry)
        before, place = chance.randint(1, size), chance.randrange(size)
        root, root_before = merkle.root_of(ours), merkle.root_of(ours[:before])
        assert (root, root_before) == (theirs.get_state(size), theirs.get_state(before))

        inclusion = [bytes.fromhex(step) for step in theirs.prove_inclusion(place + 1, size).serialize()["path"]]
        mine = merkle.inclusion_proof(ours, place)
        assert inclusion == [ours[place], *mine], "theirs begins with the leaf itself"
        assert merkle.is_included(ours[place], place, size, mine, root)

        mine = merkle.consistency_proof(ours, before)
        assert mine == by_the_letter(entries, before)
        verify_consistency(root_before, root, theirs.prove_consistency(before, size))
        assert merkle.is_consistent(before, root_before, size, root, mine)
        other = leaf_hash(b"another")
        with pytest.raises(InvalidProof):
            verify_consistency(other, root, theirs.prove_consistency(before, size))
        assert not merkle.is_consistent(before, other, size, root, mine)
        proofs += 2
    with capsys.disabled():
        print(f"\n[merkle] {TREES} random trees, {proofs} proofs: all agree with pymerkle and the standard's letter")


@given(st.integers(0, 70), st.data())
def test_a_proof_shows_what_is_so_and_nothing_else(size, data):
    before = data.draw(st.integers(0, size))
    all_leaves, other = leaves(size), hashlib.sha256(b"other").digest()
    root, root_before = merkle.root_of(all_leaves), merkle.root_of(all_leaves[:before])
    proof = merkle.consistency_proof(all_leaves, before)
    assert merkle.is_consistent(before, root_before, size, root, proof)
    assert not merkle.is_consistent(before, other, size, root, proof)
    assert not merkle.is_consistent(before, root_before, size, other, proof) or before == 0
    assert not merkle.is_consistent(before, root_before, size, root, [*proof, other])
    assert not merkle.is_consistent(size + 1, root_before, size, root, proof)
    for wrong in range(len(proof)):
        assert not merkle.is_consistent(before, root_before, size, root, [*proof[:wrong], other, *proof[wrong + 1 :]])
        assert not merkle.is_consistent(before, root_before, size, root, proof[:wrong] + proof[wrong + 1 :])
    if size:
        place = data.draw(st.integers(0, size - 1))
        shown = merkle.inclusion_proof(all_leaves, place)
        assert merkle.is_included(all_leaves[place], place, size, shown, root)
        assert not merkle.is_included(other, place, size, shown, root)
        assert not merkle.is_included(all_leaves[place], place, size, [*shown, other], root)
        assert not merkle.is_included(all_leaves[place], size, size, shown, root)
        if shown:
            assert not merkle.is_included(all_leaves[place], place, size, shown[:-1], root)
            assert not merkle.is_included(all_leaves[place], place ^ 1, size, shown, root)


@pytest.mark.parametrize(("size", "before"), [(3, 4), (3, -1)])
def test_what_was_never_so_has_no_proof(size, before):
    with pytest.raises(ValueError, match="never that long"):
        merkle.consistency_proof(leaves(size), before)
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_proof(leaves(size), before)


def test_an_earlier_tree_of_nothing_shows_nothing():
    """A size of nought goes with everything, so whoever asks from nought learns nothing: it must say so itself."""
    assert merkle.is_consistent(0, Tree().root(), 5, merkle.root_of(leaves(5)), [])
