"""A participant's way through a study in Chromium: by keys, mouse and touch, offline, in two tabs."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from db.tables import Answer, AnswerEvent, Participant
from study.studies import close_study
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser

SEEN = 220  # milliseconds after which a press is an answer and not a slip
SAVED = "All answers saved"
FIRST = (Participant.code == "P01", Participant.simulated.is_(False))


def trial(page: Page) -> Locator:
    return page.locator(".trial")


def answer(page: Page, choice: str = "left") -> Locator:
    return page.locator(f".answers [data-choice={choice}]")


def at_question(page: Page, number: int) -> None:
    """Wait until this question is asked and has been looked at."""
    # Streamlit lets the stage before stand for a moment beside the questions.
    asked = page.locator(f".trial[data-question='{number}'][data-state=asking]")
    expect(asked).to_be_visible()
    # A question is announced once it is painted, and only from then on its time is taken.
    expect(asked.locator(".announcer")).to_have_text(re.compile(rf"^Question {number} of "))
    page.wait_for_timeout(SEEN)


def saved(page: Page) -> None:
    """Wait until the server has all that this browser kept for it, and the page says so."""
    nothing_waits(page)
    expect(page.locator(".saving")).to_have_text(SAVED)


def nothing_waits(page: Page) -> None:
    """Wait until the server has answered every post; one under way is no word on the page yet."""
    page.wait_for_function("Object.keys(localStorage).every(key => !key.startsWith('facevalue:'))")


def has_faces(page: Page, count: int) -> None:
    """Wait until the page holds the pictures of so many questions, which it then needs no network for."""
    faces = r"/\/api\/trial\/(questions|qualification)\/./"
    came = f"performance.getEntriesByType('resource').filter(({{ name }}) => {faces}.test(name)).length"
    page.wait_for_function(f"{came} >= {count}")


def begin(page: Page, link: str) -> None:
    """Join by the link and agree."""
    page.goto(link)
    page.get_by_role("button", name="I agree and take part").click()
    at_question(page, 1)


def tells_presses_by(page: Page) -> None:
    """Let `presses_come` say when a press came, which decides what it is, however slow the machine is."""
    page.locator(".announcer").evaluate("""announcer => {
        const { get } = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp");
        const timeStamp = { get() { return window.pressedAt ?? get.call(this); } };
        Object.defineProperty(UIEvent.prototype, "timeStamp", timeStamp);
        // A question is announced in the frame from which its time is taken.
        const painted = () => { window.paintedAt = document.timeline.currentTime; };
        new MutationObserver(painted).observe(announcer, { childList: true });
    }""")


def presses_come(page: Page, milliseconds: int) -> None:
    """From now on presses come so long after the present question was painted."""
    page.evaluate("wait => { window.pressedAt = window.paintedAt + wait; }", milliseconds)


def stored(served) -> list[Answer]:
    """The first participant's answers in their order."""
    query = select(Answer).join(Participant, Participant.id == Answer.participant_id).where(*FIRST)
    with served.program.database.session() as session:
        return list(session.scalars(query.order_by(Answer.position)))


def events(served, event: str) -> int:
    """How often this happened to the first participant."""
    query = select(func.count(AnswerEvent.id)).join(Participant, Participant.id == AnswerEvent.participant_id)
    with served.program.database.session() as session:
        return session.scalar(query.where(AnswerEvent.event == event, *FIRST))


def through(wire: Wire, link: str) -> str:
    return wire.url + urlsplit(link).path


