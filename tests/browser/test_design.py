"""A study designed, saved, frozen and opened in Chromium, on a laptop and on a phone."""

import zipfile

import pytest
from playwright.sync_api import expect

from tests.app.test_design_page import draft
from tests.browser.test_researcher import signed_in

pytestmark = pytest.mark.browser


def test_a_study_is_designed_frozen_and_opened(served, new_page, tmp_path):
    page = signed_in(served, new_page)
    page.get_by_role("link", name="New design").click()
    expect(page.get_by_role("heading", name="What it will cost and buy")).to_be_visible()
    name = page.get_by_role("textbox", name="Short name")
    name.fill("Not A Name")
    name.press("Enter")
    expect(page.get_by_text("must be 1 to 64 lower-case letters")).to_be_visible()
    name.fill("by-hand")
    name.press("Enter")
    each = page.get_by_role("spinbutton", name="Images of each emotion")
    each.fill("5")
    each.press("Enter")
    expect(page.get_by_text("1 thing to mend")).to_have_count(0)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Freeze…").click()
    expect(page.get_by_text("the design cannot change")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Freeze", exact=True).click()
    expect(page.get_by_text("The design cannot change; a copy can.")).to_be_visible(timeout=120_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the preregistration").click()
    file = tmp_path / "bundle.zip"
    download.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        assert b'name = "by-hand"' in archive.read("design.toml")
    page.goto(served.url)
    page.get_by_role("button", name="Open the study").click()
    expect(page.get_by_role("button", name="Open the study")).to_have_count(0)


def test_a_draft_is_written_on_a_phone_and_deleted(served, new_page):
    page = signed_in(served, new_page, width=390, color_scheme="dark")
    page.goto(f"{served.url}/design")
    page.get_by_role("textbox", name="Short name").fill("on-a-phone")
    page.get_by_role("textbox", name="Short name").press("Enter")
    page.get_by_role("tab", name="Questions").click()
    expect(page.get_by_role("spinbutton", name="Own questions asked again (%)")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Delete draft…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="Design", exact=True)).to_be_visible()
    page.goto(served.url)
    expect(page.get_by_text("Go on designing")).to_have_count(0)


def test_a_draft_is_rehearsed_on_its_page_and_the_table_stays(served, new_page):
    few = {"images_per_emotion": 2, "participants": 2, "self_repeats": 0.1}
    study_id = draft(served.program, name="tried", title="Tried", **few)
    page = signed_in(served, new_page)
    page.goto(f"{served.url}/design?study={study_id}")
    # Another run of the page, as for its colours, would close the dialog again.
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    # By the keyboard: a chart that is drawn above them moves the button and the link.
    page.get_by_role("button", name="Rehearse with simulated participants…").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("in less than a minute")).to_be_visible()
    dialog.get_by_role("button", name="Rehearse", exact=True).click()
    # Of so few answers it is over soon: the table may be there before the progress is looked for.
    table = page.get_by_role("table").filter(has_text="Recovered?")
    expect(page.get_by_role("button", name="Stop").or_(table).first).to_be_visible(timeout=120_000)
    expect(table).to_be_visible(timeout=240_000)
    page.reload()
    expect(table.get_by_role("row")).not_to_have_count(0)
    page.get_by_role("link", name="See the simulated answers").press("Enter")
    expect(page.get_by_text("Simulated", exact=True).first).to_be_visible()
