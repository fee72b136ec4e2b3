"""Rosa says what she needs on her phone: with the microphone, without it, and without JavaScript."""

import pytest

from alongside.attached.models import Attachment
from tests.attached.files import SAMPLES
from tests.browser import axe, no_overflow

pytestmark = [pytest.mark.browser, pytest.mark.once]

PLAY = """(player) => {
  player.addEventListener('ended', () => { player.dataset.heard = player.currentTime; });
  player.muted = true;
  player.play();
}"""
HEARD = "(player) => 'heard' in player.dataset"


def played(player):
    """Play it to its end; give its length, and how far it came, in seconds."""
    player.evaluate(PLAY)
    player.page.wait_for_function(HEARD, arg=player.element_handle())
    return player.evaluate("(player) => [player.duration, Number(player.dataset.heard)]")


def test_she_records_hears_and_sends_a_voice_note_and_dana_plays_it(cast, open_page):
    words = f"/space/{cast.spaces['rosa']}/words/"
    rosa = open_page("rosa", words, permissions=["microphone"])
    need = rosa.locator("#need")
    assert not need.locator("input[type=file]").is_visible()
    need.get_by_role("button", name="Record", exact=True).click()
    need.get_by_text("Recording. Speak now.").wait_for()
    need.locator("[data-count]").get_by_text("1 / 60").wait_for()
    rosa.keyboard.press("Enter")  # the button to stop has the focus
    need.get_by_text("Recorded. You can hear it").wait_for()
    duration = played(need.locator("audio"))[1]
    assert duration > 0.5, "she hears it before she sends it"
    assert not axe(rosa)
    assert not no_overflow(rosa)
    need.get_by_role("button", name="Record again").click()
    need.locator("[data-count]").get_by_text("1 / 60").wait_for()
    need.get_by_role("button", name="Keep my words").click()  # in the middle of it: it ends, and goes along
    rosa.get_by_text("Voice note, 0:0").first.wait_for()
    (kept,) = Attachment.objects.unguarded(because="test")
    assert (kept.sort, kept.seconds in (1, 2, 3)) == ("voice", True)

    dana = open_page("dana", words)
    player = dana.locator("#need audio").first
    length, heard = played(player)
    print(f"recorded in {kept.size} bytes, {length:.1f} s; heard {heard:.1f} s")
    assert 0.5 < length < 5
    assert heard == pytest.approx(length, abs=0.3)

    # the microphone is closed to the page: it says so, and the file is what one gets
    closed = open_page("rosa", words)
    hope = closed.locator("#hope")
    hope.get_by_role("button", name="Record", exact=True).click()
    hope.get_by_text("The microphone is closed to this page.").wait_for()
    assert hope.locator("input[type=file]").is_visible()

    plain = open_page("rosa", words, javascript=False)
    hope = plain.locator("#hope")
    assert not hope.locator("[data-recorder]").is_visible()
    hope.locator("input[type=file]").set_input_files(SAMPLES / "fragments.mp4")
    hope.get_by_role("button", name="Keep my words").click()
    hope.get_by_text("Voice note, 0:01").first.wait_for()
    assert Attachment.objects.unguarded(because="test").count() == 2
