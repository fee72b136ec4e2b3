"""Saying how and when to reach me; and writing down that something is to leave.

Nothing is sent here: see `tending`. Whoever wants somebody told calls `knock`, and can say neither
which way nor when, nor in which words.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection

from django.conf import settings
from django.db.transaction import atomic
from django.utils.translation import gettext_lazy as _

from alongside import access
from alongside.access import Act, Kind, Place, Viewer
from alongside.kit.errors import NotFound, Refused
from alongside.live.actions import tell
from alongside.people.models import Keeping, Person
from alongside.reach import queries, rules
from alongside.reach.channels import is_set_up, may_call
from alongside.reach.models import ContactRule, KnownNumber, Outgoing, PastHours, PushDevice
from alongside.reach.rules import Because, Channel, Sentence, hours_make_sense
from alongside.vault.keys import blind_index


class HoursDoNotMakeSense(Refused):
    """The hours end before they begin."""

    status = 400
    code = "hours_do_not_make_sense"
    sentence = _("The last hour must be after the first. Nothing was changed.")


class NothingToSay(Refused):
    """She chose words of her own, and gave none."""

    status = 400
    code = "nothing_to_say"
    sentence = _("Write the words that we send, or choose one of the others. Nothing was changed.")


class CannotTryOut(Refused):
    """Nothing would come: she chose no way that a computer can go, or this house has none."""

    code = "cannot_try_out"
    sentence = _("Nothing can be sent by itself the way you said it. Nothing was sent.")


class TriedOften(Refused):
    """A number can be anybody's: nobody is sent messages without end."""

    code = "tried_often"
    sentence = _("You tried this several times today. You can try it again tomorrow.")


class NothingToPass(Refused):
    """Her hours are open now, or what stands in the way is not her hours."""

    code = "nothing_to_pass"
    sentence = _("It is not the hours that stand in the way here. What this person has said holds. Nothing was sent.")


class NeedsAnother(Refused):
    """Whoever asked cannot be the one who agrees."""

    code = "needs_another"
    sentence = _("This needs somebody else than the one who asked. Nothing was sent.")


class AskIsOver(Refused):
    """Nobody agreed within the hour."""

    code = "ask_is_over"
    sentence = _("This was asked for more than an hour ago. Whoever needs it asks anew. Nothing was sent.")


class NotThisDevice(Refused):
    """Only a browser that keeps things for her is woken: the one that she said is hers alone."""

    code = "not_this_device"
    sentence = _("This device keeps nothing for you, so it cannot show you notices. Nothing was changed.")


class NoPushService(Refused):
    """An address that is none of a push service this house calls, or this house calls none."""

    status = 400
    code = "no_push_service"
    sentence = _("Notices do not work with this browser here. Nothing was changed.")


