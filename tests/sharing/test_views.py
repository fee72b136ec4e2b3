"""The pages: giving with a preview, taking back, coming in with a code, and what somebody invited sees anywhere."""

import datetime
import re

import pytest
from django.test import Client

from alongside.access import policy
from alongside.access.models import TrailLine
from alongside.consent.models import Invitation, Share
from alongside.consent.rules import Shared
from alongside.decisions.models import Decision
from alongside.kit.ids import new_id
from alongside.notes.models import Note
from alongside.people.models import OneTimeCode, Seat
from alongside.people.sessions import TooManyTries, WrongCode
from alongside.sharing import actions
from alongside.sharing.models import Ask, Breach, Receipt
from tests.sharing.conftest import WORDS
from tests.sharing.steps import UNTIL, WHY, do, invite, share, take_back
from tools.reference import all_routes

# Views only translate: what they ask of the database is tried on both in the tests of actions and queries.
pytestmark = pytest.mark.once

PART = re.compile(r"<(?:\w+:)?(\w+)>")
NEUTRAL = "This is not shared with you any more."
IN_A_PLACE = [(address, view) for address, _, view in all_routes() if "<uuid:partnership_id>" in address]


def text_of(answer):
    return answer.content.decode()


def planted(*pages):
    return set(re.findall(r"\bzq[a-z]{4,}\b", " ".join(pages)))


def at(cast, path="sharing/"):
    return f"/space/{cast.spaces['rosa']}/{path}"


def give(page, cast, *things, to="priya", **more):
    """Fill in who, what, why and until when, as her browser does, and return the preview."""
    typed = {
        "person": str(cast.accounts[to].person_id), "things": list(things), "own_words": WHY,
        "until": UNTIL.isoformat(), "key": str(new_id()), **more,
    }  # fmt: skip
    return page.post(at(cast, "sharing/give/"), typed)


def confirm(page, cast, preview):
    """Press “Share” under the preview."""
    form = text_of(preview).split('id="confirm"')[1].split("</form>")[0]
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        fields.setdefault(name[1], []).append(value[1] if value else "")
    return page.post(at(cast, "sharing/give/share/"), fields)


def named(cast):
    """Real ids for the parts of addresses, where the space has such a row."""
    space = cast.spaces["rosa"]

    def first(model):
        row = model.objects.unguarded(because="test").filter(partnership_id=space).first()
        return row.id if row else new_id()

    share_row = Share.objects.filter(partnership_id=space).first()
    return {
        "partnership_id": space,
        "decision_id": first(Decision),
        "note_id": first(Note),
        "receipt_id": first(Receipt),
        "asked_id": first(Ask),
        "share_id": share_row.id if share_row else new_id(),
        "guest_id": cast.accounts["priya"].person_id,
        "number": 1,
        "part": "times",
    }


def walk(page, cast):
    """Every address of the space, looked at: address → answer."""
    known = named(cast)
    addresses = {PART.sub(lambda part: str(known.get(part[1], new_id())), address) for address, _ in IN_A_PLACE}
    return {address: page.get(address) for address in sorted(addresses)}


# --- exactly what they will see ----------------------------------------------------------------------


@pytest.mark.parametrize("things", [[each] for each in Shared] + [list(Shared)], ids=lambda things: "+".join(things))
def test_the_preview_is_what_they_see_on_every_route(full, signed_in, things):
    """The words in the preview, and those in all answers together that Priya can get in the space, are the same set.

    Before and after, nothing is open: looked at on every route with all things together, and one by one on her page.
    """
    rosa, priya = signed_in("rosa"), signed_in("priya")
    whole = len(things) == len(Shared)

    def seen_without():
        return walk(priya, full).values() if whole else [priya.get(at(full, "shared/"))]

    preview = give(rosa, full, *things)
    assert preview.status_code == 200
    shown = planted(text_of(preview))
    assert {WORDS[thing] for thing in things} <= shown
    assert not planted(*map(text_of, seen_without())), "a preview shares nothing"
    assert confirm(rosa, full, preview).status_code == 303
    answers = walk(priya, full)
    assert planted(*map(text_of, answers.values())) == shown
    open_to_her = {address for address, answer in answers.items() if answer.status_code == 200}
    assert at(full, "shared/") in open_to_her
    assert all(address.startswith((at(full, "shared/"), at(full, "notes/"))) for address in open_to_her)
    for one in Share.objects.all():
        take_back(full, one)
    assert not planted(*map(text_of, seen_without()))


