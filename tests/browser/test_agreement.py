"""The agreement report in Chromium: read by keyboard, downloaded, and shared with one who sees it alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_researcher import signed_in

pytestmark = pytest.mark.browser


def test_a_link_is_made_read_by_another_browser_and_taken_back(freshly_served, new_page):
    served = freshly_served
    page = signed_in(served, new_page)
    page.goto(f"{served.url}/agreement?study=2")
    page.get_by_text("Share this report").click()
    page.get_by_role("button", name="Make a link").click()
    address = page.locator("[data-testid=stCode]").inner_text().strip()
    reader = new_page(width=390, color_scheme="dark")
    reader.goto(address)
    expect(reader.get_by_role("heading", name=re.compile("Fig. 6-a"))).to_be_visible()
    assert reader.url.endswith("/shared")
    assert reader.evaluate("document.documentElement.scrollWidth") <= 390
    for room in ("/", "/gallery", "/agreement?study=1", "/image?set=1&image=3"):
        reader.goto(served.url + room)
        expect(reader.get_by_role("heading", name="FaceValue")).to_be_visible()
    assert reader.request.get(f"{served.url}/media/labels/1/3?w=160").status == 401
    page.get_by_role("button", name="Take this link back").click()
    expect(page.get_by_role("button", name="Take this link back")).to_have_count(0)
    reader.goto(f"{served.url}/shared")
    expect(reader.get_by_text("This link has been taken back")).to_be_visible()
    expect(reader.locator(".js-plotly-plot")).to_have_count(0)


def test_the_report_is_walked_by_keyboard_and_downloaded(served, new_page):
    page = signed_in(served, new_page)
    page.goto(f"{served.url}/agreement?study=2")
    expect(page.get_by_role("heading", name="Preference by subset")).to_be_visible()
    group = page.get_by_role("radio", name="Inter-agreement").or_(
        page.get_by_role("button", name="Inter-agreement")
    )
    group.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Agreement beside the most that noise allows")).to_be_visible()
    with page.expect_download() as downloading:
        button = page.get_by_role("button", name="Report (HTML)")
        button.focus()
        page.keyboard.press("Enter")
    path = downloading.value.path()
    assert "Fig. 6-a" in path.read_text(encoding="utf-8")
    assert downloading.value.suggested_filename.endswith(".html")
