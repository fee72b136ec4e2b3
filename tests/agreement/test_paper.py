"""The sheet as Chromium prints it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from alongside.agreement import rules

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, which is not installed here"),
]


def with_styles_inside(page):
    """The page as one file: its style sheets inside, its scripts left out."""

    def inside(link):
        name = re.sub(r"\.[0-9a-f]{12}\.css$", ".css", link[1])
        return f"<style>{Path(finders.find(name)).read_text()}</style>"

    page = re.sub(r'<link rel="stylesheet" href="/static/([^"]+)">', inside, page)
    return re.sub(r"<script.*?</script>", "", page, flags=re.S)


def pages_on_paper(html, folder):
    """How many pages Chromium prints."""
    (folder / "sheet.html").write_text(with_styles_inside(html))
    subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={folder / 'browser'}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={folder / 'sheet.pdf'}",
            (folder / "sheet.html").as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=90,
    )
    return len(re.findall(rb"/Type\s*/Page\b", (folder / "sheet.pdf").read_bytes()))


def test_an_agreement_as_people_make_it_prints_on_two_pages(signed_in, cast, together, tmp_path):
    together.ready()
    together.change(
        "rosa",
        "her_rules",
        rules="never come unannounced\ndon’t speak about rent before the kids\nsay it in Spanish when it is a letter",
    )
    together.change(
        "dana",
        "why",
        reason="ordered",
        purpose="Find a home, and keep the children at Linden School.",
        ordered_by="the family court at Linden, on 12 February",
        fixed="Two visits a month until June, and a letter to the court at the end.",
        open="What we talk about, where we meet, who else comes.",
        on_no="The court is told that a visit did not happen, and Rosa can say why in her own words.",
    )
    for number in range(rules.MOST_ROWS - 8):
        what = f"{number}: which papers go to the office, and who carries them there"
        together.change("rosa", "row-new", what=what, who="together", note="We look at each of them together first.")
    together.accept("rosa")
    together.accept("dana")
    html = signed_in("rosa").get(f"/space/{cast.spaces['rosa']}/agreement/print/").content.decode()
    assert pages_on_paper(html, tmp_path) <= 2


def test_the_pages_are_counted(tmp_path):
    html = '<p style="break-after:page">one</p><p style="break-after:page">two</p><p>three</p>'
    assert pages_on_paper(html, tmp_path) == 3