def test_what_is_kept_between_two_is_in_no_preview(full, signed_in):
    shown = planted(text_of(give(signed_in("rosa"), full, *Shared)))
    assert not shown & {"zqcodeword", "zqheard"}


def test_looking_at_a_preview_leaves_no_line_of_theirs(full, signed_in):
    before = TrailLine.objects.count()
    give(signed_in("rosa"), full, *Shared)
    new = TrailLine.objects.order_by("seq")[before:]
    assert not [line for line in new if line.actor_id == full.accounts["priya"].person_id]


def test_only_the_addresses_for_who_is_invited_answer_them(full, signed_in):
    share(full, *Shared)
    priya = signed_in("priya")
    for address, view in IN_A_PLACE:
        path = PART.sub(lambda part: str(named(full).get(part[1], new_id())), address)
        for method in ("get", "post"):
            status = getattr(priya, method)(path).status_code
            if policy.declared_by(view)[0] != "invited":
                assert status == 404, f"{method} {address}: {status}"


# --- giving ----------------------------------------------------------------------------------------


def test_each_thing_becomes_a_share_of_its_own_with_a_receipt(full, signed_in):
    rosa = signed_in("rosa")
    confirm(rosa, full, give(rosa, full, "words", "reach"))
    shares = list(Share.objects.order_by("shared"))
    assert [one.shared for one in shares] == ["reach", "words"]
    assert {one.purpose for one in shares} == {WHY}
    assert {one.ends for one in shares} == {datetime.datetime(2026, 6, 30, 23, 0, tzinfo=datetime.UTC)}, (
        "London's midnight"
    )
    receipts = Receipt.objects.unguarded(because="test")
    assert {(one.about, one.event) for one in receipts} == {(one.id, "given") for one in shares}
    page = text_of(rosa.get(at(full)))
    assert WHY in page
    assert "30 June 2026" in page


def test_nothing_is_ticked_and_nothing_is_shared_by_looking(full, signed_in):
    rosa = signed_in("rosa")
    page = text_of(rosa.get(at(full, "sharing/give/")))
    assert not re.search(r'name="things"[^>]*checked', page)
    give(rosa, full, "words")
    assert not Share.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"until": "2027-03-03"}, "one year"),
        ({"until": "2026-03-01"}, "one year"),
        ({"until": ""}, "Until"),
        ({"own_words": ""}, "Why"),
        ({"things": []}, "What may they see"),
        ({"person": str(new_id())}, "Who may see it"),
    ],
)
def test_what_is_missing_is_said_and_all_that_was_typed_stays(full, signed_in, wrong, says):
    answer = give(signed_in("rosa"), full, "words", **wrong)
    assert answer.status_code == 400
    assert says in text_of(answer)
    if "own_words" not in wrong:
        assert "help Mateo" in text_of(answer)
    assert give(signed_in("rosa"), full, "words", until="2027-03-02").status_code == 200, "control: one year is right"


def test_a_share_that_cannot_be_given_any_more_says_so_under_the_preview(full, signed_in):
    rosa = signed_in("rosa")
    preview = give(rosa, full, "words")
    share(full, Shared.WORDS)
    answer = confirm(rosa, full, preview)
    assert answer.status_code == 409
    assert "already" in text_of(answer)
    assert Share.objects.count() == 1


def test_a_double_tap_shares_once(full, signed_in):
    rosa = signed_in("rosa")
    preview = give(rosa, full, "words")
    for _ in range(2):
        assert confirm(rosa, full, preview).status_code == 303
    assert Share.objects.count() == 1


