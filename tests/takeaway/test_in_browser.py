"""Rosa takes her copy in two taps from “About me”, and reads it without us and without a network."""

from __future__ import annotations

import zipfile

import pytest

from tests.browser import close
from tests.record import steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]


def test_she_makes_her_copy_takes_it_and_reads_it_offline(cast, frozen, open_page, chromium, tmp_path):
    steps.say(cast, "I need a door that locks. «ñ» أحتاج إلى باب")
    page = open_page("rosa", f"/space/{cast.spaces['rosa']}/about/", javascript=False, accept_downloads=True)
    page.get_by_role("link", name="My copy").click()
    page.get_by_role("button", name="Make my copy").click()
    page.get_by_role("button", name="Take my copy").wait_for(timeout=60_000)  # the page looks again by itself
    with page.expect_download() as taking:
        page.get_by_role("button", name="Take my copy").click()
    assert taking.value.suggested_filename == "notes.zip"
    taking.value.save_as(tmp_path / "notes.zip")
    with zipfile.ZipFile(tmp_path / "notes.zip") as archive:
        archive.extractall(tmp_path / "copy")

    alone = chromium.new_context(offline=True, java_script_enabled=False)
    try:
        reading = alone.new_page()
        reading.goto((tmp_path / "copy" / "index.html").as_uri())
        assert reading.get_by_role("heading", level=1).inner_text() == "My copy"
        assert reading.get_by_text("I need a door that locks. «ñ» أحتاج إلى باب").is_visible()
        first = reading.locator("main h2").first.inner_text()
        assert first == "What I need, what I hope for"
    finally:
        close(alone)

    page.goto(f"/space/{cast.spaces['rosa']}/my-copy/")
    assert page.get_by_role("button", name="Make my copy").is_visible(), "it can be taken once"
