"""I3: every byte that leaves the house is read for planted words: by mail, by text, into files, and in the log."""

import base64
import email
import email.policy
import json
import logging
import quopri
import re
from itertools import cycle

import pytest

from alongside.access.models import TrailLine
from alongside.kit.ids import id_from, new_id
from alongside.reach import actions, rules, tending
from alongside.reach.models import Outgoing
from alongside.reach.rules import Because, Channel, Sentence, State
from tests.reach.conftest import said, wakes

HOUSE = ["Riverside", "Rosa", "Dana", "Nadia", "Carmen", "alongside", "Alongside", "space", "testserver", "localhost"]


def disguises(word):
    """The word as it may stand on a line: plain, escaped, quoted, or in base64 wherever it begins."""
    plain = word.encode()
    yield plain
    yield json.dumps(word).strip('"').encode()
    yield quopri.encodestring(plain).strip()
    for shift in range(3) if len(plain) > 8 else ():  # a short one stands in any base64 by chance
        yield base64.b64encode(b" " * shift + plain)[4 if shift else 0 :].rstrip(b"=")[:-1]


def opened(letter):
    """The text of a mail, as a mail program shows it, with every header."""
    message = email.message_from_bytes(letter, policy=email.policy.default)
    return f"{list(message.items())} {message.get_content()}".encode()


def found_in(bytes_out, words):
    return sorted({word for word in words if any(form in bytes_out for form in disguises(word))})


def everything_happens(cast, times):
    """For every act of the demo cast's life its client and somebody who works there are told, by every reason."""
    reasons = cycle([because for because in Because if because != Because.URGENT])
    names = {cast.spaces[name]: name for name in ("rosa", "nadia", "carmen")}
    staff = cycle([["dana"], [], [], ["samuel"], [], []])
    lines = TrailLine.objects.exclude(doing="read").filter(partnership_id__in=names).order_by("seq")
    one_of_each = {line.doing: line for line in lines}
    for line in one_of_each.values():
        at = next(times)
        for name in (names[line.partnership_id], *next(staff)):
            actions.knock(
                partnership_id=line.partnership_id, person_id=cast.accounts[name].person_id, because=next(reasons),
                effect=id_from(str(line.seq)), now=at,
            )  # fmt: skip
        tending.send_what_is_due(at + rules.A_MOMENT)
    return set(one_of_each)


@pytest.fixture
def reachable(life, gateway, mail):
    """Rosa is reached by text, Nadia by mail, Carmen by text at any hour; each has said what must not be said."""
    cast = life.cast
    later = {"now": cast.now + rules.A_MOMENT}  # than what life has said
    always = {**later, "code_word": life.planted["a code word"], "voicemail": True, "even_so": True}
    said(cast, never=life.planted["what must never happen"], **always)
    said(cast, "nadia", of="nadia", channel=Channel.EMAIL, number="n@mail.example", never="", **always)
    said(cast, "carmen", of="carmen", number="+447700900555", sentence=Sentence.THANKS, **always)
    return life


def times_from(start):
    """Moments in somebody's hours, far enough apart that nothing goes as one with what went before."""
    from datetime import timedelta

    day = 1
    while True:
        for step in range(30):
            yield (start + timedelta(days=day)).replace(hour=10) + 18 * step * timedelta(minutes=1)
        day += 1


def test_whatever_happens_no_word_of_it_leaves(reachable, gateway, mail, pushes, caplog, tmp_path, settings):
    life = reachable
    times = times_from(life.cast.now)
    with caplog.at_level(logging.DEBUG):
        happened = everything_happens(life.cast, times)
        gateway.answers = lambda: 500
        actions.knock(
            partnership_id=life.cast.spaces["rosa"], person_id=life.cast.accounts["rosa"].person_id,
            because=Because.TODAY, effect=new_id(), now=(at := next(times)),
        )  # fmt: skip
        tending.send_what_is_due(at)
        settings.TEXT_URL = f"file:{tmp_path / 'out'}"
        tending.send_what_is_due(at + 2 * rules.BETWEEN_TRIES[0])
        # Nadia has notices on her phone from now on.
        rule = {"channel": Channel.PUSH, "never": "", "code_word": life.planted["a code word"], "now": at}
        said(life.cast, "nadia", of="nadia", **rule)
        wakes(life.cast, f"{pushes.url}/wake", "nadia", of="nadia")
        for because in (Because.LET_IN, Because.TRY):
            at = next(times)
            actions.knock(
                partnership_id=life.cast.spaces["nadia"], person_id=life.cast.accounts["nadia"].person_id,
                because=because, effect=new_id(), now=at,
            )  # fmt: skip
            tending.send_what_is_due(at)
    assert len(pushes.asked) == 2
    files = b"".join(file.name.encode() + file.read_bytes() for file in (tmp_path / "out").iterdir())
    letters = b"".join(opened(letter) for letter in mail.letters)
    log = "".join(record.getMessage() for record in caplog.records).encode()
    signed = re.findall(rb"vapid t=[\w-]+\.([\w-]+)\.", pushes.heard)
    woken = pushes.heard + b"".join(base64.urlsafe_b64decode(part + b"==") for part in signed)
    out = gateway.heard + mail.heard + woken + letters + files + log
    words = [*life.planted.values(), *HOUSE, *(str(space) for space in life.cast.spaces.values())]
    # the addresses of staff stand where the mail goes to, and in no other place of it
    for name in life.cast.accounts:
        out = out.replace(f"{name}@riverside.example".encode(), b"")
    numbers = [b"+447700900123", b"+447700900555", b"n@mail.example"]
    found = found_in(out, words)
    assert not [what for what, word in life.planted.items() if word in found]
    assert not found
    assert not [number for number in numbers if number in log], "the log has no number either"
    assert len(gateway.asked) > 50
    assert len(mail.letters) > 25
    assert b"could not leave by text now (answered 500)" in log, "control: what is in the log was read"
    assert files, "control: so were the files"
    gone = Outgoing.objects.filter(state=State.GONE).count()
    print(
        f"\n{len(happened)} kinds of acts, {gone} sent: {len(gateway.asked)} texts, "
        f"{len(mail.letters)} mails, {len(out)} bytes read for {len(words)} words: 0 found"
    )


def test_the_reading_finds_what_is_there(reachable, gateway, mail):
    """The control: her own words go out as they are, and are found in each channel, however they are put."""
    life, word = reachable, "zq-planted-ñ-word"
    own = {"now": life.cast.now + 2 * rules.A_MOMENT, "sentence": Sentence.OWN, "own_sentence": f"say {word} — نص"}
    said(life.cast, **own)
    said(life.cast, "nadia", of="nadia", channel=Channel.EMAIL, number="n@mail.example", **own)
    times = times_from(life.cast.now)
    for name in ("rosa", "nadia"):
        actions.knock(
            partnership_id=life.cast.spaces[name], person_id=life.cast.accounts[name].person_id,
            because=Because.TODAY, effect=new_id(), now=(at := next(times)),
        )  # fmt: skip
        tending.send_what_is_due(at)
    assert found_in(gateway.heard, [word]) == [word]
    assert found_in(b"".join(map(opened, mail.letters)), [word]) == [word]
    assert found_in(mail.letters[-1].split(b"\r\n\r\n", 1)[1].replace(b"\r\n", b""), [word]) == [word], "undecoded, too"
