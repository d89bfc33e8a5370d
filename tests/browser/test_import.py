"""A data set comes in and goes out again by the page, in Chromium, and what the page shows follows."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_researcher import signed_in

pytestmark = pytest.mark.browser


def test_a_folder_is_imported_and_removed_and_the_page_follows_its_jobs(freshly_served, new_page, tmp_path):
    for emotion in ("Happy", "Sad"):
        folder = tmp_path / "faces" / emotion
        folder.mkdir(parents=True)
        for number in range(3):
            Image.new("RGB", (48, 48), (40 * number, 90, 120)).save(folder / f"{number}.png")
    page = signed_in(freshly_served, new_page)
    page.goto(f"{freshly_served.url}/import")
    names = page.locator("[data-testid=stDataFrame]").first.locator("td[aria-colindex='1']")
    expect(names).to_have_text(["demo"])
    page.get_by_label("Folder or table on the server").fill(str(tmp_path / "faces"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("6 images")).to_be_visible()
    page.get_by_label("Name of the data set").fill("mine")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Import mine", exact=True)).to_be_visible()
    expect(names).to_have_text(["demo", "mine"])

    page.get_by_text("Remove a data set").click()
    page.get_by_role("combobox", name="Data set").click()
    page.get_by_role("option", name="mine").click()
    page.get_by_role("button", name="Remove…").click()
    asked = page.get_by_role("dialog")
    expect(asked.get_by_text("6 images")).to_be_visible()
    asked.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Remove mine", exact=True)).to_be_visible()
    expect(names).to_have_text(["demo"])
