"""Every shipped language on the narrowest phone: each stage fits it, nothing cut, nothing beside it."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from db.tables import Participant
from engine.emfacs import EMOTIONS
from study.design.texts import texts_in
from study.stages.lessons import STEPS
from study.wording.wording import wording
from tests.browser.test_words import asked, first, trained

pytestmark = pytest.mark.browser

NARROW, PHONE = 320, 640
LANGUAGES = ("en", "de", "es", "fr", "fa", "zh")
WRITTEN = "button, a, label, [role=radio], .emotion, .emotion-name, .value"
CUT = """all => all
  .filter(one => one.checkVisibility() && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
  .filter(one => getComputedStyle(one).display !== "inline")
  .map(one => one.textContent)"""
HOLDS = "place => place.scrollWidth <= place.clientWidth"
OUTSIDE = """names => names
  .filter(one => {
    const [name, frame] = [one, one.closest(".panel")].map(part => part.getBoundingClientRect());
    return name.left < frame.left + 1 || name.right > frame.right - 1;
  })
  .map(one => one.textContent)"""


def fits(page: Page, stage: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, stage
    inside = page.locator("[data-testid=stMain]").locator(WRITTEN)
    assert inside.evaluate_all(CUT) == [], stage


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stage_fits_a_narrow_phone(served_with_stages, new_page, language):
    served, words = served_with_stages, wording(language).words
    served.design(language=language, texts=texts_in(wording(language)), qualification_images=4, break_every=1)
    page = new_page(width=NARROW, height=PHONE)
    page.goto(served.invitation_link())
    expect(page.get_by_role("button", name=words["consent.agree"])).to_be_visible()
    fits(page, "consent")
    participant = first(served)
    page.reload()
    expect(page.get_by_role("heading", name=words["about_you.title"])).to_be_visible()
    fits(page, "demographics")
    with served.program.database.begin() as session:
        session.execute(update(Participant).where(Participant.id == participant).values(demographics={}))
    page.reload()
    page.locator(".next").click()
    expect(page.locator(".emotion-name")).to_have_text(words["emotions.happy"])
    fits(page, "training")
    trained(served, participant, len(EMOTIONS))
    page.reload()
    expect(page.locator(".names")).to_have_attribute("aria-disabled", "false")
    page.keyboard.press("1")
    expect(page.locator(".feedback")).not_to_be_empty()
    fits(page, "practice")
    trained(served, participant, STEPS)
    page.reload()
    page.locator(".plain").click()
    expect(page.locator(".qualification")).to_have_attribute("data-position", "1")
    fits(page, "qualification")
    served.design(qualification_images=0)
    for form in ("bars", "radar", "sorted_text"):
        served.design(label_form=form)
        page.reload()
        asked(page, 1)
        fits(page, form)
        assert page.locator(".place").evaluate(HOLDS), form
        if form == "radar":
            assert page.locator(".radar svg text").evaluate_all(OUTSIDE) == []
    page.keyboard.press("1")
    expect(page.locator(".break-title")).to_have_text(words["trial.break_title"])
    fits(page, "break")
