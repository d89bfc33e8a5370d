"""Annotation tasks in Chromium, one for each form: by keys, touch and mouse, at 390 pixels and wide."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from db.tables import Answer, Participant
from study import studies
from study.access import invitations
from study.annotation.drafts import create_draft
from tests.annotation_task import freeze, task_design
from tests.browser.test_participant import SEEN, at_question, has_faces, saved, through, trial
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 760}
TOUCH = {**PHONE, "has_touch": True, "is_mobile": True}


def link(served, form: str, **changes) -> str:
    """The link of the first of two annotators of a new open task."""
    now = datetime.now(UTC)
    design = task_design(form, sample=8, participants=2, self_repeats=0.25, min_lag=4, **changes)
    with served.program.database.begin() as session:
        task_id = create_draft(session, design, 1, now=now).id
        freeze(session, task_id, now)
        studies.open_study(session, task_id, now=now)
        invitations.invite_all(session, task_id, secret=served.program.secret, now=now)
        tokens = invitations.invitation_links(session, task_id, served.program.secret)["token"]
    return f"{served.url}/join/{tokens.iloc[0]}"


def begin(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="I agree and take part").click()
    at_face(page, 1)


def at_face(page: Page, number: int) -> None:
    expect(trial(page)).to_have_attribute("data-question", str(number))
    expect(trial(page)).to_have_attribute("data-state", "asking")
    expect(page.locator(".annotating [aria-disabled=false]").first).to_be_attached()
    page.wait_for_timeout(SEEN)


def said(served) -> list[dict]:
    query = select(Answer.response).join(Participant, Participant.id == Answer.participant_id)
    with served.program.database.session() as session:
        return list(session.scalars(query.where(Answer.response.is_not(None)).order_by(Answer.position)))


def fits(page: Page) -> None:
    """Nothing is wider than the window, and what is pressed is large enough for a finger."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    for button in page.locator(".saying button").all():
        assert button.bounding_box()["height"] >= 44


def test_eleven_buttons_by_keys_and_touch_with_undo_offline_and_thanks(served_with_stages, new_page):
    served = served_with_stages
    address = link(served, "hard_label")
    with Wire(urlsplit(address).port) as wire:
        page = new_page(**TOUCH)
        begin(page, through(wire, address))
        fits(page)
        names = page.locator(".names button span:first-child").all_inner_texts()
        assert names[0] == "Neutral"
        assert names[8:] == ["None", "Uncertain", "Non-Face"]
        for number, key in enumerate(("2", "0", "-"), 1):
            page.keyboard.press(key)
            at_face(page, number + 1)
        page.keyboard.press("U")
        at_face(page, 3)
        page.get_by_role("button", name="Non-Face").tap()
        at_face(page, 4)
        saved(page)
        has_faces(page, 10)
        wire.cut()
        for number in range(4, 8):
            page.get_by_role("button", name="Happy").tap()
            at_face(page, number + 1)
            page.wait_for_timeout(300)  # two taps in one place within half a second are a double tap
        expect(page.locator(".saving")).to_have_text("Offline, nothing is lost (4 waiting)")
        wire.mend()
        saved(page)
        page.reload()
        for number in range(8, 11):
            at_face(page, number)
            page.keyboard.press("1")
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    labels = [one["label"] for one in said(served)]
    assert labels == ["Happy", "Uncertain", "Non-Face", *["Happy"] * 4, *["Neutral"] * 3]


def test_eight_sliders_by_the_keyboard_alone(served_with_stages, new_page):
    served = served_with_stages
    page = new_page(**PHONE)
    begin(page, link(served, "soft_label"))
    fits(page)
    sliders = page.get_by_role("slider")
    expect(sliders).to_have_count(8)
    expect(page.get_by_role("slider", name="Surprise")).to_have_attribute("aria-valuetext", "0.00")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Move at least one slider first")).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_role("slider", name="Happy")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    expect(page.get_by_role("slider", name="Sad")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("slider", name="Sad")).to_have_attribute("aria-valuetext", "1.00")
    page.keyboard.press("Enter")
    at_face(page, 2)
    expect(page.get_by_role("slider", name="Sad")).to_have_attribute("aria-valuetext", "0.00")
    page.keyboard.press("8")
    page.keyboard.press("u")  # on a slider too, the last answer is taken back
    at_face(page, 1)
    page.keyboard.press("4")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    at_face(page, 2)
    saved(page)
    assert said(served) == [{"scores": [0, 0, 0, 0.05, 0, 0, 0, 0]}]


def test_eight_sliders_by_touch_and_in_another_browser(served_with_stages, new_page):
    served = served_with_stages
    address = link(served, "soft_label")
    page = new_page(**TOUCH)
    begin(page, address)
    box = page.get_by_role("slider", name="Fear").bounding_box()
    assert box["height"] >= 40
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_role("button", name="Done").tap()
    at_face(page, 2)
    saved(page)
    page.context.close()
    page = new_page()
    page.goto(address)
    at_face(page, 2)
    (scores,) = (one["scores"] for one in said(served))
    assert abs(scores[4] - 0.5) <= 0.05
    assert sum(scores) == scores[4]


def test_the_affect_grid_by_click_arrow_keys_and_sliders(served_with_stages, new_page):
    served = served_with_stages
    page = new_page(**PHONE)
    begin(page, link(served, "affect"))
    for width in (360, 390):
        page.set_viewport_size({**PHONE, "width": width})
        fits(page)
        edge = page.get_by_text("Unpleasant", exact=True).bounding_box()
        assert edge["x"] >= 0
        assert edge["x"] + edge["width"] <= page.locator(".affect-grid").bounding_box()["x"]
    page.keyboard.press("Enter")
    expect(page.get_by_text("Choose a place on the grid first")).to_be_visible()
    box = page.locator(".affect-grid").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    expect(page.get_by_role("slider", name="Valence")).to_have_attribute("aria-valuetext", "0.50")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    at_face(page, 2)
    expect(page.locator(".point")).to_be_hidden()
    page.get_by_role("slider", name="Arousal").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    at_face(page, 3)
    saved(page)
    assert said(served) == [{"valence": 0.45, "arousal": 0.7}, {"valence": 0, "arousal": -0.05}]


def test_a_break_and_training_and_qualification_come_as_in_any_study(served_with_stages, new_page):
    served = served_with_stages
    page = new_page()
    page.goto(link(served, "hard_label", qualification_images=1, qualification_pass=0.0, break_every=2))
    page.get_by_role("button", name="I agree and take part").click()
    page.get_by_role("button", name="Begin").click()
    expect(page.locator(".names")).to_have_attribute("aria-disabled", "false")
    page.wait_for_timeout(SEEN)
    page.keyboard.press("1")
    page.get_by_role("button", name="Go on").click()
    for number in (1, 2):
        at_question(page, number)
        page.keyboard.press("1")
    expect(page.get_by_role("heading", name="Time for a short break?")).to_be_visible()
    page.keyboard.press("1")  # labels nothing
    page.keyboard.press("Enter")
    at_face(page, 3)
    saved(page)
    assert len(said(served)) == 2