@pytest.mark.parametrize("name", ["dana", "samuel", "robin", "nadia"])
def test_nobody_else_can_give_invite_or_pause(full, signed_in, name):
    page = signed_in(name)
    wanted = {"dana": 403, "samuel": 403}.get(name, 404)
    assert give(page, full, "words").status_code == wanted
    assert page.post(at(full, "sharing/invite/"), {"called": "Jo", "role": "partner"}).status_code == wanted
    typed = {"person": full.accounts["priya"].person_id, "things": "words", "purpose": "x", "until": "2026-06-30"}
    assert page.post(at(full, "sharing/give/share/"), typed).status_code == wanted
    assert page.post(at(full, "sharing/pause/"), {"key": "k"}).status_code == wanted
    assert not Share.objects.exists()


def test_staff_who_look_at_the_page_leave_a_line(full, signed_in):
    share(full, Shared.WORDS)
    assert signed_in("dana").get(at(full)).status_code == 200
    lines = TrailLine.objects.filter(actor_id=full.accounts["dana"].person_id, doing="read", kind="share")
    assert lines.exists()
    assert signed_in("samuel").get(at(full)).status_code == 404


# --- taking back, pausing, and the end -----------------------------------------------------------------


ENDS = {
    "taken back": lambda cast, one: take_back(cast, one),
    "paused": lambda cast, one: do(actions.pause_shares, cast, "rosa"),
    "expired": lambda cast, one: Share.objects.filter(id=one.id).update(
        ends=cast.now, begins=cast.now - datetime.timedelta(1)
    ),
    "never shared": lambda cast, one: Share.objects.filter(id=one.id).delete(),
}  # fmt: skip


def test_every_end_gives_the_same_answer_with_the_next_look(full, signed_in):
    answers = []
    for end in ENDS.values():
        do(actions.go_on_sharing, full, "rosa")
        priya, (one,) = signed_in("priya"), share(full, Shared.WORDS)
        assert WORDS["words"] in text_of(priya.get(at(full, "shared/")))
        end(full, one)
        answer = priya.get(at(full, "shared/"))
        assert answer.status_code == 404
        assert NEUTRAL in text_of(answer)
        answers.append(re.sub(r'nonce="[^"]*"|value="[^"]*"', "", text_of(answer)))
        Share.objects.all().delete()
    assert len(set(answers)) == 1
    assert "Rosa" not in answers[0]
    assert "Priya" not in answers[0]


def test_she_takes_back_with_one_tap_and_staff_write_down_what_she_said(full, signed_in):
    words, reach = share(full, Shared.WORDS, Shared.REACH)
    answer = signed_in("rosa").post(at(full, f"sharing/shares/{words.id}/back/"), {"key": "k"})
    assert answer.status_code == 303
    dana = signed_in("dana")
    assert "Rosa told me to take this back" in text_of(dana.get(at(full)))
    assert dana.post(at(full, f"sharing/shares/{reach.id}/back/"), {"key": "k"}).status_code == 303
    assert NEUTRAL in text_of(signed_in("priya").get(at(full, "shared/")))
    page = text_of(signed_in("rosa").get(at(full)))
    assert "said to <bdi>Dana</bdi>, written by <bdi>Dana</bdi>" in page
    assert page.count("written by") == 1, "the other one she took back herself"


def test_rosa_ends_it_all_with_somebody(full, signed_in):
    share(full, Shared.WORDS)
    code_of(full, signed_in)
    guest = full.accounts["priya"].person_id
    assert signed_in("rosa").post(at(full, f"sharing/people/{guest}/end/"), {"key": "k"}).status_code == 303
    assert signed_in("priya").get(at(full, "shared/")).status_code == 404
    assert not OneTimeCode.objects.filter(ends__gt=full.now).exists()
    assert "has no seat here any more" in text_of(signed_in("rosa").get(at(full)))


# --- coming in with a code -----------------------------------------------------------------------------


def code_of(cast, signed_in, by="rosa"):
    guest = cast.accounts["priya"].person_id
    answer = signed_in(by).post(at(cast, f"sharing/people/{guest}/code/"), {"key": str(new_id())})
    assert answer.status_code == 200
    return re.search(r'id="code">([\d ]+)<', text_of(answer))[1]


def come_in(code, page=None):
    return (page or Client()).post("/", {"code": code})


