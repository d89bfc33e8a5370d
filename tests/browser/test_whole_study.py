"""One study in Chromium, from an imported data set with labels to its report, as a lab lives through it."""

import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from db.tables import Answer, Participant, Question, Study
from engine.emfacs import EMOTIONS
from study import dashboard
from study.findings.summary import Findings
from study.reporting import numbers
from study.reporting.sections import FIGURE6, sections
from study.stages.lessons import PRACTICE
from tests.browser.test_participant import answer, at_question
from tests.browser.test_researcher import signed_in
from tests.browser.test_stages import at_step, practise, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME, PEOPLE = "whole-study", 2
LONG = 120_000  # milliseconds: freezing starts two processes


def test_a_study_from_its_design_to_its_report(freshly_served, new_page, tmp_path):
    served = freshly_served
    lab = signed_in(served, new_page)
    _design(lab, served.url)
    _freeze_and_open(lab, served.url)
    study_id = _stored(served).id
    link = _open_link(lab, served.url, study_id)

    total = _by_touch(new_page(width=390, height=760, has_touch=True, is_mobile=True), link)
    assert _by_keyboard(new_page(), link) == total
    assert [len(rows) for rows in _answers(served).values()] == [total, total]

    lab.goto(f"{served.url}/watch?study={study_id}")
    expect(lab.get_by_text(f"{PEOPLE} finished", exact=True)).to_be_visible()
    expect(lab.get_by_text(f"All {PEOPLE * total} answers are there.")).to_be_visible()

    found = _findings(served, study_id)
    lab.goto(f"{served.url}/agreement?study={study_id}")
    for section in sections(found):
        if section.group == FIGURE6:
            expect(lab.get_by_role("heading", name=section.title)).to_be_visible(timeout=LONG)
            expect(lab.get_by_text(section.meaning)).to_be_visible()
    report = _report(lab, tmp_path)
    assert report["study"] == NAME
    assert report["tables"]["numbers"] == numbers.estimates_table(found).to_csv(index=False)
    shown = pd.read_csv(io.StringIO(report["tables"]["numbers"])).set_index("name")
    assert shown.loc["discrimination.accuracy", "estimate"] == pytest.approx(_accuracy(served))

    lab.goto(f"{served.url}/invitations?study={study_id}")
    lab.get_by_role("button", name="Close", exact=True).click()
    expect(lab.get_by_text("closed", exact=True)).to_be_visible()
    assert _stored(served).state == "closed"
    late = new_page(width=390)
    late.goto(link)
    expect(late.get_by_role("heading").first).to_be_visible()
    expect(late.get_by_role("button", name="Take part")).to_have_count(0)


def _design(page: Page, url: str) -> None:
    page.goto(f"{url}/design")
    _fill(page.get_by_role("textbox", name="Short name"), NAME)
    _fill(page.get_by_role("spinbutton", name="Images of each emotion"), "1")
    page.get_by_role("tab", name="Questions").click()
    _fill(page.get_by_role("spinbutton", name="Participants"), str(PEOPLE))
    expect(page.get_by_text(re.compile("^24 questions in all"))).to_be_visible()
    page.get_by_role("button", name="Save draft").click()


def _freeze_and_open(page: Page, url: str) -> None:
    """As soon as the button can be pressed, and with a look elsewhere while the job goes on."""
    page.get_by_role("button", name="Freeze…").click()
    page.get_by_role("dialog").get_by_role("button", name="Freeze", exact=True).click()
    frozen = page.get_by_text("The design cannot change; a copy can.")
    going_on = page.get_by_role("heading", name="It is being frozen")
    expect(going_on.or_(frozen).first).to_be_visible(timeout=LONG)
    design = page.url
    page.goto(f"{url}/gallery")
    page.goto(design)
    expect(frozen).to_be_visible(timeout=LONG)
    page.goto(url)
    page.get_by_role("button", name="Open the study").click()
    expect(page.get_by_role("button", name="Open the study")).to_have_count(0)


def _open_link(page: Page, url: str, study_id: int) -> str:
    page.goto(f"{url}/invitations?study={study_id}")
    page.get_by_text("Make an open link").click()
    page.get_by_role("button", name="Make the open link").click()
    expect(page.get_by_text(f"An open link with {PEOPLE} places is made")).to_be_visible()
    return page.locator("code", has_text="/go/").inner_text().strip()


