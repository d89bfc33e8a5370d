"""Another language in Chromium: no word stays English, and left stays left in a script from the right."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from db.tables import AnswerEvent, Participant
from engine.emfacs import EMOTIONS
from study.annotation.responses import FORMS
from study.design.texts import texts_in
from study.stages import consent, training
from study.stages.lessons import PRACTICE, STEPS
from study.wording.wording import wording
from tests.browser.test_annotation import link
from tests.browser.test_participant import FIRST, SEEN, answer, nothing_waits, trial
from tests.pseudo import pseudo_words, unwrapped

pytestmark = pytest.mark.browser

SHOWN = """root => {
  const copy = root.cloneNode(true);
  copy.querySelectorAll("kbd").forEach(key => key.remove());
  const told = ["aria-label", "aria-valuetext", "alt", "data-late", "title"];
  const parts = [root, ...root.querySelectorAll("*")];
  const heard = parts.flatMap(part => told.map(name => part.getAttribute(name)));
  return [copy.textContent, ...heard.filter(Boolean)];
}"""


def all_wrapped(page: Page) -> None:
    """Everything on the component's page, seen or heard, is of the pseudo-language."""
    shown = trial(page).evaluate(SHOWN)
    assert "«" in shown[0]
    for text in shown:
        left = unwrapped(text).replace("AU", "")  # FACS numbers its action units alike in all languages
        assert not re.search(r"[A-Za-z]", left), f"{left!r} of {text!r} is not translated"


def first(served) -> int:
    with served.program.database.begin() as session:
        found = session.scalars(select(Participant.id).where(*FIRST)).one()
        consent.agree(session, found, "1", datetime.now(UTC))
        return found


def trained(served, participant: int, steps: int) -> None:
    with served.program.database.begin() as session:
        training.reach(session, participant, steps, datetime.now(UTC))


def asked(page: Page, number: int) -> None:
    expect(page.locator(f".trial[data-question='{number}'][data-state=asking]")).to_be_visible()
    expect(page.locator(".announcer")).not_to_be_empty()
    page.wait_for_timeout(SEEN)


def test_no_word_of_training_qualification_and_questions_stays_english(served_with_stages, new_page):
    served, words = served_with_stages, pseudo_words()
    texts = texts_in(wording("en", words))
    served.design(words=words, texts=texts, demographics=(), qualification_images=4, break_every=1)
    participant = first(served)
    page = new_page()
    page.goto(served.invitation_link())
    expect(page.locator(".emotion-name")).to_have_text("«Neutral»")
    page.locator(".next").click()
    expect(page.locator(".emotion-name")).to_have_text("«Happy»")
    all_wrapped(page)
    trained(served, participant, len(EMOTIONS))
    page.reload()
    expect(page.locator(".names")).to_have_attribute("aria-disabled", "false", timeout=60_000)
    page.keyboard.press(str(EMOTIONS.index(PRACTICE[1]) + 1))
    expect(page.locator(".feedback")).to_contain_text("«You chose")
    all_wrapped(page)
    nothing_waits(page)
    trained(served, participant, STEPS)
    page.reload()
    expect(page.locator(".card-title")).to_have_text("«Before the questions»")
    all_wrapped(page)
    page.locator(".plain").click()
    expect(page.locator(".qualification")).to_have_attribute("data-position", "1")
    expect(page.locator(".names")).to_have_attribute("aria-disabled", "false")
    all_wrapped(page)
    served.design(qualification_images=0)
    page.reload()
    asked(page, 1)
    all_wrapped(page)
    page.keyboard.press("1")
    expect(page.locator(".break-title")).to_have_text("«Time for a short break?»")
    expect(page.locator(".saving")).to_have_text("«All answers saved»")
    all_wrapped(page)


@pytest.mark.parametrize("form", FORMS)
def test_no_word_of_an_annotation_task_stays_english(served_with_stages, new_page, form):
    page = new_page(width=390, height=800)
    page.goto(link(served_with_stages, form, words=dict(pseudo_words())))
    page.get_by_role("button", name="«I agree and take part»").click()
    asked(page, 1)
    all_wrapped(page)
    if form != "hard_label":
        page.keyboard.press("Enter")
        expect(page.locator(".hint")).not_to_be_empty()
        all_wrapped(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_in_persian_the_page_runs_from_the_right_and_left_stays_left(served_with_stages, new_page, width):
    served = served_with_stages
    texts = texts_in(wording("fa"))
    served.design(language="fa", texts=texts, demographics=(), training=False)
    participant = first(served)
    page = new_page(width=width)
    page.goto(served.invitation_link())
    asked(page, 1)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", "fa")
    expect(trial(page)).to_have_attribute("dir", "rtl")
    left, right = (page.locator(f".panel[data-side={side}]").bounding_box() for side in ("left", "right"))
    assert left["x"] + left["width"] < right["x"]
    assert answer(page, "left").bounding_box()["x"] < answer(page, "right").bounding_box()["x"]
    bar = page.locator(".panel[data-side=left] .bar").first
    name, value = (bar.locator(part).bounding_box() for part in (".emotion", ".value"))
    assert name["x"] < value["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # The digit as a Persian keyboard gives it.
    digit = "{ key: '۱', code: 'Digit1', bubbles: true }"
    page.evaluate(f"document.body.dispatchEvent(new KeyboardEvent('keydown', {digit}))")
    expect(page.locator(".trial[data-question='2'][data-state=asking]")).to_be_visible()
    nothing_waits(page)
    with served.program.database.session() as session:
        event = session.scalars(select(AnswerEvent).where(AnswerEvent.participant_id == participant)).one()
    assert event.payload["choice"] == "left"