@pytest.mark.parametrize("by", ["rosa", "dana"])
def test_priya_comes_in_once_with_a_code_to_the_one_page(full, signed_in, by):
    share(full, Shared.WORDS)
    code = code_of(full, signed_in, by)
    assert re.fullmatch(r"\d{4} \d{4} \d{4}", code)
    answer = come_in(code)
    assert (answer.status_code, answer.url) == (303, "/today/")
    assert answer.client.get("/today/").url == at(full, "shared/")
    page = text_of(answer.client.get(at(full, "shared/")))
    assert WORDS["words"] in page
    assert "Shared with <bdi>Priya</bdi> until 30 June 2026" in page
    assert "/people/" not in page
    assert "/devices/" not in page
    assert answer.client.session.get_expiry_age() <= 600, "as on a device that others use too"
    again = come_in(code)
    assert again.status_code == 400
    assert str(WrongCode.sentence) in text_of(again)


def test_the_code_is_kept_nowhere(full, signed_in):
    digits = code_of(full, signed_in).replace(" ", "")
    assert all(digits not in repr(row) for row in OneTimeCode.objects.values())
    assert len(OneTimeCode.objects.get().code) == 64


def new_code(cast):
    return do(actions.make_code, cast, "rosa", person_id=cast.accounts["priya"].person_id)


def end_seat(cast):
    return Seat.objects.filter(person_id=cast.accounts["priya"].person_id).update(ends=cast.now)


WRONG = {
    "unknown": lambda cast, code, move: "1234 5678 9012",
    "old": lambda cast, code, move: move(datetime.timedelta(days=7)) or code,
    "the one before": lambda cast, code, move: new_code(cast) and code,
    "without a seat": lambda cast, code, move: end_seat(cast) and code,
}


@pytest.mark.parametrize("why", WRONG)
def test_a_code_that_is_wrong_in_whichever_way_gets_the_same_answer(full, signed_in, frozen, why):
    right = code_of(full, signed_in)
    answer = come_in(WRONG[why](full, right, lambda later: frozen.shift(later)))
    assert answer.status_code == 400
    assert str(WrongCode.sentence) in text_of(answer)
    assert "Priya" not in text_of(answer)


def test_a_code_waits_seven_days(full, signed_in, frozen):
    code = code_of(full, signed_in)
    frozen.shift(datetime.timedelta(days=7) - datetime.timedelta(seconds=1))
    assert come_in(code).status_code == 303


def test_codes_are_limited_like_cards(cast, frozen):
    statuses = [come_in("9876 5432 1098").status_code for _ in range(6)]
    assert statuses == [400] * 5 + [429]
    assert str(TooManyTries.sentence) in text_of(come_in("9876 5432 1098"))


def test_a_page_with_a_code_that_is_loaded_again_ends_nothing(full, signed_in, frozen):
    guest = full.accounts["priya"].person_id
    rosa, form = signed_in("rosa"), {"key": "the same"}
    address = at(full, f"sharing/people/{guest}/code/")
    rosa.post(address, form)
    second = re.search(r'id="code">([\d ]+)<', text_of(rosa.post(address, form)))[1]
    frozen.shift(datetime.timedelta(seconds=16))
    assert rosa.post(address, form).status_code == 409
    assert come_in(second).status_code == 303


# --- the one page -------------------------------------------------------------------------------------


def test_before_the_promise_they_read_what_it_is_about_and_nothing_of_it(full, signed_in):
    invite(full, "carmen", promises=False)
    share(full, Shared.WORDS, to="carmen")
    carmen = signed_in("carmen")
    page = text_of(carmen.get(at(full, "shared/")))
    assert WHY in page
    assert not planted(page)
    assert carmen.post(at(full, "shared/promise/"), {"must_report": "x", "key": "k"}).status_code == 400
    typed = {"promised": "on", "must_report": "a child at risk", "key": "k"}
    assert carmen.post(at(full, "shared/promise/"), typed).status_code == 303
    assert WORDS["words"] in text_of(carmen.get(at(full, "shared/")))
    assert "a child at risk" in text_of(signed_in("rosa").get(at(full)))


def test_what_they_read_stands_in_her_trail(full, signed_in):
    share(full, Shared.WORDS)
    signed_in("priya").get(at(full, "shared/"))
    page = text_of(signed_in("rosa").get(at(full, "looked/")))
    assert "because you share it with them" in page
    grounds = TrailLine.objects.filter(actor_id=full.accounts["priya"].person_id, doing="read")
    assert {(line.kind, line.ground) for line in grounds} == {("words", "share")}


