"""Rosa says how she may be reached, sees what comes, and tries it out, on a small phone."""

import pytest

from alongside.reach import tending
from tests.browser import axe, no_overflow
from tests.reach.conftest import said

pytestmark = [pytest.mark.browser, pytest.mark.once]


def test_rosa_chooses_what_comes_and_it_comes(cast, gateway, open_page):
    said(cast)
    page = open_page("rosa", f"/space/{cast.spaces['rosa']}/reach/")
    page.get_by_text("Say it anew").click()
    page.get_by_label("What shall stand in a text message or e-mail?").select_option("book")
    page.get_by_label("Sunday").check()
    page.get_by_label("Monday").check()
    page.get_by_role("button", name="Keep this").click()
    page.get_by_text("Monday · Sunday").wait_for()
    page.get_by_role("button", name="Send me a test").click()
    page.get_by_text("What went out to you").click()
    page.get_by_text("waits").wait_for()
    tending.send_what_is_due(cast.now)
    assert [one["text"] for one in gateway.asked] == ["The book you asked for is here."]
    assert axe(page) == []
    assert no_overflow(page) == []
