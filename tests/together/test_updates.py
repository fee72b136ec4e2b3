"""Edits as they travel: read strictly, put in order as yjs does, and nothing that is malformed does any harm."""

import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from alongside.together import merging, updates
from alongside.together.merging import Gap
from alongside.together.updates import Malformed
from tests.together.steps import Sheet

pytestmark = pytest.mark.once

WORDS = ["word ", "كلمة ", "😀", "é", "a\nb", "👩‍👧 "]


def typed(*words, pen=7):
    sheet = Sheet(pen)
    for word in words:
        sheet.put(len(str(sheet)), word)
    return sheet


def test_what_is_read_and_written_again_is_the_same():
    sheet = typed("Dear school,\n", "سلام 😀 ", "Rosa")
    sheet.take_out(0, 5)
    edit = updates.read(sheet.doc.get_update())
    assert updates.read(updates.written(edit)) == edit
    assert {block.pen for block in edit.blocks[7]} == {7}
    assert edit.taken_out == {7: [(0, 5)]}


def test_letters_are_counted_as_a_browser_counts_them():
    edit = updates.read(typed("سلام 😀").doc.get_update())
    assert [block.length for block in edit.blocks[7]] == [7], "a smile is two"


@pytest.mark.parametrize(
    ("name", "kind", "inside"), [("other", Text, "x"), ("text", Array, [1]), ("text", Map, {"a": "b"})]
)
def test_whatever_is_not_plain_text_in_the_one_text_is_refused(name, kind, inside):
    doc = Doc()
    doc[name] = kind(inside)
    with pytest.raises(Malformed):
        updates.read(doc.get_update())


def test_a_picture_or_a_mark_in_the_text_is_refused():
    for change in (lambda text: text.insert_embed(0, {"a": "b"}), lambda text: text.format(0, 1, {"bold": True})):
        doc = Doc()
        doc["text"] = Text("word")
        change(doc["text"])
        with pytest.raises(Malformed):
            updates.read(doc.get_update())


def harmless(data, edits):
    """Try bytes as an edit: taken, or refused in the two ways that the page knows."""
    try:
        merging.take(edits, data)
    except (Malformed, Gap):
        return False
    return True


def test_a_thousand_broken_edits_do_no_harm():
    sheet = typed("one ", "two ", "three ", "سلام 😀")
    sheet.take_out(2, 6)
    edits, good, dice = sheet.unsent[:-1], sheet.unsent[-1], random.Random(4)
    assert harmless(good, edits), "control"
    whole = sheet.doc.get_update()
    refused = 0
    for _ in range(1000):
        data = bytearray(dice.choice([good, whole]))
        for _ in range(dice.randint(1, 3)):
            match dice.randint(0, 3):
                case 0:
                    data[dice.randrange(len(data))] = dice.randrange(256)
                case 1:
                    del data[dice.randrange(len(data)) :]
                case 2:
                    data.insert(dice.randrange(len(data) + 1), dice.randrange(256))
                case 3:
                    data[dice.randrange(len(data) + 1) :] = dice.randbytes(dice.randint(0, 12))
            data = data or bytearray(b"\0")
        refused += not harmless(bytes(data), edits)
    assert merging.text_of(sheet.unsent) == str(sheet)
    print(f"\n{refused} of 1,000 broken edits were refused, the others changed the text; none broke anything")
    assert refused > 500


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_do_no_harm(data):
    harmless(data, typed("word").unsent)
    for read in (updates.read_moment, updates.read_state):
        with suppress(Malformed):
            read(data)


def test_a_number_of_letters_that_nobody_could_type_is_refused_before_it_takes_memory():
    huge = b"\x01\x01\x07\x00\x04\x01\x04text\xff\xff\xff\xff\x7fab\x00"
    with pytest.raises(Malformed):
        updates.read(huge)
    assert not harmless(b"\xff\xff\xff\xff\x7f", [])


def test_letters_put_beside_others_that_are_not_there_are_a_gap():
    first, second = typed("one ", "two ").unsent
    with pytest.raises(Gap):
        merging.take([], second)
    assert merging.take([first], second).text == "one two "


# --- Several who write at once ---------------------------------------------------------------------------


def write_at_random(seed, *, steps=40, pens=3):
    """Pages that type, take out, send late and take late; gives the edits that were sent, and the pages."""
    dice = random.Random(seed)
    pages, sent = [Sheet(dice.randrange(1, 2**32)) for _ in range(pens)], []
    for _ in range(steps):
        page = dice.choice(pages)
        text = str(page)
        match dice.randint(0, 9):
            case 0 | 1 | 2 | 3 | 4:
                page.put(dice.randint(0, len(text)), dice.choice(WORDS))
            case 5 | 6 if text:
                start = dice.randrange(len(text))
                page.take_out(start, dice.randint(start + 1, min(len(text), start + 4)))
            case 7:
                page.take(merging.missing(sent, page.doc.get_state()))
            case _:
                sent, page.unsent = [*sent, *page.unsent], []
    for page in pages:
        sent += page.unsent
    return sent, pages


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_whatever_order_they_write_in_all_read_the_same_and_so_do_we(seed):
    """Our own order of letters, the library's, and every page's; as they came, and merged into one."""
    sent, pages = write_at_random(seed)
    for page in pages:
        page.take(merging.missing(sent, page.doc.get_state()))
    merged = [merging.whole(sent)]
    texts = {str(page) for page in pages} | {merging.text_of(sent), merging.text_of(merged)}
    assert len(texts) == 1
    for edits in (sent, merged, [merging.whole(sent, forgets=True)]):
        runs = merging.runs_of(edits)
        assert "".join(run.text for run in runs) == texts.copy().pop()
        assert {run.pen for run in runs} <= {page.pen for page in pages}


def test_who_wrote_what_stays_after_merging():
    rosa, dana = typed("Dear school. ", pen=1), Sheet(2)
    dana.take(rosa.doc.get_update())
    dana.put(5, "good ")
    rosa.put(len(str(rosa)), "Rosa")
    sent = [*rosa.unsent, *dana.unsent]
    wanted = [(1, "Dear "), (2, "good "), (1, "school. Rosa")]
    for edits in (sent, [merging.whole(sent)], [merging.whole(sent, forgets=True)]):
        assert [(run.pen, run.text) for run in merging.runs_of(edits)] == wanted
