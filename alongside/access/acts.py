"""What can be done in a partnership, and by which seat. One readable table, tested cell by cell.

`tests/promises/acts_by_cast.py` holds the expected answers, kept apart from this file on purpose.
"""

from __future__ import annotations

from enum import StrEnum

from alongside.people.rules import INVITED_ROLES, STAFF_ROLES, Role


class Act(StrEnum):
    """Something that somebody does and that leaves a line in the trail."""

    # who works here: decided by a post, not by a seat
    TAKE_ON = "take_on"
    GIVE_POST = "give_post"
    END_POST = "end_post"
    # who is away, and who stands in: by a post as well
    SAY_AWAY = "say_away"
    END_AWAY = "end_away"
    NAME_COVER = "name_cover"
    # our space
    JOIN = "join"
    GIVE_SEAT = "give_seat"
    END_SEAT = "end_seat"
    PRINT_CARD = "print_card"
    SAY_HOW_TO_REACH = "say_how_to_reach"
    TRY_OUT_REACH = "try_out_reach"
    SEE_TO_IT = "see_to_it"
    ASK_PAST_HOURS = "ask_past_hours"
    AGREE_PAST_HOURS = "agree_past_hours"
    # who has looked, and why: the last one by a post, not by a seat
    ASK_WHY = "ask_why"
    TAKE_BACK_WHY = "take_back_why"
    ANSWER_WHY = "answer_why"
    ANSWER_PASSED_ON = "answer_passed_on"
    # when it cannot wait, and who shall not look: the first five by a post, not by a seat
    BREAK_GLASS = "break_glass"
    AGREE_TO_OPENING = "agree_to_opening"
    NOTE_OPENING = "note_opening"
    REVIEW_OPENING = "review_opening"
    APPOINT_WORKER = "appoint_worker"
    SAY_IT_WAS_TOLD = "say_it_was_told"
    SEE_OPENING = "see_opening"
    EXCLUDE = "exclude"
    LIFT_EXCLUSION = "lift_exclusion"
    # how we work together
    DRAFT_AGREEMENT = "draft_agreement"
    ACCEPT_AGREEMENT = "accept_agreement"
    # photos and voice notes, and what is said in them
    ATTACH = "attach"
    WRITE_DOWN = "write_down"
    SAY_IT_IS_RIGHT = "say_it_is_right"
    # her words, and what was heard
    SAY_WORDS = "say_words"
    WAIVE_WORDS = "waive_words"
    TAKE_URGENT_PATH = "take_urgent_path"
    WRITE_PICTURE = "write_picture"
    ADD_TO_PICTURE = "add_to_picture"
    DIFFER_ON_PICTURE = "differ_on_picture"
    SEND_LISTENING = "send_listening"
    CORRECT_LISTENING = "correct_listening"
    ANSWER_LISTENING = "answer_listening"
    SKIP_LISTENING = "skip_listening"
    # what gets her through
    OFFER_STRENGTH = "offer_strength"
    CONFIRM_STRENGTH = "confirm_strength"
    DECLINE_STRENGTH = "decline_strength"
    TAKE_BACK_STRENGTH = "take_back_strength"
    NOTE_PRACTICE = "note_practice"
    # what is hard to talk about
    NAME_TOPIC = "name_topic"
    TELL_MORE = "tell_more"
    SAY_PACE = "say_pace"
    MOVE_TOPIC = "move_topic"
    PROPOSE_TOPIC = "propose_topic"
    TALKED = "talked"
    TAKE_OFF_TOPIC = "take_off_topic"
    LOOK_BACK_AT_TOPIC = "look_back_at_topic"
    KEEP_AFTERCARE = "keep_aftercare"
    DECLINE_AFTERCARE = "decline_aftercare"
    # what we wrote, and her own pages
    WRITE_NOTE = "write_note"
    CORRECT_NOTE = "correct_note"
    ADD_TO_NOTE = "add_to_note"
    SEE_DIFFERENTLY = "see_differently"
    SIGN_NOTE = "sign_note"
    ASK_CORRECTION = "ask_correction"
    LEAVE_AS_IS = "leave_as_is"
    ASK_TO_LOOK = "ask_to_look"
    ANSWER_LOOK = "answer_look"
    KEEP_OWN = "keep_own"
    SET_AUDIENCE = "set_audience"
    WITHHOLD = "withhold"
    AGREE_TO_WITHHOLD = "agree_to_withhold"
    CHALLENGE = "challenge"
    ANSWER_CHALLENGE = "answer_challenge"
    # writing together
    START_PAPER = "start_paper"
    WRITE_TOGETHER = "write_together"
    FINISH_PAPER = "finish_paper"
    GO_ON_WRITING = "go_on_writing"
    # plain words, and saying back what was explained
    SAY_WORDING = "say_wording"
    TAKE_BACK_WORDING = "take_back_wording"
    EXPLAIN = "explain"
    SAY_BACK = "say_back"
    ANSWER_SAID_BACK = "answer_said_back"
    # when it gets hard: the first two by a post, not by a seat
    NAME_LINE = "name_line"
    TAKE_OFF_LINE = "take_off_line"
    WRITE_SAFETY_PLAN = "write_safety_plan"
    OPEN_SAFETY_PLAN = "open_safety_plan"
    ASK_TO_CALL = "ask_to_call"
    BE_IN_TOUCH = "be_in_touch"
    LOOK_BACK_AT_NIGHT = "look_back_at_night"
    LEAVE_OUT_LOOK_BACK = "leave_out_look_back"
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
    # what we write to each other
    SEND_MESSAGE = "send_message"
    CORRECT_MESSAGE = "correct_message"
    TAKE_BACK_MESSAGE = "take_back_message"
    ACKNOWLEDGE = "acknowledge"
    PROMISE_ANSWER = "promise_answer"
    MAKE_OF_MESSAGE = "make_of_message"
    SEE_IT_ANSWERED = "see_it_answered"
    # my copy, and the end: a hold is set and lifted by a post
    TAKE_COPY = "take_copy"
    BRING_IN = "bring_in"
    ASK_ERASURE = "ask_erasure"
    TAKE_BACK_ERASURE = "take_back_erasure"
    ERASE = "erase"
    HOLD = "hold"
    LIFT_HOLD = "lift_hold"
    # who can see what
    INVITE = "invite"
    MAKE_CODE = "make_code"
    SHARE = "share"
    WITHDRAW_SHARE = "withdraw_share"
    PAUSE_SHARES = "pause_shares"
    ASK_FOR_SHARE = "ask_for_share"
    ANSWER_ASK = "answer_ask"
    PROMISE = "promise"
    ASK_NO_MORE = "ask_no_more"
    END_INVITATION = "end_invitation"
    REPORT_BREACH = "report_breach"
    ANSWER_BREACH = "answer_breach"  # decided by a post, and by being named