def test_they_ask_for_nothing_more_and_end_it_themselves(full, signed_in):
    share(full, Shared.WORDS)
    priya = signed_in("priya")
    assert priya.post(at(full, "shared/no-more/"), {"key": "k"}).status_code == 303
    assert "Asked to be shown nothing more" in text_of(signed_in("rosa").get(at(full)))
    rosa = signed_in("rosa")
    assert confirm(rosa, full, give(rosa, full, "reach")).status_code == 409
    assert priya.post(at(full, "shared/leave/"), {"key": "k"}).status_code == 200
    assert priya.get(at(full, "shared/")).status_code == 404
    assert "<bdi>Priya</bdi> ended it" in text_of(signed_in("rosa").get(at(full)))


def test_nothing_there_takes_the_keyboard_so_that_it_can_be_taken_off_an_open_page(full, signed_in):
    share(full, *Shared)
    page = text_of(signed_in("priya").get(at(full, "shared/")))
    seen = page.split('id="seen"')[1].split('id="watermark"')[0]
    assert planted(seen)
    assert not re.search(r"<(a|button|input|textarea|select|summary|details)\b|tabindex", seen)


def test_the_frame_leads_nowhere_else(full, signed_in):
    share(full, *Shared)
    page = text_of(signed_in("priya").get(at(full, "shared/")))
    inside = set(re.findall(r'(?:href|action)="(/space/[^"]*)"', page))
    allowed = ("shared/promise/", "shared/no-more/", "shared/leave/", "notes/observation/", "notes/for-you/")
    assert inside <= {at(full, path) for path in allowed}
    assert "plan/" not in page
    assert 'data-changes="0"' in page, "how much others do here is not told"


# --- asking, answering, refusing ------------------------------------------------------------------------


def asks(page, cast, **more):
    typed = {
        "person": str(cast.accounts["priya"].person_id), "called": "", "thing": "words",
        "why": "She could help with school.", "until": "2026-06-30", "key": str(new_id()), **more,
    }  # fmt: skip
    return page.post(at(cast, "sharing/asks/"), typed)


def test_staff_ask_and_she_says_no_which_is_kept_with_a_receipt(full, signed_in, frozen):
    dana, rosa = signed_in("dana"), signed_in("rosa")
    assert asks(dana, full).status_code == 303
    assert "She could help with school." in text_of(rosa.get(at(full)))
    assert "You are asked whether somebody may see something" in text_of(rosa.get("/today/"))
    assert asks(dana, full).status_code == 409, "it waits for an answer"
    ask = Ask.objects.unguarded(because="test").get()
    assert rosa.post(at(full, f"sharing/asks/{ask.id}/no/"), {"key": "k"}).status_code == 303
    assert Receipt.objects.unguarded(because="test").get().event == "refused"
    assert not Share.objects.exists()
    assert asks(dana, full, why="Please.").status_code == 409, "not within thirty days"
    frozen.shift(datetime.timedelta(days=30))
    dana, rosa = signed_in("dana"), signed_in("rosa")
    assert asks(dana, full, why="she could help with SCHOOL").status_code == 400, "the same reason is none"
    assert asks(dana, full, why="There is a new teacher.").status_code == 303
    page = text_of(rosa.get(at(full)))
    assert "The same was asked before. The answer on 2 March 2026 was no." in page


def test_yes_leads_through_the_preview(full, signed_in):
    asks(signed_in("dana"), full)
    rosa, ask = signed_in("rosa"), Ask.objects.unguarded(because="test").get()
    page = rosa.get(at(full, f"sharing/give/?ask={ask.id}"))
    assert "She could help with school." in text_of(page)
    assert not re.search(r'name="things"[^>]*checked', text_of(page))
    typed = {
        "person": str(full.accounts["priya"].person_id), "things": ["words"], "own_words": WHY,
        "until": UNTIL.isoformat(), "key": "k",
    }  # fmt: skip
    preview = rosa.post(at(full, f"sharing/give/?ask={ask.id}"), typed)
    assert WORDS["words"] in text_of(preview)
    assert confirm(rosa, full, preview).status_code == 303
    assert Ask.objects.unguarded(because="test").get().answer == "yes"


