"""A study's way: a draft is frozen, and what is found is one page that needs no network."""

import tempfile
from pathlib import Path

from docs.screenshots.program import Served, keep, settle


def take(served: Served) -> None:
    """Keep a picture of the question before freezing, of a frozen design, and of a report."""
    page = served.researcher()
    served.visit(page, "/design")
    page.get_by_role("button", name="Save draft").click()
    freeze = page.locator("button:enabled", has_text="Freeze")
    freeze.wait_for()
    settle(page)
    freeze.click()
    page.get_by_role("dialog").wait_for()
    settle(page)
    keep(page, "study-freeze")
    page.get_by_role("dialog").get_by_role("button", name="Freeze").click()
    page.get_by_text("Frozen on").wait_for(timeout=120_000)
    settle(page)
    keep(page, "study-frozen")
    served.visit(page, "/agreement?study=2")
    with page.expect_download(timeout=120_000) as download, tempfile.TemporaryDirectory() as folder:
        page.get_by_role("button", name="Report (HTML)").click()
        file = Path(folder) / "report.html"
        download.value.save_as(file)
        page.goto(file.as_uri())
        settle(page)
        keep(page, "study-report")
