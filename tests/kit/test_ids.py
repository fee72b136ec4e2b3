import time
import uuid

import time_machine
from hypothesis import given
from hypothesis import strategies as st

from alongside.kit.ids import id_from, new_id


def test_ids_sort_by_the_moment_they_were_made_and_never_repeat():
    first = [new_id() for _ in range(2000)]
    time.sleep(0.002)
    second = [new_id() for _ in range(2000)]
    assert len({*first, *second}) == 4000
    assert max(uuid.UUID(int=one.int >> 80 << 80) for one in first) < min(second)


def test_an_id_says_the_millisecond_and_that_it_is_version_7():
    with time_machine.travel(1_772_442_000.5, tick=False):
        made = new_id()
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == 1_772_442_000_500


words = st.lists(st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"])), min_size=1, max_size=4)


@given(words, words)
def test_the_same_form_with_the_same_words_is_the_same_write_and_any_other_is_not(one, other):
    assert id_from(*one) == id_from(*one)
    assert (id_from(*one) == id_from(*other)) == (one == other)
    assert id_from(*one).version == 8
    assert id_from(*one).variant == uuid.RFC_4122
