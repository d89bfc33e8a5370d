"""The whole path in Chromium: consent, demographics, training, qualification, questions, and the ways out."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from db.tables import Answer, AnswerEvent, AuditEvent, Label, Participant, QualificationAnswer
from engine.emfacs import EMOTIONS
from study.stages.lessons import PRACTICE
from tests.browser.test_participant import (
    FIRST,
    SEEN,
    at_question,
    begin,
    events,
    has_faces,
    nothing_waits,
    saved,
    stored,
    through,
)
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser


def person(served) -> Participant:
    with served.program.database.session() as session:
        return session.scalars(select(Participant).where(*FIRST)).one()


def labelled(served) -> list[QualificationAnswer]:
    answer = QualificationAnswer
    with served.program.database.session() as session:
        return list(session.scalars(select(answer).order_by(answer.attempt, answer.position)))


def expected(served, position: int) -> str:
    """The key of the emotion that the qualification expects at a position."""
    drawn = person(served).qualification["images"]
    with served.program.database.session() as session:
        label = session.scalar(select(Label.hard_label).where(Label.image_id == drawn[position - 1]))
    return str(EMOTIONS.index(label) + 1)


def at_face(page: Page, position: int) -> None:
    expect(page.locator(".qualification")).to_have_attribute("data-position", str(position))
    expect(page.locator(".names")).to_have_attribute("aria-disabled", "false")
    page.wait_for_timeout(SEEN)


def tab_to(page: Page, name: str) -> None:
    """Move the focus to a button by the keyboard."""
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_visible()
    for _ in range(40):
        if button.evaluate("button => button.matches(':focus')"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{name} is not reached by the keyboard")


def at_step(page: Page, words: str) -> None:
    expect(page.locator(".training .place")).to_have_text(words)


def practise(page: Page, number: int) -> None:
    """Answer a practice face by its key."""
    at_step(page, f"Practice · {number} of {len(PRACTICE)}")
    expect(page.locator(".names")).to_have_attribute("aria-disabled", "false", timeout=60_000)
    page.keyboard.press(str(EMOTIONS.index(PRACTICE[number - 1]) + 1))
    expect(page.locator(".feedback")).to_contain_text("Yes, this is")


@pytest.mark.slow
def test_the_keyboard_alone_leads_from_consent_to_thanks(served_with_stages, new_page):
    served = served_with_stages
    served.design(qualification_images=4, break_every=20)
    page = new_page()
    page.goto(served.invitation_link())
    tab_to(page, "I agree and take part")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A few words about you")).to_be_visible()
    page.get_by_label("The country you grew up in").focus()
    page.keyboard.type("Kenya")
    tab_to(page, "Continue")
    page.keyboard.press("Enter")

    for number, emotion in enumerate(EMOTIONS, 1):
        at_step(page, f"Training · {number} of 8")
        expect(page.get_by_role("heading", name=emotion)).to_be_focused()
        if emotion != "Neutral":
            page.keyboard.press("Tab")
            expect(page.get_by_role("slider")).to_be_focused()
            page.keyboard.press("ArrowLeft")
            expect(page.get_by_role("img", name=f"{emotion} at 90 %")).to_be_visible()
        tab_to(page, "Next")
        page.keyboard.press("Enter")
    for number in range(1, len(PRACTICE) + 1):
        practise(page, number)
        page.keyboard.press("Enter")

    tab_to(page, "Begin")
    page.keyboard.press("Enter")
    for position in range(1, 5):
        at_face(page, position)
        page.keyboard.press(expected(served, position))
    tab_to(page, "Go on")
    page.keyboard.press("Enter")
    at_question(page, 1)
    total = int(re.search(r"of (\d+)", page.locator(".place").inner_text())[1])
    for number in range(1, total + 1):
        at_question(page, number)
        page.keyboard.press("1")
        if number % 20 == 0:
            expect(page.locator(".break")).to_be_visible()
            page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert len(stored(served)) == total
    tab_to(page, "Take the last answer back")
    page.keyboard.press("Enter")
    at_question(page, total)
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    done = person(served)
    assert done.demographics == {"country": "Kenya"}
    assert done.trained_at
    assert done.qualified_at
    assert events(served, "undone") == 1
    assert all(answer.correct for answer in labelled(served))


def test_each_stage_goes_on_in_another_browser_and_by_touch(served_with_stages, new_page):
    served = served_with_stages
    served.design(qualification_images=4, demographics=())
    link = served.invitation_link()
    page = new_page(width=390, height=760, has_touch=True, is_mobile=True)
    page.goto(link)
    faces = "**/api/trial/faces/**"
    page.route(faces, lambda route: route.abort())
    page.get_by_role("button", name="I agree and take part").tap()
    at_step(page, "Training · 1 of 8")
    expect(page.locator(".lesson .strip.awaited")).to_have_count(3)
    before = page.get_by_role("button", name="Next").bounding_box()
    page.unroute(faces)
    expect(page.locator(".lesson .strip.awaited")).to_have_count(0)
    # A button that moved when faces come late would be pressed here and let go there.
    assert page.get_by_role("button", name="Next").bounding_box() == before
    for number in range(1, 9):
        at_step(page, f"Training · {number} of 8")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Next").tap()
    at_step(page, "Practice · 1 of 8")
    nothing_waits(page)
    page.context.close()

    page = new_page(width=390, height=760, has_touch=True, is_mobile=True)
    page.goto(link)
    for number in range(1, 9):
        practise(page, number)
        page.get_by_role("button", name=re.compile("Next|Finish")).tap()
    page.get_by_role("button", name="Begin").tap()
    for position in (1, 2):
        at_face(page, position)
        page.locator(f".names [data-label={EMOTIONS[int(expected(served, position)) - 1]}]").tap()
    at_face(page, 3)
    nothing_waits(page)
    page.context.close()

    page = new_page()
    page.goto(link)
    at_face(page, 3)
    page.reload()
    for position in (3, 4):
        at_face(page, position)
        page.keyboard.press(expected(served, position))
    expect(page.get_by_text("4 of 4 faces")).to_be_visible()
    page.reload()
    at_question(page, 1)
    assert [(row.attempt, row.position) for row in labelled(served)] == [(1, 1), (1, 2), (1, 3), (1, 4)]


def test_a_face_of_the_practice_that_does_not_load_is_tried_again_and_asked_only_then(
    served_with_stages, new_page
):
    served_with_stages.design(demographics=())
    page = new_page()
    page.goto(served_with_stages.invitation_link())
    page.get_by_role("button", name="I agree and take part").click()
    for number in range(1, 8):
        at_step(page, f"Training · {number} of 8")
        page.get_by_role("button", name="Next").click()
    faces = f"**/api/trial/faces/*/{PRACTICE[0]}"
    page.route(faces, lambda route: route.abort())
    page.reload()
    at_step(page, "Training · 8 of 8")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".practice .strip.awaited")).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.unroute(faces)
    practise(page, 1)


def qualifying(served, new_page, **design) -> tuple[Page, str]:
    """A page at the first face of a qualification."""
    served.design(training=False, demographics=(), **design)
    page, link = new_page(), served.invitation_link()
    page.goto(link)
    page.get_by_role("button", name="I agree and take part").click()
    page.get_by_role("button", name="Begin").click()
    at_face(page, 1)
    return page, link


def test_who_does_not_pass_tries_again_and_is_told_kindly_in_the_end(served_with_stages, new_page):
    served = served_with_stages
    page, _ = qualifying(served, new_page, qualification_images=2, qualification_attempts=2)
    for attempt in (1, 2):
        for position in (1, 2):
            at_face(page, position)
            page.keyboard.press("1" if expected(served, position) != "1" else "2")
        if attempt == 1:
            expect(page.get_by_text("0 of 2 faces")).to_be_visible()
            page.reload()
            expect(page.get_by_text("This is attempt 2 of 2")).to_be_visible()
            page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Thank you for your time")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Thank you for your time")).to_be_visible()
    images = [row.image_id for row in labelled(served)]
    assert len(set(images)) == 4
    assert page.request.get(f"{served.url}/api/trial/state").json()["questions"] == []


def test_two_tabs_never_label_the_same_face_twice(served_with_stages, new_page):
    served = served_with_stages
    first, link = qualifying(served, new_page, qualification_images=6)
    second = first.context.new_page()
    second.goto(link)
    second.get_by_role("button", name="Begin").click()
    for position in (1, 2, 3):
        at_face(second, position)
        second.keyboard.press("3")
    at_face(second, 4)
    first.bring_to_front()
    first.keyboard.press("5")
    expect(first.get_by_text("You have gone on in another window")).to_be_visible()
    at_face(first, 4)
    assert [(row.position, row.label) for row in labelled(served)] == [(1, "Sad"), (2, "Sad"), (3, "Sad")]


def test_a_cut_network_loses_no_label(served_with_stages, new_page):
    served = served_with_stages
    served.design(training=False, demographics=(), qualification_images=8)
    with Wire(urlsplit(served.url).port) as wire:
        page = new_page()
        page.goto(through(wire, served.invitation_link()))
        page.get_by_role("button", name="I agree and take part").click()
        page.get_by_role("button", name="Begin").click()
        at_face(page, 1)
        has_faces(page, 8)
        wire.cut()
        for position in range(1, 9):
            at_face(page, position)
            page.keyboard.press(expected(served, position))
        expect(page.get_by_text("Offline, nothing is lost (8 waiting)")).to_be_visible()
        assert labelled(served) == []
        wire.mend()
        expect(page.get_by_text("8 of 8 faces")).to_be_visible(timeout=60_000)
    assert person(served).qualified_at is not None


def test_stopping_keeps_the_answers_and_erasing_leaves_nothing(freshly_served, new_page):
    served = freshly_served
    link = served.invitation_link()
    page = new_page()
    begin(page, link)
    for number in (1, 2):
        page.keyboard.press("1")
        at_question(page, number + 1)
    saved(page)
    other = page.context.new_page()
    other.goto(link)
    at_question(other, 3)

    page.bring_to_front()
    page.get_by_role("button", name="Stop taking part").click()
    page.get_by_role("button", name="Go back, I want to go on").click()
    at_question(page, 3)
    page.get_by_role("button", name="Stop taking part").click()
    page.get_by_role("button", name="Stop, and let the study keep them").click()
    expect(page.get_by_role("heading", name="You have stopped")).to_be_visible()
    assert len(stored(served)) == 2

    other.bring_to_front()  # an answer of another tab comes too late, and does not stay in the browser
    other.keyboard.press("1")
    expect(other.get_by_role("heading", name="You have stopped")).to_be_visible()
    assert other.evaluate("Object.keys(localStorage).filter(key => key.startsWith('facevalue:'))") == []

    page.bring_to_front()
    page.get_by_role("button", name="Have my answers erased").click()
    page.get_by_role("button", name="Yes, erase everything").click()
    expect(page.get_by_role("heading", name="Everything was erased")).to_be_visible()
    new = new_page()
    new.goto(link)
    expect(new.get_by_role("heading", name="Everything was erased")).to_be_visible()
    with served.program.database.session() as session:
        erased = session.scalars(select(Participant).where(*FIRST)).one()
        own = [
            session.scalar(select(func.count()).select_from(table).where(table.participant_id == erased.id))
            for table in (Answer, AnswerEvent)
        ]
        told = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert own == [0, 0]
    assert (erased.consented_at, erased.consent_version, erased.withdrawn_at) == (None, None, None)
    assert (told.action, told.detail["answers"]) == ("participant.erased", 2)


def test_the_answers_that_wait_leave_the_browser_with_the_erased(freshly_served, new_page):
    page = new_page()
    begin(page, freshly_served.invitation_link())
    page.evaluate("localStorage.setItem('facevalue:1:P01:1:old', JSON.stringify({ order: 1, body: {} }))")
    page.evaluate("localStorage.setItem('facevalue:1:P02:1:old', '{}')")
    page.get_by_role("button", name="Stop taking part").click()
    page.get_by_role("button", name="Stop, and have everything erased").click()
    page.get_by_role("button", name="Yes, erase everything").click()
    expect(page.get_by_role("heading", name="Everything was erased")).to_be_visible()
    left = "() => Object.keys(localStorage).filter(key => key.startsWith('facevalue:')).join()"
    page.wait_for_function(f"({left})() === 'facevalue:1:P02:1:old'")