def _by_touch(page: Page, link: str) -> int:
    """A participant's whole way by touch on a phone; returns the number of questions."""
    page.goto(link)
    page.get_by_role("button", name="Take part").tap()
    page.get_by_role("button", name="I agree and take part").tap()
    expect(page.get_by_role("heading", name="A few words about you")).to_be_visible()
    page.get_by_role("button", name="Continue").tap()
    for number in range(1, len(EMOTIONS) + 1):
        at_step(page, f"Training · {number} of {len(EMOTIONS)}")
        page.get_by_role("button", name="Next").tap()
    for number, emotion in enumerate(PRACTICE, 1):
        at_step(page, f"Practice · {number} of {len(PRACTICE)}")
        names = page.locator(".names")
        expect(names).to_have_attribute("aria-disabled", "false", timeout=LONG)
        names.locator(f"[data-label={emotion}]").tap()
        expect(page.locator(".feedback")).to_contain_text("Yes, this is")
        page.get_by_role("button", name=re.compile("Next|Finish")).tap()
    total = _questions(page)
    for number in range(1, total + 1):
        at_question(page, number)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        # Two taps in one place within half a second would be a double tap.
        answer(page, ("left", "right")[number % 2]).tap()
    expect(page.get_by_text(f"All {total} of your answers are saved")).to_be_visible()
    return total


def _by_keyboard(page: Page, link: str) -> int:
    """A participant's whole way without a pointer; returns the number of questions."""
    page.goto(link)
    for name in ("Take part", "I agree and take part"):
        tab_to(page, name)
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A few words about you")).to_be_visible()
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    for number in range(1, len(EMOTIONS) + 1):
        at_step(page, f"Training · {number} of {len(EMOTIONS)}")
        tab_to(page, "Next")
        page.keyboard.press("Enter")
    for number in range(1, len(PRACTICE) + 1):
        practise(page, number)
        page.keyboard.press("Enter")
    total = _questions(page)
    for number in range(1, total + 1):
        at_question(page, number)
        page.keyboard.press("1" if number % 3 else "2")
    expect(page.get_by_text(f"All {total} of your answers are saved")).to_be_visible()
    return total


def _questions(page: Page) -> int:
    """Wait for the first question, which is drawn by another component than the training; their number."""
    expect(page.locator(".training")).to_have_count(0, timeout=LONG)
    at_question(page, 1)
    found = re.search(r"of (\d+)", page.locator(".place").inner_text())
    assert found is not None
    return int(found[1])


def _report(page: Page, folder: Path) -> dict[str, object]:
    """The data in the report that the page gives to download."""
    with page.expect_download(timeout=LONG) as download:
        page.get_by_role("button", name="Report (HTML)").click()
    file = folder / "report.html"
    download.value.save_as(file)
    text = file.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="report-data">(.*?)</script>', text, re.DOTALL)[1])


def _findings(served, study_id: int) -> Findings:
    with served.program.database.session() as session:
        return dashboard.report(dashboard.answers(session, study_id))


def _accuracy(served) -> float:
    """The mean over participants of right choices at first-time questions of Experiment 2, by hand."""
    shares = []
    for rows in _answers(served).values():
        right = [row.correct for row, kind, experiment in rows if (kind, experiment) == ("first", 2)]
        shares.append(sum(right) / len(right))
    return sum(shares) / len(shares)


def _answers(served) -> dict[str, list[tuple[Answer, str, int]]]:
    """Each participant's answers with the kind and the experiment of their questions."""
    query = (
        select(Participant.code, Answer, Question.kind, Question.experiment)
        .join(Answer, Answer.participant_id == Participant.id)
        .join(Question, Question.id == Answer.question_id)
        .join(Study, Study.id == Participant.study_id)
    )
    found: dict[str, list[tuple[Answer, str, int]]] = {}
    with served.program.database.session() as session:
        for code, given, kind, experiment in session.execute(query.where(Study.name == NAME)):
            found.setdefault(code, []).append((given, kind, experiment))
    return found


def _stored(served) -> Study:
    with served.program.database.session() as session:
        return session.scalars(select(Study).where(Study.name == NAME)).one()


def _fill(field: Locator, value: str) -> None:
    field.fill(value)
    field.press("Enter")
