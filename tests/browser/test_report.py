"""The report in a browser that is let nowhere."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from study.findings.simulation import Design, Population, simulate_trials
from study.reporting.figure_files import write_figures
from study.reporting.page import page
from study.reporting.report import Options, make_report
from study.reporting.source import Source, StudyFacts
from tests.small_study import NOW

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report():
    trials = simulate_trials(Design(6, 100), Population(), np.random.default_rng(1))
    text = ("participant", "side", "kind", "choice", "hard_label", "subset")
    trials = trials.astype(dict.fromkeys(text, "str"))
    facts = StudyFacts("faces", "Faces", "closed", True, 1, {"experiments": [1, 2]}, None, None, None, None)
    return make_report(Source(facts, trials, sorted(set(trials["participant"]))), Options(), NOW)


@pytest.fixture(scope="module")
def file(report, tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page(report), encoding="utf-8")
    return path


def _opened(chromium: Browser, file: Path, width: int, scheme: str) -> tuple[Page, list[str], list[str]]:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
    )
    shown, asked, wrong = context.new_page(), [], []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    shown.on("pageerror", lambda problem: wrong.append(str(problem)))
    shown.route(re.compile("^(?!file:|blob:|data:)"), lambda route: route.abort())
    shown.goto(file.as_uri())
    shown.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    return shown, asked, wrong


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_draws_every_figure_and_asks_nothing_of_any_network(chromium, file, report, width, scheme):
    shown, asked, wrong = _opened(chromium, file, width, scheme)
    assert asked == [file.as_uri()]
    assert wrong == []
    assert shown.locator(".plot .main-svg").count() >= sum(one.draw is not None for one in report.sections)
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    background = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    small = shown.evaluate(
        "[...document.querySelectorAll('button')].filter(b => b.getBoundingClientRect().height < 44).length"
    )
    assert small == 0
    shown.context.close()


def test_the_buttons_save_svg_in_the_light_look_and_csv_unrounded(chromium, file, report):
    shown, _asked, wrong = _opened(chromium, file, 390, "dark")
    first = report.sections[0]
    with shown.expect_download() as saved:
        shown.locator(f'button[data-svg="{first.key}"]').click()
    svg = Path(saved.value.path()).read_text(encoding="utf-8")
    assert saved.value.suggested_filename == f"faces_{first.key}.svg"
    assert svg.startswith("<svg")
    assert 'width="900"' in svg
    assert "rgb(0, 114, 178)" in svg  # the soft-label's blue on a light page
    with shown.expect_download() as saved:
        shown.locator(f'button[data-csv="{first.key}"]').click()
    table = pd.read_csv(saved.value.path())
    assert table["soft"].tolist() == first.data["soft"].astype(float).tolist()
    assert wrong == []
    shown.context.close()


def test_kaleido_writes_each_figure_as_svg(chromium, report, tmp_path):
    written = write_figures(report.sections[:3], tmp_path, svg=True)
    drawn = [path for path in written if path.suffix == ".svg"]
    assert len(drawn) == 3
    for path in drawn:
        assert path.read_text(encoding="utf-8").startswith("<svg")
