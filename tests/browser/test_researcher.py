"""A researcher's day in Chromium: signing in, browsing, watching; and who is kept out."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_participant import at_question, begin, saved

pytestmark = pytest.mark.browser

ROOMS = ("/", "/gallery", "/image?set=1&image=3", "/agreement?study=2")


def signed_in(served, new_page, **options) -> Page:
    page = new_page(**options)
    page.goto(served.sign_in_link())
    page.get_by_role("button", name="Sign in as Owner").click()
    expect(page.get_by_role("heading", name="Studies", exact=True)).to_be_visible()
    return page


def test_a_link_signs_one_browser_in_once(served, new_page):
    link = served.sign_in_link()
    second = new_page()
    second.goto(link)  # a mail scanner, which presses nothing
    first = new_page(java_script_enabled=False)
    first.goto(link)
    expect(first.get_by_role("button", name="Sign in as Owner")).to_be_focused()
    first.keyboard.press("Enter")
    expect(first).to_have_url(served.url + "/")
    first.goto(link)  # as by the button “back”: it leads on
    expect(first).to_have_url(served.url + "/")
    second.get_by_role("button", name="Sign in as Owner").click()
    expect(second.get_by_text("This link has been used already")).to_be_visible()
    second.goto(served.url)
    expect(second.get_by_role("heading", name="FaceValue")).to_be_visible()


def test_signing_out_closes_the_rooms(served, new_page):
    page = signed_in(served, new_page)
    page.get_by_role("link", name="Sign out").click()
    page.goto(f"{served.url}/gallery")
    expect(page.get_by_role("heading", name="FaceValue")).to_be_visible()
    expect(page.locator(".fv-card")).to_have_count(0)


@pytest.mark.parametrize("cookie", ["nobody", "participant"])
def test_no_address_shows_a_room_to_others(served, new_page, cookie):
    page = new_page()
    if cookie == "participant":
        page.goto(served.invitation_link())
    for room in ROOMS[1:]:
        page.goto(served.url + room)
        expect(page.get_by_role("heading", name="FaceValue")).to_be_visible()
        expect(page.get_by_role("heading", name=re.compile("Gallery|Image|Agreement"))).to_have_count(0)
    assert page.request.get(f"{served.url}/media/labels/1/3?w=160").status == 401


def test_progress_and_dashboard_follow_the_answers_without_a_reload(freshly_served, new_page):
    served = freshly_served
    page = signed_in(served, new_page)
    expect(page.get_by_text("0 of 208 answers · 0 of 4 participants finished")).to_be_visible()
    served.program.answer(participants=1)
    expect(page.get_by_text("52 of 208 answers · 1 of 4 participants finished")).to_be_visible()
    page.get_by_role("link", name="See the agreement dashboard").first.click()
    expect(page.get_by_text("52 answers of")).to_be_visible()
    served.program.answer(participants=2, first=1)
    expect(page.get_by_text("156 answers of")).to_be_visible()
    expect(page.locator(".js-plotly-plot").nth(2)).to_be_visible()
    expect(page.get_by_text(re.compile("[Ss]imulated"))).to_have_count(0)


def test_the_simulated_study_says_so_wherever_it_is_shown(served, new_page):
    page = signed_in(served, new_page)
    expect(page.locator(".stMarkdownBadge", has_text="Simulated")).to_have_count(1)
    page.get_by_role("link", name="See the agreement dashboard").last.click()
    expect(page.get_by_role("heading", name="Preference by the entropy of the soft-label")).to_be_visible()
    figures = page.locator(".js-plotly-plot")
    expect(figures).to_have_count(7)
    expect(page.get_by_text("Answers of simulated participants, not of people.")).to_have_count(8)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_room_is_wider_than_the_screen(served, new_page, width, scheme):
    page = signed_in(served, new_page, width=width, color_scheme=scheme)
    for room in ROOMS:
        page.goto(served.url + room)
        expect(page.get_by_text("Signed in as")).to_be_visible()
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, room
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("room => room.scrollWidth - room.clientWidth") <= 0, room


def test_what_a_participant_answers_is_read_on_the_dashboard(freshly_served, new_page):
    watcher = signed_in(freshly_served, new_page)
    watcher.goto(f"{freshly_served.url}/agreement?study=1")
    expect(watcher.get_by_role("heading", name="No answers yet")).to_be_visible()
    page = new_page()
    begin(page, freshly_served.invitation_link())
    for number in range(1, 53):
        at_question(page, number)
        if number == 10:
            saved(page)
            page.reload()
            at_question(page, number)
        if number == 20:
            page.keyboard.press("u")
            at_question(page, number - 1)
            page.keyboard.press("2")
            at_question(page, number)
        page.keyboard.press("1")
    expect(page.get_by_role("heading", name=re.compile("[Tt]hank"))).to_be_visible()
    expect(watcher.get_by_text("52 answers of 1 participant")).to_be_visible()
    expect(watcher.locator(".js-plotly-plot").nth(2)).to_be_visible()
