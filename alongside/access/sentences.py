"""What "Who has looked" says about each act, in sentences that suit whoever did it.

They name no content and no person: who did it stands beside the sentence.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alongside.access.acts import Act

DONE: dict[Act, Promise] = {
    Act.TAKE_ON: _("Somebody was taken on in the agency."),
    Act.GIVE_POST: _("Somebody was given a post in the agency."),
    Act.END_POST: _("A post in the agency was ended, and the seats that went with it."),
    Act.JOIN: _("This space was opened for the first time."),
    Act.GIVE_SEAT: _("A seat in this space was given."),
    Act.END_SEAT: _("A seat in this space was ended."),
    Act.PRINT_CARD: _("A card for signing in was printed. The card before it opens nothing any more."),
    Act.SAY_HOW_TO_REACH: _("“How and when to reach me” was written."),
    Act.DRAFT_AGREEMENT: _("A draft of “How we work together” was written."),
    Act.ACCEPT_AGREEMENT: _("“How we work together” was accepted."),
    Act.SAY_WORDS: _("“What I need, what I hope for” was written."),
    Act.WAIVE_WORDS: _("“You may begin without my words” was said."),
    Act.TAKE_URGENT_PATH: _("The urgent path was taken: work began without waiting for the words."),
    Act.WRITE_PICTURE: _("“The picture so far” was written."),
    Act.SEND_LISTENING: _("“What I heard” was sent."),
    Act.CORRECT_LISTENING: _("“What I heard” was corrected and sent again."),
    Act.ANSWER_LISTENING: _("“What I heard” was answered."),
    Act.SKIP_LISTENING: _("“What I heard” was skipped."),
    Act.OPEN_DECISION: _("A question to decide was opened."),
    Act.REWORD_DECISION: _("The question of a decision was put in other words."),
    Act.ADD_WAY: _("A way was added to a decision."),
    Act.ADD_SIDE: _("A good or hard side was added to a decision."),
    Act.TAKE_BACK: _("Something was taken back from a decision by whoever had written it."),
    Act.NAME_MATTER: _("Something that matters was named in a decision."),
    Act.WEIGH: _("It was said how much each thing matters in a decision."),
    Act.WRITE_VIEW: _("A worker’s own view was written. It stays closed until it is asked for, or a leaning is said."),
    Act.LEAN: _("A leaning was said in a decision."),
    Act.ASK_FOR_VIEW: _("A worker’s own view was asked for."),
    Act.CHECK_READINESS: _("The check before deciding was answered."),
    Act.PLAN_GAP: _("A step was planned for what is still missing in a decision."),
    Act.CLOSE_GAP: _("Something that was missing in a decision was found."),
    Act.CHOOSE: _("A choice was recorded."),
    Act.LOOK_BACK: _("A look back at a decision was written."),
    Act.REOPEN: _("A decision was opened again."),
}
