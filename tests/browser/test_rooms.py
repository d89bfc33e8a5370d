"""Every room in Chromium: full and empty, for each role, at two widths, by the keyboard, judged by axe."""

import re
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.identity import RESEARCHER_COOKIE
from study.jobs import queue
from study.jobs.runner import log_file
from tests.browser.conftest import Served
from tests.browser.conftest import _serve as serve
from tests.program import opened

pytestmark = pytest.mark.browser

ROOMS = {
    "/": "Studies",
    "/design": "Design",
    "/invitations?study=1": "Invitations",
    "/watch?study=2": "Watch",
    "/agreement?study=2": "Agreement",
    "/gallery": "Gallery",
    "/image?set=1&image=3": "Image",
    "/labels": "Label sets",
    "/photograph": "Photograph",
    "/annotation": "Annotation",
    "/import": "Import",
    "/engine": "Engine",
    "/people": "People",
    "/account": "Your account",
}
CLOSED = {
    "researcher": {"People"},
    "reader": {"Design", "Invitations", "Import", "People"},
}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WAITING = "[data-testid='stApp'][data-test-script-state='running']"


@pytest.fixture(scope="module")
def empty_served(chromium, tmp_path_factory):
    """A program without any data."""
    built = tmp_path_factory.mktemp("nothing")
    with opened(built):
        (built / "datasets").mkdir()
    yield from serve(built, tmp_path_factory.mktemp("empty") / "data")


def enter(served: Served, new_page, role: str, **options) -> Page:
    page = new_page(**options)
    value = served.program.researcher_cookies(role)[RESEARCHER_COOKIE]
    page.context.add_cookies([{"name": RESEARCHER_COOKIE, "value": value, "url": served.url}])
    return page


def go(served: Served, page: Page, path: str) -> None:
    page.goto(served.url + path)
    expect(page.get_by_text("Signed in as")).to_be_visible()
    page.locator(WAITING).wait_for(state="detached")


def sound(page: Page, width: int, path: str) -> None:
    """No failure is written, nothing is wider than the screen, and axe finds nothing serious."""
    assert page.get_by_test_id("stException").count() == 0, path
    assert page.get_by_text("encountered an error").count() == 0, path
    assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    found = Axe().run(page, options=WCAG).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not grave, [(path, one["id"], one["nodes"][0]["html"][:200]) for one in grave]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "dark")])
def test_an_owner_finds_every_room_whole_at_every_width(served, new_page, width, scheme):
    page = enter(served, new_page, "owner", width=width, color_scheme=scheme)
    for path, name in ROOMS.items():
        go(served, page, path)
        expect(page.get_by_role("heading", level=1).first).to_contain_text(name)
        expect(page).to_have_title(f"{name.removeprefix('Your ').capitalize()} · FaceValue")
        sound(page, width, path)


def test_an_empty_program_has_a_first_step_in_every_room(empty_served, new_page):
    page = enter(empty_served, new_page, "owner", width=390)
    for path, name in ROOMS.items():
        go(empty_served, page, path.partition("?")[0])
        expect(page.get_by_role("heading", level=1).first).to_contain_text(name)
        sound(page, 390, path)


@pytest.mark.parametrize("path", ["/invitations?study=1", "/people"])
def test_links_and_the_log_leave_by_our_button_alone(served, new_page, path):
    page = enter(served, new_page, "owner")
    go(served, page, path)
    expect(page.get_by_role("button", name="Download as CSV")).to_have_count(1)
    table = page.locator("[class*=st-key-logged-] [data-testid=stDataFrame]")
    table.hover()
    expect(table.get_by_role("button", name="Search")).to_be_visible()
    expect(table.get_by_role("button", name="Download as CSV")).to_have_count(0)


def test_an_opened_log_of_a_job_needs_no_mouse(served, new_page):
    now = datetime.now(UTC)
    with served.program.database.begin() as session:
        job = queue.add_job(session, "train", "A training", [["engine", "train"]], by=None, now=now)
        job.state, job.finished_at = "stopped", now
        log = log_file(served.program.settings, job.id)
    log.parent.mkdir(exist_ok=True)
    log.write_text("".join(f"line {number}\n" for number in range(500)))
    page = enter(served, new_page, "owner", width=390)
    go(served, page, "/engine")
    page.get_by_text("What it said").click()
    expect(page.get_by_text("line 499")).to_be_visible()
    expect(page.get_by_text("The last 40 lines")).to_be_visible()
    sound(page, 390, "/engine")


@pytest.mark.parametrize("role", ["researcher", "reader"])
def test_a_role_is_shown_what_it_may_see_and_told_what_it_may_not(served, new_page, role):
    page = enter(served, new_page, role)
    go(served, page, "/")
    listed = page.get_by_test_id("stTopNavLink").all_inner_texts()
    for path, name in ROOMS.items():
        if name not in CLOSED[role]:
            continue
        assert name not in listed
        go(served, page, path)
        # A page that is not listed is not there: Streamlit goes to the first one instead.
        expect(page.get_by_role("heading", name=name, exact=True)).to_have_count(0)


def test_the_bar_shows_every_room_and_a_study_leads_from_room_to_room(served, new_page):
    page = enter(served, new_page, "owner")
    go(served, page, "/")
    bar = page.get_by_test_id("stTopNavLink")
    expect(bar).to_have_count(10)
    expect(page.get_by_text(re.compile(r"^\d+ more$"))).to_have_count(0)
    page.get_by_role("link", name="Watch").last.click()
    expect(page.get_by_role("heading", name="Watch", exact=True)).to_be_visible()
    for name in ("Invitations", "Agreement"):
        ways = page.locator(".st-key-study-rooms")
        if name == "Agreement":
            expect(ways.get_by_role("link")).to_have_count(4)
        ways.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page).to_have_url(re.compile(r"study=2"))


def test_the_rooms_are_reached_by_the_keyboard_alone(served, new_page):
    page = enter(served, new_page, "owner")
    go(served, page, "/")
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement?.innerText ?? ''")
        if "Gallery" in focused:
            break
    else:
        pytest.fail("no Tab led to the gallery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gallery", exact=True)).to_be_visible()
