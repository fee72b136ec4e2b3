"""What can be done in a partnership, and by which seat. One readable table, tested cell by cell.

`tests/promises/acts_by_cast.py` holds the expected answers, kept apart from this file on purpose.
"""

from __future__ import annotations

from enum import StrEnum

from alongside.people.rules import Role


class Act(StrEnum):
    """Something that somebody does and that leaves a line in the trail."""

    # who works here: decided by a post, not by a seat
    TAKE_ON = "take_on"
    GIVE_POST = "give_post"
    END_POST = "end_post"
    # our space
    JOIN = "join"
    GIVE_SEAT = "give_seat"
    END_SEAT = "end_seat"
    PRINT_CARD = "print_card"
    SAY_HOW_TO_REACH = "say_how_to_reach"
    # how we work together
    DRAFT_AGREEMENT = "draft_agreement"
    ACCEPT_AGREEMENT = "accept_agreement"
    # her words, and what was heard
    SAY_WORDS = "say_words"
    WAIVE_WORDS = "waive_words"
    TAKE_URGENT_PATH = "take_urgent_path"
    WRITE_PICTURE = "write_picture"
    SEND_LISTENING = "send_listening"
    CORRECT_LISTENING = "correct_listening"
    ANSWER_LISTENING = "answer_listening"
    SKIP_LISTENING = "skip_listening"
    # decisions
    OPEN_DECISION = "open_decision"
    REWORD_DECISION = "reword_decision"
    ADD_WAY = "add_way"
    ADD_SIDE = "add_side"
    TAKE_BACK = "take_back"
    NAME_MATTER = "name_matter"
    WEIGH = "weigh"
    WRITE_VIEW = "write_view"
    LEAN = "lean"
    ASK_FOR_VIEW = "ask_for_view"
    CHECK_READINESS = "check_readiness"
    PLAN_GAP = "plan_gap"
    CLOSE_GAP = "close_gap"
    CHOOSE = "choose"
    LOOK_BACK = "look_back"
    REOPEN = "reopen"


_CLIENT = frozenset({Role.CLIENT})
_STAFF = frozenset({Role.WORKER, Role.COVER})
_BOTH = _CLIENT | _STAFF

MAY: dict[Act, frozenset[Role]] = {
    Act.TAKE_ON: frozenset(),
    Act.GIVE_POST: frozenset(),
    Act.END_POST: frozenset(),
    Act.JOIN: _CLIENT,
    Act.GIVE_SEAT: frozenset({Role.WORKER}),
    Act.END_SEAT: frozenset({Role.WORKER}),
    Act.PRINT_CARD: frozenset({Role.WORKER}),
    Act.SAY_HOW_TO_REACH: _CLIENT,
    Act.DRAFT_AGREEMENT: _BOTH,
    Act.ACCEPT_AGREEMENT: frozenset({Role.CLIENT, Role.WORKER}),
    Act.SAY_WORDS: _CLIENT,
    Act.WAIVE_WORDS: _CLIENT,
    Act.TAKE_URGENT_PATH: _STAFF,
    Act.WRITE_PICTURE: _STAFF,
    Act.SEND_LISTENING: _STAFF,
    Act.CORRECT_LISTENING: _STAFF,
    Act.ANSWER_LISTENING: _CLIENT,
    Act.SKIP_LISTENING: _CLIENT,
    Act.OPEN_DECISION: _BOTH,
    Act.REWORD_DECISION: _CLIENT,
    Act.ADD_WAY: _BOTH,
    Act.ADD_SIDE: _BOTH,
    Act.TAKE_BACK: _BOTH,
    Act.NAME_MATTER: _BOTH,
    Act.WEIGH: _CLIENT,
    Act.WRITE_VIEW: _STAFF,
    Act.LEAN: _CLIENT,
    Act.ASK_FOR_VIEW: _CLIENT,
    Act.CHECK_READINESS: _CLIENT,
    Act.PLAN_GAP: _BOTH,
    Act.CLOSE_GAP: _BOTH,
    Act.CHOOSE: _CLIENT,
    Act.LOOK_BACK: _CLIENT,
    Act.REOPEN: _CLIENT,
}