def test_a_whole_study_by_keys_mouse_and_touch_with_reload_undo_and_another_browser(freshly_served, new_page):
    link = freshly_served.invitation_link()
    page = new_page()
    begin(page, link)
    wordings = set()
    for number in range(1, 9):
        wordings.add(page.get_by_role("heading", level=1).inner_text())
        if number % 2:
            page.keyboard.press("1" if number % 4 == 1 else "ArrowRight")
        else:
            answer(page, "right").click()
        at_question(page, number + 1)
    assert wordings == {"Which describes this face better?", "Which of the two belongs to this face?"}

    saved(page)
    page.reload()
    at_question(page, 9)
    assert len(stored(freshly_served)) == 8

    page.get_by_role("button", name="Undo last answer").click()
    at_question(page, 8)
    page.keyboard.press("2")
    at_question(page, 9)
    saved(page)
    page.context.close()

    phone = new_page(width=390, height=760, has_touch=True, is_mobile=True)
    phone.goto(link)
    place = phone.locator(".place")
    expect(place).to_have_text(re.compile(r"of \d+"))
    total = int(re.search(r"of (\d+)", place.inner_text()).group(1))
    for number in range(9, total + 1):
        at_question(phone, number)
        # Taps in one place that follow each other within half a second count as a double tap.
        answer(phone, ("left", "right")[number % 2]).tap()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(phone.get_by_text(f"All {total} of your answers are saved")).to_be_visible()

    rows = stored(freshly_served)
    assert [row.position for row in rows] == list(range(1, total + 1))
    assert all(row.rt_ms >= 150 and row.hidden_ms == 0 and row.shown_at for row in rows)
    assert events(freshly_served, "undone") == 1
    phone.reload()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()


def test_the_keyboard_alone_is_enough(freshly_served, new_page):
    page = new_page()
    page.goto(freshly_served.invitation_link())
    agree = page.get_by_role("button", name="I agree and take part")
    expect(agree).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if agree.evaluate("button => button.matches(':focus')"):
            break
    page.keyboard.press("Enter")
    at_question(page, 1)
    assert page.locator(".wording").evaluate("heading => heading.matches(':focus')")
    page.keyboard.press("Tab")
    assert answer(page).evaluate("button => button.matches(':focus')")
    page.keyboard.press("Enter")
    at_question(page, 2)
    page.keyboard.press("ArrowLeft")
    at_question(page, 3)
    page.keyboard.press("u")
    at_question(page, 2)
    page.keyboard.press("Backspace")
    at_question(page, 1)
    saved(page)
    assert stored(freshly_served) == []


def test_double_click_held_key_and_slip_store_one_answer_each(freshly_served, new_page):
    page = new_page()
    begin(page, freshly_served.invitation_link())
    tells_presses_by(page)
    answer(page).click()
    at_question(page, 2)
    presses_come(page, 300)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.evaluate("window.pressedAt = null")
    at_question(page, 2)
    saved(page)
    assert len(stored(freshly_served)) == 1

    page.keyboard.down("1")
    for _ in range(25):
        page.keyboard.down("1")
        page.wait_for_timeout(40)
    page.keyboard.up("1")
    at_question(page, 3)
    page.keyboard.press("Tab")
    page.keyboard.down("Enter")
    for _ in range(15):
        page.keyboard.down("Enter")
        page.wait_for_timeout(40)
    page.keyboard.up("Enter")
    at_question(page, 4)
    page.keyboard.press("1")
    at_question(page, 5)
    presses_come(page, 140)
    page.keyboard.press("1")
    presses_come(page, 160)
    page.keyboard.press("2")
    at_question(page, 6)
    saved(page)
    assert len(stored(freshly_served)) == 5


def test_a_cut_network_loses_no_answer(freshly_served, new_page):
    with Wire(urlsplit(freshly_served.url).port) as wire:
        page = new_page()
        begin(page, through(wire, freshly_served.invitation_link()))
        page.keyboard.press("1")
        at_question(page, 2)
        saved(page)
        has_faces(page, 8)
        wire.cut()
        for number in range(2, 7):
            page.keyboard.press("2")
            at_question(page, number + 1)
        expect(page.locator(".saving")).to_have_text("Offline, nothing is lost (5 waiting)")
        # By now Streamlit has noticed too, and would lay its dialog over the question.
        page.wait_for_timeout(6_000)
        answer(page).click()
        at_question(page, 8)
        page.keyboard.press("u")
        at_question(page, 7)
        expect(page.locator(".saving")).to_have_text("Offline, nothing is lost (7 waiting)")
        assert len(stored(freshly_served)) == 1
        wire.mend()
        saved(page)
        assert len(stored(freshly_served)) == 6
        assert events(freshly_served, "undone") == 1
        at_question(page, 7)


