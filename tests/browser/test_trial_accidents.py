"""What befalls a participant's browser: lost pictures and replies, no storage, back, sleep, double taps."""

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import select

from db.tables import AnswerEvent, Participant
from tests.browser.test_participant import (
    FIRST,
    SAVED,
    answer,
    at_question,
    begin,
    events,
    presses_come,
    saved,
    stored,
    tells_presses_by,
)

pytestmark = pytest.mark.browser
NO_STORAGE = """Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("no", "SecurityError"); }
})"""


def payloads(served) -> list[dict]:
    own = select(AnswerEvent.payload).join(Participant, Participant.id == AnswerEvent.participant_id)
    with served.program.database.session() as session:
        return list(session.scalars(own.where(*FIRST).order_by(AnswerEvent.id)))


def test_a_face_that_does_not_load_is_tried_again_and_cannot_be_answered_unseen(freshly_served, new_page):
    page = new_page()
    pictures = "**/api/trial/questions/*/image*"
    page.route(pictures, lambda route: route.abort())
    page.goto(freshly_served.invitation_link())
    page.get_by_role("button", name="I agree and take part").click()
    expect(page.get_by_text("The picture of this question does not load")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator(".answers")).to_be_hidden()
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('facevalue:'))") == []
    page.unroute(pictures)
    at_question(page, 1)
    page.keyboard.press("1")
    at_question(page, 2)
    saved(page)
    assert [row.position for row in stored(freshly_served)] == [1]


def test_an_answer_whose_reply_is_lost_is_stored_once_without_storage_too(freshly_served, new_page):
    page = new_page()
    page.add_init_script(NO_STORAGE)
    lost = []

    def lose_the_first(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    begin(page, freshly_served.invitation_link())
    page.route("**/api/trial/answers", lose_the_first)
    page.keyboard.press("1")
    at_question(page, 2)
    page.keyboard.press("2")
    at_question(page, 3)
    while not (events(freshly_served, "repeated") and len(stored(freshly_served)) == 2):
        page.wait_for_timeout(100)
    expect(page.locator(".saving")).to_have_text(SAVED)
    assert lost == [200]
    assert [row.position for row in stored(freshly_served)] == [1, 2]
    assert (events(freshly_served, "stored"), events(freshly_served, "repeated")) == (2, 1)


def test_a_page_that_the_back_button_brings_back_goes_to_where_the_person_is(freshly_served, new_page):
    link = freshly_served.invitation_link()
    first = new_page()
    begin(first, link)
    second = first.context.new_page()
    second.goto(link)
    for number in (1, 2):
        at_question(second, number)
        second.keyboard.press("1")
    at_question(second, 3)
    saved(second)
    second.close()
    # Playwright switches Chromium's own back-forward cache off, so the page hears what it would hear.
    first.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    at_question(first, 3)
    first.goto(f"{freshly_served.url}/health")
    first.go_back()
    at_question(first, 3)


def test_neither_sleep_nor_a_changed_clock_reaches_the_response_time(freshly_served, new_page):
    page = new_page()
    begin(page, freshly_served.invitation_link())
    hours = "hours => { const now = Date.now; Date.now = () => now.call(Date) + hours * 3600000; }"
    for number, later in enumerate((2, -3, 0), 1):
        page.evaluate(hours, later)
        page.keyboard.press("1")
        at_question(page, number + 1)
    saved(page)
    told = payloads(freshly_served)
    assert [round(one.get("asleep_ms", 0) / 3_600_000, 2) for one in told] == [2, 0, 0]
    assert all(150 <= one["rt_ms"] < 60_000 for one in told)
    assert [row.position for row in stored(freshly_served)] == [1, 2, 3]


def test_a_double_tap_is_one_answer_also_where_the_browser_does_not_count_taps(freshly_served, new_page):
    page = new_page(width=390, height=760, has_touch=True, is_mobile=True)
    begin(page, freshly_served.invitation_link())
    page.evaluate("Object.defineProperty(MouseEvent.prototype, 'detail', { get: () => 1 })")
    box = answer(page).bounding_box()
    tells_presses_by(page)
    # As if it came much later, so that the second follows it within half a second on any machine.
    page.evaluate("window.pressedAt = performance.now() + 600000")
    page.touchscreen.tap(box["x"] + 30, box["y"] + 20)
    at_question(page, 2)
    presses_come(page, 300)  # long enough for an answer, were it not the same finger
    page.touchscreen.tap(box["x"] + 36, box["y"] + 20)
    at_question(page, 2)
    presses_come(page, 600)
    answer(page, "right").tap()
    at_question(page, 3)
    saved(page)
    assert len(stored(freshly_served)) == 2


@pytest.mark.parametrize(("width", "height"), [(844, 390), (667, 331)])
def test_a_telephone_on_its_side_shows_face_labels_and_answers_at_once(
    freshly_served, new_page, width, height
):
    page = new_page(width=width, height=height, has_touch=True, is_mobile=True)
    begin(page, freshly_served.invitation_link())
    left, right = (page.locator(f".panel[data-side={side}]").bounding_box() for side in ("left", "right"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".face img").bounding_box()["height"] >= 150
    buttons = page.locator(".answers").bounding_box()
    assert max(left["y"] + left["height"], right["y"] + right["height"]) <= buttons["y"]
    assert buttons["y"] + buttons["height"] <= height
    for side, panel in (("left", left), ("right", right)):
        box = answer(page, side).bounding_box()
        assert panel["x"] - 1 <= box["x"]
        assert box["x"] + box["width"] <= panel["x"] + panel["width"] + 1
        assert box["height"] >= 44