@pytest.mark.parametrize("name", ["rosa", "samuel", "robin", "priya"])
def test_only_those_who_work_with_her_ask(full, signed_in, name):
    assert asks(signed_in(name), full).status_code == (403 if name in ("rosa", "samuel") else 404)


# --- receipts ------------------------------------------------------------------------------------------


def test_she_reads_and_takes_her_receipts(full, signed_in):
    (one,) = share(full, Shared.WORDS)
    take_back(full, one, name="dana")
    rosa = signed_in("rosa")
    page = text_of(rosa.get(at(full, "sharing/receipts/")))
    assert "You shared this" in page
    assert "You took this back" in page
    for receipt in Receipt.objects.unguarded(because="test"):
        assert WHY in text_of(rosa.get(at(full, f"sharing/receipts/{receipt.id}/")))
        file = rosa.get(at(full, f"sharing/receipts/{receipt.id}/file/"))
        assert file.json()["consentReceiptID"] == str(receipt.id)
        assert "attachment" in file["Content-Disposition"]
        assert not planted(text_of(file))


# --- when something was passed on ----------------------------------------------------------------------


def tell(page, cast, words="She told the teacher."):
    guest = cast.accounts["priya"].person_id
    return page.post(at(cast, f"sharing/people/{guest}/passed-on/"), {"words": words, "key": str(new_id())})


def test_she_says_it_was_passed_on_and_the_supervisor_answers_by_a_day(full, signed_in, frozen):
    share(full, Shared.WORDS)
    rosa, samuel = signed_in("rosa"), signed_in("samuel")
    assert tell(rosa, full).status_code == 303
    breach = Breach.objects.unguarded(because="test").get()
    assert breach.due == datetime.datetime(2026, 3, 5, 0, 0, tzinfo=datetime.UTC), "the end of Wednesday"
    page = text_of(rosa.get(at(full)))
    assert "It went to <bdi>Samuel</bdi>" in page
    assert "waits for your answer" in text_of(samuel.get("/today/"))
    assert "She told the teacher." in text_of(samuel.get("/passed-on/"))
    assert signed_in("lena").get("/passed-on/").content.decode().count("She told") == 0
    assert signed_in("dana").get("/passed-on/").status_code == 404
    frozen.move_to(breach.due)
    assert "should have answered" in text_of(signed_in("rosa").get(at(full)))
    typed = {"report": str(breach.id), "words": "Priya said sorry.", "key": "k"}
    samuel = signed_in("samuel")
    for name in ("lena", "robin", "dana"):
        assert signed_in(name).post("/passed-on/", typed).status_code == 404
    assert samuel.post("/passed-on/", {**typed, "words": ""}).status_code == 400
    assert samuel.post("/passed-on/", typed).status_code == 303
    assert "Priya said sorry." in text_of(signed_in("rosa").get(at(full)))
    lines = TrailLine.objects.filter(actor_id=full.accounts["samuel"].person_id)
    assert {line.doing for line in lines} == {"read", "answer_breach"}


def test_without_a_supervisor_it_goes_to_the_director_who_reads_these_words_alone(full, signed_in):
    Seat.objects.filter(person_id=full.accounts["samuel"].person_id).update(ends=full.now)
    assert tell(signed_in("rosa"), full).status_code == 303
    lena = signed_in("lena")
    assert "She told the teacher." in text_of(lena.get("/passed-on/"))
    assert lena.get(at(full)).status_code == 404
    line = TrailLine.objects.filter(actor_id=full.accounts["lena"].person_id, doing="read").get()
    assert (line.kind, line.ground) == ("share", "post")
    assert "the head of the agency" in text_of(signed_in("rosa").get(at(full)))


def test_pages_cost_the_same_whatever_is_shared(full, signed_in, django_assert_max_num_queries):
    rosa = signed_in("rosa")
    share(full, Shared.WORDS)
    rosa.get(at(full))
    for number in range(8):
        invite(full, f"guest{number}")
        share(full, *Shared, to=f"guest{number}")
    with django_assert_max_num_queries(12):
        assert rosa.get(at(full)).status_code == 200
    assert Invitation.objects.count() == 9