def test_answers_that_waited_are_sent_first_after_a_reload(freshly_served, new_page):
    with Wire(urlsplit(freshly_served.url).port) as wire:
        page = new_page()
        begin(page, through(wire, freshly_served.invitation_link()))
        page.route("**/api/trial/answers", lambda route: route.abort())
        page.keyboard.press("1")
        at_question(page, 2)
        page.keyboard.press("1")
        at_question(page, 3)
        page.unroute("**/api/trial/answers")
        page.reload()
        at_question(page, 3)
        assert len(stored(freshly_served)) == 2
        assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('facevalue:'))") == []


def test_right_from_the_start_minutes_without_a_network_are_no_hindrance(freshly_served, new_page):
    with Wire(urlsplit(freshly_served.url).port) as wire:
        page = new_page()
        begin(page, through(wire, freshly_served.invitation_link()))
        has_faces(page, 40)
        wire.cut()
        for number in range(1, 40):  # at three seconds a question, two minutes
            page.keyboard.press("1")
            at_question(page, number + 1)
        expect(page.locator(".saving")).to_have_text("Offline, nothing is lost (39 waiting)")
        assert stored(freshly_served) == []
        wire.mend()
        expect(page.locator(".saving")).to_have_text(SAVED, timeout=60_000)
        assert [row.position for row in stored(freshly_served)] == list(range(1, 40))


def test_answers_are_not_kept_waiting_by_a_slow_network(freshly_served, new_page):
    page, held = new_page(), []
    page.route("**/api/trial/answers", lambda route: held.append(route))
    begin(page, freshly_served.invitation_link())
    for number in range(1, 6):
        page.keyboard.press("1")
        at_question(page, number + 1)
    assert held
    assert stored(freshly_served) == []
    page.unroute("**/api/trial/answers")
    saved(page)
    assert len(stored(freshly_served)) == 5


def test_a_break_is_suggested_and_one_key_puts_it_aside(freshly_served, new_page):
    freshly_served.design(break_every=2)
    page = new_page()
    begin(page, freshly_served.invitation_link())
    page.keyboard.press("1")
    at_question(page, 2)
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name="Time for a short break?")).to_be_visible()
    page.keyboard.press("1")  # answers nothing
    page.locator(".break-text").click()  # takes the focus off the button
    page.keyboard.press("Enter")
    at_question(page, 3)
    saved(page)
    assert len(stored(freshly_served)) == 2


def test_time_in_another_window_is_kept_beside_the_answer(freshly_served, new_page):
    page = new_page()
    begin(page, freshly_served.invitation_link())
    focus = "has => { document.hasFocus = () => has; dispatchEvent(new Event(has ? 'focus' : 'blur')); }"
    page.evaluate(focus, False)
    page.wait_for_timeout(400)
    page.evaluate(focus, True)
    page.keyboard.press("1")
    at_question(page, 2)
    saved(page)
    with freshly_served.program.database.session() as session:
        own = select(AnswerEvent.payload).join(Participant, Participant.id == AnswerEvent.participant_id)
        (payload,) = session.scalars(own.where(*FIRST)).all()
    assert 400 <= payload["blurred_ms"] < payload["rt_ms"]
    assert payload["hidden_ms"] == 0


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("form", ["radar", "sorted_text"])
def test_every_form_of_a_label_fits_and_is_spoken(freshly_served, new_page, form, width):
    freshly_served.design(label_form=form, hard_label_form="text")
    page = new_page(width=width, height=700)
    begin(page, freshly_served.invitation_link())
    spoken = set()
    for number in range(1, 7):
        at_question(page, number)
        for panel in page.locator(".panel").all():
            words = panel.get_attribute("aria-label").partition(": ")[2]
            spoken.add(len(words.split(", ")))
            if "," not in words:
                assert panel.locator(".word").inner_text() == words
            assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
        page.keyboard.press("1")
    assert spoken == {1, 8}


