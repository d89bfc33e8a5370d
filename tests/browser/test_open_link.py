"""An open link in Chromium: made by a researcher, pressed by newcomers, and full for the third."""

import re

import pytest
from playwright.sync_api import expect

from study.access import invitations
from tests.browser.test_researcher import signed_in

pytestmark = pytest.mark.browser


def test_two_newcomers_get_places_and_the_third_a_kind_word(freshly_served, new_page):
    from datetime import UTC, datetime

    with freshly_served.program.database.begin() as session:
        for participant_id in (1, 2):
            invitations.revoke_all(session, participant_id, now=datetime.now(UTC))
    owner = signed_in(freshly_served, new_page)
    owner.goto(f"{freshly_served.url}/invitations?study=1")
    owner.get_by_text("Make an open link").click()
    owner.get_by_role("button", name="Make the open link").click()
    expect(owner.get_by_text("An open link with 4 places is made")).to_be_visible()
    link = owner.locator("code", has_text="/go/").inner_text().strip()
    for _ in range(2):
        page = new_page(width=390, color_scheme="dark")
        page.goto(link)
        page.get_by_role("button", name="Take part").click()
        expect(page).to_have_url(re.compile("/take$"))
        expect(page.get_by_role("heading").first).to_be_visible()
        page.goto(link)
        expect(page).to_have_url(re.compile("/take$"))
    third = new_page()
    third.goto(link)
    expect(third.get_by_role("heading", name="All places are taken")).to_be_visible()
    expect(third.get_by_text("no place left for you")).to_be_visible()
    owner.goto(f"{freshly_served.url}/watch?study=1")
    expect(owner.get_by_text("2 arrived")).to_be_visible()
    freshly_served.program.answer(participants=1, questions=5)
    expect(owner.get_by_text("5 of 208 answers")).to_be_visible()
