"""What leaves, word for word, and how the page names channels and reasons.

A sentence that leaves says nothing about anybody: no name, no hour, no agency, no address of a page.
"""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alongside.reach.rules import Channel, Sentence, State, Why

SENTENCES: dict[Sentence, Promise] = {
    Sentence.NEWS: _("There is something new for you."),
    Sentence.LIST: _("Your list has changed."),
    Sentence.BOOK: _("The book you asked for is here."),
    Sentence.THANKS: _("Thank you, all is well."),
}

WAYS: dict[Channel, Promise] = {
    Channel.HERE: _("Only here, inside this space"),
    Channel.TEXT: _("By text message, without any content"),
    Channel.EMAIL: _("By e-mail, without any content"),
    Channel.PUSH: _("By a notice on the phone, without any content"),
    Channel.CALL: _("By phone call"),
    Channel.LETTER: _("By letter"),
}

STANDS: dict[State, Promise] = {
    State.WAITS: _("waits"),
    State.GOES: _("leaves now"),
    State.GONE: _("sent"),
    State.JOINED: _("went with another one"),
    State.NEEDLESS: _("not needed: it was read here first"),
    State.STOPPED: _("did not leave"),
}

REASONS: dict[Why, Promise] = {
    Why.NOT_SAID: _("It was not said yet how to reach you."),
    Why.ONLY_HERE: _("You said: only here."),
    Why.ANOTHER_WAY: _("You chose another way."),
    Why.A_PERSON: _("A person does this, not a computer."),
    Why.NO_ADDRESS: _("What stands there is no number or address that can be used."),
    Why.NOT_SET_UP: _("The computer cannot send this here."),
    Why.NOT_HERE: _("There was nobody here any more to send it to."),
    Why.NOT_TAKEN: _("It was not taken at the other end."),
    Why.GAVE_UP: _("It was tried for a day and did not work."),
}


def words_that_leave(rule: dict[str, Any], language: str) -> str:
    """The sentence she chose, in her language, or her own words."""
    # A push carries no words: the phone shows the plainest ones by itself.
    is_push = rule.get("channel") == Channel.PUSH
    sentence = Sentence.NEWS if is_push else Sentence(rule.get("sentence", Sentence.NEWS))
    if sentence is Sentence.OWN and rule.get("own_sentence"):
        return " ".join(str(rule["own_sentence"]).split())
    with translation.override(language):
        return str(SENTENCES.get(sentence, SENTENCES[Sentence.NEWS]))