def test_two_tabs_never_answer_the_same_question_twice(freshly_served, new_page):
    link = freshly_served.invitation_link()
    first = new_page()
    begin(first, link)
    second = first.context.new_page()
    second.goto(link)
    at_question(second, 1)
    for number in (1, 2, 3):
        second.keyboard.press("1")
        at_question(second, number + 1)
    saved(second)
    first.bring_to_front()
    first.keyboard.press("2")
    at_question(first, 4)
    expect(first.get_by_text("You have gone on in another window")).to_be_visible()
    rows = stored(freshly_served)
    assert [row.position for row in rows] == [1, 2, 3]
    first.keyboard.press("2")
    at_question(first, 5)
    saved(first)
    assert len(stored(freshly_served)) == 4


def test_time_in_a_hidden_tab_is_told_apart(freshly_served, new_page):
    page = new_page()
    begin(page, freshly_served.invitation_link())
    hide = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    page.wait_for_timeout(400)
    page.evaluate(hide, False)
    page.keyboard.press("1")
    at_question(page, 2)
    saved(page)
    (row,) = stored(freshly_served)
    assert 400 <= row.hidden_ms < row.rt_ms


def test_a_study_that_closes_meanwhile_says_so(freshly_served, new_page):
    page = new_page()
    begin(page, freshly_served.invitation_link())
    page.keyboard.press("1")
    at_question(page, 2)
    saved(page)
    with freshly_served.program.database.begin() as session:
        close_study(session, session.scalar(select(Participant.study_id).where(*FIRST)))
    page.keyboard.press("1")
    expect(page.get_by_text("1 answer could not be saved: this browser keeps it")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="The study is closed")).to_be_visible()
    assert len(stored(freshly_served)) == 1


def test_declining_is_kind_and_can_be_thought_over(freshly_served, new_page):
    page = new_page()
    page.goto(freshly_served.invitation_link())
    page.get_by_role("button", name="No, thank you").click()
    expect(page.get_by_role("heading", name="That is quite all right")).to_be_visible()
    with freshly_served.program.database.session() as session:
        person = session.scalar(select(Participant).where(*FIRST))
        assert person.consented_at is None
        assert person.declined_at is not None
    page.reload()
    expect(page.get_by_role("heading", name="That is quite all right")).to_be_visible()
    page.get_by_role("button", name="Read the consent again").click()
    expect(page.get_by_role("button", name="I agree and take part")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(390, 760), (360, 640)])
def test_a_phone_shows_face_labels_and_answers_at_once(freshly_served, new_page, width, height):
    page = new_page(width=width, height=height, has_touch=True, is_mobile=True)
    begin(page, freshly_served.invitation_link())
    for part in (".face img", "[data-side=left]", "[data-side=right]", ".answers", ".undo"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height + 1
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    for button in page.locator(".trial button:visible").all():
        box = button.bounding_box()
        assert box["height"] >= 44
        assert box["width"] >= 44


def test_a_screen_reader_hears_question_labels_and_answers(freshly_served, new_page):
    page = new_page()
    begin(page, freshly_served.invitation_link())
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    for side in ("Left", "Right"):
        spoken = page.get_by_role("img", name=re.compile(rf"^{side} panel: ")).get_attribute("aria-label")
        scores = [float(score) for score in re.findall(r"\d\.\d\d", spoken)]
        assert len(scores) == 8
        assert scores == sorted(scores, reverse=True)
    expect(page.get_by_role("img", name="The face of question 1")).to_be_visible()
    wording = page.get_by_role("heading", level=1).inner_text()
    expect(page.get_by_role("group", name=wording).get_by_role("button", name="Left")).to_be_visible()
    expect(page.locator("[aria-live=polite]")).to_have_text(re.compile(r"^Question 1 of \d+$"))
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()


def test_nothing_that_reaches_the_page_tells_which_label_is_real(freshly_served, new_page):
    page = new_page()
    begin(page, freshly_served.invitation_link())
    body = page.request.get(f"{freshly_served.url}/api/trial/state").json()
    asked = {"id", "number", "total", "experiment", "image", "left", "right", "options"}
    assert all(set(question) == asked for question in body["questions"])
    shown = {frozenset(question[side]) for question in body["questions"] for side in ("left", "right")}
    assert shown == {frozenset({"form", "scores"}), frozenset({"form", "emotion"})}