_CLIENT = frozenset({Role.CLIENT})
_STAFF = frozenset({Role.WORKER, Role.COVER})
_BOTH = _CLIENT | _STAFF

MAY: dict[Act, frozenset[Role]] = {
    Act.TAKE_ON: frozenset(),
    Act.GIVE_POST: frozenset(),
    Act.END_POST: frozenset(),
    Act.SAY_AWAY: frozenset(),
    Act.END_AWAY: frozenset(),
    Act.NAME_COVER: frozenset(),
    Act.JOIN: _CLIENT,
    Act.GIVE_SEAT: frozenset({Role.WORKER}),
    Act.END_SEAT: frozenset({Role.WORKER}),
    Act.PRINT_CARD: frozenset({Role.WORKER}),
    Act.SAY_HOW_TO_REACH: _CLIENT,
    Act.TRY_OUT_REACH: _CLIENT,
    Act.SEE_TO_IT: _STAFF,
    Act.ASK_PAST_HOURS: _STAFF,
    Act.AGREE_PAST_HOURS: _STAFF | {Role.SUPERVISOR},  # never whoever asked; the room holds that
    Act.ASK_WHY: _CLIENT,
    Act.TAKE_BACK_WHY: _CLIENT,
    # whoever was asked, and the second person; who that is follows from the question
    Act.ANSWER_WHY: STAFF_ROLES - {Role.EMERGENCY},
    Act.ANSWER_PASSED_ON: frozenset(),
    Act.BREAK_GLASS: frozenset(),
    Act.AGREE_TO_OPENING: frozenset(),
    Act.NOTE_OPENING: frozenset(),
    Act.REVIEW_OPENING: frozenset(),
    Act.APPOINT_WORKER: frozenset(),
    Act.SAY_IT_WAS_TOLD: _STAFF,
    Act.SEE_OPENING: _CLIENT,
    Act.EXCLUDE: _CLIENT,
    Act.LIFT_EXCLUSION: _CLIENT,
    Act.DRAFT_AGREEMENT: _BOTH,
    Act.ACCEPT_AGREEMENT: frozenset({Role.CLIENT, Role.WORKER}),
    Act.ATTACH: _BOTH,
    Act.WRITE_DOWN: _BOTH,
    # whoever spoke; the room holds that
    Act.SAY_IT_IS_RIGHT: _BOTH,
    Act.SAY_WORDS: _CLIENT,
    Act.WAIVE_WORDS: _CLIENT,
    Act.TAKE_URGENT_PATH: _STAFF,
    Act.WRITE_PICTURE: _STAFF,
    Act.ADD_TO_PICTURE: _BOTH,
    Act.DIFFER_ON_PICTURE: _CLIENT,
    Act.SEND_LISTENING: _STAFF,
    Act.CORRECT_LISTENING: _STAFF,
    Act.ANSWER_LISTENING: _CLIENT,
    Act.SKIP_LISTENING: _CLIENT,
    Act.OFFER_STRENGTH: _BOTH,
    Act.CONFIRM_STRENGTH: _CLIENT,
    Act.DECLINE_STRENGTH: _CLIENT,
    Act.TAKE_BACK_STRENGTH: _BOTH,
    Act.NOTE_PRACTICE: _CLIENT,
    Act.NAME_TOPIC: _BOTH,
    Act.TELL_MORE: _CLIENT,
    Act.SAY_PACE: _CLIENT,
    Act.MOVE_TOPIC: _CLIENT,
    Act.PROPOSE_TOPIC: _STAFF,
    Act.TALKED: _BOTH,
    Act.TAKE_OFF_TOPIC: _CLIENT,
    Act.LOOK_BACK_AT_TOPIC: _CLIENT,
    Act.KEEP_AFTERCARE: _STAFF,
    Act.DECLINE_AFTERCARE: _CLIENT,
    Act.WRITE_NOTE: _BOTH | {Role.PARTNER},
    Act.CORRECT_NOTE: _BOTH,
    Act.ADD_TO_NOTE: _BOTH,
    Act.SEE_DIFFERENTLY: _BOTH,
    Act.SIGN_NOTE: _BOTH,
    Act.ASK_CORRECTION: _BOTH,
    Act.LEAVE_AS_IS: _BOTH,
    Act.ASK_TO_LOOK: _BOTH,
    # whoever was asked by name; the room holds that
    Act.ANSWER_LOOK: frozenset(Role) - {Role.CLIENT, Role.EMERGENCY},
    Act.KEEP_OWN: _CLIENT,
    Act.SET_AUDIENCE: _CLIENT,
    Act.WITHHOLD: _STAFF,
    Act.AGREE_TO_WITHHOLD: _STAFF | {Role.SUPERVISOR},
    Act.CHALLENGE: _CLIENT,
    Act.ANSWER_CHALLENGE: _STAFF | {Role.SUPERVISOR},
    Act.START_PAPER: _BOTH,
    Act.WRITE_TOGETHER: _BOTH,
    Act.FINISH_PAPER: _BOTH,
    Act.GO_ON_WRITING: _BOTH,
    Act.SAY_WORDING: _CLIENT,
    Act.TAKE_BACK_WORDING: _CLIENT,
    Act.EXPLAIN: _STAFF,
    Act.SAY_BACK: _CLIENT,
    Act.ANSWER_SAID_BACK: _STAFF,
    Act.NAME_LINE: frozenset(),
    Act.TAKE_OFF_LINE: frozenset(),
    Act.WRITE_SAFETY_PLAN: _CLIENT,
    Act.OPEN_SAFETY_PLAN: _CLIENT,
    Act.ASK_TO_CALL: _CLIENT,
    Act.BE_IN_TOUCH: _STAFF,
    Act.LOOK_BACK_AT_NIGHT: _CLIENT,
    Act.LEAVE_OUT_LOOK_BACK: _CLIENT,
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
    Act.SEND_MESSAGE: _BOTH,
    Act.CORRECT_MESSAGE: _BOTH,
    Act.TAKE_BACK_MESSAGE: _BOTH,
    Act.ACKNOWLEDGE: _BOTH,
    Act.PROMISE_ANSWER: _STAFF,
    Act.MAKE_OF_MESSAGE: _BOTH,
    # a supervisor sees that something waits, and not what
    Act.SEE_IT_ANSWERED: frozenset({Role.SUPERVISOR}),
    Act.TAKE_COPY: _CLIENT,
    Act.BRING_IN: frozenset(),
    Act.ASK_ERASURE: _CLIENT,
    Act.TAKE_BACK_ERASURE: _CLIENT,
    Act.ERASE: _CLIENT,
    Act.HOLD: frozenset(),
    Act.LIFT_HOLD: frozenset(),
    Act.INVITE: _CLIENT,
    Act.MAKE_CODE: _BOTH,
    Act.SHARE: _CLIENT,
    Act.WITHDRAW_SHARE: _BOTH,  # staff write down what she says; it holds at once
    Act.PAUSE_SHARES: _CLIENT,
    Act.ASK_FOR_SHARE: _STAFF,
    Act.ANSWER_ASK: _CLIENT,
    Act.PROMISE: INVITED_ROLES,
    Act.ASK_NO_MORE: INVITED_ROLES,
    Act.END_INVITATION: _CLIENT | INVITED_ROLES,
    Act.REPORT_BREACH: _CLIENT,
    Act.ANSWER_BREACH: frozenset(),
}
