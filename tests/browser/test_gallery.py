"""The gallery in Chromium: by mouse and by keys alone, wide and narrow, and when files are gone."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from db.tables import Dataset
from tests.browser.test_researcher import signed_in

pytestmark = pytest.mark.browser


def in_gallery(served, new_page, address: str = "", **options) -> Page:
    page = signed_in(served, new_page, **options)
    page.goto(f"{served.url}/gallery{address}")
    expect(page.locator(".fv-card").first).to_be_visible()
    return page


def settled(page: Page) -> None:
    """Wait until the page is whole and its keys are heard, which they are a moment after the script ends."""
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2_000)


def test_the_gallery_holds_its_view_in_the_address(served, new_page):
    page = in_gallery(served, new_page, "?emotion=Fear")
    expect(page.get_by_text("1–24 of 64 images")).to_be_visible()
    page.get_by_role("button", name="Page 2").click()
    expect(page.get_by_text("25–48 of 64 images")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/gallery\?emotion=Fear&page=2$"))
    page.reload()
    expect(page.get_by_text("25–48 of 64 images")).to_be_visible()
    page.get_by_role("combobox", name=re.compile("Subset")).click()
    page.get_by_role("option", name="Easy").click()
    expect(page.get_by_text(re.compile("^1–"))).to_be_visible()
    expect(page.locator(".fv-card img").first).to_have_js_property("complete", True)
    assert page.locator(".fv-card img").first.evaluate("image => image.naturalWidth") > 0


def test_a_compound_expression_is_two_clicks(served, new_page):
    page = in_gallery(served, new_page)
    page.get_by_role("button", name="Fear", exact=True).click()
    page.get_by_role("button", name="Surprise", exact=True).click()
    expect(page).to_have_url(re.compile(r"fear=0\.5"))
    expect(page).to_have_url(re.compile(r"surprise=0\.5"))
    expect(page.get_by_text("of 512 images")).to_have_count(0)


def test_keys_turn_pages_and_walk_from_image_to_image(served, new_page):
    page = in_gallery(served, new_page)
    settled(page)
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("25–48 of 512 images")).to_be_visible()
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_text("1–24 of 512 images")).to_be_visible()
    first = page.get_by_role("link", name=re.compile("^00001 · "))
    first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Image 00001")).to_be_visible()
    settled(page)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Image 00002")).to_be_visible()
    settled(page)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Image 00001")).to_be_visible()
    settled(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
    expect(page.get_by_text("1–24 of 512 images")).to_be_visible()


def test_a_card_leads_to_its_image_and_back_leads_to_the_gallery(served, new_page):
    page = in_gallery(served, new_page, "?emotion=Happy")
    page.get_by_role("link", name=re.compile("^00001 · ")).click()
    expect(page.get_by_role("heading", name="Image 00001")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Soft-label: Neutral")).first).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("of 64 images")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/gallery\?emotion=Happy$"))


def test_a_selection_is_made_undone_and_downloaded(served, new_page):
    page = in_gallery(served, new_page)
    page.get_by_role("button", name="Select this page").click()
    expect(page.get_by_text("24 selected")).to_be_visible()
    page.get_by_role("button", name="Select all 512").click()
    expect(page.get_by_text("512 selected")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("24 selected")).to_be_visible()
    page.get_by_role("button", name="Use the selection").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Labels as CSV").click()
    lines = waiting.value.path().read_text().splitlines()
    assert lines[0].startswith("image,hard_label,soft_neutral,")
    assert len(lines) == 25


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_part_is_wider_than_the_screen(served, new_page, width, scheme):
    page = in_gallery(served, new_page, width=width, color_scheme=scheme)
    page.get_by_text("More filters").click()
    expect(page.get_by_text("Who disagrees")).to_be_visible()
    for address in ("", "/image?set=1&image=3&at=3"):
        if address:
            page.goto(served.url + address)
            expect(page.get_by_text("Nearest by soft-label")).to_be_visible()
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("room => room.scrollWidth - room.clientWidth") <= 0


def test_files_that_are_gone_are_told_and_drawn_as_such(freshly_served, new_page):
    served = freshly_served
    with served.program.database.begin() as session:
        home = session.scalars(select(Dataset)).one().root
        session.execute(update(Dataset).values(root="gone"))
    page = in_gallery(served, new_page)
    expect(page.get_by_text("is not where it was")).to_be_visible()
    expect(page.locator(".fv-card img").first).to_have_js_property("naturalWidth", 160)
    page.get_by_label("Folder on the server").fill(str(served.program.settings.data_dir / home))
    page.get_by_role("button", name="Look there").click()
    expect(page.get_by_text("is not where it was")).to_have_count(0)