@atomic
def say_how_to_reach(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    channel: Channel,
    number: str,
    from_hour: datetime.time,
    to_hour: datetime.time,
    voicemail: bool,
    code_word: str,
    never: str,
    days: Collection[int] = (),
    even_so: bool = False,
    sentence: Sentence = Sentence.NEWS,
    own_sentence: str = "",
) -> ContactRule:
    """Keep a new version of the rule; the old ones stay. Only the person herself can do this.

    It holds for everything that has not left yet. Raise `HoursDoNotMakeSense`, `NothingToSay`.
    """
    access.require(by, Act.SAY_HOW_TO_REACH, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        return access.see(by, ContactRule, known)
    if not hours_make_sense(from_hour, to_hour):
        raise HoursDoNotMakeSense
    if sentence is Sentence.OWN and not own_sentence:
        raise NothingToSay

    rule: ContactRule = ContactRule.objects.create(
        id=write_id,
        partnership_id=about.id,
        rule={
            "channel": channel,
            "number": number,
            "from_hour": f"{from_hour:%H:%M}",
            "to_hour": f"{to_hour:%H:%M}",
            "days": sorted(set(days)),
            "voicemail": voicemail,
            "code_word": code_word,
            "never": never,
            "even_so": even_so,
            "sentence": sentence,
            "own_sentence": own_sentence,
        },
        said_by_id=by.person_id,
        said_at=now,
    )
    _find_again_by(about.id, number)

    access.record(
        by, Act.SAY_HOW_TO_REACH, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=rule.id, write_id=write_id
    )

    tell(about.id)
    return rule


def _find_again_by(partnership_id: uuid.UUID, number: str) -> None:
    """From now on a text from this number, and from no other, is hers."""
    KnownNumber.objects.filter(partnership_id=partnership_id).delete()
    phone = rules.phone_of(number, country=settings.COUNTRY_CODE)
    if phone is not None:
        KnownNumber.objects.create(partnership_id=partnership_id, number=blind_index("phone", phone))


# --- Notices on her phone --------------------------------------------------------------------------


@atomic
def wake_device(
    *,
    by: Viewer,
    about: Place,
    now: datetime.datetime,
    write_id: uuid.UUID,
    device: uuid.UUID | None,
    endpoint: str,
) -> None:
    """Have this browser of hers be woken from now on, as far as her rule lets anything leave this way.

    `device` is the id of its permission to keep things. Raise `NotThisDevice`, `NoPushService`.
    """
    access.require(by, Act.SAY_HOW_TO_REACH, about=about)
    if access.arrived(by, write_id) is not None:
        return
    if device is None or not Keeping.objects.filter(id=device, account__person_id=by.person_id).exists():
        raise NotThisDevice
    if not is_set_up(Channel.PUSH) or not may_call(endpoint):
        raise NoPushService

    mine = PushDevice.objects.filter(partnership_id=about.id, person_id=by.person_id)
    mine.filter(device=device).delete()
    PushDevice.objects.create(
        id=write_id, partnership_id=about.id, person_id=by.person_id, device=device, endpoint=endpoint, since=now
    )

    access.record(
        by, Act.SAY_HOW_TO_REACH, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=write_id, write_id=write_id
    )

    tell(about.id)


@atomic
def wake_no_more(
    *, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID, woken_id: uuid.UUID
) -> None:  # fmt: skip
    """Have one of her own browsers not be woken any more. Raise `NotFound` for anybody else's."""
    access.require(by, Act.SAY_HOW_TO_REACH, about=about)
    if access.arrived(by, write_id) is not None:
        return
    mine = PushDevice.objects.filter(partnership_id=about.id, person_id=by.person_id, id=woken_id)
    if not mine.delete()[0]:
        raise NotFound

    access.record(
        by, Act.SAY_HOW_TO_REACH, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=write_id, write_id=write_id
    )

    tell(about.id)


# --- What is to leave ------------------------------------------------------------------------------


def knock(
    *,
    partnership_id: uuid.UUID | None,
    person_id: uuid.UUID,
    because: Because,
    effect: uuid.UUID,
    now: datetime.datetime,
    not_before: datetime.datetime | None = None,
) -> None:
    """Let somebody know, outside, that there is something here. Call it inside the action's transaction.

    The same `effect` for the same person is one. Whether, when, which way and in which words it
    leaves is decided by the contact rule of the moment in which it leaves.
    """
    organisation_id = Person.objects.values_list("organisation_id", flat=True).get(id=person_id)
    row = Outgoing(
        organisation_id=organisation_id,
        partnership_id=partnership_id,
        person_id=person_id,
        because=because,
        effect=effect,
        made_at=now,
        next_try=max(now, not_before or now),
    )
    if partnership_id is None:
        with access.standing_for_house(organisation_id):
            Outgoing.objects.bulk_create([row], ignore_conflicts=True)
    else:
        Outgoing.objects.bulk_create([row], ignore_conflicts=True)


@atomic
def try_it_out(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> None:
    """She has sent to herself what would come. It leaves like everything else: by her rule, when her hours are open.

    Raise `CannotTryOut`, `TriedOften`.
    """
    access.require(by, Act.TRY_OUT_REACH, about=about)
    if access.arrived(by, write_id) is not None:
        return
    access.in_turn(about)
    if not queries.leaves_by_itself(queries.rule_in(about), about):
        raise CannotTryOut
    tried = Outgoing.objects.filter(
        partnership_id=about.id, because=Because.TRY, made_at__gt=now - datetime.timedelta(days=1)
    )
    if tried.count() >= rules.TRIES_A_DAY:
        raise TriedOften

    knock(partnership_id=about.id, person_id=by.person_id, because=Because.TRY, effect=write_id, now=now)

    access.record(
        by, Act.TRY_OUT_REACH, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=write_id, write_id=write_id
    )

    tell(about.id)


@atomic
def see_to_it(*, by: Viewer, about: Place, now: datetime.datetime, write_id: uuid.UUID) -> None:
    """Somebody who works with her says that they tried another way, for all that did not leave until now."""
    access.require(by, Act.SEE_TO_IT, about=about)
    if access.arrived(by, write_id) is not None:
        return

    for rows in (queries.did_not_leave(about), queries.unplaced(about)):
        rows.update(seen_to_at=now)

    access.record(
        by, Act.SEE_TO_IT, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=write_id, write_id=write_id
    )

    tell(about.id)


# --- When it cannot wait for her hours ---------------------------------------------------------------


@atomic
def ask_past_hours(
    *, by: Viewer, about: Place, reason: str, now: datetime.datetime, write_id: uuid.UUID
) -> PastHours:  # fmt: skip
    """Ask that a second person agrees to write to her at once, outside her hours. Nothing leaves by this.

    Raise `NothingToPass` where something else than her hours stands in the way, or nothing does.
    """
    access.require(by, Act.ASK_PAST_HOURS, about=about)
    known = access.arrived(by, write_id)
    if known is not None:
        found: PastHours = access.see(by, PastHours, known, within=about.id)
        return found
    if not queries.only_hours_stand_in_the_way(queries.rule_in(about), about):
        raise NothingToPass

    asked: PastHours = PastHours.objects.create(
        id=write_id, partnership_id=about.id, asked_by_id=by.person_id, asked_at=now, reason=reason
    )

    access.record(
        by, Act.ASK_PAST_HOURS, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=asked.id, write_id=write_id
    )

    tell(about.id)
    return asked


@atomic
def agree_past_hours(*, by: Viewer, about: Place, asked_id: uuid.UUID, now: datetime.datetime) -> PastHours:
    """The second person's yes: the sentence she chose leaves at once, by the way she chose. She reads who and why.

    What she closed stays closed: only her hours and days are passed. Raise `NeedsAnother`, `AskIsOver`.
    """
    access.require(by, Act.AGREE_PAST_HOURS, about=about)
    rows = PastHours.objects.visible_to(by, within=about.id).select_for_update(of=("self",))
    asked: PastHours | None = rows.filter(id=asked_id).first()
    if asked is None:
        raise NotFound
    if asked.agreed_at is not None:
        return asked
    if asked.asked_by_id == by.person_id:
        raise NeedsAnother
    if not rules.ask_stands(asked.asked_at, now):
        raise AskIsOver

    asked.agreed_by_id = by.person_id
    asked.agreed_at = now
    asked.save(update_fields=["agreed_by", "agreed_at"])
    knock(partnership_id=about.id, person_id=about.client_id, because=Because.URGENT, effect=asked.id, now=now)

    access.record(by, Act.AGREE_PAST_HOURS, partnership_id=about.id, kind=Kind.REACH, now=now, row_id=asked.id)

    tell(about.id)
    return asked
